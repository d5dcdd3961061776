"""Sentences -> lines of the grammar: "who left us last quarter?" is `accounts Q3 2026 churn`.

The items of the sentence are found first; then a rule chooses the line. Each item has to be explained by the line, or
be known to have no effect: what is not understood is never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from core.errors import N_, QuestionError, Sentence
from core.months import Period, Window
from core.query.account_names import AccountNames
from core.query.intents.items import Item, Words, read_count
from core.query.intents.lexicon import Phrase
from core.query.intents.lines import Line, Side, quote_names
from core.query.intents.ordinary_words import DESCRIBING, find_kind
from core.query.intents.pieces import remove_mentions, split_pieces
from core.query.intents.rules import choose_line
from core.query.intents.sentence import (
    DID_YOU_MEAN,
    TWO_PERIODS,
    WHICH_MEASURE,
    Moment,
    SpokenQuestion,
    spell_number,
    spell_percent,
)
from core.query.intents.spelling import list_spellings
from core.query.period_phrases import PeriodPhrase
from core.query.question import BE_SHORT, MOST_CHARACTERS, TOO_LONG
from core.query.vocabulary import Filter, Vocabulary
from core.text import clean_text, fold

NOT_UNDERSTOOD = N_("I did not understand “{unknown}”, so there is no answer yet.")
NO_SUCH_NAME = N_("There is no “{unknown}” in the data.")
WHICH_ACCOUNT = N_("Several accounts could be “{unknown}”.")
TRY_ONE = N_("Ask for one of them: {nearest}.")
OF_A_MONTH = N_("Churn of {unknown} can be that of a month or of a year, and they differ widely.")
WHOSE = N_("I do not know which accounts are yours.")
NAME_OWNER = N_("Name the owner: {nearest}.")
# What could be several things is asked back.
ASKED_BACK = frozenset((WHICH_ACCOUNT, WHOSE, OF_A_MONTH, WHICH_MEASURE, TWO_PERIODS))
# Category of a refused phrase -> the sentence, in the order of their weight.
REFUSALS: Mapping[str, str] = {
    "injection": N_("I answer questions about retention, and follow no instructions."),
    "secret": N_("I answer questions about retention, not about keys, settings or the server that I run on."),
    "action": N_("I answer questions and change nothing in your data."),
    "absent": N_("The data has no “{unknown}”: it has revenue by customer and month, and columns of the customers."),
    "elsewhere": N_("I know nothing about “{unknown}”. I know the recurring revenue of this company only."),
    "finer": N_("“{unknown}” is less than a month, and revenue is counted at the end of each month."),
}
# Sentences whose answer is no line in any spelling.
_WITHOUT_OFFER = frozenset(REFUSALS[category] for category in ("injection", "secret", "action"))
# Categories whose refusal offers the line without the refused words.
_OFFERED = frozenset(("absent", "elsewhere", "finer"))

# Words that are part of the period that follows them, so that alone they would be passed over.
_BEFORE_PERIODS = frozenset(
    "since depuis from between entre until till before after through avant apres jusqu".split()  # noqa: SIM905
)

# Meanings that say what is counted or listed.
_COUNTED = (
    *("nrr", "grr", "retention", "mrr", "arr", "churn", "left", "lost", "losses", "shrank", "grew", "joined"),
    *("returned", "stayed", "risks", "opportunities", "renewals", "cohorts"),
)
_END_OF = frozenset(("end", "start", "beginning", "of", "fin", "debut", "de", "du"))
_DEALS = frozenset(("deal", "deals"))
_TODAY = frozenset(("today", "aujourd", "aujourdhui", "auj"))
_ARTICLES = frozenset(("a", "an", "the", "our", "le", "la", "les", "l", "un", "une", "des", "nos", "notre"))

# Words that name a period, and the lines in which one counts; a comparison is `vs`, a plain question empty.
_UP_TO = frozenset(("to", "until", "till", "ending", "ended", "jusqu a", "jusqu en", "a"))
_PERIOD_WORDS = frozenset(("year", "years", "month", "months", "date", "annee", "annees", "mois"))
_YEARS = frozenset(("year", "years", "annee", "annees"))
_PARTS_OF_PERIODS = _PERIOD_WORDS | {"quarter", "quarters", "half", "trimestre", "trimestres", "semestre", "semestres"}
_WITH_PERIOD = frozenset(
    (
        *("", "vs", "why", "by", "accounts", "churn", "mrr", "methods", "quickratio", "concentration"),
        *("renewalrate", "pricevolume"),
    )
)

_LISTS = frozenset(("accounts", "risks", "opportunities", "renewals"))

# Lines of figures. Words that say which customers are meant have an effect on them: "the big customers", "loyal ones".
_FIGURES = frozenset(
    ("", "vs", "why", "trend", "churn", "mrr", "methods", "outlook", "targets", "quickratio", "cohorts", "benchmarks")
)
_CUSTOMERS = frozenset(
    "customers customer clients client accounts account comptes compte logos guys ones companies subscribers users "  # noqa: SIM905
    "buyers abonnes".split()
)
_OF_SIZE = frozenset(
    "big biggest large largest small smallest tiny top key gros grosses petits petit grands grand principaux".split()  # noqa: SIM905
)
_WHICH_CUSTOMERS = _OF_SIZE | frozenset(
    "best better good great worst worse bad poor weak weakest strong strongest high higher highest low lower lowest "  # noqa: SIM905
    "loyal loyaux fideles faithful sticky stickiest old older oldest longstanding recent newest newer latest annual "
    "quarterly healthy healthier healthiest sickest leakiest average typical certain particular special "
    "meilleurs meilleur bons mauvais pires forts faibles anciens ancien recents contents".split()
)
# Meanings that every line allows: they name what is asked about, or how.
_HARMLESS = frozenset(("retention", "customers", "who", "count", "share", "howis", "paying", "company", "others",
                       "ranking", "better", "both"))  # fmt: skip
# Sub-command -> the further meanings that it explains; `vs` is a comparison, the empty name a plain question.
_EXPLAINED: Mapping[str, frozenset[str]] = {
    command: frozenset(meanings.split())
    for command, meanings in {
        "": "nrr grr mrr samequarter stayed noexpansion",
        "account": "good define mrr arr trend why renewals risks churn left fell rose data grew changed lost shrank "
        "joined",
        "accounts": "left lost losses churn shrank grew joined returned stayed changed fell rose largest mrr arr "
        "monthly",
        "benchmarks": "benchmarks good nrr grr versus define churn largest",
        "by": "between noexpansion why by nrr grr largest versus good fell rose",
        "churn": "churn left lost losses mrr arr monthly",
        "cohorts": "apart both stayed better cohorts by nrr grr trend largest good joined versus",
        "concentration": "concentration mrr arr largest",
        "data": "data why",
        "define": "define why nrr grr churn mrr arr shrank grew joined returned cohorts methods versus whatif left "
        "lost by",
        "digest": "digest",
        "help": "help",
        "lose": "whatif left lost losses churn mrr arr nrr grr risks fell without",
        "methods": "methods nrr grr define cohorts by versus",
        "mix": "mix why fell rose nrr grr changed versus",
        "mrr": "yearend yoy versus define monthly trend mrr arr rose fell grew by changed",
        "opportunities": "opportunities grew mrr arr largest",
        "outlook": "outlook yearend nrr grr trend",
        "pricevolume": "pricevolume grew rose shrank mrr arr nrr why changed share",
        "quickratio": "quickratio mrr trend",
        "reconcile": "reconcile nrr grr mrr why versus define methods changed howis by without",
        "renewals": "renewals yearend outlook mrr arr left risks largest",
        "renewalrate": "renewalrate renewals mrr grr",
        "risks": "risks mrr arr left lost churn largest opportunities",
        "signs": "signs churn left lost losses outlook risks",
        "survival": "survival grr left stayed trend",
        "sync": "sync",
        "targets": "targets yearend outlook nrr grr mrr arr versus fell rose by over under good",
        "trend": "noexpansion apart trend mom nrr grr mrr churn fell rose good changed monthly by",
        "vs": "periodbefore between twoyears noexpansion versus changed mom nrr grr qoq yoy samequarter rose fell good "
        "trend by changed",
        "whatif": "whatif churn nrr grr left shrank grew rose fell versus mrr arr lost by over under monthly define",
        "why": "good noexpansion why fell rose nrr grr changed churn left lost losses shrank grew trend mrr arr",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence that was understood.

    Attributes:
        line: the line of the grammar; empty for a courtesy.
        meaning: the parts of that line; None for a courtesy.
        passed_over: words that name something that the line does not use.
        corrected: (typed, meant) of the misspelt words.
        notes: what was assumed.
        is_courtesy: True for a greeting and the like.

    """

    line: str
    meaning: Line | None = None
    passed_over: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    notes: tuple[Sentence, ...] = ()
    is_courtesy: bool = False


def read_sentence(text: str, words: Words, moment: Moment) -> Reading:
    """Return the line of the grammar that a sentence means.

    Args:
        text: the sentence, in English or French, at most `MOST_CHARACTERS` characters.
        words: the words of the snapshot.
        moment: when it is asked.

    Raises:
        QuestionError: it cannot be answered, or could mean several things. The values of the error have `lines`, which
            may have been meant, the best first; `whole`, the number of those that leave no word out; `meanings`, their
            parts; and `unknown_words`, the words that were not understood.

    """
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(TOO_LONG, BE_SHORT, length=len(text), limit=MOST_CHARACTERS, example="enterprise Q3")
    pieces = split_pieces(remove_mentions(clean_text(text)))
    items = words.find_items(pieces)
    if _are_courtesies(items):
        return Reading("", is_courtesy=True)
    spoken = SpokenQuestion(items, words, moment)
    try:
        return _read_spoken(spoken)
    except QuestionError as error:
        if error.problem in _WITHOUT_OFFER:
            raise
        # What cannot be answered in one spelling cannot be in another: the likeliest one says what can.
        most = 1 if error.problem in REFUSALS.values() else None
        spellings = (words.find_items(spelt) for spelt in islice(list_spellings(pieces, items, words), most))
        raise _add_readings(error, spoken, spellings) from error


def _read_spoken(spoken: SpokenQuestion) -> Reading:
    """Return the line that a sentence means.

    Raises:
        QuestionError: it cannot be answered, or could mean several things.

    """
    _refuse_what_cannot_be_answered(spoken)
    line = _choose_line(spoken)
    unexplained = _list_unexplained(spoken, line)
    contradictions = _list_contradictions(spoken) if line is None or len(line.sides) < 2 else []
    if unexplained or contradictions or line is None:
        unknown = _join_runs(unexplained or contradictions) or [" ".join(item.text for item in spoken.items)]
        if contradictions:
            lines = _exclude_all(spoken)
        else:
            lines = [line] if line and all(map(_may_be_left_out, unexplained)) else []
        cards = _list_cards(spoken, unexplained)
        sizes = _list_sizes(spoken, unexplained, line)
        raise spoken.refuse(NOT_UNDERSTOOD, unknown, [*cards, *sizes, *lines], whole=len(cards) + len(sizes))
    misspelt = [item for item in spoken.items if item.corrected and (item.filter or item.accounts)]
    if misspelt:
        lines = [line, *_list_other_columns(spoken, misspelt)]
        raise spoken.refuse(NO_SUCH_NAME, _join_runs(misspelt), lines, whole=len(lines))
    corrected = tuple((item.text, item.corrected) for item in spoken.items if item.corrected)
    passed_over = (*spoken.passed_over, *_join_runs([item for item in spoken.items if item.ordinary]))
    return Reading(line.spell(spoken.words.vocabulary), line, passed_over, corrected, tuple(spoken.notes))


def _try_items(items: Sequence[Item], words: Words, moment: Moment) -> tuple[Sequence[Line], Sequence[Line]]:
    """Return the lines of a spelling: those that leave no word out, and the others."""
    try:
        line = _read_spoken(SpokenQuestion(list(items), words, moment)).meaning
    except QuestionError as error:
        return _split_lines(error)
    return ([line] if line else []), []


def _split_lines(error: QuestionError) -> tuple[Sequence[Line], Sequence[Line]]:
    """Return the lines of an error that leave no word out, and the others."""
    lines: Sequence[Line] = error.values.get("meanings", ())  # type: ignore[assignment]
    whole: int = error.values.get("whole", 0)  # type: ignore[assignment]
    return lines[:whole], lines[whole:]


def _add_readings(error: QuestionError, typed: SpokenQuestion, spellings: Iterable[Sequence[Item]]) -> QuestionError:
    """Return the error of a sentence with the lines of its other spellings before its own lines."""
    whole: list[Line] = []
    own, shorter = map(list, _split_lines(error))
    unknown = [item for item in typed.items if item.is_unknown and any(letter.isalnum() for letter in item.text)]
    if unknown:
        own, shorter = [], [*own, *shorter]
    problem = NOT_UNDERSTOOD
    for items in spellings:
        lines, others = _try_items(items, typed.words, typed.moment)
        if lines and not whole:
            problem = NO_SUCH_NAME if _count_names(items) > _count_names(typed.items) else NOT_UNDERSTOOD
            # A misspelt period is not left out.
            shorter = shorter if _list_periods_of(items) == typed.period_phrases else []
        whole += lines
        if not whole:
            shorter = [*others, *shorter]
    lines = [*whole, *own, *shorter]
    if not lines:
        return error
    count = len(whole) + len(own)
    if not whole or error.problem == NO_SUCH_NAME:
        return QuestionError(error.problem, error.fix, **{**error.values, **typed.list_lines(lines, count)})
    texts: Sequence[str] = error.values.get("unknown_words", ())  # type: ignore[assignment]
    return typed.refuse(problem, _join_runs(unknown) or texts, lines, whole=count)


def _count_names(items: Sequence[Item]) -> int:
    return sum(bool(item.filter or item.accounts) for item in items)


def _list_periods_of(items: Sequence[Item]) -> list[PeriodPhrase]:
    return [item.period for item in items if item.period]


def _may_be_left_out(item: Item) -> bool:
    """Tell whether a line without an item may be offered: not one that would be reversed, or has another number."""
    if item.means("without", "but", "aside") or not any(letter.isalnum() for letter in item.text):
        return False
    return not any(letter.isdigit() for letter in item.text)


def _list_cards(spoken: SpokenQuestion, unexplained: Sequence[Item]) -> list[Line]:
    """Return the cards of the accounts among some items."""
    names = [spoken.words.accounts.names[item.accounts[0]] for item in unexplained if item.accounts]
    return [Line("account", words=quote_names([name])) for name in dict.fromkeys(names)]


def _list_sizes(spoken: SpokenQuestion, unexplained: Sequence[Item], line: Line | None) -> list[Line]:
    """Return the line by size where a word of size is among some items: "the big customers"."""
    asks_by_size = line is not None and line.command == "" and len(line.sides) == 1
    if not asks_by_size or line is None or not any(item.plain_words & _OF_SIZE for item in unexplained):
        return []
    return [replace(line, command="by", words="size")] if "size" in spoken.words.vocabulary.dimensions else []


def _list_other_columns(spoken: SpokenQuestion, misspelt: Sequence[Item]) -> list[Line]:
    """Return the lines of other columns that have a misspelt value, too."""
    vocabulary = spoken.words.vocabulary
    lines = []
    for item in misspelt:
        for column in vocabulary.dimensions:
            # The sizes are derived from the segments.
            if item.filter is None or column in {item.filter.dimension, "size"}:
                continue
            value = vocabulary.find_value(column, item.filter.value)
            if value is not None:
                other = replace(item, filter=Filter(column, value))
                items = [other if entry is item else entry for entry in spoken.items]
                line = _choose_line(SpokenQuestion(items, spoken.words, spoken.moment))
                lines += [line] if line else []
    return lines


def _choose_line(spoken: SpokenQuestion) -> Line | None:
    """Return the line that is meant; the refusal of MRR or ARR, and of two periods, has a line for each."""
    try:
        return choose_line(spoken)
    except QuestionError as error:
        if error.problem == TWO_PERIODS:
            of_each = _list_periods(spoken)
            values = {**error.values, **spoken.list_lines(of_each, len(of_each))}
            raise QuestionError(error.problem, DID_YOU_MEAN, **values) from error
        if error.problem != WHICH_MEASURE:
            raise
        lines = [choose_line(replace(spoken, measure=measure)) for measure in ("mrr", "arr")]
        raise spoken.ask_back(WHICH_MEASURE, str(error.values["unknown"]), [line for line in lines if line]) from error


def _list_periods(spoken: SpokenQuestion) -> list[Line]:
    """Return the line of each of two periods; before them the comparison, where no sub-command is named."""
    lines = []
    for kept in spoken.periods:
        others = [item for item in spoken.periods if item is not kept]
        items = [replace(item, period=None, phrase=Phrase(is_passed=True)) if item in others else item
                 for item in spoken.items]  # fmt: skip
        line = _choose_line(SpokenQuestion(items, spoken.words, spoken.moment))
        lines += [line] if line else []
    if len(lines) == 2 and not any(line.command for line in lines):
        lines.insert(0, replace(lines[0], sides=(*lines[0].sides, *lines[1].sides)))
    return lines


def is_courtesy(text: str) -> bool:
    """Tell whether a text is a greeting, thanks, or a question who one is, and nothing else."""
    words = Words(Vocabulary({}, {}), AccountNames((), ()))
    return _are_courtesies(words.find_items(split_pieces(remove_mentions(clean_text(text[:MOST_CHARACTERS])))))


def _are_courtesies(items: Sequence[Item]) -> bool:
    courtesies = [item for item in items if item.phrase and item.phrase.is_courtesy]
    return bool(courtesies) and all(item.is_passed or item in courtesies for item in items)


def _refuse_what_cannot_be_answered(spoken: SpokenQuestion) -> None:
    for category, problem in REFUSALS.items():
        item = next((item for item in spoken.items if _is_refused(item, category, spoken)), None)
        if item:
            line = choose_line(spoken) if category in _OFFERED else None
            raise spoken.refuse(problem, [item.text], [line] if line else [])
    if spoken.has("mine"):
        raise _ask_whose(spoken)
    today = next((item for item in spoken.items if _TODAY & item.plain_words), None)
    if today and spoken.has("count", "who") and spoken.has("left", "joined", "churn", "lost") and not spoken.periods:
        raise spoken.refuse(REFUSALS["finer"], [today.text], [line] if (line := choose_line(spoken)) else [])
    if spoken.has("churn") and len(spoken.percents) == 1 and not spoken.has("whatif", "why") and not spoken.periods:
        raise spoken.ask_back(OF_A_MONTH, spell_percent(spoken.percents[0]), _list_churn(spoken))
    ambiguous = next((item for item in spoken.accounts if len(item.accounts) > 1), None)
    if ambiguous:
        names = [spoken.words.accounts.names[at] for at in ambiguous.accounts[:3]]
        lines = [Line("account", words=quote_names([name])) for name in names]
        raise spoken.ask_back(WHICH_ACCOUNT, ambiguous.text, lines, TRY_ONE)


def _list_churn(spoken: SpokenQuestion) -> list[Line]:
    """Return the lines for the churn of the last month and of the last twelve months."""
    moment = spoken.moment
    year = Period("ttm", Window.ending(moment.data_through, 12))
    return [Line("churn", sides=(Side(spoken.filters, period),)) for period in (moment.last_month, year)]


def _is_refused(item: Item, category: str, spoken: SpokenQuestion) -> bool:
    phrase = item.phrase
    if not phrase or phrase.refused != category or phrase.meanings or phrase.is_passed:
        return False
    if _DEALS & item.plain_words and _are_accounts(item, spoken):
        return False
    return not (category == "finer" and spoken.has("renewals", "risks", "whatif"))


def _are_accounts(item: Item, spoken: SpokenQuestion) -> bool:
    """Tell whether deals are accounts: those that renew, and "GRR on per-seat deals"."""
    asks_of_accounts = spoken.has("nrr", "grr", "retention", "churn", "mrr", "arr")
    return spoken.has("renewals") or (spoken.follows_value(item) and asks_of_accounts)


def _ask_whose(spoken: SpokenQuestion) -> QuestionError:
    owners = spoken.words.vocabulary.dimensions.get("owner", ())[:3]
    text = spoken.text_of("mine")
    if not owners:
        return spoken.ask_back(WHOSE, text)
    lines = []
    for owner in owners:
        owned = replace(spoken, filters=())
        owned.filters = spoken.sort_filters((*spoken.filters, Filter("owner", owner)))
        line = choose_line(owned)
        is_alone = all(item.is_passed or item.means("mine") for item in spoken.items)
        lines.append(replace(line, command="accounts") if line and is_alone and not line.command else line)
    return spoken.ask_back(WHOSE, text, [line for line in lines if line], NAME_OWNER)


def _list_unexplained(spoken: SpokenQuestion, line: Line | None) -> list[Item]:
    """Return the items that a line does not explain."""
    if line is None:
        command, spelled = "", ""
    else:
        command = "vs" if len(line.sides) == 2 else "mrr" if line.command == "arr" else line.command
        spelled = line.spell(spoken.words.vocabulary)
    return [item for item in spoken.items if not _is_explained(item, spoken, command, spelled)]


def _list_contradictions(spoken: SpokenQuestion) -> list[Item]:
    """Return the items of values that are excluded, too, or that follow an excluded one of their column.

    "Inès, not Clara" is Inès; "all but Clara and the ones of Inès" may be neither.
    """
    excluded = {(entry.dimension, entry.value) for entry in spoken.excluded}
    included = {(entry.dimension, entry.value) for entry in spoken.included}
    columns: set[str] = set()
    contradictions = []
    for item in spoken.items:
        value = (item.filter.dimension, item.filter.value) if item.filter else None
        if value and value in included and (value in excluded or value[0] in columns):
            contradictions.append(item)
        elif value and value in excluded:
            columns.add(value[0])
    return contradictions


def _exclude_all(spoken: SpokenQuestion) -> list[Line]:
    """Return the line in which the values of a column with excluded ones are all excluded; none where one is both."""
    columns = {entry.dimension for entry in spoken.excluded}
    if any(replace(entry, excluded=True) in spoken.excluded for entry in spoken.included):
        return []
    filters = [replace(entry, excluded=entry.dimension in columns) for entry in spoken.filters]
    others = replace(spoken)
    others.filters = spoken.sort_filters(filters)
    line = _choose_line(others)
    return [line] if line else []


def _is_explained(item: Item, spoken: SpokenQuestion, command: str, spelled: str) -> bool:
    if item.is_unknown or item in spoken.unused:
        return False
    if item.filter or item.period:
        return True
    if item.accounts:
        return command in {"account", "lose"}
    if item.dimension:
        is_filtered = any(entry.dimension == item.dimension for entry in spoken.filters)
        shows_all = command == "targets" and item.dimension in {"segment", "size"}
        is_shown = command in _LISTS and item.dimension in spoken.columns
        return is_filtered or shows_all or is_shown or command in {"by", "mrr", "cohorts", "account"}
    if item.number is not None:
        return _is_number_used(item, spelled) or item.text in spoken.passed_over or _is_level_of_ratio(spoken, command)
    if item.ahead:
        return command == "renewals" or (command == "outlook" and item.ahead < 0)
    return _is_phrase_explained(item, spoken, command, spelled)


def _is_phrase_explained(item: Item, spoken: SpokenQuestion, command: str, spelled: str) -> bool:
    phrase = item.phrase
    if phrase is None:
        return False
    following = next((other for other in spoken.items if other.start == item.stop), None)
    if item.means("by") and following and following.is_passed and find_kind(fold(following.text)) == "office":
        # "by committee" is a column that the sheet does not have.
        return False
    if item.is_passed and not phrase.meanings and _is_of_people(item, spoken):
        return False
    if command in _FIGURES and _says_which_customers(item, spoken):
        return False
    if command == "accounts" and item.means("retention") and spoken.has("joined"):
        # Those who joined are a list, and their retention is a cohort's.
        return False
    if command == "benchmarks" and _PARTS_OF_PERIODS & item.plain_words:
        # "The average across quarters" is that of these figures.
        return False
    if item.ordinary:
        return _is_without_effect(item, spoken)
    if item.is_passed and not phrase.meanings and _belongs_to_owner(item, spoken):
        return False
    if item.is_passed and not phrase.meanings and _opens_period(item, spoken):
        return False
    if phrase.refused == "finer" and spoken.has("whatif"):
        return True
    if _DEALS & item.plain_words and _are_accounts(item, spoken):
        return True
    if item.method and item.method != "cohort":
        return command == "methods"
    if item.is_passed and not phrase.meanings and _leaves_period_out(item, spoken, command):
        return False
    if phrase.is_passed or (phrase.is_courtesy and not phrase.meanings) or _is_preposition(item, spoken, command):
        return True
    if item.means("joined") and any(entry.dimension == "tenure" for entry in spoken.filters):
        return True
    if item.means("over", "under") and _is_level_of_ratio(spoken, command):
        return True
    if item.means("over", "under") and command not in {"targets", "whatif"}:
        return ">" in spelled or "<" in spelled or item.text in spoken.passed_over
    if item.means("versus") and ((spoken.series and command == "trend") or spoken.joins_values(item)):
        return True
    if spoken.series and item.means("apart") and command != "trend" and _comes_before_period(item, spoken):
        return False
    if item.means("behind"):
        return command == "accounts"
    if item.means("nrr", "grr") and command == "accounts":
        return spoken.has("behind")
    if item.means("nodowngrade"):
        return command == "churn" or spelled.endswith(" churn")
    return item.means("without", "but", "notonly") or bool(
        phrase.meanings & (_HARMLESS | _EXPLAINED.get(command, frozenset()))
    )


def _is_level_of_ratio(spoken: SpokenQuestion, command: str) -> bool:
    """Tell whether the one number is that of the ratio asked for: "why are we under 100", "are we above 100%"."""
    numbers = [item for item in spoken.items if item.number is not None]
    is_ratio = len(numbers) == 1 and numbers[0].unit != "money" and 50 <= (numbers[0].number or 0) <= 150
    is_figure = command == "" and spoken.has("over", "under") and bool(numbers) and numbers[0].unit == "%"
    is_figure = is_figure and not spoken.has("customers", "who", "count", "share")
    return (command == "why" or is_figure) and is_ratio and spoken.has("nrr", "grr", "retention") and not spoken.amount


def _is_without_effect(item: Item, spoken: SpokenQuestion) -> bool:
    """Tell whether an ordinary word has no effect: it names no cut and nothing to count.

    It has one in "by team", "chez les experts", "weird accounts", "Jonas's assistant" and "meetings in Q3".
    """
    place = spoken.items.index(item)
    before, after = spoken.items[:place], spoken.items[place + 1 : place + 3]
    last, following = before[-1:], after[:1]
    near = [other for other in before[-2:] if not _ARTICLES.issuperset(other.plain_words)][-1:]
    if any(other.means("count", "share", "without", "but") or "chez" in other.plain_words for other in near):
        return False
    if any(other.means("by") for other in last):
        return False
    if item.ordinary in {"adverb", "interjection", "clause"}:
        return True
    if not spoken.accounts and not spoken.has(*_COUNTED):
        return False
    if any(other.means("customers") and not other.is_passed for other in following):
        return False
    if item.ordinary in DESCRIBING:
        return any(other.filter for other in following) or not _describes_customers(before)
    is_of_value = len(after) == 2 and after[1].filter is not None and fold(after[0].text) in {"of", "de", "d", "du"}
    is_counted = spoken.has("count") and any(not other.is_passed for other in last)
    return not (is_of_value or is_counted or any(other.filter or other.means("customers") for other in last))


def _belongs_to_owner(item: Item, spoken: SpokenQuestion) -> bool:
    """Tell whether a word is a thing of an owner, and not of the accounts: "Jonas's meetings"."""
    if find_kind(fold(item.text).split()[-1]) != "office":
        return False
    return any(
        other.filter is not None and other.filter.dimension == "owner" and 0 <= item.start - other.stop <= 1
        for other in spoken.items
    )


def _is_of_people(item: Item, spoken: SpokenQuestion) -> bool:
    """Tell whether a word names whose figure is asked for, and no customers: "the retention of interns"."""
    words = fold(item.text).split()
    place = spoken.items.index(item)
    before = [other for other in spoken.items[max(place - 2, 0) : place] if other.text not in {",", ";"}]
    if len(before) < 2 or find_kind(words[-1]) != "office" or not words[-1].endswith("s"):
        return False
    return before[0].means(*_COUNTED) and fold(before[1].text) in {"of", "de", "des"}


def _says_which_customers(item: Item, spoken: SpokenQuestion) -> bool:
    """Tell whether a word says which customers are meant: "the big customers", "clients fidèles"."""
    if not item.plain_words or not item.plain_words <= _WHICH_CUSTOMERS:
        return False
    neighbours = (other for other in spoken.items if item.start == other.stop or other.start == item.stop)
    return any(other.means("customers") and other.plain_words <= _CUSTOMERS for other in neighbours)


def _describes_customers(before: Sequence[Item]) -> bool:
    """Tell whether the words before a verb or an adjective are about customers: "accounts that complain"."""
    clause = next((place + 1 for place in range(len(before) - 1, -1, -1) if before[place].text in {",", ";"}), 0)
    return any(other.means("customers", "who") for other in before[clause:])


def _comes_before_period(item: Item, spoken: SpokenQuestion) -> bool:
    after = spoken.find_next(item)
    return after is not None and after.period is not None


def _leaves_period_out(item: Item, spoken: SpokenQuestion, command: str) -> bool:
    """Tell whether a word names a period that was not read: "year" alone in a line that has one."""
    if _PARTS_OF_PERIODS & item.plain_words and _ends_with_period(item, spoken):
        # "The year to September" is not September, and "a quarter of 2025" not 2025.
        return command in _WITH_PERIOD
    if command == "mrr" and fold(item.text) in {"a date", "to date"}:
        # A level is that of now.
        return False
    has_period = bool(spoken.periods) or spoken.has("samequarter", "yoy", "qoq", "mom", "monthly")
    return command in _WITH_PERIOD and not has_period and bool(_PERIOD_WORDS & set(fold(item.text).split()))


def _ends_with_period(item: Item, spoken: SpokenQuestion) -> bool:
    after = spoken.items[spoken.items.index(item) + 1 :][:2]
    if len(after) < 2 or after[1].period is None:
        return False
    is_part = fold(after[0].text) in {"of", "de", "d"} and after[1].period.kind in {"year", "fiscal_year"}
    return fold(after[0].text) in _UP_TO or (is_part and not _YEARS & item.plain_words)


def _opens_period(item: Item, spoken: SpokenQuestion) -> bool:
    """Tell whether a word without effect changes the period after it: "before March" is not March."""
    if fold(item.text).split()[-1] not in _BEFORE_PERIODS:
        return False
    # "from the end of March" is not March either.
    after = spoken.items[spoken.items.index(item) + 1 :]
    following = next((other for other in after if not (_ARTICLES | _END_OF).issuperset(other.plain_words)), None)
    return following is not None and following.period is not None


def _is_preposition(item: Item, spoken: SpokenQuestion, command: str) -> bool:
    """Tell whether "over", "by" and the like only stand before a period or a number, or "out" after a value."""
    if item.means("aside"):
        return spoken.follows_value(item)
    after = spoken.find_next(item)
    if item.means("apart") and spoken.series:
        # Each of several periods is asked for, and the line has them as one.
        return False
    if item.means("over", "under"):
        return after is not None and bool(after.period or after.ahead)
    if item.means("until") and _names_event(item, spoken):
        return True
    if item.means("until") and not item.means("by"):
        looks_ahead = command in {"renewals", "outlook"}
        return looks_ahead and after is not None and bool(after.period or after.ahead or after.means("yearend"))
    if fold(item.text) == "across" and after is not None and (after.filter or after.means("customers", "company")):
        return True
    if item.means("by", "until"):
        return after is None or bool(after.period or after.number or after.means("over", "largest", "mrr", "arr"))
    return False


def _names_event(item: Item, spoken: SpokenQuestion) -> bool:
    """Tell whether "before" or "for" is about a meeting or the like, and not about a period: "before the steerco"."""
    following = [other for other in spoken.items if other.start >= item.stop]
    named = next((other for other in following if not _ARTICLES.issuperset(other.plain_words)), None)
    return named is not None and named.is_passed and find_kind(fold(named.text).split()[-1]) == "office"


def _is_number_used(item: Item, spelled: str) -> bool:
    number = item.number or Decimal()
    texts = {spell_number(number), f"{number:f}", str(read_count(item))}
    return any(re.search(rf"(?<![\d.]){re.escape(text)}(?![\d.])", spelled) for text in texts)


def _join_runs(items: Sequence[Item]) -> list[str]:
    """Return the texts of items, neighbours together."""
    runs: list[list[Item]] = []
    for item in items:
        if runs and runs[-1][-1].stop == item.start:
            runs[-1].append(item)
        else:
            runs.append([item])
    return [" ".join(item.text for item in run) for run in runs]
