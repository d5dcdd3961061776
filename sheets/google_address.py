"""The address of a Google Sheet. Apart from `sheets.google`, as gspread costs 0.2 s that an answer need not pay."""

from __future__ import annotations

import re

from core.errors import N_, ConfigError


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
