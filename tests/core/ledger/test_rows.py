"""The rows of the revenue tab by account."""

from __future__ import annotations

import numpy as np
import pytest

from core.ledger.rows import RowIndex, SourceRows, build_row_index, build_source_rows, index_first_rows


def rows_by_account(index: RowIndex) -> list[list[int]]:
    return [index.rows_of(account).tolist() for account in range(len(index.starts) - 1)]


def test_rows_are_grouped_by_account_in_the_order_of_the_tab() -> None:
    index = build_row_index(np.array([2, -1, 0, 2, 0, -1, 4]), 5, top=7)
    assert rows_by_account(index) == [[9, 11], [], [7, 10], [], [13]]
    assert index.first_rows.tolist() == [9, 0, 7, 0, 13]
    assert index.starts.dtype == index.numbers.dtype == index.first_rows.dtype == np.int32


def test_rows_are_counted_from_one_unless_the_tab_says_more() -> None:
    assert rows_by_account(build_row_index(np.array([1, 0]), 2)) == [[2], [1]]


def test_an_index_of_first_rows_has_one_row_per_account_at_most() -> None:
    index = index_first_rows(np.array([3, 0, 1], dtype=np.int32))
    assert rows_by_account(index) == [[3], [], [1]]
    assert index.starts.dtype == np.int32


@pytest.mark.parametrize(
    ("starts", "numbers"),
    [
        pytest.param([1, 2], [5, 6], id="a row before the first account"),
        pytest.param([0, 1], [5, 6], id="a row after the last account"),
        pytest.param([0, 2, 1, 2], [5, 6], id="an account that ends before it begins"),
    ],
)
def test_rows_that_do_not_fit_together_are_refused(starts: list[int], numbers: list[int]) -> None:
    with pytest.raises(ValueError, match="do not fit together"):
        RowIndex(np.array(starts, dtype=np.int32), np.array(numbers, dtype=np.int32))


def test_the_index_is_loaded_once_and_at_its_first_use() -> None:
    loads: list[RowIndex] = []

    def load() -> RowIndex:
        loads.append(build_row_index(np.array([0, 0]), 1))
        return loads[-1]

    source_rows = SourceRows("MRR", np.array([1], dtype=np.int32), load)
    assert loads == []
    assert source_rows.by_account is source_rows.by_account
    assert len(loads) == 1


def test_source_rows_without_an_index_know_the_first_rows() -> None:
    assert rows_by_account(SourceRows("MRR", np.array([4, 0], dtype=np.int32)).by_account) == [[4], []]
    index = build_row_index(np.array([1, 1, 0]), 2)
    source_rows = build_source_rows("MRR", index)
    assert (source_rows.tab, source_rows.first_rows.tolist()) == ("MRR", [3, 1])
    assert source_rows.by_account is index
