"""A tab for each year, month or entity becomes one tab: their rows one below the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.months import Month
from sheets.cells.dates import infer_date_order, read_month
from sheets.cells.text import (
    LocaleFormat,
    fold_cell,
    fold_heading,
    is_blank,
    read_account_id,
    read_text,
    remember_readings,
)
from sheets.headers.header_row import HeaderRow
from sheets.headers.headings import find_key
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.a1 import format_a1
from sheets.workbook.origins import StackedOrigin, StackedPart
from sheets.workbook.port import Area, Cell, FormatRun, Grid

ENTITY_HEADING = "Entity"
# The heading that a tab for one month gets.
MONTH_HEADING = "Month"


@dataclass(frozen=True, slots=True)
class TabToStack:
    """A tab with its header row.

    Attributes:
        grid: the tab.
        header: its header row.
        month_column: the column of the month, or of the first day, of each row; None for a tab with a column for each
            month.
        amount_column: the column of the amounts of such rows.

    """

    grid: Grid
    header: HeaderRow
    month_column: int | None = None
    amount_column: int = 0

    @property
    def title(self) -> str:
        """The tab's title."""
        return self.grid.tab.title

    def list_account_months(self, *, with_totals: bool = False) -> dict[tuple[str, Month], list[tuple[int, int]]]:
        """Return (account, month) -> row and column of its filled cells of amounts.

        A row that is surely a total is no account, and each of several tabs may have one.
        """
        month_of_row = self._read_row_months()
        months = self.header.read_months(LocaleFormat())
        at = self.header.columns["account_id"]
        filled: dict[tuple[str, Month], list[tuple[int, int]]] = {}
        for row, cells in enumerate(self.grid.rows[self.header.row + 1 :], self.header.row + 1):
            account = read_account_id(cells[at]) if at < len(cells) else ""
            total = None if with_totals else read_total_heading(account)
            if total and total.certain:
                continue
            if self.month_column is not None:
                months = {self.amount_column: month_of_row[row]} if row in month_of_row else {}
            for column, month in months.items() if account else ():
                if column < len(cells) and not is_blank(cells[column]):
                    filled.setdefault((account, month), []).append((row, column))
        return filled

    def _read_row_months(self) -> dict[int, Month]:
        """Return row -> its month; empty for a tab with a column for each month."""
        if self.month_column is None:
            return {}
        top = self.header.row + 1
        cells = self.grid.list_cells(self.month_column, top)
        locale_format = infer_date_order(cells, LocaleFormat())
        read = remember_readings(lambda cell: read_month(cell, locale_format))
        return {row: month for row, cell in enumerate(cells, top) if (month := read(cell))}


@dataclass(frozen=True, slots=True)
class Overlap:
    """A cell of an account and month that an earlier tab has, too.

    Attributes:
        account: the account.
        title: the title of its tab.
        cell: the cell in A1 notation.
        other: the place of the earlier cell.
        content: the content of the cell.

    """

    account: str
    title: str
    cell: str
    other: str
    content: str


def find_overlaps(tabs: Sequence[TabToStack]) -> list[Overlap]:
    """Return the cells of accounts and months that an earlier tab has, one for each account and pair of tabs."""
    first_places: dict[tuple[str, Month], tuple[TabToStack, int, int]] = {}
    overlaps: dict[tuple[str, str, str], Overlap] = {}
    for tab in tabs:
        for key, [(row, column), *_] in tab.list_account_months().items():
            earlier = first_places.setdefault(key, (tab, row, column))
            if earlier[0] is not tab and (earlier[0].title, tab.title, key[0]) not in overlaps:
                overlaps[earlier[0].title, tab.title, key[0]] = Overlap(
                    account=key[0],
                    title=tab.title,
                    cell=format_a1(row, column),
                    other=f"{earlier[0].title}!{format_a1(earlier[1], earlier[2])}",
                    content=read_text(tab.grid.rows[row][column]),
                )
    return list(overlaps.values())


def blank_repeated_amounts(tabs: Sequence[TabToStack]) -> tuple[list[TabToStack], list[Month]]:
    """Return the tabs without the amounts that an earlier one has for the same account and month, and those months."""
    amounts: dict[tuple[str, Month], list[str]] = {}
    months: set[Month] = set()
    blanked = []
    for tab in tabs:
        rows = list(tab.grid.rows)
        for key, places in tab.list_account_months(with_totals=True).items():
            texts = sorted(_write_amount(tab.grid.rows[row][column]) for row, column in places)
            if amounts.setdefault(key, texts) is texts or amounts[key] != texts:
                continue
            months.add(key[1])
            for row, column in places:
                rows[row] = [*rows[row][:column], None, *rows[row][column + 1 :]]
        blanked.append(replace(tab, grid=replace(tab.grid, rows=rows)))
    return blanked, sorted(months)


def _write_amount(cell: Cell) -> str:
    """Return a cell so that two of the same amount are the same text: 1200 and 1200.0."""
    return repr(float(cell)) if isinstance(cell, (int, float)) else read_text(cell)


def stack_tabs(tabs: Sequence[TabToStack], extra: Mapping[str, Sequence[Cell]]) -> Grid:
    """Return one grid with the rows of all tabs below the header row of the first, which gets the other headings.

    Columns of one meaning are one column: the same known heading, month or text.

    Args:
        tabs: the tabs, two or more.
        extra: heading -> one value for each tab, for the rows of the tabs that do not have the column.

    """
    headings: list[Cell] = []
    place_of_key: dict[object, int] = {}
    columns_of_tab: list[dict[int, int]] = []
    for tab in tabs:
        columns: dict[int, int] = {}
        months = tab.header.read_months(LocaleFormat())
        keys = {column: key for key, column in tab.header.columns.items()}
        for column, cell in enumerate(tab.header.cells):
            if is_blank(cell):
                continue
            key = months.get(column) or keys.get(column) or fold_cell(cell)
            if key not in place_of_key:
                place_of_key[key] = len(headings)
                headings.append(str(months[column]) if column in months else cell)
            columns.setdefault(place_of_key[key], column)
        columns_of_tab.append(columns)
    extra_places: dict[int, Sequence[Cell]] = {}
    for heading, values in extra.items():
        key = find_key(fold_heading(heading)) or fold_cell(heading)
        if key not in place_of_key:
            place_of_key[key] = len(headings)
            headings.append(heading)
        extra_places[place_of_key[key]] = values
    header_row = tabs[0].header.row
    width = len(headings)
    rows: list[Sequence[Cell]] = [*tabs[0].grid.rows[:header_row], headings]
    parts, merges, formats = [], list[Area](), list[FormatRun]()
    for number, (tab, columns) in enumerate(zip(tabs, columns_of_tab, strict=True)):
        body = tab.grid.rows[tab.header.row + 1 :]
        top, sources = len(rows), [columns.get(place, -1) for place in range(width)]
        added = {place: values[number] for place, values in extra_places.items() if place not in columns}
        rows += [_build_row(cells, sources, added) for cells in body]
        parts.append(StackedPart(tab.title, top, tab.header.row + 1, sources))
        place_of_column = {column: place for place, column in columns.items()}
        shift = top - tab.header.row - 1
        merges += _move_merges(tab.grid.merges, place_of_column, shift)
        formats += [
            FormatRun(place_of_column[run.column], max(run.top + shift, top), run.bottom + shift, run.code)
            for run in tab.grid.formats
            if run.column in place_of_column and run.bottom + shift > top
        ]
    grid = tabs[0].grid
    return replace(
        grid,
        tab=replace(grid.tab, rows=len(rows), columns=width, tables=()),
        rows=rows,
        merges=tuple(merges),
        formats=tuple(formats),
        origin=StackedOrigin(parts, header_row),
    )


def _build_row(cells: Sequence[Cell], sources: Sequence[int], added: Mapping[int, Cell]) -> Sequence[Cell]:
    """Return a row in the columns of the stacked grid; the added values are in rows that are not blank."""
    row = [cells[column] if 0 <= column < len(cells) else None for column in sources]
    if not all(map(is_blank, cells)):
        for place, value in added.items():
            row[place] = value
    return row


def _move_merges(merges: Sequence[Area], place_of_column: Mapping[int, int], shift: int) -> list[Area]:
    """Return the merges of one column, at their places in the stacked grid."""
    return [
        Area(area.top + shift, place_of_column[area.left], area.bottom + shift, place_of_column[area.left] + 1)
        for area in merges
        if area.right == area.left + 1 and area.left in place_of_column
    ]


def read_title_month(title: str) -> Month | None:
    """Return the month that the title of a tab names, alone or with MRR."""
    return read_month(title, LocaleFormat())


def is_title_of_year(title: str) -> bool:
    """Tell whether the title of a tab names a year: "2024", "MRR 2024"."""
    words = fold_cell(title).split()
    return any(word.isdecimal() and len(word) == 4 and word[:2] in {"19", "20"} for word in words)
