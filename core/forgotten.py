"""Customers who were forgotten: known by keyed hashes of their IDs and names, and counted under pseudonyms."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.text import clean_text, fold

_TOKEN_BYTES, _PSEUDONYM_DIGITS = 16, 12
# A single letter or digit is in every text.
_SHORTEST = 2
# A message cuts a long name, after at least so many letters, and ends it with an ellipsis.
_SHORTEST_CUT = 12
PSEUDONYM = re.compile(rf"forgotten-[0-9a-f]{{{_PSEUDONYM_DIGITS}}}")


def hash_text(key: bytes, text: str) -> bytes:
    """Return the keyed hash of an ID or name, in any case and spacing."""
    folded = fold(clean_text(text)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(folded, key=key, digest_size=_TOKEN_BYTES, person=b"forgotten").digest()


def hash_account(key: bytes, account_id: str) -> str:
    """Return the keyed hash by which the cause of an alert names an account: a plain one of a short ID is guessed."""
    return hash_text(key, account_id).hex()


def name_pseudonym(token: bytes) -> str:
    """Return the pseudonym of the account whose ID has a keyed hash."""
    return f"forgotten-{token.hex()[:_PSEUDONYM_DIGITS]}"


@dataclass(frozen=True, slots=True)
class ForgottenAccounts:
    """The accounts that were forgotten in a store.

    Attributes:
        key: the key of the hashes.
        pseudonyms: the keyed hash of an ID or name -> the pseudonym of the account.

    """

    key: bytes = b""
    pseudonyms: Mapping[bytes, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.pseudonyms)

    def find_pseudonym(self, text: str) -> str | None:
        """Return the pseudonym of the account that an ID or name is of; None for an account that is known."""
        return self.pseudonyms.get(hash_text(self.key, text))

    def rename(self, account: str) -> str:
        """Return the name under which an account may be kept and shown: its ID, or its pseudonym."""
        return (self.find_pseudonym(account) or account) if self else account


class NameRedaction:
    """Replaces the ID and names of an account in texts by its pseudonym, where they are whole words in any case."""

    def __init__(self, texts: Collection[str], pseudonym: str) -> None:
        """Replace `texts`, the longest first, also as Slack writes them: with entities."""
        texts = {form for text in texts for form in (text, html.escape(text, quote=False))}
        parts = [_build_pattern(text) for text in sorted(texts, key=len, reverse=True) if len(text) >= _SHORTEST]
        parts += [_build_cut_pattern(text) for text in texts if len(text) > _SHORTEST_CUT]
        self._pattern = re.compile("|".join(parts), re.IGNORECASE) if parts else None
        self._pseudonym = pseudonym

    def redact(self, value: Any) -> Any:
        """Return a text, or a value that JSON can hold, with every text in it redacted but the names of mappings."""
        if isinstance(value, str):
            return self._pattern.sub(self._pseudonym, value) if self._pattern else value
        if isinstance(value, Mapping):
            return {name: self.redact(part) for name, part in value.items()}
        return [self.redact(part) for part in value] if isinstance(value, list | tuple) else value


def _build_pattern(text: str) -> str:
    # Digits within an amount, a date or a fraction are no ID.
    before, after = (r"(?<![\w.,/-])", r"(?![\w/-]|[.,]\d)") if text.isdecimal() else (r"(?<!\w)", r"(?!\w)")
    return f"{before}{re.escape(text)}{after}"


def _build_cut_pattern(text: str) -> str:
    """Return the pattern of a name that was cut anywhere."""
    ends = "|".join(re.escape(text[_SHORTEST_CUT:end].rstrip()) for end in range(len(text), _SHORTEST_CUT - 1, -1))
    return rf"(?<!\w){re.escape(text[:_SHORTEST_CUT].rstrip())}(?:{ends})…"
