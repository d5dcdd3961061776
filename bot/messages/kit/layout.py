"""The two renderers of a message: its parts as plain text and as Block Kit.

A message is written once, as a list of parts. Both forms are rendered from it, so they always say the same. The limits
are Slack's, from docs.slack.dev/reference/block-kit/blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.messages.kit.markup import escape
from bot.messages.kit.message import Block, Message
from bot.messages.kit.parts import Button, Details, Grid, Headline, Link, MessagePart, Note, Paragraph

HEADER_LIMIT = 150
SECTION_LIMIT = 3000
CODE_LIMIT = 500
CONTAINER_LIMIT = 150
TABLE_ROWS = 100


def render(parts: Sequence[MessagePart]) -> Message:
    """Return the message with these parts, as plain text and as blocks."""
    return Message(_render_text(parts), tuple(_render_blocks(parts)), tuple(parts))


def _render_text(parts: Sequence[MessagePart]) -> str:
    return "\n\n".join(text for part in parts if (text := _render_part(part)))


def _render_part(part: MessagePart) -> str:
    match part:
        case Headline(text):
            return text
        case Paragraph(text, lead):
            return f"{lead} {text}" if lead else text
        case Grid():
            return align_columns(part)
        case Details(title, parts, finding):
            heading = f"{title} ({finding})" if finding else title
            return "\n".join([f"— {heading}", *map(_render_part, parts)])
        case Note(text, code):
            return f"{text} `{code}`" if code else text
        case Button():
            return ""


def align_columns(grid: Grid) -> str:
    """Return a table as lines with aligned columns."""
    widths = [max(len(row[column]) for row in grid.rows) for column in range(len(grid.align))]
    lines = []
    for row in grid.rows:
        cells = (
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, grid.align, strict=True)
        )
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def _render_blocks(parts: Sequence[MessagePart]) -> Iterator[Block]:
    buttons = [part for part in parts if isinstance(part, Button)]
    for part in parts:
        match part:
            case Headline(text):
                yield {"type": "header", "text": _render_plain_text(text, HEADER_LIMIT)}
            case Paragraph():
                yield _render_paragraph(part)
            case Grid():
                yield _render_table(part)
            case Details():
                yield _render_details(part)
            case Note(text, code):
                note_elements = [_render_plain_text(text, SECTION_LIMIT)]
                if code:
                    # A backquote would end the code.
                    plain_code = escape(shorten(code, CODE_LIMIT)).replace("`", "'")
                    note_elements.append({"type": "mrkdwn", "text": f"`{plain_code}`"})
                yield {"type": "context", "elements": note_elements}
            case Button():
                pass
    if buttons:
        yield {"type": "actions", "elements": [_render_button(button) for button in buttons]}


def _render_plain_text(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shorten(text, limit)}


def _render_paragraph(paragraph: Paragraph) -> Block:
    # Rich text, not mrkdwn: an account called *Acme* keeps its asterisks.
    elements: list[Block] = []
    if paragraph.mark:
        elements += [{"type": "emoji", "name": paragraph.mark}, {"type": "text", "text": " "}]
    if paragraph.lead:
        elements.append({"type": "text", "text": f"{paragraph.lead} ", "style": {"bold": True}})
    elements.append({"type": "text", "text": shorten(paragraph.text, SECTION_LIMIT)})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _render_details(details: Details) -> Block:
    return {
        "type": "container",
        "title": _render_plain_text(details.title, CONTAINER_LIMIT),
        **({"subtitle": _render_plain_text(details.finding, CONTAINER_LIMIT)} if details.finding else {}),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": list(_render_blocks(details.parts)),
    }


def _render_table(grid: Grid) -> Block:
    return {
        "type": "table",
        "column_settings": [{"align": "right" if side == "r" else "left"} for side in grid.align],
        # Slack refuses an empty cell; a dash would look like a figure, a space does not.
        "rows": [[_render_cell(cell) for cell in row] for row in grid.rows[:TABLE_ROWS]],
    }


def _render_cell(cell: str) -> Block:
    if isinstance(cell, Link):
        link = {"type": "link", "url": cell.url, "text": str(cell)}
        return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}
    return {"type": "raw_text", "text": cell or " "}


def _render_button(button: Button) -> Block:
    return {
        "type": "button",
        "action_id": button.action,
        "text": {"type": "plain_text", "text": button.text},
        "value": button.value,
    }


def shorten(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, with an ellipsis where it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
