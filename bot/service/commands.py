"""The table of sub-commands: each is a row of words and of the functions that read, compute and show its answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from bot.locale.translator import Translator
from bot.messages.kit.message import Message
from core.errors import N_, QuestionError, Sentence
from core.playbook.playbook import Playbook
from core.query.sides import split_sides
from core.query.vocabulary import METRIC_WORDS, Filter
from core.reports.scope import QuestionReader, Scope
from core.text import fold

if TYPE_CHECKING:
    # For its type alone: an answer needs no writer of sheets.
    from sheets.problems import Problem
    from sheets.writeback.ask_tab import AskAnswer


# What a warehouse does not give.
HISTORY, FACTS = N_("every account’s history"), N_("facts about accounts")
LINES = N_("the lines of subscriptions")


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """The values that functions of a row may need in addition to the report.

    Attributes:
        translate: the reader's language.
        playbook: the words of the levers.
        asked: the question as typed, `/nrr enterprise Q3`.
        renewal_days: days ahead that `renewals` shows.
        link: returns the address of rows of the revenue tab; empty where a workbook has no addresses.
        error_codes: returns the codes of the errors that the account of an ID has in the sheet.
        problems: returns the problems of the data.
        tables: the key of each table of a warehouse -> its name; empty for a query.
        may_ask: tells whether the reader may ask about a value.

    """

    translate: Translator
    playbook: Playbook
    asked: str
    renewal_days: int
    link: Callable[[tuple[int, int]], str]
    error_codes: Callable[[str], Sequence[str]]
    problems: Callable[[], Sequence[Problem]]
    tables: Mapping[str, str]
    may_ask: Callable[[Filter], bool]


@dataclass(frozen=True, slots=True)
class Function:
    """A function that is imported when it is first called: an answer imports only the modules that it needs.

    Attributes:
        path: `package.module:function`.
        needs: the values of a ReplyContext that it takes as keyword arguments.

    """

    path: str
    needs: tuple[str, ...] = ()

    def resolve(self) -> Callable[..., Any]:
        """Return the function itself."""
        module, _, name = self.path.partition(":")
        function: Callable[..., Any] = getattr(import_module(module), name)
        return function

    def __call__(self, report: Any, context: ReplyContext) -> Any:
        """Return the function's value for a report."""
        return self.resolve()(report, **{name: getattr(context, name) for name in self.needs})


@dataclass(frozen=True, slots=True)
class Command:
    """A sub-command of `/nrr` and `/grr`.

    Attributes:
        words: its names, English first; any of them is understood.
        help: its line of the help; `{days}` is the config's number of days for renewals.
        parse: (words after the sub-command, QuestionReader) -> the request.
        compute: (request, Scope) -> the report.
        message: report -> the Message that people read.
        json: report -> data that JSON can hold.
        csv: the keys of the JSON that hold the rows of a table, if the answer has one. The rows of several keys say
            under `part` which of them they are from.
        needs_snapshot: False where it is answered before the first sync too, with None for reader and scope.
        takes_names: True where its words are names or terms, whatever they mean elsewhere.
        cells: report -> the cells of a row of NRR Ask; None where the answer is not one figure.
        reach: the figures in its answer: those of the `cut` that was asked about, of one `account`, of the `company`,
            or of `none`. Who is limited to some segments gets no more than these.
        from_warehouse: whether a warehouse, whose accounts are not in memory, gives the answer.
        lacks: what its answer needs and a warehouse does not give.

    """

    words: tuple[str, ...]
    help: str
    parse: Function
    compute: Function
    message: Function
    json: Function
    csv: tuple[str, ...] = ()
    needs_snapshot: bool = True
    takes_names: bool = False
    cells: Function | None = None
    reach: Literal["none", "account", "cut", "company"] = "company"
    from_warehouse: bool = False
    lacks: str = HISTORY

    @property
    def name(self) -> str:
        """The English name."""
        return self.words[0] if self.words else "answer"

    def say_name(self, translate: Translator) -> str:
        """Return its name in the reader's language."""
        return self.name if translate.language == "en" or len(self.words) == 1 else self.words[1]

    def is_without_figures(self, limits: Collection[str] | None) -> bool:
        """Tell whether its answer is given without the figures, as these are beyond the limits of the reader."""
        return limits is not None and self.reach == "company" and not self.needs_snapshot

    def help_sentence(self, renewal_days: int) -> Sentence:
        """Return its line of the help."""
        return Sentence(self.help, {"days": renewal_days})


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to a question, for people and as plain data. Each form is made when it is asked for.

    Attributes:
        command: the name of its sub-command.
        message: returns the message that Slack shows and the command line prints.
        json: returns the data that `--json` prints.
        line: the question as it was read, a line of the grammar; empty where it asks for nothing.
        read: how the question was read, as JSON; empty where it was not.
        cells: returns the cells of a row of NRR Ask; None where the answer is not one figure.
        is_stale: whether the message begins with a line that its data is stale.
        is_private: whether it is for the person who asked alone, wherever they asked.

    """

    command: str
    message: Callable[[], Message]
    json: Callable[[], Any]
    line: str
    cells: Callable[[], AskAnswer | None]
    _rows_keys: tuple[str, ...]
    read: Mapping[str, Any]
    is_stale: bool = False
    is_private: bool = False

    def csv(self) -> Sequence[Mapping[str, Any]]:
        """Return the rows that `--csv` prints.

        Raises:
            QuestionError: the answer is not a table.

        """
        if not self._rows_keys:
            raise QuestionError(
                N_("This answer is not a table, so it cannot be written as CSV."),
                N_("Ask with --json, or ask for a table: {examples}."),
                examples="accounts Q3, by segment Q3",
            )
        data = self.json()
        parts = {key: list(_list_rows(data[key])) for key in self._rows_keys}
        if len(parts) == 1:
            return parts[self._rows_keys[0]]
        return [{"part": key, **row} for key, rows in parts.items() for row in rows]


def _list_rows(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a table in JSON: those of a list, one mapping, or a count for each name."""
    if isinstance(value, Mapping) and all(isinstance(count, int) for count in value.values()):
        yield from ({"name": name, "count": count} for name, count in value.items())
    elif isinstance(value, Mapping):
        yield value
    else:
        yield from value or ()


def _report(path: str) -> Function:
    return Function(f"core.{path}")


def _cells(path: str) -> Function:
    return Function(f"bot.messages.{path}", ("translate",))


def _message(path: str, *needs: str) -> Function:
    return Function(f"bot.messages.{path}", ("translate", *needs))


_QUESTION_PARSER = _report("reports.scope:read_question")

# A question without a sub-command, and two questions compared: rows too, found by their form and not by a word.
QUESTION = Command(
    (),
    "",
    _QUESTION_PARSER,
    _report("reports.answer:answer_question"),
    _message("reports.answer:build_answer_message", "link"),
    _report("reports.answer_json:build_answer_json"),
    csv=("window", "trailing_12_months"),
    cells=_cells("reports.answer_cells:build_answer_cells"),
    reach="cut",
    from_warehouse=True,
)
COMPARISON = Command(
    (),
    "",
    _report("reports.comparison:read_comparison"),
    _report("reports.comparison:compare_sides"),
    _message("reports.comparison:build_comparison_message"),
    _report("reports.comparison:build_comparison_json"),
    csv=("versus", "accounts"),
    reach="cut",
    from_warehouse=True,
)

COURTESY = Command(
    (),
    "",
    Function("bot.service.commands:refuse_words"),
    Function("bot.service.commands:describe_data"),
    Function("bot.messages.status.help:build_courtesy_message", ("asked", "translate")),
    Function("bot.messages.status.help:build_courtesy_json", ("asked", "translate")),
    needs_snapshot=False,
    reach="none",
    from_warehouse=True,
)

# The sub-commands that act: Slack's side carries them out, elsewhere their message says how.
ACTING = frozenset(("sync", "digest"))
# In the order of the help.
SUB_COMMANDS = (
    Command(
        ("why", "pourquoi", "explain", "explique"),
        N_("is it good, why, which accounts, what would move it: why enterprise Q3"),
        _QUESTION_PARSER,
        _report("reports.explanation:explain"),
        _message("reports.explanation:build_explanation_message", "playbook", "link"),
        _report("reports.explanation:build_explanation_json"),
        csv=("window", "trailing_12_months"),
        cells=_cells("reports.answer_cells:build_explanation_cells"),
        reach="cut",
        from_warehouse=True,
    ),
    Command(
        ("by", "par"),
        N_("every value of a column side by side: by industry Q3"),
        _report("reports.breakdown:read_breakdown"),
        _report("reports.breakdown:break_down"),
        _message("reports.breakdown:build_breakdown_message"),
        _report("reports.breakdown:build_breakdown_json"),
        csv=("rows",),
        reach="cut",
        from_warehouse=True,
    ),
    Command(
        ("accounts", "comptes"),
        N_("the accounts behind a figure, and their rows: enterprise Q3 churn"),
        _report("reports.accounts:read_accounts"),
        _report("reports.accounts:list_accounts"),
        _message("reports.accounts:build_accounts_message", "link"),
        Function("core.reports.accounts:build_accounts_json", ("link",)),
        csv=("rows",),
        reach="cut",
        from_warehouse=True,
    ),
    Command(
        ("mrr",),
        N_("MRR at a close, its change and movements, the largest accounts: mrr enterprise, mrr by region"),
        _report("revenue.recurring_revenue:read_mrr"),
        _report("revenue.recurring_revenue:measure_recurring_revenue"),
        _message("revenue.recurring_revenue:build_recurring_revenue_message"),
        _report("revenue.recurring_revenue:build_recurring_revenue_json"),
        csv=("rows", "whole", "changes", "movements"),
        cells=_cells("revenue.revenue_cells:build_revenue_cells"),
        reach="cut",
        from_warehouse=True,
    ),
    Command(
        ("arr",),
        N_("the same as ARR, 12 times MRR: arr by segment 2026-08"),
        _report("revenue.recurring_revenue:read_arr"),
        _report("revenue.recurring_revenue:measure_recurring_revenue"),
        _message("revenue.recurring_revenue:build_recurring_revenue_message"),
        _report("revenue.recurring_revenue:build_recurring_revenue_json"),
        csv=("rows", "whole", "changes", "movements"),
        cells=_cells("revenue.revenue_cells:build_revenue_cells"),
        reach="cut",
        from_warehouse=True,
    ),
    Command(
        ("churn", "attrition"),
        N_("revenue and accounts lost, of the period and of twelve months, and who left: churn enterprise Q3"),
        _QUESTION_PARSER,
        _report("revenue.churn:measure_churn"),
        _message("revenue.churn:build_churn_message", "link"),
        _report("revenue.churn:build_churn_json"),
        csv=("window", "trailing_12_months", "accounts"),
        cells=_cells("revenue.revenue_cells:build_churn_cells"),
        reach="cut",
        from_warehouse=True,
    ),
    Command(
        ("account", "compte"),
        N_('one account: MRR by month, renewal, signs, rows, the cost of losing it: account "Acme"'),
        _report("revenue.account_card:read_account"),
        _report("revenue.account_card:build_account_card"),
        _message("revenue.account_card:build_account_card_message", "link", "error_codes"),
        Function("core.revenue.account_card:build_account_card_json", ("link", "error_codes")),
        csv=("months",),
        takes_names=True,
        reach="account",
    ),
    Command(
        ("trend", "tendance"),
        N_("the twelve-month ratios and the movements, month by month"),
        _report("reports.trend:read_trend"),
        _report("reports.trend:build_trend"),
        _message("reports.trend:build_trend_message"),
        _report("reports.trend:build_trend_json"),
        csv=("months",),
        reach="cut",
        from_warehouse=True,
    ),
    Command(
        ("cohorts", "cohortes"),
        N_("by quarter of first MRR, or year: what each keeps; cohorts year"),
        _report("reports.cohorts:read_cohorts"),
        _report("reports.cohorts:build_cohorts"),
        _message("reports.cohorts:build_cohorts_message"),
        _report("reports.cohorts:build_cohorts_json"),
        csv=("cohorts",),
        reach="cut",
    ),
    Command(
        ("survival", "survie"),
        N_("the accounts and the MRR that are kept, by months since the first MRR: survival enterprise"),
        _report("analyses.survival:read_survival"),
        _report("analyses.survival:measure_survival"),
        _message("analyses.survival:build_survival_message"),
        _report("analyses.survival:build_survival_json"),
        csv=("rows",),
        reach="cut",
    ),
    Command(
        ("methods", "méthodes"),
        N_("the three ways to compute NRR, and why they differ here"),
        _QUESTION_PARSER,
        _report("reports.methods:compare_methods"),
        _message("reports.methods:build_methods_message"),
        _report("reports.methods:build_methods_json"),
        csv=("window", "trailing_12_months"),
        reach="cut",
    ),
    Command(
        ("reconcile", "rapprocher", "réconcilier"),
        N_("which definition gives a figure of someone else, and which accounts make the difference: reconcile 104.1"),
        _report("reconcile.reconciliation:read_reconciliation"),
        _report("reconcile.reconciliation:reconcile"),
        _message("reconcile.reconciliation:build_reconciliation_message"),
        _report("reconcile.reconciliation:build_reconciliation_json"),
        csv=("matches", "nearest", "accounts"),
        reach="cut",
    ),
    Command(
        ("mix", "effet mix"),
        N_("the segment that moved NRR, by its ratio or by its weight: mix enterprise, mix Q3"),
        _report("analyses.segment_effects:read_segment_effects"),
        _report("analyses.segment_effects:explain_by_segments"),
        _message("analyses.segment_effects:build_segment_effects_message"),
        _report("analyses.segment_effects:build_segment_effects_json"),
        csv=("rows",),
        from_warehouse=True,
    ),
    Command(
        ("quickratio", "quick ratio"),
        N_("MRR gained for each unit lost, of the period and of twelve months: quick ratio Q3"),
        _QUESTION_PARSER,
        _report("analyses.quick_ratio:measure_quick_ratio"),
        _message("analyses.quick_ratio:build_quick_ratio_message"),
        _report("analyses.quick_ratio:build_quick_ratio_json"),
        csv=("window", "trailing_12_months"),
        reach="cut",
        from_warehouse=True,
    ),
    Command(
        ("concentration",),
        N_("the largest accounts, their share of the MRR, and NRR without each: concentration enterprise"),
        _report("analyses.concentration:read_concentration"),
        _report("analyses.concentration:measure_concentration_at_close"),
        _message("analyses.concentration:build_concentration_message", "link"),
        _report("analyses.concentration:build_concentration_json"),
        csv=("rows",),
        reach="cut",
        from_warehouse=True,
    ),
    Command(
        ("renewalrate", "renewal rate"),
        N_("the renewed part of the MRR whose term ended: renewal rate enterprise Q3"),
        _QUESTION_PARSER,
        _report("analyses.renewal_rate:measure_renewal_rate"),
        _message("analyses.renewal_rate:build_renewal_rate_message"),
        _report("analyses.renewal_rate:build_renewal_rate_json"),
        csv=("window", "trailing_12_months", "accounts"),
        reach="cut",
        lacks=LINES,
    ),
    Command(
        ("pricevolume", "prix volume", "price volume"),
        N_("expansion taken apart: price, volume, new products, ended discounts: price volume enterprise Q3"),
        _QUESTION_PARSER,
        _report("analyses.price_volume:measure_price_volume"),
        _message("analyses.price_volume:build_price_volume_message"),
        _report("analyses.price_volume:build_price_volume_json"),
        csv=("window", "trailing_12_months", "accounts"),
        reach="cut",
        lacks=LINES,
    ),
    Command(
        ("risks", "risques"),
        N_("accounts with a sign of leaving, by the loss to expect"),
        _report("outlook.account_signals:read_signals"),
        _report("outlook.account_signals:find_risks"),
        _message("outlook.account_signals:build_risks_message", "link"),
        _report("outlook.account_signals:build_signals_json"),
        csv=("accounts",),
        reach="cut",
        lacks=FACTS,
    ),
    Command(
        ("signs", "signaux"),
        N_("the signs of leaving put to the test: which of them predict who leaves here"),
        Function("bot.service.commands:refuse_words"),
        _report("outlook.signs:measure_signs"),
        _message("outlook.signs:build_signs_message"),
        _report("outlook.signs:build_signs_json"),
        csv=("signs",),
        lacks=FACTS,
    ),
    Command(
        ("opportunities", "opportunités"),
        N_("accounts that are ready to grow"),
        _report("outlook.account_signals:read_signals"),
        _report("outlook.account_signals:find_opportunities"),
        _message("outlook.account_signals:build_opportunities_message", "link"),
        _report("outlook.account_signals:build_signals_json"),
        csv=("accounts",),
        reach="cut",
        lacks=FACTS,
    ),
    Command(
        ("renewals", "renouvellements", "échéances"),
        N_("renewals in the next {days} days: renewals 60, renewals Q4"),
        _report("outlook.account_signals:read_renewals"),
        _report("outlook.account_signals:find_renewals"),
        _message("outlook.account_signals:build_renewals_message", "link"),
        _report("outlook.account_signals:build_signals_json"),
        csv=("accounts", "overdue"),
        reach="cut",
        lacks=FACTS,
    ),
    Command(
        ("whatif", "et si", "si", "what if", "what-if", "hypothèse"),
        N_('the effect of a change: whatif churn 5%->3%, whatif enterprise grr 95, whatif lose "Acme"'),
        _report("outlook.scenario:read_scenario"),
        _report("outlook.scenario:measure_scenario"),
        _message("outlook.scenario:build_scenario_message"),
        _report("outlook.scenario:build_scenario_json"),
        csv=("effects",),
        takes_names=True,
        from_warehouse=True,
    ),
    Command(
        ("lose", "perdre"),
        N_('the cost of losing an account: lose "Acme"'),
        _report("outlook.scenario:read_loss"),
        _report("outlook.scenario:measure_scenario"),
        _message("outlook.scenario:build_scenario_message"),
        _report("outlook.scenario:build_scenario_json"),
        csv=("effects",),
        takes_names=True,
    ),
    Command(
        ("targets", "objectifs"),
        N_("NRR and GRR against their targets, and the MRR that is missing"),
        _report("outlook.targets:read_targets"),
        _report("outlook.targets:build_target_board"),
        _message("outlook.targets:build_targets_message"),
        _report("outlook.targets:build_targets_json"),
        csv=("rows",),
        from_warehouse=True,
    ),
    Command(
        ("outlook", "perspectives", "perspective", "prévision", "prévisions"),
        N_("NRR and GRR expected at the end of the quarter and of the year, with a range"),
        _QUESTION_PARSER,
        _report("outlook.forecast:forecast"),
        _message("outlook.forecast:build_forecast_message"),
        _report("outlook.forecast:build_forecast_json"),
        csv=("rows",),
        reach="cut",
    ),
    Command(
        ("benchmarks", "benchmark", "repères", "références"),
        N_("published values of NRR and GRR, and where yours are: benchmarks enterprise 104%"),
        _report("references.benchmarks:read_benchmarks"),
        _report("references.benchmarks:find_benchmarks"),
        _message("references.benchmarks:build_benchmarks_message"),
        _report("references.benchmarks:build_benchmarks_json"),
        csv=("benchmarks",),
        reach="cut",
        from_warehouse=True,
    ),
    Command(
        ("define", "définir", "définition"),
        N_("a term, its formula and your own figures: define nrr"),
        _report("references.glossary:read_term"),
        _report("references.glossary:define_term"),
        _message("references.glossary:build_term_message"),
        _report("references.glossary:build_definition_json"),
        needs_snapshot=False,
        from_warehouse=True,
    ),
    Command(
        ("data", "données"),
        N_("the data behind the figures, and its problems by code"),
        Function("bot.service.commands:refuse_words"),
        Function("bot.service.commands:describe_data"),
        Function("bot.service.commands:write_data", ("translate", "problems", "tables")),
        Function("bot.service.commands:build_data_json", ("translate", "problems", "tables")),
        csv=("problems",),
        takes_names=True,
        from_warehouse=True,
    ),
    Command(
        ("sync", "synchroniser", "actualiser"),
        N_("for administrators, in Slack: reads the data now and reports the result"),
        Function("bot.service.commands:refuse_words"),
        Function("bot.service.commands:describe_data"),
        Function("bot.messages.status.help:build_sync_hint", ("translate",)),
        Function("bot.messages.status.help:build_action_json"),
        needs_snapshot=False,
        from_warehouse=True,
    ),
    Command(
        ("digest", "bilan hebdo"),
        N_("in Slack: the digests of this channel, and those sent to you; how to get one"),
        Function("bot.service.commands:refuse_words"),
        Function("bot.service.commands:describe_data"),
        Function("bot.messages.status.help:build_digest_hint", ("translate",)),
        Function("bot.messages.status.help:build_action_json"),
        needs_snapshot=False,
        from_warehouse=True,
    ),
    Command(
        ("help", "aide", "?"),
        N_("the questions you can ask, and the names of the segments"),
        Function("bot.service.commands:refuse_words"),
        Function("bot.service.commands:describe_data"),
        Function("bot.service.commands:write_help", ("translate", "renewal_days", "may_ask")),
        Function("bot.service.commands:build_help_json", ("translate", "may_ask")),
        needs_snapshot=False,
        reach="none",
        from_warehouse=True,
    ),
)
_BY_WORD: Mapping[str, Command] = {fold(word): command for command in SUB_COMMANDS for word in command.words}


def find_command(text: str) -> tuple[Command, str]:
    """Return the row that answers a text, and the words that it parses.

    Raises:
        QuestionError: the text compares more than two questions.

    """
    words = text.split()
    # "grr why enterprise" is "why grr enterprise".
    first = 1 if len(words) > 1 and fold(words[0]) in METRIC_WORDS else 0
    # "et si" before "et".
    for length in (2, 1):
        command = _BY_WORD.get(fold(" ".join(words[first : first + length])))
        if command:
            return command, " ".join([*words[first + length :], *words[:first]])
    return (COMPARISON if split_sides(text) else QUESTION), text


def refuse_words(text: str, reader: QuestionReader | None) -> None:  # noqa: ARG001 - the signature of a parser
    """Parse the words of a sub-command that takes none.

    Raises:
        QuestionError: there are words.

    """
    if text.strip():
        raise QuestionError(N_("“{words}” has no effect on this answer."), N_("Leave it out."), words=text.strip()[:60])


def describe_data(request: None, scope: Scope | None) -> Scope | None:  # noqa: ARG001 - the signature of a report
    """Return the scope itself, the report of a sub-command that shows what it has; None before the first sync."""
    return scope


def write_data(
    scope: Scope, *, translate: Translator, problems: Callable[[], Sequence[Problem]], tables: Mapping[str, str]
) -> Message:
    """Return the data behind the figures, of a workbook or of a warehouse."""
    from bot.messages.status.data import build_data_message
    from bot.messages.warehouse.data import build_warehouse_data_message

    if scope.warehouse is None:
        return build_data_message(scope, translate)
    return build_warehouse_data_message(scope, scope.warehouse, tables, problems(), translate)


def build_data_json(
    scope: Scope, *, translate: Translator, problems: Callable[[], Sequence[Problem]], tables: Mapping[str, str]
) -> dict[str, object]:
    """Return the same as JSON."""
    from bot.messages.status import data
    from bot.messages.warehouse.data import build_warehouse_data_json

    if scope.warehouse is None:
        return data.build_data_json(scope)
    return build_warehouse_data_json(scope, scope.warehouse, tables, problems(), translate)


def write_help(
    scope: Scope | None, *, translate: Translator, renewal_days: int, may_ask: Callable[[Filter], bool]
) -> Message:
    """Return the help: examples, the table of sub-commands, the segments that the reader may ask about."""
    from bot.messages.status.help import build_help_message

    offered = [row for row in SUB_COMMANDS if is_given(row, scope)]
    commands = [(row.words, row.help_sentence(renewal_days)) for row in offered]
    refused = [row.say_name(translate) for row in SUB_COMMANDS if row not in offered]
    values = build_help_json(scope, translate=translate, may_ask=may_ask)["segments"]
    return build_help_message(commands, refused, values, translate)


def is_given(row: Command, scope: Scope | None) -> bool:
    """Tell whether the data gives the answers of a row, as a warehouse gives some alone."""
    return row.from_warehouse or scope is None or scope.warehouse is None


def build_help_json(
    scope: Scope | None, *, translate: Translator, may_ask: Callable[[Filter], bool]
) -> dict[str, dict[str, list[str]]]:
    """Return the segments that the reader may ask about, by the heading of their dimension."""
    from bot.messages.kit.sentences import name_value

    values: dict[str, list[str]] = {}
    if scope is None:
        return {"segments": values}
    segments = scope.segments
    for key, names in segments.dimensions.items():
        allowed = [name_value(key, name, translate) for name in names if may_ask(Filter(key, name))]
        if allowed:
            values[segments.heading(key)] = allowed
    return {"segments": values}
