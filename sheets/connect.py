"""Opens the workbook that the config names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.config import Config
from core.errors import N_, ConfigError, Sentence
from sheets.workbook.port import Workbook


def find_source(config: Config) -> str | None:
    """Return the `Workbook.source` of the configured workbook without opening it; None if no workbook is configured."""
    from sheets.google.address import parse_spreadsheet_id

    if config.workbook.path:
        return f"file:{Path(config.workbook.path).absolute()}"
    return f"google:{parse_spreadsheet_id(config.workbook.google)}" if config.workbook.google else None


def open_workbook(config: Config, report_wait: Callable[[Sentence], None] | None = None) -> Workbook:
    """Return the workbook that the config names.

    `report_wait` receives a sentence before a call to Google is repeated after a wait; None sends it to the log.

    Raises:
        ConfigError: the config names no workbook, or both a sheet and a file.
        WorkbookError: the workbook cannot be opened.

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
    return GoogleWorkbook.open(config.workbook.google, config.google, report_wait)
