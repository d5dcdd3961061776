from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.rates import Currencies
from core.ledger.rows import SourceRows
from core.ledger.segments import TENURES, UNASSIGNED, Segments, SizeRules
from core.metrics.cube import build_cube
from core.money import find_currency
from core.months import Month, Window
from core.terms import SIZES
from tests.support.generate import EUR, FIRST, ledger_of
from tests.support.ledgers import build_ledger, use_one_currency

YEAR = Window(FIRST, FIRST + 12)


def names(ledger: Ledger, dimension: str, window: Window, rules: SizeRules | None = None) -> list[str]:
    segments = Segments(ledger, rules or SizeRules())
    codes = segments.codes(dimension, window).tolist()
    values = segments.dimensions[dimension]
    return [UNASSIGNED if code < 0 else values[code] for code in codes]


@pytest.mark.parametrize(
    ("code", "mrr", "size"),
    [
        # ACV is 12 x MRR: below 10k SMB, from 10k to 100k Mid-Market, above 100k Enterprise
        ("EUR", 83_333, "SMB"),  # 9,999.96
        ("EUR", 83_334, "Mid-Market"),  # 10,000.08
        ("EUR", 833_333, "Mid-Market"),  # 99,999.96
        ("EUR", 833_334, "Enterprise"),  # 100,000.08
        ("EUR", 1, "SMB"),
    ],
)
def test_size_by_acv(code: str, mrr: int, size: str) -> None:
    ledger = build_ledger([[mrr], [0]], first=FIRST, currency=find_currency(code))
    assert names(ledger, "size", Window(FIRST, FIRST + 1)) == [size]


@pytest.mark.parametrize(
    ("code", "mrr", "size"),
    [
        ("JPY", 83_333, "SMB"),  # 999,996
        ("JPY", 83_334, "Mid-Market"),
        ("JPY", 833_333, "Mid-Market"),
        ("JPY", 833_334, "Enterprise"),
        ("KWD", 83_333_333, "SMB"),
        ("KWD", 83_333_334, "Mid-Market"),
    ],
)
def test_own_limits_are_in_whole_units_of_the_currency(code: str, mrr: int, size: str) -> None:
    ledger = build_ledger([[mrr], [0]], first=FIRST, currency=find_currency(code))
    assert names(ledger, "size", Window(FIRST, FIRST + 1), SizeRules(1_000_000, 10_000_000)) == [size]


@pytest.mark.parametrize(
    ("mrr", "size"), [(99, "SMB"), (100, "Mid-Market"), (1000, "Mid-Market"), (1001, "Enterprise")]
)
def test_an_acv_at_the_limit_is_mid_market(mrr: int, size: str) -> None:
    ledger = build_ledger([[mrr], [0]], first=FIRST, currency=EUR)
    assert names(ledger, "size", Window(FIRST, FIRST + 1), SizeRules(12, 120)) == [size]


def test_size_is_frozen_at_the_start() -> None:
    small, large = 50_000, 5_000_000
    ledger = build_ledger(
        [[small, large, 0, small, 0], [large, small, large, 0, 0]],
        first=FIRST,
        currency=EUR,
        accounts=build_accounts("abcde", consumer=np.array([False, False, False, True, False])),
    )
    # grown, shrunk, won in the window (the size it ends with), a consumer, never there
    assert names(ledger, "size", Window(FIRST, FIRST + 1)) == ["SMB", "Enterprise", "Enterprise", "Consumer", "SMB"]


def test_consumer_is_frozen_at_the_start() -> None:
    # a becomes a consumer in the second month, b was one until then, c is one throughout.
    flags = encode_values(
        "", [], dated=[(0, FIRST, "no"), (0, FIRST + 1, "yes"), (1, FIRST, "yes"), (1, FIRST + 1, "no")]
    )
    accounts = build_accounts("abc", consumer=np.array([True, False, True]), consumer_changes=flags.changes)
    ledger = build_ledger([[100, 200, 300]] * 4, first=FIRST, currency=EUR, accounts=accounts)
    before, after = Window(FIRST, FIRST + 3), Window(FIRST + 1, FIRST + 3)
    assert names(ledger, "size", before) == ["SMB", "Consumer", "Consumer"]
    assert names(ledger, "size", after) == ["Consumer", "SMB", "Consumer"]
    starting = {
        (value, bridge.window): bridge.starting
        for dimension, value, bridge in build_cube(Segments(ledger), lengths=(2, 3))
        if dimension == "size"
    }
    assert (starting["SMB", before], starting["Consumer", before]) == (100, 500)
    assert (starting["SMB", after], starting["Consumer", after]) == (200, 400)


@pytest.mark.parametrize(
    ("paid_for", "tenure"),
    [(0, "Under 1 year"), (11, "Under 1 year"), (12, "1-2 years"), (23, "1-2 years"), (24, "2-3 years"),
     (35, "2-3 years"), (36, "Over 3 years"), (60, "Over 3 years")],
)  # fmt: skip
def test_tenure_at_the_start(paid_for: int, tenure: str) -> None:
    panel = np.zeros((62, 2), np.int64)
    panel[60 - paid_for :, 0] = 100
    panel[61, 1] = 100
    start = FIRST + 60
    ledger = build_ledger(panel, first=FIRST, currency=EUR)
    assert names(ledger, "tenure", Window(start, start + 1)) == [tenure, "Under 1 year"]


def test_tenure_counts_from_the_first_mrr_ever_and_not_from_the_return() -> None:
    panel = np.zeros((15, 1), np.int64)
    panel[0] = panel[13:] = 100
    assert names(build_ledger(panel, first=FIRST, currency=EUR), "tenure", Window(FIRST + 13, FIRST + 14)) == [
        "1-2 years"
    ]


def sheet() -> Segments:
    columns = {
        "region": encode_values("Région", ["UK", "", "dach", "UK"]),
        "segment": encode_values("Tier", ["Gold", "Gold", "Silver", ""]),
    }
    return Segments(build_ledger(np.ones((13, 4), np.int64), first=FIRST, currency=EUR, columns=columns))


def test_dimensions_in_order_of_precedence() -> None:
    segments = sheet()
    assert segments.dimensions == {
        "segment": ("Gold", "Silver"),
        "size": SIZES,
        "region": ("dach", "UK"),
        "tenure": TENURES,
    }
    assert segments.headings == {"segment": "Tier", "size": "Size", "region": "Région", "tenure": "Tenure"}
    assert [name for name in segments.dimensions if segments.is_current_only(name)] == ["segment", "region"]


@pytest.mark.parametrize(
    ("dimension", "value", "members"),
    [
        ("region", "UK", [True, False, False, True]),
        ("region", UNASSIGNED, [False, True, False, False]),
        ("segment", "Gold", [True, True, False, False]),
        ("size", "SMB", [True, True, True, True]),
        ("size", UNASSIGNED, [False, False, False, False]),
        ("tenure", "Under 1 year", [True, True, True, True]),
    ],
)
def test_members(dimension: str, value: str, members: list[bool]) -> None:
    assert sheet().members(dimension, value, YEAR).tolist() == members


@pytest.mark.parametrize(
    ("dimension", "value", "says"),
    [
        ("region", "Mars", r"Région has no value 'Mars'. Values: dach, UK"),
        ("size", "Huge", r"Size has no value 'Huge'. Values: Consumer, SMB, Mid-Market, Enterprise"),
        ("colour", "red", r"There is no dimension 'colour'. Dimensions: segment, size, region, tenure"),
        ("colour", UNASSIGNED, r"There is no dimension 'colour'"),
    ],
)
def test_what_there_is_not(dimension: str, value: str, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        sheet().members(dimension, value, YEAR)


# The ledger under them.


@pytest.mark.parametrize(
    ("panel", "says"),
    [
        (np.full((2, 1), -1, np.int64), "never negative"),
        (np.full((1, 3), 2**52, np.int64), "too large"),
        (np.zeros((0, 3), np.int64), "at least one month"),
    ],
)
def test_a_panel_that_cannot_be_counted_is_refused(panel: np.ndarray, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        build_ledger(panel, first=FIRST, currency=EUR)


def test_a_panel_of_another_shape_or_type_is_refused() -> None:
    good = build_ledger(np.ones((2, 3), np.int64), first=FIRST, currency=EUR)
    fields = {name: getattr(good, name) for name in Ledger.__dataclass_fields__}
    for name, wrong in (
        ("panel", good.panel.astype(np.int32)),
        ("panel", np.asfortranarray(good.panel)),
        ("accounts", build_accounts("ab")),
        ("currencies", use_one_currency(EUR, 2)),
        ("source_rows", SourceRows("", np.zeros(2, np.int32))),
    ):
        with pytest.raises(ValueError, match=r"panel must be|one entry per account"):
            Ledger(**{**fields, name: wrong})


def test_accounts_need_one_entry_each_in_every_array() -> None:
    two = np.zeros(2, np.bool_)
    with pytest.raises(ValueError, match="one entry per account"):
        build_accounts("abc", ["a"])
    with pytest.raises(ValueError, match="one entry per account"):
        build_accounts("abc", excluded=two)
    with pytest.raises(ValueError, match="one entry per account"):
        build_accounts("abc", unpriced=two)
    with pytest.raises(ValueError, match="one entry per account"):
        build_accounts("abc", consumer=two)


def test_large_amounts_are_added_exactly() -> None:
    amount = 2**51 + 1
    ledger = build_ledger([[amount, amount, amount], [amount, 0, amount - 1]], first=FIRST, currency=EUR)
    assert int(ledger.read_own_mrr(FIRST).sum()) == 3 * amount


def test_first_paid_and_the_months_of_a_ledger() -> None:
    ledger = build_ledger([[0, 5, 0], [7, 0, 0], [7, 6, 0]], first=Month.of(2024, 12), currency=EUR)
    assert ledger.first_paid.tolist() == [1, 0, 3]
    assert (str(ledger.last), ledger.accounts.count) == ("2025-02", 3)
    assert [ledger.closes_until(ledger.first + step) for step in (-5, -1, 0, 2, 9)] == [0, 0, 1, 3, 3]
    assert ledger.covers(Window(ledger.first, ledger.last))
    assert not ledger.covers(Window(ledger.first - 1, ledger.last))
    assert not ledger.covers(Window(ledger.first, ledger.last + 1))
    with pytest.raises(KeyError, match="2024-11"):
        ledger.read_own_mrr(ledger.first - 1)


def test_encode_sorts_values_whatever_their_case_and_leaves_blanks_out() -> None:
    column = encode_values("Plan", ["team", "", "Basic", "team"])
    assert (column.heading, column.values, column.codes.tolist()) == ("Plan", ("Basic", "team"), [1, -1, 0, 1])
    assert column.codes.dtype == np.int32


def test_a_column_of_the_sheet_stands_before_a_derived_dimension_of_its_name() -> None:
    ledger = replace(ledger_of("a 100, b 50", "a 120"), columns={"size": encode_values("Size", ["XL", "S"])})
    starting_mrr = {
        (dimension, value): bridge.starting for dimension, value, bridge in build_cube(Segments(ledger), lengths=[1])
    }
    assert starting_mrr == {
        (None, None): 15000,
        ("size", "XL"): 10000,
        ("size", "S"): 5000,
        ("tenure", "Under 1 year"): 15000,
    }


def test_a_floor_is_at_the_rates_of_the_start_and_takes_accounts_without_a_rate() -> None:
    dollars, yen = find_currency("USD"), find_currency("JPY")
    rates = {(FIRST, "USD"): Fraction(2), (FIRST + 1, "USD"): Fraction(1)}
    ledger = build_ledger(
        [[1_000, 999, 500, 499, 5, 0], [1, 5_000, 1, 5_000, 5, 5_000]],
        first=FIRST,
        currency=EUR,
        accounts=build_accounts(list("abcdef"), unpriced=np.array([False, False, False, False, True, False])),
        currencies=Currencies((EUR, dollars, yen), np.array([0, 0, 1, 1, 2, 0], dtype=np.int16), rates),
    )
    members = Segments(ledger).members("arr_from", "120 EUR", Window(FIRST, FIRST + 1))
    assert members.tolist() == [True, False, True, False, True, False]
