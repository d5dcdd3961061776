"""The scope of a question: one rule for the target of a cut."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from core.ledger.columns import encode_values
from core.months import Period, Window
from core.outlook.targets import build_target_board, read_targets
from core.query.question import Filter, Question
from core.reports.explanation import explain
from core.reports.scope import TargetSource, choose_target
from tests.support.generate import ledger_of
from tests.support.scopes import reader_of, scope_of

SHEET = {("", "nrr"): Fraction(12, 10), ("SMB", "nrr"): Fraction(1), ("SMB", "grr"): Fraction(85, 100)}


@pytest.mark.parametrize(
    ("segment", "nrr", "grr", "on_the_board"),
    [
        ("", (Fraction(12, 10), "company"), (Fraction(9, 10), "config"), ("sheet", "config")),
        ("Enterprise", (Fraction(12, 10), "company"), (Fraction(9, 10), "config"), ("sheet_company", "config")),
        ("SMB", (Fraction(1), "segment"), (Fraction(85, 100), "segment"), ("sheet", "sheet")),
    ],
)
def test_an_answer_and_the_board_of_targets_aim_at_the_same(
    segment: str, nrr: tuple[Fraction, TargetSource], grr: tuple[Fraction, TargetSource], on_the_board: tuple[str, str]
) -> None:
    plain = ledger_of(*["a 100, b 100, c 100, d 100, e 100, f 100"] * 13)
    column = encode_values("Segment", ["SMB", "Enterprise"] * 3)
    ledger = replace(plain, columns={"segment": column}, targets=SHEET)
    scope, filters = scope_of(ledger), (Filter("segment", segment),) if segment else ()
    assert choose_target(ledger, filters, "nrr", scope.targets) == nrr
    assert choose_target(ledger, filters, "grr", scope.targets) == grr

    explanation = explain(Question("nrr", filters, Period("ttm", Window.ending(ledger.last, 12))), scope)
    assert explanation.aimed_by == {"nrr": nrr[1], "grr": grr[1]}

    board = build_target_board(read_targets("", reader_of(ledger)), scope)
    [row] = [row for row in board.rows if row.value == segment]
    assert (row.nrr.value, row.grr.value) == (nrr[0], grr[0])
    assert (row.nrr.source, row.grr.source) == on_the_board
