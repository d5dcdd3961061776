"""Bits of the file that flip on disk: the store returns the same or refuses, and never something else."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core.errors import StoreError
from core.ledger.segments import SizeRules
from core.money import Currency
from core.store.history.pruning import RetentionPolicy
from core.store.store import Store
from sheets.excel.workbook import ExcelWorkbook
from sheets.ingest.content_hash import hash_content
from sheets.ingest.sync import sync_into_store
from sheets.tabs.read_options import ReadOptions
from tests.support.company import Rows, write_xlsx

NOW = dt.datetime(2025, 1, 20, 7, tzinfo=dt.UTC)
FLIPS = 10_000


def content(turn: int) -> dict[str, Rows]:
    customers: Rows = [["Account ID", "Name", "Segment", "NPS"]]
    mrr: Rows = [["Account ID", *(f"2024-{month:02d}" for month in range(1, 13))]]
    for number in range(12):
        customers.append([f"A-{number}", f"Société {number}", ("Large", "Small")[(number + turn) % 2], number + turn])
        mrr.append([f"A-{number}", *[100 + number + turn] * 11, "TBD" if number == 3 else 90])
    return {"Customers": customers, "MRR": mrr}


def read_everything(store: Store, source: str) -> list[object]:
    """Return all that answers are made of, as values that can be compared."""
    snapshot = store.load_latest_snapshot()
    assert snapshot == store.load_latest_snapshot(source)
    ledger, figures = store.load(snapshot.id), store.figures(snapshot.id)
    past = store.load_past_facts(source, ledger.accounts.ids)
    return [
        snapshot,
        hash_content(ledger, (), SizeRules()),
        (figures.labels, figures.windows, figures.sums.tobytes()),
        store.problems(snapshot.id),
        store.restatements(source),
        store.load_accepted(source),
        [(facts.month, {key: numbers.tobytes() for key, numbers in facts.facts.items()}) for facts in past],
    ]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_bit_that_flips_changes_no_answer(tmp_path: Path) -> None:
    path, store = tmp_path / "book.xlsx", Store(tmp_path / "nrrbot.db")
    for turn in range(4):
        write_xlsx(path, content(turn))
        sync_into_store(
            ExcelWorkbook(path),
            store,
            ReadOptions(Currency("EUR", 2), "", NOW.date()),
            SizeRules(),
            NOW + dt.timedelta(days=14 * turn),
            keep=RetentionPolicy(2, 400),
        )
    source = f"file:{path}"
    store.accept_problems(source, {"fingerprint": "gap", "another": "gap"}, NOW)
    expected = read_everything(store, source)
    whole = store.path.read_bytes()
    rng = np.random.default_rng(600)
    outcomes: Counter[str] = Counter()
    for place in rng.integers(len(whole) * 8, size=FLIPS).tolist():
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        damaged = Store(tmp_path / "flipped.db")
        damaged.path.write_bytes(flipped)
        try:
            assert read_everything(damaged, source) == expected, place
            outcomes["same"] += 1
        except StoreError:
            outcomes["refused"] += 1
        for left in tmp_path.glob("flipped.db*"):
            left.unlink()
    assert outcomes["refused"] > FLIPS // 100
    assert outcomes["same"] > FLIPS // 100
