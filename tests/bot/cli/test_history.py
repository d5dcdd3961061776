"""verify, restore, backup --keep and sync --force, as a person runs them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.support.command_line import Ran, nrrbot
from tests.support.company import Form, MakeCompany, Medium
from tests.support.samples.snapshots import open_raw


def moment(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day, 8, tzinfo=dt.UTC)


@pytest.fixture
def form(company: MakeCompany) -> Form:
    form = company("wide", "xlsx")
    assert nrrbot("sync", "--config", form.config, "--today", "2025-10-06").code == 0
    return form


def test_verify_counts_what_holds_and_refuses_what_does_not(form: Form) -> None:
    ran = nrrbot("verify", "--config", form.config)
    assert ran.code == 0
    assert ran.out.startswith("1 snapshot is sealed, and its seal holds.\n1 snapshot is kept whole")
    assert "figures were computed again from the stored amounts, with the same results." in ran.out
    assert "0 figures" not in ran.out
    assert "1 relevé est scellé" in nrrbot("verify", "--config", form.config, "--lang", "fr").out
    with open_raw(form.setup().analyst.store.path) as connection:
        connection.execute("UPDATE recorded SET churn = churn + 1")
    ran = nrrbot("verify", "--config", form.config)
    assert ran.code == 1
    assert "is damaged. Restore a backup with nrrbot restore" in ran.err


def test_a_backup_comes_back(form: Form, tmp_path: Path) -> None:
    assert nrrbot("backup", tmp_path / "copies", "--keep", "2", "--config", form.config).code == 0
    [copy] = (tmp_path / "copies").iterdir()
    form.put("MRR", 5, 17, 1600)
    assert "Snapshot 2." in nrrbot("sync", "--config", form.config, "--today", "2025-10-06").out
    ran = nrrbot("restore", copy, "--config", form.config)
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"Restored {copy}.")
    assert form.setup().analyst.load_newest().snapshot.id == 1


def test_a_clock_that_went_back_is_said_and_forced(form: Form) -> None:
    form.put("MRR", 5, 17, 1600)

    def run(*arguments: str) -> Ran:
        return nrrbot(*arguments, "--config", form.config, clock=lambda: moment(2025, 10, 4))

    ran = run("sync")
    assert (ran.code, ran.out) == (1, "")
    assert "before the last sync" in ran.err
    assert "run nrrbot sync --force" in ran.err
    # A question is answered from the last snapshot, after the sentence.
    asked = run("ask", "Q3")
    assert asked.code == 0
    assert "before the last sync" in asked.err
    assert "Snapshot 2." in run("sync", "--force").out


def test_a_day_that_is_given_is_no_clock(form: Form) -> None:
    form.put("MRR", 5, 17, 1600)
    assert "Snapshot 2." in nrrbot("sync", "--config", form.config, "--today", "2025-10-04").out


def test_a_clock_far_ahead_is_said(form: Form) -> None:
    form.put("MRR", 5, 17, 1600)
    ran = nrrbot("sync", "--config", form.config, clock=lambda: moment(2026, 10, 6))
    assert ran.code == 0
    assert "more than 45 days after the last sync, and no server confirms it" in ran.out
    assert "restated" not in ran.out


def count_whole(form: Form) -> int:
    """Return the number of snapshots that were not pruned."""
    with open_raw(form.setup().analyst.store.path) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM snapshots WHERE pruned_at IS NULL").fetchall()
    return int(count)


# The words of a sync whose clock is in doubt, and of one that restated a figure.
DOUBT = "more than 45 days after the last sync, and no server confirms it"
RESTATED = "restated; see nrrbot restatements"


@pytest.mark.parametrize(
    ("medium", "date", "is_confirmed"),
    [
        ("google", "Tue, 06 Oct 2026 08:00:30 GMT", True),
        ("google", "Tue, 06 Oct 2026 08:45:00 GMT", True),  # a reading that took as long
        ("google", "Tue, 06 Oct 2026 07:54:00 GMT", False),
        ("google", "Tue, 07 Oct 2025 08:00:00 GMT", False),
        ("google", "Sat, 06 Oct 2046 08:00:00 GMT", False),
        ("google", "tomorrow", False),
        ("google", "", False),
        ("xlsx", "Tue, 06 Oct 2026 08:00:00 GMT", False),
    ],
)
def test_only_the_time_of_a_server_confirms_a_clock_far_ahead(
    company: MakeCompany, medium: Medium, date: str, *, is_confirmed: bool
) -> None:
    form = company("wide", medium)
    with form.config.open("a", encoding="utf-8") as config:
        config.write("[store]\nkeep_snapshots = 1\nkeep_days = 1\n")
    for day in (5, 6):
        form.put("MRR", 5, 16, 1600 + day)
        assert nrrbot("sync", "--config", form.config, clock=lambda day=day: moment(2025, 10, day)).code == 0
    kept = count_whole(form)
    form.put("MRR", 5, 16, 1700)
    form.google.date = date
    out = nrrbot("sync", "--config", form.config, clock=lambda: moment(2026, 10, 6)).out
    assert (DOUBT not in out, RESTATED in out) == (is_confirmed, is_confirmed)
    assert count_whole(form) == (kept if is_confirmed else kept + 1)
    # The next sync is less than 45 days after a clock that was confirmed.
    form.put("MRR", 5, 16, 1800)
    form.google.date = ""
    again = nrrbot("sync", "--config", form.config, clock=lambda: moment(2026, 10, 7)).out
    assert (DOUBT in again) != is_confirmed
