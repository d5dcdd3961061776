"""The content hash of a snapshot, and the hash of a reading."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.ledger.ledger import Ledger
from core.ledger.segments import SizeRules
from core.ledger.usage_pricing import UsagePricing
from core.months import find_last_closed_month
from sheets.problems import Problem
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Grid


def hash_content(ledger: Ledger, problems: Sequence[Problem], rules: SizeRules) -> str:
    """Return the hash of all that the figures and messages of a snapshot depend on."""
    digest = hashlib.sha256()
    texts = [
        ledger.currency.code,
        str(ledger.first),
        ledger.accounts.ids,
        ledger.accounts.names,
        {key: (column.heading, column.values) for key, column in ledger.columns.items()},
        sorted(ledger.facts),
        ledger.source_rows.tab,
        [problem.as_row() for problem in problems],
        [rules.mid_market_from, rules.enterprise_above],
        [currency.code for currency in ledger.currencies.known],
        sorted((str(month), code, str(rate)) for (month, code), rate in ledger.currencies.rates.items()),
        sorted((*key, str(target)) for key, target in ledger.targets.items()),
    ]
    coverage = ledger.coverage
    texts += [
        sorted(map(str, coverage.unknown)),
        [coverage.can_leave, coverage.left_out_rows],
        coverage.left_out_mrr,
    ]
    # Without words, the hash is that of a version that knew no tab Words: an update of the bot is no change.
    if ledger.workspace_words:
        texts.append(sorted((phrase, entry.dimension, entry.value) for phrase, entry in ledger.workspace_words.items()))
    # The same holds without a rule for accounts that pay by usage.
    if ledger.usage_months is not None:
        texts.append(["usage", ledger.usage_months])
    digest.update(json.dumps(texts).encode())
    arrays = [
        ledger.panel,
        ledger.accounts.excluded,
        ledger.accounts.unpriced,
        ledger.accounts.consumer,
        ledger.source_rows.first_rows,
        ledger.currencies.codes,
    ]
    arrays += [ledger.source_rows.by_account.starts, ledger.source_rows.by_account.numbers]
    arrays += [column.codes for column in ledger.columns.values()]
    for changes in (*(column.changes for column in ledger.columns.values()), ledger.accounts.consumer_changes):
        arrays += [changes.accounts, changes.months, changes.codes] if changes else []
    ahead = ledger.scheduled_changes
    arrays += [ahead.accounts, ahead.months, ahead.amounts] if ahead else []
    terms = ledger.terms
    arrays += [terms.accounts, terms.firsts, terms.lasts, terms.amounts] if terms else []
    # Without lines, the hash is that of a version that kept none.
    if ledger.lines:
        digest.update(json.dumps(ledger.lines.product_names).encode())
        arrays += [array for array in ledger.lines.arrays.values() if array is not None]
    for array in arrays + [ledger.facts[key] for key in sorted(ledger.facts)]:
        # Its own memory, as a copy of all amounts takes longer than their hash.
        digest.update(np.ascontiguousarray(array).reshape(-1).data)
    return digest.hexdigest()


def hash_reading(grids: Sequence[Grid], options: ReadOptions, rules: SizeRules, usage: UsagePricing | None) -> str:
    """Return the hash of all that a ledger and its problems follow from; empty if a grid has none of its cells.

    Of the day it has the last closed month: on which days the ledger is the same, only its parsing tells.
    """
    if not all(grid.digest for grid in grids):
        return ""
    options = replace(options, today=find_last_closed_month(options.today).last_day)
    digest = hashlib.sha256(repr((options, rules, usage)).encode())
    for grid in grids:
        digest.update(repr((grid.tab, grid.digest, grid.merges, grid.formats)).encode())
    return digest.hexdigest()


def name_reading(digest: str, valid_days: tuple[dt.date, dt.date]) -> str:
    """Return the name of a reading: its hash, and the days on which it gives the same ledger; empty without a hash."""
    return " ".join((digest, *map(str, valid_days))) if digest else ""


def rename_reading(name: str, digest: str) -> str:
    """Return the name of a reading with another hash that gives the same ledger on the same days as a named one."""
    return " ".join((digest, *name.split()[1:]))


def is_valid_on(name: str, day: dt.date) -> bool:
    """Tell whether the cells of a named reading give the same ledger on a day with the same last closed month."""
    _, *days = name.split()
    return len(days) == 2 and days[0] <= str(day) <= days[1]


def is_same_reading(name: str, digest: str, today: dt.date) -> bool:
    """Tell whether cells with a hash give today the ledger of a named reading."""
    return bool(digest) and name.startswith(f"{digest} ") and is_valid_on(name, today)
