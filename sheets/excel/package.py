"""The zip package of an .xlsx file: check that it can be read, find the parts that a rewrite would lose, repack it."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from core.errors import N_, WorkbookBusyError, WorkbookDeniedError, WorkbookError

_ZIP_MAGIC = b"PK\x03\x04"
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# The parts that openpyxl reads and writes again. It drops or changes all others (charts, drawings, pivot tables,
# macros, slicers, threaded comments, external links, form controls, sensitivity labels, ...). It also drops three of
# the parts in this list, which no one misses: thumbnails, printer settings, and names of people without a comment.
_KEPT_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core|custom)\.xml|docProps/thumbnail\.\w+"
    r"|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/(styles|sharedStrings)\.xml|xl/theme/theme\d*\.xml"
    r"|xl/worksheets/[^/]+\.xml|xl/worksheets/_rels/[^/]+\.rels|xl/tables/table\d+\.xml"
    r"|xl/(comments/)?comments?\d+\.xml|xl/drawings/(vml|comments)Drawing\d+\.vml"
    r"|xl/drawings/drawing\d+\.xml|xl/persons/person\d*\.xml|xl/printerSettings/[^/]+\.bin"
)

# Content of the kept parts that openpyxl loses. It keeps a formula but not its stored value, so a program that reads
# the file before Excel has opened it again, such as this bot, would find a blank cell.
_LOST_INSIDE = (
    (re.compile(r"xl/worksheets/"), re.compile(rb"<(?:\w+:)?f[\s/>]"), "formulas"),
    (
        re.compile(r"xl/worksheets/"),
        re.compile(
            rb"<(?:\w+:)?(?:extLst|protectedRanges|customSheetViews|oleObjects|controls|picture|webPublishItems"
            rb"|customProperties|cellWatches|dataConsolidate)[\s/>]"
        ),
        "extensions",
    ),
    # openpyxl does not read the strict form of the format: it would save a workbook without tabs.
    (re.compile(r"xl/workbook"), re.compile(rb"http://purl\.oclc\.org/ooxml/"), "strict"),
    # Google writes a drawing for every tab, usually an empty one.
    (re.compile(r"xl/drawings/drawing"), re.compile(rb"Anchor[\s>]"), "drawings"),
    (re.compile(r"xl/drawings/"), re.compile(rb"ObjectType=\"(?!Note\")"), "form controls"),
    (
        re.compile(r"docProps/custom"),
        re.compile(rb"<vt:(?!lpwstr\b|i4\b|r8\b|filetime\b|bool\b)\w"),
        "custom properties",
    ),
    # Parts in UTF-16 are allowed and very rare; the patterns above do not match inside them.
    (re.compile(r""), re.compile(rb"\A(?:\xff\xfe|\xfe\xff)"), "UTF-16"),
)


def check_package(path: Path, data: bytes) -> None:
    """Check that `data`, the content of the file `path`, is a complete zip with a workbook in it.

    Raises:
        WorkbookDeniedError: the file is encrypted.
        WorkbookBusyError: the file is incomplete because it is being saved or copied.
        WorkbookError: the file is not an .xlsx workbook.

    """
    if data.startswith(_OLE_MAGIC):
        # An encrypted workbook is an OLE file with the zip inside; without that stream it is an old .xls.
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise WorkbookDeniedError(
                N_("{path} is protected by a password."), N_("Save it without a password to open."), path=path
            )
        raise WorkbookError(
            N_("{path} is an old .xls workbook."), N_("Open it and save it as an Excel workbook (.xlsx)."), path=path
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        if not data or data.startswith(_ZIP_MAGIC):
            raise WorkbookBusyError(
                N_("{path} is incomplete: it is probably being saved or copied."),
                N_("Try again in a moment. If it is still incomplete, save the workbook again."),
                path=path,
            ) from error
        raise WorkbookError(
            N_("{path} is not an Excel workbook."), N_("Open it and save it as an Excel workbook (.xlsx)."), path=path
        ) from error
    if not any(name.startswith("xl/workbook") and name.endswith(".xml") for name in names):
        kind = ".xlsb" if "xl/workbook.bin" in names else ".zip"
        kind = ".ods" if "content.xml" in names else kind
        raise WorkbookError(
            N_("{path} is not an .xlsx workbook: its format is {kind}."),
            N_("Open it and save it as an Excel workbook (.xlsx)."),
            path=path,
            kind=kind,
        )


def find_losses(data: bytes, mark: str = "") -> tuple[str, ...]:
    """Return the parts of the package `data` that openpyxl would lose by reading and saving it; empty if none.

    Each entry is the name of a part, followed by the kind of content if the part itself is kept:
    `xl/charts/chart1.xml`, `xl/worksheets/sheet1.xml: formulas`. Drawings on a tab with the defined name `mark` are
    not reported: the bot draws them again with each write.
    """
    lost = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        bot_drawings = _find_bot_drawings(archive, mark) if mark else set()
        for name in archive.namelist():
            if name.endswith("/") or name in bot_drawings:
                continue
            if not _KEPT_PARTS.fullmatch(name):
                lost.append(name)
                continue
            content = archive.read(name)
            lost += [
                f"{name}: {kind}"
                for parts, pattern, kind in _LOST_INSIDE
                if parts.match(name) and pattern.search(content)
            ]
    return tuple(lost)


def _find_bot_drawings(archive: zipfile.ZipFile, mark: str) -> set[str]:
    """Return the parts of the drawings that are only on tabs with the defined name `mark`."""
    book = "xl/workbook.xml"
    if book not in archive.namelist():
        return set()
    targets = {key: target for key, _, target in _read_relations(archive, book)}
    root = ET.fromstring(archive.read(book))  # noqa: S314 - openpyxl parses the same part, with the same parser
    marked = {
        int(name.get("localSheetId", "-1")) for name in root.iterfind(".//{*}definedName") if name.get("name") == mark
    }
    sheets = [
        next((targets.get(value, "") for key, value in sheet.items() if key.endswith("}id")), "")
        for sheet in root.iterfind("{*}sheets/{*}sheet")
    ]
    marked_sheets = {sheet for number, sheet in enumerate(sheets) if number in marked}
    drawings = {
        target
        for sheet in marked_sheets
        for _, kind, target in _read_relations(archive, sheet)
        if kind.endswith("/relationships/drawing")
    }
    # A drawing that another tab shows too is not the bot's.
    return _find_reachable_parts(archive, drawings) - _find_reachable_parts(archive, [book], without=marked_sheets)


def _find_reachable_parts(archive: zipfile.ZipFile, parts: Iterable[str], without: Iterable[str] = ()) -> set[str]:
    """Return `parts` and all parts that they refer to, directly or indirectly, except through the parts `without`."""
    reached, queue = set(without), list(parts)
    while queue:
        part = queue.pop()
        if part not in reached:
            reached.add(part)
            queue += [target for _, _, target in _read_relations(archive, part)]
    reached -= set(without)
    return reached | {_locate_relations(part) for part in reached}


def _read_relations(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """Yield id, type and name of each part of the package that `part` refers to."""
    try:
        content = archive.read(_locate_relations(part))
    except KeyError:
        return
    for relation in ET.fromstring(content):  # noqa: S314 - as above
        if relation.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), relation.get("Target", "")))
            yield relation.get("Id", ""), relation.get("Type", ""), target.removeprefix("/")


def _locate_relations(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def repack_package(data: bytes) -> bytes:
    """Return the package `data` with the same parts and fixed dates, so that equal workbooks are equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            new.writestr(part, old.read(name), compresslevel=9)
    return packed.getvalue()
