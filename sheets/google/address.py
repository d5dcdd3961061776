"""Addresses of Google Sheets. Imports no gspread: that takes 0.2 s, which an answer does not need."""

from __future__ import annotations

import re

from core.errors import N_, ConfigError


def build_link(spreadsheet: str, tab: int, cells: str) -> str:
    """Return the link to a cell (`D17`) or to whole rows (`14:17`) of the tab with the id `tab`."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit#gid={tab}&range={cells}"


def build_view_link(spreadsheet: str, tab: int, view: int) -> str:
    """Return the link to the tab with the id `tab`, with a filter view."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit#gid={tab}&fvid={view}"


def parse_spreadsheet_id(spreadsheet: str) -> str:
    """Return the id in a spreadsheet's address, or the id itself. Raises ConfigError if the text has no id."""
    text = spreadsheet.strip()
    match = re.search(r"/d/([A-Za-z0-9_-]{20,})", text) or re.fullmatch(r"([A-Za-z0-9_-]{20,})", text)
    if match is None:
        raise ConfigError(
            N_("{spreadsheet!r} is not the address of a Google Sheet."),
            N_("Open the sheet in the browser and copy its address: https://docs.google.com/spreadsheets/d/..."),
            spreadsheet=spreadsheet,
        )
    return match[1]


def build_link_source(spreadsheet: str) -> str:
    """Return the `Workbook.source` of a sheet that is read by its link."""
    return f"google-link:{spreadsheet}"


def is_sheet_address(text: str) -> bool:
    """Tell whether a text is the address of a Google Sheet in the browser, not the path of a file."""
    return re.match(r"https?://[^/]+/spreadsheets/", text) is not None
