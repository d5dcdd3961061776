"""The command line, run in this process as the console script would run it."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.__main__ import main, now


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


def nrrbot(*arguments: object, clock: Callable[[], dt.datetime] = now) -> Ran:
    """Run the command line in this process, as the console script would."""
    out, err, before, code = io.StringIO(), io.StringIO(), sys.argv, 0
    sys.argv = ["nrrbot", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main(clock)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv = before
    assert "Traceback" not in out.getvalue() + err.getvalue() or "NRRBOT_TRACE" in os.environ
    return Ran(code, out.getvalue(), err.getvalue())


def sample_options(folder: Path) -> tuple[object, ...]:
    """Return the options that ask of the sample workbook."""
    workbook = Path(__file__).parents[2] / "sheets" / "templates" / "sample.xlsx"
    return "--workbook", workbook, "--db", folder / "x.db", "--today", "2026-10-05"
