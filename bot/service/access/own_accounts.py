"""“My accounts”: the accounts of the owner in the sheet that a person is, by `access.people`."""

from __future__ import annotations

import re

_NOUNS = (
    "accounts|customers|clients|book|portfolio|renewals|risks|comptes|portefeuille|renouvellements|échéances|risques"
)
_OWN = re.compile(rf"\b(?:my|mes|mon)\s+(?=(?:{_NOUNS})\b)|\b(?:mine|les miens)\b", re.IGNORECASE)


def name_own_accounts(text: str, owner: str) -> str:
    """Return a question in which "my accounts" and "mine" name the owner; unchanged where that is not known."""
    if not owner or '"' in owner:
        return text
    return _OWN.sub(f'owner="{owner}" ', text).strip()
