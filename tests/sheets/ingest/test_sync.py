"""The way in: one snapshot per change, and nothing at all when the workbook cannot be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import (
    NrrbotError,
    Sentence,
    WorkbookBusyError,
    WorkbookError,
    WorkbookLayoutError,
    WorkbookMissingError,
)
from core.ledger.segments import SizeRules
from core.money import find_currency
from core.months import Month, Window
from core.store.store import Store
from sheets.excel.workbook import ExcelWorkbook
from sheets.ingest.ledger_changes import LedgerChanges
from sheets.ingest.reading import ATTEMPTS
from sheets.ingest.schema_changes import RememberedColumns, compare_columns, follow_renamed_tab
from sheets.ingest.sync import SyncResult, sync_into_store
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Tab, Workbook
from sheets.workbook.tables import Table
from tests.support.command_line import nrrbot
from tests.support.company import MARKUP, Form, MakeCompany, Medium, Rows, make, tabs, wide, write_xlsx
from tests.support.google.server import GoogleServer

NOW = dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC)
OPTIONS = ReadOptions(find_currency("EUR"), "", NOW.date())
Q3 = Window(Month.of(2025, 6), Month.of(2025, 9))
MEDIA: tuple[Medium, ...] = ("xlsx", "google")


def read(form: Form, now: dt.datetime = NOW, rules: SizeRules | None = None) -> SyncResult:
    setup = form.setup()
    return sync_into_store(setup.workbook, setup.analyst.store, OPTIONS, rules or SizeRules(), now)


def store_of(form: Form) -> Store:
    return form.setup().analyst.store


@pytest.mark.parametrize("medium", MEDIA)
def test_an_unchanged_workbook_makes_no_new_snapshot(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium)
    first = read(form)
    assert (first.changed, first.changes, first.excluded_accounts) == (True, None, 1)
    later = read(form, NOW + dt.timedelta(hours=3))
    assert (later.changed, later.changes, later.excluded_accounts) == (False, None, 1)
    assert later.problems == first.problems
    latest = store_of(form).find_latest_snapshot()
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
        pytest.param(cell("MRR", 2, 17, 1300), LedgerChanges(0, 0, 0, 1), id="an amount"),
        pytest.param(both(cell("MRR", 2, 2, 1), cell("MRR", 5, 9, 2)), LedgerChanges(0, 0, 0, 2), id="two amounts"),
        pytest.param(lambda c: c["MRR"].append(["E-9", *[None] * 15, 10]), LedgerChanges(1, 0, 0, 0), id="one more"),
        pytest.param(lambda c: c["MRR"].pop(1), LedgerChanges(0, 0, 0, 14 + 2), id="no revenue, still a customer"),
        pytest.param(lambda c: (c["MRR"].pop(1), c["Customers"].pop(1)), LedgerChanges(0, 1, 0, 0), id="one gone"),
        pytest.param(
            lambda c: [row.insert(1, dt.date(2024, 5, 1) if row[0] == "Account ID" else 5) for row in c["MRR"]],
            LedgerChanges(0, 0, 1, 0),
            id="a month more",
        ),
        pytest.param(lambda c: [row.pop(1) for row in c["MRR"]], LedgerChanges(0, 0, -1, 0), id="a month less"),
        pytest.param(cell("Customers", 2, 3, "SMB"), LedgerChanges(0, 0, 0, 0), id="a segment"),
        pytest.param(cell("Customers", 2, 2, "Another name"), LedgerChanges(0, 0, 0, 0), id="a name"),
        # Quarantined, it keeps the amounts that could be read: 300 instead of nothing.
        pytest.param(cell("MRR", 10, 10, 300), LedgerChanges(0, 0, 0, 1), id="a cell that is mended"),
    ],
)
def test_what_changed_is_counted(tmp_path: Path, edit: Edit, changes: LedgerChanges) -> None:
    store = Store(tmp_path / "nrrbot.db")
    path = tmp_path / "Retention.xlsx"
    content = tabs("wide")
    write_xlsx(path, content)
    sync_into_store(ExcelWorkbook(path), store, OPTIONS, SizeRules(), NOW)
    edit(content)
    write_xlsx(path, content)
    synced = sync_into_store(ExcelWorkbook(path), store, OPTIONS, SizeRules(), NOW)
    assert (synced.snapshot.id, synced.changed, synced.changes) == (2, True, changes)


def test_facts_that_change_places_are_a_change(tmp_path: Path) -> None:
    path, store = tmp_path / "Retention.xlsx", Store(tmp_path / "nrrbot.db")
    for heading in ("Seats", "NPS"):
        customers: Rows = [["Account ID", heading], ["E-1", 7]]
        write_xlsx(path, {"Customers": customers, "MRR": wide("E-1 | 100 100")})
        sync_into_store(ExcelWorkbook(path), store, OPTIONS, SizeRules(), NOW)
    latest = store.load_latest_snapshot()
    assert latest.id == 2
    assert set(store.load(2).facts) == {"nps"}


def test_other_size_limits_are_other_figures(company: MakeCompany) -> None:
    form = company()
    read(form)

    def largest(rules: SizeRules) -> int:
        snapshot = read(form, rules=rules).snapshot
        cube = store_of(form).figures(snapshot.id)
        bases = [bridge.base for _, value, bridge in cube if value == "Mid-Market" and bridge.window == Q3]
        assert len(bases) == 1
        return bases[0]

    # ACV of June 2025: E-1 12,000, E-2 30,000, E-3 6,000, E-4 18,006, S-1 960, S-2 720.
    assert largest(SizeRules(6_000, 100_000)) == 4
    assert largest(SizeRules(6_001, 18_000)) == 1
    assert store_of(form).load_latest_snapshot().id == 3


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
    assert ledger.read_own_mrr(ledger.last)[ledger.accounts.ids.index("E-1")] == 133300
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
    assert store_of(form).find_latest_snapshot() == before


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
    assert store_of(form).find_latest_snapshot() == before
    ran = nrrbot("sync", "--config", form.config)
    assert (ran.code, ran.out) == (1, "")
    assert str(caught.value) in ran.err
    assert "NRR 90.9%" in nrrbot("ask", "enterprise Q3", "--config", form.config).out


@pytest.mark.parametrize("medium", MEDIA)
def test_a_tab_that_the_bot_wrote_is_no_input_whatever_it_looks_like(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium, content={"Customers": tabs("wide")["Customers"]})
    own = Table("MRR", "Written by nrrbot.", ["Account ID", "2025-01"], ["text", "money"], [["E-1", Decimal(5)]])
    assert form.setup().workbook.write([own]).tabs == ("MRR",)
    with pytest.raises(WorkbookLayoutError, match="Customers"):
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
    store = one.setup().analyst.store
    for form in (one, other, one):
        workbook: Workbook = form.setup().workbook
        synced = sync_into_store(workbook, store, OPTIONS, SizeRules(), NOW)
        assert synced.changes is None
    assert (
        store.load_latest_snapshot(one.setup().workbook.source).id,
        store.load_latest_snapshot(other.setup().workbook.source).id,
    ) == (1, 2)


def test_today_and_the_workbooks_time_zone_decide_what_has_closed(company: MakeCompany) -> None:
    form = company("subscriptions", "google")  # Europe/Paris
    evening = dt.datetime(2025, 8, 30, 21, 30, tzinfo=dt.UTC)
    assert str(read(form, evening).snapshot.data_through) == "2025-07"
    # 22:30 on 30 August in UTC is half past midnight on the 31st, the last day of the month, in Paris.
    assert str(read(form, evening + dt.timedelta(hours=1)).snapshot.data_through) == "2025-08"


# Columns and tabs against the sync before.


def heading(tab: str, column: int, new: str) -> Edit:
    return cell(tab, 1, column, new)


def insert(tab: str, column: int, *values: Any) -> Edit:
    def edit(content: dict[str, Rows]) -> None:
        for row, value in zip(content[tab], [*values, *[None] * 99], strict=False):
            row.insert(column - 1, value)

    return edit


def remove(tab: str, column: int) -> Edit:
    return lambda content: [row.pop(column - 1) for row in content[tab]]


def reverse(tab: str) -> Edit:
    return lambda content: content.update({tab: [row[::-1] for row in content[tab]]})


def rename(tab: str, title: str) -> Edit:
    return lambda content: content.update({title: content.pop(tab)})


@pytest.mark.parametrize(
    ("edit", "appeared", "vanished", "changed"),
    [
        pytest.param(
            heading("Customers", 4, "Territory"), "Customers/Territory", "Customers!A1/Region", True, id="other"
        ),
        pytest.param(heading("Customers", 4, "Région\n"), "", "", True, id="another name of the same"),
        pytest.param(heading("Customers", 4, " REGION "), "", "", True, id="typed otherwise"),
        pytest.param(reverse("Customers"), "", "", False, id="reordered"),
        # The cell of a problem moves, so that there is a new snapshot to tell it.
        pytest.param(reverse("MRR"), "", "", True, id="months reordered"),
        pytest.param(insert("Customers", 2, "Team", "x"), "Customers/Team", "", True, id="inserted"),
        pytest.param(insert("MRR", 18, "Squad", "x"), "MRR/Squad", "", True, id="inserted, a segment of revenue"),
        pytest.param(insert("Customers", 2), "", "", False, id="a blank column"),
        pytest.param(remove("Customers", 3), "", "Customers!A1/Segment", True, id="removed"),
        pytest.param(remove("MRR", 2), "", "MRR!A1/2024-06", True, id="a month removed"),
        pytest.param(both(*[remove("MRR", 2)] * 3), "", "MRR!A1/2024-06..2024-08", True, id="months removed"),
        pytest.param(insert("MRR", 18, dt.date(2025, 10, 1), 5), "", "", True, id="a month more is no news"),
        pytest.param(heading("MRR", 2, "Jun 2024"), "", "", False, id="a month written otherwise"),
        pytest.param(rename("MRR", "Revenue"), "", "", True, id="a tab renamed"),
        pytest.param(lambda content: content.pop("Customers"), "", "Customers/Customers", True, id="a tab removed"),
        pytest.param(lambda content: content.pop("Notes"), "", "", False, id="a tab removed that was never read"),
        pytest.param(
            lambda content: content["MRR"].insert(0, ["MRR of 2024 and 2025"]), "", "", True, id="a title above"
        ),
    ],
)
@pytest.mark.parametrize("medium", MEDIA)
def test_what_became_of_the_columns_is_told(
    tmp_path: Path, google: GoogleServer, medium: Medium, edit: Edit, appeared: str, vanished: str, changed: bool
) -> None:
    content = tabs("wide")
    form = make(tmp_path, "wide", medium, google, content=content)
    first = read(form)
    assert (first.columns.appeared, first.columns.vanished) == ((), ())
    before = store_of(form).load(1)
    edit(content)
    if form.path:
        write_xlsx(form.path, content)
    else:
        book, other = google.spreadsheets[form.sheet], google.add_spreadsheet("Other", content)
        ids = {sheet.title: sheet.id for sheet in book.sheets}
        book.sheets = google.spreadsheets[other].sheets
        for sheet in book.sheets:
            sheet.id = ids.get(sheet.title, sheet.id)
        book.touch()
    synced = read(form)
    assert " ".join("/".join(column) for column in synced.columns.appeared) == appeared
    reported = [(problem.place, *problem.values.values()) for problem in synced.problems if "vanished" in problem.code]
    assert " ".join("/".join(map(str, entry)) for entry in reported) == vanished
    assert synced.changed is changed
    after = store_of(form).load(synced.snapshot.id)
    months = slice(max(0, after.first.until(before.first)), None)
    shared = before.panel[max(0, before.first.until(after.first)) :]
    order = [after.accounts.ids.index(account) for account in before.accounts.ids]
    assert (after.panel[months][: len(shared), order] == shared).all()
    # The next sync finds nothing new; what vanished stays a problem of the snapshot that serves.
    again = read(form)
    assert (again.changed, again.columns.appeared, again.columns.vanished) == (False, (), ())
    assert again.problems == synced.problems or not synced.changed
    assert len(store_of(form).problems(synced.snapshot.id)) == len(again.problems)


def test_what_became_of_the_columns_is_printed(company: MakeCompany) -> None:
    form = company()
    nrrbot("sync", "--config", form.config)
    form.put("Customers", 1, 4, "Territory")
    form.put("Customers", 1, 3, "Tier")
    ran = nrrbot("sync", "--config", form.config)
    assert "New columns: Tier (Customers) and Territory (Customers)." in ran.out
    assert "2  column_vanished    warning" in ran.out
    ran = nrrbot("problems", "--config", form.config)
    assert "Customers!A1: the column “Segment” of the last sync is missing." in ran.out


def test_a_renamed_tab_is_followed_by_its_id(company: MakeCompany, google: GoogleServer) -> None:
    form = company("wide", "google")
    setup, wanted = form.setup(), replace(OPTIONS, revenue_tab="mrr")

    def synced(title: str) -> tuple[str, bool]:
        sheet = google.sheet(form.sheet, "MRR" if title == "Revenue" else "Revenue").id
        properties = {"sheetId": sheet, "title": title}
        google.batch(form.sheet, {"updateSheetProperties": {"properties": properties, "fields": "title"}})
        result = sync_into_store(setup.workbook, setup.analyst.store, wanted, SizeRules(), NOW)
        [tab] = [tab for tab in result.snapshot.tabs if tab["layout"] == "MRR wide"]
        assert (tab["id"], tab["title"], tab["named"]) == (sheet, title, "mrr")
        return setup.analyst.store.load(result.snapshot.id).source_rows.tab, bool(result.columns.vanished)

    sync_into_store(setup.workbook, setup.analyst.store, wanted, SizeRules(), NOW)
    assert synced("Revenue") == ("Revenue", False)
    # Two syncs after the rename the config's title is remembered still.
    assert synced("Our money") == ("Our money", False)


def test_months_that_vanish_are_told_in_runs() -> None:
    months = {name: name for name in ("2024-11", "2024-12", "2025-01", "2025-03", "2025-05", "2025-06")}
    old = RememberedColumns(7, "MRR", "MRR wide", 0, {"account_id": "Account ID", "owner": "CSM", **months})
    now = RememberedColumns(7, "Revenue", "MRR wide", 2, {"account_id": "Kunde", "2025-06": "2025-06"})
    shift = compare_columns([old.as_row()], [now], ["Revenue"])
    reported = [(problem.place, problem.values["heading"]) for problem in shift.vanished]
    assert reported == [("Revenue!A3", heading) for heading in ("CSM", "2024-11..2025-01", "2025-03", "2025-05")]


@pytest.mark.parametrize(
    ("titles", "wanted", "read_as"),
    [
        ("7 MRR, 8 Plan", "MRR", "MRR"),
        ("7 Revenue, 8 Plan", "mrr", "Revenue"),
        ("7 Revenue, 8 MRR", "MRR", "MRR"),
        ("8 Plan", "MRR", "MRR"),
        ("7 Revenue, 8 Plan", "Sales", "Sales"),
        ("7 Revenue, 8 Plan", "", ""),
    ],
)
def test_which_tab_the_config_means(titles: str, wanted: str, read_as: str) -> None:
    now = [Tab(int(number), title, 9, 9) for number, title in (entry.split() for entry in titles.split(", "))]
    before = [
        RememberedColumns(7, "MRR", "MRR wide", 0, {}).as_row(),
        RememberedColumns(8, "Plan", "MRR wide", 0, {}).as_row(),
    ]
    assert follow_renamed_tab(replace(OPTIONS, revenue_tab=wanted), now, before).revenue_tab == read_as


def test_progress_is_told_in_sentences(company: MakeCompany) -> None:
    setup = company().setup()
    sentences: list[str] = []
    sync_into_store(
        setup.workbook, setup.analyst.store, OPTIONS, SizeRules(), NOW, progress=lambda say: sentences.append(str(say))
    )
    assert sentences == [
        "Reading Retention.xlsx",
        "Making sense of 21 rows",
        "Computing the figures of 9 accounts",
    ]
    assert MARKUP in setup.analyst.load_newest().scope.ledger.accounts.names


def test_a_snapshot_keeps_the_decisions_of_its_reading(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "book.xlsx", {"MRR": [["Account ID", "2025-03", "2025-06", "2025-09"], ["a", 10, 20, 30]]})
    store = Store(tmp_path / "nrrbot.db")

    def sync() -> SyncResult:
        return sync_into_store(ExcelWorkbook(tmp_path / "book.xlsx"), store, OPTIONS, SizeRules(), NOW)

    statement = "The tab has the ends of quarters only, so there are figures of quarters and longer."
    for changed in (True, False):
        result = sync()
        assert result.changed is changed
        assert [row["msgid"] for row in result.snapshot.decisions if row["topic"] == "months"] == [statement]
    assert store.load(result.snapshot.id).coverage.unknown == {Month.of(2025, month) for month in (4, 5, 7, 8)}


def test_two_syncs_at_the_same_time_make_one_snapshot(company: MakeCompany) -> None:
    form = company("wide", "xlsx")
    read(form)
    form.put("MRR", 5, 17, 1600)
    setup, inner = form.setup(), []

    def sync_meanwhile(step: Sentence) -> None:
        if step.template.startswith("Computing"):
            inner.append(read(form, NOW + dt.timedelta(seconds=1)))

    later = NOW + dt.timedelta(seconds=2)
    store = setup.analyst.store
    outer = sync_into_store(setup.workbook, store, OPTIONS, SizeRules(), later, progress=sync_meanwhile)
    assert [(synced.snapshot.id, synced.changed) for synced in (*inner, outer)] == [(2, True), (2, False)]
    assert outer.snapshot.checked_at == later
    assert len(store.restatements(outer.snapshot.source)) == len(inner[0].restatements)
