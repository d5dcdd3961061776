"""The notes of a sheet: the part with their texts, and the drawing with their boxes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sheets.excel.parts.book_part import BookPart
from sheets.excel.parts.elements import (
    Edit,
    Element,
    append_content,
    apply_edits,
    escape,
    parse_elements,
    remove_element,
)
from sheets.excel.parts.package_parts import Package, Relation
from sheets.excel.parts.sheet_part import SheetPart, parse_cell
from sheets.workbook.a1 import format_a1

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_NAMESPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_DECLARATIONS = "".join(f' xmlns:{prefix}="{namespace}"' for prefix, namespace in _NAMESPACES.items())
_SHAPE_KIND = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_NEW_DRAWING = (
    f'<xml{_DECLARATIONS}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
).encode()
# Excel itself writes such drawings as HTML, not always well-formed: they are searched, not parsed.
_SHAPE = re.compile(rb"<(?:\w+:)?shape\s.*?</(?:\w+:)?shape\s*>", re.DOTALL)
_SHAPE_ID = re.compile(rb"_x0000_s(\d+)")
_ROW, _COLUMN = (re.compile(rb"<(?:\w+:)?%b>\s*(\d+)\s*<" % name) for name in (b"Row", b"Column"))
_FIRST_SHAPE = 1025


@dataclass(frozen=True, slots=True)
class Comment:
    """A note: row and column from 0, author, text, and its element."""

    row: int
    column: int
    author: str
    text: str
    element: Element


class SheetComments:
    """The notes of one sheet. Changes are collected, and `save` puts them into the package."""

    def __init__(self, package: Package, book: BookPart, sheet: str) -> None:
        self._package, self._book, self._sheet = package, book, sheet
        self._part = package.find_related(sheet, "comments")
        self._root = parse_elements(package.read(self._part)) if self._part else None
        self._added, self._removed = list[tuple[int, int, str]](), list[Comment]()

    def notes(self) -> list[Comment]:
        """Return the notes of the file, without the changes."""
        if self._root is None:
            return []
        authors, entries = self._root.find("authors"), self._root.find("commentList")
        names = [entry.text for entry in (authors.children if authors else [])]
        return [
            Comment(*parse_cell(entry.get("ref")), names[int(entry.get("authorId"))], _read_text(entry), entry)
            for entry in (entries.children if entries else [])
        ]

    def merged_areas(self) -> list[tuple[int, int, int, int]]:
        """Return the merged cells of the sheet."""
        return SheetPart(self._package, self._sheet).merged_areas()

    def add(self, row: int, column: int, text: str) -> None:
        """Add a note to a cell that has none."""
        self._added.append((row, column, text))

    def remove(self, comment: Comment) -> None:
        """Remove a note."""
        self._removed.append(comment)

    def save(self, author: str) -> None:
        """Put the changes into the package; the added notes are by `author`."""
        if not (self._added or self._removed):
            return
        remaining = len(self.notes()) - len(self._removed) + len(self._added)
        self._change_drawing(is_last=not remaining)
        if remaining:
            self._change_texts(author)
        elif self._part:
            relation = self._find_relation("comments", self._part)
            self._package.remove(self._part)
            self._package.remove_relation(self._sheet, relation)

    def _change_texts(self, author: str) -> None:
        if self._part is None:
            self._part = self._package.choose_name("xl/comments{}.xml")
            empty = f'<comments xmlns="{self._book.main_namespace}"><authors/><commentList/></comments>'
            declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            self._package.put(self._part, (declaration + empty).encode())
            self._package.declare(self._part, _COMMENTS_TYPE)
            self._package.add_relation(self._sheet, f"{self._book.relations_namespace}/comments", self._part)
        root = parse_elements(self._package.read(self._part))
        authors, entries = root.find("authors"), root.find("commentList")
        if authors is None or entries is None:
            raise ValueError(self._part)
        edits = [remove_element(comment.element) for comment in self._removed]
        names = [entry.text for entry in authors.children]
        if self._added and author not in names:
            names.append(author)
            tag = f"{root.prefix}author"
            edits.append(append_content(authors, f"<{tag}>{escape(author)}</{tag}>".encode()))
        added = "".join(
            f'<{root.prefix}comment ref="{format_a1(row, column)}" authorId="{names.index(author)}" shapeId="0">'
            f'<{root.prefix}text><{root.prefix}t xml:space="preserve">{escape(text)}</{root.prefix}t>'
            f"</{root.prefix}text></{root.prefix}comment>"
            for row, column, text in self._added
        )
        if added:
            edits.append(append_content(entries, added.encode()))
        self._package.edit(self._part, edits)

    def _change_drawing(self, *, is_last: bool) -> None:
        """Remove the boxes of removed notes and draw those of added ones; remove the drawing with its last box."""
        relations = [entry for entry in self._package.relations(self._sheet) if entry.kind == "vmlDrawing"]
        # A sheet may have a second drawing, with the pictures of its header.
        shown = SheetPart(self._package, self._sheet).notes_relation() if relations or self._added else ""
        relation = next((entry for entry in relations if entry.id == shown and entry.target in self._package), None)
        boxes = [(row, column, text) for row, column, text in self._added]
        if relation is None and self._added:
            # Without a drawing Excel shows none of the notes, so the others get a box too.
            gone = {(comment.row, comment.column) for comment in self._removed}
            boxes += [
                (note.row, note.column, note.text) for note in self.notes() if (note.row, note.column) not in gone
            ]
            self._create_drawing(_add_boxes(_NEW_DRAWING, boxes), is_shown=bool(shown))
        if relation is None:
            return
        content = self._package.read(relation.target)
        content = _remove_boxes(content, {(comment.row, comment.column) for comment in self._removed})
        if is_last and not _SHAPE.search(content):
            self._package.remove(relation.target)
            self._package.remove_relation(self._sheet, relation)
            SheetPart(self._package, self._sheet).remove_notes_drawing()
        else:
            self._package.put(relation.target, _add_boxes(content, boxes))

    def _create_drawing(self, content: bytes, *, is_shown: bool) -> None:
        if is_shown:
            # The sheet refers to a drawing that does not exist: such a file was never opened by Excel.
            raise ValueError(self._sheet)
        part = self._package.choose_name("xl/drawings/vmlDrawing{}.vml")
        self._package.put(part, content)
        self._package.declare_extension("vml", _DRAWING_TYPE)
        identity = self._package.add_relation(self._sheet, f"{self._book.relations_namespace}/vmlDrawing", part)
        SheetPart(self._package, self._sheet).add_notes_drawing(identity, self._book.relations_namespace)

    def _find_relation(self, kind: str, part: str) -> Relation:
        relations = self._package.relations(self._sheet)
        return next(entry for entry in relations if entry.kind == kind and entry.target.casefold() == part.casefold())


def _read_text(comment: Element) -> str:
    """Return the text of a note, in runs of one format or without; spoken hints to characters are no text."""
    text = comment.find("text")
    if text is None:
        return ""
    pieces = [part for child in text.children for part in ([child] if child.local_name == "t" else child.children)]
    hints = {id(part) for hint in text.find_all("rPh") for part in hint.children}
    return "".join(part.text for part in pieces if part.local_name == "t" and id(part) not in hints)


def _remove_boxes(content: bytes, cells: set[tuple[int, int]]) -> bytes:
    """Return a drawing without the boxes of the notes on these cells."""
    edits = []
    for shape in _SHAPE.finditer(content):
        row, column = _ROW.search(shape.group()), _COLUMN.search(shape.group())
        is_note = b'ObjectType="Note"' in shape.group()
        if is_note and row and column and (int(row.group(1)), int(column.group(1))) in cells:
            edits.append(Edit(shape.start(), shape.end(), b""))
    return apply_edits(content, edits)


def _add_boxes(content: bytes, boxes: list[tuple[int, int, str]]) -> bytes:
    """Return a drawing with hidden boxes for these notes: row, column and text."""
    if not boxes:
        return content
    first = max([_FIRST_SHAPE - 1, *(int(number) for number in _SHAPE_ID.findall(content))]) + 1
    kind = "" if b'id="_x0000_t202"' in content else _SHAPE_KIND
    shapes = kind + "".join(
        _build_box(number, row, column, text) for number, (row, column, text) in enumerate(boxes, first)
    )
    head = content[: content.index(b">", content.index(b"<xml")) + 1]
    missing = [
        (prefix, namespace)
        for prefix, namespace in _NAMESPACES.items()
        if f'xmlns:{prefix}="{namespace}"'.encode() not in head
    ]
    if missing:
        declarations = "".join(f' xmlns:{prefix}="{namespace}"' for prefix, namespace in missing)
        shapes = re.sub(r"<(v:shape(?:type)?) ", rf"<\1{declarations} ", shapes)
    end = content.rindex(b"</xml")
    return content[:end] + shapes.encode() + content[end:]


def _build_box(number: int, row: int, column: int, text: str) -> str:
    """Return the box of a note, fitted to its text."""
    lines = sum(len(line) // 34 + 1 for line in text.splitlines())
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
        f'width:260px;height:{30 + 18 * lines}px;z-index:{number - _FIRST_SHAPE + 1};visibility:hidden" '
        'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
        '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )
