"""The columns of the Customers tab that are segments: the value of each account, today and over time."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.ledger.segments import UNASSIGNED
from core.months import Month
from sheets.cells.dates import EPOCH, LAST_YEAR
from sheets.cells.text import fold_heading, is_failed_formula, read_text
from sheets.tabs.tab_reader import DATE_KEYS, TabReader
from sheets.workbook.a1 import column_letters
from sheets.workbook.port import Cell

# The known headings that are segments; every column with an unknown heading is one too.
SEGMENT_KEYS = ("segment", "industry", "region", "plan", "owner", "pricing_model", "health")
# Known headings without a meaning in this tab: such a column is a segment like any other.
OTHER_TAB_KEYS = (
    *(
        "start",
        "end",
        "contract_end",
        "interval",
        "product",
        "trial",
        "one_off",
        "month",
        "mrr",
        "date",
        "amount",
        "quantity",
    ),
    *("change", "type", "rate", "metric", "target", "from", "status", "canceled_at", "term", "arr", "acv", "tcv"),
    *("interval_count", "before", "after", "invoice", "period_start", "period_end", "service_period", "credit_note"),
    *("word", "means"),
)
# Last words of the headings of identifiers, and headings of remarks, folded.
_ID_WORDS = frozenset({"id", "ids", "uuid", "ref", "reference"})
_NOTE_HEADINGS = frozenset(
    {
        *("note", "notes", "comment", "comments", "remark", "remarks", "memo", "description", "details", "next steps"),
        *("commentaire", "commentaires", "remarque", "remarques", "observation", "observations", "prochaines etapes"),
    }
)
# Most values of a column of remarks differ, and they are longer than this on average, in letters.
_MOST_DIFFERENT, _LONG_TEXT = 0.5, 30
_ADDRESS = re.compile(r"\S+@\S+\.\S+|https?://\S+|www\.\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/?", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s?[-\u2013]\s?\d+")
# The years that two digits can mean: 11-50 is taken for November 1950.
_FIRST_SERIAL, _LAST_SERIAL = (dt.date(1930, 1, 1) - EPOCH).days, (dt.date(LAST_YEAR, 1, 1) - EPOCH).days
# Words for a blank cell: the bot's own, which people copy from its answers.
_UNASSIGNED_WORDS = frozenset({UNASSIGNED.casefold(), "non attribué"})


@dataclass(frozen=True, slots=True)
class DatedRow:
    """A row of an account that has several.

    Attributes:
        row: its index below the header row.
        account: the number of its account.
        day: the first day on which it is valid.

    """

    row: int
    account: int
    day: dt.date


def read_segments(
    reader: TabReader, rows: Sequence[int], ids: Sequence[str], dated_rows: Sequence[DatedRow]
) -> tuple[dict[str, tuple[str, Sequence[str]]], dict[str, Sequence[tuple[int, Month, str]]]]:
    """Return the segments and their history, as in `Customers`, and report their problems in the reader.

    Args:
        reader: the tab.
        rows: the row of each account that is valid today.
        ids: the accounts.
        dated_rows: all rows of the accounts that have several.

    """
    columns = _find_segment_columns(reader)
    segments: dict[str, tuple[str, Sequence[str]]] = {}
    history: dict[str, Sequence[tuple[int, Month, str]]] = {}
    # First the rows that are valid today, then the other dated ones, so that each row is read and reported once.
    current_rows = set(rows)
    other_rows = [dated for dated in dated_rows if dated.row not in current_rows]
    all_rows = [*rows, *(dated.row for dated in other_rows)]
    owners = [*ids, *(ids[dated.account] for dated in other_rows)]
    for key, column in columns.items():
        values = read_column_values(reader, column, all_rows, owners)
        count, most = len(set(values) - {""}), reader.options.max_segment_values
        if key not in SEGMENT_KEYS and is_free_text(reader.header.heading(column), values[: len(rows)]):
            continue
        if count > most:
            reader.report("too_many_values", -1, column, count=str(count), most=str(most))
        elif count:
            segments[key] = (reader.header.heading(column), values[: len(rows)])
            value_of_row = dict(zip(all_rows, values, strict=True))
            # A value that is valid from some day on counts at the close of that day's month.
            history[key] = [
                (dated.account, Month.containing(dated.day), value_of_row[dated.row]) for dated in dated_rows
            ]
    return segments, {key: changes for key, changes in history.items() if changes}


def is_free_text(heading: str, values: Sequence[str]) -> bool:
    """Tell whether a column has remarks, addresses or IDs, one for each account, and so no values of a segment.

    Args:
        heading: its heading.
        values: one text for each account, empty if blank.

    """
    texts = [value for value in values if value]
    distinct = set(texts)
    if len(distinct) <= _MOST_DIFFERENT * len(texts):
        return False
    if 2 * sum(_ADDRESS.fullmatch(value) is not None for value in distinct) > len(distinct):
        return True
    folded = fold_heading(heading)
    if folded in _NOTE_HEADINGS or _ID_WORDS.intersection(folded.split()[-1:]):
        return True
    return sum(map(len, distinct)) > _LONG_TEXT * len(distinct)


def _find_segment_columns(reader: TabReader) -> dict[str, int]:
    """Return key -> column: known headings by their key, others by their heading; report repeated headings."""
    header = reader.header
    columns = {key: header.columns[key] for key in (*SEGMENT_KEYS, *OTHER_TAB_KEYS) if key in header.columns}
    used_keys = {*columns, *header.columns}
    for column in header.others:
        key = header.heading(column).casefold()
        if key in used_keys:
            first = columns.get(key, header.columns.get(key, 0))
            reader.report("duplicate_heading", -1, column, column=column_letters(first))
        else:
            used_keys.add(key)
            columns[key] = column
    return columns


def read_column_values(reader: TabReader, column: int, rows: Sequence[int], ids: Sequence[str]) -> list[str]:
    """Return the values of a segment column, and report its problems in the reader.

    A formula that failed, and a text that the spreadsheet took for a date, are blank.

    Args:
        reader: the tab.
        column: the column.
        rows: the rows to read.
        ids: the account of each of these rows.

    """
    values = _unify_spellings(reader, column, rows, _read_values(reader, column, rows, ids))
    return ["" if value.casefold() in _UNASSIGNED_WORDS else value for value in values]


def _read_values(reader: TabReader, column: int, rows: Sequence[int], ids: Sequence[str]) -> list[str]:
    cells = reader.cells_in(column)
    values = [read_text(cells[row]) for row in rows]
    if any(map(_RANGE.fullmatch, values)):
        cells = list(map(_read_serial_number, cells))
    # A date is no segment. Among texts, or repeated, it was a text such as 11-50 that Excel took for a date.
    days = [cells[row] for row in rows if isinstance(cells[row], dt.date)]
    has_texts = any(isinstance(cells[row], str) for row in rows)
    holds_days = column in {reader.header.columns.get(key) for key in DATE_KEYS}
    is_mistaken = not holds_days and (has_texts or 2 * len(set(days)) <= len(days))
    for index, value in enumerate(values):
        cell = cells[rows[index]]
        if isinstance(cell, dt.date) and not is_mistaken:
            values[index] = ""
        elif isinstance(cell, dt.date) or is_failed_formula(value):
            heading = reader.header.heading(column)
            text = " / ".join(_guess_texts(cell, values)) if isinstance(cell, dt.date) else "11-50"
            reader.report("segment_unreadable", rows[index], column, ids[index], heading=heading, text=text)
            values[index] = ""
    return values


def _read_serial_number(cell: Cell) -> Cell:
    """Return the date of a number among ranges such as 51-200, as Google gives dates as serial numbers."""
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not _FIRST_SERIAL <= cell <= _LAST_SERIAL:
        return cell
    return EPOCH + dt.timedelta(days=int(cell))


def _guess_texts(day: dt.date, values: Sequence[str]) -> list[str]:
    """Return the texts that Excel may have taken for a day; those that other cells of the column have come first."""
    guesses = [f"{day.month}-{day:%y}", f"{day.day}-{day.month}", f"{day.month}-{day.day}"]
    written = [value for value in dict.fromkeys(values) if value in guesses]
    ranges = [f"{day.month}-{end}" for end in _find_range_ends(day.month, values)]
    return list(dict.fromkeys([*written, *ranges, *guesses[1:]]))


def _find_range_ends(start: int, values: Sequence[str]) -> list[int]:
    """Return the end of the range that begins with `start`, if the column has the range that follows it: 51-200."""
    starts = [int(match[1]) for value in values if (match := _RANGE.match(value))]
    following = [other - 1 for other in starts if other > start]
    return [min(following)] if following else []


def _unify_spellings(reader: TabReader, column: int, rows: Sequence[int], values: Sequence[str]) -> list[str]:
    """Return the values with one spelling for those that differ in case only: the most frequent, else the first."""
    spellings: dict[str, str] = {}
    for value, _ in Counter(values).most_common():
        spellings.setdefault(value.casefold(), value)
    reported: set[str] = set()
    for row, value in zip(rows, values, strict=True):
        other = spellings[value.casefold()]
        if value != other and value not in reported:
            reported.add(value)
            reader.report("spelling", row, column, other=other)
    return [spellings[value.casefold()] for value in values]
