"""The two renderers: each kind of part as plain text and as Block Kit, within Slack's limits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.messages.kit.blocks import HEADER_LIMIT, SECTION_LIMIT, TABLE_ROWS
from bot.messages.kit.columns import align_columns
from bot.messages.kit.layout import render
from bot.messages.kit.limits import shorten
from bot.messages.kit.message import Block
from bot.messages.kit.parts import Button, Grid, Headline, Link, MessagePart, Note, Paragraph
from tests.support.golden import count_words, format_parts, read_blocks
from tests.support.slack.block_kit import check_message

URL = "https://docs.google.com/spreadsheets/d/x"


def _rich_text(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": text}


@pytest.mark.parametrize(
    ("part", "text", "block"),
    [
        (Headline("Head <b>"), "Head <b>", {"type": "header", "text": {"type": "plain_text", "text": "Head <b>"}}),
        (Paragraph("*words*\nmore"), "*words*\nmore", _rich_text({"type": "text", "text": "*words*\nmore"})),
        (
            Paragraph("words", "Lead:"),
            "Lead: words",
            _rich_text({"type": "text", "text": "Lead: ", "style": {"bold": True}}, {"type": "text", "text": "words"}),
        ),
        (
            Note("small <print>"),
            "small <print>",
            {"type": "context", "elements": [{"type": "plain_text", "text": "small <print>"}]},
        ),
        (
            Note("In short:", "/nrr mrr>5"),
            "In short: `/nrr mrr>5`",
            {
                "type": "context",
                "elements": [
                    {"type": "plain_text", "text": "In short:"},
                    {"type": "mrkdwn", "text": "`/nrr mrr&gt;5`"},
                ],
            },
        ),
        (
            Grid([("a", "10"), ("bcd", "")], "lr"),
            "  a    10\n  bcd",
            {
                "type": "table",
                "column_settings": [{"align": "left", "is_wrapped": True}, {"align": "right"}],
                "rows": [[_cell("a"), _cell("10")], [_cell("bcd"), _cell(" ")]],
            },
        ),
        (
            Grid([(Link("12-14", URL), "x")], "rl"),
            "  12-14  x",
            {
                "type": "table",
                "column_settings": [{"align": "right"}, {"align": "left", "is_wrapped": True}],
                "rows": [[_rich_text({"type": "link", "url": URL, "text": "12-14"}), _cell("x")]],
            },
        ),
    ],
)
def test_a_part_renders_as_text_and_as_a_block(part: MessagePart, text: str, block: Block) -> None:
    message = render([part])
    assert (message.text, list(message.blocks), list(message.parts)) == (text, [block], [part])
    assert check_message([block]) == []
    assert count_words(read_blocks(message.blocks)) == count_words(text)


def test_a_backquote_in_a_name_does_not_end_the_code() -> None:
    [block] = render([Note("In short:", '/nrr account "a`b"')]).blocks
    assert block["elements"][1]["text"] == '`/nrr account "a\'b"`'


def test_parts_keep_their_order_and_buttons_share_one_row_at_the_end() -> None:
    message = render([Headline("h"), Button("How?", "definition", "/nrr"), Note("n"), Button("Share", "share", "/nrr")])
    assert message.text == "h\n\nn"
    assert [block["type"] for block in message.blocks] == ["header", "context", "actions"]
    assert message.blocks[-1]["elements"] == [
        {
            "type": "button",
            "action_id": "definition",
            "text": {"type": "plain_text", "text": "How?"},
            "value": "/nrr",
        },
        {"type": "button", "action_id": "share", "text": {"type": "plain_text", "text": "Share"}, "value": "/nrr"},
    ]
    assert check_message(list(message.blocks)) == []


@pytest.mark.parametrize(
    ("limit", "part"),
    [
        (HEADER_LIMIT, lambda size: Headline("h" * size)),
        (SECTION_LIMIT, lambda size: Paragraph("p" * size)),
        (SECTION_LIMIT, lambda size: Note("n" * size)),
    ],
)
def test_text_beyond_slacks_limit_is_cut_in_the_blocks_alone(limit: int, part: type[Headline]) -> None:
    for size in (limit, limit + 1):
        message = render([part(size)])  # type: ignore[arg-type]
        assert check_message(list(message.blocks)) == []
        assert len(message.text) == size
        assert read_blocks(message.blocks) == shorten(message.text, limit)


def test_rows_beyond_slacks_limit_are_in_the_text_alone() -> None:
    message = render([Grid([("x",)] * (TABLE_ROWS + 1), "l")])
    assert check_message(list(message.blocks)) == []
    assert len(message.blocks[0]["rows"]) == TABLE_ROWS
    assert len(message.text.splitlines()) == TABLE_ROWS + 1


@pytest.mark.parametrize(("text", "short"), [("abcd", "abcd"), ("abcde", "abc…"), ("ab de", "ab…")])
def test_a_text_is_cut_at_its_limit(text: str, short: str) -> None:
    assert shorten(text, 4) == short


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert align_columns(Grid([("a", "10", "x"), ("bcd", "9", "")], "lrl")).splitlines() == [
        "  a    10  x",
        "  bcd   9",
    ]


@pytest.mark.parametrize(
    ("parts", "others"),
    [
        ([Headline("a")], [Paragraph("a")]),
        ([Note("a")], [Paragraph("a")]),
        ([Paragraph("a", "b")], [Paragraph("b a")]),
        ([Paragraph("a")], [Paragraph("a"), Button("a", "share", "a")]),
        ([Button("a", "share", "a")], [Button("a", "definition", "a")]),
        ([Grid([("a",)], "l")], [Grid([("a",)], "r")]),
        ([Grid([("a",)], "l")], [Grid([("a",)], "l", heading=True)]),
        ([Grid([("a",)], "l")], [Grid([(Link("a", URL),)], "l")]),
        ([Grid([("a", "b")], "ll")], [Grid([("b", "a")], "ll")]),
    ],
)
def test_the_golden_text_shows_every_difference(parts: Sequence[MessagePart], others: Sequence[MessagePart]) -> None:
    assert format_parts(parts) != format_parts(others)
