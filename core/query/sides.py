"""The two sides of a comparison in words: "Q3 vs Q2"."""

from __future__ import annotations

import re

from core.errors import N_, QuestionError
from core.text import clean_text

# A text in quotes is skipped; the word between the two sides is a separate word.
_SPLIT = re.compile(
    r"""
      "[^"]*" | (?<![^\s=:(,])'[^']+'(?!\w)
    | (?<!\S)(?P<split>
        vs\.? | versus | against | compared\ (?:with|to)
        | contre | face\ (?:[àa]|aux?) | par\ rapport\ (?:[àa]|aux?) | compar[ée]e?s?\ (?:[àa]|aux?|avec)
      )(?!\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def split_sides(text: str) -> tuple[str, str] | None:
    """Return the two sides of "Q3 vs Q2"; None where the text has no such word outside of quotes.

    Raises:
        QuestionError: there are more than two sides.

    """
    plain = clean_text(text)
    splits = [match for match in _SPLIT.finditer(plain) if match["split"]]
    if not splits:
        return None
    if len(splits) > 1:
        raise QuestionError(
            N_("I compare two at a time, and here are {count}."),
            N_("Ask for two, such as {example}."),
            count=len(splits) + 1,
            example="Q3 vs Q2",
        )
    return plain[: splits[0].start()].strip(), plain[splits[0].end() :].strip()
