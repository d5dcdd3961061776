"""Sentences -> lines of the grammar: "who left us last quarter?" is `accounts Q3 2026 churn`.

The items of the sentence are found first; then the meanings choose a sub-command, in the order of `_RULES`. Each word
has to be explained by the line, or be known to have no effect: a word that is not understood is never passed over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import get_args

from core.errors import N_, QuestionError, Sentence
from core.months import Calendar, Month, Period, Window
from core.query.account_names import AccountNames
from core.query.intents.items import Item, Words, read_count, remove_mentions, split_pieces
from core.query.intents.lexicon import Phrase
from core.query.intents.lines import Line, Side, join_parts, quote_names
from core.query.period_phrases import LAST, LENGTHS, NEXT, THIS, PeriodPhrase
from core.query.periods import merge_periods, resolve_period
from core.query.question import MOST_CHARACTERS
from core.query.vocabulary import Filter, Vocabulary
from core.terms import Metric
from core.text import clean_text, fold

# Meanings that every line allows: they name what is asked about, or how.
_HARMLESS = frozenset("retention customers who count share howis paying company ranking better".split())  # noqa: SIM905
# Sub-command -> further meanings that it explains.
_EXPLAINED: dict[str, frozenset[str]] = {
    command: frozenset(meanings.split())
    for command, meanings in {
        "why": "why fell rose nrr grr changed churn left lost losses shrank grew trend mrr arr",
        "account": "mrr arr trend why renewals risks churn left fell rose data grew changed lost shrank define nrr grr",
        "lose": "whatif left lost losses churn mrr arr nrr grr risks fell without",
        "whatif": "whatif churn nrr grr left shrank grew rose fell versus mrr arr lost by over under monthly",
        "benchmarks": "benchmarks good nrr grr versus define churn largest",
        "define": "define nrr grr churn mrr arr shrank grew joined returned cohorts methods versus whatif left lost by",
        "methods": "methods nrr grr define cohorts by versus",
        "cohorts": "cohorts by nrr grr trend largest good joined versus",
        "renewals": "renewals yearend outlook mrr arr left risks over under largest until",
        "risks": "risks mrr arr left lost churn over under largest opportunities",
        "opportunities": "opportunities grew mrr arr over under largest",
        "targets": "targets nrr grr versus fell rose by over under good",
        "outlook": "outlook yearend nrr grr trend until",
        "data": "data why",
        "help": "help",
        "trend": "trend nrr grr mrr churn fell rose good changed monthly by",
        "by": "by nrr grr largest versus good fell rose",
        "vs": "versus nrr grr qoq yoy samequarter rose fell good trend by changed",
        "accounts": "left lost losses churn shrank grew joined returned stayed changed fell rose largest over under mrr arr",
        "churn": "churn left lost losses mrr arr monthly",
        "mrr": "yearend define mrr arr rose fell grew by changed",
        "": "nrr grr samequarter stayed",
    }.items()
}
_PARTS = {
    "left": "churn",
    "shrank": "contraction",
    "grew": "expansion",
    "joined": "new",
    "returned": "reactivated",
    "stayed": "kept",
}
_TERMS = {
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
_JOINING = frozenset(("and", "et", "or", "ou", "nor", "ni", ",", "&", "+", "the", "les", "l", "in", "en"))
_SUPERLATIVE = re.compile(r"\b(?:most|plus|riskiest|shakiest)\b")
_ALL = frozenset(("all", "every", "each", "everyone", "everybody", "any", "tout", "tous", "toute", "toutes", "chaque"))
_YEARLY = frozenset(("year", "years", "yearly", "annual", "annuel", "annuelle", "annuelles", "annee", "an", "annees"))

TOO_MANY = N_("The question has {length} characters; the limit is {limit}.")
BE_SHORT = N_('Name a segment and a period, such as "{example}".')
NOT_UNDERSTOOD = N_('I did not understand "{unknown}", so I have not answered.')
NO_SUCH_NAME = N_('There is no "{unknown}" in the sheet.')
DID_YOU_MEAN = N_("Did you mean: {nearest}?")
TRY_ONE = N_("Try one of these: {nearest}.")
WHICH_ACCOUNT = N_('Several accounts could be "{unknown}".')
WHOSE = N_("I do not know which accounts are yours.")
NAME_OWNER = N_("Name the owner, such as owner={owner}.")
WHICH_MEASURE = N_('"{unknown}" could be MRR or ARR.')
NOT_CLOSED = N_("{period} has no closed month yet: this is {instead}.")
REFUSALS = {
    "action": N_("I only answer questions, and change nothing: I read the sheet and write my own tabs."),
    "absent": N_(
        'The sheet does not hold "{unknown}": I know revenue by customer and month, and what follows from it.'
    ),
    "elsewhere": N_(
        '"{unknown}" is not something that I know: I know this company\'s recurring revenue, and no other.'
    ),
    "secret": N_("I answer questions about retention, and nothing about keys, settings or the machine that I run on."),
    "injection": N_("I answer questions about retention, and take no instructions."),
    "finer": N_('"{unknown}" is finer than a month, and revenue is counted at the end of each month.'),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence that was understood.

    Attributes:
        line: the line of the grammar; empty for a courtesy.
        passed_over: words that name something that the sub-command does not use.
        corrected: (typed, meant) of the misspelt words.
        notes: what was assumed.
        is_courtesy: True for a greeting and the like.

    """

    line: str
    passed_over: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    notes: tuple[Sentence, ...] = ()
    is_courtesy: bool = False


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

    def year_before(self, period: Period) -> Period:
        """Return the same period one year earlier."""
        window = Window(period.window.start - 12, period.window.end - 12)
        if not period.complete:
            return Period("range", window)
        return replace(period, window=window, year=period.year - 1 if period.year else 0)

    def quarter_before(self, period: Period) -> Period:
        """Return the quarter before a quarter; of another period, the one of equal length before it."""
        step = period.window.months
        window = Window(period.window.start - step, period.window.end - step)
        if period.kind != "quarter":
            return Period("month" if step == 1 else "range", window, number=window.end.number if step == 1 else 0)
        year, number = self.calendar.part_of(window.end, 3)
        return Period("quarter", window, year=year, number=number)


def read_sentence(text: str, words: Words, moment: Moment) -> Reading:
    """Return the line of the grammar that a sentence means.

    Args:
        text: the sentence, in English or French, at most `MOST_CHARACTERS` characters.
        words: the words of the snapshot.
        moment: when it is asked.

    Raises:
        QuestionError: it cannot be answered, or could mean several things. The values of the error have `nearest`,
            lines that may have been meant, the best first, and `unknown_words`, the words that were not understood.

    """
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(TOO_MANY, BE_SHORT, length=len(text), limit=MOST_CHARACTERS, example="enterprise Q3")
    pieces = split_pieces(remove_mentions(clean_text(text)))
    items = words.find_items(pieces)
    return _Sentence(items, words, moment).read()


def is_courtesy(text: str) -> bool:
    """Tell whether a text is a greeting, thanks, or a question who one is, and nothing else."""
    words = Words(Vocabulary({}, {}), AccountNames((), ()))
    return _is_courtesy(words.find_items(split_pieces(remove_mentions(clean_text(text[:MOST_CHARACTERS])))))


def _is_courtesy(items: Sequence[Item]) -> bool:
    phrases = [item.phrase for item in items if item.phrase]
    others = [item for item in items if not (item.phrase and (item.phrase.is_courtesy or item.phrase.is_passed))]
    return any(phrase.is_courtesy for phrase in phrases) and not others


@dataclass(slots=True)
class _Sentence:
    """The items of one sentence, and what they come to.

    Attributes:
        items: the items, in order.
        words: the words of the snapshot.
        moment: when it is asked.
        filters: the values that are named, excluded ones too.
        unused: the items of excluded words that no value follows.
        passed_over: words that name something that the line does not use.
        notes: what was assumed.

    """

    items: list[Item]
    words: Words
    moment: Moment
    filters: list[Filter] = field(default_factory=list)
    unused: list[Item] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)

    def read(self) -> Reading:
        """Return the reading, or raise the refusal with the nearest lines."""
        if _is_courtesy(self.items):
            return Reading("", is_courtesy=True)
        self._join_years()
        self._read_filters()
        self._refuse_what_cannot_be_answered()
        line = self._choose_line()
        unexplained = self._list_unexplained(line)
        if unexplained or line is None:
            runs = _join_runs(unexplained) or [" ".join(item.text for item in self.items)]
            raise self._refuse(NOT_UNDERSTOOD, runs, [line] if line else [])
        misspelt = [item for item in self.items if item.corrected and (item.filter or item.accounts)]
        if misspelt:
            raise self._refuse(NO_SUCH_NAME, _join_runs(misspelt), [line])
        corrected = tuple((item.text, item.corrected) for item in self.items if item.corrected)
        return Reading(line.spell(self.words.vocabulary), tuple(self.passed_over), corrected, tuple(self.notes))

    # What is there.

    def has(self, *meanings: str) -> bool:
        """Tell whether a phrase has one of these meanings."""
        return any(item.means(*meanings) for item in self.items)

    def only(self, *meanings: str) -> bool:
        """Tell whether a phrase has one of these meanings and no other."""
        return any(
            item.phrase and item.phrase.meanings <= set(meanings) and item.means(*meanings) for item in self.items
        )

    @property
    def periods(self) -> list[Item]:
        """The items that name a period."""
        return [item for item in self.items if item.period]

    @property
    def dimensions(self) -> list[str]:
        """The columns that are named without a value, to break down by: not "all regions but the Nordics"."""
        named = []
        before: Item | None = None
        for item in self.items:
            if item.dimension:
                is_filtered = any(entry.dimension == item.dimension for entry in self.filters)
                if not is_filtered or (before and before.means("by", "ranking", "versus")):
                    named.append(item.dimension)
            if not _is_passed(item):
                before = item
        return list(dict.fromkeys(named))

    @property
    def accounts(self) -> list[Item]:
        """The items that name an account."""
        return [item for item in self.items if item.accounts]

    @property
    def percents(self) -> list[Item]:
        """The numbers in per cent."""
        return [item for item in self.items if item.unit == "%"]

    def _join_years(self) -> None:
        """Give "T3" the year of "de l'an dernier" just after it."""
        year = self.moment.data_through.year
        for at, item in enumerate(self.items):
            phrase = item.period
            after = next((place for place in range(at + 1, len(self.items)) if not _is_passed(self.items[place])), None)
            other = self.items[after].period if after is not None else None
            if not phrase or not other or after is None or phrase.year or phrase.step is not None:
                continue
            if phrase.kind in {"month", "quarter", "half"} and other.kind == "year" and other.step in {LAST, THIS}:
                self.items[at] = replace(item, period=replace(phrase, year=year + (other.step or 0)))
                self.items[after] = replace(self.items[after], period=None, phrase=Phrase(is_passed=True))

    def _read_filters(self) -> None:
        """Find the values; those after a word such as "except" are excluded, with the ones joined to them."""
        excluding: Item | None = None
        joined = ""
        says_all = False
        named: int | None = None
        for item in self.items:
            named = len(self.filters) - 1 if self._follows_value(item) and self.filters else None
            says_all = says_all or bool(_ALL & set(fold(item.text).split()))
            if item.means("without") or (item.means("but") and says_all):
                if excluding and not joined:
                    self.unused.append(excluding)
                excluding, joined = item, ""
            elif item.means("aside") and named is not None:
                self.filters[named] = replace(self.filters[named], excluded=True)
            elif item.filter:
                is_excluded = excluding is not None and joined in {"", item.filter.dimension}
                entry = replace(item.filter, excluded=is_excluded)
                if entry not in self.filters:
                    self.filters.append(entry)
                if is_excluded:
                    joined = item.filter.dimension
                elif excluding:
                    excluding = None
            elif excluding and item.accounts and not joined:
                excluding = None
            elif excluding and not (item.phrase and (item.phrase.is_passed or item.means("customers", "who"))):
                if not joined:
                    self.unused.append(excluding)
                excluding = None
            elif joined and fold(item.text) not in _JOINING:
                excluding = None
        if excluding and not joined:
            self.unused.append(excluding)

    def _follows_value(self, item: Item) -> bool:
        """Tell whether an item stands just after a value."""
        return any(other.filter is not None and other.stop == item.start for other in self.items)

    def _refuse_what_cannot_be_answered(self) -> None:
        for category in ("injection", "secret", "action", "absent", "elsewhere", "finer"):
            item = next((item for item in self.items if self._is_refused(item, category)), None)
            if item:
                line = self._choose_line()
                raise self._refuse(
                    REFUSALS[category],
                    [item.text],
                    [line] if line and category in {"absent", "finer", "elsewhere"} else [],
                )
        if self.has("mine"):
            owners = self.words.vocabulary.dimensions.get("owner", ())
            lines = [self._choose_line(Filter("owner", owner)) for owner in owners[:3]]
            text = next(item.text for item in self.items if item.means("mine"))
            raise self._refuse(
                WHOSE,
                [text],
                [line for line in lines if line],
                NAME_OWNER if owners else "",
                owner=owners[0] if owners else "",
            )
        ambiguous = next((item for item in self.accounts if len(item.accounts) > 1), None)
        if ambiguous:
            names = [self.words.accounts.names[at] for at in ambiguous.accounts[:3]]
            lines = [Line("account", words=quote_names([name])) for name in names]
            raise self._refuse(WHICH_ACCOUNT, [ambiguous.text], lines, TRY_ONE)

    def _is_refused(self, item: Item, category: str) -> bool:
        if not item.phrase or item.phrase.refused != category or item.phrase.meanings or item.phrase.is_passed:
            return False
        return not (category == "finer" and self.has("renewals", "risks"))

    # What it means.

    def _choose_line(self, *more: Filter) -> Line | None:
        order = list(self.words.vocabulary.dimensions)
        filters = tuple(
            sorted(
                dict.fromkeys((*self.filters, *more)), key=lambda entry: (entry.excluded, order.index(entry.dimension))
            )
        )
        for rule in _RULES:
            line = rule(self, filters)
            if line is not None:
                return line
        return None

    def metric(self) -> Metric | None:
        """Return the ratio that is named; None where none or both are."""
        named: set[Metric] = {name for item in self.items for name in get_args(Metric) if item.means(name)}
        only = next(iter(named)) if len(named) == 1 else None
        return None if only == self.moment.metric else only

    def period(self, default: Period | None = None) -> Period | None:
        """Return the one period of the sentence, else the default.

        Raises:
            QuestionError: there are two periods, or it is after the data.

        """
        if self.has("samequarter"):
            return self.moment.year_before(self.moment.default)
        phrases = [item.period for item in self.periods if item.period]
        if not phrases:
            return default
        merged = merge_periods(phrases)
        if merged is None:
            first, second = self.periods[0].text, self.periods[-1].text
            raise self._refuse(
                N_('The question names two periods: "{first}" and "{second}".'),
                [second],
                [],
                first=first,
                second=second,
            )
        return self._resolve(merged)

    def _resolve(self, phrase: PeriodPhrase) -> Period:
        period = resolve_period(phrase, self.moment.calendar, self.moment.data_through)
        if phrase.step == THIS and phrase.kind in {"month", "quarter", "half"}:
            running = resolve_period(phrase, self.moment.calendar, Month.containing(self.moment.today))
            if running.window.start >= self.moment.data_through:
                note = Sentence(NOT_CLOSED, {"period": running.label, "instead": period.label})
                self.notes.append(note)
        return period

    def limits(self, part: bool) -> tuple[str, ...]:
        """Return `top 5`, `mrr>50000` and the like.

        Args:
            part: True where the amounts are changes of MRR.

        Raises:
            QuestionError: it is not said whether an amount is MRR or ARR.

        """
        limits = []
        for at, item in enumerate(self.items):
            if item.means("over", "under"):
                number = next(
                    (each for each in self.items[at + 1 : at + 3] if each.number is not None and each.unit != "%"), None
                )
                if number and number.number is not None:
                    sign = ">" if item.means("over") else "<"
                    limits.append(f"{self._measure(part, number)}{sign}{_spell_number(number.number)}")
        top = self._find_top()
        return (*([f"top {top}"] if top else []), *limits)

    def _measure(self, part: bool, number: Item) -> str:
        if part:
            return "change"
        if self.has("mrr") != self.has("arr"):
            return "mrr" if self.has("mrr") else "arr"
        raise self._refuse(WHICH_MEASURE, [number.text], [])

    def _find_top(self) -> int | None:
        for at, item in enumerate(self.items):
            if item.means("largest", "risks") and (item.means("largest") or _SUPERLATIVE.search(fold(item.text))):
                around = [*self.items[max(at - 2, 0) : at], *self.items[at + 1 : at + 2]]
                counts = [read_count(other) for other in around if other.number is not None and not other.unit]
                if counts and counts[0]:
                    return counts[0]
        return None

    def _list_unexplained(self, line: Line | None) -> list[Item]:
        """Return the items that the line does not explain."""
        command = (
            "" if line is None else "vs" if len(line.sides) == 2 else "mrr" if line.command == "arr" else line.command
        )
        allowed = _HARMLESS | _EXPLAINED.get(command, frozenset())
        spelled = "" if line is None else line.spell(self.words.vocabulary)
        return [item for item in self.items if not self._is_explained(item, command, allowed, spelled)]

    def _is_preposition(self, item: Item) -> bool:
        """Tell whether "over", "by" and the like only stand before a period, a number or nothing that they compare."""
        after = next((other for other in self.items[self.items.index(item) + 1 :] if not _is_passed(other)), None)
        if item.means("over", "under"):
            return after is not None and bool(after.period or after.ahead)
        if item.means("by", "until"):
            return after is None or bool(after.period or after.number is not None or after.means("over", "largest"))
        return False

    def _is_explained(self, item: Item, command: str, allowed: frozenset[str], spelled: str) -> bool:
        if item.is_unknown or item in self.unused:
            return False
        if item.accounts:
            return command in {"account", "lose"}
        if item.dimension:
            return command in {"by", "mrr", "cohorts"} or any(
                entry.dimension == item.dimension for entry in self.filters
            )
        if item.number is not None:
            return self._is_number_used(item, spelled)
        if item.ahead:
            return command == "renewals" or (command == "outlook" and item.ahead < 0)
        if item.filter or item.period:
            return True
        if item.means("joined") and any(entry.dimension == "tenure" for entry in self.filters):
            return True
        if item.method and item.method != "cohort":
            return command == "methods"
        phrase = item.phrase
        if phrase is None:
            return False
        if self._is_preposition(item) or (item.means("aside") and self._follows_value(item)):
            return True
        if phrase.meanings & {"over", "under"} and not phrase.is_passed and command not in {"targets", "whatif"}:
            return any(sign in spelled for sign in "<>")
        return (
            phrase.is_passed
            or phrase.is_courtesy
            or bool(phrase.meanings & allowed)
            or (item.means("without", "but") and item not in self.unused)
        )

    def _is_number_used(self, item: Item, spelled: str) -> bool:
        count = read_count(item)
        texts = {_spell_number(item.number or Decimal()), str(count)}
        return any(re.search(rf"(?<![\d.]){re.escape(text)}(?![\d.])", spelled) for text in texts)

    # A refusal.

    def _refuse(
        self, problem: str, runs: Sequence[str], lines: Sequence[Line], fix: str = "", **values: object
    ) -> QuestionError:
        nearest = tuple(dict.fromkeys(line.spell(self.words.vocabulary) for line in lines))
        return QuestionError(
            problem,
            fix or (DID_YOU_MEAN if nearest else ""),
            unknown=" ".join(runs)[:60] if len(runs) < 2 else ", ".join(runs)[:60],
            nearest=" | ".join(nearest),
            lines=nearest,
            unknown_words=tuple(runs),
            understood=tuple(entry.value for entry in self.filters),
            nearest_names=(),
            is_plain=not any(item.phrase.meanings - {"nrr", "grr", "retention"} for item in self.items if item.phrase),
            **values,
        )


def _join_runs(items: Sequence[Item]) -> list[str]:
    """Return the texts of items, neighbours together."""
    runs: list[list[Item]] = []
    for item in items:
        if runs and runs[-1][-1].stop == item.start:
            runs[-1].append(item)
        else:
            runs.append([item])
    return [" ".join(item.text for item in run) for run in runs]


def _is_passed(item: Item) -> bool:
    return bool(item.phrase and item.phrase.is_passed)


def _spell_number(number: Decimal) -> str:
    return f"{number.normalize():f}"


# The rules, the first that fits decides. Each returns a line, or None where it does not fit.
_Rule = Callable[[_Sentence, tuple[Filter, ...]], Line | None]


def _read_help(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    return (
        Line("help")
        if sentence.has("help")
        and not filters
        and not sentence.periods
        and not sentence.has("why", "nrr", "grr", "churn", "mrr")
        else None
    )


def _read_whatif(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    """Read "if we lost Acme" and "what if churn went from 4% to 2%"."""
    accounts = [sentence.words.accounts.names[item.accounts[0]] for item in sentence.accounts]
    excludes = any(item.means("without") and item not in sentence.unused for item in sentence.items)
    if accounts and (
        (sentence.has("whatif") and sentence.has("left", "lost", "churn", "whatif", "losses"))
        or excludes
        or (sentence.has("lost") and not sentence.has("why", "who"))
    ):
        return Line("lose", words=quote_names(accounts), sides=(Side(filters),))
    if (
        not sentence.has("whatif", "left", "churn", "shrank", "grew", "nrr", "grr", "fell", "rose")
        or not sentence.percents
    ):
        return None
    if not sentence.has("whatif"):
        return None
    return _build_change(sentence, filters)


def _build_change(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    shares = [_spell_number(item.number) + "%" for item in sentence.percents if item.number is not None]
    # "from 4 to 2%": the first number is in per cent, too.
    numbers = [item for item in sentence.items if item.number is not None and item.unit == ""]
    if len(shares) == 1 and len(numbers) == 1 and numbers[0].start < sentence.percents[0].start:
        shares.insert(0, _spell_number(numbers[0].number or Decimal()) + "%")
    name = next((name for name, meanings in _SUPPOSED.items() if sentence.has(*meanings)), None)
    if name is None or len(shares) > 2:
        return None
    change = "->".join(shares)
    if name == "expansion":
        change = f"{'-' if sentence.has('fell') else '+'}{shares[-1].lstrip('+')}"
    elif name in {"nrr", "grr"}:
        change = shares[-1].rstrip("%")
    return Line("whatif", sides=(Side(filters),), parts=(f"{name} {change}",))


_SUPPOSED = {
    "contraction": ("shrank",),
    "churn": ("churn", "left", "lost"),
    "grr": ("grr",),
    "nrr": ("nrr", "retention"),
    "expansion": ("grew",),
}


def _read_benchmarks(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if sentence.has("whatif") or sentence.accounts:
        return None
    has_percent = len(sentence.percents) == 1
    if (
        has_percent
        and sentence.has("nrr", "grr", "retention")
        and not sentence.has("why", "targets", "over", "under", "churn")
    ):
        return _build_benchmarks(sentence, filters)
    asks_for_good = sentence.has("good") and not sentence.has("why", "trend")
    is_general = not sentence.periods and any(
        re.search(r"\b(?:a|an|un|une|considered|for a|pour une?)\b", fold(item.text))
        for item in sentence.items
        if item.means("good")
    )
    if sentence.has("benchmarks") or (asks_for_good and (has_percent or is_general)):
        return _build_benchmarks(sentence, filters)
    return None


def _build_benchmarks(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line:
    share = _spell_number(sentence.percents[0].number or Decimal()) + "%" if len(sentence.percents) == 1 else ""
    return Line(
        "benchmarks", sides=(Side(filters),), parts=tuple(filter(None, (sentence.metric() if share else None, share)))
    )


# Words that ask for a figure of now, not for the meaning of a term.
_OURS = frozenset("our notre nos date now currently current actuel actuellement maintenant today aujourd".split())  # noqa: SIM905


def _read_definition(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if not sentence.has("define") or filters or sentence.periods or sentence.accounts or sentence.percents:
        return None
    if _OURS & {word for item in sentence.items for word in fold(item.text).split()}:
        return None
    terms = [_TERMS[name] for item in sentence.items if item.phrase for name in _TERMS if item.means(name)]
    if not terms or not sentence.only("define"):
        return None
    return Line("define", words=terms[0])


def _read_methods(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if not sentence.has("methods") or sentence.accounts:
        return None
    return Line("methods", sides=(Side(filters, sentence.period(sentence.moment.default)),))


def _read_account(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    accounts = sentence.accounts
    if len(accounts) != 1 or filters or (sentence.has("who", "versus") and not sentence.has("why")):
        return None
    sentence.passed_over += [item.text for item in sentence.periods]
    return Line("account", words=quote_names([sentence.words.accounts.names[accounts[0].accounts[0]]]))


def _read_data(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if (
        not sentence.has("data")
        or filters
        or sentence.accounts
        or sentence.has("nrr", "grr", "churn", "risks", "renewals", "left", "mrr")
    ):
        return None
    return Line("data")


def _read_targets(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if not sentence.has("targets"):
        return None
    sentence.passed_over += [item.text for item in sentence.items if item.filter or item.period]
    return Line("targets")


def _read_outlook(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    later = sentence.moment.data_through.year
    ahead = [item for item in sentence.items if item.ahead < 0]
    past = any(item.period and item.period.year and item.period.year < later for item in sentence.periods)
    lands = sentence.has("yearend") and not past and not sentence.has("mrr", "arr", "left", "lost", "joined")
    looks_ahead = bool(ahead) and sentence.has("nrr", "grr", "retention")
    if not (sentence.has("outlook") or lands or looks_ahead) or sentence.has("renewals", "risks", "why"):
        return None
    sentence.passed_over += [item.text for item in ahead]
    for item in sentence.periods:
        phrase = item.period
        if phrase and (phrase.step is not None or phrase.year in {None, later}):
            sentence.passed_over.append(item.text)
    return Line("outlook", sides=(Side(filters),))


def _read_renewals(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if not sentence.has("renewals") or sentence.has("left"):
        return None
    words, period = _read_ahead(sentence)
    return Line("renewals", words=words, sides=(Side(filters, period),), parts=sentence.limits(part=False))


def _read_ahead(sentence: _Sentence) -> tuple[str, Period | None]:
    """Return the days or the period of renewals, from today on: "next 60 days", "in December", "by year end"."""
    today, moment = sentence.moment.today, sentence.moment
    year_end = dt.date(today.year, 12, 31)

    def count_days(until: dt.date) -> str:
        return str(min((until - today).days, 366))

    ahead = next((item.ahead for item in sentence.items if item.ahead), 0)
    if ahead:
        return str(ahead) if ahead > 0 else count_days(_add_months(today, -ahead)), None
    for phrase in (item.period for item in sentence.periods):
        if phrase is None:
            continue
        if phrase.kind in {"year", "fiscal_year", "ytd"} and phrase.year in {None, today.year} and phrase.step != NEXT:
            return count_days(year_end), None
        if phrase.kind == "ttm" or phrase.months:
            return count_days(_add_months(today, phrase.months or 12)), None
        period = _resolve_ahead(phrase, moment, Month.containing(today))
        if sentence.has("until") and not sentence.only("by"):
            return count_days(period.window.end.last_day), None
        return "", period
    return (count_days(year_end), None) if sentence.has("outlook", "yearend") else ("", None)


def _add_months(day: dt.date, months: int) -> dt.date:
    month = Month.containing(day) + months
    return min(dt.date(month.year, month.number, min(day.day, 28)) + dt.timedelta(max(day.day - 28, 0)), month.last_day)


def _resolve_ahead(phrase: PeriodPhrase, moment: Moment, now: Month) -> Period:
    """Return a named period that has not ended: "December", "Q1", "next month"."""
    if phrase.step is not None or phrase.year is not None:
        # As if the data went on to the present month; a later period is still to come.
        whole = (
            resolve_period(replace(phrase, step=None) if phrase.year else phrase, moment.calendar, now + 24)
            if phrase.year
            else None
        )
        if whole:
            return replace(whole, complete=True)
    length = LENGTHS[phrase.kind] if phrase.kind in LENGTHS else 1
    calendar = moment.calendar if phrase.kind in {"quarter", "half"} else Calendar()
    if phrase.step is not None:
        year, number = calendar.part_of(now + phrase.step * length, length)
    else:
        number = phrase.number or 1
        year = next(
            year for year in range(now.year - 1, now.year + 3) if calendar.span(year, length, number).end >= now
        )
    return Period(phrase.kind, calendar.span(year, length, number), year=year, number=number)


def _read_risks(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if not sentence.has("risks") or sentence.has("why"):
        return None
    sentence.passed_over += [item.text for item in sentence.periods]
    return Line("risks", sides=(Side(filters),), parts=sentence.limits(part=False))


def _read_opportunities(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if not sentence.has("opportunities"):
        return None
    sentence.passed_over += [item.text for item in sentence.periods]
    return Line("opportunities", sides=(Side(filters),), parts=sentence.limits(part=False))


def _read_cohorts(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if not sentence.has("cohorts"):
        return None
    words = {word for item in sentence.items for word in fold(item.text).split()}
    sentence.passed_over += [item.text for item in sentence.periods if not _YEARLY & set(fold(item.text).split())]
    return Line("cohorts", words="year" if words & _YEARLY else "", sides=(Side(filters),))


def _read_comparison(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if sentence.has("why") and not sentence.only("versus"):
        return None
    if sentence.has("qoq", "yoy"):
        return _compare_with_earlier(sentence, filters)
    if not sentence.has("versus", "ranking"):
        return None
    included = [entry for entry in filters if not entry.excluded]
    excluded = tuple(entry for entry in filters if entry.excluded)
    periods = [item for item in sentence.periods if item.period]
    names_two = len(included) == 2 and included[0].dimension == included[1].dimension
    metric = sentence.metric()
    if (
        len(periods) == 1
        and not names_two
        and sentence.has("versus")
        and periods[0].period
        and periods[0].period.first
        and periods[0].period.last
    ):
        # "between July and August", "H1 26 to H1 25": two periods, where two are compared.
        ends = _align_periods(sentence, [periods[0].period.first, periods[0].period.last])
        return Line(metric=metric, sides=tuple(Side(filters, period) for period in ends))
    if len(periods) == 2 and not names_two:
        phrases = [item.period for item in periods if item.period]
        if merge_periods(phrases) is None or phrases[0].kind == phrases[1].kind:
            sides = _align_periods(sentence, phrases)
            return Line(metric=metric, sides=tuple(Side(filters, period) for period in sides))
    if names_two and len(periods) == 2:
        resolved = _align_periods(sentence, [item.period for item in periods if item.period])
        pairs = zip(included, resolved, strict=True)
        return Line(metric=metric, sides=tuple(Side((entry, *excluded), period) for entry, period in pairs))
    if len(included) == 1 and sentence.has("company"):
        period = sentence.period(sentence.moment.default)
        rest = (replace(included[0], excluded=True),) if sentence.has("rest") else ()
        sides = (Side(filters, period), Side((*rest, *excluded), period))
        return Line(metric=metric, sides=sides)
    if len(included) == 2 or names_two:
        period = sentence.period(sentence.moment.default)
        return Line(metric=metric, sides=tuple(Side((entry, *excluded), period) for entry in included))
    if len(included) == 3 and len({entry.dimension for entry in included}) == 2:
        shared = next(entry for entry in included if sum(other.dimension == entry.dimension for other in included) == 1)
        period = sentence.period(sentence.moment.default)
        sides = tuple(Side((entry, shared, *excluded), period) for entry in included if entry != shared)
        return Line(metric=metric, sides=sides)
    return None


def _align_periods(sentence: _Sentence, phrases: Sequence[PeriodPhrase]) -> list[Period]:
    """Return two periods; one without a year is of the year that the other names."""
    years = [phrase.year for phrase in phrases if phrase.year]
    aligned = [
        replace(phrase, year=years[0])
        if len(years) == 1
        and phrase.year is None
        and phrase.step is None
        and phrase.kind in {"quarter", "half", "month"}
        else phrase
        for phrase in phrases
    ]
    if aligned[0] == aligned[1]:
        aligned = list(phrases)
    return [sentence._resolve(phrase) for phrase in aligned]


def _compare_with_earlier(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line:
    moment = sentence.moment
    if sentence.has("qoq"):
        default = moment.default
    else:
        default = Period("ttm", Window.ending(moment.data_through, 12)) if not sentence.periods else moment.default
    period = sentence.period(default) or default
    earlier = moment.quarter_before(period) if sentence.has("qoq") else moment.year_before(period)
    return Line(metric=sentence.metric(), sides=(Side(filters, period), Side(filters, earlier)))


def _read_reasons(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    is_change = (
        sentence.has("fell", "rose") and sentence.has("nrr", "grr", "retention") and not sentence.has("who", "trend")
    )
    is_change = is_change and not _asks_whether(sentence)
    if not sentence.has("why") and not is_change:
        return None
    period = sentence.period(sentence.moment.default)
    return Line("why", sentence.metric(), (Side(filters, period),))


def _asks_whether(sentence: _Sentence) -> bool:
    """Tell whether a sentence asks yes or no: "is retention going up?"."""
    first = " ".join(fold(item.text).replace("'", " ").replace("-", " ") for item in sentence.items[:3])
    return bool(re.match(r"(?:is|are|has|have|est ce que|est ce qu|est)\b", first))


def _read_trend(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    asks = _asks_whether(sentence) and sentence.has("fell", "rose") and not sentence.has("who", "customers")
    if not (sentence.has("trend") or asks) or (sentence.dimensions and sentence.only("by", "ranking")):
        return None
    if sentence.has("arr"):
        return None
    periods = [item.period for item in sentence.periods if item.period]
    # A trend shows all months up to the end of a period: twelve months back is what it shows anyway.
    named = [
        phrase
        for phrase in periods
        if not phrase.is_rolling and phrase.step is None and not (phrase.first and not phrase.last)
    ]
    sentence.passed_over += [item.text for item in sentence.periods if item.period not in named]
    period = sentence.period() if named else None
    return Line("trend", sentence.metric(), (Side(filters, period),))


def _read_breakdown(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    dimensions, filters = _list_broken_down(sentence, filters)
    if len(dimensions) != 1 or sentence.accounts:
        return None
    dimension = dimensions[0]
    if any(entry.dimension == dimension for entry in filters) and not sentence.has("by", "ranking", "versus"):
        return None
    amount = _name_amount(sentence)
    if amount and not sentence.has("nrr", "grr"):
        period = sentence.period(_close(sentence.moment))
        return Line(amount, words=f"by {dimension}", sides=(Side(filters, _as_close(sentence, period)),))
    if sentence.has("left", "lost", "losses", "shrank", "grew", "joined", "returned", "churn", "risks", "renewals"):
        return None
    period = sentence.period(sentence.moment.default)
    return Line("by", sentence.metric(), (Side(filters, period),), words=dimension)


def _list_broken_down(sentence: _Sentence, filters: tuple[Filter, ...]) -> tuple[list[str], tuple[Filter, ...]]:
    """Return the columns to break down by: those named, else that of three or more values that are named side by side."""
    if sentence.dimensions or not sentence.has("by", "versus", "ranking"):
        return sentence.dimensions, filters
    included = [entry.dimension for entry in filters if not entry.excluded]
    if len(included) < 3 or len(set(included)) != 1:
        return [], filters
    if len(included) == len(set(sentence.words.vocabulary.dimensions[included[0]]) - {"Unassigned"}):
        filters = tuple(entry for entry in filters if entry.excluded)
    return [included[0]], filters


def _name_amount(sentence: _Sentence) -> str:
    return "arr" if sentence.has("arr") else "mrr" if sentence.has("mrr") else ""


def _close(moment: Moment) -> Period:
    return Period("month", Window(moment.data_through - 1, moment.data_through), number=moment.data_through.number)


def _as_close(sentence: _Sentence, period: Period | None) -> Period | None:
    """Return the month that ends a period, where the sentence asks for a level at its end."""
    ends = {"end", "fin", "of", "au", "as", "close"}
    words = {word for item in sentence.items for word in fold(item.text).split()}
    if period and (sentence.has("yearend") or (words & {"end", "fin", "as"} and words & ends)):
        end = period.window.end
        return Period("month", Window(end - 1, end), number=end.number)
    return period


def _list_parts(sentence: _Sentence) -> tuple[str, ...]:
    parts = [part for meaning, part in _PARTS.items() if sentence.has(meaning)]
    if sentence.has("losses"):
        parts += ["churn", "contraction"]
    if sentence.has("lost"):
        parts.append("churn")
    if sentence.has("who", "customers") and sentence.has("churn"):
        parts.append("churn")
    if sentence.has("fell") and sentence.has("who", "customers", "largest"):
        parts.append("contraction")
    if sentence.has("rose") and sentence.has("who", "customers"):
        parts.append("expansion")
    if "reactivated" in parts:
        parts = [part for part in parts if part not in {"churn", "new"}]
    return join_parts(parts)


def _read_accounts(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if sentence.accounts or sentence.dimensions:
        return None
    parts = _list_parts(sentence)
    asks_who = sentence.has("who") or (sentence.has("customers") and not sentence.has("count", "share"))
    losses = {"churn", "contraction"}
    if parts == ("kept",) and sentence.has("count", "share") and not asks_who:
        return None
    if parts and (asks_who or not set(parts) <= {"churn"} or sentence.has("losses")):
        if sentence.has("nrr", "grr", "retention") and not asks_who:
            return None
        if sentence.has("nrr", "grr") and not sentence.has("who"):
            return None
        if sentence.has("share") and not sentence.only("who") and set(parts) <= losses:
            return None
        period = sentence.period(sentence.moment.default)
        return Line("accounts", sides=(Side(filters, period),), parts=(*parts, *sentence.limits(part=True)))
    if sentence.has("changed") and not (sentence.has("mrr", "arr", "nrr", "grr", "retention") and not asks_who):
        return Line(
            "accounts",
            sides=(Side(filters, sentence.period(sentence.moment.default)),),
            parts=sentence.limits(part=True),
        )
    if parts or not sentence.has("customers", "who") or sentence.has("nrr", "grr", "retention", "churn"):
        return None
    limits = sentence.limits(part=False)
    if _name_amount(sentence) and not limits and not sentence.has("largest"):
        return None
    if sentence.has("largest") and not any(limit.startswith("top") for limit in limits):
        limits = ("top 10" if _names_several(sentence) else "top 1", *limits)
    if not limits and not sentence.has("who", "customers"):
        return None
    period = sentence.period(_close(sentence.moment))
    return Line("accounts", sides=(Side(filters, _as_close(sentence, period)),), parts=("base", *limits))


def _names_several(sentence: _Sentence) -> bool:
    return any(
        word.endswith("s") for item in sentence.items if item.means("customers") for word in fold(item.text).split()
    )


def _read_churn(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if not sentence.has("churn", "left", "lost", "losses") or sentence.dimensions or sentence.accounts:
        return None
    return Line("churn", sides=(Side(filters, sentence.period(sentence.moment.default)),))


def _read_revenue(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    amount = _name_amount(sentence)
    if not amount or sentence.has("nrr", "grr") or sentence.accounts:
        return None
    period = sentence.period(_close(sentence.moment))
    return Line(amount, sides=(Side(filters, _as_close(sentence, period)),))


def _read_question(sentence: _Sentence, filters: tuple[Filter, ...]) -> Line | None:
    if not (filters or sentence.periods or sentence.has("nrr", "grr", "retention", "samequarter")):
        return None
    return Line(metric=sentence.metric(), sides=(Side(filters, sentence.period(sentence.moment.default)),))


_RULES: tuple[_Rule, ...] = (
    _read_help,
    _read_whatif,
    _read_benchmarks,
    _read_definition,
    _read_methods,
    _read_data,
    _read_account,
    _read_targets,
    _read_outlook,
    _read_renewals,
    _read_reasons,
    _read_risks,
    _read_opportunities,
    _read_cohorts,
    _read_comparison,
    _read_trend,
    _read_breakdown,
    _read_accounts,
    _read_churn,
    _read_revenue,
    _read_question,
)


def iterate_rules() -> Iterator[str]:
    """Yield the names of the rules, in order."""
    yield from (rule.__name__ for rule in _RULES)
