"""The exit codes of the command line."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from core.errors import ConfigError, NrrbotError

FAILED = 1  # a workbook, store or Slack error; a check of doctor that failed
WRONG_USAGE = 2  # a wrong option, argument or config
BUG = 70  # as in sysexits.h


def exit_with_error(error: NrrbotError, text: str) -> NoReturn:
    """Print `text` on stderr and exit: WRONG_USAGE for a wrong config, else FAILED."""
    click.echo(f"nrrbot: {text}", err=True)
    sys.exit(WRONG_USAGE if isinstance(error, ConfigError) else FAILED)
