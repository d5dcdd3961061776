"""Count the words that betray translation and the names that say nothing, for tests/test_style.py.

python -m tests.support.style            the current counts, as rows of CEILINGS in tests/test_style.py
python -m tests.support.style ROOM...    every place in these rooms: file, line, word
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE_ROOMS = ("bot", "core", "sheets")
ROOMS = (*CODE_ROOMS, "docs", "README.md")

_WORDS = re.compile(
    r"\b(stands|told|mend(?:s|ed|ing)?|besides?|lies|goes\s+on|of\s+ours|of\s+(?:its|their|one's)\s+own"
    r"|nobody|somebody|whoever|likewise|there\s+is\s+none)\b",
    re.IGNORECASE,
)
_OPENINGS = re.compile(r"\s*(what|whose|from\s+where\s+on|how\s+far)\b", re.IGNORECASE)
NAMES = frozenset({"found", "each", "said", "wanted", "taken", "told"})


@dataclass(frozen=True)
class Place:
    """One word or name, and the line of the text that it is in."""

    path: Path
    line: int
    word: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word}"


@dataclass(frozen=True)
class _Text:
    line: int
    text: str
    opening: bool  # whether its first word counts too: a docstring or a message


def _python_texts(source: str) -> Iterator[_Text]:
    """Yield the comments, docstrings and messages of Python code.

    A message is any other text of three words, but for a table of words: a text of several lines, none of which has a
    capital or a full stop. Such a table holds words that people type.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) >= 3:
            if _is_table_of_words(node.value):
                continue
            yield _Text(node.lineno, node.value, opening=True)
    first, lines = 0, list[str]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            # Comment lines that follow each other are one text: "goes on" may be broken across two of them.
            if lines and token.start[0] == first + len(lines):
                lines.append(token.string.lstrip("# "))
                continue
            yield _Text(first, "\n".join(lines), opening=False)
            first, lines = token.start[0], [token.string.lstrip("# ")]
    yield _Text(first, "\n".join(lines), opening=False)


def _is_table_of_words(text: str) -> bool:
    return text.strip().count("\n") > 0 and text == text.lower() and "." not in text


def _blank(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n")


def _page_texts(source: str) -> Iterator[_Text]:
    """Yield the prose of a page: no code, no parts made from the code, whose texts are counted there."""
    source = re.sub(r"<!-- made: .*?<!-- end -->", _blank, source, flags=re.DOTALL)
    source = re.sub(r"^```.*?^```", _blank, source, flags=re.DOTALL | re.MULTILINE)
    yield _Text(1, re.sub(r"`[^`\n]*`", "", source), opening=False)


def _files(room: str, root: Path) -> list[Path]:
    path = root / room
    return [path] if path.is_file() else sorted(path.rglob("*.py" if room in CODE_ROOMS else "*.md"))


def find_words(room: str, root: Path = ROOT) -> list[Place]:
    """Return each word that betrays translation in the comments, docstrings, messages and pages of a room."""
    places = []
    for path in _files(room, root):
        source = path.read_text(encoding="utf-8")
        for text in _python_texts(source) if path.suffix == ".py" else _page_texts(source):
            matches = list(_WORDS.finditer(text.text))
            if text.opening and (opening := _OPENINGS.match(text.text)):
                matches.append(opening)
            for match in matches:
                line = text.line + text.text.count("\n", 0, match.start(1))
                places.append(Place(path.relative_to(root), line, " ".join(match.group(1).split()).lower()))
    return places


def _bound_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield each name that a function, an argument or an assignment binds; fields of a class are the wire's names."""
    fields = {
        id(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        for target in ast.walk(statement)
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in fields:
            yield node.id, node.lineno
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name, node.lineno


def find_names(room: str, root: Path = ROOT) -> list[Place]:
    """Return each function, argument and local of a room whose name does not say what it holds."""
    return [
        Place(path.relative_to(root), line, name)
        for path in _files(room, root)
        if path.suffix == ".py"
        for name, line in _bound_names(ast.parse(path.read_text(encoding="utf-8")))
        if name.strip("_") in NAMES
    ]


def main() -> None:
    lines = [f'    "{room}": ({len(find_words(room))}, {len(find_names(room))}),' for room in ROOMS]
    if rooms := sys.argv[1:]:
        lines = [str(place) for room in rooms for place in (*find_words(room), *find_names(room))]
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    main()
