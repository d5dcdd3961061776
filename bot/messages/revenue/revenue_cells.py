"""MRR, ARR and churn as cells of the tab NRR Ask. Anyone who opens the workbook reads them: they name no account."""

from __future__ import annotations

from bot.locale.translator import Translator
from bot.messages.kit.provenance import describe_cautions_of_origin, describe_exclusions
from bot.messages.kit.sentences import count_accounts, format_ratio
from bot.messages.reports.answer_cells import format_cell_ratio
from core.errors import N_
from core.money import to_units
from core.reports.scope import YEAR
from core.revenue.churn import Churn
from core.revenue.recurring_revenue import RecurringRevenue
from core.sources.members import begin_window
from sheets.workbook.tables import NOT_AVAILABLE, Value
from sheets.writeback.ask_tab import AskAnswer


def build_revenue_cells(revenue: RecurringRevenue, *, translate: Translator) -> AskAnswer | None:
    """Return the cells of MRR or ARR at a close, with that of twelve months before; None for the values of a column."""
    request, whole, ledger = revenue.request, revenue.whole, revenue.segments.ledger
    if request.dimension:
        return None
    factor = YEAR if request.measure == "arr" else 1

    def to_cell(mrr: int | None) -> Value:
        return NOT_AVAILABLE if mrr is None else to_units(factor * mrr, ledger.currency.exponent)

    notes = (
        translate(N_("Base and change: since twelve months before.")),
        describe_exclusions(revenue.excluded, whole.mrr, ledger.currency, translate),
        describe_cautions_of_origin(revenue.origin, translate),
    )
    return AskAnswer(
        "",
        to_cell(whole.mrr),
        "money",
        base=to_cell(whole.year_ago),
        change=to_cell(whole.change),
        as_of=revenue.close.last_day,
        accounts=count_accounts(whole.accounts, translate),
        note=" ".join(filter(None, notes)),
        counted=(request.question.filters, begin_window(ledger, revenue.close)),
    )


def build_churn_cells(churn: Churn, *, translate: Translator) -> AskAnswer:
    """Return the cells of the churn: the MRR of the accounts that left, GRR, the base and its change."""
    asked, bridge, ledger = churn.asked, churn.asked.bridge, churn.segments.ledger

    def to_cell(mrr: int) -> Value:
        return NOT_AVAILABLE if churn.reason else to_units(mrr, ledger.currency.exponent)

    verdict = translate(
        N_("Revenue churn {revenue}, logo churn {logo}."),
        revenue=format_ratio(asked.revenue, translate),
        logo=format_ratio(asked.logo, translate),
    )
    reason = (
        translate(N_("No figure: {reason}."), reason=translate.format_sentence(churn.reason)) if churn.reason else ""
    )
    notes = (
        reason,
        describe_exclusions(churn.excluded, bridge.starting, ledger.currency, translate),
        describe_cautions_of_origin(churn.origin, translate),
    )
    return AskAnswer(
        "",
        to_cell(bridge.churn),
        "money",
        format_cell_ratio(None if churn.reason else bridge.grr),
        to_cell(bridge.starting),
        to_cell(bridge.ending - bridge.starting),
        "" if churn.reason else verdict,
        ledger.last.last_day,
        "" if churn.reason else count_accounts(bridge.base, translate),
        " ".join(filter(None, notes)),
        (churn.question.filters, bridge.window),
    )
