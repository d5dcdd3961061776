"""Engines that hold tables of a test and run statements on them; each is started here, on this machine."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from sheets.warehouse.source import Run, WarehouseSource
from sheets.warehouse.tables import DIALECTS, Dialect, DialectName
from tests.support.warehouse import TYPES, Company, DuckDB, Table, create_tables, insert_rows

Load = Callable[[Mapping[str, Table]], Run]


class Engine:
    """An engine that is running: its spelling, and what loads tables and returns the way to ask about them."""

    def __init__(self, dialect: DialectName, load: Load) -> None:
        self.dialect: Dialect = DIALECTS[dialect]
        self.load = load

    def open_source(self, company: Company) -> WarehouseSource:
        """Load a company; where the engine hands over columns, they are what is read."""
        run = self.load(company.tables)
        return WarehouseSource(company.spell(self.dialect), run, getattr(run, "fetch", None))


@contextmanager
def open_duckdb(_: Path) -> Iterator[Engine]:
    yield Engine("standard", DuckDB)


@contextmanager
def open_postgres(folder: Path) -> Iterator[Engine]:
    """Start a PostgreSQL in a folder, reached through a socket in it."""
    import psycopg

    with start_postgres(folder) as socket, psycopg.connect(host=socket, user="nrrbot", dbname="postgres") as connection:

        def load(tables: Mapping[str, Table]) -> Run:
            for name, statement, rows in create_tables(tables):
                connection.execute(f"DROP TABLE IF EXISTS {name}".encode())
                connection.execute(statement.encode())
                insert_rows(lambda text: connection.execute(text.encode()), name, rows)
                connection.execute(f"ANALYZE {name}".encode())
            return lambda text: connection.execute(text.encode()).fetchall()

        yield Engine("standard", load)


@contextmanager
def start_postgres(folder: Path) -> Iterator[str]:
    """Start a PostgreSQL in a folder and yield the folder of its socket; its user is "nrrbot", without a password."""
    initdb, server = (_find_postgres(name) for name in ("initdb", "postgres"))
    # A path of a socket has at most 107 characters.
    home = Path("/tmp") / f"nrrbot-{os.getpid()}-{folder.name[-20:]}"  # noqa: S108
    home.mkdir(mode=0o700)
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        account = pwd.getpwnam(user)
        os.chown(home, account.pw_uid, account.pw_gid)
    data = str(home / "data")
    try:
        subprocess.run(
            [initdb, "-D", data, "-U", "nrrbot", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, capture_output=True, user=user, cwd=home,
        )  # fmt: skip
        command = [server, "-D", data, "-k", str(home), "-c", "listen_addresses=", "-c", "fsync=off"]
        with subprocess.Popen(command, user=user, cwd=home, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if "ready to accept connections" in line:
                    break
            try:
                yield str(home)
            finally:
                process.terminate()
                process.stderr.read()
    finally:
        shutil.rmtree(home)


def _find_postgres(name: str) -> str:
    """Return the path of a program of PostgreSQL, which Debian keeps out of PATH."""
    paths = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = shutil.which(name) or (str(paths[-1]) if paths else None)
    if path is None:
        pytest.skip("postgres is not installed")
    return path


@contextmanager
def open_clickhouse(folder: Path) -> Iterator[Engine]:
    """Run ClickHouse in this process."""
    _require("chdb")
    from chdb import session

    database: Any = session.Session(str(folder / "clickhouse"))

    def load(tables: Mapping[str, Table]) -> Run:
        database.query("DROP DATABASE IF EXISTS company")
        database.query("CREATE DATABASE company ENGINE = Memory")
        database.query("USE company")
        for name, statement, rows in create_tables(tables, "Nullable(String)"):
            database.query(f"{statement} ENGINE = Memory")
            insert_rows(database.query, name, rows, DIALECTS["clickhouse"])
        return lambda text: [
            json.loads(line) for line in database.query(text, "JSONCompactEachRow").bytes().decode().splitlines()
        ]

    try:
        yield Engine("clickhouse", load)
    finally:
        database.close()


@contextmanager
def open_spark(folder: Path) -> Iterator[Engine]:
    """Run Spark on this machine."""
    _require("pyspark")
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        # Of few rows, plans that change while they run and compiled code take most of the time: minutes for a list.
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.warehouse.dir": str(folder / "spark"),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.showConsoleProgress": "false",
    }
    builder: Any = SparkSession.builder
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.master("local[2]").getOrCreate()

    def load(tables: Mapping[str, Table]) -> Run:
        for name, table in tables.items():
            text = list[str]()
            insert_rows(text.append, name, table.rows, DIALECTS["databricks"])
            columns = ", ".join(
                f"CAST({column} AS {TYPES.get(column, 'STRING')}) AS {column}" for column in table.columns
            )
            names = ", ".join(table.columns)
            parts = (line.partition(" VALUES ")[2] for line in text)
            rows = [f"SELECT {columns} FROM VALUES {part} AS t({names})" for part in parts]
            blank = (
                f"SELECT {columns} FROM VALUES ({', '.join(['NULL'] * len(table.columns))}) AS t({names}) WHERE 1 = 0"
            )
            spark.sql(f"CREATE OR REPLACE TEMP VIEW {name} AS {' UNION ALL '.join([*rows, blank])}")
            spark.sql(f"CACHE TABLE {name}")
        return lambda text: [tuple(row) for row in spark.sql(text).collect()]

    try:
        yield Engine("databricks", load)
    finally:
        spark.stop()


def _require(package: str) -> None:
    if find_spec(package) is None:
        pytest.skip(f"{package}, of the extra `engines`, is not installed")


ENGINES: Mapping[str, Callable[[Path], Any]] = {
    "duckdb": open_duckdb,
    "postgres": open_postgres,
    "clickhouse": open_clickhouse,
    "spark": open_spark,
}
