"""`nrrbot doctor --prove-warehouse`, on a PostgreSQL that is started here, and where it cannot be run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import Warehouse as Settings
from core.errors import WarehouseError
from sheets.warehouse import proof
from sheets.warehouse.connection import open_warehouse
from tests.support.command_line import Ran, nrrbot
from tests.support.engines import start_postgres


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with start_postgres(tmp_path_factory.mktemp("postgres")) as socket:
        yield f"postgresql+psycopg://nrrbot@/postgres?host={socket}"


def prove(folder: Path, url: str, *options: str) -> Ran:
    config = folder / "config.toml"
    config.write_text(f'[warehouse]\nurl = "{url}"\n', encoding="utf-8")
    return nrrbot("doctor", "--prove-warehouse", "--config", config, *options)


def test_the_engine_computes_the_same_integers(tmp_path: Path, address: str) -> None:
    ran = prove(tmp_path, address)
    same = "postgresql computes the same integers as nrrbot in all 944 cells of a company made for this check.\n"
    assert (ran.code, ran.out, ran.err) == (0, same, "")
    assert not (tmp_path / "nrrbot.db").exists()
    assert "calcule les mêmes entiers" in prove(tmp_path, address, "--lang", "fr").out


def test_an_engine_with_other_integers_is_refused(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spell = proof._write_rate
    monkeypatch.setattr(proof, "_write_rate", lambda rate: spell(rate * 2))
    ran = prove(tmp_path, address)
    assert (ran.code, ran.out) == (1, "")
    assert "postgresql computes other integers than nrrbot in" in ran.err


@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        ("", 2, "No warehouse is configured. Set warehouse.url"),
        ("no address", 2, "warehouse.url is not the address of an engine."),
        ("postgresql+psycopg://ines:hunter2@db/x", 2, "warehouse.url contains a password"),
        ("postgresql+psycopg://ines@/x?host=db&password=hunter2", 2, "warehouse.url contains a password"),
        ("duckdb:///md:x?motherduck_token=hunter2", 2, "warehouse.url contains a password"),
        ("sqlite://", 2, "names the engine sqlite, whose SQL nrrbot does not know. Engines: bigquery,"),
        ("snowflake://account/db", 2, "cannot be read. Run: pip install snowflake-sqlalchemy"),
        ("postgresql+psycopg://nrrbot@/x?host=/nowhere&passfile=/none", 1, "postgresql cannot be reached: "),
    ],
)
def test_a_warehouse_that_cannot_be_used(tmp_path: Path, url: str, code: int, says: str) -> None:
    ran = prove(tmp_path, url)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err
    assert "hunter2" not in ran.err


def test_a_shorter_limit_of_the_engine_is_kept(address: str) -> None:
    with (
        open_warehouse(Settings(f"{address}&options=-c%20statement_timeout%3D300")) as warehouse,
        pytest.raises(WarehouseError, match="The query was cancelled on postgresql, so nothing was read: canceling"),
    ):
        warehouse.run("SELECT pg_sleep(60)")


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy.exc", None)
    ran = prove(tmp_path, "postgresql+psycopg://db/x")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("no warehouse can be read. Run: pip install 'nrrbot[warehouse]'\n")
