"""Golden messages: a file of parts in readable text, one section per message.

== answer-company

# Whole company, Q3 2025: NRR 86.1%, GRR 84.9%

**With care:** With 7 accounts the standard error ...

|l r|
MRR at the end of June 2025 | €65,900

> Data to September 2025.

[Share](share: /nrr)

A table that Slack sorts has a name: `|l r| heading of Accounts`. Words of a text that are a link or a moment follow it:
`@ NRR Problems -> https://...`.

A part that an earlier message of the file has too stands there only: `= answer-company 4` is its fourth part.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from bot.messages.kit.markup import unescape
from bot.messages.kit.message import Block
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

_SECTION = re.compile(r"^== (?P<name>[\w-]+)\n\n", re.MULTILINE)
_REFERENCE = re.compile(r"= (?P<name>[\w-]+) (?P<number>\d+)")
_SHORT = 40  # characters


def format_parts(parts: Sequence[MessagePart]) -> str:
    """Return parts as readable text; two lists of parts that differ have different texts."""
    groups = groupby(parts, key=lambda part: isinstance(part, Button | Picker))
    return "\n\n".join(
        "\n".join(map(_format_part, group)) if is_buttons else "\n\n".join(map(_format_part, group))
        for is_buttons, group in groups
    )


def _format_part(part: MessagePart) -> str:
    match part:
        case Headline(text):
            return f"# {text}"
        case Paragraph(text, lead, mark, spans):
            line = " ".join(filter(None, (f":{mark}:" if mark else "", f"**{lead}**" if lead else "", text)))
            return "\n".join([line, *map(_format_span, spans)])
        case Grid(rows, align, heading, caption):
            lines = [" | ".join(map(_format_cell, row)).rstrip() for row in rows]
            title = f"|{' '.join(align)}|{' heading' if heading else ''}"
            return "\n".join([f"{title} of {caption}" if caption else title, *lines])
        case Chart(title, labels, series, kind):
            lines = [f"{name}: {' '.join(map(str, values))}" for name, values in series]
            return "\n".join([f"~ {kind}: {title}", " ".join(labels), *lines])
        case Details(title, parts, finding):
            return "\n".join([f"+ {title} ({finding})" if finding else f"+ {title}", *map(_format_part, parts)])
        case Note(text, code, spans):
            return "\n".join([f"> {text}{f' `{code}`' if code else ''}", *map(_format_span, spans)])
        case Button(text, action, value, name, is_first):
            return f"[{text}]({action}{f':{name}' if name else ''}: {value}){'!' if is_first else ''}"
        case Picker(text, action, name):
            return f"[{text} v]({action}:{name})"


def _format_span(span: Place | Timestamp) -> str:
    target = span.url if isinstance(span, Place) else f"{span.at:%Y-%m-%dT%H:%MZ}"
    return f"@ {span.text} -> {target}"


def _format_cell(cell: str) -> str:
    return f"[{cell}]({cell.url})" if isinstance(cell, Link) else cell


def read_golden(path: Path) -> dict[str, str]:
    """Return the text of each message in a golden file; empty where there is no file yet."""
    if not path.exists():
        return {}
    _, *sections = _SECTION.split(path.read_text("utf-8"))
    messages: dict[str, list[str]] = {}
    for name, text in zip(sections[::2], sections[1::2], strict=True):
        messages[name] = [_follow_reference(part, messages) for part in text.strip("\n").split("\n\n")]
    return {name: "\n\n".join(parts) for name, parts in messages.items()}


def _follow_reference(part: str, messages: Mapping[str, Sequence[str]]) -> str:
    match = _REFERENCE.fullmatch(part)
    return messages[match["name"]][int(match["number"]) - 1] if match else part


def write_golden(path: Path, messages: Mapping[str, str]) -> None:
    """Write the text of each message into a golden file, each part once."""
    places: dict[str, str] = {}
    sections = []
    for name, text in messages.items():
        parts = []
        for number, part in enumerate(text.split("\n\n"), start=1):
            parts.append(places.get(part, part))
            # What is shorter than a reference is written again.
            if len(part) > _SHORT:
                places.setdefault(part, f"= {name} {number}")
        sections.append(f"== {name}\n\n" + "\n\n".join(parts) + "\n")
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(sections), "utf-8")


def count_words(text: str) -> Counter[str]:
    """Return the words of a text with their numbers; signs around them do not count."""
    return Counter(word for word in re.split(r"[\s()—`.,;:]+", text) if word)


def read_blocks(blocks: Sequence[Block]) -> str:
    """Return all that the blocks of a message say, in their order; buttons and charts are left out."""
    return "\n".join(_list_texts([block for block in blocks if block["type"] not in {"actions", "data_visualization"}]))


def _list_texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for value in node:
            yield from _list_texts(value)
    elif isinstance(node, dict) and node.get("type") == "mrkdwn":
        yield unescape(re.sub(r"<[^|>]*\|([^>]*)>", r"\1", node["text"]))
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in {"text", "fallback"} and isinstance(value, str):
                yield value
            elif name not in {"caption", "style"}:
                yield from _list_texts(value)
