"""What is supposed: "churn 5%->3%", "grr 95", "lose Acme", "expansion +10%", in English and French, around a cut.

What belongs to the supposition is taken out of the text; the words that remain name a cut and a period.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from core.errors import N_, QuestionError
from core.query.question import BE_SHORT, LIMIT, TOO_LONG
from core.query.tokens import fold_word
from core.query.vocabulary import METRICS
from core.terms import Component, Metric
from core.text import clean

Loss = Literal["churn", "contraction"]

EXAMPLES = 'whatif churn 5%->3%, whatif enterprise grr 95, whatif lose "Acme", whatif expansion +10%'
UNREAD = N_('I do not see what is supposed in "{words}".')
SUCH_AS = N_("Write for example: {examples}.")
WHOM = N_("Which account is supposed to leave?")
SIGN = N_("Expansion changes by a share of itself.")
WRITE_SIGN = N_("Write expansion +10% or expansion -10%.")
PAIR = N_("From where {metric} starts is measured; only the value to reach is yours.")
WRITE_ONE = N_("Write {metric} 95.")
TWO = N_('Two suppositions: "{first}" and "{second}".')
ONE = N_("Suppose one thing at a time.")
BETWEEN = N_("{value} cannot be: it must lie between {low}% and {high}%.")


@dataclass(frozen=True, slots=True)
class Monthly:
    """A monthly rate of loss that becomes another one, for twelve months.

    Attributes:
        component: what is lost.
        before: from which rate on, as a ratio; None for the measured one.
        after: to which.

    """

    component: Loss
    before: Fraction | None
    after: Fraction


@dataclass(frozen=True, slots=True)
class Scaled:
    """A component that changes by a share of itself, `change` (1/10 is a tenth more)."""

    component: Component
    change: Fraction


@dataclass(frozen=True, slots=True)
class Reach:
    """A ratio of twelve months that reaches `value`."""

    metric: Metric
    value: Fraction


@dataclass(frozen=True, slots=True)
class Lose:
    """Accounts that pay nothing at the window's end, by the names that the person gave."""

    names: tuple[str, ...]


Supposition = Monthly | Scaled | Reach | Lose

_LEVERS: Mapping[str, Component] = {
    **dict.fromkeys(("churn", "attrition", "resiliation", "resiliations"), "churn"),
    **dict.fromkeys(("contraction", "contractions", "downsell", "downgrade", "downgrades"), "contraction"),
    **dict.fromkeys(("expansion", "expansions", "upsell", "upsells"), "expansion"),
}
_LOSE = frozenset(("lose", "loses", "losing", "lost", "without", "perdre", "perd", "perdons", "perte", "sans"))
# What may stand between a lever and its number, between two numbers, and behind them.
_BEFORE = frozenset(
    """
    -> rate monthly from of at to by were was is went goes fell falls rose rises
    taux mensuel mensuelle de du a etait est passe passait passant tombe tombait monte montait
    """.split()  # noqa: SIM905 - reads better without quotes
)
_BETWEEN = frozenset(("->", "to", "a", "vers"))
_BEHIND = frozenset(("month", "monthly", "mois", "/month", "/mois", "mensuel", "mensuelle"))
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
        """The number as per cent, whether it bears the sign or not."""
        return Fraction(self.value) / 100


def parse(text: str, known: Callable[[str], bool]) -> tuple[Supposition, str]:
    """Return what is supposed, and the words that are left to name a cut and a period.

    Args:
        text: a person's words, at most LIMIT characters.
        known: tells whether an account is called so, for names without quotes.

    Raises:
        QuestionError: nothing is supposed there, or something that cannot be; with examples.

    """
    plain = clean(text[: LIMIT + 1])
    length = max(len(text), len(plain))
    if length > LIMIT:
        raise QuestionError(TOO_LONG, BE_SHORT, length=length, limit=LIMIT, example="whatif churn 5%->3%")
    pieces = list(_pieces(plain))
    found = _find(pieces, known)
    if found is None:
        raise QuestionError(UNREAD, SUCH_AS, words=plain[:60], examples=EXAMPLES)
    supposition, taken = found
    rest = [*pieces[: taken.start], *pieces[taken.stop :]]
    other = _find(rest, known)
    if other is not None:
        first, second = (" ".join(where) for where in (pieces[taken], rest[other[1]]))
        raise QuestionError(TWO, ONE, first=first, second=second)
    return supposition, " ".join(rest)


def _pieces(plain: str) -> Iterator[str]:
    """Yield words, quoted texts with their quotes, arrows and commas: `5 %->3%` is `5%`, `->`, `3%`."""
    together = _APART.sub(lambda match: match[1] or "", f" {plain}")
    for piece in _PIECE.findall(_ARROW.sub(lambda match: match[1] or " -> ", together)):
        lever, sign, value = piece.partition("=")
        if sign and (_lever(lever) or fold_word(lever) in METRICS):
            yield from filter(None, (lever, value))
        else:
            yield piece


def _lever(word: str) -> Component | None:
    return _LEVERS.get(fold_word(word))


def _find(pieces: Sequence[str], known: Callable[[str], bool]) -> tuple[Supposition, slice] | None:
    for at, piece in enumerate(pieces):
        if fold_word(piece) in _LOSE:
            names, stop = _names(pieces, at + 1, known)
            return Lose(names), slice(at, stop)
        if _lever(piece) or fold_word(piece) in METRICS:
            found = _change(pieces, at)
            if found:
                return found
    return None


def _change(pieces: Sequence[str], at: int) -> tuple[Supposition, slice] | None:
    """Return what is said of the lever or the ratio at `at`; None where no number follows."""
    stop = _skip(pieces, at + 1, _BEFORE)
    first = _number(pieces, stop)
    if first is None:
        return None
    stop += 1
    further = _skip(pieces, stop, _BETWEEN)
    second = _number(pieces, further) if further > stop else None
    if second:
        stop = further + 1
    per = _skip(pieces, stop, _PER)
    if _skip(pieces, per, _BEHIND) > per:
        stop = _skip(pieces, per, _BEHIND)
    word, component = fold_word(pieces[at]), _lever(pieces[at])
    made = _moved(component, first, second) if component else _reached(METRICS[word], first, second)
    return made, slice(at, stop)


def _moved(component: Component, first: _Number, second: _Number | None) -> Supposition:
    if component == "expansion" and (second or not first.signed):
        raise QuestionError(SIGN, WRITE_SIGN)
    if second is None and first.signed:
        return Scaled(component, _within(first, first.share, -100, 1000))
    loss: Loss = "churn" if component == "churn" else "contraction"
    before, after = (first, second) if second else (None, first)
    return Monthly(
        loss, None if before is None else _within(before, before.share, 0, 100), _within(after, after.share, 0, 100)
    )


def _reached(metric: Metric, first: _Number, second: _Number | None) -> Supposition:
    if second or first.signed:
        raise QuestionError(PAIR, WRITE_ONE, metric=metric.upper())
    # Without a sign, 0.95 and 1.1 are ratios: nobody supposes an NRR of 1.1%.
    value = Fraction(first.value) if not first.percent and first.value <= 3 else first.share
    return Reach(metric, _within(first, value, 0, 100 if metric == "grr" else 1000))


def _within(number: _Number, value: Fraction, low: int, high: int) -> Fraction:
    if not low <= value * 100 <= high:
        raise QuestionError(BETWEEN, SUCH_AS, value=number.text, low=low, high=high, examples=EXAMPLES)
    return value


def _skip(pieces: Sequence[str], at: int, words: frozenset[str]) -> int:
    while at < len(pieces) and fold_word(pieces[at]) in words:
        at += 1
    return at


def _number(pieces: Sequence[str], at: int) -> _Number | None:
    text = pieces[at].rstrip(".;?!") if at < len(pieces) else ""
    match = _NUMBER.fullmatch(text)
    if match is None or _YEAR.fullmatch(text):
        return None
    value = Decimal(match["sign"] + match["digits"].replace(",", "."))
    return _Number(bool(match["sign"]), bool(match["percent"]), value, text)


def _names(pieces: Sequence[str], at: int, known: Callable[[str], bool]) -> tuple[tuple[str, ...], int]:
    """Return the names from `at` on, and where they end: quoted ones, or of bare words as many as name an account."""
    names: list[str] = []
    while at < len(pieces):
        if pieces[at].startswith('"'):
            if pieces[at].strip('" '):
                names.append(pieces[at].strip('" '))
            at += 1
        else:
            stop = next((i for i in range(at, len(pieces)) if pieces[i] == "," or pieces[i].startswith('"')), None)
            end = len(pieces) if stop is None else stop
            ends = (last for last in range(end, at, -1) if known(" ".join(pieces[at:last])))
            # What nobody is called is the name all the same, so that it can be told what is near.
            end = next(ends, end)
            names.append(" ".join(pieces[at:end]))
            at = end
        further = at
        while further < len(pieces) and (pieces[further] == "," or fold_word(pieces[further]) in _AND):
            further += 1
        if further == at or further == len(pieces):
            break
        if pieces[further].startswith('"') or pieces[further - 1] == ",":
            at = further
        else:
            break
    if not any(names):
        raise QuestionError(WHOM, SUCH_AS, examples=EXAMPLES)
    return tuple(filter(None, dict.fromkeys(names))), at
