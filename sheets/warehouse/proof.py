"""The proof: a company made for it, through the SELECT on an engine and through numpy, integer by integer.

Its tables are queries of literals, so that the engine need not allow any table to be created.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from core.ledger.columns import encode_values
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.rates import Currencies
from core.ledger.rows import SourceRows
from core.ledger.segments import UNASSIGNED, Segments, round_mrr_limits
from core.metrics.cube import Cube
from core.money import find_currency, round_fraction, to_units
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.exclusions import bound_excluded_mrr, measure_excluded_accounts
from core.sources.panel import PanelSource
from sheets.warehouse.source import Fetch, Run, WarehouseSource
from sheets.warehouse.statement import Statement
from sheets.warehouse.tables import Dialect, Tables

_FIRST = Month.of(2024, 1)
_CLOSES = 18
_ACCOUNTS = 26
# No account has a row of this month; the third currency has no rate at the other one.
_UNKNOWN, _WITHOUT_RATE = _FIRST + 7, _FIRST + 15
_LARGEST = 10**12
# The rates are of minor units: of EUR, USD, JPY and KWD.
_CODES = ("EUR", "USD", "JPY", "KWD")
_RATES = ("1", "0.9218450001", "0.6149999999", "0.3013500000")
_REGIONS = ("North", "South", "It's \\ far")
_PLANS = ("Basic", "Team")

# (dimension, value, window) -> the fifteen integers of the bridge, then the three sums of products. Of the excluded
# accounts: (dimension, value, window, currency without a rate or blank) -> their number, their MRR at the start, and of
# those with a rate the highest MRR that each ever had.
Cells = Mapping[tuple[str | Window | None, ...], tuple[int, ...]]
_Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome.

    Attributes:
        cells: the number of cells that were compared: a value of a dimension in a window, of the accounts that count
            or of those that are excluded.
        differing: the number of cells with other integers on the engine.

    """

    cells: int
    differing: int


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of the company, by table."""

    mrr: Sequence[tuple[str, Month, int]]
    accounts: Sequence[tuple[str, str, int, str, str]]
    history: Sequence[tuple[str, Month, int, str, str]]
    rates: Mapping[tuple[Month, str], Fraction]
    aliases: Mapping[str, str]


def prove(run: Run, dialect: Dialect, fetch: Fetch | None = None) -> Proof:
    """Compare all cells of the company; each run reads some hundred rows.

    Args:
        run: runs a statement on the engine.
        dialect: its spelling.
        fetch: how it hands over many rows, as of a `WarehouseSource`.

    """
    rows = _make_rows()
    segments = Segments(_build_ledger(rows))
    last = _FIRST + (_CLOSES - 1)
    tables = _spell_tables(rows, dialect)
    statement = Statement(tables, "EUR", _FIRST, last, {None: round_mrr_limits(segments.acv_limits(_FIRST))}, dialect)
    dimensions = tuple(segments.dimensions)
    cube = PanelSource(segments).cube(dimensions, _FIRST, last)
    ours = {**list_cells(cube), **measure_excluded_cells(segments, dimensions, cube.windows)}
    queried = WarehouseSource(statement, run, fetch).cube(dimensions, _FIRST, last)
    theirs = {**list_cells(queried), **list_excluded_cells(queried)}
    keys = ours.keys() | theirs.keys()
    return Proof(len(keys), sum(ours.get(key) != theirs.get(key) for key in keys))


def list_cells(cube: Cube) -> Cells:
    """Return the integers of every cell of a cube with products that is not empty."""
    products = np.zeros((*cube.sums.shape[:2], 0)) if cube.products is None else cube.products
    joined = np.concatenate([cube.sums.astype(np.object_), products], axis=2).tolist()
    return {
        (*label, window): tuple(map(int, integers))
        for window, row in zip(cube.windows, joined, strict=True)
        for label, integers in zip(cube.labels, row, strict=True)
        if any(integers)
    }


def list_excluded_cells(cube: Cube) -> Cells:
    """Return the excluded accounts of every cell of the cube of a warehouse."""
    cells: dict[tuple[str | Window | None, ...], tuple[int, ...]] = {}
    for entry in cube.exclusions:
        key = (*entry.label, entry.window, entry.unpriced)
        accounts, mrr, highest = cells.get(key, (0, 0, 0))
        highest += 0 if entry.unpriced else entry.highest
        cells[key] = accounts + entry.accounts, mrr + entry.starting, highest
    return cells


def measure_excluded_cells(segments: Segments, dimensions: Sequence[str], windows: Sequence[Window]) -> Cells:
    """Return the excluded accounts of every cell of a ledger."""
    labels = [(name, value) for name in dimensions for value in (UNASSIGNED, *segments.values(name))]
    cells: dict[tuple[str | Window | None, ...], tuple[int, ...]] = {}
    for window in windows:
        for dimension, value in ((None, None), *labels):
            cut = (Filter(dimension, value),) if dimension and value else ()
            excluded = measure_excluded_accounts(segments, cut, window)
            priced = excluded.accounts - excluded.unpriced_accounts
            amounts = {code: (entry.accounts, entry.mrr, 0) for code, entry in excluded.unpriced.items()}
            if priced:
                amounts[""] = priced, excluded.mrr, bound_excluded_mrr(segments, cut, window)
            cells |= {(dimension, value, window, code): entry for code, entry in amounts.items()}
    return cells


def _make_rows() -> _Rows:
    """Make a company with every trap; the same one each time.

    Among the accounts: gaps, returns, two rows of one account and month, values that change, blanks, consumers, one of
    10**12 minor units, one with an amount below zero, one without a row in the table of accounts, and two ids of one
    customer. A month is missing for all of them, and a rate for some.
    """
    draw = random.Random(1)  # noqa: S311 - no secret is drawn
    mrr: list[tuple[str, Month, int]] = []
    accounts, history = [], []
    for number in range(_ACCOUNTS):
        account = f"A{number:02d}"
        mrr += _draw_amounts(draw, account, _LARGEST if number == 1 else draw.choice((1, 99, 50_000, 300_000, 900_000)))
        values = [(draw.choice((0, 0, 0, 1)), draw.choice((*_REGIONS, "")), draw.choice(_PLANS)) for _ in range(3)]
        accounts.append((account, _CODES[number % 4], *values[-1]))
        if number % 3 == 0:
            begins = sorted(draw.sample(range(1, _CLOSES), 3))
            history += [(account, _FIRST + begin, *value) for begin, value in zip(begins, values, strict=True)]
    mrr += [("A08", _FIRST + 3, -1), ("unlisted", _FIRST + 4, 4_200), ("A00 old", _FIRST, 77_000)]
    rates = {
        (month, code): Fraction(rate)
        for month in (_FIRST + close for close in range(_CLOSES))
        for code, rate in zip(_CODES[1:], _RATES[1:], strict=True)
        if (month, code) != (_WITHOUT_RATE, _CODES[3])
    }
    for (month, code), rate in rates.items():
        rates[month, code] = rate + Fraction(month.ordinal % 5, 100)
    return _Rows(mrr, accounts, history, rates, {"A00 old": "A00"})


def _draw_amounts(draw: random.Random, account: str, price: int) -> Iterator[tuple[str, Month, int]]:
    begin, end = draw.randint(0, _CLOSES // 2), draw.choice((_CLOSES, _CLOSES, _CLOSES * 2 // 3))
    for close in range(begin, end):
        month = _FIRST + close
        if draw.random() < 0.2:
            price = max(1, price * draw.choice((80, 115, 140)) // 100)
        # The first and the last close have all accounts that pay.
        if month == _UNKNOWN or (draw.random() < 0.08 and 0 < close < _CLOSES - 1):
            continue
        part = price // 3 if draw.random() < 0.2 else 0
        if part:
            yield account, month, part
        yield account, month, price - part


def _build_ledger(rows: _Rows) -> Ledger:
    """Return the ledger of the rows, by the rules of a sheet."""
    ids = [*(account for account, *_ in rows.accounts), "unlisted"]
    place_of = {account: place for place, account in enumerate(ids)}
    panel = np.zeros((_CLOSES, len(ids)), dtype=np.int64)
    excluded, unpriced = (np.zeros(len(ids), dtype=np.bool_) for _ in range(2))
    for account, month, amount in rows.mrr:
        place = place_of[rows.aliases.get(account, account)]
        excluded[place] |= amount < 0
        panel[_FIRST.until(month), place] += amount
    np.maximum(panel, 0, out=panel)
    # A close that is not known repeats the one before.
    panel[_FIRST.until(_UNKNOWN)] = panel[_FIRST.until(_UNKNOWN) - 1]
    codes = np.array([_CODES.index(code) for _, code, *_ in rows.accounts] + [0], dtype=np.int16)
    unpriced |= (codes == 3) & (panel[_FIRST.until(_WITHOUT_RATE) :] > 0).any(axis=0)
    unpriced[place_of["unlisted"]] = True
    consumer = np.array([bool(flag) for _, _, flag, _, _ in rows.accounts] + [False], dtype=np.bool_)
    dated = [(place_of[account], month, values) for account, month, *values in rows.history]
    flags = encode_values("", [], dated=[(place, month, "x" if values[0] else "") for place, month, values in dated])
    changes = flags.changes
    if changes is not None:
        np.add(changes.codes, 1, out=changes.codes)
    columns = {
        key: encode_values(
            key,
            [*(str(row[2 + at]) for row in rows.accounts), ""],
            dated=[(place, month, str(values[at])) for place, month, values in dated],
        )
        for at, key in ((1, "region"), (2, "plan"))
    }
    currencies = tuple(find_currency(code) for code in _CODES)
    euro = currencies[0].unit
    return Ledger(
        _FIRST,
        panel,
        build_accounts(
            ids, excluded=excluded | unpriced, unpriced=unpriced, consumer=consumer, consumer_changes=changes
        ),
        Currencies(
            currencies,
            codes,
            {
                (month, code): rate * currencies[_CODES.index(code)].unit / euro
                for (month, code), rate in rows.rates.items()
            },
        ),
        SourceRows("", np.zeros(len(ids), dtype=np.int32)),
        columns,
        coverage=Coverage(frozenset([_UNKNOWN])),
    )


def _spell_tables(rows: _Rows, dialect: Dialect) -> Tables:
    """Return the rows as queries of literals."""
    return Tables(
        _spell_rows(("account_id", "m", "amount"), rows.mrr, dialect),
        _spell_rows(("account_id", "currency", "consumer", "region", "plan"), rows.accounts, dialect),
        _spell_rows(
            ("currency", "m", "rate"),
            [(code, month, _write_rate(rate)) for (month, code), rate in rows.rates.items()],
            dialect,
        ),
        _spell_rows(("account_id", "from_m", "consumer", "region", "plan"), rows.history, dialect),
        _spell_rows(("account_id", "same_as"), list(rows.aliases.items()), dialect),
        has_consumers=True,
    )


def _spell_rows(columns: Sequence[str], rows: Sequence[_Row], dialect: Dialect) -> str:
    def spell(cell: object) -> str:
        if isinstance(cell, Month):
            return str(cell.ordinal)
        return str(cell) if isinstance(cell, int) else dialect.quote(str(cell))

    lines = [[spell(cell) for cell in row] for row in rows]
    if dialect.inline == "select":
        named = [f"{cell} AS {column}" for cell, column in zip(lines[0], columns, strict=True)]
        selected = (", ".join(cells) for cells in [named, *lines[1:]])
        return f"({' UNION ALL '.join(f'SELECT {cells}' for cells in selected)})"
    values = ", ".join(f"({', '.join(cells)})" for cells in lines)
    if dialect.inline == "values":
        return f"(SELECT * FROM VALUES {values} AS t({', '.join(columns)}))"
    types = ", ".join(
        f"{column} {'String' if isinstance(cell, str) else 'Int64'}"
        for cell, column in zip(rows[0], columns, strict=True)
    )
    return f"(SELECT * FROM values('{types}', {values}))"


def _write_rate(rate: Fraction) -> str:
    """Return a rate with ten decimals; engines read the text of it exactly, a number perhaps as a float."""
    return str(to_units(round_fraction(rate * 10**10), 10))
