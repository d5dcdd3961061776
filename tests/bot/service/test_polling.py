"""Nothing changed, nothing read: polls of real files and of the loopback Google; what counts as stale, and why."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from bot.jobs.schedule import JobContext, run_refresh
from bot.service.refresh.reading import sync_workbook
from bot.service.refresh.writeback import write_back
from bot.slack.client import build_bot_client
from sheets.connect import open_workbook
from sheets.ingest import sync
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Grid, Note, WriteResult
from sheets.workbook.tables import Table
from tests.support.company import Form, MakeCompany
from tests.support.google.server import Call, Fault, error_body
from tests.support.slack.server import SlackServer

MORNING = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
READS = "sheets.spreadsheets.values.batchGet"


@pytest.fixture(autouse=True)
def _slack(slack: SlackServer) -> None:
    """The jobs have a client of Slack."""


def work(form: Form) -> JobContext:
    setup = form.setup(None)
    return JobContext(setup.analyst, setup.workbook, build_bot_client(setup.config))


def poll(context: JobContext, form: Form, now: dt.datetime) -> list[Call]:
    """Run the job at a moment, and return the calls that Google got."""
    form.google.calls.clear()
    run_refresh(context, now)
    return list(form.google.calls)


def count_reads(calls: list[Call]) -> int:
    return sum(call.method == READS for call in calls)


def test_an_unchanged_sheet_costs_one_small_call_and_is_a_good_sync(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)
    assert count_reads(poll(context, form, MORNING)) > 0
    for minutes in (1, 2, 5, 60, 60 * 23):
        now = MORNING + minutes * MINUTE
        if minutes == 5:
            # Once after a write: someone may have edited the sheet meanwhile.
            assert count_reads(poll(context, form, now)) > 0
            continue
        calls = poll(context, form, now)
        assert [(call.method, call.query["fields"]) for call in calls] == [("drive.files.get", ["version"])]
        snapshot = context.analyst.load_newest().snapshot
        assert (snapshot.id, snapshot.checked_at) == (1, now)


def test_an_edit_is_in_the_answers_after_the_next_poll(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)
    poll(context, form, MORNING)
    form.put("MRR", 5, 17, 1600)
    assert count_reads(poll(context, form, MORNING + MINUTE)) > 0
    assert context.analyst.reply("/nrr", "Q3").json()["window"]["ending_mrr"] == 527000
    assert count_reads(poll(context, form, MORNING + 2 * MINUTE)) == 0


@pytest.mark.slow
def test_the_rows_of_a_google_sheet_are_kept_next_to_the_store(company: MakeCompany) -> None:
    for medium, is_kept in (("google", True), ("xlsx", False)):
        form = company("wide", medium)
        context = work(form)
        run_refresh(context, MORNING)
        path = context.analyst.store.path
        rows_file = path.with_name(f"{path.name}-rows")
        assert rows_file.exists() is is_kept
        assert not is_kept or rows_file.stat().st_mode & 0o777 == 0o600


def test_an_edit_after_the_own_write_causes_a_reading(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)
    analyst, workbook = context.analyst, open_workbook(context.analyst.config)
    sync_workbook(analyst, workbook, MORNING)
    write = workbook.write

    def write_then_edit(tables: Sequence[Table], notes: Sequence[Note] | None = None) -> WriteResult:
        written = write(tables, notes)
        form.put("MRR", 5, 17, 1600)  # a colleague is faster than the look at the version
        return written

    workbook.write = write_then_edit  # type: ignore[method-assign]
    write_back(analyst, workbook, only_changes=True)
    assert count_reads(poll(context, form, MORNING + MINUTE)) > 0
    assert context.analyst.load_newest().snapshot.id == 2


def test_an_edit_during_the_own_write_is_read_after_some_minutes(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)
    analyst, workbook = context.analyst, open_workbook(context.analyst.config)
    sync_workbook(analyst, workbook, MORNING)
    write = workbook.write

    def edit_then_write(tables: Sequence[Table], notes: Sequence[Note] | None = None) -> WriteResult:
        form.put("MRR", 5, 17, 1600)  # a colleague edits after the look at the version
        return write(tables, notes)

    workbook.write = edit_then_write  # type: ignore[method-assign]
    write_back(analyst, workbook, only_changes=True)
    snapshots = []
    for minutes in (1, 5):
        poll(context, form, MORNING + minutes * MINUTE)
        snapshots.append(analyst.load_newest().snapshot.id)
    assert snapshots == [1, 2]


def test_a_write_back_is_repeated_after_the_program_ended_and_not_after_a_refusal(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)
    analyst, workbook = context.analyst, open_workbook(context.analyst.config)
    sync_workbook(analyst, workbook, MORNING)

    def end(tables: Sequence[Table], notes: Sequence[Note] | None = None) -> WriteResult:  # noqa: ARG001 - as `write`
        raise KeyboardInterrupt

    write, workbook.write = workbook.write, end  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        write_back(analyst, workbook, only_changes=True)
    workbook.write = write  # type: ignore[method-assign]
    refused = json.dumps(error_body(403, "PERMISSION_DENIED", "The caller does not have permission")).encode()
    form.google.fail(Fault(method="sheets.spreadsheets.batchUpdate", status=403, body=refused))
    assert count_reads(poll(context, form, MORNING + MINUTE)) > 0
    assert count_reads(poll(context, form, MORNING + 2 * MINUTE)) == 0
    form.put("MRR", 5, 17, 1600)
    poll(context, form, MORNING + 3 * MINUTE)
    assert "NRR Metrics" in form.tabs()


@pytest.mark.slow
@pytest.mark.parametrize("medium", ["google", "xlsx"])
def test_a_new_month_and_new_settings_cause_a_reading(company: MakeCompany, medium: str) -> None:
    form = company("subscriptions", medium)
    context = work(form)
    run_refresh(context, MORNING)
    # A month is over on its last day. In the sheet's time zone, Europe/Paris, and the schedule's it begins at 23 UTC.
    last_day = MORNING.replace(day=30, hour=23)
    run_refresh(context, last_day - HOUR)
    assert str(context.analyst.load_newest().snapshot.data_through) == "2025-09"
    run_refresh(context, last_day)
    assert str(context.analyst.load_newest().snapshot.data_through) == "2025-10"
    november = last_day + 25 * HOUR
    poll_before = context.analyst.store.find_poll(context.source.source)
    config = context.analyst.config
    changed = msgspec.structs.replace(
        config, workbook=msgspec.structs.replace(config.workbook, end_date="first_day_after")
    )
    run_refresh(replace(context, analyst=replace(context.analyst, config=changed)), november)
    poll_after = context.analyst.store.find_poll(context.source.source)
    assert poll_before
    assert poll_after
    assert poll_after.read_at == november > poll_before.read_at
    assert poll_after.basis != poll_before.basis


@pytest.mark.slow
def test_a_sheet_is_read_once_a_day_as_imported_cells_change_without_a_version(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)
    for now in (MORNING, MORNING + 5 * MINUTE):
        poll(context, form, now)
    book = form.google.spreadsheets[form.sheet]
    version = book.version
    form.put("MRR", 5, 17, 1600)
    book.version = version
    assert count_reads(poll(context, form, MORNING + 23 * HOUR)) == 0
    assert count_reads(poll(context, form, MORNING + 25 * HOUR)) > 0
    assert context.analyst.load_newest().snapshot.id == 2


def test_a_file_is_compared_by_size_and_time(company: MakeCompany) -> None:
    form = company("wide", "xlsx")
    context = work(form)
    run_refresh(context, MORNING)
    assert form.path
    before = context.analyst.store.find_poll(context.source.source)
    run_refresh(context, MORNING + HOUR)
    assert context.analyst.store.find_poll(context.source.source) == before
    assert context.analyst.load_newest().snapshot.checked_at == MORNING + HOUR
    form.put("MRR", 5, 17, 1600)
    times = form.path.stat()
    os.utime(form.path, ns=(times.st_atime_ns, times.st_mtime_ns - 10**12))  # as a copy that keeps an older time
    run_refresh(context, MORNING + 2 * HOUR)
    assert context.analyst.load_newest().snapshot.id == 2


@pytest.mark.slow
def test_the_write_back_is_skipped_when_it_would_write_what_it_wrote(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)

    def count_writes(now: dt.datetime) -> int:
        return sum(call.method == "sheets.spreadsheets.batchUpdate" for call in poll(context, form, now))

    assert count_writes(MORNING) == 1
    form.put("Notes", 1, 1, "another note")  # a change that no figure depends on
    assert count_writes(MORNING + MINUTE) == 0
    form.put("MRR", 5, 17, 1600)
    assert count_writes(MORNING + 2 * MINUTE) == 2  # tabs, and rows of NRR Metrics
    # A person deletes one of the bot's tabs: it is written again.
    (tab,) = [sheet for sheet in form.google.spreadsheets[form.sheet].sheets if sheet.title == "NRR Metrics"]
    form.google.batch(form.sheet, {"deleteSheet": {"sheetId": tab.id}})
    assert count_writes(MORNING + 3 * MINUTE) == 1
    assert "NRR Metrics" in form.tabs()


def test_stale_data_says_since_when_and_why_until_it_is_confirmed(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)
    poll(context, form, MORNING)
    analyst = context.analyst
    book = form.google.spreadsheets[form.sheet]
    editors, book.editors = book.editors, set()
    poll(context, form, MORNING + MINUTE)
    later = replace(analyst, clock=lambda: MORNING + 15 * MINUTE)
    assert later.reply("/nrr", "Q3").message().text.startswith("Whole company, Q3 2025: NRR ")
    late = replace(analyst, clock=lambda: MORNING + 16 * MINUTE)
    text = late.reply("/nrr", "Q3").message().text
    assert text.startswith("The sheet has not been readable since 6 Oct 2025, 08:00 UTC. ")
    assert "is not shared with the bot" in text.splitlines()[0]
    assert "What follows is as of then." in text.splitlines()[0]
    book.editors = editors
    poll(context, form, MORNING + 3 * HOUR)
    now = replace(analyst, clock=lambda: MORNING + 3 * HOUR)
    assert now.reply("/nrr", "Q3").message().text.startswith("Whole company, Q3 2025: NRR ")


def test_what_belongs_to_an_earlier_answer_says_first_that_the_data_is_stale(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)
    poll(context, form, MORNING)
    analyst = context.analyst
    state = analyst.read_state(analyst.build_writer(analyst.store.find_snapshot(1))("churn Q3 2025"))
    form.put("MRR", 5, 17, 0)
    poll(context, form, MORNING + MINUTE)
    form.google.spreadsheets[form.sheet].editors = set()
    poll(context, form, MORNING + 2 * MINUTE)
    late = replace(analyst, clock=lambda: MORNING + HOUR)
    answers = (late.reply_to_state(state).message(), late.write_csv(state), late.define(state.ask("Q3 2025")))
    for message in answers:
        stale, changed, *_ = message.text.split("\n\n")
        assert stale.startswith("The sheet has not been readable since"), message.text
        assert changed.startswith("The data has changed since."), message.text
        assert message.summary.startswith("The sheet has not been readable since")


def test_stale_data_without_a_failed_poll_says_when_it_was_checked(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)
    poll(context, form, MORNING)
    config = context.analyst.config
    schedule = msgspec.structs.replace(config.schedule, stale_hours=5)
    patient = replace(
        context.analyst,
        config=msgspec.structs.replace(config, schedule=schedule),
        clock=lambda: MORNING + 5 * HOUR + MINUTE,
    )
    text = patient.reply("/nrr", "Q3").message().text
    assert text.startswith("The sheet was last checked on 6 Oct 2025, 08:00 UTC; what follows is as of then.")
    assert patient.reply("/nrr", "data").message().text.startswith("The sheet was last checked on")


@pytest.mark.slow
def test_a_sheet_that_cannot_be_understood_is_not_read_again_every_minute(company: MakeCompany) -> None:
    form = company("wide", "google")
    context = work(form)
    poll(context, form, MORNING)
    form.put("MRR", 1, 1, "Something")
    assert count_reads(poll(context, form, MORNING + MINUTE)) > 0
    assert count_reads(poll(context, form, MORNING + 2 * MINUTE)) == 0
    assert context.analyst.load_newest().snapshot.checked_at == MORNING
    assert count_reads(poll(context, form, MORNING + MINUTE + HOUR)) > 0
    form.put("MRR", 1, 1, "Account ID")
    assert count_reads(poll(context, form, MORNING + MINUTE + HOUR + MINUTE)) > 0
    assert context.analyst.load_newest().snapshot.checked_at == MORNING + 2 * MINUTE + HOUR


def test_a_new_version_with_the_same_cells_is_read_and_not_parsed(
    company: MakeCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = company("wide", "google")
    setup = form.setup(None)
    analyst, workbook = setup.analyst, setup.workbook
    parsed: list[int] = []

    def counted(grids: Sequence[Grid], options: ReadOptions) -> ParsedWorkbook:
        parsed.append(len(grids))
        return parse_tabs(grids, options)

    monkeypatch.setattr(sync, "parse_tabs", counted)
    sync_workbook(analyst, workbook, MORNING, only_changes=True)
    first = analyst.load_newest().snapshot
    form.google.spreadsheets[form.sheet].touch()  # a comment, or a cell below the rows that are read
    again = sync_workbook(analyst, workbook, MORNING + MINUTE, only_changes=True)
    assert (len(parsed), again.changed, again.snapshot.id) == (1, False, first.id)
    assert again.snapshot.source_version != first.source_version
    assert again.snapshot.checked_at == MORNING + MINUTE
    # On another day of the same month neither; without the option it is parsed, and of an edit the rows next to it.
    sync_workbook(analyst, workbook, MORNING + 24 * HOUR, only_changes=True)
    assert len(parsed) == 1
    sync_workbook(analyst, workbook, MORNING + 24 * HOUR)
    form.put("MRR", 5, 17, 1600)
    edited = sync_workbook(analyst, workbook, MORNING + 24 * HOUR, only_changes=True)
    assert (len(parsed), edited.changed, edited.snapshot.id) == (2, True, 2)
