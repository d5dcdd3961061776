"""Rows of a plan among the rows of actual amounts: by a column such as Scenario, by a title above them, or below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from types import NoneType

from core.errors import N_, Sentence, WorkbookLayoutError
from sheets.cells.plan_words import Figures, names_both_figures, read_figures, read_label
from sheets.cells.text import LocaleFormat, fold_heading, is_blank, read_account_id, read_text
from sheets.headers.header_row import HeaderRow
from sheets.headers.header_search import find_header_rows
from sheets.tabs.decisions import Decision
from sheets.tabs.merged_cells import fill_merged_cells
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Cell, Grid

# A column with one of these headings says which rows are a plan.
_SCENARIO_HEADINGS = frozenset(
    {
        *("scenario", "scenarios", "scenario name", "type of figure", "type of figures", "figure type", "figures"),
        *("type de chiffre", "type de chiffres", "nature du chiffre", "budget version", "plan version"),
    }
)
# So does one with one of these, if a word of actual or planned is among its values.
_LIKELY_HEADINGS = frozenset(
    {
        *("version", "versions", "data version", "version name", "data type", "amount type", "type of amount", "basis"),
        *("type de donnee", "type de donnees", "type de montant", "nature", "nature du montant", "version des donnees"),
    }
)
# Known headings under which Actual and Budget may be, too.
_OTHER_KEYS = ("type", "status")
# A column with more values than this says something else, unless its heading is a scenario.
_MOST_VALUES = 40
# The rows of which the values are collected at once.
_CHUNK = 1_000
# An error and a decision list this many values.
_LISTED = 5


@dataclass(frozen=True, slots=True)
class ScenarioColumn:
    """A column that says which rows are a plan.

    Attributes:
        column: its index.
        heading: its heading.
        cells: its cells below the heading, merged ones filled.
        planned: the values that mark a plan.
        planned_cells: the cells with one of these values.
        blank_rows: the rows with nothing there, as indexes of the grid.
        unknown: value -> its first row; a blank value is that of a row with an account, next to rows of a plan.
        has_actual: True if a row is marked as actual.

    """

    column: int
    heading: str
    cells: Sequence[Cell]
    planned: Sequence[str]
    planned_cells: frozenset[Cell]
    blank_rows: Sequence[int]
    unknown: Mapping[str, int]
    has_actual: bool

    @property
    def is_plan_only(self) -> bool:
        """Tell whether every row is a plan."""
        return bool(self.planned) and not self.unknown and not self.has_actual


def leave_out_planned_rows(grid: Grid, meanings: Mapping[str, str]) -> tuple[Grid, list[Decision]]:
    """Return a tab with blank rows in place of those of a plan, and the decisions.

    A tab whose rows are all a plan, or may be, stays as it is: `check_scenarios` refuses it.

    Args:
        grid: the tab.
        meanings: the configured meanings of headings.

    """
    header = next((header for _, header in find_header_rows(grid, meanings) if "account_id" in header.keys), None)
    if header is None or grid.tab.is_bot_tab:
        return grid, []
    id_column = header.columns["account_id"]
    decisions: list[Decision] = []

    def decide(template: str, rows: Sequence[int], place: tuple[int, int], **values: str) -> None:
        statement = Sentence(template, {**values, "count": len(rows)})
        decisions.append(Decision("account", grid.tab.title, format_a1(*place), statement))

    scenario = find_scenario_column(grid, header)
    is_mixed = bool(scenario and scenario.planned and scenario.has_actual and not scenario.unknown)
    if scenario and is_mixed:
        rows = _list_rows_of(scenario.planned_cells, scenario.cells, header.row + 1)
        grid = _blank_rows(grid, header, rows)
        template = N_("Rows marked {values} in “{heading}” are a plan, and are not read ({count}).")
        values = _list_values(scenario.planned)
        decide(template, rows, (header.row, scenario.column), values=values, heading=scenario.heading)
    is_marked = scenario is not None and is_mixed and scenario.column > id_column
    sparse_rows = scenario.blank_rows if scenario and is_marked else _list_sparse_rows(grid, header)
    section, rows = _find_planned_section(grid, header, sparse_rows)
    if rows:
        grid = _blank_rows(grid, header, rows)
        template = N_("Rows below “{title}” are a plan, and are not read ({count}).")
        title = read_text(grid.rows[section[0]][section[1]])
        decide(template, rows, section, title=title)
    rows = _find_planned_foot(grid, header)
    if rows:
        place = (rows[0], id_column)
        label = read_text(grid.rows[place[0]][place[1]])
        grid = _blank_rows(grid, header, rows)
        template = N_("Rows below the accounts, such as “{label}”, are no accounts, and are not read ({count}).")
        decide(template, rows, place, label=label)
    return (_blank_column(grid, header, scenario.column) if scenario and is_mixed else grid), decisions


def find_scenario_column(grid: Grid, header: HeaderRow) -> ScenarioColumn | None:
    """Return the column that says which rows are a plan; None without one.

    Args:
        grid: the tab.
        header: its header row.

    """
    months = header.read_months(LocaleFormat())
    known = {header.columns[key] for key in _OTHER_KEYS if key in header.columns}
    for column in sorted({*header.others, *known} - months.keys()):
        scenario = _read_scenario_column(grid, header, column)
        if scenario:
            return scenario
    return None


def check_scenarios(grid: Grid, header: HeaderRow) -> None:
    """Raise if rows may be a plan, or are of several plans.

    Args:
        grid: the revenue tab, without the rows of a plan.
        header: its header row.

    Raises:
        WorkbookLayoutError: a value of a column such as Scenario is neither actual nor a plan.

    """
    scenario = find_scenario_column(grid, header)
    if scenario is None or not (scenario.unknown or (scenario.is_plan_only and len(scenario.planned) > 1)):
        return
    values = [value for value in scenario.unknown or scenario.planned if value]
    problem = N_(
        "The tab “{tab}” has rows marked {values} in “{heading}”. Only actual rows are revenue, and these may be a "
        "plan, so the tab is not read."
    )
    if not values:
        problem = N_(
            "The tab “{tab}” has rows of a plan in “{heading}”, and rows with nothing there, such as row {row}. These "
            "may be a plan, too, so the tab is not read."
        )
    raise WorkbookLayoutError(
        problem,
        N_("Write Actual or Budget in each cell of that column. If it is no scenario, give it another heading."),
        tab=grid.tab.title,
        values=_list_values(values),
        heading=scenario.heading,
        row=min(scenario.unknown.values(), default=0) + 1,
    )


def _list_values(values: Iterable[str]) -> str:
    """Return the first values of a column."""
    listed = list(values)
    return ", ".join(listed[:_LISTED]) + (" ..." if len(listed) > _LISTED else "")


def _read_scenario_column(grid: Grid, header: HeaderRow, column: int) -> ScenarioColumn | None:
    """Return a column as the one that says which rows are a plan; None if it says something else."""
    heading = header.heading(column)
    is_scenario = fold_heading(heading) in _SCENARIO_HEADINGS or names_both_figures(heading)
    cells: list[Cell] = []
    values: dict[Cell, None] = {}
    for top in range(header.row + 1, len(grid.rows), _CHUNK):
        chunk = grid.list_cells(column, top, top + _CHUNK)
        cells += chunk
        values |= dict.fromkeys(chunk)
        if len(values) > _MOST_VALUES + (None in values) and not is_scenario:
            return None
    figures = {read_figures(value) for value in values if isinstance(value, str)}
    has_both = figures >= {"actual", "plan"}
    is_likely = fold_heading(heading) in _LIKELY_HEADINGS and bool(figures & {"actual", "plan"})
    if not (is_scenario or is_likely or has_both):
        return None
    filled = fill_merged_cells(grid, header.row, {column})
    if filled is not grid:
        cells = filled.list_cells(column, header.row + 1)
        values = dict.fromkeys(cells)
    return _sort_values(filled, header, column, cells, values)


def _sort_values(
    grid: Grid, header: HeaderRow, column: int, cells: Sequence[Cell], values: Iterable[Cell]
) -> ScenarioColumn:
    """Return a column as the one that says which rows are a plan; `values` are its different cells, in their order."""
    first, id_column = header.row + 1, header.columns["account_id"]
    texts = {cell: read_text(cell) for cell in values}
    figures = {cell: read_figures(text) for cell, text in texts.items()}
    planned = {cell: text for cell, text in texts.items() if figures[cell] == "plan"}
    others = [cell for cell, text in texts.items() if text and not figures[cell]]
    first_rows = dict(zip(reversed(cells), range(first + len(cells) - 1, first - 1, -1), strict=True)) if others else {}
    unknown: dict[str, int] = {}
    for cell in others:
        if not _is_heading_again(header, column, texts[cell]):
            unknown.setdefault(texts[cell], first_rows[cell])
    blank_rows = _list_rows_of({cell for cell, text in texts.items() if not text}, cells, first)
    # Blank cells matter next to a plan only.
    accounts = (row for row in blank_rows if _holds_account(grid.rows[row], id_column))
    if planned and (account := next(accounts, None)) is not None:
        unknown[""] = account
    return ScenarioColumn(
        column,
        header.heading(column),
        cells,
        planned=tuple(dict.fromkeys(planned.values())),
        planned_cells=frozenset(planned),
        blank_rows=blank_rows,
        unknown=unknown,
        has_actual="actual" in figures.values(),
    )


def _is_heading_again(header: HeaderRow, column: int, value: str) -> bool:
    return value.casefold() == header.heading(column).casefold()


def _holds_account(cells: Sequence[Cell], id_column: int) -> bool:
    """Tell whether a row has an account and something else, and is no total."""
    account = read_account_id(cells[id_column]) if id_column < len(cells) else ""
    return bool(account) and not _is_alone(cells) and not read_total_heading(account)


def _is_alone(cells: Sequence[Cell]) -> bool:
    """Tell whether a row has one filled cell."""
    filled = 0
    for cell in cells:
        filled += not is_blank(cell)
        if filled > 1:
            return False
    return filled == 1


def _find_planned_section(
    grid: Grid, header: HeaderRow, sparse_rows: Sequence[int]
) -> tuple[tuple[int, int], list[int]]:
    """Return the place of a title such as Budget between the rows, and the rows below it, up to a title of actual ones.

    The accounts below it must appear above it, too, or another title must say Actual: an account may be named Budget.

    Args:
        grid: the tab.
        header: its header row.
        sparse_rows: the rows that may be blank but for a title.

    """
    id_column, first = header.columns["account_id"], header.row + 1
    titles: dict[int, tuple[int, Figures]] = {}
    for row in sparse_rows:
        for column, cell in enumerate(grid.rows[row][: id_column + 1] if _is_alone(grid.rows[row]) else ()):
            figures = read_label(cell) if column in (0, id_column) and isinstance(cell, str) else None
            if figures:
                titles[row] = (column, figures)
    planned_titles = [row for row, (_, figures) in titles.items() if figures == "plan"]
    if not planned_titles:
        return (0, 0), []
    rows, is_planned = [], False
    accounts: Counter[bool] = Counter()
    ids: tuple[set[str], set[str]] = (set(), set())
    for row, cells in enumerate(grid.rows[first:], first):
        if row in titles:
            is_planned = titles[row][1] == "plan"
        elif _holds_account(cells, id_column):
            accounts[is_planned] += 1
            ids[is_planned].add(read_account_id(cells[id_column]))
        if is_planned and row not in titles and not all(map(is_blank, cells)):
            rows.append(row)
    is_named = len(planned_titles) < len(titles) or bool(ids[0] & ids[1])
    top = planned_titles[0]
    return ((top, titles[top][0]), rows) if is_named and accounts[False] else ((0, 0), [])


def _list_sparse_rows(grid: Grid, header: HeaderRow) -> Sequence[int]:
    """Return the rows below the header row that are blank in the last column, if it is right of the account."""
    first, last = header.row + 1, max(*header.columns.values(), *header.others, 0)
    if last <= header.columns["account_id"]:
        return range(first, len(grid.rows))
    cells = grid.list_cells(last, first)
    # Nearly all rows have a number there, or one of a few texts.
    may_be_blank = {str, NoneType}.intersection(map(type, cells))
    return _list_rows_of({cell for cell in set(cells) if is_blank(cell)} if may_be_blank else (), cells, first)


def _list_rows_of(values: Collection[Cell], cells: Sequence[Cell], first: int) -> list[int]:
    """Return the rows of the cells that are among `values`; the first cell is in the row `first`."""
    return list(compress(range(first, first + len(cells)), map(values.__contains__, cells))) if values else []


def _find_planned_foot(grid: Grid, header: HeaderRow) -> list[int]:
    """Return the rows Actual, Budget and Variance below the accounts: the totals of a plan and their differences."""
    id_column = header.columns["account_id"]
    labelled: list[tuple[int, str]] = []
    for row in range(len(grid.rows) - 1, header.row, -1):
        cells = grid.rows[row]
        label = read_text(cells[id_column]) if id_column < len(cells) else ""
        if label and not _is_alone(cells) and read_figures(label):
            labelled.append((row, label))
        elif label and not _is_alone(cells) and not read_total_heading(label):
            break
    else:  # no account is above
        return []
    # A customer may be named Delta: a difference is one only below a plan.
    tops = [place for place, (_, label) in enumerate(labelled) if read_label(label)]
    if not any(read_label(label) == "plan" for _, label in labelled):
        return []
    return sorted(row for row, _ in labelled[: tops[-1] + 1])


def _blank_rows(grid: Grid, header: HeaderRow, planned: Sequence[int]) -> Grid:
    """Return the grid with blank rows in place of the planned ones."""
    named = {header.columns[key] for key in ("account_id", "name") if key in header.columns}
    # The first cell of merged ones may be in a row that goes.
    grid = fill_merged_cells(grid, header.row, named | (set(header.others) - set(header.read_months(LocaleFormat()))))
    rows: list[Sequence[Cell]] = list(grid.rows)
    for row in planned:
        rows[row] = ()
    return replace(grid, rows=rows)


def _blank_column(grid: Grid, header: HeaderRow, column: int) -> Grid:
    """Return the grid with blank cells in a column below its heading."""
    top = header.row + 1
    # Tuples of plain values, as the garbage collector skips them: lists take three times as long.
    rows = [
        (*cells[:column], None, *cells[column + 1 :]) if column < len(cells) else cells for cells in grid.rows[top:]
    ]
    return replace(grid, rows=[*grid.rows[:top], *rows])
