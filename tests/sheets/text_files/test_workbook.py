"""Files and folders as workbooks: a whole sync, the write-back into a separate file, damage, links to Google Sheets."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from core.errors import WorkbookBusyError, WorkbookError, WorkbookMissingError
from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.files import stamp_files
from tests.support.command_line import nrrbot
from tests.support.plain_files import FILES, copy_file, open_file, read_tabs, write_package
from tests.support.xlsx_files import METRICS_TABLE, make_file

MRR = "Account ID;Name;2026-01;2026-02;2026-03\nA-1;Aster;1.200,50;1.200,50;1.300,25\nA-2;Bruyère;99,99;0;0\n"
CUSTOMERS = "Account ID,Industry\nA-1,Retail\nA-2,Retail\n"


def make_folder(folder: Path) -> Path:
    folder.mkdir()
    (folder / "MRR.csv").write_text(MRR + "A-3;Calder;500;500;#DIV/0!\n", encoding="cp1252")
    (folder / "customers.tsv").write_text(CUSTOMERS.replace(",", "\t"), encoding="utf-16")
    (folder / "notes.md").write_text("no table", encoding="utf-8")
    (folder / ".~lock.MRR.csv#").write_text("x", encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["revenue.ods", "revenue.xls", "revenue.xlsb", "folder"])
def test_a_sync_reads_the_same_figures_from_every_format(tmp_path: Path, name: str) -> None:
    path = make_folder(tmp_path / name) if name == "folder" else copy_file(name, tmp_path)
    options = ("--workbook", path, "--db", tmp_path / "x.db", "--today", "2026-04-10")
    assert nrrbot("sync", *options).code == 0
    problems = nrrbot("problems", *options).out
    assert "#DIV/0!" in problems  # an error is no blank: A-3 has not left
    answer = nrrbot("ask", "March 2026", "--json", *options)
    assert answer.code == 0
    assert '"starting_mrr": 120050' in answer.out
    assert '"expansion": 9975' in answer.out


@pytest.mark.parametrize("name", ["revenue.ods", "revenue.xls", "revenue.xlsb", "folder", "a.csv"])
def test_the_tabs_of_the_bot_go_into_a_separate_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "folder":
        make_folder(path)
    elif name == "a.csv":
        path.write_text(MRR, encoding="utf-8")
    else:
        copy_file(name, tmp_path)
    before = stamp_files(path)
    for _ in range(2):
        written = open_file(path).write([METRICS_TABLE])
    separate = tmp_path / f"{path.stem}.nrr.xlsx"
    assert (written.location, written.tabs, written.is_copy) == (str(separate), ("NRR Metrics",), True)
    assert f"{name} itself was not changed" in str(written.reason)
    assert [tab.title for tab in ExcelWorkbook(separate).tabs()] == ["NRR Metrics"]
    assert separate.stat().st_mode & 0o111 == 0
    assert stamp_files(path) == before


def test_each_text_file_of_a_folder_is_a_tab(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "folder")
    workbook = open_file(folder)
    assert [tab.title for tab in workbook.tabs()] == ["customers", "MRR"]
    assert workbook.locale == "decimal comma"
    version = workbook.version()
    (folder / "MRR.tsv").write_text("a\tb\n", encoding="utf-8")
    assert workbook.version() != version
    assert [tab.title for tab in workbook.tabs()] == ["customers", "MRR.csv", "MRR.tsv"]


def test_a_file_that_changed_meanwhile_is_busy(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "folder")
    workbook = open_file(folder)
    tabs = workbook.tabs()
    (folder / "customers.tsv").unlink()
    with pytest.raises(WorkbookBusyError, match="were changed while they were read"):
        workbook.read(tabs)


def test_a_folder_without_tables_and_a_missing_file_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WorkbookMissingError, match=r"has no \.csv or \.tsv file"):
        read_tabs(tmp_path / "empty")
    with pytest.raises(WorkbookMissingError, match="There is no file"):
        read_tabs(tmp_path / "a.csv")
    assert stamp_files(tmp_path / "a.csv") == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            '{"":"WARNING! DO NOT EDIT","doc_id":"1AbCdEfGhIjKlMnOpQrStUvWxYz","email":"x@y.z"}',
            r"Set workbook.google = “https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz”",
        ),
        (
            '{"url": "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit"}',
            "d/1AbCdEfGhIjKlMnOpQrStUvWxYz”",
        ),
        ("{}", "set workbook.google in the config to the address of the sheet"),
    ],
)
def test_a_link_of_google_drive_is_named_with_the_line_of_the_config(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "Revenue.gsheet"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(WorkbookError, match="is a link to a Google Sheet") as caught:
        read_tabs(path)
    assert words.replace("\\", "") in str(caught.value) or pytest.fail(str(caught.value))


@pytest.mark.parametrize("name", ["revenue.ods", "revenue.xlsb", "revenue.xls"])
def test_a_file_of_another_format_is_named_by_its_content(tmp_path: Path, name: str) -> None:
    path = make_file(tmp_path / "a.xlsx").rename(tmp_path / name)
    with pytest.raises(WorkbookError, match=r"its format is \.xlsx, not \."):
        read_tabs(path)
    path.write_bytes(b"junk\0\1\2")
    with pytest.raises(WorkbookError, match="it is not a file of the format"):
        read_tabs(path)
    path.write_bytes((FILES / name).read_bytes()[:3000])
    with pytest.raises(WorkbookError):
        read_tabs(path)


@pytest.mark.parametrize(("name", "rounds"), [("revenue.ods", 60), ("revenue.xlsb", 60), ("revenue.xls", 12)])
def test_no_damage_to_a_file_gets_out_as_another_error(tmp_path: Path, name: str, rounds: int) -> None:
    path, rng = copy_file(name, tmp_path), random.Random(1)  # noqa: S311 - the same damage every time
    whole = path.read_bytes()
    errors = []
    for _ in range(rounds):
        damaged = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged)
        try:
            read_tabs(path)
        except WorkbookError as error:
            errors.append(str(error))
    assert errors
    assert all(str(path) in error for error in errors)


@pytest.mark.parametrize(("name", "part"), [("revenue.ods", "content.xml"), ("revenue.xlsb", "xl/workbook.bin")])
def test_damage_inside_a_part_is_an_error_too(tmp_path: Path, name: str, part: str) -> None:
    with zipfile.ZipFile(FILES / name) as archive:
        parts = {item: archive.read(item) for item in archive.namelist()}
    whole, rng = parts[part], random.Random(2)  # noqa: S311 - the same damage every time
    refused = 0
    for _ in range(80):
        damaged = bytearray(whole)
        for _ in range(rng.randrange(1, 20)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path = write_package(tmp_path / name, {**parts, part: bytes(damaged)})
        try:
            read_tabs(path)
        except WorkbookError:
            refused += 1
    assert refused


def test_a_part_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheets.workbook.limits.MOST_PART_BYTES", 10**6)
    path = write_package(tmp_path / "a.ods", {"content.xml": b" " * 2 * 10**6})
    assert path.stat().st_size < 10**5
    with pytest.raises(WorkbookError, match="is larger than 1 MB"):
        read_tabs(path)


def test_more_styles_than_a_spreadsheet_has_are_refused(tmp_path: Path) -> None:
    namespace = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
    styles = f'<styles xmlns:style="{namespace}">{"<style:style/>" * 131_000}</styles>'
    path = write_package(tmp_path / "a.ods", {"styles.xml": styles, "content.xml": "<content/>"})
    with pytest.raises(WorkbookError, match="more than 65490 cell formats"):
        read_tabs(path)


UNITS = {
    "units.ods": ['0" k€"', '0,"k"', '0" "[$€]', "[$£]0", '"$"0'],
    "units.xls": ['0.0" k€"', "#,##0,\\k", "#,##0.00\\ [$€-40C]", "[$£-809]#,##0", "\\$#,##0.00"],
    "units.xlsb": ['0.0" k€"', '#,##0,"k"', "#,##0.00 [$€-40C]", "[$£-809]#,##0", '"$"#,##0.00'],
}


@pytest.mark.parametrize(("name", "codes"), UNITS.items())
def test_number_formats_with_a_unit_are_kept(tmp_path: Path, name: str, codes: list[str]) -> None:
    workbook = open_file(copy_file(name, tmp_path))
    runs = workbook.read(workbook.tabs())[0].formats
    assert [tuple(run[:3]) for run in runs] == [(column, 1, 4) for column in range(1, 6)]
    assert [run.code for run in runs] == codes
