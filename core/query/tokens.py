"""The characters of a question: what keyboards and phones make of them, and the tokens that they form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["word", "quoted", "is", "not"]

# What phones type instead of ' " and -. The sign "not equal" stands here because Unicode takes it apart into "=" and
# a stroke, which is dropped like an accent: the sense would be turned round.
_TYPED = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u2039\u203a", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2192": "->",
        "\u2260": "!=",
    }
)
# Letters that Unicode does not take apart into a plain one and an accent: oe, ae, o, l and d with a stroke, i.
_LETTERS = str.maketrans({"\u0153": "oe", "\u00e6": "ae", "\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u0131": "i"})
_TOKEN = re.compile(
    r"""
      "(?P<double>[^"]*)"
    | (?<![^\s=:(,])'(?P<single>[^']+)'(?!\w)      # an apostrophe inside a word opens nothing
    | (?P<not>[!<>]=|<>)
    | (?P<is>[=:]+)
    | (?P<word>[^\s"=:,;()\[\]{}?!*`]+)
    """,
    re.VERBOSE,
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w+#<>%]+(?=\d)")
_NOISE = re.compile(r"[^\w+#<>%|]|_")
_ELISION = re.compile(r"^[dl]'(?=\w)")
_FULL_STOP = re.compile(r"(?<!\.)\.$")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a question: a word, a quoted text without its quotes, `=` or `:`, or a sign for "not"."""

    kind: TokenKind
    text: str


def clean(text: str) -> str:
    """Return `text` with plain quotes, dashes and single spaces, without invisible characters; letters stay."""
    plain = unicodedata.normalize("NFKC", text.translate(_TYPED))
    seen = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return " ".join(seen.split())


def fold(text: str) -> str:
    """Return `text` without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def key(text: str) -> str:
    """Return what two spellings of one name share: "Mid-Market" and "mid market" are `midmarket`.

    Numbers stay apart ("1-2 years" is not "12 years"), and so do names that differ in a sign ("Pro" and "Pro+").
    """
    return _NOISE.sub("", _BETWEEN_DIGITS.sub("|", fold(text)))


def fold_word(text: str) -> str:
    """Return a word as the tables of words have it: folded, without "l'" or "d'", without a full stop."""
    return _FULL_STOP.sub("", _ELISION.sub("", fold(text).strip("_'/")))


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a cleaned text; commas, brackets, question marks and markup only separate."""
    for match in _TOKEN.finditer(text):
        if match["double"] is not None or match["single"] is not None:
            quoted = (match["double"] or match["single"] or "").strip()
            if quoted:
                yield Token("quoted", quoted)
        elif match["not"]:
            yield Token("not", match["not"])
        elif match["is"]:
            yield Token("is", match["is"])
        else:
            yield Token("word", match["word"])
