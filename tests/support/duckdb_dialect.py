"""DuckDB for SQLAlchemy, as far as statements passed as they are need it; a company installs duckdb-engine."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect


class _Connection:
    """A connection whose cursor is itself, as in duckdb-engine: an interrupt reaches the query that runs."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def cursor(self) -> _Cursor:
        return _Cursor(self._connection)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class _Cursor(_Connection):
    def close(self) -> None:
        """Keep the connection, which it would close."""


class DuckDBDialect(DefaultDialect):
    """Connects to a file of DuckDB."""

    name = "duckdb"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        """Return the driver."""
        import duckdb

        return duckdb

    def connect(self, *arguments: Any, **options: Any) -> Any:
        """Open the file."""
        return _Connection(self.loaded_dbapi.connect(*arguments, **options))

    def do_rollback(self, dbapi_connection: Any) -> None:
        """End no transaction: each statement is its own."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """End no transaction: each statement is its own."""


def register_duckdb() -> None:
    """Let addresses begin with duckdb."""
    registry.register("duckdb", __name__, DuckDBDialect.__name__)
