"""The menu, the connection and the triggers: the real script in Node, the real backend on the loopback."""

from __future__ import annotations

import json

import pytest

from tests.support.addin import CLIENT_ID, Backend, make_claims, make_signer
from tests.support.apps_script import PUBLIC, Script, ScriptError

pytestmark = pytest.mark.program("node")


def test_the_menu_names_functions_that_exist_in_the_language_of_the_spreadsheet(script: Script) -> None:
    script.call("onOpen")
    script.set(locale="fr_FR")
    script.call("onOpen")
    items = script.get("menu")
    assert [label for _, label, _ in items[: len(items) // 2]][:2] == ["Open the sidebar", "Work figures out again"]
    assert ["NRR", "Connecter…", "connect"] in items


def test_connect_asks_tries_and_keeps_the_address_and_the_key(script: Script, backend: Backend) -> None:
    script.set(
        properties={}, prompts=[f"{PUBLIC}/", f" {backend.key} "], token=make_signer("google-1").sign(make_claims())
    )
    script.call("connect")
    assert script.get("properties") == {"NRR_URL": PUBLIC, "NRR_KEY": backend.key}
    said = script.get("alerts")[-1]
    assert (
        said == f"Connected. Data through 2026-09.\n\nFor the sidebar, the admin sets addin.client_id to: {CLIENT_ID}"
    )
    assert script.call("NRR", "enterprise", "Q3 2026") == 0.968


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (["http://nrr.example.com"], "The address must begin with https://"),
        ([PUBLIC, "nrrbot-wrong"], "The key is not one of this workbook"),
        (["https://other.example.com", "x"], "nrrbot does not answer"),
        ([PUBLIC], "Key, from nrrbot addin key add"),  # the dialog was closed
    ],
)
def test_a_connection_that_does_not_work_is_not_kept(
    script: Script, backend: Backend, typed: list[str], reason: str
) -> None:
    script.set(prompts=list(typed), hosts={PUBLIC: backend.address, "https://other.example.com": "http://127.0.0.1:9"})
    script.call("connect")
    assert reason in script.get("alerts")[-1]
    assert script.get("properties") == {"NRR_URL": PUBLIC, "NRR_KEY": backend.key}
    script.set(properties={}, prompts=list(typed))
    script.call("connect")
    assert script.get("properties") == {}


def test_triggers_are_installed_once(script: Script) -> None:
    for _ in range(2):
        script.call("installTriggers")
    triggers = {(one["name"], one["kind"]) for one in script.get("triggers")}
    assert triggers == {("reportEdit", "onEdit"), ("reportChange", "onChange"), ("followSyncs", "every 5")}
    assert len(script.get("triggers")) == 3


def test_an_edit_and_a_change_are_each_reported_at_most_once_in_ten_seconds(script: Script, backend: Backend) -> None:
    count = backend.count
    edit = {"range": {"sheet": "Board", "cells": "B2:C9"}}
    change = {"changeType": "INSERT_ROW", "source": {"spreadsheet": True}}
    for seconds, reports in ((0, 2), (9, 2), (11, 4)):
        script.set(now=seconds)
        for _ in range(3):
            script.call("reportEdit", edit)
            script.call("reportChange", change)
        assert backend.count - count == reports
    bodies = [json.loads(fetch["payload"]) for fetch in script.get("fetches")]
    assert bodies[:2] == [{"tab": "Board", "range": "B2:C9"}, {"tab": "Board", "range": ""}]


def test_an_edit_of_a_cell_is_no_change_of_the_tab(script: Script, backend: Backend) -> None:
    count = backend.count
    for kind in ("EDIT", "FORMAT"):
        script.call("reportChange", {"changeType": kind, "source": {"spreadsheet": True}})
    assert backend.count == count


def test_a_report_that_fails_disturbs_no_one(script: Script) -> None:
    script.set(hosts={PUBLIC: "http://127.0.0.1:9"})
    script.call("reportEdit", {"range": {"sheet": "Board", "cells": "A1"}})
    script.call("followSyncs")
    assert script.get("alerts") == []


def test_formulas_follow_the_snapshot(script: Script, backend: Backend) -> None:
    script.call("followSyncs")
    assert script.sheets() == {"Board": False, "NRR Add-in": True}
    (cell,) = script.cells("NRR Add-in").values()
    assert cell["value"] == str(backend.ask("periods").json()["origin"]["snapshot"])
    assert script.evaluate('=NRR("enterprise";"Q3 2026";;NRR_Snapshot)') == 0.968
    # Edits of that cell by the script itself are not reported, and the next run changes nothing.
    script.call("followSyncs")
    assert script.cells("NRR Add-in") == {"1,1": cell}
    script.call("refreshFigures")
    assert script.cells("NRR Add-in")["1,1"]["value"].startswith(f"{cell['value']}.")


# What the sidebar calls.


def test_the_sidebar_asks_as_the_person_and_without_a_token_shows_nothing(script: Script) -> None:
    with pytest.raises(ScriptError, match="Google gave no identity token"):
        script.call("startSidebar")
    script.set(token=make_signer("google-1").sign(make_claims(email="eve@example.com")))
    with pytest.raises(ScriptError, match="Your account may not use the sidebar"):
        script.call("startSidebar")
    script.set(token=make_signer("google-1").sign(make_claims()))
    assert script.call("startSidebar")["problemCount"] > 0


def test_what_a_person_may_see_is_in_no_cache(script: Script) -> None:
    script.set(token=make_signer("google-1").sign(make_claims()))
    for count in (1, 2):
        script.call("showFigures", "Enterprise", "Q3 2026", ["Q3 2026", "Q2 2026"])
        assert script.count_fetches() == count


def test_a_block_is_one_formula_at_the_cursor_and_texts_stay_texts(script: Script) -> None:
    script.set(active={"sheet": "Board", "a1": "B3"}, token=make_signer("google-1").sign(make_claims()))
    place = script.call("insertBlock", ["Enterprise", "=1+1", "2026-09"], ["Q3 2026", "Q2 2026"])
    assert place == "B3:D6"
    cells = script.cells()
    assert {place: cell["value"] for place, cell in cells.items()} == {
        "4,2": "Enterprise",
        "5,2": "=1+1",
        "6,2": "2026-09",
        "3,3": "Q2 2026",
        "3,4": "Q3 2026",
        "4,3": "",
    }
    assert [place for place, cell in cells.items() if cell["formula"]] == ["4,3"]
    grid = script.evaluate(cells["4,3"]["formula"])
    assert grid[0] == [1.054, 0.968]


def test_nothing_is_written_over_a_cell_that_is_not_empty(script: Script) -> None:
    script.enter("C4", ["mine"])
    script.set(active={"sheet": "Board", "a1": "B3"})
    with pytest.raises(ScriptError, match="The cells from B3 are not all empty, and nothing is overwritten"):
        script.call("insertBlock", ["Enterprise"], ["Q3 2026", "Q2 2026"])
    script.set(active={"sheet": "Board", "a1": "C4:D9"})
    with pytest.raises(ScriptError, match="not all empty"):
        script.call("insertFormula", "Enterprise", "Q3 2026")
    assert script.cells() == {"4,3": {"value": "mine", "formula": "", "format": ""}}


def test_a_formula_with_quotes_is_read_as_it_was_chosen(script: Script) -> None:
    script.call("followSyncs")
    script.set(active={"sheet": "Board", "a1": "A1"})
    script.call("insertFormula", 'region="UK & Ireland"', "TTM 2026-09")
    formula = script.cells()["1,1"]["formula"]
    assert formula == '=NRR("region=""UK & Ireland""";"TTM 2026-09";;NRR_Snapshot)'
    assert script.evaluate(formula) == 1.119
