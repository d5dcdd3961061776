"""With figures from a warehouse no text speaks of a sheet or of tabs, in English and in French."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from bot.jobs.delivery.failures import SHEET, STALE
from bot.jobs.home import HomeViews
from bot.locale.readers import Reader
from bot.locale.translator import get_translator
from bot.messages.digests.alerts import build_alert_message
from bot.messages.digests.restatements import list_restatements
from bot.messages.freshness.failures import build_failure_notice, build_fixed_notice
from bot.messages.kit.parts import Headline
from bot.messages.status.sync import build_sync_message
from bot.service.access.viewer import OPERATOR
from bot.service.analyst import Analyst
from bot.service.commands import SUB_COMMANDS
from bot.service.digests.building import preview_digest
from bot.service.refresh.warehouse import sync_warehouse
from bot.slack.request import Request
from core.digests.alerts import find_alerts
from core.errors import NrrbotError, Sentence
from core.references.glossary import TERMS
from core.store.outgoing.failures import Failure
from core.store.state.preferences import Preferences
from core.store.store import Store
from core.terms import Language
from core.thresholds import AlertThresholds
from tests.support.hostile_company import build_hostile_company
from tests.support.two_sources import TwoSources, open_both

NOW = dt.datetime(2025, 7, 15, 9, tzinfo=dt.UTC)
WORDS = re.compile(r"[^.]*\b(?:sheets?|tabs?|workbooks?|feuilles?|onglets?|classeurs?)\b[^.]*", re.IGNORECASE)
# What the words of the table need to be a question.
REST = {"whatif": "churn 5%->3%", "lose": "A05", "account": "A05", "reconcile": "104.1"}
QUESTIONS = (
    *("", "South Q2", "grr South Team Q2", "2024-08..2024-10", "Q2 vs Q1", "why South", "accounts TTM base kept"),
    *("mrr by region", "trend 40 quarters", "trend 90 months", "trend 20 years", "mrr 2024-05", "2030", "Q1 2019"),
    *("hello", "thanks", "who are you", "Soth", "nonsense words", "by nothing", "region Foo", "CAC", "salary of A05"),
    *("delete A05", "what is our margin", "movements Q2", "accounts Q2 top 500", "South vs Nowhere", "Q9"),
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> TwoSources:
    """The company with every trap, whose closed periods a second sync restates."""
    both = open_both(tmp_path_factory.mktemp("words"), *build_hostile_company(), NOW)
    with duckdb.connect(both.file) as database:
        database.execute("UPDATE mrr SET amount = 2 * amount WHERE account_id < 'A20' AND m > 24294")
    sync_warehouse(both.warehouse, NOW + dt.timedelta(minutes=1))
    return both


def list_texts(analyst: Analyst) -> Iterator[tuple[str, str]]:
    """Yield every text about the newest snapshot, each with its name."""
    translate, newest = analyst.translate, analyst.load_newest()
    commands = [f"{word} {REST.get(row.name, '')}" for row in SUB_COMMANDS for word in row.words]
    for question in (*QUESTIONS, *commands, *(f"define {term.names[0]}" for term in TERMS)):
        try:
            yield question, analyst.reply("/nrr", question).message().text
        except NrrbotError as error:
            yield question, translate.format_error(error)
    yield "digest", preview_digest(analyst, NOW).text
    alerts = find_alerts(newest.scope, newest.restatements(), AlertThresholds(account_share=1), b"key")
    assert {type(alert).__name__ for alert in alerts.alerts} >= {"RestatementAlert"}
    yield "alerts", build_alert_message(alerts, analyst.calendar, translate, str).text
    calendar, headings = newest.scope.calendar, newest.scope.segments.headings
    yield "restatements", list_restatements(newest.restatements(), headings, calendar, translate)
    yield "sync", build_sync_message(newest.snapshot, is_new=True, restated=3, translate=translate).text
    yield "home", read_home(analyst)


def read_home(analyst: Analyst) -> str:
    asker = Reader(analyst.translate.language, own=Preferences())
    view = HomeViews(analyst).build_view(Request("", "", "U0ANN", "", viewer=OPERATOR, asker=asker))
    return json.dumps(view, ensure_ascii=False)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_text_of_a_warehouse_speaks_of_a_sheet(both: TwoSources, language: Language, tmp_path: Path) -> None:
    analyst = both.warehouse.speak(get_translator(language))
    texts = list(list_texts(analyst))
    # A week later nothing was read since.
    stale = move_clock(analyst, dt.timedelta(days=7))
    texts += [("stale", stale.reply("/nrr", "").message().text), ("stale home", read_home(stale))]
    texts += [("fix", stale.explain_failure().text), ("mended", analyst.explain_failure().text)]
    texts.append(("before the first sync", read_home(replace(analyst, store=Store(tmp_path / "empty.db")))))
    for key in (SHEET, STALE):
        failure = Failure(key, Sentence("The warehouse cannot be reached."), "", NOW, ())
        texts += [(key, build(failure, analyst.translate).text) for build in (build_failure_notice, build_fixed_notice)]
    assert [(name, hit) for name, text in texts for hit in WORDS.findall(text)] == []


def move_clock(analyst: Analyst, by: dt.timedelta) -> Analyst:
    return replace(analyst, clock=lambda: NOW + by)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "The warehouse was last read on 15 Jul 2025, 09:01 UTC; what follows is as of then.\n"),
        ("fr", "L’entrepôt de données a été lu pour la dernière fois le 15 juil. 2025 à 09:01 UTC"),
    ],
)
def test_old_data_of_a_warehouse_is_said_first(both: TwoSources, language: Language, says: str) -> None:
    analyst = both.warehouse.speak(get_translator(language))
    hours = analyst.config.schedule.stale_hours
    for later, is_stale in ((dt.timedelta(hours=hours), False), (dt.timedelta(hours=hours, minutes=2), True)):
        served = move_clock(analyst, later)
        for question in ("", "why South Q2", "help", "mrr"):
            assert served.reply("/nrr", question).message().text.startswith(says) == is_stale, question
        assert served.reply("/nrr", "").is_stale == is_stale


@pytest.mark.parametrize(
    ("language", "says"), [("en", "(old data: to June 2025)"), ("fr", "(données anciennes, jusqu’à juin 2025)")]
)
def test_tables_that_were_not_loaded_are_said_in_the_headline(both: TwoSources, language: Language, says: str) -> None:
    analyst = both.warehouse.speak(get_translator(language))
    for days, is_old in ((14, False), (60, True)):
        served = move_clock(analyst, dt.timedelta(days=days))
        for question in ("", "mrr South"):
            text = served.reply("/nrr", question).message().text
            assert (says in "\n".join(text.splitlines()[:3])) == is_old, text[:300]


@pytest.mark.parametrize(("language", "heading"), [("en", "Segments in detail"), ("fr", "Les segments en détail")])
def test_a_thread_without_suggestions_has_its_segments(both: TwoSources, language: Language, heading: str) -> None:
    thread = preview_digest(both.warehouse.speak(get_translator(language)), NOW).thread
    assert [message.parts[0] for message in thread][1:] == [Headline(heading)]
