"""Golden messages: a file of parts in readable text, one section per message.

== answer-company

# Whole company, Q3 2025: NRR 86.1%, GRR 84.9%

**With care:** With 7 accounts the standard error ...

|l r|
MRR at the end of June 2025 | €65,900

> Data to September 2025.

[Share](share: /nrr)

A part that an earlier message of the file has too stands there only: `= answer-company 4` is its fourth part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.messages.kit.layout import align_columns
from bot.messages.kit.markup import unescape
from bot.messages.kit.message import Block
from bot.messages.kit.parts import Button, Details, Grid, Headline, Link, MessagePart, Note, Paragraph

_SECTION = re.compile(r"^== (?P<name>[\w-]+)\n\n", re.MULTILINE)
_REFERENCE = re.compile(r"= (?P<name>[\w-]+) (?P<number>\d+)")
_SHORT = 40  # characters


def format_parts(parts: Sequence[MessagePart]) -> str:
    """Return parts as readable text; two lists of parts that differ have different texts."""
    return "\n\n".join(map(_format_part, parts))


def _format_part(part: MessagePart) -> str:
    match part:
        case Headline(text):
            return f"# {text}"
        case Paragraph(text, lead, mark):
            return " ".join(filter(None, (f":{mark}:" if mark else "", f"**{lead}**" if lead else "", text)))
        case Grid(rows, align, heading):
            lines = [" | ".join(map(_format_cell, row)).rstrip() for row in rows]
            return "\n".join([f"|{' '.join(align)}|{' heading' if heading else ''}", *lines])
        case Details(title, parts, finding):
            return "\n".join([f"+ {title} ({finding})" if finding else f"+ {title}", *map(_format_part, parts)])
        case Note(text):
            return f"> {text}"
        case Button(text, action, value):
            return f"[{text}]({action}: {value})"


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


def read_blocks(blocks: Sequence[Block]) -> str:
    """Return the plain text that the blocks of a message say, laid out as its text is; buttons are left out."""
    return "\n\n".join(_read_block(block) for block in blocks if block["type"] != "actions")


def _read_block(block: Block) -> str:
    match block["type"]:
        case "header":
            return str(block["text"]["text"])
        case "rich_text":
            pieces = [piece for section in block["elements"] for piece in section["elements"]]
            # An emoji and the space after it stand for the lead that follows.
            return "".join(piece["text"] for piece in pieces[2 if pieces[0]["type"] == "emoji" else 0 :])
        case "context":
            return " ".join(unescape(element["text"]) for element in block["elements"])
        case "container":
            finding = f" ({block['subtitle']['text']})" if "subtitle" in block else ""
            return "\n".join([f"— {block['title']['text']}{finding}", *map(_read_block, block["child_blocks"])])
        case "table":
            align = "".join(column["align"][0] for column in block["column_settings"])
            return align_columns(Grid([[_read_cell(cell) for cell in row] for row in block["rows"]], align))
    raise AssertionError(f"a block that no part renders to: {block}")


def _read_cell(cell: Block) -> str:
    text = cell["text"] if cell["type"] == "raw_text" else _read_block(cell)
    return "" if text == " " else str(text)
