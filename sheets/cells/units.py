"""Words to the unit of amounts: the period that they cover, their scale, their currency; in English and French.

The words decide, never the size of an amount. They come from a heading, a title above the headings, the title of a tab,
a number format or the config.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from core.errors import N_, ConfigError
from core.text import fold
from sheets.cells.currency_words import (
    find_currencies,
    find_scaled_codes,
    remove_currency_names,
    remove_scaled_codes,
)
from sheets.cells.plan_words import ACTUAL_WORDS
from sheets.cells.text import read_text

# Of the minor units, which differ by currency, the usual one.
THOUSAND, MILLION, MINOR = Fraction(1000), Fraction(1_000_000), Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class AmountUnit:
    """The unit of amounts.

    Attributes:
        months: the months that an amount covers, 1 for MRR and 12 for ARR; None if nothing says so.
        is_term: True if an amount covers the whole term of its line, as a TCV does; then `months` is None.
        scale: the value of one in whole units of the currency: 1000 for k€, MINOR for cents; `find_scale` has the one
            of a currency.
        currency: the ISO code of the currency; empty if nothing says so.

    """

    months: Fraction | None = None
    is_term: bool = False
    scale: Fraction = Fraction(1)
    currency: str = ""

    @property
    def is_minor(self) -> bool:
        """Tell whether the amounts are in minor units of their currencies."""
        return self.scale == MINOR

    def find_scale(self, minor_units: int) -> Fraction:
        """Return the value of one in whole units of a currency with so many minor units in a whole one."""
        return Fraction(1, minor_units) if self.is_minor else self.scale

    def find_factor(self, minor_units: int) -> Fraction:
        """Return the whole units of MRR in an amount of 1; an amount without a period is monthly."""
        return self.find_scale(minor_units) / (self.months or 1)

    @property
    def words(self) -> str:
        """The unit in the words of the config: `ARR k`."""
        period = "TCV" if self.is_term else _PERIOD_WORDS.get(self.months or Fraction(1), "MRR")
        return " ".join(word for word in (period, _SCALE_WORDS.get(self.scale, ""), self.currency) if word)


# MRR in whole units: amounts as they are.
PLAIN_UNIT = AmountUnit()


class Period(NamedTuple):
    """The period that an amount covers: a number of months, or the term of its line."""

    months: Fraction | None
    is_term: bool = False


MONTH, YEAR, TERM = Period(Fraction(1)), Period(Fraction(12)), Period(None, is_term=True)
QUARTER, HALF, WEEK = Period(Fraction(3)), Period(Fraction(6)), Period(Fraction(12, 52))

_PERIOD_WORDS = {
    Fraction(1): "MRR",
    Fraction(3): "quarterly",
    Fraction(6): "half-yearly",
    Fraction(12): "ARR",
    Fraction(12, 52): "weekly",
}
_SCALE_WORDS = {THOUSAND: "k", MILLION: "million", MINOR: "cents"}


@dataclass(frozen=True, slots=True)
class UnitWords:
    """All that a text says about the unit of amounts; more than one of a kind contradict each other.

    Attributes:
        periods: the periods.
        scales: the scales.
        currencies: the ISO codes.
        is_measure: True if the period is that of a measure such as MRR or ARR, not of a word such as "yearly".

    """

    periods: frozenset[Period] = frozenset()
    scales: frozenset[Fraction] = frozenset()
    currencies: frozenset[str] = frozenset()
    is_measure: bool = False


# The measures, each with its heading key: TCV, ACV, ARR, MRR. The longer names come first: each takes its words away.
_MEASURES: tuple[tuple[str, Period, str], ...] = (
    (
        "tcv",
        TERM,
        (
            r"tcv|total contract (?:value|amount)|contract total(?: value)?|total value of (?:the )?contracts?"
            r"|(?:montant|valeur) total(?:e)?(?: (?:du|des|de) contrats?)?|total (?:du|des) contrats?"
        ),
    ),
    (
        "acv",
        YEAR,
        r"acv|annual(?:i[sz]ed)? contract value|valeur (?:contractuelle )?annuelle(?: (?:du|des|de) contrats?)?",
    ),
    (
        "arr",
        YEAR,
        (
            r"(?:c ?)?arr|(?:annual(?:ly|i[sz]ed)?|yearly) recurring revenues?|annual(?:i[sz]ed)? run ?rate"
            r"|revenus? (?:annuels? recurrents?|recurrents? annuels?)"
            r"|(?:annuali[sz]ed mrr|mrr annuali[sz]ed?|mrr annualises?)|mrr ?[x*] ?12"
        ),
    ),
    (
        "mrr",
        MONTH,
        r"(?:c ?)?mrr|monthly recurring revenues?|revenus? (?:mensuels? recurrents?|recurrents? mensuels?)",
    ),
)
_ANNUALISED = re.compile(r"\b(?:annuali[sz]ed|annualisee?s?)\b")

# Words of a period. "Per" and its like turn a noun into a period; "by month" names columns, so it is none.
_PER = r"(?:\b(?:per|par|each|chaque) |/ ?)"
_WORDS: tuple[tuple[Period, str], ...] = (
    (HALF, rf"\b(?:semi ?annual(?:ly)?|half ?yearly|semestriel(?:le)?s?)\b|{_PER}(?:semester|semestre|half ?year)\b"),
    (QUARTER, rf"\b(?:quarterly|trimestriel(?:le)?s?)\b|{_PER}(?:quarter|qtr|trimestre)s?\b"),
    (WEEK, rf"\b(?:weekly|hebdomadaires?)\b|{_PER}(?:week|semaine)s?\b"),
    (
        YEAR,
        (
            r"\b(?:annual(?:ly)?|yearly|annuel(?:le)?s?|annuellement|per annum)\b|\bp ?\. ?a\b\.?"
            rf"|{_PER}(?:year|yr|annee|an)s?\b|/ ?y\b"
        ),
    ),
    (
        MONTH,
        rf"\b(?:monthly|mensuel(?:le)?s?|mensuellement)\b|{_PER}(?:month|mois|mo)s?\b|/ ?m\b",
    ),
)

_SIGNS = r"(?:us ?\$|ca ?\$|a\$|r\$|€|\$|£|¥)"
# Other codes count next to a scale if they are written in capitals, as "M AUD" is no "Maud".
_CODES = r"(?:eur|usd|gbp|chf|cad|sek|nok|dkk|pln|jpy|inr|euros?|dollars?|pounds?)"
_MONEY = rf"(?:{_SIGNS}|{_CODES}\b)"
_NO_NUMBER = r"(?<![\d.,])(?<!\d )"
_AMOUNT_WORDS = r"(?:mrr|arr|acv|tcv|amounts?|montants?|prices?|prix|revenues?|revenus?)"
# The scales, as (scale, in any text, in a heading too).
_SCALES: tuple[tuple[Fraction, str, str], ...] = (
    (
        THOUSAND,
        (
            rf"{_NO_NUMBER}\bk ?{_MONEY}|{_SIGNS} ?k\b|\b{_CODES} ?k\b|\b(?:in|en) k\b|[(\[] ?k ?[)\]]"
            rf"|\b{_AMOUNT_WORDS} (?:k$|'000s?\b)|\bk {_AMOUNT_WORDS}\b|(?:{_MONEY}|\bin|\ben|[(\[]) ?'?000s?\b"
            r"|(?:\b(?:in|en)|[(\[]) ?(?:the )?(?:thousands?|milliers?)\b|\b(?:thousands? of|milliers? (?:de |d'))"
        ),
        r"\b(?:thousands?|milliers?)\b|(?<!\d)'000s?\b|^k$",
    ),
    (
        MILLION,
        (
            rf"{_NO_NUMBER}\b(?:m|mn|mio) ?{_MONEY}|{_SIGNS} ?(?:m|mn|mio)\b|\b{_CODES} ?(?:m|mn|mio)\b"
            r"|(?:\b(?:in|en)|[(\[]) ?millions?\b|\bmillions? (?:of|de |d')"
        ),
        r"\bmillions?\b",
    ),
    (
        MINOR,
        (
            rf"(?:\b(?:in|en) |[(\[] ?)(?:{_CODES} )?(?:cents?|centimes?|pence)\b"
            rf"|\b{_AMOUNT_WORDS} (?:cents?|centimes?|pence)$"
            r"|\bminor (?:currency )?units?\b|\bunites? mineures?\b"
        ),
        r"\b(?:cents?|centimes?|pence)\b",
    ),
)

# A title that names a document, such as "Annual report", says nothing about amounts.
_DOCUMENTS = re.compile(
    r"\b(?:reports?|rapports?|reviews?|bilans?|plans?|budgets?|summary|overview|dashboards?|meetings?|accounts|comptes"
    r"|customers|clients|contracts|contrats|subscriptions|abonnements|engagements?)\b"
)
_AMOUNT_NOUNS = r"(?:amounts?|montants?|revenues?|revenus?|prices?|prix|values?|valeurs?|figures?|chiffres?)"
_NEAR = re.compile(rf"\b{_AMOUNT_NOUNS}\b|{_SIGNS}|\b{_CODES}\b")

# The words that a heading of amounts may have in addition to its unit.
_FILLERS = frozenset(
    {
        *("in", "en", "de", "du", "des", "d", "la", "le", "les", "l", "the", "per", "of", "as", "a", "at", "on", "by"),
        *("ht", "hors", "taxe", "taxes", "excl", "excluding", "ex", "vat", "tva", "net", "nets", "gross", "brut"),
        *("total", "totale", "unit", "unitaire", "current", "actuel", "actuelle", "local", "currency", "devise"),
        *("locale", "original", "origin", "origine", "converted", "converti", "convertie", "reporting", "group"),
        *("groupe", "consolidated", "latest", "now"),
        *("recurring", "recurrent", "recurrente", "revenue", "revenus", "revenu", "contract", "contrat", "contrats"),
        *ACTUAL_WORDS,
        *("line", "ligne", "subscription", "abonnement", "customer", "client", "month", "mois"),
        *("seat", "user", "licence", "license", "siege", "utilisateur", "poste", "par"),
    }
)
_AMOUNT_HEADS = frozenset({"amount", "amounts", "montant", "montants", "price", "prix"})
# Words that head amounts only in a tab without any other: a list of customers may have a fee, too.
_FEE_HEADS = frozenset({"fee", "fees", "loyer", "loyers", "redevance", "redevances", "mensualite", "mensualites"})
_REVENUE_HEADS = frozenset({"revenue", "revenues", "revenu", "revenus", "sales", "ventes", "turnover", "ca"})
_REVENUE_NAME = frozenset({"chiffre", "affaires"})
# Words that a heading of revenue may have in addition.
_REVENUE_FILLERS = frozenset(
    {
        *("d", "subscription", "subscriptions", "abonnement", "abonnements", "saas"),
        *("recognised", "recognized", "reconnu", "reconnus"),
    }
)
_VALUE_HEADS = frozenset({"value", "valeur"})
_CONTRACTS = frozenset({"contract", "contrat"})
_CHANGE_HEADS = frozenset({"change", "changes", "variation", "variations", "delta", "movement", "mouvement", "\u03b4"})
# Words that head amounts only with a period: "Monthly subscription" is an amount, "Subscription" a product.
_PLAN_HEADS = frozenset(
    {"subscription", "subscriptions", "abonnement", "abonnements", "forfait", "cotisation", "licence", "license"}
)
_RECURRING = (frozenset({"recurring", "revenue"}), frozenset({"revenu", "recurrent"}))


# Words of a heading whose amounts include tax.
_WITH_TAX = re.compile(r"\bttc\b|\b(?:incl(?:uding|usive|udes)?|with)\b\.? ?(?:of )?(?:the )?(?:tax(?:es)?|vat|gst)\b")


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_MEASURE_PATTERNS = [(key, period, _compile(rf"\b(?:{pattern})\b")) for key, period, pattern in _MEASURES]
_WORD_PATTERNS = [(period, _compile(pattern)) for period, pattern in _WORDS]
_SCALE_PATTERNS = [(scale, _compile(strict), _compile(f"{strict}|{loose}")) for scale, strict, loose in _SCALES]


# A period that ends a text: 2024, 2024-08, 08/2024, Aug 24, Aug '24, 2024-08 MRR.
_PERIOD_END = re.compile(
    r"(?:(?:19|20)\d\d(?:[-/._ ]?m?\d{1,2})?|(?:[^\W\d_]{3,}[-. ]*|')\d\d)(?:[ _-](?:mrr|arr|acv))?$", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def split_period_unit(heading: str) -> tuple[str, str]:
    """Return the heading of a period without its unit, and the unit: "Aug 2024 (k€)" and "Aug 2024 USD" have one.

    The unit is in brackets, or comes last. It is empty where the heading ends with other words, or names no period.
    """
    plain = read_text(heading)
    match = re.fullmatch(r"(.*)[(\[]([^()\[\]]+)[)\]](.*)", plain) or re.fullmatch(
        r"(.*\d)[\s,;:_-]*([^\d()\[\]]+)()", plain
    )
    if not match:
        return heading, ""
    period, unit = f"{match[1].strip()} {match[3].strip()}".strip(), match[2].strip(" _-")
    _, tokens = _list_heading_words(unit)
    is_unit = (
        not tokens - _FILLERS - _list_code_words(f"({unit})")
        and _read_words(f"({unit})", is_heading=True) != UnitWords()
    )
    return (period, unit) if is_unit and _PERIOD_END.search(period) else (heading, "")


@lru_cache(maxsize=4096)
def read_unit_words(text: str, *, is_heading: bool) -> UnitWords:
    """Return what a text says about the unit of amounts.

    Args:
        text: a heading, a title, or the literal parts of a number format.
        is_heading: True for the heading of amounts, in which each word counts. In a title a word such as "annual"
            counts only where it speaks of amounts.

    """
    period, unit = split_period_unit(text) if is_heading else (text, "")
    # In brackets no letter of a unit belongs to the number before it: 2024 k€ is no amount.
    return _read_words(f"{period} ({unit})" if unit else text, is_heading=is_heading)


def _read_words(text: str, *, is_heading: bool) -> UnitWords:
    plain = _spread(text)
    measures, rest = _take_measures(plain)
    periods = {period for _, period in measures}
    words = {period for period, _ in _find_period_words(rest)}
    if not measures and (is_heading or _speaks_of_amounts(rest)):
        # Of titles only the usual two: "Quarterly revenue" names the columns as often as the amounts.
        periods = words if is_heading else words & {MONTH, YEAR}
    elif is_heading and not periods & {YEAR} and words & {YEAR}:
        # "ARR by month" is ARR, and so is "monthly ARR"; "yearly MRR" is neither.
        periods |= {YEAR}
    # A line such as "ARR = MRR x 12" explains words and says nothing about the amounts.
    if not is_heading and "=" in plain:
        periods = set()
    # A scale is found before the currency: the k of "k€" belongs to both.
    scales = {
        scale for scale, strict, loose in _SCALE_PATTERNS if (loose if is_heading else strict).search(plain) is not None
    }
    scales |= {THOUSAND if letter == "k" else MILLION for letter, _ in find_scaled_codes(text)}
    currencies = frozenset(find_currencies(_separate_words(text), is_heading=is_heading))
    return UnitWords(frozenset(periods), frozenset(scales), currencies, bool(measures))


@lru_cache(maxsize=4096)
def name_amount_heading(text: str) -> str:
    """Return the key of HEADINGS of a heading of amounts with a unit: mrr, arr, acv, tcv, amount, change; else empty.

    "ARR in k€" is `arr`, "Montant annuel HT" `amount`; "Churned ARR" and "Annual review" are no amounts of accounts.
    """
    measures, tokens = _list_heading_words(text)
    heads = tokens & _AMOUNT_HEADS
    changes = tokens & _CHANGE_HEADS
    if tokens - heads - changes - _FILLERS - _list_code_words(text):
        return ""
    if changes:
        return "change" if measures or heads else ""
    if measures:
        return measures[0][0]
    return "amount" if heads or any(words <= tokens for words in _RECURRING) else ""


def is_revenue_heading(text: str) -> bool:
    """Tell whether a heading names revenue, as "Revenue (EUR)" and "Chiffre d'affaires HT" do, that may not recur."""
    measures, tokens = _list_heading_words(text)
    heads = tokens & _REVENUE_HEADS or (_REVENUE_NAME if tokens >= _REVENUE_NAME else frozenset())
    if measures or not heads or any(words <= tokens for words in _RECURRING):
        return False
    return not tokens - heads - _FILLERS - _REVENUE_FILLERS - _list_code_words(text)


def is_fee_heading(text: str) -> bool:
    """Tell whether a heading names a fee, as "Annual fee" and "Loyer mensuel HT" do, or the value of a contract."""
    measures, tokens = _list_heading_words(text)
    heads = tokens & (_FEE_HEADS | _VALUE_HEADS)
    has_period = bool(read_unit_words(text, is_heading=True).periods)
    if not measures and has_period and tokens & _PLAN_HEADS:
        heads |= tokens & _PLAN_HEADS
    if measures or not heads:
        return False
    if tokens - heads - _FILLERS - _list_code_words(text):
        return False
    return not heads <= _VALUE_HEADS or has_period or bool(tokens & _CONTRACTS)


def _list_code_words(text: str) -> set[str]:
    return {code.lower() for code in find_currencies(_separate_words(text), is_heading=True)}


def _separate_words(text: str) -> str:
    """Return a text with a space between the words of camel case: "RevenueUSD" is "Revenue USD"; "USDk" stays."""
    return re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", text)


def _list_heading_words(text: str) -> tuple[list[tuple[str, Period]], set[str]]:
    """Return the measures of a heading, and its other words without those of a period, a scale or a currency."""
    measures, rest = _take_measures(_spread(remove_scaled_codes(text)))
    for _, pattern in _WORD_PATTERNS:
        rest = pattern.sub(" ", rest)
    for _, _, loose in _SCALE_PATTERNS:
        # A pattern such as "amount cents" takes the amount along.
        rest = loose.sub(lambda match: " ".join(re.findall(_AMOUNT_WORDS, match[0])).join("  "), rest)
    rest = remove_currency_names(rest)
    rest = re.sub(rf"{_SIGNS}|\b{_CODES}\b|[(\[][^)\]]*[)\]]", " ", rest)
    return measures, set(re.findall(r"[^\W_]+", rest)) - {"k", "cents", "centimes"}


def includes_tax(heading: str) -> bool:
    """Tell whether a heading says that its amounts include tax."""
    return _WITH_TAX.search(_spread(heading)) is not None


def read_configured_unit(text: str) -> AmountUnit:
    """Return the unit that the config names, in the words that a heading may have.

    Raises:
        ConfigError: it names no unit, or two that contradict each other.

    """
    words = read_unit_words(text, is_heading=True)
    if max(len(words.periods), len(words.scales), len(words.currencies)) > 1 or words == UnitWords():
        raise ConfigError(
            N_("workbook.unit: “{unit}” names no unit of amounts."),
            N_("Write MRR, ARR, ACV or TCV, and where the amounts have a scale k, million or cents: ARR k."),
            unit=text,
        )
    period = next(iter(words.periods), Period(None))
    scale, currency = next(iter(words.scales), Fraction(1)), next(iter(words.currencies), "")
    return AmountUnit(period.months, period.is_term, scale, currency)


def _spread(text: str) -> str:
    """Return a text folded, with a space between the words of `arrAmount` and `arr_amount`; "." and brackets stay."""
    spread = _separate_words(read_text(text))
    # The increment sign and "+/-" mean the same as the Greek letter delta.
    plain = fold(re.sub(r"\u2206|\u00b1|\+ ?/ ?-", " \u03b4 ", re.sub(r"[\u2018\u2019\u02bc]", "'", spread)))
    return " ".join(re.sub(r"[_\-\u2010-\u2014,;:|·•]+", " ", plain).split())


def _take_measures(plain: str) -> tuple[list[tuple[str, Period]], str]:
    """Return the measures in a folded text, and the text without them."""
    measures, rest = [], plain
    for key, period, pattern in _MEASURE_PATTERNS:
        rest, count = pattern.subn(" | ", rest)
        if count:
            measures.append((key, period))
    # "MRR (annualised)" is an ARR.
    if measures and _ANNUALISED.search(rest):
        measures, rest = [("arr", YEAR)], _ANNUALISED.sub(" ", rest)
    elif _ANNUALISED.search(rest):
        rest = _ANNUALISED.sub(" annual ", rest)
    return measures, rest


def _find_period_words(plain: str) -> Iterator[tuple[Period, str]]:
    """Yield the period of each word of a folded text; "semi-annual" is not "annual" too."""
    for period, pattern in _WORD_PATTERNS:
        match = pattern.search(plain)
        if match:
            yield period, match[0]
            plain = pattern.sub(" ", plain)


def _speaks_of_amounts(plain: str) -> bool:
    """Tell whether a title with a word of a period speaks of amounts: "Annual revenue", not "Annual report"."""
    return not _DOCUMENTS.search(plain) and bool(_NEAR.search(plain))
