"""The exit codes of the command line."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from core.errors import ConfigError, NrrbotError

FAILED = 1  # a workbook, store or Slack error; a check of doctor that failed
WRONG_USAGE = 2  # a wrong option, argument or config
UNCERTAIN = 3  # it is not known whether a digest was posted
REFUSED = 4  # a digest was not posted
BUG = 70  # as in sysexits.h
# The outcome of a delivery -> the exit code.
DELIVERY_CODES = {"confirmed": 0, "uncertain": UNCERTAIN, "refused": REFUSED, "taken": REFUSED}


def exit_with_error(error: NrrbotError, text: str) -> NoReturn:
    """Print `text` on stderr and exit: WRONG_USAGE for a wrong config, else FAILED."""
    click.echo(f"nrrbot: {text}", err=True)
    sys.exit(WRONG_USAGE if isinstance(error, ConfigError) else FAILED)
