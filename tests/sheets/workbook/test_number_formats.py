"""Number formats that give amounts a currency or a unit, and their runs."""

from __future__ import annotations

import pytest

from sheets.workbook.number_formats import FormatRuns, shows_unit
from sheets.workbook.port import FormatRun


@pytest.mark.parametrize(
    "code",
    [
        "[$£-809]#,##0.00",
        "[$GBP -809]#,##0.00",
        "[$€]#,##0",
        "[$US$-409]0",
        '#,##0.00 "€"',
        '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-',
        "#,##0\\ \\€",
        "$#,##0",
        '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)',
        '0.0"k"',
        '#,##0" k€"',
        '#,##0,"k"',
        '[>=1000000]0.0,,"M";[>=1000]0.0,"k";0',
        'General" EUR"',
        "#,##0 \\C\\H\\F",
        '[Red]-#,##0.00 "zł"',
    ],
)
def test_currencies_and_units_are_found(code: str) -> None:
    assert shows_unit(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "General",
        "0.00",
        "#,##0.00_);[Red](#,##0.00)",
        "#,##0.00\\ _€",
        '_-* #,##0.00_-;\\-* #,##0.00_-;_-* "-"??_-;_-@_-',
        "0%",
        '0.0%" p.a."',
        "0.00E+00",
        "yyyy-mm-dd",
        "[$-409]mmm yy;@",
        'd" de "mmmm" de "yyyy',
        '[h]:mm "h"',
        "@",
        '@" (old)"',
        '#,##0;-#,##0;"none"',
        "[Red][>=1000]#,##0",
        "# ?/?",
        "#,##0,",
        '"a" ; "b"',
        '"open [$€',
    ],
)
def test_plain_numbers_dates_percentages_and_texts_have_none(code: str) -> None:
    assert not shows_unit(code)


def test_cells_of_one_column_and_format_are_one_run() -> None:
    runs = FormatRuns()
    for row in range(1, 10_000):
        if row % 7:  # blank cells do not end a run
            runs.add(row, 2, "0€")
    runs.add(10_000, 2, "0£")
    runs.add(10_001, 2, "")
    runs.add(10_002, 2, "0£")
    runs.add(5, 1, "")
    runs.add(6, 1, "0k")
    assert runs.finish() == (
        FormatRun(1, 6, 7, "0k"),
        FormatRun(2, 1, 10_000, "0€"),
        FormatRun(2, 10_000, 10_001, "0£"),
        FormatRun(2, 10_002, 10_003, "0£"),
    )
