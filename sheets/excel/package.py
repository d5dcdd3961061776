"""The zip package of an .xlsx file: check that it can be read, repack a new one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from core.errors import N_, WorkbookBusyError, WorkbookDeniedError, WorkbookError

_ZIP_MAGIC = b"PK\x03\x04"
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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
