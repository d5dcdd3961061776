"""The template, read back by the reader that it is made for."""

from __future__ import annotations

import copy
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from core.errors import WorkbookDeniedError
from core.ledger.ledger import Ledger
from core.money import find_currency
from core.months import Month, find_last_closed_month
from core.store.store import Store
from core.terms import Language, RevenueLayout
from sheets.excel.workbook import ExcelWorkbook
from sheets.headers.headings import HEADINGS
from sheets.ingest.parse import parse_tabs
from sheets.problems import Problem
from sheets.tabs.example_rows import EXAMPLE_ID
from sheets.tabs.read_options import ReadOptions
from sheets.templates.template import (
    ALIASES,
    CUSTOMERS,
    FX,
    LONG,
    MOVEMENTS,
    SUBSCRIPTIONS,
    TARGETS,
    WORDS,
    write_template,
)
from sheets.workbook.a1 import format_a1
from tests.support.command_line import nrrbot
from tests.support.company import write_config
from tests.support.french import find_bad_typography
from tests.support.google.server import ROBOT, Fault, GoogleServer

LAST = Month.of(2026, 10)
EVERY = [(layout, language) for layout in ("wide", "long", "subscriptions", "movements") for language in ("en", "fr")]


def read(path: Path) -> tuple[Ledger, list[Problem]]:
    workbook = ExcelWorkbook(path)
    parsed = parse_tabs(workbook.read(workbook.tabs()), ReadOptions(find_currency("EUR"), "", dt.date(2026, 11, 23)))
    return parsed.ledger, parsed.problems


def copy_example(path: Path, account: str) -> None:
    """Add the example rows once more, as those of another account."""
    made = openpyxl.load_workbook(path)
    for sheet in made.worksheets:
        for row in list(sheet.iter_rows(min_row=2, values_only=True)):
            if row[0] == EXAMPLE_ID:
                sheet.append([account, *row[1:]])
    made.save(path)


@pytest.mark.parametrize(("layout", "language"), EVERY)
def test_a_row_like_the_example_is_read_without_a_problem(
    tmp_path: Path, layout: RevenueLayout, language: Language
) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, layout, language, through=LAST)
    copy_example(path, "A-1")
    ledger, problems = read(path)
    assert problems == []
    assert ledger.accounts.ids == ("A-1",)
    assert ("Example" in ledger.accounts.names[0]) == (language == "en")
    assert ledger.last == LAST
    assert ledger.closes_until(LAST) >= 13
    # 12,000 a year less a tenth; a price that rose; what began and went on.
    expected = {"wide": 1_200_00, "long": 1_200_00, "subscriptions": 900_00, "movements": 1_000_00}
    assert ledger.read_own_mrr(LAST).tolist() == [expected[layout]]
    assert ledger.columns["segment"].values == ("Mid-Market",)
    assert {key: float(values[0]) for key, values in ledger.facts.items()} == {
        "since": dt.date(2024, 3, 1).toordinal(),
        "renewal_date": dt.date(2027, 3, 1).toordinal(),
        "feature_adoption": 0.62,
        "quota_use": 0.81,
        "seats": 40,
        "seats_used": 37,
        "nps": 8,
    }


@pytest.mark.parametrize(("layout", "language"), EVERY)
def test_the_example_is_never_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: RevenueLayout, language: Language
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    path = tmp_path / "a.xlsx"
    write_template(path, layout, language, through=LAST)
    files = ("--config", "config.toml", "--workbook", "a.xlsx", "--db", "x.db")
    options = (*files, "--today", "2026-11-23", "--lang", language)
    # Alone it is no account.
    assert nrrbot("sync", *options).code == 1
    # Next to an account in dollars, its euros do not count either.
    copy_example(path, "A-1")
    made = openpyxl.load_workbook(path)
    for row in made.worksheets[1].iter_rows(min_row=2):
        for cell in row:
            if cell.value == "EUR" and row[0].value == "A-1":
                cell.value = "USD"
    made.save(path)
    ran = nrrbot("sync", *options)
    assert ran.code == 0, ran
    outputs = [ran.out, *(nrrbot(*command, *options).out for command in (("look",), ("problems",), ("ask", "TTM")))]
    assert all(EXAMPLE_ID not in output for output in outputs)
    answer = json.loads(nrrbot("ask", "TTM", "--json", *options).out)
    assert (answer["excluded"]["accounts"], answer["problems"]) == (0, {})
    assert answer["currency"] == ("EUR" if layout == "wide" else "USD")
    assert answer["window"]["accounts"]["base"] == 1


@pytest.mark.parametrize(("layout", "language"), EVERY)
def test_every_column_says_what_goes_there(tmp_path: Path, layout: RevenueLayout, language: Language) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, layout, language, through=LAST)
    titles = {
        "en": {"wide": "MRR", "long": "MRR", "subscriptions": "Subscriptions", "movements": "Movements"},
        "fr": {"wide": "MRR", "long": "MRR", "subscriptions": "Abonnements", "movements": "Mouvements"},
    }
    others = {
        "en": ["Customers", "FX", "Targets", "Aliases", "Words"],
        "fr": ["Clients", "Taux de change", "Objectifs", "Alias", "Mots"],
    }
    made = openpyxl.load_workbook(path)
    assert made.sheetnames == [others[language][0], titles[language][layout], *others[language][1:]]
    for sheet in made.worksheets:
        for number, heading in enumerate(sheet[1], 1):
            first_month = sheet.title == "MRR" and number == 2 and layout == "wide"
            if isinstance(heading.value, str) or first_month:
                assert heading.comment is not None, heading.coordinate
                assert heading.comment.text.endswith(".")
            name_fits = len(str(heading.value)) < sheet.column_dimensions[get_column_letter(number)].width
            assert name_fits or not isinstance(heading.value, str)
        assert all(cell.font.italic for cell in sheet[2] if cell.value is not None)
        if language == "fr":
            notes = [cell.comment.text for cell in sheet[1] if cell.comment]
            warnings = [validation.error for validation in sheet.data_validations.dataValidation]
            assert [text for text in notes + warnings if find_bad_typography(text)] == []


COLUMNS = [*CUSTOMERS, *LONG, *SUBSCRIPTIONS, *MOVEMENTS, *FX, *TARGETS, *ALIASES, *WORDS]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_what_is_offered_is_known_and_in_both_languages(column: object) -> None:
    assert isinstance(column, type(CUSTOMERS[0]))
    assert column.key in HEADINGS
    assert column.note.en != column.note.fr
    choices = [text.split(",") for text in (column.choices.en, column.choices.fr)]
    assert len(choices[0]) == len(choices[1])
    # Excel keeps a list of choices in 255 characters.
    assert max(len(column.choices.en), len(column.choices.fr)) <= 253


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_interval_that_is_offered_is_read(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, "subscriptions", language, through=LAST)
    made = openpyxl.load_workbook(path)
    sheet = made.worksheets[1]
    offered = (
        next(column for column in SUBSCRIPTIONS if column.key == "interval").choices.in_language(language).split(",")
    )
    example = [cell.value for cell in sheet[2]]
    for number, interval in enumerate(offered):
        sheet.append([f"B{number}", *example[1:5], interval, *example[6:]])
    made.save(path)
    ledger, problems = read(path)
    assert {problem.code for problem in problems} == {"unknown_account", "implausible_constant"}
    assert dict(zip(ledger.accounts.ids, ledger.read_own_mrr(LAST).tolist(), strict=True)) == {
        "B0": 10_800_00,
        "B1": 3_600_00,
        "B2": 1_800_00,
        "B3": 900_00,
    }


# The same in a Google Sheet.


@dataclass(frozen=True)
class Fresh:
    """A sheet as Google makes it, shared with the bot, and the config that names it."""

    server: GoogleServer
    sheet: str
    config: Path

    def run(self, *arguments: str) -> str:
        ran = nrrbot(*arguments, "--config", self.config)
        assert (ran.code, ran.err) == (0, "")
        return ran.out

    def calls(self) -> dict[str, int]:
        return {method: count for method, count in self.server.counts().items() if method.startswith("sheets")}


GET, BATCH = "sheets.spreadsheets.get", "sheets.spreadsheets.batchUpdate"
VALUES = "sheets.spreadsheets.values.batchGet"


@pytest.fixture
def fresh(google: GoogleServer, tmp_path: Path) -> Fresh:
    sheet = google.add_spreadsheet("Retention", {"Sheet1": []})
    return Fresh(google, sheet, google_config(google, sheet, tmp_path))


def google_config(google: GoogleServer, sheet: str, folder: Path, **more: object) -> Path:
    urls = {"sheets_url": google.url, "drive_url": google.url, "token_url": f"{google.url}/token", "retry_seconds": 5}
    key = {"credentials_file": str(google.service_account_file(folder)), **urls, **more}
    return write_config(folder / "config.toml", workbook={"google": sheet}, google=key)


@pytest.mark.parametrize(("layout", "language"), EVERY)
def test_in_a_google_sheet_it_is_the_same(
    fresh: Fresh, tmp_path: Path, layout: RevenueLayout, language: Language
) -> None:
    path = tmp_path / "a.xlsx"
    through = find_last_closed_month(dt.datetime.now(dt.UTC).date())
    write_template(path, layout, language, through=through)
    made = openpyxl.load_workbook(path)
    output = fresh.run("template", "--google", "--layout", layout, "--lang", language)
    assert fresh.calls() == {GET: 2, VALUES: 1, BATCH: 1}
    assert fresh.server.titles(fresh.sheet) == ["Sheet1", *made.sheetnames]
    assert all(title in line for title, line in zip(made.sheetnames, output.splitlines(), strict=True))
    assert fresh.server.rows(fresh.sheet, "Sheet1") == []
    for sheet in made.worksheets:
        tab = fresh.server.sheet(fresh.sheet, sheet.title)
        notes = {cell.coordinate: cell.comment.text for cell in sheet[1] if cell.comment}
        assert {format_a1(*place): note for place, note in tab.notes().items()} == notes
        assert (tab.grid["frozenRowCount"], tab.metadata) == (1, [])
        offered = {
            str(check.sqref).partition(":")[0]: check.formula1.strip('"').split(",") if check.type == "list" else []
            for check in sheet.data_validations.dataValidation
        }
        for column in range(tab.width):
            rule = tab.facets(1, column).get("dataValidation", {})
            choices = [value["userEnteredValue"] for value in rule.get("condition", {}).get("values", [])]
            assert (format_a1(1, column) in offered) == bool(rule)
            assert offered.get(format_a1(1, column), []) == (choices if not rule.get("strict", True) else [])
            assert tab.facets(1999, column).get("dataValidation", {}) == rule
            assert "dataValidation" not in tab.facets(0, column)
            assert tab.facets(0, column)["userEnteredFormat"]["textFormat"]["bold"]
            example = tab.facets(1, column)["userEnteredFormat"].get("textFormat", {}).get("italic", False)
            assert example == (sheet.max_row > 1)

    # What a sync reads of the two is the same, to the last figure: the hash is of the whole ledger.
    for sheet in made.worksheets:
        for [cell] in sheet.iter_rows(max_col=1):
            if cell.value == EXAMPLE_ID:
                cell.value = "A-1"
                fresh.server.edit(fresh.sheet, sheet.title, cell.coordinate, "A-1")
    made.save(path)
    assert "No problems in the sheet." in fresh.run("sync")
    assert nrrbot("sync", "--workbook", path, "--db", tmp_path / "file.db").code == 0
    ours, theirs = (Store(tmp_path / name).load_latest_snapshot(None) for name in ("nrrbot.db", "file.db"))
    assert (ours.content_hash, ours.accounts, ours.data_through) == (theirs.content_hash, 1, through)


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [("feature_adoption", "0%"), ("since", "yyyy-mm-dd"), ("seats", "#,##0"), ("name", "@")],
)
def test_in_a_google_sheet_the_columns_have_their_formats(fresh: Fresh, kind: str, pattern: str) -> None:
    fresh.run("template", "--google")
    at = [column.key for column in CUSTOMERS].index(kind)
    tab = fresh.server.sheet(fresh.sheet, "Customers")
    assert {tab.number_format(row, at)["pattern"] for row in (1, 2, 1999)} == {pattern}
    assert fresh.server.sheet(fresh.sheet, "MRR").number_format(0, 1) == {"type": "DATE", "pattern": "yyyy-mm"}


def test_in_a_google_sheet_a_tab_that_stands_there_is_left_alone(fresh: Fresh) -> None:
    fresh.server.batch(fresh.sheet, {"addSheet": {"properties": {"title": "customers"}}})
    fresh.server.edit(fresh.sheet, "customers", "A1", "mine")
    before = copy.deepcopy(fresh.server.spreadsheets[fresh.sheet].sheets)
    assert fresh.run("template", "--google").splitlines() == [
        *(f"Created the tab {title} in Retention." for title in ("MRR", "FX", "Targets", "Aliases", "Words")),
        "The tab Customers exists already and was not changed.",
    ]
    assert fresh.server.spreadsheets[fresh.sheet].sheets[:2] == before
    after = copy.deepcopy(fresh.server.spreadsheets[fresh.sheet])
    assert "Made" not in fresh.run("template", "--google")
    assert fresh.server.spreadsheets[fresh.sheet] == after
    assert fresh.calls() == {GET: 4, VALUES: 2, BATCH: 1}


def test_in_a_google_sheet_no_second_tab_of_a_kind_is_made(fresh: Fresh) -> None:
    """It would stop the next sync: which of the two is to be read?"""
    fresh.server.batch(fresh.sheet, {"addSheet": {"properties": {"title": "Revenue 2025"}}})
    for cell, value in (("A1", "Compte"), ("B1", "2025-01"), ("A2", "a"), ("B2", 10)):
        fresh.server.edit(fresh.sheet, "Revenue 2025", cell, value)
    output = fresh.run("template", "--google", "--layout", "subscriptions")
    assert output.splitlines()[-1] == "The tab Revenue 2025 exists already and was not changed."
    assert fresh.server.titles(fresh.sheet) == [
        "Sheet1",
        "Revenue 2025",
        "Customers",
        "FX",
        "Targets",
        "Aliases",
        "Words",
    ]
    fresh.run("sync")
    assert "créé" not in fresh.run("template", "--google", "--lang", "fr")
    fresh.run("sync")


def test_in_a_google_sheet_an_answer_that_was_lost_makes_nothing_twice(fresh: Fresh) -> None:
    fresh.server.fail(Fault(method=BATCH, drop=True, served=True))
    output = fresh.run("template", "--google", "--lang", "fr")
    titles = ["Clients", "MRR", "Taux de change", "Objectifs", "Alias", "Mots"]
    assert output.splitlines() == [f"L’onglet {title} a été créé dans Retention." for title in titles]
    assert fresh.server.titles(fresh.sheet) == ["Sheet1", *titles]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--google", "a.xlsx"), 2, "Give one of PATH, --google, --board and --ask"),
        ((), 2, "Give one of PATH, --google, --board and --ask"),
        (("--google", "--config", "none.toml"), 2, "none.toml"),
        (("--google", "--config", "file.toml"), 2, "names no Google Sheet"),
        (("--google", "--config", "config.toml"), 1, "may read the Google Sheet, but not write in it"),
    ],
)
def test_in_a_google_sheet_what_is_in_the_way_is_said(
    google: GoogleServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    sheet = google.add_spreadsheet("Retention", {}, editors=[], viewers=[ROBOT])
    google_config(google, sheet, tmp_path)
    write_config(tmp_path / "file.toml", workbook={"path": "a.xlsx"})
    ran = nrrbot("template", *arguments)
    assert ran.code == code
    assert says in ran.err


def test_a_file_that_stands_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("mine")
    with pytest.raises(WorkbookDeniedError, match="exists already"):
        write_template(path, through=LAST)
    assert path.read_text() == "mine"
