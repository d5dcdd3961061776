"""Columns of Customers: blank cells and dated rows."""

from __future__ import annotations

import numpy as np
import pytest

from core.ledger.columns import Column, encode_values
from core.ledger.segments import UNASSIGNED, Segments
from core.money import find_currency
from core.months import Month, Window
from tests.support.ledgers import build_ledger

FIRST = Month.of(2024, 1)


def values_at(column: Column, month: Month) -> list[str]:
    return [column.values[code] if code >= 0 else "-" for code in column.codes_at(month).tolist()]


@pytest.mark.parametrize(
    ("months_later", "expected"),
    [
        pytest.param(-5, "SMB Enterprise SMB", id="the first dated value serves before its month"),
        pytest.param(2, "SMB Enterprise SMB", id="its last close"),
        pytest.param(3, "Mid Enterprise SMB", id="the close of the month itself"),
        pytest.param(5, "- Enterprise SMB", id="a dated blank"),
        pytest.param(6, "- SMB SMB", id="two changes of one account"),
        pytest.param(7, "- Mid SMB", id="the last change"),
        pytest.param(99, "- Mid SMB", id="long after"),
    ],
)
def test_a_dated_row_applies_from_the_close_of_its_month(months_later: int, expected: str) -> None:
    column = encode_values(
        "Segment",
        ["Enterprise", "Mid", "SMB"],
        dated=[
            (1, FIRST + 7, "Mid"),
            (0, FIRST + 5, ""),
            (0, FIRST, "SMB"),
            (1, FIRST, "Enterprise"),
            (0, FIRST + 3, "Mid"),
            (1, FIRST + 6, "SMB"),
        ],
    )
    assert column.values == ("Enterprise", "Mid", "SMB")
    assert values_at(column, FIRST + months_later) == expected.split()


def test_a_dated_blank_is_unassigned_and_in_no_other_segment() -> None:
    column = encode_values("Segment", ["Enterprise", "SMB"], dated=[(0, FIRST, ""), (0, FIRST + 2, "Enterprise")])
    assert column.changes is not None
    assert (column.changes.codes.tolist(), column.changes.codes.dtype) == ([-1, 0], np.dtype(np.int32))
    assert column.has_blanks
    panel = np.full((4, 2), 100, dtype=np.int64)
    segments = Segments(build_ledger(panel, first=FIRST, currency=find_currency("EUR"), columns={"segment": column}))
    window = Window(FIRST, FIRST + 1)
    assert segments.members("segment", UNASSIGNED, window).tolist() == [True, False]
    assert segments.members("segment", "SMB", window).tolist() == [False, True]
    assert segments.members("segment", "Enterprise", window).tolist() == [False, False]
    assert segments.members("segment", "Enterprise", Window(FIRST + 2, FIRST + 3)).tolist() == [True, False]
    assert not segments.is_current_only("segment")
    assert segments.askable["segment"] == ("Enterprise", "SMB", UNASSIGNED)


@pytest.mark.parametrize(
    ("cells", "dated", "has_blanks"),
    [
        (["SMB", "Mid"], [], False),
        (["SMB", ""], [], True),
        (["SMB", "Mid"], [(0, FIRST, "Mid")], False),
        (["SMB", "Mid"], [(0, FIRST, ""), (0, FIRST + 1, "SMB")], True),
    ],
)
def test_a_column_has_blanks_now_or_at_an_earlier_date(
    cells: list[str], dated: list[tuple[int, Month, str]], has_blanks: bool
) -> None:
    assert encode_values("Segment", cells, dated=dated).has_blanks is has_blanks


def test_known_values_come_first_in_their_order_and_the_others_by_alphabet() -> None:
    cells = ["zebra", "Enterprise", "apple", "SMB", "", "Banana"]
    column = encode_values("Segment", cells, order=("SMB", "Mid-Market", "Enterprise"))
    assert column.values == ("SMB", "Enterprise", "apple", "Banana", "zebra")
    assert column.codes.tolist() == [4, 1, 2, 0, -1, 3]
    assert column.changes is None


@pytest.mark.parametrize("account", [0, 1, 2])
def test_one_account_alone_may_have_dated_rows(account: int) -> None:
    dated = [(account, FIRST, "old"), (account, FIRST + 2, "new")]
    column = encode_values("Plan", ["now", "now", "now"], dated=dated)
    for months_later, value in ((-1, "old"), (1, "old"), (2, "new")):
        expected = ["now", "now", "now"]
        expected[account] = value
        assert values_at(column, FIRST + months_later) == expected
