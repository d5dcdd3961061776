"""The file with the rows of the last reading, with which those of the next one are compared.

It is a cache: a file that is missing, damaged, or of another reading than the last one is as good as none. Each answer
has a place in it with some room to grow, so that the answers that are as before are neither read nor written again.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path

import msgspec

from sheets.ingest.edits.kept_entries import KeptEntries
from sheets.workbook.fetched import EarlierAnswer, FetchedTabs
from sheets.workbook.port import FormatRun

# A larger reading is not kept; ten million cells are about 70 MB, in a tab with months down twice as much.
_MOST_BYTES = 256 * 2**20
# The room of an answer beyond its length: edits make it a few bytes longer or shorter.
_ROOM = 2**16
# Where the head of the file begins, and its hash.
_START = struct.Struct("<Q32s")


class KeptColumns(msgspec.Struct, frozen=True):
    """The columns of a plain revenue tab.

    Attributes:
        account_id: the column of account IDs.
        months: column -> its month, as an ordinal, for the months that are over; empty where rows have their month.
        month: the column of the months of rows; -1 where a column is a month.
        month_cells: the different cells there, each with the ordinal of its month.
        amount: the column of amounts next to it.
        names: the column of the names of accounts; -1 if a name there may not be that of an account.
        segments: column -> the key of the segment, where the values of accounts are in this tab alone.

    """

    account_id: int
    months: dict[int, int]
    month: int = -1
    month_cells: list[tuple[str | int | float, int]] = []
    amount: int = -1
    names: int = -1
    segments: dict[int, str] = {}

    @property
    def amounts(self) -> list[int]:
        """The columns of amounts."""
        return list(self.months) or [self.amount]


class KeptReading(msgspec.Struct, frozen=True):
    """A reading of a workbook whose revenue tab is plain (see `sheets.ingest.edits.plain_tabs`).

    Attributes:
        frame: hash of all that the ledger follows from, but the rows of the tabs that are read in full.
        tab: the index of the revenue tab among those.
        top: the number of its rows above those of accounts.
        columns: its columns.
        factor: the minor units in an amount of 1: a whole number, and the factor of the unit as two more.
        total_row: its row of totals; -1 if it has none.
        totals: column -> the sum of the accounts and the figure of that row.
        entries: its entries.
        fills: whether a blank cell may get an amount, and an amount become blank, without any other effect.
        grows: whether its last rows may be removed, and rows of its accounts added below them.
        admits: whether these may be rows of accounts that only Customers had.
        welcomes: whether these may be rows of new accounts.
        heights: the number of rows of each tab that is read in full.
        formats: its number formats.
        formats_stamp: hash of the number formats of all of them, as they were sent.
        parts: the parts of the answers, as in `FetchedTabs`.
        reading: its name, `name_reading`.
        snapshot: the number of the snapshot that it gave.
        places: where the answers begin in the file, and where the head begins, which follows them.
        sizes: the length of each answer.
        digests: its hash.

    """

    frame: str
    tab: int
    top: int
    columns: KeptColumns
    factor: tuple[int, int, int]
    total_row: int
    totals: dict[int, tuple[Decimal, Decimal]]
    entries: KeptEntries
    fills: bool
    grows: bool
    admits: bool
    welcomes: bool
    heights: list[int]
    formats: list[tuple[FormatRun, ...]]
    formats_stamp: str
    parts: list[list[tuple[int, int]]]
    reading: str = ""
    snapshot: int = 0
    places: list[int] = []
    sizes: list[int] = []
    digests: list[str] = []


def save_reading(path: Path, kept: KeptReading, fetched: FetchedTabs, earlier: KeptReading | None) -> None:
    """Write a reading and its answers, readable by the owner only. What cannot be written is not kept.

    Args:
        path: the file.
        kept: the reading.
        fetched: its answers.
        earlier: the reading in the file, whose answers are not written again where they are the same; None if another
            one or none is in it.

    """
    answers, digests = fetched.answers, list(fetched.digests)
    sizes = [len(answer) for answer in answers]
    if sum(sizes) > _MOST_BYTES:
        remove_reading(path)
        return
    if earlier and all(size <= end - start for size, (start, end) in zip(sizes, pairwise(earlier.places), strict=True)):
        places, written = earlier.places, earlier.digests
    else:
        earlier, written = None, [""] * len(answers)
        places = list(accumulate((size + _ROOM for size in sizes), initial=_START.size))
    head = msgspec.msgpack.encode(msgspec.structs.replace(kept, places=places, sizes=sizes, digests=digests))
    try:
        if earlier is None:
            path.unlink(missing_ok=True)
        mode = os.O_WRONLY if earlier else os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(path, mode, 0o600), "wb") as file:
            # Until the end the start is that of no reading.
            file.write(bytes(_START.size))
            for place, answer, digest, before in zip(places, answers, digests, written, strict=False):
                if digest != before:
                    file.seek(place)
                    file.write(answer)
            file.seek(places[-1])
            file.write(head)
            file.truncate()
            file.seek(0)
            file.write(_START.pack(places[-1], hashlib.sha256(head).digest()))
    except OSError:
        # A file of an earlier reading is of no use either.
        remove_reading(path)


def remove_reading(path: Path) -> None:
    """Remove the file, if there is one."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def load_reading(path: Path) -> tuple[KeptReading, Sequence[EarlierAnswer]] | None:
    """Return a reading and its answers; None if there is no file, or it is not as it was written."""
    try:
        with path.open("rb") as file:
            place, checksum = _START.unpack(file.read(_START.size))
            file.seek(place)
            head = file.read()
        if hashlib.sha256(head).digest() != checksum:
            return None
        kept = msgspec.msgpack.decode(head, type=KeptReading)
    except (OSError, ValueError, OverflowError, struct.error, msgspec.MsgspecError):
        return None
    parts = zip(kept.places, kept.sizes, kept.digests, strict=False)
    return kept, [
        EarlierAnswer(digest, partial(_read_answer, path, place, size, digest)) for place, size, digest in parts
    ]


def _read_answer(path: Path, place: int, size: int, digest: str) -> bytes | None:
    """Return an answer of the file; None if it is not as it was written."""
    try:
        with path.open("rb") as file:
            file.seek(place)
            answer = file.read(size)
    except OSError:
        return None
    return answer if hashlib.sha256(answer).hexdigest() == digest else None
