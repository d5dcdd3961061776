"""One SQLite file: readable by its owner only, migrated when it is opened, with errors in plain words."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.errors import N_, StoreError
from core.store.schema.migrations import APPLICATION_ID, VERSION, migrate

# The endings of the files next to a store: the requests that were handled, and the rows of the last reading, a cache.
REQUESTS_ENDING, ROWS_ENDING = "-requests", "-rows"

# SQLite's primary result code, without SQLITE_ -> problem and fix. Any other code has the last entry.
ERROR_TEXTS: Mapping[str, tuple[str, str]] = {
    "NOTADB": (
        N_("{path} is not an nrrbot database."),
        N_("Name another file with --db, or move this one away and run nrrbot sync."),
    ),
    "CORRUPT": (
        N_("{path} is damaged."),
        N_("Restore a backup with nrrbot restore, or move the file away and run nrrbot sync to read it all again."),
    ),
    "READONLY": (
        N_("{path} may not be written."),
        N_("Let the user that runs nrrbot write this file and its folder."),
    ),
    "CANTOPEN": (
        N_("{path} cannot be opened."),
        N_("Check that its folder exists and that the user that runs nrrbot may write there."),
    ),
    "BUSY": (
        N_("{path} is in use by another program."),
        N_("Try again in a minute. If it is still in use, close the other program."),
    ),
    "FULL": (
        N_("The disk is full, so nothing can be written to {path}."),
        N_("Free some space and try again. The data stored so far is unchanged."),
    ),
    "IOERR": (
        N_("The disk reported an error on {path}: {detail}."),
        N_("Check the disk, its quota and its free space. The data stored so far is unchanged."),
    ),
    "TEXT": (
        N_("A text in the workbook cannot be stored: {detail}."),
        N_("Retype the name with the broken character in the workbook, then run nrrbot sync."),
    ),
    "FIGURES": (
        N_("The figures in {path} are not those that this nrrbot computes from the amounts in it: {detail}."),
        N_("Restore a backup with nrrbot restore, and please report this message."),
    ),
    "NEWER": (
        N_("{path} was written by a newer nrrbot."),
        N_("Update nrrbot, or name another file with --db."),
    ),
    "": (
        N_("{path} cannot be used: {detail}."),
        N_("Run nrrbot doctor. If it finds nothing, please report this message."),
    ),
}
_SYNONYMS = {"PERM": "READONLY", "AUTH": "READONLY", "LOCKED": "BUSY", "FORMAT": "CORRUPT"}
_ERRNO = {
    errno.EACCES: "READONLY",
    errno.EPERM: "READONLY",
    errno.EROFS: "READONLY",
    errno.ENOSPC: "FULL",
    errno.EDQUOT: "FULL",
    errno.EIO: "IOERR",
}
# Of the files that SQLite keeps next to it.
LOG_ENDINGS = ("-wal", "-shm")
# The bot may run with the rights of another user than the one that started it.
_HAS_EFFECTIVE_IDS = os.access in os.supports_effective_ids


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """A file; every use opens a new connection, as a connection must stay on the thread that made it.

    Attributes:
        path: the file. Its folder must exist and be writable, as SQLite keeps its log next to the file.
        patience: the seconds to wait for another writer.

    """

    path: Path
    patience: float

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that sees one state of the file throughout."""
        with self.map_errors(), self._open_for_reading() as connection:
            connection.execute("BEGIN")
            with self.refuse_damage():
                yield connection

    @contextmanager
    def refuse_damage(self) -> Iterator[None]:
        """Report an invalid value as damage: values are checked before they are written, so the disk changed it."""
        try:
            yield
        except UnicodeEncodeError:
            raise
        except (ValueError, TypeError, AttributeError) as error:
            # A bit can also turn a text into bytes or a number.
            raise self.error("CORRUPT", error) from error
        except IndexError as error:
            # What sqlite3.Row says of a column that is not in its table any more: the schema was damaged.
            if str(error) != "No item with that key":
                raise
            raise self.error("CORRUPT", error) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction that is committed at the end, and rolled back after an error."""
        with self.map_errors():
            if not self.path.exists():
                # Customers' revenue: readable by the owner only. SQLite gives its log and index the same mode.
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with self._open(str(self.path)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")

    def compact(self) -> None:
        """Write the file anew, without its free pages, which still have what was deleted."""
        with self.map_errors(), self._open(str(self.path)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _open_for_reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection; where no log can be written next to the file, one that reads the file as it is."""
        if not self.path.exists():
            with self._open(":memory:") as connection:
                yield connection
        elif self._is_immutable():
            with self._open(f"{self.path.absolute().as_uri()}?mode=ro&immutable=1") as connection:
                yield connection
        else:
            with self._open(str(self.path)) as connection:
                yield connection

    def _is_immutable(self) -> bool:
        """Tell whether the folder is read only and the file is whole without a log, so that no program writes it."""
        return not has_log(self.path) and not os.access(self.path.parent, os.W_OK, effective_ids=_HAS_EFFECTIVE_IDS)

    @contextmanager
    def _open(self, target: str) -> Iterator[sqlite3.Connection]:
        """Yield a connection to a file of nrrbot in the current schema."""
        with closing(
            sqlite3.connect(target, timeout=self.patience, isolation_level=None, uri=target.startswith("file:"))
        ) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = on")
            connection.execute("PRAGMA synchronous = full")
            # No temporary file: the root of a container may be read only.
            connection.execute("PRAGMA temp_store = memory")
            # In one transaction, as another process may be creating the file at the same moment.
            connection.execute("BEGIN")
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            empty = connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
            connection.execute("COMMIT")
            if application != APPLICATION_ID and (application or not empty):
                raise self.error("NOTADB", "")
            if version > VERSION:
                raise self.error("NEWER", version)
            if version < VERSION:
                migrate(connection)
            yield connection

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the file open, so that other programs find it in use; one that may not be written is not kept open."""
        with ExitStack() as stack:
            try:
                with self.writing():
                    pass
                connection = stack.enter_context(self._open(str(self.path)))
                connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            except StoreError:
                stack.close()
            yield

    @contextmanager
    def map_errors(self) -> Iterator[None]:
        """Turn errors of SQLite and of the operating system into a StoreError."""
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as error:
            # SQLITE_BUSY_SNAPSHOT is a BUSY; errors that Python's module raises itself have no name.
            name = getattr(error, "sqlite_errorname", "SQLITE_").split("_")[1]
            raise self.error(name, error) from error
        except OSError as error:
            raise self.error(_ERRNO.get(error.errno or 0, "CANTOPEN"), error) from error
        except UnicodeEncodeError as error:
            raise self.error("TEXT", error) from error
        except UnicodeDecodeError as error:
            # SQLite names a part of a damaged schema.
            raise self.error("CORRUPT", error) from error

    def error(self, name: str, detail: object) -> StoreError:
        """Return the error for a key of ERROR_TEXTS, or for another result code of SQLite."""
        problem, fix = ERROR_TEXTS.get(_SYNONYMS.get(name, name), ERROR_TEXTS[""])
        return StoreError(problem, fix, path=self.path, detail=detail)


def has_log(path: Path) -> bool:
    """Tell whether a part of the content of a file is in the log next to it."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except FileNotFoundError:
        return False
