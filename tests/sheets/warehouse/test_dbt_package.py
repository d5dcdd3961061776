"""The dbt package: its model is the SELECT, and the table that dbt builds has the integers of the panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.ledger.segments import Segments
from core.sources.panel import PanelSource
from sheets.warehouse.proof import list_cells
from sheets.warehouse.source import WarehouseSource
from tests.support.dbt_model import write_model
from tests.support.dbt_project import PACKAGE, Project, find_dbt
from tests.support.engines import start_postgres
from tests.support.generate import company
from tests.support.hostile_company import build_hostile_company
from tests.support.warehouse import Company, Row, create_tables, describe_company, export_ledger, insert_rows

MODEL = PACKAGE / "models" / "nrr_cube.sql"
Execute = Callable[[str], Any]


def test_the_model_is_the_statement(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        MODEL.write_text(write_model(), encoding="utf-8")
    assert MODEL.read_text(encoding="utf-8") == write_model()


def test_the_docs_of_the_model_have_its_columns() -> None:
    text = (PACKAGE / "models" / "nrr_cube.yml").read_text(encoding="utf-8")
    columns = [line.partition("name: ")[2] for line in text.splitlines() if line.startswith("      - name: ")]
    _, company = build_hostile_company()
    assert company.statement.read_cube("nrr_cube", ()).startswith(f"SELECT {', '.join(columns)}\n")


@contextmanager
def open_duckdb(folder: Path) -> Iterator[tuple[dict[str, Any], str, Callable[[], Any]]]:
    import duckdb

    path = str(folder / "company.duckdb")
    settings = {"type": "duckdb", "path": path, "threads": 1}
    yield settings, '"company"."main"', lambda: duckdb.connect(path)


@contextmanager
def open_postgres(folder: Path) -> Iterator[tuple[dict[str, Any], str, Callable[[], Any]]]:
    import psycopg

    with start_postgres(folder) as socket:
        settings = {"type": "postgres", "host": socket, "port": 5432, "user": "nrrbot", "password": ""}
        settings |= {"dbname": "postgres", "schema": "public", "threads": 1}
        address = f"host={socket} user=nrrbot dbname=postgres"
        yield settings, '"postgres"."public"', lambda: psycopg.connect(address, autocommit=True)


def build_plain_company() -> tuple[Segments, Company]:
    """Return accounts of one currency whose values have no dates: the project has neither rates nor a history."""
    segments = Segments(company(3, 60, 20))
    described = describe_company(export_ledger(segments.ledger), segments)
    assert described.tables.keys() == {"mrr", "accounts"}
    return segments, replace(described, dimensions=("region", "plan", "size", "tenure"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("open_engine", "build_company"), [(open_duckdb, build_hostile_company), (open_postgres, build_plain_company)]
)
def test_the_table_that_dbt_builds(
    open_engine: Callable[[Path], Any], build_company: Callable[[], tuple[Segments, Company]], tmp_path: Path
) -> None:
    find_dbt()
    segments, rows_of = build_company()
    with open_engine(tmp_path) as (settings, schema, connect):
        with connect() as database:
            database.execute("CREATE SCHEMA raw")
            for name, statement, rows in create_tables(rows_of.tables):
                database.execute(statement.replace(name, f"raw.{name}", 1))
                insert_rows(database.execute, f"raw.{name}", rows)
        project = Project(tmp_path, rows_of, settings, schema)
        project.build()
        if rows_of.tables.keys() >= {"fx", "history", "aliases"}:
            assert project.read_compiled("models/nrr_cube.sql") == project.statement.sum_windows(rows_of.dimensions)
        with connect() as database:

            def run(text: str) -> Sequence[Row]:
                rows: list[Row] = database.execute(text).fetchall()
                return rows

            source = WarehouseSource(rows_of.statement, run, table=f"{schema}.nrr_cube")
            for dimensions, later in ((rows_of.dimensions, 0), (("plan",), 4)):
                closes = segments.ledger.first + later, segments.ledger.last - later
                ours = list_cells(PanelSource(segments).cube(dimensions, *closes))
                assert list_cells(source.cube(dimensions, *closes)) == ours
            # dbt has run the tests of the package; they find what they are for.
            for test, damage in (
                ("nrr_dimensions_add_up", "DELETE FROM nrr_cube WHERE months = 1 AND d_plan = 'Team'"),
                ("nrr_bridge_closes", "UPDATE nrr_cube SET churn = churn + 1 WHERE months = 3"),
                ("nrr_cells_are_unique", "INSERT INTO nrr_cube SELECT * FROM nrr_cube WHERE months = 12"),
            ):
                database.execute(damage)
                assert run(project.read_compiled(f"tests/{test}.sql"))
