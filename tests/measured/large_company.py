"""A company of many accounts in a warehouse, from the first sync to its tabs, against the panel of the same rows.

    python -m tests.measured.large_company ENGINE ACCOUNTS

makes a company in three currencies on an engine that is started here, duckdb or postgres, runs the commands that
people run, each in a process of its own, and prints their time and memory, and the figures that differ from those of
the panel.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from core.ledger.columns import Column
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.rates import Currencies
from core.ledger.rows import SourceRows
from core.ledger.segments import Segments, SizeRules
from core.metrics.cube import Cube, build_cube
from core.money import find_currency
from core.months import Month
from core.store.store import Store
from tests.measured.memory import read_peak
from tests.measured.warehousing import FIRST, MONTHS, VALUES, export_tables, load_postgres, make_company
from tests.support.duckdb_dialect import register_duckdb
from tests.support.engines import start_postgres
from tests.support.two_sources import open_sheet

TODAY = "2026-01-15"
CURRENCIES = ("EUR", "USD", "GBP")
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "sync": ("sync",),
    "enterprise Q3": ("ask", "enterprise", "Q3", "--json"),
    "enterprise Q3 region 1": ("ask", "enterprise", "Q3", "region", "1", "--json"),
    "why enterprise Q3": ("ask", "why", "enterprise", "Q3", "--json"),
    "digest": ("digest", "--preview", "--json"),
    "tabs": ("write",),
}


class Step(msgspec.Struct, frozen=True):
    """One command.

    Attributes:
        name: what it is.
        seconds: the time from its start to its end.
        own: seconds of CPU time of its process; of DuckDB, which runs in it, as well.
        peak: the peak memory of its process in MiB; with DuckDB as well.
        printed: what it printed.

    """

    name: str
    seconds: float
    own: float
    peak: float
    printed: str


class Large(msgspec.Struct, frozen=True):
    """The commands on a large company.

    Attributes:
        steps: the commands.
        cells: the number of integers of the cube that were compared.
        differing: those that differ from the panel's.
        answers: the answers whose figures differ from the panel's.

    """

    steps: list[Step]
    cells: int
    differing: int
    answers: list[str]


def measure_large_company(engine: str, accounts: int) -> Large:
    """Run the commands on a company of so many accounts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = make_company(accounts, folder)
        with _serve(engine, path, folder) as url:
            config = folder / "config.toml"
            config.write_text(
                f'[company]\ncurrency = "EUR"\n[store]\npath = "{folder}/warehouse.db"\n'
                f'[workbook]\npath = "{folder}/figures.xlsx"\n'
                f'[warehouse]\nurl = "{url}"\nmrr = "mrr"\naccounts = "accounts"\nfx = "fx"\ntimeout_seconds = 3000\n'
                "[sync]\nminutes = 90\n"
            )
            _write_blank(folder / "figures.xlsx")
            steps = [_run(name, command, config) for name, command in COMMANDS.items()]
        store = Store(folder / "warehouse.db")
        snapshot = store.find_latest_snapshot()
        assert snapshot is not None
        stored = store.figures(snapshot.id)
        segments = Segments(read_ledger(path), SizeRules())
        cells, differing = compare(stored, build_cube(segments, _list_dimensions(stored)))
        answers = list(_compare_answers(segments, folder, steps))
    return Large(steps, cells, differing, answers)


@contextmanager
def _serve(engine: str, path: Path, folder: Path) -> Iterator[str]:
    if engine == "duckdb":
        yield f"duckdb:///{path}"
        return
    with start_postgres(folder) as socket:
        load_postgres(export_tables(path, folder), socket)
        yield f"postgresql+psycopg://nrrbot@/postgres?host={socket}"


def _write_blank(path: Path) -> None:
    from openpyxl import Workbook

    Workbook().save(path)


def _run(name: str, command: tuple[str, ...], config: Path) -> Step:
    measured = config.parent / "measured.json"
    line = [sys.executable, "-m", "tests.measured.large_company", "run", str(measured), *command]
    begun = time.monotonic()
    done = subprocess.run(
        [*line, "--config", str(config), "--today", TODAY], check=False, capture_output=True, text=True
    )
    seconds = time.monotonic() - begun
    assert done.returncode == 0, done.stderr
    own, peak = json.loads(measured.read_text())
    return Step(name, seconds, own, peak, done.stdout)


def _run_here(measured: str, arguments: list[str]) -> None:
    """Run a command of nrrbot in this process, and write its CPU time and peak memory."""
    from bot.__main__ import main

    register_duckdb()
    sys.argv = ["nrrbot", *arguments]
    try:
        main()
    finally:
        Path(measured).write_text(json.dumps([time.process_time(), read_peak()]))


def read_ledger(path: Path) -> Ledger:
    """Return the ledger of the tables."""
    import duckdb

    with duckdb.connect(str(path), read_only=True) as database:
        number = "CAST(substr(account_id, 2) AS BIGINT)"
        accounts = database.execute(f"SELECT * FROM accounts ORDER BY {number}").fetchnumpy()
        amounts = database.execute(f"SELECT {number} AS i, m, amount FROM mrr").fetchnumpy()
        rates = database.execute("SELECT currency, m, CAST(rate AS VARCHAR) FROM fx").fetchall()
    ids = accounts["account_id"].tolist()
    panel = np.zeros((MONTHS, len(ids)), dtype=np.int64)
    panel[amounts["m"] - FIRST.ordinal, amounts["i"]] = amounts["amount"]
    columns = {}
    for name in VALUES:
        values, places = np.unique(accounts[name].astype(str), return_inverse=True)
        columns[name] = Column(name.capitalize(), tuple(values.tolist()), places.astype(np.int32))
    codes = np.array([CURRENCIES.index(code) for code in accounts["currency"].tolist()], dtype=np.int16)
    currencies = tuple(map(find_currency, CURRENCIES))
    return Ledger(
        first=FIRST,
        panel=panel,
        accounts=build_accounts(ids, consumer=accounts["consumer"].astype(np.bool_)),
        currencies=Currencies(currencies, codes, {(Month(m), code): Fraction(rate) for code, m, rate in rates}),
        source_rows=SourceRows("", np.zeros(len(ids), dtype=np.int32)),
        columns=columns,
    )


def _list_dimensions(cube: Cube) -> list[str]:
    return list(dict.fromkeys(name for name, _ in cube.labels if name))


def compare(ours: Cube, theirs: Cube) -> tuple[int, int]:
    """Return the number of integers of a cube, and of those that differ from another one's."""
    differing = 0
    windows = {window: row for row, window in enumerate(theirs.windows)}
    for row, window in enumerate(ours.windows):
        for column, label in enumerate(ours.labels):
            other = theirs.sums[windows[window], theirs.labels.index(label)]
            differing += int(np.count_nonzero(ours.sums[row, column] != other))
    return ours.sums.size, differing


def _compare_answers(segments: Segments, folder: Path, steps: list[Step]) -> Iterator[str]:
    """Yield the answers whose figures are not those of the panel."""
    now = dt.datetime.fromisoformat(f"{TODAY}T09:00:00+00:00")
    sheet = open_sheet(folder, segments, now)
    for step in steps:
        command = COMMANDS[step.name]
        if command[0] == "ask":
            line = " ".join(word for word in command[1:] if word != "--json")
            ours, theirs = (_drop_unknown(one) for one in (json.loads(step.printed), sheet.reply("/nrr", line).json()))
            if ours != theirs:
                yield step.name


def _drop_unknown(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without the number of its snapshot, and without what a warehouse does not give."""
    kept = {name: part for name, part in answer.items() if name not in {"snapshot", "not_given"}}
    if "why" in kept:
        kept["why"] = {name: part for name, part in kept["why"].items() if name != "signs"}
    return kept


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "run":
        _run_here(rest[0], rest[1:])
    else:
        large = measure_large_company(command, int(rest[0]))
        sys.stdout.write(msgspec.json.encode(large).decode() + "\n")
