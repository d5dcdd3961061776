"""Restatements: which figures of closed periods a later sync changed, and whose rows did it.

Ledgers are in the reader's notation, every close from January 2024 on; figures are named `Q2 2024` or
`segment=Large 2024-05`. Through the store and the command line, the company of
tests.support.company is edited as people do.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from bot.jobs.delivery.digests import post_digest
from bot.locale.translator import get_translator
from bot.messages.digests.restatements import list_restatements
from bot.slack.client import build_bot_client
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments, SizeRules
from core.metrics.cube import build_cube
from core.metrics.restatements import (
    ACCOUNTS,
    Cell,
    Restatement,
    compare_figures,
    find_restatements,
    index_figures,
    net_restatements,
    period_of,
    select_closed_periods,
    select_headlines,
)
from core.metrics.retention import MEASURES, Bridge, select_base
from core.months import Calendar, Month, Window
from core.store.content.problems import write_problems
from core.store.history.pruning import RetentionPolicy
from core.store.rows import update_checksum
from core.store.store import Store
from sheets.excel.workbook import ExcelWorkbook
from sheets.ingest.sync import SyncResult, sync_into_store
from sheets.tabs.read_options import ReadOptions
from tests.support.command_line import nrrbot
from tests.support.company import Form, Rows, make, tabs, write_xlsx
from tests.support.digests import build_config_digest, list_messages
from tests.support.generate import EDGY_RULES, EUR, ledger_of, ledgers
from tests.support.golden import read_blocks
from tests.support.google.server import GoogleServer
from tests.support.google.state import Given
from tests.support.ledgers import build_ledger
from tests.support.slack.block_kit import check_message
from tests.support.slack.server import Fault, SlackServer

NOW = dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC)
FIRST = Month.of(2024, 1)
CALENDAR = Calendar()


# --- Pure: two ledgers ----------------------------------------------------------------------------------------------


def company(*closes: str, segments: Mapping[str, str] | None = None, excluded: Sequence[str] = ()) -> Ledger:
    ledger = ledger_of(*closes, first=FIRST, excluded=excluded)
    if segments is None:
        return ledger
    return replace(
        ledger,
        columns={
            "segment": encode_values("Segment", [segments.get(account_id, "") for account_id in ledger.accounts.ids])
        },
    )


def restated(
    before: Ledger,
    after: Ledger,
    config: tuple[Mapping[str, str | int], Mapping[str, str | int]] = ({}, {}),
    rules: SizeRules | None = None,
) -> list[Restatement]:
    """Return what a sync finds that reads `after` where it read `before`."""
    old = select_closed_periods(index_figures(build_cube(Segments(before))), before.last)
    segments = Segments(after, rules or SizeRules())
    recorded = {cell: (1, bridge) for cell, bridge in old.items()}
    return find_restatements(recorded, index_figures(build_cube(segments)), before, segments, config, (1, 2), NOW)


def name(cell: Cell) -> str:
    period = period_of(cell.window, CALENDAR).label
    return period if cell.dimension is None else f"{cell.dimension}={cell.value} {period}"


def named(restatements: Sequence[Restatement], *dimensions: str | None) -> set[str]:
    return {
        name(figure.cell)
        for one in restatements
        for figure in one.figures
        if figure.cell.dimension in (None, *dimensions)
    }


BASE = ("a 100, b 50", "a 100, b 50", "a 100, b 50", "a 100, b 50", "a 100, b 50")


@pytest.mark.parametrize(
    ("before", "after", "figures"),
    [
        pytest.param(BASE, BASE, "", id="nothing"),
        pytest.param(BASE, (*BASE[:4], "a 90, b 50"), "", id="the last month is still being filled in"),
        pytest.param(BASE, (*BASE, "a 10"), "", id="a month more"),
        pytest.param(BASE, (*BASE, "a 100, b 50, c 70"), "", id="an account that begins with it"),
        pytest.param(BASE, (*BASE[:4], "a 90, b 50", "a 90"), "", id="a month more, and the last one edited"),
        pytest.param(BASE[:1], ("a 1", "a 2"), "", id="no window yet"),
        pytest.param(BASE, BASE[:4], "", id="a month less"),
        # Closes are January to May. A window that ends in May is not closed.
        pytest.param(BASE, ("a 90, b 50", *BASE[1:]), "2024-02, 2024-02..2024-04", id="the first close"),
        pytest.param(BASE, (*BASE[:1], "a 90, b 50", *BASE[2:]), "2024-02, 2024-03", id="a close in between"),
        pytest.param(BASE, (*BASE[:3], "a 100", *BASE[4:]), "2024-04, 2024-02..2024-04", id="a churn, booked late"),
        pytest.param(BASE, (*BASE[:3], "a 100, b 50, c 5", BASE[4]), "2024-04, 2024-02..2024-04", id="one booked late"),
        pytest.param(BASE, ("a 100, b 50, c 5", *BASE[1:]), "2024-02, 2024-02..2024-04", id="one that had left"),
    ],
)  # fmt: skip
def test_only_figures_of_closed_periods_are_restated(before: Sequence[str], after: Sequence[str], figures: str) -> None:
    restatements = restated(company(*before), company(*after))
    assert named(restatements) == set(filter(None, figures.split(", ")))
    assert len(restatements) == bool(figures)


def test_a_restatement_has_the_integers_and_ratios_before_and_after() -> None:
    [restatement] = restated(company(*BASE), company(*BASE[:3], "a 60", BASE[4]))
    figure = next(figure for figure in restatement.figures if name(figure.cell) == "2024-04")
    window = Window.ending(Month.of(2024, 4), 1)
    assert figure.before == Bridge(window, starting=15000, ending=15000, base=2, retained=2)
    assert figure.after == Bridge(
        window, starting=15000, contraction=4000, churn=5000, ending=6000, base=2, contracted=1, churned=1, retained=1
    )
    assert [figure.before.nrr, figure.after.nrr, figure.after.grr] == [
        Fraction(1),
        Fraction(60, 150),
        Fraction(60, 150),
    ]
    assert (figure.recorded, restatement.snapshots, restatement.found_at, restatement.settings) == (1, (1, 2), NOW, {})


def list_causes(restatement: Restatement) -> list[str]:
    """Return the accounts that caused it, such as `a: 2024-04 100 -> 60, segment Large -> Small, out`."""
    out = {(False, True): ["out"], (True, False): ["back"]}
    return [
        f"{cause.id}: "
        + ", ".join(
            [
                *(f"{edit.month} {edit.before // 100} -> {edit.after // 100}" for edit in cause.edits),
                *(f"{move.dimension} {move.before or '-'} -> {move.after or '-'}" for move in cause.moves),
                *out.get(cause.left_out, []),
            ]
        )
        for cause in restatement.causes
    ]


LARGE = {"a": "Large", "b": "Small"}


@pytest.mark.parametrize(
    ("after", "culprits", "some"),
    [
        pytest.param(
            company(*BASE[:3], "a 60, b 40", BASE[4], segments=LARGE),
            ["a: 2024-04 100 -> 60", "b: 2024-04 50 -> 40"],
            {"2024-04": ("a", "b"), "segment=Large 2024-04": ("a",), "segment=Small 2024-04": ("b",)},
            id="two amounts, the heavier first",
        ),
        pytest.param(
            company(*BASE, segments={"a": "Large", "b": "Large"}),
            ["b: segment Small -> Large"],
            {"segment=Large 2024-02": ("b",), "segment=Small 2024-02": ("b",)},
            id="a segment",
        ),
        pytest.param(
            company(*BASE, segments={"a": "Large"}),
            ["b: segment Small -> -"],
            {"segment=Unassigned 2024-04": ("b",)},
            id="no segment any more",
        ),
        pytest.param(
            company(*BASE, segments={"a": "Big", "b": "Small"}),
            ["a: segment Large -> Big"],
            {"segment=Large 2024-02": ("a",), "segment=Big 2024-02": ("a",)},
            id="a segment renamed",
        ),
        pytest.param(
            company(*BASE, segments=LARGE, excluded=["b"]),
            ["b: out"],
            {"2024-03": ("b",), "segment=Small 2024-03": ("b",)},
            id="left out now",
        ),
        pytest.param(
            company(*["a 100"] * 5, segments=LARGE),
            ["b: 2024-01 50 -> 0, 2024-02 50 -> 0, 2024-03 50 -> 0, 2024-04 50 -> 0"],
            {"2024-02": ("b",)},
            id="gone from the sheet",
        ),
        pytest.param(
            company(*(f"{close}, c 500" for close in BASE[:4]), BASE[4], segments=LARGE),
            ["c: 2024-01 0 -> 500, 2024-02 0 -> 500, 2024-03 0 -> 500, 2024-04 0 -> 500"],
            {"2024-02": ("c",), "segment=Unassigned 2024-02": ("c",)},
            id="in the sheet now",
        ),
    ],
)
def test_the_accounts_whose_rows_caused_it_are_named(
    after: Ledger, culprits: list[str], some: Mapping[str, tuple[str, ...]]
) -> None:
    [restatement] = restated(company(*BASE, segments=LARGE), after)
    assert list_causes(restatement) == culprits
    assert restatement.accounts == len(culprits)
    largest = {name(figure.cell): figure.largest for figure in restatement.figures}
    assert {key: largest.get(key) for key in some} == some


def test_a_mended_account_counts_again() -> None:
    [restatement] = restated(company(*BASE, excluded=["b"]), company(*BASE))
    assert list_causes(restatement) == ["b: back"]


def test_an_earlier_month_that_makes_an_account_return_is_its_doing() -> None:
    before = company("a 100", "a 100", "a 100, b 5", "a 100, b 5", "a 100")
    after = company("a 100, b 1", "a 100", "a 100, b 5", "a 100, b 5", "a 100")
    [restatement] = restated(before, after)
    figure = next(figure for figure in restatement.figures if name(figure.cell) == "2024-03")
    assert (figure.before.new, figure.after.reactivated, figure.largest) == (500, 500, ("b",))


def test_a_dimension_that_came_or_went_restates_nothing() -> None:
    with_one, without = company(*BASE, segments=LARGE), company(*BASE)
    assert restated(with_one, without) == []
    assert restated(without, with_one) == []


LIMITS = "segments.mid_market_from", "segments.enterprise_above"


def test_what_the_size_limits_changed_is_told_apart_from_what_an_edit_did() -> None:
    config = dict(zip(LIMITS, (10_000, 100_000), strict=True)), dict(zip(LIMITS, (1_200, 100_000), strict=True))
    by_config, by_edit = restated(
        company(*BASE), company(*BASE[:3], "a 100", BASE[4]), config, SizeRules(1_200, 100_000)
    )
    assert by_config.settings == {"segments.mid_market_from": (10_000, 1_200)}
    assert {figure.cell.dimension for figure in by_config.figures} == {"size"}
    assert (by_config.causes, by_config.accounts) == ((), 0)
    assert by_edit.settings == {}
    assert list_causes(by_edit) == ["b: 2024-04 50 -> 0"]
    assert "2024-04" in named([by_edit])
    after = {figure.cell: figure.after for figure in by_config.figures}
    for figure in by_edit.figures:
        assert figure.before == after.get(figure.cell, figure.before)


def test_a_setting_that_decides_how_the_sheet_is_read_is_the_cause_of_everything() -> None:
    edited = company(*BASE[:3], "a 100", BASE[4])
    config: tuple[Mapping[str, str | int], Mapping[str, str | int]] = (
        {"workbook.blank_month": "zero", "new": 1},
        {"workbook.blank_month": "carry", "other": 2},
    )
    [restatement] = restated(company(*BASE), edited, config)
    assert restatement.settings == {"workbook.blank_month": ("zero", "carry")}
    assert restatement.causes == ()
    assert "2024-04" in named([restatement])


@pytest.mark.slow
@given(before=ledgers(), after=ledgers())
@settings(max_examples=60, deadline=None)
def test_every_difference_is_found_and_is_the_sum_of_its_accounts(before: Ledger, after: Ledger) -> None:
    """Whatever was changed: what the named accounts add to a figure differs by exactly as much as the figure."""
    old = select_closed_periods(index_figures(build_cube(Segments(before, EDGY_RULES))), before.last)
    now = index_figures(build_cube(Segments(after, EDGY_RULES)))
    recorded = {cell: (1, bridge) for cell, bridge in old.items()}
    restatements = find_restatements(recorded, now, before, Segments(after, EDGY_RULES), ({}, {}), (1, 2), NOW)
    changes = compare_figures(old, now)
    assert {
        restated_figure.cell: (restated_figure.before, restated_figure.after)
        for one in restatements
        for restated_figure in one.figures
    } == changes
    for figure in (restated_figure for one in restatements for restated_figure in one.figures):
        totals = []
        for ledger in (before, after):
            segments, cell = Segments(ledger, EDGY_RULES), figure.cell
            members = ledger.accounts.counted.copy()
            if cell.dimension is not None and cell.value is not None:
                values = (*segments.dimensions[cell.dimension], "Unassigned")
                none = np.zeros(ledger.accounts.count, dtype=np.bool_)
                members &= segments.members(cell.dimension, cell.value, cell.window) if cell.value in values else none
            members &= np.isin(ledger.accounts.ids, figure.largest)
            taken = select_base(ledger, cell.window, members)
            totals.append((int(taken.start.sum()), int(taken.end[taken.start > 0].sum())))
        assert figure.accounts == len(figure.largest) > 0  # of at most 7 accounts all are named
        assert totals[1][0] - totals[0][0] == figure.after.starting - figure.before.starting
        assert totals[1][1] - totals[0][1] == figure.after.ending - figure.before.ending


def test_of_many_accounts_those_that_weigh_most_are_kept() -> None:
    many = [", ".join(f"n{number} {number + 1}" for number in range(ACCOUNTS + 9))] * 5
    fewer = [", ".join(f"n{number} {(number + 1) * 2}" for number in range(ACCOUNTS + 9))] * 4
    [restatement] = restated(company(*many), company(*fewer, many[4]))
    assert (restatement.accounts, len(restatement.causes)) == (ACCOUNTS + 9, ACCOUNTS)
    assert restatement.causes[0].id == f"n{ACCOUNTS + 8}"
    assert "n0" not in {cause.id for cause in restatement.causes}


def test_the_smallest_edits_outweigh_an_account_that_only_came_back() -> None:
    # The first account begins earlier by 0.01 and so came back; the second one changed by 0.02.
    before, after = (
        build_ledger(panel, first=FIRST, currency=EUR)
        for panel in (
            [[0, 500], [0, 500], [5, 500], [5, 500], [5, 500]],
            [[1, 500], [0, 502], [5, 500], [5, 500], [5, 500]],
        )
    )
    [restatement] = restated(before, after)
    assert [cause.id for cause in restatement.causes] == ["1", "0"]


def test_a_figure_that_was_not_recorded_names_the_snapshot_before() -> None:
    before, after = company(*BASE, segments=LARGE), company(*BASE, segments={"a": "Big", "b": "Small"})
    [restatement] = restated(before, after)
    snapshots = {name(figure.cell): figure.recorded for figure in restatement.figures}
    assert snapshots["segment=Big 2024-02"] == snapshots["segment=Large 2024-02"] == 1


def test_a_change_that_is_taken_back_comes_to_nothing() -> None:
    right, wrong = company(*BASE), company(*BASE[:3], "a 60, b 50", BASE[4])
    there, back = restated(right, wrong)[0], restated(wrong, right)[0]
    assert net_restatements([there, back]) == ()
    assert {name(figure.cell) for figure in net_restatements([there])} >= {"2024-04"}
    again = restated(wrong, company(*BASE[:3], "a 70, b 50", BASE[4]))[0]
    figure = next(figure for figure in net_restatements([there, again]) if name(figure.cell) == "2024-04")
    assert [figure.before.nrr, figure.after.nrr] == [Fraction(1), Fraction(120, 150)]


@pytest.mark.parametrize(
    ("window", "starts", "label"),
    [
        ("2024-03..2024-06", 1, "Q2 2024"),
        ("2024-04..2024-07", 1, "2024-05..2024-07"),
        ("2024-04..2024-07", 2, "Q2 2025"),
        ("2024-04..2024-05", 1, "2024-05"),
        ("2024-04..2025-04", 1, "TTM 2025-04"),
    ],
)
def test_windows_have_names(window: str, starts: int, label: str) -> None:
    start, end = map(Month.parse, window.split(".."))
    assert period_of(Window(start, end), Calendar(starts)).label == label


def test_headlines_are_quarters_and_twelve_months_of_the_company_and_the_segments_named() -> None:
    before = company(*["a 100, b 50"] * 15, segments=LARGE)
    after = company(*["a 100, b 50"] * 2, "a 90, b 50", *["a 100, b 50"] * 12, segments=LARGE)
    [restatement] = restated(before, after)
    listed = [name(figure.cell) for figure in select_headlines(restatement.figures, CALENDAR, "segment", ["Large"])]
    assert listed == ["Q2 2024", "segment=Large Q2 2024"]


def test_the_latest_headline_of_a_length_is_the_first() -> None:
    before = company(*["a 100, b 50"] * 11)
    after = company(*["a 100, b 50"] * 5, "a 90, b 50", *["a 100, b 50"] * 5)
    [restatement] = restated(before, after)
    listed = [name(figure.cell) for figure in select_headlines(restatement.figures, CALENDAR, "segment", [])]
    assert listed == ["Q3 2024", "Q2 2024"]


# --- Through the store ----------------------------------------------------------------------------------------------

Edit = Callable[[dict[str, Rows]], object]
OPTIONS = ReadOptions(EUR, "", NOW.date())


class Sheet:
    """A workbook that people edit, and the store that it is synced to."""

    def __init__(self, folder: Path) -> None:
        self.path, self.store = folder / "Retention.xlsx", Store(folder / "nrrbot.db")
        self.content = tabs("wide")
        self.now = NOW

    def sync(
        self, edit: Edit | None = None, rules: SizeRules | None = None, keep: RetentionPolicy | None = None
    ) -> SyncResult:
        if edit:
            edit(self.content)
        write_xlsx(self.path, self.content)
        self.now += dt.timedelta(days=1)
        return sync_into_store(ExcelWorkbook(self.path), self.store, OPTIONS, rules or SizeRules(), self.now, keep=keep)


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(tmp_path)


def cell(tab: str, row: int, column: int, value: Given) -> Edit:
    def edit(content: dict[str, Rows]) -> None:
        content[tab][row - 1][column - 1] = value

    return edit


# Column 14 of MRR is June 2025: E-1 1000, so that Q2 of the company (5640.50 in both closes) becomes 5540.50.
JUNE = cell("MRR", 2, 14, 900)


def test_an_edit_of_a_closed_month_is_stored_with_the_row_and_the_amounts(sheet: Sheet) -> None:
    assert sheet.sync().restatements == ()
    synced = sheet.sync(JUNE)
    assert list(synced.restatements) == sheet.store.restatements(synced.snapshot.source)
    [restatement] = synced.restatements
    [culprit] = restatement.causes
    assert (culprit.id, culprit.tab, culprit.row) == ("E-1", "MRR", 2)
    assert [(str(edit.month), edit.before, edit.after) for edit in culprit.edits] == [("2025-06", 100000, 90000)]
    q2 = next(figure for figure in restatement.figures if name(figure.cell) == "Q2 2025")
    assert (q2.before.ending, q2.after.ending, q2.recorded) == (q2.before.starting, q2.before.starting - 10000, 1)
    assert not any(figure.cell.window.end == Month.of(2025, 9) for figure in restatement.figures)
    assert sheet.store.restatements(synced.snapshot.source, since=2) == []
    assert sheet.store.restatements("file:/other.xlsx") == []


def test_the_figure_before_names_the_snapshot_that_it_was_recorded_with(sheet: Sheet) -> None:
    sheet.sync()
    sheet.sync(JUNE)
    sheet.sync(cell("MRR", 3, 2, 2100))  # June 2024
    [restatement] = sheet.sync(cell("MRR", 2, 14, 950)).restatements
    assert restatement.snapshots == (3, 4)
    assert {name(figure.cell): figure.recorded for figure in restatement.figures if figure.cell.dimension is None}[
        "Q2 2025"
    ] == 2


def test_a_month_that_vanished_and_came_back_with_other_amounts_is_compared_with_what_was_recorded(
    sheet: Sheet,
) -> None:
    def without_last(content: dict[str, Rows]) -> None:
        for row in content["MRR"]:
            row[15:] = []

    whole = [list(row) for row in sheet.content["MRR"]]

    def back(content: dict[str, Rows]) -> None:
        content["MRR"] = [list(row) for row in whole]
        content["MRR"][1][15] = 1300  # August 2025 of E-1, 1200 before

    sheet.sync()
    assert sheet.sync(without_last).restatements == ()
    [restatement] = sheet.sync(back).restatements
    assert {str(figure.cell.window.end) for figure in restatement.figures if figure.cell.dimension is None} == {
        "2025-08"
    }
    assert {figure.recorded for figure in restatement.figures} == {1}


def test_other_size_limits_are_reported_as_such(sheet: Sheet) -> None:
    sheet.sync()
    [restatement] = sheet.sync(rules=SizeRules(6_000, 18_000)).restatements
    assert restatement.settings == {LIMITS[0]: (10_000, 6_000), LIMITS[1]: (100_000, 18_000)}
    text = list_restatements([restatement], {}, CALENDAR, get_translator("en"))
    assert "the settings segments.enterprise_above and segments.mid_market_from were changed" in text
    by_config, by_edit = sheet.sync(JUNE).restatements
    assert (by_config.causes, list_causes(by_edit)) == ((), ["E-1: 2025-06 1000 -> 900"])


def test_a_setting_that_changed_nothing_is_not_blamed_for_a_later_edit(sheet: Sheet) -> None:
    sheet.sync()
    options, later = replace(OPTIONS, max_segment_values=99), NOW + dt.timedelta(days=7)
    book = ExcelWorkbook(sheet.path)
    assert not sync_into_store(book, sheet.store, options, SizeRules(), later).changed
    JUNE(sheet.content)
    write_xlsx(sheet.path, sheet.content)
    [restatement] = sync_into_store(ExcelWorkbook(sheet.path), sheet.store, options, SizeRules(), later).restatements
    assert restatement.settings == {}


def test_recorded_figures_are_plain_rows_that_say_where_they_come_from(sheet: Sheet) -> None:
    sheet.sync()
    sheet.sync(JUNE)
    with sheet.store._file.reading() as connection:
        rows = connection.execute(
            f"SELECT snapshot_id, {', '.join(MEASURES)} FROM recorded"
            " WHERE dimension = '' AND end_month - start_month = 1 ORDER BY end_month"
        ).fetchall()
    latest = [bridge for dimension, _, bridge in sheet.store.figures(2) if not dimension and bridge.window.months == 1]
    assert [tuple(row)[1:] for row in rows] == [
        tuple(getattr(bridge, measure) for measure in MEASURES) for bridge in latest[:-1]
    ]
    assert [row[0] for row in rows] == [1] * 11 + [2, 2] + [1]


# --- The command line -----------------------------------------------------------------------------------------------


@pytest.fixture
def form(tmp_path: Path, google: GoogleServer, slack: SlackServer) -> Form:
    return make(tmp_path / "form", "wide", "xlsx", google, slack_api=slack.api_url)


def test_restatements_are_listed(form: Form) -> None:
    ran = nrrbot("restatements", "--config", form.config)
    assert (ran.code, ran.out) == (0, "No figure of a closed period was restated.\n")
    form.put("MRR", 2, 14, 900)
    form.put("Customers", 3, 3, "SMB")
    assert (
        "figures of closed periods were restated; see nrrbot restatements"
        in nrrbot("sync", "--config", form.config).out
    )
    text = nrrbot("restatements", "--config", form.config).out
    assert "snapshot 2: 1 row of MRR was changed (row 2) and the segment of +cmd!A0 was changed." in text
    assert "<b>&Co, E-1 (MRR, row 2): Jun 2025 €1,000 → €900" in text
    assert "+cmd!A0, E-2 (MRR, row 3): Segment Enterprise → SMB" in text
    assert text.index("Q2 2025 ") < text.index("June 2025 ") < text.index("Segment Enterprise  ")
    french = nrrbot("restatements", "--lang", "fr", "--config", form.config).out
    assert "1 ligne de MRR a été modifiée (ligne 2)" in french
    assert "<b>&Co, E-1 (MRR, ligne 2)\N{NO-BREAK SPACE}: juin 2025" in french
    [entry] = json.loads(nrrbot("restatements", "--json", "--config", form.config).out)
    assert (entry["cause"], entry["snapshot"], entry["accounts_total"]) == ("sheet", {"before": 1, "after": 2}, 2)
    assert entry["accounts"][1]["mrr"] == [{"month": "2025-06", "before": 100000, "after": 90000}]
    [q2] = [figure for figure in entry["figures"] if (figure["period"], figure["dimension"]) == ("Q2 2025", None)]
    assert (q2["before"]["nrr"], q2["after"]["nrr"]) == ("100.0", "98.2")
    assert (q2["before"]["ending_mrr"], q2["after"]["contraction"]) == (564050, 10000)


def test_the_next_digest_tells_what_was_restated_and_only_once(form: Form, slack: SlackServer) -> None:
    setup = form.setup()
    setup.sync()
    client = build_bot_client(setup.config)
    post_digest(setup.analyst, client, NOW)
    assert "restated" not in read_blocks(slack.posted["C0GENERAL"][-1]["blocks"])
    form.put("MRR", 2, 14, 900)
    form.put("MRR", 8, 14, 70)
    setup = form.setup()
    setup.sync()
    week = dt.timedelta(days=7)
    digest = build_config_digest(setup.analyst, NOW + week).digest
    for language in ("en", "fr"):
        for message in list_messages(digest, get_translator(language)):
            assert check_message(list(message.blocks)) == []
    post_digest(setup.analyst, client, NOW + week)
    text = "".join(read_blocks(message["blocks"]) for message in slack.posted["C0GENERAL"][-3:])
    assert (
        "Q2 2025 was restated from NRR 100.0%, GRR 100.0% to NRR 98.0%, GRR 98.0%: "
        "2 rows of MRR were changed (rows 2, 8)." in text
    )
    assert "; Enterprise, Q2 2025 NRR 100.0%, GRR 100.0% → NRR 98.2%, GRR 98.2%" in text
    post_digest(setup.analyst, client, NOW + 2 * week)
    assert "restated" not in read_blocks(slack.posted["C0GENERAL"][-1]["blocks"])


def test_a_digest_says_so_when_no_headline_moved(form: Form, slack: SlackServer) -> None:
    setup = form.setup()
    setup.sync()
    client = build_bot_client(setup.config)
    post_digest(setup.analyst, client, NOW)
    form.put("MRR", 5, 13, 1500.51)  # May 2025: no quarter begins or ends there, and a cent is no 0.1 points
    setup = form.setup()
    setup.sync()
    post_digest(setup.analyst, client, NOW + dt.timedelta(days=7))
    assert "no headline figure by 0.1 points or more: 1 row of MRR was changed (row 5)." in read_blocks(
        slack.posted["C0GENERAL"][-2]["blocks"]
    )


def test_a_person_releases_a_digest_that_stayed_unconfirmed(form: Form, slack: SlackServer) -> None:
    nrrbot("sync", "--config", form.config)
    arguments = ("digest", "--config", form.config, "--today", "2025-10-06")
    slack.fail("chat.postMessage", Fault(503, "<html>"))
    assert nrrbot(*arguments).code == 3
    assert "if the digest is not there, run nrrbot digest --again." in nrrbot(*arguments).err
    assert nrrbot(*arguments, "--again").out == "Posted the digest of 6 October 2025.\n"
    assert nrrbot(*arguments, "--again").out == "The digest of 6 October 2025 was already posted.\n"
    assert len([message for message in slack.posted["C0GENERAL"] if "thread_ts" not in message]) == 1


STRANGE: list[dict[str, Any]] = [
    {"code": "of_a_newer_version", "tab": "MRR", "cell": "B2", "found": "x", "weight": 7, "values": {"a": 1}},
    {"code": "fx_missing", "tab": "MRR", "cell": "B3", "found": "USD", "values": {}},
    {"code": "gap", "tab": "MRR", "cell": "B4", "values": None},
]


def test_problems_of_another_version_are_told_and_written(form: Form) -> None:
    nrrbot("sync", "--config", form.config)
    store = form.setup().analyst.store
    with store._file.writing() as connection:
        stored = write_problems(connection, 1, [json.dumps(row) for row in STRANGE])
        connection.execute("UPDATE snapshots SET stored_problems = ? WHERE id = 1", (stored,))
        update_checksum(connection, "snapshots", 1)
    for arguments in (("problems",), ("problems", "--json"), ("write",), ("problems", "--lang", "fr")):
        ran = nrrbot(*arguments, "--config", form.config)
        assert (ran.code, ran.err) == (0, ""), arguments
    assert "MRR!B2: “x” is not something else" in nrrbot("problems", "--config", form.config).out
    written = form.tabs()["NRR Problems"]
    assert {row[1] for row in written} >= {"of_a_newer_version", "fx_missing", "gap"}
