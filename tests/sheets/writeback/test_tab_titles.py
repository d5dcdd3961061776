"""The titles of the bot's tabs in a French workbook, and of tabs that were made in the other language."""

from __future__ import annotations

import datetime as dt
from typing import Any

import openpyxl
import pytest

from bot.service.refresh.ask.ask_tab import add_ask_tab
from bot.service.refresh.board import add_board
from bot.service.refresh.reading import sync_workbook
from bot.service.refresh.writeback import write_back
from core.terms import Language
from sheets.writeback.tab_titles import FRENCH_TITLES
from tests.support.company import Form, MakeCompany, Medium

NOW = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)
FRENCH, ENGLISH = list(FRENCH_TITLES.values()), list(FRENCH_TITLES)


def write_everything(form: Form, language: Language) -> list[Any]:
    """Sync, make every tab in a language, and return the results of making NRR Ask and NRR Board."""
    text = form.config.read_text("utf-8")
    if "[company]" not in text:
        form.config.write_text(f'{text}[company]\nlanguage = "{language}"\n', "utf-8")
    else:
        form.config.write_text(text.replace('"en"', f'"{language}"').replace('"fr"', f'"{language}"'), "utf-8")
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, NOW)
    write_back(setup.analyst, setup.workbook)
    return [add_ask_tab(setup.analyst, setup.workbook), add_board(setup.analyst, setup.workbook)]


@pytest.mark.parametrize("medium", ["google", "xlsx"])
@pytest.mark.parametrize(("language", "titles"), [("en", ENGLISH), ("fr", FRENCH)])
def test_tabs_have_the_titles_of_the_language_and_keep_them(
    company: MakeCompany, medium: Medium, language: Language, titles: list[str]
) -> None:
    form = company("wide", medium)
    write_everything(form, language)
    before = list(form.tabs())
    assert sorted(before[3:]) == sorted(titles)
    # Formulas of people name the tabs: in another language they keep their titles.
    other: Language = "fr" if language == "en" else "en"
    made = write_everything(form, other)
    assert list(form.tabs()) == before
    assert {title for result in made for title in result.refused} == set(titles[4:])
    summary = form.tabs()[titles[0]]
    assert str(summary[0][0]).startswith("Établi par nrrbot" if other == "fr" else "Written by nrrbot")


def test_formulas_of_a_french_file_find_their_names(company: MakeCompany) -> None:
    form = company("wide", "xlsx")
    write_everything(form, "fr")
    assert form.path
    book = openpyxl.load_workbook(form.path)
    assert book.defined_names["NRR_Cle"].attr_text.startswith("'NRR Indicateurs'!$E$4:$E$")
    assert book["NRR Indicateurs"].tables["NRR_Metrics"].ref.startswith("A3:")


def test_marks_in_a_french_tab_accept_problems(company: MakeCompany) -> None:
    form = company("wide", "google")
    form.put("MRR", 2, 10, 120000)  # a hundred times the account's other amounts
    write_everything(form, "fr")
    rows = form.tabs()["NRR Problèmes"]
    [place] = [number for number, row in enumerate(rows, 1) if row[1:2] == ["amount_absurd"]]
    form.put("NRR Problèmes", place, rows[1].index("OK") + 1, "x")
    setup = form.setup()
    write_back(setup.analyst, setup.workbook)
    newest = setup.analyst.load_newest()
    assert list(newest.load_accepted().values()) == [True]
