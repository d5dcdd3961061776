"""The content of a snapshot: its ledger and figures as values and arrays, cut into parts that snapshots share.

One document in JSON has the values, and for each array its type and the hashes of its parts. Its own hash is sealed.
Arrays are little-endian; those that rise along the accounts are stored as differences, so that an account that is
added in the middle changes one of them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ledger.columns import Column, DatedValues
from core.ledger.coverage import Coverage
from core.ledger.ledger import AccountTable, Ledger, ScheduledChanges
from core.ledger.lines import Lines, Terms
from core.ledger.rates import Currencies
from core.ledger.rows import RowIndex, SourceRows
from core.metrics.cube import Cube, Exclusion
from core.metrics.retention import MEASURES
from core.money import Currency
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.store.content.blobs import read_blob, share_blobs, write_blob
from core.store.content.cuts import ACCOUNTS_OF_PART, cut_by_account, find_cuts
from core.store.content.identities import encode_texts, read_identities, write_identities

Document = Mapping[str, Any]

_ROWS = ("first_rows", "rows/counts", "rows/numbers")
_HEADER = ("source", "synced_at", "content_hash", "currency", "exponent", "first", "data_through", "accounts")
_DATED = {"accounts": "<i8", "months": "<i8", "codes": "<i4"}


@dataclass(frozen=True, slots=True, eq=False)
class StoredArray:
    """An array as it is stored.

    Attributes:
        array: the array, of any shape, in the type that is stored.
        cuts: the places between its parts, ascending.
        is_differences: whether each entry is stored as its difference to the one before.

    """

    array: NDArray[Any]
    cuts: Sequence[int] = ()
    is_differences: bool = False


Arrays = dict[str, StoredArray]


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """The content of a snapshot.

    Attributes:
        ids: the ids of its accounts.
        names: their names.
        cuts: the places between the parts of its accounts.
        values: everything else that is no array, by name, as JSON can hold it.
        arrays: the arrays by name.

    """

    ids: Sequence[str]
    names: Sequence[str]
    cuts: Sequence[int]
    values: Mapping[str, Any]
    arrays: Arrays


def describe_content(ledger: Ledger, cube: Cube) -> Content:
    """Return the content of a ledger and its figures."""
    cuts = find_cuts(ledger.accounts.ids, ACCOUNTS_OF_PART)
    rows = ledger.source_rows.by_account
    arrays: Arrays = {
        **{
            _name_month(ledger.first + number): StoredArray(mrr.astype("<i8", copy=False), cuts)
            for number, mrr in enumerate(ledger.panel)
        },
        "excluded": StoredArray(ledger.accounts.excluded.astype("?"), cuts),
        "unpriced": StoredArray(ledger.accounts.unpriced.astype("?"), cuts),
        "consumer": StoredArray(ledger.accounts.consumer.astype("?"), cuts),
        "first_rows": StoredArray(ledger.source_rows.first_rows.astype("<i4"), cuts, is_differences=True),
        "rows/counts": StoredArray(np.diff(rows.starts).astype("<i4"), cuts),
        "rows/numbers": StoredArray(rows.numbers.astype("<i4"), rows.starts[list(cuts)].tolist(), is_differences=True),
        **_describe_dated_values("consumer_changes", ledger.accounts.consumer_changes, cuts),
        **{
            f"facts/{position}": StoredArray(numbers.astype("<f8"), cuts)
            for position, numbers in enumerate(ledger.facts.values())
        },
        "figures": StoredArray(cube.sums.astype("<i8", copy=False), _cut_by_window(cube)),
    }
    if cube.products is not None:
        arrays["products"] = StoredArray(_split_products(cube.products), _cut_by_window(cube, _PRODUCT_WIDTH))
    if ledger.currencies.foreign:
        arrays["currency_of"] = StoredArray(ledger.currencies.codes.astype("<i2"), cuts)
    for position, column in enumerate(ledger.columns.values()):
        arrays[f"columns/{position}"] = StoredArray(column.codes.astype("<i4"), cuts)
        arrays |= _describe_dated_values(f"columns/{position}", column.changes, cuts)
    scheduled, terms, lines = ledger.scheduled_changes, ledger.terms, ledger.lines
    if scheduled is not None:
        arrays |= _describe_lines("scheduled", {name: getattr(scheduled, name) for name in _SCHEDULED}, cuts)
    if terms is not None:
        arrays |= _describe_lines("terms", {name: getattr(terms, name) for name in _TERMS}, cuts)
    if lines is not None:
        arrays |= _describe_lines("lines", lines.arrays, cuts)
    return Content(ledger.accounts.ids, ledger.accounts.names, cuts, _describe_values(ledger, cube), arrays)


def list_changed_arrays(before: Ledger, after: Ledger) -> list[str] | None:
    """Return the names of the arrays that may differ where accounts have other amounts and rows; None for all arrays.

    These are the figures, the rows, and the months in which an amount differs.
    """
    if before.accounts.count != after.accounts.count:
        return None
    months = np.flatnonzero((before.panel != after.panel).any(axis=1)).tolist()
    rows = [ledger.source_rows.by_account for ledger in (before, after)]
    is_moved = not all(np.array_equal(*sides) for sides in zip(*((of.starts, of.numbers) for of in rows), strict=True))
    return ["figures", *(_name_month(after.first + month) for month in months), *(_ROWS if is_moved else ())]


def _name_month(month: Month) -> str:
    return f"mrr/{month.ordinal}"


def adds_up(cube: Cube) -> bool:
    """Tell whether the bridges of a cube close, in MRR and in accounts."""
    sums = dict(zip(MEASURES, np.moveaxis(cube.sums, -1, 0), strict=True))
    ending = sums["starting"] + sums["expansion"] - sums["contraction"] - sums["churn"]
    return bool((sums["ending"] == ending).all() and (sums["base"] == sums["retained"] + sums["churned"]).all())


_SCHEDULED = ("accounts", "months", "amounts")
_TERMS = ("accounts", "firsts", "lasts", "amounts")
_LINES = ("accounts", "products", "firsts", "lasts", "amounts", "list_amounts")


def _describe_values(ledger: Ledger, cube: Cube) -> dict[str, Any]:
    coverage = ledger.coverage
    return {
        "first": ledger.first.ordinal,
        "months": len(ledger.panel),
        "count": ledger.accounts.count,
        "tab": ledger.source_rows.tab,
        "currencies": [[currency.code, currency.exponent] for currency in ledger.currencies.known],
        "rates": [[month.ordinal, code, str(rate)] for (month, code), rate in ledger.currencies.rates.items()],
        "targets": [[*key, str(target)] for key, target in ledger.targets.items()],
        "words": [[phrase, entry.dimension, entry.value] for phrase, entry in ledger.workspace_words.items()],
        "columns": [[key, column.heading, column.values] for key, column in ledger.columns.items()],
        "blank_columns": [key for key, column in ledger.columns.items() if column.is_blank_elsewhere],
        "facts": list(ledger.facts),
        "product_names": ledger.lines.product_names if ledger.lines else None,
        "unknown_months": sorted(month.ordinal for month in coverage.unknown),
        "can_leave": coverage.can_leave,
        "left_out_rows": coverage.left_out_rows,
        "left_out_mrr": coverage.left_out_mrr,
        "labels": cube.labels,
        "windows": [[window.start.ordinal, window.end.ordinal] for window in cube.windows],
        "exclusions": [
            [
                *(entry.window.start.ordinal, entry.window.end.ordinal, entry.reason),
                *(*entry.label, entry.accounts, entry.starting, entry.highest, entry.unpriced),
            ]
            for entry in cube.exclusions
        ],
    }


def _describe_dated_values(name: str, changes: DatedValues | None, cuts: Sequence[int]) -> Arrays:
    if changes is None:
        return {}
    return _describe_lines(f"{name}/dated", {key: getattr(changes, key) for key in _DATED}, cuts)


def _describe_lines(name: str, arrays: Mapping[str, NDArray[Any] | None], cuts: Sequence[int]) -> Arrays:
    """Return arrays with one entry per line; the lines are sorted by account."""
    line_cuts = cut_by_account(arrays["accounts"], cuts) if arrays["accounts"] is not None else []
    return {
        f"{name}/{key}": StoredArray(
            array.astype(_DATED.get(key, "<i8")), line_cuts, is_differences=key == "accounts"
        )
        for key, array in arrays.items()
        if array is not None
    }  # fmt: skip


# Three products of at most 126 bits, each as two integers.
_PRODUCT_WIDTH, _LIMB_BITS = 6, 63


def _split_products(products: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return (windows, labels, 6) whole numbers of any size as their high and low bits."""
    return np.concatenate([products >> _LIMB_BITS, products & ((1 << _LIMB_BITS) - 1)], axis=-1).astype("<i8")


def _join_products(parts: NDArray[np.int64]) -> NDArray[np.object_]:
    numbers = parts.astype(np.object_)
    joined: NDArray[np.object_] = (numbers[..., :3] << _LIMB_BITS) + numbers[..., 3:]
    return joined


def _cut_by_window(cube: Cube, integers: int = len(MEASURES)) -> list[int]:
    """Return the cuts that make each window of the figures a part, as an edit changes a few of them."""
    width = len(cube.labels) * integers
    return [width * number for number in range(1, len(cube.windows))]


def describe_header(row: sqlite3.Row | Mapping[str, object]) -> dict[str, object]:
    """Return the part of the row of a snapshot that its seal covers."""
    return {key: row[key] for key in _HEADER}


def write_content(
    connection: sqlite3.Connection,
    snapshot_id: int,
    header: Mapping[str, object],
    content: Content,
    before: Document | None = None,
    changed: Collection[str] = (),
) -> bytes:
    """Store the content of a snapshot, and return the hash of its document.

    Args:
        connection: in a transaction.
        snapshot_id: the snapshot.
        header: the part of its row that is in the document.
        content: its content.
        before: the document of a snapshot with the same content but for the arrays `changed`; None if none is known.
        changed: the names of these arrays.

    Raises:
        ValueError: a part of the snapshot before is missing.

    """
    shared = {name: entry for name, entry in before["arrays"].items() if name not in changed} if before else {}
    if before:
        parts = (part for entry in shared.values() for part in entry["parts"])
        share_blobs(connection, snapshot_id, [*before["accounts"], *parts])

    def write_parts(stored: StoredArray) -> list[str]:
        array = stored.array.reshape(-1)
        if stored.is_differences:
            array = np.diff(array, prepend=array.dtype.type(0))
        return [write_blob(connection, snapshot_id, part.tobytes()) for part in np.split(array, stored.cuts)]

    document = {
        "header": header,
        "values": content.values,
        "accounts": before["accounts"]
        if before
        else write_identities(connection, snapshot_id, content.ids, content.names, content.cuts),
        "arrays": {
            name: shared.get(name)
            or {
                "type": stored.array.dtype.str,
                "is_differences": stored.is_differences,
                "parts": write_parts(stored),
            }
            for name, stored in content.arrays.items()
        },
    }
    return bytes.fromhex(write_blob(connection, snapshot_id, encode_texts(document).encode()))


def read_document(connection: sqlite3.Connection, content_hash: bytes) -> Document:
    """Return the document of a snapshot.

    Raises:
        ValueError: it is missing or damaged.

    """
    document: Document = json.loads(read_blob(connection, content_hash.hex()))
    return document


def read_into(connection: sqlite3.Connection, document: Document, name: str, target: NDArray[Any]) -> None:
    """Read an array of a document that is not stored as differences into one of its length.

    Raises:
        ValueError: the document has no such array of that length, or a part is missing or damaged.

    """
    entry, end = _find_array(document, name), 0
    for part in entry["parts"]:
        piece = np.frombuffer(read_blob(connection, part), entry["type"])
        start, end = end, end + len(piece)
        target[start:end] = piece
    if end != len(target) or entry["is_differences"]:
        raise ValueError(f"{name} has another length")


def _find_array(document: Document, name: str) -> Mapping[str, Any]:
    entry: Mapping[str, Any] | None = document["arrays"].get(name)
    if entry is None:
        raise ValueError(f"{name} is missing")
    return entry


def read_array(connection: sqlite3.Connection, document: Document, name: str) -> NDArray[Any]:
    """Return an array of a document, flat and in native byte order.

    Raises:
        ValueError: the document has no such array, or a part is missing or damaged.

    """
    entry = _find_array(document, name)
    array = np.frombuffer(b"".join(read_blob(connection, part) for part in entry["parts"]), entry["type"])
    if entry["is_differences"]:
        array = np.cumsum(array, dtype=array.dtype)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def list_parts(document: Document) -> Sequence[str]:
    """Return the hashes of all parts of a document."""
    return [*document["accounts"], *(part for entry in document["arrays"].values() for part in entry["parts"])]


def read_figures(connection: sqlite3.Connection, document: Document) -> Cube:
    """Return the figures of a snapshot.

    Raises:
        ValueError: a part is missing or damaged.

    """
    values = document["values"]
    labels = tuple((dimension, value) for dimension, value in values["labels"])
    windows = tuple(Window(Month(start), Month(end)) for start, end in values["windows"])
    sums = read_array(connection, document, "figures").reshape(len(windows), len(labels), len(MEASURES))
    products = None
    if "products" in document["arrays"]:
        parts = read_array(connection, document, "products")
        products = _join_products(parts.reshape(len(windows), len(labels), _PRODUCT_WIDTH))
    exclusions = tuple(
        Exclusion(Window(Month(start), Month(end)), reason, (dimension, value), *amounts)
        for start, end, reason, dimension, value, *amounts in values.get("exclusions", ())
    )
    return Cube(labels, windows, sums, values["can_leave"], products, exclusions)


def read_row_index(connection: sqlite3.Connection, document: Document) -> RowIndex:
    """Return the rows of the revenue tab by account.

    Raises:
        ValueError: a part is missing or damaged.

    """
    counts = read_array(connection, document, "rows/counts")
    starts = np.zeros(counts.size + 1, dtype=np.int32)
    np.cumsum(counts, out=starts[1:])
    return RowIndex(starts, read_array(connection, document, "rows/numbers"))


def read_ledger(
    connection: sqlite3.Connection,
    document: Document,
    load_index: Callable[[], RowIndex],
    earlier: tuple[Document, Ledger] | None = None,
) -> Ledger:
    """Return the ledger of a snapshot.

    Args:
        connection: in a transaction.
        document: the document of the snapshot.
        load_index: reads the rows by account at their first use.
        earlier: the document and the ledger of another snapshot, whose months are copied where they are the same.

    Raises:
        ValueError: a part is missing or damaged.

    """
    values, arrays = document["values"], document["arrays"]

    def read(name: str) -> NDArray[Any]:
        return read_array(connection, document, name)

    def read_dated(name: str) -> DatedValues | None:
        return DatedValues(**read_lines(f"{name}/dated", tuple(_DATED))) if f"{name}/dated/accounts" in arrays else None

    def read_lines(name: str, keys: Sequence[str]) -> dict[str, NDArray[Any]]:
        return {key: read(f"{name}/{key}") for key in keys}

    count, first = values["count"], Month(values["first"])
    panel = np.empty((values["months"], count), dtype=np.int64)
    known: Mapping[str, Any] = earlier[0]["arrays"] if earlier else {}
    for number, close in enumerate(panel):
        name = _name_month(first + number)
        if earlier and name in known and known[name] == arrays.get(name):
            close[:] = earlier[1].panel[earlier[1].first.until(first + number)]
        else:
            read_into(connection, document, name, close)
    ids, names = read_identities(connection, document["accounts"])
    return Ledger(
        first=first,
        panel=panel,
        accounts=AccountTable(
            ids,
            ids if names == ids else names,
            **{name: read(name) for name in ("excluded", "unpriced", "consumer")},
            consumer_changes=read_dated("consumer_changes"),
        ),
        currencies=Currencies(
            tuple(Currency(code, exponent) for code, exponent in values["currencies"]),
            read("currency_of") if "currency_of" in arrays else np.zeros(count, dtype=np.int16),
            {(Month(month), code): Fraction(rate) for month, code, rate in values["rates"]},
        ),
        source_rows=SourceRows(values["tab"], read("first_rows"), load_index),
        columns={
            key: Column(
                heading,
                tuple(texts),
                read(f"columns/{position}"),
                read_dated(f"columns/{position}"),
                key in values.get("blank_columns", ()),
            )
            for position, (key, heading, texts) in enumerate(values["columns"])
        },
        facts={key: read(f"facts/{position}") for position, key in enumerate(values["facts"])},
        targets={(value, metric): Fraction(target) for value, metric, target in values["targets"]},
        workspace_words={phrase: Filter(dimension, value) for phrase, dimension, value in values["words"]},
        scheduled_changes=(
            ScheduledChanges(**read_lines("scheduled", _SCHEDULED)) if "scheduled/accounts" in arrays else None
        ),
        terms=Terms(**read_lines("terms", _TERMS)) if "terms/accounts" in arrays else None,
        lines=Lines(
            tuple(values["product_names"]),
            quantities=read("lines/quantities") if "lines/quantities" in arrays else None,
            **read_lines("lines", _LINES),
        )
        if "lines/accounts" in arrays
        else None,
        coverage=Coverage(
            frozenset(map(Month, values["unknown_months"])),
            values["can_leave"],
            values["left_out_rows"],
            tuple(values["left_out_mrr"]),
        ),
    )
