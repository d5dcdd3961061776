"""Which workbook the config names, opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.config import Config
from core.errors import N_, ConfigError, Sentence
from sheets.workbook.port import Workbook


def source_of(config: Config) -> str | None:
    """Return what names the configured workbook in the store, without opening it; None when none is configured."""
    from sheets.google.address import spreadsheet_id

    if config.workbook.path:
        return f"file:{Path(config.workbook.path).absolute()}"
    return f"google:{spreadsheet_id(config.workbook.google)}" if config.workbook.google else None


def open_workbook(config: Config, waiting: Callable[[Sentence], None] | None = None) -> Workbook:
    """Return the workbook that the config names.

    `waiting` is told when a call to Google has to be tried again later, and why; the log when None.

    Raises:
        ConfigError: it names none, or both a sheet and a file.
        WorkbookError: it cannot be opened.

    """
    from sheets.excel.workbook import ExcelWorkbook
    from sheets.google.workbook import GoogleWorkbook

    if bool(config.workbook.path) == bool(config.workbook.google):
        raise ConfigError(
            N_("The config must name one workbook: a Google Sheet in workbook.google or a file in workbook.path."),
            N_("Set one of the two keys, or give --workbook."),
        )
    if config.workbook.path:
        return ExcelWorkbook(Path(config.workbook.path))
    return GoogleWorkbook.open(config.workbook.google, config.google, waiting)
