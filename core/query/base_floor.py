"""The base from an ARR on: "base from ARR 100k", and how people say it in a sentence.

Public companies often report NRR of their larger customers only, such as those above $100k of ARR. The floor is a
filter of the base: it takes the accounts whose ARR at the window's start is at least the amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from core.errors import N_, QuestionError
from core.query.tokens import fold_word
from core.query.vocabulary import EXCLUDING_WORDS, Filter
from core.text import clean_text, fold

# The dimension of a filter that is a floor; its value is an amount and a currency, "100000 EUR".
ARR_FLOOR = "arr_from"

_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_DIGITS = r"(?:\d{1,3}(?:[ ,.']\d{3})+(?!\d)|\d{1,15}(?:[.,]\d{1,2})?(?!\d))"
_MONEY = rf"[€$£]?\ ?{_DIGITS}(?:\ ?[km](?![^\W\d_]))?(?:\ ?(?:[€$£]|(?:eur|euros?|usd|dollars?|gbp)\b))?\+?"
_OF_ARR = r"(?:of\ |in\ |d'|de\ |en\ )?(?:annual\ )?arr(?:\ annuel)?(?!\w)"
_FROM = r"from|à\ partir\ de|a\ partir\ de|dès|des"
# A line of the grammar; a text in quotes is none.
_LINE = re.compile(
    rf"""
      "[^"]*"
    | (?<!\S)base\ (?:{_FROM})\ (?:l'|an\ |un\ )?arr\ (?:of\ |de\ )?(?P<first>{_MONEY})(?!\S)
    | (?<!\S)(?:base\ )?(?:{_FROM})\ (?P<second>{_MONEY})\ {_OF_ARR}(?!\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MORE = r"""
    more\ than | over | above | at\ least | from | starting\ (?:at|from) | exceeding | greater\ than | upwards\ of
  | plus\ de | d'au\ moins | au\ moins
  | au[- ]dessus\ de | au[- ]delà\ de | supérieure?s?\ à | à\ partir\ de | dès | >=? | ≥
"""
# The words of a sentence: "with more than $100k of ARR", "$100k+ ARR", "dont l'ARR dépasse 100 k€".
_SENTENCE = re.compile(
    rf"""
      "[^"]*"
    | (?<!\w)(?:(?:who|that|which|qui)\ )?
      (?:(?:pay|pays|paying|spend|spending|have|has|having|with|at|of|worth|us|à|a|de|avec|ayant|ont|paient|font)\ )*
      (?:{_MORE})\ ?(?P<first>{_MONEY})\ {_OF_ARR}
    | (?<!\w)(?:with|whose|having|avec|ayant|dont)\ (?:an?\ |un\ |l')?arr\ (?:is\ |est\ |of\ |de\ )?
      (?:{_MORE}|exceeds|dépasse)\ ?(?P<second>{_MONEY})(?!\w)
    | (?<!\w)(?:(?:with|at|of|à|de)\ )?(?P<third>[€$£]?{_DIGITS}\ ?[km]?[€$£]?)\+\ {_OF_ARR}
    """,
    re.VERBOSE | re.IGNORECASE,
)
# A sentence about anything else lists accounts: "which customers have more than 100k ARR?".
_RATIO = re.compile(r"\b(?:nrr|ndr|grr|gdr|dbnrr?|nrr's|retention)\b")
# Words before an amount that may turn its meaning round, and how near they are.
_NEGATIONS = frozenset(("no", "nobody", "never", "pas", "ne", "jamais", "aucun", "aucune", "isn't", "aren't", "don't"))
_NEAR = 5
_NUMBER = re.compile(
    r"(?:(?P<grouped>\d{1,3}(?:[ ,.']\d{3})+)|(?P<digits>\d{1,15}(?:[.,]\d{1,2})?))\ ?(?P<suffix>[km]?)", re.IGNORECASE
)


def build_floor(amount: Decimal, currency: str) -> Filter:
    """Return the filter for the accounts from an ARR on.

    Args:
        amount: the ARR, in units of the currency.
        currency: the ISO code of the reporting currency.

    """
    return Filter(ARR_FLOOR, f"{amount.normalize():f} {currency}")


def parse_floor(value: str) -> tuple[Decimal, str]:
    """Return the amount and the currency of the value of a floor."""
    amount, _, currency = value.partition(" ")
    return Decimal(amount), currency


def find_floor(filters: Iterable[Filter]) -> Filter | None:
    """Return the floor of a cut; None where it has none."""
    return next((entry for entry in filters if entry.dimension == ARR_FLOOR), None)


def drop_floor(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """Return a cut without its floor."""
    return tuple(entry for entry in filters if entry.dimension != ARR_FLOOR)


def spell_floor(floor: Filter) -> str:
    """Return a floor as it is typed: `base from ARR 100000`."""
    return f"base from ARR {parse_floor(floor.value)[0]:f}"


def name_filter(entry: Filter) -> str:
    """Return a value as the sheet writes it, a floor as it is typed."""
    return spell_floor(entry) if entry.dimension == ARR_FLOOR else entry.value


def build_base_json(filters: Iterable[Filter]) -> dict[str, int | str] | None:
    """Return the floor of a cut as JSON, in units of the reporting currency; None where it has none."""
    floor = find_floor(filters)
    if floor is None:
        return None
    amount, _ = parse_floor(floor.value)
    return {"arr_from": int(amount) if amount == amount.to_integral_value() else str(amount)}


def read_floor(text: str, currency: str) -> tuple[Filter | None, str]:
    """Return the floor that a line of the grammar names, and the rest of it: "enterprise Q3 base from ARR 100k".

    Raises:
        QuestionError: it names two, or an amount that is none.

    """
    return _take_out(_LINE, text, currency)


def read_spoken_floor(text: str, currency: str) -> tuple[Filter | None, str]:
    """Return the floor that a sentence about a ratio names, and the rest of it: "NRR of customers above 100k ARR".

    Raises:
        QuestionError: it names two, or an amount that is none.

    """
    plain = clean_text(text)
    match = next((match for match in _SENTENCE.finditer(plain) if match.lastgroup), None)
    if match is None or not _RATIO.search(fold(text)):
        return None, text
    # "Without those above 100k ARR" is another base: the reader of sentences refuses it.
    if {fold_word(word) for word in plain[: match.start()].split()[-_NEAR:]} & (EXCLUDING_WORDS | _NEGATIONS):
        return None, text
    return _take_out(_SENTENCE, text, currency)


def _take_out(pattern: re.Pattern[str], text: str, currency: str) -> tuple[Filter | None, str]:
    plain = clean_text(text)
    matches = [match for match in pattern.finditer(plain) if match.lastgroup]
    if not matches:
        return None, text
    if len(matches) > 1:
        raise QuestionError(
            N_("The base cannot begin at two amounts: “{first}” and “{second}”."),
            N_("Name one: {example}."),
            first=matches[0][0].strip(), second=matches[1][0].strip(), example="base from ARR 100k",
        )  # fmt: skip
    (match,) = matches
    amount = _read_amount(match[match.lastgroup or 0])
    if not amount:
        raise QuestionError(
            N_("“{words}” names no amount from which the base begins."),
            N_("Write {example}, in units of the reporting currency."),
            words=match[0].strip(),
            example="base from ARR 100k",
        )
    rest = f"{plain[: match.start()]} {plain[match.end() :]}"
    return build_floor(amount, currency), " ".join(rest.split()).strip(" ,")


def _read_amount(text: str) -> Decimal | None:
    number = _NUMBER.match(text.strip(" €$£"))
    if number is None:
        return None
    grouped = number["grouped"]
    amount = Decimal(re.sub(r"\D", "", grouped)) if grouped else Decimal(number["digits"].replace(",", "."))
    return amount * _TIMES[number["suffix"].lower()]
