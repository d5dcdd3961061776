"""The limits of the parts of an .xlsx file, checked before any of them is parsed.

The cells and the shared texts are streamed. All other parts are read as a tree, so their sizes are limited. What a part
is read as follows from the relations and content types of the package, not from its own first element.
"""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO
from xml.parsers import expat

from core.errors import N_, WorkbookError
from sheets.excel.parts.elements import parse_elements
from sheets.excel.parts.package_parts import CONTENT_TYPES, Package
from sheets.workbook.limits import (
    build_damage_error,
    check_format_count,
    check_tab_count,
    check_unpacked_sizes,
    refuse_document_type,
)

# First element -> the only role in which the part may be large, as it is then streamed or not parsed at all.
_LARGE = {
    "worksheet": "worksheet",
    "sst": "sharedStrings",
    "pivotCacheRecords": "pivotCacheRecords",
    "calcChain": "calcChain",
    "externalLink": "externalLink",
}
# The roles of parts that are copied and never parsed.
_COPIED = frozenset({"image", "hdphoto", "media", "audio", "video", "oleObject", "package", "vbaProject", "thumbnail"})
_TREE = "tree"
_FORMAT = re.compile(rb"<(?:[\w.-]+:)?xf[\s/>]")
_TAB = re.compile(rb"<(?:[\w.-]+:)?sheet[\s/>]")
_CONTENT_TYPE = re.compile(r"\b(\w+)\+xml\Z")
# Tags and bytes of a part that is read as a tree: those of all formats that Excel allows are fewer.
MOST_TAGS = 1_000_000
MOST_TREE_BYTES = 2**27
# The cells of a sheet begin within these bytes: before them are its columns and views.
MOST_HEAD_BYTES = 2**23
_ROOT_BYTES = 2**16
_CHUNK_BYTES = 2**20


def check_parts(path: Path, data: bytes) -> None:
    """Check the sizes and contents of the parts of a package.

    Raises:
        WorkbookError: a limit is exceeded.
        zipfile.BadZipFile, zlib.error: the package is damaged.

    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        check_unpacked_sizes(path, entries)
        index = [entry for entry in entries if _is_index(entry.filename)]
        for entry in index:
            _check_entry(path, archive, entry, {_TREE})
        roles = _find_roles(data)
        for entry in entries:
            if entry not in index:
                _check_entry(path, archive, entry, roles.get(entry.filename.casefold(), set()))


def _is_index(name: str) -> bool:
    """Tell whether a part names other parts."""
    return name.casefold() == CONTENT_TYPES.casefold() or name.casefold().endswith(".rels")


def _find_roles(data: bytes) -> Mapping[str, set[str]]:
    """Return name of a part, casefolded -> what relations and content types call it, and `tree` for a fixed name."""
    package, roles = Package(data), defaultdict[str, set[str]](set)
    for part in ("", *package.part_names()):
        # Relations that are damaged are damaged for each reader.
        with contextlib.suppress(expat.ExpatError):
            for relation in package.relations(part):
                for name in (relation.target, relation.element.get("Target").lstrip("/")):
                    roles[name.casefold()].add(relation.kind)
    if CONTENT_TYPES in package:
        for override in parse_elements(package.read(CONTENT_TYPES)).find_all("Override"):
            if kind := _CONTENT_TYPE.search(override.get("ContentType")):
                roles[override.get("PartName")[1:].casefold()].add(kind[1])
    for name in package.part_names():
        if name.casefold() == "xl/styles.xml" or name.casefold().startswith("xl/workbook"):
            roles[name.casefold()].add(_TREE)
    return roles


def _check_entry(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, roles: set[str]) -> None:
    if roles and roles <= _COPIED:
        return
    with archive.open(entry) as part:
        head = part.read(_ROOT_BYTES)
        root = _find_root(path, head)
        if root in _LARGE and roles <= {_LARGE[root]}:
            if root == "worksheet":
                _check_sheet_head(path, head, part)
        elif root or _TREE in roles:
            if entry.file_size > MOST_TREE_BYTES:
                raise build_part_error(path, entry.filename)
            _check_tree(path, entry.filename, head, part)


def _find_root(path: Path, head: bytes) -> str:
    """Return the name of the first element; an empty text for a part that no parser of XML reads so far."""
    names = list[str]()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse_document_type
    parser.StartElementHandler = lambda name, _: names.append(name)
    try:
        parser.Parse(head, False)  # noqa: FBT003 - expat takes no keyword arguments
    except expat.ExpatError:
        pass
    except ValueError as error:
        raise build_damage_error(path) from error
    else:
        if not names and len(head) == _ROOT_BYTES:  # a comment of this length
            raise build_damage_error(path)
    return names[0].rpartition(":")[2] if names else ""


def _check_sheet_head(path: Path, head: bytes, part: IO[bytes]) -> None:
    """Check what comes before the cells, as openpyxl reads it as a tree."""
    count, has_cells = 0, False

    def start(name: str, _: object) -> None:
        nonlocal count, has_cells
        has_cells = has_cells or name.rpartition(":")[2] == "sheetData"
        count += not has_cells

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    size = 0
    with contextlib.suppress(expat.ExpatError):  # the reader of the cells reports it
        for chunk in _read_chunks(head, part):
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keyword arguments
            if has_cells:
                return
            size += len(chunk)
            if size > MOST_HEAD_BYTES or count > MOST_TAGS:
                raise build_damage_error(path)


def _check_tree(path: Path, name: str, head: bytes, part: IO[bytes]) -> None:
    tags = formats = tabs = 0
    for chunk in _read_chunks(head, part):
        tags += chunk.count(b"<")
        formats += len(_FORMAT.findall(chunk))
        tabs += len(_TAB.findall(chunk))
        check_tab_count(path, tabs)
        check_format_count(path, formats)
        if tags > MOST_TAGS:
            raise build_part_error(path, name)


def build_part_error(path: Path, name: str) -> WorkbookError:
    """Return the error for a part that is too large to be read as a tree."""
    return WorkbookError(
        N_("{path} has a part that is too large, so it was not read: {part}."),
        N_("Copy its tabs into a new workbook, as values."),
        path=path,
        part=name,
    )


def _read_chunks(head: bytes, part: IO[bytes]) -> Iterator[bytes]:
    yield head
    while chunk := part.read(_CHUNK_BYTES):
        yield chunk
