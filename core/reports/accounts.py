"""The accounts behind a figure: each with what it paid at both closes, adding up to the headline to the minor unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Panel
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.contributions import component_amounts, rank_accounts
from core.metrics.movements import movement_kind
from core.metrics.retention import Base, Bridge, measure, select_base
from core.query.question import Question
from core.query.tokens import clean, fold_word, tokenize
from core.query.vocabulary import Vocabulary
from core.reports.answer import (
    Excluded,
    Origin,
    excluded_accounts,
    head_json,
    percent_json,
    require_history,
    select_members,
    window_json,
)

Part = Literal["changes", "churn", "contraction", "expansion", "new", "reactivated", "kept", "base"]
# Rows of a tab that follow each other: the first and the last one, counted from 1.
Run = tuple[int, int]

PARTS: Mapping[str, Part] = {
    **dict.fromkeys(("churn", "churned", "lost", "attrition", "resiliation", "resiliations", "perdu", "perdus"),
                    "churn"),
    **dict.fromkeys(("contraction", "contractions", "contracted", "downsell", "downgrades", "baisse", "baisses"),
                    "contraction"),
    **dict.fromkeys(("expansion", "expansions", "expanded", "upsell", "upgrades", "hausse", "hausses"), "expansion"),
    **dict.fromkeys(("new", "won", "nouveau", "nouveaux", "nouvelle", "nouvelles"), "new"),
    **dict.fromkeys(("reactivated", "reactivation", "reactivations", "reactive", "reactives", "returned"),
                    "reactivated"),
    **dict.fromkeys(("kept", "retained", "conserve", "conserves", "garde", "gardes", "retenus"), "kept"),
    **dict.fromkeys(("base",), "base"),
    **dict.fromkeys(("change", "changes", "changed", "changement", "changements", "variation", "variations"),
                    "changes"),
}  # fmt: skip
DEFAULT: tuple[Part, ...] = ("changes", "new", "reactivated")
_LONGEST_NAME = 8


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account in a list. Amounts are MRR in minor units, at the rates of the window's start.

    Attributes:
        id: its id.
        name: what to call it.
        movement: `new`, `reactivation`, `expansion`, `contraction`, `churn`, or `unchanged`.
        start: at the start close.
        end: at the end close.
        amount: what it adds to the part; signed for `changes`, else positive.
        share: of the part; for `changes`, of all changes whatever their sign.
        values: dimension -> its value at the window's start, "Unassigned" where it has none.
        rows: where it stands in the revenue tab.

    """

    id: str
    name: str
    movement: str
    start: int
    end: int
    amount: int
    share: Fraction
    values: Mapping[str, str]
    rows: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """Accounts together: how many, their MRR at both closes, what they add to the part, and their share of it."""

    accounts: int
    start: int
    end: int
    amount: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Section:
    """The accounts of one part.

    Attributes:
        part: which one.
        whole: all of them; `amount` is the headline figure.
        listed: the largest ones first, then by id; all of them or as many as were asked for.

    """

    part: Part
    whole: Sum
    listed: tuple[ListedAccount, ...]

    def beyond(self, shown: int) -> Sum:
        """Return those that come after the first `shown` of the list."""
        first = self.listed[:shown]
        return Sum(
            self.whole.accounts - len(first),
            self.whole.start - sum(each.start for each in first),
            self.whole.end - sum(each.end for each in first),
            self.whole.amount - sum(each.amount for each in first),
            self.whole.share - sum(each.share for each in first),
        )


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts behind the figures of a window.

    Attributes:
        question: the cut and the period.
        bridge: the figures.
        sections: one for each part that was asked for.
        excluded: what is left out.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    bridge: Bridge
    sections: tuple[Section, ...]
    excluded: Excluded
    segments: Segments
    origin: Origin


def read_parts(text: str, vocabulary: Vocabulary) -> tuple[tuple[Part, ...], str]:
    """Return the parts that a text names, and the rest of it: "enterprise Q3 churn", "grands comptes T3 churn".

    A word that belongs to a name of the sheet names no part: one in quotes, after "=" or after its column, or in a
    value of several words. None named: the changes of the base, then new and reactivated.
    """
    found: list[Part] = []
    rest: list[str] = []
    said = list(tokenize(clean(text).replace(",", " ")))
    at = 0
    while at < len(said):
        token, told = said[at], at > 0 and said[at - 1].kind == "is"
        taken = _name_at([each.text for each in said[at : at + _LONGEST_NAME]], vocabulary) or 1
        part = PARTS.get(fold_word(token.text)) if taken == 1 and token.kind == "word" and not told else None
        if part:
            found.append(part)
        else:
            rest += (f'"{each.text}"' if each.kind == "quoted" else each.text for each in said[at : at + taken])
        at += taken
    return tuple(dict.fromkeys(found)) or DEFAULT, " ".join(rest)


def _name_at(words: Sequence[str], vocabulary: Vocabulary) -> int:
    """Return how many words the longest name takes that begins here: a value, or a column and its value."""
    for length in range(len(words), 1, -1):
        if vocabulary.find(" ".join(words[:length])):
            return length
        for heading in range(length - 1, 0, -1):
            dimension = vocabulary.dimension(" ".join(words[:heading]))
            if dimension and vocabulary.value(dimension, " ".join(words[heading:length])):
                return length
    return 0


def list_accounts(
    question: Question, parts: Sequence[Part], segments: Segments, origin: Origin, limit: int | None = None
) -> Accounts:
    """Return the accounts behind the figures of the asked window, by the cohort method.

    Args:
        question: the cut and the period.
        parts: of what.
        segments: the ledger and its dimensions.
        origin: the snapshot that it comes from.
        limit: of each part list at most so many; all when None. What they add up to is of all in either case.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have, or the window lies
            before its history.

    """
    ledger, window = segments.ledger, question.period.window
    require_history(ledger, question.period)
    members = select_members(segments, question.filters, window)
    base = select_base(ledger, window, members)
    return Accounts(
        question,
        measure(ledger, window, members),
        tuple(_section(part, base, segments, question, limit) for part in parts),
        excluded_accounts(segments, question.filters, window),
        segments,
        origin,
    )


def amounts(part: Part, base: Base) -> Panel:
    """Return (n,) what each account of a window adds to a part; signed for `changes`, else never negative."""
    start, end = base.start, base.end
    match part:
        case "base":
            return start
        case "kept":
            return np.where(start > 0, end, 0)
        case "changes":
            return np.where(start > 0, end - start, 0)
        case "new":
            return np.where((start == 0) & ~base.returning, end, 0)
        case "reactivated":
            return np.where((start == 0) & base.returning, end, 0)
        case _:
            return component_amounts(part, start, end)


def _section(part: Part, base: Base, segments: Segments, question: Question, limit: int | None) -> Section:
    amount = amounts(part, base)
    weight = np.abs(amount)
    some, whole = np.flatnonzero(weight), int(weight.sum())
    places = rank_accounts(segments.ledger, base.index, weight, limit)
    total = Sum(
        len(some), int(base.start[some].sum()), int(base.end[some].sum()), int(amount.sum()), Fraction(bool(whole))
    )
    return Section(part, total, tuple(_listed(places, base, amount, whole, segments, question)))


def _listed(
    places: NDArray[np.intp], base: Base, amount: Panel, whole: int, segments: Segments, question: Question
) -> Iterator[ListedAccount]:
    ledger, index = segments.ledger, base.index[places]
    columns = {key: _values(key, index, segments, question) for key in segments.dimensions}
    fields = (index, base.start[places], base.end[places], base.returning[places], amount[places])
    for number, (account, start, end, returning, adds) in enumerate(
        zip(*(each.tolist() for each in fields), strict=True)
    ):
        yield ListedAccount(
            ledger.accounts.ids[account],
            ledger.accounts.names[account],
            "unchanged" if start == end else movement_kind(start, end, returning=returning),
            start,
            end,
            adds,
            Fraction(abs(adds), whole),
            {key: values[number] for key, values in columns.items()},
            row_runs(ledger.source_rows.by_account.rows_of(account)),
        )


def _values(dimension: str, index: NDArray[np.intp], segments: Segments, question: Question) -> list[str]:
    # The last name is for code -1, the blank cells.
    names = (*segments.dimensions[dimension], UNASSIGNED)
    return [names[code] for code in segments.codes(dimension, question.period.window)[index].tolist()]


def row_runs(rows: NDArray[np.int32]) -> tuple[Run, ...]:
    """Return (first, last) of all rows that follow each other, given in ascending order."""
    numbers = rows.tolist()
    found: list[Run] = []
    for number in numbers:
        if found and found[-1][1] + 1 == number:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return tuple(found)


def as_json(found: Accounts, link: Callable[[Run], str]) -> dict[str, Any]:
    """Return the accounts as JSON: `rows` has one for each account and part, `totals` what each part adds up to.

    Args:
        found: the accounts.
        link: the address that opens rows of the revenue tab, empty where there is none.

    """
    bridge, period, tab = found.bridge, found.question.period, found.segments.ledger.source_rows.tab
    return {
        **head_json(found.question, found.segments.ledger, found.origin),
        "window": window_json(bridge, nrr=bridge.nrr, grr=bridge.grr, complete=period.complete),
        "totals": [
            {
                "part": section.part,
                "accounts": section.whole.accounts,
                "start_mrr": section.whole.start,
                "end_mrr": section.whole.end,
                "mrr": section.whole.amount,
            }
            for section in found.sections
        ],
        "excluded": {
            "accounts": found.excluded.accounts,
            "mrr": found.excluded.mrr,
            "unpriced": found.excluded.unpriced,
        },
        "rows": [
            {
                "part": section.part,
                "account": each.id,
                "name": each.name,
                "movement": each.movement,
                "start_mrr": each.start,
                "end_mrr": each.end,
                "change": each.end - each.start,
                "mrr": each.amount,
                "share": percent_json(each.share),
                "values": dict(each.values),
                "tab": tab,
                # Not 2-4, which a spreadsheet takes for a day in April.
                "tab_rows": ", ".join(str(a) if a == b else f"{a}..{b}" for a, b in each.rows),
                "link": (link(each.rows[0]) if each.rows else "") or None,
            }
            for section in found.sections
            for each in section.listed
        ],
    }
