"""Blocks as HTML that looks like Slack, at the widths of a desktop and of a telephone. The page loads nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from bot.cli.preview.samples import list_samples
from bot.cli.preview.views import View, list_views
from bot.messages.kit.message import Block, Message
from bot.messages.kit.payload import build_payloads
from bot.service.analyst import Analyst
from core.errors import N_, StoreError
from core.terms import Language

WIDTHS = (640, 343)
LANGUAGES: Sequence[Language] = ("en", "fr")
# The first line of a page that may be written anew.
_MARK = "<!-- nrrbot preview -->"
_COLOURS = ("#1264a3", "#2eb67d", "#e01e5a", "#ecb22e", "#4a154b", "#616061")
_EMOJI = {"large_yellow_circle": "#ecb22e", "red_circle": "#e01e5a", "large_green_circle": "#2eb67d"}
_CHART_WIDTH, _CHART_HEIGHT, _LABELS = 320, 120, 6
_STYLE = """
body { font: 15px/1.46 Lato, "Noto Sans", Arial, sans-serif; color: #1d1c1d; margin: 16px; background: #f4f4f4; }
h2 { font-size: 15px; margin: 32px 0 4px; } h3 { font-size: 18px; line-height: 1.3; margin: 8px 0; }
.message { background: #fff; padding: 8px 12px; box-sizing: border-box; overflow-wrap: break-word; margin: 0 0 12px; }
.w640 { width: 640px; } .w343 { width: 343px; }
.summary, .context { color: #616061; font-size: 13px; } .summary { border-bottom: 1px solid #ddd; padding-bottom: 4px; }
p, pre, ul { margin: 8px 0; } section { white-space: pre-wrap; margin: 8px 0; }
table { border-collapse: collapse; margin: 8px 0; max-width: 100%; } caption { text-align: left; font-weight: bold; }
td, th { border: 1px solid #ddd; padding: 4px 8px; vertical-align: top; text-align: left; font-weight: normal; }
.number { text-align: right; }
.w343 table { font-size: 11px; line-height: 1.3; } .w343 td, .w343 th { padding: 2px 3px; }
.w343 td { overflow-wrap: anywhere; } .w343 .number { overflow-wrap: normal; }
pre { font: 12px/1.4 "DejaVu Sans Mono", monospace; background: #f8f8f8; border: 1px solid #ddd; padding: 8px; }
.w640 pre { overflow-x: auto; } .w343 pre { font-size: 8px; padding: 4px; }
details { border: 1px solid #ddd; border-radius: 8px; padding: 4px 12px; margin: 8px 0; }
summary small { color: #616061; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; }
.actions span, .menu { border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px; }
.actions span, .menu { font-weight: bold; font-size: 13px; }
svg { max-width: 100%; height: auto; } svg text { font-size: 8px; fill: #616061; }
a { color: #1264a3; } nav a { margin-right: 12px; }
"""


def write_preview(path: Path, analyst: Analyst, now: dt.datetime) -> int:
    """Write the page to `path` and return the number of its messages.

    Raises:
        StoreError: there is another file of this name, or it cannot be written.

    """
    try:
        if path.exists() and not path.read_text("utf-8").startswith(_MARK):
            raise StoreError(N_("{path} exists already."), N_("Name a file that does not exist."), path=path)
        samples = {language: list(_list_samples(analyst, language, now)) for language in LANGUAGES}
        path.write_text(build_page(samples), "utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(
            N_("{path} cannot be written: {reason}."), N_("Name another file."), path=path, reason=str(error)
        ) from error
    return sum(map(len, samples.values()))


def _list_samples(analyst: Analyst, language: Language, now: dt.datetime) -> Iterator[tuple[str, Message]]:
    yield from list_samples(analyst, language, now)
    for title, view in list_views(analyst, language):
        yield title, Message(view.get("title", {}).get("text", title), [*view["blocks"], *_list_ends(view)])


def _list_ends(view: View) -> Iterator[Block]:
    """Yield the two buttons below a modal."""
    if "submit" in view:
        yield {"type": "actions", "elements": [{"type": "button", "text": view[name]} for name in ("close", "submit")]}


def build_page(samples: dict[Language, list[tuple[str, Message]]]) -> str:
    """Return the page: each message of each language at each width, its summary above it."""
    links = " ".join(f'<a href="#{language}">{language}</a>' for language in samples)
    parts = [f"<h1>nrrbot preview</h1><nav>{links}</nav>"]
    for language, messages in samples.items():
        parts.append(f'<div id="{language}" lang="{language}">')
        for title, message in messages:
            parts.append(f"<h2>{escape(title)}</h2>")
            parts += [_render_message(message, width) for width in WIDTHS]
        parts.append("</div>")
    head = f'<meta charset="utf-8"><title>nrrbot preview</title><style>{_STYLE}</style>'
    return f"{_MARK}\n<!doctype html>\n<html><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _render_message(message: Message, width: int) -> str:
    body = next(build_payloads(message))
    blocks = body.get("blocks")
    content = render_blocks(blocks) if blocks else f"<section>{_render_markup(body['text'])}</section>"
    summary = f'<div class="summary">{_render_markup(body["text"])}</div>' if blocks else ""
    return f'<div class="message w{width}">{summary}{content}</div>'


def render_blocks(blocks: Iterable[Block]) -> str:
    """Return blocks as HTML."""
    return "\n".join(map(_render_block, blocks))


def _render_block(block: Block) -> str:
    match block["type"]:
        case "header":
            return f"<h3>{escape(block['text']['text'])}</h3>"
        case "rich_text":
            return "".join(map(_render_rich_section, block["elements"]))
        case "section":
            menu = _render_element(block["accessory"]) if "accessory" in block else ""
            return f"<section>{_render_text(block['text'])} {menu}</section>"
        case "input":
            label = f"<b>{escape(block['label']['text'])}</b>"
            return f'<section>{label}</section><div class="actions">{_render_element(block["element"])}</div>'
        case "divider":
            return "<hr>"
        case "context":
            return f'<div class="context">{" ".join(map(_render_text, block["elements"]))}</div>'
        case "table" | "data_table":
            return _render_table(block)
        case "data_visualization":
            return _render_chart(block)
        case "container":
            return _render_container(block)
        case "actions":
            return f'<div class="actions">{"".join(map(_render_element, block["elements"]))}</div>'
    return ""


def _render_container(block: Block) -> str:
    finding = escape(block.get("subtitle", {}).get("text", ""))
    title = f"<b>{escape(block['title']['text'])}</b> <small>{finding}</small>"
    return f"<details><summary>{title}</summary>{render_blocks(block['child_blocks'])}</details>"


def _render_text(text: Block) -> str:
    return _render_markup(text["text"]) if text["type"] == "mrkdwn" else escape(text["text"])


def _render_markup(text: str) -> str:
    """Return text as Slack reads it: its entities are HTML's, its links and dates are in angle brackets."""
    linked = re.sub(r"<(https?://[^|>]+)\|([^>]*)>", r'<a href="\1">\2</a>', text)
    dated = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"<time>\1</time>", linked)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", dated)


def _render_rich_section(section: Block) -> str:
    content = "".join(map(_render_element, section["elements"]))
    return f"<pre>{content}</pre>" if section["type"] == "rich_text_preformatted" else f"<section>{content}</section>"


def _render_element(element: Block) -> str:
    match element["type"]:
        case "link":
            return f'<a href="{escape(element["url"])}">{escape(element["text"])}</a>'
        case "date":
            return f"<time>{escape(element['fallback'])}</time>"
        case "button":
            return f"<span>{escape(element['text']['text'])}</span>"
        case "static_select" | "external_select":
            shown = element.get("initial_option", {}).get("text") or element["placeholder"]
            return f'<span class="menu">{escape(shown["text"])} ▾</span>'
        case "plain_text_input":
            return '<span class="menu">…</span>'
        case "emoji":
            colour = _EMOJI.get(element["name"])
            return f'<span style="color:{colour}">●</span>' if colour else f":{element['name']}:"
    text = escape(element["text"])
    return f"<b>{text}</b>" if element.get("style", {}).get("bold") else text


def _render_table(block: Block) -> str:
    page = block.get("page_size", len(block["rows"]))
    caption = f"<caption>{escape(block['caption'])}</caption>" if "caption" in block else ""
    rows = block["rows"][: page + 1] if caption else block["rows"]
    settings = block.get("column_settings", [])
    lines = ["".join(_render_cell(cell, settings[place : place + 1]) for place, cell in enumerate(row)) for row in rows]
    more = len(block["rows"]) - 1
    pages = f'<div class="context">1–{page} / {more}</div>' if caption and more > page else ""
    return f"<table>{caption}{''.join(f'<tr>{line}</tr>' for line in lines)}</table>{pages}"


def _render_cell(cell: Block, setting: Sequence[dict[str, Any]]) -> str:
    is_number = cell["type"] == "raw_number" or any(column.get("align") == "right" for column in setting)
    if cell["type"] == "rich_text":
        content = "".join(_render_element(piece) for section in cell["elements"] for piece in section["elements"])
    else:
        content = escape(cell["text"])
    return f'<td class="number">{content}</td>' if is_number else f"<td>{content}</td>"


def _render_chart(block: Block) -> str:
    chart = block["chart"]
    labels = chart["axis_config"]["categories"]
    values = [point["value"] for series in chart["series"] for point in series["data"]]
    low = min(0.0, *values) if chart["type"] == "bar" else min(values)
    scale = (_CHART_HEIGHT - 30) / ((max(values) - low) or 1)
    step = _CHART_WIDTH / len(labels)
    shapes = [
        f'<text {_find_place(place, step, len(labels))} y="{_CHART_HEIGHT}">{escape(label)}</text>'
        for place, label in enumerate(labels)
        if place % max(1, len(labels) // _LABELS) == 0
    ]
    for number, series in enumerate(chart["series"]):
        heights = [_CHART_HEIGHT - 12 - (point["value"] - low) * scale for point in series["data"]]
        shapes.append(_draw_series(heights, number, step, len(chart["series"]), is_bar=chart["type"] == "bar"))
    names = " ".join(
        f'<span style="color:{_COLOURS[number]}">■ {escape(series["name"])}</span>'
        for number, series in enumerate(chart["series"])
    )
    svg = f'<svg viewBox="0 0 {_CHART_WIDTH} {_CHART_HEIGHT + 2}" width="{_CHART_WIDTH}">{"".join(shapes)}</svg>'
    return f"<section><b>{escape(block['title'])}</b>\n{svg}\n<small>{names}</small></section>"


def _draw_series(heights: Sequence[float], number: int, step: float, count: int, *, is_bar: bool) -> str:
    colour = _COLOURS[number]
    if is_bar:
        width = step * 0.8 / count
        return "".join(
            f'<rect x="{round(place * step + number * width, 1)}" y="{round(top, 1)}" width="{round(width, 1)}"'
            f' height="{round(_CHART_HEIGHT - 12 - top, 1)}" fill="{colour}"/>'
            for place, top in enumerate(heights)
        )
    points = " ".join(f"{round((place + 0.5) * step, 1)},{round(top, 1)}" for place, top in enumerate(heights))
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _find_place(place: int, step: float, count: int) -> str:
    """Return where a label begins; the last one ends at the edge."""
    if place == count - 1:
        return f'x="{_CHART_WIDTH}" text-anchor="end"'
    return f'x="{round(place * step, 1)}"'
