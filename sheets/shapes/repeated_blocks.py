"""A second block of the same customers below the first, in another measure: ARR below MRR, seats below both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from core.errors import N_, Sentence, WorkbookLayoutError
from sheets.cells.amount_kinds import AmountKind, read_amount_kind
from sheets.cells.text import LocaleFormat, is_blank, read_account_id, read_text
from sheets.headers.header_row import HeaderRow
from sheets.headers.header_search import find_header_rows
from sheets.shapes.planned_tabs import list_title_lines
from sheets.tabs.decisions import Decision
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Cell, Grid

# Fewer customers in both blocks, or a smaller share of them, prove nothing.
_FEWEST, _SHARE = 3, 0.5
# An amount of the second block is this many times that of the first one, if only the unit differs.
_FACTORS = (1, 12, 1 / 12, 1000, 1 / 1000)
# The rounding of such an amount, as a share of it.
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of rows.

    Attributes:
        title: its title; empty without one.
        top: the row of its title, else its first row.
        rows: its rows with an account.
        kind: the kind of amounts that its title names.

    """

    title: str
    top: int
    rows: Sequence[int]
    kind: AmountKind | None


def leave_out_repeated_blocks(grid: Grid) -> tuple[Grid, list[Decision]]:
    """Return a tab with blank rows in place of later blocks of the same customers in another measure, and decisions.

    A tab whose first block is in no amount of MRR stays as it is: `check_blocks` refuses it.
    """
    header = _find_header(grid)
    if header is None:
        return grid, []
    first, *others = _find_blocks(grid, header)
    if not others or first.kind not in (None, "recurring"):
        return grid, []
    rows: list[Sequence[Cell]] = list(grid.rows)
    decisions = []
    for number, block in enumerate(others):
        place = format_a1(block.top, header.columns["account_id"])
        end = others[number + 1].top if number + 1 < len(others) else len(rows)
        template = _NOT_READ
        if not block.title:
            template = _SAME_AMOUNTS if _differ_in_unit(grid, header, first, block) else _ADDED_UP
        if template != _ADDED_UP:
            rows[block.top : end] = [()] * (end - block.top)
        decisions.append(_decide(grid, place, template, block, is_doubted=not block.title))
    return replace(grid, rows=rows), decisions


def check_blocks(grid: Grid) -> None:
    """Raise if a tab begins with a block in no amount of MRR, such as seats, above one of the same customers.

    Raises:
        WorkbookLayoutError: it does.

    """
    header = _find_header(grid)
    if header is None:
        return
    first, *others = _find_blocks(grid, header)
    if others and first.kind not in (None, "recurring"):
        raise WorkbookLayoutError(
            N_(
                "The tab “{tab}” begins with “{first}”, and has the same customers again below “{title}”. It is not "
                "read."
            ),
            N_("Keep the block with the MRR, and move the other one into another tab."),
            tab=grid.tab.title,
            first=first.title,
            title=others[0].title,
        )


_NOT_READ = N_("The rows below “{title}” have the same customers in another measure, and are not read ({count}).")
_SAME_AMOUNTS = N_(
    "The rows from row {row} on repeat the customers above them and their amounts, in the same unit or in another one, "
    "and are not read ({count})."
)
_ADDED_UP = N_(
    "The rows from row {row} on have the same customers as those above them, and are added to them ({count}). If they "
    "are no MRR, move them into another tab."
)


def _decide(grid: Grid, place: str, template: str, block: _Block, *, is_doubted: bool) -> Decision:
    values = {"title": block.title, "row": block.top + 1, "count": len(block.rows)}
    return Decision("account", grid.tab.title, place, Sentence(template, values), is_doubted=is_doubted)


def _find_header(grid: Grid) -> HeaderRow | None:
    """Return the header row of a tab with a column for each month and a repeated customer; None for other tabs."""
    header = next((header for _, header in find_header_rows(grid, {}) if "account_id" in header.keys), None)
    if header is None or grid.tab.is_bot_tab or len(header.read_months(LocaleFormat())) < 2:
        return None
    at = header.columns["account_id"]
    ids = [cells[at] for cells in grid.rows if at < len(cells) and cells[at] is not None]
    return header if len(set(ids)) < len(ids) else None


def _find_blocks(grid: Grid, header: HeaderRow) -> list[_Block]:
    """Return the first block, and the later ones that have its customers."""
    titles = list_title_lines(grid, header)
    title = titles[-1] if titles else ""
    kind = read_amount_kind(title) or read_amount_kind(grid.tab.title)
    first, *others = _split_rows(grid, header)
    accounts = set(_list_accounts(grid, header, first))
    later = [
        block
        for block in others
        if len(accounts.intersection(names := set(_list_accounts(grid, header, block))))
        >= max(_FEWEST, _SHARE * len(names))
    ]
    return [replace(first, title=title, kind=kind), *later]


def _split_rows(grid: Grid, header: HeaderRow) -> list[_Block]:
    """Return the rows below the header row in blocks.

    A block begins with the title of a measure, with the headings again, or after a blank row with a customer that the
    block before has. A title such as Support or Enterprise begins a section, which is no block.
    """
    at, heading = header.columns["account_id"], header.heading(header.columns["account_id"]).casefold()
    blocks: list[tuple[str, int, list[int]]] = [("", header.row + 1, [])]
    accounts: set[str] = set()
    is_after_blank, is_section = False, False
    for row, cells in enumerate(grid.rows[header.row + 1 :], header.row + 1):
        filled = list(islice((cell for cell in cells if not is_blank(cell)), 2))
        account = read_account_id(cells[at]) if at < len(cells) else ""
        if len(filled) == 1:
            title = read_text(filled[0])
            is_section = read_amount_kind(title) is None
            if not is_section:
                blocks.append((title, row, []))
                accounts = set()
        elif (
            account
            and blocks[-1][2]
            and not is_section
            and (account.casefold() == heading or (is_after_blank and account in accounts))
        ):
            blocks.append(("", row, []))
            accounts = set()
        if len(filled) > 1 and account and account.casefold() != heading and not read_total_heading(account):
            blocks[-1][2].append(row)
            accounts.add(account)
        is_after_blank = not filled
    return [_Block(title, top, rows, read_amount_kind(title)) for title, top, rows in blocks]


def _list_accounts(grid: Grid, header: HeaderRow, block: _Block) -> list[str]:
    return [read_account_id(grid.rows[row][header.columns["account_id"]]) for row in block.rows]


def _differ_in_unit(grid: Grid, header: HeaderRow, first: _Block, other: _Block) -> bool:
    """Tell whether all amounts of a block are those of the first one, times the factor of another unit."""
    amounts = _read_amounts(grid, header, first)
    pairs = [(amounts.get(key, 0.0), amount) for key, amount in _read_amounts(grid, header, other).items()]
    return bool(pairs) and any(
        all(abs(one * factor - amount) <= _NEAR * abs(amount) for one, amount in pairs) for factor in _FACTORS
    )


def _read_amounts(grid: Grid, header: HeaderRow, block: _Block) -> dict[tuple[str, int], float]:
    """Return (account, column) -> number, for the numbers other than 0."""
    columns = header.read_months(LocaleFormat())
    return {
        (account, column): float(cell)
        for row, account in zip(block.rows, _list_accounts(grid, header, block), strict=True)
        for column in columns
        if column < len(grid.rows[row]) and isinstance(cell := grid.rows[row][column], int | float) and cell
    }
