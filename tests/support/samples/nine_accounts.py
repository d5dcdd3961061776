"""A company of nine accounts over eight quarters in the store, and the Analyst that answers about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.locale.translator import get_translator
from bot.service.analyst import Analyst
from core.config import Config
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.lines import QUANTITY_UNIT, Lines, Terms, build_terms, sort_lines
from core.ledger.rows import SourceRows
from core.ledger.segments import Segments
from core.metrics.cube import build_cube
from core.months import Month
from core.playbook.playbook import load_playbook
from core.store.snapshots import Snapshot, SyncedWorkbook
from core.store.store import Store
from core.terms import Language
from tests.support.generate import EUR
from tests.support.ledgers import build_ledger
from tests.support.scopes import NOW

if TYPE_CHECKING:
    # For its type alone: an answer loads no reader of sheets.
    from sheets.tabs.decisions import Decision

# Name, segment, industry, and MRR in whole euros at 24 closes from October 2023 on.
ACCOUNTS: tuple[tuple[str, str, str, tuple[int, ...]], ...] = (
    ("Nordwind", "Enterprise", "Energy", (11_900,) * 21 + (0,) * 3),
    ("Bluepeak", "Enterprise", "Fintech", (20_000,) * 12 + (26_000,) * 12),
    ("R&D <Lab>", "Enterprise", "Fintech", (15_000,) * 20 + (13_500,) * 4),
    ("Cascadia", "Enterprise", "Retail", (9_000,) * 10 + (12_000,) * 14),
    ("Halcyon", "Enterprise", "Retail", (10_000,) * 22 + (11_000,) * 2),
    ("Mill & Co", "Mid-Market", "Retail", (2_000,) * 24),
    ("Quarry", "Mid-Market", "Energy", (3_000,) * 14 + (3_300,) * 10),
    ("Orchard", "Mid-Market", "Fintech", (1_500,) * 5 + (0,) * 17 + (1_500,) * 2),
    ("Pier 9", "SMB", "Retail", (0,) * 22 + (400,) * 2),
)


def build_company(months: int = 24, factor: int = 1) -> Ledger:
    """Return the ledger of ACCOUNTS from October 2023 on, each amount times `factor`.

    Where `months` is more than the 24 closes of ACCOUNTS, the last of them is repeated.
    """
    names = [name for name, *_ in ACCOUNTS]
    columns = [[*mrr, *[mrr[-1]] * (months - len(mrr))][:months] for *_, mrr in ACCOUNTS]
    first = Month.of(2023, 10)
    panel = np.array([[amount * 100 * factor for amount in mrr] for mrr in columns], dtype=np.int64).T
    ledger = build_ledger(
        np.ascontiguousarray(panel),
        first=first,
        currency=EUR,
        accounts=build_accounts([f"A-{number:04d}" for number in range(1, len(names) + 1)], names),
        columns={
            "segment": encode_values("Segment", [segment for _, segment, *_ in ACCOUNTS]),
            "industry": encode_values("Industry", [industry for _, _, industry, _ in ACCOUNTS]),
        },
        source_rows=SourceRows("MRR", np.arange(2, len(names) + 2, dtype=np.int32)),
    )
    return replace(ledger, terms=_list_terms(ledger), lines=_list_lines(ledger))


def _list_lines(ledger: Ledger) -> Lines:
    """Return a line for every run of months at one price, and one of the product Extra.

    Bluepeak grows by pieces, Halcyon and Cascadia by prices, Quarry by the product Extra; R&D <Lab> gets a discount.
    """
    lines = []
    for account, amounts in enumerate(ledger.panel.T.tolist()):
        name, first_amount, at = ledger.accounts.names[account], next(filter(None, amounts), 0), 0
        for amount, run in groupby(amounts):
            first, at = ledger.first.ordinal + at, at + len(list(run))
            last = ledger.first.ordinal + at - 1
            extra = amount - first_amount if name == "Quarry" else 0
            pieces = 100 * amount // first_amount if name == "Bluepeak" else 100
            list_amount = first_amount if name == "R&D <Lab>" else amount - extra
            lines.append((account, 0, first, last, amount - extra, list_amount, pieces * QUANTITY_UNIT))
            lines.append((account, 1, first, last, extra, extra, QUANTITY_UNIT))
    accounts, products, firsts, lasts, mrr, list_mrr, pieces_of_line = np.array(
        [line for line in lines if line[5]], dtype=np.int64
    ).T.copy()
    numbers = accounts.astype(np.intp)
    return sort_lines(Lines(("Base", "Extra"), numbers, products, firsts, lasts, mrr, list_mrr, pieces_of_line))


def _list_terms(ledger: Ledger) -> Terms:
    """Return a term for every run of months at one price; those that still run end half a year later."""
    lines = []
    for account, amounts in enumerate(ledger.panel.T.tolist()):
        at = 0
        for amount, run in groupby(amounts):
            first, at = at, at + len(list(run))
            last = at - 1 if at < len(amounts) else at + 5
            if amount:
                lines.append((account, ledger.first.ordinal + first, ledger.first.ordinal + last, amount))
    accounts, firsts, lasts, mrr = np.array(lines, dtype=np.int64).T
    return build_terms(accounts.astype(np.intp), firsts, lasts, mrr)


def save_snapshot(
    store: Store,
    ledger: Ledger,
    content_hash: str = "1",
    decisions: Sequence[Decision] = (),
    code: str = "gap",
    account: str = "",
) -> Snapshot:
    """Save a ledger as a new snapshot of one workbook with one problem, of `code` and `account`."""
    return store.save_snapshot(
        ledger,
        [{"code": code, "tab": "MRR", "cell": "D9", "account": account}],
        build_cube(Segments(ledger)),
        SyncedWorkbook(
            "file:/x", "x", content_hash, content_hash, decisions=[decision.as_row() for decision in decisions]
        ),
        NOW,
    )


def build_analyst(folder: Path, language: Language, ledger: Ledger, config: Config | None = None) -> Analyst:
    """Return an Analyst on a new store in `folder` that holds one snapshot of `ledger`."""
    store = Store(folder / "nrrbot.db")
    save_snapshot(store, ledger)
    return Analyst(config or Config(), store, None, load_playbook(), get_translator(language), lambda: NOW)
