"""The parts that messages are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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

    """

    text: str
    lead: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes:
        rows: the cells, row by row.
        align: one letter per column, `l` or `r`.
        heading: whether the first row holds the headings.

    """

    rows: Sequence[Sequence[str]]
    align: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: the date of the data, the method, the accounts left out.

    Attributes:
        text: the sentences.
        code: what follows them as code: a line that can be typed.

    """

    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What comes second: collapsed in Slack, below everything else on a terminal.

    Attributes:
        title: what it is about.
        parts: paragraphs, and at most one table.
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

    """

    text: str
    action: Literal["definition", "share"]
    value: str


MessagePart = Headline | Paragraph | Grid | Details | Note | Button
