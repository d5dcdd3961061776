"""Sync a workbook again and again, with a system call that fails each time. FOLDER SHIM FIRST LAST.

This process runs under LD_PRELOAD of fault_shim.c. It forks a child for each case, so that nothing is imported anew.
Every case prints one line of JSON.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import errno
import json
import os
import shutil
import sys
import traceback
from pathlib import Path

from core.errors import NrrbotError
from core.ledger.segments import SizeRules
from core.money import Currency
from core.store.history.pruning import RetentionPolicy
from core.store.store import Store
from sheets.excel.workbook import ExcelWorkbook
from sheets.ingest.sync import sync_into_store
from sheets.tabs.read_options import ReadOptions

NOW = dt.datetime(2025, 10, 2, 7, tzinfo=dt.UTC)
ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS)


def sync(folder: Path, book: str, hours: int) -> None:
    shutil.copyfile(folder / book, folder / "book.xlsx")
    run_sync(folder, hours)


def run_sync(folder: Path, hours: int) -> None:
    sync_into_store(
        ExcelWorkbook(folder / "book.xlsx"),
        Store(folder / "nrrbot.db"),
        ReadOptions(Currency("EUR", 2), "", NOW.date()),
        SizeRules(),
        NOW + dt.timedelta(hours=hours),
        keep=RetentionPolicy(2, 400),
    )


def main(folder: Path, shim: str, first: int, last: int) -> None:
    library = ctypes.CDLL(shim)
    library.fault_failed.restype = ctypes.c_char_p
    library.fault_calls.restype = ctypes.c_long
    # What a sync imports late is imported here.
    for hours, book in enumerate(("old.xlsx", "new.xlsx", "old.xlsx")):
        sync(folder, book, hours)
    shutil.copyfile(folder / "new.xlsx", folder / "book.xlsx")
    saved = (folder / "nrrbot.db").read_bytes()
    for number in range(first, last + 1):
        for error in ERRORS:
            for left in folder.glob("nrrbot.db*"):
                left.unlink()
            (folder / "nrrbot.db").write_bytes(saved)
            print(json.dumps(run_case(folder, library, number, error)), flush=True)  # noqa: T201 - the result


def run_case(folder: Path, library: ctypes.CDLL, number: int, error: int) -> dict[str, object]:
    """Return how a sync ends of which one call fails, and the newest snapshot after it."""
    receive, send = os.pipe()
    child = os.fork()
    if not child:
        outcome = run_faulty_sync(folder, library, number, error)
        os.write(send, json.dumps(outcome).encode())
        os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    outcome = json.loads(answer) if answer else {"foreign": "the process ended"}
    snapshot = Store(folder / "nrrbot.db").check()
    return {**outcome, "number": number, "error": errno.errorcode[error], "snapshot": snapshot and snapshot.id}


def run_faulty_sync(folder: Path, library: ctypes.CDLL, number: int, error: int) -> dict[str, object]:
    outcome: dict[str, object] = {"sentence": None, "foreign": None}
    library.fault_arm(ctypes.c_long(number), error)
    try:
        run_sync(folder, 3)
    except NrrbotError as known:
        outcome["sentence"] = str(known)
    except BaseException:  # noqa: BLE001 - reported as what must not happen
        outcome["foreign"] = traceback.format_exc()[-1500:]
    outcome.update(calls=library.fault_calls(), failed=library.fault_failed().decode())
    library.fault_arm(ctypes.c_long(0), 0)
    return outcome


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
