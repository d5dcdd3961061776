"""Targets: where each comes from, how far it is, and what exactly is still to be gained or may be lost."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import measure
from core.months import Calendar, Month, Window
from core.outlook.open_year import list_year_ends, measure_open_year
from core.outlook.targets import TargetBoard, build_target_board, build_targets_json, measure_missing_mrr, read_targets
from core.playbook.playbook import Targets
from core.query.question import Filter
from core.sources.cuts import LedgerCuts
from core.sources.members import select_members
from tests.support.command_line import nrrbot, sample_options
from tests.support.generate import EDGY_RULES, ledger_of, ledgers, year_of
from tests.support.scopes import reader_of, scope_of

DEFAULTS = Targets(Fraction(110, 100), Fraction(90, 100))


@pytest.mark.parametrize(
    ("last", "first_month", "ends"),
    [
        ("2025-09", 1, "2025-12"),
        ("2025-08", 1, "2025-09 2025-12"),
        ("2025-12", 1, "2026-03 2026-12"),
        ("2025-09", 4, "2025-12 2026-03"),
        ("2025-03", 4, "2025-06 2026-03"),
        ("2025-02", 4, "2025-03"),
    ],
)
def test_the_quarter_and_the_year_that_are_under_way(last: str, first_month: int, ends: str) -> None:
    assert " ".join(map(str, list_year_ends(Calendar(first_month), Month.parse(last)))) == ends


@pytest.mark.parametrize(
    ("closes", "end", "starting", "ending", "kept", "needed", "room"),
    [
        # the base of the twelve months to March 2024 is that of March 2023, the second close
        (("a 1", "a 100, b 100", "a 120, b 50, c 900"), "2024-03", 20_000, 17_000, 15_000, 5_000, -3_000),
        (("a 1", "a 100, b 100", "a 180, b 100"), "2024-03", 20_000, 28_000, 20_000, 0, 2_000),
        # twelve months that begin with the last close: nothing has happened yet
        (("a 1", "a 100", "a 70, b 30"), "2025-01", 10_000, 10_000, 10_000, 1_000, 1_000),
    ],
)
def test_what_is_to_be_gained_and_may_be_lost(
    closes: tuple[str, ...], end: str, starting: int, ending: int, kept: int, needed: int, room: int
) -> None:
    stand = LedgerCuts(Segments(year_of(*closes))).measure((), Window.ending(Month.parse(end), 12))
    missing_mrr = measure_missing_mrr(stand, DEFAULTS.nrr, DEFAULTS.grr)
    assert missing_mrr is not None
    assert (missing_mrr.starting, missing_mrr.ending, missing_mrr.kept, missing_mrr.needed, missing_mrr.room) == (
        starting, ending, kept, needed, room,
    )  # fmt: skip


def target_board(ledger: Ledger) -> TargetBoard:
    return build_target_board(read_targets("  ", reader_of(ledger)), scope_of(ledger))


def test_the_sheet_comes_before_the_config_and_a_segment_without_a_row_aims_at_its_range() -> None:
    ledger = year_of("a 100, b 100", "a 100, b 100", "a 110, b 80")
    goals = {("", "nrr"): Fraction(12, 10), ("SMB", "nrr"): Fraction(1), ("SMB", "grr"): Fraction(85, 100)}
    ledger = replace(ledger, columns={"segment": encode_values("Segment", ["SMB", "Enterprise"])}, targets=goals)
    board = target_board(ledger)
    row_aims = [
        (row.value, str(status.aim.value), status.aim.source, str(status.points))
        for row in board.rows
        for status in (row.nrr, row.grr)
        if status.aim
    ]
    assert row_aims == [
        ("", "6/5", "company", "-1/4"),
        ("", "9/10", "config", "0"),
        ("Enterprise", "11/10", "range", "-3/10"),
        ("Enterprise", "19/20", "range", "-3/20"),
        ("SMB", "1", "segment", "1/10"),
        ("SMB", "17/20", "segment", "3/20"),
    ]
    rows = build_targets_json(board)["rows"]
    assert rows[2]["nrr"] == {"target": "100.0", "from": "segment", "now": "110.0", "points": "10.0"}
    assert [row["end"] for row in rows[0]["by_the_end_of"]] == ["2024-03", "2024-12"]


def test_a_short_history_has_targets_and_no_distance() -> None:
    board = target_board(ledger_of("a 100", "a 120"))
    assert (board.rows[0].nrr.points, board.rows[0].to_go, str(board.ttm_reason)) == (
        None, (None, None), "needs 13 month closes, there are 2",
    )  # fmt: skip


@given(ledgers(), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_where_the_base_stands_is_what_it_comes_to_if_nothing_moves_any_more(ledger: Ledger, ahead: int) -> None:
    """The ledger with its last close repeated until the future one, measured as any window is."""
    segments, end = Segments(ledger, EDGY_RULES), ledger.last + ahead
    repeated = replace(ledger, panel=np.vstack([ledger.panel, *[ledger.panel[-1:]] * ahead]))
    later = Segments(repeated, EDGY_RULES)
    for filters in (
        (),
        (Filter("size", "SMB"),),
        (Filter("industry", "Unassigned"),),
        (Filter("tenure", "1-2 years"),),
    ):
        stand = measure_open_year(segments, filters, end)
        window = Window.ending(end, 12)
        if stand is None:
            assert window.start < ledger.first
            continue
        bridge = measure(repeated, window, select_members(later, filters, window))
        assert (stand.base, stand.starting, stand.ending) == (bridge.base, bridge.starting, bridge.ending)
        assert stand.kept == bridge.starting - bridge.contraction - bridge.churn
        as_of_now = LedgerCuts(segments).measure(filters, window)
        # Accounts won since are in none of its sums.
        assert as_of_now == replace(bridge, new=0, reactivated=0, fx_effect=0, new_accounts=0, reactivated_accounts=0)
        missing_mrr = measure_missing_mrr(as_of_now, DEFAULTS.nrr, DEFAULTS.grr)
        if missing_mrr is None:
            continue
        # what is needed is exactly enough, and a minor unit less is not
        assert Fraction(missing_mrr.ending + missing_mrr.needed, missing_mrr.starting) >= DEFAULTS.nrr
        assert (
            not missing_mrr.needed
            or Fraction(missing_mrr.ending + missing_mrr.needed - 1, missing_mrr.starting) < DEFAULTS.nrr
        )
        assert Fraction(missing_mrr.kept - missing_mrr.room, missing_mrr.starting) >= DEFAULTS.grr
        assert Fraction(missing_mrr.kept - missing_mrr.room - 1, missing_mrr.starting) < DEFAULTS.grr


def test_odd_words_are_refused() -> None:
    with pytest.raises(QuestionError, match='what "Q3" would change'):
        read_targets(" Q3 ", reader_of(ledger_of("a 100", "a 120")))


def test_targets_on_the_command_line(tmp_path: Path) -> None:
    files = sample_options(tmp_path)
    answer = msgspec.json.decode(nrrbot("ask", "targets", "--json", *files).out)
    assert answer["by"] == "segment"
    assert answer["rows"][0]["value"] is None
    assert nrrbot("ask", "objectifs", "--lang", "fr", *files).out.startswith("Objectifs\u00a0: NRR 108,2")
