"""NRR Ask: questions in a Google Sheet and in an .xlsx file, and the cells that answer them."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from bot.jobs.schedule import JobContext, run_refresh
from bot.service.refresh.ask import account_links, ask_tab
from bot.service.refresh.polling import confirm_unchanged
from bot.service.refresh.reading import sync_workbook
from bot.service.refresh.writeback import write_back
from bot.slack.client import build_bot_client
from core.errors import Sentence
from core.terms import Language
from sheets.workbook.port import Tab
from sheets.workbook.tables import CellRun
from sheets.writeback.accounts_tab import ACCOUNTS_TAB
from sheets.writeback.ask_tab import ASK_TAB, COLUMNS
from sheets.writeback.tab_titles import FRENCH_TITLES
from tests.support.addin import serve_addin
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany, Medium
from tests.support.doc_parts import ROOT
from tests.support.slack.server import SlackServer

MORNING = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
KEYS: list[str] = list(COLUMNS)
TOP = 3
TITLES = (ASK_TAB, FRENCH_TITLES[ASK_TAB])
READS, WRITES = "sheets.spreadsheets.values.batchGet", "sheets.spreadsheets.batchUpdate"
# Each edit of a file loads and saves it with openpyxl.
MEDIA = ["google", pytest.param("xlsx", marks=pytest.mark.slow)]
NAMES = ("Nordwind", "Newton", "Boomerang", "Fern", "Grove", "Broken", "+cmd!A0", "<b>&Co", "E-3", "S-2")


def begin(form: Form, *questions: str, language: Language = "en") -> None:
    """Sync, make the tab and type questions."""
    text = form.config.read_text("utf-8")
    form.config.write_text(f'{text}[company]\nlanguage = "{language}"\n', "utf-8")
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MORNING)
    assert ask_tab.add_ask_tab(setup.analyst, setup.workbook).tabs in {(title,) for title in TITLES}
    put(form, *questions)


def put(form: Form, *questions: str, first: int = TOP) -> None:
    if form.path:
        book = openpyxl.load_workbook(form.path)
        title = next(title for title in TITLES if title in book.sheetnames)
        for row, question in enumerate(questions, first):
            cell = book[title].cell(row, 1, question)
            cell.data_type = "s"
        book.save(form.path)
        return
    title = next(title for title in TITLES if title in form.google.titles(form.sheet))
    for row, question in enumerate(questions, first):
        form.put(title, row, 1, question)


def answer(form: Form) -> list[dict[str, Any]]:
    """Write back, and return the rows of the tab."""
    setup = form.setup()
    write_back(setup.analyst, setup.workbook)
    return read(form)


def read(form: Form) -> list[dict[str, Any]]:
    """Return the rows of the tab as the bot reads them."""
    workbook = form.setup().workbook
    [grid] = workbook.read([tab for tab in workbook.tabs() if tab.bot_title in TITLES])
    rows = [dict(zip(KEYS, [*row, *[None] * len(KEYS)], strict=False)) for row in grid.rows[TOP - 1 :]]
    return [row for row in rows if any(value is not None for value in row.values())]


@pytest.mark.parametrize("medium", ["google", "xlsx"])
def test_a_question_gets_its_figures_with_the_line_that_was_read(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium)
    begin(form, "enterprise Q3", "what about SMB in Q3?", "grr enterprise Q3", "arr enterprise", "churn Q3")
    first, second, third, arr, churn = answer(form)
    assert [first[key] for key in ("read_as", "value", "grr", "base", "change")] == [
        *("enterprise Q3 2025", 0.909, 0.873, 5500.5, -500)
    ]
    assert first["verdict"].startswith("Bad. Growth is missing: €490 of MRR more would reach 110%. Twelve months to ")
    assert first["as_of"] in {45930, dt.datetime(2025, 9, 30)}  # noqa: DTZ001 - a cell has no time zone
    assert first["accounts"] == "4 accounts"
    assert (second["read_as"], second["value"]) == ("smb Q3 2025", 1.214)
    assert (third["read_as"], third["value"]) == ("grr enterprise Q3 2025", 0.873)
    assert [arr[key] for key in ("read_as", "value", "grr", "base", "change")] == [
        *("arr enterprise 2025-09", 12 * 6150.5, "#N/A", 12 * 5400.5, 12 * 750)
    ]
    assert (churn["value"], churn["verdict"]) == (500, "Revenue churn 8.9%, logo churn 16.7%.")


@pytest.mark.parametrize("medium", ["google", "xlsx"])
def test_an_unreadable_question_gets_the_nearest_one_and_no_figure(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium)
    questions = ("entreprize Q3", "=1+1", "+enterprise", "enterprise 2031", "risks", "hello", "what is our CAC?")
    begin(form, *questions)
    rows = answer(form)
    assert [row["question"] for row in rows] == list(questions)
    assert rows[0]["read_as"] == "Did you mean enterprise Q3 2025?"
    assert "There is no “entreprize” in the sheet." in rows[0]["note"]
    for row in rows:
        if row["question"] != "+enterprise":
            assert [row[key] for key in ("value", "grr", "base", "change")] == ["#N/A"] * 4
            assert row["note"]
    assert rows[4]["note"].startswith("A row holds one figure: ")
    assert "The data has no “CAC”" in rows[6]["note"]


def test_no_cell_names_an_account(company: MakeCompany) -> None:
    form = company("wide", "google")
    begin(
        form,
        *("enterprise Q3", "Q3", "account nordwind", "boomerang", "lose Newton", "accounts enterprise Q3 churn"),
        *("why did Nordwnd leave?", "whatif lose grove", "E-3", "boomrang", "NRR of Newton", "churn Q3", "why Q3"),
    )
    for row in answer(form):
        cells = " ".join(str(row[key]) for key in KEYS if key != "question")
        assert not [name for name in NAMES if name.lower() in cells.lower()], row


def test_an_account_named_like_a_word_of_ours_withholds_no_note(company: MakeCompany) -> None:
    form = company("wide", "google")
    for row, name in enumerate(("Base", "Account", "Figure", "Sheet", "Rate", "Count"), 2):
        form.put("Customers", row, 2, name)
    begin(form, "mrr", "entreprize Q3", "enterprise 2031", "Base Q3x", "account figure")
    mrr, near, late, named, account = answer(form)
    assert mrr["note"].startswith("Base and change: since twelve months before.")
    assert "There is no “entreprize” in the sheet." in near["note"]
    assert near["read_as"] == "Did you mean enterprise Q3 2025?"
    assert "2031" in late["note"]
    assert "Base" not in f"{named['read_as']} {named['note']}"
    assert account["read_as"] == "account"


@pytest.mark.parametrize("medium", ["google", "xlsx"])
def test_nothing_is_written_when_nothing_changed(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium)
    begin(form, "enterprise Q3", "entreprize", "mrr")
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MORNING)
    rows = answer(form)
    before = form.path.read_bytes() if form.path else None
    form.google.calls.clear()
    result = write_back(setup.analyst, setup.workbook, only_changes=True)
    assert (result.is_unchanged, result.answered, read(form)) == (True, 0, rows)
    assert form.google.counts().get(WRITES, 0) == 0
    assert (form.path.read_bytes() if form.path else None) == before
    # The write is no change of the workbook that has to be read.
    analyst, workbook = setup.analyst, setup.workbook
    assert confirm_unchanged(analyst, workbook.source, workbook.stamp(), MORNING + MINUTE, dt.date(2025, 10, 6))


@pytest.mark.slow
def test_an_edit_is_answered_by_the_next_poll_which_is_the_last_to_read(
    company: MakeCompany,
    slack: SlackServer,  # noqa: ARG001 - the jobs have a client of Slack
    caplog: pytest.LogCaptureFixture,
) -> None:
    form = company("wide", "google")
    begin(form)
    setup = form.setup(None)
    context = JobContext(setup.analyst, setup.workbook, build_bot_client(setup.config))
    run_refresh(context, MORNING + MINUTE)
    put(form, "what about enterprise in Q3?", "NRR of entreprize")
    caplog.set_level("INFO")
    run_refresh(context, MORNING + 2 * MINUTE)
    rows = read(form)
    assert [row["value"] for row in rows] == [0.909, "#N/A"]
    logged = "\n".join(str(vars(record)) for record in caplog.records)
    assert "2 questions in the tab NRR Ask were answered." in logged
    assert "entreprize" not in logged
    assert "what about" not in logged
    form.google.calls.clear()
    run_refresh(context, MORNING + 3 * MINUTE)
    assert [call.method for call in form.google.calls] == ["drive.files.get"]


def test_a_question_typed_during_the_write_waits_for_the_next_poll(company: MakeCompany) -> None:
    form = company("wide", "google")
    begin(form, "enterprise Q3")
    setup = form.setup()
    analyst, workbook = setup.analyst, setup.workbook
    write_back(analyst, workbook)
    sync_workbook(analyst, workbook, MORNING)
    put(form, "smb Q3")
    sync_workbook(analyst, workbook, MORNING)
    send = workbook.write_cells

    def type_and_send(tab: Tab, runs: Sequence[CellRun], decimals: int) -> Sentence | None:
        put(form, "north Q3", first=TOP + 1)  # after the bot has looked whether anyone changed the sheet
        return send(tab, runs, decimals)

    workbook.write_cells = type_and_send  # type: ignore[method-assign]
    write_back(analyst, workbook, only_changes=True)
    assert [row["read_as"] for row in read(form)] == ["smb Q3 2025", None]
    assert not confirm_unchanged(analyst, workbook.source, workbook.stamp(), MORNING + MINUTE, dt.date(2025, 10, 6))
    assert [row["read_as"] for row in answer(form)] == ["smb Q3 2025", "north Q3 2025"]


@pytest.mark.parametrize("medium", MEDIA)
def test_a_frozen_row_is_kept_and_its_restatement_noted(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium)
    begin(form, "enterprise Q3", "enterprise Q3", "enterprise Q3", "smb Q3")
    answer(form)
    form.put(ASK_TAB, TOP, KEYS.index("freeze") + 1, "frozen")
    form.put(ASK_TAB, TOP + 1, KEYS.index("freeze") + 1, 45930)
    form.put(ASK_TAB, TOP + 3, KEYS.index("freeze") + 1, "x")
    form.put("MRR", 2, 17, 1300)  # E-1 in September
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MORNING + MINUTE)
    rows = answer(form)
    assert [row["value"] for row in rows] == [0.909, 0.909, 0.927, 1.214]
    note = "enterprise Q3 2025 is restated: 92.7% now, GRR 87.3%, base €5,501."
    assert [row["restated"] for row in rows] == [note, note, None, None]
    # Another question in a frozen row is another answer, which is then frozen.
    put(form, "north Q3")
    rows = answer(form)
    assert (rows[0]["read_as"], rows[0]["restated"]) == ("north Q3 2025", None)
    form.put("MRR", 2, 17, 1200)
    sync_workbook(setup.analyst, setup.workbook, MORNING + 2 * MINUTE)
    rows = answer(form)
    assert rows[0]["restated"].startswith("north Q3 2025 is restated: ")
    assert [(row["value"], row["restated"]) for row in rows[1:3]] == [(0.909, None), (0.909, None)]


@pytest.mark.parametrize("question", ["enterprise Q3", "  Enterprise   q3 ", "enterprise Q3 2025"])
@pytest.mark.parametrize("receipt", ["", None])
def test_a_frozen_row_is_kept_for_as_long_as_its_question_means_the_same(
    company: MakeCompany, question: str, receipt: str | None
) -> None:
    form = company("wide", "google")
    begin(form, "enterprise Q3")
    answer(form)
    form.put(ASK_TAB, TOP, KEYS.index("freeze") + 1, "frozen")
    form.put(ASK_TAB, TOP, 1, question)
    if receipt is not None:
        form.put(ASK_TAB, TOP, KEYS.index("receipt") + 1, receipt)
    form.put("MRR", 2, 17, 1300)  # E-1 in September
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MORNING + MINUTE)
    [row] = answer(form)
    assert (row["value"], row["restated"]) == (
        0.909,
        "enterprise Q3 2025 is restated: 92.7% now, GRR 87.3%, base €5,501.",
    )
    put(form, "smb Q3")
    assert [row["read_as"] for row in answer(form)] == ["smb Q3 2025"]


def test_questions_beyond_the_limit_say_so(company: MakeCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    form = company("wide", "google")
    build = ask_tab._build_planner
    monkeypatch.setattr(ask_tab, "_build_planner", lambda *given: _limit(build(*given), 2))
    begin(form, "Q3", "Q2", "enterprise Q3", "smb Q3")
    rows = answer(form)
    assert [row["read_as"] for row in rows] == ["Q3 2025", "Q2 2025", None, None]
    assert rows[2]["note"] == "The first 2 questions are answered, and none from here on: delete some of them."
    assert rows[3]["note"] is None
    put(form, "", first=TOP)
    assert [row["read_as"] for row in answer(form)] == ["Q2 2025", "enterprise Q3 2025", None]


def _limit(planner: Any, limit: int) -> Any:
    object.__setattr__(planner, "limit", limit)
    return planner


@pytest.mark.parametrize("medium", MEDIA)
def test_columns_may_be_moved_and_removed_but_for_two(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium)
    begin(form, "enterprise Q3")
    form.put(ASK_TAB, 2, KEYS.index("value") + 1, "My notes")
    form.put(ASK_TAB, TOP, KEYS.index("value") + 1, "mine")
    form.put(ASK_TAB, 2, KEYS.index("base") + 1, "Value")
    [row] = answer(form)
    assert (row["value"], row["base"], row["grr"]) == ("mine", 0.909, 0.873)
    form.put(ASK_TAB, 2, KEYS.index("receipt") + 1, "")
    put(form, "smb Q3")
    result = nrrbot("write", "--config", form.config, "--today", "2025-10-06")
    assert "The columns Read as and Receipt of the tab NRR Ask have other headings" in result.out
    assert read(form)[0]["base"] == 0.909


@pytest.mark.parametrize("medium", MEDIA)
def test_the_tab_is_in_the_language_of_the_company(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium)
    begin(form, "entreprise T3", "risques", language="fr")
    headings = form.tabs()["NRR Questions"][1]
    assert headings[:4] == ["Question", "Compris comme", "Valeur", "GRR"]
    first, second = answer(form)
    assert (first["read_as"], first["value"]) == ("enterprise Q3 2025", 0.909)
    assert first["verdict"].startswith("Mauvais.")
    assert second["note"].startswith("Une ligne porte un seul chiffre")
    # A company that changes its language keeps its tab.
    form.config.write_text(form.config.read_text("utf-8").replace('"fr"', '"en"'), "utf-8")
    assert answer(form)[0]["verdict"].startswith("Bad.")


def test_a_tab_of_people_with_that_title_is_left_alone(company: MakeCompany) -> None:
    form = company("wide", "google", content={**_content(company), ASK_TAB: [["enterprise Q3"]]})
    ran = nrrbot("template", "--ask", "--config", form.config)
    assert "The tab NRR Ask exists already and was not changed." in ran.out
    nrrbot("sync", "--config", form.config)
    nrrbot("write", "--config", form.config)
    assert form.tabs()[ASK_TAB] == [["enterprise Q3"]]


def _content(company: MakeCompany) -> dict[str, Any]:
    return company("long", "google").tabs()


def test_a_renamed_tab_is_still_the_one_that_is_answered(company: MakeCompany) -> None:
    form = company("wide", "google")
    begin(form, "enterprise Q3")
    sheet_id = form.google.sheet(form.sheet, ASK_TAB).id
    rename = {"properties": {"sheetId": sheet_id, "title": "Board questions"}, "fields": "title"}
    form.google.batch(form.sheet, {"updateSheetProperties": rename})
    setup = form.setup()
    write_back(setup.analyst, setup.workbook)
    assert form.tabs()["Board questions"][2][:3] == ["enterprise Q3", "enterprise Q3 2025", 0.909]
    # Made anew it would lose its questions.
    assert ask_tab.add_ask_tab(setup.analyst, setup.workbook).refused == (ASK_TAB,)
    assert form.tabs()["Board questions"][2][0] == "enterprise Q3"


def test_the_bot_writes_no_formula_but_its_constant(company: MakeCompany) -> None:
    form = company("wide", "google")
    begin(form, "=HYPERLINK(1)", "+1", "enterprise Q3", "@x")
    setup = form.setup()
    written: list[CellRun] = []
    send = setup.workbook.write_cells

    def note_and_send(tab: Tab, runs: Sequence[CellRun], decimals: int) -> Sentence | None:
        written.extend(runs)
        return send(tab, runs, decimals)

    setup.workbook.write_cells = note_and_send  # type: ignore[method-assign]
    write_back(setup.analyst, setup.workbook)
    assert written
    assert all(run.column > 0 for run in written)
    tab = form.google.sheet(form.sheet, ASK_TAB)
    assert [tab.rows[row][0] for row in range(2, 6)] == ["=HYPERLINK(1)", "+1", "enterprise Q3", "@x"]


# The links to the accounts.


def list_links(form: Form) -> list[str]:
    """Return the address in the column Accounts of each row."""
    tab, column = form.google.sheet(form.sheet, ASK_TAB), KEYS.index("accounts")
    cells = [tab.facets(row, column) for row in range(TOP - 1, len(tab.rows)) if any(tab.rows[row])]
    links = [cell.get("userEnteredFormat", {}).get("textFormat", {}).get("link", {}) for cell in cells]
    return [link.get("uri", "") for link in links]


def show_view(form: Form, link: str) -> list[str]:
    """Return the accounts that the filter view of a link shows."""
    tab = form.google.sheet(form.sheet, ACCOUNTS_TAB)
    [view] = [view for view in tab.extra["filterViews"] if link.endswith(f"#gid={tab.id}&fvid={view['filterViewId']}")]
    [spec] = view["filterSpecs"]
    below = tab.rows[view["range"]["startRowIndex"] + 1 :]
    cells = [row[spec["columnIndex"]] for row in below if row]
    return [str(cell) for cell in cells if cell not in spec["filterCriteria"]["hiddenValues"]]


def test_a_link_shows_the_accounts_of_the_cut_and_the_period_alone(company: MakeCompany) -> None:
    content = company("wide", "google").tabs()
    # Each account uses little of the product, so NRR Accounts has all that pay.
    content["Customers"] = [
        [*row, "Feature adoption" if row[0] == "Account ID" else 0.1] for row in content["Customers"]
    ]
    form = company("wide", "google", content=content)
    # E-5 is new in August and E-6 back in July; E-3 left.
    begin(form, "enterprise Q3", "enterprise 2025-09", "region=north 2025-09", "mrr smb", "smb Q3", "Q3", "hello")
    answer(form)
    *links, last, hello = list_links(form)
    assert hello == ""
    assert [sorted(show_view(form, link)) for link in links] == [
        *(["E-1", "E-2", "E-4"], ["E-1", "E-2", "E-4", "E-5", "E-6"], ["E-1", "E-5", "S-1"], ["S-1", "S-2"]),
        ["S-1", "S-2"],
    ]
    assert sorted(show_view(form, last)) == ["E-1", "E-2", "E-4", "S-1", "S-2"]
    views = form.google.sheet(form.sheet, ACCOUNTS_TAB).extra["filterViews"]
    assert views[0]["title"] == "nrrbot: enterprise Q3 2025"
    # A view goes with its question; one of people stays.
    own = {"filterViewId": 7, "title": "mine", "range": {"sheetId": views[0]["range"]["sheetId"]}}
    form.google.batch(form.sheet, {"addFilterView": {"filter": own}})
    put(form, "Q2", *[""] * 6)

    def ask_late(method: str) -> None:
        if method == WRITES:
            form.google.before_call = lambda _: None
            put(form, "Q1", first=TOP + 1)

    form.google.before_call = ask_late
    ask_tab.answer_questions(form.setup().analyst, form.setup().workbook)
    views = form.google.sheet(form.sheet, ACCOUNTS_TAB).extra["filterViews"]
    assert {view["title"] for view in views} == {"mine", "nrrbot: Q2 2025", "nrrbot: Q1 2025"}
    # E-6 left in January.
    assert sorted(show_view(form, list_links(form)[1])) == ["E-1", "E-2", "E-4", "E-6", "S-1", "S-2"]


def test_with_too_many_views_a_link_selects_rows(company: MakeCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_links, "MAX_VIEWS", 1)
    content = company("wide", "google").tabs()
    content["Customers"] = [
        [*row, "Feature adoption" if row[0] == "Account ID" else 0.1] for row in content["Customers"]
    ]
    form = company("wide", "google", content=content)
    begin(form, "enterprise Q3", "smb Q3")
    answer(form)
    first, second = list_links(form)
    assert "&fvid=" in first
    accounts = [row[1] if len(row) > 1 else None for row in form.tabs()[ACCOUNTS_TAB]]
    start, end = map(int, second.partition("&range=")[2].split(":"))
    assert set(accounts[start - 1 : end]) <= {"S-1", "S-2"}


# Columns and rows that people insert between the last reading and the write.


def insert_before_write(form: Form, dimension: str, index: int, *, times: int = 1) -> None:
    sheet_id, left = form.google.sheet(form.sheet, ASK_TAB).id, times

    def insert(method: str) -> None:
        nonlocal left
        if method == WRITES and left:
            left -= 1
            place = {"sheetId": sheet_id, "dimension": dimension, "startIndex": index, "endIndex": index + 1}
            form.google.batch(form.sheet, {"insertDimension": {"range": place}})

    form.google.before_call = insert


@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("column", [0, 1, 5])
def test_a_column_inserted_during_the_write_costs_people_no_cell(company: MakeCompany, column: int, times: int) -> None:
    form = company("wide", "google")
    begin(form, "enterprise Q3", "smb Q3", "north Q3")
    form.put(ASK_TAB, TOP + 1, KEYS.index("freeze") + 1, "x")
    wider = {"sheetId": form.google.sheet(form.sheet, ASK_TAB).id, "dimension": "COLUMNS", "length": 1}
    form.google.batch(form.sheet, {"appendDimension": wider})
    form.put(ASK_TAB, TOP, len(KEYS) + 1, "mine")
    setup = form.setup()
    insert_before_write(form, "COLUMNS", column, times=times)
    ask_tab.answer_questions(setup.analyst, setup.workbook)
    form.google.before_call = lambda _: None
    ask_tab.answer_questions(setup.analyst, setup.workbook)
    _, headings, *rows = form.tabs()[ASK_TAB]
    places = [place for place in range(len(KEYS) + times) if not column <= place < column + times]
    assert [headings[place] for place in places] == [str(COLUMNS[key].heading) for key in KEYS]  # type: ignore[index]
    answers = [
        dict(zip(KEYS, [row[place] if place < len(row) else "" for place in places], strict=True)) for row in rows
    ]
    assert [row["question"] for row in answers[:3]] == ["enterprise Q3", "smb Q3", "north Q3"]
    assert [row["freeze"] or "" for row in answers[:3]] == ["", "x", ""]
    assert [row["read_as"] for row in answers[:3]] == ["enterprise Q3 2025", "smb Q3 2025", "north Q3 2025"]
    assert rows[0][len(KEYS) + times] == "mine"
    assert not [
        row[place] for row in rows for place in range(column, column + times) if place < len(row) and row[place]
    ]


@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_row_inserted_during_the_write_leaves_the_tab_alive(company: MakeCompany, row: int, times: int) -> None:
    form = company("wide", "google")
    begin(form, "enterprise Q3", "smb Q3", "north Q3")
    setup = form.setup()
    insert_before_write(form, "ROWS", row, times=times)
    ask_tab.answer_questions(setup.analyst, setup.workbook)
    form.google.before_call = lambda _: None
    ask_tab.answer_questions(setup.analyst, setup.workbook)
    rows = [row for row in form.tabs()[ASK_TAB] if any(row)]
    assert rows[1] == [COLUMNS[key].heading for key in KEYS]  # type: ignore[index]
    assert [row[:2] for row in rows[2:]] == [
        ["enterprise Q3", "enterprise Q3 2025"], ["smb Q3", "smb Q3 2025"], ["north Q3", "north Q3 2025"]
    ]  # fmt: skip


# .xlsx files.


def test_a_file_keeps_everything_but_the_cells_of_the_bot(company: MakeCompany) -> None:
    form = company("wide", "xlsx")
    begin(form)
    assert form.path
    book = openpyxl.load_workbook(form.path)
    sheet = book[ASK_TAB]
    sheet["A3"] = "enterprise Q3"
    sheet["A3"].font = Font(italic=True, color="FF0000")
    sheet["O3"], sheet["A5"], sheet["O5"] = "=C3*2", '=CONCATENATE("smb"," Q3")', "mine"
    sheet.column_dimensions["A"].width = 77
    book.save(form.path)
    with zipfile.ZipFile(form.path) as archive:
        before = {name: archive.read(name) for name in archive.namelist()}
    answer(form)
    sheet = openpyxl.load_workbook(form.path)[ASK_TAB]
    assert (sheet["B3"].value, sheet["C3"].value, sheet["C3"].number_format) == ("enterprise Q3 2025", 0.909, "0.0%")
    assert (sheet["E3"].number_format, sheet["H3"].number_format) == ("#,##0.00", "yyyy-mm-dd")
    assert sheet["I3"].value == "4 accounts"  # none of them is in NRR Accounts
    assert (sheet["A3"].font.i, sheet["A3"].font.color.rgb, sheet.column_dimensions["A"].width) == (
        True,
        "00FF0000",
        77,
    )
    # A formula without a stored value is a question that cannot be read; it stays a formula.
    assert (sheet["A5"].value, sheet["O5"].value, sheet["O3"].value) == ('=CONCATENATE("smb"," Q3")', "mine", "=C3*2")
    with zipfile.ZipFile(form.path) as archive:
        after = {name: archive.read(name) for name in archive.namelist()}
    untouched = [name for name in before if name.startswith(("xl/theme", "docProps", "xl/worksheets/sheet1"))]
    assert untouched
    assert all(after[name] == before[name] for name in untouched)


def test_a_locked_file_says_why_it_has_no_answers(company: MakeCompany) -> None:
    form = company("wide", "xlsx")
    begin(form, "enterprise Q3")
    assert form.path
    book = openpyxl.load_workbook(form.path)
    book.security.lockStructure = True
    book.save(form.path)
    workbook = form.setup().workbook
    [tab] = [tab for tab in workbook.tabs() if tab.title == ASK_TAB]
    reason = workbook.write_cells(tab, [CellRun(2, 1, [("x", "text")])], 2)
    assert reason
    assert "its structure is protected" in str(reason)


# The same figures everywhere.


def test_the_tab_and_slack_and_the_addin_give_the_same_figures(tmp_path: Path) -> None:
    path = Path(shutil.copy(ROOT / "sheets" / "templates" / "sample.xlsx", tmp_path / "book.xlsx"))
    config = tmp_path / "config.toml"
    config.write_text(f'[workbook]\npath = "{path.name}"\n', "utf-8")
    options = ("--config", config, "--today", "2026-10-05")
    assert "Created the tab NRR Ask" in nrrbot("template", "--ask", *options).out
    cuts = ["", "enterprise", "SMB", "Mid-Market", "region=DACH"]
    periods = ["Q3 2026", "Q1 2025", "2026-09", "TTM 2026-09", "2025"]
    questions = [f"{cut} {period}".strip() for cut in cuts for period in periods]
    book = openpyxl.load_workbook(path)
    for row, question in enumerate(questions, TOP):
        book[ASK_TAB].cell(row, 1, question)
    book.save(path)
    form = Form("wide", config, path, None, "")  # type: ignore[arg-type] # a file has no server
    setup = form.setup(dt.datetime(2026, 10, 5))  # noqa: DTZ001 - as click parses --today
    sync_workbook(setup.analyst, setup.workbook, dt.datetime(2026, 10, 5, 8, tzinfo=dt.UTC))
    result = write_back(setup.analyst, setup.workbook)
    assert result.answered == len(questions)
    rows = read(form)
    with serve_addin(setup.analyst) as backend:
        metrics = ("nrr", "grr", "starting_mrr", "ending_mrr")
        figures = backend.figures(*((metric, cut, period) for cut in cuts for period in periods for metric in metrics))
    values = iter(figure["value"] for figure in figures)
    names = setup.analyst.load_newest().scope.ledger.accounts.names
    assert any("One account explains it: it left with" in answered["verdict"] for answered in rows)
    for question, answered in zip(questions, rows, strict=True):
        nrr, grr, start, end = (next(values) for _ in metrics)
        window = setup.analyst.reply("/nrr", question).json()["window"]
        assert [answered["value"], answered["grr"]] == [nrr, grr]
        assert [f"{100 * nrr:.1f}", f"{100 * grr:.1f}"] == [window["nrr"], window["grr"]]
        assert [answered["base"], round(answered["base"] + answered["change"], 2)] == [start, end]
        assert round(100 * start) == window["starting_mrr"]
        assert not [name for name in names if name in f"{answered['read_as']} {answered['verdict']} {answered['note']}"]
        assert answered["receipt"].startswith(f"{setup.analyst.load_newest().snapshot.id}-")
    check_links_in_a_file(path, questions)


def check_links_in_a_file(path: Path, questions: Sequence[str]) -> None:
    """Check that each link selects rows of the cut that was asked."""
    book = openpyxl.load_workbook(path)
    accounts = book[ACCOUNTS_TAB]
    for row, question in enumerate(questions, TOP):
        match = re.fullmatch(
            r"""=HYPERLINK\("#'NRR Accounts'!(\d+):(\d+)","\d+ accounts"\)""",
            str(book[ASK_TAB].cell(row, KEYS.index("accounts") + 1).value),
        )
        assert match, question
        segments = {accounts.cell(line, 4).value for line in range(int(match[1]), int(match[2]) + 1)}
        for segment in ("Enterprise", "SMB", "Mid-Market"):
            assert not question.lower().startswith(segment.lower()) or segments == {segment}, question
