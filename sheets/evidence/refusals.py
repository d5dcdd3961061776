"""Tabs about revenue or customers from which retention cannot be computed: each is named, and a tab that would do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import N_
from sheets.cells.amount_kinds import read_amount_kind
from sheets.cells.dates import read_month
from sheets.cells.text import LocaleFormat, fold_cell, is_blank, read_account_id
from sheets.evidence.layout_evidence import AMOUNT_KEYS, CUSTOMER_KEYS, MEASURE_KEYS, TabView, find_dated_amounts
from sheets.evidence.leaving_flags import names_leavers
from sheets.evidence.segment_names import are_group_names
from sheets.headers.header_row import HeaderRow
from sheets.headers.header_search import find_header_rows
from sheets.headers.title_years import find_bare_months
from sheets.shapes.fiscal_periods import has_fiscal_periods
from sheets.shapes.planned_tabs import list_title_lines
from sheets.shapes.turned_tabs import turn_tab
from sheets.shapes.year_columns import has_bare_months
from sheets.workbook.port import Cell, Grid


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind of tab that is not read.

    Attributes:
        name: its short name.
        problem: a template of what the tab is, and why retention cannot come from it; {tab} is its title.
        fix: the tab that would do.
        holds_revenue: True if someone may have meant it as the revenue tab.

    """

    name: str
    problem: str
    fix: str
    holds_revenue: bool = True


_WHICH_TAB = N_(
    "Add a tab with a row for each customer and a column for each month, or a row for each subscription with its "
    "start, end and amount."
)
WATERFALL = Refusal(
    "waterfall",
    N_(
        "The tab “{tab}” is a waterfall: new, expansion and churned MRR of the whole company. It has no customers, so "
        "retention cannot be computed from it."
    ),
    _WHICH_TAB,
)
KPI_TABLE = Refusal(
    "KPI table",
    N_(
        "The tab “{tab}” is a table of KPIs of the whole company. It has no customers, so retention cannot be computed "
        "from it."
    ),
    _WHICH_TAB,
)
COHORTS = Refusal(
    "cohort triangle",
    N_(
        "The tab “{tab}” is a cohort triangle: one row for all customers that began together. It has no single "
        "customers, so retention cannot be computed from it."
    ),
    _WHICH_TAB,
)
SEGMENTS = Refusal(
    "table of segments",
    N_(
        "The tab “{tab}” has revenue by segment, such as sizes, regions or plans. It has no single customers, so "
        "retention cannot be computed from it."
    ),
    _WHICH_TAB,
)
CONTACTS = Refusal(
    "contacts",
    N_("The tab “{tab}” is a list of contacts: its rows are people, not customers. It is not read."),
    N_("Add a tab Customers with one row for each customer."),
    holds_revenue=False,
)
DATED_AMOUNTS = Refusal(
    "dated amounts",
    N_(
        "The tab “{tab}” is a list of dated amounts, such as payments. Nothing in it says whether they are changes of "
        "MRR, the MRR of a month, or amounts billed, so it is not read."
    ),
    N_(
        "Give the amounts the heading Change if they are changes of MRR, give the dates the heading Month if they are "
        "the MRR of that month, or add a column Invoice no if they are invoices."
    ),
)
MONTHS_WITHOUT_YEAR = Refusal(
    "months without a year",
    N_("The months of the tab “{tab}” have no year, so it is not read."),
    N_("Write the year into its months, such as “Jan 2025”, or into the title of the tab, or add a column Year."),
)

PAYMENTS = Refusal(
    "payments",
    N_(
        "The tab “{tab}” is a list of payments: what was paid and when, not for which period. A year that is paid at "
        "once is no MRR of one month, so it is not read."
    ),
    N_(
        "Export the subscriptions with start, end and price, or the invoices with their periods, from the tool that "
        "took the payments. If each payment is for as many months, give the columns the headings Invoice no, Customer, "
        "Date and Amount, and write the months into the config: workbook.invoice_months = 1."
    ),
)
FISCAL_PERIODS = Refusal(
    "fiscal periods",
    N_("The periods of the tab “{tab}” are parts of fiscal years, and nothing says in which month these start."),
    N_(
        "Say it in a line above the headings, such as “Fiscal year starts in July”, or in the config: "
        "company.fiscal_year_starts = 7. Where it starts in January, write the headings without FY."
    ),
)
PLAN = Refusal(
    "plan",
    N_(
        "The tab “{tab}” is a plan, such as a budget, a forecast or a pipeline. Its amounts are not revenue, so it is "
        "not read."
    ),
    N_(
        "Which tab has the actual amounts? Add it, or name this one in the config if it has them: "
        'workbook.revenue_tab = "{tab}".'
    ),
)

BILLED = Refusal(
    "amounts billed",
    N_("The tab “{tab}” has amounts billed or paid, not MRR: a year that is paid at once is no MRR of one month."),
    N_(
        "Add a tab with the MRR of each month, or a list of invoices with their periods. If each amount here is the "
        'MRR of its month, say so in the config: workbook.unit = "MRR".'
    ),
)
CHANGES = Refusal(
    "changes by month",
    N_("The tab “{tab}” has the changes of MRR in each month, not the MRR itself, so it is not read."),
    N_(
        "Add a tab with the MRR of each month, or a row for each change with the columns Customer, Date and Change. If "
        'each amount here is the MRR of its month, say so in the config: workbook.unit = "MRR".'
    ),
)

LEAVERS = Refusal(
    "customers that left",
    N_(
        "The tab “{tab}” says which customers have left, but not when. What was paid in a month of the past is "
        "unknown, so retention cannot be computed from it."
    ),
    N_("Add a column Churn date with the day on which each of them left, and a column Start date."),
)

# Fewer headings may be other words, such as May and Mars.
_BARE_MONTHS = 3
# The rows or headings of a waterfall, folded, without MRR and ARR: word -> its part of the waterfall.
_WATERFALL_WORDS: Mapping[str, str] = {
    word: part
    for part, words in {
        "opening": "opening,starting,beginning,start,begin,bop,opening balance,ouverture,debut,initial,solde initial",
        "new": "new,new business,new logo,new logos,new customers,nouveau,nouveaux,nouveaux clients,nouvelle",
        "expansion": "expansion,upsell,upgrade,upgrades,upsells,cross sell,montee en gamme,hausse",
        "contraction": "contraction,downgrade,downgrades,downsell,baisse",
        "churn": "churn,churned,lost,cancellations,attrition,resiliation,resiliations,perte,pertes,perdu",
        "reactivation": "reactivation,reactivated,reactivations,winback",
        "closing": "closing,ending,end,eop,closing balance,cloture,fin,final,solde final",
        "net new": "net new,net change,variation nette",
    }.items()
    for word in words.split(",")
}
_UNIT_WORDS = re.compile(r"\b(?:mrr|arr|revenue|revenus?|of|de|du|la|le|total)\b")
_KPI_WORDS = frozenset(
    {
        *("mrr", "arr", "nrr", "grr", "ndr", "gdr", "arpa", "arpu", "ltv", "cac", "cltv", "acv", "clv"),
        *("churn", "churn rate", "revenue churn", "customer churn", "logo churn", "mrr churn", "net mrr churn"),
        *("gross mrr churn", "net churn", "gross churn", "net revenue retention", "gross revenue retention"),
        *("retention", "logo retention", "net new mrr", "new mrr", "customers", "active customers", "new customers"),
        *("number of customers", "quick ratio", "ltv cac", "cac payback", "nps", "total mrr", "total customers"),
        *("taux de churn", "taux d attrition", "attrition", "retention nette", "retention brute", "clients"),
        *("clients actifs", "nombre de clients", "nouveaux clients", "mrr total", "nouveau mrr"),
    }
)
# Only a list of payments has a column with one of these headings.
_PAYMENT_HEADINGS = frozenset(
    {
        *("method", "payment method", "payment type", "paid by", "moyen de paiement", "mode de paiement"),
        *("mode de reglement", "moyen de reglement"),
    }
)
# With one of these and a day of payment, too, where it has amounts and no other layout.
_FEE_HEADINGS = frozenset(
    {
        *("fee", "fees", "stripe fee", "amount refunded", "refunded", "refunded amount", "transaction id", "charge id"),
        *("payment id", "card brand", "card", "payout", "frais", "commission", "montant rembourse", "id transaction"),
    }
)
_PAID_ON = re.compile(
    r"(?:created|paid|payment|transaction|charge|processed)(?: date| at| on)?(?: utc)?|date(?: time)?(?: utc)?"
    r"|date (?:de |du )?(?:paiement|reglement|encaissement|transaction)|(?:paye|regle|encaisse)e? le"
)
_AGE = re.compile(r"(?:month|months|mois|m|quarter|trimestre|q|t|period|periode|year|annee)? ?\+?(\d{1,2})", re.ASCII)
_QUARTER = re.compile(r"[qt][1-4] ?\d{2,4}|\d{4} ?[qt][1-4]|\d{4}", re.ASCII)
_CONTACT_TITLES = frozenset({"contacts", "contact", "contact list", "people", "contacts clients", "personnes"})
_PERSON_HEADINGS: Mapping[str, str] = {
    word: kind
    for kind, words in {
        "email": "email,e mail,mail,courriel,email address,adresse e mail,adresse email,contact email",
        "phone": "phone,telephone,tel,mobile,portable,phone number,numero de telephone,mobile phone",
        "job": "job title,job,role,fonction,poste,position,intitule de poste",
        "person": "first name,last name,prenom,nom de famille,contact,contact name,nom du contact,surname",
    }.items()
    for word in words.split(",")
}


def find_tab_refusal(grid: Grid, meanings: Mapping[str, str]) -> Refusal | None:
    """Return the kind of a tab of no known layout; None if it is none of these.

    Args:
        grid: the tab.
        meanings: the configured meanings of headings.

    """
    if grid.tab.is_bot_tab:
        return None
    headers = list(find_header_rows(grid, meanings))
    refusal = find_refusal(grid, headers, is_head=False)
    if refusal:
        return refusal
    turned = turn_tab(grid)
    if turned and are_group_names(turned.customers):
        return SEGMENTS
    if any(names_leavers(TabView(view, header)) for view, header in headers):
        return LEAVERS
    if any(is_payments(header) for _, header in headers):
        return PAYMENTS
    has_dated_amounts = any(find_dated_amounts(TabView(view, header)) for view, header in headers)
    return DATED_AMOUNTS if has_dated_amounts else None


def find_refusal(grid: Grid, headers: Sequence[tuple[Grid, HeaderRow]], *, is_head: bool) -> Refusal | None:
    """Return the kind of a tab that must not be read as a layout that it looks like; None for all others.

    Args:
        grid: the tab, or its first rows.
        headers: its possible header rows, the likeliest first.
        is_head: True if `grid` has only the first rows.

    """
    if not headers:
        return None
    view, header = headers[0]
    if _is_contacts(TabView(view, header, is_head=is_head)):
        return CONTACTS
    if has_fiscal_periods(grid):
        return FISCAL_PERIODS
    if not header.read_months(LocaleFormat()) and len(set(find_bare_months(header.cells).values())) >= _BARE_MONTHS:
        return MONTHS_WITHOUT_YEAR
    has_dates = bool(header.keys & {"start", "date", "period_start"} or header.read_months(LocaleFormat()))
    lacks_years = not is_head and not has_dates and has_bare_months(grid)
    if any("account_id" in header.keys for _, header in headers):
        return MONTHS_WITHOUT_YEAR if lacks_years else None
    labels = _list_labels(grid)
    if _is_waterfall(headers, labels):
        return WATERFALL
    if any(_is_cohort_header(header) for _, header in headers) and _count_periods(labels) >= 2:
        return COHORTS
    if _is_kpi_table(headers, labels):
        return KPI_TABLE
    if any(_has_segment_rows(view, header) for view, header in headers):
        return SEGMENTS
    return MONTHS_WITHOUT_YEAR if lacks_years else None


def find_amounts_refusal(grid: Grid, header: HeaderRow) -> Refusal | None:
    """Return the kind of a tab that has the layout of MRR by month and other amounts; None if nothing says so.

    Args:
        grid: the tab.
        header: its header row.

    """
    months = header.read_months(LocaleFormat())
    kinds = {read_amount_kind(text) for text in (grid.tab.title, *list_title_lines(grid, header))}
    kinds |= {read_amount_kind(header.heading(column)) for column in months}
    if "change" in kinds and months:
        return CHANGES
    # An Amount takes the place of a missing MRR.
    measures = {header.columns[key] for key in MEASURE_KEYS if key in header.keys} - {header.columns.get("amount")}
    if "recurring" in kinds or measures:
        return None
    has_method = not months and any(
        fold_cell(cell) in _PAYMENT_HEADINGS for cell in header.cells if isinstance(cell, str)
    )
    return BILLED if "billed" in kinds or has_method else None


def is_payments(header: HeaderRow) -> bool:
    """Tell whether a tab of no known layout is a list of payments: amounts, a day of payment, and a fee or method."""
    words = [fold_cell(cell) if isinstance(cell, str) else "" for cell in header.cells]
    has_mark = not (_PAYMENT_HEADINGS | _FEE_HEADINGS).isdisjoint(words)
    return "amount" in header.keys and has_mark and any(map(_PAID_ON.fullmatch, words))


def _is_contacts(view: TabView) -> bool:
    header = view.header
    kinds = {_PERSON_HEADINGS.get(fold_cell(cell), "") for cell in header.cells if isinstance(cell, str)} - {""}
    keys = header.keys
    if not kinds or not keys & {"account_id", "name"}:
        return False
    if header.read_months(LocaleFormat()) or keys & {*AMOUNT_KEYS, "start", "month", "date"}:
        return False
    if fold_cell(view.grid.tab.title) in _CONTACT_TITLES:
        return True
    if "account_id" not in keys:
        return False
    if kinds & {"job", "person"} and len(kinds) > 1 and not keys & (CUSTOMER_KEYS - {"name"}):
        return True
    ids = [account for cell in view.cells_under("account_id") if (account := read_account_id(cell))]
    return "valid_from" not in keys and len(set(ids)) < len(ids)


def _list_labels(grid: Grid) -> list[Cell]:
    """Return the first text, number or date of each row."""
    return [next((cell for cell in row if not is_blank(cell)), None) for row in grid.rows]


def find_waterfall_parts(cells: Sequence[Cell]) -> list[str]:
    """Return the part of a waterfall that each text names, empty for none."""
    words = [" ".join(_UNIT_WORDS.sub(" ", fold_cell(cell)).split()) for cell in cells if isinstance(cell, str)]
    return [_WATERFALL_WORDS.get(word, "") for word in words]


def _is_waterfall(headers: Sequence[tuple[Grid, HeaderRow]], labels: Sequence[Cell]) -> bool:
    """Tell whether rows or headings name at least three parts of a waterfall, and months are across or down."""
    parts = find_waterfall_parts(labels)
    has_months = any(len(header.read_months(LocaleFormat())) >= 2 for _, header in headers)
    if has_months and _has_parts(parts) and 5 * sum(map(bool, parts)) >= 2 * len(parts):
        return True
    return _count_periods(labels) >= 2 and any(_has_parts(find_waterfall_parts(header.cells)) for _, header in headers)


def _has_parts(parts: Sequence[str]) -> bool:
    named = set(parts) - {""}
    return len(named) >= 3 and bool(named & {"churn", "contraction"})


def _is_kpi_table(headers: Sequence[tuple[Grid, HeaderRow]], labels: Sequence[Cell]) -> bool:
    """Tell whether rows or headings name at least two KPIs, one other than MRR, and months are across or down."""
    named = {fold_cell(cell) for cell in labels if isinstance(cell, str)} & _KPI_WORDS
    if len(named) >= 2 and any(len(header.read_months(LocaleFormat())) >= 2 for _, header in headers):
        return True
    if _count_periods(labels) < 2:
        return False
    for _, header in headers:
        in_headings = {fold_cell(cell) for cell in header.cells if isinstance(cell, str)} & _KPI_WORDS
        if len(in_headings) >= 2:
            return True
    return False


def _has_segment_rows(view: Grid, header: HeaderRow) -> bool:
    """Tell whether months are across and every row is a group of customers."""
    labels = _list_labels(replace(view, rows=view.rows[header.row + 1 :]))
    names = [label for label in labels if not is_blank(label)]
    return len(header.read_months(LocaleFormat())) >= 2 and are_group_names(names)


def _is_cohort_header(header: HeaderRow) -> bool:
    """Tell whether a row heads the age of cohorts: 0, 1, 2 or Month 1, Month 2, Month 3."""
    ages = []
    for cell in header.cells:
        match = _AGE.fullmatch(fold_cell(cell)) if isinstance(cell, (str, int)) and not isinstance(cell, bool) else None
        if match:
            ages.append(int(match[1]))
    return len(ages) >= 3 and ages[0] in (0, 1) and ages == list(range(ages[0], ages[0] + len(ages)))


def _count_periods(labels: Sequence[Cell]) -> int:
    """Return the number of labels that are months, quarters or days."""
    return sum(
        read_month(label, LocaleFormat()) is not None or _is_quarter(label) for label in labels if not is_blank(label)
    )


def _is_quarter(label: Cell) -> bool:
    return (
        isinstance(label, str)
        and re.fullmatch(r"(?:[qt][1-4] ?\d{2,4}|\d{4} ?[qt][1-4]|\d{4})", fold_cell(label)) is not None
    )
