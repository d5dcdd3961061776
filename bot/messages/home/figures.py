"""App Home once there are figures: made of the parts of the answers that say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.locale.translator import Translator
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Chart, Grid, Headline, Link, MessagePart, Note, Paragraph, Place
from core.errors import N_
from sheets.writeback.problems_tab import PROBLEMS_TAB
from sheets.writeback.tab_titles import choose_title

# Accounts of each list; the button below shows all.
_NAMED = 3
_POINTS = 13


@dataclass(frozen=True, slots=True)
class HomeAnswers:
    """The answers that App Home is made of.

    Attributes:
        figures: plain answers: about the whole company, and about the reader's own segment.
        targets: the answer of `targets`; None without it.
        trend: the answer of `trend`; None without it.
        lists: the answers of `risks` and `renewals`.
        problems: the number of problems in the sheet or the tables.
        problems_link: the address of the tab that lists them; empty for a file.
        is_of_warehouse: whether the figures are those of a warehouse.

    """

    figures: Sequence[Message]
    targets: Message | None
    trend: Message | None
    lists: Sequence[Message]
    problems: int
    problems_link: str
    is_of_warehouse: bool = False


def list_figure_parts(answers: HomeAnswers, translate: Translator) -> Iterator[MessagePart]:
    """Yield the parts of App Home: figures with targets and trend, accounts to call, the age of the data, buttons."""
    first = answers.figures[0]
    yield from _take_opening(first)
    if answers.targets:
        yield from (Paragraph(part.text) for part in answers.targets.parts if isinstance(part, Headline))
    if answers.trend:
        yield from (_shorten_chart(part) for part in answers.trend.parts[:4] if isinstance(part, Chart))
    for own in answers.figures[1:]:
        yield from _take_opening(own)
    for message in answers.lists:
        yield from _take_accounts(message)
    if answers.problems:
        is_of_warehouse = answers.is_of_warehouse
        tab = "nrrbot problems" if is_of_warehouse else choose_title((), PROBLEMS_TAB, translate.language)
        yield Paragraph(
            translate.plural(
                N_("{count} problem: {tab} says how to fix it."),
                N_("{count} problems: {tab} says how to fix them."),
                answers.problems,
                tab=tab,
            ),
            translate(N_("In the warehouse:") if is_of_warehouse else N_("In the sheet:")),
            spans=[Place(tab, answers.problems_link)] if answers.problems_link else (),
        )
    yield from (part for part in first.parts if isinstance(part, Note))
    yield from (part for part in first.parts if isinstance(part, Button) and part.action == "answer")


def _take_opening(message: Message) -> Iterator[MessagePart]:
    """Yield the parts of an answer above its table."""
    for part in message.parts:
        if not isinstance(part, Headline | Paragraph):
            return
        yield part


def _take_accounts(message: Message) -> Iterator[MessagePart]:
    """Yield the finding of a list and its first accounts, as lines: Slack has no tables there."""
    for part in message.parts:
        match part:
            case Headline(text):
                yield Paragraph(text)
            case Grid(rows, align):
                # The last column is the row in the sheet, where it is a number.
                width = len(align) - 1 if align.endswith("r") else len(align)
                shown = [row[:width] for row in rows[1 : _NAMED + 1]]
                lines = [f"• {', '.join(filter(None, row))}" for row in shown]
                links = [Place(str(cell), cell.url) for row in shown for cell in row if isinstance(cell, Link)]
                yield Paragraph("\n".join(lines), spans=links)
                return


def _shorten_chart(chart: Chart) -> Chart:
    series = [(name, values[-_POINTS:]) for name, values in chart.series]
    return Chart(chart.title, chart.labels[-_POINTS:], series, chart.kind)
