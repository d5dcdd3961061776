"""The bot's tabs from a warehouse: those of a sheet with the same rows, in a workbook that is never read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.cli.doctor import run_checks
from bot.cli.setup import Setup
from bot.jobs.processes.job_child import TASKS, JobOrder, JobReport, Task
from bot.jobs.schedule import JobContext, run_refresh
from bot.service.analyst import Analyst
from bot.service.refresh.board import add_board, build_board_page
from bot.service.refresh.polling import is_as_written
from bot.service.refresh.writeback import write_back
from core.config import Source, load_config
from sheets.connect import open_output, open_source, open_workbook
from sheets.excel.workbook import ExcelWorkbook
from sheets.warehouse.connection import Warehouse
from tests.support.command_line import Ran, nrrbot
from tests.support.company import Rows, read_xlsx, write_config, write_xlsx
from tests.support.engines import start_postgres
from tests.support.google.server import Fault, GoogleServer, error_body
from tests.support.hostile_company import build_hostile_company
from tests.support.sample_company import SampleCompany
from tests.support.two_sources import TwoSources, open_both, open_companies, save_postgres

OURS: dict[str, Rows] = {"Ours": [["Ask Ann before you change a price", 42]]}
ASK, TOP = "NRR Ask", 3
WRITES = "sheets.spreadsheets.batchUpdate"
REFUSED = json.dumps(error_body(403, "PERMISSION_DENIED", "The caller does not have permission")).encode()
NOW = dt.datetime(2025, 7, 15, 9, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory, sample_company: SampleCompany) -> Mapping[str, TwoSources]:
    return open_companies(tmp_path_factory.mktemp("companies"), sample_company)


def write_book(analyst: Analyst, path: Path) -> dict[str, list[list[Any]]]:
    """Return the tabs of an .xlsx file that had one tab of people."""
    add_board(analyst, ExcelWorkbook(write_xlsx(path, OURS)))
    return read_xlsx(path)


@pytest.mark.parametrize(("name", "queries"), [("hostile", 1), pytest.param("sample", 4, marks=pytest.mark.slow)])
def test_the_tabs_are_those_of_a_sheet(
    companies: Mapping[str, TwoSources], name: str, queries: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, asked, run = companies[name], list[str](), Warehouse.run

    def count(warehouse: Warehouse, text: str) -> Any:
        asked.append(text)
        return run(warehouse, text)

    monkeypatch.setattr(Warehouse, "run", count)
    ours, theirs = write_book(both.sheet, tmp_path / "sheet.xlsx"), write_book(both.warehouse, tmp_path / "table.xlsx")
    assert (
        list(theirs)
        == list(ours)
        == ["Ours", "NRR Summary", "NRR Metrics", "NRR Problems", "NRR Accounts", "NRR Board"]
    )
    assert theirs["NRR Metrics"] == ours["NRR Metrics"]
    assert len(theirs["NRR Metrics"]) > 700
    # This sheet is stored without its problems.
    others = {"Open errors", "Open warnings"}
    summaries = [[row for row in tabs["NRR Summary"] if row[0] not in others] for tabs in (ours, theirs)]
    assert {row[1] for row in theirs["NRR Problems"][2:]} >= {"amount_negative"}
    assert summaries[0] == summaries[1]
    assert "has no facts about accounts" in theirs["NRR Accounts"][0][0]
    assert len(theirs["NRR Accounts"]) == 2
    # The tab of formulas, and the same figures for a page on paper.
    assert theirs["NRR Board"] == ours["NRR Board"]
    pages = [build_board_page(analyst) for analyst in (both.sheet, both.warehouse)]
    assert (pages[0].cuts, pages[0].bridges) == (pages[1].cuts, pages[1].bridges)
    # One query for each two or three columns of segments, next to those that say the sizes.
    assert sum("AS mrr, COUNT(*) AS accounts" in text for text in asked) == queries
    assert not any("account_id, s, e" in text for text in asked)


class _Reports:
    def __init__(self) -> None:
        self.sent: list[JobReport] = []

    def send(self, report: JobReport) -> None:
        self.sent.append(report)


class Office:
    """A company with a warehouse, and a Google Sheet that gets its tabs."""

    def __init__(self, both: TwoSources, google: GoogleServer, folder: Path) -> None:
        self.google, self.now = google, both.now
        self.sheet = google.add_spreadsheet("Board", OURS, locale="en_US", time_zone="Europe/Paris")
        self.config_file = folder / "config.toml"
        settings = both.warehouse.config
        write_config(
            self.config_file,
            company=msgspec.to_builtins(settings.company),
            segments=msgspec.to_builtins(settings.segments),
            warehouse={key: value for key, value in msgspec.to_builtins(settings.warehouse).items() if key != "sql"},
            store={"path": str(folder / "tabs.db")},
            workbook={"google": f"https://docs.google.com/spreadsheets/d/{self.sheet}/edit"},
            google={
                "credentials_file": str(google.service_account_file(folder)),
                "sheets_url": google.url,
                "drive_url": google.url,
                "token_url": f"{google.url}/token",
            },
        )  # fmt: skip

    def run(self, command: str) -> Ran:
        return nrrbot(*command.split(), "--config", self.config_file, clock=lambda: self.now)

    def do(self, task: Task) -> None:
        """Run a job as its process does."""
        TASKS[task](JobOrder(load_config(self.config_file), self.now, limits_memory=False, task=task), _Reports())

    def is_as_written(self) -> bool:
        config = load_config(self.config_file)
        output = open_output(config)
        assert output is not None
        return is_as_written(Analyst.open(config, lambda: self.now).store, output, output.stamp(), self.now)

    def count_writes(self) -> int:
        writes = self.google.counts().get(WRITES, 0)
        self.google.calls.clear()
        return writes


def test_a_google_sheet_gets_the_tabs_and_is_not_read(
    companies: Mapping[str, TwoSources], google: GoogleServer, tmp_path: Path
) -> None:
    both = companies["hostile"]
    office = Office(both, google, tmp_path)
    assert office.run("write").err.endswith("Run nrrbot sync.\n")
    office.do("refresh")
    assert office.count_writes() == 1
    metrics = google.rows(office.sheet, "NRR Metrics")
    # The same rows as in a sheet of the other source.
    other = google.add_spreadsheet("Other", OURS, locale="en_US", time_zone="Europe/Paris")
    config = msgspec.structs.replace(load_config(office.config_file), workbook=Source(google=other))
    write_back(both.sheet, open_workbook(config))
    assert metrics == google.rows(other, "NRR Metrics")

    setup = Setup(office.config_file, None, None, None, None, lambda: office.now)
    [*_, finding] = islice(run_checks(setup.analyst, lambda: setup.workbook, office.now, http=False), 4)
    assert "workbook: Board can be opened; nrrbot writes its tabs into it" in finding.line(setup.translate)

    # An hour later the tables are the same: nothing is written.
    office.count_writes()
    office.now += dt.timedelta(hours=1)
    office.do("refresh")
    assert office.count_writes() == 0
    assert office.is_as_written()
    # A person asks: the figures are there without a query for the amounts.
    assert office.run("template --ask").out == "Created the tab NRR Ask in Board.\n"
    google.edit(office.sheet, ASK, f"A{TOP}", "South Q2 2025")
    assert not office.is_as_written()
    google.calls.clear()
    office.do("write")
    [answer] = google.rows(office.sheet, ASK)[TOP - 1 :]
    keys = metrics[2]
    [row] = [line for line in metrics if "region|south|q2 2025" in line]
    assert answer[1:3] == ["south Q2 2025", row[keys.index("NRR")]], answer
    assert office.is_as_written()
    # No cell of people was read.
    ranges = [part for call in google.calls for part in call.query.get("ranges", ())]
    assert ranges
    assert not any("Ours" in part for part in ranges)


def test_without_a_workbook_the_sentence_says_how_to_name_one(
    companies: Mapping[str, TwoSources], google: GoogleServer, tmp_path: Path
) -> None:
    office = Office(companies["hostile"], google, tmp_path)
    text = office.config_file.read_text("utf-8")
    office.config_file.write_text(text.replace("[workbook]\ngoogle", "[slack]\napi_url"), "utf-8")
    assert office.run("sync").code == 0
    for command in ("write", "board", "template --ask"):
        ran = office.run(command)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(
            "nrrbot: Figures come from the warehouse, and the config names no workbook to write them into. Create"
        )


@pytest.mark.slow
def test_the_job_writes_and_answers_questions_between_two_syncs(google: GoogleServer, tmp_path: Path) -> None:
    """With PostgreSQL, the process of the job and a sheet that cannot be written for a while."""
    segments, company = build_hostile_company()
    with start_postgres(tmp_path) as socket:
        address = save_postgres(socket, company.tables)
        office = Office(open_both(tmp_path, segments, company, NOW, address), google, tmp_path)
        config = load_config(office.config_file)
        analyst = Analyst.open(config, lambda: office.now)
        work = JobContext(analyst, open_source(config), None, output=open_output(config))

        def refresh(minutes: int) -> int:
            office.now += dt.timedelta(minutes=minutes)
            assert run_refresh(work, office.now) is None
            return office.count_writes()

        google.fail(Fault(method=WRITES, status=403, body=REFUSED))
        assert refresh(0) == 1
        assert "NRR Metrics" not in google.titles(office.sheet)
        assert work.runs.list_runs()["write-back"].reason
        # The figures are there. The same write is not tried again until the next sync.
        assert analyst.load_newest().snapshot.id == 1
        assert refresh(1) == 0
        assert refresh(60) == 1
        assert not work.runs.list_runs()["write-back"].reason
        assert len(google.rows(office.sheet, "NRR Metrics")) > 700
        office.run("template --ask")
        assert office.count_writes() == 1
        # What people typed during a write would have its version: the sheet is looked at once more.
        assert [refresh(1), refresh(1), refresh(6), refresh(1)] == [0, 0, 0, 0]
        google.edit(office.sheet, ASK, f"A{TOP}", "North TTM")
        assert refresh(1) > 0
        assert google.rows(office.sheet, ASK)[TOP - 1][1] == "north TTM 2025-06"
        # A sync that someone asks for reads the tables within the hour too.
        work.asked.set()
        assert refresh(1) == 0
        poll = analyst.store.find_poll(work.source.source)
        assert poll
        assert (poll.read_at, work.asked.is_set()) == (office.now, False)
        assert refresh(1) == 0
