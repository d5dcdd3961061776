"""The command line as the contract has it: what each command prints, where, and how it exits."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import functools
import io
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.cli.commands import cli
from bot.cli.progress import PATIENCE
from core.months import Month
from sheets.tabs.example_rows import EXAMPLE_ID
from tests.support.command_line import Ran, nrrbot
from tests.support.company import ENTERPRISE_Q3, ENTERPRISE_TTM, Form, MakeCompany, tabs, wide, write_config, write_xlsx
from tests.support.doc_parts import list_commands
from tests.support.google.server import GoogleServer
from tests.support.loopback import connected_hosts
from tests.support.slack.block_kit import check_message
from tests.support.slack.server import SlackServer

NRRBOT = Path(sys.executable).with_name("nrrbot")
Installed = Callable[..., subprocess.CompletedProcess[str]]
COMMAND_NAMES = {"demo", "sync", "ask", "write", "metrics", "movements", "problems", "digest", "run", "manifest",
                 "look", "doctor", "template", "restatements", "backup", "accounts", "restore",
                 "verify", "addin", "board", "preview", "audit", "forget", "init", "jobs",
                 "compare-sources"}  # fmt: skip
COMMON = {"--config", "--workbook", "--db", "--today", "--lang"}

# The keys of the contract, in its order; more may follow.
ANSWER = (
    "question currency minor_units data_through usage_months snapshot doubts window trailing_12_months"
    " trailing_12_months_reason benchmark reading advice excluded problems"
)
WINDOW = (
    "start end complete starting_mrr expansion contraction churn ending_mrr new_mrr reactivated_mrr fx_effect accounts"
    " nrr grr logo_retention nrr_reason"
)
COUNTS = "base expanded contracted churned retained new reactivated"
MOVEMENTS = "month start_mrr new reactivation expansion contraction churn end_mrr fx_effect"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Give the options that name a workbook and a store: with both, no config file is needed."""
    monkeypatch.chdir(tmp_path)
    write_xlsx(tmp_path / "book.xlsx", tabs("wide"))
    return ("--workbook", "book.xlsx", "--db", "nrrbot.db", "--today", "2025-10-06")


def good(*arguments: object) -> str:
    ran = nrrbot(*arguments)
    assert (ran.code, ran.err) == (0, ""), ran
    return ran.out


def of_json(*arguments: object) -> Any:
    return json.loads(good(*arguments))


def bad(code: int, *arguments: object) -> Ran:
    """Run what cannot work: nothing on stdout, a sentence on stderr."""
    ran = nrrbot(*arguments)
    assert (ran.code, ran.out) == (code, ""), ran
    assert len(ran.err.strip()) > 20
    return ran


def read_csv(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV as a program with a comma for a separator reads them."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


# What there is.


def test_every_command_of_the_contract_is_there_with_its_options() -> None:
    assert set(cli.commands) == COMMAND_NAMES
    for name, command in list_commands():
        options = {option for parameter in command.params for option in parameter.opts}
        assert options >= COMMON, name
        assert command.help


@pytest.mark.parametrize("command", sorted(COMMAND_NAMES))
def test_every_command_explains_itself(command: str) -> None:
    assert good(command, "--help").startswith(f"Usage: nrrbot {command}")


# What it prints.


def test_sync_says_what_it_read_and_then_that_nothing_changed(files: tuple[str, ...]) -> None:
    first = good("sync", *files)
    # The first sync says before how the workbook is understood.
    assert first.split("\n\n")[-1].splitlines() == [
        "book.xlsx: 9 accounts, data through September 2025, in EUR.",
        "Snapshot 1, the first of this workbook.",
        "September 2025: 7 accounts, €6,321 of MRR, €75,846 of ARR. In twelve months 1 new, 1 lost.",
        "MRR: The workbook names no currency, so amounts are read as EUR.",
        "MRR: Amounts are read as MRR, because of “MRR”.",
        "1 problem in the sheet (1 new):",
        "  1  amount_unreadable  error",
        "1 account is excluded from all figures until its row is fixed; see nrrbot problems.",
    ]
    assert "Nothing changed since snapshot 1." in good("sync", *files)
    content = tabs("wide")
    content["MRR"][1][16] = 1300
    content["MRR"].append(["E-9", 5])
    write_xlsx(Path("book.xlsx"), content)
    assert "Snapshot 2. Since the one before: 1 account added and 1 amount changed." in good("sync", *files)


def test_ask_prints_what_slack_would_answer(files: tuple[str, ...]) -> None:
    printed = good("ask", "enterprise Q3", *files)
    assert printed.startswith("Enterprise, Q3 2025: NRR 90.9%, GRR 87.3%\n\n")
    assert re.search(r"^  − churn +−€500  1: Nordwind$", printed, re.MULTILINE)
    assert good("ask", "enterprise", "Q3", *files) == printed
    assert good("ask", "--metric", "grr", "enterprise", "Q3", *files).startswith("Enterprise, Q3 2025: GRR 87.3%, NRR ")
    assert good("ask", *files).startswith("Whole company, Q3 2025: NRR 91.7%, GRR 87.6%")
    assert "What you can ask" in good("ask", "help", *files)


def test_the_json_of_an_answer_is_that_of_the_contract(files: tuple[str, ...]) -> None:
    answer = of_json("ask", "enterprise Q3 2025", "--json", *files)
    assert set(answer) >= set(ANSWER.split())
    assert {key: answer["question"][key] for key in ("metric", "dimension", "value", "period", "method")} == {
        "metric": "nrr", "dimension": "segment", "value": "Enterprise", "period": "Q3 2025", "method": "cohort",
    }  # fmt: skip
    assert (answer["currency"], answer["minor_units"], answer["data_through"]) == ("EUR", 2, "2025-09")
    assert set(answer["snapshot"]) == {"id", "synced_at", "source_version"}
    assert answer["snapshot"]["synced_at"].startswith("2025-10-06T")
    for window, expected in (("window", ENTERPRISE_Q3), ("trailing_12_months", ENTERPRISE_TTM)):
        assert {key: answer[window][key] for key in WINDOW.split()} == expected
        assert set(answer[window]["accounts"]) == set(COUNTS.split())
    assert answer["trailing_12_months_reason"] is None


@pytest.mark.parametrize(
    ("question", "window", "closes"),
    [
        ("enterprise Q1 2024", "it needs the close of 2023-12, and the history begins with 2024-06", 0),
        ("smb Q3 2024", None, 4),
        ("region=north juillet 2024", None, 2),
    ],
)
def test_what_cannot_be_said_is_null_with_the_reason(
    files: tuple[str, ...], question: str, window: str | None, closes: int
) -> None:
    answer = of_json("ask", question, "--json", *files)
    assert answer["trailing_12_months"] is None
    assert answer["trailing_12_months_reason"] == f"needs 13 month closes, there are {closes}"
    assert answer["benchmark"] is None
    assert answer["window"]["nrr_reason"] == window
    assert (answer["window"]["nrr"] is None) == (window is not None)


def test_a_segment_that_nobody_paid_in(files: tuple[str, ...]) -> None:
    content = tabs("wide")
    content["Customers"].append(["C-1", "Late", "Consumer", "North"])
    content["MRR"].append(["C-1", *[None] * 15, 9])
    write_xlsx(Path("book.xlsx"), content)
    answer = of_json("ask", "segment=consumer Q3", "--json", *files)
    assert (answer["window"]["nrr"], answer["window"]["grr"]) == (None, None)
    assert "nobody in Consumer paid at the end of" in answer["window"]["nrr_reason"]
    assert good("ask", "segment=consumer Q3", *files).startswith("No NRR for Consumer in Q3 2025\n\nBecause nobody in ")


def test_the_slack_payload_is_one_that_slack_takes(files: tuple[str, ...]) -> None:
    for question in ("enterprise Q3", "", "help", "Q1 2024", "TTM"):
        body = of_json("ask", question, "--slack", *files)
        assert body["response_type"] == "ephemeral"
        assert body["text"]
        assert check_message(body["blocks"]) == []


def test_metrics_are_every_value_by_every_window_and_month(files: tuple[str, ...]) -> None:
    rows = of_json("metrics", "--json", *files)
    assert {tuple(row) for row in rows} == {("dimension", "value", "window_months", *WINDOW.split())}
    ends = defaultdict(set)
    for row in rows:
        assert Month.parse(row["start"]) + row["window_months"] == Month.parse(row["end"])
        ends[row["dimension"], row["value"], row["window_months"]].add(row["end"])
        assert row["ending_mrr"] == row["starting_mrr"] + row["expansion"] - row["contraction"] - row["churn"]
        assert (row["nrr"] is None) == (row["starting_mrr"] == 0) == (row["nrr_reason"] is not None)
    # 16 closes, from June 2024 to September 2025.
    expected = {1: 15, 3: 13, 12: 4}
    assert {key: len(window_ends) for key, window_ends in ends.items() if key[0] is None} == {
        (None, None, months): count for months, count in expected.items()
    }
    assert max(ends[None, None, 12]) == "2025-09"
    for (dimension, value, months), window_ends in ends.items():
        assert len(window_ends) == expected[months], (dimension, value)
    assert {key[:2] for key in ends} >= {("segment", "SMB"), ("size", "SMB"), ("region", "North"), (None, None)}
    [quarter] = [row for row in rows if (row["value"], row["window_months"], row["end"]) == ("Enterprise", 3, "2025-09")
                 and row["dimension"] == "segment"]  # fmt: skip
    assert {key: quarter[key] for key in ENTERPRISE_Q3} == ENTERPRISE_Q3
    assert of_json("metrics", *files) == rows


def test_the_values_of_a_dimension_add_up_to_the_company(files: tuple[str, ...]) -> None:
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in of_json("metrics", *files):
        key = (row["dimension"], row["window_months"], row["end"])
        for part in ("starting_mrr", "ending_mrr", "expansion", "contraction", "churn", "new_mrr", "reactivated_mrr"):
            sums[*key, part] += row[part]
    assert all(total == sums[None, *key] for (_, *key), total in sums.items())
    assert len({key[0] for key in sums}) == 5  # the company, segment, size, region, tenure


def test_metrics_as_csv_hold_the_same(files: tuple[str, ...]) -> None:
    rows = read_csv(good("metrics", "--csv", *files))
    listed = of_json("metrics", *files)
    assert len(rows) == len(listed)
    for row, other in zip(rows, listed, strict=True):
        assert row["value"] == (other["value"] or "")
        assert Decimal(row["starting_mrr"]) * 100 == other["starting_mrr"]
        assert row["nrr"] == (other["nrr"] or "")
        assert int(row["accounts_base"]) == other["accounts"]["base"]


def test_movements_add_up_month_by_month(files: tuple[str, ...]) -> None:
    rows = of_json("movements", "--json", *files)
    assert [tuple(row) for row in rows] == [tuple(MOVEMENTS.split())] * 15
    for row in rows:
        assert row["end_mrr"] == (
            row["start_mrr"] + row["new"] + row["reactivation"] + row["expansion"] - row["contraction"] - row["churn"]
        )
        assert all(row[name] >= 0 for name in MOVEMENTS.split()[1:])
    assert [row["start_mrr"] for row in rows[1:]] == [row["end_mrr"] for row in rows[:-1]]
    by_month = {row["month"]: row for row in rows}
    # July 2025: E-2 2500 -> 2300, E-6 is back with 450, S-2 60 -> 90. January 2025: E-6 leaves with 400.
    assert by_month["2025-07"] == {
        "month": "2025-07", "start_mrr": 564050, "new": 0, "reactivation": 45000, "expansion": 3000,
        "contraction": 20000, "churn": 0, "end_mrr": 592050, "fx_effect": 0,
    }  # fmt: skip
    assert (by_month["2025-01"]["churn"], by_month["2024-07"]["new"], by_month["2025-08"]["new"]) == (
        40000,
        6000,
        70000,
    )
    assert read_csv(good("movements", "--csv", *files)) == [
        {name: value if name == "month" else f"{Decimal(value).scaleb(-2)}" for name, value in row.items()}
        for row in rows
    ]


def test_movements_by_account_add_up_to_those_of_the_company(files: tuple[str, ...]) -> None:
    company = {row["month"]: row for row in of_json("movements", *files)}
    moves = of_json("movements", "--accounts", "--json", *files)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for move in moves:
        assert set(move) == {"month", "account", "name", "movement", "amount"}
        assert move["amount"] > 0
        sums[move["month"], move["movement"]] += move["amount"]
    for month, row in company.items():
        for kind in ("new", "reactivation", "expansion", "contraction", "churn"):
            assert sums[month, kind] == row[kind]
    assert [(move["month"], move["movement"], move["amount"]) for move in moves if move["account"] == "E-6"] == [
        ("2025-01", "churn", 40000),
        ("2025-07", "reactivation", 45000),
    ]
    listed = read_csv(good("movements", "--accounts", "--csv", *files))
    # An apostrophe keeps a spreadsheet from running a name as a formula.
    guarded = [f"'{move['name']}" if move["name"].startswith("+") else move["name"] for move in moves]
    assert [row["name"] for row in listed] == guarded != [move["name"] for move in moves]


@pytest.mark.parametrize(
    ("command", "first"),
    [
        (("metrics",), "dimension,value,window_months,start,end,complete,starting_mrr"),
        (("movements",), MOVEMENTS.replace(" ", ",")),
        (("movements", "--accounts"), "month,account,name,movement,amount"),
    ],
)
def test_where_there_is_nothing_the_headings_stand_all_the_same(
    files: tuple[str, ...], command: tuple[str, ...], first: str
) -> None:
    write_xlsx(Path("book.xlsx"), {"MRR": wide("E-1 | 1", "2025-09")})
    [headings] = good(*command, "--csv", *files).replace('"', "").splitlines()
    assert headings.removeprefix("\ufeff").startswith(first)
    assert of_json(*command, "--json", *files) == []


def test_a_store_that_is_made_anew_is_not_taken_for_the_old_one(files: tuple[str, ...]) -> None:
    assert "NRR 91.7%" in good("ask", "Q3", *files)
    Path("nrrbot.db").unlink()
    write_xlsx(Path("book.xlsx"), {"MRR": wide("E-1 | 100 100 100 50", "2025-06")})
    assert "NRR 50.0%" in good("ask", "Q3", *files)


def test_problems_name_the_cell_and_the_mend(files: tuple[str, ...]) -> None:
    [problem] = of_json("problems", "--json", *files)
    assert problem == {
        "code": "amount_unreadable", "severity": "error", "tab": "MRR", "cell": "J10", "account": "S-3",
        "found": "=cmd!A0", "expected": "an amount", "link": None, "mrr": 30_000, "accepted": False,
        "mend": "The account is excluded from all figures until this is fixed. Write a number such as 1250.50.",
    }  # fmt: skip
    first, labels, *_ = good("problems", *files).splitlines()
    assert first.startswith("MRR!J10: “=cmd!A0” is not an amount.")
    assert labels == "  amount_unreadable  error  €300 of MRR"
    assert "J10" in good("problems", "--lang", "fr", *files)
    mended = tabs("wide")
    mended["MRR"][9][9] = 300
    write_xlsx(Path("book.xlsx"), mended)
    good("sync", *files)
    assert (good("problems", *files), of_json("problems", "--json", *files)) == ("No problems in the sheet.\n", [])


def test_write_says_where_it_wrote(files: tuple[str, ...]) -> None:
    path = Path("book.xlsx").absolute()
    assert good("write", *files) == f"Wrote NRR Summary, NRR Metrics, NRR Problems, and NRR Accounts to {path}.\n"


def test_the_digest_can_be_looked_at_without_slack(files: tuple[str, ...]) -> None:
    before = len(connected_hosts)
    assert good("digest", "--preview", *files).startswith("Retention: NRR 101.1%, GRR 90.6%\n")
    assert "Ce qui a changé" in good("digest", "--preview", "--lang", "fr", *files)
    assert good("digest", "--preview", "--markdown", *files).startswith("## Retention: NRR 101.1%, GRR 90.6%\n")
    digest = json.loads(good("digest", "--preview", "--json", *files))
    assert (digest["day"], digest["changes"]) == ("2025-10-06", None)
    assert digest["company"]["trailing_12_months"]["nrr"] == "101.1"
    assert [segment["value"] for segment in digest["segments"]] == ["SMB", "Enterprise"]
    assert len(connected_hosts) == before


@pytest.mark.parametrize("layout", ["wide", "long", "subscriptions", "movements"])
def test_the_template_is_a_workbook_that_can_be_read_and_asked(
    tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert good("template", "fresh.xlsx", "--layout", layout) == "Wrote fresh.xlsx.\n"
    made = openpyxl.load_workbook("fresh.xlsx")
    for sheet in made.worksheets:
        for [cell] in sheet.iter_rows(max_col=1):
            if cell.value == EXAMPLE_ID:
                cell.value = "A-1"
    made.save("fresh.xlsx")
    assert "1 account" in good("sync", "--workbook", "fresh.xlsx", "--db", "nrrbot.db")
    assert "Whole company" in good("ask", "--workbook", "fresh.xlsx", "--db", "nrrbot.db")
    assert "exists already" in bad(1, "template", "fresh.xlsx").err


def test_options_stand_above_the_config(company: MakeCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    form = company()
    monkeypatch.chdir(form.config.parent)
    other = write_xlsx(tmp_path / "other.xlsx", {"MRR": wide("X-1 | 100 90", "2025-08")})
    # config.toml of the folder is found by itself.
    assert "NRR 91.7%" in good("ask", "Q3")
    assert "NRR 90.0%" in good("ask", "sept 2025", "--workbook", other)
    assert "NRR 91.7%" in good("ask", "Q3", "--db", tmp_path / "other.db")
    assert (tmp_path / "other.db").exists()
    assert "T3 2025" in good("ask", "Q3", "--lang", "fr")
    # The hour is the clock's; from 22:00 UTC on it is the day after in Paris.
    for hour in (12, 23):
        moment = dt.datetime(2026, 1, 31, hour, tzinfo=dt.UTC)
        third = ("--db", tmp_path / f"third-{hour}.db", "--today", "2025-10-06")
        ran = nrrbot("ask", "Q3", *third, clock=functools.partial(moment.replace))
        assert f"synced {6 if hour == 12 else 5} Oct 2025" in ran.out


# How it fails.


def test_a_digest_needs_a_token_and_a_channel(files: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "SLACK_BOT_TOKEN" in bad(2, "digest", *files).err
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-made-up")
    assert "schedule.digest_channel" in bad(2, "digest", *files).err


def test_a_config_that_cannot_be_used_names_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "config.toml"
    for sections, says in (
        ({"schedule": {"digest_chanel": "C1"}}, "schedule.digest_chanel"),
        ({"schedule": {"digest_hour": 25}}, "schedule.digest_hour"),
        ({"slak": {"port": 1}}, "slak"),
        ({"company": {"currency": "EURO"}, "workbook": {"path": "x.xlsx"}}, "EURO"),
        ({"workbook": {"google": "https://example.com"}}, "is not the address of a Google Sheet"),
        ({"workbook": {"path": "x.xlsx", "google": "1" * 44}}, "workbook.google"),
        ({"google": {"credentials_file": "gone.json"}, "workbook": {"google": "1" * 44}}, "gone.json"),
    ):
        write_config(config, **sections)
        assert says in bad(2, "sync").err
    config.write_text("[company\n")
    assert "is not valid TOML" in bad(2, "sync").err
    config.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in bad(2, "sync").err
    config.unlink()
    assert "config.toml" in bad(2, "sync").err
    assert "config.toml" in bad(2, "ask", "--workbook", "x.xlsx").err
    assert "Is a directory" in bad(2, "ask", "--config", tmp_path).err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nonsense",), "No such command"),
        (("ask", "--nonsense"), "No such option"),
        (("ask", "--lang", "de"), "de"),
        (("ask", "--today", "2025-02-30"), "2025-02-30"),
        (("ask", "--today", "tomorrow"), "tomorrow"),
        (("template",), "PATH"),
        (("template", "a.xlsx", "--layout", "tall"), "tall"),
        (("run", "--workbook", "book.xlsx", "--db", "nrrbot.db"), "SLACK_BOT_TOKEN"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_wrong(files: tuple[str, ...], arguments: tuple[str, ...], says: str) -> None:
    del files
    assert says in bad(2, *arguments).err


@pytest.mark.parametrize(
    ("workbook", "db", "says"),
    [
        ("gone.xlsx", "new.db", "gone.xlsx"),
        ("folder", "new.db", "has no .csv or .tsv file"),
        ("empty.xlsx", "new.db", "empty.xlsx"),
        ("text.xlsx", "new.db", "text.xlsx"),
        ("\N{PILE OF POO}.xlsx", "new.db", "\N{PILE OF POO}"),
        ("x" * 300 + ".xlsx", "new.db", "too long"),
        ("book.xlsx/inside.xlsx", "new.db", "inside.xlsx"),
        ("book.xlsx", "folder", "folder"),
        ("book.xlsx", "text.xlsx", "is not an nrrbot database"),
        ("book.xlsx", "gone/new.db", "gone/new.db"),
        ("bare.xlsx", "new.db", "Account ID"),
    ],
)
@pytest.mark.parametrize("command", ["sync", "ask", "write", "metrics", "movements", "problems"])
def test_a_file_that_cannot_be_used_is_named(
    files: tuple[str, ...], command: str, workbook: str, db: str, says: str
) -> None:
    del files
    Path("folder").mkdir()
    Path("empty.xlsx").touch()
    Path("text.xlsx").write_text("Account ID,2025-01\nA-1,100\n" * 100)
    write_xlsx(Path("bare.xlsx"), {"Sheet1": [["nothing", "of", "interest"]]})
    assert says in bad(1, command, "--workbook", workbook, "--db", db).err
    assert not Path("new.db").exists() or command != "sync"


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("entreprize Q3", "Enterprise"),
        ("enterprise Q5", "Q5"),
        ("enterprise smb", "SMB"),
        ("<b>&Co", "<b>"),
        ("%s {0} {name} %(x)s", "understand “0”"),
        ("x" * 10_000, "10,000" ),
        ("'; DROP TABLE snapshots; --", "change nothing"),
        ("../../etc/passwd", "not about keys"),
        ("--", "happy to help"),
        ("2025-13", "2025-13"),
        ("Q3 9999", "9999"),
        ("Q3 1900", "1900"),
        ("industry=", "understand “=”"),
        ("\N{PILE OF POO} Q3", ""),
        ("\udcff Q3", ""),
        ("ENTERPRISE\u00a0Q3\u202f\u200b", ""),
    ],
)  # fmt: skip
def test_odd_questions_end_in_an_answer_or_a_sentence(files: tuple[str, ...], question: str, says: str) -> None:
    ran = nrrbot("ask", *files, "--", question)
    assert ran.code in {0, 1}, ran
    assert bool(ran.out) == (ran.code == 0)
    assert bool(ran.err) == (ran.code == 1)
    assert says.replace(",", "") in (ran.out + ran.err).replace(",", "")


@pytest.mark.parametrize(("lang", "says"), [("en", "run: nrrbot demo."), ("fr", "lancez\xa0: nrrbot demo.")])
def test_an_empty_folder_says_how_to_begin(
    lang: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in bad(2, "ask", "--lang", lang).err
    assert list(tmp_path.iterdir()) == []


def test_a_greeting_is_no_error_before_the_first_sync_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.toml").write_text(
        '[workbook]\ngoogle = "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789/edit"\n'
    )
    for greeting in ("hi", "merci"):
        answer = of_json("ask", greeting, "--json")
        assert answer["read"] == {"command": "courtesy"}
        assert answer["message"].count("/nrr") == 3
    assert "nrrbot sync" in bad(1, "ask", "enterprise Q3").err


def test_a_fault_of_ours_is_a_sentence_and_70(files: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    good("sync", *files)
    monkeypatch.setattr("bot.service.requests.find_command", lambda *_: 1 / 0)
    assert "please report it" in bad(70, "ask", *files).err
    assert "Traceback" not in bad(70, "ask", *files).err
    monkeypatch.setenv("NRRBOT_TRACE", "1")
    assert "ZeroDivisionError: division by zero" in nrrbot("ask", *files).err


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """Run the console script in a process of its own, where nothing outside this machine can be reached."""
    environment = {**os.environ, "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}

    def run(*arguments: object, code: str = "") -> subprocess.CompletedProcess[str]:
        start = [sys.executable, "-c", code] if code else [str(NRRBOT)]
        command = [*start, *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False, timeout=60
        )

    write_xlsx(tmp_path / "book.xlsx", tabs("wide"))
    return run


# The demo.


@pytest.mark.slow
@pytest.mark.installed
def test_the_demo_runs_the_main_job_in_seconds_and_without_any_connection(installed: Installed, tmp_path: Path) -> None:
    before = len(connected_hosts)
    printed = good("demo", tmp_path / "demo")
    assert len(connected_hosts) == before
    steps = [line.split()[2] for line in printed.splitlines() if line.startswith("$ nrrbot ")]
    assert steps == ["sync", "ask", "write", "digest"]
    for phrase in ("problems in the sheet (", "Enterprise, Q3 2026: NRR", "Wrote NRR Summary", "Retention: NRR"):
        assert phrase in printed
    # What it prints are commands: each gives what the demo says it gives.
    command = next(line for line in printed.splitlines() if line.startswith("$ nrrbot ask"))
    assert good("ask", "enterprise Q3", *command.split('"')[2].split()) in printed + "\n"

    # Again over the files of the first run, in French; measured not by the clock, as other tests run at the same time.
    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    began = spent()
    again = installed("demo", "--lang", "fr")
    assert (again.returncode, again.stderr) == (0, "")
    assert spent() - began < 10
    assert "Rétention : NRR" in again.stdout.replace("\xa0", " ")


def test_a_demo_that_has_nowhere_to_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("demo").write_text("a file")
    assert "demo cannot be written" in bad(1, "demo").err


# As it is installed.


@pytest.mark.installed
def test_the_console_script_and_the_module_are_one(installed: Installed) -> None:
    options = ("--workbook", "book.xlsx", "--db", "nrrbot.db", "--today", "2025-10-06")
    script = installed("ask", "enterprise Q3", *options)
    assert script.returncode == 0
    assert script.stdout.startswith("Enterprise, Q3 2025: NRR 90.9%")
    module = installed(
        "ask", "enterprise Q3", *options, code="import runpy; runpy.run_module('bot', run_name='__main__')"
    )
    assert module.stdout == script.stdout
    failed = installed("sync", "--workbook", "gone.xlsx", "--db", "nrrbot.db")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("nrrbot: ")


@pytest.mark.slow
@pytest.mark.installed
def test_an_answer_from_the_store_imports_only_what_it_needs(installed: Installed) -> None:
    heavy = ("gspread", "apscheduler", "slack_bolt", "slack_sdk", "openpyxl", "rich", "requests", "google", "waitress")
    code = f"""
import atexit, sys
atexit.register(lambda: print(*sorted({heavy!r} & sys.modules.keys()), file=sys.stderr))
from bot.__main__ import main
main()
""".replace(repr(heavy), repr(set(heavy)))
    options = ("--workbook", "book.xlsx", "--db", "nrrbot.db")
    assert installed("sync", *options).returncode == 0
    for wanted in ((), ("--json",), ("--slack",), ("--lang", "fr")):
        ran = installed("ask", "enterprise Q3 2025", *wanted, *options, code=code)
        assert (ran.returncode, ran.stderr.strip()) == (0, ""), wanted


@pytest.mark.installed
def test_a_reader_that_goes_away_is_no_fault(installed: Installed, tmp_path: Path) -> None:
    assert installed("sync", "--workbook", "book.xlsx", "--db", "nrrbot.db").returncode == 0
    shell = f"{NRRBOT} metrics --workbook book.xlsx --db nrrbot.db | head -1"
    ran = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (ran.stdout, ran.stderr) == ("[\n", "")


@pytest.mark.installed
def test_a_terminal_is_told_what_takes_long(company: MakeCompany, google: GoogleServer) -> None:
    form = company("wide", "google")
    google.before_read(1, lambda: time.sleep(PATIENCE + 0.6))
    ours, theirs = os.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    command = [str(NRRBOT), "sync", "--config", str(form.config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True, env=environment) as process:
        os.close(theirs)
        output = b""
        with contextlib.suppress(OSError):  # the terminal is gone when the process is
            while part := os.read(ours, 1000):
                output += part
        out, _ = process.communicate(timeout=30)
    os.close(ours)
    assert process.returncode == 0
    assert "\n\nRetention: 9 accounts" in out
    assert b"Reading Retention ..." in output


def test_nothing_secret_is_printed(company: MakeCompany, slack: SlackServer) -> None:
    form: Form = company(slack_api=slack.api_url)
    printed = [nrrbot(name, "--config", form.config) for name in ("sync", "doctor", "digest", "problems")]
    key = (form.config.parent / "nrrbot-key-0.json").read_text()
    for ran in printed:
        for secret in (slack.bot_token, slack.app_token, slack.signing_secret, json.loads(key)["private_key"]):
            assert secret not in ran.out + ran.err


# What sub-commands and comparisons answer.


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        ("trend enterprise", "months changes best_month worst_month reason excluded_accounts"),
        (
            "enterprise Q3 vs Q2",
            "versus like_for_like difference components explained_by accounts other_accounts excluded_accounts",
        ),
        (
            "cohorts year",
            "by cohorts averages best_after_12_months worst_after_12_months pending_accounts excluded_accounts",
        ),
    ],
)
def test_views_as_json_begin_like_every_answer(question: str, keys: str, files: tuple[str, ...]) -> None:
    answer = of_json("ask", question, "--json", *files)
    assert list(answer) == ["read", *ANSWER.split()[:7], *keys.split()]


def test_the_trend_of_the_command_line_is_that_of_the_answers(files: tuple[str, ...]) -> None:
    last = of_json("ask", "trend enterprise", "--json", *files)["months"][-1]
    asked = of_json("ask", "enterprise TTM", "--json", *files)["window"]
    assert last["trailing_12_months"] == {key: asked[key] for key in last["trailing_12_months"]}
    month = of_json("movements", "--json", *files)[-1]
    whole = of_json("ask", "trend", "--json", *files)["months"][-1]
    assert {key: whole[key] for key in month} == month


@pytest.mark.parametrize(
    "question", ["trend elephants", "cohorts Q3", "Q3 vs Q3", "Q3 vs elephants", "trend movements"]
)
def test_what_a_view_cannot_read_is_told(question: str, files: tuple[str, ...]) -> None:
    bad(1, "ask", question, *files)
