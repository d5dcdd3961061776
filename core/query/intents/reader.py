"""Sentences -> lines of the grammar: "who left us last quarter?" is `accounts Q3 2026 churn`.

The items of the sentence are found first; then a rule chooses the line. Each item has to be explained by the line, or
be known to have no effect: what is not understood is never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.errors import N_, QuestionError, Sentence
from core.months import Period, Window
from core.query.account_names import AccountNames
from core.query.intents.items import Item, Words, read_count
from core.query.intents.lines import Line, Side, quote_names
from core.query.intents.pieces import remove_mentions, split_pieces
from core.query.intents.rules import choose_line
from core.query.intents.sentence import WHICH_MEASURE, Moment, SpokenQuestion, spell_number, spell_percent
from core.query.question import BE_SHORT, MOST_CHARACTERS, TOO_LONG
from core.query.vocabulary import Filter, Vocabulary
from core.text import clean_text, fold

NOT_UNDERSTOOD = N_("I did not understand “{unknown}”, so there is no answer yet.")
NO_SUCH_NAME = N_("There is no “{unknown}” in the sheet.")
WHICH_ACCOUNT = N_("Several accounts could be “{unknown}”.")
TRY_ONE = N_("Ask for one of them: {nearest}.")
OF_A_MONTH = N_("Churn of {unknown} can be that of a month or of a year, and they differ widely.")
WHOSE = N_("I do not know which accounts are yours.")
NAME_OWNER = N_("Name the owner, such as owner={owner}.")
# What could be several things is asked back.
ASKED_BACK = frozenset((WHICH_ACCOUNT, WHOSE, OF_A_MONTH, WHICH_MEASURE))
# Category of a refused phrase -> the sentence, in the order of their weight.
REFUSALS: Mapping[str, str] = {
    "injection": N_("I answer questions about retention, and follow no instructions."),
    "secret": N_("I answer questions about retention, not about keys, settings or the server that I run on."),
    "action": N_("I answer questions and change nothing: I read the sheet, and write only into my own tabs."),
    "absent": N_("The sheet has no “{unknown}”: it has revenue by customer and month, and columns of the customers."),
    "elsewhere": N_("I know nothing about “{unknown}”. I know the recurring revenue of this company only."),
    "finer": N_("“{unknown}” is less than a month, and revenue is counted at the end of each month."),
}
# Letters of the shortest text that is compared with the names of accounts.
_SHORTEST_NAME = 5
# Categories whose refusal offers the line without the refused words.
_OFFERED = frozenset(("absent", "elsewhere", "finer"))

# Words that are part of the period that follows them, so that alone they would be passed over.
_BEFORE_PERIODS = frozenset(
    "since depuis from between entre until till before after through avant apres jusqu".split()  # noqa: SIM905
)

# Words that name a period, and the lines in which one counts; a comparison is `vs`, a plain question empty.
_PERIOD_WORDS = frozenset(("year", "years", "month", "months", "date", "annee", "annees", "mois"))
_WITH_PERIOD = frozenset(
    ("", "vs", "why", "by", "accounts", "churn", "mrr", "methods", "quickratio", "concentration", "renewalrate")
)

_LISTS = frozenset(("accounts", "risks", "opportunities", "renewals"))

# Meanings that every line allows: they name what is asked about, or how.
_HARMLESS = frozenset(("retention", "customers", "who", "count", "share", "howis", "paying", "company", "others",
                       "ranking", "better"))  # fmt: skip
# Sub-command -> the further meanings that it explains; `vs` is a comparison, the empty name a plain question.
_EXPLAINED: Mapping[str, frozenset[str]] = {
    command: frozenset(meanings.split())
    for command, meanings in {
        "": "nrr grr mrr samequarter stayed",
        "account": "define mrr arr trend why renewals risks churn left fell rose data grew changed lost shrank",
        "accounts": "left lost losses churn shrank grew joined returned stayed changed fell rose largest mrr arr "
        "monthly",
        "benchmarks": "benchmarks good nrr grr versus define churn largest",
        "by": "by nrr grr largest versus good fell rose",
        "churn": "churn left lost losses mrr arr monthly",
        "cohorts": "cohorts by nrr grr trend largest good joined versus",
        "concentration": "concentration mrr arr largest",
        "data": "data why",
        "define": "define nrr grr churn mrr arr shrank grew joined returned cohorts methods versus whatif left lost by",
        "help": "help",
        "lose": "whatif left lost losses churn mrr arr nrr grr risks fell without",
        "methods": "methods nrr grr define cohorts by versus",
        "mix": "mix why fell rose nrr grr changed versus",
        "mrr": "yearend yoy versus define monthly trend mrr arr rose fell grew by changed",
        "opportunities": "opportunities grew mrr arr largest",
        "outlook": "outlook yearend nrr grr trend",
        "quickratio": "quickratio mrr trend",
        "renewals": "renewals yearend outlook mrr arr left risks largest",
        "renewalrate": "renewalrate renewals mrr grr",
        "risks": "risks mrr arr left lost churn largest opportunities",
        "survival": "survival grr left stayed trend",
        "targets": "targets nrr grr versus fell rose by over under good",
        "trend": "apart trend mom nrr grr mrr churn fell rose good changed monthly by",
        "vs": "versus changed mom nrr grr qoq yoy samequarter rose fell good trend by changed",
        "whatif": "whatif churn nrr grr left shrank grew rose fell versus mrr arr lost by over under monthly define",
        "why": "why fell rose nrr grr changed churn left lost losses shrank grew trend mrr arr",
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
            may have been meant, the best first, and `unknown_words`, the words that were not understood.

    """
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(TOO_LONG, BE_SHORT, length=len(text), limit=MOST_CHARACTERS, example="enterprise Q3")
    items = words.find_items(split_pieces(remove_mentions(clean_text(text))))
    if _are_courtesies(items):
        return Reading("", is_courtesy=True)
    spoken = SpokenQuestion(items, words, moment)
    _refuse_what_cannot_be_answered(spoken)
    line = _choose_line(spoken)
    unexplained = _list_unexplained(spoken, line) or _list_contradictions(spoken)
    if unexplained or line is None:
        unknown = _join_runs(unexplained) or [" ".join(item.text for item in items)]
        lines = [*([line] if line else []), *_list_similar_accounts(spoken, unexplained)]
        raise spoken.refuse(NOT_UNDERSTOOD, unknown, lines)
    misspelt = [item for item in items if item.corrected and (item.filter or item.accounts)]
    if misspelt:
        raise spoken.refuse(NO_SUCH_NAME, _join_runs(misspelt), [line])
    corrected = tuple((item.text, item.corrected) for item in items if item.corrected)
    return Reading(line.spell(words.vocabulary), line, tuple(spoken.passed_over), corrected, tuple(spoken.notes))


def _list_similar_accounts(spoken: SpokenQuestion, unexplained: Sequence[Item]) -> list[Line]:
    """Return the cards of the accounts that words may name: those that no one knows, spelt like a name."""
    accounts = spoken.words.accounts
    runs = _join_runs([item for item in unexplained if item.is_unknown])
    positions = [at for run in runs[:2] if len(run) >= _SHORTEST_NAME for at in accounts.find_similar(run)[:2]]
    return [Line("account", words=quote_names([accounts.names[at]])) for at in dict.fromkeys(positions)]


def _choose_line(spoken: SpokenQuestion) -> Line | None:
    """Return the line that is meant; where an amount can be MRR or ARR, the refusal has both lines."""
    try:
        return choose_line(spoken)
    except QuestionError as error:
        if error.problem != WHICH_MEASURE:
            raise
        lines = [choose_line(replace(spoken, measure=measure)) for measure in ("mrr", "arr")]
        raise spoken.refuse(WHICH_MEASURE, [str(error.values["unknown"])], [line for line in lines if line]) from error


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
    if spoken.has("churn") and len(spoken.percents) == 1 and not spoken.has("whatif", "why") and not spoken.periods:
        raise spoken.refuse(OF_A_MONTH, [spell_percent(spoken.percents[0])], _list_churn(spoken))
    ambiguous = next((item for item in spoken.accounts if len(item.accounts) > 1), None)
    if ambiguous:
        names = [spoken.words.accounts.names[at] for at in ambiguous.accounts[:3]]
        lines = [Line("account", words=quote_names([name])) for name in names]
        raise spoken.refuse(WHICH_ACCOUNT, [ambiguous.text], lines, TRY_ONE)


def _list_churn(spoken: SpokenQuestion) -> list[Line]:
    """Return the lines for the churn of the last month and of the last twelve months."""
    moment = spoken.moment
    year = Period("ttm", Window.ending(moment.data_through, 12))
    return [Line("churn", sides=(Side(spoken.filters, period),)) for period in (moment.last_month, year)]


def _is_refused(item: Item, category: str, spoken: SpokenQuestion) -> bool:
    phrase = item.phrase
    if not phrase or phrase.refused != category or phrase.meanings or phrase.is_passed:
        return False
    return not (category == "finer" and spoken.has("renewals", "risks", "whatif"))


def _ask_whose(spoken: SpokenQuestion) -> QuestionError:
    owners = spoken.words.vocabulary.dimensions.get("owner", ())[:3]
    text = spoken.text_of("mine")
    if not owners:
        return spoken.refuse(WHOSE, [text])
    lines = []
    for owner in owners:
        owned = replace(spoken, filters=())
        owned.filters = spoken.sort_filters((*spoken.filters, Filter("owner", owner)))
        lines.append(choose_line(owned))
    return spoken.refuse(WHOSE, [text], [line for line in lines if line], NAME_OWNER, owner=owners[0])


def _list_unexplained(spoken: SpokenQuestion, line: Line | None) -> list[Item]:
    """Return the items that a line does not explain."""
    if line is None:
        command, spelled = "", ""
    else:
        command = "vs" if len(line.sides) == 2 else "mrr" if line.command == "arr" else line.command
        spelled = line.spell(spoken.words.vocabulary)
    return [item for item in spoken.items if not _is_explained(item, spoken, command, spelled)]


def _list_contradictions(spoken: SpokenQuestion) -> list[Item]:
    """Return the items of values that are both asked for and excluded, unless two cuts are compared."""
    both = {(entry.dimension, entry.value) for entry in spoken.included}
    both &= {(entry.dimension, entry.value) for entry in spoken.excluded}
    return [item for item in spoken.items if item.filter and (item.filter.dimension, item.filter.value) in both]


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
        return is_filtered or shows_all or is_shown or command in {"by", "mrr", "cohorts"}
    if item.number is not None:
        return _is_number_used(item, spelled)
    if item.ahead:
        return command == "renewals" or (command == "outlook" and item.ahead < 0)
    return _is_phrase_explained(item, spoken, command, spelled)


def _is_phrase_explained(item: Item, spoken: SpokenQuestion, command: str, spelled: str) -> bool:
    phrase = item.phrase
    if phrase is None:
        return False
    if item.is_passed and not phrase.meanings and _opens_period(item, spoken):
        return False
    if phrase.refused == "finer" and spoken.has("whatif"):
        return True
    if item.method and item.method != "cohort":
        return command == "methods"
    if item.is_passed and not phrase.meanings and _leaves_period_out(item, spoken, command):
        return False
    if phrase.is_passed or (phrase.is_courtesy and not phrase.meanings) or _is_preposition(item, spoken, command):
        return True
    if item.means("joined") and any(entry.dimension == "tenure" for entry in spoken.filters):
        return True
    if item.means("over", "under") and command not in {"targets", "whatif"}:
        return ">" in spelled or "<" in spelled
    if spoken.series and item.means("versus") and command == "trend":
        return True
    if spoken.series and item.means("apart") and command != "trend" and _comes_before_period(item, spoken):
        return False
    return item.means("without", "but") or bool(phrase.meanings & (_HARMLESS | _EXPLAINED.get(command, frozenset())))


def _comes_before_period(item: Item, spoken: SpokenQuestion) -> bool:
    after = spoken.find_next(item)
    return after is not None and after.period is not None


def _leaves_period_out(item: Item, spoken: SpokenQuestion, command: str) -> bool:
    """Tell whether a word names a period that was not read: "year" alone in a line that has one."""
    has_period = bool(spoken.periods) or spoken.has("samequarter", "yoy", "qoq", "mom", "monthly")
    return command in _WITH_PERIOD and not has_period and bool(_PERIOD_WORDS & set(fold(item.text).split()))


def _opens_period(item: Item, spoken: SpokenQuestion) -> bool:
    """Tell whether a word without effect changes the period after it: "before March" is not March."""
    opens = fold(item.text).split()[-1] in _BEFORE_PERIODS
    return opens and any(other.period and other.start == item.stop for other in spoken.items)


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
    if item.means("until") and not item.means("by"):
        looks_ahead = command in {"renewals", "outlook"}
        return looks_ahead and after is not None and bool(after.period or after.ahead or after.means("yearend"))
    if item.means("by", "until"):
        return after is None or bool(after.period or after.number or after.means("over", "largest", "mrr", "arr"))
    return False


def _is_number_used(item: Item, spelled: str) -> bool:
    texts = {spell_number(item.number or Decimal()), str(read_count(item))}
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
