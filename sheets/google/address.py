"""Addresses of Google Sheets. Apart from `sheets.google`, as gspread costs 0.2 s that an answer need not pay."""

from __future__ import annotations

import re

from core.errors import N_, ConfigError


def address(spreadsheet: str, tab: int, place: str) -> str:
    """Return what opens a place in the browser: a cell (`D17`) or whole rows (`14:17`) of the tab with that id."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit#gid={tab}&range={place}"


def spreadsheet_id(spreadsheet: str) -> str:
    """Return the id in a spreadsheet's address, or the id itself. Raises ConfigError where there is none."""
    text = spreadsheet.strip()
    match = re.search(r"/d/([A-Za-z0-9_-]{20,})", text) or re.fullmatch(r"([A-Za-z0-9_-]{20,})", text)
    if match is None:
        raise ConfigError(
            N_("{spreadsheet!r} is not the address of a Google Sheet."),
            N_("Open the sheet in the browser and copy its address: https://docs.google.com/spreadsheets/d/..."),
            spreadsheet=spreadsheet,
        )
    return match[1]
