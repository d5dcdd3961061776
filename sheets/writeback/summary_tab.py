"""The tab NRR Summary: recent periods of the company and its segments, coloured by benchmark range, with a chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.advice.assessment import Assessment, assess
from core.advice.size_mix import SizeMix
from core.errors import N_
from core.ledger.history import explain_missing_ratio, explain_missing_year
from core.ledger.segments import UNASSIGNED, Segments
from core.ledger.usage_pricing import USAGE_MEAN
from core.metrics.cube import Cube, Label
from core.metrics.retention import Bridge
from core.money import round_fraction, to_percent, to_units
from core.months import Calendar, Month, Window
from core.playbook.playbook import Playbook, Targets
from core.query.periods import find_last_quarter
from core.query.question import Filter
from core.reports.answer import collect_cut_facts
from core.reports.scope import choose_targets
from core.sources.closes import Level
from core.sources.cuts import Cuts
from core.store.snapshots import Snapshot
from core.terms import SIZES, Metric, Size
from core.text import fold
from sheets.problems import Severity
from sheets.workbook.tables import Band, ColumnFormat, Table, Value
from sheets.writeback.metrics_tab import format_dimension, round_ratio
from sheets.writeback.summary_foot import CHART_ROWS, Guides, build_chart, build_foot
from sheets.writeback.translate import Translate

SUMMARY_TAB = "NRR Summary"

YEAR, QUARTER, QUARTER_COUNT = 12, 3, 4
WRITTEN_METRICS: Sequence[Metric] = ("nrr", "grr")
_TITLE_LINE = N_(
    "Written by nrrbot from the data through {month}, in {currency}. Of the accounts that paid at a "
    "period's start, NRR is their MRR at its end / at its start, GRR the same without expansion. What is "
    "typed in this tab is overwritten."
)
# The columns between the labels and the ratios.
_MONEY_HEADINGS = (
    N_("MRR"), N_("ARR"), N_("New MRR"), N_("Lost MRR"), N_("NRR target"), N_("GRR target"),
)  # fmt: skip
_MONEY_FORMATS: Sequence[ColumnFormat] = ("money", "money", "money", "money", "percent", "percent")
# Widths in characters: of the label columns, of an amount or target, of a ratio.
_LABEL_WIDTHS, _AMOUNT_WIDTH, _RATIO_WIDTH = (18, 24, 11, 26), 12, 11
_FIRST_RATIO = len(_LABEL_WIDTHS) + len(_MONEY_HEADINGS)


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
    cuts: Cuts,
    format_heading: Callable[[str], str],
    snapshot: Snapshot,
    calendar: Calendar,
    playbook: Playbook,
    targets: Targets,
    open_problems: Mapping[Severity, int],
    translate: Translate,
) -> Table:
    """Return NRR Summary: a row for the company and for each value of each dimension, one pair of columns per period.

    MRR, ARR and targets go first, then the periods, the oldest first: the twelve months a year before, those to the end
    of the data, if history reaches back that far, and the last four complete quarters. Twelve months alone are
    coloured, by the benchmark range and only where an answer would give a verdict. Below are the company's
    bridge, what is left out, the open problems and the chart; its figures are to the right of the printed page.

    Args:
        cube: the figures of the snapshot.
        cuts: the figures that the cube does not have.
        format_heading: returns the name of a dimension.
        snapshot: the source of the figures.
        calendar: defines the quarters.
        playbook: the benchmark ranges.
        targets: the targets of the config.
        open_problems: severity -> the number of problems that are not accepted.
        translate: the reader's language.

    """
    segments = cuts.segments
    periods = _find_periods(cube, calendar, snapshot.data_through, translate)
    bridges = _group_bridges(cube, periods)
    labels = _list_labels(segments, bridges)
    cuts.prepare_closes(_list_closes(periods, snapshot.data_through))
    assessments = {
        (key, period.window): _assess_row(key, bridges[key][period.window], cuts, playbook)
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
    levels = _measure_last_close(labels, cuts)
    money = [_build_money(key, levels[key][0], bridges.get(key, {}), base, segments, targets) for key in labels]
    headings, formats, widths, lines = _build_figures(rows, money, periods, base, translate)
    company = bridges.get((None, None), {})
    shown = {period.name: company[period.window] for period in _choose_bridge_periods(periods)}
    excluded = cuts.exclude((), base or Window.ending(snapshot.data_through, 1))
    foot = build_foot(shown, snapshot.currency.exponent, excluded, open_problems, translate)
    # A label goes into the first column, amounts below MRR and ARR; the chart is next to them.
    blank = [None] * (len(_LABEL_WIDTHS) - 1)
    lines += [(), *((label, *blank, *amounts) for label, *amounts in foot)]
    foot_row = len(rows) + 1
    guides = _build_guides(assessments.get(((None, None), base)) if base else None, segments, playbook, targets)
    corner = foot_row, len(_LABEL_WIDTHS) + 3
    block = build_chart(cube, guides, corner, len(headings), translate)
    height = max(len(lines), foot_row + CHART_ROWS if block else 0, len(block.rows) if block else 0)
    columns = _ColumnBlock(headings, formats, widths, lines).pad(height)
    if block:
        columns = columns.join(_ColumnBlock(block.headings, block.formats, block.widths, block.rows).pad(height))
    group_starts = [row for row in range(1, len(rows)) if labels[row][0] != labels[row - 1][0]]
    chart = block.chart if block else None
    return Table(
        SUMMARY_TAB,
        translate(_TITLE_LINE, month=snapshot.data_through, currency=snapshot.currency.code),
        columns.headings,
        columns.formats,
        columns.rows,
        decimals=0,
        note_lines=_build_note_lines(calendar, snapshot, segments, playbook, translate, has_chart=chart is not None),
        widths=columns.widths,
        frozen_columns=2,
        group_starts=[*group_starts, foot_row],
        bold_rows=[foot_row],
        bands=_build_bands(labels, periods, assessments, playbook),
        chart=chart,
        printed=(height, len(headings)),
    )


@dataclass(frozen=True, slots=True)
class _ColumnBlock:
    """Neighbouring columns of a tab: headings, formats, widths, and the rows below."""

    headings: Sequence[str]
    formats: Sequence[ColumnFormat]
    widths: Sequence[int]
    rows: Sequence[Sequence[Value]]

    def pad(self, height: int) -> _ColumnBlock:
        """Return the block with every row as long as the headings, and blank rows below up to a height."""
        width = len(self.headings)
        rows = [*self.rows, *([()] * (height - len(self.rows)))]
        padded = [(*row, *[None] * (width - len(row))) for row in rows]
        return _ColumnBlock(self.headings, self.formats, self.widths, padded)

    def join(self, other: _ColumnBlock) -> _ColumnBlock:
        """Return both side by side; they must be equally high."""
        return _ColumnBlock(
            [*self.headings, *other.headings],
            [*self.formats, *other.formats],
            [*self.widths, *other.widths],
            [(*left, *right) for left, right in zip(self.rows, other.rows, strict=True)],
        )


def _list_closes(periods: Sequence[_PeriodColumns], last: Month) -> Sequence[Month]:
    """Return the closes whose sums the rows need: the last one, and the starts of twelve months."""
    return [*(period.window.start for period in periods if period.is_year), last]


def _measure_last_close(labels: Sequence[Label], cuts: Cuts) -> dict[Label, Level]:
    """Return the MRR and the accounts of each row at the last close."""
    last = cuts.segments.ledger.last
    levels: dict[Label, Level] = {(None, None): cuts.measure_close((), last)}
    for dimension in dict.fromkeys(dimension for dimension, _ in labels if dimension):
        split = cuts.split_close((), dimension, last)
        levels |= {(dimension, value): level for value, level in split.items()}
    return levels


def _build_money(
    key: Label, mrr: int, bridges: Mapping[Window, Bridge], base: Window | None, segments: Segments, targets: Targets
) -> Sequence[Value]:
    """Return MRR, ARR, new and lost MRR of the base window, and the targets, of a row."""
    ledger = segments.ledger
    exponent = ledger.currency.exponent
    filters = _build_filters(key)
    moved = [to_units(getattr(bridges[base], name), exponent) for name in ("new", "churn")] if base else [None, None]
    aims = choose_targets(ledger, filters, targets)
    goals = [round_ratio(aims[metric].value) if metric in aims else None for metric in WRITTEN_METRICS]
    return to_units(mrr, exponent), to_units(mrr * YEAR, exponent), *moved, *goals


def _build_filters(key: Label) -> tuple[Filter, ...]:
    dimension, value = key
    return () if dimension is None or value is None else (Filter(dimension, value),)


def _choose_bridge_periods(periods: Sequence[_PeriodColumns]) -> list[_PeriodColumns]:
    """Return the periods whose bridges are shown: the newest quarter and the newest twelve months."""
    years = [period for period in periods if period.is_year]
    quarters = [period for period in periods if not period.is_year]
    return [*quarters[-1:], *years[-1:]]


def _build_guides(assessment: Assessment | None, segments: Segments, playbook: Playbook, targets: Targets) -> Guides:
    """Return the NRR target of the company and the usual range for its mix of sizes."""
    target = round_ratio(choose_targets(segments.ledger, (), targets)["nrr"].value)
    if assessment is None or assessment.mix is None:
        return Guides(target)
    low, high = assessment.mix.weigh_range(playbook.find_benchmark("nrr"))
    return Guides(target, to_percent(low).scaleb(-2), to_percent(high).scaleb(-2))


def _find_periods(cube: Cube, calendar: Calendar, data_through: Month, translate: Translate) -> list[_PeriodColumns]:
    """Return the periods that are within the history, in the order of the columns."""
    available = set(cube.windows)
    years = [Window.ending(data_through - back, YEAR) for back in (YEAR, 0)]
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
            periods.append(_PeriodColumns(window, name, _FIRST_RATIO + len(WRITTEN_METRICS) * len(periods)))
    return periods


def _find_base_window(periods: Sequence[_PeriodColumns]) -> Window | None:
    """Return the window whose starting accounts are counted: the newest twelve months, else the newest quarter."""
    years = [period.window for period in periods if period.is_year]
    return years[-1] if years else periods[-1].window if periods else None


def _group_bridges(cube: Cube, periods: Sequence[_PeriodColumns]) -> Mapping[Label, Mapping[Window, Bridge]]:
    """Return label -> window -> bridge, as a row of the table needs the windows of one label together."""
    windows = {period.window for period in periods}
    bridges: dict[Label, dict[Window, Bridge]] = {}
    for dimension, value, bridge in cube.select(lambda window, _: window in windows):
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
    rows: Sequence[Sequence[Value]],
    money: Sequence[Sequence[Value]],
    periods: Sequence[_PeriodColumns],
    base: Window | None,
    translate: Translate,
) -> tuple[list[str], list[ColumnFormat], list[int], list[Sequence[Value]]]:
    """Return headings, formats, widths and rows: labels, accounts of the base, amounts, targets, ratios by period."""
    labels = len(_LABEL_WIDTHS)
    base_heading = (
        translate(N_("Accounts {month}"), month=translate.format_short_month(base.start))
        if base
        else translate(N_("Accounts"))
    )
    percents: list[ColumnFormat] = ["percent" for _ in periods for _ in WRITTEN_METRICS]
    return (
        [
            *(translate(N_("Dimension")), translate(N_("Value")), base_heading, translate(N_("Benchmark"))),
            *_name_amounts(periods, base, translate),
            *(f"{translate(metric)} {period.name}" for period in periods for metric in (N_("NRR"), N_("GRR"))),
        ],
        ["text", "text", "integer", "text", *_MONEY_FORMATS, *percents],
        [*_LABEL_WIDTHS, *(_AMOUNT_WIDTH for _ in _MONEY_HEADINGS), *(_RATIO_WIDTH for _ in percents)],
        [(*row[:labels], *amounts, *row[labels:]) for row, amounts in zip(rows, money, strict=True)],
    )


def _name_amounts(periods: Sequence[_PeriodColumns], base: Window | None, translate: Translate) -> list[str]:
    """Return the headings of amounts and targets; new and lost MRR name their period, as MRR names its close."""
    name = next((f" {period.name}" for period in periods if period.window == base), "")
    mrr, arr, new, lost, *goals = (translate(heading) for heading in _MONEY_HEADINGS)
    return [mrr, arr, f"{new}{name}", f"{lost}{name}", *goals]


def _list_values(segments: Segments) -> list[tuple[str, Sequence[str]]]:
    """Return each dimension with its values. Where the sheet's segments are the sizes, the size is not listed again."""
    own = {fold(value) for value in segments.dimensions.get("segment", ())}
    has_sizes = bool(own) and own <= {fold(size) for size in SIZES}
    return [
        (key, (*values, UNASSIGNED) if key in segments.ledger.columns else values)
        for key, values in segments.dimensions.items()
        if not (key == "size" and has_sizes)
    ]


def _assess_row(key: Label, bridge: Bridge, cuts: Cuts, playbook: Playbook) -> Assessment:
    """Return the assessment of a row's twelve months: its verdicts are those of the answer to the same question."""
    filters = _build_filters(key)
    # No account is named here, and a warehouse would be asked for them.
    base = cuts.skip_accounts().select(filters, [bridge.window]).bases[bridge.window]
    return assess(bridge, playbook, collect_cut_facts(cuts, filters, base, playbook))


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
            translate(N_("No chart: no account had paid for twelve months by {month}."), month=snapshot.data_through)
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
