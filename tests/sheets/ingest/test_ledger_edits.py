"""After an edit of amounts the rows of these alone are parsed, and the snapshot is that of a whole reading."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Self, cast

import pytest

from core.store.store import Store
from sheets.ingest.ledger_changes import LedgerChanges
from tests.support.edited_books import REVENUE, EditedBook, Rows
from tests.support.edited_pairs import NOW, OPTIONS, Pair, Place, Synced, check_books, connect
from tests.support.google.big_sheet import BigServer, tabs
from tests.support.google.server import GoogleServer
from tests.support.google.state import Given


@pytest.mark.slow
def test_edits_of_random_workbooks_give_the_snapshot_of_a_whole_reading(google: GoogleServer, tmp_path: Path) -> None:
    counts = check_books(google, tmp_path, [EditedBook(200)], 10)
    assert sum(count for (_, is_alone), count in counts.items() if is_alone) > 2


def plain_rows(accounts: int = 30) -> Rows:
    """Return a plain tab: a row for each account, six months."""
    months = [f"2025-0{month}" for month in range(4, 10)]
    rows: Rows = [[f"A-{row}", *[100 + row] * 5, 90 + row] for row in range(accounts)]
    return [["Account ID", *months], *rows]


@pytest.fixture
def pair(google: GoogleServer, tmp_path: Path) -> Pair:
    """Return a plain workbook that was synced once."""
    return Pair(google, tmp_path, {REVENUE: plain_rows(), "Notes": [["Ask Ann"]]})


def test_only_edited_rows_are_parsed_and_none_if_the_answers_are_equal(pair: Pair) -> None:
    pair.google.edit(pair.sheet, REVENUE, "C25", 1000)
    pair.google.edit(pair.sheet, REVENUE, "D28", 33.5)
    result = pair.sync()
    assert (pair.edited.parsed, result["said"][1]) == (2, LedgerChanges(arrived=0, gone=0, months=0, amounts=2))
    assert [cause.id for cause in result["new"][2][0].causes] == ["A-23", "A-26"]
    pair.google.spreadsheets[pair.sheet].touch()
    assert pair.sync()["said"][0] is False
    assert (pair.edited.parsed, pair.whole.parsed) == (0, 32)
    pair.google.edit(pair.sheet, REVENUE, "C25", 123)
    pair.sync()
    assert pair.edited.parsed == 1


def test_edits_of_the_first_rows_are_parsed_alone_while_the_tab_is_understood_as_before(pair: Pair) -> None:
    for edits, parsed in (({"B3": 50}, 1), ({"C3": 44, "G20": 7, "D21": 8, "D28": 9}, 4), ({"B5": 2025}, 1)):
        for cell, amount in edits.items():
            pair.google.edit(pair.sheet, REVENUE, cell, amount)
        pair.sync()
        assert pair.edited.parsed == parsed
    # Numbers that name months are no headings next to those of the header row.
    for number, column in enumerate("BCDEFG"):
        pair.google.edit(pair.sheet, REVENUE, f"{column}2", 202504 + number)
    pair.sync()
    assert pair.edited.parsed == 1


def edit_format(pair: Pair) -> None:
    area = {"startRowIndex": 24, "endRowIndex": 25, "startColumnIndex": 2, "endColumnIndex": 3}
    cell = {"userEnteredFormat": {"numberFormat": {"type": "CURRENCY", "pattern": "[$£-809]#,##0.00"}}}
    request = {"range": area, "cell": cell, "fields": "userEnteredFormat.numberFormat"}
    pair.google.batch(pair.sheet, {"repeatCell": request})


def merge_cells(pair: Pair) -> None:
    area = {"startRowIndex": 25, "endRowIndex": 26, "startColumnIndex": 1, "endColumnIndex": 3}
    pair.google.batch(pair.sheet, {"mergeCells": {"range": area, "mergeType": "MERGE_ALL"}})


def damage_file(pair: Pair, place: int) -> None:
    assert pair.edited.rows_file
    content = bytearray(pair.edited.rows_file.read_bytes())
    content[place] ^= 1
    pair.edited.rows_file.write_bytes(content)


def cut_file(pair: Pair) -> None:
    assert pair.edited.rows_file
    pair.edited.rows_file.write_bytes(pair.edited.rows_file.read_bytes()[:20])


def empty_file(pair: Pair) -> None:
    assert pair.edited.rows_file
    pair.edited.rows_file.write_bytes(b"")


def forget_reading(pair: Pair) -> None:
    pair.edited.known = pair.whole.known = ""


def change_settings(pair: Pair) -> None:
    for synced in (pair.edited, pair.whole):
        synced.options = replace(OPTIONS, blank_month="carry")


@pytest.mark.parametrize(
    "change",
    [
        edit_format,
        merge_cells,
        lambda pair: damage_file(pair, 5),
        lambda pair: damage_file(pair, 90),
        lambda pair: damage_file(pair, -9),
        cut_file,
        empty_file,
        forget_reading,
        change_settings,
        lambda pair: pair.google.edit(pair.sheet, "Notes", "A1", "Ask Bob"),
        lambda pair: pair.google.edit(pair.sheet, REVENUE, "A26", "A-99"),
        lambda pair: pair.google.edit(pair.sheet, REVENUE, "B3", "n/a"),
        lambda pair: pair.google.edit(pair.sheet, REVENUE, "B1", "2025-03"),
        lambda pair: pair.google.edit(pair.sheet, REVENUE, "D30", None),
        lambda pair: pair.google.edit(pair.sheet, REVENUE, "H30", 5),
        lambda pair: pair.google.edit(pair.sheet, REVENUE, "C25", value=True),
        lambda pair: pair.google.batch(
            pair.sheet, {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "MRR 2"}, "fields": "title"}}
        ),
    ],
)
def test_an_edit_with_anything_else_is_a_reading_of_everything(pair: Pair, change: Callable[[Pair], object]) -> None:
    pair.google.edit(pair.sheet, REVENUE, "C25", 1000)
    change(pair)
    assert "snapshot" in pair.sync()
    assert pair.edited.parsed == 32
    # The reading of everything is the one that the next is compared with, if it can be.
    pair.google.edit(pair.sheet, pair.google.titles(pair.sheet)[0], "C27", 77)
    pair.sync()
    assert pair.edited.parsed in (1, 32)


def test_a_number_outside_the_months_may_be_an_id_a_name_or_a_segment(google: GoogleServer, tmp_path: Path) -> None:
    (_, *months), *amounts = plain_rows()
    rows: Rows = [[1000 + at, f"Firm {at}", ("Basic", "Pro")[at % 2], *row[1:]] for at, row in enumerate(amounts)]
    rows[24][1] = rows[24][2] = 7
    pair = Pair(google, tmp_path, {REVENUE: [["Account ID", "Customer name", "Plan", *months], *rows]})
    for cell in ("A26", "B26", "C26"):
        pair.google.edit(pair.sheet, REVENUE, cell, 1003)
        pair.sync()
        assert pair.edited.parsed == 31


def test_another_day_changes_nothing_until_a_row_of_customers_is_valid(google: GoogleServer, tmp_path: Path) -> None:
    customers: Rows = [["Account ID", "Segment", "Valid from"], ["A-1", "SMB", None], ["A-1", "Enterprise", 45940]]
    pair = Pair(google, tmp_path, {REVENUE: plain_rows(), "Customers": customers})
    for days, parsed in ((2, 1), (4, 34), (5, 1)):
        pair.now = NOW + dt.timedelta(days=days)
        pair.google.edit(pair.sheet, REVENUE, "C25", 1000 + days)
        pair.sync()
        assert pair.edited.parsed == parsed


def test_blanks_and_zeros_are_parsed_alone_while_the_same_months_count(google: GoogleServer, tmp_path: Path) -> None:
    pair = Pair(google, tmp_path, {REVENUE: plain_rows(55)})

    def write_last_month(rows: Iterable[int], amount: int | None) -> int:
        for row in rows:
            pair.google.edit(pair.sheet, REVENUE, f"G{row}", amount)
        pair.sync()
        return pair.edited.parsed

    assert write_last_month(range(30, 45), 0) == 15
    assert write_last_month(range(30, 45), None) == 15
    # Half of the accounts must have an entry, else the month does not count.
    assert write_last_month([*range(22, 30), *range(45, 57)], None) == 56
    assert write_last_month([50], 80) == 1
    assert write_last_month(range(45, 53), 80) == 56
    pair.google.edit(pair.sheet, REVENUE, "B40", None)
    pair.sync()
    assert pair.edited.parsed == 1


def test_a_row_of_totals_is_compared_with_the_edited_amounts(google: GoogleServer, tmp_path: Path) -> None:
    rows = plain_rows()
    sums = [sum(row[column] for row in rows[1:] if isinstance(row[column], int)) for column in range(1, 7)]  # type: ignore[misc]
    pair = Pair(google, tmp_path, {REVENUE: [*rows, ["Total", *sums]]})
    for amount, total, parsed, codes in (
        (1000, sums[1] + 877, 2, ["total_row"]),
        (None, sums[1] + 877, 32, ["total_row", "gap", "implausible_total"]),
        (123, sums[1], 32, ["total_row"]),
        (124, sums[1] + 1, 2, ["total_row"]),
        (125, sums[1] + 1, 32, ["total_row", "implausible_total"]),
    ):
        pair.google.edit(pair.sheet, REVENUE, "C25", amount)
        pair.google.edit(pair.sheet, REVENUE, "C32", total)
        assert [problem["code"] for problem in pair.sync()["problems"]] == codes
        assert pair.edited.parsed == parsed


def test_a_cell_that_changes_no_amount_counts_for_none(pair: Pair) -> None:
    pair.google.edit(pair.sheet, REVENUE, "C25", 1000)
    pair.google.edit(pair.sheet, REVENUE, "D25", 123.001)
    assert pair.sync()["said"][1] == LedgerChanges(arrived=0, gone=0, months=0, amounts=1)
    pair.google.edit(pair.sheet, REVENUE, "D25", 123.002)
    assert pair.sync()["said"][0] is False
    assert pair.edited.parsed == 1


def test_an_absurd_amount_is_reported_once(google: GoogleServer, tmp_path: Path) -> None:
    rows = plain_rows()
    rows[-1][1:] = [1] * 6
    pair = Pair(google, tmp_path, {REVENUE: rows})
    for amount, codes in ((120, ["amount_absurd"]), (130, ["amount_absurd"]), (2, [])):
        pair.google.edit(pair.sheet, REVENUE, "D31", amount)
        assert [problem["code"] for problem in pair.sync()["problems"]] == codes
        assert pair.edited.parsed == 31


def test_the_rows_of_an_earlier_reading_are_not_those_of_the_last(pair: Pair) -> None:
    rows_file = pair.edited.rows_file
    assert rows_file
    earlier = rows_file.read_bytes()
    pair.google.edit(pair.sheet, REVENUE, "C25", 1000)
    pair.sync()
    rows_file.write_bytes(earlier)
    pair.google.edit(pair.sheet, REVENUE, "C26", 1000)
    pair.sync()
    assert pair.edited.parsed == 32


def add_column(heading: str, *cells: Given) -> dict[str, Rows]:
    """Return a plain tab with one more column, whose cells are repeated."""
    headings, *rows = plain_rows()
    more = [[*row, cells[number % len(cells)]] for number, row in enumerate(rows)]
    return {REVENUE: [[*headings, heading], *more]}


def replace_id(number: int, account: str) -> dict[str, Rows]:
    """Return a plain tab with another ID in one row."""
    rows = plain_rows()
    rows[number][0] = account
    return {REVENUE: rows}


MONTHS = [f"2025-0{month}" for month in range(4, 10)]


@pytest.mark.parametrize(
    "content",
    [
        add_column("Total", 600),
        add_column("Q3 2025", 300),
        add_column("Currency", "EUR", "USD"),
        replace_id(3, "A-1"),
        replace_id(3, "Total Energies"),
        replace_id(3, "Total"),
        replace_id(3, ""),
        replace_id(0, "Row Labels"),
        replace_id(3, "EXAMPLE-1"),
        {REVENUE: plain_rows(), "KPI": [["", *MONTHS], ["MRR", *[5000] * 6]]},
        {REVENUE: plain_rows(), "Old": [["Account ID", "2025-02", "2025-03"], ["A-1", 5, 6]]},
        {REVENUE: [["Month", *(f"A-{row}" for row in range(9))], *([month, *[10] * 9] for month in MONTHS)]},
    ],
)
def test_the_rows_of_a_tab_that_is_not_plain_are_not_kept(
    google: GoogleServer, tmp_path: Path, content: dict[str, Rows]
) -> None:
    rows_file = Pair(google, tmp_path, content).edited.rows_file
    assert rows_file
    assert not rows_file.exists()


def test_an_edit_that_makes_a_figure_implausible_is_reported(pair: Pair) -> None:
    for amount, codes in ((9_000, ["implausible_month"]), (9_500, ["implausible_month"]), (100, [])):
        pair.google.edit(pair.sheet, REVENUE, "D25", amount)
        assert [problem["code"] for problem in pair.sync()["problems"]] == codes
        assert pair.edited.parsed == 32


def test_an_edit_after_a_column_vanished_no_longer_reports_it(pair: Pair) -> None:
    for row in range(1, 32):
        pair.google.edit(pair.sheet, REVENUE, f"B{row}", None)
    assert [problem["code"] for problem in pair.sync()["problems"]] == ["column_vanished"]
    pair.google.edit(pair.sheet, REVENUE, "D25", 99)
    assert pair.sync()["problems"] == []


def test_kept_rows_are_private_and_removed_where_they_are_of_no_use(pair: Pair) -> None:
    rows_file = pair.edited.rows_file
    assert rows_file
    assert rows_file.stat().st_mode & 0o777 == 0o600
    pair.google.edit(pair.sheet, REVENUE, "A32", "Total")
    pair.sync()
    assert not rows_file.exists()


def test_rows_that_cannot_be_kept_are_read_again(pair: Pair) -> None:
    rows_file = pair.edited.rows_file
    assert rows_file
    pair.edited.rows_file = rows_file.with_name("missing") / rows_file.name
    for amount in (300, 301):
        pair.google.edit(pair.sheet, REVENUE, "C25", amount)
        pair.sync()
        assert pair.edited.parsed == 32


class KillingFile:
    """A file whose process is killed at one of its writes."""

    def __init__(self, file: IO[bytes], writes: int) -> None:
        self.file, self.writes = file, writes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, content: bytes) -> None:
        self.writes -= 1
        if not self.writes:
            self.file.write(content[: len(content) // 2])
            self.file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        self.file.write(content)


def sync_and_be_killed(place: Place, synced: Synced, now: dt.datetime, writes: int) -> None:
    """Sync in a process that is killed at one of its writes into the file of rows."""
    open_file = os.fdopen
    os.fdopen = lambda *arguments: KillingFile(cast("IO[bytes]", open_file(*arguments)), writes)  # type: ignore[assignment]
    replace(synced, workbook=connect(place)).sync(now)


@pytest.mark.slow
@pytest.mark.parametrize(("is_new", "writes"), [(False, 1), (False, 2), (False, 4), (True, 2)])
def test_a_kill_while_rows_are_kept_leaves_a_file_of_no_use(pair: Pair, writes: int, *, is_new: bool) -> None:
    """The writes: a start that is none, the answer that changed, the head, the start."""
    rows_file = pair.edited.rows_file
    assert rows_file
    if is_new:
        rows_file.unlink()
    pair.google.edit(pair.sheet, REVENUE, "C25", 1000)
    pair.now += dt.timedelta(minutes=1)
    child = multiprocessing.get_context("forkserver").Process(
        target=sync_and_be_killed, args=(pair.place, replace(pair.edited, workbook=None), pair.now, writes)
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert rows_file.exists()
    pair.whole.sync(pair.now)
    for cell, parsed in (("D27", 32), ("D28", 1)):
        pair.google.edit(pair.sheet, REVENUE, cell, 500)
        pair.sync()
        assert pair.edited.parsed == parsed


@pytest.mark.slow
def test_one_edit_in_a_large_sheet_parses_one_row(tmp_path: Path) -> None:
    with BigServer() as google:
        sheet = google.add_encoded("Retention", tabs(accounts=20_000, months=50))
        workbook = connect(Place(sheet, google.url, google.service_account_file(tmp_path)))
        path = tmp_path / "large.db"
        synced = Synced(workbook, Store(path), path.with_name("large.db-rows"))
        first = synced.sync(NOW)
        assert synced.parsed > 40_000
        for number in range(3):
            account, month, amount = google.edit_amount(REVENUE, 10_000 + number)
            result = synced.sync(NOW + dt.timedelta(minutes=1 + number))
            assert synced.parsed == 1
            assert result.snapshot.id == first.snapshot.id + 1 + number
            ledger = synced.store.load(result.snapshot.id)
            place = ledger.accounts.ids.index(account)
            assert ledger.read_own_mrr(month)[place] == round(100 * amount)


@pytest.mark.slow
def test_edits_of_many_random_workbooks_give_the_snapshot_of_a_whole_reading(
    google: GoogleServer, tmp_path: Path
) -> None:
    counts = check_books(google, tmp_path, map(EditedBook, range(300, 306)), 14)
    assert counts["amount", True] > counts["amount", False]
    assert all(counts[name, True] for name in ("zero", "leaves", "filled"))
    never = ("negative", "text", "flag", "ID", "inserted", "deleted", "sorted", "row again", "segment")
    assert not any(counts[name, True] for name in never)
