"""The connection to a warehouse: its engine by an address of SQLAlchemy, read only where the engine knows that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.config import Warehouse as Settings
from core.errors import N_, ConfigError, WarehouseError
from core.redaction import redact
from sheets.warehouse.tables import DIALECTS, Dialect, DialectName

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Engine

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
# There a name in a statement finds a column in any case.
_IGNORE_CASE = frozenset({"bigquery", "databricks", "duckdb", "redshift", "snowflake", "spark"})


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A connection that is open.

    Attributes:
        name: the name of the engine.
        dialect: its spelling.
        connection: the connection of SQLAlchemy.

    """

    name: str
    dialect: Dialect
    connection: Any

    def run(self, statement: str) -> Sequence[Sequence[Any]]:
        """Return the rows of a statement, which is passed as it is.

        Raises:
            WarehouseError: the engine refused it, or the connection broke off.

        """
        return list(self._execute(statement).fetchall())

    def read_columns(self, table: str) -> tuple[str, ...]:
        """Return the columns of a table, a view or a query in parentheses, in their order.

        Raises:
            WarehouseError: the engine refused it, or the connection broke off.

        """
        names = self._execute(f"SELECT * FROM {table} t WHERE 1 = 0").keys()
        return tuple(name.lower() if self.name in _IGNORE_CASE else name for name in names)

    def _execute(self, statement: str) -> Any:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            # Without parameters a driver does not look for any: a per cent sign is one.
            return self.connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        except SQLAlchemyError as error:
            raise WarehouseError(
                N_("{engine} did not run the query: {why}."),
                N_("Check the rights of its user and the limits of the engine, then try again."),
                engine=self.name,
                why=_find_reason(error),
            ) from error


@contextmanager
def open_warehouse(settings: Settings) -> Iterator[Warehouse]:
    """Open the warehouse at the address of the config; nothing is committed.

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
    engine = _create_engine(url)
    name = engine.dialect.name
    if name not in _ENGINES:
        raise ConfigError(
            N_("warehouse.url names the engine {engine}, whose SQL nrrbot does not know."),
            N_("Engines: {known}."),
            engine=name,
            known=", ".join(sorted(_ENGINES)),
        )
    # Other engines have no such option: there the rights of the user decide.
    options = {"postgresql_readonly": True} if name == "postgresql" else {}
    try:
        connection = engine.connect().execution_options(**options)
    except SQLAlchemyError as error:
        raise WarehouseError(
            N_("{engine} cannot be reached: {why}."),
            N_("Check warehouse.url, the network and the credentials that the engine's driver reads."),
            engine=name,
            why=_find_reason(error),
        ) from error
    try:
        yield Warehouse(name, DIALECTS[_ENGINES[name]], connection)
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
    if url.password is not None:
        raise ConfigError(
            N_("warehouse.url contains a password, which a config file may not."),
            N_("Remove it, and give it to the driver by the engine's own means, such as PGPASSFILE or a profile."),
        )
    return url


def _create_engine(url: URL) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError
    from sqlalchemy.pool import NullPool

    try:
        return create_engine(url, poolclass=NullPool)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError(
            N_("The driver of {engine} is not installed, so the warehouse cannot be read."),
            N_("Install it with pip: docs/warehouse.md names it."),
            engine=url.drivername,
        ) from error


def _find_reason(error: Exception) -> str:
    """Return the first line of the driver's own words, without secrets and without the statement."""
    words = str(getattr(error, "orig", None) or error).strip().splitlines()
    return redact(words[0].rstrip(".") if words else type(error).__name__)
