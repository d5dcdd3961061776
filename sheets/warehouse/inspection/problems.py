"""The rows that break a rule, found by queries and counted with their MRR before any figure is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.months import Month
from sheets.problems import Severity
from sheets.warehouse.connection import Warehouse
from sheets.warehouse.recognition import Recognition
from sheets.warehouse.statement import Statement

_EXAMPLES = 5

# The code of a problem -> its severity, and the accounts that have it, by the columns of `fact`. The accounts of an
# error are in no figure, and each has one error.
ACCOUNT_PROBLEMS: Mapping[str, tuple[Severity, str]] = {
    "amount_negative": ("error", "excluded = 'negative'"),
    "currency_mixed": ("error", "excluded = 'account_twice' AND currencies > 1"),
    "account_twice": ("error", "excluded = 'account_twice' AND currencies <= 1"),
    "history_twice": ("error", "excluded = 'history_twice'"),
    "account_missing": ("error", "excluded = 'no_account' AND copies = 0 AND account_id <> ''"),
    "currency_missing": ("error", "excluded = 'no_account' AND copies > 0"),
    "fx_missing": ("error", "excluded = 'fx_missing'"),
    "id_missing": ("warning", "account_id = ''"),
    "account_unlisted": ("warning", "excluded = '' AND copies = 0 AND account_id <> ''"),
    "gap": ("warning", "excluded = '' AND gaps > 0"),
    "history_late": ("warning", "excluded = '' AND dated_m > since_m"),
}
# The code of a problem of whole months, each a warning.
MONTH_PROBLEMS = ("month_missing", "month_incomplete")


@dataclass(frozen=True, slots=True)
class WarehouseProblem:
    """The rows that break one rule.

    Attributes:
        code: a key of ACCOUNT_PROBLEMS, or one of MONTH_PROBLEMS.
        severity: the accounts of an error are excluded from all figures, those of a warning are not.
        accounts: the number of accounts; 0 for a problem of whole months.
        mrr: their last MRR above 0, in minor units of the reporting currency; 0 for those whose currency is not known.
        examples: the ids of the accounts with most MRR.
        months: the months that are missing or half loaded.
        rates: the rates that are missing: the currency and its months.

    """

    code: str
    severity: Severity
    accounts: int = 0
    mrr: int = 0
    examples: tuple[str, ...] = ()
    months: tuple[Month, ...] = ()
    rates: tuple[tuple[str, tuple[Month, ...]], ...] = ()


def find_problems(recognition: Recognition, warehouse: Warehouse) -> tuple[WarehouseProblem, ...]:
    """Return the problems: errors first, then those with most MRR at stake.

    Raises:
        WarehouseError: the engine refused a query.

    """
    problems = [*_find_account_problems(recognition, warehouse), *_find_month_problems(recognition)]
    return tuple(sorted(problems, key=lambda problem: (problem.severity != "error", -problem.mrr, -problem.accounts)))


def _find_account_problems(recognition: Recognition, warehouse: Warehouse) -> Iterator[WarehouseProblem]:
    statement, facts = recognition.source.statement, _list_facts(recognition)
    sums = [
        f"SUM(CASE WHEN {test} THEN {value} ELSE 0 END) AS {prefix}_{code}"
        for code, (_, test) in ACCOUNT_PROBLEMS.items()
        for prefix, value in (("n", "1"), ("mrr", "mrr"))
    ]
    columns = ",\n    ".join(sums)
    [row] = warehouse.run(statement.ask_about_accounts(facts, f"SELECT {columns}\nFROM fact"))
    for number, (code, (severity, test)) in enumerate(ACCOUNT_PROBLEMS.items()):
        accounts, mrr = (int(cell or 0) for cell in row[2 * number : 2 * number + 2])
        if accounts:
            listed = f"SELECT account_id FROM fact WHERE {test} ORDER BY mrr DESC, account_id LIMIT {_EXAMPLES}"
            examples = tuple(cells[0] for cells in warehouse.run(statement.ask_about_accounts(facts, listed)))
            rates = _find_missing_rates(statement, warehouse) if code == "fx_missing" else ()
            yield WarehouseProblem(code, severity, accounts, mrr, examples, rates=rates)


def _find_missing_rates(statement: Statement, warehouse: Warehouse) -> tuple[tuple[str, tuple[Month, ...]], ...]:
    rows = warehouse.run(
        statement.ask_about_accounts([], "SELECT currency, m FROM price WHERE needed = 1 AND rate = 0")
    )
    months: dict[str, list[Month]] = {}
    for currency, month in sorted((row[0], int(row[1])) for row in rows):
        months.setdefault(currency, []).append(Month(month))
    return tuple((currency, tuple(listed)) for currency, listed in months.items())


def _find_month_problems(recognition: Recognition) -> Iterator[WarehouseProblem]:
    known = set(recognition.months)
    span = range(recognition.first.until(recognition.through))
    missing = tuple(month for place in span if (month := recognition.first + place) not in known)
    for code, months in zip(MONTH_PROBLEMS, (missing, recognition.incomplete[::-1]), strict=True):
        if months:
            yield WarehouseProblem(code, "warning", months=months)


def _list_facts(recognition: Recognition) -> list[str]:
    """Return the named queries that end in `fact`: one row per account, with all that a problem is found by.

    `gaps` are the months without a row between the first and the last month with MRR; a month that is missing for
    everyone is none. `mrr` is at the rates of the last month with MRR, or at the newest ones.
    """
    statement = recognition.source.statement
    tables, types = statement.tables, statement.dialect
    amount, price = "COALESCE(b.amount, 0)", ""
    parts = []
    if tables.fx:
        zero = f"CAST(0 AS {types.rate})"
        rate = f"CASE WHEN COALESCE(r.rate, {zero}) > 0 THEN r.rate ELSE COALESCE(q.rate, {zero}) END"
        amount = f"ROUND(CAST({amount} AS {types.amount}) * {rate}, 0)"
        price = """
        LEFT JOIN price r ON r.currency = a.currency AND r.m = p.last_m
        LEFT JOIN newest w ON w.currency = a.currency
        LEFT JOIN price q ON q.currency = w.currency AND q.m = w.m"""
        parts.append("newest AS (SELECT currency, MAX(m) AS m FROM price WHERE rate > 0 GROUP BY currency)")
    currencies, spelt = "0", ""
    if "currency" in recognition.columns["accounts"]:
        currencies = "COALESCE(s.currencies, 0)"
        spelt = "\n        LEFT JOIN spelt s ON s.account_id = g.account_id"
        parts.append(
            "spelt AS (\n    SELECT t.account_id AS account_id, COUNT(DISTINCT t.currency) AS currencies\n"
            f"    FROM {tables.accounts} t GROUP BY t.account_id\n)"
        )
    dated = "\n        LEFT JOIN dated d ON d.account_id = g.account_id" if tables.history else ""
    first_dated = "COALESCE(d.first_m, 0)" if tables.history else "0"
    return [
        *parts,
        "paid AS (SELECT account_id, MIN(m) AS first_m, MAX(m) AS last_m FROM base GROUP BY account_id)",
        "place AS (SELECT a.m AS m, COUNT(*) AS n FROM known_month a JOIN known_month b ON b.m <= a.m GROUP BY a.m)",
        """held AS (
    SELECT p.account_id AS account_id, COUNT(*) AS months
    FROM paid p JOIN level e ON e.account_id = p.account_id AND e.m >= p.first_m AND e.m <= p.last_m
    GROUP BY p.account_id
)""",
        f"""fact AS (
    SELECT g.account_id AS account_id, g.since_m AS since_m, a.excluded AS excluded, COALESCE(c.copies, 0) AS copies,
        {currencies} AS currencies, {first_dated} AS dated_m, {amount} AS mrr,
        CASE WHEN COALESCE(h.months, 0) > 0 THEN z.n - y.n + 1 - h.months ELSE 0 END AS gaps
    FROM life g JOIN party a ON a.account_id = g.account_id
        LEFT JOIN listed c ON c.account_id = g.account_id
        LEFT JOIN paid p ON p.account_id = g.account_id
        LEFT JOIN place y ON y.m = p.first_m
        LEFT JOIN place z ON z.m = p.last_m
        LEFT JOIN held h ON h.account_id = g.account_id
        LEFT JOIN base b ON b.account_id = g.account_id AND b.m = p.last_m{price}{spelt}{dated}
)""",
    ]
