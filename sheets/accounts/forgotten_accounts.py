"""Rows of accounts that were forgotten: read under a pseudonym, so that neither their ID nor their name is stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from core.forgotten import ForgottenAccounts
from sheets.cells.text import read_account_id, remember_readings
from sheets.headers.header_row import HeaderRow
from sheets.headers.headings import looks_like_month
from sheets.workbook.port import Cell, Grid


@dataclass(frozen=True, slots=True)
class WithheldRows:
    """A tab in which the rows of forgotten accounts have pseudonyms.

    Attributes:
        grid: the tab.
        rows: pseudonym -> the first row of the account, counted below the header row.
        texts: pseudonym -> the IDs and names that it has in the tab.

    """

    grid: Grid
    rows: dict[str, int]
    texts: dict[str, set[str]]


def withhold_accounts(
    grid: Grid, header: HeaderRow, forgotten: ForgottenAccounts, other_keys: Collection[str] = ()
) -> WithheldRows:
    """Return a tab with pseudonyms in the place of the IDs of forgotten accounts, and without their names.

    Args:
        grid: the tab.
        header: its header row.
        forgotten: the accounts that were forgotten.
        other_keys: the keys of further columns that hold IDs.

    """
    columns = header.columns
    id_columns = [columns[key] for key in ("account_id", *other_keys) if key in columns]
    # Contacts and the like may be in any column that nrrbot does not know.
    unknown = (column for column in header.others if not looks_like_month(header.heading(column)))
    name_columns = {columns.get("name", -1), *unknown} - {-1, *id_columns}
    find = remember_readings(lambda cell: forgotten.find_pseudonym(read_account_id(cell)))
    first, rows = header.row + 1, list(grid.rows)
    withheld = WithheldRows(grid, {}, {})
    for column in id_columns:
        for row, cell in enumerate(grid.list_cells(column, first)):
            pseudonym = find(cell) if cell is not None else None
            if pseudonym is None:
                continue
            is_owner = column == id_columns[0]
            names = name_columns if is_owner else set()
            cells = rows[first + row]
            hidden = {cells[at] for at in {column, columns.get("name", column)} if at < len(cells)}
            withheld.texts.setdefault(pseudonym, set()).update(str(text) for text in hidden if text is not None)
            withheld.rows.setdefault(pseudonym, row)
            rows[first + row] = _replace_cells(cells, column, pseudonym, names)
    return replace(withheld, grid=replace(grid, rows=rows)) if withheld.rows else withheld


def _replace_cells(cells: Sequence[Cell], column: int, pseudonym: str, names: Collection[int]) -> list[Cell]:
    """Return a row with a pseudonym in a column, and without the texts of the columns `names`."""
    return [
        pseudonym if at == column else None if at in names and isinstance(cell, str) else cell
        for at, cell in enumerate(cells)
    ]
