"""Expansion taken apart, by lines written as in a sheet, and against the formulas in exact fractions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analyses.price_volume import PARTS, PriceVolume, SplitChange, build_price_volume_json, measure_price_volume
from core.errors import QuestionError
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.ledger.lines import QUANTITY_UNIT, Lines, sort_lines
from core.ledger.rates import Currencies
from core.metrics.retention import measure
from core.money import find_currency, round_fraction
from core.months import Month, Period, Window
from core.query.question import Question
from tests.support.generate import ledger_of
from tests.support.notation import options, read, sheet
from tests.support.scopes import scope_of

TODAY = dt.date(2025, 12, 31)
# An account that left, so that the sheet can show it.
GONE = {
    "Account ID|Start|End|Unit price|Quantity|Product|Discount": "gone|2024-01-01d|2024-06-30d|1|1|X|",
    "Account ID|Start|End|Amount|Product": "gone|2024-01-01d|2024-06-30d|1|X",
    "Account ID|Start|End|Unit price|Quantity": "gone|2024-01-01d|2024-06-30d|1|2",
    "Account ID|Start|End|Amount": "gone|2024-01-01d|2024-06-30d|1",
}
ALL, PRODUCTS, QUANTITIES, NEITHER = GONE


def ledger_from(*lines: str, headings: str = ALL) -> Ledger:
    written = "\n".join([headings, *lines, GONE[headings]])
    ledger, _ = read(sheet("Subscriptions", written), how=options("", today=TODAY))
    return ledger


def of(ledger: Ledger, start: str = "2024-12", end: str = "2025-12") -> PriceVolume:
    window = Window(Month.parse(start), Month.parse(end))
    return measure_price_volume(Question("nrr", (), Period("range", window), "cohort"), scope_of(ledger))


def read_parts(split: SplitChange | None) -> Mapping[str, int]:
    assert split is not None
    return {part: amount for part, amount in split.amounts.items() if amount}


def change(*lines: str, headings: str = ALL) -> Mapping[str, int]:
    """Return the parts of the expansion from December 2024 to December 2025 in whole euros."""
    asked = of(ledger_from(*lines, headings=headings)).asked
    assert asked.expanded is not None
    assert sum(asked.expanded.amounts.values()) == asked.expansion
    return {part: amount // 100 for part, amount in read_parts(asked.expanded).items()}


# From a line that ends in June 2025 to one that begins then.
OLD, NEW = "2024-01-01d|2025-06-30d", "2025-07-01d|"
CASES = [
    ("dearer", [f"a|{OLD}|10|5|X|", f"a|{NEW}|12|5|X|"], {"price": 10}),
    ("more pieces", [f"a|{OLD}|10|5|X|", f"a|{NEW}|10|8|X|"], {"volume": 30}),
    ("new pieces at the new price", [f"a|{OLD}|10|5|X|", f"a|{NEW}|12|8|X|"], {"price": 10, "volume": 36}),
    ("lost pieces at the old price", [f"a|{OLD}|10|5|X|", f"a|{NEW}|20|4|X|"], {"price": 40, "volume": -10}),
    ("cheaper and more", [f"a|{OLD}|10|5|X|", f"a|{NEW}|9|8|X|"], {"price": -5, "volume": 27}),
    ("a further product", [f"a|{OLD}|9|5|X|", f"a|{NEW}|9|5|X|", f"a|{NEW}|7|2|Y|"], {"new_products": 14}),
    (
        "another product instead",
        [f"a|{OLD}|10|5|X|", f"a|{NEW}|12|5|Y|"],
        {"new_products": 60, "removed_products": -50},
    ),
    ("a discount that ended", [f"a|{OLD}|10|5|X|20%", f"a|{NEW}|10|5|X|"], {"discounts": 10}),
    (
        "a discount that ended, and more pieces",
        [f"a|{OLD}|10|5|X|20%", f"a|{NEW}|10|8|X|"],
        {"discounts": 10, "volume": 30},
    ),
    (
        "a discount of all that ended",
        [f"a|{OLD}|9|5|X|", f"a|{OLD}|3|5|Y|100%", f"a|{NEW}|9|5|X|", f"a|{NEW}|3|5|Y|"],
        {"discounts": 15},
    ),
    ("another list price too is a price", [f"a|{OLD}|10|5|X|20%", f"a|{NEW}|11|5|X|"], {"price": 15}),
    ("two lines of one product", [f"a|{OLD}|9|5|X|", f"a|{NEW}|9|5|x|", f"a|{NEW}|9|2|X |"], {"volume": 18}),
    ("a line that goes on", ["a|2024-01-01d||10|5|X|", f"a|{NEW}|10|3|X|"], {"volume": 30}),
]


@pytest.mark.parametrize(("lines", "parts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_parts_of_an_account(lines: list[str], parts: Mapping[str, int]) -> None:
    assert change(*lines) == parts


def test_a_sheet_with_quantities_alone_has_one_product() -> None:
    lines = f"a|{OLD}|10|5", f"a|{NEW}|12|8", f"a|{NEW}|12|1"
    assert change(*lines, headings=QUANTITIES) == {"price": 10, "volume": 48}


def test_a_sheet_with_products_alone_does_not_tell_price_from_volume() -> None:
    ledger = ledger_from(f"a|{OLD}|50|X", f"a|{NEW}|60|X", f"a|{NEW}|9|Y", headings=PRODUCTS)
    assert read_parts(of(ledger).asked.expanded) == {"price_or_volume": 1000, "new_products": 900}
    assert not of(ledger).has_quantities


PRODUCTS_BY_MONTH = """
        Account ID|Product|2025-01|2025-02|2025-03
        a|Base|100|100|110
        a|Extra||20|20
        b|Base|100|100|100
        b|Extra|30|30|
        b|Third|||50
        c| base|10|0|0
"""


def turn_long(wide: str) -> str:
    """Return a wide tab with products as a long one, a row for each cell that is not blank."""
    heading, *rows = [[cell.strip() for cell in line.split("|")] for line in wide.strip().splitlines()]
    entries = [
        f"{account}|{month}|{amount}|{product}"
        for account, product, *amounts in rows
        for month, amount in zip(heading[2:], amounts, strict=True)
        if amount
    ]
    return "\n".join(["Account ID|Month|MRR|Product", *entries])


@pytest.mark.parametrize("write", [str, turn_long], ids=["wide", "long"])
def test_a_tab_of_mrr_with_a_row_for_each_product_has_new_products(write: Callable[[str], str]) -> None:
    ledger, _ = read(sheet("MRR", write(PRODUCTS_BY_MONTH)))
    assert ledger.lines is not None
    # a: Base twice and Extra, b: Base, Extra and Third, c: Base
    assert ledger.lines.amounts.size == 7
    asked = of(ledger, "2025-01", "2025-03").asked
    assert read_parts(asked.expanded) == {"price_or_volume": 1000, "new_products": 7000, "removed_products": -3000}
    assert read_parts(of(ledger, "2025-01", "2025-02").asked.expanded) == {"new_products": 2000}


@pytest.mark.parametrize(
    "written",
    [
        "Account ID|Product|2025-01|2025-02\na|Base|100|110\nb|Extra|10|20",
        "Account ID|Product|2025-01|2025-02\na||100|110\na||10|20",
        "Account ID|2025-01|2025-02\na|100|110\na|10|20",
    ],
    ids=["one row for each account", "blank products", "no products"],
)
@pytest.mark.parametrize("write", [str, turn_long], ids=["wide", "long"])
def test_other_tabs_of_mrr_keep_no_lines(written: str, write: Callable[[str], str]) -> None:
    if write is turn_long and "Product" not in written:
        written = written.replace("Account ID|", "Account ID|Product|").replace("a|", "a||")
    assert read(sheet("MRR", write(written)))[0].lines is None


def test_contraction_is_taken_apart_with_its_signs_and_churn_is_not() -> None:
    lines = f"a|{OLD}|10|5|X|", f"a|{NEW}|9|4|X|", f"b|{OLD}|10|5|X|", f"c|{OLD}|10|5|X|", f"c|{NEW}|10|5|X|10%"
    asked = of(ledger_from(*lines)).asked
    assert (asked.expansion, asked.contraction) == (0, 1900)
    assert read_parts(asked.contracted) == {"price": -400, "volume": -1000, "discounts": -500}


def test_an_exact_price_is_rounded_once() -> None:
    # 100 for 3 pieces, then 100 for 7: a piece costs 33.33... and then 14.28...
    ledger = ledger_from(f"a|{OLD}|33.333333|3|X|", f"a|{NEW}|28.571428|7|X|")
    asked = of(ledger).asked
    assert asked.expanded is not None
    assert asked.expanded.amounts["price"] == round_fraction(Fraction(20000 * 3, 7)) - 10000


def test_a_sheet_with_neither_says_so_and_names_the_price_change() -> None:
    lines = [f"{name}|{OLD}|100" for name in "abcde"] + [f"{name}|{NEW}|105" for name in "abcde"]
    parts = of(ledger_from(*lines, headings=NEITHER))
    data = build_price_volume_json(parts)
    assert data["reason"] == (
        "no account has lines with quantities or with several products, or their amounts change too often to be lines"
    )
    assert (data["window"]["expansion"], data["window"]["expansion_parts"]) == (2500, None)
    assert data["window"]["price_changes"]["changes"] == [
        {"month": "2025-07", "percent": "5.0", "accounts": 5, "mrr": 2500}
    ]
    assert data["window"]["price_changes"]["nrr_without"] == "100.0"


def test_quantities_of_1_alone_are_none() -> None:
    assert ledger_from(f"a|{OLD}|50|1", headings=QUANTITIES.replace("gone", "x")).lines is not None
    written = f"{QUANTITIES}\na|{OLD}|50|1\nb|{NEW}|60|1"
    ledger, _ = read(sheet("Subscriptions", written), how=options("", today=TODAY))
    assert ledger.lines is None


def test_the_json_has_every_account_that_expanded() -> None:
    lines = f"a|{OLD}|10|5|X|", f"a|{NEW}|12|8|X|", f"b|{OLD}|10|5|X|", f"b|{NEW}|10|20|X|", f"c|{OLD}|1|1|X|"
    data = build_price_volume_json(of(ledger_from(*lines)))
    rows = [(row["account"], row["mrr"], row["price"], row["volume"]) for row in data["accounts"]]
    assert rows == [("b", 15000, 0, 15000), ("a", 4600, 1000, 3600)]
    assert data["window"]["expansion_parts"]["volume"] == {"mrr": 18600, "accounts": 2}
    assert data["window"]["expansion_shares"]["volume"] == "94.9"
    assert data["trailing_12_months"] == data["window"]


def test_without_ends_there_is_none() -> None:
    with pytest.raises(QuestionError, match="Retention is n/a"):
        of(replace(ledger_from(f"a|{OLD}|10|5|X|"), coverage=Coverage(can_leave=False)))


ROWS = st.tuples(
    st.integers(0, 4),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(0, 90_000) | st.integers(10**10, 10**11),
    st.integers(1, 400_000),
    st.sampled_from([1, QUANTITY_UNIT // 3, QUANTITY_UNIT, 7 * QUANTITY_UNIT, 10**15]),
)


def build_ledger_of(rows: list[tuple[int, int, int, int, int, int, int]], *, has_quantities: bool) -> Ledger:
    """Return the ledger of three closes and five accounts whose MRR are the sums of random lines."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 7)
    accounts, products, firsts, lengths, amounts, reductions, quantities = table.T.copy()
    ledger = ledger_of(*["a 0, b 0, c 0, d 0, e 0"] * 3)
    panel = np.zeros((3, 5), dtype=np.int64)
    for account, first, length, amount in zip(accounts, firsts, lengths, amounts, strict=True):
        panel[first : first + length + 1, account] += amount
    start = ledger.first.ordinal
    lines = Lines(
        ("X", "Y", "Z"),
        accounts.astype(np.intp),
        products,
        start + firsts,
        start + firsts + lengths,
        amounts,
        amounts + reductions,
        quantities if has_quantities else None,
    )
    codes = np.array([0, 1, 2, 1, 0], dtype=np.int16)
    known = (ledger.currency, find_currency("JPY"), find_currency("USD"))
    rates = {(ledger.first + month, code): rate for month in range(3) for code, rate in RATES.items()}
    return replace(ledger, panel=panel, lines=sort_lines(lines), currencies=Currencies(known, codes, rates))


RATES = {"JPY": Fraction("0.00615"), "USD": Fraction("0.9237")}


@given(st.lists(ROWS, max_size=14), st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_parts_of_every_account_add_up_to_its_change(
    rows: list[tuple[int, int, int, int, int, int, int]], has_quantities: bool
) -> None:
    ledger = build_ledger_of(rows, has_quantities=has_quantities)
    window = Window(ledger.first, ledger.last)
    parts = of(ledger, str(window.start), str(window.end)).asked
    bridge = measure(ledger, window)
    assert (parts.expansion, parts.contraction) == (bridge.expansion, bridge.contraction)
    before, after = (ledger.mrr(close, window.start) for close in (window.start, window.end))
    for split in (parts.expanded, parts.contracted):
        assert split is not None
        total = sum(split.parts.values())
        assert np.array_equal(total, (after - before)[split.index])
    # The formulas in exact fractions, for the accounts in the reporting currency.
    for account in (0, 4):
        assert parts.expanded is not None
        places = np.flatnonzero(parts.expanded.index == account).tolist()
        expected = split_by_hand(rows, account, has_quantities=has_quantities)
        for place in places:
            found = {part: int(parts.expanded.parts[part][place]) for part in PARTS}
            # A discount is a price of one kind.
            price = found["price"] + found["discounts"] + found["price_or_volume"]
            assert (price, found["volume"]) == expected[:2]
            assert (found["new_products"], found["removed_products"]) == expected[2:]


def split_by_hand(
    rows: list[tuple[int, int, int, int, int, int, int]], account: int, *, has_quantities: bool
) -> tuple[int, int, int, int]:
    """Return price, volume, new and removed products of an account, product by product."""
    price = volume = new = removed = 0
    for product in range(3):
        sides = []
        for close in (0, 2):
            lines = [
                (amount, pieces if has_quantities else QUANTITY_UNIT)
                for owner, other, first, length, amount, _, pieces in rows
                if owner == account and other == product and first <= close <= first + length
            ]
            amount = sum(line[0] for line in lines)
            pieces = sum(line[1] for line in lines) if has_quantities else bool(lines) * QUANTITY_UNIT
            sides.append((amount, Fraction(pieces, QUANTITY_UNIT)))
        (m0, q0), (m1, q1) = sides
        if not q0:
            new += m1
        elif not q1:
            removed -= m0
        else:
            p0, p1 = m0 / q0, m1 / q1
            exact_price, exact_volume = (p1 - p0) * min(q0, q1), (q1 - q0) * (p1 if q1 > q0 else p0)
            assert exact_price + exact_volume == m1 - m0
            # Rounded once: the old quantity at the new price, or the new one at the old price.
            part = round_fraction(p1 * q0) - m0 if q1 > q0 else m1 - round_fraction(p0 * q1)
            assert abs(part - exact_price) <= Fraction(1, 2)
            price, volume = price + part, volume + m1 - m0 - part
    return price, volume, new, removed
