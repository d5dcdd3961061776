"""The package that an .xlsx file is, a zip of parts: what keeps it from being read, what a rewrite would lose."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from core.errors import N_, WorkbookBusyError, WorkbookDeniedError, WorkbookError

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# The parts that openpyxl reads and writes again. Everything else (charts, drawings, pivot tables, macros, slicers,
# threaded comments, external links, form controls, sensitivity labels, ...) it drops or changes. Of the parts listed
# here it does drop three: thumbnails, printer settings, and the names of people that no comment refers to.
_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core|custom)\.xml|docProps/thumbnail\.\w+"
    r"|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/(styles|sharedStrings)\.xml|xl/theme/theme\d*\.xml"
    r"|xl/worksheets/[^/]+\.xml|xl/worksheets/_rels/[^/]+\.rels|xl/tables/table\d+\.xml"
    r"|xl/(comments/)?comments?\d+\.xml|xl/drawings/(vml|comments)Drawing\d+\.vml"
    r"|xl/drawings/drawing\d+\.xml|xl/persons/person\d*\.xml|xl/printerSettings/[^/]+\.bin"
)

# What a kept part may hold that openpyxl still loses. A formula it keeps, but not the value that Excel last showed
# for it, so that whoever reads the file before Excel has opened it again (this bot, for one) finds nothing there.
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
    # Google writes a drawing for every tab, as a rule an empty one.
    (re.compile(r"xl/drawings/drawing"), re.compile(rb"Anchor[\s>]"), "drawings"),
    (re.compile(r"xl/drawings/"), re.compile(rb"ObjectType=\"(?!Note\")"), "form controls"),
    (
        re.compile(r"docProps/custom"),
        re.compile(rb"<vt:(?!lpwstr\b|i4\b|r8\b|filetime\b|bool\b)\w"),
        "custom properties",
    ),
    # Parts in UTF-16 are allowed and very rare; the patterns above do not see into them.
    (re.compile(r""), re.compile(rb"\A(?:\xff\xfe|\xfe\xff)"), "UTF-16"),
)


def check(path: Path, data: bytes) -> None:
    """Raise unless `data`, what stands at `path`, is a whole zip with a workbook in it.

    Raises:
        WorkbookDeniedError: it is encrypted.
        WorkbookBusyError: it is only half there, as while it is being saved or copied.
        WorkbookError: it is something else than an .xlsx workbook.

    """
    if data.startswith(_OLE):
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
        if not data or data.startswith(_ZIP):
            raise WorkbookBusyError(
                N_("{path} is incomplete, as while it is being saved or copied."),
                N_("Try again in a moment; if it stays so, save the workbook once more."),
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


def losses(data: bytes, mark: str = "") -> tuple[str, ...]:
    """Return what would be lost if the package `data` were read and saved by openpyxl; empty when nothing would.

    Each entry is the name of a part, or of a part and what stands in it: `xl/charts/chart1.xml`,
    `xl/worksheets/sheet1.xml: formulas`. What is drawn on a tab that has a name `mark` of its own is no loss: it is
    ours, and drawn anew with each write.
    """
    lost = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        ours = _drawn(archive, mark) if mark else set()
        for name in archive.namelist():
            if name.endswith("/") or name in ours:
                continue
            if not _KEPT.fullmatch(name):
                lost.append(name)
                continue
            content = archive.read(name)
            lost += [
                f"{name}: {what}" for parts, mark, what in _LOST_INSIDE if parts.match(name) and mark.search(content)
            ]
    return tuple(lost)


def _drawn(archive: zipfile.ZipFile, mark: str) -> set[str]:
    """Return the parts that hold what is drawn on the tabs that have a name `mark`, and on no other tab."""
    book = "xl/workbook.xml"
    if book not in archive.namelist():
        return set()
    targets = {key: target for key, _, target in _relations(archive, book)}
    root = ET.fromstring(archive.read(book))  # noqa: S314 - openpyxl parses the same part, with the same parser
    marked = {
        int(name.get("localSheetId", "-1")) for name in root.iterfind(".//{*}definedName") if name.get("name") == mark
    }
    sheets = [
        next((targets.get(value, "") for key, value in sheet.items() if key.endswith("}id")), "")
        for sheet in root.iterfind("{*}sheets/{*}sheet")
    ]
    own = {sheet for number, sheet in enumerate(sheets) if number in marked}
    drawings = {
        target
        for sheet in own
        for _, kind, target in _relations(archive, sheet)
        if kind.endswith("/relationships/drawing")
    }
    return _reached(archive, drawings) - _reached(archive, [book], without=own)


def _reached(archive: zipfile.ZipFile, parts: Iterable[str], without: Iterable[str] = ()) -> set[str]:
    """Return `parts` with every part that they refer to, directly or not, and that is not reached through `without`."""
    found, ahead = set(without), list(parts)
    while ahead:
        part = ahead.pop()
        if part not in found:
            found.add(part)
            ahead += [target for _, _, target in _relations(archive, part)]
    found -= set(without)
    return found | {_relations_of(part) for part in found}


def _relations(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """Yield the id, the type and the part of each part of the package that `part` refers to."""
    try:
        content = archive.read(_relations_of(part))
    except KeyError:
        return
    for each in ET.fromstring(content):  # noqa: S314 - as above
        if each.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), each.get("Target", "")))
            yield each.get("Id", ""), each.get("Type", ""), target.removeprefix("/")


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def repack(data: bytes) -> bytes:
    """Return the package `data` with the same parts and fixed dates, so that equal workbooks are equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            new.writestr(part, old.read(name), compresslevel=9)
    return packed.getvalue()
