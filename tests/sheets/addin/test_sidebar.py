"""The sidebar in a real browser: the page, the script in Node and the backend, all unmodified."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.addin import Backend, make_claims, make_signer
from tests.support.apps_script import PUBLIC, Script
from tests.support.browser import Page, open_browser

pytestmark = [pytest.mark.program("node"), pytest.mark.program("chromium"), pytest.mark.slow]


@dataclass
class Sidebar:
    """An open sidebar."""

    page: Page
    script: Script

    def wait(self) -> None:
        """Wait until it shows what was asked for."""
        self.page.wait("document.querySelector('#main').getAttribute('aria-busy') === 'false'")
        self.page.wait("!/Loading|Chargement/.test(document.querySelector('#status').innerText)")

    def bridge(self) -> dict[str, str]:
        """Return the rows of the bridge."""
        rows = "[...document.querySelectorAll('#bridge tr')].map((row) => [...row.cells].map((cell) => cell.innerText))"
        return dict(self.page.run(rows))

    def focus(self) -> str:
        """Return the id of the element that has the focus, or its text."""
        name: str = self.page.run("document.activeElement.id || document.activeElement.innerText")
        return name


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with open_browser(tmp_path_factory.mktemp("chromium")) as page:
        yield page


@pytest.fixture
def sidebar(page: Page, script: Script) -> Iterator[Sidebar]:
    script.set(token=make_signer("google-1").sign(make_claims()))
    script.add("MRR")
    script.call("followSyncs")
    page.open(script.serve())
    sidebar = Sidebar(page, script)
    sidebar.wait()
    yield sidebar
    assert page.errors == []


def choose(page: Page, selector: str, value: str) -> None:
    """Choose an option of a list, as a click in it does."""
    name, option = json.dumps(selector), json.dumps(value)
    page.run(
        f"(() => {{ const list = document.querySelector({name}); list.value = {option};"
        " list.dispatchEvent(new Event('change', {bubbles: true})); })()"
    )


def test_it_shows_the_bridge_and_the_trend_of_the_last_quarter(sidebar: Sidebar, backend: Backend) -> None:
    (whole,) = backend.figures(("nrr", "", "Q3 2026"))
    assert sidebar.bridge()["NRR"] == f"{whole['value']:.1%}"
    choose(sidebar.page, "#segment", "Enterprise")
    sidebar.page.wait("document.querySelector('#bridge').innerText.includes('96.8%')")
    assert sidebar.bridge() == {
        "NRR": "96.8%",
        "GRR": "92.7%",
        "Start": "€592,417",
        "Expansion": "€24,500",
        "Contraction": "€7,000",
        "Churn": "€36,500",
        "End": "€573,417",
        "New, not in NRR": "€0",
    }
    label = sidebar.page.run("document.querySelector('#chart').getAttribute('aria-label')")
    assert label.endswith("Q2 2026: 105.4%, Q3 2026: 96.8%")
    assert label.count(",") == 7
    assert sidebar.page.run("document.querySelector('#chart polyline').getAttribute('points').split(' ').length") == 8


def test_without_a_figure_it_says_why(sidebar: Sidebar) -> None:
    choose(sidebar.page, "#period", "2023-11")
    sidebar.wait()
    choose(sidebar.page, "#segment", "Unassigned")
    sidebar.page.wait("document.querySelector('#reason').innerText")
    assert sidebar.bridge()["NRR"] == "n/a"
    assert sidebar.page.text("#reason").startswith("No figure:")


def test_a_slow_answer_to_an_earlier_choice_replaces_no_later_one(sidebar: Sidebar) -> None:
    page = sidebar.page
    page.run(
        "(() => { const real = call; window.late = 0; call = async (name, ...values) => {"
        " const answer = await real(name, ...values);"
        " if (values[0] === 'SMB') { await new Promise((resolve) => { window.release = resolve; }); window.late++; }"
        " return answer; }; })()"
    )
    choose(page, "#segment", "SMB")
    page.wait("typeof window.release === 'function'")
    choose(page, "#segment", "Enterprise")
    page.wait("document.querySelector('#bridge').innerText.includes('96.8%')")
    page.run("window.release()")
    page.wait("window.late")
    page.run("new Promise((resolve) => setTimeout(resolve, 50))")
    assert sidebar.bridge()["NRR"] == "96.8%"


def test_clicks_insert_a_formula_and_a_block_and_ask_for_a_sync(sidebar: Sidebar, backend: Backend) -> None:
    page, script = sidebar.page, sidebar.script
    choose(page, "#segment", "Enterprise")
    sidebar.wait()
    page.click("#formula")
    page.wait("document.querySelector('#status').innerText === 'Inserted at A1.'")
    formula = script.cells()["1,1"]["formula"]
    assert formula == '=NRR("Enterprise";"Q3 2026";;NRR_Snapshot)'
    assert script.evaluate(formula) == 0.968
    page.click("#block")
    page.wait("/The cells from A1 are not all empty/.test(document.querySelector('#status.bad').innerText)")
    script.set(active={"sheet": "Board", "a1": "C3"})
    page.click("#block")
    page.wait("document.querySelector('#status').innerText === 'Inserted at C3:G8.'")
    grid = script.evaluate(script.cells()["4,4"]["formula"])
    assert (len(grid), len(grid[0]), grid[3][3]) == (5, 4, 0.968)
    count = backend.count
    page.click("#sync")
    page.wait("/A sync has started/.test(document.querySelector('#status').innerText)")
    assert backend.count == count + 1


def test_a_click_on_a_problem_goes_to_its_cell(sidebar: Sidebar) -> None:
    buttons = "[...document.querySelectorAll('#problems button')].map((one) => one.innerText)"
    labels = sidebar.page.run(buttons)
    assert labels
    assert all(label.startswith("Go to ") for label in labels)
    place = labels[0].removeprefix("Go to ")
    sidebar.page.click("#problems button")
    sidebar.page.wait(f"document.querySelector('#status').innerText === {json.dumps(place)}")
    assert sidebar.script.get("active") == dict(zip(("sheet", "a1"), place.split("!"), strict=True))
    assert len(sidebar.page.text("#problems li p")) > 20


def test_the_keyboard_alone_does_all_of_it(sidebar: Sidebar, backend: Backend) -> None:
    page = sidebar.page
    page.press("Tab")
    assert sidebar.focus() == "segment"
    page.press("e", "n", "t")
    page.wait("document.querySelector('#segment').value === 'Enterprise'")
    page.wait("document.querySelector('#bridge').innerText.includes('96.8%')")
    page.press("Tab")
    assert sidebar.focus() == "period"
    page.press("ArrowDown")
    page.wait("document.querySelector('#bridge').innerText.includes('105.4%')")
    page.press("Tab", "Enter")
    assert sidebar.focus() == "formula"
    page.wait("document.querySelector('#status').innerText === 'Inserted at A1.'")
    assert sidebar.script.cells()["1,1"]["formula"] == '=NRR("Enterprise";"Q2 2026";;NRR_Snapshot)'
    page.press("Tab")
    assert sidebar.focus() == "block"
    page.press("Tab")
    assert sidebar.focus().startswith("Go to ")
    place = sidebar.focus().removeprefix("Go to ")
    page.press("Enter")
    page.wait(f"document.querySelector('#status').innerText === {json.dumps(place)}")
    count = backend.count
    for _ in range(60):
        page.press("Tab")
        if sidebar.focus() == "sync":
            break
    page.press(" ")
    page.wait("/A sync has started/.test(document.querySelector('#status').innerText)")
    assert backend.count == count + 1


@pytest.mark.parametrize("locale", ["en_US", "fr_FR"])
def test_at_300_pixels_nothing_is_cut_and_everything_has_a_name(
    page: Page, script: Script, tmp_path: Path, locale: str
) -> None:
    script.set(token=make_signer("google-1").sign(make_claims()), locale=locale)
    page.open(script.serve(), width=300)
    Sidebar(page, script).wait()
    page.picture(tmp_path / f"sidebar-{locale}.png")
    assert page.run("document.documentElement.scrollWidth") <= 300
    cut = page.run(
        "[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > 300.5"
        " && !one.closest('svg') && one.tagName !== 'OPTION').map((one) => one.outerHTML.slice(0, 80))"
    )
    assert cut == []
    controls = page.list_controls()
    assert {role for role, _ in controls} <= {"combobox", "option", "button", "RootWebArea"}
    assert all(name for _, name in controls)
    assert page.run("document.documentElement.lang") == locale[:2]
    assert page.run("document.querySelector('#status').getAttribute('aria-live')") == "polite"
    small = page.run(
        "[...document.querySelectorAll('button, select')]"
        ".filter((one) => one.getBoundingClientRect().height < 24).length"
    )
    assert small == 0


def test_in_a_french_sheet_periods_fixes_and_refusals_are_french(page: Page, script: Script) -> None:
    script.set(token=make_signer("google-1").sign(make_claims()), locale="fr_FR")
    page.open(script.serve())
    Sidebar(page, script).wait()
    label = page.run("document.querySelector('#chart').getAttribute('aria-label')")
    assert "T3 2026\xa0: " in label or "T3 2026: " in label
    assert "Q3 2026" not in page.run("document.body.innerText")
    options = page.run("[...document.querySelectorAll('#period option')].map((one) => one.textContent)")
    assert {"T3 2026", "septembre 2026"} <= set(options)
    assert page.run("document.querySelector('#problems p').innerText").count("the ") == 0
    page.click("#formula")
    page.wait("document.querySelector('#status').innerText === 'Inséré en A1.'")
    assert script.cells()["1,1"]["formula"] == '=NRR("";"T3 2026")'
    script.set(active={"sheet": "Board", "a1": "C3"})
    page.click("#block")
    page.wait("document.querySelector('#status').innerText.startsWith('Inséré en C3')")
    cells = script.cells()
    assert (cells["3,7"]["value"], cells["4,3"]["value"]) == ("T3 2026", "Toute l’entreprise")
    assert script.evaluate(cells["4,4"]["formula"])[0][-1] == script.call("NRR", "", "Q3 2026")
    script.set(token=make_signer("google-1").sign(make_claims(email="eve@example.com")))
    page.open(script.serve())
    Sidebar(page, script).wait()
    page.wait("document.querySelector('#status.bad').innerText.includes('Votre compte')")


@pytest.mark.parametrize("problem", ["person", "down"])
def test_what_goes_wrong_is_said_in_the_status_line(page: Page, script: Script, problem: str) -> None:
    email = "eve@example.com" if problem == "person" else "ines@example.com"
    script.set(token=make_signer("google-1").sign(make_claims(email=email)))
    if problem == "down":
        script.set(hosts={PUBLIC: "http://127.0.0.1:9"})
    page.open(script.serve())
    Sidebar(page, script).wait()
    reason = {"person": "Your account may not use the sidebar", "down": "nrrbot does not answer"}[problem]
    page.wait(f"document.querySelector('#status.bad').innerText.includes({json.dumps(reason)})")


def test_names_from_the_sheet_are_text_and_no_markup(page: Page, script: Script) -> None:
    script.set(token=make_signer("google-1").sign(make_claims()))
    page.open(script.serve())
    Sidebar(page, script).wait()
    page.run(
        "state.problems = [{tab: '<img src=x onerror=\"window.bad=1\">', cell: 'A1', found: '<script>window.bad=1</' +"
        " 'script>', fix: ''}]; showProblems()"
    )
    assert page.run("document.querySelectorAll('#problems img, #problems script').length") == 0
    assert page.run("window.bad") is None
