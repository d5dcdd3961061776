"""Block Kit: lists that sort, charts, links and moments in texts, and messages that would be too long."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from bot.locale.translator import Figure
from bot.messages.kit.blocks import CHART_POINTS
from bot.messages.kit.layout import add_spans, render, summarise
from bot.messages.kit.message import Message
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
    Place,
    Timestamp,
)
from bot.messages.kit.payload import build_payloads
from tests.support.message_faults import find_faults
from tests.support.slack.block_kit import check_message, text_length

AT = dt.datetime(2026, 10, 5, 7, tzinfo=dt.UTC)
SPANS = (Place("NRR Problems", "https://docs.google.com/spreadsheets/d/x/edit"), Timestamp("5 Oct 2026, 07:00 UTC", AT))


def build_list(rows: int, text: str = "x") -> Grid:
    cells = [(Link(f"{text} {row}", "https://example.com"), Figure(f"€{row}", Decimal(row))) for row in range(rows)]
    return Grid([("account", "MRR"), *cells], "lr", heading=True, caption="Accounts")


def test_a_list_sorts_by_number_where_every_cell_is_one() -> None:
    [block] = render([build_list(3)]).blocks
    assert (block["type"], block["page_size"], block["caption"]) == ("data_table", 10, "Accounts")
    assert [row[1] for row in block["rows"][1:]] == [
        {"type": "raw_number", "value": float(row), "text": f"€{row}"} for row in range(3)
    ]
    grid = Grid(
        [("month", "NRR"), ("May", Figure("99%", Decimal(99))), ("June", "n/a")], "lr", heading=True, caption="Months"
    )
    [block] = render([grid]).blocks
    assert [row[1]["type"] for row in block["rows"]] == ["raw_text"] * 3


def test_a_list_without_rows_is_a_table() -> None:
    [block] = render([build_list(0)]).blocks
    assert block["type"] == "table"
    assert not check_message([block])


def test_a_long_table_is_a_list_named_like_its_message() -> None:
    rows = [("a", "b"), *[("1", "2")] * 11]
    short, long = Grid(rows[:11], "ll", heading=True), Grid(rows, "ll", heading=True)
    assert [block["type"] for block in render([short]).blocks] == ["table"]
    assert render([Headline("Findings"), long]).blocks[1]["caption"] == "Findings"
    assert render([long]).blocks[0]["caption"] == "a"


def test_a_message_has_one_table_and_the_others_are_lines() -> None:
    table = Grid([("a", "b"), ("1", "2")], "ll", heading=True)
    message = render([table, Details("More", [table, Paragraph("text"), table]), build_list(2)])
    first, details, listed = message.blocks
    assert (first["type"], listed["type"]) == ("table", "data_table")
    assert [child["elements"][0]["type"] for child in details["child_blocks"]] == [
        "rich_text_preformatted", "rich_text_section", "rich_text_preformatted",
    ]  # fmt: skip
    assert not list(find_faults(message))


def test_a_chart_has_a_value_at_each_of_its_last_points() -> None:
    labels = [f"Month {number} of a long history" for number in range(30)]
    values = [Decimal(number) for number in range(30)]
    [block] = render([Chart("Twelve months", labels, [("NRR", values), ("GRR", values)])]).blocks
    assert not check_message([block])
    assert [len(series["data"]) for series in block["chart"]["series"]] == [CHART_POINTS] * 2
    assert block["chart"]["series"][0]["data"][-1]["value"] == 29
    assert render([Chart("x", ["a"], [("y", [Decimal(1)])])]).text == ""


def test_words_become_links_and_moments_wherever_they_are() -> None:
    parts: list[MessagePart] = [
        Paragraph("Read on 5 Oct 2026, 07:00 UTC. Nothing else."),
        Note("2 excluded: see the tab NRR Problems. Data to May, synced 5 Oct 2026, 07:00 UTC. Cohort method."),
        Note("No such words."),
    ]
    message = render(add_spans(parts, SPANS))
    paragraph, note, plain = message.blocks
    date = {"timestamp": 1791183600, "format": "{date_short_pretty} {time}", "fallback": "5 Oct 2026, 07:00 UTC"}
    assert paragraph["elements"][0]["elements"][1:] == [
        {"type": "date", **date}, {"type": "text", "text": ". Nothing else."},
    ]  # fmt: skip
    assert [element["text"] for element in note["elements"]] == [
        "2 excluded: see the tab",
        "<https://docs.google.com/spreadsheets/d/x/edit|NRR Problems>.",
        "Data to May, synced",
        "<!date^1791183600^{date_short_pretty} {time}|5 Oct 2026, 07:00 UTC>.",
        "Cohort method.",
    ]
    assert len(plain["elements"]) == 1
    assert not list(find_faults(message))


@pytest.mark.parametrize(
    ("parts", "summary"),
    [
        ([Headline("NRR 96.8%"), Paragraph("One left. Two came.", "Watch.")], "NRR 96.8%. Watch. One left."),
        ([Headline("Did you mean that?"), Paragraph("Ask “x”.")], "Did you mean that? Ask “x”."),
        ([Headline("x" * 300)], "x" * 199 + "…"),
        ([Headline("Finding"), Paragraph("w " * 120)], "Finding."),
        ([Paragraph("first line\nsecond line")], "first line second line"),
        ([Headline("Table"), Grid([("a",)], "l"), Note("Data to May.")], "Table. Data to May."),
    ],
)
def test_the_summary_is_whole_sentences_of_the_beginning(parts: list[MessagePart], summary: str) -> None:
    assert summarise(parts) == summary


LONG: dict[str, list[MessagePart]] = {
    "paragraphs": [Paragraph("word " * 580, spans=SPANS) for _ in range(9)],
    "notes": [Note("word " * 580) for _ in range(9)],
    "a table": [Grid([("name " * 50, "x")] * 90, "lr", heading=True)],
    "a list": [build_list(150, "name " * 50)],
    "details": [Details("Sources", [Paragraph("word " * 580) for _ in range(9)], "many")],
    "tables in details": [Details("x", [Grid([("name " * 50, "x")] * 90, "lr")] * 3)],
    "many parts": [Paragraph("x")] * 70,
}


@pytest.mark.parametrize("name", LONG)
def test_nothing_ends_as_too_long(name: str) -> None:
    message = render([Headline("Finding"), *LONG[name], Button("Share", "share", "/nrr")])
    assert not list(find_faults(message))
    assert message.blocks[-1]["type"] == "actions"
    assert text_length(message.blocks) > 5_000 or name in {"many parts", "a list", "a table"}


def read_forms(message: Message) -> list[Any]:
    return [body.get("blocks", body["text"]) for body in build_payloads(message)]


def test_the_simpler_forms_keep_all_that_is_said() -> None:
    message = render(
        [
            Headline("Finding"),
            Chart("Ratios", ["May", "June"], [("NRR", [Decimal(1), Decimal(2)])]),
            build_list(2),
            Details("Why & how", [Paragraph("Because."), Grid([("a", "b")], "lr")], "short"),
            Button("Share", "share", "/nrr"),
        ]
    )
    _, simpler, text = read_forms(message)
    assert [block["type"] for block in simpler] == ["header", "table", "rich_text", "rich_text", "rich_text", "actions"]
    assert text == (
        "Finding\n\n```\n  account  MRR\n  x 0       €0\n  x 1       €1\n```\n\n"
        "Why &amp; how (short)\nBecause.\n```\n  a  b\n```"
    )
    assert len(read_forms(render([Headline("a")]))) == 2
    assert read_forms(Message("a & b")) == ["a &amp; b"]
