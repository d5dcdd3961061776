"""The parts of a package: read them, replace some, and write a package in which all others are the same bytes."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sheets.excel.parts.elements import (
    Edit,
    Element,
    append_content,
    apply_edits,
    decode_part,
    escape,
    parse_elements,
    remove_element,
)
from sheets.excel.parts.packed_entries import copy_entry, create_entry, find_ends

CONTENT_TYPES = "[Content_Types].xml"
_RELATIONS_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_CHUNK_BYTES = 2**20
# Only parts of more than these bytes are packed fast instead of small.
_LARGE_PART_BYTES = 2**23


class Relation(NamedTuple):
    """A relation of a part: its id, the last word of its type, the part it refers to, and its element."""

    id: str
    kind: str
    target: str
    element: Element


class Package:
    """A package with changes. Names of parts are without the first slash, and upper and lower case are one."""

    def __init__(self, data: bytes) -> None:
        """Open a package.

        Raises:
            BadZipFile: it is not a zip.

        """
        self._data = data
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._names = {name.casefold(): name for name in self._archive.namelist() if not name.endswith("/")}
        self._changed = dict[str, bytes]()
        self._spliced = dict[str, Sequence[Edit]]()
        self._removed = set[str]()

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._names

    @property
    def is_changed(self) -> bool:
        """True if a part was added, changed or removed."""
        return bool(self._changed or self._spliced or self._removed)

    def part_names(self) -> tuple[str, ...]:
        """Return the names of all current parts."""
        return tuple(self._names.values())

    def read(self, name: str) -> bytes:
        """Return the content of a part; XML in UTF-8.

        Raises:
            KeyError: there is no such part.

        """
        actual = self._names[name.casefold()]
        return self._changed[actual] if actual in self._changed else decode_part(self._archive.read(actual))

    def open_original(self, name: str) -> zipfile.ZipExtFile:
        """Return a part as the file has it, as a stream."""
        stream = self._archive.open(self._names[name.casefold()])
        if not isinstance(stream, zipfile.ZipExtFile):
            raise TypeError(name)
        return stream

    def put(self, name: str, content: bytes) -> None:
        """Add or replace a part. A content that the file has already is no change."""
        actual = self._names.setdefault(name.casefold(), name)
        self._removed.discard(actual)
        if actual in self._archive.NameToInfo and decode_part(self._archive.read(actual)) == content:
            self._changed.pop(actual, None)
        else:
            self._changed[actual] = content

    def splice(self, name: str, edits: Sequence[Edit]) -> None:
        """Edit a large part, which is streamed when the package is written; once for each part."""
        self._spliced[self._names[name.casefold()]] = sorted(edits)

    def edit(self, name: str, edits: Iterable[Edit]) -> None:
        """Edit a part."""
        self.put(name, apply_edits(self.read(name), edits))

    def remove(self, name: str) -> None:
        """Remove a part, its relations and its content type."""
        self._discard(name)
        self._discard(locate_relations(name))
        types = parse_elements(self.read(CONTENT_TYPES))
        self.edit(CONTENT_TYPES, [remove_element(entry) for entry in _find_overrides(types, name)])

    def choose_name(self, pattern: str) -> str:
        """Return the first free name of a pattern such as `xl/charts/chart{}.xml`, from 1 on."""
        number = 1
        while pattern.format(number) in self:
            number += 1
        return pattern.format(number)

    # Relations and content types.

    def relations(self, part: str) -> list[Relation]:
        """Return the relations of a part to other parts of the package; of the package itself for an empty name."""
        name = locate_relations(part)
        if name not in self:
            return []
        return [
            Relation(entry.get("Id"), entry.get("Type").rpartition("/")[2], _resolve(part, entry.get("Target")), entry)
            for entry in parse_elements(self.read(name)).find_all("Relationship")
            if entry.get("TargetMode") != "External"
        ]

    def find_related(self, part: str, kind: str) -> str | None:
        """Return the first part that `part` refers to by a relation of this kind, if it exists."""
        targets = (relation.target for relation in self.relations(part) if relation.kind == kind)
        return next((target for target in targets if target in self), None)

    def add_relation(self, part: str, kind: str, target: str) -> str:
        """Add a relation of the full type `kind` to the part `target`, and return its id."""
        name = locate_relations(part)
        if name not in self:
            self.put(name, build_relations([]))
        root = parse_elements(self.read(name))
        numbers = [int(number) for entry in root.children for number in re.findall(r"\ArId(\d+)\Z", entry.get("Id"))]
        identity = f"rId{max(numbers, default=0) + 1}"
        self.edit(name, [append_content(root, _build_relation(root.prefix, identity, kind, target))])
        return identity

    def remove_relation(self, part: str, relation: Relation) -> None:
        """Remove a relation of a part, and the part of its relations if it was the only one."""
        name = locate_relations(part)
        root = parse_elements(self.read(name))
        entries = [entry for entry in root.children if entry.get("Id") == relation.id]
        if len(entries) == len(root.children):
            self._discard(name)
        else:
            self.edit(name, [remove_element(entry) for entry in entries])

    def content_type(self, name: str) -> str:
        """Return the content type of a part; empty if it has none."""
        types = parse_elements(self.read(CONTENT_TYPES))
        for entry in _find_overrides(types, name):
            return entry.get("ContentType")
        extension = posixpath.splitext(name)[1].removeprefix(".").casefold()
        defaults = (entry for entry in types.find_all("Default") if entry.get("Extension").casefold() == extension)
        return next((entry.get("ContentType") for entry in defaults), "")

    def declare(self, name: str, content_type: str) -> None:
        """Give a part its content type."""
        if self.content_type(name) == content_type:
            return
        types = parse_elements(self.read(CONTENT_TYPES))
        entry = f'<{types.prefix}Override PartName="/{escape(name)}" ContentType="{escape(content_type)}"/>'
        edits = [remove_element(old) for old in _find_overrides(types, name)]
        self.edit(CONTENT_TYPES, [*edits, append_content(types, entry.encode())])

    def declare_extension(self, extension: str, content_type: str) -> None:
        """Give the parts with an extension their content type, unless they have one."""
        types = parse_elements(self.read(CONTENT_TYPES))
        if any(entry.get("Extension").casefold() == extension for entry in types.find_all("Default")):
            return
        entry = f'<{types.prefix}Default Extension="{extension}" ContentType="{content_type}"/>'.encode()
        first = types.children[0].start if types.children else types.content_end
        self.edit(CONTENT_TYPES, [Edit(first, first, entry)])

    def find_reachable(self, parts: Iterable[str], without: Iterable[str] = ()) -> set[str]:
        """Return `parts` and all parts that they refer to, directly or not, except through `without`; casefolded."""
        excluded = {name.casefold() for name in without}
        reached, queue = set(excluded), list(parts)
        while queue:
            part = queue.pop()
            if part.casefold() not in reached:
                reached.add(part.casefold())
                queue += [relation.target for relation in self.relations(part)]
        return reached - excluded

    # Writing.

    def serialise(self) -> bytes:
        """Return the package: the same bytes if nothing was changed.

        A part without a change keeps its place, its packed bytes and its date. A changed one keeps its place, a new one
        goes to the end; both have a fixed date, so that equal changes are equal bytes.
        """
        if not self.is_changed:
            return self._data
        stream, entries = io.BytesIO(), self._archive.infolist()
        ends = find_ends(entries, self._archive.start_dir)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in entries:
                name = entry.filename
                if name in self._removed:
                    continue
                if name in self._spliced:
                    self._write_spliced(new, name)
                elif name in self._changed:
                    new.writestr(create_entry(name), self._changed[name])
                else:
                    raw = memoryview(self._data)[entry.header_offset : ends[entry.header_offset]]
                    copy_entry(new, stream, entry, raw)
            present = set(self._archive.namelist()) - self._removed
            for name, content in self._changed.items():
                if name not in present:
                    new.writestr(create_entry(name), content)
        return stream.getvalue()

    def _discard(self, name: str) -> None:
        actual = self._names.pop(name.casefold(), None)
        if actual is not None:
            self._changed.pop(actual, None)
            self._removed.add(actual)

    def _write_spliced(self, new: zipfile.ZipFile, name: str) -> None:
        entry = create_entry(name)
        if self._archive.getinfo(name).file_size > _LARGE_PART_BYTES:
            entry._compresslevel = 1  # type: ignore[attr-defined] # noqa: SLF001 - `open` takes no level
        position = 0
        with self._archive.open(name) as old, new.open(entry, "w", force_zip64=False) as target:
            for edit in self._spliced[name]:
                while position < edit.start:
                    chunk = old.read(min(_CHUNK_BYTES, edit.start - position))
                    position += len(chunk)
                    target.write(chunk)
                target.write(edit.content)
                position += len(old.read(edit.end - edit.start))
            while chunk := old.read(_CHUNK_BYTES):
                target.write(chunk)


def locate_relations(part: str) -> str:
    """Return the name of the part with the relations of `part`."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def build_relations(relations: Iterable[tuple[str, str, str]]) -> bytes:
    """Return a part of relations: id, full type and target of each."""
    entries = b"".join(_build_relation("", *relation) for relation in relations)
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{declaration}<Relationships xmlns="{_RELATIONS_NAMESPACE}">'.encode() + entries + b"</Relationships>"


def _build_relation(prefix: str, identity: str, kind: str, target: str) -> bytes:
    return f'<{prefix}Relationship Id="{identity}" Type="{escape(kind)}" Target="/{escape(target)}"/>'.encode()


def _resolve(part: str, target: str) -> str:
    """Return the name of the part that `part` refers to as `target`."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")


def _find_overrides(types: Element, name: str) -> list[Element]:
    return [entry for entry in types.find_all("Override") if entry.get("PartName").casefold() == f"/{name}".casefold()]
