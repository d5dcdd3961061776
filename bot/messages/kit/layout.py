"""The few parts that messages are made of, and what they come to as plain text and as Block Kit.

A message is written once, as a list of parts; both forms are rendered from it, so that they never say different
things. Limits are Slack's, from docs.slack.dev/reference/block-kit/blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from bot.messages.kit.message import Block, Message

HEADER_LIMIT = 150
SECTION_LIMIT = 3000
TABLE_ROWS = 100
WRAP = 110


class Link(str):
    """The text of a cell that opens `url` in Slack; plain text elsewhere."""

    __slots__ = ("url",)

    url: str

    def __new__(cls, text: str, url: str) -> Self:
        """Return the text with its address."""
        link = super().__new__(cls, text)
        link.url = url
        return link


@dataclass(frozen=True, slots=True)
class Headline:
    """The first line: the figure itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, with an optional word or two in bold before it."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `align` has one letter per column, `l` or `r`. One per message."""

    rows: Sequence[Sequence[str]]
    align: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: what the figures stand on."""

    text: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says, which action of the app it calls, and what it hands over. Slack only."""

    text: str
    action: Literal["definition", "share"]
    value: str


Part = Headline | Paragraph | Grid | Note | Button


def render(parts: Sequence[Part]) -> Message:
    """Return the message that the parts make, as plain text and as blocks."""
    return Message(_text(parts), tuple(_blocks(parts)))


def _text(parts: Sequence[Part]) -> str:
    pieces = []
    for part in parts:
        match part:
            case Headline(text):
                pieces.append(text)
            case Paragraph(text, lead):
                pieces.append(f"{lead} {text}" if lead else text)
            case Grid():
                pieces.append(align_columns(part))
            case Note(text):
                pieces.append(text)
            case Button():
                pass
    return "\n\n".join(pieces)


def align_columns(grid: Grid) -> str:
    """Return a table as lines whose columns stand below each other."""
    widths = [max(len(row[column]) for row in grid.rows) for column in range(len(grid.align))]
    lines = []
    for row in grid.rows:
        cells = (
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, grid.align, strict=True)
        )
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def _blocks(parts: Sequence[Part]) -> Iterator[Block]:
    buttons = [part for part in parts if isinstance(part, Button)]
    for part in parts:
        match part:
            case Headline(text):
                yield {"type": "header", "text": {"type": "plain_text", "text": shorten(text, HEADER_LIMIT)}}
            case Paragraph(text, lead):
                # Rich text, not mrkdwn: an account called *Acme* keeps its asterisks.
                said: list[Block] = [{"type": "text", "text": f"{lead} ", "style": {"bold": True}}] if lead else []
                said.append({"type": "text", "text": shorten(text, SECTION_LIMIT)})
                yield {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": said}]}
            case Grid():
                yield _table(part)
            case Note(text):
                words = shorten(text, SECTION_LIMIT)
                yield {"type": "context", "elements": [{"type": "plain_text", "text": words}]}
            case Button():
                pass
    if buttons:
        yield {"type": "actions", "elements": [_button(button) for button in buttons]}


def _table(grid: Grid) -> Block:
    return {
        "type": "table",
        "column_settings": [{"align": "right" if side == "r" else "left"} for side in grid.align],
        # Slack refuses an empty cell; a dash would look like a figure, a space does not.
        "rows": [[_cell(cell) for cell in row] for row in grid.rows[:TABLE_ROWS]],
    }


def _cell(cell: str) -> Block:
    if isinstance(cell, Link):
        link = {"type": "link", "url": cell.url, "text": str(cell)}
        return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}
    return {"type": "raw_text", "text": cell or " "}


def _button(button: Button) -> Block:
    return {
        "type": "button",
        "action_id": button.action,
        "text": {"type": "plain_text", "text": button.text},
        "value": button.value,
    }


def shorten(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, with an ellipsis where some are left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
