"""Workbooks of the kinds that companies keep give the figures of their makers, or are refused by name."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from tests.support import kept_exports as exports
from tests.support import kept_grids as grids
from tests.support import kept_lines as lines
from tests.support import kept_lists as lists
from tests.support import kept_workbooks as kept
from tests.support.command_line import nrrbot
from tests.support.company import write_config
from tests.support.google.server import GoogleServer

# The twelve months to September 2025 of the history that most of these workbooks have.
HISTORY = {
    "nrr": "93.2",
    "grr": "88.0",
    "starting_mrr": 585_000,
    "expansion": 30_000,
    "contraction": 20_000,
    "churn": 50_000,
    "ending_mrr": 545_000,
    "base": 5,
}
# Its second quarter of 2025.
YEAR_SO_FAR = {"starting_mrr": 620_000, "churn": 50_000, "expansion": 0, "contraction": 0, "base": 6}
NO_YEAR = "The months of the tab “Data” have no year"
GROWING = {"nrr": "103.4", "grr": "100.0", "starting_mrr": 214_800, "churn": 0, "ending_mrr": 222_000, "base": 6}


@dataclass(frozen=True)
class Kind:
    """A kind of workbook and what its maker expects of it.

    Attributes:
        tabs: its tabs.
        figures: the figures of the twelve months; `base` is the number of accounts at their start.
        english: parts of the output of `sync` and `look`, in English.
        french: the same in French.
        problems: the number of problems of each code.
        currency: the reporting currency.
        today: the day that counts as today.
        question: the question that `figures` answer.
        change: a change of the workbook's formats, merged cells and hidden tabs.
        finish: a change of the written file.
        config: the text of the config.
        excluded: the number of accounts that are excluded.
        code: the exit code of `sync`.

    """

    tabs: kept.Tabs
    figures: Mapping[str, Any] = field(default_factory=dict)
    english: tuple[str, ...] = ()
    french: tuple[str, ...] = ()
    problems: Mapping[str, int] = field(default_factory=dict)
    currency: str = "EUR"
    today: str = "2025-10-05"
    question: str = "TTM"
    change: Callable[[Workbook], None] | None = None
    finish: Callable[[Path], Path] | None = None
    config: str = ""
    excluded: int = 0
    code: int = 0


def build_figures(**figures: Any) -> dict[str, Any]:
    """Return `figures`, with expansion and contraction of 0."""
    return {"expansion": 0, "contraction": 0, **figures}


def leave_out_days(tabs: kept.Tabs) -> kept.Tabs:
    """Return a list of customers without the day on which the last one left."""
    rows = [list(row) for row in tabs["List"]]
    rows[6][-1] = None
    return {"List": rows}


DAY = kept.day
NO_BREAK_SPACES = str.maketrans("\u00a0\u202f", "  ")
QUARTERS = [f"Q{number % 4 + 1}'{24 + number // 4}" for number in range(7)]
QUARTER_ENDS = [DAY(2024, 3, 31), DAY(2024, 6, 30), DAY(2024, 9, 30), DAY(2024, 12, 31)]
QUARTER_ENDS += [DAY(2025, 3, 31), DAY(2025, 6, 30), DAY(2025, 9, 30)]
MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
FRENCH_MONTHS = ["janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
YEARS_AS_DAYS = [DAY(2026, first.month, first.year - 2000) for first in kept.FIRST_DAYS]
HOUR_BEFORE = [first - kept.HOUR for first in kept.FIRST_DAYS]
STATUSES = ("active",) * 6 + ("canceled",) * 4 + ("trialing", "incomplete", "incomplete_expired", "paused", "unpaid")
RUNNING: list[list[object]] = [
    ["Customer ID", "Start date", "MRR"],
    ["Aster", DAY(2024, 1, 1), 100],
    ["Birch", DAY(2024, 2, 1), 200],
]
UNITS_OF_MONTHS = {str(first): f"{MONTH_NAMES[first.month - 1]} {first.year} (USD cents)" for first in kept.FIRST_DAYS}
NO_CHURN = {"implausible_no_churn": 1}
CONSTANT = {"implausible_constant": 1}

KINDS: Mapping[str, Kind] = {
    "Stripe, all subscriptions": Kind(
        exports.build_stripe(STATUSES),
        build_figures(nrr="60.0", grr="60.0", base=10, starting_mrr=100_000, churn=40_000),
        problems={"status_not_counted": 1},
        english=("Lines with the status “unpaid” do not count as MRR (1).",),
        french=("Les lignes au statut « unpaid » ne comptent pas dans le MRR (1).",),
    ),
    "Stripe, current subscriptions": Kind(
        exports.build_current_stripe(),
        {"nrr": None, "grr": None, "ending_mrr": 89_400 - 14_900 * 4, "base": 2},
        currency="DKK",
        english=("so no one in it can have left, and retention is unknown. Add a column End",),
        french=("personne ne peut y être parti, et la rétention est inconnue. Ajoutez une colonne Fin",),
    ),
    "Stripe, invoices with periods": Kind(
        exports.build_stripe_invoices(has_periods=True),
        HISTORY,
        english=("Each amount is “Total” without “Tax”.",),
        french=("Chaque montant est « Total » sans « Tax ».",),
    ),
    "Stripe, invoices without periods": Kind(
        exports.build_stripe_invoices(has_periods=False),
        code=1,
        english=("is a list of invoices", "workbook.invoice_months = 1"),
        french=("est une liste de factures", "workbook.invoice_months = 1"),
    ),
    "Stripe, invoices of a month": Kind(
        exports.build_stripe_invoices(has_periods=False), HISTORY, config="[workbook]\ninvoice_months = 1\n"
    ),
    "Chargebee, names of tables": Kind(
        exports.build_chargebee(has_prices=True),
        build_figures(nrr="74.4", grr="74.4", starting_mrr=39_000, churn=10_000, base=3),
        english=("“subscriptions.mrr” is 0 once a line has ended.",),
        french=("« subscriptions.mrr » vaut 0 une fois la ligne terminée.",),
    ),
    "Chargebee, ended lines without a price": Kind(
        exports.build_chargebee(has_prices=False),
        {"nrr": None, "grr": None, "ending_mrr": 29_000},
        english=("1 of 1 customers that left have an amount of 0 under “subscriptions.mrr”.",),
        french=("« subscriptions.mrr »",),
    ),
    "columns with the names of their tables": Kind(
        kept.rename_headings(
            exports.SUBSCRIPTIONS,
            {
                "Customer ID": "customers.id",
                "Start date": "subscriptions.start_date",
                "End date": "subscriptions.ended_at",
                "MRR": "subscriptions.mrr",
                "Status": "subscriptions.status",
            },
        ),
        build_figures(nrr="66.7", grr="66.7", starting_mrr=150_000, churn=50_000, base=2),
    ),
    "invoices": Kind(
        kept.build_invoices(),
        code=1,
        english=(
            "is a list of invoices: amounts billed, not changes of MRR.",
            "workbook.invoice_months = 1",
        ),
        french=(
            "est une liste de factures : des montants facturés, pas des variations de MRR.",
            "workbook.invoice_months = 1",
        ),
    ),
    "invoices of a month": Kind(kept.build_invoices(), HISTORY, config="[workbook]\ninvoice_months = 1\n"),
    "dates as texts, of which the ends show the order": Kind(kept.build_written_dates(), HISTORY),
    "invoices with a period in one column and a total": Kind(kept.build_total_invoices(), HISTORY),
    "ARR by customer": Kind(
        kept.build_history("Customer", "ARR by customer", factor=12),
        HISTORY,
        english=("Amounts are read as yearly and divided by 12, because of “ARR by customer”.",),
        french=("Les montants sont lus comme annuels et divisés par 12, d’après « ARR by customer ».",),
    ),
    "contracts with ACV": Kind(
        exports.CONTRACTS,
        {"nrr": "100.0", "grr": "66.7", "starting_mrr": 150_000, "expansion": 50_000, "churn": 50_000, "base": 2},
        english=("Amounts are read as yearly and divided by 12, because of “ACV”.",),
        french=("Les montants sont lus comme annuels et divisés par 12, d’après « ACV ».",),
    ),
    "attributes on the revenue tab": Kind(
        kept.build_attributes(),
        build_figures(nrr="60.0", grr="60.0", starting_mrr=100_000, churn=40_000, base=4),
        question="enterprise TTM",
    ),
    "ends of quarters": Kind(
        kept.build_quarters(QUARTER_ENDS),
        HISTORY,
        english=("The tab has the ends of quarters only",),
        french=("L’onglet n’a que les fins de trimestre",),
    ),
    "quarters": Kind(kept.build_quarters(QUARTERS), HISTORY),
    "a month of quarters": Kind(kept.build_quarters(QUARTERS), {"nrr": None, "grr": None}, question="July 2025"),
    "months down": Kind(kept.build_turned(), HISTORY, problems={"total_row": 1}),
    "a tab for each year": Kind(
        kept.build_years(),
        HISTORY,
        english=("The tabs MRR 2024, MRR 2025 have different months, and are read as one tab.",),
        french=("Les onglets MRR 2024, MRR 2025 ont des mois différents, et sont lus comme un seul onglet.",),
    ),
    "a tab for each year, December in both": Kind(
        kept.build_opening(),
        HISTORY,
        english=("Amounts of 2024-12 that two of the tabs MRR 2024, MRR 2025 have count once.",),
        french=("Les montants de 2024-12 que deux des onglets MRR 2024, MRR 2025 ont en commun comptent une fois.",),
    ),
    "a tab of active customers, and one of lost ones": Kind(
        kept.build_statuses(),
        HISTORY,
        english=("The tabs Active, Churned have different customers, and are read as one tab.",),
        french=("Les onglets Active, Churned ont des clients différents, et sont lus comme un seul onglet.",),
    ),
    "a customer renamed between two tabs": Kind(
        kept.build_renamed(),
        {"nrr": "70.9", "ending_mrr": 415_000, "base": 5},
        problems={"implausible_rename": 1},
    ),
    "a tab for each year, months without a year": Kind(
        kept.build_bare_years(MONTH_NAMES),
        HISTORY,
        english=("The tabs MRR 2024, 2025 have different months, and are read as one tab.",),
        french=("Les onglets MRR 2024, 2025 ont des mois différents, et sont lus comme un seul onglet.",),
    ),
    "a tab for each year, French months without a year": Kind(
        kept.build_bare_years(FRENCH_MONTHS, ("Année 2024", "MRR 2025")), HISTORY
    ),
    "months without a year anywhere": Kind(
        kept.build_bare_years(MONTH_NAMES, ("MRR", "MRR new")),
        code=1,
        english=("The months of the tab “MRR” have no year", "such as “Jan 2025”, or into the title of the tab"),
        french=("Les mois de l’onglet « MRR » n’ont pas d’année",),
    ),
    "names only": Kind(
        kept.build_history("Company name"),
        HISTORY,
        english=("so “Company name” identifies the customers.",),
        french=("les clients sont distingués par « Company name ».",),
    ),
    "subscriptions with MRR": Kind(
        exports.SUBSCRIPTIONS, build_figures(nrr="66.7", grr="66.7", starting_mrr=150_000, churn=50_000, base=2)
    ),
    "ChartMogul, movements": Kind(
        exports.MOVEMENTS,
        build_figures(nrr="0.0", grr="0.0", starting_mrr=100_000, churn=100_000, base=1),
        today="2025-04-05",
        english=("Amounts are read as minor units of their currency, such as cents",),
        french=("Les montants sont lus dans la plus petite unité de leur devise",),
    ),
    "Baremetrics, template": Kind(
        exports.BAREMETRICS,
        build_figures(nrr="66.7", grr="66.7", starting_mrr=15_000, churn=5_000, ending_mrr=10_000, base=2),
    ),
    "pounds by number format": Kind(
        kept.build_growing(),
        GROWING,
        problems=NO_CHURN,
        currency="GBP",
        change=kept.format_amounts("[$£-809]#,##0.00"),
        english=("MRR: Every amount is in GBP",),
        french=("MRR : Tous les montants sont en GBP",),
    ),
    "pounds in a company of euros": Kind(
        problems={"currency_mismatch": 1},
        tabs=kept.build_growing(),
        figures={"nrr": None, "base": 0},
        config='[company]\ncurrency = "EUR"\n',
        change=kept.format_amounts("[$£-809]#,##0.00"),
        excluded=6,
        english=("6 accounts are excluded from all figures",),
        french=("6 comptes sont exclus de tous les chiffres",),
    ),
    "a currency in the title": Kind(
        kept.build_titled("MRR (USD)"),
        {**GROWING},
        problems=NO_CHURN,
        currency="USD",
        english=("Every amount is in USD",),
        french=("Tous les montants sont en USD",),
    ),
    "segments that are dates": Kind(
        kept.build_mangled_segments(), GROWING, problems={"segment_unreadable": 3, **NO_CHURN}
    ),
    "merged customers": Kind(
        kept.build_products(),
        {"nrr": "120.7", "starting_mrr": 34_800, "ending_mrr": 42_000, "base": 3},
        problems=NO_CHURN,
        change=kept.merge_pairs,
    ),
    "months an hour early": Kind(kept.build_growing(HOUR_BEFORE), GROWING, problems={"month_shifted": 1, **NO_CHURN}),
    "Strict Open XML": Kind(kept.build_growing(), GROWING, problems=NO_CHURN, finish=kept.make_strict),
    "ends n/a": Kind(
        kept.build_ends(), build_figures(nrr="55.6", grr="55.6", starting_mrr=360_000, churn=160_000, base=8)
    ),
    "waterfall": Kind(
        kept.WATERFALL,
        code=1,
        english=(
            "is a waterfall",
            "It has no customers, so retention cannot be computed from it.",
            "Add a tab with a row for each customer",
        ),
        french=(
            "est une cascade",
            "Il ne contient aucun client",
            "Ajoutez un onglet avec une ligne par client",
        ),
    ),
    "a far cell": Kind(kept.build_growing(), GROWING, problems=NO_CHURN, change=kept.add_far_cell),
    "a hidden tab": Kind(
        {**kept.build_growing(), "MRR old": kept.build_growing()["MRR"]},
        GROWING,
        problems=NO_CHURN,
        change=kept.hide_second,
        english=("MRR old (hidden): not read.",),
        french=("MRR old (masqué) : non lu.",),
    ),
    "rows of a budget": Kind(
        kept.build_scenarios("Scenario", "Actual", "Budget 2026"),
        HISTORY,
        english=("Rows marked Budget 2026 in “Scenario” are a plan, and are not read (6).",),
        french=("Les lignes marquées Budget 2026 sous « Scenario » sont prévisionnelles et ne sont pas lues (6).",),
    ),
    "lignes d'une prévision": Kind(
        kept.build_scenarios("Scénario", "Réel", "Prévisionnel"),
        HISTORY,
        english=("Rows marked Prévisionnel in “Scénario” are a plan",),
        french=("Les lignes marquées Prévisionnel sous « Scénario » sont prévisionnelles",),
    ),
    "rows of an unknown scenario": Kind(
        kept.build_scenarios("Scenario", "Actual", "Base"),
        code=1,
        english=("has rows marked Base in “Scenario”.", "Write Actual or Budget in each cell of that column."),
        french=("a des lignes marquées Base sous « Scenario ».", "Écrivez Réel ou Budget"),
    ),
    "later months of a forecast": Kind(
        kept.build_band("Forecast"),
        HISTORY,
        change=kept.merge_band,
        today="2026-02-05",
        question="TTM 2025-09",
        english=("Planned ones are left out: 2025-10 Forecast, 2025-11 Forecast, 2025-12 Forecast.",),
        french=("2025-10 Forecast, 2025-11 Forecast, 2025-12 Forecast",),
    ),
    "a tab of a budget": Kind(
        {**kept.build_history("Customer"), "Budget": kept.build_history("Customer", factor=9)["MRR"]},
        HISTORY,
        english=("Budget: not read. The tab “Budget” is a plan",),
        french=("Budget : non lu. L’onglet « Budget » est prévisionnel",),
    ),
    "a tab of a budget alone": Kind(
        kept.build_history("Customer", "Prévision 2025"),
        code=1,
        english=("The tab “Prévision 2025” is a plan", "Which tab has the actual amounts?"),
        french=("L’onglet « Prévision 2025 » est prévisionnel", "Quel onglet contient les montants réels ?"),
    ),
    "contacts": Kind(
        kept.build_contacts(),
        {"nrr": "100.0", "grr": "100.0", "starting_mrr": 60_000, "base": 6},
        problems=CONSTANT,
        today="2026-10-05",
        english=(
            "Contacts: not read. The tab “Contacts” is a list of contacts",
            "Société 1",
        ),
        french=(
            "Contacts",
            "Société 1",
        ),
    ),
    "two names of one ID": Kind(
        kept.build_two_names(),
        {"nrr": "100.0", "starting_mrr": 5_000, "base": 1},
        problems={"id_two_names": 2},
        today="2026-10-05",
        excluded=1,
        english=("1 account is excluded from all figures",),
        french=("1 compte est exclu de tous les chiffres",),
    ),
    "a value that is also a size": Kind(
        kept.build_sizes(),
        {"nrr": "100.0", "starting_mrr": 40_000, "base": 4},
        problems=CONSTANT,
        today="2026-10-05",
        question="entreprise TTM",
    ),
    "a currency without a rate": Kind(
        kept.build_two_currencies(),
        {"nrr": "100.0", "starting_mrr": 60_000, "base": 6},
        problems={"fx_missing": 1, **CONSTANT},
        today="2026-10-05",
        excluded=6,
        english=("Amounts in USD need a tab FX with their rates.",),
        french=("Les montants en USD demandent un onglet FX avec leurs taux.",),
    ),
    "months with a quantity and a unit price": Kind(
        lines.build_months("Quantity", "Unit price"),
        lines.FIGURES,
        english=("“Unit price” is multiplied by “Quantity”.",),
        french=("« Unit price » est multiplié par « Quantity ».",),
    ),
    "months with a quantity, a unit price and an amount": Kind(
        lines.build_months("Quantity", "Unit price", "Amount"), lines.FIGURES
    ),
    "months with a quantity and an MRR": Kind(
        lines.build_months("Quantity", "MRR"),
        lines.FIGURES,
        english=("“MRR” is read as the amount of the whole line, and is not multiplied by “Quantity”.",),
        french=("« MRR » est lu comme le montant de toute la ligne",),
    ),
    "invoices with a quantity and a unit price": Kind(
        lines.build_months("Quantity", "Unit price", title="Invoices", month="Invoice date"),
        lines.FIGURES,
        config="[workbook]\ninvoice_months = 1\n",
    ),
    "users and their price": Kind(
        lines.build_lines("Users", "Unit price"),
        lines.FIGURES,
        english=("“Unit price” is multiplied by “Users”.",),
        french=("« Unit price » est multiplié par « Users ».",),
    ),
    "sièges et leur prix": Kind(lines.build_lines("Sièges", "Prix par siège"), lines.FIGURES),
    "a billing cycle": Kind(
        lines.build_intervals("Billing cycle"),
        lines.FIGURES,
        english=("divided by the months of its interval, in the column “Billing cycle”.",),
        french=("par les mois de son intervalle, lu dans la colonne « Billing cycle ».",),
    ),
    "a rhythm of payment of another heading": Kind(
        lines.build_intervals("Rythme", yearly="Annuel"),
        lines.FIGURES,
        english=("in the column “Rythme”.",),
        french=("dans la colonne « Rythme ».",),
    ),
    "active lines whose terms ended": Kind(
        lines.build_renewed_terms("Active"),
        {"nrr": "0.0", "base": 7},
        english=("Lines with the status “Active” have an end that has passed (6), and are read as ended.",),
        french=("Des lignes au statut « Active » ont une fin passée (6), et sont lues comme terminées.",),
        problems={"implausible_churn": 1},
    ),
    "active lines whose terms renew": Kind(
        lines.build_renewed_terms("Active"),
        {"nrr": "85.7", "base": 7},
        config="[workbook]\nstatus_counts.Active = true\n",
    ),
    "a churn date next to the end of a contract": Kind(
        lines.build_churn_dates("Contract end"),
        {"nrr": "80.0", "base": 5},
        english=("“Churn date” is the day that an account left, and “Contract end” the end of a term",),
        french=("« Churn date » est le jour du départ",),
    ),
    "a churn date next to an end date": Kind(lines.build_churn_dates("End date"), {"nrr": "80.0", "base": 5}),
    "discounts in percent": Kind(
        lines.build_discounts(),
        lines.FIGURES,
        english=("Numbers under “Discount %” are read as percents: 20 is 20%.",),
        french=("Les nombres sous « Discount % » sont lus comme des pourcentages",),
    ),
    "movements without a sign": Kind(
        lines.build_movements(),
        lines.FIGURES,
        english=("No amount is below 0, so a change is a loss where “Type” says so (1).",),
        french=("une variation est une perte là où « Type » le dit (1).",),
    ),
    "montants TTC": Kind(
        lines.build_amounts("Montant mensuel TTC"),
        code=1,
        english=("has no column Amount", "Add a column of the amounts without tax, headed Amount excl. tax."),
        french=("Ajoutez une colonne des montants hors taxes",),
    ),
    "an annual fee": Kind(
        lines.build_amounts("Annual fee", 12),
        lines.FIGURES,
        english=("Amounts are read as yearly and divided by 12, because of “Annual fee”.",),
        french=("Les montants sont lus comme annuels et divisés par 12",),
    ),
    "un loyer mensuel": Kind(lines.build_amounts("Loyer mensuel HT"), lines.FIGURES),
    "the value of contracts": Kind(
        lines.build_amounts("Contract value"),
        lines.FIGURES,
        english=("Amounts under “Contract value” are read as monthly, though the heading does not say so.",),
        french=("Les montants sous « Contract value » sont lus comme mensuels",),
    ),
    "a start and an end without an amount": Kind(
        lines.build_amounts("Worth"),
        code=1,
        english=("The tab “Clients” (Subscriptions) has no column Amount.",),
        french=("Clients",),
    ),
    "a price beside licences": Kind(
        lines.build_lines("Licences", "Price"),
        {"nrr": "50.0"},
        english=("“Price” is read as the price of the whole line, and is not multiplied by Licences.",),
        french=("« Price » est lu comme le prix de toute la ligne",),
    ),
    "totals of accounts": Kind(grids.build_line_totals("Total"), HISTORY, problems={"total_row": 6}),
    "totals of merged accounts": Kind(
        grids.build_line_totals("Total"), HISTORY, problems={"total_row": 6}, change=grids.merge_triples
    ),
    "totals of accounts in other words": Kind(
        grids.build_line_totals("Tous les produits"), HISTORY, problems={"total_row": 6}
    ),
    "totals of accounts by their numbers": Kind(grids.build_line_totals("x"), HISTORY, problems={"total_row": 6}),
    "totals of accounts that are no sums": Kind(
        grids.build_line_totals("Sous-total", difference=5),
        {"nrr": None, "base": 0},
        problems={"total_not_sum": 6},
        excluded=6,
        english=("6 accounts are excluded from all figures",),
        french=("6 comptes sont exclus de tous les chiffres",),
    ),
    "totals of accounts and months": Kind(grids.build_long_totals(), HISTORY, problems={"total_row": 110}),
    "amounts billed by month": Kind(
        kept.build_history("Customer", "Billings"),
        code=1,
        english=("The tab “Billings” has amounts billed or paid, not MRR", 'workbook.unit = "MRR"'),
        french=("L’onglet « Billings » contient des montants facturés ou payés",),
    ),
    "montants facturés par mois": Kind(
        {"Suivi": [["Chiffre d'affaires facturé (€)"], *kept.build_history("Client")["MRR"]]},
        code=1,
        english=("The tab “Suivi” has amounts billed or paid, not MRR",),
        french=("L’onglet « Suivi » contient des montants facturés ou payés",),
    ),
    "amounts billed that are MRR": Kind(
        kept.build_history("Customer", "Billings"), HISTORY, config='[workbook]\nunit = "MRR"\n'
    ),
    "amounts billed next to MRR": Kind(
        {**kept.build_history("Customer"), **kept.build_history("Customer", "Encaissements", 2)},
        HISTORY,
        english=("Encaissements: not read. The tab “Encaissements” has amounts billed or paid",),
        french=("Encaissements : non lu. L’onglet « Encaissements » contient des montants facturés ou payés",),
    ),
    "payments with their method": Kind(
        grids.build_payments(),
        code=1,
        english=("has amounts billed or paid, not MRR",),
        french=("contient des montants facturés ou payés",),
    ),
    "changes by month": Kind(
        kept.build_history("Customer", "Net new MRR"),
        code=1,
        english=("The tab “Net new MRR” has the changes of MRR in each month, not the MRR itself",),
        french=("L’onglet « Net new MRR » contient les variations du MRR de chaque mois",),
    ),
    "variations par mois": Kind(
        kept.build_history("Client", "Variation de MRR"),
        code=1,
        english=("has the changes of MRR in each month",),
        french=("contient les variations du MRR de chaque mois",),
    ),
    "ARR below MRR": Kind(
        grids.build_blocks("MRR", "ARR", 12),
        HISTORY,
        english=("The rows below “ARR” have the same customers in another measure, and are not read (6).",),
        french=("Les lignes sous « ARR » ont les mêmes clients dans une autre mesure, et ne sont pas lues (6).",),
    ),
    "seats below MRR": Kind(grids.build_blocks("", "Number of seats", 0.01, has_headings=False), HISTORY),
    "ARR below MRR without titles": Kind(
        grids.build_blocks("", "", 12),
        HISTORY,
        english=("The rows from row 9 on repeat the customers above them and their amounts",),
        french=("Les lignes à partir de la ligne 9 reprennent les clients au-dessus d’elles et leurs montants",),
    ),
    "a second block without a title": Kind(
        grids.build_blocks("", "", 2),
        {"nrr": "93.2", "starting_mrr": 3 * 585_000},
        problems={"heading_again": 1},
        english=("The rows from row 9 on have the same customers as those above them, and are added to them (6).",),
        french=("Les lignes à partir de la ligne 9 ont les mêmes clients que celles au-dessus",),
    ),
    "sections of products": Kind(
        grids.build_blocks("", "Support", 2, has_headings=False),
        {"nrr": "93.2", "starting_mrr": 3 * 585_000},
        problems={"section_title": 1},
    ),
    "MRR below seats": Kind(
        grids.build_blocks("Seats", "MRR", 100),
        code=1,
        english=("begins with “Seats”, and has the same customers again below “MRR”. It is not read.",),
        french=("commence par « Seats », et reprend les mêmes clients sous « MRR ». Il n’est pas lu.",),
    ),
    "a word for an account that left": Kind(
        grids.build_leavers("churned"),
        HISTORY,
        english=("MRR!Q3: Cells with churned are read as 0: the customer has left (1).",),
        french=("MRR!Q3 : Les cellules contenant churned sont lues comme 0 : le client est parti (1).",),
    ),
    "un mot pour un compte parti": Kind(grids.build_leavers("Résilié"), HISTORY),
    "a formula that failed in the last month": Kind(
        grids.build_failed(),
        {"nrr": "100.0", "expansion": 20_000, "base": 3},
        problems={"amount_unreadable": 2, **NO_CHURN},
        excluded=2,
    ),
    "seats next to MRR": Kind(
        grids.build_side_by_side("MRR", "Seats", 0.01),
        HISTORY,
        english=("The months below these titles are another measure than MRR, and are not read: Seats.",),
        french=("Les mois sous ces titres sont une autre mesure que le MRR et ne sont pas lus : Seats.",),
    ),
    "MRR next to ARR": Kind(grids.build_side_by_side("ARR", "MRR", 1), HISTORY),
    "years of months that became days": Kind(
        kept.build_growing(YEARS_AS_DAYS),
        code=1,
        english=("the spreadsheet took the years for days, and made 2026-01-24 of 2024-01. It is not read.",),
        french=("le tableur a pris les années pour des jours, et a fait 2026-01-24 de 2024-01. Il n’est pas lu.",),
    ),
    "years among the months": Kind(
        grids.build_subtotals(),
        HISTORY,
        english=(
            "Quarters and years among the months are their totals, and are not read: 2024, 2025 YTD.",
            "Differences to a plan are not read: 2025 Var.",
        ),
        french=(
            "Les trimestres et les années parmi les mois sont leurs totaux et ne sont pas lus : 2024, 2025 YTD.",
            "Les écarts à un plan ne sont pas lus : 2025 Var.",
        ),
    ),
    "a total without a text and a row": Kind(
        grids.build_wrong_total(), HISTORY, problems={"total_row": 1, "implausible_total_texts_row": 1}
    ),
    "a waterfall with churn a month late": Kind(
        grids.build_waterfall("Opening MRR", "New", "Expansion", "Contraction", "Churn", "Closing MRR"),
        HISTORY,
        problems={"implausible_total_change_accounts": 1},
        english=(
            "  April 2025 (E6): 0 in the sheet, 500 here; the difference is the churn of Briar (A-2, MRR!R3)",
            "  May 2025 (F6): 500 in the sheet, 0 here; the difference is the churn of Briar (A-2, MRR!R3) in April",
        ),
        french=(
            "  avril 2025 (E6) : 0 dans la feuille, 500 ici ; la différence est le churn de Briar (A-2, MRR!R3)",
            "; la différence est le churn de Briar (A-2, MRR!R3) en avril 2025",
            "chaque fois exactement de celle d’un ou deux comptes : Briar (A-2, MRR!R3).",
        ),
    ),
    "une cascade dont l’attrition a un mois de retard": Kind(
        grids.build_waterfall(
            "MRR ouverture", "Nouveaux", "Hausse", "Baisse", "Attrition", "MRR clôture", title="Cascade MRR"
        ),
        HISTORY,
        problems={"implausible_total_change_accounts": 1},
    ),
    "a long table of KPIs": Kind(
        grids.build_long_kpis("Ending MRR", "Customers", "New customers"),
        HISTORY,
        problems={"implausible_total_row": 1},
        english=(
            "KPI!A27 “Ending MRR” (the accounts at the close): 20 of 21 cells are equal.",
            "  September 2025 (V27): 5,450 in the sheet, 5,750 here; the difference is the MRR of Elder (MRR!V6)",
        ),
        french=("KPI!A27 « Ending MRR » (les comptes à la clôture) : cellules égales : 20 sur 21.",),
    ),
    "un long tableau d’indicateurs": Kind(
        grids.build_long_kpis("MRR fin de mois", "Clients", "Nouveaux clients", "Attrition"),
        HISTORY,
        problems={"implausible_total_row": 1},
        french=("KPI!A28 « MRR fin de mois » (les comptes à la clôture) : cellules égales : 20 sur 21.",),
    ),
    "a tab for each entity, with a total": Kind(
        grids.build_entities("Customer", "Total", "France", "Germany"),
        HISTORY,
        problems={"total_row": 2},
        english=(
            "The tabs France, Germany have different customers, and are read as one tab with the segment Entity.",
            "France!A5 “Total” (the sum of the accounts): equal in all 21 cells.",
            "Germany!A5 “Total” (the sum of the accounts): equal in all 21 cells.",
        ),
    ),
    "un onglet par agence, avec un total faux": Kind(
        grids.build_entities("Client", "Total général", "Paris", "Lyon", mistake=2000),
        HISTORY,
        problems={"total_row": 2, "implausible_total_row": 1},
        french=(
            "Les onglets Paris, Lyon ont des clients différents, et sont lus comme un seul onglet",
            "Paris!A5 « Total général » (la somme des comptes) : cellules égales : 20 sur 21.",
            "la différence est le montant de Clover (Paris!V4)",
        ),
    ),
    "amounts in two currencies, and no rates": Kind(
        lists.build_converted("MRR (local)", "MRR (EUR)"),
        HISTORY,
        english=("“MRR (EUR)” is read, as no tab FX converts “MRR (local)”.",),
        french=("« MRR (EUR) » est lu, car aucun onglet FX ne convertit « MRR (local) ».",),
    ),
    "amounts in two currencies, and rates": Kind(
        lists.build_converted("Montant devise", "Montant EUR", drift=0.01, has_rates=True),
        HISTORY,
        english=("“Montant devise” is read, in the currency of each row: the tab FX converts it at constant rates.",),
        french=("« Montant devise » est lu, dans la devise de chaque ligne : l’onglet FX le convertit",),
    ),
    "amounts and their conversion, without a code": Kind(
        lists.build_converted("MRR", "MRR (reporting currency)"),
        HISTORY,
        english=("“MRR (reporting currency)” is read, as no tab FX converts “MRR”.",),
    ),
    "amounts in another currency than their rows": Kind(
        lists.build_converted("Note", "MRR (EUR)", has_rates=True),
        {"base": 5},
        english=("“MRR (EUR)” names EUR, and the column “Currency” other currencies.",),
        french=("« MRR (EUR) » nomme EUR, et la colonne « Currency » d’autres devises.",),
    ),
    "minor units of several currencies": Kind(
        lists.build_minor_units("MRR (minor units)", "EUR", "JPY", "KWD"),
        build_figures(nrr="75.0", grr="75.0", base=4, starting_mrr=480_000, churn=120_000),
        english=("Amounts are read as minor units of their currency, such as cents, because of “MRR (minor units)”.",),
        french=("Les montants sont lus dans la plus petite unité de leur devise, comme les centimes",),
    ),
    "cents of yen by month": Kind(
        kept.build_history("Customer", "MRR in cents (JPY)", factor=100), HISTORY, currency="JPY"
    ),
    "a list of customers": Kind(
        lists.build_customer_list("Company", "Signed", "Current MRR", "Status", "Churn month"),
        build_figures(nrr="75.0", grr="75.0", base=8, starting_mrr=960_000, churn=240_000),
        english=(
            "“Churn month” is the month in which a customer left: its last MRR is at the close of the one before.",
            "“Current MRR” is the MRR of today, and is read as paid from the start on",
        ),
        french=(
            "« Churn month » est le mois du départ d’un client : son dernier MRR est celui de la clôture du mois",
            "« Current MRR » est le MRR d’aujourd’hui, lu comme payé depuis le début",
        ),
    ),
    "a list of customers, at the close before they left": Kind(
        lists.build_customer_list("Company", "Signed", "Current MRR", "Status", "Churn month"),
        build_figures(nrr="100.0", churn=0, ending_mrr=960_000),
        question="2025-01..2025-03",
    ),
    "a list of customers with Churned, and no dates": Kind(
        lists.build_flags("Customer", "", "MRR", "Churned", ""),
        code=1,
        english=(
            "The tab “List” says which customers have left, but not when.",
            "Add a column Churn date with the day on which each of them left, and a column Start date.",
        ),
        french=(
            "L’onglet « List » dit quels clients sont partis, mais pas quand.",
            "Ajoutez une colonne Date de churn avec le jour du départ de chacun, et une colonne Date de début.",
        ),
    ),
    "a list of lines with Active, and no end": Kind(
        lists.build_flags("Customer", "Start date", "Amount", "Active", "", yes=False, no=True),
        code=1,
        english=("The tab “List” says which customers have left, but not when.",),
        french=("L’onglet « List » dit quels clients sont partis, mais pas quand.",),
    ),
    "une liste de clients avec Résilié": Kind(
        lists.build_flags("Client", "Date de début", "MRR", "Résilié", "Date de résiliation", yes="Oui", no="Non"),
        build_figures(nrr="75.0", grr="75.0", base=8, starting_mrr=960_000, churn=240_000),
        french=("Date de début, Date de résiliation, Résilié, MRR",),
    ),
    "a list of customers with Churned, and a date": Kind(
        lists.build_flags("Customer", "Start date", "MRR", "Churned?", "Date"),
        build_figures(nrr="75.0", grr="75.0", base=8, starting_mrr=960_000, churn=240_000),
    ),
    "a list of customers of which one has no day of leaving": Kind(
        leave_out_days(lists.build_flags("Customer", "Start date", "MRR", "Churned", "Churned on")),
        build_figures(nrr="85.7", grr="85.7", base=7, starting_mrr=840_000, churn=120_000),
        problems={"end_missing": 1},
        excluded=1,
    ),
    "a row for each customer, year and quarter": Kind(
        lists.build_long_quarters("Customer", "Year", "Quarter", "MRR"),
        HISTORY,
        english=(
            "Data: Its rows are quarters, and each is read as the month at its end.",
            "The tab has the ends of quarters only, so there are figures of quarters and longer.",
        ),
        french=("Data : Ses lignes sont des trimestres, et chacune est lue comme le mois de sa fin.",),
    ),
    "a month of a row for each quarter": Kind(
        lists.build_long_quarters("Customer", "Year", "Quarter", "MRR"), {"nrr": None}, question="July 2025"
    ),
    "une ligne par client, année et trimestre": Kind(
        lists.build_long_quarters("Client", "Année", "Trimestre", "MRR (€)", form="{}", in_order=True), HISTORY
    ),
    "a quarter with its year": Kind(
        lists.build_long_quarters("Customer", "", "Period", "MRR", form="{year}-Q{}", in_order=True), HISTORY
    ),
    "amounts of quarters": Kind(
        lists.build_long_quarters("Customer", "Year", "Quarter", "Amount", title="Quarterly revenue", months=3),
        HISTORY,
        english=("because of “Quarterly revenue",),
    ),
    "amounts of quarters that may be MRR": Kind(
        lists.build_long_quarters("Client", "Année", "Trimestre", "Montant", form="T{}"),
        HISTORY,
        english=("The rows are quarters. Their amounts are read as the MRR at the end of each quarter.",),
        french=("Les lignes sont des trimestres. Leurs montants sont lus comme le MRR à la fin de chaque trimestre.",),
    ),
    "the quarter in which a customer came": Kind(
        {
            "List": [["Customer", "Quarter", "MRR", "Plan"]]
            + [[f"Client {number}", f"Q{number} 2024", 100, "Pro"] for number in (1, 2, 3, 4)]
        },
        code=1,
        english=("No tab holds revenue.",),
    ),
    "une liste de clients": Kind(
        lists.build_customer_list("Client", "Date de signature", "MRR actuel", "Statut", "Mois de résiliation"),
        build_figures(nrr="75.0", grr="75.0", base=8, starting_mrr=960_000, churn=240_000),
    ),
    "a list of customers by Customer since": Kind(
        lists.build_customer_list("Customer", "Customer since", "MRR", "Status", "Lost in"),
        build_figures(nrr="75.0", grr="75.0", base=8, starting_mrr=960_000, churn=240_000),
    ),
    "a list of customers next to their revenue": Kind(
        {
            **lists.build_customer_list("Customer", "Go-live", "Current MRR", "Status", "Churned in"),
            **kept.build_history("Customer"),
        },
        HISTORY,
        problems={"unknown_account": 6},
        english=("List: read as Customers.",),
    ),
    "a list of customers of which those that left have 0": Kind(
        lists.build_customer_list("Company", "Contract signed", "MRR", "Status", "Churn month", mrr_of_leavers=0),
        {"nrr": None, "grr": None},
        english=("3 of 3 customers that left have an amount of 0 under “MRR”. What they paid is unknown",),
        french=("3 clients partis sur 3 ont un montant de 0 sous « MRR ». Ce qu’ils payaient est inconnu",),
    ),
    "a list of customers without a start": Kind(
        lists.build_customer_list("Company", "", "Current MRR", "Status", "Churn month"),
        code=1,
        english=("The tab “List” (Subscriptions) has no column Start.",),
        french=("L’onglet « List » (Subscriptions) n’a pas de colonne Start.",),
    ),
    "months down, and the year once": Kind(
        lists.build_bare_months("turned", "Data"),
        HISTORY,
        english=("Data: Its months are written without a year",),
        french=("Data : Ses mois sont écrits sans année",),
    ),
    "names of months next to their year": Kind(lists.build_bare_months("names", "Data"), HISTORY),
    "numbers of months next to their year": Kind(lists.build_bare_months("numbers", "Data"), HISTORY),
    "months down, and the year in the title": Kind(
        lists.build_bare_months("turned", "MRR 2025", first=12, has_years=False), YEAR_SO_FAR, question="Q2 2025"
    ),
    "numbers of months, and the year in the title": Kind(
        lists.build_bare_months("numbers", "MRR 2025", first=12, has_years=False), YEAR_SO_FAR, question="Q2 2025"
    ),
    "months down without a year": Kind(
        lists.build_bare_months("turned", "Data", first=12, has_years=False), code=1, english=(NO_YEAR,)
    ),
    "names of months without a year": Kind(
        lists.build_bare_months("names", "MRR FY25", first=9, has_years=False),
        code=1,
        english=("The months of the tab “MRR FY25” have no year", "or add a column Year."),
        french=("ou ajoutez une colonne Année.",),
    ),
    "amounts only where they change": Kind(
        lists.build_changes_only(),
        problems={"implausible_blanks": 1, "gap": 6, "month_missing": 10, "month_incomplete": 1},
        question="2024-02..2024-02",
    ),
    "amounts only where they change, carried on": Kind(
        lists.build_changes_only(),
        HISTORY,
        config='[workbook]\nblank_month = "carry"\n',
        english=("so blanks repeat the amount before them to the last month.",),
        french=("reprennent donc le montant précédent jusqu’au dernier mois.",),
    ),
    "a row for each change, carried on": Kind(
        lists.build_changes_only(is_long=True), HISTORY, config='[workbook]\nblank_month = "carry"\n'
    ),
    "an ID of each customer": Kind(lists.build_ids("customer"), HISTORY, problems={"renamed": 1}),
    "an ID of each row": Kind(lists.build_ids("row"), HISTORY),
    "customers whose ID is that of the revenue": Kind(
        lists.build_known_ids(), {"starting_mrr": 120_000, "base": 2}, question="TTM region=North"
    ),
    "lines with marks in their headings": Kind(
        kept.rename_headings(
            lines.build_amounts("\U0001f4b6 MRR €"),
            {"Customer": "\U0001f464 Customer", "Start date": "\U0001f4c5 Started", "End date": "\U0001f4c9 Ended"},
        ),
        lines.FIGURES,
    ),
    "contrats de leur date d'effet à leur fin": Kind(
        kept.rename_headings(
            lines.build_amounts("Montant annuel HT", factor=12),
            {"Customer": "Client", "Start date": "Date d'effet", "End date": "Date de fin"},
        ),
        lines.FIGURES,
    ),
    "abonnements d'un montant mensuel": Kind(
        kept.rename_headings(
            lines.build_amounts("Abonnement mensuel HT (€)"),
            {"Customer": "Société", "Start date": "Date de début", "End date": "Date de résiliation"},
        ),
        lines.FIGURES,
    ),
    "months of a warehouse, in cents": Kind(
        kept.rename_headings(lines.build_months("mrr_cents", month="month_start"), {"Customer": "customer_code"}),
        {"nrr": "80.0", "grr": "66.7", "starting_mrr": 1_500, "base": 2},
    ),
    "ends of periods and recurring revenue": Kind(
        kept.rename_headings(lines.build_months("RecurringRevenueUSD", month="PeriodEnd"), {"Customer": "CustomerID"}),
        lines.FIGURES,
        currency="USD",
    ),
    "périodes et leur MRR": Kind(
        kept.rename_headings(lines.build_months("MRR", month="Période"), {"Customer": "Client"}), lines.FIGURES
    ),
    "changes headed with a delta": Kind(lines.build_changes("\u0394 MRR", "Movement type"), lines.FIGURES),
    "regions on the first row of their group": Kind(
        grids.build_groups("Sub-total {}"),
        {"starting_mrr": 360_000, "churn": 50_000, "base": 3},
        question="TTM region=North",
        problems={"total_row": 3},
        english=("“Region” counts for the rows below it down to the total of its group.",),
        french=("« Region » vaut pour les lignes suivantes, jusqu’au total de son groupe.",),
    ),
    "a pivot table with regions": Kind(
        grids.build_pivot("Row Labels"),
        HISTORY,
        problems={"total_row": 1},
        english=("rows that are the sum of those below them are read as the segment Group.",),
        french=("les lignes qui sont la somme des suivantes sont lues comme le segment Group.",),
    ),
    "a pivot table without groups": Kind(
        grids.build_pivot("Étiquettes de lignes", has_groups=False),
        HISTORY,
        problems={"total_row": 1},
        english=("It is a pivot table, whose rows are read as customers.",),
        french=("C’est un tableau croisé, dont les lignes sont lues comme des clients.",),
    ),
    "a format in kronor of Sweden": Kind(
        kept.build_history("Customer"), HISTORY, currency="SEK", change=kept.format_amounts("#,##0 [$kr-sv-SE]")
    ),
    "a format in kroner of any country": Kind(
        kept.build_history("Customer"),
        HISTORY,
        english=("Amounts have the sign “kr” of several currencies, and are read as EUR.",),
        french=("Les montants ont le signe « kr » de plusieurs devises, et sont lus en EUR.",),
        change=kept.format_amounts('#,##0 "kr"'),
    ),
    "units in the headings of months": Kind(
        kept.rename_headings(kept.build_history("Customer", factor=100), UNITS_OF_MONTHS),
        HISTORY,
        currency="USD",
        english=("MRR!B1: Amounts are read as minor units of their currency, such as cents, because of",),
        french=("MRR!B1 : Les montants sont lus dans la plus petite unité de leur devise, comme les centimes",),
    ),
    "different units in the headings of months": Kind(
        kept.rename_headings(kept.build_history("Customer"), dict(list(UNITS_OF_MONTHS.items())[3:])),
        code=1,
        english=("Apr 2024 (USD cents). It is not read.",),
        french=("Apr 2024 (USD cents). Il n’est pas lu.",),
    ),
    "customers with a start and an MRR": Kind(
        {"List": RUNNING},
        {"nrr": None, "grr": None, "ending_mrr": 30_000, "base": 2},
        english=("so no one in it can have left, and retention is unknown. Add a column End",),
        french=("personne ne peut y être parti, et la rétention est inconnue. Ajoutez une colonne Fin",),
    ),
    "customers with a region, a start and an MRR": Kind(
        {
            "Clients": [
                ["Customer ID", "Region", *RUNNING[0][1:]],
                *([row[0], "North", *row[1:]] for row in RUNNING[1:]),
            ]
        },
        {"nrr": None, "grr": None, "ending_mrr": 30_000, "base": 2},
    ),
    "customers with a start and an MRR next to months": Kind(
        {**kept.build_history("Customer"), "List": RUNNING}, HISTORY
    ),
    "units below the months": Kind(grids.build_unit_row("$/month"), HISTORY, currency="USD"),
    "changes with a type under another heading": Kind(
        kept.rename_headings(lines.build_movements(), {"Type": "Activity"}), lines.FIGURES
    ),
    "rates into the currency of their heading": Kind(
        kept.rename_headings(lists.build_converted("MRR", "Note", has_rates=True), {"Rate": "Rate to EUR"}),
        HISTORY,
        english=("FX!B1: Figures are in EUR, because of “Rate to EUR”.",),
        french=("FX!B1 : Les chiffres sont en EUR, d’après « Rate to EUR ».",),
    ),
    "taux vers une autre devise": Kind(
        kept.rename_headings(lists.build_converted("MRR", "Note", has_rates=True), {"Rate": "Taux vers USD"}),
        config='[company]\ncurrency = "EUR"\n',
        problems={"fx_rate": 1, "fx_missing": 1, "implausible_no_churn": 1},
        excluded=2,
    ),
    "recognised revenue": Kind(
        {"Deferred revenue": [["Revenue recognition schedule"], *kept.build_history("Customer")["MRR"]]},
        HISTORY,
        english=("“Revenue recognition schedule” speaks of recognised revenue",),
        french=("« Revenue recognition schedule » parle de revenu reconnu",),
    ),
    "lists of current and of churned customers": Kind(
        lines.build_lists("Active", "Churned"),
        {"nrr": "80.0", "base": 5},
        english=("The tabs Active, Churned have different customers, and are read as one tab.",),
        french=("Les onglets Active, Churned ont des clients différents, et sont lus comme un seul onglet.",),
    ),
    "a row for each month in a tab for each entity": Kind(
        lists.split_rows(lists.build_long_history("MRR"), 0, "France", "Belgique"),
        HISTORY,
        english=("with the segment Entity",),
        french=("Les onglets France, Belgique ont des clients différents",),
    ),
    "a row for each month in a tab for each year": Kind(
        lists.split_rows(lists.build_long_history("MRR"), 1, "MRR 2024", "MRR 2025"),
        HISTORY,
        english=("The tabs MRR 2024, MRR 2025 have different months",),
        french=("Les onglets MRR 2024, MRR 2025 ont des mois différents",),
    ),
    "card payments by e-mail": Kind(
        grids.build_charges("Created (UTC)", "Customer Email", "Amount", "Fee", "State"),
        code=1,
        english=("is a list of payments", "workbook.invoice_months = 1"),
        french=("est une liste de paiements", "workbook.invoice_months = 1"),
    ),
    "paiements par e-mail": Kind(
        grids.build_charges("Date de paiement", "E-mail client", "Montant", "Frais", "État"),
        code=1,
        english=("is a list of payments",),
        french=("Exportez les abonnements",),
    ),
    "months by e-mail, and customers with their websites": Kind(
        lists.build_addresses(),
        {**HISTORY, "base": 5},
        question="TTM",
        english=("7 accounts are found in the tab “CRM” without their IDs: 0 by their names, 7 by e-mail addresses",),
        french=("7 comptes sont trouvés dans l’onglet « CRM » sans leur identifiant : 0 par leur nom, 7 par adresse",),
    ),
    "a segment of customers that are joined by their domains": Kind(
        lists.build_addresses(),
        build_figures(nrr="0.0", starting_mrr=50_000, churn=50_000, base=1),
        question="Small TTM",
        problems={},
    ),
    "fiscal quarters with their start in a title": Kind(
        lists.build_fiscal_quarters("Q{quarter} FY{short}", "MRR by customer, USD \u2013 fiscal year starts 1 April"),
        HISTORY,
        currency="USD",
        english=("Its periods are parts of a fiscal year", "Q4 FY24 ends with March 2024."),
        french=("Ses périodes sont des parties d’un exercice",),
    ),
    "trimestres d'un exercice de juillet à juin": Kind(
        lists.build_fiscal_quarters("T{quarter} {year}", "Exercice de juillet à juin", first_month=7),
        HISTORY,
        english=("because of “Exercice de juillet à juin”",),
        french=("d’après « Exercice de juillet à juin »",),
    ),
    "fiscal quarters with their start in the config": Kind(
        lists.build_fiscal_quarters("FY{year} Q{quarter}"),
        HISTORY,
        config="[company]\nfiscal_year_starts = 4\n",
        english=("because of “company.fiscal_year_starts = 4”",),
        french=("d’après « company.fiscal_year_starts = 4 »",),
    ),
    "fiscal quarters that end in other months": Kind(
        lists.build_fiscal_quarters("Q{quarter} FY{short}", "Fiscal year ending 31 January", first_month=2),
        HISTORY,
        today="2025-08-05",
    ),
    "fiscal quarters and their years": Kind(
        lists.add_fiscal_years(lists.build_fiscal_quarters("Q{quarter} FY{short}", "FY starts in April")), HISTORY
    ),
    "a row for each customer and fiscal quarter": Kind(
        lists.turn_to_rows(lists.build_fiscal_quarters("FY{short} Q{quarter}"), "Fiscal year starts in April"), HISTORY
    ),
    "an opening and a closing MRR for each month": Kind(lists.build_openings("Opening MRR", "Closing MRR"), HISTORY),
    "dates of snapshots": Kind(lists.build_long_history("MRR", "Snapshot date"), HISTORY),
    "mensualités": Kind(
        kept.rename_headings(lines.build_amounts("MRR"), {"MRR": "Mensualité HT"}),
        lines.FIGURES,
        english=("Amounts under “Mensualité HT” are read as monthly",),
        french=("Les montants sous « Mensualité HT » sont lus comme mensuels",),
    ),
    "charges with a status": Kind(
        grids.build_charges("Created date (UTC)", "Customer ID", "Amount", "Fee", "Status"),
        code=1,
        english=("is a list of payments",),
        french=("est une liste de paiements",),
    ),
    "fiscal quarters without their start": Kind(
        lists.build_fiscal_quarters("Q{quarter} FY{short}"),
        code=1,
        english=("are parts of fiscal years", "company.fiscal_year_starts = 7"),
        french=("sont des parties d’exercices", "company.fiscal_year_starts = 7"),
    ),
    "revenue of each month": Kind(
        lists.build_long_history("Revenue"),
        HISTORY,
        english=("Amounts under “Revenue” are read as MRR, though revenue can have one-off fees",),
        french=("Les montants sous « Revenue » sont lus comme du MRR",),
    ),
    "chiffre d'affaires de chaque mois": Kind(
        lists.build_long_history("Chiffre d’affaires HT", "Mois"),
        HISTORY,
        english=("Amounts under “Chiffre d’affaires HT” are read as MRR",),
        french=("Les montants sous « Chiffre d’affaires HT » sont lus comme du MRR",),
    ),
    "CA à chaque fin de mois": Kind(lists.build_long_history("CA (€)", "Date"), HISTORY),
    "customers that left at an unknown day": Kind(
        lines.build_leavers(),
        {"nrr": None, "grr": None, "ending_mrr": 60_000},
        problems={"end_missing": 2},
        excluded=2,
        english=("Lines have a status of leaving, and the tab has no column of ends",),
        french=("Des lignes ont un statut de départ, et l’onglet n’a pas de colonne de fin",),
    ),
}


# Strict Open XML and a cell far outside are matters of files.
IN_GOOGLE = [name for name, kind in KINDS.items() if not kind.finish and kind.change is not kept.add_far_cell]


def check_kind(kind: Kind, source: Mapping[str, Any], google: Mapping[str, Any] | None = None) -> None:
    """Check all that the kind expects: the sentences in both languages, and the figures.

    Args:
        kind: the kind.
        source: the keys of the section `workbook` that name the workbook.
        google: the section `google` of the config, if it is a Google Sheet.

    """
    config = tomllib.loads(kind.config)
    config["workbook"] = {**config.get("workbook", {}), **source}
    write_config(Path("config.toml"), **config, **({"google": dict(google)} if google else {}))
    for language, sentences in (("fr", kind.french), ("en", kind.english)):
        options = ("--config", "config.toml", "--db", f"{language}.db", "--today", kind.today, "--lang", language)
        ran = nrrbot("sync", *options)
        assert ran.code == kind.code, ran
        output = (ran.out + ran.err).translate(NO_BREAK_SPACES)
        for sentence in sentences:
            assert sentence in output
    if kind.code:
        return
    answer = json.loads(nrrbot("ask", kind.question, "--json", *options).out)
    window = {**answer["window"], "base": answer["window"]["accounts"]["base"]}
    assert {key: window[key] for key in kind.figures} == kind.figures
    assert answer["currency"] == kind.currency
    assert answer["excluded"]["accounts"] == kind.excluded
    assert answer["problems"] == kind.problems


@pytest.mark.parametrize("name", KINDS)
def test_a_workbook_as_companies_keep_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = KINDS[name]
    monkeypatch.chdir(tmp_path)
    path = kept.write_tabs(tmp_path / "book.xlsx", kind.tabs, kind.change)
    if kind.finish:
        kind.finish(path)
    check_kind(kind, {"path": "book.xlsx"})


@pytest.mark.slow
@pytest.mark.parametrize("name", IN_GOOGLE)
def test_the_same_workbook_as_a_google_sheet(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, google: GoogleServer
) -> None:
    kind = KINDS[name]
    monkeypatch.chdir(tmp_path)
    sheet = kept.share_tabs(google, kept.write_tabs(tmp_path / "book.xlsx", kind.tabs, kind.change))
    key = str(google.service_account_file(tmp_path))
    urls = {"sheets_url": google.url, "drive_url": google.url, "token_url": f"{google.url}/token"}
    check_kind(kind, {"google": sheet}, {"credentials_file": key, **urls})
