"""verify, restore, backup --keep and sync --force, as a person runs them."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.store.program import hash_program
from core.store.rows import update_checksum
from tests.support.command_line import Ran, nrrbot
from tests.support.company import Form, MakeCompany, Medium
from tests.support.doc_parts import ROOT
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


@pytest.mark.parametrize(
    ("column", "value"),
    [("synced_at", "2020-01-01T00:00:00+00:00"), ("currency", "USD"), ("data_through", 24320), ("accounts", 5)],
)
def test_a_row_that_was_changed_with_its_checksum_is_not_the_one_that_was_sealed(
    form: Form, column: str, value: object
) -> None:
    with open_raw(form.setup().analyst.store.path) as connection:
        connection.execute(f"UPDATE snapshots SET {column} = ?", (value,))
        update_checksum(connection, "snapshots", 1)
        connection.commit()
    ran = nrrbot("verify", "--config", form.config)
    assert (ran.code, ran.out) == (1, "")
    assert "is damaged" in ran.err


def sync_with_earlier_version(folder: Path, form: Form) -> None:
    """Sync with a version of nrrbot that counted accounts that came back as expansion."""
    core = Path(shutil.copytree(ROOT / "core", folder / "core"))
    cube = core / "metrics" / "cube.py"
    text = cube.read_text(encoding="utf-8")
    changed = text.replace('"expansion": up,', '"expansion": up + back,').replace(
        "starting + up + down + churned,", "starting + up + down + churned + back,"
    )
    assert changed.count("back,") == text.count("back,") + 2
    cube.write_text(changed, encoding="utf-8")
    command = [sys.executable, "-m", "bot", "sync", "--config", str(form.config), "--today", "2025-10-06"]
    subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True)


def test_figures_of_an_earlier_version_are_no_damage_and_are_restated_once(
    company: MakeCompany, tmp_path: Path
) -> None:
    form = company("wide", "xlsx")
    sync_with_earlier_version(tmp_path, form)
    common = ("--config", form.config, "--today", "2025-10-06")
    verified = nrrbot("verify", *common)
    assert verified.code == 0
    assert "figures were computed by an earlier version of nrrbot and are different now" in verified.out
    assert "version précédente" in nrrbot("verify", *common, "--lang", "fr").out
    [store] = [line for line in nrrbot("doctor", *common).out.splitlines() if "store: intact" in line]
    assert store.startswith("warning")
    assert "an earlier version of nrrbot" in store
    form.put("MRR", 5, 14, 1600)  # June 2025
    assert "Snapshot 2." in nrrbot("sync", *common).out
    edited, updated = json.loads(nrrbot("restatements", "--json", *common).out)
    assert (edited["cause"], [cause["account"] for cause in edited["accounts"]]) == ("sheet", ["E-4"])
    assert (updated["cause"], updated["accounts_total"]) == ("update", 0)
    assert "snapshot 2: nrrbot was updated." in nrrbot("restatements", *common).out
    verified = nrrbot("verify", *common)
    assert (verified.code, "earlier version" in verified.out) == (0, False)
    assert "store: intact; data through September 2025" in nrrbot("doctor", *common).out


def test_after_an_update_a_sheet_that_did_not_change_is_recorded_once(company: MakeCompany, tmp_path: Path) -> None:
    form = company("wide", "xlsx")
    sync_with_earlier_version(tmp_path, form)
    common = ("--config", form.config, "--today", "2025-10-06")
    # A store that names this version is held to it.
    with open_raw(form.setup().analyst.store.path) as connection:
        [(settings,)] = connection.execute("SELECT settings FROM snapshots").fetchall()
        claimed = json.dumps(json.loads(settings) | {"nrrbot": hash_program()})
        for text, code in ((claimed, 1), (settings, 0)):
            connection.execute("UPDATE snapshots SET settings = ?", (text,))
            update_checksum(connection, "snapshots", 1)
            connection.commit()
            assert nrrbot("verify", *common).code == code
    assert "Snapshot 2." in nrrbot("sync", *common).out
    [updated] = json.loads(nrrbot("restatements", "--json", *common).out)
    assert updated["cause"] == "update"
    assert "earlier version" not in nrrbot("verify", *common).out
    assert "Snapshot 3" not in nrrbot("sync", *common).out
    assert form.setup().analyst.load_newest().snapshot.id == 2


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


def sync_at(now: dt.datetime, form: Form) -> Ran:
    return nrrbot("sync", "--config", form.config, clock=lambda: now)


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
        assert sync_at(moment(2025, 10, day), form).code == 0
    kept = count_whole(form)
    form.put("MRR", 5, 16, 1700)
    form.google.date = date
    out = sync_at(moment(2026, 10, 6), form).out
    assert (DOUBT not in out, RESTATED in out) == (is_confirmed, is_confirmed)
    assert count_whole(form) == (kept if is_confirmed else kept + 1)
    # The next sync is less than 45 days after a clock that was confirmed.
    form.put("MRR", 5, 16, 1800)
    form.google.date = ""
    assert (DOUBT in sync_at(moment(2026, 10, 7), form).out) != is_confirmed
