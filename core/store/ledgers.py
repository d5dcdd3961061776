"""The ledger of a snapshot as rows and BLOBs. Every function works in the caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from core.ledger.columns import Column, DatedValues
from core.ledger.coverage import Coverage
from core.ledger.ledger import AccountTable, Ledger, ScheduledChanges
from core.ledger.lines import Lines, Terms
from core.ledger.rates import Currencies
from core.ledger.rows import RowIndex, SourceRows, index_first_rows
from core.money import Currency
from core.months import Month
from core.query.vocabulary import Filter
from core.store.snapshots import (
    Snapshot,
)


def _encode_texts(texts: Sequence[str]) -> str:
    """Return texts as JSON: raw, which is read three times as fast, unless UTF-8 cannot hold them."""
    raw = json.dumps(texts, ensure_ascii=False)
    try:
        raw.encode()
    except UnicodeEncodeError:
        return json.dumps(texts)
    return raw


def write_ledger(connection: sqlite3.Connection, snapshot_id: int, ledger: Ledger) -> None:
    """Store the ledger of a snapshot."""
    connection.execute(
        "INSERT INTO ledgers (snapshot_id, tab, ids, names, quarantined, unpriced, consumer, row_numbers, currencies,"
        " currency_of, ahead_accounts, ahead_months, ahead_amounts, unknown_months, can_leave, left_out_rows,"
        " left_out_mrr, consumer_accounts, consumer_months, consumer_codes, term_accounts, term_firsts, term_lasts,"
        " term_amounts, line_accounts, line_products, line_firsts, line_lasts, line_amounts, line_list_amounts,"
        " line_quantities, line_product_names)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            snapshot_id,
            ledger.source_rows.tab,
            _encode_texts(ledger.accounts.ids),
            None if ledger.accounts.names == ledger.accounts.ids else _encode_texts(ledger.accounts.names),
            *(
                mask.astype("?").tobytes()
                for mask in (ledger.accounts.excluded, ledger.accounts.unpriced, ledger.accounts.consumer)
            ),
            ledger.source_rows.first_rows.astype("<i4").tobytes(),
            json.dumps([(currency.code, currency.exponent) for currency in ledger.currencies.known[1:]]),
            ledger.currencies.codes.astype("<i2").tobytes() if ledger.currencies.foreign else None,
            *_encode_scheduled_changes(ledger.scheduled_changes),
            *_encode_coverage(ledger.coverage),
            *_encode_dated_values(ledger.accounts.consumer_changes),
            *_encode_terms(ledger.terms),
            *_encode_lines(ledger.lines),
        ),
    )
    connection.execute(
        "INSERT INTO account_rows (snapshot_id, starts, numbers) VALUES (?, ?, ?)",
        (
            snapshot_id,
            *(
                part.astype("<i4").tobytes()
                for part in (ledger.source_rows.by_account.starts, ledger.source_rows.by_account.numbers)
            ),
        ),
    )
    connection.executemany(
        "INSERT INTO rates (snapshot_id, month, currency, rate) VALUES (?, ?, ?, ?)",
        ((snapshot_id, month.ordinal, code, str(rate)) for (month, code), rate in ledger.currencies.rates.items()),
    )
    connection.executemany(
        "INSERT INTO targets (snapshot_id, value, metric, target) VALUES (?, ?, ?, ?)",
        ((snapshot_id, *key, str(target)) for key, target in ledger.targets.items()),
    )
    connection.executemany(
        "INSERT INTO workspace_words (snapshot_id, phrase, dimension, value) VALUES (?, ?, ?, ?)",
        ((snapshot_id, phrase, entry.dimension, entry.value) for phrase, entry in ledger.workspace_words.items()),
    )
    connection.executemany(
        "INSERT INTO months (snapshot_id, month, total, mrr) VALUES (?, ?, ?, ?)",
        (
            (snapshot_id, month, int(mrr.sum()), mrr.astype("<i8", copy=False).tobytes())
            for month, mrr in enumerate(ledger.panel, ledger.first.ordinal)
        ),
    )
    connection.executemany(
        "INSERT INTO columns (snapshot_id, position, key, heading, value_list, codes, dated_accounts, dated_months,"
        " dated_codes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                snapshot_id,
                position,
                key,
                column.heading,
                _encode_texts(column.values),
                column.codes.astype("<i4").tobytes(),
                *_encode_dated_values(column.changes),
            )
            for position, (key, column) in enumerate(ledger.columns.items())
        ),
    )
    connection.executemany(
        "INSERT INTO facts (snapshot_id, position, key, numbers) VALUES (?, ?, ?, ?)",
        (
            (snapshot_id, position, key, numbers.astype("<f8").tobytes())
            for position, (key, numbers) in enumerate(ledger.facts.items())
        ),
    )


def _encode_scheduled_changes(scheduled: ScheduledChanges | None) -> tuple[bytes | None, bytes | None, bytes | None]:
    if scheduled is None:
        return None, None, None
    accounts, months, amounts = (
        array.astype("<i8").tobytes() for array in (scheduled.accounts, scheduled.months, scheduled.amounts)
    )
    return accounts, months, amounts


def _encode_terms(terms: Terms | None) -> tuple[bytes | None, bytes | None, bytes | None, bytes | None]:
    if terms is None:
        return None, None, None, None
    accounts, firsts, lasts, amounts = (
        array.astype("<i8").tobytes() for array in (terms.accounts, terms.firsts, terms.lasts, terms.amounts)
    )
    return accounts, firsts, lasts, amounts


def _encode_lines(lines: Lines | None) -> tuple[bytes | str | None, ...]:
    if lines is None:
        return (None,) * 8
    arrays = (None if array is None else array.astype("<i8").tobytes() for array in lines.arrays.values())
    return (*arrays, _encode_texts(lines.product_names))


def _decode_lines(record: sqlite3.Row) -> Lines | None:
    if record["line_accounts"] is None:
        return None
    names = ("accounts", "products", "firsts", "lasts", "amounts", "list_amounts")
    arrays = {name: _decode_array(record[f"line_{name}"], "<i8") for name in names}
    quantities = record["line_quantities"]
    return Lines(
        tuple(json.loads(record["line_product_names"])),
        quantities=None if quantities is None else _decode_array(quantities, "<i8"),
        **arrays,
    )


def _encode_coverage(coverage: Coverage) -> tuple[str, int, int, bytes | None]:
    left_out = np.array(coverage.left_out_mrr, dtype="<i8")
    return (
        json.dumps(sorted(month.ordinal for month in coverage.unknown)),
        int(coverage.can_leave),
        coverage.left_out_rows,
        left_out.tobytes() if left_out.size else None,
    )


def _decode_coverage(record: sqlite3.Row) -> Coverage:
    left_out = record["left_out_mrr"]
    return Coverage(
        frozenset(map(Month, json.loads(record["unknown_months"]))),
        bool(record["can_leave"]),
        record["left_out_rows"],
        () if left_out is None else tuple(np.frombuffer(left_out, "<i8").tolist()),
    )


def _encode_dated_values(changes: DatedValues | None) -> tuple[bytes | None, bytes | None, bytes | None]:
    if changes is None:
        return None, None, None
    accounts, months = (array.astype("<i8").tobytes() for array in (changes.accounts, changes.months))
    return accounts, months, changes.codes.astype("<i4").tobytes()


def _decode_array(blob: bytes, stored: str, length: int = -1) -> np.ndarray[Any, Any]:
    # Native byte order, which costs nothing where that is little-endian; reshape refuses a wrong length.
    array = np.frombuffer(blob, stored).reshape(length)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def read_row_index(connection: sqlite3.Connection, snapshot: Snapshot) -> RowIndex:
    """Return the rows of the revenue tab by account; the first ones only, of a snapshot that has no others.

    Raises:
        ValueError: the stored arrays do not fit together.

    """
    stored = connection.execute("SELECT starts, numbers FROM account_rows WHERE snapshot_id = ?", (snapshot.id,))
    for starts, numbers in stored:
        return RowIndex(_decode_array(starts, "<i4", snapshot.accounts + 1), _decode_array(numbers, "<i4"))
    (firsts,) = connection.execute("SELECT row_numbers FROM ledgers WHERE snapshot_id = ?", (snapshot.id,)).fetchone()
    return index_first_rows(_decode_array(firsts, "<i4", snapshot.accounts))


def read_ledger(connection: sqlite3.Connection, snapshot: Snapshot, load_index: Callable[[], RowIndex]) -> Ledger:
    """Return the ledger of `snapshot`.

    Args:
        connection: in a transaction.
        snapshot: the snapshot, which must not be pruned.
        load_index: reads the rows by account at their first use.

    Raises:
        ValueError: the stored arrays do not fit together.

    """

    def decode_array(blob: bytes, stored: str, length: int = snapshot.accounts) -> np.ndarray[Any, Any]:
        return _decode_array(blob, stored, length)

    def decode_changes(accounts: bytes | None, months: bytes | None, codes: bytes | None) -> DatedValues | None:
        if accounts is None or months is None or codes is None:
            return None
        return DatedValues(
            decode_array(accounts, "<i8", -1), decode_array(months, "<i8", -1), decode_array(codes, "<i4", -1)
        )

    def select_rows(query: str) -> sqlite3.Cursor:
        return connection.execute(query, (snapshot.id,))

    panel = np.empty((snapshot.first.until(snapshot.data_through) + 1, snapshot.accounts), dtype=np.int64)
    months = select_rows("SELECT month, total, mrr FROM months WHERE snapshot_id = ? ORDER BY month")
    for number, (close, (month, total, mrr)) in enumerate(zip(panel, months, strict=True), snapshot.first.ordinal):
        close[:] = decode_array(mrr, "<i8")
        if month != number or int(close.sum()) != total:
            raise ValueError(f"the control total of {Month(number)} does not hold")
    (record,) = select_rows("SELECT * FROM ledgers WHERE snapshot_id = ?")
    ids = tuple(json.loads(record["ids"]))
    return Ledger(
        first=snapshot.first,
        panel=panel,
        accounts=AccountTable(
            ids,
            ids if record["names"] is None else tuple(json.loads(record["names"])),
            excluded=decode_array(record["quarantined"], "?"),
            unpriced=decode_array(record["unpriced"], "?"),
            consumer=decode_array(record["consumer"], "?"),
            consumer_changes=decode_changes(*(record[f"consumer_{name}"] for name in ("accounts", "months", "codes"))),
        ),
        currencies=Currencies(
            (snapshot.currency, *(Currency(*pair) for pair in json.loads(record["currencies"]))),
            np.zeros(snapshot.accounts, dtype=np.int16)
            if record["currency_of"] is None
            else decode_array(record["currency_of"], "<i2"),
            {
                (Month(month), code): Fraction(rate)
                for month, code, rate in select_rows("SELECT month, currency, rate FROM rates WHERE snapshot_id = ?")
            },
        ),
        source_rows=SourceRows(record["tab"], decode_array(record["row_numbers"], "<i4"), load_index),
        columns={
            key: Column(heading, tuple(json.loads(values)), decode_array(codes, "<i4"), decode_changes(*dated))
            for key, heading, values, codes, *dated in select_rows(
                "SELECT key, heading, value_list, codes, dated_accounts, dated_months, dated_codes"
                " FROM columns WHERE snapshot_id = ? ORDER BY position"
            )
        },
        facts={
            key: decode_array(numbers, "<f8")
            for key, numbers in select_rows("SELECT key, numbers FROM facts WHERE snapshot_id = ? ORDER BY position")
        },
        targets={
            (value, metric): Fraction(target)
            for value, metric, target in select_rows("SELECT value, metric, target FROM targets WHERE snapshot_id = ?")
        },
        workspace_words={
            phrase: Filter(dimension, value)
            for phrase, dimension, value in select_rows(
                "SELECT phrase, dimension, value FROM workspace_words WHERE snapshot_id = ?"
            )
        },
        scheduled_changes=None
        if record["ahead_accounts"] is None
        else ScheduledChanges(
            *(decode_array(record[f"ahead_{name}"], "<i8", -1) for name in ("accounts", "months", "amounts"))
        ),
        terms=None
        if record["term_accounts"] is None
        else Terms(
            *(decode_array(record[f"term_{name}"], "<i8", -1) for name in ("accounts", "firsts", "lasts", "amounts"))
        ),
        lines=_decode_lines(record),
        coverage=_decode_coverage(record),
    )
