"""Copies of the store: backups while others write, and their restoration."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from core.errors import N_, StoreError
from core.store.database import LOG_ENDINGS, DatabaseFile, has_log
from core.store.verification import check_file

# The suffix of a copy that is being written. One that was left by a killed process is removed by the next copy.
PART = ".nrrbot-part"
# The suffix of the store that a backup has replaced.
REPLACED_ENDING = ".replaced"


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


def write_dated_copy(file: DatabaseFile, folder: Path, keep: int, now: datetime) -> Path:
    """Copy a store to a new file of `folder` that is named by the moment, keep the newest copies; return the file.

    Raises:
        StoreError: the store does not exist yet, or the folder cannot be written.

    """
    with file.map_errors():
        folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{file.path.stem}-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}{file.path.suffix}"
    copy_store(file, target)
    with file.map_errors():
        for old in list_dated_copies(file, folder)[:-keep]:
            old.unlink(missing_ok=True)
    return target


def list_dated_copies(file: DatabaseFile, folder: Path) -> list[Path]:
    """Return the copies in `folder` that `write_dated_copy` made of a store, the oldest first."""
    digits = "[0-9]"
    day, time = f"{digits * 4}-{digits * 2}-{digits * 2}", digits * 6
    return sorted(folder.glob(f"{file.path.stem}-{day}T{time}Z{file.path.suffix}"))


def restore_copy(file: DatabaseFile, source: Path) -> Path | None:
    """Put a copy in the place of a store, after checking it; return the new path of the replaced file, if any.

    Raises:
        StoreError: the copy is missing, damaged or of a newer nrrbot, or the store is in use.

    """
    if not source.is_file() or (file.path.exists() and source.samefile(file.path)):
        raise StoreError(
            N_("{path} is not a backup that can be restored."),
            N_("Name a file that nrrbot backup has written."),
            path=source,
        )
    part = file.path.with_name(f".{file.path.name}{PART}")
    try:
        with file.map_errors():
            remove_parts(file.path.parent)
            os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        # Without DatabaseFile, which would bring the backup itself up to date. It is read as it is, without files next
        # to it, unless it is a copy that was made with its log.
        mode = "rw" if has_log(source) else "ro&immutable=1"
        with (
            DatabaseFile(source, file.patience).map_errors(),
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode={mode}", uri=True)) as connection,
            closing(sqlite3.connect(part)) as copied,
        ):
            connection.backup(copied)
        _check_copy(part, source, file.patience)
        refuse_use(
            file,
            N_("{path} is in use, so nothing was restored."),
            N_("Stop nrrbot, then run nrrbot restore again."),
        )
        replaced = file.path.with_name(f"{file.path.name}{REPLACED_ENDING}")
        with file.map_errors():
            is_replaced = file.path.exists()
            if is_replaced:
                file.path.replace(replaced)
            for suffix in LOG_ENDINGS:
                file.path.with_name(f"{file.path.name}{suffix}").unlink(missing_ok=True)
            part.replace(file.path)
        return replaced if is_replaced else None
    finally:
        remove_parts(file.path.parent)


def _check_copy(part: Path, source: Path, patience: float) -> None:
    """Check the seals of a copy, and bring it up to date; errors name the file that it is a copy of."""
    try:
        with DatabaseFile(part, patience).reading() as connection:
            check_file(DatabaseFile(source, patience), connection, lambda *_: None)
    except StoreError as error:
        raise StoreError(error.problem, error.fix, **{**error.values, "path": source}) from error


def refuse_use(file: DatabaseFile, problem: str, fix: str) -> None:
    """Check that no other program has the store open.

    Args:
        file: the store.
        problem: the problem where it has, with the placeholder `{path}`.
        fix: how to fix it.

    Raises:
        StoreError: another program has it open.

    """
    if not file.path.exists():
        return
    try:
        with closing(sqlite3.connect(file.path, timeout=1)) as connection:
            # SQLite changes the mode only for the one program that has the file open; its log is written back first.
            connection.execute("PRAGMA journal_mode = delete")
            connection.execute("PRAGMA journal_mode = wal")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise StoreError(problem, fix, path=file.path) from error
    except sqlite3.DatabaseError:
        # A damaged store is what a backup is for.
        return


def remove_parts(folder: Path) -> None:
    """Remove the copies, with their logs, that killed processes left unfinished in a folder."""
    for part in folder.glob(f".*{PART}*"):
        part.unlink(missing_ok=True)


def _build_exists_error(path: Path) -> StoreError:
    return StoreError(
        N_("{path} already exists, and a backup never overwrites a file."),
        N_("Name a file that does not exist yet."),
        path=path,
    )
