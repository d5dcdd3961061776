"""Texts cut to the lengths that Slack takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

Block = dict[str, Any]

# Characters of all text in one message, and in the cells of one list. Slack takes 10,000 of each.
MESSAGE_TEXT = 9_500
MESSAGE_BLOCKS = 50
# Less room than this is not worth a cut text.
_LEAST_ROOM = 20


def shorten(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, with an ellipsis where it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def count_words(text: str) -> int:
    """Return the number of words of a text; a sign alone is none."""
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def count_characters(node: object) -> int:
    """Return the characters of all texts in a block or a part of one, however deep."""
    count = 0
    if isinstance(node, dict):
        for name, value in node.items():
            if not isinstance(value, str):
                count += count_characters(value)
            elif name in {"text", "fallback", "caption"}:
                count += len(value)
    elif isinstance(node, list):
        count = sum(map(count_characters, node))
    return count


def cut_texts(blocks: Iterable[Block]) -> list[Block]:
    """Return blocks with no more text than Slack takes in one message: the last rows and texts are cut.

    The cells of a list count for themselves. Buttons are kept, as the rest of the answer is behind them.
    """
    ordered = list(blocks)
    buttons = [block for block in ordered if block["type"] == "actions"]
    room, places = MESSAGE_TEXT - count_characters(buttons), MESSAGE_BLOCKS - len(buttons)
    kept: list[Block] = []
    for block in ordered:
        if block["type"] == "actions":
            kept.append(block)
        elif places:
            places -= 1
            if block["type"] == "data_table":
                kept.append({**block, "rows": _keep_rows(block["rows"], MESSAGE_TEXT)})
                continue
            cut = _cut_block(block, room)
            if cut is not None:
                kept.append(cut)
                room -= count_characters(cut)
    return kept


def _cut_block(block: Block, room: int) -> Block | None:
    """Return a block with at most `room` characters of text; None where that is too little for it."""
    if count_characters(block) <= room:
        return block
    if room < _LEAST_ROOM:
        return None
    match block["type"]:
        case "table":
            rows = _keep_rows(block["rows"], room)
            return {**block, "rows": rows} if rows else None
        case "container":
            room -= count_characters(block["title"]) + count_characters(block.get("subtitle", {}))
            children = []
            for child in block["child_blocks"]:
                cut = _cut_block(child, room)
                if cut is not None:
                    children.append(cut)
                    room -= count_characters(cut)
            return {**block, "child_blocks": children} if children else None
        case _:
            elements = list(_cut_elements(block.get("elements", ()), room))
            return {**block, "elements": elements} if elements else None


def _keep_rows(rows: list[Any], room: int) -> list[Any]:
    """Return the first rows whose texts have at most `room` characters."""
    kept = []
    for row in rows:
        room -= count_characters(row)
        if room < 0:
            break
        kept.append(row)
    return kept


def _cut_elements(elements: Iterable[Block], room: int) -> Iterator[Block]:
    """Yield the first elements with at most `room` characters, the last of them cut."""
    for element in elements:
        if room < _LEAST_ROOM:
            return
        size = count_characters(element)
        if size <= room:
            yield element
        elif "elements" in element:
            yield {**element, "elements": list(_cut_elements(element["elements"], room))}
        elif element["type"] in {"text", "plain_text"}:
            yield {**element, "text": shorten(element["text"], room)}
        room -= size
