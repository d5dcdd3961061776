"""The one door: one look-up of the newest snapshot and one base per window, whatever is asked."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.service.commands import COMPARISON, QUESTION, SUB_COMMANDS, Command, ReplyContext
from core.config import Config
from core.errors import NoSnapshotError, QuestionError
from core.metrics import retention
from core.store.snapshots import Snapshot
from core.store.store import Store
from core.terms import Language
from core.text import fold
from core.thresholds import SignalThresholds
from tests.support.samples.nine_accounts import ACCOUNTS, build_analyst, build_company, save_snapshot
from tests.support.scopes import NOW

QUESTIONS = (
    *("", "enterprise Q3", "enterprise Q3 vs Q2", "why enterprise Q3", "by industry Q3", "accounts enterprise Q3"),
    *("trend enterprise", "cohorts", "methods Q3", "risks", "opportunities", "renewals 60", "targets", "outlook"),
    *("reconcile 96.8", "mrr", "arr by industry", "churn enterprise TTM", "mix", "quick ratio", "concentration"),
    *("renewalrate TTM", "survival", "pricevolume TTM"),
    *("whatif churn 5%->3%", 'whatif lose "Bluepeak"', 'lose "Bluepeak"', "data", "help"),
    *('account "Bluepeak"', "benchmarks enterprise 104%", "benchmarks", "define churn", "define nrr"),
)


@pytest.fixture
def bases(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the windows that bases were computed of, in order."""
    windows: list[Any] = []
    select_base = retention.select_base

    def counted(*arguments: Any, **more: Any) -> Any:
        windows.append(arguments[1])
        return select_base(*arguments, **more)

    for module in list(sys.modules.values()):
        if getattr(module, "select_base", None) is select_base:
            monkeypatch.setattr(module, "select_base", counted)
    return windows


@pytest.mark.parametrize(
    ("question", "windows"), [("enterprise Q3", 2), ("why enterprise Q3", 2), ("TTM", 1), ("Q3 vs Q2", 2)]
)
def test_one_base_per_window(tmp_path: Path, bases: list[Any], question: str, windows: int) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    bases.clear()
    analyst.reply("/nrr", question).message()
    assert len(bases) == len(set(bases)) <= windows


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_comes_from_one_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    alone = analyst.reply("/nrr", question)
    expected = alone.json(), alone.message()
    look_up: Callable[..., tuple[Snapshot | None, Any]] = Store.find_latest_state
    snapshot_ids: list[int] = []

    def latest(store: Store, source: str | None = None) -> tuple[Snapshot | None, Any]:
        snapshot, accepted = look_up(store, source)
        assert snapshot is not None
        snapshot_ids.append(snapshot.id)
        # A sync comes between this look-up and the next one: a month more, and other amounts.
        save_snapshot(store, build_company(25, factor=2), str(snapshot.id + 1))
        return snapshot, accepted

    monkeypatch.setattr(Store, "find_latest_state", latest)
    reply = analyst.reply("/nrr", question)
    assert (reply.json(), reply.message()) == expected
    assert snapshot_ids == [1]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_is_json(tmp_path: Path, question: str) -> None:
    data = build_analyst(tmp_path, "en", build_company()).reply("/nrr", question).json()
    assert json.loads(json.dumps(data)) == data


@pytest.mark.parametrize("row", [*SUB_COMMANDS, QUESTION, COMPARISON], ids=lambda row: (*row.words, row.json.path)[0])
def test_every_row_resolves(row: Command) -> None:
    """Each function takes what the door gives it: two values to parse and compute, a report and its needs to show."""
    for name, given in {"parse": 2, "compute": 2, "message": 1, "json": 1}.items():
        function = getattr(row, name)
        parameters = inspect.signature(function.resolve()).parameters
        assert set(function.needs) <= {*parameters} & {*ReplyContext.__dataclass_fields__}, function.path
        required = [parameter.name for parameter in parameters.values() if parameter.default is parameter.empty]
        assert len(set(required) - set(function.needs)) == given, function.path


def test_no_word_names_two_rows() -> None:
    words = [fold(word) for row in SUB_COMMANDS for word in row.words]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("question", sorted({*QUESTIONS} - {"help", "define churn", "define nrr"}))
def test_every_answer_with_a_table_has_rows(tmp_path: Path, question: str) -> None:
    reply = build_analyst(tmp_path, "en", build_company()).reply("/nrr", question)
    rows = reply.csv()
    assert len(rows) == sum(len(values) for values in read_tables(reply.json(), question))
    assert rows or question.split(maxsplit=1)[0] in {"data", "risks", "opportunities", "renewals"}


def read_tables(data: dict[str, Any], question: str) -> list[Any]:
    """Return the lists of rows in the JSON of an answer, one mapping as a list of it."""
    word = question.split(maxsplit=1)[0] if question else ""
    keys = {
        **dict.fromkeys(("by", "accounts", "targets", "outlook", "mix", "concentration", "survival"), ("rows",)),
        **dict.fromkeys(("risks", "opportunities"), ("accounts",)),
        **dict.fromkeys(("whatif", "lose"), ("effects",)),
        "renewals": ("accounts", "overdue"),
        "reconcile": ("matches", "nearest", "accounts"),
        **dict.fromkeys(("mrr", "arr"), ("rows", "whole", "changes", "movements")),
        **dict.fromkeys(("churn", "renewalrate", "pricevolume"), ("window", "trailing_12_months", "accounts")),
        **dict.fromkeys(("trend", "account"), ("months",)),
        "benchmarks": ("benchmarks",),
        "cohorts": ("cohorts",),
        "data": ("problems",),
    }.get(word, ("versus", "accounts") if "vs" in question else ("window", "trailing_12_months"))
    tables = [data[key] for key in keys if data[key]]
    return [table if isinstance(table, list) or word == "data" else [table] for table in tables]


def test_an_answer_without_rows_is_no_table(tmp_path: Path) -> None:
    reply = build_analyst(tmp_path, "en", build_company()).reply("/nrr", "help")
    with pytest.raises(QuestionError, match="not a table"):
        reply.csv()


def test_help_comes_before_the_first_sync(tmp_path: Path) -> None:
    analyst = replace(build_analyst(tmp_path, "en", build_company()), store=Store(tmp_path / "empty.db"))
    reply = analyst.reply("/nrr", "help")
    assert reply.json() == {"segments": {}}
    assert "/nrr renewals" in reply.message().text
    with pytest.raises(NoSnapshotError, match="Nothing was read"):
        analyst.reply("/nrr", "data")


@pytest.mark.parametrize(
    ("language", "shown", "helped"),
    [
        ("en", "no renewal in the next {days} days", "renewals in the next {days} days"),
        ("fr", "les {days} prochains jours", "renouvellements des {days} prochains jours"),
    ],
)
@pytest.mark.parametrize("days", [45, 90])
def test_the_config_rules_the_days_of_renewals(
    tmp_path: Path, language: Language, shown: str, helped: str, days: int
) -> None:
    config = Config(signals=SignalThresholds(renewal_days=days))
    # The one date is past all that can be asked for.
    dates = np.full(len(ACCOUNTS), (NOW.date() + dt.timedelta(days=999)).toordinal(), dtype=np.float64)
    ledger = replace(build_company(), facts={"renewal_date": dates})
    analyst = build_analyst(tmp_path, language, ledger, config)
    reply = analyst.reply("/nrr", "renewals")
    assert reply.json()["days"] == days
    assert shown.format(days=days) in reply.message().text
    assert analyst.reply("/nrr", "renewals 60").json()["days"] == 60
    text = re.sub(r"\s*\n\s*", " ", analyst.reply("/nrr", "help").message().text)
    assert helped.format(days=days) in text


def test_the_config_and_the_signals_have_one_definition_of_thresholds(tmp_path: Path) -> None:
    config = Config(signals=SignalThresholds(nps_low=3))
    scope = build_analyst(tmp_path, "en", build_company(), config).load_newest().scope
    assert scope.thresholds is config.signals
    assert Config().signals == SignalThresholds()


_IMPORTED = """
import sys
from pathlib import Path
from tests.support.samples.nine_accounts import build_analyst, build_company

reply = build_analyst(Path(sys.argv[1]), "en", build_company()).reply("/nrr", "enterprise Q3")
reply.message(), reply.json()
print(*(name for name in sys.modules if name.startswith(("bot.messages.", "core.", "sheets"))))
"""


def test_a_plain_answer_imports_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-c", _IMPORTED, tmp_path], capture_output=True, text=True, check=True)
    imported = set(run.stdout.split())
    assert {"core.reports.answer", "core.reports.answer_json", "bot.messages.reports.answer"} <= imported
    packages = ("core.outlook", "core.digests", "sheets", "bot.messages.outlook", "bot.messages.digests")
    assert not [name for name in imported if name.startswith(packages)]
    shown = {"core.reports.scope", "core.reports.answer", "core.reports.answer_json"}
    assert {name for name in imported if name.startswith("core.reports.")} == shown
