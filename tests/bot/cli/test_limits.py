"""A workbook that takes too much memory or time ends each command that reads it with the sentence of the limit."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest

from bot.service.refresh import limits
from core.config import Sync
from core.errors import WorkbookError
from tests.support.command_line import nrrbot, sample_options
from tests.support.company import MakeCompany
from tests.support.google.server import Fault
from tests.support.xlsx_files import make_file_with_cells

MEMORY = "Reading the data took more than 4096 MB of memory, so it was stopped. Raise sync.memory_mb"
TIME = "Reading the data took more than 15 minutes, so it was stopped. Raise sync.minutes"


def write_hostile(path: Path) -> Path:
    """Write a file whose cells, each in the last column, take 130 MB and are within the limits of a spreadsheet."""
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 1100))
    return make_file_with_cells(path, rows, dimension="")


@pytest.mark.slow
def test_a_hostile_file_ends_each_command_under_the_limit_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert nrrbot("sync", *sample_options(tmp_path)).code == 0  # so that all is imported
    options = ("--workbook", write_hostile(tmp_path / "book.xlsx"), "--db", tmp_path / "new.db")
    monkeypatch.setattr(limits, "MEBIBYTE", 2**13)  # 4096 of them are 32 MB
    before = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGALRM)
    for command in ("sync", "look", "ask", "write", "board", "digest"):
        ran = nrrbot(command, *options)
        assert (ran.code, ran.out) == (1, ""), ran
        assert MEMORY in ran.err, ran
    assert MEMORY in nrrbot("doctor", *options).out
    assert (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGALRM)) == before


def test_a_file_that_became_hostile_is_not_written_and_the_last_snapshot_answers(
    company: MakeCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = company("wide", "xlsx")
    common = ("--config", form.config, "--today", "2025-10-06")
    answer = nrrbot("ask", "Q3", *common).out
    assert form.path
    content = write_hostile(form.path).read_bytes()
    monkeypatch.setattr(limits, "MEBIBYTE", 2**13)
    asked, written = nrrbot("ask", "Q3", *common), nrrbot("write", *common)
    assert (asked.code, asked.out) == (0, answer)
    assert (written.code, written.out) == (1, "")
    for ran in (asked, written):
        assert MEMORY in ran.err
    assert form.path.read_bytes() == content


def test_memory_is_watched_where_the_system_does_not_limit_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIMITS_ITSELF", False)
    monkeypatch.setattr(limits, "_WATCH_SECONDS", 0.001)
    pieces: list[bytes] = []
    with pytest.raises(WorkbookError, match="more than 4 MB of memory"), limits.limit_reading(Sync(memory_mb=4)):
        # The peak of this process may be far above what it holds now.
        pieces.extend(b"x" * 2**20 + bytes([number % 256]) for number in range(1500))


def test_a_reading_that_takes_too_long_is_stopped(company: MakeCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    form = company("wide", "google")
    form.google.fail(*(Fault(service="sheets", hang=30) for _ in range(9)))
    monkeypatch.setattr(limits, "_MINUTE", 0.02)
    monkeypatch.setattr(limits, "_WATCH_SECONDS", 0.05)
    ran = nrrbot("sync", "--config", form.config)
    form.google.faults.clear()
    assert (ran.code, ran.out) == (1, "")
    assert TIME in ran.err
