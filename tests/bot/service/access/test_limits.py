"""Limits: who may ask about some segments gets answers that depend on no other segment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.service.access.own_accounts import name_own_accounts
from bot.service.access.viewer import OPERATOR, Viewer
from bot.service.analyst import Analyst
from bot.service.commands import SUB_COMMANDS
from core.errors import AccessError, NrrbotError, QuestionError
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger
from core.ledger.lines import Lines
from tests.support.samples.nine_accounts import ACCOUNTS, build_analyst, build_company

ENTERPRISE = frozenset(["segment=Enterprise"])
WORDS = {"by": "industry", "reconcile": "85", "benchmarks": "104%"}
QUESTIONS = [
    *("enterprise Q3", "grr enterprise TTM", "enterprise Q3 vs enterprise Q2", "mrr by industry enterprise 2025-09"),
    *("enterprise not fintech Q3", 'account "Bluepeak"', "account A-0001", "help", "define nrr", "hello"),
    *(f"{row.name} {WORDS.get(row.name, '')} enterprise" for row in SUB_COMMANDS if row.reach == "cut"),
]
REFUSED = [
    *("", "Q3", "smb Q3", "enterprise, smb Q3", "not smb Q3", "retail Q3", "by segment Q3", "enterprise vs smb Q3"),
    *("targets", "signs", "data", "mix enterprise", "whatif enterprise churn 5%->3%", 'lose "Bluepeak"', "risks"),
]


def serve(folder: Path, ledger: Ledger, limits: frozenset[str] = ENTERPRISE) -> Analyst:
    folder.mkdir(exist_ok=True)
    return build_analyst(folder, "en", ledger).serve(Viewer("U1", "slack", sees_names=True, limits=limits))


def change_others(ledger: Ledger) -> Ledger:
    """Return the company with other amounts and names wherever the segment is not Enterprise."""
    others = np.array([segment != "Enterprise" for _, segment, *_ in ACCOUNTS])
    panel = ledger.panel.copy()
    panel[:, others] = panel[::-1, others] * 3 + 12_345
    names = [f"Other {at}" if is_other else ledger.accounts.names[at] for at, is_other in enumerate(others.tolist())]
    lines = ledger.lines
    assert lines
    kept = ~others[lines.accounts]
    arrays: dict[str, Any] = {name: None if array is None else array[kept] for name, array in lines.arrays.items()}
    return replace(
        ledger,
        panel=panel,
        accounts=replace(ledger.accounts, names=tuple(names)),
        lines=Lines(lines.product_names, **arrays),
    )


@pytest.fixture(scope="module")
def analysts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Analyst, Analyst]:
    folder, ledger = tmp_path_factory.mktemp("limits"), replace(build_company(), terms=None)
    return serve(folder / "one", ledger), serve(folder / "other", change_others(ledger))


def answer(analyst: Analyst, question: str) -> Any:
    try:
        reply = analyst.reply("/nrr", question)
        return reply.message().text, json.dumps(reply.json())
    except NrrbotError as error:
        return str(error)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_depends_on_no_other_segment(analysts: tuple[Analyst, Analyst], question: str) -> None:
    one, other = (answer(analyst, question) for analyst in analysts)
    assert "You may ask about" not in str(one)
    assert one == other


def test_the_figures_are_those_of_everyone(analysts: tuple[Analyst, Analyst]) -> None:
    whole = analysts[0].serve(OPERATOR)
    for question in ("enterprise Q3", "enterprise TTM", "why enterprise Q3", "churn enterprise"):
        assert analysts[0].reply("/nrr", question).json()["window"] == whole.reply("/nrr", question).json()["window"]


@pytest.mark.parametrize("question", REFUSED)
def test_a_question_about_more_is_refused(analysts: tuple[Analyst, Analyst], question: str) -> None:
    with pytest.raises(AccessError, match=r"You may ask about Enterprise only, .* ask the admin of nrrbot"):
        analysts[0].reply("/nrr", question)


@pytest.mark.parametrize("question", ['account "Quarry"', "account A-0007", "account Quary", "account Mill", "account"])
def test_no_account_of_another_segment_is_known(analysts: tuple[Analyst, Analyst], question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        analysts[0].reply("/nrr", question)
    shown = analysts[0].translate.format_error(caught.value) + str(caught.value.values.get("nearest_lines"))
    typed = question.partition(" ")[2].strip('"')
    others = [name for name, segment, *_ in ACCOUNTS if segment != "Enterprise"]
    assert not [name for name in (*others, "A-0006", "A-0007") if name in shown and name != typed]


def test_limits_that_cover_all_values_of_a_column_are_none(tmp_path: Path) -> None:
    every = frozenset(["segment=Enterprise", "Mid-Market", "segment=smb"])
    analyst = serve(tmp_path, build_company(), every)
    assert analyst.reply("/nrr", "Q3").line
    assert analyst.reply("/nrr", "retail Q3").line
    with pytest.raises(AccessError):
        analyst.reply("/nrr", "targets")


@pytest.mark.parametrize("limits", [frozenset[str](), frozenset(["segment=Nowhere"]), frozenset(["colour=red"])])
def test_a_limit_that_the_sheet_does_not_have_allows_nothing(tmp_path: Path, limits: frozenset[str]) -> None:
    analyst = serve(tmp_path, build_company(), limits)
    for question in ("Q3", "enterprise Q3"):
        with pytest.raises(AccessError):
            analyst.reply("/nrr", question)
    with pytest.raises(QuestionError):
        analyst.reply("/nrr", "account Bluepeak")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("my accounts Q3 churn", 'owner="Inès Mato" accounts Q3 churn'),
        ("nrr of my customers in Q3", 'nrr of owner="Inès Mato" customers in Q3'),
        ("mine Q3", 'owner="Inès Mato" Q3'),
        ("mes comptes T3", 'owner="Inès Mato" comptes T3'),
        ("my nrr Q3", "my nrr Q3"),
        ("determine Q3", "determine Q3"),
    ],
)
def test_my_accounts_are_those_of_the_owner_in_the_sheet(text: str, line: str) -> None:
    assert name_own_accounts(text, "Inès Mato").replace("  ", " ") == line
    assert name_own_accounts(text, "") == text


def test_my_accounts_are_asked_for_by_the_owner(tmp_path: Path) -> None:
    ledger = build_company()
    owners = ["Inès Mato", "Paul Roux"] * 4 + ["Inès Mato"]
    ledger = replace(ledger, columns={**ledger.columns, "owner": encode_values("Owner", owners)})
    analyst = build_analyst(tmp_path, "en", ledger).serve(Viewer("U1", sees_names=True, owner="Inès Mato"))
    for text in ("mine Q3", "my accounts Q3", "my risks"):
        assert analyst.reply("/nrr", text).read["filters"] == {"owner": ["Inès Mato"]}, text
