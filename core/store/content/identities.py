"""The ids and names of accounts, in a table outside the seals.

A seal covers a keyed hash of each account, its token. So the ids and names can be deleted, and every seal still holds:
an account that was forgotten has a pseudonym in place of both.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator, Sequence

from core.forgotten import PSEUDONYM
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
        tokens = row[0] if row else _compute_tokens(read_token_key(connection), ids[start:end], names[start:end])
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
        text = _read_identity_text(connection, part)
        part_ids, part_names, *_ = json.loads(text)
        ids += part_ids
        names += part_ids if part_names is None else part_names
    return tuple(ids), tuple(names)


def _read_identity_text(connection: sqlite3.Connection, part: str) -> str:
    """Return the ids and names of a part as JSON."""
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
    ids, names = read_identities(connection, [part])
    tokens = _compute_tokens(read_token_key(connection), ids, names)
    sealed = read_blob(connection, part)
    places = (slice(start, start + TOKEN_BYTES) for start in range(0, len(tokens), TOKEN_BYTES))
    differing = (id_ for id_, place in zip(ids, places, strict=True) if tokens[place] != sealed[place])
    # A pseudonym has the token of the account that was forgotten.
    if len(tokens) != len(sealed) or not all(map(PSEUDONYM.fullmatch, differing)):
        raise ValueError("the ids of the accounts are not those that were sealed")


def list_identities(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield the id and the name of each account of each part; a pair may come several times."""
    for (text,) in connection.execute("SELECT accounts FROM identities").fetchall():
        ids, names, *_ = json.loads(text)
        yield from zip(ids, ids if names is None else names, strict=True)


def replace_identities(connection: sqlite3.Connection, account: str, pseudonym: str) -> None:
    """Put a pseudonym in the place of the id and the names of an account; its tokens stay."""
    rows = connection.execute("SELECT blob_id, accounts FROM identities").fetchall()
    for blob_id, text in rows:
        ids, names, *_ = json.loads(text)
        if account not in ids:
            continue
        if names is not None:
            names = [pseudonym if id_ == account else name for id_, name in zip(ids, names, strict=True)]
        # The number keeps two parts apart that differed in the name alone, as no two have one checksum.
        replaced = encode_texts([[pseudonym if id_ == account else id_ for id_ in ids], names, blob_id])
        connection.execute(
            "UPDATE identities SET accounts = ?, checksum = ? WHERE blob_id = ?",
            (replaced, hashlib.sha256(replaced.encode()).digest(), blob_id),
        )


def read_token_key(connection: sqlite3.Connection) -> bytes:
    """Return the key of the keyed hashes, which the first call makes."""
    row = connection.execute("SELECT key FROM token_keys").fetchone()
    key: bytes = row[0] if row else secrets.token_bytes(32)
    if row is None:
        connection.execute("INSERT INTO token_keys VALUES (1, ?)", (key,))
    return key


def _compute_tokens(key: bytes, ids: Sequence[str], names: Sequence[str]) -> bytes:
    # The length of the id keeps two pairs with the same joined text apart.
    texts = (f"{len(id_)}:{id_}{name}".encode("utf-8", "surrogatepass") for id_, name in zip(ids, names, strict=True))
    return b"".join(hashlib.blake2b(text, key=key, digest_size=TOKEN_BYTES).digest() for text in texts)
