"""Split a question into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from core.text import fold

TokenKind = Literal["word", "quoted", "is", "not"]

_TOKEN = re.compile(
    r"""
      "(?P<double>[^"]*)"
    | (?<![^\s=:(,])'(?P<single>[^']+)'(?!\w)      # an apostrophe inside a word opens nothing
    | (?P<not>[!<>]=|<>)
    | (?P<is>[=:]+)
    | (?P<word>(?:(?<![^\s(,])!)?[^\s"=:,;()\[\]{}?!*`]+)
    """,
    re.VERBOSE,
)
_ELISION = re.compile(r"^[dl]'(?=\w)")
_FULL_STOP = re.compile(r"(?<!\.)\.$")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a question: a word, a quoted text without its quotes, `=` or `:`, or a sign for "not".

    Attributes:
        kind: what it is.
        text: its letters.
        after_comma: whether a comma separates it from the token before.

    """

    kind: TokenKind
    text: str
    after_comma: bool = False


@lru_cache(maxsize=4096)
def fold_word(text: str) -> str:
    """Return a word as the vocabulary has it: folded, without "l'" or "d'" and without a full stop."""
    return _FULL_STOP.sub("", _ELISION.sub("", fold(text).strip("_'/")))


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Return a folded word without the endings of its plural and feminine: "perdues" is `perdu`."""
    bare = word
    if len(bare) > 3 and bare.endswith(("s", "x")) and not bare.endswith("ss"):
        bare = bare[:-1]
    if len(bare) > 4 and bare.endswith("e"):
        bare = bare[:-1]
    return bare


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a cleaned text; commas, brackets, question marks and markup separate them."""
    end = 0
    for match in _TOKEN.finditer(text):
        after_comma = "," in text[end : match.start()]
        end = match.end()
        if match["double"] is not None or match["single"] is not None:
            quoted = (match["double"] or match["single"] or "").strip()
            if quoted:
                yield Token("quoted", quoted, after_comma)
        elif match["not"]:
            yield Token("not", match["not"], after_comma)
        elif match["is"]:
            yield Token("is", match["is"], after_comma)
        else:
            yield Token("word", match["word"], after_comma)
