"""The kinds of content that random workbooks have in addition to their layout; each is drawn for itself.

A change takes a table before its attributes, titles and formats; the truth of the book stays as it is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sheets.workbook.port import Cell, Grid, Tab
from tests.support.random_books import MONTHS, SIGNS, Draw, Rows, Table, read_name

# Layouts with a row for each account, and with several.
_BY_MONTH = frozenset({"wide", "years", "quarters", "year ends"})
_BY_LINE = frozenset({"long", "subscriptions", "movements", "invoices", "events"})


@dataclass(frozen=True)
class Kind:
    """A kind of content.

    Attributes:
        layouts: the layouts that can have it.
        change: the change of a table; it returns False where the table cannot have it.

    """

    layouts: frozenset[str]
    change: Callable[[Draw, Table], bool]


def write_local_numbers(draw: Draw, table: Table) -> bool:
    """Write amounts as texts in the form of a locale: 1 234,50 or 1.234,50."""
    if draw.currency_place in ("sign", "format"):
        return False
    # A French sheet writes either kind of no-break space, or a plain one.
    draw.locale = draw.random.choice(["fr_FR", "de_DE"]) if draw.locale == "en_US" else draw.locale
    group = draw.random.choice(["\u202f", "\u00a0", " "]) if draw.locale == "fr_FR" else "."

    def write(cell: Cell) -> Cell:
        if isinstance(cell, str) or cell is None:
            return cell
        plain = f"{cell:,.4f}".rstrip("0").removesuffix(".")
        return plain.translate({ord(","): group, ord("."): ","})

    _change_amounts(table, write)
    return True


def write_dashes(draw: Draw, table: Table) -> bool:
    """Write a mark in place of each 0 and some blanks."""
    marks: list[Cell] = [draw.random.choice(["-", "–", "—", " - "]), " ", 0]

    def write(cell: Cell) -> Cell:
        return draw.random.choice(marks) if cell == 0 else cell

    _change_amounts(table, write)
    return any(cell in marks for row in table.rows for cell in row)


def add_account_totals(draw: Draw, table: Table) -> bool:
    """Divide the row of each account into two products, with a total row of the account below or above them."""
    numbers = [row[column] for row in table.rows for column in table.amounts if column < len(row)]
    if any(isinstance(cell, str) for cell in numbers):
        return False
    table.headings.insert(table.account + 1, draw.pick("Product", "Produit"))
    table.amounts = [column + 1 for column in table.amounts]
    # All tabs of a book have them in one form.
    style = random.Random(draw.style)  # noqa: S311 - a reproducible choice
    name, product = style.choice(
        [
            ("{}", "Total"),
            ("Total {}", None),
            ("{} Total", None),
            ("{}", draw.pick("All products", "Tous les produits")),
        ]
    )
    is_above = style.random() < 0.3
    rows: Rows = []
    for row in table.rows:
        account, cells = row[table.account], row[table.account + 1 :]
        if not read_name(account):
            rows.append([*row[: table.account + 1], None, *cells])
            continue
        base = [round(cell * 0.75, 6) if isinstance(cell, int | float) else cell for cell in cells]
        other = [round(cell / 4, 6) if isinstance(cell, int | float) else cell for cell in cells]
        lines: Rows = [[account, "Base", *base], [account, "Support", *other]]
        lines.insert(0 if is_above else 2, [name.format(account), product, *cells])
        rows += lines
    table.rows = rows
    return True


def add_second_block(draw: Draw, table: Table) -> bool:
    """Add the same accounts once more below the table, in another measure with its title."""
    title, factor = draw.random.choice(
        [("ARR", 12.0), (draw.pick("Seats", "Sièges"), 0.01), (draw.pick("Billed", "Facturé"), 1.2), ("Budget", 1.1)]
    )
    if title == "ARR" and draw.unit.startswith("ARR"):
        title, factor = "MRR", 1 / 12
    block: Rows = [
        [round(cell * factor, 6) if isinstance(cell, int | float) else cell for cell in row] for row in table.rows
    ]
    again = [list(table.headings)] if draw.random.random() < 0.6 else []
    gap: Rows = [[]] * draw.random.randrange(3)
    table.rows = [*table.rows, *gap, [*[None] * table.account, title], *again, *block]
    return True


def mix_currencies(draw: Draw, table: Table) -> bool:
    """Give accounts currencies of their own, next to a tab of exchange rates."""
    if draw.currency_place not in ("column", "sign"):
        return False
    for row in table.rows:
        account = read_name(row[table.account]) if len(row) > table.account else ""
        if not account:
            continue
        code = draw.currency_of.setdefault(account, draw.random.choice(list(SIGNS)))
        if draw.currency_place == "sign":
            for column in table.amounts:
                cell = row[column]
                row[column] = cell.replace(SIGNS[draw.currency], SIGNS[code]) if isinstance(cell, str) else cell
    if not draw.grids:
        draw.grids.append(_build_rates(draw))
    return True


def find_rate(code: str) -> Fraction:
    """Return the rate of a currency to the euro, the same at all times."""
    return Fraction({"EUR": "1", "USD": "0.9", "GBP": "1.2"}[code])


def _build_rates(draw: Draw) -> Grid:
    """Return a tab with a rate for each month, each year, or each currency."""
    spacing = draw.random.choice(["month", "year", "constant"])
    periods: Mapping[str, Sequence[Cell]] = {
        "month": [str(month) for month in MONTHS],
        "year": list(dict.fromkeys(month.year for month in MONTHS)),
        "constant": [None],
    }
    names = {"month": draw.pick("Month", "Mois"), "year": draw.pick("Year", "Année")}
    head: list[Cell] = [names[spacing]] if spacing in names else []
    rows: Rows = [[*head, draw.pick("Currency", "Devise"), draw.pick("Rate", "Taux")]]
    for period in periods[spacing]:
        rows += [[*([period] if head else []), code, float(find_rate(code))] for code in ("USD", "GBP")]
    return Grid(Tab(2, draw.pick("FX", "Taux de change"), len(rows), len(rows[0])), rows)


def add_converted_column(draw: Draw, table: Table) -> bool:
    """Add the amounts in euros next to those in another currency."""
    if draw.currency_place not in ("column", "heading") or len(table.amounts) != 1:
        return False
    if draw.currency == "EUR" and not draw.currency_of:
        return False
    column = table.amounts[0]
    heading = str(table.headings[column])
    table.headings.insert(column + 1, f"{heading.removesuffix(f' ({draw.currency})')} EUR")
    for row in table.rows:
        cell = row[column]
        rate = find_rate(draw.currency_of.get(read_name(row[table.account]), draw.currency))
        row.insert(column + 1, round(cell * float(rate), 6) if isinstance(cell, int | float) else cell)
    return True


def add_other_columns(draw: Draw, table: Table) -> bool:
    """Add columns that are no amounts of MRR: a sum, a share, notes, a day, a number of people."""
    columns: list[tuple[str, Callable[[int], Cell]]] = [
        (draw.pick("Notes", "Commentaires"), lambda _: "to call"),
        (draw.pick("Last contact", "Dernier contact"), lambda _: "2025-03-04"),
        (draw.pick("Employees", "Effectif"), lambda number: 20 + number),
        (draw.pick("Growth %", "Croissance %"), lambda number: number / 100),
    ]
    heading, write = draw.random.choice(columns)
    place = draw.random.choice([max(table.amounts) + 1, len(table.headings)])
    table.headings.insert(place, heading)
    for number, row in enumerate(table.rows):
        if len(row) > 1:
            row.insert(place, write(number) if isinstance(row[table.account], str) else None)
    return True


def spell_names(draw: Draw, table: Table) -> bool:
    """Spell the name of an account in another way in some of its rows."""
    if draw.naming not in ("name", "joined"):
        return False
    spellings: list[Callable[[str], str]] = [
        *(str.upper, str.lower, "{} ".format, " {}".format),
        *(lambda name: name.replace(" ", "  "), lambda name: name.replace(" ", "\u00a0"), "{} Ltd".format),
    ]
    spell = draw.random.choice(spellings)
    for row in table.rows:
        account = read_name(row[table.account]) if len(row) > table.account else ""
        if account and draw.random.random() < 0.2:
            row[table.account] = spell(account)
    return True


def _change_amounts(table: Table, write: Callable[[Cell], Cell]) -> None:
    for row in table.rows:
        for column in table.amounts:
            if column < len(row):
                row[column] = write(row[column])


# A second block and totals come before the numbers are written as texts.
KINDS: Mapping[str, Kind] = {
    "account totals": Kind(_BY_MONTH, add_account_totals),
    "second block": Kind(frozenset({"wide", "quarters"}), add_second_block),
    "mixed currencies": Kind(_BY_MONTH | _BY_LINE, mix_currencies),
    "converted column": Kind(_BY_LINE - {"events"}, add_converted_column),
    "local numbers": Kind(_BY_MONTH | _BY_LINE, write_local_numbers),
    "dashes": Kind(_BY_MONTH, write_dashes),
    "other columns": Kind(_BY_MONTH | _BY_LINE, add_other_columns),
    "spellings": Kind(_BY_LINE | {"years"}, spell_names),
}


def draw_changes(draw: Draw, layout: str) -> list[Callable[[Draw, Table], None]]:
    """Return the changes of a book's tables, each drawn for itself; a change that was made is one of its kinds."""

    def build(name: str, kind: Kind) -> Callable[[Draw, Table], None]:
        def change(draw: Draw, table: Table) -> None:
            if kind.change(draw, table):
                draw.kinds.add(name)

        return change

    return [build(name, kind) for name, kind in KINDS.items() if layout in kind.layouts and draw.random.random() < 0.15]
