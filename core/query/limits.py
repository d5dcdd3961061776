"""The limits of a list in words: "top 5", "mrr>50000", "arr>1.2m", "change>10k"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, QuestionError
from core.money import Currency, to_minor
from core.query.question import MOST_CHARACTERS
from core.query.vocabulary import Vocabulary
from core.text import clean_text, fold_key

Measure = Literal["mrr", "arr", "change"]
Sign = Literal[">", "<"]

LIST_EXAMPLE = "accounts Q3 top 5"
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
# Words before and after "top 100" that may belong to a name of the sheet with it.
_MOST_NEIGHBOURS = 4

# A text in quotes, and a value after "=", is no limit.
_LIMIT = re.compile(
    r"""
      "[^"]*" | (?<![^\s=:(,])'[^']+'(?!\w)
    | (?<![^\s,])(?<![=:]\s)top\ ?(?P<top>-?\d{1,9})(?![^\s,])
    | (?<![^\s,])(?<![=:]\s)(?P<measure>mrr|arr|change)\ ?(?P<sign>[<>]=?)\ ?
      (?P<amount>\d{1,3}(?:\ \d{3})+(?!\S)|[^\s,]*(?:,\d[^\s,]*)*(?:\ [km](?!\S))?)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?P<grouped>\d{1,3}(?:[ ,.']\d{3}){1,4})|(?P<digits>\d{1,15}(?:[.,]\d{1,2})?) ?(?P<suffix>[km]?)"
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """An amount that an account has to exceed, or to stay below.

    Attributes:
        measure: `mrr` or `arr` at the last close, or `change`, the change of MRR over the window, up or down.
        sign: `>` for more than the amount, `<` for less.
        amount: in units of the reporting currency.

    """

    measure: Measure
    sign: Sign
    amount: Decimal

    def __str__(self) -> str:
        return f"{self.measure}{self.sign}{self.amount.normalize():f}"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a list of accounts. `str()` is the notation that `read_limits` reads.

    Attributes:
        top: the number of accounts to list, the largest first; None for all.
        thresholds: the thresholds; an account has to meet each of them.

    """

    top: int | None = None
    thresholds: tuple[Threshold, ...] = ()

    def __str__(self) -> str:
        return " ".join([*([f"top {self.top}"] if self.top else []), *map(str, self.thresholds)])

    def match_accounts(
        self, mrr: NDArray[np.int64], change: NDArray[np.int64], currency: Currency
    ) -> NDArray[np.bool_]:
        """Return (n,) True where an account meets every threshold.

        Args:
            mrr: (n,) MRR at the last close, minor units.
            change: (n,) the change of MRR over the window, minor units, signed.
            currency: the reporting currency.

        """
        values = {"mrr": mrr, "arr": 12 * mrr, "change": np.abs(change)}
        mask = np.ones(len(mrr), dtype=np.bool_)
        for threshold in self.thresholds:
            value, amount = values[threshold.measure], to_minor(threshold.amount, currency.exponent)
            mask &= value > amount if threshold.sign == ">" else value < amount
        return mask


NO_LIMITS = Limits()


def read_limits(text: str, vocabulary: Vocabulary | None = None) -> tuple[Limits, str]:
    """Return the limits that a text names, and the rest of it: "enterprise Q3 top 5", "mrr > 50k".

    Args:
        text: the words, in any order; a text in quotes or after "=" is no limit.
        vocabulary: the names of the sheet: "Top 100" is no limit where a value is called so.

    Raises:
        QuestionError: a limit has no amount or an impossible one, or two limits contradict each other.

    """
    if len(text) > MOST_CHARACTERS:
        return NO_LIMITS, text  # the reader of the question refuses it
    plain = clean_text(text)
    tops: dict[int, None] = {}
    thresholds: dict[Threshold, None] = {}
    other_words: list[str] = []
    end = 0
    for match in _LIMIT.finditer(plain):
        if match["top"] and not (vocabulary and _is_in_name(plain, match.span(), vocabulary)):
            tops[_read_top(match["top"])] = None
        elif match["measure"]:
            thresholds[_read_threshold(match)] = None
        else:
            continue
        other_words.append(plain[end : match.start()])
        end = match.end()
    if len(tops) > 1:
        first, second = list(tops)[:2]
        raise QuestionError(
            N_("The list cannot have both {first} and {second} accounts."),
            N_("Ask for one number: {example}."),
            first=first,
            second=second,
            example=LIST_EXAMPLE,
        )
    if not other_words:
        return NO_LIMITS, text
    rest = " ".join(" ".join([*other_words, plain[end:]]).split()).strip(" ,")
    return Limits(next(iter(tops), None), tuple(thresholds)), rest


def refuse_limits(text: str, vocabulary: Vocabulary) -> None:
    """Check that a text names no limit, where an answer is no list of accounts.

    Raises:
        QuestionError: it names one.

    """
    limits, _ = read_limits(text, vocabulary)
    if limits != NO_LIMITS:
        (first, *others) = limits.thresholds or (None,)
        if first and not (others or limits.top) and (first.measure, first.sign) == ("arr", ">"):
            raise QuestionError(
                N_('"{limits}" limits a list of accounts, and this answer has none.'),
                N_("For the accounts that had this ARR at the start, ask: {example}."),
                limits=limits,
                example=f"base from ARR {first.amount.normalize():f}",
            )
        raise QuestionError(
            N_('"{limits}" limits a list of accounts, and this answer has none.'),
            N_("Leave it out, or ask for accounts, risks, opportunities or renewals: {example}."),
            limits=limits,
            example=LIST_EXAMPLE,
        )


def build_limits_json(limits: Limits) -> Any:
    """Return limits as JSON: null without limits, `{"top": 5}` for one, a list of such objects for several."""
    entries: list[dict[str, Any]] = [{"top": limits.top}] if limits.top else []
    for threshold in limits.thresholds:
        amount = threshold.amount
        value = int(amount) if amount == amount.to_integral_value() else str(amount)
        entries.append({"measure": threshold.measure, "over" if threshold.sign == ">" else "under": value})
    return entries if len(entries) > 1 else next(iter(entries), None)


def _is_in_name(plain: str, span: tuple[int, int], vocabulary: Vocabulary) -> bool:
    """Return whether a value of the sheet has the words of a span in it: "top 100", "the top 100 customers"."""
    before = list(map(fold_key, plain[: span[0]].rsplit(maxsplit=_MOST_NEIGHBOURS)[-_MOST_NEIGHBOURS:]))
    after = list(map(fold_key, plain[span[1] :].split(maxsplit=_MOST_NEIGHBOURS)[:_MOST_NEIGHBOURS]))
    words = fold_key(plain[slice(*span)])
    # Keys have no spaces.
    keys = (
        "".join(before[len(before) - earlier :]) + words + "".join(after[:later])
        for earlier in range(len(before) + 1)
        for later in range(len(after) + 1)
    )
    return any(key in spellings for key in keys for spellings in vocabulary.spellings.values())


def _read_top(digits: str) -> int:
    count = int(digits)
    if count < 1:
        raise QuestionError(
            N_("A list of the top {count} has no account."), N_("Ask for 1 or more: {example}."),
            count=count, example=LIST_EXAMPLE,
        )  # fmt: skip
    return count


def _read_threshold(match: re.Match[str]) -> Threshold:
    measure, text = match["measure"].lower(), match["amount"]
    amount = _AMOUNT.fullmatch(text.lower())
    if amount is None or match["sign"] not in {">", "<"}:
        raise QuestionError(
            N_('"{words}" is no limit: it needs "<" or ">" and an amount, 0 or more.'),
            N_("Write {example}, in units of the reporting currency."),
            words=match[0],
            example=f"{measure}>50000",
        )
    if amount["grouped"]:
        value = Decimal(re.sub(r"\D", "", amount["grouped"]))
    else:
        value = Decimal(amount["digits"].replace(",", ".")) * _TIMES[amount["suffix"]]
    return Threshold(cast("Measure", measure), cast("Sign", match["sign"]), value)
