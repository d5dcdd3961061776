"""The buttons under a question that was not understood: the lines that may be meant, other segments, the help."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.locale.translator import Translator
from bot.messages.kit.blocks import BUTTON_LIMIT, ID_LIMIT
from bot.messages.kit.limits import shorten
from bot.messages.kit.parts import Button, MessagePart, Picker
from core.errors import N_


def build_near_misses(
    lines: Sequence[str], labels: Sequence[str], command: str, write: Callable[[str], str], translate: Translator
) -> Iterator[MessagePart]:
    """Yield a button for each line that may be meant, a menu of segments, and a button for the help.

    Args:
        lines: the lines, the best first.
        labels: the same in the reader's words.
        command: `nrr` or `grr`.
        write: returns the value of a button that asks a line.
        translate: the reader's language.

    """
    for number, (line, label) in enumerate(zip(lines, labels, strict=True)):
        yield Button(shorten(label, BUTTON_LIMIT), "ask", write(line), str(number), is_first=not number)
    first = lines[0] if lines and len(lines[0]) < ID_LIMIT / 2 else ""
    yield Picker(translate(N_("Another segment…")), "segment", f"{command} {first}".strip())
    yield Button(translate(N_("Help")), "ask", write("help"), "help")
