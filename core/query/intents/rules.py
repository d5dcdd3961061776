"""The rules that choose a line for what a sentence asks, in their order: the first that fits decides."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from core.months import Month, Period
from core.query.intents.comparisons import read_comparison, read_series
from core.query.intents.items import Item
from core.query.intents.lines import Line, Side, join_parts, quote_names, spell_columns
from core.query.intents.sentence import SpokenQuestion, spell_percent
from core.query.period_phrases import LAST, LENGTHS, NEXT, PeriodPhrase
from core.query.periods import resolve_period_ahead
from core.query.vocabulary import Filter
from core.text import fold

# Meaning -> the part of the accounts that it names.
_PARTS: Mapping[str, str] = {
    "left": "churn",
    "shrank": "contraction",
    "grew": "expansion",
    "joined": "new",
    "returned": "reactivated",
    "stayed": "kept",
}
_ABOUT_RATIOS = ("nrr", "grr", "retention", "churn", "lost", "losses", "share", "over", "under", "changed", "whatif")
_ACCOUNTS = frozenset(("accounts", "customers", "clients", "comptes"))
# Meaning -> the term that `define` explains, the most exact first.
_TERMS: Mapping[str, str] = {
    "nrr": "nrr",
    "grr": "grr",
    "churn": "churn",
    "shrank": "contraction",
    "grew": "expansion",
    "arr": "arr",
    "mrr": "mrr",
    "returned": "reactivation",
    "cohorts": "cohort",
    "retention": "nrr",
}
# What `whatif` changes by its own words, which count first, and the meanings that name it.
_NAMED: Mapping[str, frozenset[str]] = {
    "contraction": frozenset(("contraction", "contractions", "downgrade", "downgrades", "downsell", "downsells")),
    "expansion": frozenset(("expansion", "expansions", "upsell", "upsells")),
}
_SUPPOSED: Sequence[tuple[str, tuple[str, ...]]] = (
    ("grr", ("grr",)),
    ("nrr", ("nrr",)),
    ("contraction", ("shrank",)),
    ("churn", ("left", "lost")),
    ("nrr", ("retention",)),
    ("expansion", ("grew",)),
)
# Words for a grain of years; and those that ask for a figure of now, not for the meaning of a term.
_YEARLY = frozenset(("year", "years", "yearly", "annual", "annuel", "annuelle", "annuelles", "annee", "an", "annees"))
_NOW = frozenset(
    ("total", "days", "our", "notre", "nos", "date", "now", "currently", "current", "today", "aujourd", "maintenant")
)
_TARGET = re.compile(
    r"target|goal|objecti|plan|budget|okr|cible|kpi|quota|attain|scorecard|track|clous|vert|rouge|realise"
    r"|\bvis|aim|shoot|gunning|points?\b|should be|need to be|\bdevr|\bdoit"
)
_THREAT = re.compile(r"threat|menac")
_GENERAL = re.compile(r"\b(?:a|an|un|une|considered|for a|pour une?)\b")
# "Could you give me" is polite.
_MAY = re.compile(r"\b(?:can|could|might|should|peut|peuvent|pourrait|pourraient)\b(?! (?:you|u|i)\b)")
_CHANGES = re.compile(r"(?:redui|redu[ic]t|baiss|diminu|augment|grimp|mont|chut|recul|perd|gagn|amelior)")
_LONGEST_AHEAD = 366
_LEAST_RATIO = 50
_WHICH = frozenset(("which", "any", "quel", "quelle", "quels", "quelles"))
_GONE = frozenset(("cancelled", "canceled", "left", "churned", "gone", "quit", "resilie", "resilies", "partis"))
# "The customers of 2024 ... those of 2025"
_CLASS = re.compile(r"\b(?:clients|comptes|customers|accounts|ceux|celles|those|ones) (?:de|d|of|from) 20\d\d\b")
_STAYS = frozenset(("restent", "reste", "rester", "mieux", "better", "longer", "longtemps", "fideles", "loyal"))
# "what is NRR exactly?", "explain NRR to me", "explique-moi le churn": a term, with no article that makes it a figure.
_ASKS_FOR_TERM = re.compile(
    r"(?:wh?at is|wh?at s|whats|wats|explain|explain to me|explique(?: moi)?(?: le| la| l)?) (?:a |an |un |une )?"
    r"(?:\w+ ){0,3}?\w+"
    r"(?: exactly| exactement| to me| please| stp| svp| like i m new here| like i m five| c est quoi)*"
)


# "La contraction, c'est quoi ?"
_IS_WHAT = re.compile(r"(?:(?:le|la|l|un|une) )?(?:\w+ ){0,2}?\w+ (?:c est quoi|c quoi|cest quoi|kesako)")


def choose_line(spoken: SpokenQuestion) -> Line | None:
    """Return the line of the first rule that fits; None where none does."""
    return next((line for rule in _RULES if (line := rule(spoken)) is not None), None)


def _read_help(spoken: SpokenQuestion) -> Line | None:
    asks_more = spoken.filters or spoken.periods or spoken.has("why", "nrr", "grr", "churn", "mrr")
    return Line("help") if spoken.has("help") and not asks_more else None


def _read_action(spoken: SpokenQuestion) -> Line | None:
    asks_more = spoken.filters or spoken.periods or spoken.accounts
    return next((Line(name) for name in ("sync", "digest") if spoken.has(name) and not asks_more), None)


def _read_loss(spoken: SpokenQuestion) -> Line | None:
    """Read "if we lost Acme" and "NRR without Acme"."""
    if not spoken.accounts:
        return None
    # "What happens at Acme?" is about the account as it is.
    supposes = any(item.means("whatif") and not fold(item.text).endswith(" at") for item in spoken.items)
    supposes = supposes or (spoken.has("lost") and not spoken.has("why", "who"))
    supposes = supposes or any(item.means("risks") and _THREAT.search(fold(item.text)) for item in spoken.items)
    # "Where are we without Acme?"
    excludes = spoken.has("without") and spoken.has("nrr", "grr", "retention", "whatif") and not spoken.filters
    if not supposes and not excludes:
        return None
    if excludes:
        spoken.unused.clear()
    return Line("lose", words=quote_names(spoken.name_accounts()), sides=(Side(spoken.filters),))


def _read_change(spoken: SpokenQuestion) -> Line | None:
    """Read "what if churn went from 4% to 2%"."""
    shares = list(map(spell_percent, spoken.percents))
    name = _find_supposed(spoken)
    supposes = spoken.has("whatif") or (len(shares) == 2 and name == "churn")
    # A supposition is of a month: "annual churn of 10%" is another one.
    # "from 4 to 2%": the first number is in per cent, too.
    bare = [item.number for item in spoken.items if item.number is not None and not item.unit]
    if not shares and len(bare) == 1 and name in {"nrr", "grr"}:
        shares.append(spell_percent(bare.pop()))
    if not supposes or name is None or spoken.periods or not 1 <= len(shares) <= 2:
        return None
    if len(shares) == 1 and not bare and name != "expansion" and _changes_by(spoken):
        return None
    if len(shares) == len(bare) == 1:
        shares.insert(0, spell_percent(bare[0]))
    change = "->".join(shares)
    if name == "expansion":
        change = f"{'-' if spoken.has('fell') else '+'}{shares[-1].lstrip('+')}"
    elif name in {"nrr", "grr"}:
        change = shares[-1].rstrip("%")
    return Line("whatif", sides=(Side(spoken.filters),), parts=(f"{name} {change}",))


def _find_supposed(spoken: SpokenQuestion) -> str | None:
    """Return what is supposed to change: "churn went down to 2%" is churn, and no contraction."""
    if spoken.has("churn"):
        return "churn"
    named = next((name for name, words in _NAMED.items() if words & spoken.plain_words), None)
    return named or next((name for name, meanings in _SUPPOSED if spoken.has(*meanings)), None)


def _changes_by(spoken: SpokenQuestion) -> bool:
    """Tell whether the percentage is a difference, and no rate: "cut churn by 2%", "si le churn baisse de 2 %"."""
    pairs = pairwise(spoken.items)
    before = next((fold(before.text) for before, item in pairs if item.unit == "%"), "")
    return before == "by" or (before in {"de", "d"} and any(map(_CHANGES.match, spoken.plain_words)))


def _read_benchmarks(spoken: SpokenQuestion) -> Line | None:
    """Read "is 104% good?", "what is a good GRR for SMB?"."""
    if spoken.has("whatif") or spoken.accounts:
        return None
    share = spell_percent(spoken.percents[0]) if len(spoken.percents) == 1 else ""
    bare = [item.number for item in spoken.items if item.number is not None and not item.unit]
    if not share and len(bare) == 1 and bare[0] > _LEAST_RATIO and spoken.has("good") and spoken.has("nrr", "grr"):
        # "Would 112 be strong net retention?"
        share = spell_percent(bare[0])
    is_ratio = spoken.has("nrr", "grr", "retention") and not spoken.has("why", "targets", "over", "under", "churn")
    is_general = not spoken.periods and any(
        _GENERAL.search(fold(item.text)) for item in spoken.items if item.means("good")
    )
    asks_for_good = spoken.has("good") and not spoken.has("why", "trend") and (share or is_general)
    if spoken.dimensions and spoken.has("over", "under"):
        return None
    if not (spoken.has("benchmarks") or asks_for_good or (share and is_ratio)):
        return None
    parts = (spoken.name_metric() or "", share) if share else ()
    return Line("benchmarks", sides=(Side(spoken.filters),), parts=tuple(filter(None, parts)))


def _read_reconciliation(spoken: SpokenQuestion) -> Line | None:
    """Read "finance says NRR is 104.1, why do we differ?"."""
    figures = spoken.find_figures()
    if len(figures) != 1 or spoken.accounts or spoken.has("churn", "mrr", "arr", "whatif"):
        return None
    # "The board says 100 customers left" is about no ratio.
    is_ratio = spoken.percents or figures[0].as_tuple().exponent or spoken.has("nrr", "grr", "retention")
    if not spoken.has("reconcile") and not (spoken.has("claimed") and is_ratio):
        return None
    # The decimals that were typed count: 104.0 is not 104.
    return Line(
        "reconcile", spoken.name_metric(), (Side(spoken.filters, spoken.resolve_period()),), words=f"{figures[0]:f}"
    )


def _read_definition(spoken: SpokenQuestion) -> Line | None:
    asks_for_figure = spoken.filters or spoken.periods or spoken.accounts or spoken.percents
    if asks_for_figure or _NOW & spoken.plain_words or spoken.has("fell", "rose", "who"):
        return None
    text = " ".join(fold(item.text) for item in spoken.items)
    plain = " ".join(re.sub(r"[^\w ]", " ", text).split())
    if not spoken.only("define") and not _ASKS_FOR_TERM.fullmatch(plain) and not _IS_WHAT.fullmatch(plain):
        return None
    terms = [_TERMS[name] for item in spoken.items for name in _TERMS if item.means(name)]
    return Line("define", words=terms[0]) if terms else None


def _read_methods(spoken: SpokenQuestion) -> Line | None:
    names_several = len({item.method for item in spoken.items if item.method}) > 1
    if not (spoken.has("methods") or names_several) or spoken.accounts:
        return None
    return Line("methods", sides=(Side(spoken.filters, spoken.resolve_period(spoken.moment.default)),))


def _read_segment_effects(spoken: SpokenQuestion) -> Line | None:
    if not spoken.has("mix") or spoken.accounts:
        return None
    return Line("mix", spoken.name_metric(), (Side(spoken.filters, spoken.resolve_period()),))


def _read_quick_ratio(spoken: SpokenQuestion) -> Line | None:
    if not spoken.has("quickratio") or spoken.accounts:
        return None
    return Line("quickratio", sides=(Side(spoken.filters, spoken.resolve_period(spoken.moment.default)),))


def _read_renewal_rate(spoken: SpokenQuestion) -> Line | None:
    if not spoken.has("renewalrate") or spoken.accounts:
        return None
    return Line("renewalrate", sides=(Side(spoken.filters, spoken.resolve_period(spoken.moment.default)),))


def _read_price_volume(spoken: SpokenQuestion) -> Line | None:
    if not spoken.has("pricevolume") or spoken.accounts:
        return None
    return Line("pricevolume", sides=(Side(spoken.filters, spoken.resolve_period(spoken.moment.default)),))


def _read_survival(spoken: SpokenQuestion) -> Line | None:
    if not spoken.has("survival") or spoken.accounts:
        return None
    spoken.passed_over += [item.text for item in spoken.periods]
    return Line("survival", sides=(Side(spoken.filters),))


def _read_concentration(spoken: SpokenQuestion) -> Line | None:
    if not spoken.has("concentration") or spoken.accounts:
        return None
    return Line("concentration", sides=(Side(spoken.filters, spoken.resolve_close(spoken.moment.last_month)),))


def _read_data(spoken: SpokenQuestion) -> Line | None:
    asks_more = spoken.has("nrr", "grr", "churn", "risks", "renewals", "left", "mrr")
    if not spoken.has("data") or spoken.accounts or asks_more or (spoken.filters and not spoken.only("data")):
        return None
    # The state of the sheet is the same for every cut.
    spoken.passed_over += [item.text for item in spoken.items if item.filter]
    return Line("data")


def _read_account(spoken: SpokenQuestion) -> Line | None:
    if len(spoken.accounts) != 1 or spoken.filters or (spoken.has("who", "versus") and not spoken.has("why")):
        return None
    spoken.passed_over += [item.text for item in spoken.periods]
    return Line("account", words=quote_names(spoken.name_accounts()))


def _read_targets(spoken: SpokenQuestion) -> Line | None:
    if not any(item.means("targets") and _TARGET.search(fold(item.corrected or item.text)) for item in spoken.items):
        return None
    spoken.passed_over += [item.text for item in spoken.items if item.filter or item.period]
    return Line("targets")


def _read_outlook(spoken: SpokenQuestion) -> Line | None:
    moment = spoken.moment
    ahead = [item for item in spoken.items if item.ahead < 0]
    lands = spoken.has("yearend") and not spoken.has("mrr", "arr", "left", "lost", "joined")
    looks_ahead = bool(ahead) and spoken.has("nrr", "grr", "retention")
    if not (spoken.has("outlook") or lands or looks_ahead) or spoken.has("renewals", "risks", "why"):
        return None
    if any(_is_over(phrase, moment.data_through) for phrase in spoken.period_phrases):
        return None
    spoken.passed_over += [item.text for item in (*ahead, *spoken.periods)]
    return Line("outlook", sides=(Side(spoken.filters),))


def _is_over(phrase: PeriodPhrase, data_through: Month) -> bool:
    """Tell whether a period is over, or in another year than the one whose end is forecast."""
    if phrase.kind in {"year", "fiscal_year", "ytd"}:
        return phrase.step in {LAST, NEXT} or phrase.year not in {None, data_through.year}
    if phrase.is_rolling or phrase.step == NEXT:
        return False
    last_month = phrase.number * LENGTHS.get(phrase.kind, 1)
    return phrase.step is not None or phrase.year is not None or last_month <= data_through.number


def _read_renewals(spoken: SpokenQuestion) -> Line | None:
    if not spoken.has("renewals") or spoken.has("left"):
        return None
    days, period = _read_ahead(spoken)
    return Line("renewals", words=days, sides=(Side(spoken.filters, period),), parts=_list_limits(spoken))


def _list_limits(spoken: SpokenQuestion, *, changes: bool = False) -> tuple[str, ...]:
    """Return the limits and the columns of a list: `top 5`, `with industry, plan`."""
    columns = spell_columns(spoken.columns)
    return (*spoken.read_limits(changes=changes), *([columns] if columns else []))


def _read_ahead(spoken: SpokenQuestion) -> tuple[str, Period | None]:
    """Return the days or the period of renewals, from today on: "next 60 days", "in December", "by year end"."""
    today = spoken.moment.today
    ahead = next((item.ahead for item in spoken.items if item.ahead), 0) or _find_days(spoken)
    if ahead:
        return str(ahead) if ahead > 0 else _count_days(today, _add_months(today, -ahead)), None
    phrase = next(iter(spoken.period_phrases), None)
    year_end = dt.date(today.year, 12, 31)
    if phrase is None:
        return _count_days(today, year_end) if spoken.has("outlook", "yearend") else "", None
    if _is_present_year(phrase, today):
        return _count_days(today, year_end), None
    if phrase.is_rolling:
        return _count_days(today, _add_months(today, phrase.months or 12)), None
    period = resolve_period_ahead(phrase, spoken.moment.calendar, Month.containing(today))
    if spoken.has("until") and not spoken.only("by"):
        is_before = {"before", "avant"} & spoken.plain_words and not {"end", "fin"} & spoken.plain_words
        return _count_days(today, (period.window.start if is_before else period.window.end).last_day), None
    return "", period


def _find_days(spoken: SpokenQuestion) -> int:
    """Return the number of days of `renewals 60`: the one number that is neither a limit nor an amount."""
    limits = spoken.has("over", "under", "largest")
    numbers = [item.number for item in spoken.items if item.number is not None and not item.unit]
    return int(numbers[0]) if len(numbers) == 1 and not limits and 0 < numbers[0] <= _LONGEST_AHEAD else 0


def _is_present_year(phrase: PeriodPhrase, today: dt.date) -> bool:
    is_year = phrase.kind in {"year", "fiscal_year", "ytd"}
    return is_year and phrase.year in {None, today.year} and phrase.step != NEXT


def _count_days(today: dt.date, until: dt.date) -> str:
    return str(min((until - today).days, _LONGEST_AHEAD))


def _add_months(day: dt.date, months: int) -> dt.date:
    month = Month.containing(day) + months
    return min(month.first_day + dt.timedelta(day.day - 1), month.last_day)


def _read_signs(spoken: SpokenQuestion) -> Line | None:
    if not spoken.has("signs") or spoken.filters or spoken.accounts:
        return None
    spoken.passed_over += [item.text for item in spoken.periods]
    return Line("signs")


def _read_risks(spoken: SpokenQuestion) -> Line | None:
    if not spoken.has("risks") or spoken.has("why") or _tells_of_departures(spoken):
        return None
    spoken.passed_over += [item.text for item in spoken.periods]
    return Line("risks", sides=(Side(spoken.filters),), parts=_list_limits(spoken))


def _tells_of_departures(spoken: SpokenQuestion) -> bool:
    """Tell whether customers of a period are meant that are gone: "who went quiet and cancelled in Q3?"."""
    gone = (item for item in spoken.items if item.means("left") and not item.means("risks"))
    return bool(spoken.periods) and any(_GONE & item.plain_words for item in gone)


def _read_opportunities(spoken: SpokenQuestion) -> Line | None:
    text = " ".join(fold(item.text) for item in spoken.items)
    may_grow = spoken.has("grew") and _MAY.search(text) and not spoken.periods
    if not spoken.has("opportunities") and not may_grow:
        return None
    spoken.passed_over += [item.text for item in spoken.periods]
    return Line("opportunities", sides=(Side(spoken.filters),), parts=_list_limits(spoken))


def _read_cohorts(spoken: SpokenQuestion) -> Line | None:
    if _compares_classes(spoken):
        spoken.passed_over += [item.text for item in spoken.periods]
        return Line("cohorts", words="year", sides=(Side(spoken.filters),))
    if not spoken.has("cohorts"):
        return None
    spoken.passed_over += [item.text for item in spoken.periods if not _YEARLY & set(fold(item.text).split())]
    grain = "year" if _YEARLY & spoken.plain_words else ""
    return Line("cohorts", spoken.name_metric(), (Side(spoken.filters),), words=grain)


def _compares_classes(spoken: SpokenQuestion) -> bool:
    """Tell whether the customers of two years are compared: "do those who joined in 2024 stay better than 2025's?"."""
    years = [phrase for phrase in spoken.period_phrases if phrase.kind in {"year", "fiscal_year"}]
    stays = spoken.has("retention", "stayed", "nrr", "grr") or bool(_STAYS & spoken.plain_words)
    text = re.sub(r"\W+", " ", " ".join(fold(item.text) for item in spoken.items))
    names_classes = spoken.has("joined") or len(_CLASS.findall(text)) > 1
    return len(years) == 2 and names_classes and stays and not spoken.has("count", "share")


def _read_reasons(spoken: SpokenQuestion) -> Line | None:
    """Read "why ...", and "the drop in retention"."""
    is_change = spoken.has("fell", "rose") and spoken.has("nrr", "grr", "retention")
    is_change = is_change and not spoken.has("who", "trend") and not spoken.asks_whether() and not spoken.names_range()
    # "Does it go up or down?" is a trend; "better than the same quarter last year?" a comparison.
    compares = spoken.has("versus") and (spoken.has("samequarter", "yoy", "qoq") or len(spoken.periods) == 2)
    is_change = is_change and not compares and not (spoken.has("fell") and spoken.has("rose"))
    if not spoken.has("why") and not is_change:
        return None
    if spoken.dimensions and (spoken.has("ranking") or _WHICH & set(fold(spoken.items[0].text).split())):
        # "Which region drags retention down?" is a table.
        return None
    period = spoken.resolve_period(spoken.moment.default)
    return Line("why", spoken.name_metric(), (Side(spoken.filters, period),))


def _read_trend(spoken: SpokenQuestion) -> Line | None:
    """Read "how has retention evolved", and "is retention going up?"."""
    both = spoken.has("fell") and spoken.has("rose") and spoken.has("nrr", "grr", "retention")
    asks = (spoken.asks_whether() and spoken.has("fell", "rose")) or both
    asks = asks and not spoken.has("who", "customers")
    is_breakdown = spoken.dimensions and spoken.only("by", "ranking")
    asks_level = spoken.has("arr", "paying")
    is_limited = spoken.has("over", "under") and spoken.names_amount()
    asks_level = asks_level or (is_limited and spoken.has("customers", "who"))
    lists = (
        spoken.has("grew", "shrank") and spoken.has("customers", "who") and not spoken.has("nrr", "grr", "retention")
    )
    asks_level = asks_level or lists
    if not (spoken.has("trend") or asks) or is_breakdown or asks_level:
        return None
    # A trend shows all months up to the end of a period, so that one that goes up to now names nothing.
    ends = [phrase for phrase in spoken.period_phrases if _ends_trend(phrase)]
    spoken.passed_over += [item.text for item in spoken.periods if item.period not in ends]
    sides = (Side(spoken.filters, spoken.resolve_period() if ends else None),)
    return Line("trend", spoken.name_metric(), sides, words=spoken.name_parts())


def _ends_trend(phrase: PeriodPhrase) -> bool:
    is_since = phrase.first is not None and phrase.last is None
    return not phrase.is_rolling and phrase.step is None and not is_since


def _read_breakdown(spoken: SpokenQuestion) -> Line | None:
    """Read "by region", "which plan is best", and "flat, usage, tiered: each of them"."""
    dimensions, filters = _find_breakdown(spoken)
    if len(dimensions) != 1 or spoken.accounts or _lists_columns(spoken):
        return None
    if spoken.amount and not spoken.has("nrr", "grr"):
        period = spoken.resolve_close(spoken.moment.last_month)
        return Line(spoken.amount, words=f"by {dimensions[0]}", sides=(Side(filters, period),))
    if spoken.has("left", "lost", "losses", "shrank", "grew", "joined", "returned", "churn", "risks", "renewals"):
        return None
    period = spoken.resolve_period(spoken.moment.default) or spoken.moment.default
    if spoken.percents and spoken.has("over", "under"):
        # "Which regions are below 100%?": all of them are in the table.
        spoken.passed_over += [item.text for item in spoken.items if item.means("over", "under") or item.unit == "%"]
    return Line("by", spoken.name_metric(), (Side(filters, period),), words=dimensions[0])


def _lists_columns(spoken: SpokenQuestion) -> bool:
    """Tell whether accounts are listed with columns: "enterprise accounts with their owners"."""
    lists = spoken.has("customers", "who") and not spoken.has("nrr", "grr", "retention", "count", "share")
    return lists and spoken.columns == tuple(spoken.dimensions)


def _find_breakdown(spoken: SpokenQuestion) -> tuple[list[str], tuple[Filter, ...]]:
    """Return the columns to break down by and the filters: those named, else of three or more values of one column."""
    if len(spoken.dimensions) == 1 and spoken.has("by"):
        # "By health: green, amber, red" is every value.
        column = spoken.dimensions[0]
        asked = {entry.value for entry in spoken.included if entry.dimension == column}
        if len(asked) > 1 and asked >= {*spoken.words.vocabulary.dimensions[column]} - {"Unassigned"}:
            return [column], tuple(entry for entry in spoken.filters if entry.dimension != column)
    if spoken.dimensions or not spoken.has("by", "versus", "ranking"):
        return spoken.dimensions, spoken.filters
    named = [entry.dimension for entry in spoken.included]
    if len(named) < 3 or len(set(named)) != 1:
        return [], spoken.filters
    values = [value for value in spoken.words.vocabulary.dimensions[named[0]] if value != "Unassigned"]
    return [named[0]], spoken.excluded if len(named) == len(values) else spoken.filters


def _read_accounts(spoken: SpokenQuestion) -> Line | None:
    """Read "who left", "upsells in DACH", "our ten largest customers"."""
    if spoken.accounts or tuple(spoken.dimensions) != spoken.columns:
        return None
    parts, asks_who = _list_parts(spoken), _asks_who(spoken) or bool(spoken.columns)
    if spoken.has("behind") or _asks_for_list(spoken, parts, asks_who=asks_who):
        period = spoken.resolve_period(spoken.moment.default)
        limits = _list_limits(spoken, changes=True)
        if parts == ("churn",):
            # Accounts that left have no MRR but the one that they took along.
            limits = tuple(limit.replace("mrr", "change") for limit in limits)
        return Line("accounts", sides=(Side(spoken.filters, period),), parts=(*parts, *limits))
    # "Grands comptes" is a value, and names accounts, too; "our 20 biggest SMBs" are accounts.
    names_accounts = spoken.has("customers", "who") or (
        (spoken.has("over", "under") or (spoken.has("largest") and spoken.names_top()))
        and any(item.filter and _names_accounts(item) for item in spoken.items)
    )
    if parts or not names_accounts or spoken.has("nrr", "grr", "retention", "churn"):
        return None
    asks_for_some = spoken.amount or spoken.has("who", "largest", "over", "under", "count")
    columns = spell_columns(spoken.columns)
    if spoken.names_accounts and not asks_for_some and not columns:
        # The sub-command's own word: what changed, and who came.
        base = ("base",) if "base" in spoken.plain_words else ()
        period = spoken.resolve_period(spoken.moment.default)
        return Line("accounts", sides=(Side(spoken.filters, period),), parts=base)
    limits = spoken.read_limits(changes=False)
    is_limited = limits or columns or spoken.has("largest")
    if not is_limited and (spoken.amount or not (spoken.has("who") or spoken.filters)):
        return None
    if spoken.has("largest") and not any(limit.startswith("top") for limit in limits):
        limits = ("top 10" if _names_several(spoken) else "top 1", *limits)
    period = spoken.resolve_close(spoken.moment.last_month)
    parts = ("base", *limits, *([columns] if columns else []))
    return Line("accounts", sides=(Side(spoken.filters, period),), parts=parts)


def _names_accounts(item: Item) -> bool:
    """Tell whether a value names accounts: "grands comptes", "SMBs"."""
    return not _ACCOUNTS.isdisjoint(item.plain_words) or item.text.endswith("s")


def _read_number_of_customers(spoken: SpokenQuestion) -> Line | None:
    """Read "how many customers do we have" as a level: it has the accounts that pay."""
    asks = spoken.has("count") and spoken.has("customers") and not spoken.included and not spoken.dimensions
    if not asks or spoken.has(*_PARTS, *_ABOUT_RATIOS) or spoken.accounts:
        return None
    return Line("mrr", sides=(Side(spoken.filters, spoken.resolve_close(spoken.moment.last_month)),))


def _asks_who(spoken: SpokenQuestion) -> bool:
    return spoken.has("who") or (spoken.has("customers") and not spoken.has("count", "share"))


def _asks_for_list(spoken: SpokenQuestion, parts: tuple[str, ...], *, asks_who: bool) -> bool:
    """Tell whether the accounts of some parts are asked for, and not their share or number."""
    names_ratio = spoken.has("nrr", "grr", "retention")
    if not parts:
        return spoken.has("changed") and (asks_who or not (names_ratio or spoken.amount))
    if parts == ("kept",) and spoken.has("count", "share") and not asks_who:
        return False
    if names_ratio and (not asks_who or (spoken.has("nrr", "grr") and not spoken.has("who"))):
        return False
    if spoken.has("share") and not spoken.only("who") and set(parts) <= {"churn", "contraction"}:
        return False
    return asks_who or parts != ("churn",) or spoken.has("losses", "largest")


def _list_parts(spoken: SpokenQuestion) -> tuple[str, ...]:
    parts = [part for meaning, part in _PARTS.items() if spoken.has(meaning)]
    if "new" in parts and any(entry.dimension == "tenure" for entry in spoken.filters):
        # "Those who arrived less than a year ago" is a value.
        parts.remove("new")
    names_accounts = spoken.has("who", "customers")
    names_base = spoken.names_accounts and "base" in spoken.plain_words
    lists_churn = parts or names_base or spoken.has("who", "largest", "over") or spoken.is_after_accounts("churn")
    if spoken.has("lost") or (spoken.has("churn") and lists_churn):
        parts.append("churn")
    if spoken.has("lost") and spoken.has("over", "under") and spoken.names_amount():
        # "Customers that lost more than 10k": what they pay less, or all of it.
        parts.append("contraction")
    if spoken.has("losses"):
        parts += ["churn"] if spoken.has("left", "churn") else ["churn", "contraction"]
    if spoken.has("fell") and (names_accounts or spoken.has("largest", "left")):
        parts.append("contraction")
    if spoken.has("rose") and names_accounts:
        parts.append("expansion")
    if parts and names_base:
        parts.append("base")
    if "reactivated" in parts and not spoken.names_accounts:
        # "Back after leaving": those who left before, and are not new.
        parts = [part for part in parts if part not in {"churn", "new"}]
    return join_parts(parts)


def _names_several(spoken: SpokenQuestion) -> bool:
    words = (word for item in spoken.items if item.means("customers") for word in fold(item.text).split())
    return any(word.endswith("s") for word in words)


def _read_churn(spoken: SpokenQuestion) -> Line | None:
    if not spoken.has("churn", "left", "lost", "losses") or spoken.dimensions or spoken.accounts:
        return None
    return Line("churn", sides=(Side(spoken.filters, spoken.resolve_period(spoken.moment.default)),))


def _read_revenue(spoken: SpokenQuestion) -> Line | None:
    if not spoken.amount or spoken.has("nrr", "grr") or spoken.accounts:
        return None
    if spoken.has("share") and spoken.has("retention", "stayed"):
        return None
    last = spoken.moment.last_month
    period = spoken.moment.shift_year(last) if spoken.has("yoy") and not spoken.has("versus") else last
    return Line(spoken.amount, sides=(Side(spoken.filters, spoken.resolve_close(period)),))


def _read_question(spoken: SpokenQuestion) -> Line | None:
    if not (spoken.filters or spoken.periods or spoken.has("nrr", "grr", "retention", "samequarter")):
        return None
    period = spoken.resolve_period(spoken.moment.default)
    return Line(metric=spoken.name_metric(), sides=(Side(spoken.filters, period),))


_RULES: tuple[Callable[[SpokenQuestion], Line | None], ...] = (
    _read_help,
    _read_action,
    _read_signs,
    _read_loss,
    _read_change,
    _read_reconciliation,
    _read_benchmarks,
    _read_methods,
    _read_segment_effects,
    _read_quick_ratio,
    _read_price_volume,
    _read_survival,
    _read_renewal_rate,
    _read_concentration,
    _read_definition,
    _read_data,
    _read_account,
    _read_targets,
    _read_outlook,
    _read_renewals,
    _read_reasons,
    _read_risks,
    _read_opportunities,
    _read_cohorts,
    read_series,
    read_comparison,
    _read_trend,
    _read_breakdown,
    _read_number_of_customers,
    _read_accounts,
    _read_churn,
    _read_revenue,
    _read_question,
)
