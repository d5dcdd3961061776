"""The rows of a warehouse that break a rule, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.locale.translator import Translator
from bot.messages.kit.sentences import count_accounts
from core.errors import N_
from core.money import Currency
from core.months import format_month_runs
from sheets.problems import SEVERITIES, TABLE_CODES

if TYPE_CHECKING:
    from sheets.warehouse.inspection.problems import WarehouseProblem

_EXCLUDED = N_("Excluded from all figures until this is fixed.")
# The code -> the problem; its effect follows from the severity.
_STATEMENTS: Mapping[str, str] = {
    "amount_negative": N_("{accounts} with an amount below zero, which MRR never is."),
    "currency_mixed": N_("{accounts} in two currencies: warehouse.accounts has a row for each."),
    "account_twice": N_("{accounts} with two rows in warehouse.accounts."),
    "history_twice": N_("{accounts} with two rows of one from_m in warehouse.history."),
    "account_missing": N_("{accounts} without a row in warehouse.accounts, so that their currency is not known."),
    "currency_missing": N_("{accounts} without a currency in warehouse.accounts."),
    "fx_missing": N_("{accounts} in a currency without a rate of a month in which its accounts pay: {rates}."),
    "id_missing": N_("Rows of warehouse.mrr without an account_id: it is not known whose they are."),
    "alias_chain": N_(
        "{accounts} in same_as of warehouse.aliases with another alias. nrrbot follows one alias, so a chain or a "
        "circle counts as several accounts."
    ),
    "account_unlisted": N_(
        "{accounts} without a row in warehouse.accounts. They count, and their segments are Unassigned."
    ),
    "gap": N_(
        "{accounts} with a month without a row between two with MRR. It counts as 0: churn, then a reactivation."
    ),
    "history_late": N_(
        "{accounts} with MRR before the first from_m in warehouse.history. Their first values apply before it too."
    ),
    "month_missing": N_(
        "No account has a row of {months}. No window starts or ends there, as nothing is known of these months."
    ),
    "month_incomplete": N_(
        "Under half of the accounts with MRR before have a row of {months}. These months are not read yet."
    ),
}


def list_warehouse_problems(
    problems: Sequence[WarehouseProblem], currency: Currency, translate: Translator, *, with_names: bool
) -> str:
    """Return every problem with its accounts and their MRR.

    Args:
        problems: the problems, in their order.
        currency: the reporting currency.
        translate: the language.
        with_names: whether the reader may see the ids of accounts.

    """
    if not problems:
        return translate(N_("No problems in the warehouse."))
    return "\n\n".join(_describe_problem(problem, currency, translate, with_names=with_names) for problem in problems)


def _describe_problem(problem: WarehouseProblem, currency: Currency, translate: Translator, *, with_names: bool) -> str:
    statement, fix = _STATEMENTS[problem.code], TABLE_CODES[problem.code].fix
    values = {
        "accounts": count_accounts(problem.accounts, translate),
        "months": ", ".join(format_month_runs(problem.months)),
        "rates": "; ".join(f"{code} {', '.join(format_month_runs(months))}" for code, months in problem.rates),
    }
    effect = [translate(_EXCLUDED)] if problem.severity == "error" else []
    lines = [" ".join((translate(statement, **values), *effect, translate(fix)))]
    if with_names and any(problem.examples):
        more = " ..." if problem.accounts > len(problem.examples) else ""
        lines.append(", ".join(problem.examples) + more)
    at_stake = ""
    if problem.mrr:
        at_stake = translate(N_("{amount} of MRR"), amount=translate.format_money(problem.mrr, currency))
    lines.append("  ".join(filter(None, (problem.code, translate(SEVERITIES[problem.severity]), at_stake))))
    return "\n  ".join(lines)


def build_warehouse_problem_json(problem: WarehouseProblem, translate: Translator) -> dict[str, Any]:
    """Return a problem as `nrrbot problems --json` gives it of a warehouse."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "accounts": problem.accounts,
        "mrr": problem.mrr,
        "examples": list(problem.examples),
        "months": list(map(str, problem.months)),
        "rates": {code: list(map(str, months)) for code, months in problem.rates},
        "mend": translate(TABLE_CODES[problem.code].fix),
    }
