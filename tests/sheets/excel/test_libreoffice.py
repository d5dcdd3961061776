"""LibreOffice opens the files that were written, shows what people had in them, and computes the new figures."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.port import Cell, Note
from tests.support.libreoffice import save_with_libreoffice
from tests.support.rich_workbooks import WORKBOOKS, Parts, make_workbook
from tests.support.xlsx_files import METRICS_TABLE, SUMMARY, change_parts, read_parts

NOTES = [Note("MRR", 1, 1, "nrrbot: Expected here: an amount."), Note("Calc", 0, 1, "nrrbot: Here too.")]


def refer_to_metrics(parts: Parts) -> None:
    """Let a formula of people refer to a figure of NRR Metrics, with its value of the first write."""
    calc = "xl/worksheets/sheet2.xml"
    formula = b"<f>'NRR Metrics'!D3*100</f><v>103.6</v>"
    assert b"<f>B1*2</f><v>600</v>" in parts[calc]
    parts[calc] = parts[calc].replace(b"<f>B1*2</f><v>600</v>", formula)


def read_values(path: Path) -> dict[str, list[list[Cell]]]:
    workbook = ExcelWorkbook(path)
    tabs = workbook.tabs()
    return {tab.title: [list(row) for row in grid.rows] for tab, grid in zip(tabs, workbook.read(tabs), strict=True)}


def count_kinds(path: Path) -> Counter[str]:
    """Return how many parts of each kind a file has: charts, images, pivot tables and so on."""
    return Counter(re.sub(r"\d+", "", name) for name in read_parts(path))


@pytest.mark.program("soffice")
@pytest.mark.timeout(300)
def test_libreoffice_opens_each_file_and_computes_the_new_figures(tmp_path: Path) -> None:
    folder, damaged = tmp_path / "saved", tmp_path / "damaged.xlsx"
    paths = [damaged]
    for number, features in enumerate(WORKBOOKS):
        before = make_workbook(tmp_path / f"before{number}.xlsm", *features)
        after = Path(shutil.copy(before, tmp_path / f"after{number}.xlsm"))
        ExcelWorkbook(after).write([SUMMARY, METRICS_TABLE], NOTES)
        change_parts(after, refer_to_metrics)
        row = ("Enterprise", 38, Decimal("41230.05"), Decimal("1.25"), None)
        ExcelWorkbook(after).write([SUMMARY, dataclasses.replace(METRICS_TABLE, rows=(row,))], NOTES)
        paths += [before, after]
    # The test notices a file that cannot be opened as it is.
    damaged.write_bytes(paths[-1].read_bytes()[:-100])
    save_with_libreoffice(paths, folder)
    assert not (folder / damaged.name).exists()
    for number, features in enumerate(WORKBOOKS):
        before, after = folder / f"before{number}.xlsx", folder / f"after{number}.xlsx"
        old, new = read_values(before), read_values(after)
        assert [*new] == [*old, "NRR Summary", "NRR Metrics"], features
        assert new["MRR"] == old["MRR"], features
        assert new["Calc"][0][:2] == ["Total", 300], features
        assert new["Calc"][0][2] == 125, features
        assert new["Calc"][1:] == old["Calc"][1:], features
        assert new["NRR Metrics"][2][:4] == ["Enterprise", 38, 41230.05, 1.25], features
        # Nothing of theirs is missing, and the chart of NRR Summary is there.
        kinds = count_kinds(after)
        assert count_kinds(before) + Counter(["xl/charts/chart.xml"]) <= kinds, features
        comments = b"".join(content for name, content in read_parts(after).items() if "comments" in name)
        assert all(note.text.encode() in comments for note in NOTES), features
        assert (b"ours since May" in comments) == bool({"comments", "threads"} & {*features}), features
