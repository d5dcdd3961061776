"""The same ledgers through numpy and through the engines that run here: all integers of every cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings

from core.advice.loss_levers import LossBands
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import select_base
from core.metrics.uncertainty import estimate_cell_uncertainty, estimate_uncertainty
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.closes import measure_close, split_close
from core.sources.members import select_members
from core.sources.panel import PanelSource
from sheets.warehouse.proof import list_cells, list_excluded_cells, measure_excluded_cells, prove
from sheets.warehouse.source import WarehouseSource
from sheets.warehouse.tables import Dialect
from tests.support.engines import ENGINES, Engine
from tests.support.generate import EDGY_RULES, company, ledgers
from tests.support.hostile_company import build_hostile_company
from tests.support.sample_company import SampleCompany
from tests.support.warehouse import Company, DuckDB, Row, describe_company, export_ledger

SLOW = {"spark"}
PARAMS = [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in ENGINES]


@pytest.fixture(scope="module", params=PARAMS)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as engine:
        yield engine


@cache
def build_consumers() -> tuple[Segments, Company]:
    """Return accounts of one currency, with gaps, excluded accounts, and consumers from some month on."""
    segments = Segments(company(3, 60, 20, hostile=True))
    return segments, describe_company(export_ledger(segments.ledger), segments)


def assert_same_cells(segments: Segments, source: WarehouseSource, company: Company, first: Month) -> int:
    """Compare all cells of the windows from a month on, and return their number."""
    through = segments.ledger.last
    cube, queried = (one.cube(company.dimensions, first, through) for one in (PanelSource(segments), source))
    ours = {**list_cells(cube), **measure_excluded_cells(segments, company.dimensions, cube.windows)}
    theirs = {**list_cells(queried), **list_excluded_cells(queried)}
    differing = {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
    assert not differing, [(key, ours.get(key), theirs.get(key)) for key in sorted(differing, key=str)[:3]]
    return len(ours)


def test_the_sample_workbook(engine: Engine, sample_company: SampleCompany) -> None:
    newest = sample_company.load_analyst().find_newest()
    assert newest is not None
    segments = newest.scope.segments
    tables = describe_company(export_ledger(segments.ledger), segments)
    source = engine.open_source(tables)
    assert assert_same_cells(segments, source, tables, segments.ledger.first + 20) > 100


@pytest.mark.parametrize("later", [0, 9])
def test_a_sheet_with_every_trap(engine: Engine, later: int) -> None:
    segments, tables = build_hostile_company()
    source = engine.open_source(tables)
    # Windows that start later, of customers who are older.
    assert assert_same_cells(segments, source, tables, segments.ledger.first + later) > 300


def test_consumers_and_excluded_accounts(engine: Engine) -> None:
    segments, tables = build_consumers()
    source = engine.open_source(tables)
    assert assert_same_cells(segments, source, tables, segments.ledger.first) > 300


def test_the_intervals_of_every_cell(sample_company: SampleCompany) -> None:
    newest = sample_company.load_analyst().find_newest()
    assert newest is not None
    sample = newest.scope.segments
    for segments, tables in ((sample, describe_company(export_ledger(sample.ledger), sample)), build_hostile_company()):
        first, through = segments.ledger.first + 16, segments.ledger.last
        cube = Engine("standard", DuckDB).open_source(tables).cube(tables.dimensions, first, through)
        shown = 0
        for row, window in enumerate(cube.windows):
            for column, (dimension, value) in enumerate(cube.labels):
                cut = (Filter(dimension, value),) if dimension and value else ()
                base = select_base(segments.ledger, window, select_members(segments, cut, window))
                uncertainty = estimate_cell_uncertainty(cube, row, column)
                assert uncertainty == estimate_uncertainty(base), (window, dimension, value)
                shown += bool(uncertainty and uncertainty.nrr)
        assert shown > 20, shown
        assert estimate_cell_uncertainty(replace(cube, can_leave=False), 0, 0) is None
        assert estimate_cell_uncertainty(replace(cube, products=None), 0, 0) is None


def test_the_accounts_of_a_window(engine: Engine) -> None:
    segments, tables = build_hostile_company()
    ledger = segments.ledger
    source = engine.open_source(tables)
    panel = PanelSource(segments)
    window = Window(ledger.first + 12, ledger.first + 19)
    far = Filter("region", "It's \\ far")
    cuts = [
        (),
        (far,),
        (Filter("size", "SMB"), Filter("tenure", "Under 1 year")),
        (Filter("region", far.value, excluded=True),),
    ]
    counts = []
    bands = LossBands((3, 12), (20_000, 300_000))
    for cut in cuts:
        for limit in (None, 3):
            ours, theirs = (one.pairs(window, cut, limit, tuple(segments.dimensions), bands) for one in (panel, source))
            assert ours.ids == theirs.ids
            for name in ("start", "end", "since", "paid"):
                assert getattr(ours, name).tolist() == getattr(theirs, name).tolist()
            assert {name: list(values) for name, values in theirs.values.items()} == ours.values
            assert ours.parts == theirs.parts
            if not cut and limit:
                assert len({key[1:] for key in ours.parts}) > 5
        counts.append(len(panel.pairs(window, cut, None).ids))
    assert all(counts), counts
    sides = (window, cuts[0]), (Window(window.start - 4, window.end - 4), cuts[3])
    bases = [select_base(ledger, side, select_members(segments, cut, side)) for side, cut in sides]
    pairs = source.compare_pairs(sides, (bases[0].starting, bases[1].starting), "nrr", 5)
    own: list[dict[str, int]] = []
    for base in bases:
        for column in (base.start, base.measure_kept("nrr")):
            ids = (ledger.accounts.ids[place] for place in base.index.tolist())
            own.append(dict(zip(ids, column.tolist(), strict=True)))
    assert pairs.totals == tuple(sum(amounts.values()) for amounts in own)
    assert pairs.amounts.tolist() == [[amounts.get(account, 0) for account in pairs.ids] for amounts in own]
    assert len(pairs.ids) == 5 < pairs.explaining


def test_the_accounts_at_a_close(engine: Engine) -> None:
    segments, tables = build_hostile_company()
    ledger, source = segments.ledger, engine.open_source(tables)
    closes, dimensions = [ledger.last, ledger.first + 9], ("region", "plan", "size", "tenure")
    for close, levels in source.levels(dimensions, closes).items():
        for place, dimension in enumerate(dimensions):
            ours = split_close(segments, (), dimension, close)
            assert {value for values in levels for value in [values[place]]} <= ours.keys()
            for value, level in ours.items():
                own = [entry for values, entry in levels.items() if values[place] == value]
                assert (sum(mrr for mrr, _ in own), sum(accounts for _, accounts in own)) == level
        assert sum(mrr for mrr, _ in levels.values()) == measure_close(segments, (), close)[0] > 0


def test_the_proof(engine: Engine) -> None:
    proof = prove(engine.load({}), engine.dialect)
    assert (proof.cells, proof.differing) == (944, 0)


def test_the_proof_fails_on_an_engine_that_cuts_instead_of_rounding() -> None:
    run = DuckDB({})

    def cut(text: str) -> Sequence[Row]:
        return run(text.replace("ROUND(", "TRUNC(").replace(", 0) AS BIGINT", ") AS BIGINT"))

    assert prove(cut, Dialect()).differing > 100


@given(ledger=ledgers())
@settings(max_examples=10)
def test_random_ledgers(ledger: Ledger) -> None:
    segments = Segments(ledger, EDGY_RULES)
    tables = describe_company(export_ledger(ledger), segments)
    assert_same_cells(segments, WarehouseSource(tables.statement, DuckDB(tables.tables)), tables, ledger.first)
