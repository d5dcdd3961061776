"""The independent oracle: every figure once more by plain SQL over long rows, in SQLite.

It shares no line with core: one row per account and month with MRR, a self-join for the two closes, CASE sums,
GROUP BY. Sizes and tenures are derived here in SQL too, at the start close of each window.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction

from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import SizeRules
from core.months import Month, Window

Key = tuple[str | None, str | None, Window]
Ratios = tuple[Fraction | None, Fraction | None]

_SCHEMA = """
CREATE TABLE account (id INTEGER PRIMARY KEY, consumer INTEGER, currency INTEGER, {columns}) STRICT;
CREATE TABLE dated (account INTEGER, dimension TEXT, month INTEGER, value TEXT) STRICT;
CREATE TABLE mrr (account INTEGER, month INTEGER, amount INTEGER, PRIMARY KEY (account, month)) STRICT, WITHOUT ROWID;
CREATE TABLE by_usage (account INTEGER, start INTEGER, PRIMARY KEY (account, start)) STRICT, WITHOUT ROWID;
CREATE TABLE entry (account INTEGER, month INTEGER, is_mean INTEGER, amount INTEGER,
    PRIMARY KEY (account, month, is_mean)) STRICT, WITHOUT ROWID;
CREATE TABLE close (month INTEGER PRIMARY KEY) STRICT;
CREATE TABLE rate (currency INTEGER, month INTEGER, part INTEGER, whole INTEGER) STRICT;
CREATE TABLE span (start INTEGER, finish INTEGER, PRIMARY KEY (start, finish)) STRICT, WITHOUT ROWID;
CREATE TABLE size_rule (mid_market_from INTEGER, enterprise_above INTEGER) STRICT;
CREATE VIEW priced AS
    SELECT entry.account, entry.month, is_mean, rate.month AS at,
           max(1, (2 * amount * part + whole) / (2 * whole)) AS amount
    FROM entry JOIN account ON account.id = entry.account JOIN rate ON rate.currency = account.currency
    WHERE amount > 0;
CREATE VIEW pair AS
    SELECT span.start, span.finish, account.*, coalesce(a.amount, 0) AS s, coalesce(b.amount, 0) AS e,
           coalesce(c.amount, 0) AS worth, coalesce(paid_s.amount, paid_e.amount, 0) AS sized_by,
           (SELECT min(month) FROM mrr WHERE mrr.account = account.id AND amount > 0) AS since
    FROM span CROSS JOIN account
    LEFT JOIN by_usage ON by_usage.account = account.id AND by_usage.start = span.start
    LEFT JOIN priced a ON a.account = account.id AND a.month = span.start AND a.at = span.start
                      AND a.is_mean = (by_usage.start IS NOT NULL)
    LEFT JOIN priced b ON b.account = account.id AND b.month = span.finish AND b.at = span.start
                      AND b.is_mean = (by_usage.start IS NOT NULL)
    LEFT JOIN priced c ON c.account = account.id AND c.month = span.finish AND c.at = span.finish
                      AND c.is_mean = (by_usage.start IS NOT NULL)
    LEFT JOIN priced paid_s ON paid_s.account = account.id AND paid_s.month = span.start AND paid_s.at = span.start
                           AND paid_s.is_mean = 0
    LEFT JOIN priced paid_e ON paid_e.account = account.id AND paid_e.month = span.finish AND paid_e.at = span.start
                           AND paid_e.is_mean = 0;
CREATE VIEW fact AS
    SELECT *,
           CASE WHEN CAST(coalesce(
                    (SELECT value FROM dated WHERE account = pair.id AND dimension = 'consumer' AND month <= start
                     ORDER BY month DESC LIMIT 1),
                    (SELECT value FROM dated WHERE account = pair.id AND dimension = 'consumer' ORDER BY month LIMIT 1),
                    consumer) AS INTEGER) THEN 'Consumer'
                WHEN 12 * sized_by < mid_market_from THEN 'SMB'
                WHEN 12 * sized_by <= enterprise_above THEN 'Mid-Market'
                ELSE 'Enterprise' END AS size,
           CASE WHEN start - since < 12 THEN 'Under 1 year' WHEN start - since < 24 THEN '1-2 years'
                WHEN start - since < 36 THEN '2-3 years' ELSE 'Over 3 years' END AS tenure
    FROM pair, size_rule WHERE s > 0 OR e > 0;
"""

_SUMS = """
    sum(s) AS starting,
    sum(CASE WHEN s > 0 AND e > s THEN e - s ELSE 0 END) AS expansion,
    sum(CASE WHEN e > 0 AND e < s THEN s - e ELSE 0 END) AS contraction,
    sum(CASE WHEN e = 0 THEN s ELSE 0 END) AS churn,
    sum(CASE WHEN s > 0 THEN e ELSE 0 END) AS ending,
    sum(CASE WHEN s = 0 AND since > start THEN e ELSE 0 END) AS new,
    sum(CASE WHEN s = 0 AND since < start THEN e ELSE 0 END) AS reactivated,
    sum(worth - e) AS fx_effect,
    sum(s > 0) AS base,
    sum(s > 0 AND e > s) AS expanded,
    sum(e > 0 AND e < s) AS contracted,
    sum(s > 0 AND e = 0) AS churned,
    sum(s > 0 AND e > 0) AS retained,
    sum(s = 0 AND since > start) AS new_accounts,
    sum(s = 0 AND since < start) AS reactivated_accounts
"""


def _steps(at: str) -> str:
    """Return every account's MRR at each close and the one before, both at the rates of the close `at`."""
    return f"""
    SELECT account.id, close.month, coalesce(a.amount, 0) AS s, coalesce(b.amount, 0) AS e,
           EXISTS (SELECT * FROM mrr WHERE mrr.account = account.id AND amount > 0 AND mrr.month < close.month) AS known
    FROM close JOIN close AS past ON past.month = close.month - 1 CROSS JOIN account
    LEFT JOIN priced a ON a.account = account.id AND a.month = past.month AND a.at = {at} AND a.is_mean = 0
    LEFT JOIN priced b ON b.account = account.id AND b.month = close.month AND b.at = {at} AND b.is_mean = 0
"""


def _movements(at: str) -> str:
    return f"""
    SELECT id, month, CASE WHEN NOT known THEN 'new' WHEN s = 0 THEN 'reactivation' WHEN e = 0 THEN 'churn'
                WHEN e > s THEN 'expansion' ELSE 'contraction' END AS kind,
           abs(e - s) AS amount
    FROM ({_steps(at)}) WHERE e <> s ORDER BY month, id
"""


class Oracle:
    """A ledger as long rows in SQLite, and the figures that SQL finds in them."""

    def __init__(
        self,
        ledger: Ledger,
        rules: SizeRules,
        members: Mask | None = None,
        *,
        usage_months: int = 0,
        usage_names: Collection[str] = (),
    ) -> None:
        """Load the accounts that are not excluded and, when `members` is given, in it.

        Args:
            ledger: the accounts and their MRR.
            rules: the size limits.
            members: (accounts,) True for the accounts to load.
            usage_months: the months of the mean with which accounts that pay by usage enter windows.
            usage_names: the pricing models that are usage, as the ledger writes them.

        """
        self._columns = tuple(ledger.columns)
        self._database = sqlite3.connect(":memory:")
        self._database.executescript(_SCHEMA.format(columns=", ".join(f'"{key}" TEXT' for key in self._columns)))
        self._database.execute(
            "INSERT INTO size_rule VALUES (?, ?)",
            (
                rules.mid_market_from * 10**ledger.currency.exponent,
                rules.enterprise_above * 10**ledger.currency.exponent,
            ),
        )
        self._database.executemany(
            "INSERT INTO close VALUES (?)", [(ledger.first.ordinal + row,) for row in range(len(ledger.panel))]
        )
        self._database.executemany("INSERT INTO rate VALUES (?, ?, ?, ?)", _rates(ledger))
        for account in range(ledger.accounts.count):
            if ledger.accounts.excluded[account] or (members is not None and not members[account]):
                continue
            cells = [_cell(column.values, int(column.codes[account])) for column in ledger.columns.values()]
            places = ", ".join("?" * (3 + len(cells)))
            self._database.execute(
                f"INSERT INTO account VALUES ({places})",
                (account, int(ledger.accounts.consumer[account]), int(ledger.currencies.codes[account]), *cells),
            )
            self._database.executemany(
                "INSERT INTO mrr VALUES (?, ?, ?)",
                [
                    (account, ledger.first.ordinal + row, amount)
                    for row, amount in enumerate(ledger.panel[:, account].tolist())
                    if amount
                ],
            )

        flags = ledger.accounts.consumer_changes
        if flags:
            self._database.executemany(
                "INSERT INTO dated VALUES (?, 'consumer', ?, ?)",
                zip(flags.accounts.tolist(), flags.months.tolist(), map(str, flags.codes.tolist()), strict=True),
            )
        for key, column in ledger.columns.items():
            if column.changes:
                rows = zip(column.changes.accounts.tolist(), column.changes.months.tolist(), strict=True)
                codes = column.changes.codes.tolist()
                self._database.executemany(
                    "INSERT INTO dated VALUES (?, ?, ?, ?)",
                    [
                        (*row, _cell(column.values, code))
                        for (row, code) in zip(((account, key, month) for account, month in rows), codes, strict=True)
                    ],
                )

        self._database.execute("INSERT INTO entry SELECT account, month, 0, amount FROM mrr")
        self._database.execute(
            """INSERT INTO entry
               SELECT last.account, last.month, 1,
                      sum(near.amount) / count(*) + (2 * (sum(near.amount) % count(*)) >= count(*))
               FROM mrr AS last JOIN mrr AS near ON near.account = last.account
                    AND near.month > last.month - ? AND near.month <= last.month
               GROUP BY last.account, last.month""",
            (max(1, usage_months),),
        )
        if usage_months:
            self._database.execute(
                f"""INSERT INTO by_usage SELECT fact.id, start FROM (
                        SELECT account.*, close.month AS start FROM account CROSS JOIN close
                    ) AS fact WHERE {self._value("pricing_model")} IN ({", ".join("?" * len(usage_names))})""",
                tuple(usage_names),
            )

    def cube(self, windows: Iterable[Window]) -> dict[Key, tuple[int, ...]]:
        """Return the sums of every value of every dimension in every window; what has no account is not there."""
        self._database.executemany(
            "INSERT OR IGNORE INTO span VALUES (?, ?)",
            [(window.start.ordinal, window.end.ordinal) for window in windows],
        )
        return dict(self._by(None, "NULL")) | {
            key: sums
            for dimension in ("size", *self._columns, "tenure")
            for key, sums in self._by(dimension, f"coalesce({self._value(dimension)}, 'Unassigned')")
        }

    def _by(self, dimension: str | None, expression: str) -> Iterator[tuple[Key, tuple[int, ...]]]:
        query = f"SELECT start, finish, {expression} AS value, {_SUMS} FROM fact GROUP BY start, finish, value"
        for start, finish, value, *sums in self._database.execute(query):
            yield (dimension, value, Window(Month(start), Month(finish))), tuple(sums)

    def _value(self, dimension: str) -> str:
        """Return the value at the start: the last that had begun, else the first one, else what has no date."""
        if dimension not in self._columns:
            return dimension
        of = f"FROM dated WHERE dated.account = fact.id AND dimension = '{dimension}'"
        return f"""CASE WHEN NOT EXISTS (SELECT * {of}) THEN "{dimension}"
            WHEN EXISTS (SELECT * {of} AND month <= start)
            THEN (SELECT dated.value {of} AND month <= start ORDER BY month DESC LIMIT 1)
            ELSE (SELECT dated.value {of} ORDER BY month LIMIT 1) END"""

    def movements(self) -> list[tuple[int, int, str, int]]:
        """Return (account, month, kind, amount) of every change from one close to the next, by month and account."""
        return self._database.execute(_movements("past.month")).fetchall()

    def ratios(self, window: Window) -> tuple[Ratios, Ratios]:
        """Return (NRR, GRR) of the methods `movements` and `compounded`."""
        (starting,) = self._database.execute(
            "SELECT coalesce(sum(amount), 0) FROM priced WHERE month = :start AND at = :start AND is_mean = 0",
            {"start": window.start.ordinal},
        ).fetchone()
        gained, lost = self._database.execute(
            f"""SELECT coalesce(sum(CASE WHEN kind IN ('expansion', 'reactivation') THEN amount END), 0),
                       coalesce(sum(CASE WHEN kind IN ('contraction', 'churn') THEN amount END), 0)
                FROM ({_movements(str(window.start.ordinal))}) WHERE month > ? AND month <= ?""",
            (window.start.ordinal, window.end.ordinal),
        ).fetchone()
        movements = (
            (Fraction(starting + gained - lost, starting), Fraction(starting - lost, starting))
            if starting
            else (None, None)
        )
        months = self._database.execute(
            f"SELECT sum(s), sum(CASE WHEN s > 0 THEN e END), sum(min(s, e)) FROM ({_steps('past.month')}) "
            "WHERE month > ? AND month <= ? GROUP BY month",
            (window.start.ordinal, window.end.ordinal),
        ).fetchall()
        if len(months) < window.months or not all(start for start, _, _ in months):
            return movements, (None, None)
        net = math.prod(Fraction(end, start) for start, end, _ in months)
        gross = math.prod(Fraction(kept, start) for start, _, kept in months)
        return movements, (Fraction(net), Fraction(gross))


def _rates(ledger: Ledger) -> Iterator[tuple[int, int, int, int]]:
    """Yield (currency, month, part, whole): what a minor unit of each currency is worth at each close."""
    for row in range(len(ledger.panel)):
        month = ledger.first + row
        for at, currency in enumerate(ledger.currencies.known):
            rate = ledger.currencies.rates.get((month, currency.code)) if at else Fraction(1)
            if rate is not None:
                rate *= Fraction(10**ledger.currency.exponent, 10**currency.exponent)
                yield at, month.ordinal, rate.numerator, rate.denominator


def _cell(values: tuple[str, ...], code: int) -> str | None:
    return None if code < 0 else values[code]
