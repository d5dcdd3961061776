"""Words -> Scenario: "churn 5%->3%", "grr 95", "lose Acme", "expansion +10%", in English and French.

The words of the scenario are removed from the text; the other words name a cut and a period.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from core.errors import N_, QuestionError
from core.query.question import BE_SHORT, MOST_CHARACTERS, TOO_LONG
from core.query.tokens import fold_word
from core.query.vocabulary import METRIC_WORDS
from core.terms import Component, Metric
from core.text import clean_text

Loss = Literal["churn", "contraction"]

EXAMPLES = 'whatif churn 5%->3%, whatif enterprise grr 95, whatif lose "Acme", whatif expansion +10%'
UNREAD = N_('"{words}" has no supposition that I can read.')
SUCH_AS = N_("Write for example: {examples}.")
NO_ACCOUNT = N_("The supposition names no account to lose.")
NO_SIGN = N_("Expansion needs a change with a sign, as a share of its present amount.")
WRITE_SIGN = N_("Write expansion +10% or expansion -10%.")
TWO_VALUES = N_("{metric} needs one value to reach; its present value is measured.")
WRITE_ONE = N_("Write {metric} 95.")
TWO_SCENARIOS = N_('The question has two suppositions: "{first}" and "{second}".')
ONE_SUPPOSITION = N_("Suppose one thing at a time.")
OF_A_YEAR = N_("This rate is of a year, and a scenario takes the rate of a month.")
WRITE_MONTHLY = N_("Write the rate of a month, such as whatif churn 3%.")
OUT_OF_BOUNDS = N_("{value} is not possible: it must be between {low}% and {high}%.")


@dataclass(frozen=True, slots=True)
class Monthly:
    """A change of the monthly rate of loss, for twelve months.

    Attributes:
        component: churn or contraction.
        before: the rate before the change, as a ratio; None for the measured one.
        after: the rate after the change.

    """

    component: Loss
    before: Fraction | None
    after: Fraction


@dataclass(frozen=True, slots=True)
class Scaled:
    """A component that changes by the share `change` of its amount (1/10 is a tenth more)."""

    component: Component
    change: Fraction


@dataclass(frozen=True, slots=True)
class Reach:
    """A ratio of twelve months that reaches `value`."""

    metric: Metric
    value: Fraction


@dataclass(frozen=True, slots=True)
class Lose:
    """Accounts that pay nothing at the window's end, by their names in the question."""

    names: tuple[str, ...]


Scenario = Monthly | Scaled | Reach | Lose

_COMPONENT_WORDS: Mapping[str, Component] = {
    **dict.fromkeys(("churn", "attrition", "resiliation", "resiliations"), "churn"),
    **dict.fromkeys(("contraction", "contractions", "downsell", "downgrade", "downgrades"), "contraction"),
    **dict.fromkeys(("expansion", "expansions", "upsell", "upsells"), "expansion"),
}
_LOSE = frozenset(("lose", "loses", "losing", "lost", "without", "perdre", "perd", "perdons", "perte", "sans"))
# Words between a component and its number, between two numbers, and after them.
_BEFORE_NUMBER = frozenset(
    """
    -> rate monthly from of at to by were was is went goes fell falls rose rises
    taux mensuel mensuelle de du a etait est passe passait passant tombe tombait monte montait
    """.split()  # noqa: SIM905 - reads better without quotes
)
_BETWEEN_NUMBERS = frozenset(("->", "to", "a", "vers"))
_AFTER_NUMBER = frozenset(("month", "monthly", "mois", "/month", "/mois", "mensuel", "mensuelle"))
_YEARLY = frozenset(("annual", "yearly", "annuel", "annuelle", "annualised", "annualized", "year", "an"))
_PER = frozenset(("a", "per", "par", "each"))
_AND = frozenset(("and", "et", "&", "+"))

_PIECE = re.compile(r'"[^"]*"|->|,|[^\s",]+(?:,(?=\d)[^\s",]+)*')
_ARROW = re.compile(r'("[^"]*")|\s*(?:[-=]+>|(?<=[\d%])\s*>)\s*')
_APART = re.compile(r'("[^"]*")|(?<=\d)\s+(?=%)|(?<=\s[+-])\s+(?=\d)')
_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<digits>\d{1,9}(?:[.,]\d{1,9})?)(?P<percent>%?)")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class _Number:
    signed: bool
    percent: bool
    value: Decimal
    text: str

    @property
    def share(self) -> Fraction:
        """The number read as per cent, with or without the sign."""
        return Fraction(self.value) / 100


def parse_scenario(text: str, is_account: Callable[[str], bool]) -> tuple[Scenario, str]:
    """Return the scenario, and the other words, which name a cut and a period.

    Args:
        text: the words of the question, at most `MOST_CHARACTERS` characters.
        is_account: returns whether an account has that name or part of a name, for names without quotes.

    Raises:
        QuestionError: the text has no scenario, or an impossible one; with examples.

    """
    plain = clean_text(text[: MOST_CHARACTERS + 1])
    length = max(len(text), len(plain))
    if length > MOST_CHARACTERS:
        raise QuestionError(TOO_LONG, BE_SHORT, length=length, limit=MOST_CHARACTERS, example="whatif churn 5%->3%")
    pieces = list(_split_pieces(plain))
    match = _find_scenario(pieces, is_account)
    if match is None:
        raise QuestionError(UNREAD, SUCH_AS, words=plain[:60], examples=EXAMPLES)
    scenario, run = match
    other_words = [*pieces[: run.start], *pieces[run.stop :]]
    other = _find_scenario(other_words, is_account)
    if other is not None:
        first, second = (" ".join(words) for words in (pieces[run], other_words[other[1]]))
        raise QuestionError(TWO_SCENARIOS, ONE_SUPPOSITION, first=first, second=second)
    if isinstance(scenario, Monthly) and any(fold_word(word) in _YEARLY for word in other_words):
        raise QuestionError(OF_A_YEAR, WRITE_MONTHLY)
    return scenario, " ".join(other_words)


def _split_pieces(plain: str) -> Iterator[str]:
    """Yield words, quoted texts with their quotes, arrows and commas: `5 %->3%` is `5%`, `->`, `3%`."""
    joined = _APART.sub(lambda match: match[1] or "", f" {plain}")
    for piece in _PIECE.findall(_ARROW.sub(lambda match: match[1] or " -> ", joined)):
        name, sign, value = piece.partition("=")
        if sign and (_component_of(name) or fold_word(name) in METRIC_WORDS):
            yield from filter(None, (name, value))
        else:
            yield piece


def _component_of(word: str) -> Component | None:
    return _COMPONENT_WORDS.get(fold_word(word))


def _find_scenario(pieces: Sequence[str], is_account: Callable[[str], bool]) -> tuple[Scenario, slice] | None:
    for at, piece in enumerate(pieces):
        if fold_word(piece) in _LOSE:
            names, stop = _read_names(pieces, at + 1, is_account)
            return Lose(names), slice(at, stop)
        if _component_of(piece) or fold_word(piece) in METRIC_WORDS:
            change = _read_change(pieces, at)
            if change:
                return change
    return None


def _read_change(pieces: Sequence[str], at: int) -> tuple[Scenario, slice] | None:
    """Return the scenario on the component or ratio at `at`, and its run of pieces; None without a number."""
    stop = _skip_words(pieces, at + 1, _BEFORE_NUMBER)
    first = _read_number(pieces, stop)
    if first is None:
        return None
    stop += 1
    next_number = _skip_words(pieces, stop, _BETWEEN_NUMBERS)
    second = _read_number(pieces, next_number) if next_number > stop else None
    if second:
        stop = next_number + 1
    per = _skip_words(pieces, stop, _PER)
    if _skip_words(pieces, per, _AFTER_NUMBER) > per:
        stop = _skip_words(pieces, per, _AFTER_NUMBER)
    word, component = fold_word(pieces[at]), _component_of(pieces[at])
    if component:
        return _build_change(component, first, second), slice(at, stop)
    return _build_target(METRIC_WORDS[word], first, second), slice(at, stop)


def _build_change(component: Component, first: _Number, second: _Number | None) -> Scenario:
    if component == "expansion" and (second or not first.signed):
        raise QuestionError(NO_SIGN, WRITE_SIGN)
    if second is None and first.signed:
        return Scaled(component, _check_bounds(first, first.share, -100, 1000))
    loss: Loss = "churn" if component == "churn" else "contraction"
    before, after = (first, second) if second else (None, first)
    return Monthly(
        loss,
        None if before is None else _check_bounds(before, before.share, 0, 100),
        _check_bounds(after, after.share, 0, 100),
    )


def _build_target(metric: Metric, first: _Number, second: _Number | None) -> Scenario:
    if second or first.signed:
        raise QuestionError(TWO_VALUES, WRITE_ONE, metric=metric.upper())
    # Without a per cent sign, 0.95 and 1.1 are ratios: no one supposes an NRR of 1.1%.
    value = Fraction(first.value) if not first.percent and first.value <= 3 else first.share
    return Reach(metric, _check_bounds(first, value, 0, 100 if metric == "grr" else 1000))


def _check_bounds(number: _Number, value: Fraction, low: int, high: int) -> Fraction:
    if not low <= value * 100 <= high:
        raise QuestionError(OUT_OF_BOUNDS, SUCH_AS, value=number.text, low=low, high=high, examples=EXAMPLES)
    return value


def _skip_words(pieces: Sequence[str], at: int, words: frozenset[str]) -> int:
    while at < len(pieces) and fold_word(pieces[at]) in words:
        at += 1
    return at


def _read_number(pieces: Sequence[str], at: int) -> _Number | None:
    text = pieces[at].rstrip(".;?!") if at < len(pieces) else ""
    match = _NUMBER.fullmatch(text)
    if match is None or _YEAR.fullmatch(text):
        return None
    value = Decimal(match["sign"] + match["digits"].replace(",", "."))
    return _Number(bool(match["sign"]), bool(match["percent"]), value, text)


def _read_names(pieces: Sequence[str], at: int, is_account: Callable[[str], bool]) -> tuple[tuple[str, ...], int]:
    """Return the names from `at` on and their end: quoted names, or the longest runs of words that name an account."""
    names: list[str] = []
    while at < len(pieces):
        if pieces[at].startswith('"'):
            if pieces[at].strip('" '):
                names.append(pieces[at].strip('" '))
            at += 1
        else:
            separators = (i for i in range(at, len(pieces)) if pieces[i] == "," or pieces[i].startswith('"'))
            end = next(separators, len(pieces))
            known_ends = (last for last in range(end, at, -1) if is_account(" ".join(pieces[at:last])))
            # An unknown name is kept whole, so that the error can suggest near names.
            end = next(known_ends, end)
            names.append(" ".join(pieces[at:end]))
            at = end
        following = at
        while following < len(pieces) and (pieces[following] == "," or fold_word(pieces[following]) in _AND):
            following += 1
        if following == at or following == len(pieces):
            break
        # After a bare "and", only a quoted name is another account: "lose Acme and Q3" names a period.
        if pieces[following].startswith('"') or pieces[following - 1] == ",":
            at = following
        else:
            break
    if not any(names):
        raise QuestionError(NO_ACCOUNT, SUCH_AS, examples=EXAMPLES)
    return tuple(filter(None, dict.fromkeys(names))), at
