"""Answers of `nrrbot ask` from the store: the same output, computed once, and never that of other data."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli.stored_answers import StoredAnswer
from bot.service.analyst import Analyst
from core.store.answers import AnswerFile
from core.store.store import Store
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany

ROOT = Path(__file__).parents[3]
# Days and moments count: the tests ask as of now, and the months of the company are over.
QUESTION = ("ask", "enterprise Q3 2025")


@pytest.fixture
def form(company: MakeCompany) -> Form:
    form = company("wide", "xlsx")
    assert nrrbot("sync", "--config", form.config).code == 0
    return form


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the questions that were computed, in order."""
    questions: list[str] = []
    reply: Callable[..., object] = Analyst.reply

    def counted(analyst: Analyst, command: str, text: str) -> object:
        questions.append(f"{command} {text}")
        return reply(analyst, command, text)

    monkeypatch.setattr(Analyst, "reply", counted)
    return questions


def ask(form: Form, *more: str) -> str:
    ran = nrrbot(*QUESTION, *more, "--config", form.config)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


@pytest.mark.parametrize("more", [(), ("--json",), ("--slack",), ("--lang", "fr"), ("--metric", "grr")])
def test_the_same_question_is_computed_once(form: Form, computed: list[str], more: tuple[str, ...]) -> None:
    first = ask(form, *more)
    assert ask(form, *more) == first
    assert len(computed) == 1


def test_forms_languages_and_metrics_are_kept_apart(form: Form, computed: list[str]) -> None:
    outputs = {
        ask(form),
        ask(form, "--json"),
        ask(form, "--slack"),
        ask(form, "--lang", "fr"),
        ask(form, "--metric=grr"),
    }
    assert len(outputs) == len(computed) == 5


def edit_the_workbook(form: Form) -> None:
    form.put("MRR", 5, 17, 1600)


def change_the_settings(form: Form) -> None:
    form.config.write_text(form.config.read_text("utf-8") + "\n[targets]\nnrr = 120\n", "utf-8")


def accept_a_problem(form: Form) -> None:
    store = Store(form.config.parent / "nrrbot.db")
    snapshot = store.load_latest_snapshot()
    store.accept_problems(snapshot.source, {"a problem": "gap"}, dt.datetime.now(dt.UTC))


@pytest.mark.parametrize("change", [edit_the_workbook, change_the_settings, accept_a_problem])
def test_other_data_and_settings_are_computed_anew(
    form: Form, computed: list[str], change: Callable[[Form], None]
) -> None:
    ask(form)
    change(form)
    ask(form)
    assert len(computed) == 2


def test_another_day_is_computed_anew(form: Form, computed: list[str]) -> None:
    today = dt.datetime.now(dt.UTC).date()
    ask(form, "--today", str(today))
    ask(form, "--today", str(today))
    ask(form, "--today", str(today + dt.timedelta(days=1)))
    assert len(computed) == 2


def test_an_answer_about_data_that_changed_meanwhile_is_not_found(form: Form) -> None:
    config, now = form.setup(None).config, dt.datetime.now(dt.UTC)
    answer = StoredAnswer(config, ("nrr", "text", "Q3"), now, None)
    key = answer.hash_state()
    accept_a_problem(form)
    answer.record(key, "of the data before")
    assert answer.find() is None
    answer.record(answer.hash_state(), "of the data now")
    assert answer.find() == "of the data now"


def test_answers_about_earlier_snapshots_are_deleted(form: Form) -> None:
    path = form.config.parent / "nrrbot.db"
    answers = AnswerFile(path)
    first = answers.find_state(None)
    assert first
    answers.record("a", first, "x")
    edit_the_workbook(form)
    nrrbot("sync", "--config", form.config)
    second = answers.find_state(None)
    assert second
    assert second.snapshot == first.snapshot + 1
    answers.record("b", second, "y")
    assert (answers.find("a"), answers.find("b")) == (None, "y")


def test_a_store_that_cannot_be_written_still_answers(form: Form) -> None:
    text = ask(form)
    folder = form.config.parent
    folder.chmod(0o500)
    try:
        assert ask(form) == text
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("command", [("sync",), ("ask", "SMB"), ("write",)])
def test_a_file_needs_nothing_of_google(form: Form, command: tuple[str, ...]) -> None:
    code = (
        "import atexit, sys\n"
        "names = ('gspread', 'google', 'requests', 'urllib3')\n"
        "atexit.register(lambda: print('imported', *sorted(sys.modules.keys() & set(names))))\n"
        "from bot.__main__ import main\nmain()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *command, "--config", str(form.config)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        env=os.environ,
    )
    assert ran.stdout.splitlines()[-1] == "imported"


def test_an_answer_from_the_store_imports_no_numbers_and_no_languages(form: Form) -> None:
    ask(form)
    code = (
        "import atexit, sys\n"
        "names = ('numpy', 'babel', 'rapidfuzz', 'sqlite_utils', 'openpyxl')\n"
        "atexit.register(lambda: print('imported', *sorted(sys.modules.keys() & set(names))))\n"
        "from bot.__main__ import main\nmain()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *QUESTION, "--config", str(form.config)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout.splitlines()[-1] == "imported"
    assert ran.stdout.startswith("Enterprise, Q3 2025: NRR 90.9%")
