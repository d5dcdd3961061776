"""The rows that break a rule, found by queries and counted with their MRR before any figure is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from core.metrics.cube import Cube
from core.months import Month, format_month_runs
from sheets.problems import TABLE, TABLE_CODES, Problem, Severity, find_severity
from sheets.warehouse.configured_tables import TableName
from sheets.warehouse.connection import Warehouse
from sheets.warehouse.recognition import Recognition
from sheets.warehouse.statement import Statement
from sheets.warehouse.tables import spell_code

_EXAMPLES = 5
# The code of the missing rates in the query that names accounts.
_RATES = "rates"

# The code of a problem -> the table to correct, and the accounts that have it, by the columns of `fact`. The accounts
# of an error are in no figure, and each has one error.
ACCOUNT_PROBLEMS: Mapping[str, tuple[TableName, str]] = {
    "amount_negative": ("mrr", "excluded = 'negative'"),
    "currency_mixed": ("accounts", "excluded = 'account_twice' AND currencies > 1"),
    "account_twice": ("accounts", "excluded = 'account_twice' AND currencies <= 1"),
    "history_twice": ("history", "excluded = 'history_twice'"),
    "account_missing": ("accounts", "excluded = 'no_account' AND copies = 0"),
    "currency_missing": ("accounts", "excluded = 'no_account' AND copies > 0"),
    "fx_missing": ("fx", "excluded = 'fx_missing'"),
    "id_missing": ("mrr", "excluded = 'id_missing'"),
    "alias_chain": ("aliases", "is_alias = 1"),
    "account_unlisted": ("accounts", "excluded = '' AND copies = 0"),
    "gap": ("mrr", "excluded = '' AND gaps > 0"),
    "history_late": ("history", "excluded = '' AND dated_m > since_m"),
}
# The reasons of exclusions that are no code.
_CODES_OF_REASONS = {"negative": "amount_negative", "no_account": "account_missing"}
# The code of a problem of whole months.
MONTH_PROBLEMS = ("month_missing", "month_incomplete")


@dataclass(frozen=True, slots=True)
class WarehouseProblem:
    """The rows that break one rule.

    Attributes:
        code: a key of ACCOUNT_PROBLEMS, or one of MONTH_PROBLEMS.
        accounts: the number of accounts; 0 for a problem of whole months.
        mrr: their last MRR above 0, in minor units of the reporting currency; 0 for those whose currency is not known.
        examples: the ids of the accounts with most MRR.
        months: the months that are missing or half loaded.
        rates: the rates that are missing: the currency and its months.

    """

    code: str
    accounts: int = 0
    mrr: int = 0
    examples: tuple[str, ...] = ()
    months: tuple[Month, ...] = ()
    rates: tuple[tuple[str, tuple[Month, ...]], ...] = ()

    @property
    def severity(self) -> Severity:
        """The severity of its code: the accounts of an error are excluded from all figures."""
        return TABLE_CODES[self.code].severity

    def as_row(self, rename: Callable[[str], str]) -> dict[str, object]:
        """Return the problem as the store keeps those of a sheet, with the number of its accounts.

        Args:
            rename: returns the name under which an account may be kept.

        """
        table = ACCOUNT_PROBLEMS[self.code][0] if self.code in ACCOUNT_PROBLEMS else "mrr"
        names = [rename(account) for account in self.examples]
        parts = [*names, *(["..."] if self.accounts > len(names) else []), *format_month_runs(self.months)]
        values = {TABLE: table, "accounts": str(self.accounts), "at_stake": str(self.mrr)}
        problem = Problem(self.code, f"warehouse.{table}", "", ", ".join(parts), values=values)
        return {**problem.as_row(), "number": problem.number}


def find_problems(recognition: Recognition, warehouse: Warehouse) -> tuple[WarehouseProblem, ...]:
    """Return the problems: errors first, then those with most MRR at stake.

    One query counts them, and a second one names accounts and rates if there are any.

    Raises:
        WarehouseError: the engine refused a query.

    """
    problems = [*_find_account_problems(recognition, warehouse), *_find_month_problems(recognition)]
    return tuple(sorted(problems, key=lambda problem: (problem.severity != "error", -problem.mrr, -problem.accounts)))


def find_excluded_accounts(recognition: Recognition, warehouse: Warehouse) -> Mapping[str, str]:
    """Return the accounts that are in no figure, each with the code of its error.

    Raises:
        WarehouseError: the engine refused the query.

    """
    errors = [(code, test) for code, (_, test) in ACCOUNT_PROBLEMS.items() if find_severity(code) == "error"]
    cases = " ".join(f"WHEN {test} THEN '{code}'" for code, test in errors)
    select = f"SELECT account_id, CASE {cases} END AS code FROM fact WHERE excluded <> ''"
    rows = warehouse.run(recognition.source.statement.ask_about_accounts(_list_facts(recognition), select))
    return {str(account): str(code) for account, code in rows}


def list_excluded_accounts(recognition: Recognition, cube: Cube) -> tuple[WarehouseProblem, ...]:
    """Return the problems that a cube shows, without a query: of the longest window up to the last close."""
    ends = [entry for entry in cube.exclusions if entry.label == (None, None)]
    ends = [entry for entry in ends if entry.window.end == recognition.through]
    longest = max((entry.window.months for entry in ends), default=0)
    sums: dict[str, tuple[int, int]] = {}
    for entry in ends:
        if entry.window.months == longest:
            accounts, mrr = sums.get(entry.reason, (0, 0))
            # Accounts of several currencies may have one reason.
            sums[entry.reason] = accounts + entry.accounts, mrr + (0 if entry.unpriced else entry.starting)
    problems = [WarehouseProblem(_CODES_OF_REASONS.get(reason, reason), *amounts) for reason, amounts in sums.items()]
    return (*problems, *_find_month_problems(recognition))


def _find_account_problems(recognition: Recognition, warehouse: Warehouse) -> Iterator[WarehouseProblem]:
    statement, facts = recognition.source.statement, _list_facts(recognition)
    sums = [
        f"SUM(CASE WHEN {test} THEN {value} ELSE 0 END) AS {prefix}_{code}"
        for code, (_, test) in ACCOUNT_PROBLEMS.items()
        for prefix, value in (("n", "1"), ("mrr", "mrr"))
    ]
    columns = ",\n    ".join(sums)
    [row] = warehouse.run(statement.ask_about_accounts(facts, f"SELECT {columns}\nFROM fact"))
    cells = [int(cell or 0) for cell in row]
    counts = {code: pair for code, *pair in zip(ACCOUNT_PROBLEMS, cells[::2], cells[1::2], strict=True) if pair[0]}
    if not counts:
        return
    named = [_name_largest(code, statement) for code in counts]
    if "fx_missing" in counts:
        named.append(
            f"SELECT '{_RATES}' AS code, currency AS name, {_cast('m', statement)} AS weight FROM price "
            "WHERE needed = 1 AND rate = 0"
        )
    names: dict[str, list[tuple[int, str]]] = {}
    for code, name, weight in warehouse.run(statement.ask_about_accounts(facts, "\nUNION ALL\n".join(named))):
        names.setdefault(code, []).append((int(weight), name))
    rates: dict[str, list[Month]] = {}
    for month, currency in sorted(names.get(_RATES, ()), key=lambda pair: pair[::-1]):
        rates.setdefault(currency, []).append(Month(month))
    for code, (accounts, mrr) in counts.items():
        examples = tuple(name for _, name in sorted(names[code], key=lambda pair: (-pair[0], pair[1])))
        lacking = tuple((currency, tuple(months)) for currency, months in rates.items()) if code == "fx_missing" else ()
        yield WarehouseProblem(code, accounts, mrr, examples, rates=lacking)


def _name_largest(code: str, statement: Statement) -> str:
    """Return the SELECT of the accounts of a problem with most MRR."""
    return (
        f"SELECT * FROM (\n    SELECT '{code}' AS code, account_id AS name, {_cast('mrr', statement)} AS weight\n"
        f"    FROM fact WHERE {ACCOUNT_PROBLEMS[code][1]} ORDER BY mrr DESC, account_id LIMIT {_EXAMPLES}\n) p_{code}"
    )


def _cast(column: str, statement: Statement) -> str:
    return f"CAST({column} AS {statement.dialect.sum})"


def _find_month_problems(recognition: Recognition) -> Iterator[WarehouseProblem]:
    known = set(recognition.months)
    span = range(recognition.first.until(recognition.through))
    missing = tuple(month for place in span if (month := recognition.first + place) not in known)
    for code, months in zip(MONTH_PROBLEMS, (missing, recognition.incomplete[::-1]), strict=True):
        if months:
            yield WarehouseProblem(code, months=months)


def _list_facts(recognition: Recognition) -> list[str]:
    """Return the named queries that end in `fact`: one row per account, with all that a problem is found by.

    `gaps` are the months without a row between the first and the last month with MRR; a month that is missing for
    everyone is none. `mrr` is at the rates of the last month with MRR, or at the newest ones. `is_alias` is 1 for an
    account that others count as although it counts as another one itself.
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
        code, currencies = spell_code("t.currency"), "COALESCE(s.currencies, 0)"
        spelt = "\n        LEFT JOIN spelt s ON s.account_id = g.account_id"
        parts.append(
            f"spelt AS (\n    SELECT t.account_id AS account_id, COUNT(DISTINCT {code}) AS currencies\n"
            f"    FROM {tables.accounts} t GROUP BY t.account_id\n)"
        )
    is_alias, named = "0", ""
    if tables.aliases:
        is_alias = "CASE WHEN COALESCE(x.same_as, '') IN ('', g.account_id) THEN 0 ELSE 1 END"
        named = "\n        LEFT JOIN alias x ON x.account_id = g.account_id"
        parts.append(
            "alias AS (\n    SELECT t.account_id AS account_id, MIN(t.same_as) AS same_as\n"
            f"    FROM {tables.aliases} t GROUP BY t.account_id\n)"
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
        {is_alias} AS is_alias,
        CASE WHEN COALESCE(h.months, 0) > 0 THEN z.n - y.n + 1 - h.months ELSE 0 END AS gaps
    FROM life g JOIN party a ON a.account_id = g.account_id
        LEFT JOIN listed c ON c.account_id = g.account_id
        LEFT JOIN paid p ON p.account_id = g.account_id
        LEFT JOIN place y ON y.m = p.first_m
        LEFT JOIN place z ON z.m = p.last_m
        LEFT JOIN held h ON h.account_id = g.account_id
        LEFT JOIN base b ON b.account_id = g.account_id AND b.m = p.last_m{price}{spelt}{named}{dated}
)""",
    ]
