"""The ids and names of accounts, in a table outside the seals.

A seal covers a keyed hash of each account, its token. So the ids and names can be deleted, and every seal still holds.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Sequence

from core.store.content.blobs import read_blob, write_blob

TOKEN_BYTES = 16


def encode_texts(value: object) -> str:
    """Return a value as JSON: raw, which is read three times as fast, unless UTF-8 cannot hold its texts."""
    raw = json.dumps(value, ensure_ascii=False)
    try:
        raw.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return raw


def write_identities(
    connection: sqlite3.Connection, snapshot_id: int, ids: Sequence[str], names: Sequence[str], cuts: Sequence[int]
) -> list[str]:
    """Store the ids and names of the accounts of a snapshot; return the hashes of the parts with their tokens."""
    parts = []
    for start, end in zip((0, *cuts), (*cuts, len(ids)), strict=True):
        text = encode_texts([ids[start:end], None if names[start:end] == ids[start:end] else names[start:end]])
        checksum = hashlib.sha256(text.encode()).digest()
        row = connection.execute(
            "SELECT content FROM identities JOIN blobs ON blobs.id = blob_id WHERE checksum = ?", (checksum,)
        ).fetchone()
        tokens = row[0] if row else _compute_tokens(_read_key(connection), ids[start:end], names[start:end])
        part = write_blob(connection, snapshot_id, tokens)
        if row is None:
            connection.execute(
                "INSERT INTO identities (blob_id, accounts, checksum) SELECT id, ?, ? FROM blobs WHERE hash = ?",
                (text, checksum, bytes.fromhex(part)),
            )
        parts.append(part)
    return parts


def read_identities(connection: sqlite3.Connection, parts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids and the names of accounts, given the hashes of the parts with their tokens.

    Raises:
        ValueError: a part is missing or damaged.

    """
    ids: list[str] = []
    names: list[str] = []
    for part in parts:
        text = read_identity_text(connection, part)
        part_ids, part_names = json.loads(text)
        ids += part_ids
        names += part_ids if part_names is None else part_names
    return tuple(ids), tuple(names)


def read_identity_text(connection: sqlite3.Connection, part: str) -> str:
    """Return the ids and names of a part as JSON, in which equal parts are equal."""
    row = connection.execute(
        "SELECT accounts, checksum FROM identities JOIN blobs ON blobs.id = blob_id WHERE hash = ?",
        (bytes.fromhex(part),),
    ).fetchone()
    if row is None or hashlib.sha256(row[0].encode()).digest() != row[1]:
        raise ValueError("the ids of the accounts are missing or damaged")
    text: str = row[0]
    return text


def check_tokens(connection: sqlite3.Connection, part: str) -> None:
    """Check that the ids and names of a part are those that were sealed.

    Raises:
        ValueError: they are not.

    """
    ids, names = json.loads(read_identity_text(connection, part))
    if _compute_tokens(_read_key(connection), ids, ids if names is None else names) != read_blob(connection, part):
        raise ValueError("the ids of the accounts are not those that were sealed")


def _read_key(connection: sqlite3.Connection) -> bytes:
    """Return the key of the tokens, which the first call makes."""
    row = connection.execute("SELECT key FROM token_keys").fetchone()
    key: bytes = row[0] if row else secrets.token_bytes(32)
    if row is None:
        connection.execute("INSERT INTO token_keys VALUES (1, ?)", (key,))
    return key


def _compute_tokens(key: bytes, ids: Sequence[str], names: Sequence[str]) -> bytes:
    # The length of the id keeps two pairs with the same joined text apart.
    texts = (f"{len(id_)}:{id_}{name}".encode("utf-8", "surrogatepass") for id_, name in zip(ids, names, strict=True))
    return b"".join(hashlib.blake2b(text, key=key, digest_size=TOKEN_BYTES).digest() for text in texts)
