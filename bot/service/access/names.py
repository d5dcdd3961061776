"""A ledger without the parts that a reader may not see, so that no report and no message can have them.

Accounts without names are called by their numbers; accounts of other segments never paid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bot.locale.translator import Translator
from bot.service.access.viewer import OWNER, read_limits
from bot.service.memory import remember
from core.errors import N_
from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger, ScheduledChanges
from core.ledger.lines import Lines, Terms
from core.ledger.segments import DERIVED, UNASSIGNED, Segments
from core.metrics.restatements import Cause, Restatement
from core.months import Window
from core.query.vocabulary import Vocabulary

_NUMBERED = N_("Account {number}")


def hide_all_accounts(segments: Segments, translate: Translator) -> Segments:
    """Return the segments of readers who may see no names: every account is a number."""
    return _hide(segments, translate(_NUMBERED))


# Each keeps a ledger in memory: no more of them than snapshots.
@remember(2)
def _hide(segments: Segments, label: str) -> Segments:
    everyone = np.ones(segments.ledger.accounts.count, dtype=np.bool_)
    return _hide_accounts(segments, everyone, find_naming_columns(segments), label)


def hide_other_segments(
    segments: Segments, limits: frozenset[str], vocabulary: Vocabulary, translate: Translator
) -> Segments:
    """Return the segments of readers who are limited to some values, without the amounts of accounts of other values.

    An account that had one of the values at any close is kept as it is.
    """
    return _hide_others(segments, limits, vocabulary, translate(_NUMBERED))


@remember(4)
def _hide_others(segments: Segments, limits: frozenset[str], vocabulary: Vocabulary, label: str) -> Segments:
    ledger = segments.ledger
    hidden = np.ones(ledger.accounts.count, dtype=np.bool_)
    for dimension, values in read_limits(limits, vocabulary).items():
        for value in values:
            for close in ledger.closes:
                hidden &= ~segments.members(dimension, value, Window(close, close + 1))
    columns = find_naming_columns(segments) - {OWNER}
    return _hide_accounts(replace(segments, ledger=_remove_amounts(ledger, hidden)), hidden, columns, label)


def _remove_amounts(ledger: Ledger, hidden: Mask) -> Ledger:
    """Return a ledger in which some accounts never paid."""
    scheduled, terms, lines = ledger.scheduled_changes, ledger.terms, ledger.lines
    if scheduled:
        kept = ~hidden[scheduled.accounts]
        scheduled = ScheduledChanges(scheduled.accounts[kept], scheduled.months[kept], scheduled.amounts[kept])
    if terms:
        kept = ~hidden[terms.accounts]
        terms = Terms(terms.accounts[kept], terms.firsts[kept], terms.lasts[kept], terms.amounts[kept])
    if lines:
        kept = ~hidden[lines.accounts]
        arrays: dict[str, Any] = {name: None if array is None else array[kept] for name, array in lines.arrays.items()}
        lines = Lines(lines.product_names, **arrays)
    return replace(
        ledger,
        panel=np.where(hidden, 0, ledger.panel),
        scheduled_changes=scheduled,
        terms=terms,
        lines=lines,
        # Rows of no account are of no segment.
        coverage=replace(ledger.coverage, left_out_rows=0, left_out_mrr=()),
    )


def _hide_accounts(segments: Segments, hidden: Mask, columns: frozenset[str], label: str) -> Segments:
    """Return segments without some columns, in which the hidden accounts are called by their number in the sheet."""
    ledger = segments.ledger
    names = tuple(
        label.format(number=number) if is_hidden else name
        for number, (name, is_hidden) in enumerate(zip(ledger.accounts.names, hidden.tolist(), strict=True), start=1)
    )
    words = {word: entry for word, entry in ledger.workspace_words.items() if entry.dimension not in columns}
    return Segments(
        replace(
            ledger,
            accounts=replace(ledger.accounts, names=names, hidden=hidden),
            columns={key: column for key, column in ledger.columns.items() if key not in columns},
            workspace_words=words,
        ),
        segments.rules,
    )


@remember(2)
def find_naming_columns(segments: Segments) -> frozenset[str]:
    """Return the columns whose values name people or accounts: the owner's, and each with an account among them."""
    names = segments.ledger.accounts.by_name

    def names_account(value: str) -> bool:
        # A number is also a tier or a year.
        has_letters = any(letter.isalpha() for letter in value)
        return has_letters and value != UNASSIGNED and bool(names.find_whole(value))

    columns = {key: values for key, values in segments.askable.items() if key not in DERIVED}
    return frozenset(key for key, values in columns.items() if key == OWNER or any(map(names_account, values)))


def count_hidden_accounts(text: str, translate: Translator) -> int:
    """Return how many different accounts a text names by their numbers."""
    before, _, after = translate(_NUMBERED).partition("{number}")
    number = re.compile(rf"{re.escape(before)}(\d+){re.escape(after)}")
    return len(set(number.findall(text)))


def hide_causes(restatements: Sequence[Restatement], segments: Segments, translate: Translator) -> list[Restatement]:
    """Return restatements in which the accounts behind them are numbers."""
    hidden = {cause.id for restatement in restatements for cause in restatement.causes}
    if not hidden:
        return list(restatements)
    ids = enumerate(segments.ledger.accounts.ids, start=1)
    numbers = {account_id: number for number, account_id in ids if account_id in hidden}
    columns = find_naming_columns(segments)

    def hide(cause: Cause) -> Cause:
        name = translate(_NUMBERED, number=numbers.get(cause.id, "?"))
        moves = tuple(move for move in cause.moves if move.dimension not in columns)
        return replace(cause, id=name, name=name, moves=moves)

    return [
        replace(restatement, causes=tuple(hide(cause) for cause in restatement.causes)) for restatement in restatements
    ]
