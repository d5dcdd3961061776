"""The tab NRR Summary: recent periods of the company and its segments, coloured by benchmark range, with a chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from core.advice.assessment import Assessment, assess
from core.advice.size_mix import SizeMix
from core.errors import N_
from core.ledger.history import explain_missing_ratio, explain_missing_year
from core.ledger.segments import UNASSIGNED, Segments
from core.ledger.usage_pricing import USAGE_MEAN
from core.metrics.cube import Cube, Label
from core.metrics.retention import Bridge, select_base
from core.money import round_fraction, to_percent
from core.months import Calendar, Month, Window
from core.playbook.playbook import Playbook
from core.query.periods import find_last_quarter
from core.query.question import Filter
from core.reports.answer import collect_cut_facts
from core.reports.scope import select_members
from core.store.snapshots import Snapshot
from core.terms import Metric, Size
from sheets.workbook.tables import Band, Chart, ColumnFormat, Table, Value
from sheets.writeback.metrics_tab import format_dimension, round_ratio
from sheets.writeback.translate import Translate

SUMMARY_TAB = "NRR Summary"

YEAR, QUARTER, QUARTER_COUNT = 12, 3, 4
WRITTEN_METRICS: Sequence[Metric] = ("nrr", "grr")
_TITLE_LINE = N_(
    "Written by nrrbot from the data through {month}, in {currency}. Of the accounts that paid at a "
    "period's start, NRR is their MRR at its end / at its start, GRR the same without expansion. What is "
    "typed in this tab is overwritten."
)
# Widths in characters: of the label columns, of a ratio, of a separator, of the columns below the chart.
_LABEL_WIDTHS, _RATIO_WIDTH, _SEPARATOR_WIDTH, _CHART_WIDTHS = (18, 24, 11, 13), 11, 2, (15,) * 6
# The size of the chart in pixels, and its height in rows of a spreadsheet.
_CHART_PIXELS, _CHART_ROWS = (650, 380), 20
# The axis of the chart begins and ends at a multiple of this ratio.
_AXIS_STEP = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class _PeriodColumns:
    """A period of the table, shown as two columns: NRR, then GRR.

    Attributes:
        window: the months.
        name: the name of the period in the headings.
        column: the column of NRR, counted from 0.

    """

    window: Window
    name: str
    column: int

    @property
    def is_year(self) -> bool:
        """True for twelve months: benchmark ranges are yearly and apply to them alone."""
        return self.window.months == YEAR


def build_summary_table(
    cube: Cube,
    segments: Segments,
    format_heading: Callable[[str], str],
    snapshot: Snapshot,
    calendar: Calendar,
    playbook: Playbook,
    translate: Translate,
) -> Table:
    """Return NRR Summary: a row for the company and for each value of each dimension, one pair of columns per period.

    The first periods are twelve months: those to the end of the data and those a year before, if history reaches back
    that far. They alone are coloured, by the benchmark range and only where an answer would give a verdict. The last
    four complete quarters follow, the newest last. The chart and its figures are to the right.

    Args:
        cube: the figures of the snapshot.
        segments: the ledger and its dimensions.
        format_heading: returns the name of a dimension.
        snapshot: the source of the figures.
        calendar: defines the quarters.
        playbook: the benchmark ranges.
        translate: the reader's language.

    """
    periods = _find_periods(cube, calendar, snapshot.data_through, translate)
    bridges = _group_bridges(cube, periods)
    labels = _list_labels(segments, bridges)
    assessments = {
        (key, period.window): _assess_row(key, bridges[key][period.window], segments, playbook)
        for key in labels
        for period in periods
        if period.is_year
    }
    base = _find_base_window(periods)
    rows = [
        (
            *format_dimension(*key, format_heading, translate),
            *_build_row(bridges.get(key, {}), assessments.get((key, base)) if base else None, periods, base),
        )
        for key in labels
    ]
    figures = _build_figures(rows, periods, base, translate)
    chart_block, chart = _build_chart(cube, len(figures.headings), translate)
    columns = figures.join(chart_block) if chart_block else figures
    group_starts = [row for row in range(1, len(rows)) if labels[row][0] != labels[row - 1][0]]
    return Table(
        SUMMARY_TAB,
        translate(_TITLE_LINE, month=snapshot.data_through, currency=snapshot.currency.code),
        columns.headings,
        columns.formats,
        columns.rows,
        note_lines=_build_note_lines(calendar, snapshot, segments, playbook, translate, has_chart=chart is not None),
        widths=columns.widths,
        frozen_columns=2,
        group_starts=group_starts,
        bands=_build_bands(labels, periods, assessments, playbook),
        chart=chart,
    )


@dataclass(frozen=True, slots=True)
class _ColumnBlock:
    """Neighbouring columns of a tab: headings, formats, widths, and the rows below."""

    headings: Sequence[str]
    formats: Sequence[ColumnFormat]
    widths: Sequence[int]
    rows: Sequence[Sequence[Value]]

    def join(self, other: _ColumnBlock) -> _ColumnBlock:
        """Return both side by side. Blank rows make them equally high, and at least as high as the chart."""
        height = max(len(self.rows), len(other.rows), _CHART_ROWS)

        def pad_rows(block: _ColumnBlock) -> list[Sequence[Value]]:
            return [*block.rows, *([None] * len(block.headings) for _ in range(height - len(block.rows)))]

        return _ColumnBlock(
            [*self.headings, *other.headings],
            [*self.formats, *other.formats],
            [*self.widths, *other.widths],
            [(*left, *right) for left, right in zip(pad_rows(self), pad_rows(other), strict=True)],
        )


def _find_periods(cube: Cube, calendar: Calendar, data_through: Month, translate: Translate) -> list[_PeriodColumns]:
    """Return the periods that are within the history, in the order of the columns."""
    available = set(cube.windows)
    years = [Window.ending(data_through - back, YEAR) for back in (0, YEAR)]
    end = find_last_quarter(calendar, data_through).window.end
    quarters = [Window.ending(end - QUARTER * back, QUARTER) for back in reversed(range(QUARTER_COUNT))]
    periods: list[_PeriodColumns] = []
    for window in (*years, *quarters):
        if window in available:
            if window.months == YEAR:
                name = translate(N_("12 months to {month}"), month=translate.format_short_month(window.end))
            else:
                year, number = calendar.part_of(window.end, QUARTER)
                name = translate(N_("Q{number} {year}"), number=number, year=year)
            periods.append(_PeriodColumns(window, name, len(_LABEL_WIDTHS) + len(WRITTEN_METRICS) * len(periods)))
    return periods


def _find_base_window(periods: Sequence[_PeriodColumns]) -> Window | None:
    """Return the window whose starting accounts are counted: the newest twelve months, else the newest quarter."""
    years = [period.window for period in periods if period.is_year]
    return years[0] if years else periods[-1].window if periods else None


def _group_bridges(cube: Cube, periods: Sequence[_PeriodColumns]) -> Mapping[Label, Mapping[Window, Bridge]]:
    """Return label -> window -> bridge, as a row of the table needs the windows of one label together."""
    windows = {period.window for period in periods}
    bridges: dict[Label, dict[Window, Bridge]] = {}
    for dimension, value, bridge in cube:
        if bridge.window in windows:
            bridges.setdefault((dimension, value), {})[bridge.window] = bridge
    return bridges


def _list_labels(segments: Segments, bridges: Mapping[Label, Mapping[Window, Bridge]]) -> list[Label]:
    """Return the company, then the values that have a paying account at the start of any period."""
    values = [(key, value) for key, names in _list_values(segments) for value in names]
    paying = {label for label, by_window in bridges.items() if any(bridge.base for bridge in by_window.values())}
    return [(None, None), *(label for label in values if label in paying)]


def _build_row(
    bridges: Mapping[Window, Bridge],
    assessment: Assessment | None,
    periods: Sequence[_PeriodColumns],
    base: Window | None,
) -> Sequence[Value]:
    """Return the cells of a row after its label: the accounts of the base, their benchmark, the ratios by period."""
    size = _name_sizes(assessment.mix) if assessment and assessment.mix else None
    ratios = [round_ratio(getattr(bridges[period.window], metric)) for period in periods for metric in WRITTEN_METRICS]
    return bridges[base].base if base else None, size, *ratios


def _name_sizes(mix: SizeMix) -> str:
    """Return the size whose range a row is read against; of a mix, each with its share of the MRR."""
    return mix.size or ", ".join(f"{size} {round_fraction(100 * share)}%" for size, share in mix.shares.items())


def _build_figures(
    rows: Sequence[Sequence[Value]], periods: Sequence[_PeriodColumns], base: Window | None, translate: Translate
) -> _ColumnBlock:
    """Return the columns to the left of the chart: the labels, the accounts of the base, the ratios by period."""
    base_heading = (
        translate(N_("Accounts {month}"), month=translate.format_short_month(base.start))
        if base
        else translate(N_("Accounts"))
    )
    percents: list[ColumnFormat] = ["percent" for _ in periods for _ in WRITTEN_METRICS]
    return _ColumnBlock(
        [
            *(translate(N_("Dimension")), translate(N_("Value")), base_heading, translate(N_("Benchmark"))),
            *(f"{translate(metric)} {period.name}" for period in periods for metric in (N_("NRR"), N_("GRR"))),
        ],
        ["text", "text", "integer", "text", *percents],
        [*_LABEL_WIDTHS, *(_RATIO_WIDTH for _ in percents)],
        rows,
    )


def _list_values(segments: Segments) -> list[tuple[str, Sequence[str]]]:
    return [
        (key, (*values, UNASSIGNED) if key in segments.ledger.columns else values)
        for key, values in segments.dimensions.items()
    ]


def _assess_row(key: Label, bridge: Bridge, segments: Segments, playbook: Playbook) -> Assessment:
    """Return the assessment of a row's twelve months: its verdicts are those of the answer to the same question."""
    dimension, value = key
    filters = () if dimension is None or value is None else (Filter(dimension, value),)
    base = select_base(segments.ledger, bridge.window, select_members(segments, filters, bridge.window))
    return assess(bridge, playbook, collect_cut_facts(segments, filters, base, playbook))


def _build_bands(
    labels: Sequence[Label],
    periods: Sequence[_PeriodColumns],
    assessments: Mapping[tuple[Label, Window], Assessment],
    playbook: Playbook,
) -> list[Band]:
    """Return the cells to colour for each range: those with a verdict. Adjacent rows of a column form one area."""
    areas: dict[tuple[Decimal, Decimal], list[tuple[int, int, int]]] = {}
    for period in periods:
        for offset, metric in enumerate(WRITTEN_METRICS):
            for row, key in enumerate(labels):
                assessment = assessments.get((key, period.window))
                if assessment is None or assessment.mix is None:
                    continue
                low, high = assessment.mix.weigh_range(playbook.find_benchmark(metric))
                runs = areas.setdefault((to_percent(low).scaleb(-2), to_percent(high).scaleb(-2)), [])
                column = period.column + offset
                if runs and runs[-1][1:] == (row, column):
                    runs[-1] = (runs[-1][0], row + 1, column)
                else:
                    runs.append((row, row + 1, column))
    return [Band(runs, low, high) for (low, high), runs in areas.items()]


def _build_chart(cube: Cube, first_column: int, translate: Translate) -> tuple[_ColumnBlock | None, Chart | None]:
    """Return the columns with the company's twelve-month figures and the chart of them; None without figures."""
    years = [bridge for dimension, _, bridge in cube if dimension is None and bridge.window.months == YEAR]
    rows = [(bridge.window.end.last_day, round_ratio(bridge.nrr), round_ratio(bridge.grr)) for bridge in years]
    values = [value for _, *ratios in rows for value in ratios if value is not None]
    if not values:
        return None, None
    low = (min(values) / _AXIS_STEP).to_integral_value(ROUND_FLOOR) * _AXIS_STEP
    high = (max(values) / _AXIS_STEP).to_integral_value(ROUND_CEILING) * _AXIS_STEP
    # Blank columns below the chart, between the table and the figures of the chart.
    spacers = (_SEPARATOR_WIDTH, *_CHART_WIDTHS, _SEPARATOR_WIDTH)
    axis_column = first_column + len(spacers)
    blank: list[ColumnFormat] = ["text" for _ in spacers]
    block = _ColumnBlock(
        [*("" for _ in spacers), translate(N_("12 months to")), translate(N_("NRR")), translate(N_("GRR"))],
        [*blank, "month", "percent", "percent"],
        [*spacers, _RATIO_WIDTH + 2, _RATIO_WIDTH, _RATIO_WIDTH],
        [(*(None for _ in spacers), *row) for row in rows],
    )
    title = translate(N_("NRR and GRR over twelve months, whole company"))
    line_columns = (axis_column + 1, axis_column + 2)
    return block, Chart(
        title, len(rows), axis_column, line_columns, low, max(high, low + _AXIS_STEP), first_column + 1, *_CHART_PIXELS
    )


def _build_note_lines(
    calendar: Calendar,
    snapshot: Snapshot,
    segments: Segments,
    playbook: Playbook,
    translate: Translate,
    *,
    has_chart: bool,
) -> list[str]:
    """Return the lines above the headings: the meaning of the colours or why no cell has one, what is averaged."""
    note_lines = []
    why = explain_missing_ratio(segments.ledger) or explain_missing_year(segments.ledger, snapshot.data_through)
    if why:
        note_lines.append(translate(N_("No twelve months, no colours and no chart: {why}."), why=why))
    elif not has_chart:
        note_lines.append(
            translate(N_("No chart: nobody had paid for twelve months by {month}."), month=snapshot.data_through)
        )
    else:
        ranges = "; ".join(_format_range(size, playbook, translate) for size in playbook.find_benchmark("nrr").ranges)
        note_lines.append(
            translate(
                N_(
                    "Colours read twelve months against the usual yearly range for customers of the size under "
                    "Benchmark: orange below it, green inside, blue above. None under {count} accounts, nor where much "
                    "is left out; none for quarters."
                ),
                count=playbook.withhold.accounts_below,
            )
        )
        note_lines.append(translate(N_("Usual yearly ranges: {ranges}."), ranges=ranges))
    if segments.ledger.usage_months is not None:
        note_lines.append(translate(USAGE_MEAN, count=segments.ledger.usage_months))
    if calendar.first_month != 1:
        note_lines.append(
            translate(
                N_("Quarters of the fiscal year: the last is {period}."),
                period=find_last_quarter(calendar, snapshot.data_through),
            )
        )
    return note_lines


def _format_range(size: Size, playbook: Playbook, translate: Translate) -> str:
    nrr, grr = (playbook.find_benchmark(metric).ranges for metric in WRITTEN_METRICS)
    (nrr_low, nrr_high), (grr_low, grr_high) = nrr[size], grr[size]
    return translate(
        N_("{size} NRR {nrr_low} to {nrr_high}, GRR {grr_low} to {grr_high}"),
        size=size,
        nrr_low=translate.format_short_percent(nrr_low),
        nrr_high=translate.format_short_percent(nrr_high),
        grr_low=translate.format_short_percent(grr_low),
        grr_high=translate.format_short_percent(grr_high),
    )
