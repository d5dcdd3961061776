"""The parts of random workbooks with a known truth: amounts, units, currencies, headings, attributes, noise.

A book is a list of grids, as a workbook's reader returns them, and the MRR of each account at each close.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from core.months import Month
from sheets.workbook.port import Cell, FormatRun, Grid, Tab

FIRST = Month.of(2023, 11)
TODAY = dt.date(2025, 9, 20)
LAST = Month.of(2025, 8)
MONTHS = [FIRST + number for number in range(FIRST.until(LAST) + 1)]

Rows = list[list[Cell]]
Truth = dict[str, list[int]]


@dataclass
class Table:
    """A table before its attributes, titles and formats.

    Attributes:
        headings: the headings.
        rows: the rows below them.
        amounts: the columns of amounts.
        account: the column of the accounts, which is before those of the amounts.

    """

    headings: list[Cell]
    rows: Rows
    amounts: list[int]
    account: int


@dataclass
class Draw:
    """The choices of one book.

    Attributes:
        random: the source of all choices.
        french: True for French headings.
        unit: the unit of the amounts: `MRR`, `ARR`, `k`, `ARR k`, `cents`.
        unit_place: where the unit is stated: `heading`, `title`, `tab`; `none` if the layout itself says it.
        currency: the currency of all amounts.
        currency_place: where it is stated: `column`, `format`, `sign`, `heading`, `none` for EUR.
        naming: how accounts are named: by `name`, by `id`, by an ID and a name, `both`; by a name that Customers has
            next to an ID, `joined`.
        attribute_place: where their segment and industry are: `revenue`, `customers`, `none`.
        changes: the changes of each table.
        kinds: the kinds of content that the book has in addition to its layout.
        currency_of: account -> its currency, for those that have another than `currency`.
        grids: more tabs of the book.
        locale: the locale of the workbook.
        layout: the name of the layout.
        style: the seed of choices that are the same in all tabs.

    """

    random: random.Random
    french: bool
    unit: str
    unit_place: str
    currency: str
    currency_place: str
    naming: str
    attribute_place: str
    changes: Sequence[Callable[[Draw, Table], None]] = ()
    kinds: set[str] = field(default_factory=set)
    currency_of: dict[str, str] = field(default_factory=dict)
    grids: list[Grid] = field(default_factory=list)
    locale: str = "en_US"
    layout: str = ""
    style: int = 0

    def pick(self, english: str, french: str) -> str:
        """Return the word in the language of the book."""
        return french if self.french else english


@dataclass
class Book:
    """A workbook with its truth.

    Attributes:
        layout: the name of its layout.
        grids: its tabs.
        truth: account -> MRR in minor units at each of MONTHS.
        currency: the currency of the truth.
        known: the closes that the sheet has.
        segments: account -> the value of its segment; empty if the book has no segments.
        kinds: the kinds of content that it has in addition to its layout.
        currency_of: account -> its currency, for those that have another than `currency`.
        locale: the locale of the workbook.
        description: the choices, for a failure.

    """

    layout: str
    grids: list[Grid]
    truth: Truth
    currency: str
    known: Sequence[Month]
    segments: dict[str, str] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    currency_of: dict[str, str] = field(default_factory=dict)
    locale: str = "en_US"
    description: str = ""


SIGNS = {"EUR": "€", "USD": "US$", "GBP": "£"}
# Minor units that are whole in every unit: a multiple of 12 cents and of 10 units.
STEP = 12_000


def draw_truth(source: random.Random) -> Truth:
    """Return the MRR of eight to sixteen accounts: some join later, some leave, some change, none comes back."""
    truth: Truth = {}
    for number in range(source.randint(8, 16)):
        begin = source.choice([0, 0, 0, source.randrange(len(MONTHS) - 2)])
        end = source.choice([len(MONTHS)] * 3 + [source.randrange(begin + 1, len(MONTHS) + 1)])
        amount = STEP * source.randint(1, 90)
        row = []
        for month in range(len(MONTHS)):
            if begin < month < end and source.random() < 0.08:
                amount = STEP * source.randint(1, 90)
            row.append(amount if begin <= month < end else 0)
        truth[f"{source.choice(['Aster', 'Birch', 'Cedar', 'Dahlia', 'Elm', 'Fern'])} {number + 1}"] = row
    # Somebody pays in every month, and the last month is complete.
    truth["Grove 0"] = [STEP * 7] * len(MONTHS)
    return truth


def write_amount(draw: Draw, minor: int) -> Cell:
    """Return an amount of MRR in the unit of the book, with a currency sign if the cells have one."""
    value = {
        "MRR": minor / 100,
        "ARR": minor * 12 / 100,
        "k": minor / 100_000,
        "ARR k": minor * 12 / 100_000,
        "cents": minor,
    }[draw.unit]
    number = int(value) if value == int(value) else value
    return f"{SIGNS[draw.currency]}{number}" if draw.currency_place == "sign" else number


def name_unit(draw: Draw) -> str:
    words = {
        "MRR": "MRR",
        "ARR": "ARR",
        "k": draw.pick("MRR in thousands", "MRR en milliers"),
        "ARR k": draw.pick("ARR (k)", "ARR en milliers"),
        "cents": draw.pick("MRR in cents", "MRR en centimes"),
    }[draw.unit]
    return f"{words} ({draw.currency})" if draw.currency_place == "heading" else words


def name_account(draw: Draw, account: str) -> str:
    """Return the account as the ledger has it: by its ID unless the book has names only."""
    return account if draw.naming == "name" else f"C-{100 + int(account.split()[1])}"


def find_segment(account: str) -> str:
    """Return the value of an account's segment."""
    return ("Alpha", "Beta", "Gamma")[int(account.split()[1]) % 3]


def build_customers(draw: Draw, truth: Truth) -> Grid:
    """Return the tab Customers with the attributes of each account, in random order."""
    names = [[account] if draw.naming == "joined" else [] for account in truth]
    rows: Rows = [
        [name_account(draw, account), *name, find_segment(account), "Retail"]
        for account, name in zip(truth, names, strict=True)
    ]
    draw.random.shuffle(rows)
    headings: list[Cell] = [draw.pick("Customer ID", "N° client")]
    headings += [draw.pick("Customer name", "Nom du client")] if draw.naming == "joined" else []
    headings += ["Segment", draw.pick("Industry", "Secteur")]
    return Grid(Tab(1, draw.pick("Customers", "Clients"), len(rows) + 1, len(headings)), [headings, *rows])


_NAME = re.compile(r"\s*[A-Za-z]+\s+\d+(?: Ltd)?\s*")


def read_name(cell: Cell) -> str:
    """Return the account that a cell names in any of its spellings; empty for any other cell."""
    if not isinstance(cell, str) or not _NAME.fullmatch(cell):
        return ""
    return " ".join(cell.split()).removesuffix(" Ltd").capitalize()


def _add_attributes(draw: Draw, headings: Sequence[Cell], rows: Rows, place: int) -> tuple[list[Cell], Rows]:
    """Return headings and rows with the names and attributes of the accounts after their column, `place`."""
    head: list[Cell] = [headings[place]]
    if draw.naming not in ("name", "joined"):
        head = [draw.pick("Customer ID", "N° client")]
        head += [draw.pick("Customer name", "Nom du client")] if draw.naming == "both" else []
    head += ["Segment", draw.pick("Industry", "Secteur")] if draw.attribute_place == "revenue" else []
    wider: Rows = []
    for row in rows:
        if len(row) <= place:
            wider.append(row)
            continue
        account = row[place]
        cells: list[Cell] = [account, *[None] * (len(head) - 1)]
        # A total has neither a name nor attributes.
        if read_name(account):
            cells = [account] if draw.naming == "joined" else [name_account(draw, str(account))]
            cells += [account] if draw.naming == "both" else []
            cells += [find_segment(str(account)), "Retail"] if draw.attribute_place == "revenue" else []
        elif len(row) > 1 and account == headings[place]:
            cells = head
        wider.append([*row[:place], *cells, *row[place + 1 :]])
    return [*headings[:place], *head, *headings[place + 1 :]], wider


def build_grid(
    draw: Draw, title: str, headings: Sequence[Cell], rows: Rows, amounts: Sequence[int], account: int = 0
) -> Grid:
    """Return a grid with title lines, attributes, blank rows and formats as drawn.

    Args:
        draw: the choices of the book.
        title: the title of the tab.
        headings: the headings.
        rows: the rows.
        amounts: the columns of amounts.
        account: the column of the accounts, which is before those of the amounts.

    """
    table = Table(list(headings), rows, list(amounts), account)
    for change in draw.changes:
        change(draw, table)
    width = len(table.headings)
    headings, rows = _add_attributes(draw, table.headings, table.rows, account)
    amounts = [column + len(headings) - width for column in table.amounts]
    top: Rows = []
    if draw.unit_place == "title":
        top = [[name_unit(draw)], []]
    elif draw.random.random() < 0.3:
        top = [[draw.pick("Updated by Ann", "Mis à jour par Ann")], []]
    if draw.currency_place == "column":
        headings = [*headings, draw.pick("Currency", "Devise")]
        rows = [
            [*row, draw.currency_of.get(read_name(source[account]), draw.currency)] if len(source) > 1 else row
            for row, source in zip(rows, table.rows, strict=True)
        ]
    if draw.random.random() < 0.3:
        rows.insert(draw.random.randrange(len(rows) + 1), [])
    cells = [*top, list(headings), *rows]
    width = max(map(len, cells))
    formats: tuple[FormatRun, ...] = ()
    if draw.currency_place == "format":
        code = {"EUR": '#,##0.00 "€"', "USD": "[$$-409]#,##0.00", "GBP": "[$£-809]#,##0.00"}[draw.currency]
        formats = tuple(FormatRun(column, len(top) + 1, len(cells), code) for column in amounts)
    return Grid(Tab(0, title, len(cells), width), cells, formats=formats)


def name_tab(draw: Draw, plain: str) -> str:
    return name_unit(draw) if draw.unit_place == "tab" else plain


def name_amount(draw: Draw, plain: str) -> str:
    return name_unit(draw) if draw.unit_place == "heading" else plain


def list_month_headings(draw: Draw, months: Sequence[Month]) -> list[Cell]:
    form = draw.random.randrange(3)
    names = [str(month) for month in months]
    if form == 1:
        return [dt.datetime(month.year, month.number, 1) for month in months]  # noqa: DTZ001 - cells have no zone
    if form == 2:
        return [f"{month.number:02d}/{month.year}" for month in months]
    return list(names)


def list_wide_rows(draw: Draw, truth: Truth, months: Sequence[Month]) -> Rows:
    """Return a row for each account: blanks before its first amount, 0 or blanks after its last."""
    rows: Rows = []
    zero = draw.random.choice([0, None])
    for account, amounts in truth.items():
        row: list[Cell] = [account]
        for month in months:
            minor = amounts[FIRST.until(month)]
            row.append(write_amount(draw, minor) if minor else zero)
        rows.append(row)
    return rows


def move_unit(draw: Draw) -> None:
    """Move the unit of a wide tab out of the headings, which are months."""
    if draw.unit_place == "heading":
        draw.unit_place = draw.random.choice(["title", "tab"])
    if draw.currency_place == "heading" and draw.unit_place == "heading":
        draw.currency_place = "column"


def write_excel_file(path: Path, book: Book) -> Path:
    """Write the book as an .xlsx file, with its number formats and merged cells; some rows and columns are hidden."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for grid in book.grids:
        sheet = workbook.create_sheet(grid.tab.title)
        for row, cells in enumerate(grid.rows, 1):
            for column, value in enumerate(cells, 1):
                sheet.cell(row, column).value = value
        for run in grid.formats:
            for row in range(run.top, run.bottom):
                sheet.cell(row + 1, run.column + 1).number_format = run.code
        for row in range(5, len(grid.rows), 5):
            sheet.row_dimensions[row].hidden = True
        sheet.column_dimensions["D"].hidden = True
        for area in grid.merges:
            sheet.merge_cells(None, area.top + 1, area.left + 1, area.bottom, area.right)
    workbook.save(path)
    return path


def write_csv_files(folder: Path, book: Book, delimiter: str) -> Path:
    """Write the book as a folder with a file for each tab; number formats and merged cells have no place there."""
    folder.mkdir()
    for grid in book.grids:
        with (folder / f"{grid.tab.title}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter)
            for cells in grid.rows:
                writer.writerow([cell.date() if isinstance(cell, dt.datetime) else cell for cell in cells])
    return folder
