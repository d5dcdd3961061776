"""The bearer keys of the add-in: 256 random bits, shown once, kept as a hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets

from core.errors import N_, QuestionError
from core.store.state.reader_keys import KeyScope, ReaderKey
from core.store.store import Store

DEFAULT_DAYS = 365
# How long the last use of a key may be out of date: each update is a write.
USE_RESOLUTION = dt.timedelta(minutes=1)

_FORM = re.compile(r"nrrbot-([0-9a-f]{8})-[A-Za-z0-9_-]{43}")


def create_key(store: Store, source: str, name: str, scope: KeyScope, days: int, now: dt.datetime) -> str:
    """Make a key, store its hash, and return the key: it cannot be shown again."""
    key_id = secrets.token_hex(4)
    secret = f"nrrbot-{key_id}-{secrets.token_urlsafe(32)}"
    store.add_reader_key(
        ReaderKey(key_id, _hash(secret), name, source, scope, now, now + dt.timedelta(days=days)),
    )
    return secret


def find_key(store: Store, source: str, secret: str) -> ReaderKey | None:
    """Return the key of a workbook that was sent, whatever its state; None where there is no such key."""
    form = _FORM.fullmatch(secret)
    digest = _hash(secret)
    # Every hash is compared, each in constant time: how long it takes says nothing about the keys.
    matching = [key for key in store.list_reader_keys() if hmac.compare_digest(key.hash, digest)]
    return next((key for key in matching if form and key.source == source), None)


def record_use(store: Store, key: ReaderKey, now: dt.datetime) -> None:
    """Record that a key is used, at most once a minute."""
    if key.last_used_at is None or now - key.last_used_at >= USE_RESOLUTION:
        store.touch_reader_key(key.id, now)


def revoke_key(store: Store, key_id: str, now: dt.datetime) -> None:
    """Revoke a key.

    Raises:
        QuestionError: no valid key has that id.

    """
    if not store.revoke_reader_key(key_id, now):
        raise QuestionError(
            N_("There is no key “{id}” that could be revoked."),
            N_("nrrbot addin key list has the ids."),
            id=key_id,
        )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
