"""The batchUpdate requests that write cells into a tab of people. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheets.google.writing.batch_requests import Request, encode_cell, encode_number_format
from sheets.workbook.tables import CellRun, ColumnFormat, Value

_FIELDS = "userEnteredValue,userEnteredFormat.numberFormat,userEnteredFormat.textFormat.link"


def write_runs(runs: Sequence[CellRun], sheet_id: int, decimals: int) -> Iterator[Request]:
    """Yield the requests that write runs of cells, and their number formats and links; other formats stay."""
    for run in runs:
        start = {"sheetId": sheet_id, "rowIndex": run.row, "columnIndex": run.column}
        cells = [_encode_formatted(value, name, decimals) for value, name in run.cells]
        yield {"updateCells": {"start": start, "rows": [{"values": cells}], "fields": _FIELDS}}


def _encode_formatted(value: Value, name: ColumnFormat, decimals: int) -> Request:
    cell = encode_cell(value)
    number_format = {"numberFormat": encode_number_format(name, decimals)}
    return {**cell, "userEnteredFormat": {**cell.get("userEnteredFormat", {}), **number_format}}
