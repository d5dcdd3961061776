"""Exports of billing, analytics and CRM tools, recognised by their exact headings. One table; a new export is a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from core.errors import N_
from sheets.cells.billing_intervals import read_interval
from sheets.cells.numbers import read_number
from sheets.cells.statuses import SUBSCRIPTION_STATUSES, StatusWords
from sheets.cells.text import LocaleFormat, fold_cell, is_blank
from sheets.cells.units import AmountUnit
from sheets.headers.header_row import HeaderRow, read_header_row
from sheets.headers.headings import HEADINGS
from sheets.tabs.read_options import LineRules
from sheets.workbook.port import Cell, Grid

Cells = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class AmountRule:
    """How a tool's column of amounts becomes the amounts of the lines.

    Attributes:
        headings: the headings that it needs.
        compute: returns the amount of a row from the row's cells by heading.
        statement: a template of what was done; {amount} is the heading of the amounts.
        missing: a template of the doubt where one of the headings is missing; empty for no doubt.

    """

    headings: tuple[str, ...]
    compute: Callable[[Cells], Cell]
    statement: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """An export of a tool.

    Attributes:
        tool: the tool's name.
        name: the export's name in the tool.
        source: where its headings are documented.
        layout: the name of its layout.
        required: the headings that together identify it; an alternative is written after a bar. Others are allowed.
        columns: key of HEADINGS -> its headings, of which the first that is there counts.
        amounts: heading -> the unit of the amounts below it, best first; None where the tool lets people choose.
        has_months: True if further headings are months.
        rules: how its lines are read.
        is_unit_sure: False if the tool's documentation leaves the scale of the amounts open.
        amount_rules: heading of amounts -> how they become those of the lines.

    """

    tool: str
    name: str
    source: str
    layout: str
    required: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    amounts: Mapping[str, AmountUnit | None] = field(default_factory=dict)
    has_months: bool = False
    rules: LineRules = field(default_factory=LineRules)
    is_unit_sure: bool = True
    amount_rules: Mapping[str, AmountRule] = field(default_factory=dict)


def _price_ended_line(cells: Cells) -> Cell:
    """Return the MRR of a line of Chargebee, which writes 0 once it has ended: its price by its billing period."""
    mrr = cells["subscriptions.mrr"]
    price, quantity, count = (
        read_number(cells[heading], LocaleFormat())
        for heading in (
            "subscriptions.plan_unit_price",
            "subscriptions.plan_quantity",
            "subscriptions.billing_period",
        )
    )
    unit = read_interval(cells["subscriptions.billing_period_unit"])
    has_ended = not is_blank(cells["subscriptions.cancelled_at"]) and read_number(mrr, LocaleFormat()) == 0
    if not has_ended or not isinstance(unit, Fraction):
        return mrr
    if not (isinstance(price, Decimal) and isinstance(quantity, Decimal) and isinstance(count, Decimal)) or count <= 0:
        return mrr
    return float(Fraction(price) * Fraction(quantity) / (Fraction(count) * unit))


def _subtract_tax(cells: Cells) -> Cell:
    """Return the total of an invoice without tax."""
    total, tax = (read_number(cells[heading], LocaleFormat()) for heading in ("Total", "Tax"))
    if isinstance(total, Decimal) and (tax is None or isinstance(tax, Decimal)):
        return float(total - (tax or 0))
    return f"{cells['Total']} - {cells['Tax']}"


_CENT = Fraction(1, 100)
_MONTHLY, _YEARLY, _TERM = AmountUnit(months=Fraction(1)), AmountUnit(months=Fraction(12)), AmountUnit(is_term=True)
# An amount for one interval, which a column names.
_PER_INTERVAL = AmountUnit()
_CENTS_PER_INTERVAL = AmountUnit(scale=_CENT)
_MRR_IN_CENTS = AmountUnit(months=Fraction(1), scale=_CENT)

# The tools give the moment of the end: on that day the line is over.
_ENDED_AT = LineRules(end_date="first_day_after")
# A canceled subscription of Recurly runs until it expires.
_RECURLY = LineRules(
    end_date="first_day_after",
    statuses=StatusWords({**SUBSCRIPTION_STATUSES.words, "canceled": "paying", "failed": "left"}),
)
_CHARGEBEE = LineRules(
    end_date="first_day_after",
    statuses=StatusWords({**SUBSCRIPTION_STATUSES.words, "non renewing": "paying", "transferred": "left"}),
)
# Deals that are not won have no MRR; a contract ends with its term.
_WON = LineRules(
    statuses=StatusWords(
        {"closed won": "paying", "closedwon": "paying", "won": "paying", "fermee gagnee": "paying", "gagne": "paying"},
        others="free",
    ),
    ends_with_term=True,
)
_PROFITWELL = LineRules(
    statuses=StatusWords(
        {
            **SUBSCRIPTION_STATUSES.words,
            **dict.fromkeys(("churned voluntary", "churned delinquent", "churn", "churn delinquent"), "left"),
        }
    )
)

EXPORTS: tuple[Export, ...] = (
    Export(
        tool="Stripe",
        name="subscriptions",
        source="Stripe Dashboard: Billing, Subscriptions, Export (all columns, or the default ones)",
        layout="Subscriptions",
        required=("id", "Customer ID", "Plan", "Interval", "Amount", "Status", "Created (UTC)"),
        columns={
            "account_id": ("Customer ID",),
            "name": ("Customer Name", "Customer Description", "Customer Email"),
            "start": ("Start Date (UTC)", "Start (UTC)", "Created (UTC)"),
            "end": ("Ended At (UTC)",),
            "canceled_at": ("Canceled At (UTC)",),
            "status": ("Status",),
            "interval": ("Interval",),
            "interval_count": ("Interval Count",),
            "quantity": ("Quantity",),
            "currency": ("Currency",),
            "plan": ("Plan",),
        },
        amounts={"Amount": _PER_INTERVAL},
        rules=_ENDED_AT,
    ),
    Export(
        tool="Stripe",
        name="MRR per subscriber per month",
        source="https://docs.stripe.com/billing/subscriptions/analytics (Downloadable reports)",
        layout="MRR wide",
        required=("Customer ID", "Customer Email|Email", "Currency"),
        columns={
            "account_id": ("Customer ID",),
            "name": ("Customer", "Customer Name", "Customer Email", "Email"),
            "currency": ("Currency",),
        },
        has_months=True,
    ),
    Export(
        tool="Stripe",
        name="invoices",
        source="Stripe Dashboard: Billing, Invoices, Export (all columns, or the default ones)",
        layout="Invoices",
        required=(
            *("id", "Customer|Customer ID", "Number", "Amount Due", "Subtotal", "Total", "Currency"),
            "Date (UTC)|Created (UTC)|Finalized At (UTC)",
        ),
        columns={
            "account_id": ("Customer", "Customer ID"),
            "name": ("Customer Name", "Customer Email"),
            "invoice": ("Number",),
            "date": ("Date (UTC)", "Created (UTC)", "Finalized At (UTC)"),
            "period_start": ("Minimum Line Item Period Start (UTC)",),
            "period_end": ("Maximum Line Item Period End (UTC)",),
            "status": ("Status",),
            "currency": ("Currency",),
        },
        amounts={"Total Excluding Tax": _PER_INTERVAL, "Total": _PER_INTERVAL},
        amount_rules={
            "Total": AmountRule(
                ("Total", "Tax"),
                _subtract_tax,
                N_("Each amount is “{amount}” without “Tax”."),
                N_("No column says how much tax is in “{amount}”, which is read as if there were none."),
            )
        },
    ),
    Export(
        tool="Chargebee",
        name="subscriptions",
        source="https://www.chargebee.com/docs/billing/2.0/reports-and-analytics/standard-subscriptions",
        layout="Subscriptions",
        required=("Subscription Id", "Customer Id", "Status|Subscription Status", "MRR", "Cancelled At|Canceled On"),
        columns={
            "account_id": ("Customer Id",),
            "name": ("Company", "Customer Company", "Customer Email"),
            "start": ("Activated At", "Started At", "Activated On", "Started On", "Start Date", "Created At"),
            "end": ("Cancelled At", "Canceled On"),
            "status": ("Status", "Subscription Status"),
            "currency": ("Currency", "Currency Code"),
            "plan": ("Plan", "Plan Id", "Current Plan", "Item Price Id"),
        },
        amounts={"MRR": _MONTHLY},
        rules=_CHARGEBEE,
    ),
    Export(
        tool="Chargebee",
        name="subscriptions of the API",
        source="https://datacatalog.chargebee.com/subscriptions (mrr is in cents, as all amounts of the API)",
        layout="Subscriptions",
        required=("id", "customer_id", "status", "mrr", "cancelled_at", "current_term_start|activated_at"),
        columns={
            "account_id": ("customer_id",),
            "start": ("activated_at", "started_at", "created_at"),
            "end": ("cancelled_at",),
            "status": ("status",),
            "currency": ("currency_code",),
            "plan": ("plan_id",),
        },
        amounts={"mrr": _MRR_IN_CENTS},
        rules=_CHARGEBEE,
        is_unit_sure=False,
    ),
    Export(
        tool="Chargebee",
        name="subscriptions with the names of their tables",
        source="https://www.chargebee.com/docs/2.0/export-data.html (an amount is in the main unit of its currency)",
        layout="Subscriptions",
        required=("subscriptions.id", "customers.id", "subscriptions.status", "subscriptions.mrr"),
        columns={
            "account_id": ("customers.id",),
            "name": ("customers.company", "customers.email"),
            "start": ("subscriptions.activated_at", "subscriptions.started_at", "subscriptions.start_date"),
            "end": ("subscriptions.cancelled_at",),
            "status": ("subscriptions.status",),
            "currency": ("subscriptions.currency_code",),
            "plan": ("subscriptions.plan_id",),
        },
        amounts={"subscriptions.mrr": _MONTHLY},
        rules=_CHARGEBEE,
        amount_rules={
            "subscriptions.mrr": AmountRule(
                (
                    *("subscriptions.mrr", "subscriptions.plan_unit_price", "subscriptions.plan_quantity"),
                    *("subscriptions.billing_period", "subscriptions.billing_period_unit"),
                    "subscriptions.cancelled_at",
                ),
                _price_ended_line,
                N_(
                    "“{amount}” is 0 once a line has ended. Such a line counts with its unit price and quantity, by "
                    "its billing period, without discounts."
                ),
            )
        },
    ),
    Export(
        tool="Recurly",
        name="subscriptions",
        source="https://docs.recurly.com/docs/subscriptions-export",
        layout="Subscriptions",
        required=(
            *("account_code", "plan_code", "quantity", "state|status|subscription_state", "unit_amount"),
            *("activated_at", "expires_at", "plan_interval_unit|plan_interval|interval_unit"),
        ),
        columns={
            "account_id": ("account_code",),
            "name": ("account_company", "company", "account_email", "email"),
            "start": ("activated_at",),
            "end": ("expires_at",),
            "canceled_at": ("canceled_at",),
            "status": ("state", "status", "subscription_state"),
            "interval": ("plan_interval_unit", "plan_interval", "interval_unit"),
            "interval_count": ("plan_interval_length", "interval_length"),
            "quantity": ("quantity",),
            "currency": ("currency",),
            "plan": ("plan_name", "plan_code"),
        },
        amounts={"unit_amount": _PER_INTERVAL},
        rules=_RECURLY,
    ),
    Export(
        tool="ChartMogul",
        name="MRR movements",
        source="https://dev.chartmogul.com/docs/destinations/calculated-data/mrr-movements",
        layout="Movements",
        required=("DATE", "MRR_MOVEMENT", "MRR", "MOVEMENT_TYPE", "CUSTOMER_EXTERNAL_ID|CUSTOMER_UUID"),
        columns={
            "account_id": ("CUSTOMER_EXTERNAL_ID", "CUSTOMER_UUID"),
            "name": ("CUSTOMER_NAME",),
            "date": ("DATE",),
            "type": ("MOVEMENT_TYPE",),
            "currency": ("CURRENCY_CODE",),
        },
        amounts={"MRR_MOVEMENT": _MRR_IN_CENTS},
    ),
    Export(
        tool="Baremetrics",
        name="manual subscription import",
        source="https://help.baremetrics.com/article/53-manual-subscription-import-guide",
        layout="Subscriptions",
        required=("plan_amount", "plan_interval", "customer_oid", "subscription_oid", "subscription_started_at"),
        columns={
            "account_id": ("customer_oid",),
            "name": ("customer_name",),
            "start": ("subscription_started_at",),
            "end": ("subscription_canceled_at",),
            "interval": ("plan_interval",),
            "interval_count": ("plan_interval_count",),
            "quantity": ("subscription_quantity",),
            "currency": ("plan_currency",),
            "plan": ("plan_name",),
        },
        amounts={"plan_amount": _CENTS_PER_INTERVAL},
        rules=_ENDED_AT,
    ),
    Export(
        tool="ProfitWell",
        name="subscription history",
        source="https://profitwellapiv2.docs.apiary.io (value is in cents, for one plan_interval)",
        layout="Events",
        required=("plan_id", "plan_interval", "status", "value", "effective_date", "user_id|user_alias|email"),
        columns={
            "account_id": ("user_alias", "user_id", "email"),
            "name": ("email",),
            "date": ("effective_date",),
            "status": ("status",),
            "interval": ("plan_interval",),
            "product": ("subscription_alias", "subscription_id"),
            "currency": ("plan_currency",),
            "plan": ("plan_id",),
        },
        amounts={"value": _CENTS_PER_INTERVAL},
        rules=_PROFITWELL,
    ),
    Export(
        tool="HubSpot",
        name="deals",
        source="https://knowledge.hubspot.com/crm-deals/hubspots-default-deal-properties",
        layout="Subscriptions",
        required=("Deal Name", "Deal Stage", "Close Date", "Amount|Monthly recurring revenue|Total contract value"),
        columns={
            "account_id": (
                *("Associated Company IDs", "Associated Company ID", "Associated Company", "Company name", "Company"),
                *("Company Name", "Associated Companies"),
            ),
            "name": ("Associated Company", "Associated Companies", "Company name", "Company"),
            "start": ("Contract Start Date", "Start Date", "Service Start Date", "Close Date"),
            "end": ("Contract End Date", "End Date", "Service End Date"),
            "term": ("Contract Term (months)", "Term (months)", "Term", "Contract length"),
            "status": ("Deal Stage",),
            "currency": ("Currency", "Deal currency"),
            "owner": ("Deal owner",),
        },
        amounts={
            "Monthly recurring revenue": _MONTHLY,
            "Annual recurring revenue": _YEARLY,
            "Annual contract value": _YEARLY,
            "MRR": _MONTHLY,
            "ARR": _YEARLY,
            "ACV": _YEARLY,
            "Total contract value": _TERM,
            "TCV": _TERM,
            "Amount": None,
        },
        rules=_WON,
    ),
    Export(
        tool="Salesforce",
        name="opportunities",
        source="Salesforce report type Opportunities, standard field labels",
        layout="Subscriptions",
        required=("Opportunity Name", "Stage", "Close Date", "Account Name|Account ID", "Amount|ARR|ACV|MRR|TCV"),
        columns={
            "account_id": ("Account ID", "Account Name"),
            "name": ("Account Name",),
            "start": ("Contract Start Date", "Start Date", "Subscription Start Date", "Close Date"),
            "end": ("Contract End Date", "End Date", "Subscription End Date"),
            "term": ("Contract Term (months)", "Contract Term", "Term (months)", "Term", "Subscription Term"),
            "status": ("Stage",),
            "currency": ("Amount Currency", "Opportunity Currency", "Currency"),
            "owner": ("Opportunity Owner",),
            "industry": ("Industry",),
        },
        amounts={
            "MRR": _MONTHLY,
            "ARR": _YEARLY,
            "ACV": _YEARLY,
            "Annual Contract Value": _YEARLY,
            "TCV": _TERM,
            "Total Contract Value": _TERM,
            "Amount": None,
        },
        rules=_WON,
    ),
)

# Known headings that an export may have with another meaning than that of a line: they count only if its row says so.
_LINE_KEYS = frozenset(
    {
        *(
            "account_id",
            "name",
            "start",
            "end",
            "contract_end",
            "canceled_at",
            "interval",
            "interval_count",
            "quantity",
            "discount",
        ),
        *(
            "trial",
            "one_off",
            "month",
            "mrr",
            "date",
            "change",
            "type",
            "status",
            "term",
            "amount",
            "arr",
            "acv",
            "tcv",
        ),
        *("before", "after", "invoice", "period_start", "period_end", "service_period", "credit_note", "tcv"),
        *("product", "currency", "plan", "owner", "from"),
    }
)
_FLAGS = frozenset({"true", "false", "yes", "no", "vrai", "faux", "oui", "non"})
_AMOUNT_KEY_OF_LAYOUT = {"Events": "after"}


def find_export(header: HeaderRow) -> Export | None:
    """Return the export whose headings the header row has; None if there is no such export."""
    headings = {fold_cell(cell) for cell in header.cells if isinstance(cell, str)}
    for export in EXPORTS:
        has_all = all(headings & set(map(fold_cell, names.split("|"))) for names in export.required)
        if has_all and (not export.has_months or header.read_months(LocaleFormat())):
            return export
    return None


def read_export_header(
    export: Export, grid: Grid, header: HeaderRow, meanings: Mapping[str, str]
) -> tuple[HeaderRow, AmountUnit | None]:
    """Return the header row with the export's meanings, and the unit of its amounts; None if a person must say it.

    Args:
        export: the export.
        grid: the tab; of several columns of amounts, the first with a value counts.
        header: the header row as the table of headings reads it.
        meanings: the configured meanings of headings; they come before the export's.

    """
    column_of = {fold_cell(cell): column for column, cell in reversed(list(enumerate(header.cells))) if cell}
    columns: dict[str, int] = {}
    for key, names in export.columns.items():
        column = next((column_of[fold_cell(name)] for name in names if fold_cell(name) in column_of), None)
        if column is not None and (key == "name" or column not in columns.values()):
            columns[key] = column
    unit = _PER_INTERVAL if not export.amounts else None
    last_name = next((name for name in reversed(list(export.amounts)) if fold_cell(name) in column_of), "")
    for name, amount_unit in export.amounts.items():
        column = column_of.get(fold_cell(name))
        if column is not None and (name == last_name or _has_values(grid, header, column)):
            columns[_AMOUNT_KEY_OF_LAYOUT.get(export.layout, "amount")] = column
            unit = amount_unit
            break
    if columns.get("name") == columns["account_id"]:
        del columns["name"]
    configured = {
        key: column
        for key, column in read_header_row(header.row, header.cells, meanings).columns.items()
        if meanings.get(fold_cell(header.cells[column])) == key and key in HEADINGS
    }
    known = {key: column for key, column in header.columns.items() if key not in _LINE_KEYS}
    columns = {**known, **columns, **configured}
    used = set(columns.values())
    others = tuple(
        column
        for column in range(len(header.cells))
        if header.heading(column) and column not in used and not _holds_flags(grid, header, column)
    )
    return HeaderRow(header.row, header.cells, columns, {}, others), unit


def apply_amount_rule(export: Export, grid: Grid, header: HeaderRow) -> Grid:
    """Return the tab with the amounts of its lines, where the tool's column has something else.

    Args:
        export: the export.
        grid: the tab.
        header: the header row with the export's meanings.

    """
    rule = find_amount_rule(export, header)
    columns = {} if rule is None else _find_columns(header, rule.headings)
    if rule is None or len(columns) < len(rule.headings):
        return grid
    amount = header.columns["amount"]
    width, rows = max(columns.values()) + 1, list(grid.rows)
    for place in range(header.row + 1, len(rows)):
        cells = [*rows[place], *[None] * (width - len(rows[place]))]
        if not is_blank(cells[amount]):
            cells[amount] = rule.compute({heading: cells[column] for heading, column in columns.items()})
            rows[place] = cells
    return replace(grid, rows=rows)


def find_amount_rule(export: Export, header: HeaderRow) -> AmountRule | None:
    """Return how the export's amounts become those of its lines; None if they are those."""
    column = header.columns.get("amount")
    heading = "" if column is None else fold_cell(header.cells[column])
    return next((rule for name, rule in export.amount_rules.items() if fold_cell(name) == heading), None)


def describe_amounts(export: Export, header: HeaderRow) -> tuple[str, bool] | None:
    """Return a template of how the amounts became those of the lines, and whether it is a doubt; None if nothing."""
    rule = find_amount_rule(export, header)
    if rule is None:
        return None
    is_complete = len(_find_columns(header, rule.headings)) == len(rule.headings)
    template = rule.statement if is_complete else rule.missing
    return (template, not is_complete) if template else None


def _find_columns(header: HeaderRow, headings: tuple[str, ...]) -> dict[str, int]:
    """Return heading -> its column, for the headings that the header row has."""
    column_of = {fold_cell(cell): column for column, cell in reversed(list(enumerate(header.cells))) if cell}
    return {heading: column_of[fold_cell(heading)] for heading in headings if fold_cell(heading) in column_of}


def _holds_flags(grid: Grid, header: HeaderRow, column: int) -> bool:
    """Tell whether a column has nothing but yes and no: a setting of the tool, and no attribute of customers."""
    cells = [cell for cell in grid.list_cells(column, header.row + 1) if not is_blank(cell)]
    return bool(cells) and all(isinstance(cell, bool) or fold_cell(cell) in _FLAGS for cell in cells)


def _has_values(grid: Grid, header: HeaderRow, column: int) -> bool:
    return any(column < len(row) and not is_blank(row[column]) for row in grid.rows[header.row + 1 :])
