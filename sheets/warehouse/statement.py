"""The one SELECT: the sums of every window, cut by up to four dimensions, or the accounts of one window.

It has no dates, window functions, FILTER or GROUPING SETS, so that every engine takes the same text. Months are counted
as 12 x year + month - 1. An outer join finds nothing as NULL or, on ClickHouse, as a blank or 0: no test is for NULL
alone.

Accounts that no figure may count are recognised inside the statement, and their rows carry the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.advice.loss_levers import LossBands
from core.ledger.segments import TENURES, UNASSIGNED
from core.metrics.cube import WINDOW_MONTHS
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.port import AMOUNTS, CHANGE_OF_MRR, END_MRR, MOST_DIMENSIONS, NO_BANDS, START_MRR, Kind, Side
from core.terms import SIZES, Metric
from sheets.warehouse.tables import Dialect, Tables, check_dimension, spell_code

_LATEST = 9_999_999
_NO_TEXT = "''"

# Why an account is in no figure -> the rows that show it.
EXCLUSIONS: Mapping[str, str] = {
    "id_missing": "no id, so that it is not known whose they are",
    "negative": "an amount below zero",
    "account_twice": "two rows in the table of accounts",
    "history_twice": "two rows of one month in the table of history",
    "no_account": "no row in the table of accounts, so that its currency is not known",
    "fx_missing": "no rate of its currency at a close that it needs",
}

# The columns after the dimensions: the measures in the order of MEASURES, then three sums of products.
_MEASURED = (
    ("starting", "s"),
    ("expansion", "CASE WHEN s > 0 AND e > s THEN e - s ELSE 0 END"),
    ("contraction", "CASE WHEN e > 0 AND e < s THEN s - e ELSE 0 END"),
    ("churn", "CASE WHEN e = 0 THEN s ELSE 0 END"),
    ("ending", "CASE WHEN s > 0 THEN e ELSE 0 END"),
    ("new_mrr", "CASE WHEN s = 0 AND since_m > start_m THEN e ELSE 0 END"),
    ("reactivated", "CASE WHEN s = 0 AND since_m <= start_m THEN e ELSE 0 END"),
    ("fx_effect", "n - e"),
    ("base", "CASE WHEN s > 0 THEN 1 ELSE 0 END"),
    ("expanded", "CASE WHEN s > 0 AND e > s THEN 1 ELSE 0 END"),
    ("contracted", "CASE WHEN e > 0 AND e < s THEN 1 ELSE 0 END"),
    ("churned", "CASE WHEN s > 0 AND e = 0 THEN 1 ELSE 0 END"),
    ("retained", "CASE WHEN s > 0 AND e > 0 THEN 1 ELSE 0 END"),
    ("new_accounts", "CASE WHEN s = 0 AND since_m > start_m THEN 1 ELSE 0 END"),
    ("reactivated_accounts", "CASE WHEN s = 0 AND since_m <= start_m THEN 1 ELSE 0 END"),
    ("start_squares", "{s} * {s}"),
    ("products", "{s} * {e}"),
    ("end_squares", "CASE WHEN s > 0 THEN {e} * {e} ELSE 0 END"),
)
# The excluded accounts, and their MRR: few, so that no engine looks for them among all pairs of closes.
_LEFT_OUT = """left_out AS (SELECT account_id FROM party WHERE excluded <> ''),
left_out_base AS (
    SELECT account_id, m, amount FROM base WHERE account_id IN (SELECT account_id FROM left_out)
)"""
# The names of the columns before the dimensions: the window, then why the accounts of a row are in no figure.
KEYS, REASONS = ("months", "start_m"), ("excluded", "unpriced")
# The names of those after them.
SUMS = tuple(name for name, _ in _MEASURED)
# What became of an account, in the order of the tests.
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("s = 0 AND since_m > start_m", "new"),
    ("s = 0", "reactivation"),
    ("e > s", "expansion"),
    ("e = 0", "churn"),
    ("e < s", "contraction"),
)
# The accounts that an answer may name: the test of each group, and the amount by which its largest are found.
_NAMED = (
    ("kind = 'expansion'", "e - s"),
    ("kind = 'contraction'", "s - e"),
    ("kind = 'churn'", "s"),
    ("kind = 'new'", "e"),
    ("kind = 'reactivation'", "e"),
    ("s > 0", "s"),
    ("s > 0 AND e > 0", "e"),
)
# The amount of an account that a filter by an amount compares.
_AMOUNTS = {START_MRR: "s", END_MRR: "e", CHANGE_OF_MRR: "ABS(e - s)"}
# These need more than 64 bits.
PRODUCTS = ("start_squares", "products", "end_squares")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about one set of tables.

    Attributes:
        tables: where the rows are.
        reporting: the code of the reporting currency.
        first: the first close of a window.
        through: the last close; later months do not exist yet.
        size_limits: the lowest MRR of Mid-Market and the highest one, in minor units, at the close of each start; one
            entry under None where they never change. Empty: there are no sizes.
        dialect: the spelling of the engine.

    """

    tables: Tables
    reporting: str
    first: Month
    through: Month
    size_limits: Mapping[Month | None, tuple[int, int]] = field(default_factory=dict)
    dialect: Dialect = field(default_factory=Dialect)

    def sum_windows(
        self,
        dimensions: Sequence[str],
        lengths: Sequence[int] = WINDOW_MONTHS,
        window: Window | None = None,
        amounts: Sequence[Filter] = (),
    ) -> str:
        """Return the statement of the sums of all windows of these lengths, or of one window.

        Its columns are `months`, `start_m`, `excluded`, `unpriced`, one per dimension, and those of the measures. A row
        whose `excluded` is not blank is of accounts that are in no figure, those without MRR in the window among them.
        If no rate converts their amounts, `unpriced` is their currency, and `starting` is in minor units of it. Their
        `ending` is the highest MRR that each ever had.

        Args:
            dimensions: at most four; the values are taken at the start of each window.
            lengths: in months.
            window: the one window; None for all.
            amounts: filters by an amount.

        Raises:
            ValueError: there are more dimensions, or one has no plain name.

        """
        _check_number(dimensions)
        spans = " UNION ALL ".join(
            f"SELECT {length}{'' if number else ' AS months'}" for number, length in enumerate(sorted(lengths))
        )
        windows = f"""span AS ({spans}),
win AS (
    SELECT x.months AS months, a.m AS start_m, b.m AS end_m
    FROM span x CROSS JOIN known_month a JOIN known_month b ON b.m = a.m + x.months
)"""
        if window:
            windows = self._name_windows(window)
        tests = _list_tests(self.dialect, amounts)
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        columns = [*KEYS, *REASONS, *(f"d_{name}" for name in dimensions)]
        wide = {name: f"CAST({name} AS {self.dialect.sum})" for name in ("s", "e")}
        measured = dict(_MEASURED)
        measured["ending"] = f"CASE WHEN excluded <> '' THEN most ELSE {measured['ending']} END"
        if self.tables.fx:
            measured["starting"] = "CASE WHEN unpriced = '' THEN s ELSE own END"
        sums = ",\n    ".join(
            f"SUM({expression.format(**wide)}) AS {name}"
            if name in PRODUCTS
            else f"CAST(SUM({expression}) AS BIGINT) AS {name}"
            for name, expression in measured.items()
        )
        closes = (window.start, window.end) if window else ()
        return (
            f"{self._list_facts(dimensions, windows, closes, with_unpaid=True, with_most=True)}\n"
            f"SELECT {', '.join(columns)},\n    {sums}\nFROM cut{where} GROUP BY {', '.join(columns)}"
        )

    def read_cube(self, table: str, dimensions: Sequence[str]) -> str:
        """Return the statement of the rows that a table has of `sum_windows`; they may be cut by more dimensions.

        Args:
            table: the name of the table, as the dbt package builds it.
            dimensions: the dimensions to read.

        Raises:
            ValueError: a dimension has no plain name.

        """
        columns = [*KEYS, *REASONS, *(f"d_{check_dimension(name)}" for name in dimensions)]
        return (
            f"SELECT {', '.join((*columns, *SUMS))}\nFROM {table}\n"
            f"WHERE start_m >= {self.first.ordinal} AND start_m + months <= {self.through.ordinal}"
        )

    def sum_closes(self, dimensions: Sequence[str], closes: Sequence[Month]) -> str:
        """Return the statement of the MRR and the accounts at some closes, by combination of values.

        Its columns are `start_m`, one per dimension, `mrr` and `accounts`.

        Args:
            dimensions: at most four; the values are those at each close.
            closes: the closes.

        Raises:
            ValueError: there are more dimensions, or one has no plain name.

        """
        _check_number(dimensions)
        columns = ", ".join(["start_m", *(f"d_{name}" for name in dimensions)])
        return (
            f"{self._list_facts(dimensions, _name_closes(closes), closes)}\n"
            f"SELECT {columns}, SUM(s) AS mrr, COUNT(*) AS accounts\n"
            f"FROM cut WHERE excluded = '' GROUP BY {columns}"
        )

    def list_pairs(
        self,
        window: Window,
        filters: Sequence[Filter] = (),
        limit: int | None = None,
        dimensions: Sequence[str] = (),
        bands: LossBands = NO_BANDS,
    ) -> str:
        """Return the statement of the accounts of one window: `counted`, `name`, `s`, `e`, `since_m`, `paid_m`.

        Where `counted` is 0, the row is of the account `name`. Else it has the sums of so many accounts, all of the
        kind `name`, and of the band of months and the band of amounts in the last two columns.

        Args:
            window: the window.
            filters: an account meets a filter of each of their dimensions, and has no excluded value.
            limit: the most accounts of each group of `Pairs`; when None, all accounts without sums and `paid_m`.
            dimensions: further columns are the values of these.
            bands: the limits between the bands.

        Raises:
            ValueError: a dimension has no plain name.

        """
        named = _list_dimensions(dimensions, filters)
        facts = self._list_facts(named, self._name_windows(window), (window.start, window.end))
        tests = " AND ".join(["excluded = ''", *_list_tests(self.dialect, filters)])
        values = "".join(f", d_{name}" for name in dimensions)
        if limit is None:
            columns = f"0 AS counted, account_id AS name, s, e, since_m, 0 AS paid_m{values}"
            return f"{facts}\nSELECT {columns}\nFROM cut WHERE {tests}"
        kinds = _indent([f"WHEN {test} THEN '{kind}'" for test, kind in _KINDS], 12, "")
        groups = "\n    UNION ALL\n    ".join(
            f"SELECT * FROM (SELECT * FROM named WHERE {test} ORDER BY {amount} DESC, account_id LIMIT {int(limit)}) "
            f"g{number}"
            for number, (test, amount) in enumerate(_NAMED)
        )
        own = "".join(f", g.d_{name}" for name in dimensions)
        return f"""{facts},
named AS (
    SELECT account_id, s, e, since_m{values},
        CASE
            {kinds}
            ELSE 'unchanged'
        END AS kind,
        {_name_age(bands.months, self.first)} AS age,
        {_count_reached("s >=", bands.amounts)} AS amount
    FROM cut WHERE {tests}
),
largest AS (
    {groups}
)
SELECT 0 AS counted, g.account_id AS name, g.s AS s, g.e AS e, g.since_m AS since_m,
    MAX(COALESCE(b.m, 0)) AS paid_m{own}
FROM largest g
    LEFT JOIN (
        SELECT account_id, m FROM level WHERE amount > 0 AND m < {window.end.ordinal}
    ) b ON b.account_id = g.account_id
GROUP BY g.account_id, g.s, g.e, g.since_m{own}
UNION ALL
SELECT CAST(COUNT(*) AS BIGINT), kind, SUM(s), SUM(e), age, amount{", ''" * len(dimensions)}
FROM named GROUP BY kind, age, amount"""

    def list_names(self, accounts: Sequence[str]) -> str:
        """Return the statement of the names of some accounts: `account_id`, `name`."""
        quoted = ", ".join(map(self.dialect.quote, accounts))
        return (
            f"SELECT t.account_id AS account_id, MIN(t.name) AS name\n"
            f"FROM {self.tables.accounts} t WHERE t.account_id IN ({quoted}) GROUP BY t.account_id"
        )

    def compare_pairs(self, sides: tuple[Side, Side], starting: tuple[int, int], metric: Metric, limit: int) -> str:
        """Return the statement of the accounts that explain most of the difference between a ratio of two sides.

        Its columns are `name`, `is_whole`, `explaining`, `left_out`, and `s0`, `e0`, `s1`, `e1`: MRR at both closes of
        the first side, then of the second one. The row with `is_whole` has the sums of all accounts, the number of
        those that explain any of the difference, and of the excluded accounts of either side.

        Args:
            sides: the windows and the filters.
            starting: the MRR at the start of each side.
            metric: the ratio.
            limit: the most accounts.

        """
        windows = list(dict.fromkeys(window for window, _ in sides))
        dimensions = _list_dimensions((), [entry for _, filters in sides for entry in filters])
        columns, members = [], []
        for number, (window, filters) in enumerate(sides):
            tests = [f"months = {window.months}", f"start_m = {window.start.ordinal}"]
            members.append(" AND ".join((*tests, *_list_tests(self.dialect, filters))))
            case = f"CASE WHEN excluded = '' AND {members[-1]} THEN"
            columns += [f"SUM({case} {amount} ELSE 0 END) AS {amount}{number}" for amount in "se"]
        left_out = f"CASE WHEN excluded <> '' AND ({' OR '.join(members)}) THEN 1 ELSE 0 END"
        columns.append(f"MAX({left_out}) AS left_out")
        changes = [f"e{side} - s{side}" for side in range(2)]
        if metric == "grr":
            changes = [f"CASE WHEN e{side} < s{side} THEN {change} ELSE 0 END" for side, change in enumerate(changes)]
        wide = self.dialect.sum
        parts = [
            f"CAST({change} AS {wide}) * CAST({whole} AS {wide}) AS part{side}"
            for side, (change, whole) in enumerate(zip(changes, reversed(starting), strict=True))
        ]
        # An account that lost as much in both, once by leaving, explains a component of the ratio.
        parts += [f"CASE WHEN s{side} > 0 AND e{side} = 0 THEN 1 ELSE 0 END AS left{side}" for side in range(2)]
        closes = sorted({close for window in windows for close in (window.start, window.end)})
        facts = self._list_facts(dimensions, self._name_windows(*windows), closes, with_unpaid=True)
        sums = ", ".join(f"COALESCE(SUM({amount}), 0)" for amount in ("s0", "e0", "s1", "e1"))
        return f"""{facts},
side AS (
    SELECT {_indent(["account_id", *columns])}
    FROM cut WHERE s > 0 OR excluded <> '' GROUP BY account_id
),
part AS (
    SELECT {_indent(["account_id, left_out, s0, e0, s1, e1", *parts])}
    FROM side
),
gap AS (
    SELECT account_id, left_out, s0, e0, s1, e1, ABS(part0 - part1) AS amount,
        CASE WHEN part0 <> part1 OR left0 <> left1 THEN 1 ELSE 0 END AS explains
    FROM part
)
SELECT * FROM (
    SELECT account_id AS name, 0 AS is_whole, 1 AS explaining, 0 AS left_out, s0, e0, s1, e1
    FROM gap WHERE explains = 1 ORDER BY amount DESC, account_id LIMIT {int(limit)}
) named
UNION ALL
SELECT '', 1, CAST(COALESCE(SUM(explains), 0) AS BIGINT), CAST(COALESCE(SUM(left_out), 0) AS BIGINT),
    {sums}
FROM gap"""

    def _name_windows(self, *windows: Window) -> str:
        """Return the named query of some windows. One that ends after the last close is taken as of that close."""
        selects = "\n    UNION ALL\n".join(
            f"""    SELECT {window.months} AS months, a.m AS start_m, b.m AS end_m
    FROM known_month a JOIN known_month b ON b.m = a.m + {window.start.until(min(window.end, self.through))}
    WHERE a.m = {window.start.ordinal}"""
            for window in windows
        )
        return f"win AS (\n{selects}\n)"

    def ask_about_accounts(self, parts: Sequence[str], select: str) -> str:
        """Return a statement on `level`, `life`, `party` and the other named queries below any window.

        Args:
            parts: further named queries.
            select: the SELECT from them.

        """
        return "WITH " + ",\n".join([*self._read_levels(), *self._list_accounts(()), *parts]) + f"\n{select}"

    def _list_facts(
        self,
        dimensions: Sequence[str],
        windows: str,
        closes: Sequence[Month] = (),
        *,
        with_unpaid: bool = False,
        with_most: bool = False,
    ) -> str:
        """Return the WITH clause that ends in `cut`: each account and window, and its values of the dimensions.

        Args:
            dimensions: the dimensions.
            windows: the named query of the windows.
            closes: the closes of the windows; all where it is empty.
            with_unpaid: whether the excluded accounts without MRR in a window are among them.
            with_most: whether the highest MRR of the excluded accounts, at the rates of the start, is among the values.

        """
        columns = [check_dimension(name) for name in dimensions if name not in {"size", "tenure"}]
        if "size" in dimensions and not self.size_limits:
            raise ValueError("there are no limits between the sizes")
        parts = [
            *self._read_levels(closes),
            windows,
            *self._list_accounts(columns),
            *self._list_versions(columns),
            *([self._price_closes()] if self.tables.fx else []),
            *([_LEFT_OUT] if with_unpaid else []),
            self._pair_closes(with_unpaid=with_unpaid),
            self._describe_pairs(columns, with_most=with_most),
            self._cut(dimensions, ("most",) if with_most else ()),
        ]
        return "WITH " + ",\n".join(parts)

    @property
    def _amounts(self) -> tuple[str, ...]:
        return ("s", "e", "n", "own") if self.tables.fx else ("s", "e", "n")

    @property
    def _named_columns(self) -> tuple[str, ...]:
        return ("consumer",) if self.tables.has_consumers else ()

    def _read_levels(self, closes: Sequence[Month] = ()) -> list[str]:
        """Return the amounts of each account and month, added up, the months that have rows, and MRR at the closes."""
        at_closes = f"m >= {self.first.ordinal}"
        if closes:
            at_closes = f"m IN ({', '.join(str(close.ordinal) for close in closes)})"
        tables, first = self.tables, self.first.ordinal
        account, source = "COALESCE(r.account_id, '')", f"{tables.mrr} r"
        if tables.aliases:
            account = f"CASE WHEN COALESCE(x.same_as, '') = '' THEN {account} ELSE x.same_as END"
            same = "SELECT t.account_id AS account_id, MIN(t.same_as) AS same_as"
            source = f"""{source}
        LEFT JOIN ({same} FROM {tables.aliases} t GROUP BY t.account_id) x ON x.account_id = r.account_id"""
        return [
            f"""entry AS (
    SELECT {account} AS account_id, r.m AS m, CAST(r.amount AS {self.dialect.sum}) AS part
    FROM {source}
    WHERE r.m <= {self.through.ordinal}
)""",
            """level AS (
    SELECT account_id, m, SUM(part) AS amount, MIN(part) AS lowest FROM entry GROUP BY account_id, m
)""",
            f"known_month AS (SELECT m FROM level WHERE m >= {first} GROUP BY m)",
            f"""base AS (
    SELECT account_id, m, CAST(amount AS BIGINT) AS amount FROM level WHERE amount > 0 AND {at_closes}
)""",
            f"""life AS (
    SELECT account_id, MIN(CASE WHEN amount > 0 THEN m ELSE {_LATEST} END) AS since_m,
        MIN(CASE WHEN amount > 0 AND m >= {first} THEN m ELSE {_LATEST} END) AS first_m,
        MAX(CASE WHEN amount > 0 THEN m ELSE 0 END) AS last_m, MIN(lowest) AS least,
        CAST(MAX(CASE WHEN amount > 0 AND m >= {first} THEN amount ELSE 0 END) AS BIGINT) AS most
    FROM level GROUP BY account_id
)""",
        ]

    def _list_accounts(self, columns: Sequence[str]) -> list[str]:
        """Return all accounts that have amounts, their current values, and why some are excluded."""
        tables = self.tables
        own = [*self._named_columns, *columns, *(("currency",) if tables.fx else ())]
        parts = [_group_rows("listed", ("account_id",), own, tables.accounts)]
        values = [f"COALESCE(c.{name}, 0) AS {name}" for name in self._named_columns]
        values += [_name_blanks(f"c.{name}", name) for name in columns]
        reasons = [
            "WHEN TRIM(g.account_id) = '' THEN 'id_missing'",
            "WHEN g.least < 0 THEN 'negative'",
            "WHEN COALESCE(c.copies, 0) > 1 THEN 'account_twice'",
        ]
        joins = ["LEFT JOIN listed c ON c.account_id = g.account_id"]
        if tables.history:
            dated = [*self._named_columns, *self._list_dated(columns)]
            parts.append(_group_rows("dating", ("account_id", "from_m"), dated, tables.history))
            parts.append(
                """dated AS (
    SELECT account_id, MIN(from_m) AS first_m, MAX(copies) AS most FROM dating GROUP BY account_id
)"""
            )
            values.append("COALESCE(d.most, 0) AS versions")
            joins.append("LEFT JOIN dated d ON d.account_id = g.account_id")
            reasons.append("WHEN COALESCE(d.most, 0) > 1 THEN 'history_twice'")
        if tables.fx:
            parts += self._list_rates(tables.fx)
            values.append("COALESCE(c.currency, '') AS currency")
            joins.append("LEFT JOIN lacking k ON k.currency = c.currency")
            reasons.append("WHEN COALESCE(c.currency, '') = '' THEN 'no_account'")
            lacks_rate = "COALESCE(k.first_m, 0) > 0 AND g.last_m >= k.first_m"
            reasons.append(f"WHEN {lacks_rate} THEN 'fx_missing'")
            values.append(f"CASE WHEN {lacks_rate} THEN c.currency ELSE '' END AS unpriced")
        reasons.append("ELSE ''")
        cases = _indent(reasons, 12, "")
        parts.append(
            f"""party AS (
    SELECT {_indent(["g.account_id AS account_id", "g.since_m AS since_m", "g.most AS most", *values])},
        CASE
            {cases}
        END AS excluded
    FROM life g
        {_indent(joins, separator="")}
)"""
        )
        return parts

    def _list_rates(self, fx: str) -> list[str]:
        """Return the rate of each currency at each close, and the first close that lacks one that is needed.

        Before the first MRR in a currency, a close without a rate has that of the first MRR.
        """
        rate = self.dialect.rate
        code, reporting = spell_code("t.currency"), self.dialect.quote(self.reporting)
        zero, one = (f"CAST({number} AS {rate})" for number in (0, 1))
        return [
            f"""opening AS (
    SELECT c.currency AS currency, MIN(g.first_m) AS first_m, MAX(g.last_m) AS last_m
    FROM life g JOIN listed c ON c.account_id = g.account_id
    WHERE COALESCE(c.currency, '') <> '' AND g.first_m < {_LATEST} GROUP BY c.currency
)""",
            f"""rate AS (
    SELECT {code} AS currency, t.m AS m, MIN(CAST(t.rate AS {rate})) AS rate
    FROM {fx} t WHERE {code} <> {reporting} GROUP BY {code}, t.m
)""",
            f"""price AS (
    SELECT o.currency AS currency, k.m AS m,
        CASE
            WHEN o.currency = {reporting} THEN {one}
            WHEN COALESCE(f.rate, {zero}) > 0 THEN f.rate
            WHEN k.m < o.first_m THEN COALESCE(g.rate, {zero})
            ELSE {zero}
        END AS rate,
        CASE WHEN k.m >= o.first_m AND k.m <= o.last_m THEN 1 ELSE 0 END AS needed
    FROM opening o CROSS JOIN known_month k
        LEFT JOIN rate f ON f.currency = o.currency AND f.m = k.m
        LEFT JOIN rate g ON g.currency = o.currency AND g.m = o.first_m
)""",
            """lacking AS (
    SELECT currency, MIN(m) AS first_m FROM price WHERE needed = 1 AND rate = 0 GROUP BY currency
)""",
        ]

    def _list_versions(self, columns: Sequence[str]) -> list[str]:
        """Return the values of each account with the months between which they apply; nothing without a history."""
        if not self.tables.history:
            return []
        columns = self._list_dated(columns)
        own = "".join(f", {name}" for name in (*self._named_columns, *(f"d_{name}" for name in columns)))
        dated = [f"COALESCE(MIN(h.{name}), 0) AS {name}" for name in self._named_columns]
        dated += [_name_blanks(f"MIN(h.{name})", name) for name in columns]
        ends = f"MIN(CASE WHEN t.from_m > h.from_m THEN t.from_m ELSE {_LATEST} END)"
        return [
            f"""version AS (
    SELECT account_id, 0 AS from_m, {_LATEST} AS to_m{own} FROM party WHERE versions = 0
    UNION ALL
    SELECT h.account_id, CASE WHEN h.from_m = MIN(g.first_m) THEN 0 ELSE h.from_m END,
        {_indent([ends, *dated])}
    FROM dating h JOIN dated g ON g.account_id = h.account_id JOIN dating t ON t.account_id = h.account_id
    GROUP BY h.account_id, h.from_m
)"""
        ]

    def _list_dated(self, columns: Sequence[str]) -> list[str]:
        """Return the columns whose values have dates."""
        return [name for name in columns if self.tables.history and name not in self.tables.undated]

    def _price_closes(self) -> str:
        """Return the MRR at each close with the rate there, and at that rate.

        A rate that is not known is 0: only excluded accounts need one.
        """
        rate = f"COALESCE(r.rate, CAST(0 AS {self.dialect.rate}))"
        values = [*(f"b.{name} AS {name}" for name in ("account_id", "m", "amount")), "c.currency AS currency"]
        values += [f"{rate} AS rate", f"{self._convert('b.amount', rate)} AS own"]
        joins = [
            "LEFT JOIN listed c ON c.account_id = b.account_id",
            "LEFT JOIN price r ON r.currency = c.currency AND r.m = b.m",
        ]
        return _select("priced", values, "base b", joins)

    def _pair_closes(self, *, with_unpaid: bool) -> str:
        """Return the MRR of each account at both closes of each window, where it has some at one of them.

        Both are at the rates of the start, `n` is that of the end at the rates of the end. `own` is that of the start
        in the account's currency, where there are several.

        Args:
            with_unpaid: whether the excluded accounts without MRR at either close follow.

        """
        source, start, arrived, priced = "base", "b.amount", "b.amount", ""
        end = at_end = "COALESCE(f.amount, 0)"
        own = no_own = unpaid = ""
        if self.tables.fx:
            own, no_own = ",\n        b.amount AS own", ",\n        0"
            source, start, at_end = "priced", "b.own", "COALESCE(f.own, 0)"
            end = self._convert("COALESCE(f.amount, 0)", "b.rate")
            arrived = self._convert("b.amount", f"COALESCE(r.rate, CAST(0 AS {self.dialect.rate}))")
            priced = "\n        LEFT JOIN price r ON r.currency = b.currency AND r.m = w.start_m"
        if with_unpaid:
            unpaid = f"""
    UNION ALL
    SELECT a.account_id, w.months, w.start_m, 0, 0, 0{", 0" if own else ""}
    FROM left_out a CROSS JOIN win w
        LEFT JOIN left_out_base b ON b.account_id = a.account_id AND b.m = w.start_m
        LEFT JOIN left_out_base f ON f.account_id = a.account_id AND f.m = w.end_m
    WHERE COALESCE(b.amount, 0) = 0 AND COALESCE(f.amount, 0) = 0"""
        return f"""pair AS (
    SELECT b.account_id AS account_id, w.months AS months, w.start_m AS start_m,
        {start} AS s,
        {end} AS e,
        {at_end} AS n{own}
    FROM {source} b JOIN win w ON w.start_m = b.m
        LEFT JOIN {source} f ON f.account_id = b.account_id AND f.m = w.end_m
    UNION ALL
    SELECT b.account_id, w.months, w.start_m, 0,
        {arrived},
        {start}{no_own}
    FROM {source} b JOIN win w ON w.end_m = b.m
        LEFT JOIN {source} f ON f.account_id = b.account_id AND f.m = w.start_m{priced}
    WHERE COALESCE(f.amount, 0) = 0{unpaid}
)"""

    def _convert(self, amount: str, rate: str) -> str:
        """Return an amount at a rate, rounded half-up, at least 1 minor unit; 0 where either is 0."""
        product = f"CAST(ROUND(CAST({amount} AS {self.dialect.amount}) * {rate}, 0) AS BIGINT)"
        cases = [
            # Most accounts pay in the reporting currency.
            f"WHEN {rate} = 1 THEN {amount}",
            f"WHEN {amount} > 0 AND {rate} > 0 AND {product} < 1 THEN 1",
            f"ELSE {product}",
        ]
        return f"CASE\n            {_indent(cases, 12, '')}\n        END"

    def _describe_pairs(self, columns: Sequence[str], *, with_most: bool) -> str:
        """Return the pairs with what is known of their accounts at the start."""
        dated = {f"d_{name}" for name in self._list_dated(columns)}
        if self.tables.history:
            dated.update(self._named_columns)
        values = [f"p.{name} AS {name}" for name in ("account_id", *KEYS, *self._amounts)]
        values += ["a.since_m AS since_m", "a.excluded AS excluded"]
        values.append(f"{'a.unpriced' if self.tables.fx else _NO_TEXT} AS unpriced")
        values += [
            f"{'v' if name in dated else 'a'}.{name} AS {name}"
            for name in (*self._named_columns, *(f"d_{name}" for name in columns))
        ]
        joins, where = ["JOIN party a ON a.account_id = p.account_id"], ""
        if with_most and self.tables.fx:
            most = self._convert("a.most", f"COALESCE(q.rate, CAST(0 AS {self.dialect.rate}))")
            values.append(f"CASE WHEN a.excluded = '' THEN 0 ELSE {most} END AS most")
            # Only excluded accounts need it.
            currency = "CASE WHEN a.excluded = '' THEN '' ELSE a.currency END"
            joins.append(f"LEFT JOIN price q ON q.currency = {currency} AND q.m = p.start_m")
        elif with_most:
            values.append("a.most AS most")
        if self.tables.history:
            joins.append("JOIN version v ON v.account_id = p.account_id")
            where = "\n    WHERE p.start_m >= v.from_m AND p.start_m < v.to_m"
        return _select("fact", values, "pair p", joins, where)

    def _cut(self, dimensions: Sequence[str], others: Sequence[str] = ()) -> str:
        names = ("account_id", *KEYS, "since_m", *REASONS, *self._amounts, *others)
        values = [f"f.{name} AS {name}" for name in names]
        values += [f"f.d_{name} AS d_{name}" for name in dimensions if name not in {"size", "tenure"}]
        joins = []
        if "size" in dimensions:
            consumer = "f.consumer = 1" if self.tables.has_consumers else ""
            low, high = "z.mid_market_from", "z.mid_market_to"
            if None in self.size_limits:
                low, high = map(str, self.size_limits[None])
            else:
                joins.append(f"JOIN ({self._list_size_limits()}) z ON z.m = f.start_m")
            values.append(_name_size(consumer, low, high))
        if "tenure" in dimensions:
            values.append(_name_tenure())
        return _select("cut", values, "fact f", joins)

    def _list_size_limits(self) -> str:
        months = sorted((month.ordinal, limits) for month, limits in self.size_limits.items() if month is not None)
        return " UNION ALL ".join(
            f"SELECT {month} AS m, {low} AS mid_market_from, {high} AS mid_market_to"
            if not number
            else f"SELECT {month}, {low}, {high}"
            for number, (month, (low, high)) in enumerate(months)
        )


def _list_dimensions(dimensions: Sequence[str], filters: Sequence[Filter]) -> list[str]:
    """Return the dimensions of a statement, those of its filters among them."""
    own = (entry.dimension for entry in filters if entry.dimension not in AMOUNTS)
    return list(dict.fromkeys((*dimensions, *own)))


def _name_closes(closes: Sequence[Month]) -> str:
    """Return the named query of windows that end where they begin."""
    months = ", ".join(str(close.ordinal) for close in closes)
    return f"""win AS (
    SELECT 0 AS months, a.m AS start_m, a.m AS end_m FROM known_month a WHERE a.m IN ({months})
)"""


def _check_number(dimensions: Sequence[str]) -> None:
    if len(dimensions) > MOST_DIMENSIONS:
        raise ValueError(f"at most {MOST_DIMENSIONS} dimensions a query")


def _list_tests(dialect: Dialect, filters: Sequence[Filter]) -> list[str]:
    """Return the tests that an account meets a filter of each dimension, and has no excluded value.

    An account whose amounts no rate converts may have any amount.
    """
    tests = []
    for entry in filters:
        if entry.dimension in AMOUNTS:
            sign = "<" if entry.excluded else ">="
            unpriced = " OR unpriced <> '' OR excluded = 'no_account'"
            tests.append(f"({_AMOUNTS[entry.dimension]} {sign} {int(entry.value)}{unpriced})")
    for name in _list_dimensions((), filters):
        for is_excluded, test in ((False, "IN"), (True, "NOT IN")):
            values = [
                dialect.quote(entry.value)
                for entry in filters
                if entry.dimension == name and entry.excluded == is_excluded
            ]
            if values:
                tests.append(f"d_{name} {test} ({', '.join(values)})")
    return tests


def _select(name: str, values: Sequence[str], source: str, joins: Sequence[str] = (), where: str = "") -> str:
    """Return a named query of values from a table and those that are joined to it."""
    joined = "".join(f"\n        {join}" for join in joins)
    return f"{name} AS (\n    SELECT {_indent(values)}\n    FROM {source}{joined}{where}\n)"


def _group_rows(name: str, keys: Sequence[str], columns: Sequence[str], table: str) -> str:
    """Return a named query with one row per key, the number of rows of the table, and a value of each column."""
    picked = [f"t.{key} AS {key}" for key in keys] + ["COUNT(*) AS copies"]
    picked += [
        f"MIN({spell_code(f't.{column}') if column == 'currency' else f't.{column}'}) AS {column}" for column in columns
    ]
    grouped = ", ".join(f"t.{key}" for key in keys)
    return f"{name} AS (\n    SELECT {_indent(picked)}\n    FROM {table} t GROUP BY {grouped}\n)"


def _indent(lines: Sequence[str], width: int = 8, separator: str = ",") -> str:
    """Return lines below each other."""
    return f"{separator}\n{' ' * width}".join(lines)


def _name_blanks(expression: str, name: str) -> str:
    """Return a value of a dimension without the spaces around it; one of spaces alone is a blank."""
    value = f"TRIM({expression})"
    return f"CASE WHEN COALESCE({value}, '') = '' THEN '{UNASSIGNED}' ELSE {value} END AS d_{name}"


def _name_size(consumer: str, low: str, high: str) -> str:
    """Return the size of an account by its MRR at the start, or at the end for one that has none at the start."""
    first, *others = SIZES
    flagged = f"WHEN {consumer} THEN '{first}' " if consumer else ""
    smb, mid_market, enterprise = others
    return (
        f"CASE {flagged}WHEN f.s > 0 AND f.s < {low} OR f.s = 0 AND f.e < {low} THEN '{smb}'\n"
        f"            WHEN f.s > 0 AND f.s <= {high} OR f.s = 0 AND f.e <= {high} THEN '{mid_market}' "
        f"ELSE '{enterprise}' END AS d_size"
    )


def _name_age(months: Sequence[int], first: Month) -> str:
    """Return the band of months since the first MRR, as `place_ages` has it."""
    is_unknown = f"s = 0 OR since_m <= {first.ordinal}"
    return f"CASE WHEN {is_unknown} THEN {len(months)} ELSE {_count_reached('start_m - since_m >=', months)} END"


def _count_reached(test: str, limits: Sequence[int]) -> str:
    """Return the number of ascending limits that meet a test."""
    cases = "".join(f"WHEN {test} {limit} THEN {number} " for number, limit in [*enumerate(limits, 1)][::-1])
    return f"CASE {cases}ELSE 0 END" if cases else "0"


def _name_tenure() -> str:
    """Return the whole years since the first MRR, at most three."""
    cases = " ".join(
        f"WHEN f.start_m - f.since_m >= {12 * years} THEN '{TENURES[years]}'"
        for years in range(len(TENURES) - 1, 0, -1)
    )
    return f"CASE {cases} ELSE '{TENURES[0]}' END AS d_tenure"
