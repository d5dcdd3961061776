"""The native tables of a package: no two have the same number or the same name."""

from __future__ import annotations

from sheets.excel.parts.elements import Element, apply_edits, parse_elements, set_attribute
from sheets.excel.parts.package_parts import Package

_TABLE_TYPE = ".table+xml"


def number_table(package: Package, part: str, content: bytes) -> bytes:
    """Return the table `content` with a number and a name that no other table has; `part` is where it will be."""
    others, own = list[Element](), None
    for name in package.part_names():
        if package.content_type(name).endswith(_TABLE_TYPE):
            element = parse_elements(package.read(name))
            if name.casefold() == part.casefold():
                own = element
            else:
                others.append(element)
    numbers = {int(other.get("id")) for other in others}
    names = {other.get("displayName").casefold() for other in others}
    number = int(own.get("id")) if own else max(numbers, default=0) + 1
    title = base = parse_elements(content).get("displayName")
    suffix = 1
    while title.casefold() in names:
        suffix += 1
        title = f"{base}_{suffix}"
    for attribute, value in (("id", str(number)), ("name", title), ("displayName", title)):
        content = apply_edits(content, [set_attribute(content, parse_elements(content), attribute, value)])
    return content
