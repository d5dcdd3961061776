"""The content that the bot's tabs are to have, so that a write-back writes only what differs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheets.workbook.port import Note
from sheets.workbook.tables import Table


@dataclass(frozen=True, slots=True)
class TabContent:
    """The content that a tab is to have.

    Attributes:
        title: the title of its table.
        digest: hash of the content.
        build: returns the table.

    """

    title: str
    digest: str
    build: Callable[[], Table]


def describe_table(table: Table) -> TabContent:
    """Return the content of a tab whose table is built."""
    return TabContent(table.title, hash_parts([table]), lambda: table)


def hash_notes(notes: Sequence[Note]) -> str:
    """Return the hash of notes."""
    return hash_parts(notes)


def hash_parts(parts: Sequence[object]) -> str:
    """Return a hash of values whose `repr` has all that they hold."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode())
    return digest.hexdigest()
