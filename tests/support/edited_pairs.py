"""A workbook that is synced into two stores, with kept rows and read as a whole each time: nothing may differ."""

from __future__ import annotations

import copy
import datetime as dt
import gc
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import Sentence, WorkbookLayoutError
from core.ledger.segments import SizeRules
from core.ledger.usage_pricing import UsagePricing
from core.money import find_currency
from core.store.store import Store
from sheets.google.workbook import GoogleWorkbook
from sheets.ingest.sync import SyncResult, sync_into_store
from sheets.tabs.read_options import ReadOptions
from tests.support.edited_books import EditedBook, Rows
from tests.support.google.server import GoogleServer
from tests.support.google.state import make_sheet
from tests.support.long_books import EditedLongBook

NOW = dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC)
OPTIONS = ReadOptions(find_currency("EUR"), "", NOW.date())


@dataclass
class Synced:
    """A store, and how its workbook is synced into it.

    Attributes:
        workbook: the workbook.
        store: the store.
        rows_file: where rows are kept; None to parse everything.
        known: the hash of the last reading.
        parsed: the number of rows that the last sync parsed; 0 if none.

    """

    workbook: GoogleWorkbook | None
    store: Store
    rows_file: Path | None
    known: str = ""
    parsed: int = 0
    options: ReadOptions = field(default=OPTIONS)

    def sync(self, now: dt.datetime) -> SyncResult:
        assert self.workbook
        self.parsed = 0

        def record(step: Sentence) -> None:
            assert not gc.isenabled()
            if step.template.startswith("Making sense"):
                self.parsed = int(str(step.values["count"]))

        result = sync_into_store(
            self.workbook,
            self.store,
            self.options,
            SizeRules(),
            now,
            progress=record,
            sleep=lambda _: None,
            usage=UsagePricing(3, frozenset({"usage"})),
            known_reading=self.known,
            rows_file=self.rows_file,
        )
        assert gc.isenabled()
        self.known = result.reading
        return result

    def describe(self, result: SyncResult) -> dict[str, Any]:
        """Return all that a sync stored and said, except how the workbook was understood."""
        snapshot = result.snapshot
        return {
            "snapshot": snapshot,
            "content": (snapshot.content, snapshot.stored_problems),
            "problems": self.store.problems(snapshot.id),
            "restatements": self.store.restatements(snapshot.source),
            "said": (result.changed, result.changes, result.problems, result.excluded_accounts, result.reading),
            "new": (result.new_problems, result.accepted_problems, result.restatements, result.columns),
        }


class Place(NamedTuple):
    """Where a Google Sheet is, and the key to it."""

    sheet: str
    url: str
    key_file: Path


def connect(place: Place) -> GoogleWorkbook:
    return GoogleWorkbook(
        place.sheet,
        place.key_file,
        timeout_seconds=10,
        retry_seconds=1,
        sheets_url=place.url,
        drive_url=place.url,
        token_url=f"{place.url}/token",
    )


def write_tabs(google: GoogleServer, sheet: str, tabs: dict[str, Rows]) -> None:
    """Put the content of tabs in place of the earlier one, as one edit."""
    book = google.spreadsheets[sheet]
    for tab in book.sheets:
        tab.rows = make_sheet(tab.id, tab.title, tabs[tab.title], None).rows
    book.touch()


def sync_and_refuse(synced: Synced, now: dt.datetime) -> dict[str, Any]:
    """Return what a sync did; its error if the workbook is refused."""
    try:
        return synced.describe(synced.sync(now))
    except WorkbookLayoutError as error:
        return {"refused": str(error)}


class Pair:
    """A workbook that is synced into two stores: with kept rows, and read as a whole each time."""

    def __init__(self, google: GoogleServer, folder: Path, tabs: dict[str, Rows]) -> None:
        self.google, self.now = google, NOW
        sizes = {title: (len(rows) + 50, 40) for title, rows in tabs.items()}
        self.sheet = google.add_spreadsheet("Retention", tabs, sizes=sizes)
        self.place = Place(self.sheet, google.url, google.service_account_file(folder))
        workbook = connect(self.place)
        path = folder / f"{self.sheet}.db"
        self.edited = Synced(workbook, Store(path), path.with_name(f"{path.name}-rows"))
        first = self.edited.sync(NOW)
        # A copy, as the ids of accounts are sealed with a key of the store.
        copy = folder / f"{self.sheet}-whole.db"
        self.edited.store.backup(copy)
        self.whole = Synced(workbook, Store(copy), None, first.reading)

    def sync(self) -> dict[str, Any]:
        """Sync into both stores, check that nothing differs, and return what was stored."""
        self.now += dt.timedelta(minutes=1)
        edited, whole = (sync_and_refuse(synced, self.now) for synced in (self.edited, self.whole))
        assert edited == whole
        if "snapshot" in edited:
            figures = [synced.store.figures(edited["snapshot"].id) for synced in (self.edited, self.whole)]
            assert figures[0].labels == figures[1].labels
            assert figures[0].sums.tolist() == figures[1].sums.tolist()
        return edited


def check_books(
    google: GoogleServer, folder: Path, books: Iterable[EditedBook | EditedLongBook], edits: int
) -> Counter[tuple[str, bool]]:
    """Edit random workbooks; return edit -> how often it was parsed alone, and how often the whole workbook was."""
    counts: Counter[tuple[str, bool]] = Counter()
    for book in books:
        pair = Pair(google, folder, book.tabs)
        for _ in range(edits):
            before = copy.deepcopy(book.tabs)
            name = book.edit()
            write_tabs(google, pair.sheet, book.tabs)
            try:
                result = pair.sync()
            except AssertionError as error:
                raise AssertionError(f"seed {book.seed}, {name}") from error
            is_alone = 0 < pair.edited.parsed <= 10
            counts[name, is_alone] += 1
            assert book.is_plain or not is_alone
            is_lost = book.is_plain and pair.edited.rows_file and not pair.edited.rows_file.exists()
            if "refused" in result or is_lost:
                book.tabs = before
    return counts
