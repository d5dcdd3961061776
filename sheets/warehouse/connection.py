"""The connection to a warehouse: its engine by an address of SQLAlchemy, read only, each query with a time limit."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.config import Warehouse as Settings
from core.errors import N_, ConfigError, WarehouseError
from sheets.warehouse.columns import ROWS_AT_ONCE, Columns, list_queries, pack_rows, read_arrays, read_packed
from sheets.warehouse.engine_errors import find_reason, map_query_error
from sheets.warehouse.tables import DIALECTS, Dialect, DialectName

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Engine

UNREACHABLE = N_("{engine} cannot be reached: {why}.")
# The name that SQLAlchemy has for an engine -> its spelling.
_ENGINES: Mapping[str, DialectName] = {
    "bigquery": "bigquery",
    "clickhouse": "clickhouse",
    "clickhousedb": "clickhouse",
    "databricks": "databricks",
    "duckdb": "standard",
    "postgresql": "standard",
    "redshift": "standard",
    "snowflake": "snowflake",
    "spark": "databricks",
}
# An engine, or one with its driver -> the package to install, as docs/warehouse.md has it.
_PACKAGES: Mapping[str, str] = {
    "bigquery": "sqlalchemy-bigquery",
    "clickhouse": "clickhouse-sqlalchemy",
    "databricks": "databricks-sqlalchemy",
    "duckdb": "duckdb-engine",
    "postgresql+psycopg": "'psycopg[binary]'",
    "redshift": "sqlalchemy-redshift redshift_connector",
    "snowflake": "snowflake-sqlalchemy",
}
# There a name in a statement finds a column in any case.
_IGNORE_CASE = frozenset({"bigquery", "databricks", "duckdb", "redshift", "snowflake", "spark"})
# The setting of ClickHouse that limits a query, in seconds.
_CLICKHOUSE_LIMIT = "max_execution_time"
# DuckDB runs in this process, whose memory is limited during a sync: beyond this it writes to files next to its own.
_DUCKDB_MEMORY = "2GB"
# Entries of the query of an address that are secrets; one that names a file, such as passfile, is none.
_SECRET = re.compile(
    r"(password|passwd|pwd|passphrase|passcode|token|secret|secret_access_key|private_key|_base64)$", re.IGNORECASE
)
# The statements with which a session limits its queries. PostgreSQL keeps a shorter limit that its administrator set.
_LIMITS: Mapping[str, str] = {
    "databricks": "SET STATEMENT_TIMEOUT = {seconds}",
    "postgresql": (
        "SELECT set_config(name, '{milliseconds}', false) FROM pg_settings WHERE name = 'statement_timeout' "
        "AND (setting = '0' OR CAST(setting AS BIGINT) > {milliseconds})"
    ),
    "redshift": "SET statement_timeout TO {milliseconds}",
    "snowflake": "ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {seconds}",
}
# PostgreSQL does not know how many rows the named queries of a statement have: it would sort all pairs of closes on
# disk, where it can add them up in memory, compare every account with every other one, and compile queries of a few
# rows. For the session, as any user may set it.
_PLANNING = (
    "SELECT set_config('enable_sort', 'off', false), set_config('enable_nestloop', 'off', false), "
    "set_config('work_mem', '64MB', false), set_config('jit', 'off', false)"
)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A connection that is open.

    Attributes:
        name: the name of the engine.
        dialect: its spelling.
        connection: the connection of SQLAlchemy.
        timeout: the most seconds that a query may take.

    """

    name: str
    dialect: Dialect
    connection: Any
    timeout: int

    def run(self, statement: str) -> Sequence[Sequence[Any]]:
        """Return the rows of a statement, which is passed as it is.

        Raises:
            WarehouseError: the engine refused it or took too long, or the connection broke off.

        """
        with self._explain_errors():
            return list(self._execute(statement).fetchall())

    def read_columns(self, table: str) -> tuple[str, ...]:
        """Return the columns of a table, a view or a query in parentheses, in their order.

        Raises:
            WarehouseError: the engine refused it or took too long, or the connection broke off.

        """
        with self._explain_errors():
            names = list(self._execute(f"SELECT * FROM {table} t WHERE 1 = 0").keys())
        return tuple(name.lower() if self.name in _IGNORE_CASE else name for name in names)

    def fetch(self, statement: str, dimensions: Sequence[str]) -> Iterator[Columns]:
        """Yield the rows of a statement of the sums of windows as columns.

        Args:
            statement: the statement.
            dimensions: its dimensions.

        Raises:
            WarehouseError: the engine refused it, or the connection broke off.

        """
        queries = list_queries(statement, dimensions)
        with self._explain_errors():
            result = self._execute(queries.get(self.name, statement))
            if self.name == "duckdb":
                yield read_arrays(result.cursor.fetchnumpy(), dimensions)
            elif self.name == "postgresql":
                yield read_packed(result.fetchall(), dimensions)
            else:
                yield from pack_rows(iter(lambda: result.fetchmany(ROWS_AT_ONCE), []), dimensions)

    def _execute(self, statement: str) -> Any:
        # Without parameters a driver does not look for any: a per cent sign is one.
        return self.connection.exec_driver_sql(statement, execution_options={"no_parameters": True})

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        """Limit the time of a query and of the reading of its rows, and raise the driver's errors as our own."""
        from sqlalchemy.exc import SQLAlchemyError

        begin = time.monotonic()
        try:
            with self._limit_time():
                yield
        except (SQLAlchemyError, self.connection.dialect.loaded_dbapi.Error) as error:
            # After an error PostgreSQL runs no statement of the transaction any more.
            if not self.connection.invalidated:
                self.connection.rollback()
            timeout = self.timeout if time.monotonic() - begin >= self.timeout else None
            raise map_query_error(error, self.name, timeout) from error

    @contextmanager
    def _limit_time(self) -> Iterator[None]:
        """Interrupt a query of DuckDB, which knows no time limit, once its time is over."""
        if self.name != "duckdb":
            yield
            return
        timer = threading.Timer(self.timeout, self.connection.connection.driver_connection.interrupt)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


@contextmanager
def open_warehouse(settings: Settings) -> Iterator[Warehouse]:
    """Open the warehouse at the address of the config; nothing is committed, and all queries see the same rows.

    Raises:
        ConfigError: the address cannot be used, or a package is not installed.
        WarehouseError: the engine cannot be reached, or refused a statement.

    """
    try:
        from sqlalchemy.exc import SQLAlchemyError
    except ModuleNotFoundError as error:
        raise ConfigError(
            N_("The package sqlalchemy is not installed, so no warehouse can be read."),
            N_("Run: pip install 'nrrbot[warehouse]'"),
        ) from error
    url = _read_address(settings.url)
    engine = _create_engine(url, settings)
    name = engine.dialect.name
    if name not in _ENGINES:
        raise ConfigError(
            N_("warehouse.url names the engine {engine}, whose SQL nrrbot does not know."),
            N_("Engines: {known}."),
            engine=name,
            known=", ".join(sorted(_ENGINES)),
        )
    # Of other engines the rights of the user decide whether nrrbot may write.
    options = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"} if name == "postgresql" else {}
    try:
        connection = engine.connect().execution_options(**options)
        if name in _LIMITS:
            seconds = settings.timeout_seconds
            connection.exec_driver_sql(_LIMITS[name].format(seconds=seconds, milliseconds=1000 * seconds))
            if name == "postgresql":
                connection.exec_driver_sql(_PLANNING)
            # With the transaction a limit would end.
            connection.commit()
        elif name == "bigquery":
            driver: Any = connection.connection.driver_connection
            # As its dialect reaches the client.
            limit_jobs(driver._client, settings.timeout_seconds)  # noqa: SLF001
    except SQLAlchemyError as error:
        raise WarehouseError(
            UNREACHABLE,
            N_("Check warehouse.url, the network and the credentials that the engine's driver reads."),
            engine=name,
            why=find_reason(error),
        ) from error
    try:
        yield Warehouse(name, DIALECTS[_ENGINES[name]], connection, settings.timeout_seconds)
    finally:
        connection.close()
        engine.dispose()


def _read_address(address: str) -> URL:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    if not address:
        raise ConfigError(
            N_("No warehouse is configured."),
            N_("Set warehouse.url, such as postgresql+psycopg://host/database."),
        )
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise ConfigError(
            N_("warehouse.url is not the address of an engine."),
            N_("Write it as postgresql+psycopg://host/database, bigquery://project or snowflake://account/database."),
        ) from error
    if url.password is not None or any(_SECRET.search(name) for name in url.query):
        raise ConfigError(
            N_("warehouse.url contains a password, which a config file may not."),
            N_("Remove it, and give it to the driver by the engine's own means, such as PGPASSFILE or a profile."),
        )
    return url


def _create_engine(url: URL, settings: Settings) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError
    from sqlalchemy.pool import NullPool

    url, options = build_connect_arguments(url, settings)
    try:
        return create_engine(url, poolclass=NullPool, connect_args=options)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        package = _PACKAGES.get(url.drivername) or _PACKAGES.get(url.get_backend_name())
        raise ConfigError(
            N_("The driver of {engine} is not installed, so the warehouse cannot be read."),
            N_("Run: pip install {package}") if package else N_("Install it with pip: docs/warehouse.md names it."),
            engine=url.drivername,
            package=package,
        ) from error


def build_connect_arguments(url: URL, settings: Settings) -> tuple[URL, dict[str, Any]]:
    """Return the address with the limits that a driver takes from it, and the options of the driver."""
    name = url.get_backend_name()
    # A database in memory is of this process alone, and cannot be opened so.
    if name == "duckdb" and url.database not in {None, "", ":memory:"}:
        return url, {"read_only": True, "config": {"memory_limit": _DUCKDB_MEMORY}}
    if name == "bigquery":
        # With any such entry, as with one that is the default, the client has a config for its jobs.
        limits = {"maximum_bytes_billed": str(settings.maximum_bytes_billed)} if settings.maximum_bytes_billed else {}
        return url.set(query={"use_query_cache": "true", **url.query, **limits}), {}
    if name in {"clickhouse", "clickhousedb"} and _CLICKHOUSE_LIMIT not in url.query:
        # By HTTP clickhouse-sqlalchemy takes settings as an option, all other drivers from the address.
        if url.drivername in {"clickhouse", "clickhouse+http"}:
            return url, {"ch_settings": {_CLICKHOUSE_LIMIT: settings.timeout_seconds}}
        return url.update_query_dict({_CLICKHOUSE_LIMIT: str(settings.timeout_seconds)}), {}
    return url, {}


def limit_jobs(client: Any, seconds: int) -> None:
    """Limit the time of each job of a client of BigQuery, whose address takes no such limit."""
    config = client.default_query_job_config
    config.job_timeout_ms = 1000 * seconds
    client.default_query_job_config = config
