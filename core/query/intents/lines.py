"""The lines of the grammar that a sentence is read into, and the parts that they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.months import Period
from core.query.base_floor import drop_floor, find_floor, spell_floor
from core.query.did_you_mean import spell_filter
from core.query.intents.lexicon import load_lexicon
from core.query.vocabulary import EXCLUDING_WORDS, Filter, Vocabulary
from core.terms import Metric
from core.text import fold

# The commands about the last complete quarter, and about twelve months, where the words name no period.
_FROM_LAST_QUARTER = frozenset(
    ("", "why", "by", "churn", "methods", "quickratio", "renewalrate", "pricevolume", "whatif", "lose")
)
_PLAIN_VALUE = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Side:
    """A cut and a period: one side of a comparison, or the whole of another line."""

    filters: tuple[Filter, ...] = ()
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grammar: `grr accounts enterprise Q3 2026 churn top 5`.

    Attributes:
        command: the sub-command; empty for a plain question or a comparison.
        metric: the ratio that comes first; None for the default.
        sides: one, or two that are compared.
        words: what the sub-command takes before its cut: a column, an account in quotes, a number of days, a term.
        parts: what follows the period: parts of the accounts, then limits.

    """

    command: str = ""
    metric: Metric | None = None
    sides: tuple[Side, ...] = field(default=(Side(),))
    words: str = ""
    parts: tuple[str, ...] = ()

    def spell(self, vocabulary: Vocabulary) -> str:
        """Return the line as it is typed."""
        sides = " vs ".join(
            _spell_side(side, vocabulary, names_period=len(self.sides) > 1 or self.command not in _FROM_LAST_QUARTER)
            for side in self.sides
        )
        texts = [self.metric if self.metric and not self.command else "", self.command, self.words, sides]
        texts += self.parts
        texts.append(self.metric if self.metric and self.command else "")
        is_question = self.sides[0].period is not None
        return " ".join(filter(None, texts)) or ("nrr" if is_question else "help")


def _spell_side(side: Side, vocabulary: Vocabulary, *, names_period: bool) -> str:
    """Return a cut and its period; without it where the line is about the same period as without one."""
    is_default = side.period and side.period.through and not names_period
    period = side.period.label if side.period and not is_default else ""
    floor, filters = find_floor(side.filters), drop_floor(side.filters)
    cut = ", ".join(_spell_value(vocabulary, entry) for entry in filters if not entry.excluded)
    excluded = [f"not {spell_condition(entry)}" for entry in filters if entry.excluded]
    base = spell_floor(floor) if floor else ""
    return " ".join(filter(None, [cut, period, *excluded, base]))


def _spell_value(vocabulary: Vocabulary, entry: Filter) -> str:
    """Return a value alone, unless it is a word of the grammar or of a phrase, too: a segment "why"."""
    bare = spell_filter(vocabulary, entry)
    words = fold(bare).split()
    length, phrase = load_lexicon().longest(words, 0)
    means_more = phrase is not None and bool(phrase.meanings or phrase.refused) and length == len(words)
    begins_with_not = words[:1] and words[0] in EXCLUDING_WORDS
    return spell_condition(entry) if means_more or begins_with_not else bare


def spell_condition(entry: Filter) -> str:
    """Return a value with its column: `segment=Consumer`, `region="UK & Ireland"`."""
    value = entry.value.replace('"', "")
    return f"{entry.dimension}={value}" if _PLAIN_VALUE.fullmatch(value) else f'{entry.dimension}="{value}"'


def quote_names(names: Iterable[str]) -> str:
    """Return names in quotes, joined by commas."""
    return ", ".join('"' + name.replace('"', "") + '"' for name in names)


def spell_columns(columns: Iterable[str]) -> str:
    """Return the columns of a list as they are typed: `with industry, plan`; empty without columns."""
    names = ", ".join(columns)
    return f"with {names}" if names else ""


def join_parts(parts: Sequence[str]) -> tuple[str, ...]:
    """Return parts without repeats, in the order of the grammar."""
    order = ("churn", "contraction", "expansion", "new", "reactivated", "kept", "base", "changes")
    return tuple(sorted(dict.fromkeys(parts), key=lambda part: order.index(part) if part in order else len(order)))
