"""How a sentence was read, in the words that people use: "accounts, Enterprise, Q3 2026, churn"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.locale.translator import Translator
from bot.messages.kit.sentences import METRIC_LABELS, THRESHOLDS, count_months, name_cut
from core.errors import N_, Sentence
from core.money import Currency, to_minor
from core.query.intents.lines import Line, Side
from core.query.intents.reader import Reading
from core.query.limits import read_limits
from core.query.vocabulary import Vocabulary

READ_AS = N_("I read this as: {meaning}.")
AS_LINE = N_("In short:")
CORRECTED = N_("“{typed}” is read as “{meant}”.")
PASSED_OVER = N_("Not used here: {words}.")

_BY = re.compile(r"(?:by )?(\w+)")
# Sub-commands that are not called by their first name.
_LABELS = {
    "mrr": N_("MRR"),
    "arr": N_("ARR"),
    "whatif": N_("what if"),
    "lose": N_("loss of an account"),
    "define": N_("definition"),
}
# Parts of a line that are written as they are typed, but for these.
_PARTS = {
    "churn": N_("churn"),
    "contraction": N_("contraction"),
    "expansion": N_("expansion"),
    "new": N_("new"),
    "reactivated": N_("reactivated"),
    "kept": N_("accounts kept"),
    "base": N_("all accounts"),
    "nrr": METRIC_LABELS["nrr"],
    "grr": METRIC_LABELS["grr"],
}


@dataclass(frozen=True, slots=True)
class LineNamer:
    """Names lines of the grammar.

    Attributes:
        vocabulary: the columns and their headings.
        currency: the reporting currency.
        translate: the reader's language.

    """

    vocabulary: Vocabulary
    currency: Currency
    translate: Translator

    def name_line(self, line: Line, names: Sequence[str], *, shows_columns: bool = False) -> str:
        """Return a line in words: "accounts, Enterprise, Q3 2026, churn".

        Args:
            line: the line.
            names: the names of its sub-command, English first; empty for a question or a comparison.
            shows_columns: whether the columns of its values are named: "Enterprise (Plan), Q3 2026".

        """
        is_question = not line.command and (len(line.sides) == 1 or any(side.filters for side in line.sides))
        cut, *others = [
            self.name_side(side, is_question=is_question, shows_columns=shows_columns) for side in line.sides
        ]
        if others:
            cut = self.translate(N_("{first} against {second}"), first=cut, second=others[0])
        metric = self.translate(METRIC_LABELS[line.metric]) if line.metric else ""
        texts = [*self._name_command(line, names), cut, *self._name_parts(line.parts), metric]
        return ", ".join(filter(None, texts))

    def name_side(self, side: Side, *, is_question: bool = True, shows_columns: bool = False) -> str:
        """Return a cut and a period in words: "Enterprise, Q3 2026"; of a question also the whole company."""
        cut = name_cut(side.filters, self.translate) if side.filters or is_question else ""
        if shows_columns and side.filters:
            columns = dict.fromkeys(self.vocabulary.heading(entry.dimension) for entry in side.filters)
            cut = self.translate(N_("{value} ({heading})"), value=cut, heading=", ".join(columns))
        return ", ".join(filter(None, [cut, self.translate.format_period(side.period) if side.period else ""]))

    def _name_command(self, line: Line, names: Sequence[str]) -> Iterator[str]:
        translate, words = self.translate, line.words
        spoken = names[:1] if translate.language == "en" else names[1:2] or names
        label = translate(_LABELS[line.command]) if line.command in _LABELS else "".join(spoken)
        column = _BY.fullmatch(words)
        if column and column[1] in self.vocabulary.dimensions:
            yield "" if line.command == "by" else label
            yield translate(N_("by {heading}"), heading=self.vocabulary.heading(column[1]))
            return
        yield label
        if line.command == "renewals" and words.isdecimal():
            yield translate.plural(N_("the next {count} day"), N_("the next {count} days"), int(words))
        elif line.command == "trend" and words:
            yield _name_series(words, translate)
        else:
            yield words.replace('"', "")

    def _name_parts(self, parts: Sequence[str]) -> Iterator[str]:
        translate = self.translate
        columns = [part for part in parts if part.startswith("with ")]
        limits, words = read_limits(" ".join(part for part in parts if part not in columns))
        if any(word not in _PARTS for word in words.split()):
            yield words
        else:
            yield from (translate(_PARTS[word]) for word in words.split())
        if limits.top:
            yield translate(N_("the {count} largest"), count=limits.top)
        for threshold in limits.thresholds:
            amount = translate.format_money(to_minor(threshold.amount, self.currency.exponent), self.currency)
            yield translate(THRESHOLDS[threshold.measure, threshold.sign], amount=amount)
        for part in columns:
            headings = [translate(self.vocabulary.heading(key)) for key in part.removeprefix("with ").split(", ")]
            yield translate(N_("with {columns}"), columns=translate.format_list(headings))


def _name_series(words: str, translate: Translator) -> str:
    """Return "4 quarters" or "quarters" in the reader's language."""
    count, _, grain = words.rpartition(" ")
    if not count:
        return translate(N_("by quarters")) if grain == "quarters" else translate(N_("by years"))
    if grain == "quarters":
        return translate.plural(N_("{count} quarter"), N_("{count} quarters"), int(count))
    if grain == "years":
        return translate.plural(N_("{count} year"), N_("{count} years"), int(count))
    return count_months(int(count), translate)


def list_reading_notes(reading: Reading, meaning: str, translate: Translator) -> Iterator[str]:
    """Yield what a reader should know of how a sentence was read.

    Args:
        reading: the sentence that was read.
        meaning: its line in words.
        translate: the reader's language.

    """
    yield translate(READ_AS, meaning=meaning)
    yield from map(translate.format_sentence, reading.notes)
    for typed, meant in reading.corrected:
        yield translate.format_sentence(Sentence(CORRECTED, {"typed": typed, "meant": meant}))
    if reading.passed_over:
        yield translate(PASSED_OVER, words=", ".join(reading.passed_over))
    yield translate(AS_LINE)
