"""Text as people mean it: compared without typography, case, accents or punctuation, and the nearest of many names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice

# Soft hyphens, joiners, direction marks and control characters show nothing. Halves of surrogate pairs are no
# characters: no file and no terminal accepts them.
INVISIBLE = dict.fromkeys(
    (
        *(0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
        *(*range(9), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0), *range(0xD800, 0xE000)),
    )
)
# Full-width ASCII; no-break, thin and ideographic spaces; typographic apostrophes, hyphens and minus signs.
PLAIN = (
    {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F, 0x3000), " ")
    | dict.fromkeys((0x2018, 0x2019, 0x2BC), "'")
    | dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2212), "-")
    | INVISIBLE
)
# In a question, further quotes, dashes and an arrow are typing too. NFKC would split "not equal" into "=" and a
# stroke, which `fold` drops like an accent: the meaning would be reversed.
_TYPED = PLAIN | str.maketrans(
    {
        **dict.fromkeys("\u201a\u201b\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u2039\u203a", '"'),
        **dict.fromkeys("\u2014\u2015", "-"),
        "\u2192": "->",
        "\u2260": "!=",
    }
)
# Letters that Unicode does not decompose into a plain one and an accent: oe, ae, o, l and d with a stroke, dotless i.
_LETTERS = str.maketrans({"\u0153": "oe", "\u00e6": "ae", "\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u0131": "i"})
# The combining marks of Latin letters; others are looked up one by one.
_ACCENTS = re.compile("[\u0300-\u034e\u0350-\u036f]")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w+#<>%]+(?=\d)")
_NOISE = re.compile(r"[^\w+#<>%|]|_")

# Bounds on one search: the names that are compared, and the length of the name searched for.
MOST_COMPARED = 5_000
LONGEST_COMPARED = 60

# A start that makes a spreadsheet read a text of a CSV as a formula. A spreadsheet with another separator begins a cell
# inside the text, and one that ignores quotation marks begins a row there. A number such as "-2.4" is no formula.
_FORMULA = re.compile(r'(\A|[,;|\t\n]"*)(?=[=+\-@\t\n\uff1d\uff0b\uff0d\uff20])')


def plain_characters(text: str) -> str:
    """Return `text` with plain spaces, apostrophes, hyphens and digits, without invisible characters and outer spaces.

    No character becomes several and no sign becomes a digit, so that a number keeps its value: "12²" is not 122.
    """
    return text.translate(PLAIN).strip()


def clean_text(text: str) -> str:
    """Return `text` as if typed on a plain keyboard: plain characters, plain quotes and single spaces; letters stay.

    Unlike `plain_characters`, this also replaces compatibility forms such as "²" and "ﬁ": right for words, wrong for
    amounts.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    normal = unicodedata.normalize("NFKC", text.translate(_TYPED))
    if not normal.isprintable():
        normal = "".join(letter for letter in normal if unicodedata.category(letter) != "Cf")
    return " ".join(normal.split())


def fold(text: str) -> str:
    """Return `text` without case and accents."""
    if text.isascii():
        return text.lower()
    decomposed = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)))
    if decomposed.isascii():
        return decomposed
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def fold_key(text: str) -> str:
    """Return the key that two spellings of one name share: "Mid-Market" and "mid market" are `midmarket`.

    Numbers stay apart ("1-2 years" is not "12 years"), and so do names that differ in a sign ("Pro" and "Pro+").
    """
    folded = fold(text)
    return folded if folded.isalpha() else _NOISE.sub("", _BETWEEN_DIGITS.sub("|", folded))


def find_nearest(name: str, names: Iterable[str], most: int, least_alike: float) -> Sequence[str]:
    """Return up to `most` of `names` that are spelt like `name`, the nearest first; equally near ones in their order.

    Args:
        name: the misspelt name; its first `LONGEST_COMPARED` characters count.
        names: the known names, of which the first `MOST_COMPARED` are compared.
        most: the largest number of names to return.
        least_alike: the lowest similarity, from 0 to 1: letters in common, in order, / letters of both names.

    """
    # The import takes 20 ms. Only a name that was not understood needs it.
    from rapidfuzz import fuzz, process

    matches = process.extract(
        name[:LONGEST_COMPARED],
        list(islice(names, MOST_COMPARED)),
        scorer=fuzz.ratio,
        limit=most,
        score_cutoff=100 * least_alike,
    )
    return [match for match, _, _ in matches]


def neutralise_formulas(text: str) -> str:
    """Return a text for a CSV that is safe in any spreadsheet: what reads as a formula gets an apostrophe."""
    return _FORMULA.sub(r"\1'", text.replace("\r\n", "\n").replace("\r", "\n"))
