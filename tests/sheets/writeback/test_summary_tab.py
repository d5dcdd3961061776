"""The tab NRR Summary: rows and columns, what is coloured and what is not, the chart, both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile
from operator import itemgetter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.locale.translator import get_translator
from core.advice.assessment import State, assess
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.cube import build_cube
from core.metrics.retention import measure, select_base
from core.months import Calendar, Month, Window
from core.playbook.playbook import Targets, load_playbook
from core.query.question import Filter
from core.reports.answer import collect_cut_facts
from core.sources.cuts import LedgerCuts
from core.store.snapshots import SyncedWorkbook
from core.store.store import Store
from core.terms import Language
from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.tables import Table
from sheets.writeback.summary_tab import SUMMARY_TAB, build_summary_table
from tests.support.generate import company, ledger_of
from tests.support.usage import price_by_usage

NOW = dt.datetime(2026, 10, 5, 7, tzinfo=dt.UTC)


def summary(folder: Path, ledger: Ledger, language: Language = "en", fiscal: int = 1) -> Table:
    segments, say = Segments(ledger), get_translator(language)
    folder.mkdir(exist_ok=True)
    store = Store(folder / "nrrbot.db")
    snapshot = store.save_snapshot(ledger, [], build_cube(segments), SyncedWorkbook("file:/x", "x", "1", "1"), NOW)
    figures = store.figures(snapshot.id)
    return build_summary_table(
        figures,
        LedgerCuts(segments),
        lambda key: say(segments.heading(key)),
        snapshot,
        Calendar(fiscal),
        load_playbook(),
        Targets(Fraction(11, 10), Fraction(9, 10)),
        {"error": 2},
        say,
    )


def closes(*parts: tuple[int, str]) -> list[str]:
    """Return so many closes of each kind: `closes((12, "a 100"), (1, "a 90"))`."""
    return [close for count, close in parts for _ in range(count)]


def rows(table: Table) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows that have a name, by dimension and value; the columns up to the first that keeps things apart."""
    return {
        (row[0], row[1]): dict(zip(table.headings[: table.main_column_count], row, strict=False))  # type: ignore[misc] # texts
        for row in takewhile(itemgetter(0), table.rows)
    }


def coloured(table: Table) -> dict[tuple[str, str, str], tuple[State, str]]:
    """Return (dimension, value, heading) -> (state, range) of each cell that gets a colour, as a spreadsheet would."""
    colours: dict[tuple[str, str, str], tuple[State, str]] = {}
    for band in table.bands:
        for top, bottom, column in band.areas:
            for row in table.rows[top:bottom]:
                value = row[column]
                assert isinstance(value, Decimal)
                state: State = "below" if value < band.low else "above" if value > band.high else "inside"
                place = (str(row[0]), str(row[1]), table.headings[column])
                assert place not in colours
                colours[place] = state, f"{band.low * 100:.0f}-{band.high * 100:.0f}"
    return colours


# Eleven accounts over a year: s1 to s5 are SMB by name, m1 to m5 Mid-Market, e1 Enterprise.
NAMES = [*(f"s{number}" for number in range(1, 6)), *(f"m{number}" for number in range(1, 6)), "e1"]
BEFORE = ", ".join([*(f"s{n} 100" for n in range(1, 6)), *(f"m{n} 2000" for n in range(1, 6)), "e1 20000"])
# SMB 500 -> 420 is 84%; Mid-Market 10000 -> 12000 is 120%, and keeps all but 400: 96%; Enterprise 20000 -> 10000.
AFTER = "s1 100, s2 100, s3 100, s4 100, s5 20, m1 1600, m2 4400, m3 2000, m4 2000, m5 2000, e1 10000"
YEAR = replace(
    ledger_of(*closes((12, BEFORE), (1, AFTER)), first=Month.of(2025, 9)),
    columns={"segment": encode_values("Segment", ["SMB"] * 5 + ["Mid-Market"] * 5 + ["Enterprise"])},
)


def test_the_company_and_its_segments_side_by_side(tmp_path: Path) -> None:
    table = summary(tmp_path, YEAR)
    assert table.title == SUMMARY_TAB
    assert list(table.headings[: table.main_column_count]) == [
        "Dimension", "Value", "Accounts Sep 2025", "Benchmark",
        "MRR", "ARR", "New MRR 12 months to Sep 2026", "Lost MRR 12 months to Sep 2026", "NRR target", "GRR target",
        "NRR 12 months to Sep 2026", "GRR 12 months to Sep 2026",
        "NRR Q4 2025", "GRR Q4 2025", "NRR Q1 2026", "GRR Q1 2026", "NRR Q2 2026", "GRR Q2 2026",
        "NRR Q3 2026", "GRR Q3 2026",
    ]  # fmt: skip
    table_rows = rows(table)
    assert list(table_rows) == [
        ("Whole company", ""),
        ("Segment", "Enterprise"), ("Segment", "Mid-Market"), ("Segment", "SMB"),
        ("Tenure", "Under 1 year"),
    ]  # fmt: skip
    headings = (
        "Accounts Sep 2025",
        "Benchmark",
        "NRR 12 months to Sep 2026",
        "GRR 12 months to Sep 2026",
        "NRR Q4 2025",
    )
    assert [table_rows["Segment", value][name] for value in ("SMB", "Mid-Market") for name in headings] == [
        5, "SMB", Decimal("0.840"), Decimal("0.840"), Decimal("1.000"),
        5, "Mid-Market", Decimal("1.200"), Decimal("0.960"), Decimal("1.000"),
    ]  # fmt: skip
    # 30500 -> 22420; kept 420 + 9600 + 10000 = 20020.
    assert [table_rows["Whole company", ""][name] for name in headings[2:4]] == [Decimal("0.735"), Decimal("0.656")]
    assert table.group_starts == [1, 4, 6]
    assert (table.frozen_columns, len(table.widths), len(table.formats)) == (
        2,
        len(table.headings),
        len(table.headings),
    )
    assert {len(row) for row in table.rows} == {len(table.headings)}
    assert {table.formats[number] for number in range(8, 20)} == {"percent"}


def test_only_twelve_months_are_coloured_by_the_range_of_the_size(tmp_path: Path) -> None:
    coloured_cells = coloured(summary(tmp_path, YEAR))
    assert {
        (value, heading[:3]): cell_colour
        for (name, value, heading), cell_colour in coloured_cells.items()
        if name == "Segment"
    } == {
        ("SMB", "NRR"): ("inside", "80-100"),
        ("SMB", "GRR"): ("below", "85-90"),
        ("Mid-Market", "NRR"): ("above", "100-110"),
        ("Mid-Market", "GRR"): ("above", "90-95"),
    }
    assert {heading for _, _, heading in coloured_cells} == {"NRR 12 months to Sep 2026", "GRR 12 months to Sep 2026"}
    # The company is a mix of sizes, so its range is weighted by their MRR.
    assert coloured_cells["Whole company", "", "NRR 12 months to Sep 2026"] == ("below", "106-123")


def test_no_verdict_on_a_small_base_and_none_where_much_is_left_out(tmp_path: Path) -> None:
    table = summary(tmp_path / "small", YEAR)
    enterprise = rows(table)["Segment", "Enterprise"]
    assert (enterprise["Accounts Sep 2025"], enterprise["Benchmark"]) == (1, None)
    assert enterprise["NRR 12 months to Sep 2026"] == Decimal("0.500")
    assert not any(value == "Enterprise" for _, value, _ in coloured(table))
    left_out = replace(
        ledger_of(
            *closes((12, BEFORE + ", s6 90, m6 2000"), (1, AFTER)), excluded=["s6", "m6"], first=Month.of(2025, 9)
        ),
        columns={"segment": encode_values("Segment", ["SMB"] * 5 + ["Mid-Market"] * 5 + ["Enterprise", "SMB", ""])},
    )
    table = summary(tmp_path / "left", left_out)
    assert {value for name, value, _ in coloured(table) if name == "Segment"} == {"Mid-Market"}
    assert rows(table)["Segment", "SMB"]["NRR 12 months to Sep 2026"] == Decimal("0.840")


def test_what_there_is_no_base_for_is_blank_and_never_zero(tmp_path: Path) -> None:
    five = ", ".join(f"b{number} 100" for number in range(5))
    table = summary(
        tmp_path,
        replace(
            ledger_of(*closes((9, "a 100"), (3, f"a 100, {five}"), (1, five)), first=Month.of(2025, 9)),
            columns={"segment": encode_values("Segment", ["SMB", *["Enterprise"] * 5])},
        ),
    )
    new = rows(table)["Segment", "Enterprise"]
    assert (new["Accounts Sep 2025"], new["NRR 12 months to Sep 2026"], new["NRR Q1 2026"]) == (0, None, None)
    assert new["NRR Q3 2026"] == Decimal("1.000")
    # No account of it paid at the start of any period.
    only_new = replace(
        ledger_of(*closes((12, "a 100"), (1, "a 100, b 100"))),
        columns={"segment": encode_values("Segment", ["SMB", "Enterprise"])},
    )
    assert ("Segment", "Enterprise") not in rows(summary(tmp_path / "new", only_new))
    assert rows(table)["Segment", "SMB"]["NRR 12 months to Sep 2026"] == Decimal("0.000")
    assert not any(value == "Enterprise" for _, value, _ in coloured(table))


def test_it_says_what_an_answer_would_say(tmp_path: Path) -> None:
    """Every colour is the verdict of the reading, and no verdict is without its colour, on a hostile company."""
    ledger = company(7, 400, 30, hostile=True)
    segments, playbook = Segments(ledger), load_playbook()
    table = summary(tmp_path, ledger)
    coloured_cells = coloured(table)
    names = {segments.heading(key): key for key in segments.dimensions}
    verdicts = 0
    for (name, value), row in rows(table).items():
        dimension = names.get(name)
        key = UNASSIGNED if value == "Unassigned" else value
        for window in (Window.ending(ledger.last, 12), Window.ending(ledger.last - 12, 12)):
            members = segments.members(dimension, key, window) if dimension else None
            bridge = measure(ledger, window, members)
            filters = (Filter(dimension, key),) if dimension else ()
            cut = collect_cut_facts(LedgerCuts(segments), filters, select_base(ledger, window, members), playbook)
            reading = assess(bridge, playbook, cut)
            for metric, verdict, ratio in (("NRR", reading.nrr, bridge.nrr), ("GRR", reading.grr, bridge.grr)):
                heading = f"{metric} 12 months to {get_translator('en').format_short_month(window.end)}"
                shown = row[heading]
                assert (shown is None) == (ratio is None)
                assert ratio is None or abs(Fraction(shown) - ratio) <= Fraction(1, 2000)
                state = coloured_cells.pop((name, value, heading), None)
                assert (state is None) == (verdict is None), (name, value, heading)
                if verdict and min(abs(verdict.value - verdict.low), abs(verdict.value - verdict.high)) > Fraction(
                    1, 2000
                ):
                    assert state
                    assert state[0] == verdict.state
                    verdicts += 1
    assert not coloured_cells
    assert verdicts > 35


# The periods.


@pytest.mark.parametrize(
    ("months", "last", "fiscal", "headings"),
    [
        (2, "2026-09", 1, []),
        (4, "2026-09", 1, ["Q3 2026"]),
        (5, "2026-10", 1, ["Q3 2026"]),
        (7, "2026-09", 1, ["Q2 2026", "Q3 2026"]),
        (12, "2026-09", 1, ["Q1 2026", "Q2 2026", "Q3 2026"]),
        (13, "2026-09", 1, ["12 months to Sep 2026", "Q4 2025", "Q1 2026", "Q2 2026", "Q3 2026"]),
        (
            25,
            "2026-09",
            1,
            ["12 months to Sep 2025", "12 months to Sep 2026", "Q4 2025", "Q1 2026", "Q2 2026", "Q3 2026"],
        ),
        (14, "2026-10", 2, ["12 months to Oct 2026", "Q4 2026", "Q1 2027", "Q2 2027", "Q3 2027"]),
    ],
)
def test_the_periods_that_history_reaches_back_to(
    tmp_path: Path, months: int, last: str, fiscal: int, headings: Sequence[str]
) -> None:
    ledger = ledger_of(*closes((months, "a 100")), first=Month.parse(last) - months + 1)
    table = summary(tmp_path, ledger, fiscal=fiscal)
    assert [name[4:] for name in table.headings[10 : table.main_column_count] if name.startswith("NRR")] == headings
    assert any(note.startswith("Quarters of the fiscal year") for note in table.note_lines) == (fiscal != 1)


def test_a_fiscal_quarter_says_its_months(tmp_path: Path) -> None:
    table = summary(tmp_path, ledger_of(*closes((14, "a 100")), first=Month.of(2025, 9)), fiscal=2)
    assert table.note_lines[-1] == "Quarters of the fiscal year: the last is Q3 2027 (August 2026 to October 2026)."


# The lines above, and the chart.


def test_the_lines_above_say_what_is_there(tmp_path: Path) -> None:
    table = summary(tmp_path, YEAR)
    assert table.notice == (
        "Written by nrrbot from the data through September 2026, in EUR. Of the accounts that paid at a period's "
        "start, NRR is their MRR at its end / at its start, GRR the same without expansion. What is typed in this tab "
        "is overwritten."
    )
    colours, ranges = table.note_lines
    assert colours == (
        "Colours read twelve months against the usual yearly range for customers of the size under Benchmark: orange "
        "below it, green inside, blue above. None under 5 accounts, nor where much is left out; none for quarters."
    )
    assert ranges == (
        "Usual yearly ranges: Consumer NRR 60% to 80%, GRR 70% to 85%; SMB NRR 80% to 100%, GRR 85% to 90%; Mid-Market "
        "NRR 100% to 110%, GRR 90% to 95%; Enterprise NRR 110% to 130%, GRR 95% to 98%."
    )


def test_the_chart_draws_every_month_that_has_thirteen_closes(tmp_path: Path) -> None:
    ledger = ledger_of(
        *closes((12, "a 1000, b 1000"), (1, "a 1080, b 1000"), (1, "a 1500"), (2, "a 1500")), first=Month.of(2025, 9)
    )
    table = summary(tmp_path, ledger)
    chart = table.chart
    assert chart
    block = [
        [row[column] for column in (chart.axis_column, *chart.line_columns)] for row in table.rows[: chart.row_count]
    ]
    assert block == [
        [dt.date(2026, 9, 30), Decimal("1.040"), Decimal("1.000")],
        [dt.date(2026, 10, 31), Decimal("0.750"), Decimal("0.500")],
        [dt.date(2026, 11, 30), Decimal("0.750"), Decimal("0.500")],
        [dt.date(2026, 12, 31), Decimal("0.750"), Decimal("0.500")],
    ]
    assert [table.headings[column] for column in (chart.axis_column, *chart.line_columns)] == [
        "12 months to",
        "NRR",
        "GRR",
    ]
    assert [table.formats[column] for column in (chart.axis_column, *chart.line_columns)] == [
        "month",
        "percent",
        "percent",
    ]
    assert (chart.axis_min, chart.axis_max, chart.title) == (
        Decimal("0.5"), Decimal("1.1"), "NRR and GRR over twelve months, whole company",
    )  # fmt: skip
    # The chart covers blank cells only.
    width = sum(7 * wide + 5 for wide in table.widths[chart.anchor_column : chart.axis_column])
    assert chart.width <= width
    below = table.rows[chart.anchor_row :]
    assert chart.height <= 20 * len(below)
    assert not any(cell is not None for row in below for cell in row[chart.anchor_column : chart.axis_column])
    # Two accounts have no verdict, so no range either.
    assert [table.headings[column] for column in chart.guide_columns] == ["NRR target"]
    assert {row[chart.guide_columns[0]] for row in table.rows[: chart.row_count]} == {Decimal("1.1")}


def test_the_chart_has_the_target_and_the_usual_range_of_the_company(tmp_path: Path) -> None:
    table = summary(tmp_path, YEAR)
    chart = table.chart
    assert chart
    names = [table.headings[column] for column in chart.guide_columns]
    assert names == ["NRR target", "Usual range from", "Usual range to"]
    [band] = [band for band in table.bands if (0, 1, 10) in band.areas or (0, 4, 10) in band.areas]
    assert [table.rows[0][column] for column in chart.guide_columns] == [Decimal("1.100"), band.low, band.high]
    assert chart.axis_max
    assert chart.axis_max >= band.high


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (closes((9, "a 100")), "No twelve months, no colours and no chart: needs 13 month closes, there are 9."),
        (closes((1, "a 100")), "No twelve months, no colours and no chart: needs 13 month closes, there are 1."),
        (closes((12, ""), (2, "a 100")), "No chart: no account had paid for twelve months by October 2026."),
    ],
)
def test_without_twelve_months_there_is_no_chart_and_the_line_says_why(
    tmp_path: Path, shape: Sequence[str], why: str
) -> None:
    table = summary(tmp_path, ledger_of(*shape, first=Month.of(2026, 10) - len(shape) + 1))
    assert (table.chart, list(table.bands), list(table.note_lines)) == (None, [], [why])
    assert "12 months to" not in table.headings
    assert rows(table)["Whole company", ""]


def test_a_level_line_has_room_to_be_seen(tmp_path: Path) -> None:
    chart = summary(tmp_path, ledger_of(*closes((13, "a 100")))).chart
    assert chart
    assert (chart.axis_min, chart.axis_max) == (Decimal(1), Decimal("1.1"))


def test_in_french(tmp_path: Path) -> None:
    table = summary(tmp_path, YEAR, "fr")
    assert table.title == SUMMARY_TAB
    assert list(table.headings[:12]) == [
        "Dimension", "Valeur", "Comptes sept. 2025", "Repère",
        "MRR", "ARR", "Nouveau MRR 12 mois à sept. 2026", "MRR perdu 12 mois à sept. 2026",
        "Objectif de NRR", "Objectif de GRR", "NRR 12 mois à sept. 2026", "GRR 12 mois à sept. 2026",
    ]  # fmt: skip
    assert table.headings[12] == "NRR T4 2025"
    assert "septembre 2026" in table.notice
    assert "SMB NRR de 80\N{NO-BREAK SPACE}% à 100\N{NO-BREAK SPACE}%" in table.note_lines[1].replace(
        "\u202f", "\u00a0"
    )
    assert ("Toute l’entreprise", "") in rows(table)
    assert table.chart
    assert table.chart.title == "NRR et GRR sur douze mois, toute l’entreprise"


def test_names_of_the_sheet_stand_as_they_are(tmp_path: Path) -> None:
    names = ["=SMB", "<b>", "", "{x}", "+1"]
    ledger = replace(
        ledger_of(*closes((13, "a 1, b 2, c 3, d 4, e 5"))), columns={"plan": encode_values("{Plan} 0", names)}
    )
    table = summary(tmp_path, ledger)
    assert {value for name, value in rows(table) if name == "{Plan} 0"} == {"=SMB", "<b>", "Unassigned", "{x}", "+1"}
    path = tmp_path / "a.xlsx"
    made = openpyxl.Workbook()
    made.worksheets[0].append(["mine"])
    made.save(path)
    ExcelWorkbook(path).write([table])
    once = path.read_bytes()
    assert not ExcelWorkbook(path).write([table]).is_copy
    assert path.read_bytes() == once
    sheet = openpyxl.load_workbook(path)[SUMMARY_TAB]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n", "d"}


def test_it_says_that_accounts_priced_by_usage_are_averaged(tmp_path: Path) -> None:
    ledger = company(7, 60, 16)
    sentence = "Accounts priced by usage: mean of their last 3 months."
    averaged, plain = (summary(tmp_path / str(months), price_by_usage(ledger, months)) for months in (3, 0))
    assert any(sentence in line for line in averaged.note_lines)
    assert not any(sentence in line for line in plain.note_lines)
    assert rows(averaged) != rows(plain)


def test_below_are_the_bridge_and_what_is_left_out(tmp_path: Path) -> None:
    table = summary(tmp_path, YEAR)
    foot = [[cell for cell in row[:6] if cell is not None] for row in table.rows[len(rows(table)) + 1 :]]
    assert foot[0] == ["MRR of the company", "Q3 2026", "12 months to Sep 2026"]
    lines = {line[0]: line[1:] for line in foot[1:] if line}
    year = {str(name): Decimal(str(amounts[1])) for name, amounts in lines.items() if len(amounts) == 2}
    assert (year.pop("Starting MRR"), year["Ending MRR"]) == (Decimal(30500), Decimal(22420))
    assert 30500 + year["Expansion"] - year["Contraction"] - year["Churn"] == year["Ending MRR"]
    assert (lines["Open errors"], lines["Open warnings"]) == ([2], [0])
    assert lines["Accounts left out"] == [0]
    # Amounts are exact, and shown in whole units.
    assert table.decimals == 0


def test_mrr_arr_new_lost_and_targets_of_each_row(tmp_path: Path) -> None:
    ledger = replace(YEAR, targets={("SMB", "nrr"): Fraction(95, 100)})
    company, smb = (rows(summary(tmp_path, ledger))[key] for key in (("Whole company", ""), ("Segment", "SMB")))
    assert company["MRR"] * 12 == company["ARR"]
    assert company["MRR"] == sum(
        row["MRR"] for (dimension, _), row in rows(summary(tmp_path, ledger)).items() if dimension == "Segment"
    )
    assert (company["NRR target"], company["GRR target"]) == (Decimal("1.100"), Decimal("0.900"))
    assert (smb["NRR target"], smb["GRR target"]) == (Decimal("0.950"), None)


def test_time_runs_in_one_direction(tmp_path: Path) -> None:
    headings = summary(tmp_path, ledger_of(*closes((25, "a 100")), first=Month.of(2024, 9))).headings
    years = [heading for heading in headings if heading.startswith("NRR 12 months to ")]
    assert [heading[-4:] for heading in years] == sorted(heading[-4:] for heading in years)
    quarters = [heading[-4:] + heading[4:6] for heading in headings if heading.startswith("NRR Q")]
    assert quarters == sorted(quarters)


def test_the_printed_page_has_the_table_the_bridge_and_the_chart(tmp_path: Path) -> None:
    table = summary(tmp_path, YEAR)
    assert table.printed
    assert table.chart
    bottom, right = table.printed
    assert right == table.main_column_count
    assert table.chart.anchor_row + 20 <= bottom <= len(table.rows)
    path = tmp_path / "a.xlsx"
    openpyxl.Workbook().save(path)
    ExcelWorkbook(path).write([table])
    sheet = openpyxl.load_workbook(path)[SUMMARY_TAB]
    letter = openpyxl.utils.get_column_letter(right)
    assert sheet.print_area == f"'{SUMMARY_TAB}'!$A$1:${letter}${table.header_row_count + bottom}"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 1)
