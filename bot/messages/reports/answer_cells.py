"""An Answer as cells of the tab NRR Ask. Anyone who opens the workbook reads them, so they name no account."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.advice.assessment import write_unnamed_verdict
from bot.messages.kit.provenance import describe_answer_exclusions, describe_cautions_of_origin
from bot.messages.kit.sentences import count_accounts
from core.errors import N_
from core.money import to_percent, to_units
from core.reports.answer import Answer
from core.reports.explanation import Explanation
from sheets.workbook.tables import NOT_AVAILABLE, Value
from sheets.writeback.ask_tab import AskAnswer


def build_answer_cells(answer: Answer, *, translate: Translator) -> AskAnswer:
    """Return the cells of a question: its ratio, GRR, the MRR of the base and its change, the verdict."""
    asked, bridge, exponent = answer.asked, answer.asked.bridge, answer.currency.exponent
    has_figures = asked.reason is None
    return AskAnswer(
        "",
        format_cell_ratio(asked.grr if answer.question.metric == "grr" else asked.nrr),
        "percent",
        format_cell_ratio(asked.grr),
        to_units(bridge.starting, exponent) if has_figures else NOT_AVAILABLE,
        to_units(bridge.ending - bridge.starting, exponent) if has_figures else NOT_AVAILABLE,
        write_unnamed_verdict(answer, translate),
        answer.data_through.last_day,
        count_accounts(bridge.base, translate) if has_figures else "",
        " ".join(filter(None, _list_notes(answer, translate))),
        (answer.question.filters, bridge.window),
    )


def build_explanation_cells(explanation: Explanation, *, translate: Translator) -> AskAnswer:
    """Return the cells of `why`: those of its question."""
    return build_answer_cells(explanation.answer, translate=translate)


def format_cell_ratio(ratio: Fraction | None) -> Value:
    """Return a ratio as a cell holds it, rounded as in an answer: 1.036 for 103.6%; #N/A without one."""
    return NOT_AVAILABLE if ratio is None else to_percent(ratio).scaleb(-2)


def _list_notes(answer: Answer, translate: Translator) -> Iterator[str]:
    """Yield why there is no figure, and what to know about the figures."""
    if answer.asked.reason:
        yield translate(N_("No figure: {reason}."), reason=translate.format_sentence(answer.asked.reason))
    if not answer.asked.complete:
        yield translate(N_("To date: the period has not ended."))
    if answer.asked.without_absurd or (answer.ttm and answer.ttm.without_absurd):
        yield translate(N_("An amount far above its account's median counts in these figures."))
    yield describe_answer_exclusions(answer, translate)
    yield describe_cautions_of_origin(answer.origin, translate)
