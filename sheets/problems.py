"""What can be wrong in a sheet: one literal table of codes, and a Problem that names the cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from string import Formatter
from typing import Any, Literal, Self

from core.errors import N_

Severity = Literal["error", "warning"]


SEVERITIES: Mapping[Severity, str] = {"error": N_("error"), "warning": N_("warning")}


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of problem.

    Attributes:
        severity: an `error` that touches an account's MRR quarantines the account; a `warning` leaves it in.
        expected: a template of what should stand there.
        mend: a template of what to do.

    """

    severity: Severity
    expected: str
    mend: str


CODES: Mapping[str, Code] = {
    # Amounts.
    "amount_unreadable": Code(
        "error",
        N_("an amount"),
        N_("Write a plain number such as 1250.50. Until then the account is left out of every figure."),
    ),
    "amount_separator": Code(
        "error",
        N_("an amount"),
        N_(
            "The sheet's locale is {locale}, where “{decimal}” stands before the decimals. Write {write}, or change "
            "the sheet's locale. Until then the account is left out of every figure."
        ),
    ),
    "amount_ambiguous": Code(
        "error",
        N_("an amount that reads in one way only"),
        N_("It can mean {one} or {other}. Write it as a number. Until then the account is left out of every figure."),
    ),
    "amount_negative": Code(
        "error",
        N_("an amount of 0 or more"),
        N_("MRR is never negative: enter credits as a lower amount. Until then the account is left out."),
    ),
    "amount_too_large": Code(
        "error",
        N_("an amount that can be real"),
        N_("It is too large to be added exactly: look for digits too many. Until then the account is left out."),
    ),
    # Currencies.
    "currency_mismatch": Code(
        "error",
        N_("an amount in {currency}"),
        N_("Write the number alone, or name its currency in a Currency column. Until then the account is left out."),
    ),
    "currency_unknown": Code(
        "error",
        N_("a currency"),
        N_("Use an ISO code such as EUR or USD. Until then the account is left out of every figure."),
    ),
    "fx_missing": Code(
        "error",
        N_("a currency with a rate for every month"),
        N_("The tab FX has no rate from {code} to {currency} for {months}. Until then the account is left out."),
    ),
    "currency_mixed": Code(
        "error",
        N_("{code}, as in {other}"),
        N_("The amounts of one account are in one currency. Convert them. Until then the account is left out."),
    ),
    # FX.
    "fx_month": Code("error", N_("a month, such as 2025-01"), N_("The rate is not read. Write the month as 2025-01.")),
    "fx_currency": Code("error", N_("a currency"), N_("The rate is not read. Use an ISO code such as USD.")),
    "fx_rate": Code(
        "error",
        N_("what one unit was worth in {currency}"),
        N_("The rate is not read. Write a plain number above 0, such as 0.92."),
    ),
    "fx_twice": Code(
        "error",
        N_("one rate for a month and currency"),
        N_("{other} says otherwise: neither is read. Keep one of them."),
    ),
    # Targets.
    "target_segment": Code(
        "warning", N_("a segment, or blank for the whole company"), N_("The target is not read. Segments: {known}.")
    ),
    "target_metric": Code("warning", N_("NRR or GRR"), N_("The target is not read. Write NRR or GRR.")),
    "target_unreadable": Code(
        "warning", N_("a percentage such as 110%"), N_("The target is not read. Write 110%, 110 or 1.1.")
    ),
    "target_twice": Code(
        "warning", N_("one target for a segment and metric"), N_("The first line is read, this one is not.")
    ),
    # Aliases.
    "alias_other": Code(
        "warning", N_("the ID of another account"), N_("The line is not read: the two count apart. Write the other ID.")
    ),
    "alias_from": Code(
        "warning", N_("a month or a date"), N_("The line is not read: the two count apart. Write it as 2025-01-31.")
    ),
    "alias_twice": Code(
        "warning",
        N_("an account that is the same as one other"),
        N_("Row {row} is read, this one is not. Keep one of them."),
    ),
    "alias_unknown": Code(
        "warning",
        N_("an account of the other tabs"),
        N_("No tab has this ID, so the two count apart. Correct it."),
    ),
    "alias_circle": Code(
        "warning",
        N_("accounts that do not go round in a circle"),
        N_("The lines lead back to this account, so it counts by itself. Remove one of them."),
    ),
    # Lines of MRR long and Movements.
    "row_month": Code(
        "error",
        N_("a month or a date"),
        N_("Write it as 2025-01. Until then the account is left out of every figure."),
    ),
    "month_again": Code(
        "warning",
        N_("one row for an account, product and month"),
        N_("Row {row} is of the same month: both are added up. Remove one if it is there twice."),
    ),
    "change_sign": Code(
        "error",
        N_("a change with the sign of its type, {type}"),
        N_("Gains are above 0, losses below. Correct one of the two. Until then the account is left out."),
    ),
    "mrr_below_zero": Code(
        "error",
        N_("changes that leave an MRR of 0 or more"),
        N_(
            "After it the MRR of {month} is {mrr}: an earlier change is missing, or this one is too large. Until then "
            "the account is left out."
        ),
    ),
    # Subscriptions.
    "value_missing": Code(
        "error",
        N_("a value under “{heading}”"),
        N_("Fill the cell in. Until then the account is left out of every figure."),
    ),
    "date_unreadable": Code(
        "error",
        N_("a date"),
        N_("Write it as 2025-01-31. Until then the account is left out of every figure."),
    ),
    "date_ambiguous": Code(
        "error",
        N_("a date that reads in one way only"),
        N_("Which is the day and which the month? Write it as 2025-01-31. Until then the account is left out."),
    ),
    "date_period": Code(
        "error",
        N_("a day"),
        N_("That is a period: write its first day, {first}, or its last, {last}. Until then the account is left out."),
    ),
    "date_too_early": Code(
        "error",
        N_("a date from 1970 on"),
        N_("Look for a mistyped year. Until then the account is left out of every figure."),
    ),
    "end_before_start": Code(
        "error",
        N_("a day on or after the start, {start}"),
        N_("Correct the start or the end. Until then the account is left out of every figure."),
    ),
    "interval_unknown": Code(
        "error",
        N_("a billing interval"),
        N_("Write month, quarter, half-year, year, week or “18 months”. Until then the account is left out."),
    ),
    "quantity_unreadable": Code(
        "error",
        N_("a quantity of 0 or more"),
        N_("Write a plain number, or leave it blank for 1. Until then the account is left out of every figure."),
    ),
    "share_unreadable": Code(
        "error",
        N_("a discount from 0% to 100%"),
        N_("Write 10% or 0.1 for ten percent. Until then the account is left out of every figure."),
    ),
    "flag_unreadable": Code(
        "error",
        N_("yes, no or blank"),
        N_("Write yes or no under “{heading}”. Until then the account is left out of every figure."),
    ),
    # Rows.
    "missing_id": Code(
        "error",
        N_("an account ID"),
        N_("The row holds values and says of no account: it is in no figure. Write the ID, or clear the row."),
    ),
    "total_row": Code(
        "warning",
        N_("an account ID"),
        N_("The row is taken for a total and not read. If it is an account, give it another ID."),
    ),
    "total_unclear": Code(
        "error",
        N_("an account ID, or the word Total alone"),
        N_(
            "It can be a total or an account. Write Total alone, or add the account to Customers with its name. Until "
            "then it is left out."
        ),
    ),
    "section_title": Code(
        "warning",
        N_("an account ID, and something beside it"),
        N_("It is taken for a title and not read. If it is an account, write its name or an amount beside it."),
    ),
    "footnote": Code(
        "warning",
        N_("an account ID, and something beside it"),
        N_("It is taken for a note and not read. If it is an account, write its name or an amount beside it."),
    ),
    "heading_again": Code(
        "warning",
        N_("an account ID"),
        N_("The headings stand here once more: the row is not read. Remove it."),
    ),
    "unknown_account": Code(
        "warning",
        N_("an account of the tab {customers}"),
        N_("Its MRR counts, in the segment Unassigned. Add it to {customers}, or correct the ID."),
    ),
    "duplicate_account": Code(
        "warning",
        N_("an account that stands only once"),
        N_("Row {row} is read, this one is not. Keep one of them."),
    ),
    "spelling_account": Code(
        "warning",
        N_("“{other}”, an ID that differs in its spelling only"),
        N_(
            "If both are one customer, write in the tab Aliases: Account ID {account}, Same as {other}. Months in "
            "which both have MRR: {months}; the more, the likelier they are two customers."
        ),
    ),
    "same_name": Code(
        "warning",
        N_("one ID for “{name}”; {other} has that name too"),
        N_(
            "If both are one customer, write in the tab Aliases: Account ID {account}, Same as {other}. Months in "
            "which both have MRR: {months}; the more, the likelier they are two customers."
        ),
    ),
    # Amounts and lines that can be right, and mostly are not.
    "amount_absurd": Code(
        "warning",
        N_("an amount near {median}, which is the account's median"),
        N_("MRR of {amount} is {times} times that: look for digits too many. It counts as it stands."),
    ),
    "lines_overlap": Code(
        "warning",
        N_("a line of “{product}” that begins after the one in row {row} ends"),
        N_(
            "Both lines are in force at once and count, added up. If this one replaces the other, end the other before."
        ),
    ),
    "duplicate_line": Code(
        "warning",
        N_("a line that stands only once"),
        N_("It is the same as row {row}, and both count, added up. If it was pasted twice, remove one of them."),
    ),
    # Months of the wide layout.
    "gap": Code(
        "warning",
        N_("an amount, or 0"),
        N_("Blank in {months}, between two amounts: read as 0. Write 0 if so, else the amount."),
    ),
    "month_not_over": Code(
        "warning",
        N_("a month that is over"),
        N_("On {today} it was not: nothing of it is read before it has ended. Nothing to mend."),
    ),
    "month_missing": Code(
        "warning",
        N_("an amount for {month}"),
        N_("The month is read as if it were blank: nobody has MRR in it. Add its amounts."),
    ),
    "month_unreadable": Code(
        "warning",
        N_("a month, such as 2025-01"),
        N_("The column is not read. If it holds a month, write the heading as 2025-01."),
    ),
    # Headings.
    "duplicate_heading": Code(
        "warning",
        N_("a heading that stands only once"),
        N_("Column {column} is read, this one is not. Remove one of them."),
    ),
    "column_conflict": Code(
        "error",
        N_("what stands in {other}, as both columns head the same"),
        N_("Keep one of the two columns. Until then the account is left out of every figure."),
    ),
    "blank_heading": Code(
        "warning",
        N_("a heading"),
        N_("The column holds values and is not read. Give it a heading, or clear it."),
    ),
    # Against the sync before.
    "column_vanished": Code(
        "warning",
        N_("the column “{heading}” of the last sync"),
        N_("If it was renamed, rename it back or give its new heading a meaning in workbook.headings of the config."),
    ),
    "tab_vanished": Code(
        "warning",
        N_("the tab {tab} of the last sync"),
        N_("Nothing of it is read any more. If that was not meant, put it back, or restore its headings."),
    ),
    # Facts about customers.
    "fact_date": Code(
        "warning",
        N_("a date"),
        N_("Write it as 2025-01-31. Until then it reads as blank."),
    ),
    "valid_from_unreadable": Code(
        "warning",
        N_("a date"),
        N_("The row is not read. Write the day from which on it holds as 2025-01-31."),
    ),
    "fact_share": Code(
        "warning",
        N_("a percentage"),
        N_("Write 75% or 0.75. Until then it reads as blank."),
    ),
    "fact_number": Code(
        "warning",
        N_("a number"),
        N_("Write a plain number. Until then it reads as blank."),
    ),
    "fact_flag": Code(
        "warning",
        N_("yes, no or blank"),
        N_("Write yes or no. Until then it reads as no."),
    ),
    "segment_unreadable": Code(
        "warning",
        N_("a value under “{heading}”"),
        N_("The formula failed or had not finished. Until then it reads as blank."),
    ),
    "spelling": Code(
        "warning",
        N_("“{other}”, as it is spelled elsewhere"),
        N_("Both are read as one value. Spell them alike."),
    ),
    "too_many_values": Code(
        "warning",
        N_("a column with at most {most} different values"),
        N_("It has {count}, so it is no segment. Nothing to do if it is not meant to be one."),
    ),
}


# What a problem reads as that another version of nrrbot has stored, under a code or with places that this one lacks.
UNKNOWN = Code(
    "warning",
    N_("something else, as another version of nrrbot found"),
    N_("Run nrrbot sync, so that this version reads the sheet."),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a sheet that could not be read, or that reads oddly.

    Attributes:
        code: a key of CODES; stable, people script against it.
        tab: the tab's title.
        cell: the cell in A1 notation; empty when the whole tab is meant.
        found: what stood there.
        account: the account that it touches; empty when none is known.
        link: an address that opens the cell; empty for a file.
        values: what goes into the places of the code's templates.

    """

    code: str
    tab: str
    cell: str
    found: str
    account: str = ""
    link: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """`error` or `warning`, as the code says."""
        return self.kind.severity

    @property
    def kind(self) -> Code:
        """What its code means; `UNKNOWN` where this version cannot tell."""
        code = CODES.get(self.code, UNKNOWN)
        places = {name for text in (code.expected, code.mend) for _, name, _, _ in Formatter().parse(text) if name}
        return code if places <= self.values.keys() else UNKNOWN

    @property
    def place(self) -> str:
        """The cell with its tab: `Subscriptions!D17`."""
        return f"{self.tab}!{self.cell}" if self.cell else self.tab

    def as_row(self) -> dict[str, object]:
        """Return the problem as a plain mapping, for the store and for JSON."""
        return asdict(self)

    @classmethod
    def restore(cls, row: Mapping[str, Any]) -> Self:
        """Return what `as_row` gave, in this version of nrrbot or another."""
        texts = {name: str(row.get(name, "")) for name in ("code", "tab", "cell", "found", "account", "link")}
        values = row.get("values")
        named = values.items() if isinstance(values, Mapping) else ()
        return cls(**texts, values={str(key): str(value) for key, value in named})


def count(problems: Iterable[Problem]) -> dict[str, int]:
    """Return how many problems there are of each code, most frequent first."""
    return dict(Counter(problem.code for problem in problems).most_common())
