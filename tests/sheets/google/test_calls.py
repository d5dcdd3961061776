"""The calls that a Google Sheet costs, and the messages when Google refuses one: the command line over the wire."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany, Rows, tabs
from tests.support.google.methods import Service
from tests.support.google.schema import Json
from tests.support.google.server import ROBOT, Fault, GoogleServer, drive_error, error_body

SHEETS: Service = "sheets"
DRIVE: Service = "drive"


def calls(form: Form, *command: str, code: int = 0) -> dict[str, int]:
    """Run a command and return how many calls it made, by service; the token is not counted."""
    form.google.calls.clear()
    ran = nrrbot(*command, "--config", form.config, "--today", "2025-10-06")
    assert (ran.code, bool(ran.err)) == (code, bool(code))
    services = [call.service for call in form.google.calls]
    return {service: services.count(service) for service in (SHEETS, DRIVE)}


def many_tabs() -> dict[str, Rows]:
    return {**tabs("wide"), **{f"Notes of {number}": [["Ask Ann", number]] for number in range(27)}}


def large() -> dict[str, Rows]:
    rows: Rows = [[f"A-{number}", 100, 100, "soon" if number % 10 == 0 else 100] for number in range(5000)]
    return {"MRR": [["Account ID", "2025-07", "2025-08", "2025-09"], *rows]}


@pytest.mark.parametrize("notes", [False, True])
@pytest.mark.parametrize("content", [lambda: tabs("wide"), lambda: tabs("subscriptions"), many_tabs, large])
def test_a_sync_takes_four_calls_to_sheets_and_a_write_at_most_five(
    company: MakeCompany, content: Callable[[], dict[str, Rows]], *, notes: bool
) -> None:
    form = company("wide", "google", content=content())
    if notes:
        text = form.config.read_text("utf-8")
        form.config.write_text(text.replace("[workbook]", "[workbook]\nnotes = true"), "utf-8")
    assert calls(form, "sync") == {SHEETS: 4, DRIVE: 2}
    assert calls(form, "write") == {SHEETS: 3 + notes, DRIVE: 2}
    # Our own tabs are there now; they are not read.
    assert calls(form, "sync") == {SHEETS: 4, DRIVE: 2}
    # A sheet with problems is asked for the marks under OK of the tab that is there now.
    assert calls(form, "write") == {SHEETS: 4 + notes, DRIVE: 2}


def test_a_sync_of_a_sheet_whose_version_did_not_change_stores_nothing_anew(company: MakeCompany) -> None:
    """The values are read all the same: those of IMPORTRANGE or TODAY change while the version does not."""
    form = company("wide", "google")
    calls(form, "sync")
    before = form.setup().analyst.store.load_latest_snapshot(None)
    assert calls(form, "sync") == {SHEETS: 4, DRIVE: 2}
    after = form.setup().analyst.store.load_latest_snapshot(None)
    assert (after.id, after.content_hash, after.source_version) == (
        before.id,
        before.content_hash,
        before.source_version,
    )


def test_a_refused_sync_shows_the_look_without_a_second_reading(company: MakeCompany) -> None:
    content: dict[str, Rows] = {"Invoices": [["Invoice no", "Customer", "Date", "Amount"], [1, "a", "2025-09-01", 100]]}
    form = company("wide", "google", content=content)
    assert calls(form, "sync", code=1) == {SHEETS: 4, DRIVE: 2}


def test_a_formula_that_changed_without_the_version_is_seen(company: MakeCompany) -> None:
    form = company("wide", "google")
    calls(form, "sync")
    book = form.google.spreadsheets[form.sheet]
    version = book.version
    form.put("MRR", 2, 2, 999)
    book.version = version
    ran = nrrbot("sync", "--config", form.config, "--today", "2025-10-06")
    assert "1 amount changed" in ran.out


def test_each_problem_has_a_link_that_opens_its_cell(company: MakeCompany) -> None:
    content: dict[str, Rows] = {"MRR": [["Account ID", "2025-08", "2025-09"], ["a", "soon", 1], ["b", 1, 1]]}
    form = company("wide", "google", content=content)
    calls(form, "sync")
    ran = nrrbot("problems", "--config", form.config, "--lang", "fr")
    link = f"https://docs.google.com/spreadsheets/d/{form.sheet}/edit#gid=0&range=B2"
    assert ran.out.splitlines()[1] == f"  amount_unreadable  erreur  1\xa0€ de MRR  {link}"


# Access trouble, as `nrrbot sync` and `nrrbot write` report it.


def off(service: Service) -> bytes:
    body: Json = (
        drive_error(403, "accessNotConfigured", "x")
        if service == DRIVE
        else error_body(403, "PERMISSION_DENIED", "x", "SERVICE_DISABLED")
    )
    return json.dumps(body).encode()


def not_shared(server: GoogleServer, form: Form) -> None:
    server.spreadsheets[form.sheet].editors.clear()


def read_only(server: GoogleServer, form: Form) -> None:
    not_shared(server, form)
    server.spreadsheets[form.sheet].viewers.add(ROBOT)


def clock_wrong(server: GoogleServer, form: Form) -> None:
    del form
    server.clock_offset = 7200


def revoked(server: GoogleServer, form: Form) -> None:
    del form
    server.revoke()


def failing(*faults: Fault) -> Callable[[GoogleServer, Form], None]:
    return lambda server, _: server.fail(*[fault for fault in faults for _ in range(9)])


SHARE = f"is not shared with the bot. Check its address, then open Share in the sheet and add {ROBOT} as an editor."
KEY = f"Google refuses the key of {ROBOT}: it was revoked, or this computer's clock is wrong. Check the clock first;"
TROUBLE: list[tuple[str, Callable[[GoogleServer, Form], None], str]] = [
    ("sync", not_shared, SHARE),
    ("write", not_shared, SHARE),
    ("write", read_only, f"{ROBOT} may read the Google Sheet, but not write in it. Open Share in the sheet and make"),
    ("sync", failing(Fault(SHEETS, status=403, body=off(SHEETS))), "The Google Sheets API is switched off in the"),
    ("sync", failing(Fault(DRIVE, status=403, body=off(DRIVE))), "The Google Drive API is switched off in the"),
    ("sync", revoked, KEY),
    ("sync", clock_wrong, KEY),
    ("sync", failing(Fault(SHEETS, status=429, headers={"Retry-After": "600"})), "quota for the Google Sheets API is"),
    ("sync", failing(Fault(DRIVE, status=429, headers={"Retry-After": "600"})), "quota for the Google Drive API is"),
    ("sync", failing(Fault(SHEETS, status=500, headers={"Retry-After": "600"})), "report an error (HTTP 500)."),
    ("sync", failing(Fault(SHEETS, status=503, headers={"Retry-After": "600"})), "report an error (HTTP 503)."),
    ("sync", failing(Fault(SHEETS, hang=3)), "Google did not answer in time."),
    ("sync", failing(Fault(SHEETS, drop=True)), "Google cannot be reached."),
]  # fmt: skip


@pytest.mark.parametrize(("command", "trouble", "says"), TROUBLE, ids=[f"{row[0]}-{row[2][:40]}" for row in TROUBLE])
def test_access_trouble_is_told_with_its_mend_and_changes_nothing(
    company: MakeCompany, command: str, trouble: Callable[[GoogleServer, Form], None], says: str
) -> None:
    form = company("wide", "google")
    calls(form, "sync")
    before = form.setup().analyst.store.load_latest_snapshot(None)
    text = form.config.read_text("utf-8")
    form.config.write_text(text.replace("retry_seconds = 5", "retry_seconds = 1\ntimeout_seconds = 1"), "utf-8")
    trouble(form.google, form)
    ran = nrrbot(command, "--config", form.config)
    assert (ran.code, ran.out) == (1, "")
    assert says in ran.err.splitlines()[-1]
    assert form.setup().analyst.store.load_latest_snapshot(None) == before
    assert "Whole company" in nrrbot("ask", "--config", form.config).out


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", "nrrbot: Google's quota for the Google Sheets API is used up. Trying again in 2 s.\n"),
        ("fr", "nrrbot: Le quota Google du service Google Sheets API est épuisé. Nouvel essai dans 2 s.\n"),
    ],
)
@pytest.mark.parametrize("command", [("sync",), ("template", "--google")])
def test_a_wait_for_the_quota_is_said_on_stderr(
    company: MakeCompany, command: tuple[str, ...], lang: str, says: str
) -> None:
    form = company("subscriptions" if command == ("sync",) else "wide", "google")
    form.google.fail(Fault(SHEETS, status=429, headers={"Retry-After": "1"}))
    ran = nrrbot(*command, "--config", form.config, "--lang", lang)
    assert (ran.code, ran.err) == (0, says)
