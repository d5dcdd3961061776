"""The columns of the revenue tab that are segments, as in Customers: one value for each account."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence
from core.months import Month
from sheets.accounts.customer_segments import SEGMENT_KEYS, is_free_text, read_column_values
from sheets.cells.dates import read_date
from sheets.cells.text import LocaleFormat, UnreadableCell, fold_cell, is_blank
from sheets.headers.headings import looks_like_month
from sheets.tabs.tab_reader import TabReader
from sheets.tabs.total_rows import read_total_column
from sheets.workbook.port import Cell

_NUMBER = re.compile(r"[+-]?\d[\d., ]*%?")
# A column is a segment only if most of its cells are texts, and their values repeat.
_MOST_TEXTS, _MOST_DISTINCT = 0.5, 0.5
_FEW_ACCOUNTS = 5
# A column that differs between the rows of more accounts than this is no attribute of accounts.
_MOST_VARYING = 0.2


@dataclass(frozen=True, slots=True)
class RevenueSegment:
    """A column of the revenue tab that is a segment.

    Attributes:
        heading: its heading.
        values: account -> its value, the last one if the rows have months; empty if its rows contradict each other.
        changes: (account, month, value) of the accounts whose value changed from one month on, by account and month.

    """

    heading: str
    values: Mapping[str, str]
    changes: Sequence[tuple[str, Month, str]] = field(default=())


def read_revenue_segments(reader: TabReader, ids: Sequence[str], codes: NDArray[np.intp]) -> dict[str, RevenueSegment]:
    """Return key -> the segment, for every column of the revenue tab that is one.

    A column whose value differs between the rows of a few accounts is reported at those rows, and the accounts have
    no value. If it differs in many accounts it describes lines, not accounts, and is no segment.

    Args:
        reader: the revenue tab.
        ids: the accounts.
        codes: (rows,) the account of each row, -1 for a row of no account.

    """
    rows = _list_counted_rows(reader, np.flatnonzero(codes >= 0).tolist())
    accounts = [ids[int(codes[row])] for row in rows]
    months = reader.read_row_months()
    segments: dict[str, RevenueSegment] = {}
    for key, column in _find_candidates(reader).items():
        cells = reader.cells_in(column)
        filled = [cells[row] for row in rows if not is_blank(cells[row])]
        if not filled or not _holds_words([_read_written_day(cell, reader.locale_format) for cell in filled]):
            continue
        values = read_column_values(reader, column, rows, accounts)
        segment, varying = _unite_rows(reader.header.heading(column), rows, accounts, values, months)
        distinct = set(values) - {""}
        if key not in SEGMENT_KEYS and is_free_text(segment.heading, list(segment.values.values())):
            continue
        most = max(_FEW_ACCOUNTS, int(_MOST_DISTINCT * len(ids)))
        if (key not in SEGMENT_KEYS and len(distinct) > most) or len(distinct) > reader.options.max_segment_values:
            continue
        if len(varying) > _MOST_VARYING * len(ids):
            statement = N_("“{heading}” differs between the rows of {count} accounts, so it is no segment.")
            reader.decide("attributes", Sentence(statement, {"heading": segment.heading, "count": len(varying)}))
            continue
        for account, row in varying.items():
            reader.report("segment_varies", row, column, account)
        segments[key] = segment
    return segments


def _list_counted_rows(reader: TabReader, rows: Sequence[int]) -> list[int]:
    """Return the rows without those of an export whose status has no MRR: a lost deal says nothing about a customer."""
    statuses, counts = reader.rules.statuses, reader.options.status_counts
    if statuses is None:
        return list(rows)
    cells = reader.cells_under("status")
    return [row for row in rows if statuses.find_meaning(fold_cell(cells[row]), counts) != "free"]


def _find_candidates(reader: TabReader) -> dict[str, int]:
    """Return key -> column of the headings that may be segments: known ones, and all that have no meaning."""
    header = reader.header
    months = header.read_months(reader.locale_format)
    columns = {key: header.columns[key] for key in SEGMENT_KEYS if key in header.columns}
    for column in header.others:
        heading = header.heading(column)
        if column not in months and not looks_like_month(heading) and not read_total_column(heading):
            columns.setdefault(heading.casefold(), column)
    return columns


def _holds_words(cells: Sequence[object]) -> bool:
    """Tell whether most cells are texts and none is an e-mail or web address; dates and numbers are no segments.

    A number is one as a text, too, as all cells of a text file are texts.
    """
    words = [cell for cell in cells if isinstance(cell, str) and not _NUMBER.fullmatch(cell.strip())]
    if any("@" in word or "://" in word for word in words):
        return False
    days = sum(isinstance(cell, dt.date) for cell in cells)
    return len(words) > _MOST_TEXTS * (len(cells) - days) and len(words) > days


def _read_written_day(cell: Cell, locale_format: LocaleFormat) -> Cell:
    """Return a text that is a date as a day, any other cell as it is."""
    day = read_date(cell, locale_format) if isinstance(cell, str) and any(map(str.isdigit, cell)) else None
    if day == UnreadableCell("date_ambiguous"):
        return dt.date.max
    return day if isinstance(day, dt.date) else cell


def _unite_rows(
    heading: str,
    rows: Sequence[int],
    accounts: Sequence[str],
    values: Sequence[str],
    months: Mapping[int, Month],
) -> tuple[RevenueSegment, dict[str, int]]:
    """Return the segment, and account -> its first row that contradicts an earlier one."""
    entries: dict[str, list[tuple[Month, int, str]]] = defaultdict(list)
    start = Month(0)
    for row, account, value in zip(rows, accounts, values, strict=True):
        if value:
            entries[account].append((months.get(row, start), row, value))
    united: dict[str, str] = {}
    changes: list[tuple[str, Month, str]] = []
    varying: dict[str, int] = {}
    for account, dated in entries.items():
        dated.sort()
        history: list[tuple[Month, str]] = []
        for month, row, value in dated:
            if history and history[-1][1] == value:
                continue
            # Two values in one month, or a value that comes back, are no change from one month on.
            if history and (history[-1][0] == month or any(value == earlier for _, earlier in history)):
                varying.setdefault(account, row)
            history.append((month, value))
        united[account] = "" if account in varying else history[-1][1]
        if len(history) > 1 and account not in varying:
            changes += [(account, month, value) for month, value in history]
    return RevenueSegment(heading, united, changes), varying
