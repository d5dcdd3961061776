"""How long whole answers take: the words are read, the figures computed, the message and the JSON built."""

from __future__ import annotations

import datetime as dt
import json
import time
from itertools import product
from pathlib import Path
from statistics import median

from bot.locale.translator import get_translator
from bot.service.analyst import Analyst
from core.config import Config, load_company_playbook
from core.store.store import Store

# Each question is asked once, so that no answer is remembered.
SENTENCES = ("how is {0} doing in {1}", "gross retention of {0}, {1}", "quel est le NRR de {0} en {1} ?")
PERIODS = ("Q1", "Q2", "H1", "2024-10..2025-03", "2025-02", "2025-05")


def measure_whole_answers(path: Path) -> tuple[float, float]:
    """Return (median wall, least CPU time) in ms of answers about the newest snapshot of a store."""
    config = Config()
    analyst = Analyst(
        config,
        Store(path),
        None,
        load_company_playbook(config),
        get_translator("en"),
        lambda: dt.datetime.now(dt.UTC),
    )
    values = analyst.load_newest().scope.segments.askable["region"][:4]
    questions = [sentence.format(*cut) for sentence in SENTENCES for cut in product(values, PERIODS)]
    _answer(analyst, questions[0])
    walls, least = [], float("inf")
    for question in questions[1:]:
        start, cpu = time.perf_counter(), time.process_time()
        _answer(analyst, question)
        walls.append((time.perf_counter() - start) * 1000)
        least = min(least, (time.process_time() - cpu) * 1000)
    return median(walls), least


def _answer(analyst: Analyst, question: str) -> None:
    reply = analyst.reply("/nrr", question)
    json.dumps(reply.message().blocks)
    json.dumps(reply.json())
