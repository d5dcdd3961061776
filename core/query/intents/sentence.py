"""A sentence as its items: what it names, what it asks for, and what it does not say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, get_args

from core.errors import N_, QuestionError, Sentence
from core.months import Calendar, Grain, Month, Period, Window
from core.query.intents.items import Item, Words, read_count
from core.query.intents.lexicon import Phrase
from core.query.intents.lines import Line
from core.query.intents.ordinary_words import asks_nothing, find_kind
from core.query.period_phrases import LAST, LENGTHS, THIS, PeriodPhrase
from core.query.periods import merge_periods, resolve_period
from core.query.tokens import stem
from core.query.vocabulary import Filter
from core.terms import Metric
from core.text import fold

DID_YOU_MEAN = N_("Did you mean {nearest}?")
TWO_PERIODS = N_('The question names two periods: "{first}" and "{second}".')
WHICH_MEASURE = N_("“{unknown}” could be of MRR or of ARR.")
_ONLY = frozenset(("only", "just", "seulement", "uniquement"))
_ENDS = frozenset(("end", "fin"))
_NOT_CLOSED = N_("{period} has no closed month yet, so this is {instead}.")

# Words between two values that are excluded together, and words that make "but" exclude: "all regions but France".
_JOINING = frozenset(
    """
    and et or ou nor ni , & + the le la les l in en of de du des d s our nos those ceux celles celui celle ones
    accounts account customers customer clients client comptes compte
    """.split()  # noqa: SIM905
)
_MOST = frozenset(("most", "le plus", "la plus", "les plus", "fastest"))
_OR_NOT = frozenset(("or not", "ou pas", "ou non"))
_AND = frozenset(("and", "et", "&", "+", "or", "ou", "ni", "nor"))
_OF_VALUE = frozenset(("ones", "customers", "clients", "accounts", "comptes"))
_ALL = frozenset(
    (
        "all",
        "everything",
        "everywhere",
        "partout",
        "every",
        "each",
        "everyone",
        "everybody",
        "any",
        "tout",
        "tous",
        "toute",
        "toutes",
        "chaque",
    )
)
# Words before a column that a list shall show.
_BEFORE_COLUMNS = frozenset(
    """
    with including include incl showing show display plus and their its column columns add
    avec affiche montre et leur leurs son colonne colonnes ajoute
    """.split()  # noqa: SIM905
)
# Meanings of a sentence that lists accounts.
_LISTING = ("left", "lost", "losses", "joined", "shrank", "grew", "returned", "stayed", "customers", "who", "risks",
            "renewals", "opportunities")  # fmt: skip
_CHANGES = ("left", "lost", "churn", "shrank", "grew", "joined", "returned")
# Words that deny the one after them: "Q2, not Q3".
_DENYING = re.compile(
    r"(?:and |et )?(?:not|pas|non|rather than|instead of|plutot que)(?: (?:the|of|le|la|les|l|du|de|en))*"
    r"|(?:i |we )?(?:don t|do not) (?:want|need)|(?:je |on )?(?:ne )?veux pas"
)
# Words before the amount of "out of every 100 euros".
_OF_MONEY = frozenset("of every each from for per sur pour chaque de".split())  # noqa: SIM905
_THOUSANDS = re.compile(r"\d ?k")
_ARTICLE = re.compile(r"(?:le|la|les|l|the) ")
_ANNUALISED = re.compile(r"annuali[sz]ee?d?s?")
_HEALTH = frozenset(("health", "sante"))
_GREETING = re.compile(r"(?:hi|hello|hey|dear|good|morning|thanks?|thx|cheers|bonjour|bonsoir|salut|coucou|merci)\b")
_TELLS = re.compile(
    r"\b(?:tell|ask|remind|ping|email|warn|inform|previens|rappelle a|dis a|dites a|demande a|demandez a)$"
)
_HAS_LEFT = re.compile(
    r"(?:has |have |will |a |est |va |s )?"
    r"(?:left|leave|leaves|leaving|quit|gone|quitte|part(?:i|ie|ir|ira|ent)|en va|en aller)"
)
_THEIRS = frozenset(("his", "her", "ses", "son", "sa"))
_LEAVING = frozenset(
    ("leaving", "leave", "taking", "take", "putting", "put", "setting", "laissant", "laisser", "mettant", "mettre")
)
# Days of a meeting or the like; no figure is of one of them.
_DAYS = frozenset(("tomorrow", "demain", "this morning", "ce matin"))
# "Enterprise included" is no cut.
_INCLUDED = frozenset(("compris", "comprise", "comprises", "inclus", "incluse", "incluses", "included"))
_INCLUDING = frozenset(("including", "incl", "y compris", "incluant"))
_SUPERLATIVE = re.compile(r"\b(?:most|plus|riskiest|shakiest)\b")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a sentence is read.

    Attributes:
        calendar: the fiscal calendar.
        data_through: the last month with figures.
        default: the period of a question that names none.
        today: the day from which renewals are counted.
        metric: the ratio that comes first where a sentence names none.

    """

    calendar: Calendar
    data_through: Month
    default: Period
    today: dt.date
    metric: Metric = "nrr"

    @property
    def last_month(self) -> Period:
        """The last month with figures, as a period."""
        return Period("month", Window.ending(self.data_through, 1), number=self.data_through.number)

    def shift_year(self, period: Period) -> Period:
        """Return the same period one year earlier."""
        window = Window(period.window.start - 12, period.window.end - 12)
        if not period.complete:
            return Period("range", window)
        return replace(period, window=window, year=period.year - 1 if period.year else 0, through=None)

    def shift_back(self, period: Period) -> Period:
        """Return the quarter before a quarter; of another period, the one of equal length before it."""
        step = period.window.months
        window = Window(period.window.start - step, period.window.end - step)
        if period.kind != "quarter":
            return Period("month" if step == 1 else "range", window, number=window.end.number if step == 1 else 0)
        year, number = self.calendar.part_of(window.end, 3)
        return Period("quarter", window, year=year, number=number)


# A word for one of several periods -> its kind.
_GRAINS: Mapping[str, Grain] = {
    **dict.fromkeys(("month", "mois", "moi"), "month"),
    **dict.fromkeys(
        ("quarter", "quarterly", "trimestr", "trimestriel", "trimestriell", "trimestriellement"), "quarter"
    ),
    **dict.fromkeys(("year", "yearly", "an", "ann"), "year"),
}


_PLURALS = frozenset(("months", "mois", "quarters", "trimestres", "years", "ans", "annees"))


@dataclass(frozen=True, slots=True)
class Series:
    """Several periods of one kind that follow each other: the last four quarters, the years 2024 and 2025.

    Attributes:
        grain: their kind.
        count: their number, at least 2.
        period: a period that ends with the last of them; None where it is the last complete one.

    """

    grain: Grain
    count: int
    period: Period | None


@dataclass(slots=True)
class SpokenQuestion:
    """The items of one sentence, and what they come to.

    Attributes:
        items: the items, in order.
        words: the words of the snapshot.
        moment: when it is asked.
        filters: the values that are named, in the order of the columns, the excluded ones last.
        unused: the words for "except" that no value follows.
        measure: what an amount is, where the sentence does not say it.
        passed_over: words that name something that the line does not use.
        notes: what was assumed.

    """

    items: list[Item]
    words: Words
    moment: Moment
    measure: str = ""
    filters: tuple[Filter, ...] = ()
    unused: list[Item] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)
    _meanings: frozenset[str] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._pass_clauses()
        self._read_annualised()
        self._read_share_of_money()
        self._drop_denied()
        self._join_amounts()
        self._join_changes()
        self._join_years()
        self._read_columns_of_lists()
        self._join_leaving_out()
        self._join_descriptions()
        self.filters = self.sort_filters(self._read_filters())

    def has(self, *meanings: str) -> bool:
        """Tell whether a phrase has one of these meanings."""
        if self._meanings is None:
            phrases = (item.phrase.meanings for item in self.items if item.phrase)
            self._meanings = frozenset().union(*phrases)
        return not self._meanings.isdisjoint(meanings)

    def _replace(self, at: int, item: Item, **changes: Any) -> None:
        """Replace the item at a place by another, with some changes."""
        self.items[at] = replace(item, **changes)
        self._meanings = None

    def only(self, *meanings: str) -> bool:
        """Tell whether a phrase has some of these meanings and no other."""
        allowed = set(meanings)
        return any(item.means(*meanings) and item.phrase and item.phrase.meanings <= allowed for item in self.items)

    def text_of(self, meaning: str) -> str:
        """Return the first phrase with a meaning, as typed."""
        return next(item.text for item in self.items if item.means(meaning))

    @property
    def plain_words(self) -> set[str]:
        """Every word, folded."""
        return {word for item in self.items for word in fold(item.text).split()}

    @property
    def names_accounts(self) -> bool:
        """True where the sub-command `accounts` is named by its own word, maybe misspelt."""
        return any(_names_accounts(item) for item in self.items)

    def is_after_accounts(self, meaning: str) -> bool:
        """Tell whether a phrase comes after the word of `accounts`: "accounts Q3 churn", not "churn of accounts"."""
        named = [item.start for item in self.items if _names_accounts(item)]
        return bool(named) and any(item.means(meaning) and item.start > named[0] for item in self.items)

    @property
    def periods(self) -> list[Item]:
        """The items that name a period."""
        return [item for item in self.items if item.period]

    @property
    def period_phrases(self) -> list[PeriodPhrase]:
        """The periods that are named."""
        return [item.period for item in self.items if item.period]

    @property
    def accounts(self) -> list[Item]:
        """The items that name an account."""
        return [item for item in self.items if item.accounts]

    @property
    def percents(self) -> list[Decimal]:
        """The numbers in per cent."""
        return [item.number for item in self.items if item.unit == "%" and item.number is not None]

    @property
    def included(self) -> tuple[Filter, ...]:
        """The values that are named and not excluded."""
        return tuple(entry for entry in self.filters if not entry.excluded)

    @property
    def excluded(self) -> tuple[Filter, ...]:
        """The values that are excluded."""
        return tuple(entry for entry in self.filters if entry.excluded)

    @property
    def dimensions(self) -> list[str]:
        """The columns that are named without a value, to break down by: not those of "all regions but the Nordics"."""
        named = []
        before: Item | None = None
        for at, item in enumerate(self.items):
            if item.dimension:
                filters = self.filters if self._is_all_but(at) else self.included
                is_filtered = any(entry.dimension == item.dimension for entry in filters)
                if not is_filtered or (before and before.means("by", "ranking", "versus")):
                    named.append(item.dimension)
            if not item.is_passed:
                before = item
        return list(dict.fromkeys(named))

    def _is_all_but(self, at: int) -> bool:
        """Tell whether a column is that of "all regions but the Nordics"."""
        after = self.find_next(self.items[at])
        is_all = any(not _ALL.isdisjoint(item.plain_words) for item in self.items[max(at - 2, 0) : at])
        return is_all and after is not None and after.means("without", "but")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a list shall show: "with their industry and region", not "by region"."""
        named: list[str] = []
        words: set[str] = set()
        dimensions = self.dimensions
        for item in self.items:
            if item.dimension in dimensions and words & _BEFORE_COLUMNS:
                # One that follows is a column too, unless a word such as "by" is between them.
                named.append(item.dimension)
                words = {"with"}
            elif item.is_passed:
                words |= item.plain_words
            else:
                words = set()
        return tuple(dict.fromkeys(named))

    @property
    def amount(self) -> str:
        """The level that is asked for, `mrr` or `arr`; empty for none."""
        if self.has("mrr", "arr"):
            return "arr" if self.has("arr") else "mrr"
        return "mrr" if self.has("paying") and self.has("monthly") and not self.has("nrr", "grr", "retention") else ""

    @property
    def series(self) -> Series | None:
        """The periods that may be asked for one by one; None where the sentence has one or none with figures."""
        try:
            if len(self.periods) == 1:
                return self._read_parts(self.periods[0])
            return self._read_named_series() if len(self.periods) > 2 else None
        except QuestionError:
            return None

    def _read_parts(self, item: Item) -> Series | None:
        """Return the parts of one period: "last 4 quarters", "2025" where the sentence says "quarter by quarter"."""
        grain = next((grain for other in self.items if other.means("apart") and (grain := _find_grain(other))), None)
        phrase = item.period
        if phrase is not None and phrase.is_rolling and not grain:
            grain = _find_grain(item)
        if phrase is None or grain is None:
            return None
        is_last = phrase.is_rolling and phrase.last is None and phrase.kind != "ytd"
        period = resolve_period(phrase, self.moment.calendar, self.moment.data_through)
        count = period.window.months // LENGTHS[grain]
        return Series(grain, count, None if is_last else period) if count > 1 else None

    def _read_named_series(self) -> Series | None:
        """Return three or more periods of one kind, each after the one before: "Q1, Q2 and Q3"."""
        kinds = {phrase.kind for phrase in self.period_phrases}
        grain = next((grain for grain in get_args(Grain) if kinds == {grain}), None)
        if grain is None or any(phrase.step is not None for phrase in self.period_phrases):
            return None
        years = {phrase.year for phrase in self.period_phrases if phrase.year}
        year = years.pop() if len(years) == 1 and grain != "year" else None
        periods = [
            resolve_period(replace(phrase, year=phrase.year or year), self.moment.calendar, self.moment.data_through)
            for phrase in self.period_phrases
        ]
        periods.sort(key=lambda period: period.window.end)
        follow = all(before.window.end == period.window.start for before, period in pairwise(periods))
        return Series(grain, len(periods), periods[-1]) if follow and periods[-1].complete else None

    def name_parts(self) -> str:
        """Return the parts of a trend that are named just after it or a number: "quarters", "4 quarters"."""
        for before, item in pairwise(self.items):
            grain = _find_grain(item) if item.is_passed and fold(item.text) in _PLURALS else None
            count = read_count(before) if before.number is not None and not before.unit else None
            if grain and count:
                return f"{count} {grain}s" if count > 1 else f"{count} {grain}"
            if grain and before.means("trend") and grain != "month":
                return f"{grain}s"
        return ""

    def find_figures(self) -> list[Decimal]:
        """Return the ratios that are named: the numbers in per cent, else those with decimals, else whole numbers."""
        numbers = [item.number for item in self.items if item.number is not None and not item.unit]
        with_decimals = [number for number in numbers if number.as_tuple().exponent]
        return self.percents or with_decimals or numbers

    def name_accounts(self) -> list[str]:
        """Return the names of the accounts."""
        return [self.words.accounts.names[item.accounts[0]] for item in self.accounts]

    def name_metric(self) -> Metric | None:
        """Return the ratio that is named and not the default; None where none or both are."""
        if self.has("noexpansion"):
            # Net retention without expansion is gross retention.
            return None if self.moment.metric == "grr" else "grr"
        named: set[Metric] = {name for name in get_args(Metric) if self.has(name)}
        only = next(iter(named)) if len(named) == 1 else None
        return None if only == self.moment.metric else only

    def names_range(self) -> bool:
        """Tell whether the one period goes from one to another: "from Q1 to Q2"."""
        phrases = self.period_phrases
        return len(phrases) == 1 and phrases[0].first is not None and phrases[0].last is not None

    def asks_whether(self) -> bool:
        """Tell whether the sentence asks yes or no: "is retention going up?", "ça remonte ou pas ?"."""
        if any(fold(item.text) in _OR_NOT for item in self.items):
            return True
        first = " ".join(fold(item.text).replace("'", " ").replace("-", " ") for item in self.items[:3])
        return bool(re.match(r"(?:is|are|has|have|est ce que|est ce qu|est)\b", first))

    def sort_filters(self, filters: Sequence[Filter]) -> tuple[Filter, ...]:
        """Return filters in the order of the columns, each once, the excluded ones last."""
        order = list(self.words.vocabulary.dimensions)
        unique = dict.fromkeys(filters)
        return tuple(sorted(unique, key=lambda entry: (entry.excluded, order.index(entry.dimension))))

    def resolve_period(self, default: Period | None = None) -> Period | None:
        """Return the one period of the sentence, else the default.

        Raises:
            QuestionError: there are two periods, or it is after the data.

        """
        if self.has("samequarter"):
            return self.moment.shift_year(self.moment.default)
        phrases = self.period_phrases
        if not phrases:
            return default
        merged = None if self._names_two_ends() else merge_periods(phrases) or _join_months(phrases)
        if merged is None:
            first, second = self.periods[0].text, self.periods[-1].text
            raise self.refuse(TWO_PERIODS, [second], first=first, second=second)
        return self.resolve_phrase(merged)

    def _names_two_ends(self) -> bool:
        """Tell whether two closes are named: "at the end of 2025 ... by the end of June" is not June 2025."""
        ends = [
            any(not _ENDS.isdisjoint(other.plain_words) for other in self.items[max(at - 2, 0) : at + 1])
            for at, item in enumerate(self.items)
            if item.period
        ]
        return len(ends) == 2 and all(ends)

    def resolve_close(self, default: Period) -> Period:
        """Return the period of a level: the month at whose end it is asked for, where the sentence says "end of"."""
        period = self.resolve_period(default) or default
        if self.has("yearend") or self.plain_words & {"end", "fin", "as", "close", "cloture"}:
            end = period.window.end
            return Period("month", Window.ending(end, 1), number=end.number)
        return period

    def resolve_phrase(self, phrase: PeriodPhrase) -> Period:
        """Return a period; "this quarter" without a closed month is the last one, with a note.

        Raises:
            QuestionError: it is after the data.

        """
        moment = self.moment
        if self.amount:
            # A level as of a day is that of the close of its month.
            phrase = replace(phrase, day=0)
        period = resolve_period(phrase, moment.calendar, moment.data_through)
        if phrase.step == THIS and phrase.kind in {"month", "quarter", "half"}:
            running = resolve_period(phrase, moment.calendar, Month.containing(moment.today))
            if running.window.start >= moment.data_through:
                self.notes.append(Sentence(_NOT_CLOSED, {"period": replace(running, complete=True), "instead": period}))
        return period

    def read_limits(self, *, changes: bool) -> tuple[str, ...]:
        """Return `top 5`, `mrr>50000` and the like.

        Args:
            changes: True where the amounts are changes of MRR.

        Raises:
            QuestionError: it is not said whether an amount is MRR or ARR.

        """
        limits = []
        for at, item in enumerate(self.items):
            if not item.means("over", "under"):
                continue
            near = self.items[at + 1 : at + 3]
            number = next((other for other in near if other.number is not None and other.unit != "%"), None)
            if number and number.number is not None:
                named = self.amount or ("mrr" if self.has("monthly") else self.measure)
                before = self.items[at - 1] if at else item
                is_written = item.text in {">", "<"} and before.means("mrr", "arr")
                measure = "change" if changes and not is_written else named
                if not measure or (not changes and self.has("mrr") and self.has("arr")):
                    raise self.refuse(WHICH_MEASURE, [number.text])
                limits.append(f"{measure}{'>' if item.means('over') else '<'}{spell_number(number.number)}")
        top = self._find_top()
        return (*([f"top {top}"] if top else []), *limits)

    def names_amount(self) -> bool:
        """Tell whether a number is named that is neither in per cent nor a count of something: "over 10k"."""
        return any(item.number is not None and item.unit != "%" for item in self.items)

    def names_top(self) -> bool:
        """Tell whether a number of accounts is named: "our 20 biggest"."""
        return self._find_top() is not None

    def _find_top(self) -> int | None:
        for at, item in enumerate(self.items):
            after = self.items[at + 1] if at + 1 < len(self.items) else item
            if item.number is not None and not item.unit and after.means("customers") and _MOST & self._list_pairs():
                # "The ten customers that grew most"
                return read_count(item)
            if item.means("largest") or (item.means("risks") and _SUPERLATIVE.search(fold(item.text))):
                around = [*self.items[max(at - 2, 0) : at], *self.items[at + 1 : at + 2]]
                counts = [read_count(other) for other in around if other.number is not None and not other.unit]
                if counts and counts[0]:
                    return counts[0]
        return None

    def _list_pairs(self) -> set[str]:
        """Return every word and every two words that follow each other, folded."""
        words = [word for item in self.items for word in fold(item.text).split()]
        return {*words, *map(" ".join, pairwise(words))}

    def find_next(self, item: Item) -> Item | None:
        """Return the item after one that has an effect; None for the last one."""
        return next((other for other in self.items if other.start >= item.stop and not other.is_passed), None)

    def joins_values(self, item: Item) -> bool:
        """Tell whether "or" is between two values of a column: "France or DACH"."""
        before, after = self._find_before(item), self.find_next(item)
        if not _is_or(item) or not (before and before.filter and after and after.filter):
            return False
        return before.filter.dimension == after.filter.dimension

    def _find_before(self, item: Item) -> Item | None:
        """Return the item before one that has an effect; None for the first one."""
        return next((other for other in reversed(self.items) if other.stop <= item.start and not other.is_passed), None)

    def _join_changes(self) -> None:
        """Take "or" in "shrank or left" for "and": both are listed."""
        for at, item in enumerate(self.items):
            around = self._find_before(item), self.find_next(item)
            if _is_or(item) and all(other is not None and other.means(*_CHANGES) for other in around):
                self._replace(at, item, phrase=Phrase(is_passed=True), is_unknown=False)

    def follows_value(self, item: Item) -> bool:
        """Tell whether an item comes just after a value, or after one and "ones", "clients"."""
        before = next(
            (other for other in reversed(self.items) if other.stop <= item.start and not _is_of_value(other)), None
        )
        return before is not None and before.filter is not None

    def _pass_clauses(self) -> None:
        """Take the unknown words of a clause that asks for nothing for ordinary words."""
        for _, group in groupby(list(enumerate(self.items)), lambda entry: entry[1].clause):
            places = [place for place, _ in group]
            clause = [self.items[place] for place in places if self.items[place].text not in {",", ";"}]
            unknown = [item for item in clause if item.is_unknown or item.corrected]
            days = [item for item in clause if fold(item.text) in _DAYS]
            if not (unknown or days) or not all(item.is_unknown or _has_no_meaning(item) for item in clause):
                continue
            words = [word for item in clause for word in re.findall(r"[^\W_]+", fold(item.text))]
            if asks_nothing(words, [item.text for item in unknown], is_first=clause[0] in unknown):
                for place in places:
                    item = self.items[place]
                    ordinary = "clause" if item in (*unknown, *days) else item.ordinary
                    self._replace(
                        place, item, phrase=Phrase(is_passed=True), ordinary=ordinary, is_unknown=False, corrected=""
                    )

    def _read_annualised(self) -> None:
        """Read "annualised" as ARR where revenue is asked for: it is no period then."""
        if self.has("mrr", "arr") and not self.has("churn", "nrr", "grr", "retention"):
            for at, item in enumerate(self.items):
                if item.period and _ANNUALISED.fullmatch(fold(item.text)):
                    self._replace(at, item, period=None, phrase=Phrase(frozenset(("arr",))))

    def _read_share_of_money(self) -> None:
        """Read "of each euro, how much is left" as retention; that of "a year ago" is over the twelve months since."""
        hundred = self._find_hundred()
        if not self.has("pereuro") and hundred is None:
            return
        for at, item in enumerate(self.items):
            is_before = hundred is not None and item.stop == hundred.start
            if (
                item is hundred
                or is_before
                or (item.means("mrr", "arr") and at and self.items[at - 1].text in _OF_MONEY)
            ):
                self._replace(at, item, number=None, phrase=Phrase(is_passed=True))
            elif item.means("pereuro"):
                self._replace(at, item, phrase=Phrase(frozenset(("retention",))))
            elif item.means("yoy"):
                self._replace(at, item, phrase=None, period=PeriodPhrase("ttm"))

    def _find_hundred(self) -> Item | None:
        """Return the amount of "out of every 100 euros" where retention is asked for."""
        for before, item in pairwise(self.items):
            if item.number in {1, 100, 1000} and item.unit == "money" and _OF_MONEY & before.plain_words:
                return item if self.has("pereuro", "retention", "stayed", "nrr", "grr") else None
        return None

    def _drop_denied(self) -> None:
        """Drop what is denied where another of its kind is meant: "Q2, not Q3", "not the quarter", "net, not gross"."""
        has_not_left = self.has("notleft") and self.has("shrank", "lost", "losses", "grew")
        for at, item in enumerate(self.items):
            if has_not_left and item.means("notleft"):
                self._replace(at, item, phrase=Phrase(is_passed=True))
            elif has_not_left and item.means("lost", "losses"):
                self._replace(at, item, phrase=Phrase(frozenset(("shrank",))))
        for at, item in enumerate(self.items):
            if not _DENYING.fullmatch(re.sub(r"[^a-z]+", " ", fold(item.text))):
                continue
            following = range(at + 1, min(at + 6, len(self.items)))
            place = next((place for place in following if not self._is_before_denied(place)), None)
            denied = self.items[place] if place is not None else None
            if place is None or denied is None or denied.filter or denied.accounts:
                continue
            others = [other for number, other in enumerate(self.items) if number not in {at, place}]
            if _has_another(denied, others):
                # "Not the quarter but the year"
                follows = [place + 1] if any(other.means("but") for other in self.items[place + 1 : place + 2]) else []
                for number in (at, place, *follows):
                    self._replace(
                        number, self.items[number], phrase=Phrase(is_passed=True), period=None, is_unknown=False
                    )

    def _is_before_denied(self, place: int) -> bool:
        item = self.items[place]
        is_link = item.means("customers", "who") or (item.is_passed and not _find_grain(item))
        return is_link and item.text not in {",", ";"}

    def _join_amounts(self) -> None:
        """Read "between 3k and 8k" as over the one and under the other; "10 et 20 k€" is in thousands both."""
        for at in range(len(self.items) - 3):
            first, low, joining, high = self.items[at : at + 4]
            if fold(first.text) not in {"between", "entre"} or fold(joining.text) not in {"and", "et"}:
                continue
            if low.number is None or high.number is None or "%" in {low.unit, high.unit}:
                continue
            self._replace(at, first, phrase=Phrase(frozenset(("over",))), is_unknown=False)
            self._replace(at + 2, joining, phrase=Phrase(frozenset(("under",))), is_unknown=False)
            if not low.unit and _THOUSANDS.search(fold(high.text)) and low.number.scaleb(3) < high.number:
                self._replace(at + 1, low, number=low.number.scaleb(3))

    def _join_years(self) -> None:
        """Give "T3" the year of "de l'an dernier" just after it, and "TTM" the month of "2026-09"."""
        year = self.moment.data_through.year
        for at, item in enumerate(self.items):
            phrase, after = item.period, self.find_next(item)
            other = after.period if after else None
            if not phrase or not other or after is None or phrase.year or phrase.step is not None:
                continue
            if phrase.kind in {"ttm", "ytd"} and not phrase.last and other.kind == "month" and after.start == item.stop:
                self._replace(at, item, period=replace(phrase, last=other))
                self._replace(self.items.index(after), after, period=None, phrase=Phrase(is_passed=True))
            if phrase.kind in {"month", "quarter", "half"} and other.kind == "year" and other.step in {LAST, THIS}:
                self._replace(at, item, period=replace(phrase, year=year + (other.step or 0)))
                self._replace(self.items.index(after), after, period=None, phrase=Phrase(is_passed=True))

    def _read_columns_of_lists(self) -> None:
        """Read "avec le secteur" as a column where accounts are listed, and not as "the market"."""
        if not self.has(*_LISTING) or self.has("versus"):
            return
        words: set[str] = set()
        for at, item in enumerate(self.items):
            name = _ARTICLE.sub("", fold(item.text))
            dimension = self.words.vocabulary.find_dimension(name) if item.phrase and not item.is_passed else None
            if dimension and {"with", "avec"} & words:
                self._replace(at, item, phrase=None, dimension=dimension)
            elif item.is_passed:
                words |= item.plain_words
            elif not item.dimension:
                words = set()

    def _join_leaving_out(self) -> None:
        """Take "leaving" in "leaving Benelux out" for a part of "out", and "NRR dropping SMB" for one without it."""
        for at, item in enumerate(self.items):
            after = self.items[at + 1 : at + 5]
            if fold(item.text) == "dropping" and after and after[0].filter and self.has("nrr", "grr", "retention"):
                self._replace(at, item, phrase=Phrase(frozenset(("without",))))
            if item.plain_words & {"break", "breaking"} and self.has("by"):
                down = next(
                    (
                        place
                        for place in range(at + 1, min(at + 6, len(self.items)))
                        if self.items[place].text.lower() == "down"
                    ),
                    None,
                )
                for place in (at, down) if down is not None else ():
                    self._replace(place, self.items[place], phrase=Phrase(is_passed=True), is_unknown=False)
            value = next((other for other in after if other.filter), None)
            if (
                fold(item.text) in _LEAVING
                and value
                and any(other.means("aside") and self.follows_value(other) for other in after)
            ):
                self._replace(at, item, phrase=Phrase(is_passed=True), is_unknown=False)

    def _join_descriptions(self) -> None:
        """Take "du secteur" before its value for the column, and "new" before "CFO" for no new customer."""
        for at, item in enumerate(self.items[:-1]):
            after = self.items[at + 1]
            if item.means("joined") and after.is_passed and find_kind(fold(after.text).split()[-1]) == "office":
                self._replace(at, item, phrase=Phrase(is_passed=True))
            entry = after.filter
            column = self.words.vocabulary.find_dimension(item.text.split()[-1]) if item.means("benchmarks") else None
            if entry and column == entry.dimension:
                self._replace(at, item, phrase=Phrase(is_passed=True))
            is_health = entry is not None and entry.dimension == "health" and fold(item.text.split()[-1]) in _HEALTH
            if is_health and item.filter and item.filter.dimension != "health":
                # "en santé rouge": the health of an account, and not the industry.
                self._replace(at, item, filter=None, phrase=Phrase(is_passed=True))

    def _comes_after_excluded(self, item: Item) -> bool:
        """Tell whether "mis a part" is about the value before it, and not about one after it."""
        after = self.find_next(item)
        is_both = item.means("without") and item.means("aside")
        return is_both and self.follows_value(item) and not (after and after.filter)

    def _exclude_before(self, at: int, filters: Sequence[Filter]) -> list[Filter]:
        """Return filters with the last one excluded, and those of its column that "and" joins to it."""
        last = filters[-1]
        joined = {last}
        is_joined = False
        for item in reversed(self.items[:at]):
            if item.filter and (is_joined or item.filter == last):
                if item.filter.dimension != last.dimension:
                    break
                joined.add(item.filter)
                is_joined = False
            elif not _JOINING.issuperset(fold(item.text).split()):
                break
            else:
                is_joined = is_joined or not _AND.isdisjoint(item.plain_words)
        return [replace(entry, excluded=True) if entry in joined else entry for entry in filters]

    def _is_left_out(self, item: Item) -> bool:
        """Tell whether a word next to a value excludes it."""
        before, after = self._find_before(item), self.find_next(item)
        return bool((before and before.means("without", "but")) or (after and after.means("aside")))

    def _is_included(self, at: int) -> bool:
        """Tell whether a value is only said to be among the others, and is the only one: "enterprise included"."""
        own = self.items[at].filter
        same = [item for item in self.items if item.filter and own and item.filter.dimension == own.dimension]
        if any(item is not self.items[at] and not self._is_left_out(item) for item in same):
            return False
        before = [fold(item.text) for item in self.items[max(at - 2, 0) : at]]
        if before[-1:] in (["the"], ["les"], ["la"], ["le"], ["l"]):
            before.pop()
        after = [fold(item.text) for item in self.items[at + 1 : at + 2]]
        return not _INCLUDED.isdisjoint(after) or not _INCLUDING.isdisjoint(before[-1:])

    def _keeps_only(self, at: int) -> bool:
        """Tell whether the words from a place on name the only value: "but SMB only"."""
        near = self.items[at : at + 3]
        return any(item.filter for item in near) and any(not _ONLY.isdisjoint(item.plain_words) for item in near)

    def _leaves_out(self, at: int) -> bool:
        """Tell whether the words from a place on leave a value out: "but leave Consumer out"."""
        value, after = self.items[at : at + 3], self.items[at + 1 : at + 4]
        is_value = any(item.filter for item in value) and all(item.filter or item.is_passed for item in value[:-1])
        return is_value and any(item.means("aside") and self.follows_value(item) for item in after)

    def _list_people(self) -> list[Item]:
        """Return the owners who are meant as people: "Clara, do you have ...", "thanks Jonas", "has Mateo left?"."""
        people = []
        may_have_left = self.has("left") and not self.has("customers", "who", "count", "share")
        for at, item in enumerate(self.items):
            following = [other for other in self.items[at + 1 : at + 3] if may_have_left and other.means("left")]
            has_left = any(_HAS_LEFT.fullmatch(fold(other.text)) for other in following)
            if has_left and item.is_passed and find_kind(fold(item.text).split()[-1]) == "office":
                # "our CFO left"
                people.append(item)
            if not item.filter or item.filter.dimension != "owner":
                continue
            before, after = self.items[at - 1] if at else None, self.items[at + 1 : at + 3]
            is_greeted = before is not None and (_is_greeting(before) or bool(_TELLS.search(fold(before.text))))
            is_called = before is None and len(after) == 2 and after[0].text == "," and not _is_asked_about(after[1])
            # "Jonas, ses clients"
            is_called = is_called and not _THEIRS & after[1].plain_words
            if is_greeted or is_called or has_left:
                people.append(item)
        return people

    def _read_filters(self) -> list[Filter]:
        """Return the values; those after a word such as "except" are excluded, with the ones joined to them."""
        filters: list[Filter] = []
        excluding: Item | None = None
        joined = ""
        says_all = False
        goes_beyond = False
        self.unused += self._list_people()
        for at, item in enumerate(self.items):
            after = self.items[at + 1] if at + 1 < len(self.items) else None
            says_all = says_all or bool(_ALL & set(fold(item.text).split()))
            goes_beyond = item.means("notonly") or (goes_beyond and (item.is_passed or item.filter is not None))
            if goes_beyond and item.filter and not (after and after.means("aside")):
                # "Not just in SMB" is everyone.
                self.passed_over.append(item.text)
            elif item.filter and not excluding and self._is_included(at):
                self.passed_over.append(item.text)
            elif self._comes_after_excluded(item) and filters:
                filters = self._exclude_before(at, filters)
            elif item.means("without") or (item.means("but") and says_all):
                if excluding and not joined:
                    self.unused.append(excluding)
                excluding, joined = item, ""
            elif item.means("but") and not (self._leaves_out(at + 1) or self._keeps_only(at + 1)):
                self.unused.append(item)
            elif item.means("aside") and filters and self.follows_value(item):
                filters = self._exclude_before(at, filters)
            elif item.filter:
                is_joined = excluding is not None and joined in {"", item.filter.dimension}
                is_excluded = is_joined or item.filter.excluded
                filters.append(replace(item.filter, excluded=is_excluded))
                joined = item.filter.dimension if is_excluded else joined
                excluding = (excluding or item) if is_excluded else None
            elif excluding and not item.is_passed and not item.means("customers", "who") and not _is_or(item):
                if not joined:
                    self.unused.append(excluding)
                excluding = None
            elif joined and not _JOINING.issuperset(fold(item.text).split()):
                excluding = None
        if excluding and not joined:
            self.unused.append(excluding)
        return filters

    def refuse(
        self,
        problem: str,
        unknown: Sequence[str],
        lines: Sequence[Line] = (),
        fix: str = "",
        *,
        whole: int = 0,
        **values: object,
    ) -> QuestionError:
        """Return the error of a sentence that is not answered.

        Args:
            problem: the problem; `{unknown}` is what was not understood.
            unknown: the words that were not understood, neighbours together.
            lines: what may have been meant, the best first.
            fix: the fix; empty to ask whether one of the lines was meant.
            whole: how many of the lines leave no word out.
            values: further values of the sentences.

        """
        ratios = {"nrr", "grr", "retention"}
        return QuestionError(
            problem,
            fix or (DID_YOU_MEAN if lines else ""),
            unknown=", ".join(unknown)[:60],
            unknown_words=tuple(unknown),
            understood=tuple(entry.value for entry in self.filters),
            nearest_names=(),
            is_plain=all(item.phrase.meanings <= ratios for item in self.items if item.phrase),
            **self.list_lines(lines, whole),
            **values,
        )

    def ask_back(self, problem: str, unknown: str, lines: Sequence[Line] = (), fix: str = "") -> QuestionError:
        """Return the error of a sentence that could mean several lines; `unknown` is what could mean several things."""
        return self.refuse(problem, [unknown], lines, fix, whole=len(lines))

    def list_lines(self, lines: Sequence[Line], whole: int) -> dict[str, object]:
        """Return the values of an error that name the lines that may have been meant, each once."""
        vocabulary = self.words.vocabulary
        meanings = {line.spell(vocabulary): line for line in reversed(lines)}
        spelt = tuple(dict.fromkeys(line.spell(vocabulary) for line in lines))
        first = {line.spell(vocabulary) for line in lines[:whole]}
        return {
            "nearest": ", ".join(spelt),
            "lines": spelt,
            "meanings": tuple(meanings[text] for text in spelt),
            "whole": len(first),
        }


def _has_no_meaning(item: Item) -> bool:
    phrase = item.phrase
    is_day = phrase is not None and phrase.refused == "finer" and fold(item.text) in _DAYS
    return is_day or (
        phrase is not None and phrase.is_passed and not (phrase.meanings or phrase.refused or item.method)
    )


def _is_of_value(item: Item) -> bool:
    """Tell whether a word only completes the value before it: "the usage-based ones"."""
    return item.text == "s" or fold(item.text) in _OF_VALUE


def _is_or(item: Item) -> bool:
    return fold(item.text) in {"or", "ou"}


def _has_another(denied: Item, others: Sequence[Item]) -> bool:
    """Tell whether another item is of the kind of a denied one: a period, a ratio, a part of the accounts."""
    if denied.period or (denied.is_passed and _find_grain(denied)):
        return any(other.period for other in others)
    for kind in (("nrr", "grr", "churn"), _CHANGES):
        if denied.means(*kind):
            meanings = denied.phrase.meanings if denied.phrase else frozenset()
            return any(other.means(*kind) and not other.means(*meanings) for other in others)
    return False


def _find_grain(item: Item) -> Grain | None:
    """Return the kind of period that an item names: "last 4 quarters", "quarter by quarter"."""
    words = re.findall(r"[^\W\d_]+", fold(item.corrected or item.text))
    return next((_GRAINS[word] for word in map(stem, words) if word in _GRAINS), None)


def _is_greeting(item: Item) -> bool:
    return bool(_GREETING.match(fold(item.text)) and item.phrase and item.phrase.is_courtesy)


def _is_asked_about(item: Item) -> bool:
    return bool(item.filter or item.period or item.dimension) or item.means("nrr", "grr", "retention", "churn", "mrr")


def _join_months(phrases: Sequence[PeriodPhrase]) -> PeriodPhrase | None:
    """Return two months that follow each other as one period: "July and August"."""
    if len(phrases) != 2 or any(phrase.kind != "month" or phrase.step is not None for phrase in phrases):
        return None
    follows = phrases[1].number == phrases[0].number % 12 + 1
    return PeriodPhrase("range", first=phrases[0], last=phrases[1]) if follows else None


def spell_number(number: Decimal) -> str:
    """Return a number without needless digits: 50000, 2.5."""
    return f"{number.normalize():f}"


def spell_percent(number: Decimal) -> str:
    """Return a percentage as it is typed: 104%."""
    return f"{spell_number(number)}%"


def _names_accounts(item: Item) -> bool:
    # "accouns" is as near to "account" as to "accounts".
    words = {"accounts", "comptes", "account", "compte"} if item.corrected else {"accounts", "comptes"}
    return bool(words & item.plain_words)
