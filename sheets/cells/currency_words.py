"""Currencies in words: codes, signs and names in a heading or a title, signs in a cell and in a number format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from core.text import fold
from sheets.cells.numbers import MARKS, is_currency_code
from sheets.cells.text import read_text

# The codes that a heading or a title may have. Codes that are words too, such as ALL and TOP, are not among them.
_CODES = frozenset(
    {
        *("EUR", "USD", "GBP", "CHF", "CAD", "AUD", "NZD", "JPY", "CNY", "HKD", "SGD", "TWD", "KRW", "INR", "THB"),
        *("MYR", "IDR", "PHP", "VND", "PKR", "BDT", "LKR", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON"),
        *("BGN", "RSD", "UAH", "RUB", "KZT", "TRY", "ILS", "AED", "SAR", "QAR", "KWD", "BHD", "OMR", "JOD", "EGP"),
        *("MAD", "TND", "DZD", "ZAR", "NGN", "KES", "GHS", "UGX", "TZS", "XOF", "XAF", "MUR", "BRL", "MXN", "ARS"),
        *("CLP", "COP", "PEN", "UYU", "CRC", "DOP"),
    }
)
# Three capital letters in brackets may be any code but these, which are words in English or French.
_CAPITAL_WORDS = frozenset({"ALL", "TOP", "CUP", "BAM", "SOS", "MOP", "GEL", "BOB", "ANG", "LAK", "SUR", "DEM", "STD"})
# Codes that are words or names if they are not in capitals.
_SMALL_WORDS = frozenset({"ARS", "TRY", "MAD", "PEN", "COP", "RON", "MUR", "RUB"})

# The signs of MARKS; "kr" and "euros" are words.
_SIGNS = {mark: codes[0] for mark, codes in MARKS.items() if not mark.isascii() or "$" in mark}
_SIGN = re.compile("|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True))))
_NAMES = {
    "us dollars?|dollars? us|dollars? americains?": "USD",
    "canadian dollars?|dollars? canadiens?": "CAD",
    "australian dollars?|dollars? australiens?": "AUD",
    "pounds?(?: sterling)?|sterling|livres? sterling": "GBP",
    "swiss francs?|francs? suisses?": "CHF",
    "euros?": "EUR",
    "dollars?": "USD",
    "yens?": "JPY",
}
_NAME_PATTERNS = [(re.compile(rf"\b(?:{names})\b"), code) for names, code in _NAMES.items()]
_TITLE_NAMES = [
    (re.compile(rf"(?:\b(?:in|en|of|de)|d'|[(\[]|\bk) ?(?:thousands? of |millions? of )?(?:{names})\b"), code)
    for names, code in _NAMES.items()
]
_BESIDE = frozenset(
    {
        *("MRR", "ARR", "ACV", "TCV", "AMOUNT", "AMOUNTS", "MONTANT", "MONTANTS", "PRICE", "PRICES", "PRIX"),
        *("REVENUE", "REVENUES", "REVENU", "REVENUS", "VALUE", "VALUES", "CHANGE", "VARIATION", "FIGURES"),
        *("IN", "EN", "K", "M", "CENTS", "(", "[", ")", "]", "/"),
    }
)
_CAPITALS, _SMALL = "|".join(sorted(_CODES)), "|".join(sorted(_CODES - _SMALL_WORDS)).lower()
# Small letters and capitals are not mixed: "Mars" and "Maud" are no millions of ARS and AUD.
_SCALED_CODE = re.compile(
    rf"(?<![A-Za-z\d])(?:(?P<scale>[kKM]) ?(?P<code>{_CAPITALS})|(?P<before>{_CAPITALS}) ?(?P<after>[kKM])"
    rf"|(?P<k>k)(?P<small>{_SMALL}))(?![A-Za-z])"
)

_WORD = re.compile(r"[^\W_]+|[()\[\]/]")
_CLAUSE_END = re.compile(r"[,;:|\u2013\u2014\u00b7]|\s-\s")
# The regions in a format such as [$$-1009] or [$kr-sv-SE]; a sign alone leaves more than one currency open.
_REGIONS = {
    **dict.fromkeys(("409", "en-us"), "USD"),
    **dict.fromkeys(("1009", "c0c", "en-ca", "fr-ca"), "CAD"),
    **dict.fromkeys(("c09", "en-au"), "AUD"),
    **dict.fromkeys(("1409", "en-nz"), "NZD"),
    **dict.fromkeys(("4809", "en-sg", "zh-sg"), "SGD"),
    **dict.fromkeys(("c04", "zh-hk", "en-hk"), "HKD"),
    **dict.fromkeys(("404", "zh-tw"), "TWD"),
    **dict.fromkeys(("80a", "es-mx"), "MXN"),
    **dict.fromkeys(("2c0a", "es-ar"), "ARS"),
    **dict.fromkeys(("340a", "es-cl"), "CLP"),
    **dict.fromkeys(("240a", "es-co"), "COP"),
    **dict.fromkeys(("411", "ja-jp"), "JPY"),
    **dict.fromkeys(("804", "zh-cn"), "CNY"),
    **dict.fromkeys(("41d", "sv-se"), "SEK"),
    **dict.fromkeys(("414", "814", "nb-no", "nn-no"), "NOK"),
    **dict.fromkeys(("406", "da-dk"), "DKK"),
    **dict.fromkeys(("40f", "is-is"), "ISK"),
}
# Signs of several currencies that mean one of them where nothing else is known.
_USUAL = frozenset({"$", "¥"})


def find_currencies(text: str, *, is_heading: bool) -> Iterator[str]:
    """Yield the ISO code of each currency that a heading or a title names; a code may come twice.

    A sign next to a digit is part of an amount, as in "over $1,000", and names no unit. In a title a name such as
    "euros" counts only after "in" or in brackets.
    """
    written = read_text(text)
    for sign in _SIGN.finditer(written):
        before, after = written[max(0, sign.start() - 3) : sign.start()], written[sign.end() : sign.end() + 2]
        if not re.search(r"\d ?[kKM]?$", before) and not re.match(r" ?[1-9]", after):
            yield _SIGNS[sign[0]]
    words = _WORD.findall(written)
    ends = set() if is_heading else set(_list_clause_ends(written))
    for place, word in enumerate(words):
        # A title may be its code, or a part of it ends with one: "USD", "France EUR", "USD - 2025"; "TRY" is a word.
        is_at_end = place in ends and word in _CODES and word not in _SMALL_WORDS
        if len(word) == 3 and word.isascii() and (is_at_end or _is_code_here(words, place)):
            yield word.upper()
    yield from (code for _, code in find_scaled_codes(written))
    plain = fold(written.replace("\u2019", "'"))
    for pattern, code in _NAME_PATTERNS if is_heading else _TITLE_NAMES:
        if pattern.search(plain):
            yield code
            plain = pattern.sub(" ", plain)


def _list_clause_ends(written: str) -> Iterator[int]:
    """Yield the place of the last word of each part of a title."""
    count = 0
    for clause in _CLAUSE_END.split(written):
        count += len(_WORD.findall(clause))
        yield count - 1


def find_scaled_codes(text: str) -> Iterator[tuple[str, str]]:
    """Yield the scale, k or m, and the code of each scaled currency such as kEUR, `mrr_keur`, USDk, M CHF."""
    for match in _SCALED_CODE.finditer(text):
        scale, code = match["scale"] or match["after"] or match["k"], match["code"] or match["before"] or match["small"]
        yield scale.lower(), code.upper()


def remove_scaled_codes(text: str) -> str:
    """Return a text without its scaled currencies."""
    return _SCALED_CODE.sub("", text)


def remove_currency_names(plain: str) -> str:
    """Return a folded text without its names of currencies, such as "swiss francs"."""
    for pattern, _ in _NAME_PATTERNS:
        plain = pattern.sub(" ", plain)
    return plain


def _can_be_code(word: str) -> bool:
    """Tell whether a word is a code that a heading may have: `mrr_usd` as well as `MRR (USD)`."""
    return word.upper() in _CODES and (word.isupper() or word.upper() not in _SMALL_WORDS)


def _is_code_here(words: Sequence[str], place: int) -> bool:
    word = words[place]
    before = words[place - 1] if place else ""
    after = words[place + 1] if place + 1 < len(words) else ""
    if before in {"(", "["} and after in {")", "]"} and word.isupper():
        return word not in _CAPITAL_WORDS and is_currency_code(word)
    beside = {before.upper(), after.upper()}
    return _can_be_code(word) and bool(beside & _BESIDE)


def resolve_mark(mark: str, preferred: str) -> str:
    """Return the ISO code that a currency mark means; empty if it is no mark, or one of several currencies.

    Args:
        mark: a sign, name or code, such as $, US$, euro, SEK.
        preferred: the code that counts if the mark can mean it.

    """
    codes = MARKS.get(mark, MARKS.get(mark.casefold(), (mark.upper(),)))
    if preferred in codes:
        return preferred
    if len(codes) > 1 and mark not in _USUAL:
        return ""
    return codes[0] if is_currency_code(codes[0]) else ""


@lru_cache(maxsize=1024)
def read_format_literals(code: str) -> tuple[str, str, int]:
    """Return the currency mark or code of a number format, its literal text, and the number of scaling commas.

    Only the first section counts, that of numbers above zero. `[$£-809]#,##0` is ("£", "", 0), `0.0,"k€"` has one
    comma that shows thousands, so the value itself is whole.

    Args:
        code: the number format as the workbook stores it.

    """
    section, literals, mark, bare = "", [], "", []
    pattern = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-([^\]]+))?\]|(\[[^\]]*\])|([_*].)|(;)|(.)')
    for quoted, escaped, sign, region, _bracket, _padding, end, plain in pattern.findall(code):
        if end:
            break
        if sign:
            code = _REGIONS.get(region.casefold().lstrip("0"), "")
            mark = mark or (code if code in MARKS.get(sign.strip(), ()) else sign.strip())
        literals.append(quoted or escaped or "")
        section += plain
        bare.append(plain if plain in _SIGNS else "")
    text = "".join(literals).strip()
    for candidate in (*_SIGN.findall(text), "".join(bare)):
        mark = mark or candidate
    if not mark:
        codes = [word for word in re.findall(r"[A-Za-z]+", text) if word in _CODES or word.casefold() in MARKS]
        mark = codes[0] if codes else ""
    # Commas after the last digit scale the number that is shown.
    tail = re.search(r"[0#?](,+)[^0#?]*$", section)
    return mark, text, len(tail[1]) if tail else 0
