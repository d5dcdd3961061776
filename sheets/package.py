"""The package that an .xlsx file is, a zip of parts: what keeps it from being read, what a rewrite would lose."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

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


def losses(data: bytes) -> tuple[str, ...]:
    """Return what would be lost if the package `data` were read and saved by openpyxl; empty when nothing would.

    Each entry is the name of a part, or of a part and what stands in it: `xl/charts/chart1.xml`,
    `xl/worksheets/sheet1.xml: formulas`.
    """
    lost = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith("/"):
                continue
            if not _KEPT.fullmatch(name):
                lost.append(name)
                continue
            content = archive.read(name)
            lost += [
                f"{name}: {what}" for parts, mark, what in _LOST_INSIDE if parts.match(name) and mark.search(content)
            ]
    return tuple(lost)


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
