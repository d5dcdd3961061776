"""The workbook part of a package: its sheets, their defined names, and whether people locked it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import N_
from sheets.excel.parts.elements import (
    Edit,
    Element,
    append_content,
    escape,
    find_prefix,
    parse_elements,
    remove_element,
    set_attribute,
)
from sheets.excel.parts.package_parts import Package

TRANSITIONAL, STRICT = "http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/"
# The children of the workbook that may come right before its defined names, and before its settings of calculation.
_BEFORE_NAMES = ("sheets", "functionGroups", "externalReferences")
_BEFORE_CALCULATION = (*_BEFORE_NAMES, "definedNames")
# The name of the cells that a filter covers; Excel hides it from people.
FILTER_NAME = "_xlnm._FilterDatabase"
_TRUE = ("1", "true", "on")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook.

    Attributes:
        index: its position.
        title: the title.
        sheet_id: the number by which other parts know it.
        part: the name of its part.
        is_worksheet: False for a sheet that is a chart, a dialog or a macro.
        is_marked: True if it has the bot's mark.

    """

    index: int
    title: str
    sheet_id: int
    part: str
    is_worksheet: bool
    is_marked: bool


class BookPart:
    """The workbook part. A change goes into the package at once."""

    def __init__(self, package: Package, mark: str) -> None:
        """Find the workbook of a package; `mark` is the defined name of the bot's tabs.

        Raises:
            ValueError: the package has no workbook.

        """
        name = package.find_related("", "officeDocument")
        if name is None:
            raise ValueError(package.part_names())
        self._package, self._mark, self.name = package, mark, name
        self.is_strict = STRICT.encode() in package.read(name)

    @property
    def relations_namespace(self) -> str:
        """The namespace of relations, with which the types of relations begin."""
        return (
            f"{STRICT}officeDocument/relationships"
            if self.is_strict
            else f"{TRANSITIONAL}officeDocument/2006/relationships"
        )

    @property
    def main_namespace(self) -> str:
        """The namespace of sheets and of notes."""
        return f"{STRICT}spreadsheetml/main" if self.is_strict else f"{TRANSITIONAL}spreadsheetml/2006/main"

    def sheets(self) -> list[Sheet]:
        """Return the current sheets, in their order."""
        root, targets = self._parse(), {entry.id: entry for entry in self._package.relations(self.name)}
        marked = {index for index, names in self.local_names().items() if any(name == self._mark for name, _ in names)}
        sheets = []
        for index, entry in enumerate(self._find(root, "sheets").children):
            relation = targets.get(entry.get("id"))
            sheets.append(
                Sheet(
                    index,
                    entry.get("name"),
                    int(entry.get("sheetId")),
                    relation.target if relation else "",
                    relation is not None and relation.kind == "worksheet",
                    index in marked,
                )
            )
        return sheets

    def local_names(self) -> dict[int, list[tuple[str, str]]]:
        """Return position of a sheet -> its defined names: name and text of each."""
        names = dict[int, list[tuple[str, str]]]()
        parent = self._parse().find("definedNames")
        for entry in parent.children if parent else []:
            if entry.get("localSheetId"):
                names.setdefault(int(entry.get("localSheetId")), []).append((entry.get("name"), entry.text))
        return names

    def global_names(self) -> dict[str, str]:
        """Return the defined names of the whole workbook: name -> text."""
        parent = self._parse().find("definedNames")
        entries = parent.children if parent else []
        return {entry.get("name"): entry.text for entry in entries if not entry.get("localSheetId")}

    def change_global_names(self, changes: Mapping[str, str | None]) -> None:
        """Give names of the whole workbook their text, or remove those without a text."""
        parent = self._parse().find("definedNames")
        old = [entry for entry in (parent.children if parent else []) if not entry.get("localSheetId")]
        removed = [entry for entry in old if entry.get("name") in changes]
        added = [(name, text, "") for name, text in changes.items() if text is not None]
        if removed or added:
            self._replace_names(removed, added)

    def add_sheet(self, title: str, part: str) -> Sheet:
        """Add a sheet, whose part is `part`, at the end."""
        identity = self._package.add_relation(self.name, f"{self.relations_namespace}/worksheet", part)
        root, present = self._parse(), self.sheets()
        sheet_id = max((sheet.sheet_id for sheet in present), default=0) + 1
        entries = self._find(root, "sheets")
        prefix = find_prefix(self.relations_namespace, root, entries)
        relation = f'{prefix}id="{identity}"' if prefix else f'xmlns:r="{self.relations_namespace}" r:id="{identity}"'
        entry = f'<{root.prefix}sheet name="{escape(title)}" sheetId="{sheet_id}" {relation}/>'
        self._package.edit(self.name, [append_content(entries, entry.encode())])
        return Sheet(len(present), title, sheet_id, part, is_worksheet=True, is_marked=False)

    def rename_sheet(self, sheet: Sheet, title: str) -> None:
        """Give a sheet its title."""
        if sheet.title != title:
            entry = self._find(self._parse(), "sheets").children[sheet.index]
            content = self._package.read(self.name)
            self._package.edit(self.name, [set_attribute(content, entry, "name", title)])

    def set_names(self, sheet: Sheet, names: Sequence[tuple[str, str]]) -> None:
        """Replace the defined names of a sheet by `names`: name and text of each."""
        parent = self._parse().find("definedNames")
        old = [entry for entry in (parent.children if parent else []) if entry.get("localSheetId") == str(sheet.index)]
        if sorted((entry.get("name"), entry.text) for entry in old) == sorted(names):
            return
        scope = f' localSheetId="{sheet.index}"'
        hidden = {FILTER_NAME: ' hidden="1"'}
        self._replace_names(old, [(name, text, scope + hidden.get(name, "")) for name, text in names])

    def _replace_names(self, removed: Sequence[Element], added: Sequence[tuple[str, str, str]]) -> None:
        """Remove some defined names and add others: name, text and further attributes of each."""
        root = self._parse()
        parent, tag = root.find("definedNames"), f"{root.prefix}definedName"
        content = "".join(
            f'<{tag} name="{escape(name)}"{scope}>{escape(text)}</{tag}>' for name, text, scope in added
        ).encode()
        if parent:
            edits = [*map(remove_element, removed), append_content(parent, content)]
        else:
            position = _find_end(root, _BEFORE_NAMES)
            edits = [Edit(position, position, f"<{tag}s>".encode() + content + f"</{tag}s>".encode())]
        self._package.edit(self.name, edits)

    def request_calculation(self) -> None:
        """Ask the spreadsheet program to calculate all formulas when it opens the workbook."""
        root = self._parse()
        settings = root.find("calcPr")
        if settings is None:
            position = _find_end(root, _BEFORE_CALCULATION)
            content = f'<{root.prefix}calcPr fullCalcOnLoad="1"/>'.encode()
            self._package.edit(self.name, [Edit(position, position, content)])
        elif settings.get("fullCalcOnLoad") not in _TRUE:
            content = self._package.read(self.name)
            self._package.edit(self.name, [set_attribute(content, settings, "fullCalcOnLoad", "1")])

    def forget_formulas(self, sheet: Sheet) -> None:
        """Remove the order of calculation if it names cells of a sheet: a spreadsheet program makes it anew."""
        for relation in self._package.relations(self.name):
            if relation.kind == "calcChain" and relation.target in self._package:
                content = self._package.read(relation.target)
                if re.search(rb"""\si\s*=\s*["']%d["']""" % sheet.sheet_id, content):
                    self._package.remove(relation.target)
                    self._package.remove_relation(self.name, relation)

    def find_lock(self) -> str | None:
        """Return the reason, a sentence, why the file must not be changed; None if it may be."""
        if any(relation.kind == "origin" for relation in self._package.relations("")):
            return N_("The workbook itself was not changed: any change would break its digital signature.")
        root = self._parse()
        protection, sharing = root.find("workbookProtection"), root.find("fileSharing")
        if protection and protection.get("lockStructure") in _TRUE:
            return N_(
                "The workbook itself was not changed: its structure is protected, so no tab can be added. Remove the "
                "protection under Review, Protect Workbook."
            )
        if sharing and (sharing.get("reservationPassword") or sharing.get("hashValue")):
            return N_("The workbook itself was not changed: a password is needed to modify it.")
        if any(relation.kind == "revisionHeaders" for relation in self._package.relations(self.name)):
            return N_("The workbook itself was not changed: it is a shared workbook with a history of changes.")
        return None

    def _parse(self) -> Element:
        return parse_elements(self._package.read(self.name))

    @staticmethod
    def _find(root: Element, name: str) -> Element:
        child = root.find(name)
        if child is None:
            raise ValueError(name)
        return child


def _find_end(root: Element, names: Sequence[str]) -> int:
    """Return the position after the last child of `root` with one of these names."""
    return max((child.end for child in root.children if child.local_name in names), default=root.head_end)
