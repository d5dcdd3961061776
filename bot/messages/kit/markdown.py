"""A message as Markdown, for a page or a mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.messages.kit.parts import Button, Chart, Details, Grid, Headline, MessagePart, Note, Paragraph, Picker


def render_markdown(parts: Iterable[MessagePart]) -> str:
    """Return the parts of a message as Markdown; its charts and buttons are not in it."""
    return "\n\n".join(text for part in parts if (text := _render_part(part)))


def _render_part(part: MessagePart) -> str:
    match part:
        case Headline(text):
            return f"## {_escape(text)}"
        case Paragraph(text, lead):
            return f"**{_escape(lead)}** {_escape(text)}" if lead else _escape(text)
        case Grid():
            return _render_grid(part)
        case Details(title, parts):
            return f"### {_escape(title)}\n\n{render_markdown(parts)}"
        case Note(text):
            return f"*{_escape(text)}*"
        case Button() | Chart() | Picker():
            return ""


def _render_grid(grid: Grid) -> str:
    heading: Sequence[str] = grid.rows[0] if grid.heading else [""] * len(grid.align)
    rules = ["---:" if side == "r" else "---" for side in grid.align]
    rows = [heading, rules, *(grid.rows[1:] if grid.heading else grid.rows)]
    return "\n".join(f"| {' | '.join(cell if row is rules else _escape(cell) for cell in row)} |" for row in rows)


def _escape(text: str) -> str:
    for mark in ("\\", "*", "_", "|", "<", "`", "["):
        text = text.replace(mark, f"\\{mark}")
    return text
