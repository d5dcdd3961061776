"""The file with the rows of the last reading, with which those of the next one are compared.

It is a cache: a file that is missing, damaged, or of another reading than the last one is as good as none.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate, pairwise
from pathlib import Path

import msgspec

from sheets.workbook.fetched import FetchedTabs
from sheets.workbook.port import FormatRun

# A larger reading is not kept; ten million cells are about 70 MB.
_MOST_BYTES = 256 * 2**20
# Of the file next to the store, and of one that is being written.
FILE_ENDING, _NEW = "-rows", ".new"


class KeptReading(msgspec.Struct, frozen=True):
    """A reading of a workbook whose revenue tab is plain (see `sheets.ingest.edits.plain_tabs`).

    Attributes:
        frame: hash of all that the ledger follows from, but the rows of the tabs that are read in full.
        tab: the index of the revenue tab among those.
        top: the number of its rows above those of accounts.
        heights: the number of rows of each tab that is read in full.
        formats: its number formats.
        formats_stamp: hash of the number formats of all of them, as they were sent.
        reading: hash of all that was read, `hash_reading`.
        snapshot: the number of the snapshot that it gave.
        sizes: the length of each answer.
        digests: its hash.

    """

    frame: str
    tab: int
    top: int
    heights: list[int]
    formats: list[tuple[FormatRun, ...]]
    formats_stamp: str
    reading: str = ""
    snapshot: int = 0
    sizes: list[int] = []
    digests: list[str] = []


def save_reading(path: Path, kept: KeptReading, fetched: FetchedTabs) -> None:
    """Write a reading and its answers, readable by the owner only. What cannot be written is not kept."""
    answers = fetched.answers
    kept = msgspec.structs.replace(kept, sizes=[len(answer) for answer in answers], digests=list(fetched.digests))
    if sum(kept.sizes) > _MOST_BYTES:
        remove_reading(path)
        return
    head = msgspec.json.encode(kept)
    new = path.with_name(f"{path.name}{_NEW}")
    try:
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines([hashlib.sha256(head).hexdigest().encode(), b"\n", head, b"\n", *answers])
        new.replace(path)
    except OSError:
        # A file of an earlier reading is of no use either.
        remove_reading(path)
        with suppress(OSError):
            new.unlink(missing_ok=True)


def remove_reading(path: Path) -> None:
    """Remove the file, if there is one, and one that was not written to its end."""
    for ending in ("", _NEW):
        with suppress(OSError):
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


def load_reading(path: Path) -> tuple[KeptReading, Sequence[memoryview]] | None:
    """Return a reading and its answers; None if there is no file, or it is not as it was written."""
    try:
        with path.open("rb") as file:
            digest, head = file.readline().strip(), file.readline().removesuffix(b"\n")
            start = file.tell()
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if hashlib.sha256(head).hexdigest().encode() != digest:
            return None
        kept = msgspec.json.decode(head, type=KeptReading)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    answers = [content[start + at : start + end] for at, end in pairwise(accumulate(kept.sizes, initial=0))]
    return (kept, answers) if [hashlib.sha256(answer).hexdigest() for answer in answers] == kept.digests else None
