"""Number formats that give amounts a currency or a unit, and the runs of cells that have them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from sheets.workbook.port import FormatRun

# The parts of a section that are no placeholders: "text", [bracket], \c (a character), and _c or *c (a space as wide
# as c, or a filling of c).
_PARTS = re.compile(r'"(?P<text>[^"]*)"|\[(?P<bracket>[^\]]*)\]|\\(?P<character>.)|[_*].', re.DOTALL)


@cache
def shows_unit(code: str) -> bool:
    """Return True if a number format shows amounts with a currency or a literal unit: `[$£-809]#,##0`, `0.0"k"`.

    Formats of dates, percentages and texts have none, whatever words they hold.
    """
    return any(map(_section_shows_unit, _split_sections(code)))


def _split_sections(code: str) -> list[str]:
    """Return the sections of a format: of positive numbers, negative ones, zeros, texts; or by condition."""
    sections, start, position = [], 0, 0
    while position < len(code):
        part = _PARTS.match(code, position)
        position = part.end() if part else position + 1
        if not part and code[position - 1] == ";":
            sections.append(code[start : position - 1])
            start = position
    return [*sections, code[start:]]


def _section_shows_unit(section: str) -> bool:
    # The placeholders and the characters that need no quotes.
    bare = _PARTS.sub("", section)
    placeholders = re.sub("General", "0", bare, flags=re.IGNORECASE)
    if not re.search("[0#?]", placeholders) or re.search("[dmyhs@%]", placeholders, re.IGNORECASE):
        return False
    literals = [character for character in bare if _is_currency_sign(character)]
    for part in _PARTS.finditer(section):
        literals.append(part["text"] or part["character"] or "")
        # [$€-407] has a currency and a locale; [$-407] a locale only; [Red] and [>=1000] neither.
        if (part["bracket"] or "").startswith("$"):
            symbol, dash, _ = part["bracket"][1:].rpartition("-")
            literals.append(symbol if dash else part["bracket"][1:])
    return any(character.isalpha() or _is_currency_sign(character) for character in "".join(literals))


def _is_currency_sign(character: str) -> bool:
    return unicodedata.category(character) == "Sc"


class FormatRuns:
    """The runs of one tab while its cells are read, row by row from the top.

    Cells of one column are one run even if cells between them are blank; a cell of another format ends it.
    """

    def __init__(self) -> None:
        self._ended: list[FormatRun] = []
        # Column -> [format, first row, row below the last one].
        self._open: dict[int, tuple[str, int, int]] = {}

    def add(self, row: int, column: int, code: str) -> None:
        """Add a cell that is not blank, with its format; an empty `code` is a format without a unit."""
        run = self._open.get(column)
        if run is None:
            if code:
                self._open[column] = (code, row, row + 1)
        elif run[0] == code:
            self._open[column] = (code, run[1], row + 1)
        else:
            del self._open[column]
            self._ended.append(FormatRun(column, run[1], run[2], run[0]))
            if code:
                self._open[column] = (code, row, row + 1)

    def finish(self, height: int | None = None) -> tuple[FormatRun, ...]:
        """Return all runs, by column and row.

        Args:
            height: the rows of the tab if only the first of them were added: the last run of a column that has one run
                only is then extended to it.

        """
        several = {run.column for run in self._ended}
        last = (
            FormatRun(column, top, bottom if height is None or column in several else height, code)
            for column, (code, top, bottom) in self._open.items()
        )
        return tuple(sorted([*self._ended, *last]))
