"""Opens the workbook that the config names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.config import Config
from core.errors import N_, ConfigError, Sentence
from core.terms import WAREHOUSE

if TYPE_CHECKING:
    from sheets.workbook.port import Workbook


def find_source(config: Config) -> str | None:
    """Return the name of the configured source in the store without opening it; None if none is configured.

    It is the warehouse if the config names its tables: a workbook next to it gets the tabs of the bot. Else it is the
    `Workbook.source` of the workbook.
    """
    if config.warehouse.has_tables:
        return f"{WAREHOUSE}{config.warehouse.url}"
    if config.workbook.path:
        return f"file:{Path(config.workbook.path).absolute()}"
    from sheets.google.address import build_link_source, parse_spreadsheet_id

    if not config.workbook.google:
        return None
    spreadsheet = parse_spreadsheet_id(config.workbook.google)
    return f"google:{spreadsheet}" if config.google.credentials_file else build_link_source(spreadsheet)


class Source(Protocol):
    """The place that figures come from, as far as it is looked at before it is read."""

    @property
    def source(self) -> str:
        """Its name in the store."""
        ...

    def stamp(self) -> str:
        """Return what changes with its content; empty if only a reading can tell."""
        ...


@dataclass(frozen=True, slots=True)
class WarehouseTables:
    """The tables of a warehouse, which only a query can look at."""

    source: str

    def stamp(self) -> str:
        """Return nothing: only a reading can tell whether they have changed."""
        return ""


def open_source(config: Config) -> Source:
    """Return the source of the figures: the warehouse if the config names its tables, else the workbook.

    Raises:
        ConfigError: the config names none, or both a sheet and a file.
        WorkbookError: the workbook cannot be opened.

    """
    if config.warehouse.has_tables:
        return WarehouseTables(f"{WAREHOUSE}{config.warehouse.url}")
    return open_workbook(config)


def open_output(config: Config) -> Workbook | None:
    """Return the workbook next to a warehouse, which gets the bot's tabs and is not read; None without one.

    Raises:
        ConfigError: the config names both a sheet and a file.
        WorkbookError: the workbook cannot be opened.

    """
    return open_workbook(config) if config.warehouse.has_tables and config.workbook.is_named else None


def open_workbook(config: Config, report_wait: Callable[[Sentence], None] | None = None) -> Workbook:
    """Return the workbook that the config names.

    `report_wait` receives a sentence before a call to Google is repeated after a wait; None sends it to the log.

    Raises:
        ConfigError: the config names no workbook, or both a sheet and a file.
        WorkbookError: the workbook cannot be opened.

    """
    if config.warehouse.has_tables and not config.workbook.is_named:
        raise ConfigError(
            N_("Figures come from the warehouse, and the config names no workbook to write them into."),
            N_(
                "Create an empty Google Sheet or .xlsx file, and name it in workbook.google or workbook.path. It is "
                "written to, and never read for figures."
            ),
        )
    if bool(config.workbook.path) == bool(config.workbook.google):
        raise ConfigError(
            N_("The config must name one workbook: a Google Sheet in workbook.google or a file in workbook.path."),
            N_("Set one of the two keys, or give --workbook."),
        )
    if config.workbook.path:
        return _open_file(Path(config.workbook.path), config.workbook.locale)
    if not config.google.credentials_file:
        from sheets.excel.workbook import ExcelWorkbook
        from sheets.google.link_shared import LinkSharedWorkbook

        return LinkSharedWorkbook.open(config.workbook.google, config.google, ExcelWorkbook)
    from sheets.google.workbook import GoogleWorkbook

    return GoogleWorkbook.open(config.workbook.google, config.google, report_wait)


def _open_file(path: Path, locale: str) -> Workbook:
    """Return the workbook at a path: its name says its format, and an unknown name is one of Excel."""
    from sheets.excel.workbook import ExcelWorkbook
    from sheets.text_files.sources import is_folder
    from sheets.text_files.workbook import SUFFIXES, FileWorkbook

    if is_folder(path) or path.suffix.lower() in SUFFIXES:
        return FileWorkbook(path, locale, ExcelWorkbook(path).write_copy)
    return ExcelWorkbook(path)
