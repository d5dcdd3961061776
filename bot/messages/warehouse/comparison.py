"""The sheet and the warehouse compared, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.locale.translator import Translator
from bot.messages.kit.sentences import name_value
from core.errors import N_
from core.metrics.cube import Label
from core.metrics.retention import MEASURES
from core.money import Currency
from core.months import Month, format_month_runs
from core.sources.comparison import AccountDifference, Comparison, FigureDifference

# The most accounts, and the most values of segments, that are printed.
_MOST = 20
# As people read the measures of a bridge.
MEASURE_NAMES: Mapping[str, str] = {
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
        excluded_in_sheet: the accounts that are in no figure of the sheet, with the codes of their errors.
        excluded_in_warehouse: the accounts that are in no figure of the warehouse, with the code of their error.

    """

    comparison: Comparison
    currency: Currency
    closes: tuple[Month, ...]
    missing_closes: tuple[Month, ...]
    further_closes: tuple[Month, ...]
    missing_dimensions: tuple[str, ...]
    further_dimensions: tuple[str, ...]
    excluded_in_sheet: Mapping[str, Sequence[str]]
    excluded_in_warehouse: Mapping[str, str]

    @property
    def are_equal(self) -> bool:
        """Whether the warehouse gives every figure of the sheet; it may have more months and dimensions."""
        differences = (self.comparison.figure_differences, self.comparison.account_differences)
        return not any((*differences, self.missing_closes, self.missing_dimensions))

    def is_excluded(self, account: str) -> bool:
        """Tell whether an account is in no figure of one of them."""
        return account in self.excluded_in_sheet or account in self.excluded_in_warehouse


def describe_comparison(compared: ComparedSources, translate: Translator) -> str:
    """Return the outcome: the sheet's figures that the warehouse lacks, the accounts that differ, then the figures.

    Of the accounts, those that one of them excludes are first.
    """
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
    accounts = sorted(comparison.account_differences, key=lambda entry: not compared.is_excluded(entry.account))
    for account in accounts[:_MOST]:
        yield _describe_account(account, compared, translate)
    if len(accounts) > _MOST:
        yield translate.plural(
            N_("And {count} more account: --json lists it."),
            N_("And {count} more accounts: --json lists them."),
            len(accounts) - _MOST,
        )
    yield from _list_figures(compared, translate)
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


def _describe_account(account: AccountDifference, compared: ComparedSources, translate: Translator) -> str:
    close, sheet, warehouse = account.closes[0]
    template = N_("{account}: {sheet} of MRR in the sheet and {warehouse} in the warehouse in {month}.")
    codes: Sequence[str] = ()
    if account.account in compared.excluded_in_sheet:
        template = N_("{account}: excluded in the sheet ({codes}), {warehouse} of MRR in the warehouse in {month}.")
        codes = compared.excluded_in_sheet[account.account]
    elif account.account in compared.excluded_in_warehouse:
        template = N_("{account}: {sheet} of MRR in the sheet in {month}, excluded in the warehouse ({codes}).")
        codes = (compared.excluded_in_warehouse[account.account],)
    line = translate(
        template,
        account=account.account or "-",
        sheet=translate.format_money(sheet, compared.currency, cents=True),
        warehouse=translate.format_money(warehouse, compared.currency, cents=True),
        month=close,
        codes=", ".join(codes),
    )
    others = len(account.closes) - 1
    if not others:
        return line
    more = translate.plural(N_("It differs in {count} more month."), N_("It differs in {count} more months."), others)
    return f"{line} {more}"


def _list_figures(compared: ComparedSources, translate: Translator) -> Iterator[str]:
    """Yield a line for each value of a segment: how many of its figures differ, and the one that differs most."""
    by_label: dict[Label, list[FigureDifference]] = {}
    for figure in compared.comparison.figure_differences:
        by_label.setdefault(figure.label, []).append(figure)
    # The whole company first, then the values with most of them.
    labels = sorted(by_label, key=lambda label: (label != (None, None), -len(by_label[label]), str(label)))
    for label in labels[:_MOST]:
        yield _describe_figures(label, by_label[label], compared.currency, translate)
    if len(labels) > _MOST:
        yield translate.plural(
            N_("And the figures of {count} more value: --json lists them."),
            N_("And the figures of {count} more values: --json lists them."),
            len(labels) - _MOST,
        )


def _describe_figures(
    label: Label, figures: Sequence[FigureDifference], currency: Currency, translate: Translator
) -> str:
    # A difference in MRR says more than one in numbers of accounts.
    largest = max(figures, key=lambda figure: (_is_money(figure.measure), abs(figure.first - figure.second)))
    sheet, warehouse = (
        translate.format_money(value, currency, cents=True)
        if _is_money(largest.measure)
        else translate.format_count(value)
        for value in (largest.first, largest.second)
    )
    dimension, value = label
    return translate.plural(
        N_(
            "{label}: {count} figure differs: {measure}, {start} to {end}: {sheet} in the sheet, {warehouse} in the "
            "warehouse."
        ),
        N_(
            "{label}: {count} figures differ, most of all {measure}, {start} to {end}: {sheet} in the sheet, "
            "{warehouse} in the warehouse."
        ),
        len(figures),
        label=f"{dimension}={name_value(dimension, value, translate)}"
        if dimension and value
        else translate(N_("all accounts")),
        start=str(largest.window.start),
        end=str(largest.window.end),
        measure=translate(MEASURE_NAMES[largest.measure]),
        sheet=sheet,
        warehouse=warehouse,
    )


def _is_money(measure: str) -> bool:
    return MEASURES.index(measure) < MEASURES.index("base")


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
                "excluded_in_sheet": list(compared.excluded_in_sheet.get(account.account, ())),
                "excluded_in_warehouse": compared.excluded_in_warehouse.get(account.account),
                "closes": [
                    {"close": str(close), "sheet": sheet, "warehouse": warehouse}
                    for close, sheet, warehouse in account.closes
                ],
            }
            for account in comparison.account_differences
        ],
    }
