"""The foot of NRR Summary: the bridge, the accounts left out and the open problems, the chart and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from core.errors import N_
from core.metrics.cube import Cube
from core.metrics.retention import Bridge
from core.money import to_units
from core.sources.exclusions import Excluded
from sheets.problems import Severity
from sheets.workbook.tables import Chart, ColumnFormat, Value
from sheets.writeback.metrics_tab import BRIDGE, round_ratio
from sheets.writeback.translate import Translate

_YEAR = 12
# Widths in characters: of a separator, of a column of the chart's figures.
_SEPARATOR_WIDTH, _RATIO_WIDTH = 2, 11
# The size of the chart in pixels, and its height in rows of a spreadsheet.
CHART_ROWS, _CHART_PIXELS = 20, (1100, 390)
# The axis of the chart begins and ends at a multiple of this ratio.
_AXIS_STEP = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Guides:
    """The horizontal lines of the chart, as ratios: the company's NRR target, and the usual range for its size."""

    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """The chart, and the columns with its figures, to the right of the table: headings, formats, widths, rows."""

    chart: Chart
    headings: Sequence[str]
    formats: Sequence[ColumnFormat]
    widths: Sequence[int]
    rows: Sequence[Sequence[Value]]


def build_foot(
    bridges: Mapping[str, Bridge],
    exponent: int,
    excluded: Excluded,
    open_problems: Mapping[Severity, int],
    translate: Translate,
) -> list[Sequence[Value]]:
    """Return the rows below the table: a label, then one amount for each bridge of the whole company.

    The first row has the names of the periods. What is left out of the figures and what is open follow.

    Args:
        bridges: name of a period -> its bridge, the shorter first.
        exponent: the number of decimals of the currency.
        excluded: the accounts that errors keep out of the figures.
        open_problems: severity -> the number of problems that are not accepted.
        translate: the reader's language.

    """
    lines: list[Sequence[Value]] = [(translate(N_("MRR of the company")), *bridges)]
    lines += [
        (translate(label), *(to_units(getattr(bridge, field), exponent) for bridge in bridges.values()))
        for label, field, _ in BRIDGE
    ]
    lines += [
        (translate(N_("Accounts left out")), excluded.accounts),
        (translate(N_("Their MRR at the start")), to_units(excluded.mrr, exponent)),
        (translate(N_("Open errors")), open_problems.get("error", 0)),
        (translate(N_("Open warnings")), open_problems.get("warning", 0)),
    ]
    return lines


def build_chart(
    cube: Cube, guides: Guides, corner: tuple[int, int], first_column: int, translate: Translate
) -> ChartBlock | None:
    """Return the company's twelve-month figures and the chart of them; None without figures.

    Args:
        cube: the figures.
        guides: the horizontal lines.
        corner: the row and the column of the chart's corner.
        first_column: the separator column before the chart's figures.
        translate: the reader's language.

    """
    selected = cube.select(lambda window, dimension: dimension is None and window.months == _YEAR)
    years = [bridge for _, _, bridge in selected]
    lines = [
        (heading, level)
        for heading, level in (
            (N_("NRR target"), guides.target),
            (N_("Usual range from"), guides.low),
            (N_("Usual range to"), guides.high),
        )
        if level is not None
    ]
    levels = [level for _, level in lines]
    rows = [(bridge.window.end.last_day, round_ratio(bridge.nrr), round_ratio(bridge.grr), *levels) for bridge in years]
    ratios = [round_ratio(ratio) for bridge in years for ratio in (bridge.nrr, bridge.grr)]
    values = [ratio for ratio in ratios if ratio is not None]
    if not values:
        return None
    low = (min(values + levels) / _AXIS_STEP).to_integral_value(ROUND_FLOOR) * _AXIS_STEP
    high = (max(values + levels) / _AXIS_STEP).to_integral_value(ROUND_CEILING) * _AXIS_STEP
    headings = (N_("12 months to"), N_("NRR"), N_("GRR"), *(heading for heading, _ in lines))
    row, column = corner
    axis_column = first_column + 1
    chart = Chart(
        translate(N_("NRR and GRR over twelve months, whole company")),
        len(rows),
        axis_column,
        (axis_column + 1, axis_column + 2),
        low,
        max(high, low + _AXIS_STEP),
        column,
        *_CHART_PIXELS,
        anchor_row=row,
        guide_columns=range(axis_column + 3, axis_column + len(headings)),
    )
    percents: list[ColumnFormat] = ["percent" for _ in headings[1:]]
    return ChartBlock(
        chart,
        ["", *(translate(heading) for heading in headings)],
        ["text", "month", *percents],
        [_SEPARATOR_WIDTH, _RATIO_WIDTH + 2, *(_RATIO_WIDTH for _ in percents)],
        [(None, *line) for line in rows],
    )
