"""The accounts behind a figure: each with its MRR at both closes, adding up to the headline to the minor unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, QuestionError, Sentence
from core.ledger.arrays import Panel
from core.ledger.segments import Segments
from core.metrics.contributions import measure_component, rank_accounts
from core.metrics.movements import classify_movement
from core.metrics.retention import Base, Bridge
from core.query.columns import read_columns
from core.query.limits import NO_LIMITS, Limits, build_limits_json, read_limits
from core.query.question import Question
from core.query.tokens import Token, fold_word, tokenize
from core.query.vocabulary import Vocabulary
from core.reports.answer_json import build_head_json, build_window_json, format_percent
from core.reports.scope import Origin, QuestionReader, Scope, require_cohort_method, require_history
from core.sources.exclusions import Excluded, build_excluded_json
from core.sources.listing import Listing
from core.sources.port import Kind, KindSum
from core.text import clean_text

AccountPart = Literal["changes", "churn", "contraction", "expansion", "new", "reactivated", "kept", "base"]
# Rows of a tab that follow each other: the first and the last one, counted from 1.
Run = tuple[int, int]

PARTS: Mapping[str, AccountPart] = {
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
# The kinds of account that a part consists of.
_KINDS: Mapping[AccountPart, tuple[Kind, ...]] = {
    "changes": ("expansion", "contraction", "churn"),
    "churn": ("churn",),
    "contraction": ("contraction",),
    "expansion": ("expansion",),
    "new": ("new",),
    "reactivated": ("reactivation",),
    "kept": ("expansion", "contraction", "unchanged"),
    "base": ("expansion", "contraction", "unchanged", "churn"),
}
DEFAULT: tuple[AccountPart, ...] = ("changes", "new", "reactivated")
# Accounts of each part in an answer; its JSON has all of them.
LISTED = 15
_LONGEST_NAME = 8


@dataclass(frozen=True, slots=True)
class AccountsRequest:
    """A cut and a period, the parts of its figures whose accounts are asked for, and their limits and columns."""

    question: Question
    parts: tuple[AccountPart, ...]
    limits: Limits = NO_LIMITS
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account in a list. Amounts are MRR in minor units, at the rates of the window's start.

    Attributes:
        id: its id.
        name: its name.
        movement: `new`, `reactivation`, `expansion`, `contraction`, `churn`, or `unchanged`.
        start: at the start close.
        end: at the end close.
        amount: its part of the whole part; signed for `changes`, else positive.
        share: of the part; for `changes`, of all changes whatever their sign.
        values: dimension -> its value at the window's start, "Unassigned" where it has none.
        rows: its rows in the revenue tab.

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
    """Accounts together: their number, their MRR at both closes, their amount in the part, and its share."""

    accounts: int
    start: int
    end: int
    amount: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Section:
    """The accounts of one part.

    Attributes:
        part: the part.
        whole: the accounts that meet the thresholds; without thresholds, `amount` is the headline figure.
        largest: the largest of them, as many as the limits list; all of them where the limits have no number.
        of_accounts: the number of accounts of the part, whether or not they meet the thresholds.
        listed: the accounts of `largest`, by size and then id, at most as many as the message has room for.

    """

    part: AccountPart
    whole: Sum
    largest: Sum
    of_accounts: int
    listed: tuple[ListedAccount, ...]

    def beyond(self, shown: int) -> Sum:
        """Return the sum of the accounts after the first `shown` of the list."""
        first = self.listed[:shown]
        return Sum(
            self.whole.accounts - len(first),
            self.whole.start - sum(account.start for account in first),
            self.whole.end - sum(account.end for account in first),
            self.whole.amount - sum(account.amount for account in first),
            self.whole.share - sum(account.share for account in first),
        )


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts behind the figures of a window.

    Attributes:
        question: the cut and the period.
        limits: the limits of the lists.
        columns: the dimensions whose values are asked for.
        bridge: the figures, whatever the limits.
        listing: the accounts of the window that meet the thresholds.
        sections: one for each part that was asked for.
        excluded: the accounts that are excluded.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    limits: Limits
    columns: tuple[str, ...]
    bridge: Bridge
    listing: Listing
    sections: tuple[Section, ...]
    excluded: Excluded
    segments: Segments
    origin: Origin

    def list_all(self) -> tuple[Section, ...]:
        """Return the sections with every account listed that the limits let in, and that the source gives."""
        return _build_sections([section.part for section in self.sections], self.limits, self.listing, None)

    @property
    def not_given(self) -> tuple[Sentence, ...]:
        """The parts that a warehouse does not give to the list."""
        return self.listing.list_missing(max(section.largest.accounts for section in self.sections))


def read_accounts(text: str, reader: QuestionReader) -> AccountsRequest:
    """Return what "Q3 churn top 5 with plan" asks for: limits, columns, parts, and the cut and period of other words.

    Raises:
        QuestionError: the other words are no question, a column is unknown, or no account can meet a limit.

    """
    limits, unlimited_text = read_limits(text, reader.vocabulary)
    columns, listed_text = read_columns(unlimited_text, reader.vocabulary, PARTS)
    parts, question_text = read_parts(listed_text, reader.vocabulary)
    paying = [threshold for threshold in limits.thresholds if threshold.measure != "change" and threshold.sign == ">"]
    if parts == ("churn",) and paying:
        raise QuestionError(
            N_("Accounts that left have no MRR at the end of the period, so none meets {limit}."),
            N_("Ask for the change of their MRR: {example}."),
            limit=paying[0],
            example="accounts Q3 churn change>10000",
        )
    return AccountsRequest(reader.read(question_text), parts, limits, columns)


def read_parts(text: str, vocabulary: Vocabulary) -> tuple[tuple[AccountPart, ...], str]:
    """Return the parts that a text names, and the rest of it: "enterprise Q3 churn", "grands comptes T3 churn".

    A word that belongs to a name of the sheet names no part: one in quotes, after "=" or after its column, or in a
    value of several words. Without a part: the changes of the base, then new and reactivated.
    """
    parts: list[AccountPart] = []
    other_words: list[str] = []
    tokens = list(tokenize(clean_text(text)))
    at = 0
    while at < len(tokens):
        token, is_value = tokens[at], at > 0 and tokens[at - 1].kind == "is"
        # A name of several words is skipped as a whole, whatever its words mean alone.
        length = _count_name_words([word.text for word in tokens[at : at + _LONGEST_NAME]], vocabulary) or 1
        part = PARTS.get(fold_word(token.text)) if length == 1 and token.kind == "word" and not is_value else None
        if part:
            parts.append(part)
        else:
            other_words += map(_spell_token, tokens[at : at + length])
        at += length
    return tuple(dict.fromkeys(parts)) or DEFAULT, " ".join(other_words)


def _spell_token(token: Token) -> str:
    text = f'"{token.text}"' if token.kind == "quoted" else token.text
    return f", {text}" if token.after_comma else text


def _count_name_words(words: Sequence[str], vocabulary: Vocabulary) -> int:
    """Return the number of words of the longest name that begins here: a value, or a column and its value."""
    for length in range(len(words), 1, -1):
        if vocabulary.find_filter(" ".join(words[:length])):
            return length
        for heading in range(length - 1, 0, -1):
            dimension = vocabulary.find_dimension(" ".join(words[:heading]))
            if dimension and vocabulary.find_value(dimension, " ".join(words[heading:length])):
                return length
    return 0


def list_accounts(request: AccountsRequest, scope: Scope, limit: int | None = LISTED) -> Accounts:
    """Return the accounts behind the figures of the asked window, by the cohort method.

    Args:
        request: the cut, the period, the parts and the limits.
        scope: the snapshot.
        limit: the most accounts to list of each part; all when None. Sums are the same in either case.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have, or the window begins
            before the history.

    """
    question, cuts = request.question, scope.cuts
    window = question.period.window
    require_history(scope.ledger, question.period)
    if scope.warehouse:
        require_cohort_method(question)
    listing = cuts.list_accounts(question.filters, window, request.limits)
    return Accounts(
        question,
        request.limits,
        request.columns,
        cuts.measure(question.filters, window),
        listing,
        _build_sections(request.parts, request.limits, listing, limit),
        cuts.exclude(question.filters, window),
        scope.segments,
        scope.origin,
    )


def measure_part(part: AccountPart, base: Base) -> Panel:
    """Return (n,) the amount of each account of a base in a part; signed for `changes`, else never negative."""
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
            return measure_component(part, start, end)


def _build_sections(
    parts: Sequence[AccountPart], limits: Limits, listing: Listing, limit: int | None
) -> tuple[Section, ...]:
    return tuple(_build_section(part, limits.top, listing, limit) for part in parts)


def _build_section(part: AccountPart, top: int | None, listing: Listing, limit: int | None) -> Section:
    base, sums = listing.base, [listing.sums[kind] for kind in _KINDS[part]]
    # (n,) signed amounts.
    amounts = measure_part(part, base)
    sizes = np.abs(amounts)
    whole = sum(_measure_size(part, entry) for entry in sums)
    accounts, start, end = (sum(column) for column in zip(*map(astuple, sums), strict=True))
    total = Sum(accounts, start, end, end - start if part == "changes" else whole, Fraction(whole, whole or 1))
    # Beyond these the accounts of a warehouse have gaps.
    most = accounts if listing.most is None else min(accounts, listing.most)
    if top is not None and most < min(top, accounts):
        raise QuestionError(
            N_("The warehouse gives the {count} largest accounts of each kind, and you asked for {top}."),
            N_("Ask for fewer: {example}."),
            count=most,
            top=top,
            example=f"top {most}",
        )
    shown = most if limit is None else min(most, limit)
    places = rank_accounts(listing.ledger, base.index, sizes, shown if top is None else min(top, most))
    largest = total
    if top is not None:
        at_start, at_end, amount = (int(column[places].sum()) for column in (base.start, base.end, amounts))
        largest = Sum(len(places), at_start, at_end, amount, Fraction(int(sizes[places].sum()), whole or 1))
    places = places[: shown if listing.is_named else 0]
    counted = sum(listing.counts[kind] for kind in _KINDS[part])
    return Section(part, total, largest, counted, tuple(_list_accounts(places, listing, amounts, whole)))


def _measure_size(part: AccountPart, entry: KindSum) -> int:
    """Return the amount of the accounts of one kind in a part, without its sign."""
    match part:
        case "base" | "churn":
            return entry.start
        case "changes" | "expansion" | "contraction":
            return abs(entry.end - entry.start)
        case _:
            return entry.end


def _list_accounts(places: NDArray[np.intp], listing: Listing, amounts: Panel, whole: int) -> Iterator[ListedAccount]:
    ledger, base = listing.ledger, listing.base
    columns = listing.read_values(places)
    fields = (base.index[places], base.start[places], base.end[places], base.returning[places], amounts[places])
    for number, (account, start, end, returning, amount) in enumerate(
        zip(*(field.tolist() for field in fields), strict=True)
    ):
        yield ListedAccount(
            ledger.accounts.ids[account],
            ledger.accounts.names[account],
            "unchanged" if start == end else classify_movement(start, end, returning=returning),
            start,
            end,
            amount,
            Fraction(abs(amount), whole),
            {key: values[number] for key, values in columns.items()},
            find_row_runs(ledger.source_rows.by_account.rows_of(account)),
        )


def find_row_runs(rows: NDArray[np.int32]) -> tuple[Run, ...]:
    """Return (first, last) of all rows that follow each other, given in ascending order."""
    numbers = rows.tolist()
    runs: list[Run] = []
    for number in numbers:
        if runs and runs[-1][1] + 1 == number:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    return tuple(runs)


def format_runs(runs: Sequence[Run]) -> str:
    """Return rows as texts: `2..4, 9`. Not 2-4, which a spreadsheet takes for a day in April."""
    return ", ".join(str(first) if first == last else f"{first}..{last}" for first, last in runs)


def build_accounts_json(accounts: Accounts, link: Callable[[Run], str]) -> dict[str, Any]:
    """Return the accounts as JSON: `rows` has one for each listed account and part, `totals` one for each part.

    Args:
        accounts: the accounts.
        link: returns the address that opens rows of the revenue tab; empty where a workbook has no addresses.

    """
    bridge, period, tab = accounts.bridge, accounts.question.period, accounts.segments.ledger.source_rows.tab
    sections = accounts.list_all()
    return {
        **build_head_json(accounts.question, accounts.segments.ledger, accounts.origin),
        **({"not_given": list(map(str, accounts.not_given))} if accounts.not_given else {}),
        "window": build_window_json(bridge, nrr=bridge.nrr, grr=bridge.grr, complete=period.complete),
        "limit": build_limits_json(accounts.limits),
        "columns": list(accounts.columns),
        "totals": [
            {
                "part": section.part,
                "accounts": section.whole.accounts,
                "of_accounts": section.of_accounts,
                "start_mrr": section.whole.start,
                "end_mrr": section.whole.end,
                "mrr": section.whole.amount,
            }
            for section in sections
        ],
        "excluded": build_excluded_json(accounts.excluded),
        "rows": [
            {
                "part": section.part,
                "account": account.id,
                "name": account.name,
                "movement": account.movement,
                "start_mrr": account.start,
                "end_mrr": account.end,
                "change": account.end - account.start,
                "mrr": account.amount,
                "share": format_percent(account.share),
                "values": dict(account.values),
                "tab": tab,
                "tab_rows": format_runs(account.rows),
                "link": (link(account.rows[0]) if account.rows else "") or None,
            }
            for section in sections
            for account in section.listed
        ],
    }
