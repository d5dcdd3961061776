"""Files of Google Drive by their kind: a Google Sheet, a shortcut to one, or a file that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import N_, WorkbookMissingError
from sheets.google.wire import DriveFile

_SPREADSHEET = "application/vnd.google-apps.spreadsheet"
_SHORTCUT = "application/vnd.google-apps.shortcut"
# The kinds of files that people take for a Google Sheet, as Google opens them in Sheets.
_TABLE_FILES: Mapping[str, str] = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel (.xlsx)",
    "application/vnd.ms-excel.sheet.macroenabled.12": "Excel (.xlsm)",
    "application/vnd.ms-excel": "Excel (.xls)",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument (.ods)",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
}


def find_shortcut_target(file: DriveFile) -> str | None:
    """Return the id of the Google Sheet that `file` is a shortcut to; None if it is a Google Sheet.

    Raises:
        WorkbookMissingError: the file is neither.

    """
    kind = file.mime_type.casefold()
    if kind in ("", _SPREADSHEET):  # empty if a proxy answers without the kind
        return None
    if kind == _SHORTCUT:
        target = file.shortcut_details
        if target.target_mime_type == _SPREADSHEET and target.target_id:
            return target.target_id
        raise WorkbookMissingError(
            N_("“{name}” is a shortcut in Google Drive to a file that is not a Google Sheet ({kind})."),
            N_("Open the Google Sheet with the revenue and use its address."),
            name=file.name,
            kind=_TABLE_FILES.get(target.target_mime_type.casefold(), target.target_mime_type),
        )
    if kind in _TABLE_FILES:
        raise WorkbookMissingError(
            N_("“{name}” is a file in Google Drive, not a Google Sheet: its format is {kind}."),
            N_("Open it, choose File, Save as Google Sheets, and use the address of the new sheet."),
            name=file.name,
            kind=_TABLE_FILES[kind],
        )
    raise WorkbookMissingError(
        N_("“{name}” in Google Drive is not a Google Sheet ({kind})."),
        N_("Open the Google Sheet with the revenue and use its address."),
        name=file.name,
        kind=file.mime_type,
    )
