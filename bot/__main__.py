"""`python -m bot`, the same as `nrrbot`. The only place that reads the clock."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import sys
import traceback
from collections.abc import Callable

import click

from bot.cli.commands import cli
from bot.cli.exit_codes import BUG, FAILED, exit_with_error
from bot.cli.stderr import RedactedStream
from core.errors import NrrbotError

# Numerical libraries reserve memory for a thread on each core, which would count against `sync.memory_mb`.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def now() -> dt.datetime:
    """Return the present moment, UTC."""
    return dt.datetime.now(dt.UTC)


def main(clock: Callable[[], dt.datetime] = now) -> None:
    """Run the command line. Errors are sentences on stderr; a traceback appears only with NRRBOT_TRACE."""
    os.environ |= _ONE_THREAD
    with contextlib.redirect_stderr(RedactedStream(sys.stderr)):
        _run_command_line(clock)


def _run_command_line(clock: Callable[[], dt.datetime]) -> None:
    # Without a configured log, libraries would print the errors that our sentence reports. `nrrbot run` configures it.
    logging.lastResort = None
    try:
        cli(prog_name="nrrbot", obj=clock)  # the same name for `python -m bot`
    except NrrbotError as error:
        exit_with_error(error, str(error))
    except BrokenPipeError:
        # The reader of the output has closed it, as `| head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except Exception as error:  # noqa: BLE001 - the last handler
        if os.environ.get("NRRBOT_TRACE"):
            traceback.print_exc()
        click.echo(
            f"nrrbot: a bug stopped it: {type(error).__name__}: {error}. "
            "Set NRRBOT_TRACE=1 to see the traceback, and please report it.",
            err=True,
        )
        sys.exit(BUG)


if __name__ == "__main__":
    main()
