"""Strict packages (Excel: Strict Open XML Spreadsheet): the parts of other .xlsx files, with other namespaces."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from typing import IO

_STRICT, _TRANSITIONAL = b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/"
# A tag with such an address, and the address: the namespace of elements or the type of a relation. Never a cell's text.
_TAG = re.compile(rb"<[^<>]*" + re.escape(_STRICT) + rb"[^<>]*>")
_ADDRESS = re.compile(re.escape(_STRICT) + rb"(\w+)([\w/]*)")
# The names that differ in more than their prefix.
_OTHER_NAMES = {
    b"extendedProperties": b"extended-properties",
    b"customProperties": b"custom-properties",
}
_CHUNK_BYTES = 2**16
_MOST_TAG_BYTES = 2**20


def convert_strict_package(data: bytes) -> bytes:
    """Return the package `data`, with the usual namespaces if it has the strict ones. Reads parts chunk by chunk.

    Raises:
        KeyError, ValueError, zipfile.BadZipFile, zlib.error: the package is damaged.

    """
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        if not _is_strict(old):
            return data
        converted = io.BytesIO()
        with zipfile.ZipFile(converted, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
            for entry in old.infolist():
                with old.open(entry) as part, new.open(entry.filename, "w", force_zip64=True) as target:
                    if entry.filename.endswith((".xml", ".rels", ".vml")):
                        target.writelines(_convert_part(part))
                    else:
                        shutil.copyfileobj(part, target)
        return converted.getvalue()


def _is_strict(package: zipfile.ZipFile) -> bool:
    """Return True if the part of the workbook has the strict namespace."""
    names = [name for name in package.namelist() if name.startswith("xl/workbook") and name.endswith(".xml")]
    return any(_STRICT in package.read(name) for name in names)


def _convert_part(part: IO[bytes]) -> Iterator[bytes]:
    """Yield the part with the usual namespaces."""
    rest = b""
    while chunk := part.read(_CHUNK_BYTES):
        text = rest + chunk
        # The end of the chunk may cut a tag: its beginning waits for the next chunk.
        start, end = text.rfind(b"<"), text.rfind(b">")
        cut = start if start > end else len(text)
        if len(text) - cut > _MOST_TAG_BYTES:
            raise ValueError(cut)
        yield _convert_tags(text[:cut])
        rest = text[cut:]
    yield _convert_tags(rest)


def _convert_tags(text: bytes) -> bytes:
    """Return whole tags, and the text between them, with the usual namespaces."""
    return _TAG.sub(lambda tag: _ADDRESS.sub(_convert_address, tag[0]), text) if _STRICT in text else text


def _convert_address(match: re.Match[bytes]) -> bytes:
    """Return `spreadsheetml/main` as `spreadsheetml/2006/main`, and so on."""
    family, names = match.groups()
    parts = [_OTHER_NAMES.get(name, name) for name in names.split(b"/")]
    return _TRANSITIONAL + family + b"/2006" + b"/".join(parts)
