"""The text of the SELECT, kept next to this file, and the accounts that it leaves out of every figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from core.advice.loss_levers import LossBands
from core.metrics.retention import MEASURES
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.port import CHANGE_OF_MRR, START_MRR
from sheets.warehouse.columns import pack_rows
from sheets.warehouse.rollup import join_cubes, roll_up
from sheets.warehouse.source import WarehouseSource
from sheets.warehouse.statement import EXCLUSIONS, Statement
from sheets.warehouse.tables import DIALECTS, Tables
from tests.support.hostile_company import build_hostile_company
from tests.support.warehouse import DuckDB, Row, Table

GOLDEN = Path(__file__).parent / "golden"
FIRST = Month.of(2024, 1)
PLAIN = Statement(Tables(has_consumers=True), "EUR", FIRST, FIRST + 23, {None: (83_334, 833_333)})
FULL = replace(
    PLAIN,
    tables=Tables(
        "dwh.mrr",
        "dwh.accounts",
        "dwh.fx",
        "dwh.history",
        "(SELECT account_id, same_as FROM dwh.aliases)",
        has_consumers=True,
    ),
    size_limits={FIRST + 1: (90_000, 900_000), FIRST: (83_334, 833_333)},
)
STATEMENTS = {
    "one-currency": PLAIN.sum_windows(("region", "size")),
    "several-currencies": FULL.sum_windows(("segment", "region", "size", "tenure")),
    "bigquery": replace(FULL, dialect=DIALECTS["bigquery"]).sum_windows(("segment",), (12,)),
    "pairs": PLAIN.list_pairs(
        Window(FIRST + 2, FIRST + 5),
        (
            *(Filter("region", "Côte d'Or"), Filter("region", "Jura"), Filter("size", "SMB", excluded=True)),
            *(Filter(START_MRR, "1000"), Filter(CHANGE_OF_MRR, "500", excluded=True)),
        ),
        20,
        ("region", "plan"),
        LossBands((3, 12), (83_334,)),
    ),
    "compared": PLAIN.compare_pairs(
        (
            (Window(FIRST + 2, FIRST + 5), (Filter("region", "Jura"),)),
            (Window(FIRST + 5, FIRST + 8), (Filter("size", "SMB", excluded=True),)),
        ),
        (5_924_000, 1_603_000),
        "grr",
        20,
    ),
    "window": PLAIN.sum_windows(("size", "region"), window=Window(FIRST + 2, FIRST + 5)),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_text_is_the_golden_one(request: pytest.FixtureRequest, name: str) -> None:
    path = GOLDEN / f"{name}.sql"
    if request.config.getoption("--update-golden"):
        path.write_text(f"{STATEMENTS[name]}\n", encoding="utf-8")
    assert f"{STATEMENTS[name]}\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_text_has_nothing_that_only_some_engines_know(name: str) -> None:
    words = set(re.findall(r"[A-Z]+", STATEMENTS[name]))
    assert not words & {"OVER", "FILTER", "GROUPING", "SETS", "DATE", "TIMESTAMP", "INTERVAL", "QUALIFY", "RECURSIVE"}
    assert not re.search(r"NOT NULL|IS NULL|::|\[|\"|`", STATEMENTS[name])


def test_a_statement_has_at_most_four_dimensions_of_plain_names() -> None:
    with pytest.raises(ValueError, match="at most 4 dimensions a query"):
        PLAIN.sum_windows(("a", "b", "c", "d", "e"))
    with pytest.raises(ValueError, match="'plan; DROP' is no plain name of a column"):
        PLAIN.sum_windows(("plan; DROP",))
    with pytest.raises(ValueError, match="no limits between the sizes"):
        replace(PLAIN, size_limits={}).sum_windows(("size",))


M = FIRST.ordinal
PAYING = ("good", "yen", "twice", "dated", "rateless")
TABLES = {
    "mrr": Table(
        ("account_id", "m", "amount"),
        [
            *((account, M + month, 1000) for account in PAYING for month in (0, 1)),
            ("below", M, 1000), ("below", M + 1, 1000), ("below", M + 1, -1),
            ("unlisted", M, 1000), (None, M, 70),
        ],
    ),
    "accounts": Table(
        ("account_id", "currency", "region"),
        [
            *((account, "EUR", "North") for account in ("good", "below", "twice", "dated")),
            ("yen", "JPY", "South"), ("rateless", "KWD", "South"), ("twice", "EUR", "South"),
        ],
    ),
    "fx": Table(("currency", "m", "rate"), [("JPY", M, "0.61"), ("JPY", M + 1, "0.62"), ("KWD", M, "0.3")]),
    "history": Table(
        ("account_id", "from_m", "region"), [("dated", M, "North"), ("dated", M, "South"), ("good", M + 1, "East")]
    ),
}  # fmt: skip
STATEMENT = Statement(Tables(fx="fx", history="history"), "EUR", FIRST, FIRST + 1)


def test_rows_without_an_id_are_in_no_figure_of_one_currency_either() -> None:
    tables = {
        "mrr": Table(
            ("account_id", "m", "amount"), [("good", M, 100), ("good", M + 1, 90), (None, M, 70), ("  ", M, 5)]
        ),
        "accounts": Table(("account_id",), [("good",)]),
    }
    source = WarehouseSource(Statement(Tables(), "EUR", FIRST, FIRST + 1), DuckDB(tables))
    cube = source.cube((), FIRST, FIRST + 1)
    assert cube.sums[0, 0, MEASURES.index("starting")] == 100
    assert [(entry.reason, entry.accounts, entry.starting) for entry in cube.exclusions] == [("id_missing", 2, 75)]


def test_accounts_in_no_figure_are_counted_with_the_reason() -> None:
    source = WarehouseSource(STATEMENT, DuckDB(TABLES))
    cube = source.cube(("region",), FIRST, FIRST + 1)
    exclusions = [entry for entry in cube.exclusions if entry.label == (None, None)]
    assert [(entry.reason, entry.accounts, entry.starting, entry.unpriced) for entry in exclusions] == [
        ("account_twice", 1, 1000, ""), ("fx_missing", 1, 1000, "KWD"), ("history_twice", 1, 1000, ""),
        ("id_missing", 1, 0, ""), ("negative", 1, 1000, ""), ("no_account", 1, 0, ""),
    ]  # fmt: skip
    assert {entry.reason for entry in exclusions} == EXCLUSIONS.keys()
    assert {entry.window for entry in cube.exclusions} == {Window(FIRST, FIRST + 1)}
    by_region = [entry for entry in cube.exclusions if entry.label[0] == "region"]
    assert sum(entry.accounts for entry in by_region) == sum(entry.accounts for entry in exclusions)
    assert cube.labels == ((None, None), ("region", "East"), ("region", "South"))
    # The first value of an account also applies before its month.
    assert [bridge.starting for _, _, bridge in cube] == [1610, 1000, 610]


def test_an_account_that_loses_as_much_in_both_explains_a_component() -> None:
    amounts = (("left", (1000, 500, 0)), ("kept", (500, 1000, 1000)))
    rows = [(account, M + month, amount) for account, level in amounts for month, amount in enumerate(level)]
    tables = {"mrr": Table(TABLES["mrr"].columns, rows), "accounts": Table(("account_id",), [("left",), ("kept",)])}
    source = WarehouseSource(Statement(Tables(), "EUR", FIRST, FIRST + 2), DuckDB(tables))
    sides = (Window(FIRST, FIRST + 1), ()), (Window(FIRST + 1, FIRST + 2), ())
    pairs = source.compare_pairs(sides, (1500, 1500), "grr", 100)
    assert (pairs.ids, pairs.explaining, pairs.totals) == (("left",), 1, (1500, 1500, 1500, 1000))
    assert pairs.amounts.tolist() == [[1000], [500], [500], [0]]


def test_more_than_four_dimensions_are_several_queries() -> None:
    texts = list[str]()
    run = DuckDB(
        TABLES | {"accounts": Table(("account_id", "currency", "a", "b", "c", "d", "e"), [("good", "EUR", *"abcde")])}
    )
    statement = replace(STATEMENT, tables=Tables(fx="fx"))

    def run_and_keep(text: str) -> Sequence[Row]:
        texts.append(text)
        return run(text)

    source = WarehouseSource(statement, run_and_keep)
    cube = source.cube(("a", "b", "c", "d", "e"), FIRST, FIRST + 1)
    assert len(texts) == 2
    assert cube.labels == ((None, None), *((name, name) for name in "abcde"))
    assert cube.sums[0, :, 0].tolist() == [1000] * 6
    other = WarehouseSource(statement, DuckDB(TABLES)).cube((), FIRST, FIRST)
    with pytest.raises(ValueError, match="the cubes are of different windows"):
        join_cubes([cube, other])


def test_sums_of_products_of_any_size_in_batches() -> None:
    """The parts of sums beyond 64 bits, and values and windows that only a later batch has."""
    large = 3 * 2**94 + 5 * 2**62 + 2**61 + 7
    rows = [
        (months, start, reason, "", value, *range(15), large + number, Decimal(number), number)
        for number, (months, start, reason, value) in enumerate([
            (1, M, "", "b"), (1, M, "negative", "z"), (3, M, "", "a"), (1, M + 1, "negative", "b"), (1, M, "", "a"),
        ])
    ]  # fmt: skip
    cube = roll_up(pack_rows([rows[:1], rows[1:3], rows[3:]], ("region",)), ("region",))
    assert cube.windows == (Window(FIRST, FIRST + 1), Window(FIRST, FIRST + 3))
    assert cube.labels == ((None, None), ("region", "a"), ("region", "b"))
    assert cube.products is not None
    assert cube.products.tolist() == [
        [[2 * large + 4, 4, 4], [large + 4, 4, 4], [large, 0, 0]],
        [[large + 2, 2, 2], [large + 2, 2, 2], [0, 0, 0]],
    ]
    assert cube.sums[:, :, 1].tolist() == [[2, 1, 1], [1, 1, 0]]
    assert [(entry.window.start, entry.reason) for entry in cube.exclusions if entry.label[0]] == [
        (FIRST, "negative"),
        (FIRST + 1, "negative"),
    ]
    assert roll_up([], ("region",)).windows == ()


def test_values_without_dates_apply_to_all_months() -> None:
    _, company = build_hostile_company()
    history = company.tables["history"]
    place = history.columns.index("plan")
    shorter = Table(
        (*history.columns[:place], *history.columns[place + 1 :]),
        [(*row[:place], *row[place + 1 :]) for row in history.rows],
    )
    run, tables = DuckDB({**company.tables, "history": shorter}), company.statement.tables
    dated, undated = (
        roll_up(pack_rows([run(replace(company.statement, tables=one).sum_windows(names))], names), names)
        for one, names in (
            (replace(tables, undated=frozenset({"plan"})), ("region", "plan")),
            (replace(tables, history=None), ("plan",)),
        )
    )
    plans = [place for place, (name, _) in enumerate(dated.labels) if name == "plan"]
    assert [dated.labels[place] for place in plans] == list(undated.labels[1:])
    assert dated.windows == undated.windows
    assert (dated.sums[:, plans] == undated.sums[:, 1:]).all()
