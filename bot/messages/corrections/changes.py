"""The figures of an answer that newer data changed: found in the two messages, and named in sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from bot.locale.translator import Translator
from bot.messages.kit.layout import list_sentences
from bot.messages.kit.limits import shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Details, Grid, Headline, MessagePart, Paragraph
from bot.messages.kit.sentences import METRIC_LABELS
from core.errors import N_
from core.months import Month, Period
from core.terms import Metric

# Changes in the text; the answer of today has all.
_NAMED = 3
_SENTENCE_LIMIT, _NAME_LIMIT = 150, 60


@dataclass(frozen=True, slots=True)
class ChangedRatio:
    """A ratio that changed.

    Attributes:
        metric: the ratio.
        period: its period.
        row: the value of the row that it is in, or the cut of the side of a comparison; empty where it has neither.
        before: the percentage as it was shown; None where it was not known.
        after: the percentage now; None where it is not known.

    """

    metric: Metric
    period: Period
    row: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row of a table that changed.

    Attributes:
        name: its first cell.
        before: the first cell that differs, as it was; empty where the row is new.
        after: the same cell now; empty where the row is gone.

    """

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The figures of an answer that changed. Where ratios did, these say it, and the rest is empty.

    Attributes:
        ratios: the ratios, in the order of the answer.
        headline: its first line now; empty where the figures in it are the same.
        rows: the rows of its tables.
        sentence: the first other sentence with other figures, as it is now; empty without one.
        month: the last month of the data now, where the question is about a later month than before; then the rest is
            empty.

    """

    ratios: Sequence[ChangedRatio] = ()
    headline: str = ""
    rows: Sequence[ChangedRow] = ()
    sentence: str = ""
    month: Month | None = None


def compare_messages(earlier: Message, newer: Message, translate: Translator, *, is_same_month: bool) -> Changes | None:
    """Return the figures of two answers to one question that differ; None where all that they show are the same.

    Args:
        earlier: the answer that was seen.
        newer: the answer now.
        translate: the language of both.
        is_same_month: whether the data of both ends with the same month. Where it does not, running text is not
            compared: it speaks of the months to come.

    """
    reader = _FigureReader(translate)
    headline = reader.find_new_sentence(_list_texts(earlier, Headline), _list_texts(newer, Headline))
    rows = list(reader.compare_rows(earlier, newer))
    sentence = ""
    if is_same_month:
        sentence = reader.find_new_sentence(_list_texts(earlier, Paragraph), _list_texts(newer, Paragraph))
    return Changes((), headline, rows, sentence) if headline or rows or sentence else None


def describe_changes(changes: Changes, translate: Translator) -> str:
    """Return the figures that changed as sentences: the ratios, else the first line, else rows, else a sentence."""
    if changes.month:
        return translate(N_("It has data to {month} now."), month=changes.month)
    if changes.ratios:
        return " ".join(describe_ratios(changes.ratios, translate))
    if changes.rows and not changes.headline:
        return " ".join(_describe_rows(changes.rows, translate))
    sentence = shorten((changes.headline or changes.sentence).rstrip("."), _SENTENCE_LIMIT)
    return translate(N_("Now: {sentence}."), sentence=sentence)


def describe_ratios(ratios: Sequence[ChangedRatio], translate: Translator) -> Iterator[str]:
    """Yield a sentence for each period, and each row or side: its ratios before and now."""
    groups = [list(group) for _, group in groupby(ratios, key=lambda ratio: (ratio.row, ratio.period))]
    for group in groups[:_NAMED]:
        period = translate.format_period(group[0].period)
        changes = "; ".join(
            translate(
                N_("{metric} was {before}, is {after}"),
                metric=translate(METRIC_LABELS[ratio.metric]),
                before=_format_percent(ratio.before, translate),
                after=_format_percent(ratio.after, translate),
            )
            for ratio in group
        )
        subject = f"{group[0].row}, {period}" if group[0].row else period
        yield translate(N_("{subject}: {changes}."), subject=subject[:1].upper() + subject[1:], changes=changes)
    yield from _count_more(len(groups), translate)


def _describe_rows(rows: Sequence[ChangedRow], translate: Translator) -> Iterator[str]:
    for row in rows[:_NAMED]:
        name = shorten(row.name, _NAME_LIMIT)
        if row.before and row.after:
            yield translate(N_("“{row}” was {before}, is {after}."), row=name, before=row.before, after=row.after)
        elif row.after:
            yield translate(N_("“{row}” is new: {after}."), row=name, after=row.after)
        else:
            yield translate(N_("“{row}” is not in it any more."), row=name)
    yield from _count_more(len(rows), translate)


def _count_more(count: int, translate: Translator) -> Iterator[str]:
    if count > _NAMED:
        yield translate.plural(N_("And {count} more change."), N_("And {count} more changes."), count - _NAMED)


def _format_percent(value: Decimal | None, translate: Translator) -> str:
    return translate(N_("n/a")) if value is None else translate.format_percent(value)


def _list_texts(message: Message, kind: type[Headline | Paragraph]) -> list[str]:
    """Return the sentences of the parts of a kind."""
    return [sentence for part in message.parts if isinstance(part, kind) for sentence in list_sentences([part])]


def _list_grids(parts: Sequence[MessagePart]) -> Iterator[Grid]:
    """Yield the tables of a message, collapsed ones too."""
    for part in parts:
        if isinstance(part, Grid):
            yield part
        elif isinstance(part, Details):
            yield from _list_grids(part.parts)


class _FigureReader:
    """Reads the figures of cells and sentences: not the names of accounts, nor the places of rows in the sheet."""

    def __init__(self, translate: Translator) -> None:
        self._hidden_account = re.compile(translate(N_("Account {number}"), number="@").replace("@", r"\d+"))
        self._places = tuple(translate(label, tab="").strip() for label in (N_("row of {tab}"), N_("rows of {tab}")))

    def find_new_sentence(self, earlier: Sequence[str], newer: Sequence[str]) -> str:
        """Return the first of some sentences whose figures none of the earlier ones has; empty without one."""
        known = {(), *map(self._read, earlier)}
        return next((sentence for sentence in newer if self._read(sentence) not in known), "")

    def compare_rows(self, earlier: Message, newer: Message) -> Iterator[ChangedRow]:
        """Yield the rows that differ: a row by another name with the same figures is the same row."""
        before, after = self._list_rows(earlier), self._list_rows(newer)
        renamed = {key: self._read_row(row) for key, row in after.items() if key not in before}
        left = Counter(renamed.values())
        for key, row in before.items():
            if key in after:
                pairs = zip(row, after[key], strict=False)
                changed = next((pair for pair in pairs if self._read(pair[0]) != self._read(pair[1])), None)
                if changed:
                    yield ChangedRow(key[1], *changed)
            elif left[figures := self._read_row(row)]:
                left[figures] -= 1
            else:
                yield ChangedRow(key[1], row[0], "")
        for key, figures in renamed.items():
            if left[figures]:
                left[figures] -= 1
                yield ChangedRow(key[1], "", after[key][0])

    def _list_rows(self, message: Message) -> dict[tuple[int, str, int], Sequence[str]]:
        """Return the cells of the rows of all tables with figures, by the table, the first cell and its repeats."""
        rows: dict[tuple[int, str, int], Sequence[str]] = {}
        for number, grid in enumerate(_list_grids(message.parts)):
            headings = grid.rows[0] if grid.heading else [""] * len(grid.align)
            kept = [at for at, heading in enumerate(headings) if at and not heading.startswith(self._places)]
            repeats = Counter[str]()
            for row in grid.rows[grid.heading :]:
                cells = [row[at].partition(": ")[0] for at in kept]  # "2: Acme, Nordwind" names accounts
                if not row[0].startswith(self._places) and any(map(self._read, cells)):
                    rows[number, row[0], repeats[row[0]]] = cells
                    repeats[row[0]] += 1
        return rows

    def _read_row(self, row: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        return tuple(map(self._read, row))

    def _read(self, text: str) -> tuple[str, ...]:
        """Return the words of a text that have a digit."""
        words = self._hidden_account.sub("", text).split()
        return tuple(word.strip(".,;:()") for word in words if any(letter.isdigit() for letter in word))
