"""The tab NRR Summary: the company and its segments over the recent periods, read against the yearly ranges, drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Protocol

from core.advice.assessment import Assessment, assess
from core.errors import N_, Sentence
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.retention import Bridge, Cube, Label
from core.months import Calendar, Month, Window
from core.playbook.playbook import Playbook, Size
from core.query.periods import last_quarter
from core.query.question import Filter
from core.reports.answer import most_excluded_mrr
from core.store.store import Snapshot
from core.terms import Metric
from sheets.workbook.tables import Band, Chart, ColumnFormat, Table, Value
from sheets.writeback.metrics_tab import dimension_label, shown_value

SUMMARY = "NRR Summary"

YEAR, QUARTER, QUARTERS = 12, 3, 4
METRICS: Sequence[Metric] = ("nrr", "grr")
# Widths in characters: of what names a row, of a ratio, of the columns that the chart lies over.
_NAMES, _RATIO, _APART, _CHART = (18, 24, 11, 13), 11, 2, (15,) * 6
# The chart in pixels, and in rows of a spreadsheet.
_PIXELS, _ROWS = (650, 380), 20
_STEP = Decimal("0.1")


class Translate(Protocol):
    """What the reader's language does here."""

    def __call__(self, template: str, /, **values: object) -> str:
        """Return a sentence with its places filled."""

    def format_short_percent(self, value: Decimal) -> str:
        """Return a percentage that was chosen: 110%."""

    def format_short_month(self, month: Month) -> str:
        """Return a month where there is little room: Sep 2025."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A pair of columns, NRR and GRR: the window, its name, the column of NRR."""

    window: Window
    name: str
    column: int

    @property
    def is_year(self) -> bool:
        """Whether it may meet a yearly range."""
        return self.window.months == YEAR


def summary_table(
    cube: Cube,
    segments: Segments,
    headings: Callable[[str], str],
    snapshot: Snapshot,
    calendar: Calendar,
    playbook: Playbook,
    say: Translate,
) -> Table:
    """Return NRR Summary: a row for the company and for each value of each dimension, the periods side by side.

    Twelve months come first: those that end with the data and those a year before, as far as history goes. They alone
    are coloured, each by the range that an answer would read it against, and where an answer would give a verdict.
    The last four complete quarters follow, the newest last. To the right lies the chart, and the figures it draws.

    Args:
        cube: the figures of the snapshot.
        segments: its ledger and dimensions.
        headings: what a dimension is called.
        snapshot: where they come from.
        calendar: whose quarters.
        playbook: the ranges.
        say: the reader's language.

    """
    spans = _spans(cube, calendar, snapshot.data_through, say)
    windows = {span.window for span in spans}
    bridges: dict[Label, dict[Window, Bridge]] = {}
    for dimension, value, bridge in cube:
        if bridge.window in windows:
            bridges.setdefault((dimension, value), {})[bridge.window] = bridge
    order: list[Label] = [(None, None), *((key, value) for key, values in _values(segments) for value in values)]
    labels = [
        key for key in order if key == (None, None) or any(bridge.base for bridge in bridges.get(key, {}).values())
    ]
    readings = {
        (key, span.window): _read(key, bridges[key][span.window], segments, playbook)
        for key in labels
        for span in spans
        if span.is_year
    }
    base = _base(spans)
    rows: list[Sequence[Value]] = []
    for key in labels:
        own = bridges.get(key, {})
        reading = readings.get((key, base)) if base else None
        size = reading.choice.size if reading and reading.choice else None
        ratios = [shown_value(getattr(own[span.window], metric)) for span in spans for metric in METRICS]
        rows.append((*dimension_label(*key, headings, say), own[base].base if base else None, size, *ratios))
    counted = say(N_("Accounts {month}"), month=say.format_short_month(base.start)) if base else say(N_("Accounts"))
    percents: list[ColumnFormat] = ["percent" for _ in spans for _ in METRICS]
    left = _Block(
        [
            *(say(N_("Dimension")), say(N_("Value")), counted, say(N_("Benchmark"))),
            *(f"{say(metric)} {span.name}" for span in spans for metric in (N_("NRR"), N_("GRR"))),
        ],
        ["text", "text", "integer", "text", *percents],
        [*_NAMES, *(_RATIO for _ in percents)],
        rows,
    )
    block, chart = _chart(cube, len(left.headings), say)
    whole = left.beside(block) if block else left
    groups = [row for row in range(1, len(rows)) if labels[row][0] != labels[row - 1][0]]
    return Table(
        SUMMARY,
        say(
            N_(
                "Written by nrrbot from the data through {month}, in {currency}. Of the accounts that paid at a "
                "period's start, NRR is their MRR at its end / at its start, GRR the same without expansion. What is "
                "typed in this tab is overwritten."
            ),
            month=snapshot.data_through,
            currency=snapshot.currency.code,
        ),
        whole.headings,
        whole.formats,
        whole.rows,
        notes=_notes(spans, calendar, snapshot, segments, playbook, say, drawn=chart is not None),
        widths=whole.widths,
        frozen=2,
        groups=groups,
        bands=_bands(labels, spans, readings, playbook),
        chart=chart,
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """Columns of a tab: their headings, formats and widths, and the rows below."""

    headings: Sequence[str]
    formats: Sequence[ColumnFormat]
    widths: Sequence[int]
    rows: Sequence[Sequence[Value]]

    def beside(self, other: _Block) -> _Block:
        """Return both, side by side; the shorter one is filled up with blank rows, and the chart has its room."""
        height = max(len(self.rows), len(other.rows), _ROWS)

        def filled(block: _Block) -> list[Sequence[Value]]:
            return [*block.rows, *([None] * len(block.headings) for _ in range(height - len(block.rows)))]

        return _Block(
            [*self.headings, *other.headings],
            [*self.formats, *other.formats],
            [*self.widths, *other.widths],
            [(*left, *right) for left, right in zip(filled(self), filled(other), strict=True)],
        )


def _spans(cube: Cube, calendar: Calendar, data_through: Month, say: Translate) -> list[_Span]:
    """Return the periods that history reaches back to, in the order of the columns."""
    have = set(cube.windows)
    years = [Window.ending(data_through - back, YEAR) for back in (0, YEAR)]
    end = last_quarter(calendar, data_through).window.end
    quarters = [Window.ending(end - QUARTER * back, QUARTER) for back in reversed(range(QUARTERS))]
    spans: list[_Span] = []
    for window in (*years, *quarters):
        if window in have:
            if window.months == YEAR:
                name = say(N_("12 months to {month}"), month=say.format_short_month(window.end))
            else:
                year, number = calendar.part_of(window.end, QUARTER)
                name = say(N_("Q{number} {year}"), number=number, year=year)
            spans.append(_Span(window, name, len(_NAMES) + len(METRICS) * len(spans)))
    return spans


def _base(spans: Sequence[_Span]) -> Window | None:
    """Return the window whose base is counted: the newest twelve months, else the newest quarter."""
    years = [span.window for span in spans if span.is_year]
    return years[0] if years else spans[-1].window if spans else None


def _values(segments: Segments) -> list[tuple[str, Sequence[str]]]:
    return [
        (key, (*values, UNASSIGNED) if key in segments.ledger.columns else values)
        for key, values in segments.dimensions.items()
    ]


def _read(key: Label, bridge: Bridge, segments: Segments, playbook: Playbook) -> Assessment:
    """Return what the twelve months of a row say, as an answer to its question would."""
    dimension, value = key
    filters = () if dimension is None or value is None else (Filter(dimension, value),)
    return assess(
        bridge,
        playbook,
        acv_limits=segments.acv_limits,
        dimension=dimension,
        value=value,
        left_out=most_excluded_mrr(segments, filters, bridge.window),
    )


def _bands(
    labels: Sequence[Label],
    spans: Sequence[_Span],
    readings: Mapping[tuple[Label, Window], Assessment],
    playbook: Playbook,
) -> list[Band]:
    """Return the cells that meet each range, where a verdict is given; runs of rows are taken together."""
    areas: dict[tuple[Metric, Size], list[tuple[int, int, int]]] = {}
    for span in spans:
        for offset, metric in enumerate(METRICS):
            for row, key in enumerate(labels):
                reading = readings.get((key, span.window))
                if reading is None or reading.choice is None:
                    continue
                runs = areas.setdefault((metric, reading.choice.size), [])
                column = span.column + offset
                if runs and runs[-1][1:] == (row, column):
                    runs[-1] = (runs[-1][0], row + 1, column)
                else:
                    runs.append((row, row + 1, column))
    return [
        Band(runs, *(edge.scaleb(-2) for edge in playbook.benchmark(metric).ranges[size]))
        for (metric, size), runs in areas.items()
    ]


def _chart(cube: Cube, place: int, say: Translate) -> tuple[_Block | None, Chart | None]:
    """Return the chart of the company's twelve months and the figures it draws; None where there are none."""
    years = [bridge for dimension, _, bridge in cube if dimension is None and bridge.window.months == YEAR]
    rows = [(bridge.window.end.last_day, shown_value(bridge.nrr), shown_value(bridge.grr)) for bridge in years]
    values = [value for _, *ratios in rows for value in ratios if value is not None]
    if not values:
        return None, None
    low = (min(values) / _STEP).to_integral_value(ROUND_FLOOR) * _STEP
    high = (max(values) / _STEP).to_integral_value(ROUND_CEILING) * _STEP
    apart = (_APART, *_CHART, _APART)
    axis = place + len(apart)
    blank: list[ColumnFormat] = ["text" for _ in apart]
    block = _Block(
        [*("" for _ in apart), say(N_("12 months to")), say(N_("NRR")), say(N_("GRR"))],
        [*blank, "month", "percent", "percent"],
        [*apart, _RATIO + 2, _RATIO, _RATIO],
        [(*(None for _ in apart), *row) for row in rows],
    )
    title = say(N_("NRR and GRR over twelve months, whole company"))
    lines = (axis + 1, axis + 2)
    return block, Chart(title, len(rows), axis, lines, low, max(high, low + _STEP), place + 1, *_PIXELS)


def _notes(
    spans: Sequence[_Span],
    calendar: Calendar,
    snapshot: Snapshot,
    segments: Segments,
    playbook: Playbook,
    say: Translate,
    *,
    drawn: bool,
) -> list[str]:
    """Return what is said above the headings: what the colours mean, or why there are none."""
    notes = []
    if not any(span.is_year for span in spans):
        closes = segments.ledger.closes_until(snapshot.data_through)
        why = Sentence(N_("needs 13 month closes, there are {count}"), {"count": closes})
        notes.append(say(N_("No twelve months, no colours and no chart: {why}."), why=why))
    elif not drawn:
        notes.append(say(N_("No chart: nobody had paid for twelve months by {month}."), month=snapshot.data_through))
    else:
        ranges = "; ".join(_range(size, playbook, say) for size in playbook.benchmark("nrr").ranges)
        notes.append(
            say(
                N_(
                    "Colours read twelve months against the usual yearly range for customers of the size under "
                    "Benchmark: orange below it, green inside, blue above. None under {count} accounts, nor where much "
                    "is left out; none for quarters."
                ),
                count=playbook.withhold.accounts_below,
            )
        )
        notes.append(say(N_("Usual yearly ranges: {ranges}."), ranges=ranges))
    if calendar.first_month != 1:
        notes.append(
            say(
                N_("Quarters of the fiscal year: the last is {period}."),
                period=last_quarter(calendar, snapshot.data_through),
            )
        )
    return notes


def _range(size: Size, playbook: Playbook, say: Translate) -> str:
    nrr, grr = (playbook.benchmark(metric).ranges for metric in METRICS)
    (nrr_low, nrr_high), (grr_low, grr_high) = nrr[size], grr[size]
    return say(
        N_("{size} NRR {nrr_low} to {nrr_high}, GRR {grr_low} to {grr_high}"),
        size=size,
        nrr_low=say.format_short_percent(nrr_low),
        nrr_high=say.format_short_percent(nrr_high),
        grr_low=say.format_short_percent(grr_low),
        grr_high=say.format_short_percent(grr_high),
    )
