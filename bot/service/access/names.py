"""Withheld names: a ledger in which accounts are numbers, so that no report and no message can name one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.locale.translator import Translator
from bot.service.access.viewer import read_limits
from bot.service.memory import remember
from core.errors import N_
from core.ledger.arrays import Mask
from core.ledger.segments import DERIVED, UNASSIGNED, Segments
from core.metrics.restatements import Cause, Restatement
from core.months import Window
from core.query.vocabulary import Vocabulary

OWNER = "owner"
_NUMBERED = N_("Account {number}")


def hide_all_accounts(segments: Segments, translate: Translator) -> Segments:
    """Return the segments of readers who may see no names: every account is a number."""
    return _hide(segments, translate(_NUMBERED))


@remember(4)
def _hide(segments: Segments, label: str) -> Segments:
    everyone = np.ones(segments.ledger.accounts.count, dtype=np.bool_)
    return _hide_accounts(segments, everyone, find_naming_columns(segments), label)


@remember(8)
def hide_other_segments(
    segments: Segments, limits: frozenset[str], vocabulary: Vocabulary, translate: Translator
) -> Segments:
    """Return the segments of readers who are limited to some values: no words find an account of any other."""
    ledger = segments.ledger
    now = Window(ledger.last, ledger.last + 1)
    hidden = np.ones(ledger.accounts.count, dtype=np.bool_)
    for dimension, values in read_limits(limits, vocabulary).items():
        for value in values:
            hidden &= ~segments.members(dimension, value, now)
    columns = find_naming_columns(segments) - {OWNER}
    return _hide_accounts(segments, hidden, columns, translate(_NUMBERED))


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


@remember(4)
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
    numbers = {account_id: number for number, account_id in enumerate(segments.ledger.accounts.ids, start=1)}
    columns = find_naming_columns(segments)

    def hide(cause: Cause) -> Cause:
        name = translate(_NUMBERED, number=numbers.get(cause.id, "?"))
        moves = tuple(move for move in cause.moves if move.dimension not in columns)
        return replace(cause, id=name, name=name, moves=moves)

    return [
        replace(restatement, causes=tuple(hide(cause) for cause in restatement.causes)) for restatement in restatements
    ]
