"""The elements of an XML part and the bytes that each one takes, so that an edit leaves all other bytes unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

_START_TAG = re.compile(rb"""<[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""")
_DECLARED_ENCODING = re.compile(r"""(<\?xml[^>]*?)\s+encoding\s*=\s*("[^"]*"|'[^']*')""")
# The characters that XML 1.0 does not allow, not even escaped.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Edit(NamedTuple):
    """Bytes to put in the place of those from `start` to `end`."""

    start: int
    end: int
    content: bytes


@dataclass(slots=True)
class Element:
    """An element of an XML part.

    Attributes:
        name: the name as it is written, with its prefix.
        attributes: the attributes, by their names as they are written; declarations of namespaces are among them.
        start: the position of the start tag.
        head_end: the position after the start tag.
        content_end: the position of the end tag; that of `head_end` if the element has none.
        end: the position after the element.
        children: the elements inside, in their order.
        text: the text inside, without that of the children.

    """

    name: str
    attributes: dict[str, str]
    start: int
    head_end: int = 0
    content_end: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def local_name(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """The prefix of the name with its colon; empty if it has none."""
        return self.name[: -len(self.local_name)]

    @property
    def is_empty_tag(self) -> bool:
        """True for `<name/>`."""
        return self.end == self.head_end

    def get(self, local_name: str, default: str = "") -> str:
        """Return the attribute with this name, whatever its prefix."""
        if local_name in self.attributes:
            return self.attributes[local_name]
        ending = f":{local_name}"
        return next((value for name, value in self.attributes.items() if name.endswith(ending)), default)

    def find(self, local_name: str) -> Element | None:
        """Return the first child with this name."""
        return next(self.find_all(local_name), None)

    def find_all(self, local_name: str) -> Iterator[Element]:
        """Yield the children with this name."""
        return (child for child in self.children if child.local_name == local_name)

    def walk(self) -> Iterator[Element]:
        """Yield the element and all elements inside, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


def decode_part(content: bytes) -> bytes:
    """Return an XML part as UTF-8: the same bytes, unless it is in UTF-16."""
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content
    return _DECLARED_ENCODING.sub(r"\1", content.decode("utf-16"), count=1).encode()


def parse_elements(content: bytes) -> Element:
    """Return the root element of an XML part in UTF-8.

    Raises:
        ExpatError: it is not well-formed.

    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    document = Element("", {}, 0)
    path = [document]

    def start(name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes, parser.CurrentByteIndex)
        match = _START_TAG.match(content, element.start)
        element.head_end = match.end() if match else element.start
        path[-1].children.append(element)
        path.append(element)

    def end(_: str) -> None:
        element = path.pop()
        if content[element.head_end - 2 : element.head_end] == b"/>":
            element.content_end = element.end = element.head_end
        else:
            element.content_end = parser.CurrentByteIndex
            element.end = content.index(b">", element.content_end) + 1

    def add_text(text: str) -> None:
        path[-1].text += text

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, add_text
    parser.Parse(content, True)  # noqa: FBT003 - expat takes no keyword arguments
    return document.children[0]


def apply_edits(content: bytes, edits: Iterable[Edit]) -> bytes:
    """Return `content` with these edits, which must not overlap. Edits of one place are made in their order."""
    pieces, position = list[bytes](), 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += [content[position : edit.start], edit.content]
        position = edit.end
    return b"".join([*pieces, content[position:]])


def remove_element(element: Element) -> Edit:
    """Return the edit that removes an element."""
    return Edit(element.start, element.end, b"")


def append_content(element: Element, content: bytes) -> Edit:
    """Return the edit that adds `content` at the end of an element."""
    if element.is_empty_tag:
        return Edit(element.end - 2, element.end, b">" + content + f"</{element.name}>".encode())
    return Edit(element.content_end, element.content_end, content)


def set_attribute(content: bytes, element: Element, name: str, value: str) -> Edit:
    """Return the edit that gives an element of `content` the attribute `name`, which is written without a prefix."""
    tag = content[element.start : element.head_end]
    attribute = re.search(rb"""\s%b\s*=\s*("[^"]*"|'[^']*')""" % re.escape(name.encode()), tag)
    if attribute:
        return Edit(element.start + attribute.start(1), element.start + attribute.end(1), f'"{escape(value)}"'.encode())
    position = element.head_end - (2 if element.is_empty_tag else 1)
    return Edit(position, position, f' {name}="{escape(value)}"'.encode())


def remove_illegal_characters(text: str) -> str:
    """Return `text` with a replacement character for each one that XML cannot hold."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


def escape(text: str) -> str:
    """Return `text` for an attribute or the content of an element, in ASCII: so it fits into every encoding."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\r", "&#13;")):
        text = text.replace(character, entity)
    return text.encode("ascii", "xmlcharrefreplace").decode()


def find_prefix(namespace: str, *scopes: Element) -> str | None:
    """Return the prefix, with its colon, that one of these elements declares for a namespace; None if none does."""
    for element in scopes:
        for name, value in element.attributes.items():
            if value == namespace and name.startswith("xmlns:"):
                return f"{name.removeprefix('xmlns:')}:"
    return None
