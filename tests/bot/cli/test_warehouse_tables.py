"""The commands on the tables of a warehouse, on a DuckDB and a PostgreSQL that are started here."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import msgspec
import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.locale.translator import get_translator
from bot.messages.warehouse.problems import list_warehouse_problems
from core.config import Company, Config, Source
from core.config import Warehouse as Settings
from core.errors import ConfigError, WarehouseError
from core.ledger.segments import SizeRules
from core.money import find_currency
from core.months import Month
from core.reports.totals import measure_totals
from core.sources.comparison import compare_sources
from core.sources.panel import PanelSource
from sheets.excel.workbook import ExcelWorkbook
from sheets.ingest.parse import parse_tabs
from sheets.ingest.sync import read_grids
from sheets.problems import CODES, TABLE_CODES
from sheets.warehouse.configured_tables import list_tables
from sheets.warehouse.connection import build_connect_arguments, limit_jobs, open_warehouse
from sheets.warehouse.engine_errors import map_query_error
from sheets.warehouse.inspection.look import look_at_warehouse
from sheets.warehouse.inspection.problems import WarehouseProblem, find_problems
from sheets.warehouse.recognition import Recognition, recognise_company
from tests.support.command_line import Ran, nrrbot
from tests.support.duckdb_dialect import register_duckdb
from tests.support.engines import start_postgres
from tests.support.hostile_company import build_hostile_company
from tests.support.notation import options
from tests.support.sample_company import WORKBOOK
from tests.support.warehouse import Table, create_tables, export_ledger, insert_rows

TODAY = dt.datetime(2026, 10, 5, tzinfo=dt.UTC)
JAN = Month.of(2025, 1).ordinal
PAYING = ("good", "lack", "other", "mixed", "twice", "late")
# Of every rule one account that breaks it; March is missing for everyone, and May half loaded.
BROKEN = {
    "mrr": Table(
        ("account_id", "m", "amount"),
        [
            *((account, JAN + month, 1000) for account in PAYING for month in (0, 1, 3)),
            ("good", JAN + 4, 1000), ("below", JAN, 700), ("below", JAN + 1, -1), ("gap", JAN, 500),
            ("gap", JAN + 3, 500), ("unlisted", JAN, 1000), ("blank", JAN, 40), (None, JAN, 70),
            ("good", JAN + 90, 1),
        ],
    ),
    "accounts": Table(
        ("account_id", "currency", "region", "seats"),
        [
            *((account, "EUR", "North", 5) for account in ("good", "below", "gap", "mixed", "twice", "late", "other")),
            ("lack", "KWD", "South", 1), ("mixed", "USD", "North", 2), ("twice", "EUR", "South", 3),
            ("blank", "", "South", None),
        ],
    ),
    "fx": Table(
        ("currency", "m", "rate"),
        [("KWD", JAN, "0.3"), ("KWD", JAN + 1, "0.31"), *(("USD", JAN + month, "0.9") for month in range(4))],
    ),
    "history": Table(("account_id", "from_m", "region"), [("late", JAN + 1, "East"), ("other", JAN, "West"),
                                                           ("other", JAN, "East")]),
}  # fmt: skip


@dataclass(frozen=True)
class Served:
    """An engine that holds the sample company in the schema `sample`, and `broken` and `hostile` ones.

    Attributes:
        name: its name.
        url: its address.
        execute: runs a statement that writes.

    """

    name: str
    url: str
    execute: Callable[[str], Any]

    def load(self, schema: str, tables: Mapping[str, Table]) -> None:
        self.execute(f"CREATE SCHEMA {schema}")
        for name, statement, rows in create_tables({f"{schema}.{name}": table for name, table in tables.items()}):
            self.execute(statement)
            insert_rows(self.execute, name, rows)

    def configure(self, folder: Path, lines: str) -> Path:
        path = folder / "config.toml"
        workbook = f"[workbook]\npath = {json.dumps(str(WORKBOOK))}\n"
        path.write_text(f'[company]\ncurrency = "EUR"\n{workbook}[warehouse]\nurl = "{self.url}"\n{lines}', "utf-8")
        return path

    def run(self, folder: Path, command: str, lines: str, *options: object) -> Ran:
        return nrrbot(*command.split(), "--config", self.configure(folder, lines), "--today", "2026-10-05", *options)


def name_tables(schema: str, *tables: str) -> str:
    return "".join(f'{table} = "{schema}.{table}"\n' for table in tables)


SAMPLE_TABLES = name_tables("sample", "mrr", "accounts")
BROKEN_TABLES = name_tables("broken", *BROKEN)


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    how = options(today=TODAY.date())
    ledger = parse_tabs(*read_grids(ExcelWorkbook(WORKBOOK), how, TODAY, None, lambda _: None)).ledger
    schemas = {"sample": export_ledger(ledger), "broken": BROKEN, "hostile": build_hostile_company()[1].tables}
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "duckdb":
        register_duckdb()
        path = folder / "warehouse.duckdb"
        with duckdb.connect(str(path)) as database:
            loaded = Served("duckdb", f"duckdb:///{path}", database.execute)
            for schema, tables in schemas.items():
                loaded.load(schema, tables)
        yield loaded
        return
    with (
        start_postgres(folder) as socket,
        psycopg.connect(host=socket, user="nrrbot", dbname="postgres", autocommit=True) as connection,
    ):
        url = f"postgresql+psycopg://nrrbot@/postgres?host={socket}"
        loaded = Served("postgresql", url, lambda text: connection.execute(text.encode()))
        for schema, tables in schemas.items():
            loaded.load(schema, tables)
        yield loaded


def recognise(served: Served, settings: Mapping[str, Any], last: Month, **company: Any) -> Recognition:
    config = Config(warehouse=Settings(served.url, **settings), **company)
    with open_warehouse(config.warehouse) as warehouse:
        return recognise_company(config, SizeRules(), last, warehouse)


def configure(schema: str, tables: Iterable[str], served: Served) -> Settings:
    return msgspec.structs.replace(Settings(served.url), **{name: f"{schema}.{name}" for name in tables})


# The source that the config makes.


def test_the_source_of_the_config_gives_the_figures_of_the_sheet(served: Served) -> None:
    segments, company = build_hostile_company()
    ledger = segments.ledger
    config = Config(warehouse=configure("hostile", company.tables, served))
    with open_warehouse(config.warehouse) as warehouse:
        recognition = recognise_company(config, SizeRules(), ledger.last, warehouse)
        assert (recognition.dimensions, recognition.months) == (company.dimensions, ledger.closes)
        compared = compare_sources(PanelSource(segments), recognition.source, company.dimensions, ledger.closes)
        totals = look_at_warehouse(recognition, warehouse).totals
    assert compared.figures > 10_000
    assert compared.accounts > 20
    assert not compared.figure_differences
    assert not compared.account_differences
    expected = measure_totals(ledger)
    assert replace(totals, examples=()) == replace(expected, examples=())
    assert totals.examples[0] == expected.examples[0]


def test_months_currency_sizes_and_segments_are_found(served: Served) -> None:
    tables = {name: f"broken.{name}" for name in BROKEN}
    recognition = recognise(served, tables, Month(JAN + 8))
    assert recognition.months == tuple(Month(JAN + month) for month in (0, 1, 3))
    assert recognition.incomplete == (Month(JAN + 4),)
    assert recognition.dimensions == ("size", "region", "seats", "tenure")
    # Three accounts are too few to tell a half-loaded month from churn.
    few = "SELECT account_id, m, amount FROM broken.mrr WHERE account_id IN ('good', 'lack')"
    settings = {**tables, "mrr": "", "sql": {"mrr": few}}
    assert recognise(served, settings, Month(JAN + 8)).through == Month(JAN + 4)
    # In kroner the sizes follow the rate of the euro, at each close.
    kroner = "SELECT 'EUR' AS currency, m, 10 + m - 24300 AS rate FROM broken.mrr GROUP BY m"
    settings = {**tables, "fx": "", "sql": {"fx": kroner}}
    limits = recognise(served, settings, Month(JAN + 8), company=Company(currency="SEK")).source.statement.size_limits
    acv = [(10_000 * 100 * rate, 100_000 * 100 * rate) for rate in (10, 11, 13)]
    assert list(limits.values()) == [(-(-low // 12), high // 12) for low, high in acv]
    # Without rates figures are in the usual currency, and the accounts of others are excluded.
    query = "SELECT account_id, LOWER(currency) AS currency, region FROM broken.accounts"
    config = Config(warehouse=Settings(served.url, mrr="broken.mrr", sql={"accounts": query}))
    with open_warehouse(config.warehouse) as warehouse:
        recognition = recognise_company(config, SizeRules(), Month(JAN + 8), warehouse)
        excluded = {problem.code: problem.accounts for problem in find_problems(recognition, warehouse)}
    assert (recognition.currency.code, excluded["fx_missing"]) == ("EUR", 1)
    with pytest.raises(WarehouseError, match=r"The table of warehouse\.mrr has no row of a month up to 2010-06"):
        recognise(served, tables, Month.of(2010, 6))


def test_columns_that_are_no_segments(served: Served) -> None:
    # Spaces are no value of their own.
    query = (
        "SELECT account_id, CASE WHEN account_id = 'twice' THEN '  ' ELSE region END AS region, 5 AS seats, "
        "region AS size, account_id AS mail FROM broken.accounts"
    )
    settings = {"mrr": "broken.mrr", "sql": {"accounts": query}}
    recognition = recognise(served, settings, Month(JAN + 8), workbook=Source(max_segment_values=2))
    assert (recognition.dimensions, recognition.currency.code) == (("size", "region", "tenure"), "EUR")
    assert {name: str(reason) for name, reason in recognition.passed_over.items()} == {
        "seats": "its values are no texts",
        "size": "your own column; the segment is derived from amounts",
        "mail": "it has 9 values, more than workbook.max_segment_values",
    }
    # A column that the history lacks is a segment without dates.
    query = "SELECT account_id, region, currency, region AS area FROM broken.accounts"
    settings = {name: f"broken.{name}" for name in BROKEN if name != "accounts"} | {"sql": {"accounts": query}}
    recognition = recognise(served, settings, Month(JAN + 8))
    assert (recognition.dimensions, recognition.source.statement.tables.undated) == (
        ("size", "region", "area", "tenure"), frozenset({"area"})
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "The config has no warehouse.mrr, so the warehouse cannot be read. Name the table"),
        ({"mrr": "mrr"}, "The config has no warehouse.accounts"),
        ({"mrr": "mrr; DROP TABLE mrr"}, "warehouse.mrr: “mrr; DROP TABLE mrr” is no plain name of a table"),
        ({"mrr": "mrr--"}, "is no plain name"),
        ({"mrr": "mrr", "accounts": "accounts", "cube": "nrr cube"}, "warehouse.cube: “nrr cube” is no plain name"),
        ({"mrr": "mrr r, secret"}, "is no plain name"),
        ({"mrr": 'nrr."MRR"'}, "is no plain name"),
        ({"mrr": "mrr", "sql": {"mrr": "SELECT 1"}}, "warehouse.mrr names a table, and [warehouse.sql] has a query"),
        ({"sql": {"mrr": "DELETE FROM mrr"}}, "[warehouse.sql]: mrr is not one SELECT, so it is not run."),
        ({"sql": {"mrr": "SELECT 1; DELETE FROM mrr"}}, "is not one SELECT"),
        ({"sql": {"account": "SELECT 1"}}, "which is no table that nrrbot reads. Did you mean accounts?"),
    ],
)  # fmt: skip
def test_a_config_that_is_not_put_into_a_query(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        list_tables(Settings(**settings))
    assert says in str(caught.value)


def test_names_and_queries_are_put_into_queries() -> None:
    sql = {"accounts": "-- ours\nWITH x AS (SELECT 1) SELECT * FROM x -- end"}
    assert list_tables(Settings(mrr="my-project.nrr.mrr", sql=sql)) == {
        "mrr": "my-project.nrr.mrr", "accounts": f"({sql['accounts']}\n)"
    }  # fmt: skip


# look.


def test_look_says_which_columns_are_not_the_derived_segments(served: Served, tmp_path: Path) -> None:
    query = "SELECT account_id, segment, 'mine' AS size, 'ours' AS tenure FROM sample.accounts"
    lines = f'mrr = "sample.mrr"\n[warehouse.sql]\naccounts = "{query}"\n'
    looked = json.loads(served.run(tmp_path, "look", lines, "--json").out)
    [accounts] = (table for table in looked["tables"] if table["table"] == "accounts")
    assert {entry["column"]: entry["meaning"] for entry in accounts["columns"]} == {
        "account_id": "account", "segment": "segment", "size": None, "tenure": None,
    }  # fmt: skip
    assert {"size", "tenure"} <= {*looked["dimensions"]}
    assert [len(example["segments"]) for example in looked["totals"]["examples"]] == [1, 1, 1]
    if served.name == "duckdb":
        text = served.run(tmp_path, "look", lines).out
        assert text.count("not read: your own column; the segment is derived from amounts") == 2
        assert "mine" not in text.partition("As read:")[2]


def test_look_shows_tables_columns_totals_and_rows(served: Served, tmp_path: Path) -> None:
    looked = json.loads(served.run(tmp_path, "look", SAMPLE_TABLES, "--json").out)
    sheet = json.loads(nrrbot("look", WORKBOOK, "--today", "2026-10-05", "--json").out)
    assert {**looked["totals"], "examples": []} == {**sheet["totals"], "examples": []}
    assert looked["totals"]["examples"][0]["name"] == "A-0001"
    assert (looked["engine"], looked["first"], looked["data_through"]) == (served.name, "2023-10", "2026-09")
    mrr, accounts = looked["tables"]
    assert (mrr["table"], mrr["name"], mrr["rows"], len(mrr["examples"])) == ("mrr", "sample.mrr", 4035, 3)
    assert mrr["examples"][0] == {"account_id": "A-0001", "m": 24285, "amount": 1908}
    assert {"column": "region", "meaning": "segment"} in accounts["columns"]

    text = served.run(tmp_path, "look", SAMPLE_TABLES).out
    assert text.startswith(f"{served.name}: figures in EUR, from October 2023 to September 2026. Segments: segment, ")
    assert "\nwarehouse.mrr: sample.mrr, 4,035 rows\n  account_id  account  " in text
    assert "24285, October 2023" in text
    assert "As read:\n  A-0001, September 2026, €19.08 of MRR, Consumer, " in text
    french = served.run(tmp_path, "look --lang fr", SAMPLE_TABLES).out
    assert f"{served.name}\u00a0: chiffres en EUR, période octobre 2023 - septembre 2026." in french
    # A workbook that is named is looked at instead.
    assert "MRR: read as MRR wide." in served.run(tmp_path, "look", SAMPLE_TABLES, "--workbook", WORKBOOK).out


# problems.


def test_problems_are_counted_with_their_mrr(served: Served, tmp_path: Path) -> None:
    ran = served.run(tmp_path, "problems --json", BROKEN_TABLES)
    problems = json.loads(ran.out)
    keys = ("code", "severity", "accounts", "mrr", "examples")
    assert [tuple(entry[key] for key in keys) for entry in problems] == [
        ("currency_mixed", "error", 1, 1000, ["mixed"]),
        ("account_twice", "error", 1, 1000, ["twice"]),
        ("history_twice", "error", 1, 1000, ["other"]),
        ("amount_negative", "error", 1, 700, ["below"]),
        ("fx_missing", "error", 1, 310, ["lack"]),
        ("account_missing", "error", 1, 0, ["unlisted"]),
        ("currency_missing", "error", 1, 0, ["blank"]),
        ("id_missing", "error", 1, 0, [""]),
        ("history_late", "warning", 1, 1000, ["late"]),
        ("gap", "warning", 1, 500, ["gap"]),
        ("month_missing", "warning", 0, 0, []),
        ("month_incomplete", "warning", 0, 0, []),
    ]  # fmt: skip
    by_code = {entry["code"]: entry for entry in problems}
    assert by_code["fx_missing"]["rates"] == {"KWD": ["2025-04"]}
    assert (by_code["month_missing"]["months"], by_code["month_incomplete"]["months"]) == (["2025-03"], ["2025-05"])

    excluded = "8 accounts are excluded from all figures until their rows are fixed; see nrrbot problems.\n"
    assert served.run(tmp_path, "look", BROKEN_TABLES).out.endswith(excluded)

    text = served.run(tmp_path, "problems --code amount_negative", BROKEN_TABLES).out
    assert text == (
        "1 account with an amount below zero, which MRR never is. Excluded from all figures until this is fixed. "
        "Deduct a credit from the amount that it reduces.\n  below\n  amount_negative  error  €7 of MRR\n"
    )
    french = served.run(tmp_path, "problems --severity error --lang fr", BROKEN_TABLES).out
    assert "1 compte avec un montant négatif" in french
    # Without rates an account needs no row: it counts, without values.
    unlisted = served.run(tmp_path, "problems --json --code account_unlisted", name_tables("broken", "mrr", "accounts")
                          .replace('accounts = "broken.accounts"', '[warehouse.sql]\naccounts = "SELECT account_id, '
                                   "region FROM broken.accounts WHERE account_id <> 'twice'\""))  # fmt: skip
    assert [(entry["code"], entry["examples"]) for entry in json.loads(unlisted.out)] == [
        ("account_unlisted", ["twice", "unlisted"])
    ]
    refused = served.run(tmp_path, "problems --accept gap:B2", BROKEN_TABLES)
    assert (refused.code, "are about a workbook" in refused.err) == (2, True)


def test_chains_and_circles_of_aliases_are_problems(served: Served, tmp_path: Path) -> None:
    pairs = ("gap", "late"), ("late", "good"), ("mixed", "lack"), ("lack", "mixed"), ("other", "other"), ("below", "")
    query = " UNION ALL ".join(f"SELECT '{account}' AS account_id, '{same}' AS same_as" for account, same in pairs)
    lines = f'{name_tables("broken", "mrr", "accounts", "fx")}[warehouse.sql]\naliases = "{query}"\n'
    ran = served.run(tmp_path, "problems --json --code alias_chain", lines)
    [problem] = json.loads(ran.out)
    assert (problem["accounts"], problem["severity"]) == (3, "warning")
    assert sorted(problem["examples"]) == ["lack", "late", "mixed"]
    text = served.run(tmp_path, "problems --code alias_chain --lang fr", lines).out
    assert text.startswith("3 comptes dans la colonne same_as de warehouse.aliases avec un autre alias.")


def test_names_are_for_those_who_may_see_them() -> None:
    problem = WarehouseProblem("gap", 7, 500, ("A", "B"))
    texts = [
        list_warehouse_problems([problem], find_currency("EUR"), get_translator("en"), with_names=names)
        for names in (True, False)
    ]
    assert ["A, B ..." in text for text in texts] == [True, False]


def test_a_code_has_one_severity() -> None:
    shared = CODES.keys() & TABLE_CODES.keys()
    assert len(shared) > 4
    assert {code for code in shared if CODES[code].severity != TABLE_CODES[code].severity} == set()


# doctor.


def check(served: Served, folder: Path, lines: str) -> str:
    return next(line for line in served.run(folder, "doctor", lines).out.splitlines() if " warehouse: " in line)


def test_doctor_checks_reach_rights_and_types(served: Served, tmp_path: Path) -> None:
    read = "can be read, and not written: mrr, accounts; October 2023 to September 2026"
    if served.name == "duckdb":
        assert check(served, tmp_path, SAMPLE_TABLES) == f"good     warehouse: duckdb {read}"
    else:
        warned = "warning  warehouse: nrrbot may write to sample.mrr, sample.accounts, and never does."
        assert check(served, tmp_path, SAMPLE_TABLES).startswith(warned)
        served.execute("CREATE ROLE reader LOGIN")
        served.execute("GRANT USAGE ON SCHEMA sample TO reader")
        reader = replace(served, url=served.url.replace("nrrbot@", "reader@"))
        denied = check(reader, tmp_path, SAMPLE_TABLES)
        assert (
            "bad      warehouse: postgresql does not let nrrbot read a table: permission denied for table mrr."
            in denied
        )
        assert denied.endswith("Grant the user of nrrbot SELECT on the tables of [warehouse], and no other right.")
        served.execute("GRANT SELECT ON ALL TABLES IN SCHEMA sample TO reader")
        assert check(reader, tmp_path, SAMPLE_TABLES) == f"good     warehouse: postgresql {read}"
    assert "good     warehouse: not configured" in check(served, tmp_path, "")


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("202509 AS m, amount", "column m: “202509” is not a month as 12 x year + month - 1"),
        ("CAST(m AS VARCHAR) AS m, amount", "is not a month"),
        ("m, amount / 100.5 AS amount", "is not a whole number, in minor units"),
        ("m, CAST(amount AS DOUBLE PRECISION) AS amount", "is not a whole number"),
        ("DATE '2025-09-01' AS m, amount", "column m: “1 September 2025” is not a month"),
        ("m, CAST(amount AS VARCHAR) AS amount", "is not a whole number"),
    ],
)  # fmt: skip
def test_a_column_of_the_wrong_type(served: Served, tmp_path: Path, column: str, says: str) -> None:
    lines = f'{name_tables("sample", "accounts")}[warehouse.sql]\nmrr = "SELECT account_id, {column} FROM sample.mrr"\n'
    for command in ("look", "sync"):
        ran = served.run(tmp_path, command, lines)
        assert (ran.code, ran.out) == (1, "")
        assert says in ran.err
        assert "so figures would be wrong. Cast it in a view" in ran.err


def test_columns_are_checked_by_their_table(served: Served, tmp_path: Path) -> None:
    query = "SELECT account_id, {} FROM sample.accounts"
    lines = f'{name_tables("sample", "mrr")}[warehouse.sql]\naccounts = "{query}"\n'
    flag = served.run(tmp_path, "sync", lines.format("consumer = 1 AS consumer"))
    assert (flag.code, "column consumer: “" in flag.err) == (1, True)
    # Columns with the names of others, which no query reads.
    looked = served.run(tmp_path, "look", lines.format("'x' AS m, 1.5 AS amount, 'x' AS rate, 7 AS same_as"))
    assert (looked.code, looked.err) == (0, "")


# compare-sources.


@pytest.mark.parametrize("options", ["", f" --workbook {WORKBOOK}"])
def test_equal_sources(served: Served, tmp_path: Path, options: str) -> None:
    ran = served.run(tmp_path, f"compare-sources{options}", SAMPLE_TABLES)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "Equal from October 2023 to September 2026: 59,910 figures and 150 accounts.\n"


def test_sources_that_differ(served: Served, tmp_path: Path) -> None:
    """One amount is another one, one account has two rows, one column and one month are missing."""
    last = Month.of(2026, 9).ordinal
    lines = (
        "[warehouse.sql]\n"
        'mrr = "SELECT account_id, m, amount + CASE '
        f"WHEN account_id = 'A-0054' AND m = {last - 3} THEN 100 ELSE 0 END "
        f'AS amount FROM sample.mrr WHERE m < {last}"\n'
        'accounts = "SELECT account_id, segment, consumer, region AS area FROM sample.accounts UNION ALL '
        "SELECT account_id, segment, consumer, region AS area FROM sample.accounts WHERE account_id = 'A-0001'\"\n"
    )
    ran = served.run(tmp_path, "compare-sources --json", lines)
    compared = json.loads(ran.out)
    assert (ran.code, compared["equal"]) == (1, False)
    assert compared["only_in_sheet"]["closes"] == ["2026-09"]
    assert "region" in compared["only_in_sheet"]["dimensions"]
    assert compared["only_in_warehouse"] == {"closes": [], "dimensions": ["area"]}
    # The last month has the amounts below zero for which the sheet excludes three of them.
    closes = {account["account"]: account["closes"] for account in compared["accounts"]}
    assert closes.keys() == {"A-0001", "A-0054", "A-0089", "A-0104", "A-0105"}
    [close] = closes["A-0054"]
    assert (close["close"], close["warehouse"] - close["sheet"]) == ("2026-06", 100)
    assert {entry["sheet"] for entry in closes["A-0105"]} == {0}
    assert closes["A-0105"][-1]["close"] == "2026-08"
    codes = {
        account["account"]: [*account["excluded_in_sheet"], account["excluded_in_warehouse"]]
        for account in compared["accounts"]
    }
    assert codes == {
        "A-0001": ["account_twice"],
        "A-0054": [None],
        "A-0089": ["amount_unreadable", None],
        "A-0104": ["fx_missing", None],
        "A-0105": ["amount_negative", None],
    }
    whole = [figure for figure in compared["figures"] if (figure["value"], figure["end"]) == (None, "2026-06")]
    assert {"starting", "ending", "base"} <= {figure["measure"] for figure in whole}
    if served.name == "duckdb":
        text = served.run(tmp_path, "compare-sources", lines).out
        assert text.startswith("Only in the sheet: 2026-09.\nSegments that only the sheet has: industry, region, ")
        assert "\nA-0105: excluded in the sheet (amount_negative), €" in text
        assert " of MRR in the sheet in October 2023, excluded in the warehouse (account_twice). It differs in" in text
        assert "\nA-0054: €" in text
        assert "\nall accounts: " in text
        assert "and 5 of 153 accounts differ. Correct the rows of these accounts" in text
        assert len(text.splitlines()) < 30


# Errors.


@pytest.mark.parametrize(
    ("lines", "code", "says"),
    [
        ('mrr = "nope.mrr"\naccounts = "sample.accounts"\n', 1, "does not find a table, so nothing was read: "),
        ('mrr = "sample.mrr"\naccounts = "sample.mrr"\nfx = "sample.mrr"\n', 1,
         "The table of warehouse.accounts has no column currency, so nothing can be read."),
        ('accounts = "sample.accounts"\n[warehouse.sql]\nmrr = "SELECT nope FROM sample.mrr"\n', 1,
         "does not find a column, so nothing was read: "),
        ('mrr = "sample.mrr"\n', 2, "The config has no warehouse.accounts"),
    ],
)  # fmt: skip
def test_an_engine_that_refuses(served: Served, tmp_path: Path, lines: str, code: int, says: str) -> None:
    ran = served.run(tmp_path, "look", lines)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err


SLOW = "SELECT SUM(a.m * b.m + c.m) AS n FROM sample.mrr a, sample.mrr b, sample.mrr c"


def test_a_query_that_takes_too_long(served: Served) -> None:
    with open_warehouse(Settings(served.url, timeout_seconds=1)) as warehouse:
        with pytest.raises(WarehouseError, match=f"{served.name} did not finish the query within 1 seconds, so it was"):
            warehouse.run(SLOW)
        # The connection is still of use.
        assert list(map(tuple, warehouse.run("SELECT COUNT(*) FROM sample.accounts"))) == [(153,)]


@pytest.mark.parametrize(
    ("url", "address", "options"),
    [
        ("bigquery://project/nrr", "bigquery://project/nrr?maximum_bytes_billed=5&use_query_cache=true", {}),
        ("clickhouse+http://host/nrr", "clickhouse+http://host/nrr", {"ch_settings": {"max_execution_time": 60}}),
        ("clickhouse+native://host/nrr?secure=true",
         "clickhouse+native://host/nrr?max_execution_time=60&secure=true", {}),
        ("clickhousedb://host/nrr", "clickhousedb://host/nrr?max_execution_time=60", {}),
        ("clickhousedb://host/nrr?max_execution_time=9", "clickhousedb://host/nrr?max_execution_time=9", {}),
        ("snowflake://account/nrr", "snowflake://account/nrr", {}),
        ("duckdb:////data/nrr.duckdb", "duckdb:////data/nrr.duckdb",
         {"read_only": True, "config": {"memory_limit": "2GB"}}),
    ],
)  # fmt: skip
def test_limits_that_a_driver_is_given(url: str, address: str, options: Mapping[str, Any]) -> None:
    limited, given = build_connect_arguments(make_url(url), Settings(url, timeout_seconds=60, maximum_bytes_billed=5))
    query = dict(sorted(limited.query.items()))
    assert (limited.set(query=query).render_as_string(), given) == (address, options)


def test_each_job_of_bigquery_has_a_time_limit() -> None:
    client = SimpleNamespace(default_query_job_config=SimpleNamespace(maximum_bytes_billed=5))
    limit_jobs(client, 60)
    assert vars(client.default_query_job_config) == {"maximum_bytes_billed": 5, "job_timeout_ms": 60_000}


@pytest.mark.parametrize("words", ["Code: 159. DB::Exception: Timeout exceeded. (TIMEOUT_EXCEEDED)", "Job timed out"])
def test_a_time_limit_of_an_engine_without_codes(words: str) -> None:
    assert "did not finish the query within 60 seconds" in str(map_query_error(Exception(words), "clickhouse", 60))
    assert "did not run the query: " in str(map_query_error(Exception("Code: 62"), "clickhouse", 60))


def test_a_query_that_is_cancelled(served: Served) -> None:
    def cancel() -> None:
        if served.name == "duckdb":
            warehouse.connection.connection.driver_connection.interrupt()
        else:
            served.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    with open_warehouse(Settings(served.url)) as warehouse:
        timer = threading.Timer(0.3, cancel)
        timer.start()
        with pytest.raises(WarehouseError, match=f"The query was cancelled on {served.name}, so nothing was read: "):
            warehouse.run(SLOW)
        timer.join()


def test_nothing_is_written(served: Served) -> None:
    with open_warehouse(Settings(served.url)) as warehouse:
        for statement in ("CREATE TABLE x (y INT)", "DELETE FROM sample.mrr"):
            with pytest.raises(WarehouseError, match="read-only"):
                warehouse.run(statement)
