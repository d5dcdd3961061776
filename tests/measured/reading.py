"""How long questions take to read where a sheet has 500 values of segments and 100,000 accounts."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from rapidfuzz import process

from bot.locale.translator import get_translator
from bot.messages.status.reading import LineNamer
from bot.service.memory import settle_collector
from bot.service.requests import RequestReader
from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.history import choose_default_period
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.segments import Segments
from core.months import Calendar
from core.playbook.playbook import Targets, load_playbook
from core.query.intents.items import Words
from core.query.intents.lexicon import load_lexicon
from core.query.intents.sentence import Moment
from core.query.question import parse_question
from core.query.vocabulary import Vocabulary
from core.reports.scope import Origin, QuestionReader, Scope
from core.thresholds import SignalThresholds
from tests.support.generate import company
from tests.support.sample_company import SampleCompany

ACCOUNTS, MONTHS, VALUES = 100_000, 24, 500
LONG_QUESTION = ("why did enterprise lose so many customers in the last quarter? " * 160)[:10_000]
# A look-up among all names takes a hundred times as long as a reading.
_COMPARED = 10

_SYLLABLES = ("ba", "cor", "del", "fen", "gar", "hol", "jun", "kal", "lor", "mar", "nov", "pel", "quin", "ros", "sal")


@dataclass(frozen=True, slots=True)
class ReadingTimes:
    """Milliseconds of CPU time.

    Attributes:
        first: the first question, which builds the indexes of the words.
        sentences: each question, read as a line of the grammar or as a sentence.
        lines: each question, read as a line of the grammar only.
        nearest: some of the questions, each compared with all names by rapidfuzz.
        long: a question of 10,000 characters.

    """

    first: float
    sentences: list[float]
    lines: list[float]
    nearest: list[float]
    long: float


def measure_reading(questions: Sequence[str], others: Sequence[str], folder: Path) -> ReadingTimes:
    """Read each question for the first time, in turns with the grammar alone and with a search for the nearest name.

    Args:
        questions: questions about the sample workbook.
        others: questions that are read before, so that what the process builds once is there.
        folder: where to store the sample workbook.

    """
    reader = build_reader(build_ledger(SampleCompany(folder).load_analyst().load_newest().scope.ledger))
    words, scope = reader.words, reader.reader.scope
    first = measure_call(partial(reader.read, others[0]))
    for question in others:
        measure_call(partial(reader.read, question))
    load_lexicon().warm()
    settle_collector()
    names = [*words.accounts.names, *itertools.chain.from_iterable(words.vocabulary.dimensions.values())]
    times = ReadingTimes(first, [], [], [], measure_call(partial(reader.read, LONG_QUESTION)))
    for number, question in enumerate(questions):
        times.sentences.append(measure_call(partial(reader.read, question)))
        parse = partial(parse_question, question, words.vocabulary, scope.calendar, scope.ledger.last)
        times.lines.append(measure_call(parse))
        if number < _COMPARED:
            times.nearest.append(measure_call(partial(process.extractOne, question, names)))
    return times


def measure_call(read: Callable[[], object]) -> float:
    """Return how many milliseconds of CPU time a question takes; a refusal counts too."""
    start = time.process_time()
    with suppress(QuestionError):
        read()
    return (time.process_time() - start) * 1000


def build_ledger(sample: Ledger) -> Ledger:
    """Return a ledger with the names and values of the sample and many more: names of two words, values of one."""
    random = np.random.default_rng(1)
    long_words = ["".join(parts).capitalize() for parts in itertools.product(_SYLLABLES, repeat=3)]
    more_names = random.choice(long_words, (ACCOUNTS - sample.accounts.count, 2)).tolist()
    names = [*sample.accounts.names, *map(" ".join, more_names)]
    each = VALUES // len(sample.columns)
    columns = {}
    for at, (key, column) in enumerate(sample.columns.items()):
        values = [*column.values, *long_words[at * each : (at + 1) * each - len(column.values)]]
        columns[key] = encode_values(column.heading, random.choice(values, ACCOUNTS).tolist())
    ledger = company(1, ACCOUNTS, MONTHS)
    return replace(ledger, accounts=build_accounts(list(ledger.accounts.ids), names), columns=columns)


def build_reader(ledger: Ledger) -> RequestReader:
    """Return the reader of requests about a ledger; the lines that it offers are not computed."""
    today, translate = (ledger.last + 1).first_day, get_translator("en")
    origin = Origin(1, dt.datetime.combine(today, dt.time(), dt.UTC), "1", {})
    targets = Targets(Fraction(110, 100), Fraction(90, 100))
    scope = Scope(Segments(ledger), origin, Calendar(), load_playbook(), targets, SignalThresholds(), today)
    vocabulary = Vocabulary(scope.segments.askable, dict(scope.segments.headings))
    moment = Moment(scope.calendar, ledger.last, choose_default_period(ledger, scope.calendar), today)
    return RequestReader(
        QuestionReader(scope, vocabulary, "nrr"),
        Words(vocabulary, ledger.accounts.by_name),
        LineNamer(vocabulary, ledger.currency, translate),
        moment,
        lambda _: True,
    )
