"""Copies of the store: a backup beside writers, and its way back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from core.errors import N_, StoreError
from core.store.database import DatabaseFile

# The suffix of a copy that is being written. One that was left by a killed process is removed by the next copy.
PART = ".nrrbot-part"


def copy_store(file: DatabaseFile, target: Path) -> None:
    """Copy a store as it is at one moment to `target`, which must not exist. Writers need not wait.

    Raises:
        StoreError: the store does not exist yet, the new file exists already, or it cannot be written.

    """
    if not file.path.exists():
        raise StoreError(
            N_("There is no store at {path} yet, so there is nothing to copy."),
            N_("Run nrrbot sync, or name another file with --db."),
            path=file.path,
        )
    if target.exists():
        raise _build_exists_error(target)
    copy = DatabaseFile(target, file.patience)
    part = target.with_name(f".{target.name}{PART}")
    with file.reading() as connection, copy.map_errors():
        remove_parts(target.parent)
        try:
            os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            with closing(sqlite3.connect(part)) as copied:
                # All pages in one step, so that a writer in between cannot restart the copy.
                connection.backup(copied)
            # A link, unlike a rename, never replaces a file that was made in the meantime.
            os.link(part, target)
        except FileExistsError as error:
            raise _build_exists_error(target) from error
        finally:
            part.unlink(missing_ok=True)


def remove_parts(folder: Path) -> None:
    """Remove the copies that killed processes left unfinished in a folder."""
    for part in folder.glob(f".*{PART}"):
        part.unlink(missing_ok=True)


def _build_exists_error(path: Path) -> StoreError:
    return StoreError(
        N_("{path} already exists, and a backup never overwrites a file."),
        N_("Name a file that does not exist yet."),
        path=path,
    )
