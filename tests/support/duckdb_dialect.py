"""DuckDB for SQLAlchemy, as far as statements passed as they are need it; a company installs duckdb-engine."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect


class DuckDBDialect(DefaultDialect):
    """Connects to a file of DuckDB."""

    name = "duckdb"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        """Return the driver."""
        import duckdb

        return duckdb

    def do_rollback(self, dbapi_connection: Any) -> None:
        """End no transaction: each statement is its own."""


def register_duckdb() -> None:
    """Let addresses begin with duckdb."""
    registry.register("duckdb", __name__, DuckDBDialect.__name__)
