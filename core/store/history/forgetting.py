"""Forgetting an account: its ID and names leave the store, its amounts stay under a pseudonym.

IDs and names of accounts are outside the seals, so every seal still holds. A segment can have the name of a customer as
one of its values, and those are sealed: then the seals are made anew from the first such snapshot on.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from core.errors import N_, QuestionError
from core.forgotten import PSEUDONYM, NameRedaction, hash_account, hash_text, name_pseudonym
from core.ledger.segments import DERIVED
from core.store.content.blobs import replace_blob
from core.store.content.content import Document, read_array, read_document
from core.store.content.identities import (
    encode_texts,
    list_identities,
    read_identities,
    read_token_key,
    replace_identities,
)
from core.store.content.problems import replace_problems
from core.store.history.recorded import hash_differences, hash_recorded, read_restatements
from core.store.history.seals import read_seal, replace_seals
from core.store.rows import update_checksum
from core.store.snapshots import Snapshot, find_stored_snapshot
from core.store.state.calls import delete_calls
from core.store.state.forgotten import write_forgotten
from core.store.state.query_results import list_kept_accounts, redact_query_results
from core.store.workbooks import read_states
from core.text import fold_key

# The columns of texts for people, which may quote a customer; others have hashes, moments and words of nrrbot alone.
TEXT_COLUMNS = {
    "deliveries": ("body", "payload", "reason"),
    "failures": ("reason",),
    "polls": ("failure",),
    "preferences": ("segment",),
    "snapshots": ("decisions",),
    "subscriptions": ("cut",),
}
# The members of a stored problem that may quote a customer.
_QUOTING = ("found", "account", "values")


@dataclass(frozen=True, slots=True)
class Forgetting:
    """The effect of forgetting an account.

    Attributes:
        account: its ID, as the sheet has it.
        pseudonym: the name under which its amounts are kept.
        snapshots: the number of whole snapshots that had it, or whose queries to a warehouse had it.
        resealed: the number of seals that were made anew.

    """

    account: str
    pseudonym: str
    snapshots: int
    resealed: int


def forget_account(
    connection: sqlite3.Connection, account: str, now: datetime, listed: Sequence[tuple[str, str]] = ()
) -> Forgetting:
    """Remove the ID and the names of an account from all that is stored, and refuse them from now on.

    Args:
        connection: in a transaction.
        account: its ID, or its name if no other account has it.
        now: the present moment.
        listed: the IDs and names that a warehouse has for it; none for a sheet, whose snapshots have them.

    Raises:
        QuestionError: no account, or more than one, has that ID or name.
        ValueError: a part of the store is damaged.

    """
    known = {*_list_names(connection), *listed}
    account_id = _find_account(known, account)
    names = {name for id_, name in known if id_ == account_id} - {""}
    key = read_token_key(connection)
    pseudonym = name_pseudonym(hash_text(key, account_id))
    redaction = NameRedaction({account_id, *names}, pseudonym)
    whole = [find_stored_snapshot(connection, id_) for state in read_states(connection) for id_ in state.whole]
    documents = {snapshot.id: read_document(connection, snapshot.content or b"") for snapshot in whole}
    labels = _LabelRedaction(redaction)
    having = {id_ for id_, document in documents.items() if labels.examine(connection, document, account_id)}
    having |= redact_query_results(connection, account_id, pseudonym, redaction)
    replace_identities(connection, account_id, pseudonym)
    for snapshot in whole:
        _redact_snapshot(connection, snapshot, documents[snapshot.id], redaction, labels)
    for table, columns in TEXT_COLUMNS.items():
        for column in columns:
            _redact_column(connection, table, column, redaction)
    # Under its pseudonym the account has the same causes, so none is reported again.
    causes = "UPDATE OR REPLACE alert_causes SET cause = replace(cause, ?, ?)"
    connection.execute(causes, (hash_account(key, account_id), hash_account(key, pseudonym)))
    delete_calls(connection, account_id)
    _redact_recorded(connection, labels)
    _redact_restatements(connection, redaction, labels)
    for (snapshot_id,) in connection.execute("SELECT id FROM snapshots").fetchall():
        update_checksum(connection, "snapshots", snapshot_id)
    # Answers are only remembered, and a button whose question is not stored says so.
    connection.execute("DELETE FROM answers")
    _delete_questions(connection, redaction)
    # No poll may find the workbook unchanged: its next reading refuses the account.
    connection.execute("UPDATE polls SET basis = '', content = ''")
    write_forgotten(connection, {account_id, *names}, pseudonym, now)
    return Forgetting(account_id, pseudonym, len(having), _seal_anew(connection))


class _LabelRedaction:
    """Redacts the values of segments that name the account, and none that other accounts have: those name a group."""

    def __init__(self, redaction: NameRedaction) -> None:
        self._redaction = redaction
        self._shared = set[tuple[str, str]]()

    def examine(self, connection: sqlite3.Connection, document: Document, account: str) -> bool:
        """Note the values that other accounts of a snapshot have; return whether it has the account."""
        ids, _ = read_identities(connection, document["accounts"])
        own = ids.index(account) if account in ids else -1
        for place, (key, _, texts) in enumerate(document["values"]["columns"]):
            naming = [code for code, text in enumerate(texts) if self._redaction.redact(text) != text]
            if naming:
                codes = read_array(connection, document, f"columns/{place}")
                others = set(np.delete(codes, own).tolist() if own >= 0 else codes.tolist())
                self._shared.update((key, texts[code]) for code in naming if code in others)
        return own >= 0

    def redact(self, dimension: str | None, value: str | None) -> str | None:
        """Return the value of a segment as it may be kept."""
        if value is None or dimension in DERIVED or (dimension, value) in self._shared:
            return value
        redacted: str = self._redaction.redact(value)
        return redacted


def _find_account(known: Collection[tuple[str, str]], account: str) -> str:
    """Return the ID of the account that is meant."""
    pairs = {pair for pair in known if not PSEUDONYM.fullmatch(pair[0])}
    if any(id_ == account for id_, _ in pairs):
        return account
    key = fold_key(account)
    ids = sorted({id_ for id_, name in pairs if key and key in {fold_key(id_), fold_key(name)}})
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise QuestionError(
            N_("“{account}” can be several accounts: {ids}. Nothing was changed."),
            N_("Name one of these IDs."),
            account=account,
            ids=", ".join(ids),
        )
    raise QuestionError(
        N_("No snapshot in the store has an account “{account}”. Nothing was changed."),
        N_("Name the ID of the account as the data has it."),
        account=account,
    )


def _list_names(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield the IDs and names in all snapshots, restatements and results of queries."""
    yield from list_identities(connection)
    yield from ((id_, id_) for id_ in list_kept_accounts(connection))
    for (document,) in connection.execute("SELECT document FROM restatements").fetchall():
        yield from ((cause["id"], cause["name"]) for cause in json.loads(zlib.decompress(document))["causes"])


def _redact_snapshot(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    document: Document,
    redaction: NameRedaction,
    labels: _LabelRedaction,
) -> None:
    """Redact the problems of a whole snapshot, and the texts of its content, whose hash is another one then."""
    values, content = document["values"], snapshot.content or b""
    redacted = {
        **values,
        "columns": [
            [key, heading, [labels.redact(key, text) for text in texts]] for key, heading, texts in values["columns"]
        ],
        "labels": [[dimension, labels.redact(dimension, value)] for dimension, value in values["labels"]],
        "words": [[redaction.redact(phrase), key, labels.redact(key, value)] for phrase, key, value in values["words"]],
        "targets": [[redaction.redact(value), *target] for value, *target in values["targets"]],
        "product_names": redaction.redact(values["product_names"]),
    }
    if redacted != values:
        text = encode_texts({**document, "values": redacted})
        content = bytes.fromhex(replace_blob(connection, snapshot.id, content.hex(), text.encode()))

    def redact_problem(problem: Mapping[str, Any]) -> dict[str, Any]:
        return {**problem, **{name: redaction.redact(problem[name]) for name in _QUOTING if name in problem}}

    problems = replace_problems(connection, snapshot.id, snapshot.stored_problems or b"", redact_problem)
    connection.execute(
        "UPDATE snapshots SET content = ?, stored_problems = ? WHERE id = ?", (content, problems, snapshot.id)
    )


def _redact_column(connection: sqlite3.Connection, table: str, column: str, redaction: NameRedaction) -> None:
    """Redact the texts of a column, which are JSON or plain; JSON may have its letters escaped."""
    select = f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608 - the names are constants
    for (text,) in connection.execute(select).fetchall():
        try:
            stored = json.loads(text)
        except ValueError:
            redacted = redaction.redact(text)
        else:
            parts = redaction.redact(stored)
            if (table, column) == ("deliveries", "payload") and "ratios" in parts:
                # The figures of a digest are by segment, which can have the name of a customer.
                parts["ratios"] = {redaction.redact(value): ratios for value, ratios in parts["ratios"].items()}
            redacted = text if parts == stored else json.dumps(parts)
        if redacted != text:
            update = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - the names are constants
            connection.execute(update, (redacted, text))


def _redact_recorded(connection: sqlite3.Connection, labels: _LabelRedaction) -> None:
    for dimension, value in connection.execute("SELECT DISTINCT dimension, value FROM recorded").fetchall():
        connection.execute(
            "UPDATE recorded SET value = ? WHERE dimension = ? AND value = ?",
            (labels.redact(dimension, value), dimension, value),
        )


def _redact_restatements(connection: sqlite3.Connection, redaction: NameRedaction, labels: _LabelRedaction) -> None:
    for row in connection.execute("SELECT id, document FROM restatements").fetchall():
        document = json.loads(zlib.decompress(row["document"]))
        figures = [
            [window, [dimension, labels.redact(dimension, value)], *middle, redaction.redact(largest)]
            for window, (dimension, value), *middle, largest in document["figures"]
        ]
        causes = [
            {
                **cause,
                **{name: redaction.redact(cause[name]) for name in ("id", "name")},
                "moves": [[key, *(labels.redact(key, text) for text in texts)] for key, *texts in cause["moves"]],
            }
            for cause in document["causes"]
        ]
        compressed = zlib.compress(json.dumps({**document, "figures": figures, "causes": causes}).encode())
        connection.execute("UPDATE restatements SET document = ? WHERE id = ?", (compressed, row["id"]))
        update_checksum(connection, "restatements", row["id"])


def _delete_questions(connection: sqlite3.Connection, redaction: NameRedaction) -> None:
    for key, question in connection.execute("SELECT key, question FROM questions").fetchall():
        stored = json.loads(question)
        if redaction.redact(stored) != stored:
            connection.execute("DELETE FROM questions WHERE key = ?", (key,))


def _seal_anew(connection: sqlite3.Connection) -> int:
    """Seal the snapshots with what they have now; return how many seals are different."""
    hashes: dict[int, tuple[bytes, bytes, bytes]] = {}
    for state in read_states(connection):
        restatements = read_restatements(connection, state.source, since=0)
        ids = connection.execute("SELECT id FROM snapshots WHERE source = ?", (state.source,)).fetchall()
        for (snapshot_id,) in ids:
            seal = read_seal(connection, snapshot_id)
            made = [restatement for restatement in restatements if restatement.snapshots[1] == snapshot_id]
            content = find_stored_snapshot(connection, snapshot_id).content or seal.content
            hashes[snapshot_id] = (content, hash_differences(made), seal.recorded)
        if state.whole:
            content, difference, _ = hashes[state.whole[-1]]
            hashes[state.whole[-1]] = (content, difference, hash_recorded(connection, state.source))
    return replace_seals(connection, hashes)
