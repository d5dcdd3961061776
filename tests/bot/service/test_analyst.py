"""The analyst: which day it is where the schedule is kept, and what hangs on that; blank segments can be asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bot.service.analyst import Analyst
from bot.service.refresh.reading import sync_workbook
from core.config import Config, Schedule
from core.ledger.columns import encode_values
from sheets.connect import open_workbook
from tests.support.command_line import nrrbot
from tests.support.company import MakeCompany
from tests.support.samples.nine_accounts import build_analyst, build_company

HONOLULU = Config(schedule=Schedule(time_zone="Pacific/Honolulu"))  # ten hours behind UTC


def at(analyst: Analyst, moment: str, config: Config = HONOLULU) -> Analyst:
    return replace(analyst, config=config, clock=lambda: dt.datetime.fromisoformat(moment))


def test_it_is_the_day_where_the_schedule_is_kept(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    assert at(analyst, "2025-10-06T03:00+00:00").today == dt.date(2025, 10, 5)
    assert at(analyst, "2025-10-06T03:00+00:00", Config()).today == dt.date(2025, 10, 6)


@pytest.mark.parametrize(
    ("moment", "called"),
    [("2025-10-06T03:00+00:00", False), ("2025-10-06T10:00+00:00", True), ("2026-01-05T10:00+00:00", False)],
)
def test_renewals_are_counted_from_that_day(tmp_path: Path, moment: str, *, called: bool) -> None:
    ledger = build_company()
    term = np.full(ledger.accounts.count, float(dt.date(2026, 1, 4).toordinal()))
    desk = build_analyst(tmp_path, "en", replace(ledger, facts={"renewal_date": term}))
    levers = [suggestion["lever"] for suggestion in at(desk, moment).reply("/nrr", "").json()["advice"]]
    assert ("renewal_calls" in levers) is called


@pytest.mark.parametrize(("time_zone", "through"), [("UTC", "2025-09"), ("Pacific/Honolulu", "2025-08")])
def test_a_file_without_a_time_zone_closes_its_months_there(company: MakeCompany, time_zone: str, through: str) -> None:
    setup = company("subscriptions", "xlsx", time_zone=time_zone).setup(None)
    now = dt.datetime(2025, 9, 30, 3, tzinfo=dt.UTC)
    assert str(sync_workbook(setup.analyst, open_workbook(setup.config), now).snapshot.data_through) == through


def test_today_on_the_command_line_is_that_day_there(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[schedule]\ntime_zone = "Pacific/Honolulu"\n', encoding="utf-8")
    sample = Path(__file__).parents[3] / "sheets" / "templates" / "sample.xlsx"
    ran = nrrbot(
        "digest",
        "--preview",
        "--config",
        config,
        "--workbook",
        sample,
        "--db",
        tmp_path / "x.db",
        "--today",
        "2026-10-05",
    )
    assert ran.code == 0
    assert "synced 5 Oct 2026, " in ran.out


def test_blank_cells_are_a_segment_that_can_be_asked_for(tmp_path: Path) -> None:
    ledger = build_company()
    values = ["Enterprise", "Enterprise", "", "", "", "SMB", "SMB", "SMB", "SMB"]
    desk = build_analyst(tmp_path, "en", replace(ledger, columns={"segment": encode_values("Segment", values)}))
    window = desk.reply("/nrr", "segment=unassigned TTM").json()["window"]
    assert (window["accounts"]["base"], window["starting_mrr"]) == (3, (15_000 + 12_000 + 10_000) * 100)


def test_a_file_that_changed_is_read_before_it_is_answered_from(company: MakeCompany) -> None:
    form = company("wide", "xlsx")
    before = msgspec.json.decode(nrrbot("ask", "--json", "--config", form.config, "--today", "2025-10-06").out)
    form.put("MRR", 2, 17, 9999)
    after = msgspec.json.decode(nrrbot("ask", "--json", "--config", form.config, "--today", "2025-10-06").out)
    assert after["snapshot"]["id"] == before["snapshot"]["id"] + 1
    assert after["window"]["ending_mrr"] != before["window"]["ending_mrr"]
    assert form.path is not None
    form.path.write_bytes(b"PK half of a file")
    ran = nrrbot("ask", "--json", "--config", form.config, "--today", "2025-10-06")
    assert (ran.code, msgspec.json.decode(ran.out)["window"]) == (0, after["window"])
    assert "nrrbot:" in ran.err


def test_an_account_without_a_rate_is_excluded_for_it_though_the_problem_names_another(tmp_path: Path) -> None:
    ledger = build_company()
    excluded = np.arange(ledger.accounts.count) < 2
    unpriced = np.arange(ledger.accounts.count) == 1
    accounts = replace(ledger.accounts, excluded=excluded, unpriced=unpriced)
    analyst = build_analyst(tmp_path, "en", replace(ledger, accounts=accounts))
    replies = [analyst.reply("/nrr", f"account {account_id}") for account_id in ("A-0001", "A-0002", "A-0003")]
    assert [reply.json()["problems"] for reply in replies] == [[], ["fx_missing"], []]
    assert [reply.json()["excluded"] for reply in replies] == [True, True, False]
    assert "Problems: fx_missing. The tab NRR Problems" in replies[1].message().text
    assert replies[0].message().text.startswith("Nordwind is excluded from all figures for errors in the sheet.")
