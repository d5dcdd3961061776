"""Appends the formats of generated tabs to the styles of a workbook; the existing formats keep their bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sheets.excel.parts.elements import (
    Edit,
    Element,
    append_content,
    apply_edits,
    escape,
    parse_elements,
    set_attribute,
)

# The lists of the styles, in the order of the format. The number of entries with a fixed meaning at the start of each:
# the default of the workbook, and the second fill, which Excel always shows as grey dots.
_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
_RESERVED = {"fonts": 1, "fills": 2, "borders": 1, "cellXfs": 1}
# The lists to which the entries of cellXfs refer, and the attribute with the index.
_REFERENCES = {"fontId": "fonts", "fillId": "fills", "borderId": "borders"}
# The number formats below this id are the same in each workbook.
_FIRST_CUSTOM_FORMAT = 164

# An entry by its content, however it is written: name, attributes, text, entries inside.
_Key = tuple[str, tuple[tuple[str, str], ...], str, tuple["_Key", ...]]


@dataclass(frozen=True, slots=True)
class MergedStyles:
    """The styles of a workbook with the added formats.

    Attributes:
        content: the part.
        cells: index of a generated cell format -> its index in the workbook.
        rules: index of a generated format of conditional formatting -> its index in the workbook.

    """

    content: bytes
    cells: Mapping[int, int]
    rules: Mapping[int, int]


def merge_styles(content: bytes, generated: bytes, cells: Sequence[int], rules: Sequence[int]) -> MergedStyles:
    """Add the formats with these indexes of the part `generated`, unless the part `content` has equal ones."""
    merger = _Merger(content, generated)
    cell_ids = {index: merger.add_cell_format(index) for index in cells}
    rule_ids = {index: merger.add_entry("dxfs", index) for index in rules}
    return MergedStyles(merger.build(), cell_ids, rule_ids)


class _Merger:
    def __init__(self, content: bytes, generated: bytes) -> None:
        self._content, self._generated = content, generated
        self._root, self._source = parse_elements(content), parse_elements(generated)
        self._lists = {child.local_name: child for child in self._root.children}
        self._added = {name: list[bytes]() for name in _ORDER}
        self._known = {name: self._index_entries(name) for name in ("fonts", "fills", "borders", "cellXfs", "dxfs")}
        self._counts = {name: len(self._entries(self._root, name)) for name in self._known}
        self._formats = {
            entry.get("formatCode"): int(entry.get("numFmtId")) for entry in self._entries(self._root, "numFmts")
        }
        for name, count in _RESERVED.items():
            while self._counts[name] < count:
                self._append(name, self._entries(self._source, name)[self._counts[name]])

    def add_cell_format(self, index: int) -> int:
        """Return the index of a cell format in the workbook; add it if it is missing."""
        if index == 0:
            return 0
        entry = self._entries(self._source, "cellXfs")[index]
        values = {name: entry.get(name) for name in entry.attributes}
        values["numFmtId"] = str(self._add_number_format(int(values["numFmtId"])))
        for attribute, name in _REFERENCES.items():
            values[attribute] = str(self.add_entry(name, int(values[attribute])))
        if "cellStyleXfs" not in self._lists:
            values.pop("xfId", None)
        return self._add("cellXfs", Element(entry.name, values, 0, children=entry.children))

    def add_entry(self, name: str, index: int) -> int:
        """Return the index of an entry of the list `name` in the workbook; add it if it is missing."""
        # The default of the workbook takes the place of the generated one.
        if index < _RESERVED.get(name, 0):
            return index
        return self._add(name, self._entries(self._source, name)[index])

    def build(self) -> bytes:
        """Return the part with the added entries."""
        edits, missing = list[Edit](), dict[str, bytes]()
        for name, entries in self._added.items():
            added = b"".join(entries)
            if added and name in self._lists:
                old = self._lists[name]
                count = len(old.children) + len(entries)
                edits += [set_attribute(self._content, old, "count", str(count)), append_content(old, added)]
            elif added:
                tag = f"{self._root.prefix}{name}"
                missing[name] = f'<{tag} count="{len(entries)}">'.encode() + added + f"</{tag}>".encode()
        for name, content in missing.items():
            before = [self._lists[other] for other in _ORDER[: _ORDER.index(name)] if other in self._lists]
            position = max((other.end for other in before), default=self._root.head_end)
            edits.append(Edit(position, position, content))
        # An empty tag such as <dxfs count="0"/> gets both edits: the attribute goes first, as it starts earlier.
        return apply_edits(self._content, edits)

    def _add_number_format(self, number: int) -> int:
        if number < _FIRST_CUSTOM_FORMAT:
            return number
        entries = self._entries(self._source, "numFmts")
        code = next(entry.get("formatCode") for entry in entries if entry.get("numFmtId") == str(number))
        if code not in self._formats:
            self._formats[code] = max(*self._formats.values(), _FIRST_CUSTOM_FORMAT - 1, 0) + 1
            tag = f"{self._root.prefix}numFmt"
            self._added["numFmts"].append(
                f'<{tag} numFmtId="{self._formats[code]}" formatCode="{escape(code)}"/>'.encode()
            )
        return self._formats[code]

    def _add(self, name: str, entry: Element) -> int:
        key = _build_key(entry)
        if key not in self._known[name]:
            self._append(name, entry)
        return self._known[name][key]

    def _append(self, name: str, entry: Element) -> None:
        self._known[name].setdefault(_build_key(entry), self._counts[name])
        self._counts[name] += 1
        self._added[name].append(_write_element(entry, self._root.prefix).encode())

    def _index_entries(self, name: str) -> dict[_Key, int]:
        known = dict[_Key, int]()
        for index, entry in enumerate(self._entries(self._root, name)):
            known.setdefault(_build_key(entry), index)
        return known

    @staticmethod
    def _entries(root: Element, name: str) -> list[Element]:
        entries = root.find(name)
        return entries.children if entries else []


def _build_key(element: Element) -> _Key:
    attributes = tuple(sorted(item for item in element.attributes.items() if not item[0].startswith("xmlns")))
    return element.local_name, attributes, element.text.strip(), tuple(map(_build_key, element.children))


def _write_element(element: Element, prefix: str) -> str:
    """Return an element of the styles as text. None of those that are added has text inside."""
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.attributes.items())
    tag, inside = f"{prefix}{element.local_name}", "".join(_write_element(child, prefix) for child in element.children)
    return f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"
