"""A company of forty accounts whose workbook was synced five times, with facts that change: what signs are tested on.

At the end of March 2025, by the snapshot of 25 March, thirty accounts have an NPS. Of the ten with an NPS of 6 or less
eight are lost by September, of the twenty others one; of the ten accounts without an NPS two are lost. Ten accounts
have a feature adoption, five of them below 50% until July; none of the ten is lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.locale.translator import Translator
from bot.service.analyst import Analyst
from core.config import Config
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.rows import SourceRows
from core.ledger.segments import Segments
from core.metrics.cube import build_cube
from core.months import Month
from core.playbook.playbook import load_playbook
from core.store.snapshots import SyncedWorkbook
from core.store.store import Store
from tests.support.generate import EUR
from tests.support.ledgers import build_ledger

NOW = dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC)
SOURCE = "file:/forty"
# The accounts that are lost in June 2025: eight of the low scores, one of the high ones, two without a score.
_LOST = frozenset((*range(8), 10, 30, 31))
NPS: Mapping[int, float] = {**dict.fromkeys(range(10), 4), **dict.fromkeys(range(10, 30), 9)}
Facts = Mapping[str, Mapping[int, float]]


def save_snapshots(store: Store) -> None:
    """Save the five snapshots: before any NPS, twice in March, in May with one score less, in July, in October."""
    for number, (moment, facts) in enumerate(_list_facts()):
        # Sheets are sorted anew: no snapshot has its accounts in the order of another.
        save_ledger(store, _build_ledger(np.roll(np.arange(40), 7 * number), facts), str(number), moment)


def save_ledger(store: Store, ledger: Ledger, content_hash: str, moment: dt.datetime) -> None:
    """Save a ledger as a snapshot of the workbook."""
    workbook = SyncedWorkbook(SOURCE, "forty", content_hash, content_hash)
    store.save_snapshot(ledger, [], build_cube(Segments(ledger)), workbook, moment)


def _list_facts() -> Iterator[tuple[dt.datetime, Facts]]:
    def at(month: int, day: int) -> dt.datetime:
        return dt.datetime(2025, month, day, 7, tzinfo=dt.UTC)

    low = {"feature_adoption": {**dict.fromkeys(range(20, 25), 0.4), **dict.fromkeys(range(25, 30), 0.8)}}
    high = {"feature_adoption": dict.fromkeys(range(20, 30), 0.8)}
    yield at(1, 10), {}
    yield at(3, 10), {"nps": {account: 10 - nps for account, nps in NPS.items()}, **high}
    yield at(3, 25), {"nps": NPS, **low}
    # A-0011 falls from 9 to 8 to 4; A-0008 and A-0009, which had a low score and stayed, rise.
    yield at(5, 5), {"nps": {**NPS, 11: 8}, **low}
    yield at(7, 10), {"nps": {**NPS, 11: 4, 9: 9}, **low}
    yield NOW, {"nps": {**NPS, 11: 4, 9: 9, 8: 9}, "complaints": {12: 1}, **high}


def _build_ledger(order: NDArray[np.intp], facts: Facts) -> Ledger:
    panel = np.full((9, 40), 20_000, dtype=np.int64)
    panel[5:, sorted(_LOST)] = 0
    arrays = {
        name: np.array([values.get(account, np.nan) for account in order.tolist()], dtype=np.float64)
        for name, values in facts.items()
    }
    return build_ledger(
        panel[:, order],
        first=Month.of(2025, 1),
        currency=EUR,
        accounts=build_accounts([f"A-{account:04d}" for account in order.tolist()]),
        facts=arrays,
        source_rows=SourceRows("MRR", np.arange(2, 42, dtype=np.int32)),
    )


def build_analyst(path: Path, translate: Translator) -> Analyst:
    """Return an Analyst on a new store at `path` that holds the snapshots."""
    store = Store(path)
    save_snapshots(store)
    return Analyst(Config(), store, None, load_playbook(), translate, lambda: NOW)
