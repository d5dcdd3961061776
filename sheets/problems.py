"""The problems of a sheet: the table of all codes, and a problem in one cell."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from string import Formatter
from typing import Any, Literal, Self

from core.errors import N_

Severity = Literal["error", "warning"]


SEVERITIES: Mapping[Severity, str] = {"error": N_("error"), "warning": N_("warning")}


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """A kind of problem.

    Attributes:
        severity: an `error` that touches an account's MRR excludes the account from all figures; a `warning` does not.
        expected: a template of the expected content, a noun phrase: "... is not {expected}".
        fix: a template of the effect of the problem and how to fix it.

    """

    severity: Severity
    expected: str
    fix: str


CODES: Mapping[str, ProblemCode] = {
    # Amounts.
    "amount_unreadable": ProblemCode(
        "error",
        N_("an amount"),
        N_("The account is excluded from all figures until this is fixed. Write a number such as 1250.50."),
    ),
    "amount_separator": ProblemCode(
        "error",
        N_("an amount"),
        N_(
            "The sheet's locale is {locale}, which writes decimals with “{decimal}”. The account is excluded from all "
            "figures until this is fixed. Write {write}, or change the sheet's locale."
        ),
    ),
    "amount_ambiguous": ProblemCode(
        "error",
        N_("an amount with one possible meaning"),
        N_(
            "It can be {one} or {other}. The account is excluded from all figures until this is fixed. Write it as a "
            "number."
        ),
    ),
    "amount_negative": ProblemCode(
        "error",
        N_("an amount of 0 or more"),
        N_(
            "MRR is never negative. The account is excluded from all figures until this is fixed. Deduct a credit from "
            "the amount that it reduces."
        ),
    ),
    "amount_too_large": ProblemCode(
        "error",
        N_("a plausible amount"),
        N_(
            "It is too large to be added exactly. The account is excluded from all figures until this is fixed. Look "
            "for extra digits."
        ),
    ),
    "amount_period": ProblemCode(
        "warning",
        N_("a heading that says what an amount covers"),
        N_(
            "Most lines run for whole years, and the amounts are read as monthly: 12 times too large if they are "
            "yearly. Set workbook.amount_is to month, year or term, or name the column MRR, ACV or TCV."
        ),
    ),
    "term_unknown": ProblemCode(
        "error",
        N_("the end of the term that the amount is the total of"),
        N_(
            "The amount is the total of a contract, and without its end it is no MRR. The account is excluded from all "
            "figures until this is fixed. Write the end date."
        ),
    ),
    # Currencies.
    "currency_mismatch": ProblemCode(
        "error",
        N_("an amount in {currency}"),
        N_(
            "Accounts with amounts in another currency are excluded from all figures until this is fixed. Correct the "
            "amount; or give the rate of its currency in a tab FX and name it in a Currency column; or, if all amounts "
            "are in it, set company.currency."
        ),
    ),
    "currency_unknown": ProblemCode(
        "error",
        N_("a currency"),
        N_("The account is excluded from all figures until this is fixed. Use an ISO code such as EUR or USD."),
    ),
    "fx_missing": ProblemCode(
        "error",
        N_("a currency with a rate for every month"),
        N_(
            "There is no rate from {code} to {currency} for {months}. The accounts in {code} that need it ({count}) "
            "are excluded from all figures until this is fixed. Add the rates to the tab FX; one without a month "
            "counts for all months."
        ),
    ),
    "currency_mixed": ProblemCode(
        "error",
        N_("{code}, the currency in {other}"),
        N_(
            "The amounts of an account must be in one currency. The account is excluded from all figures until this is "
            "fixed. Convert them to one."
        ),
    ),
    # FX.
    "fx_month": ProblemCode(
        "error",
        N_("a month such as 2025-01"),
        N_("The rate is not used. Write the month as 2025-01."),
    ),
    "fx_currency": ProblemCode(
        "error",
        N_("a currency"),
        N_("The rate is not used. Use an ISO code such as USD."),
    ),
    "fx_rate": ProblemCode(
        "error",
        N_("the value of one unit in {currency}"),
        N_("The rate is not used. Write a number above 0, such as 0.92."),
    ),
    "fx_twice": ProblemCode(
        "error",
        N_("the only rate of its month and currency"),
        N_("{other} has a different rate. Neither of them is used. Keep one of the two."),
    ),
    # Targets.
    "target_segment": ProblemCode(
        "warning",
        N_("a segment, or blank for the whole company"),
        N_("The target is not used. Write one of the segments: {known}."),
    ),
    "target_metric": ProblemCode(
        "warning",
        N_("NRR or GRR"),
        N_("The target is not used. Write NRR or GRR."),
    ),
    "target_unreadable": ProblemCode(
        "warning",
        N_("a percentage such as 110%"),
        N_("The target is not used. Write 110%, 110 or 1.1."),
    ),
    "target_twice": ProblemCode(
        "warning",
        N_("the only target of its segment and metric"),
        N_("The first target is used, this one is not. Keep one of the two."),
    ),
    # Aliases.
    "alias_other": ProblemCode(
        "warning",
        N_("the ID of another account"),
        N_("The line is not used, so the two accounts count separately. Write the other ID."),
    ),
    "alias_from": ProblemCode(
        "warning",
        N_("a month or a date"),
        N_("The line is not used, so the two accounts count separately. Write the date as 2025-01-31."),
    ),
    "alias_twice": ProblemCode(
        "warning",
        N_("the only alias of its account"),
        N_("Row {row} is used, this one is not. Keep one of the two."),
    ),
    "alias_unknown": ProblemCode(
        "warning",
        N_("an account of the other tabs"),
        N_("No other tab has this ID, so the two accounts count separately. Correct the ID."),
    ),
    "alias_circle": ProblemCode(
        "warning",
        N_("an account outside of a circle of aliases"),
        N_("The aliases lead back to this account, so it counts separately. Remove one of the lines."),
    ),
    # Words.
    "word_unreadable": ProblemCode(
        "warning",
        N_("a word or a phrase of up to {most} words"),
        N_("The row is not used. Write the word as people type it in a question."),
    ),
    "word_meaning": ProblemCode(
        "warning",
        N_("a value of the sheet such as {example}"),
        N_("The word is not used. Write one value, alone or after its column and “=”."),
    ),
    "word_reserved": ProblemCode(
        "warning",
        N_("a word that is still free"),
        N_("“{part}” already means something else in a question, so the row is not used. Choose another word."),
    ),
    "word_twice": ProblemCode(
        "warning",
        N_("the only meaning of its word"),
        N_("Row {row} is used, this one is not. Keep one of the two."),
    ),
    # Lines of MRR long and Movements.
    "row_month": ProblemCode(
        "error",
        N_("a month or a date"),
        N_("The account is excluded from all figures until this is fixed. Write the month as 2025-01."),
    ),
    "month_again": ProblemCode(
        "warning",
        N_("the only row of its account, product and month"),
        N_("Row {row} has the same month, and both count. If one was pasted twice, remove it."),
    ),
    "change_sign": ProblemCode(
        "error",
        N_("a change with the sign of its type, {type}"),
        N_(
            "Gains are above 0 and losses below 0. The account is excluded from all figures until this is fixed. "
            "Correct the sign or the type."
        ),
    ),
    "mrr_below_zero": ProblemCode(
        "error",
        N_("a change that leaves an MRR of 0 or more"),
        N_(
            "After it the MRR of {month} is {mrr}. The account is excluded from all figures until this is fixed. Add "
            "the missing earlier change, or correct this one."
        ),
    ),
    # Subscriptions.
    "value_missing": ProblemCode(
        "error",
        N_("a value under “{heading}”"),
        N_("The account is excluded from all figures until this is fixed. Fill in the cell."),
    ),
    "date_unreadable": ProblemCode(
        "error",
        N_("a date"),
        N_("The account is excluded from all figures until this is fixed. Write the date as 2025-01-31."),
    ),
    "date_ambiguous": ProblemCode(
        "error",
        N_("a date with one possible meaning"),
        N_(
            "The first number can be the day or the month. The account is excluded from all figures until this is "
            "fixed. Write the date as 2025-01-31, or say the order for the whole file: workbook.locale is en_GB with "
            "the day first, en_US with the month first."
        ),
    ),
    "date_period": ProblemCode(
        "error",
        N_("a day"),
        N_(
            "It is a period, not a day. The account is excluded from all figures until this is fixed. Write its first "
            "day, {first}, or its last, {last}."
        ),
    ),
    "date_too_early": ProblemCode(
        "error",
        N_("a date in 1970 or later"),
        N_("The account is excluded from all figures until this is fixed. Correct the year."),
    ),
    "end_before_start": ProblemCode(
        "error",
        N_("a day on or after the start, {start}"),
        N_("The account is excluded from all figures until this is fixed. Correct the start or the end."),
    ),
    "end_missing": ProblemCode(
        "error",
        N_("an end date, as the status is “{status}”"),
        N_("The account is excluded from all figures until this is fixed. Write the last day, or correct the status."),
    ),
    "term_unreadable": ProblemCode(
        "error",
        N_("a term in months"),
        N_("The account is excluded from all figures until this is fixed. Write a number of months such as 12."),
    ),
    "status_unknown": ProblemCode(
        "error",
        N_("a known status"),
        N_(
            "Nothing says whether lines with it ({count}) have MRR. Their accounts are excluded from all figures. "
            "Decide it in the config: {line}."
        ),
    ),
    "status_counted": ProblemCode(
        "warning",
        N_("a status that surely has MRR"),
        N_("Lines with it ({count}) count as MRR. If they should not, write in the config: {line}."),
    ),
    "status_not_counted": ProblemCode(
        "warning",
        N_("a status that surely has MRR"),
        N_("Lines with it ({count}) do not count as MRR. If they should, write in the config: {line}."),
    ),
    "before_differs": ProblemCode(
        "warning",
        N_("{mrr}, the MRR after the account's change before"),
        N_("The MRR after each change counts, whatever the one before it. A change may be missing between the two."),
    ),
    # Invoices.
    "period_unreadable": ProblemCode(
        "error",
        N_("a period such as 2025-01-01 to 2025-03-31"),
        N_("The account is excluded from all figures until this is fixed. Write its first and its last day."),
    ),
    "period_missing": ProblemCode(
        "error",
        N_("the period that the invoice covers"),
        N_(
            "The account is excluded from all figures until this is fixed. Fill in the period, or say in the config "
            "how long an invoice covers: workbook.invoice_months."
        ),
    ),
    "credit_above_invoices": ProblemCode(
        "error",
        N_("a credit of at most the amounts that it reduces"),
        N_(
            "After it the MRR of {month} is {mrr}. The account is excluded from all figures until this is fixed. Give "
            "the credit the period of the invoice that it reduces."
        ),
    ),
    "interval_unknown": ProblemCode(
        "error",
        N_("a billing interval"),
        N_(
            "The account is excluded from all figures until this is fixed. Write month, quarter, half-year, year, week "
            "or “18 months”."
        ),
    ),
    "quantity_unreadable": ProblemCode(
        "error",
        N_("a quantity of 0 or more"),
        N_(
            "The account is excluded from all figures until this is fixed. Write a number, or leave the cell blank for "
            "1."
        ),
    ),
    "share_unreadable": ProblemCode(
        "error",
        N_("a discount from 0% to 100%"),
        N_("The account is excluded from all figures until this is fixed. Write 10% or 0.1 for ten percent."),
    ),
    "flag_unreadable": ProblemCode(
        "error",
        N_("yes, no or blank"),
        N_("The account is excluded from all figures until this is fixed. Write yes or no under “{heading}”."),
    ),
    # Rows.
    "missing_id": ProblemCode(
        "error",
        N_("an account ID"),
        N_("The row has values and no account, so it is in no figure. Write the ID, or clear the row."),
    ),
    "total_row": ProblemCode(
        "warning",
        N_("an account ID"),
        N_("It is read as a total and counts in no figure. If it is an account, give it another ID."),
    ),
    "total_unclear": ProblemCode(
        "error",
        N_("an account ID, or the word Total alone"),
        N_(
            "It can be a total or an account. The account is excluded from all figures until this is fixed. Write "
            "Total alone, or add the account to Customers with its name."
        ),
    ),
    "total_not_sum": ProblemCode(
        "error",
        N_("the sum of the other rows of the account"),
        N_(
            "By its word or its place the row is the total of its account, and it is not the sum of the other rows. "
            "The account is excluded from all figures until this is fixed. Correct the amounts, or remove the row."
        ),
    ),
    "section_title": ProblemCode(
        "warning",
        N_("an account ID with a name or an amount"),
        N_("The row is read as a title and counts in no figure. If it is an account, add its name or an amount."),
    ),
    "footnote": ProblemCode(
        "warning",
        N_("an account ID with a name or an amount"),
        N_("The row is read as a note and counts in no figure. If it is an account, add its name or an amount."),
    ),
    "heading_again": ProblemCode(
        "warning",
        N_("an account ID"),
        N_("The row repeats the headings and is skipped. Remove it."),
    ),
    "unknown_account": ProblemCode(
        "warning",
        N_("an account of the tab {customers}"),
        N_("Its MRR counts in the segment Unassigned. Add it to {customers}, or correct the ID."),
    ),
    "account_forgotten": ProblemCode(
        "error",
        N_("an account that may be stored"),
        N_(
            "nrrbot forget has removed this account, so its ID and name are not stored again. It is excluded from all "
            "figures. Delete its rows; a new customer needs another ID."
        ),
    ),
    "duplicate_account": ProblemCode(
        "warning",
        N_("an account that appears only once"),
        N_("Row {row} is used, this one is not. Keep one of the two."),
    ),
    "spelling_account": ProblemCode(
        "warning",
        N_("“{other}”, an ID that differs in its spelling only"),
        N_(
            "They count as two customers. If they are one, write in the tab Aliases: Account ID {account}, Same as "
            "{other}. Months in which both have MRR: {months}; the more there are, the likelier they are two customers."
        ),
    ),
    "id_two_names": ProblemCode(
        "error",
        N_("the name of {other}, which has the same ID"),
        N_(
            "Two customers under one ID would hide each other's churn. The account is excluded from all figures until "
            "this is fixed. Give one of them its own ID, or both rows one name."
        ),
    ),
    "renamed": ProblemCode(
        "warning",
        N_("“{other}”, the name in the earlier months"),
        N_("The account counts as one customer that was renamed. If it is another one, give it its own ID."),
    ),
    "same_name": ProblemCode(
        "warning",
        N_("an ID whose name differs from that of {other} by more than case, punctuation or legal form"),
        N_(
            "They count as two customers. If they are one, write in the tab Aliases: Account ID {account}, Same as "
            "{other}. Months in which both have MRR: {months}; the more there are, the likelier they are two customers."
        ),
    ),
    # Amounts and lines that are possible, but not plausible.
    "implausible_rename": ProblemCode(
        "warning",
        N_("a customer other than {other}, which differs in spelling or legal form only"),
        N_(
            "They never have MRR in the same month, and count as one customer lost and one new. If they are one, NRR "
            "and GRR are too low until the tab Aliases says: Account ID {account}, Same as {other}. If they are two, "
            "accept this problem."
        ),
    ),
    "implausible_spelling": ProblemCode(
        "warning",
        N_("a customer other than {other}, which differs in spelling or legal form only"),
        N_(
            "Both have MRR in some months ({months}), and count as two customers. If they are one, retention is wrong "
            "until the tab Aliases says: Account ID {account}, Same as {other}. If they are two, accept this problem."
        ),
    ),
    "amount_absurd": ProblemCode(
        "warning",
        N_("an amount near {median}, the account's median"),
        N_("MRR of {amount} is {times} times the median, and counts as it is. Look for extra digits."),
    ),
    "implausible_constant": ProblemCode(
        "warning",
        N_("an account that ever changed"),
        N_(
            "In {months} months no account joined, left or changed, so NRR and GRR are exactly 100%. If the sheet "
            "repeats one month, fill in the others. If it is true, accept this problem."
        ),
    ),
    "implausible_no_churn": ProblemCode(
        "warning",
        N_("an account that ever left"),
        N_(
            "In {months} months no account left, so NRR and GRR may be too high. If accounts that leave are removed "
            "from the sheet, keep their rows and write 0. If it is true, accept this problem."
        ),
    ),
    "implausible_grr": ProblemCode(
        "warning",
        N_("an account that ends the last twelve months with less MRR"),
        N_(
            "GRR is exactly 100% over twelve months and {accounts} accounts. If losses are missing from the sheet, add "
            "them. If it is true, accept this problem."
        ),
    ),
    "implausible_month": ProblemCode(
        "warning",
        N_("a total near that of the months around it, {before} and {after}"),
        N_(
            "The total of {month} is more than three times both, and every figure with this month rests on it. Look "
            "for amounts of a year or a quarter in this month. If it is true, accept this problem."
        ),
    ),
    "implausible_churn": ProblemCode(
        "warning",
        N_("a month in which fewer accounts leave"),
        N_(
            "Accounts with {share}% of the MRR of {before} have none in {month}. Look for ends that are the ends of "
            "terms that renew, and for rows that are missing. If it is true, accept this problem."
        ),
    ),
    "implausible_blanks": ProblemCode(
        "warning",
        N_("amounts in most months of a customer"),
        N_(
            "Most amounts are followed by a blank month, which reads as churn or as a gap. If a blank means that "
            'nothing changed, write workbook.blank_month = "carry" in the config, and 0 where a customer left. If the '
            "customers left, accept this problem."
        ),
    ),
    "implausible_total": ProblemCode(
        "warning",
        N_("{ours}, the sum of the accounts in {month}"),
        N_(
            "The sheet's own total differs in {count} of its cells, and no text, row or account explains all of them. "
            "Compare the accounts behind the two. If both are right, accept this problem."
        ),
    ),
    "implausible_total_accounts": ProblemCode(
        "warning",
        N_("{ours}, the sum of the accounts in {month}"),
        N_(
            "The sheet's own total differs in {count} of its cells, each time by exactly the MRR of one account or "
            "two: {accounts}. Does it count them otherwise? If both are right, accept this problem."
        ),
    ),
    "implausible_total_texts": ProblemCode(
        "warning",
        N_("{ours}, the sum of the accounts in {month}"),
        N_(
            "The sheet's own total differs in {count} of its cells, as a spreadsheet does not add amounts that are "
            "texts: {cells}. Turn them into numbers."
        ),
    ),
    "implausible_total_row": ProblemCode(
        "warning",
        N_("{ours}, the sum of the accounts in {month}"),
        N_(
            "The sheet's own total differs in {count} of its cells, as it leaves out row {row}. Extend the sum, or "
            "remove the row."
        ),
    ),
    "implausible_total_rows": ProblemCode(
        "warning",
        N_("{ours}, the sum of the accounts in {month}"),
        N_(
            "The sheet's own total differs in {count} of its cells, as it leaves out the last accounts, in rows "
            "{first} to {last}. Extend the sum, or remove the rows."
        ),
    ),
    "implausible_total_texts_row": ProblemCode(
        "warning",
        N_("{ours}, the sum of the accounts in {month}"),
        N_(
            "The sheet's own total differs in {count} of its cells, as a spreadsheet does not add amounts that are "
            "texts: {cells}, and as it leaves out row {row}. Turn the texts into numbers, and extend the sum."
        ),
    ),
    "implausible_total_change": ProblemCode(
        "warning",
        N_("{ours}, from the accounts in {period}"),
        N_(
            "The sheet's own figure of this change differs in {count} of its cells, and no account or two explain all "
            "of them. Compare the accounts that it counts. If both are right, accept this problem."
        ),
    ),
    "implausible_total_change_accounts": ProblemCode(
        "warning",
        N_("{ours}, from the accounts in {period}"),
        N_(
            "The sheet's own figure of this change differs in {count} of its cells, each time by exactly the change "
            "of one account or two: {accounts}. Does it count them otherwise? If both are right, accept this problem."
        ),
    ),
    "implausible_total_column": ProblemCode(
        "warning",
        N_("{ours}, the sum of the months in this row"),
        N_(
            "The column “{heading}” is not the sum of the months in {count} of its rows ({cells}), and no text or "
            "single month explains it. Compare its formulas with the months. If both are right, accept this problem."
        ),
    ),
    "implausible_total_column_texts": ProblemCode(
        "warning",
        N_("{ours}, the sum of the months in this row"),
        N_(
            "The column “{heading}” differs in {count} of its rows, as a spreadsheet does not add amounts that are "
            "texts: {cells}. Turn them into numbers."
        ),
    ),
    "implausible_total_column_month": ProblemCode(
        "warning",
        N_("{ours}, the sum of the months in this row"),
        N_("The column “{heading}” differs in {count} of its rows, as it leaves out column {cells}. Extend its sums."),
    ),
    "lines_overlap": ProblemCode(
        "warning",
        N_("a line of “{product}” that begins after the end of the one in row {row}"),
        N_("The two lines overlap, and both count. If this one replaces the other, end the other one before it."),
    ),
    "duplicate_line": ProblemCode(
        "warning",
        N_("a line that appears only once"),
        N_("It is the same as row {row}, and both count. If it was pasted twice, remove one of them."),
    ),
    # Months of the wide layout.
    "gap": ProblemCode(
        "warning",
        N_("an amount, or 0"),
        N_(
            "Blank in {months}, between two amounts. It is read as 0. Write the amount, or 0. If a blank means no "
            'change of the amount, write workbook.blank_month = "carry" in the config.'
        ),
    ),
    "month_future": ProblemCode(
        "warning",
        N_("a month that has ended"),
        N_("The month has not ended, so it is not read yet. No change is needed."),
    ),
    "month_shifted": ProblemCode(
        "warning",
        N_("a month or a day without a time"),
        N_(
            "The headings are shortly before midnight of a month's last day, as in an export in UTC. Each is read as "
            "the month that follows, this one as {month}. Write them as {month} to be sure."
        ),
    ),
    "month_incomplete": ProblemCode(
        "warning",
        N_("a month with an amount, or 0, of at least half of the accounts of {month}"),
        N_(
            "Half filled in, the month would read as churn, so it is not read. Fill it in, with 0 for accounts that "
            "left."
        ),
    ),
    "month_missing": ProblemCode(
        "warning",
        N_("an amount for {month}"),
        N_("No account has an amount in it, so figures that begin or end with this month are n/a. Add its amounts."),
    ),
    "month_overlap": ProblemCode(
        "error",
        N_("the only amount of its account and month"),
        N_(
            "{other} has the same account and month. The account is excluded from all figures until this is fixed. "
            "Keep one of the two."
        ),
    ),
    "month_unreadable": ProblemCode(
        "warning",
        N_("a month such as 2025-01"),
        N_("Its amounts are not read. If it is a month, write it as 2025-01."),
    ),
    # Headings.
    "duplicate_heading": ProblemCode(
        "warning",
        N_("a heading that appears only once"),
        N_("Column {column} is read, this one is not. Remove one of the two."),
    ),
    "column_conflict": ProblemCode(
        "error",
        N_("the same value as in {other}"),
        N_(
            "The two columns have the same meaning. The account is excluded from all figures until this is fixed. Keep "
            "one of the two columns."
        ),
    ),
    "blank_heading": ProblemCode(
        "warning",
        N_("a heading"),
        N_("The column has values and is not read. Give it a heading, or clear it."),
    ),
    # Changes since the last sync.
    "column_vanished": ProblemCode(
        "warning",
        N_("the column “{heading}” of the last sync"),
        N_(
            "The column is no longer read. If it was renamed, rename it back, or add its new heading to "
            "workbook.headings in the config."
        ),
    ),
    "tab_vanished": ProblemCode(
        "warning",
        N_("the tab {tab} of the last sync"),
        N_("The tab is no longer read. If this was a mistake, restore the tab or its headings."),
    ),
    # Facts about customers.
    "fact_date": ProblemCode(
        "warning",
        N_("a date"),
        N_("The cell is read as blank. Write the date as 2025-01-31."),
    ),
    "valid_from_unreadable": ProblemCode(
        "warning",
        N_("a date"),
        N_("The row is not read. Write the first day on which it is valid as 2025-01-31."),
    ),
    "fact_share": ProblemCode(
        "warning",
        N_("a percentage"),
        N_("The cell is read as blank. Write 75% or 0.75."),
    ),
    "fact_number": ProblemCode(
        "warning",
        N_("a number"),
        N_("The cell is read as blank. Write a number such as 12."),
    ),
    "fact_flag": ProblemCode(
        "warning",
        N_("yes, no or blank"),
        N_("The cell is read as no. Write yes or no."),
    ),
    "segment_unreadable": ProblemCode(
        "warning",
        N_("a value under “{heading}”"),
        N_(
            "A formula failed or was still loading, or Excel took a text such as {text} for a date. The cell is read "
            "as blank. Correct it, as text."
        ),
    ),
    "spelling": ProblemCode(
        "warning",
        N_("“{other}”, the spelling of the other cells"),
        N_("Both are read as one value. Use one spelling."),
    ),
    "segment_varies": ProblemCode(
        "warning",
        N_("the value in the other rows of the account"),
        N_("The account counts as Unassigned. Give all its rows one value."),
    ),
    "too_many_values": ProblemCode(
        "warning",
        N_("a column with at most {most} different values"),
        N_("It has {count}, so it is no segment. If it should be one, reduce its values; else no change is needed."),
    ),
}


# Problems of the tables of a warehouse, each of many accounts. Their effect is that of the severity.
TABLE_CODES: Mapping[str, ProblemCode] = {
    "amount_negative": ProblemCode(
        "error", N_("an amount of 0 or more"), N_("Deduct a credit from the amount that it reduces.")
    ),
    "currency_mixed": ProblemCode(
        "error",
        N_("one row for each account"),
        N_("Keep one row, and convert the amounts of the other currency to the one that stays."),
    ),
    "account_twice": ProblemCode(
        "error",
        N_("one row for each account"),
        N_("Keep one row for each account_id. Dated values belong in warehouse.history."),
    ),
    "history_twice": ProblemCode(
        "error",
        N_("one row for each account and from_m"),
        N_("Keep the row that applies from that month on."),
    ),
    "account_missing": ProblemCode(
        "error",
        N_("a row with the currency of each account"),
        N_("Add their rows, or name the accounts that they count as in warehouse.aliases."),
    ),
    "currency_missing": ProblemCode(
        "error", N_("a row with the currency of each account"), N_("Fill the column currency.")
    ),
    "fx_missing": ProblemCode(
        "error", N_("a currency with a rate for every month"), N_("Add the rates to warehouse.fx.")
    ),
    "id_missing": ProblemCode("error", N_("an account ID"), N_("Fill the column, or leave these rows out in a view.")),
    "alias_chain": ProblemCode(
        "warning",
        N_("an account that is no alias itself"),
        N_("Write the last account of each chain in same_as, and remove a circle."),
    ),
    "account_unlisted": ProblemCode("warning", N_("one row for each account"), N_("Add their rows.")),
    "gap": ProblemCode(
        "warning", N_("an amount, or 0"), N_("Fill the month, or write 0 where the account did not pay.")
    ),
    "history_late": ProblemCode(
        "warning",
        N_("a row from the first MRR on"),
        N_("Start the history with the first MRR, if the values were others then."),
    ),
    "month_missing": ProblemCode("warning", N_("amounts of every month"), N_("Load them into warehouse.mrr.")),
    "month_incomplete": ProblemCode("warning", N_("amounts of every month"), N_("Load them completely.")),
}


# Values that change although the cell does not: places, and counts that grow with each month.
_COUNTS = frozenset({"row", "months", "count", "times", "accounts", "at_stake"})

# For a stored problem of another version of nrrbot, with a code or placeholders that this version does not know.
UNKNOWN = ProblemCode(
    "warning",
    N_("something else, a problem of another version of nrrbot"),
    N_("This version cannot explain it. Run nrrbot sync to read the sheet again."),
)


# The value that only a problem of the tables of a warehouse has.
TABLE = "table"
# The values that nrrbot computed and that are amounts, and their form.
_AMOUNTS = frozenset({"mrr", "amount", "median", "before", "after", "ours"})
_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell or tab that could not be read, or whose content is doubtful.

    Attributes:
        code: a key of CODES, or of TABLE_CODES where `values` has a TABLE; stable, as scripts depend on it.
        tab: the tab's title, or the key of a table in the config.
        cell: the cell in A1 notation; empty for a whole tab.
        found: the content of the cell.
        account: the affected account; empty if unknown.
        link: an address that opens the cell; empty for a file.
        values: the values for the placeholders of the code's templates.

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
        """The severity of its code."""
        return self.kind.severity

    @property
    def kind(self) -> ProblemCode:
        """The entry of its code; `UNKNOWN` if this version lacks the code or one of its values."""
        code = (TABLE_CODES if TABLE in self.values else CODES).get(self.code, UNKNOWN)
        placeholders = {name for text in (code.expected, code.fix) for _, name, _, _ in Formatter().parse(text) if name}
        return code if placeholders <= self.values.keys() else UNKNOWN

    @property
    def number(self) -> int:
        """The number of problems that it sums up: of the tables of a warehouse the accounts, else 1."""
        return max(int(self.values["accounts"]), 1) if TABLE in self.values else 1

    @property
    def at_stake(self) -> int:
        """The MRR of the accounts that it sums up, in minor units; 0 for one in a cell."""
        return int(self.values.get("at_stake", 0))

    @property
    def sentence_values(self) -> Mapping[str, object]:
        """The values for its sentences, amounts as numbers, which each language writes in its own form."""
        return {
            name: Decimal(value) if name in _AMOUNTS and _AMOUNT.fullmatch(value) else value
            for name, value in self.values.items()
        }

    @property
    def place(self) -> str:
        """The cell with its tab: `Subscriptions!D17`."""
        return f"{self.tab}!{self.cell}" if self.cell else self.tab

    @property
    def fingerprint(self) -> str:
        """A hash of its code, its account or cell, and its content: it changes when the cell does.

        A row that moves and a count that grows with each month change nothing.
        """
        values = {key: value for key, value in self.values.items() if not (key in _COUNTS and value.isdecimal())}
        parts = [self.code, self.tab, self.account or self.cell, self.found, sorted(values.items())]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def as_row(self) -> dict[str, object]:
        """Return the problem as a plain mapping, for the store and for JSON."""
        return asdict(self)

    @classmethod
    def restore(cls, row: Mapping[str, Any]) -> Self:
        """Return a problem from the result of `as_row`, of this version of nrrbot or another."""
        texts = {name: str(row.get(name, "")) for name in ("code", "tab", "cell", "found", "account", "link")}
        values = row.get("values")
        named = values.items() if isinstance(values, Mapping) else ()
        return cls(**texts, values={str(key): str(value) for key, value in named})


def find_severity(code: str) -> Severity:
    """Return the severity of a code, which is the same in a sheet and in tables."""
    return (CODES.get(code) or TABLE_CODES.get(code, UNKNOWN)).severity


def count_by_code(problems: Iterable[Problem]) -> dict[str, int]:
    """Return the number of problems of each code, most frequent first."""
    return dict(Counter(problem.code for problem in problems).most_common())


def count_by_severity(problems: Iterable[Problem]) -> Mapping[Severity, int]:
    """Return the number of problems of each severity."""
    counts: Counter[Severity] = Counter()
    for problem in problems:
        counts[problem.severity] += problem.number
    return counts


def count_open_by_code(problems: Iterable[Problem], accepted: Collection[str]) -> dict[str, int]:
    """Return the number of problems of each code without the accepted ones, in the order of their first places."""
    counts: Counter[str] = Counter()
    for problem in problems:
        if problem.fingerprint not in accepted:
            counts[problem.code] += problem.number
    return dict(counts)


def list_error_codes(problems: Iterable[Problem], account: str, *, is_unpriced: bool) -> list[str]:
    """Return the codes of the errors that exclude an account, each once.

    Args:
        problems: the problems in the sheet.
        account: its ID.
        is_unpriced: whether no rate converts its amounts.

    """
    codes = {problem.code for problem in problems if problem.account == account and problem.severity == "error"}
    # All accounts of a currency without a rate share one problem, which names the first of them.
    return sorted(codes) or ["fx_missing"] * is_unpriced
