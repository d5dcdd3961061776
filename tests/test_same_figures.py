"""A page of 40 formulas, a range of 200, NRR Ask, the sidebar and `/nrr`: the same figures from the same snapshot."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from bot.service.analyst import Analyst
from bot.service.refresh.ask.ask_tab import add_ask_tab
from bot.service.refresh.reading import sync_workbook
from bot.service.refresh.writeback import write_back
from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.tables import CellRun
from sheets.writeback.ask_tab import ASK_TAB, COLUMNS
from tests.support.addin import CLIENT_ID, RULES, make_claims, make_signer, serve_addin, serve_certificates
from tests.support.apps_script import Script, run_script
from tests.support.browser import open_browser
from tests.support.formula_books import NOW, OWN_TAB, PAGE, compute, open_sample, read_formula, show

SECONDS_A_STEP = 30
ASK_TOP = 3


@dataclass(frozen=True)
class Steps:
    """The page of 40 figures as docs/formulas.md has a person build it.

    Attributes:
        periods: what is typed into the first row.
        segments: what is typed into the first column.
        count: the number of cells to type and of keys to press.

    """

    periods: Sequence[str]
    segments: Sequence[str]
    count: int


def read_steps() -> Steps:
    section = PAGE.partition("## A page of 40 figures")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| \d \| [^|]* \| (.*) \|$", section, re.MULTILINE)
    typed = [re.findall(r"`([^`]*)`", row) for row in rows]
    assert [len(cells) for cells in typed] == [10, 4, 0, 0, 0, 0]
    return Steps(typed[0], typed[1], sum(len(cells) or 1 for cells in typed))


def build_page(path: Path, steps: Steps) -> None:
    """Add the page, the formula typed once and filled to the right and down, and type the questions."""
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet(OWN_TAB)
    sheet.append(["", *steps.periods])
    formula = read_formula(0)
    for row, segment in enumerate(steps.segments, 2):
        cells = [f"{get_column_letter(column)}{row}" for column in range(2, 2 + len(steps.periods))]
        sheet.append([segment, *(Translator(formula, origin="B2").translate_formula(cell) for cell in cells)])
    for row, question in enumerate(list_questions(steps), ASK_TOP):
        book[ASK_TAB].cell(row, 1, question)
    book.save(path)


def list_questions(steps: Steps) -> list[str]:
    return [f"{segment} {period}" for segment in steps.segments for period in steps.periods]


def edit_revenue(workbook: ExcelWorkbook) -> None:
    """Change the amounts of the last month, as a person does."""
    [tab] = [tab for tab in workbook.tabs() if tab.title == "MRR"]
    [grid] = workbook.read([tab])
    column = len(grid.rows[0]) - 1
    amounts = enumerate(grid.list_cells(column, 1), 1)
    runs = [
        CellRun(row, column, [(Decimal(str(amount)) * Decimal("0.9"), "any")])
        for row, amount in amounts
        if isinstance(amount, int | float)
    ]
    workbook.write_cells(tab, runs, 2)


def ask_each(analyst: Analyst, questions: Sequence[str]) -> tuple[list[str | None], set[int]]:
    """Return what `/nrr` answers, and the snapshots that it answers from."""
    answers = [analyst.reply("/nrr", question).json() for question in questions]
    return [answer["window"]["nrr"] for answer in answers], {answer["snapshot"]["id"] for answer in answers}


def read_ask(workbook: ExcelWorkbook) -> tuple[list[str | None], set[int]]:
    """Return the values of NRR Ask, and the snapshots that they come from."""
    [grid] = workbook.read([tab for tab in workbook.tabs() if tab.title == ASK_TAB])
    value, receipt = (list(COLUMNS).index(key) for key in ("value", "receipt"))
    rows = [row for row in grid.rows[ASK_TOP - 1 :] if any(row)]
    return [show(row[value]) for row in rows], {int(str(row[receipt]).partition("-")[0]) for row in rows}


def check_sidebar(script: Script, folder: Path, segment: str, expected: Mapping[str, str]) -> None:
    """Choose a segment and each of these periods; wait until the sidebar shows the NRR that is expected."""
    script.set(token=make_signer("google-1").sign(make_claims()))
    script.add("MRR")
    script.call("followSyncs")
    with open_browser(folder) as page:
        page.open(script.serve())
        page.wait("document.querySelector('#main').getAttribute('aria-busy') === 'false'")
        for selector, value in (("#segment", segment), *(("#period", period) for period in expected)):
            page.run(
                f"(() => {{ const list = document.querySelector('{selector}'); list.value = {json.dumps(value)};"
                " list.dispatchEvent(new Event('change', {bubbles: true})); })()"
            )
            if selector == "#period":
                page.wait(f"document.querySelector('#bridge tr').cells[1].innerText === '{expected[value]}'")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.program("soffice")
@pytest.mark.program("node")
@pytest.mark.program("chromium")
def test_a_page_of_40_figures_follows_the_sheet_and_shows_what_everything_else_shows(tmp_path: Path) -> None:
    steps = read_steps()
    questions = list_questions(steps)
    assert len(questions) == 40
    assert steps.count * SECONDS_A_STEP <= 10 * 60
    path, analyst = open_sample(tmp_path / "en", "en")
    workbook = ExcelWorkbook(path)
    add_ask_tab(analyst, workbook)
    build_page(path, steps)
    sync_workbook(analyst, workbook, NOW, NOW.date())
    write_back(analyst, workbook)
    before, _ = ask_each(analyst, questions)
    files = [Path(shutil.copy(path, tmp_path / "before.xlsx"))]
    edit_revenue(workbook)
    sync_workbook(analyst, workbook, NOW, NOW.date())
    write_back(analyst, workbook)
    files.append(Path(shutil.copy(path, tmp_path / "after.xlsx")))
    after, snapshots = ask_each(analyst, questions)
    assert read_ask(workbook) == (after, snapshots)
    months = [f"{year}-{month:02d}" for year in range(2023, 2027) for month in range(1, 13)][8:]
    with (
        serve_certificates(make_signer("google-1")) as certificates,
        serve_addin(analyst, client_id=CLIENT_ID, rules=RULES, certificates_url=certificates) as backend,
        run_script(backend.address, backend.key) as script,
    ):
        grid = script.call("NRR", [[segment] for segment in steps.segments], [[*steps.periods, *months]])
        assert (script.count_fetches(), sum(map(len, grid))) == (1, 200)
        assert [show(value) for row in grid for value in row[: len(steps.periods)]] == after
        response = backend.ask("metrics", {"questions": [{"metric": "nrr", "segment": "", "period": "Q3 2026"}]})
        assert {response.json()["origin"]["snapshot"]} == snapshots
        shown = {
            period: f"{figure}%"
            for question, figure in zip(questions, after, strict=True)
            if (period := question.removeprefix("Enterprise ")) != question and period.startswith("Q")
        }
        assert len({*shown.values()}) > 4
        check_sidebar(script, tmp_path / "chromium", "Enterprise", shown)
    # The bot is off: the figures of the formulas are in the file.
    pages = compute(files, tmp_path / "computed")
    figures = [[show(value) for row in page[1:] for value in row[1:]] for page in pages]
    assert figures == [before, after]
    assert sum(old != new for old, new in zip(before, after, strict=True)) >= len(steps.segments)
