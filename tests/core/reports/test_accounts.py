"""The accounts behind a figure: they add up to it, whatever the cut; with their rows, as a message and as CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from bot.cli.exports import table_export
from bot.locale.translator import get_translator
from bot.messages.reports.accounts import SHOWN
from bot.messages.status.csv_format import CsvFormat
from core.errors import QuestionError
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.rows import RowIndex, build_row_index, build_source_rows, index_first_rows
from core.ledger.segments import Segments
from core.metrics.retention import Bridge, measure, select_base
from core.months import Period, Window
from core.query.question import Filter, Question
from core.query.vocabulary import Vocabulary
from core.reports.accounts import (
    DEFAULT,
    AccountPart,
    Accounts,
    AccountsRequest,
    Section,
    build_accounts_json,
    find_row_runs,
    list_accounts,
    measure_part,
    read_accounts,
    read_parts,
)
from core.sources.members import select_members
from sheets.connect import open_workbook
from tests.support.command_line import nrrbot
from tests.support.company import COMMAND, MakeCompany, write_xlsx
from tests.support.generate import EDGY_RULES, EUR, FIRST, ledger_of, ledgers
from tests.support.ledgers import build_ledger
from tests.support.notation import read, sheet
from tests.support.samples.nine_accounts import build_analyst
from tests.support.scopes import reader_of, scope_of, windows
from tests.support.slack.block_kit import check_message, text_length, unescaped_in

ALL: tuple[AccountPart, ...] = ("changes", "churn", "contraction", "expansion", "new", "reactivated", "kept", "base")
VOCABULARY = Vocabulary(
    {"segment": ("SMB", "Enterprise"), "region": ("New York", "North"), "plan": ("Base", "New", "Lost and found")},
    {"plan": "Our plan"},
)


@pytest.mark.parametrize(
    ("text", "parts", "rest"),
    [
        ("enterprise Q3 churn", "churn", "enterprise Q3"),
        ("grands comptes T3 churn", "churn", "grands comptes T3"),
        ("Q3", "", "Q3"),
        ("TTM expansion", "expansion", "TTM"),
        ("les nouveaux, réactivés T3", "new reactivated", "les T3"),
        ("churn contraction churn", "churn contraction", ""),
        ("all changes Q3", "changes", "all Q3"),
        ("New York new Q3", "new", "New York Q3"),
        ("plan=base base", "base", "plan = base"),
        ("plan base kept", "kept", "plan base"),
        ('"new" Q3', "", '"new" Q3'),
        ("lost and found lost", "churn", "lost and found"),
        ("unknown=churn", "", "unknown = churn"),
        ("", "", ""),
    ],
)
def test_the_words_for_parts(text: str, parts: str, rest: str) -> None:
    assert read_parts(text, VOCABULARY) == (tuple(parts.split()) or DEFAULT, rest)


def listing(section: Section) -> str:
    return ", ".join(
        f"{account.id} {account.start // 100}>{account.end // 100} {account.amount // 100}"
        for account in section.listed
    )


CLOSES = ("old 5, back 7, a 100", "old 5, a 100, b 50, c 40, d 30, e 30", "a 120, b 20, d 30, n 9, back 8, m 9")
CASES = {
    # Of two that moved alike the id decides.
    "changes": ("-85", "c 40>0 -40, b 50>20 -30, e 30>0 -30, a 100>120 20, old 5>0 -5"),
    "churn": ("75", "c 40>0 40, e 30>0 30, old 5>0 5"),
    "contraction": ("30", "b 50>20 30"),
    "expansion": ("20", "a 100>120 20"),
    "new": ("18", "m 0>9 9, n 0>9 9"),
    "reactivated": ("8", "back 0>8 8"),
    "kept": ("170", "a 100>120 120, d 30>30 30, b 50>20 20"),
    "base": ("255", "a 100>120 100, b 50>20 50, c 40>0 40, d 30>30 30, e 30>0 30, old 5>0 5"),
}


@pytest.mark.parametrize("part", ALL)
def test_who_makes_up_a_part(part: AccountPart) -> None:
    ledger = ledger_of(*CLOSES)
    question = Question("nrr", (), Period("month", Window.ending(ledger.last, 1)))
    (section,) = list_accounts(AccountsRequest(question, (part,)), scope_of(ledger)).sections
    amount, listed = CASES[part]
    assert section.whole.amount == int(amount) * 100
    assert listing(section) == listed


@pytest.mark.parametrize(
    ("text", "largest", "met", "of_accounts", "listed"),
    [
        ("changes top 2", -70, 5, 5, "c 40>0 -40, b 50>20 -30"),
        ("changes top 9", -85, 5, 5, "c 40>0 -40, b 50>20 -30, e 30>0 -30, a 100>120 20, old 5>0 -5"),
        ("changes mrr>19", -10, 2, 5, "b 50>20 -30, a 100>120 20"),
        ("changes arr>240", 20, 1, 5, "a 100>120 20"),
        ("churn change>5", 70, 2, 3, "c 40>0 40, e 30>0 30"),
        ("churn change<30", 5, 1, 3, "old 5>0 5"),
        ("base mrr>19 top 1", 100, 3, 6, "a 100>120 100"),
        ("kept mrr>500", 0, 0, 3, ""),
    ],
)
def test_the_limits_of_a_list(text: str, largest: int, met: int, of_accounts: int, listed: str) -> None:
    ledger = ledger_of(*CLOSES)
    accounts = list_accounts(read_accounts(f"{text} 2023-03", reader_of(ledger)), scope_of(ledger), 3)
    (section,), (whole_section,) = accounts.sections, accounts.list_all()
    assert section.largest.amount == largest * 100
    assert (section.whole.accounts, section.of_accounts) == (met, of_accounts)
    assert listing(section) == ", ".join(listed.split(", ")[:3])
    assert listing(whole_section) == listed
    assert section.largest == whole_section.largest


def test_the_json_has_the_limited_rows() -> None:
    ledger = ledger_of(*CLOSES)
    data = build_accounts_json(
        list_accounts(read_accounts("churn top 1 change>5 2023-03", reader_of(ledger)), scope_of(ledger)), lambda _: ""
    )
    assert [row["account"] for row in data["rows"]] == ["c"]
    assert (data["totals"][0]["accounts"], data["totals"][0]["of_accounts"], data["totals"][0]["mrr"]) == (2, 3, 7_000)
    assert data["limit"] == [{"top": 1}, {"measure": "change", "over": 5}]


def test_accounts_that_left_have_no_mrr_to_compare() -> None:
    with pytest.raises(QuestionError, match="so none meets mrr>50"):
        read_accounts("churn mrr>50", reader_of(ledger_of(*CLOSES)))
    assert read_accounts("churn mrr<50", reader_of(ledger_of(*CLOSES))).parts == ("churn",)


def test_an_account_of_one_cent_is_kept() -> None:
    base = select_base(build_ledger([[1, 0], [3, 5]], first=FIRST, currency=EUR), Window(FIRST, FIRST + 1))
    assert measure_part("kept", base).tolist() == [3, 0]


def headline(part: AccountPart, bridge: Bridge) -> tuple[int, int]:
    return {
        "changes": (bridge.ending - bridge.starting, bridge.expanded + bridge.contracted + bridge.churned),
        "churn": (bridge.churn, bridge.churned),
        "contraction": (bridge.contraction, bridge.contracted),
        "expansion": (bridge.expansion, bridge.expanded),
        "new": (bridge.new, bridge.new_accounts),
        "reactivated": (bridge.reactivated, bridge.reactivated_accounts),
        "kept": (bridge.ending, bridge.retained),
        "base": (bridge.starting, bridge.base),
    }[part]


def cuts(segments: Segments) -> Iterator[tuple[Filter, ...]]:
    yield ()
    for dimension, values in segments.askable.items():
        yield from ((Filter(dimension, value),) for value in values)
    yield Filter("size", "SMB"), Filter("size", "Enterprise"), Filter("tenure", "Under 1 year")


@pytest.mark.slow
@given(ledgers())
@settings(max_examples=25, deadline=None)
def test_every_part_of_any_cut_adds_up_to_its_headline(ledger: Ledger) -> None:
    segments = Segments(ledger, EDGY_RULES)
    for window in windows(ledger)[-3:]:
        for filters in cuts(segments):
            question = Question("nrr", filters, Period("range", window))
            accounts = list_accounts(AccountsRequest(question, ALL), scope_of(segments), None)
            assert accounts.bridge == measure(ledger, window, select_members(segments, filters, window))
            few = list_accounts(AccountsRequest(question, ALL), scope_of(segments), 2)
            for section, short in zip(accounts.sections, few.sections, strict=True):
                amounts = [account.amount for account in section.listed]
                assert (section.whole.amount, section.whole.accounts) == headline(section.part, accounts.bridge)
                assert (sum(amounts), len(amounts)) == headline(section.part, accounts.bridge)
                assert [abs(amount) for amount in amounts] == sorted(map(abs, amounts), reverse=True)
                assert sum(account.share for account in section.listed) == bool(amounts)
                assert (short.whole, short.listed) == (section.whole, section.listed[:2])
                rest = short.beyond(2)
                assert rest.accounts == max(0, len(amounts) - 2)
                assert rest.amount == sum(amounts[2:])
                assert rest.share == sum(account.share for account in section.listed[2:])
                assert (rest.start, rest.end) == tuple(
                    sum(getattr(account, name) for account in section.listed[2:]) for name in ("start", "end")
                )


def test_a_window_before_the_history_is_told() -> None:
    ledger = ledger_of("a 100", "a 100")
    early = Question("nrr", (), Period("year", Window(FIRST - 12, ledger.last), year=2022))
    with pytest.raises(QuestionError, match="history begins with"):
        list_accounts(AccountsRequest(early, ("churn",)), scope_of(ledger))


# Rows.


def test_the_rows_of_each_account() -> None:
    index = build_row_index(np.array([1, -1, 0, 1, 1, 3]), 4, 2)
    assert [index.rows_of(account).tolist() for account in range(4)] == [[4], [2, 5, 6], [], [7]]
    assert index.first_rows.tolist() == [4, 2, 0, 7]
    assert [find_row_runs(index.rows_of(account)) for account in range(4)] == [
        ((4, 4),),
        ((2, 2), (5, 6)),
        (),
        ((7, 7),),
    ]
    assert index_first_rows(index.first_rows).first_rows.tolist() == [4, 2, 0, 7]
    with pytest.raises(ValueError, match="do not fit together"):
        RowIndex(np.array([0, 2], np.int32), np.array([1], np.int32))


NAMED = ("base", "new", "reactivated")
ROWS = {
    "wide": {"E-1": "2", "E-6": "7"},
    "subscriptions": {"E-1": "2..3", "E-2": "4..6", "E-5": "9", "E-6": "10..11"},
    "long": None,
    "movements": None,
}


@pytest.mark.parametrize("medium", ["xlsx", "google"])
@pytest.mark.parametrize("layout", list(ROWS))
def test_each_account_leads_to_all_of_its_rows(company: MakeCompany, layout: Any, medium: Any) -> None:
    form = company(layout, medium)
    if medium == "google":
        nrrbot("sync", "--config", form.config, "--today", "2025-10-06")
    ran = nrrbot("accounts", "enterprise", "Q3", *NAMED, "--config", form.config, "--today", "2025-10-06")
    assert ran.code == 0, ran
    answer = json.loads(ran.out)
    grid = read_ids(form.setup(None))
    for row in answer["rows"]:
        expected = [number for number, account in grid[row["tab"]] if account == row["account"]]
        assert expand(row["tab_rows"]) == expected
        first = row["tab_rows"].split(", ")[0]
        place = f"{expected[0]}:{first.rpartition('..')[2]}"
        assert (row["link"] is None) == (medium == "xlsx")
        assert row["link"] is None or re.fullmatch(
            rf"https://docs\.google\.com/spreadsheets/d/[\w-]+/edit#gid=\d+&range={place}", row["link"]
        )
    for account, rows in (ROWS[layout] or {}).items():
        assert [row["tab_rows"] for row in answer["rows"] if row["account"] == account] == [rows]


def test_in_slack_the_rows_of_a_google_sheet_are_links(company: MakeCompany) -> None:
    form = company("subscriptions", "google")
    nrrbot("sync", "--config", form.config, "--today", "2025-10-06")
    ran = nrrbot("ask", "accounts enterprise Q3", "--slack", "--config", form.config, "--today", "2025-10-06")
    blocks = json.loads(ran.out)["blocks"]
    assert not check_message(blocks)
    (grid,) = (block["rows"] for block in blocks if block["type"] == "data_table")
    cells = [row[-1]["elements"][0]["elements"][0] for row in grid if row[-1]["type"] == "rich_text"]
    answer = json.loads(nrrbot("accounts", "enterprise Q3", "--config", form.config, "--today", "2025-10-06").out)
    assert {cell["url"] for cell in cells} == {row["link"] for row in answer["rows"]}
    assert {cell["text"] for cell in cells} == {row["tab_rows"].replace("..", "-") for row in answer["rows"]}


def expand(rows: str) -> list[int]:
    pairs = [part.split("..") for part in rows.split(", ")]
    return [number for pair in pairs for number in range(int(pair[0]), int(pair[-1]) + 1)]


def read_ids(setup: Any) -> dict[str, list[tuple[int, Any]]]:
    """Return the first cell of every row of every tab, with the row's number."""
    workbook = open_workbook(setup.config)
    return {
        grid.tab.title: [(number, row[0] if row else None) for number, row in enumerate(grid.rows, 1)]
        for grid in workbook.read(workbook.tabs())
    }


def test_rows_that_changed_places_make_a_snapshot(tmp_path: Path) -> None:
    files = ("--workbook", tmp_path / "book.xlsx", "--db", tmp_path / "nrrbot.db", "--today", "2025-10-06")
    rows: list[list[Any]] = [["Account ID", "Month", "MRR"], ["a", "2025-07", 5], ["b", "2025-07", 6]]
    for later in ([["a", "2025-08", 5], ["b", "2025-08", 6]], [["b", "2025-08", 6], ["a", "2025-08", 5]]):
        write_xlsx(tmp_path / "book.xlsx", {"MRR": rows + later})
        assert nrrbot("sync", *files).code == 0
    answer = json.loads(nrrbot("accounts", "2025-08", "base", *files).out)
    assert answer["snapshot"]["id"] == 2
    assert {row["account"]: row["tab_rows"] for row in answer["rows"]} == {"a": "2, 5", "b": "3..4"}


def test_words_that_mean_nothing_are_told(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="elephants"):
        build_analyst(tmp_path, "en", many(3)).reply("/nrr", "accounts Q3 elephants")


def test_rows_of_merged_accounts_and_of_accounts_unknown_to_customers() -> None:
    ledger, _ = read(
        sheet("MRR", "Account ID|2025-01|2025-02\nold|1|2\nTotal|9|9\nx|5|6\nnew|1|1\nx|2|2"),
        sheet("Customers", "Account ID|Name\nnew|New\nidle|Idle"),
        sheet("Aliases", "Account ID|Same as\nold|new"),
    )
    assert {
        account: ledger.source_rows.by_account.rows_of(place).tolist()
        for place, account in enumerate(ledger.accounts.ids)
    } == {
        "new": [2, 5],
        "idle": [],
        "x": [4, 6],
    }
    assert ledger.source_rows.first_rows.tolist() == [2, 0, 4]


# The message.


def many(accounts: int) -> Ledger:
    """Return a company of which every account moved, each by another amount, and a few are new."""
    start = np.arange(1, accounts + 1, dtype=np.int64) * 10_000
    late = np.arange(accounts) % 10 == 0
    panel = np.stack([np.where(late, 0, start), np.where(np.arange(accounts) % 3 == 0, 0, start + 33)])
    panel[1, late] = 700
    names = [f"<{number}> & Co, a company with a rather long name" + " very" * 40 for number in range(accounts)]
    return build_ledger(
        panel,
        first=FIRST,
        currency=EUR,
        accounts=build_accounts([f"=A-{number}" for number in range(accounts)], names),
        source_rows=build_source_rows("MRR", build_row_index(np.arange(4 * accounts) % accounts, accounts, 2)),
    )


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("accounts", [3, 16, 400])
def test_the_message_adds_up_and_slack_takes_it(tmp_path: Path, accounts: int, language: Any) -> None:
    reply = build_analyst(tmp_path, language, many(accounts)).reply("/nrr", "accounts 2023-02")
    message, data = reply.message(), reply.json()
    blocks = list(message.blocks)
    assert not check_message(blocks)
    assert text_length(blocks) < 10_000
    assert not unescaped_in({"blocks": blocks})
    (grid,) = (block["rows"] for block in blocks if block["type"] == "data_table")
    moved = [total["accounts"] for total in data["totals"]]
    assert len(grid) <= 1 + SHOWN + 5
    assert re.search("The CSV has all of them|Le CSV les contient tous", message.text) is not None or (
        moved[0] <= SHOWN and moved[1] <= 5
    )
    change = next(place for place, cell in enumerate(grid[0]) if cell["text"] in {"change of MRR", "variation de MRR"})
    shown = [round(row[change]["value"] * 100) for row in grid[1:]]
    parts = [[row["mrr"] for row in data["rows"] if row["part"] == part] for part in ("changes", "new")]
    assert shown == [*parts[0][:SHOWN], *parts[1][:5]]
    assert [total["mrr"] for total in data["totals"] if total["accounts"]] == [
        sum(row["mrr"] for row in data["rows"] if row["part"] == part) for part in ("changes", "new")
    ]


def test_a_part_of_nobody_and_left_out_accounts_are_told(tmp_path: Path) -> None:
    ledger = ledger_of("a 100, b 50", "a 120, b 50", excluded=["b"])
    reply = build_analyst(tmp_path, "en", ledger).reply("/nrr", "accounts churn 2023-02")
    assert reply.message().text.startswith("Whole company, February 2023: churn €0, 0 accounts (old data")
    assert "No account makes it" in reply.message().text
    assert "1 of 2 accounts excluded for errors (at least €50" in reply.message().text
    assert (reply.json()["rows"], reply.json()["excluded"]["accounts"]) == ([], 1)


# CSV.


CSV_FORMAT = CsvFormat(EUR, get_translator("en"))


def of_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\n'=1"),
        ("Acme\r=1", "Acme\n'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("-2.4", "-2.4"),
        (-240, "-240"),
        ("Acme = Co", "Acme = Co"),
        ("", ""),
        (None, ""),
    ],
)
def test_no_text_becomes_a_formula_and_numbers_stay_numbers(value: object, cell: str) -> None:
    file = io.StringIO(newline="")
    CSV_FORMAT.write(("=key",), [{"=key": value}], file)
    text = file.getvalue().removeprefix("\ufeff")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["'=key"], [cell]]


def test_the_command_gives_every_account_as_json_and_csv(company: MakeCompany) -> None:
    options = ("--config", company("wide", "xlsx").config, "--today", "2025-10-06")
    answer = json.loads(nrrbot("accounts", "enterprise Q3", *options).out)
    assert json.loads(nrrbot("ask", "accounts enterprise Q3", "--json", *options).out) == answer
    printed = nrrbot("accounts", "enterprise", "Q3", "--csv", *options).out
    assert nrrbot("ask", "comptes enterprise T3", "--csv", *options).out == printed
    rows = of_csv(printed)
    assert [row["account"] for row in rows] == [row["account"] for row in answer["rows"]]
    assert [Decimal(row["change"]) * 100 for row in rows] == [row["change"] for row in answer["rows"]]
    assert min(Decimal(row["change"]) for row in rows) < 0
    assert {row["name"] for row in rows} >= {f"'{COMMAND}", "Nordwind"}
    assert {row["values_region"] for row in rows} <= {"North", "South"}
    assert answer["window"]["ending_mrr"] - answer["window"]["starting_mrr"] == answer["totals"][0]["mrr"]


def test_what_is_a_table_goes_as_csv_and_what_is_not_says_so(company: MakeCompany) -> None:
    options = ("--config", company("wide", "xlsx").config, "--today", "2025-10-06")
    rows = of_csv(nrrbot("ask", "by", "segment", "Q3", "--csv", *options).out)
    assert [row["value"] for row in rows] == ["SMB", "Enterprise"]
    assert rows[1]["window_accounts_base"] == "4"
    refused = nrrbot("ask", "help", "--csv", *options)
    assert (refused.code, refused.out) == (1, "")
    assert "is not a table" in refused.err
    movements = nrrbot("movements", "--accounts", "--csv", *options).out
    assert f"'{COMMAND}" in {row["name"] for row in of_csv(movements)}


def test_rows_with_and_without_a_mapping_share_their_columns() -> None:
    export = table_export([{"a": 1, "b": {"c": 2}}, {"a": 3, "b": None}])
    file = io.StringIO()
    CSV_FORMAT.write(export.keys, export.rows, file)
    assert file.getvalue() == '\ufeff"a","b_c","b"\n1,2,\n3,,\n'


def test_json_without_links_and_moments() -> None:
    ledger = ledger_of("a 100", "a 120")
    question = Question("nrr", (), Period("month", Window.ending(ledger.last, 1)))
    accounts: Accounts = list_accounts(AccountsRequest(question, ("expansion",)), scope_of(ledger))
    (row,) = build_accounts_json(accounts, lambda _: "")["rows"]
    assert (row["share"], row["tab_rows"], row["link"], row["movement"]) == ("100.0", "", None, "expansion")
