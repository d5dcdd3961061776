"""The parts that messages are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Self


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
class Place:
    """Words of a text that open an address.

    Attributes:
        text: the words.
        url: the address.

    """

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Timestamp:
    """Words of a text that are a moment: each reader of Slack sees it in their own time zone.

    Attributes:
        text: the words.
        at: the moment.

    """

    text: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Headline:
    """The first line, with the figure itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, after an optional lead of a few words in bold.

    Attributes:
        text: the sentences.
        lead: the words before them.
        mark: the name of an emoji before the lead, in Slack only: the lead says the same.
        spans: the words of the text that are links or moments in Slack.

    """

    text: str
    lead: str = ""
    mark: str = ""
    spans: Sequence[Place | Timestamp] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes:
        rows: the cells, row by row.
        align: one letter per column, `l` or `r`.
        heading: whether the first row holds the headings.
        caption: its subject, for a list that Slack sorts and shows ten rows at a time; empty for a short table that is
            read from top to bottom.

    """

    rows: Sequence[Sequence[str]]
    align: str
    heading: bool = False
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, in Slack only: the message says the same in words and in its table.

    Attributes:
        title: the measure of the values.
        labels: the categories, at most 20, each once.
        series: (name, a value at each category), at most 6.
        kind: lines for ratios, bars for amounts.

    """

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[Decimal]]]
    kind: Literal["line", "bar"] = "line"


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: the date of the data, the method, the accounts left out.

    Attributes:
        text: the sentences.
        code: what follows them as code: a line that can be typed.
        spans: the words of the text that are links or moments in Slack.

    """

    text: str
    code: str = ""
    spans: Sequence[Place | Timestamp] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """What comes second: collapsed in Slack, below everything else on a terminal.

    Attributes:
        title: what it is about.
        parts: paragraphs and tables.
        finding: its result in a few words, shown next to the title.

    """

    title: str
    parts: Sequence[Paragraph | Grid]
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A button, in Slack only.

    Attributes:
        text: the label.
        action: the action of the app that it calls.
        value: the value that it passes to the action.
        name: tells it from other buttons of the same action under one message.
        is_first: whether it is the likeliest of its row.

    """

    text: str
    action: Literal[
        "answer",
        "again",
        "ask",
        "another",
        "definition",
        "share",
        "csv",
        "refresh",
        "fix",
        "read",
        "wrong",
        "names",
        "pause",
        "resume",
        "settings",
        "post",
        "there",
        "send",
        "called",
        "uncalled",
    ]
    value: str
    name: str = ""
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Picker:
    """A menu in which a person searches, in Slack only.

    Attributes:
        text: what it shows before a choice.
        action: the action of the app that a choice calls, and that lists the options.
        name: the words that the action gets with the choice.

    """

    text: str
    action: Literal["segment"]
    name: str = ""


MessagePart = Headline | Paragraph | Grid | Chart | Details | Note | Button | Picker
