"""`nrrbot look`: how a workbook is understood, also at a first sync and after every refusal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.command_line import nrrbot
from tests.support.company import write_xlsx

MONTHS = [f"2024-{month:02}" for month in range(9, 13)] + [f"2025-{month:02}" for month in range(1, 10)]
BOOK: dict[str, list[list[Any]]] = {
    "ARR by customer": [
        ["Customer", "Tier", *MONTHS],
        ["Aster", "vip", *[12_000] * 13],
        ["Birch", "", *[24_000] * 12, 0],
        ["Cedar", "", *[None] * 3, *[6_000] * 10],
        ["Total", "", *[36_000] * 3, *[42_000] * 9, 99],
    ],
    "Contacts": [["Customer", "E-mail", "Phone"], ["Aster", "a@aster.example", "1"], ["Aster", "b@aster.example", "2"]],
    "Empty": [[None]],
}
TODAY = ("--today", "2025-10-06")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    write_xlsx(tmp_path / "book.xlsx", BOOK)
    return "book.xlsx"


def test_tab_by_tab_then_the_decisions_rows_totals_and_config_lines(book: str) -> None:
    ran = nrrbot("look", book, *TODAY)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.strip().split("\n\n") == [
        "book.xlsx",
        (
            "ARR by customer: read as MRR wide. It is read as a column for each month, by its 13 headings that are "
            "months.\n"
            "  A       Customer            Account ID\n"
            "  B       Tier                a segment\n"
            "  C to O  2024-09 .. 2025-09  amounts of September 2024 to September 2025"
        ),
        (
            "Contacts: not read. The tab “Contacts” is a list of contacts: its rows are people, not customers. It is "
            "not read."
        ),
        "Empty: not read. It is empty.",
        (
            "ARR by customer: The workbook names no currency, so amounts are read as EUR.\n"
            "ARR by customer!A1: No heading says Customer ID or Account ID, so “Customer” identifies the customers.\n"
            "ARR by customer: Amounts are read as yearly and divided by 12, because of “ARR by customer”."
        ),
        "As read:\n  Aster, September 2025, €1,000.00 of MRR, vip\n  Cedar, September 2025, €500.00 of MRR",
        "September 2025: 2 accounts, €1,500 of MRR, €18,000 of ARR. In twelve months 1 new, 1 lost.",
        (
            "ARR by customer!A5 “Total” (the sum of the accounts): 12 of 13 cells are equal.\n"
            "  September 2025 (O5): 99 in the sheet, 18,000 here\n"
            "  The sheet's own total differs in 1 of its cells, and no text, row or account explains all of "
            "them. Compare the accounts behind the two. If both are right, accept this problem."
        ),
        "Problems: total_row 1, implausible_total 1. See nrrbot problems.",
        'To settle it, paste into the config:\n  [company]\n  currency = "EUR"\n  [workbook]\n  unit = "ARR"',
    ]
    assert not Path("nrrbot.db").exists()


def test_the_config_lines_settle_it(book: str) -> None:
    printed = nrrbot("look", book, *TODAY).out
    lines = printed.split("To settle it, paste into the config:\n")[1]
    Path("config.toml").write_text(lines, encoding="utf-8")
    settled = nrrbot("look", book, *TODAY, "--config", "config.toml").out
    assert "September 2025: 2 accounts, €1,500 of MRR" in settled
    assert "names no currency" not in settled


def test_the_same_as_json(book: str) -> None:
    ran = nrrbot("look", book, "--json", *TODAY)
    look = json.loads(ran.out)
    assert list(look) == [
        "tabs", "decisions", "currency", "totals", "excluded_accounts", "reconciliations", "problems", "config",
        "refusal",
    ]  # fmt: skip
    assert [(tab["title"], tab["layout"], tab["read"]) for tab in look["tabs"]] == [
        ("ARR by customer", "MRR wide", True),
        ("Contacts", None, False),
        ("Empty", None, False),
    ]
    assert look["tabs"][0]["headings"][0] == {"column": "A", "heading": "Customer", "meaning": "Account ID"}
    assert (look["totals"]["mrr"], look["totals"]["arr"], look["totals"]["lost_accounts"]) == (150_000, 1_800_000, 1)
    assert look["reconciliations"][0]["differences"] == [
        {"period": "2025-09", "account": None, "cell": "O5", "sheet": "99", "accounts": "18000", "parts": []}
    ]
    assert look["refusal"] is None


def test_a_refusal_says_what_each_tab_was_taken_for(book: str) -> None:
    Path(book).unlink()
    write_xlsx(Path(book), {"Notes": [["hello", "world"]], "People": BOOK["Contacts"]})
    files = ("--workbook", book, "--db", "nrrbot.db", *TODAY)
    looked, synced = nrrbot("look", book, *TODAY), nrrbot("sync", *files)
    assert (looked.code, synced.code, synced.out) == (1, 1, "")
    assert looked.out == synced.err
    assert "People: not read. The tab “People” is a list of contacts" in synced.err
    assert synced.err.rstrip().endswith("within its first 20 rows.")


OPENED: list[str] = []
sys.addaudithook(lambda event, args: OPENED.append(str(args[0])) if event == "open" else None)


def test_a_refused_sync_reads_the_file_as_often_as_a_look(book: str) -> None:
    write_xlsx(Path(book), {"Notes": [["hello", "world"]], "People": BOOK["Contacts"]})
    reads = []
    for command in (("look", book), ("sync", "--workbook", book, "--db", "nrrbot.db")):
        OPENED.clear()
        assert nrrbot(*command, *TODAY).code == 1
        reads.append(sum(path.endswith(book) for path in OPENED))
    assert reads[0] == reads[1] > 0


def test_the_first_sync_shows_the_look_and_every_sync_the_totals(book: str) -> None:
    files = ("--workbook", book, "--db", "nrrbot.db", *TODAY)
    looked = nrrbot("look", book, *TODAY).out
    first, second = nrrbot("sync", *files).out, nrrbot("sync", *files).out
    assert first.startswith(looked)
    assert not second.startswith(looked)
    for printed in (first[len(looked) :], second):
        assert "September 2025: 2 accounts, €1,500 of MRR, €18,000 of ARR. In twelve months 1 new, 1 lost." in printed
        assert "Amounts are read as yearly and divided by 12" in printed


def test_data_gives_the_meaning_of_the_headings_and_json_the_config_lines(book: str) -> None:
    files = ("--workbook", book, "--db", "nrrbot.db", *TODAY)
    shown = nrrbot("ask", "data", *files).out
    months = "2024-09 .. 2025-09 = amounts of September 2024 to September 2025"
    assert f"\nHeadings:\nARR by customer: Customer = Account ID, Tier = a segment, {months}\n" in shown
    assert "paste into the config" not in shown
    assert "\nEn-têtes :\nARR by customer : Customer = ID compte, Tier = un segment, " in nrrbot(
        "ask", "data", "--lang", "fr", *files
    ).out.replace("\u00a0", " ")
    data = json.loads(nrrbot("ask", "data", "--json", *files).out)
    assert data["config"] == ["[company]", 'currency = "EUR"', "[workbook]", 'unit = "ARR"']


def test_customers_of_other_columns_alone_are_read_by_their_id(book: str) -> None:
    customers: list[list[Any]] = [["Customer ID", "Staff"], ["Aster", "1-10"], ["Cedar", "11-50"]]
    write_xlsx(Path(book), {**BOOK, "Customers": customers})
    assert "It is read as a row for each customer, by: Customer ID." in nrrbot("look", book, *TODAY).out


def test_the_years_of_exchange_rates_are_read_as_months(book: str) -> None:
    write_xlsx(Path(book), {**BOOK, "FX": [["Year", "Currency", "Rate"], [2024, "USD", 0.9], [2025, "USD", 0.95]]})
    assert "\n  A  Year      Month\n  B  Currency  Currency\n" in nrrbot("look", book, *TODAY).out


def test_a_hidden_tab_is_named_as_hidden(book: str) -> None:
    file = openpyxl.load_workbook(book)
    file["Contacts"].sheet_state = "veryHidden"
    file.save(book)
    assert "Contacts (hidden): not read." in nrrbot("look", book, *TODAY).out


def test_a_tab_that_is_not_read_is_not_said_to_be_read(book: str) -> None:
    rows = BOOK["ARR by customer"]
    write_xlsx(Path(book), {"MRR": rows, "Logos": rows})
    looked = nrrbot("look", book, *TODAY).out
    assert "Logos: not read. Its headings are those of MRR wide.\n" in looked
    assert "It is read as" not in looked


def test_tabs_that_differ_in_their_title_only_are_described_once(book: str) -> None:
    write_xlsx(Path(book), {month: [["Customer", "MRR"], ["Aster", 1], ["Birch", 2]] for month in MONTHS})
    looked = nrrbot("look", book, *TODAY).out
    first, last = MONTHS[0], MONTHS[-1]
    reason = "Its amounts are those of the month that its title names."
    assert f"\n{first} to {last}, 13 tabs: read as MRR long. {reason}\n" in looked
    assert looked.count("read as MRR long") == 1


def test_a_workbook_without_an_account_that_counts_says_what_to_fix_first(book: str) -> None:
    rows: list[list[Any]] = [
        [name, f"0{number}/02/2025", 10] for number, name in enumerate(("Aster", "Birch"), start=3)
    ]
    write_xlsx(Path(book), {"Subscriptions": [["Customer", "Start", "MRR"], *rows, ["Aster", "2025-01-01", 5]]})
    looked = nrrbot("look", book, *TODAY).out
    assert (
        "No account is left, so there are no figures. Fix this first, 2 times: Subscriptions!B2: “03/02/2025”" in looked
    )


def test_the_unit_of_an_export_is_said_by_its_heading(book: str) -> None:
    deals: list[list[Any]] = [
        ["Deal Name", "Deal Stage", "Close Date", "Amount", "Annual recurring revenue", "Associated Company"],
        ["Aster", "Closed won", "2024-09-01", 12_000, 12_000, "Aster"],
    ]
    write_xlsx(Path(book), {"hubspot-crm-exports-deals": deals})
    looked = nrrbot("look", book, *TODAY).out
    assert "read as yearly and divided by 12, because of “Annual recurring revenue”." in looked


def test_a_refusal_lists_the_headings_in_french(book: str) -> None:
    write_xlsx(Path(book), {"Notes": [["hello", "world"]]})
    looked = nrrbot("look", book, *TODAY, "--lang", "fr").out
    assert "ID client, 2025-01, 2025-02 ... / ID client, Mois, MRR / ID client, Début, Fin, MRR / ID client" in looked
    assert "Account ID" not in looked


def test_the_headings_of_a_turned_tab_are_where_the_sheet_has_them(book: str) -> None:
    names = ["Aster", "Birch", "Cedar", "Dahlia", "Elder", "Fir"]
    rows: list[list[Any]] = [[month, *[100] * 6, 600] for month in MONTHS]
    write_xlsx(Path(book), {"MRR": [["Month", *names, "Total"], *rows]})
    looked = nrrbot("look", book, *TODAY).out
    assert (
        "  A       Month         Month\n  B to G  Aster .. Fir  6 accounts\n  H       Total         not read\n"
        in looked
    )


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "en",
            (
                "  A           Customer                          Account ID\n"
                "  B, D ... P  2025-01 .. 2025-08                amounts of January 2025 to August 2025\n"
                "  C, E ... Y  2025-01 Budget .. 2025-12 Budget  not read, 12 columns\n"
                "  R, T ... X  2025-09 .. 2025-12                September 2025 to December 2025, not read yet\n"
            ),
        ),
        (
            "fr",
            (
                "  A           Customer                          ID compte\n"
                "  B, D ... P  2025-01 .. 2025-08                montants\u00a0: janvier 2025 à août 2025\n"
                "  C, E ... Y  2025-01 Budget .. 2025-12 Budget  non lues, 12 colonnes\n"
                "  R, T ... X  2025-09 .. 2025-12                septembre 2025 à décembre 2025, pas encore lus\n"
            ),
        ),
    ],
)
def test_like_columns_are_one_line_wherever_they_are(book: str, lang: str, expected: str) -> None:
    months = [f"2025-{month:02}" for month in range(1, 13)]
    headings = [heading for month in months for heading in (month, f"{month} Budget")]
    rows: list[list[Any]] = [[name, *[100, 90] * 8, *[None, 90] * 4] for name in ("Aster", "Birch")]
    write_xlsx(Path(book), {"MRR": [["Customer", *headings], *rows]})
    looked = nrrbot("look", book, "--lang", lang, *TODAY).out
    assert expected in looked
    tabs = json.loads(nrrbot("look", book, "--json", *TODAY).out)["tabs"]
    assert len(tabs[0]["headings"]) == 25


def test_the_total_columns_are_reconciled_too(book: str) -> None:
    months = [f"2024-{month:02}" for month in range(1, 13)]
    quarters = [*months[:3], "Q1", *months[3:6], "Q2", *months[6:9], "Q3", *months[9:], "Q4", "Total"]
    headings = [f"{heading} 2024" if heading.startswith("Q") else heading for heading in quarters]
    row: list[Any] = [value for _ in range(4) for value in (10, 10, 10, 30)]
    write_xlsx(Path(book), {"MRR": [["Customer", *headings], ["Aster", *row, 120], ["Birch", *row, 119]]})
    looked = nrrbot("look", book, *TODAY).out
    assert (
        "MRR!E1 “Q1 2024” to Q1 “Q4 2024” (the sum of the months): 4 totals, equal in all cells.\n"
        "MRR!R1 “Total” (the sum of the months): 1 of 2 cells are equal.\n"
        "  Birch (R3): 119 in the sheet, 120 here\n"
        "  The column “Total” is not the sum of the months in 1 of its rows (R3), and"
    ) in looked


def test_a_waterfall_is_compared_month_by_month(book: str) -> None:
    waterfall: list[list[Any]] = [
        ["", *MONTHS[:3]],
        ["Opening MRR", None, 3_000, 3_001],
        ["Closing MRR", 3_000, 3_000, 3_000],
    ]
    write_xlsx(Path(book), {**BOOK, "MRR waterfall": waterfall})
    looked = nrrbot("look", book, *TODAY, "--lang", "fr").out
    assert (
        "MRR waterfall!A2 «\u00a0Opening MRR\u00a0» (les comptes à la clôture précédente)\u00a0: cellules égales\u00a0"
        ": 1 sur 2.\n  novembre 2024 (D2)\u00a0: 3\u202f001 dans la feuille, 3\u202f000 ici\n"
    ) in looked
    assert "(les comptes à la clôture)\u00a0: 3 cellules sur 3 sont égales." in looked


def test_the_error_that_excludes_most_accounts_is_in_words(book: str) -> None:
    rows: list[list[Any]] = [["Customer", "2025-08", "2025-09"], ["Aster", 1, 1], ["Birch", "soon", 1], ["Cedar", 1, 2]]
    write_xlsx(Path(book), {"MRR": rows})
    looked = nrrbot("look", book, *TODAY).out
    assert "1 account is excluded from all figures." in looked
    assert "The most frequent error (1): MRR!B3: “soon” is not" in looked
