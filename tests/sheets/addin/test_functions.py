"""The formulas of the add-in: the real script in Node, the real backend on the loopback."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.web.addin.setup import FILES, find_files
from tests.support.addin import Backend, make_claims, make_signer
from tests.support.apps_script import PUBLIC, Script, ScriptError, run_script

pytestmark = pytest.mark.program("node")


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("NRR", ("enterprise", "Q3 2026"), 0.968),
        ("NRR", ("grands comptes", "T3"), 0.968),
        ("GRR", ("Enterprise", "Q3 2026"), 0.927),
        ("RETENTION", ("starting_mrr", "enterprise", "Q3 2026"), 592416.66),
        ("RETENTION", ("comptes", "enterprise", "Q3 2026"), 17),
        ("RETENTION", ("reason", "enterprise", "Q3 2026"), "There is a figure."),
    ],
)
def test_a_single_cell(script: Script, name: str, arguments: tuple[str, ...], value: object) -> None:
    assert script.call(name, *arguments) == value


def test_the_whole_company_and_the_last_quarter_are_the_defaults(script: Script) -> None:
    whole = script.call("NRR", "all", "Q3 2026")
    assert (
        whole == script.call("NRR", None, None) == script.call("NRR", "", "") == script.call("NRR", "tout", "T3 2026")
    )


def test_the_sidebar_asks_for_the_whole_company_by_the_empty_segment(script: Script, backend: Backend) -> None:
    script.set(token=make_signer("google-1").sign(make_claims()))
    script.set(active={"sheet": "Board", "a1": "A1"})
    script.call("insertFormula", "", "Q3 2026")
    script.set(active={"sheet": "Board", "a1": "A3"})
    script.call("insertBlock", [""], ["Q3 2026", "Q2 2026"])
    cells = script.cells()
    assert cells["1,1"]["formula"] == '=NRR("";"Q3 2026")'
    assert (cells["4,1"]["value"], cells["4,2"]["formula"]) == ("Whole company", '=NRR("";B3:C3)')
    values = [answer["value"] for answer in backend.figures(("nrr", "", "Q2 2026"), ("nrr", "", "Q3 2026"))]
    assert script.evaluate(cells["4,2"]["formula"]) == [values]


def test_a_method(script: Script, backend: Backend) -> None:
    for method in ("cohort", "Movements", "compounded"):
        (answer,) = backend.figures(("nrr", "smb", "TTM", method.lower()))
        assert script.call("NRR", "smb", "TTM", method) == answer["value"]
    with pytest.raises(ScriptError, match="There is no such method"):
        script.call("NRR", "smb", "TTM", "best")


def test_a_month_that_sheets_has_made_a_date_is_a_month(script: Script) -> None:
    midnight = dt.datetime(2026, 8, 31, 22, tzinfo=dt.UTC)  # 1 September in Paris
    assert script.call("NRR", "smb", {"date": midnight.isoformat()}) == script.call("NRR", "smb", "2026-09")
    assert script.call("NRR", "smb", 2025) == script.call("NRR", "smb", "2025")


# Ranges.


def test_a_range_of_200_is_one_request_and_the_same_figures(script: Script, backend: Backend) -> None:
    dimensions = backend.ask("segments").json()["dimensions"]
    segments = [f'{one["dimension"]}="{value}"' for one in dimensions for value in one["values"]][:25]
    periods = [one["period"] for one in backend.ask("periods").json()["periods"] if one["months"] == 3][:8]
    grid = script.call("NRR", [[segment] for segment in segments], [periods])
    assert script.count_fetches() == 1
    assert (len(grid), {len(row) for row in grid}) == (25, {8})
    answers = backend.figures(*(("nrr", segment, period) for segment in segments for period in periods))
    for shown, answer in zip([value for row in grid for value in row], answers, strict=True):
        assert math.isnan(shown) if answer["value"] is None else shown == answer["value"]
    assert any(answer["value"] is None for answer in answers)


def test_a_range_has_nan_where_a_single_cell_throws_and_the_reason_in_words(script: Script) -> None:
    reason = "No figure: it needs the close of December 2022, and the history begins with October 2023."
    with pytest.raises(ScriptError, match=re.escape(reason)):
        script.call("NRR", "smb", "Q1 2023")
    row = script.call("NRR", "smb", [["Q1 2023", "Q3 2026", "Q9 2026"]])[0]
    assert [math.isnan(value) for value in row] == [True, False, True]
    words = script.call("RETENTION", "reason", "smb", [["Q1 2023", "Q3 2026", "Q9 2026"]])[0]
    assert words[:2] == [reason, "There is a figure."]
    assert "Q9" in words[2]


def test_a_blank_cell_of_a_range_asks_for_nothing(script: Script) -> None:
    grid = script.call("NRR", [["SMB"], [""], ["Enterprise"]], [["Q3 2026", ""]])
    assert [row[1] for row in grid] == [None, None, None]
    assert [row[0] is None for row in grid] == [False, True, False]
    assert script.call("NRR", [[""]], [[""]]) == [[None]]
    assert script.count_fetches() == 1


def test_the_same_cell_in_two_ranges_is_asked_once(script: Script) -> None:
    script.call("NRR", [["SMB"], ["SMB"], ["smb"]], "Q3 2026")
    (fetch,) = script.get("fetches")
    assert [one["segment"] for one in json.loads(fetch["payload"])["questions"]] == ["SMB", "smb"]


def test_a_range_beyond_the_limit_of_a_request_is_several(script: Script, backend: Backend) -> None:
    dimensions = backend.ask("segments").json()["dimensions"]
    segments = [[f'{one["dimension"]}="{value}"'] for one in dimensions for value in one["values"]][:25]
    periods = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
    grid = script.call("GRR", segments, [periods])
    assert (len(grid), len(grid[0])) == (25, 24)
    assert [len(json.loads(fetch["payload"])["questions"]) for fetch in script.get("fetches")] == [500, 100]
    assert script.call("GRR", segments[-1][0], periods[-1]) == grid[-1][-1]


@pytest.mark.parametrize(
    ("segments", "periods"),
    [([["SMB"], ["Enterprise"]], [["Q3"], ["Q2"], ["Q1"]]), ([["SMB", "Enterprise"]], [["Q3", "Q2", "Q1"]])],
)
def test_ranges_of_different_shapes_are_refused(script: Script, segments: Any, periods: Any) -> None:
    with pytest.raises(ScriptError, match="different shapes"):
        script.call("NRR", segments, periods)


def test_a_text_longer_than_any_question_stops_no_other(script: Script) -> None:
    grid = script.call("NRR", [["x" * 5000], ["Enterprise"]], "Q3 2026")
    assert math.isnan(grid[0][0])
    assert grid[1][0] == 0.968


# The cache.


def test_a_figure_comes_from_the_cache_until_it_is_old_or_another_snapshot_is_there(script: Script) -> None:
    for _ in range(3):
        script.call("NRR", [["SMB"], ["Enterprise"]], "Q3 2026")
    assert script.count_fetches() == 1
    script.set(now=299)
    script.call("NRR", "SMB", "Q3 2026")
    assert script.count_fetches() == 1
    script.set(now=301)
    script.call("NRR", "SMB", "Q3 2026")
    assert script.count_fetches() == 2
    script.call("refreshFigures")
    before = script.count_fetches()
    script.call("NRR", "SMB", "Q3 2026")
    assert script.count_fetches() == before + 1


# What can go wrong.


def test_a_key_that_is_wrong_expired_or_revoked_has_its_reason(script: Script, backend: Backend) -> None:
    analyst = backend.analyst
    revoked = backend.make_key()
    analyst.store.revoke_reader_key(revoked.split("-")[1], analyst.clock())
    expired = backend.make_key(days=1, now=analyst.clock() - dt.timedelta(days=2))
    for key, reason in ((revoked, "was revoked"), (expired, "has expired"), ("nrrbot-x", "not one of this workbook")):
        script.set(properties={"NRR_URL": PUBLIC, "NRR_KEY": key})
        for segment in ("SMB", [["SMB"], ["Enterprise"]]):
            with pytest.raises(ScriptError, match=reason):
                script.call("NRR", segment, "Q3 2026")


@pytest.mark.parametrize(
    ("locale", "reason"), [("en_US", "is not connected to nrrbot"), ("fr_FR", "n’est pas relié à nrrbot")]
)
def test_a_sheet_that_is_not_connected_says_how_to_connect_it(script: Script, locale: str, reason: str) -> None:
    script.set(properties={}, locale=locale)
    with pytest.raises(ScriptError, match=reason):
        script.call("NRR", "SMB", "Q3 2026")


def test_reasons_are_in_the_language_of_the_spreadsheet(script: Script) -> None:
    script.set(locale="fr_FR")
    with pytest.raises(ScriptError, match="Pas de valeur\N{NO-BREAK SPACE}: il faut la clôture de fin décembre 2022"):
        script.call("NRR", "smb", "T1 2023")


@contextmanager
def listen_without_answer() -> Iterator[str]:
    """Listen, and take what is sent, without an answer; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connections.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        for connection in connections:
            connection.close()
    thread.join()


@pytest.mark.parametrize("kind", ["down", "slow", "another server"])
def test_a_backend_that_is_away_is_said_to_be_and_no_figure_is_invented(backend: Backend, kind: str) -> None:
    with listen_without_answer() as slow:
        address = {"down": "http://127.0.0.1:9", "slow": slow, "another server": f"{backend.address}/other"}[kind]
        with run_script(address, backend.key) as script:
            script.set(fetchSeconds=1)
            for segment in ("SMB", [["SMB"], ["Enterprise"]]):
                with pytest.raises(ScriptError, match=r"^nrrbot does not answer, so there is no figure now"):
                    script.call("NRR", segment, "Q3 2026")
            # As soon as it is back, there are figures: nothing of the failure is in the cache.
            script.set(hosts={PUBLIC: backend.address})
            assert script.call("NRR", "Enterprise", "Q3 2026") == 0.968


# The files.


def test_every_formula_is_explained_in_both_languages_and_nothing_else_is_a_formula() -> None:
    text = (find_files() / "Functions.js").read_text("utf-8")
    for name in ("NRR", "GRR", "RETENTION"):
        comment = re.search(rf"/\*\*((?:(?!\*/).)*)\*/\nfunction {name}\(", text, re.DOTALL)
        assert comment
        assert "@customfunction" in comment[1]
        assert re.search(r"\b(?:Rétention|Tout chiffre)\b", comment[1])
        parameters = re.findall(r"@param \{[^}]*\} (\w+) (.*)", comment[1])
        assert {description.count(". ") for _, description in parameters} >= {1}
    others = re.findall(r"^function (\w+)\(", text, re.MULTILINE)
    assert [name for name in others if not name.endswith("_")] == ["NRR", "GRR", "RETENTION"]


def test_the_project_is_one_of_clasp() -> None:
    manifest = json.loads((find_files() / "appsscript.json").read_text("utf-8"))
    assert manifest["runtimeVersion"] == "V8"
    scopes = [scope.rpartition("/")[2] for scope in manifest["oauthScopes"]]
    assert "spreadsheets.currentonly" in scopes  # no other spreadsheet of the person
    assert {path.name for path in find_files().iterdir()} == set(FILES)
