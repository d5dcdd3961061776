"""The tab Words of a workbook: words of the workspace in lines and sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.service.commands import SUB_COMMANDS
from tests.support.command_line import nrrbot
from tests.support.company import write_xlsx

MONTHS = [f"2024-{month:02}" for month in range(6, 13)] + [f"2025-{month:02}" for month in range(1, 10)]
TODAY = ("--today", "2025-10-06")
COMMANDS = [word for command in SUB_COMMANDS for word in command.words]
BOOK: dict[str, list[list[Any]]] = {
    "MRR": [
        ["Account ID", *MONTHS],
        *([f"e{number}", *[9_000] * 14, *[0 if number == 1 else 9_000] * 2] for number in range(6)),
        *([f"s{number}", *[500] * 14, *[0 if number == 2 else 500] * 2] for number in range(6)),
    ],
    "Customers": [
        ["Account ID", "Name", "Segment"],
        *([f"e{number}", f"Aster {number}", "Enterprise"] for number in range(6)),
        *([f"s{number}", f"Birch {number}", "SMB"] for number in range(6)),
    ],
    "Mots": [
        ["Mot", "Signifie"],
        ["big customers", "segment=Enterprise"],
        ["nos pépins", "SMB"],
        ["delete all", "SMB"],
        ["not", "SMB"],
        *([word, "SMB"] for word in COMMANDS),
    ],
}


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    write_xlsx(tmp_path / "book.xlsx", BOOK)
    return "book.xlsx"


def ask(question: str, book: str) -> dict[str, Any]:
    ran = nrrbot("ask", question, "--json", "--workbook", book, "--db", "x.db", *TODAY)
    answer: dict[str, Any] = json.loads(ran.out)
    return answer


@pytest.mark.parametrize(
    ("question", "command", "filters", "excluded"),
    [
        ("big customers Q3", "answer", {"segment": ["Enterprise"]}, {}),
        ("who left among big customers?", "accounts", {"segment": ["Enterprise"]}, {}),
        ("how many of our big customers left in Q3?", "churn", {"segment": ["Enterprise"]}, {}),
        ("churn big customers", "churn", {"segment": ["Enterprise"]}, {}),
        ("nos pépins au T3", "answer", {"segment": ["SMB"]}, {}),
        ("qui est parti chez nos pepins ?", "accounts", {"segment": ["SMB"]}, {}),
        ("everyone except big customers", "answer", {}, {"segment": ["Enterprise"]}),
    ],
)
def test_a_word_of_the_workspace_is_read_as_its_value(
    book: str, question: str, command: str, filters: dict[str, list[str]], excluded: dict[str, list[str]]
) -> None:
    read = ask(question, book)["read"]
    assert (read["command"], read["filters"], read["exclude"]) == (command, filters, excluded)


def test_two_words_are_compared(book: str) -> None:
    sides = ask("big customers vs nos pépins Q3", book)["read"]["sides"]
    assert [side["filters"] for side in sides] == [{"segment": ["Enterprise"]}, {"segment": ["SMB"]}]


def test_no_row_changes_what_a_command_or_an_instruction_means(book: str) -> None:
    problems = json.loads(nrrbot("problems", "--json", "--workbook", book, "--db", "x.db", *TODAY).out)
    reserved = {problem["found"] for problem in problems if problem["code"] == "word_reserved"}
    assert reserved == {"delete all", "not", *COMMANDS} - {"?"}
    assert ask("not big customers", book)["read"]["exclude"] == {"segment": ["Enterprise"]}
    assert ask("data", book)["read"]["command"] == "data"
    refused = nrrbot("ask", "delete all", "--workbook", book, "--db", "x.db", *TODAY)
    assert (refused.code, "change nothing" in refused.err) == (1, True)


def test_a_misspelt_word_of_the_workspace_is_offered_and_not_read_as_another(book: str) -> None:
    ran = nrrbot("ask", "big custommers Q3", "--workbook", book, "--db", "x.db", *TODAY)
    assert (ran.code, "There is no “big custommers” in the sheet. If so, ask: /nrr enterprise Q3 2025." in ran.err) == (
        1,
        True,
    )


def test_look_says_what_the_tab_was_taken_for(book: str) -> None:
    assert "Mots: read as Words. It is read as words for values, by: Mot, Signifie." in nrrbot("look", book, *TODAY).out
