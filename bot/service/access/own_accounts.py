"""“My accounts”: the accounts of the owner in the sheet that a person is, by `access.people`."""

from __future__ import annotations

import re

_NOUNS = (
    "accounts|customers|clients|book|portfolio|renewals|risks|comptes|portefeuille|renouvellements|échéances|risques"
)
_OWN = re.compile(rf"\b(?:my|mes|mon)\s+(?=(?:{_NOUNS})\b)|\b(?:mine|les miens)\b", re.IGNORECASE)
_OWN_ACCOUNTS = re.compile(rf"(?:{_OWN.pattern})(?:(?:{_NOUNS})\b)?", re.IGNORECASE)


def name_own_accounts(text: str, owner: str) -> str:
    """Return a question in which "my accounts" and "mine" name the owner; unchanged where that is not known."""
    if not owner or '"' in owner:
        return text
    return _OWN.sub(f'owner="{owner}" ', text).strip()


def take_own_accounts(text: str) -> tuple[str, bool]:
    """Return a text without "my accounts" and "mine", and whether it had one of them."""
    rest, count = _OWN_ACCOUNTS.subn(" ", text)
    return rest.strip(), count > 0
