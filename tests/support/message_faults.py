"""The faults that a message to Slack can have: limits of Slack, limits of readers, words that must not appear."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Chart, Details, Grid, Picker
from bot.messages.kit.payload import build_payloads
from tests.support.slack.block_kit import check_message, text_length, unescaped_in

# Characters of a notification, its sentences, and the characters of a line that a telephone does not wrap.
SUMMARY, SENTENCES, PHONE_WIDTH = 200, 3, 60
COLUMNS, PAGE = 5, 10
# What a reader of Slack cannot do: commands and options of the command line, JSON, lines of the config.
_TERMINAL = re.compile(
    r"\bnrrbot [a-z]+|(?<![\w-])--[a-z]+|\bJSON\b|\b(?:[Rr]un|[Ll]ancez) nrrbot|\b(?:paste|coll(?:er|ez))\b"
    r"|\[(?:workbook|company)\]"
)
_TOKEN = re.compile(r"xox[a-z]-|xapp-|-----BEGIN|\bya29\.")
_FENCE = re.compile(r"```\n(.*?)\n```", re.DOTALL)


def count_words(text: str) -> int:
    """Return the number of words of a text; a sign alone is none."""
    return sum(bool(re.search(r"\w", word)) for word in re.split(r"[\s\u00a0\u202f]+", text))


def measure_words(message: Message) -> tuple[int, int]:
    """Return the words outside of tables and collapsed parts, and those of them in front of the table."""
    words = before = 0
    has_table = False
    for part in message.parts:
        if isinstance(part, Grid):
            has_table = True
        elif not isinstance(part, Details | Button | Chart | Picker):
            count = count_words(" ".join((part.text, getattr(part, "lead", ""))))
            words += count
            before += 0 if has_table else count
    return words, before


def find_faults(message: Message) -> Iterator[str]:
    """Yield the faults of a message in every form that Slack is sent."""
    for place, body in enumerate(build_payloads(message)):
        blocks = body.get("blocks", [])
        if blocks:
            yield from check_message(blocks)
            if text_length(blocks) >= 10_000:
                yield f"form {place}: {text_length(blocks)} characters in its blocks"
            yield from _find_long_summary(body["text"])
            yield from _find_wide_tables(blocks, is_simpler=place > 0)
        else:
            yield from _find_wide_lines(body["text"])
        yield from (f"form {place} has unescaped {text!r}" for text in unescaped_in(body))
        yield from (f"form {place} calls everyone" for text in _list_markup(body) if re.search("<!(?!date)", text))
        texts = json.dumps(body, ensure_ascii=False)
        yield from (f"form {place} says {found[0]!r}" for found in _TERMINAL.finditer(texts))
        yield from (f"form {place} has the token {found[0]!r}" for found in _TOKEN.finditer(texts))


def _list_markup(node: object) -> Iterator[str]:
    """Yield each text that Slack reads as markup: the text of the body, and all mrkdwn in its blocks."""
    if isinstance(node, dict):
        if isinstance(node.get("text"), str) and node.get("type", "mrkdwn") == "mrkdwn":
            yield node["text"]
        for value in node.values():
            yield from _list_markup(value)
    elif isinstance(node, list):
        for value in node:
            yield from _list_markup(value)


def _find_long_summary(text: str) -> Iterator[str]:
    plain = re.sub(r"&(?:amp|lt|gt);", "&", text)
    if len(plain) > SUMMARY:
        yield f"a notification of {len(plain)} characters: {plain}"
    sentences = re.split(r"(?<=[.!?])\s+(?=[^\Wa-z_])", plain)
    if len(sentences) > SENTENCES:
        yield f"a notification of {len(sentences)} sentences: {plain}"


def _find_wide_tables(blocks: list[dict[str, object]], *, is_simpler: bool) -> Iterator[str]:
    for block in blocks:
        rows = block.get("rows", ())
        assert isinstance(rows, list | tuple)
        if rows and len(rows[0]) > COLUMNS:
            yield f"a {block['type']} of {len(rows[0])} columns"
        if block["type"] == "data_table" and block["page_size"] != PAGE:
            yield f"a page of {block['page_size']} rows"
        if block["type"] == "table" and len(rows) > PAGE + 1 and not is_simpler:
            yield f"a table of {len(rows)} rows: {rows[1]}"
        children = block.get("child_blocks", [])
        assert isinstance(children, list)
        yield from _find_wide_tables(children, is_simpler=True)


def _find_wide_lines(text: str) -> Iterator[str]:
    for code in _FENCE.findall(text):
        plain = re.sub(r"&(?:amp|lt|gt);", "&", code)
        yield from (
            f"{len(line)} characters in a line: {line}" for line in plain.splitlines() if len(line) > PHONE_WIDTH
        )
