"""The sheet and the warehouse compared, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.locale.translator import Translator
from bot.messages.kit.sentences import name_value
from core.errors import N_
from core.metrics.retention import MEASURES
from core.money import Currency
from core.months import Month, format_month_runs
from core.sources.comparison import AccountDifference, Comparison, FigureDifference

# As people read the measures of a bridge.
_MEASURES: Mapping[str, str] = {
    "starting": N_("MRR at the start"),
    "expansion": N_("expansion"),
    "contraction": N_("contraction"),
    "churn": N_("churn"),
    "ending": N_("MRR at the end"),
    "new": N_("new MRR"),
    "reactivated": N_("reactivated MRR"),
    "fx_effect": N_("effect of exchange rates"),
    "base": N_("accounts at the start"),
    "expanded": N_("accounts that expanded"),
    "contracted": N_("accounts that contracted"),
    "churned": N_("accounts that left"),
    "retained": N_("accounts that are kept"),
    "new_accounts": N_("new accounts"),
    "reactivated_accounts": N_("reactivated accounts"),
}


@dataclass(frozen=True, slots=True)
class ComparedSources:
    """The sheet and the warehouse, compared.

    Attributes:
        comparison: the figures and accounts of the closes that both have.
        currency: the reporting currency.
        closes: these closes.
        missing_closes: the closes of the sheet that the warehouse does not have.
        further_closes: the closes of the warehouse that the sheet does not have.
        missing_dimensions: the dimensions of the sheet that the warehouse does not have.
        further_dimensions: the dimensions of the warehouse that the sheet does not have.

    """

    comparison: Comparison
    currency: Currency
    closes: tuple[Month, ...]
    missing_closes: tuple[Month, ...]
    further_closes: tuple[Month, ...]
    missing_dimensions: tuple[str, ...]
    further_dimensions: tuple[str, ...]

    @property
    def are_equal(self) -> bool:
        """Whether the warehouse gives every figure of the sheet; it may have more months and dimensions."""
        differences = (self.comparison.figure_differences, self.comparison.account_differences)
        return not any((*differences, self.missing_closes, self.missing_dimensions))


def describe_comparison(compared: ComparedSources, translate: Translator) -> str:
    """Return the outcome: the sheet's figures that the warehouse lacks, the accounts that differ, then the figures."""
    return "\n".join(_list_lines(compared, translate))


def _list_lines(compared: ComparedSources, translate: Translator) -> Iterator[str]:
    comparison, closes = compared.comparison, compared.closes
    for template, months in (
        (N_("Only in the sheet: {months}."), compared.missing_closes),
        (N_("Only in the warehouse: {months}."), compared.further_closes),
    ):
        if months:
            yield translate(template, months=", ".join(format_month_runs(months)))
    for template, names in (
        (N_("Segments that only the sheet has: {names}."), compared.missing_dimensions),
        (N_("Segments that only the warehouse has: {names}."), compared.further_dimensions),
    ):
        if names:
            yield translate(template, names=", ".join(names))
    for account in comparison.account_differences:
        yield _describe_account(account, compared.currency, translate)
    for figure in comparison.figure_differences:
        yield _describe_figure(figure, compared.currency, translate)
    if comparison.figure_differences or comparison.account_differences:
        yield translate(
            N_("{figures} of {all_figures} figures and {accounts} of {all_accounts} accounts differ. {fix}"),
            figures=translate.format_count(len(comparison.figure_differences)),
            all_figures=translate.format_count(comparison.figures),
            accounts=translate.format_count(len(comparison.account_differences)),
            all_accounts=translate.format_count(comparison.accounts),
            fix=translate(N_("Correct the rows of these accounts in the sheet or the warehouse, then compare again.")),
        )
        return
    yield translate(
        N_("Equal from {first} to {last}: {figures} figures and {accounts} accounts."),
        first=closes[0],
        last=closes[-1],
        figures=translate.format_count(comparison.figures),
        accounts=translate.format_count(comparison.accounts),
    )


def _describe_account(account: AccountDifference, currency: Currency, translate: Translator) -> str:
    close, sheet, warehouse = account.closes[0]
    line = translate(
        N_("{account}: {sheet} of MRR in the sheet and {warehouse} in the warehouse in {month}."),
        account=account.account or "-",
        sheet=translate.format_money(sheet, currency, cents=True),
        warehouse=translate.format_money(warehouse, currency, cents=True),
        month=close,
    )
    others = len(account.closes) - 1
    if not others:
        return line
    more = translate.plural(N_("It differs in {count} more month."), N_("It differs in {count} more months."), others)
    return f"{line} {more}"


def _describe_figure(figure: FigureDifference, currency: Currency, translate: Translator) -> str:
    is_money = MEASURES.index(figure.measure) < MEASURES.index("base")
    sheet, warehouse = (
        translate.format_money(value, currency, cents=True) if is_money else translate.format_count(value)
        for value in (figure.first, figure.second)
    )
    dimension, value = figure.label
    return translate(
        N_("{label}, {start} to {end}, {measure}: {sheet} in the sheet, {warehouse} in the warehouse."),
        label=f"{dimension}={name_value(dimension, value, translate)}"
        if dimension and value
        else translate(N_("all accounts")),
        start=str(figure.window.start),
        end=str(figure.window.end),
        measure=translate(_MEASURES[figure.measure]),
        sheet=sheet,
        warehouse=warehouse,
    )


def build_comparison_json(compared: ComparedSources) -> dict[str, Any]:
    """Return the outcome as JSON; money in minor units."""
    comparison = compared.comparison
    return {
        "equal": compared.are_equal,
        "currency": compared.currency.code,
        "closes": list(map(str, compared.closes)),
        "figures_compared": comparison.figures,
        "accounts_compared": comparison.accounts,
        "only_in_sheet": {
            "closes": list(map(str, compared.missing_closes)),
            "dimensions": list(compared.missing_dimensions),
        },
        "only_in_warehouse": {
            "closes": list(map(str, compared.further_closes)),
            "dimensions": list(compared.further_dimensions),
        },
        "figures": [
            {
                "dimension": figure.label[0],
                "value": figure.label[1],
                "start": str(figure.window.start),
                "end": str(figure.window.end),
                "measure": figure.measure,
                "sheet": figure.first,
                "warehouse": figure.second,
            }
            for figure in comparison.figure_differences
        ],
        "accounts": [
            {
                "account": account.account,
                "closes": [
                    {"close": str(close), "sheet": sheet, "warehouse": warehouse}
                    for close, sheet, warehouse in account.closes
                ],
            }
            for account in comparison.account_differences
        ],
    }
