"""Writes the bot's tabs into a package: openpyxl builds them in an empty workbook, and their parts are moved over.

All other parts of the package stay as they are, but for the list of sheets, the styles, which are only added to, the
relations of the workbook and the content types.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence

import openpyxl
from openpyxl.writer.excel import ExcelWriter

from sheets.excel.global_names import write_global_names
from sheets.excel.parts.book_part import STRICT, TRANSITIONAL, BookPart, Sheet
from sheets.excel.parts.package_parts import Package, build_relations, locate_relations
from sheets.excel.parts.styles import merge_styles
from sheets.excel.parts.tables import number_table
from sheets.excel.tab_writer import TAB_MARK, write_table
from sheets.workbook.tables import Table

# The styles of cells and of rules in a sheet that openpyxl wrote. Inside texts there is no "<".
_CELL_STYLE = re.compile(rb'(<c [^>]*?\bs=")(\d+)(")')
_RULE_STYLE = re.compile(rb'(<cfRule [^>]*?\bdxfId=")(\d+)(")')
# A namespace or a type of relation; those of the package itself are the same in the strict format.
_NAMESPACE = re.compile(rb'"%b(spreadsheetml|officeDocument|drawingml)/2006/' % re.escape(TRANSITIONAL.encode()))


def write_tabs(package: Package, book: BookPart, tables: Sequence[Table]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Replace the bot's tabs by `tables`; return the titles that were written and those that belong to people's tabs.

    A replaced tab keeps its position and the names of its parts. If nothing differs, the package is not changed.
    """
    present = {sheet.title.casefold(): sheet for sheet in book.sheets()}
    refused = [
        table.title
        for table in tables
        if (old := present.get(table.title.casefold())) and not (old.is_marked and old.is_worksheet)
    ]
    written = [table for table in tables if table.title not in refused]
    if written:
        _Transplant(package, book, written).write(present)
        if package.is_changed:
            book.request_calculation()
    return tuple(table.title for table in written), tuple(refused)


def build_book(tables: Sequence[Table]) -> Package:
    """Return a workbook with an empty first tab, which is the selected one, and the tabs of these tables."""
    made, stream = openpyxl.Workbook(), io.BytesIO()
    made.worksheets[0].title = "-"
    for table in tables:
        write_table(made, table)
    # Not packed: the parts are read again at once.
    ExcelWriter(made, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED)).save()
    return Package(stream.getvalue())


class _Transplant:
    """Moves the tabs of a generated workbook into a package."""

    def __init__(self, package: Package, book: BookPart, tables: Sequence[Table]) -> None:
        self._package, self._book, self._source = package, book, build_book(tables)
        self._tables = {table.title: table for table in tables}
        self._source_book = BookPart(self._source, TAB_MARK)
        self._sheets = [sheet for sheet in self._source_book.sheets() if sheet.is_marked]
        contents = [self._source.read(sheet.part) for sheet in self._sheets]
        merged = merge_generated_styles(package, book, self._source, self._source_book, contents)
        self._cells, self._rules = merged

    def write(self, present: Mapping[str, Sheet]) -> None:
        """Write each tab in the place of the one with its title in `present`, or at the end."""
        names = self._source_book.local_names()
        for sheet in self._sheets:
            target = present.get(sheet.title.casefold())
            if target is None:
                part = self._package.choose_name("xl/worksheets/sheet{}.xml")
                self._copy_part(sheet.part, part, [], set())
                target = self._book.add_sheet(sheet.title, part)
            else:
                self._replace_parts(target, sheet)
                self._book.rename_sheet(target, sheet.title)
                self._book.forget_formulas(target)
            self._book.set_names(target, names[sheet.index])
        write_global_names(self._book, self._tables)

    def _replace_parts(self, old: Sheet, sheet: Sheet) -> None:
        """Replace the parts of a tab; those that only the old tab refers to are used again or removed."""
        others = self._package.find_reachable([""], without=[old.part])
        owned = sorted(self._package.find_reachable([old.part]) - others - {old.part.casefold()})
        used = set[str]()
        self._copy_part(sheet.part, old.part, owned, used)
        for name in owned:
            if name not in used:
                self._package.remove(name)

    def _copy_part(self, source: str, target: str, reusable: Sequence[str], used: set[str]) -> None:
        """Copy a part and those that it refers to, and add the casefolded names of the copies to `used`.

        The parts get the first of the `reusable` names of their kind that are not in use yet.
        """
        used.add(target.casefold())
        relations = list[tuple[str, str, str]]()
        for relation in self._source.relations(source):
            pattern = re.sub(r"\d+(?=\.\w+\Z)", "{}", relation.target)
            kind = re.compile(re.escape(pattern.casefold()).replace(r"\{\}", r"\d+"))
            name = next((name for name in reusable if kind.fullmatch(name) and name not in used), None)
            name = name or self._package.choose_name(pattern)
            self._copy_part(relation.target, name, reusable, used)
            kind_of_relation = _convert_namespaces(f'"{relation.element.get("Type")}"'.encode(), self._book).decode()[
                1:-1
            ]
            relations.append((relation.id, kind_of_relation, name))
        content = self._convert(self._source.read(source))
        is_table = self._source.content_type(source).endswith(".table+xml")
        self._package.put(target, number_table(self._package, target, content) if is_table else content)
        self._package.declare(target, self._source.content_type(source))
        if relations:
            self._package.put(locate_relations(target), build_relations(relations))
        elif locate_relations(target) in self._package:
            self._package.remove(locate_relations(target))

    def _convert(self, content: bytes) -> bytes:
        """Return a generated part with the styles and the namespaces of the package."""
        content = _CELL_STYLE.sub(_renumber(self._cells), content)
        return _convert_namespaces(_RULE_STYLE.sub(_renumber(self._rules), content), self._book)


def merge_generated_styles(
    package: Package, book: BookPart, source: Package, source_book: BookPart, contents: Sequence[bytes]
) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Add the styles of generated sheets to a workbook; return the new index of each cell format and rule format.

    Args:
        package: the package of the workbook.
        book: its workbook part.
        source: the generated package.
        source_book: its workbook part.
        contents: the parts of the generated sheets.

    """
    generated = source.find_related(source_book.name, "styles")
    if generated is None:
        raise ValueError(source.part_names())
    cells, rules = (
        sorted({int(match[2]) for content in contents for match in pattern.finditer(content)})
        for pattern in (_CELL_STYLE, _RULE_STYLE)
    )
    styles = package.find_related(book.name, "styles")
    if styles is None:
        # openpyxl finds them by this name alone.
        styles = "xl/styles.xml"
        package.put(styles, _convert_namespaces(source.read(generated), book))
        package.declare(styles, source.content_type(generated))
        package.add_relation(book.name, f"{book.relations_namespace}/styles", styles)
    merged = merge_styles(package.read(styles), source.read(generated), cells, rules)
    package.put(styles, merged.content)
    return merged.cells, merged.rules


def _convert_namespaces(content: bytes, book: BookPart) -> bytes:
    return _NAMESPACE.sub(rb'"%b\1/' % STRICT.encode(), content) if book.is_strict else content


def _renumber(indexes: Mapping[int, int]) -> Callable[[re.Match[bytes]], bytes]:
    return lambda match: b"%b%d%b" % (match[1], indexes[int(match[2])], match[3])
