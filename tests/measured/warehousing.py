"""The SELECT of a warehouse over many accounts x 36 months: the time of the engine, ours, and our memory.

    python -m tests.measured.warehousing ENGINE ACCOUNTS

makes a company on an engine that is started here, asks it in a process of its own, and prints the measures. ENGINE is
duckdb, postgres, clickhouse, or table: the table that the dbt package builds, on DuckDB.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from core.months import Month
from sheets.warehouse.columns import Columns, list_queries, pack_rows, read_arrays, read_packed
from sheets.warehouse.rollup import roll_up
from sheets.warehouse.statement import Statement
from sheets.warehouse.tables import DIALECTS, Tables
from tests.measured.memory import read_peak
from tests.support.engines import start_postgres

FIRST, MONTHS = Month.of(2023, 1), 36
# With the four sizes these make some 140,000 rows.
VALUES = {"industry": 9, "region": 6, "plan": 7}
DIMENSIONS = ("size", *VALUES)
STATEMENT = Statement(Tables(has_consumers=True), "EUR", FIRST, FIRST + (MONTHS - 1), {None: (83_334, 833_333)})
COLUMNS = {
    "accounts": ("account_id", "consumer", "currency", *VALUES),
    "mrr": ("account_id", "m", "amount"),
    "fx": ("currency", "m", "rate"),
}

_ACCOUNTS = """
    SELECT 'A' || i AS account_id, CAST(hash(i, 'flag') % 20 = 0 AS BIGINT) AS consumer,
        CASE hash(i, 'currency') % 4 WHEN 0 THEN 'USD' WHEN 1 THEN 'GBP' ELSE 'EUR' END AS currency, {values}
"""
# An account arrives in some month and pays for ten years at most; its price rises once a year.
_AMOUNTS = f"""
    SELECT 'A' || i AS account_id, {FIRST.ordinal} + k AS m,
        CAST((900 + hash(i, 'price') % 900000) * (100 + (k + hash(i, 'day') % 12) // 12 * (hash(i, 'rise') % 40)) // 100
            AS BIGINT) AS amount
    FROM range({{accounts}}) t(i), range({MONTHS}) u(k)
    WHERE k + 12 >= hash(i, 'from') % 48 AND k + 6 < hash(i, 'from') % 48 + hash(i, 'years') % 120
"""
_RATES = f"""
    SELECT c AS currency, {FIRST.ordinal} + k AS m, CAST((9 + hash(c, k) % 3) / 10.0 AS DECIMAL(18, 10)) AS rate
    FROM (VALUES ('USD'), ('GBP')) t(c), range({MONTHS}) u(k)
"""
# Beyond these GB DuckDB writes to files; by itself it takes 10 for a million accounts.
_GIGABYTES, _MOST_GIGABYTES = 4, 10
# What `make bench` measures: minutes, not hours.
EACH_RUN = (
    ("duckdb", 100_000), ("table", 100_000), ("postgres", 100_000), ("clickhouse", 100_000), ("duckdb", 1_000_000),
)  # fmt: skip
# Makes columns of some rows that a driver has handed over.
_Make = Callable[[], Columns]


class Measured(msgspec.Struct, frozen=True):
    """The measures of one engine.

    Attributes:
        query: seconds until the engine and its driver have handed over the rows.
        own: seconds of CPU time of ours over them.
        rows: their number.
        peak: the peak memory of the process in MiB; of DuckDB and ClickHouse, which run in it, as well.
        digest: the hash of all sums.

    """

    query: float
    own: float
    rows: int
    peak: float
    digest: str


def measure_engine(engine: str, accounts: int) -> Measured:
    """Measure an engine; the process that asks has made no rows.

    Raises:
        ModuleNotFoundError: the engine does not run here.

    """
    if engine == "clickhouse" and find_spec("chdb") is None:
        raise ModuleNotFoundError("chdb, of the extra `engines`, is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = make_company(accounts, folder)
        # 1 GB for a million accounts.
        gigabytes = min(max(_GIGABYTES, accounts // 1_000_000), _MOST_GIGABYTES)
        if engine == "postgres":
            with start_postgres(folder) as socket:
                load_postgres(export_tables(path, folder), socket)
                return _ask_apart(engine, f"postgresql+psycopg://nrrbot@/postgres?host={socket}")
        if engine == "clickhouse":
            return _ask_apart(engine, str(folder), *map(str, export_tables(path, folder).values()))
        if engine == "table":
            _run_duckdb(path, f"CREATE TABLE nrr_cube AS {STATEMENT.sum_windows(DIMENSIONS)}")
        return _ask_apart(engine, str(path), str(gigabytes))


def make_company(accounts: int, folder: Path) -> Path:
    """Return a file of DuckDB with the tables of a company."""
    path = folder / "company.duckdb"
    values = ", ".join(f"'{name} ' || (hash(i, '{name}') % {count}) AS {name}" for name, count in VALUES.items())
    _run_duckdb(path, f"CREATE TABLE accounts AS {_ACCOUNTS.format(values=values)} FROM range({accounts}) t(i)")
    _run_duckdb(path, f"CREATE TABLE mrr AS {_AMOUNTS.format(accounts=accounts)}")
    _run_duckdb(path, f"CREATE TABLE fx AS {_RATES}")
    return path


def _run_duckdb(path: Path, statement: str) -> None:
    import duckdb

    with duckdb.connect(str(path), config={"memory_limit": f"{_GIGABYTES}GB"}) as database:
        database.execute(statement)


def export_tables(path: Path, folder: Path) -> Mapping[str, Path]:
    """Return the file with the rows of each table."""
    files = {name: folder / f"{name}.csv" for name in COLUMNS}
    for name, file in files.items():
        _run_duckdb(path, f"COPY {name} TO '{file}' (HEADER false)")
    return files


def load_postgres(files: Mapping[str, Path], socket: str) -> None:
    import psycopg

    with psycopg.connect(host=socket, user="nrrbot", dbname="postgres", autocommit=True) as connection:
        for name, file in files.items():
            connection.execute(f"CREATE TABLE {name} ({_type_columns(name, 'BIGINT', 'TEXT')})".encode())
            copying = connection.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv)".encode())
            with copying as copy, file.open("rb") as rows:
                while block := rows.read(1 << 20):
                    copy.write(block)
            connection.execute(f"ANALYZE {name}".encode())


def _type_columns(table: str, number: str, text: str) -> str:
    types = {"consumer": number, "m": number, "amount": number, "rate": "DECIMAL(18, 10)"}
    return ", ".join(f"{column} {types.get(column, text)}" for column in COLUMNS[table])


def _ask_apart(*arguments: str) -> Measured:
    command = [sys.executable, "-m", "tests.measured.warehousing", "ask", *arguments]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return msgspec.json.decode(printed, type=Measured)


def ask(engine: str, *address: str) -> Measured:
    """Ask an engine that has the company, in this process."""
    dialect = DIALECTS["clickhouse" if engine == "clickhouse" else "standard"]
    statement = replace(STATEMENT, dialect=dialect)
    text = statement.read_cube("nrr_cube", DIMENSIONS) if engine == "table" else statement.sum_windows(DIMENSIONS)
    asks: Mapping[str, Callable[..., Iterator[_Make]]] = {"postgres": _ask_postgres, "clickhouse": _ask_clickhouse}
    batches = asks.get(engine, _ask_duckdb)(text, *address)
    begun = time.process_time()
    waited = query = 0.0
    rows = 0

    def read() -> Iterator[Columns]:
        nonlocal waited, query, rows
        while True:
            cpu, wall = time.process_time(), time.monotonic()
            make = next(batches, None)
            waited += time.process_time() - cpu
            query += time.monotonic() - wall
            if make is None:
                return
            columns = make()
            rows += len(columns.keys[0])
            yield columns

    cube = roll_up(read(), DIMENSIONS)
    own = time.process_time() - begun - waited
    assert cube.products is not None
    digest = hashlib.sha256(repr((cube.labels, cube.sums.tolist(), cube.products.tolist())).encode()).hexdigest()
    return Measured(query, own, rows, read_peak(), digest)


def _ask_duckdb(statement: str, path: str, gigabytes: str) -> Iterator[_Make]:
    import duckdb

    with duckdb.connect(path, read_only=True, config={"memory_limit": f"{gigabytes}GB"}) as database:
        arrays = database.execute(list_queries(statement, DIMENSIONS)["duckdb"]).fetchnumpy()
        yield lambda: read_arrays(arrays, DIMENSIONS)


def _ask_postgres(statement: str, address: str) -> Iterator[_Make]:
    import sqlalchemy

    with sqlalchemy.create_engine(address).connect() as connection:
        rows = connection.exec_driver_sql(list_queries(statement, DIMENSIONS)["postgresql"]).fetchall()
        yield lambda: read_packed(rows, DIMENSIONS)


def _ask_clickhouse(statement: str, folder: str, *files: str) -> Iterator[_Make]:
    from chdb import session

    database: Any = session.Session(f"{folder}/clickhouse")
    database.query("CREATE DATABASE company")
    database.query("USE company")
    for name, file in zip(COLUMNS, files, strict=True):
        columns = _type_columns(name, "Int64", "String")
        database.query(f"CREATE TABLE {name} ({columns}) ENGINE = MergeTree ORDER BY {COLUMNS[name][0]}")
        database.query(f"INSERT INTO {name} SELECT * FROM file('{file}', CSV, '{columns}')")
    printed = database.query(statement, "JSONCompactEachRow").bytes()
    rows = [json.loads(line) for line in printed.splitlines()]
    yield lambda: next(pack_rows([rows], DIMENSIONS))


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    result = ask(*rest) if command == "ask" else measure_engine(command, int(rest[0]))
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
