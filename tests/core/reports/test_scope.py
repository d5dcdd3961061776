"""The scope of a question: one rule for the target of a cut."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from core.advice.assessment import Aim
from core.ledger.columns import encode_values
from core.months import Period, Window
from core.outlook.targets import build_target_board, read_targets
from core.query.question import Filter, Question
from core.reports.explanation import explain
from tests.support.generate import ledger_of
from tests.support.scopes import reader_of, scope_of

SHEET = {("", "nrr"): Fraction(12, 10), ("SMB", "nrr"): Fraction(1), ("SMB", "grr"): Fraction(85, 100)}


@pytest.mark.parametrize(
    ("segment", "nrr", "grr"),
    [
        ("", Aim(Fraction(12, 10), "company"), Aim(Fraction(9, 10), "config")),
        # Enterprise has no target itself: the lower edges of its range
        ("Enterprise", Aim(Fraction(11, 10), "range"), Aim(Fraction(95, 100), "range")),
        ("SMB", Aim(Fraction(1), "segment"), Aim(Fraction(85, 100), "segment")),
    ],
)
def test_an_answer_and_the_board_of_targets_aim_at_the_same(segment: str, nrr: Aim, grr: Aim) -> None:
    plain = ledger_of(*["a 100, b 100, c 100, d 100, e 100, f 100, g 100, h 100, i 100, j 100"] * 13)
    column = encode_values("Segment", ["SMB", "Enterprise"] * 5)
    ledger = replace(plain, columns={"segment": column}, targets=SHEET)
    scope, filters = scope_of(ledger), (Filter("segment", segment),) if segment else ()

    explanation = explain(Question("nrr", filters, Period("ttm", Window.ending(ledger.last, 12))), scope)
    assert explanation.answer.assessment.aims == {"nrr": nrr, "grr": grr}

    board = build_target_board(read_targets("", reader_of(ledger)), scope)
    [row] = [row for row in board.rows if row.value == segment]
    assert (row.nrr.aim, row.grr.aim) == (nrr, grr)
