"""The way in: one snapshot per change, and nothing at all when the workbook cannot be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import (
    NrrbotError,
    WorkbookBusyError,
    WorkbookError,
    WorkbookLayoutError,
    WorkbookMissingError,
)
from core.money import currency
from core.months import Month, Window
from core.segments import SizeRules
from core.store import Store
from sheets.excel import ExcelWorkbook
from sheets.options import Options
from sheets.sync import ATTEMPTS, Changes, Synced, sync
from sheets.workbook import Table, Workbook
from tests.company import MARKUP, Form, Medium, Rows, make, tabs, wide, write_xlsx
from tests.conftest import MakeCompany, nrrbot
from tests.google_server import GoogleServer

NOW = dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC)
OPTIONS = Options(currency("EUR"), "", NOW.date())
Q3 = Window(Month.of(2025, 6), Month.of(2025, 9))
MEDIA: tuple[Medium, ...] = ("xlsx", "google")


def read(form: Form, now: dt.datetime = NOW, rules: SizeRules | None = None) -> Synced:
    setup = form.setup()
    return sync(setup.workbook, setup.desk.store, OPTIONS, rules or SizeRules(), now)


def store_of(form: Form) -> Store:
    return form.setup().desk.store


@pytest.mark.parametrize("medium", MEDIA)
def test_an_unchanged_workbook_makes_no_new_snapshot(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium)
    first = read(form)
    assert (first.changed, first.changes, first.quarantined) == (True, None, 1)
    later = read(form, NOW + dt.timedelta(hours=3))
    assert (later.changed, later.changes, later.quarantined) == (False, None, 1)
    assert later.problems == first.problems
    latest = store_of(form).latest()
    assert latest == later.snapshot
    assert (latest.id, latest.synced_at, latest.checked_at) == (1, NOW, NOW + dt.timedelta(hours=3))


@pytest.mark.parametrize("medium", MEDIA)
def test_what_touches_no_figure_is_a_new_version_and_no_new_snapshot(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium)
    before = read(form).snapshot
    form.put("Notes", 1, 1, "Ask Bob")
    after = read(form).snapshot
    assert after.id == before.id
    assert after.source_version != before.source_version


Edit = Callable[[dict[str, Rows]], object]


def cell(tab: str, row: int, column: int, value: Any) -> Edit:
    def edit(content: dict[str, Rows]) -> None:
        content[tab][row - 1][column - 1] = value

    return edit


def both(*edits: Edit) -> Edit:
    return lambda content: [edit(content) for edit in edits]


@pytest.mark.parametrize(
    ("edit", "changes"),
    [
        pytest.param(cell("MRR", 2, 17, 1300), Changes(0, 0, 0, 1), id="an amount"),
        pytest.param(both(cell("MRR", 2, 2, 1), cell("MRR", 5, 9, 2)), Changes(0, 0, 0, 2), id="two amounts"),
        pytest.param(lambda c: c["MRR"].append(["E-9", *[None] * 15, 10]), Changes(1, 0, 0, 0), id="one more"),
        pytest.param(lambda c: c["MRR"].pop(1), Changes(0, 0, 0, 14 + 2), id="no revenue, still a customer"),
        pytest.param(lambda c: (c["MRR"].pop(1), c["Customers"].pop(1)), Changes(0, 1, 0, 0), id="one gone"),
        pytest.param(
            lambda c: [row.insert(1, dt.date(2024, 5, 1) if row[0] == "Account ID" else 5) for row in c["MRR"]],
            Changes(0, 0, 1, 0),
            id="a month more",
        ),
        pytest.param(lambda c: [row.pop(1) for row in c["MRR"]], Changes(0, 0, -1, 0), id="a month less"),
        pytest.param(cell("Customers", 2, 3, "SMB"), Changes(0, 0, 0, 0), id="a segment"),
        pytest.param(cell("Customers", 2, 2, "Another name"), Changes(0, 0, 0, 0), id="a name"),
        # Quarantined, it keeps the amounts that could be read: 300 instead of nothing.
        pytest.param(cell("MRR", 10, 10, 300), Changes(0, 0, 0, 1), id="a cell that is mended"),
    ],
)
def test_what_changed_is_counted(tmp_path: Path, edit: Edit, changes: Changes) -> None:
    store = Store(tmp_path / "nrrbot.db")
    path = tmp_path / "Retention.xlsx"
    content = tabs("wide")
    write_xlsx(path, content)
    sync(ExcelWorkbook(path), store, OPTIONS, SizeRules(), NOW)
    edit(content)
    write_xlsx(path, content)
    found = sync(ExcelWorkbook(path), store, OPTIONS, SizeRules(), NOW)
    assert (found.snapshot.id, found.changed, found.changes) == (2, True, changes)


def test_facts_that_change_places_are_a_change(tmp_path: Path) -> None:
    path, store = tmp_path / "Retention.xlsx", Store(tmp_path / "nrrbot.db")
    for heading in ("Seats", "NPS"):
        customers: Rows = [["Account ID", heading], ["E-1", 7]]
        write_xlsx(path, {"Customers": customers, "MRR": wide("E-1 | 100 100")})
        sync(ExcelWorkbook(path), store, OPTIONS, SizeRules(), NOW)
    latest = store.require()
    assert latest.id == 2
    assert set(store.load(2).facts) == {"nps"}


def test_other_size_limits_are_other_figures(company: MakeCompany) -> None:
    form = company()
    read(form)

    def largest(rules: SizeRules) -> int:
        snapshot = read(form, rules=rules).snapshot
        cube = store_of(form).figures(snapshot.id)
        found = [bridge.base for _, value, bridge in cube if value == "Mid-Market" and bridge.window == Q3]
        assert len(found) == 1
        return found[0]

    # ACV of June 2025: E-1 12,000, E-2 30,000, E-3 6,000, E-4 18,006, S-1 960, S-2 720.
    assert largest(SizeRules(6_000, 100_000)) == 4
    assert largest(SizeRules(6_001, 18_000)) == 1
    assert store_of(form).require().id == 3


def test_the_problems_of_a_sheet_open_their_cells(company: MakeCompany, google: GoogleServer) -> None:
    form = company("subscriptions", "google")
    [problem] = read(form).problems
    sheet = google.sheet(form.sheet, "Subscriptions")
    assert problem.link == f"https://docs.google.com/spreadsheets/d/{form.sheet}/edit#gid={sheet.id}&range=D17"
    assert store_of(form).problems(1)[0]["link"] == problem.link
    assert [problem.link for problem in read(company("subscriptions")).problems] == [""]


# Edited while it is read.


@pytest.mark.parametrize("read_number", [1, 2])
def test_a_sheet_that_is_edited_meanwhile_is_read_again(
    company: MakeCompany, google: GoogleServer, read_number: int
) -> None:
    form = company("wide", "google")
    google.before_read(read_number, lambda: google.edit(form.sheet, "MRR", "Q2", 1333))
    snapshot = read(form).snapshot
    ledger = store_of(form).load(snapshot.id)
    assert ledger.at(ledger.last)[ledger.ids.index("E-1")] == 133300
    assert google.counts()["sheets.spreadsheets.values.batchGet"] == 4


def test_a_sheet_that_never_rests_is_left_for_later(company: MakeCompany, google: GoogleServer) -> None:
    form = company("wide", "google")
    before = read(form).snapshot
    reads = google.counts()["sheets.spreadsheets.values.batchGet"]
    for number in range(2 * ATTEMPTS):
        google.before_read(reads + number + 1, lambda: google.edit(form.sheet, "MRR", "Q2", 1333))
    with pytest.raises(WorkbookBusyError, match="Retention was edited each of the 3 times that it was read"):
        read(form)
    assert google.counts()["sheets.spreadsheets.values.batchGet"] == reads + 2 * ATTEMPTS
    assert store_of(form).latest() == before


# Unreadable as a whole: the last snapshot serves.


def lost(form: Form) -> None:
    assert form.path
    form.path.unlink()


def garbled(form: Form) -> None:
    assert form.path
    form.path.write_bytes(b"PK\x03\x04 and then nothing")


def empty(form: Form) -> None:
    assert form.path
    form.path.write_bytes(b"")


def folder(form: Form) -> None:
    lost(form)
    assert form.path
    form.path.mkdir()


def without_revenue(form: Form) -> None:
    assert form.path
    write_xlsx(form.path, {"Customers": tabs("wide")["Customers"], "Notes": [["nothing here"]]})


def without_amounts(form: Form) -> None:
    assert form.path
    write_xlsx(form.path, {"MRR": [["Account ID", dt.date(2025, 1, 1)], ["E-1", None]]})


@pytest.mark.parametrize(
    ("spoil", "error", "says"),
    [
        (lost, WorkbookMissingError, "Retention.xlsx"),
        (garbled, WorkbookError, "Retention.xlsx"),
        (empty, WorkbookError, "Retention.xlsx"),
        (folder, WorkbookError, "Retention.xlsx"),
        (without_revenue, WorkbookLayoutError, "Account ID"),
        (without_amounts, WorkbookLayoutError, "MRR"),
    ],
)
def test_an_unreadable_workbook_changes_nothing(
    company: MakeCompany, spoil: Callable[[Form], None], error: type[NrrbotError], says: str
) -> None:
    form = company()
    before = read(form).snapshot
    spoil(form)
    with pytest.raises(error) as caught:
        read(form)
    assert says in str(caught.value)
    assert store_of(form).latest() == before
    ran = nrrbot("sync", "--config", form.config)
    assert (ran.code, ran.out) == (1, "")
    assert str(caught.value) in ran.err
    assert "NRR 90.9%" in nrrbot("ask", "enterprise Q3", "--config", form.config).out


@pytest.mark.parametrize("medium", MEDIA)
def test_a_tab_that_the_bot_wrote_is_no_input_whatever_it_looks_like(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium, content={"Customers": tabs("wide")["Customers"]})
    own = Table("MRR", "Written by nrrbot.", ["Account ID", "2025-01"], ["text", "money"], [["E-1", Decimal(5)]])
    assert form.setup().workbook.write([own]).tabs == ("MRR",)
    with pytest.raises(WorkbookLayoutError):
        read(form)


def test_a_sheet_that_is_shared_no_more_changes_nothing(company: MakeCompany, google: GoogleServer) -> None:
    form = company("wide", "google")
    read(form)
    google.spreadsheets[form.sheet].editors.clear()
    ran = nrrbot("sync", "--config", form.config)
    assert ran.code == 1
    assert "nrrbot@retention-test.iam.gserviceaccount.com" in ran.err
    assert "NRR 90.9%" in nrrbot("ask", "enterprise Q3", "--config", form.config).out


def test_two_workbooks_in_one_store_do_not_mix(tmp_path: Path, google: GoogleServer) -> None:
    one = make(tmp_path / "one", "wide", "xlsx", google)
    other = make(tmp_path / "other", "wide", "xlsx", google, content={"MRR": wide("X-1 | 100 90", "2025-08")})
    store = one.setup().desk.store
    for form in (one, other, one):
        workbook: Workbook = form.setup().workbook
        found = sync(workbook, store, OPTIONS, SizeRules(), NOW)
        assert found.changes is None
    assert (store.require(one.setup().workbook.source).id, store.require(other.setup().workbook.source).id) == (1, 2)


def test_today_and_the_workbooks_time_zone_decide_what_has_closed(company: MakeCompany) -> None:
    form = company("subscriptions", "google")  # Europe/Paris
    evening = dt.datetime(2025, 8, 30, 21, 30, tzinfo=dt.UTC)
    assert str(read(form, evening).snapshot.data_through) == "2025-07"
    # 22:30 on 30 August in UTC is half past midnight on the 31st, the last day of the month, in Paris.
    assert str(read(form, evening + dt.timedelta(hours=1)).snapshot.data_through) == "2025-08"


def test_progress_is_told_in_sentences(company: MakeCompany) -> None:
    setup = company().setup()
    told: list[str] = []
    sync(setup.workbook, setup.desk.store, OPTIONS, SizeRules(), NOW, progress=lambda say: told.append(str(say)))
    assert told == [
        "Reading Retention.xlsx",
        "Making sense of 21 rows",
        "Computing the figures of 9 accounts",
    ]
    assert MARKUP in setup.desk.latest()[1].ledger.names
