"""The part of a sheet without its cells, which are most of its bytes and are never parsed here."""

from __future__ import annotations

import re

from sheets.excel.parts.elements import Edit, Element, escape, find_prefix, parse_elements, remove_element
from sheets.excel.parts.package_parts import Package

_CHUNK_BYTES = 2**20
# More bytes than a tag of sheetData has: a tag may be broken across two chunks.
_TAG_BYTES = 256
_OPENING = re.compile(rb"<(?:[\w.-]+:)?sheetData(?:\s[^>]*)?>")
_CLOSING = re.compile(rb"</(?:[\w.-]+:)?sheetData\s*>")
# The children that come after the drawing with the notes, in the order of the format.
_AFTER_NOTES = frozenset(
    {
        "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
        "AlternateContent",
    }
)  # fmt: skip


class SheetPart:
    """The elements of a sheet before and after its cells."""

    def __init__(self, package: Package, name: str) -> None:
        """Read the sheet `name`.

        Raises:
            ValueError: it has no cells, or is in UTF-16.
            ExpatError: it is not well-formed.

        """
        self._package, self._name = package, name
        head, tail, self._tail_start = _read_around_cells(package, name)
        self._skeleton_start = len(head)
        self._root = parse_elements(head + tail)

    def merged_areas(self) -> list[tuple[int, int, int, int]]:
        """Return the merged cells: first row, first column, last row, last column, counted from 0."""
        merges = self._root.find("mergeCells")
        return [parse_area(entry.get("ref")) for entry in (merges.children if merges else [])]

    def add_notes_drawing(self, relation_id: str, namespace: str) -> None:
        """Refer to the drawing with the notes by a relation; `namespace` is that of relations."""
        before = [child for child in self._root.children if child.local_name not in _AFTER_NOTES]
        prefix = find_prefix(namespace, self._root)
        tag = f"{self._root.prefix}legacyDrawing"
        relation = f'{prefix}id="{relation_id}"' if prefix else f'xmlns:r="{escape(namespace)}" r:id="{relation_id}"'
        position = max(child.end for child in before)
        self._splice(Edit(position, position, f"<{tag} {relation}/>".encode()))

    def remove_notes_drawing(self) -> None:
        """Remove the reference to the drawing with the notes."""
        for element in self._root.find_all("legacyDrawing"):
            self._splice(remove_element(element))

    def notes_relation(self) -> str:
        """Return the id of the relation to the drawing with the notes; empty if there is no drawing."""
        element: Element | None = self._root.find("legacyDrawing")
        return element.get("id") if element else ""

    def _splice(self, edit: Edit) -> None:
        """Edit the part at a position after the cells."""
        shift = self._tail_start - self._skeleton_start
        self._package.splice(self._name, [Edit(edit.start + shift, edit.end + shift, edit.content)])


def parse_area(reference: str) -> tuple[int, int, int, int]:
    """Return first row, first column, last row and last column of `A1:B2` or `A1`, counted from 0."""
    first, _, last = reference.replace("$", "").partition(":")
    return (*parse_cell(first), *parse_cell(last or first))


def parse_cell(address: str) -> tuple[int, int]:
    """Return row and column of an address such as `B12`, counted from 0."""
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(address[len(letters) :]) - 1, column - 1


def _read_around_cells(package: Package, name: str) -> tuple[bytes, bytes, int]:
    """Return the bytes up to the start of the cells, those from the end tag of the cells on, and where these start.

    The first end with the start tag of the cells, so both together are a well-formed part without cells.
    """
    position, window, head = 0, b"", b""
    with package.open_original(name) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            window += chunk
            if not head:
                opening = _OPENING.search(window)
                if opening is None:
                    continue
                head, window, position = window[: opening.end()], window[opening.end() :], opening.end()
            if head.endswith(b"/>"):
                return head, window + stream.read(), position
            closing = _CLOSING.search(window)
            if closing:
                return head, window[closing.start() :] + stream.read(), position + closing.start()
            position += max(0, len(window) - _TAG_BYTES)
            window = window[-_TAG_BYTES:]
    raise ValueError(name)
