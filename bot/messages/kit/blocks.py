"""The parts of a message as Block Kit, within Slack's limits: docs.slack.dev/reference/block-kit/blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from bot.locale.translator import Figure
from bot.messages.kit.limits import Block, cut_texts, shorten
from bot.messages.kit.markup import escape
from bot.messages.kit.parts import (
    Button,
    Chart,
    Details,
    Grid,
    Headline,
    Link,
    MessagePart,
    Note,
    Paragraph,
    Picker,
    Place,
    Timestamp,
)
from bot.messages.kit.simpler import render_lines

HEADER_LIMIT = 150
SECTION_LIMIT = 3000
CODE_LIMIT = 500
CONTAINER_LIMIT = 150
CONTAINER_BLOCKS = 10
LABEL_LIMIT = 20
CAPTION_LIMIT = 150
TABLE_ROWS = 100
PAGE_ROWS = 10
CHART_POINTS = 20
BUTTONS = 25
BUTTON_LIMIT = 75
ID_LIMIT = 255
# A context has at most ten elements.
_NOTE_SPANS = 4
_MARKS = re.compile(r"[.,;:)]+")
# Slack shows the moment in the reader's own time zone.
_MOMENT_FORMAT = "{date_short_pretty} {time}"


def render_blocks(parts: Sequence[MessagePart]) -> list[Block]:
    """Return the blocks of a message: its buttons in one row at the end, and not too much text."""
    return cut_texts(_BlockRenderer().render(parts))


class _BlockRenderer:
    """Renders one message: Slack takes one `table` in it, so further ones are lines of a fixed width."""

    def __init__(self) -> None:
        self._has_table = False
        self._title = ""

    def render(self, parts: Sequence[MessagePart]) -> Iterator[Block]:
        for part in parts:
            match part:
                case Headline(text):
                    self._title = self._title or text
                    yield {"type": "header", "text": _render_plain_text(text, HEADER_LIMIT)}
                case Paragraph():
                    yield _render_paragraphs([part])
                case Grid():
                    yield self._render_grid(part)
                case Chart():
                    yield _render_chart(part)
                case Details():
                    yield self._render_details(part)
                case Note():
                    yield _render_note(part)
                case Button() | Picker():
                    pass
        elements = [_render_element(part) for part in parts if isinstance(part, Button | Picker)]
        if elements:
            yield {"type": "actions", "elements": elements[:BUTTONS]}

    def _render_grid(self, grid: Grid, *, in_details: bool = False) -> Block:
        # Slack takes no list without a row, and none in a container. A long table is a list too, whose pages are short.
        is_long = grid.heading and len(grid.rows) > PAGE_ROWS + 1
        if (is_long or grid.caption) and len(grid.rows) > 1 and not in_details:
            return _render_list(grid, grid.caption or self._title or grid.rows[0][0])
        if self._has_table:
            return render_lines(grid)
        self._has_table = True
        return _render_table(grid)

    def _render_details(self, details: Details) -> Block:
        children: list[Block] = []
        for is_text, group in groupby(details.parts, key=lambda part: isinstance(part, Paragraph)):
            if is_text:
                children.append(_render_paragraphs([part for part in group if isinstance(part, Paragraph)]))
            else:
                children += [self._render_grid(part, in_details=True) for part in group if isinstance(part, Grid)]
        return {
            "type": "container",
            "title": _render_plain_text(details.title, CONTAINER_LIMIT),
            **({"subtitle": _render_plain_text(details.finding, CONTAINER_LIMIT)} if details.finding else {}),
            "is_collapsible": True,
            "default_collapsed": True,
            "child_blocks": children[:CONTAINER_BLOCKS],
        }


def _render_plain_text(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shorten(text, limit)}


def _render_paragraphs(paragraphs: Iterable[Paragraph]) -> Block:
    # Rich text, not mrkdwn: an account called *Acme* keeps its asterisks.
    return {"type": "rich_text", "elements": [_render_section(paragraph) for paragraph in paragraphs]}


def _render_section(paragraph: Paragraph) -> Block:
    elements: list[Block] = []
    if paragraph.mark:
        elements += [{"type": "emoji", "name": paragraph.mark}, {"type": "text", "text": " "}]
    if paragraph.lead:
        space = " " if paragraph.text else ""
        elements.append({"type": "text", "text": f"{paragraph.lead}{space}", "style": {"bold": True}})
    for piece in _split_at_spans(shorten(paragraph.text, SECTION_LIMIT), paragraph.spans):
        match piece:
            case Place(text, url):
                elements.append({"type": "link", "url": url, "text": text})
            case Timestamp(text, at):
                date = {"timestamp": int(at.timestamp()), "format": _MOMENT_FORMAT, "fallback": text}
                elements.append({"type": "date", **date})
            case text:
                elements.append({"type": "text", "text": text})
    return {"type": "rich_text_section", "elements": elements}


def _split_at_spans(text: str, spans: Sequence[Place | Timestamp]) -> Iterator[str | Place | Timestamp]:
    """Yield a text in pieces: its spans, each where its words are next, and the text around them.

    Of two spans that begin at the same place the first in their order counts: two accounts may have one name.
    """
    begun, rest = 0, list(spans)
    while places := [(start, at) for at, span in enumerate(rest) if (start := text.find(span.text, begun)) >= 0]:
        start, at = min(places)
        span = rest.pop(at)
        if start > begun:
            yield text[begun:start]
        yield span
        begun = start + len(span.text)
    if begun < len(text):
        yield text[begun:]


def _render_note(note: Note) -> Block:
    elements: list[Block] = []
    for piece in _split_at_spans(shorten(note.text, SECTION_LIMIT), note.spans[:_NOTE_SPANS]):
        match piece:
            case Place(text, url):
                elements.append({"type": "mrkdwn", "text": f"<{url}|{escape(text)}>"})
            case Timestamp(text, at):
                date = f"<!date^{int(at.timestamp())}^{_MOMENT_FORMAT}|{escape(text)}>"
                elements.append({"type": "mrkdwn", "text": date})
            case text:
                # A mark that ends a sentence would be apart from its last word.
                mark = _MARKS.match(text) if elements else None
                if mark:
                    elements[-1]["text"] += mark[0]
                rest = text[mark.end() :].strip() if mark else text.strip()
                if rest:
                    elements.append({"type": "plain_text", "text": rest})
    if note.code:
        # A backquote would end the code.
        plain_code = escape(shorten(note.code, CODE_LIMIT)).replace("`", "'")
        elements.append({"type": "mrkdwn", "text": f"`{plain_code}`"})
    return {"type": "context", "elements": elements}


def _render_table(grid: Grid) -> Block:
    rows = [[_render_cell(cell) for cell in row] for row in grid.rows[:TABLE_ROWS]]
    if grid.heading:
        bold = {"style": {"bold": True}}
        rows[0] = [_render_rich_cell({"type": "text", "text": cell or " ", **bold}) for cell in grid.rows[0]]
    settings = [{"align": "right"} if side == "r" else {"align": "left", "is_wrapped": True} for side in grid.align]
    return {"type": "table", "column_settings": settings, "rows": rows}


def _render_list(grid: Grid, caption: str) -> Block:
    """Return a table that its readers sort and page; a column sorts by number where every cell of it is one."""
    headings, *rows = grid.rows[: TABLE_ROWS + 1]
    is_number = [all(isinstance(row[place], Figure) for row in rows) for place in range(len(grid.align))]
    cells = [
        [_render_number(cell) if number else _render_cell(cell) for cell, number in zip(row, is_number, strict=True)]
        for row in rows
    ]
    return {
        "type": "data_table",
        "caption": shorten(caption, CAPTION_LIMIT),
        "page_size": PAGE_ROWS,
        "row_header_column_index": 0,
        "rows": [[{"type": "raw_text", "text": heading or " "} for heading in headings], *cells],
    }


def _render_number(cell: str) -> Block:
    value = float(cell.value) if isinstance(cell, Figure) else 0.0
    return {"type": "raw_number", "value": value, "text": str(cell)}


def _render_cell(cell: str) -> Block:
    if isinstance(cell, Link):
        return _render_rich_cell({"type": "link", "url": cell.url, "text": str(cell)})
    # Slack refuses an empty cell; a dash would look like a figure, a space does not.
    return {"type": "raw_text", "text": str(cell) or " "}


def _render_rich_cell(element: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


def _render_chart(chart: Chart) -> Block:
    labels = [shorten(label, LABEL_LIMIT) for label in chart.labels[-CHART_POINTS:]]
    series = [
        {
            "name": shorten(name, LABEL_LIMIT),
            "data": [
                {"label": label, "value": float(value)}
                for label, value in zip(labels, values[-CHART_POINTS:], strict=True)
            ],
        }
        for name, values in chart.series
    ]
    return {
        "type": "data_visualization",
        "title": shorten(chart.title, 50),
        "chart": {"type": chart.kind, "series": series, "axis_config": {"categories": labels}},
    }


def _render_element(part: Button | Picker) -> Block:
    action_id = shorten(f"{part.action}:{part.name}" if part.name else part.action, ID_LIMIT)
    text = _render_plain_text(part.text, BUTTON_LIMIT)
    if isinstance(part, Picker):
        return {"type": "external_select", "action_id": action_id, "min_query_length": 0, "placeholder": text}
    style = {"style": "primary"} if part.is_first else {}
    return {"type": "button", "action_id": action_id, "text": text, "value": part.value, **style}
