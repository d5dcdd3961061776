"""`nrrbot board --pdf`: the board as one landscape page, with the snapshot that it is of.

reportlab is an optional extra: `pip install nrrbot[pdf]`. Its own font, Bitstream Vera, is embedded.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from bot.locale.translator import Translator
from bot.messages.kit.sentences import format_ratio
from bot.service.refresh.board import BoardPage
from core.errors import N_, ConfigError, StoreError
from core.metrics.retention import Bridge
from core.money import to_percent
from sheets.workbook.colours import HEADING_COLOUR, LINE_COLOURS, MUTED_COLOUR
from sheets.writeback.board_tab import describe_hidden
from sheets.writeback.lookup_keys import format_period
from sheets.writeback.metrics_tab import BRIDGE

_FONT, _BOLD = "Vera", "VeraBd"
_TEXT_SIZE, _TITLE_SIZE = 7.5, 16
# Points: the margin of the page, the height of the chart.
_MARGIN, _CHART_HEIGHT, _LOW_CHART_HEIGHT = 36, 170, 115
# With more cuts than these the chart is lower, so that all is on one page.
_CUTS_BELOW_HIGH_CHART = 6


def write_board_pdf(path: Path, page: BoardPage, translate: Translator) -> None:
    """Write the page to `path`, a new file.

    Raises:
        ConfigError: reportlab is not installed.
        StoreError: the file exists already, or cannot be written.

    """
    try:
        from reportlab.lib.pagesizes import A4, landscape
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
    except ImportError as error:
        raise ConfigError(
            N_("There is no PDF, as reportlab is not installed."), N_("Install it: pip install nrrbot[pdf].")
        ) from error
    from reportlab.lib.styles import ParagraphStyle

    for name in (_FONT, _BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    title = translate(N_("Retention board of {workbook}"), workbook=page.source_name)
    head = ParagraphStyle("head", fontName=_BOLD, fontSize=_TITLE_SIZE, leading=22, textColor=f"#{HEADING_COLOUR}")
    small = ParagraphStyle("small", fontName=_FONT, fontSize=_TEXT_SIZE, leading=11, textColor=f"#{MUTED_COLOUR}")
    origin = translate(
        N_("Data to {month}, in {currency}. Snapshot {number}, read {moment}. Cohort method."),
        month=page.data_through,
        currency=page.currency.code,
        number=page.snapshot_id,
        moment=page.synced_at,
    )
    story = [
        Paragraph(_escape(title), head),
        Paragraph(_escape(f"{origin} {describe_hidden(page.hidden, translate)}".strip()), small),
        Spacer(1, 8),
        _build_table(_list_ratios(page, translate)),
        Spacer(1, 8),
        _build_table(_list_bridge(page, translate)),
        Spacer(1, 8),
        _draw_chart(page, translate),
    ]
    try:
        with path.open("xb") as file:
            document = SimpleDocTemplate(
                file,
                pagesize=landscape(A4),
                title=title,
                author="nrrbot",
                invariant=1,
                **dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN),
            )
            document.build(story)
    except OSError as error:
        raise StoreError(
            N_("{path} could not be written: {reason}."),
            N_("Name another file, in a folder that may be written."),
            path=path,
            reason=error.strerror or error,
        ) from error


def _list_ratios(page: BoardPage, translate: Translator) -> list[list[str]]:
    """Return a row for the headings, then NRR and GRR of each cut, a column for each period."""
    rows = [["", *(format_period(period, translate) for period in page.periods)]]
    for metric in ("nrr", "grr"):
        for place, cut in enumerate(page.cuts):
            ratios = (_read_ratio(bridges[place], metric) for bridges in page.bridges)
            rows.append([f"{metric.upper()} {cut}", *(format_ratio(ratio, translate) for ratio in ratios)])
    return rows


def _list_bridge(page: BoardPage, translate: Translator) -> list[list[str]]:
    """Return a row for the headings, then the parts of the company's bridge, a column for each period."""
    heading = translate(N_("MRR of the company"))
    rows = [[heading, *(format_period(period, translate) for period in page.periods)]]
    for label, field, area in BRIDGE:
        if not area:
            continue
        amounts = (getattr(bridges[0], field) if bridges[0] else None for bridges in page.bridges)
        cells = (
            translate(N_("n/a")) if minor is None else translate.format_money(minor, page.currency) for minor in amounts
        )
        rows.append([translate(label), *cells])
    return rows


def _read_ratio(bridge: Bridge | None, metric: str) -> Fraction | None:
    return getattr(bridge, metric) if bridge else None


def _build_table(rows: Sequence[Sequence[str]]) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table

    # The font has no narrow no-break space.
    cells = [[cell.replace("\u202f", "\u00a0") for cell in row] for row in rows]
    table = Table(cells, colWidths=[130, *(68 for _ in cells[0][2:]), 82])
    dark = HexColor(f"#{HEADING_COLOUR}")
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), _FONT, _TEXT_SIZE),
            ("FONT", (0, 0), (-1, 0), _BOLD, _TEXT_SIZE),
            ("BACKGROUND", (0, 0), (-1, 0), dark),
            ("TEXTCOLOR", (0, 0), (-1, 0), HexColor("#FFFFFF")),
            ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
            ("LINEBELOW", (0, -1), (-1, -1), 0.5, dark),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ]
    )
    return table


def _draw_chart(page: BoardPage, translate: Translator) -> Any:
    """Return the company's NRR and GRR by quarter as a line chart with its legend."""
    from reportlab.graphics.charts.legends import Legend
    from reportlab.graphics.charts.linecharts import HorizontalLineChart
    from reportlab.graphics.shapes import Drawing
    from reportlab.lib.colors import HexColor

    quarters = page.periods[:-1]
    lines = [
        [_to_percent(_read_ratio(bridges[0], metric)) for bridges in page.bridges[: len(quarters)]]
        for metric in ("nrr", "grr")
    ]
    height = _CHART_HEIGHT if len(page.cuts) <= _CUTS_BELOW_HIGH_CHART else _LOW_CHART_HEIGHT
    drawing = Drawing(700, height)
    levels = [level for line in lines for level in line if level is not None]
    if not levels:
        return drawing
    chart = HorizontalLineChart()
    chart.x, chart.y, chart.width, chart.height = 40, 20, 640, height - 45
    chart.data = lines
    chart.categoryAxis.categoryNames = [format_period(period, translate) for period in quarters]
    chart.valueAxis.valueMin, chart.valueAxis.valueMax = 10 * (min(levels) // 10), 10 * (max(levels) // 10 + 1)
    chart.valueAxis.labelTextFormat = "%d%%"
    chart.valueAxis.visibleGrid, chart.valueAxis.gridStrokeColor = True, HexColor("#D9D9D9")
    for axis in (chart.categoryAxis, chart.valueAxis):
        axis.labels.fontName, axis.labels.fontSize = _FONT, _TEXT_SIZE
    colours = [HexColor(f"#{colour}") for colour in LINE_COLOURS]
    for place, colour in enumerate(colours):
        chart.lines[place].strokeColor, chart.lines[place].strokeWidth = colour, 2
    legend = Legend()
    legend.x, legend.y, legend.boxAnchor = 40, height, "nw"
    legend.alignment = "right"
    legend.fontName, legend.fontSize, legend.columnMaximum = _FONT, _TEXT_SIZE, 1
    legend.colorNamePairs = list(zip(colours, ("NRR", "GRR"), strict=True))
    drawing.add(chart)
    drawing.add(legend)
    return drawing


def _to_percent(ratio: Fraction | None) -> float | None:
    """Return a ratio as the position in a chart: 103.6."""
    return None if ratio is None else float(to_percent(ratio))


def _escape(text: str) -> str:
    from xml.sax.saxutils import escape

    return escape(text.replace("\u202f", "\u00a0"))
