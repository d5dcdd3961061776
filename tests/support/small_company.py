"""A company of nine accounts over 24 months, and an analyst that answers from it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from bot.locale.translator import Language, get_translator
from bot.service.analyst import Analyst
from core.config import Config
from core.ledger.ledger import Ledger, build_ledger, encode_values
from core.ledger.segments import Segments
from core.metrics.retention import build_cube
from core.months import Month
from core.playbook.playbook import load_playbook
from core.store.store import Store
from tests.support.generate import EUR

NOW = dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC)

# Name, segment, industry, and MRR in whole euros at each close from October 2023 on.
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


def company() -> Ledger:
    names = [name for name, *_ in ACCOUNTS]
    panel = np.array([[amount * 100 for amount in mrr] for *_, mrr in ACCOUNTS], dtype=np.int64).T
    return build_ledger(
        np.ascontiguousarray(panel),
        first=Month.of(2023, 10),
        currency=EUR,
        ids=[f"A-{number:04d}" for number in range(1, len(names) + 1)],
        names=names,
        columns={
            "segment": encode_values("Segment", [segment for _, segment, *_ in ACCOUNTS]),
            "industry": encode_values("Industry", [industry for _, _, industry, _ in ACCOUNTS]),
        },
        tab="MRR",
        rows=np.arange(2, len(names) + 2, dtype=np.int32),
    )


def build_analyst(folder: Path, language: Language, ledger: Ledger) -> Analyst:
    store = Store(folder / "nrrbot.db")
    store.save(
        ledger,
        [{"code": "gap", "tab": "MRR", "cell": "D9"}],
        build_cube(Segments(ledger)),
        source="file:/x",
        source_name="x",
        source_version="1",
        content_hash="1",
        synced_at=NOW,
    )
    return Analyst(Config(), store, None, load_playbook(), get_translator(language), lambda: NOW)
