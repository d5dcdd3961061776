"""The unit that a heading, a title or a number format states, and the words that state none."""

from __future__ import annotations

import pytest

from sheets.cells.currency_words import read_format_literals
from sheets.cells.units import (
    HALF,
    MILLION,
    MINOR,
    MONTH,
    QUARTER,
    TERM,
    THOUSAND,
    WEEK,
    YEAR,
    UnitWords,
    name_amount_heading,
    read_unit_words,
    split_period_unit,
)

PERIODS = {MONTH: "month", YEAR: "year", TERM: "term", QUARTER: "quarter", HALF: "half", WEEK: "week"}
SCALES = {THOUSAND: "k", MILLION: "million", MINOR: "cents"}

# A heading of amounts and its unit; all of them are headings of amounts without a mapping in the config.
HEADINGS = {
    "MRR": "month",
    "CMRR": "month",
    "Monthly amount": "month",
    "Amount per month": "month",
    "Amount/month": "month",
    "Montant mensuel HT": "month",
    "Montant par mois": "month",
    "Revenu récurrent mensuel": "month",
    "ARR": "year",
    "cARR": "year",
    "ACV": "year",
    "Annual amount": "year",
    "annual_amount": "year",
    "annualAmount": "year",
    "Yearly price": "year",
    "Amount per year": "year",
    "Amount / yr": "year",
    "Amount p.a.": "year",
    "Amount per annum": "year",
    "Montant annuel HT": "year",
    "Montant par an": "year",
    "Montant/an": "year",
    "Prix annuel": "year",
    "Revenu récurrent annuel": "year",
    "Annual contract value": "year",
    "Valeur annuelle du contrat": "year",
    "Annualised MRR": "year",
    "MRR (annualized)": "year",
    "MRR x 12": "year",
    "ARR by month": "year",
    "TCV": "term",
    "Total contract value": "term",
    "Montant total": "term",
    "Montant total du contrat": "term",
    "Valeur totale du contrat": "term",
    "Quarterly amount": "quarter",
    "Montant trimestriel": "quarter",
    "Amount per quarter": "quarter",
    "Amount / quarter": "quarter",
    "Amount / semestre": "half",
    "Amount/week": "week",
    "Half-yearly amount": "half",
    "Montant semestriel": "half",
    "Semi-annual amount": "half",
    "Weekly amount": "week",
    "Amount": "",
    "Prix unitaire": "",
    "Amount k": "k",
    "Amount (k)": "k",
    "Amount in thousands": "k",
    "Amount (thousands)": "k",
    "Amount '000": "k",
    "Montant en milliers": "k",
    "Montant (milliers d'euros)": "k EUR",
    "Montant (milliers d’euros)": "k EUR",
    "MRR k€": "month k EUR",
    "MRR (K$)": "month k USD",
    "MRR €k": "month k EUR",
    "MRR (€000)": "month k EUR",
    "MRR keur": "month k EUR",
    "MRR (kEUR)": "month k EUR",
    "MRR KEUR": "month k EUR",
    "mrr_keur": "month k EUR",
    "ARR USDk": "year k USD",
    "ARR k USD": "year k USD",
    "ARR EUR k": "year k EUR",
    "TCV (k€)": "term k EUR",
    "Annual amount in k£": "year k GBP",
    "ARR (kBRL)": "year k BRL",
    "ARR k MAD": "year k MAD",
    "arr (kmad)": "year",
    "ARR (M AUD)": "year million AUD",
    "ARR (AUDk)": "year k AUD",
    "ARR (M€)": "year million EUR",
    "ARR in millions": "year million",
    "Amount in cents": "cents",
    "amount_cents": "cents",
    "Montant en centimes": "cents",
    "MRR pence": "month cents",
    "Amount in minor units": "cents",
    "MRR (minor units)": "month cents",
    "mrr_minor_units": "month cents",
    "Amount (minor currency units)": "cents",
    "Montant en unités mineures": "cents",
    "MRR (USD)": "month USD",
    "USD MRR": "month USD",
    "MRR in USD": "month USD",
    "mrr_usd": "month USD",
    "mrr_brl": "month BRL",
    "amount_gbp": "GBP",
    "arr (chf)": "year CHF",
    "MRR £": "month GBP",
    "MRR (US$)": "month USD",
    "MRR (C$)": "month CAD",
    "MRR in Swiss francs": "month CHF",
    "Montant en dollars": "USD",
}

# The heading of a period with a unit, the period in it, and the unit.
PERIODS_WITH_UNITS = {
    "Aug 2024 (k€)": ("Aug 2024", "k EUR"),
    "2024-08 USD": ("2024-08", "USD"),
    "Aug-24 k€": ("Aug-24", "k EUR"),
    "2024-08 k": ("2024-08", "k"),
    "août 2024 en milliers d'euros": ("août 2024", "k EUR"),
    "2024-08 MRR (cents)": ("2024-08 MRR", "month cents"),
    "08/2024 MRR k€": ("08/2024", "month k EUR"),
    "MRR (USD) Aug 2024": ("MRR Aug 2024", "month USD"),
    "Q3 2024 (k€)": ("Q3 2024", "k EUR"),
    "Aug 2024 (ARR)": ("Aug 2024", "year"),
}

# A text above the headings or the title of a tab, and its unit.
TITLES = {
    "MRR": "month",
    "MRR 2025": "month",
    "ARR by customer": "year",
    "ARR par client – k€": "year k EUR",
    "ACV of all contracts": "year",
    "Annual revenue by customer": "year",
    "Revenu annuel par client": "year",
    "Montants par an, en milliers": "year k",
    "Amounts per year": "year",
    "Prices are yearly": "year",
    "Total contract value by customer": "term",
    "Montant total des contrats": "term",
    "Revenue in k€": "k EUR",
    "Revenue (keur)": "k EUR",
    "All amounts in thousands": "k",
    "Amounts in thousands of euros": "k EUR",
    "Chiffres en milliers d'euros": "k EUR",
    "MRR '000": "month k",
    "MRR (USD '000)": "month k USD",
    "In millions": "million",
    "Amounts in cents": "cents",
    "Montants en centimes": "cents",
    "Revenue in minor units": "cents",
    "MRR (USD)": "month USD",
    "MRR, USD": "month USD",
    "MRR (usd)": "month USD",
    "MRR in US dollars": "month USD",
    "All figures in GBP": "GBP",
    "Revenus en francs suisses": "CHF",
    "Revenue (£)": "GBP",
}

# Words that look like a unit and are names of customers, of columns and of documents.
NO_UNITS = [
    *("Market", "Marketing", "Kim", "Kim & Co", "Park", "Parks and Ranges", "K-Tel", "K2", "Mark", "Kit", "Kent"),
    *("Arrow", "Arrears", "Marr", "Tarr", "Barr", "Macro", "Acvilla", "Paran", "Peran", "Parana", "Pan", "Paris"),
    *("Annuaire", "Annulé", "Annika", "Yearn", "Anniversary", "Year", "Année", "Millier & fils", "Mille", "Centre"),
    *("Vincent", "Centime & Co SA", "Recent", "Percent", "Minor", "Minority", "Minor Hotels", "Mo", "Emma", "M", "Ron"),
    *("Annual report", "Annual plans", "Yearly review", "Bilan annuel", "Contrats annuels", "Monthly meeting"),
    *("24k gold", "10 k run", "5K customers", "5 k€ and more", "Customers over $1,000", "Top 100", "000", "2000s"),
    *("Thousand Oaks", "Million Dollar Baby", "50 Cent", "Sterling Cooper", "Euro Disney", "Dollar General"),
    *("Series K", "Tier K", "TRY", "ALL", "TOP", "CUP", "Usd", "try it", "made in pen", "Cop", "MAD Agency"),
    *("mars 2025", "Mars", "Kron", "Kars", "Maud", "Murk", "Sark", "Incent Ltd", "Mils"),
]

# Headings that have words of a unit and are no amounts of accounts.
OTHER_HEADINGS = [
    *(
        "Churned ARR",
        "ARR growth",
        "Annual review",
        "Market",
        "Park",
        "Kim",
        "K-Tel",
        "Employees (k)",
        "Amount Kim",
        "Amount Paran",
    ),
    *("Renewal year", "Yearly visits", "Minor", "Percent", "Cents per call", "Année", "Currency", "Total"),
]

# A number format, and the currency mark, literal text and scaling commas of its numbers.
FORMATS = {
    "[$£-809]#,##0.00": ("£", "", 0),
    "[$$-409]#,##0.00": ("USD", "", 0),
    "[$$-1009]#,##0": ("CAD", "", 0),
    "[$$-en-US]#,##0.00": ("USD", "", 0),
    "[$£-en-GB]#,##0": ("£", "", 0),
    "[$€-x-euro2] #,##0": ("€", "", 0),
    "#,##0 [$kr-sv-SE]": ("SEK", "", 0),
    "#,##0\\ [$kr.-406]": ("DKK", "", 0),
    "[$¥-804]#,##0": ("CNY", "", 0),
    "[$¥-411]#,##0": ("JPY", "", 0),
    "[$$-40C]#,##0": ("$", "", 0),
    "[$-en-US]#,##0": ("", "", 0),
    "[$₺-tr-TR]#,##0": ("₺", "", 0),
    '#,##0 "Kč"': ("Kč", "Kč", 0),
    "[$€-40C] #,##0": ("€", "", 0),
    "[$CHF] #,##0": ("CHF", "", 0),
    "#,##0.00 €": ("€", "", 0),
    '#,##0.00\\ "€"': ("€", "€", 0),
    '#,##0" USD"': ("USD", "USD", 0),
    '#,##0" k€"': ("€", "k€", 0),
    '#,##0.0,"k"': ("", "k", 1),
    '0.0,,"M$"': ("$", "M$", 2),
    '#,##0" / yr"': ("", "/ yr", 0),
    '#,##0_);[Red]"($"#,##0)': ("", "", 0),
    "#,##0": ("", "", 0),
}


def spell_unit(words: UnitWords) -> str:
    """Return a unit as the tables above have it."""
    periods = sorted(PERIODS[period] for period in words.periods)
    scales = sorted(SCALES[scale] for scale in words.scales)
    return " ".join([*periods, *scales, *sorted(words.currencies)])


@pytest.mark.parametrize(("heading", "unit"), HEADINGS.items())
def test_a_heading_of_amounts_states_its_unit(heading: str, unit: str) -> None:
    assert spell_unit(read_unit_words(heading, is_heading=True)) == unit
    assert name_amount_heading(heading)


@pytest.mark.parametrize(("heading", "meaning"), PERIODS_WITH_UNITS.items())
def test_the_heading_of_a_period_may_have_a_unit(heading: str, meaning: tuple[str, str]) -> None:
    period, unit = meaning
    assert split_period_unit(heading)[0] == period
    assert spell_unit(read_unit_words(heading, is_heading=True)) == unit


@pytest.mark.parametrize("heading", ["Aug 2024 seats", "2024-08 Budget", "Aug 2024 (billed)", "2024-08", "Plan 500 k€"])
def test_other_words_of_a_heading_are_no_unit_of_its_period(heading: str) -> None:
    assert split_period_unit(heading) == (heading, "")


@pytest.mark.parametrize(("title", "unit"), TITLES.items())
def test_a_title_states_the_unit_of_the_amounts(title: str, unit: str) -> None:
    assert spell_unit(read_unit_words(title, is_heading=False)) == unit


@pytest.mark.parametrize("text", NO_UNITS)
def test_a_name_is_no_unit(text: str) -> None:
    assert read_unit_words(text, is_heading=False) == UnitWords()
    assert name_amount_heading(text) == ""


@pytest.mark.parametrize("heading", ["\u0394 MRR", "\u2206 MRR", "+/- MRR", "MRR \u00b1", "Mouvement de MRR"])
def test_a_heading_of_changes_is_no_level(heading: str) -> None:
    assert name_amount_heading(heading) == "change"


@pytest.mark.parametrize("heading", OTHER_HEADINGS)
def test_a_heading_of_something_else_is_no_amount(heading: str) -> None:
    assert name_amount_heading(heading) == ""


@pytest.mark.parametrize(("code", "literals"), FORMATS.items())
def test_the_mark_and_the_text_of_a_number_format(code: str, literals: tuple[str, str, int]) -> None:
    assert read_format_literals(code) == literals
