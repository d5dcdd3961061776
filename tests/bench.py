"""Measure speed and memory: figures of 100,000 accounts x 36 months, beside DuckDB and polars doing the same sums; a
Google Sheet of ten million cells; an .xlsx file of one million, beside openpyxl and python-calamine; the questions of
the table, read where a sheet has 500 values and 100,000 accounts; 1,000 digests due in the same minute; the SELECT of a
warehouse on the engines that run here.

    python -m tests.bench            a table
    python -m tests.bench --json     the same as JSON

A benchmark, not a test: an aim that is missed is printed as missed. Only sums that differ make it fail. Whatever is
compared is measured in turns within the same run, after one that warms it; each figure is the median of its turns, and
beside it the least CPU time of a turn, which counts for the aim. The ten million cells are read once.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import math
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from core.config import Schedule
from core.ledger.rows import build_row_index, build_source_rows
from core.ledger.segments import Segments
from core.metrics.cube import build_cube
from core.metrics.retention import measure
from core.months import Month, Window
from core.store.snapshots import SyncedWorkbook
from core.store.store import Store
from sheets.google.read_ranges import CELLS_PER_READ
from tests.measured.engines import DIMENSIONS, count_differences, duckdb_cube, polars_cube, sums_of
from tests.measured.sheet_process import serve_sheet
from tests.measured.whole_answer import measure_whole_answers
from tests.support.generate import company, draw_lines
from tests.support.scopes import scope_of

ROOT = Path(__file__).parent.parent
ACCOUNTS, MONTHS = 100_000, 36
# Customers beside it, this is what a Google Sheet can hold: ten million cells.
SHEET_ACCOUNTS, SHEET_MONTHS = 160_000, 57
FILE_ACCOUNTS, FILE_MONTHS = 27_000, 36
# An .xlsx file of 20 MB.
LARGE_FILE_ACCOUNTS = 88_000
# A Google Sheet of 2.5 million cells, edited while people ask.
CHANGED_ACCOUNTS = 40_000
# A Google Sheet of which one amount is edited; with the bot's tabs it has nearly ten million cells.
EDITED_ACCOUNTS, EDITED_MONTHS = 100_000, 90
# The same accounts with a row for each month.
LONG_MONTHS = 37
# Turns of whatever is compared.
TURNS = 25
# openpyxl takes seconds for each.
FILE_TURNS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what was measured, the most that it should be, and its least CPU time, all in `unit`."""

    what: str
    value: float
    unit: str
    aim: float | None = None
    cpu: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the aim was met, by the CPU time where it is measured; empty without an aim."""
        measured = self.value if self.cpu is None else self.cpu
        return "" if self.aim is None else "met" if measured <= self.aim else "missed"


def main() -> int:
    """Measure, print, and return the exit status."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="print JSON")
    as_json = arguments.parse_args().json

    segments = Segments(company(1, ACCOUNTS, MONTHS))
    segments.ledger.first_paid  # noqa: B018 - derived once for each ledger; the peers get theirs with the data
    lines, failed = list[Line](), list[str]()
    with tempfile.TemporaryDirectory() as name:
        folder, differing = Path(name), dict[str, int]()
        for title, measure_section in list_sections(segments, folder, differing).items():
            try:
                section = measure_section()
            except Exception as error:  # noqa: BLE001 - the other sections are measured all the same
                failed.append(f"{title}: {error!r}")
                continue
            lines += section
            if not as_json:
                show(title, section)
    if as_json:
        same = {engine: not count for engine, count in differing.items()}
        rows = [{**asdict(line), "verdict": line.verdict or None} for line in lines]
        sys.stdout.write(json.dumps({"sums_equal": same, "lines": rows, "failed": failed}, indent=2) + "\n")
    else:
        show_end(lines, differing, failed)
    return 1 if failed or any(differing.values()) else 0


def list_sections(
    segments: Segments, folder: Path, differing: dict[str, int]
) -> dict[str, Callable[[], Sequence[Line]]]:
    """Return title -> what measures it, in the order of the run; `differing` gets how many sums of each peer differ."""

    def compare() -> Sequence[Line]:
        lines, counts = compare_engines(segments)
        differing.update(counts)
        return lines

    return {
        f"{ACCOUNTS:,} accounts x {MONTHS} months, dimensions {', '.join(DIMENSIONS)}": compare,
        "A whole answer": lambda: [answer_line(segments)],
        "The store": lambda: [*store_lines(segments, folder), rows_line(segments, folder), *growth_lines(folder)],
        "A cold start": lambda: cold_lines(folder),
        "Edits": lambda: [*change_lines(folder), *edit_lines(folder)],
        "A Google Sheet": lambda: sheet_lines(folder),
        "Files": lambda: [*file_lines(folder), *other_file_lines(folder)],
        "Recognition": recognition_lines,
        "Answers": lambda: answer_lines(segments, folder),
        "Digests": lambda: digest_lines(segments, folder),
        "Questions": lambda: reading_lines(folder),
        "A warehouse": lambda: warehouse_lines(differing),
        "A large company in a warehouse": lambda: large_company_lines(differing),
        "Many people": lambda: [crowd_line(folder), *busy_lines(folder), *attack_lines()],
    }


def show(title: str, lines: Sequence[Line]) -> None:
    """Print the table of a section."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", width=110)
    table.add_column("")
    for heading in ("measured", "CPU time", "aim: at most", ""):
        table.add_column(heading, justify="right")
    for line in lines:
        aim = "" if line.aim is None else f"{line.aim:,.4g} {line.unit}"
        decimals = 0 if line.value >= 100 or line.unit == "calls" else 2
        cpu = "" if line.cpu is None else f"{line.cpu:,.{decimals}f} {line.unit}"
        table.add_row(line.what, f"{line.value:,.{decimals}f} {line.unit}", cpu, aim, line.verdict)
    Console(width=110).print(table)


def show_end(lines: Sequence[Line], differing: dict[str, int], failed: Sequence[str]) -> None:
    """Print what missed its aim, whether the sums agree, the load of the machine, and the sections that failed."""
    missed = [line.what.strip() for line in lines if line.verdict == "missed"]
    loads = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    texts = [
        f"{sum(bool(line.verdict) for line in lines)} aims, {len(missed)} missed"
        + "".join(f"\n  {what}" for what in missed),
        *(
            f"Sums of {name}: " + (f"{count} differ" if count else "all equal to the cent")
            for name, count in differing.items()
        ),
        f"Load of the machine over 1, 5 and 15 minutes, the benchmark included: {loads} ({os.cpu_count()} CPUs).",
        *(f"FAILED  {text}" for text in failed),
    ]
    sys.stdout.write("\n".join(texts) + "\n")


# The engines, in turns.


def compare_engines(segments: Segments) -> tuple[list[Line], dict[str, int]]:
    """Return the lines of the cube and its peers, and how many sums of each peer differ from the cube's."""
    panel = segments.ledger.panel
    engines = {"DuckDB": duckdb_cube(segments), "polars": polars_cube(segments)}
    ours = sums_of(build_cube(segments, DIMENSIONS), segments.ledger)
    differing = {name: count_differences(ours, run()) for name, run in engines.items()}
    took = in_turns({"np.sum": lambda: np.sum(panel), "cube": lambda: build_cube(segments, DIMENSIONS), **engines})
    own = took["cube"].cpu
    return [
        Line("one np.sum over the panel", took["np.sum"].wall, "ms", cpu=took["np.sum"].cpu),
        Line("whole cube, nrrbot", took["cube"].wall, "ms", cpu=own),
        Line("whole cube, DuckDB, one SQL query", took["DuckDB"].wall, "ms", cpu=took["DuckDB"].cpu),
        Line("whole cube, polars, one plan", took["polars"].wall, "ms", cpu=took["polars"].cpu),
        Line("nrrbot / np.sum, CPU time", own / took["np.sum"].cpu, "x", 30),
        Line("nrrbot / DuckDB, CPU time", own / took["DuckDB"].cpu, "x", 1 / 6),
        Line("nrrbot / polars, CPU time", own / took["polars"].cpu, "x", 1 / 6),
    ], differing


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something takes, in ms.

    Attributes:
        wall: the median.
        cpu: the least CPU time, which other work on the machine changes little.

    """

    wall: float
    cpu: float


def in_turns(runs: dict[str, Callable[[], Any]], turns: int = TURNS) -> dict[str, Timing]:
    """Return how long each of `runs` takes, one after the other, `turns` times; each has run once before."""
    walls: dict[str, list[float]] = {name: [] for name in runs}
    least = dict.fromkeys(runs, math.inf)
    for run in runs.values():
        run()
    for _ in range(turns):
        for name, run in runs.items():
            start = time.process_time()
            walls[name].append(milliseconds(run))
            least[name] = min(least[name], (time.process_time() - start) * 1000)
    return {name: Timing(median(walls[name]), least[name]) for name in runs}


def time_turns(run: Callable[[], object]) -> Timing:
    """Return how long one thing takes."""
    return in_turns({"": run})[""]


def in_seconds(took: Timing) -> tuple[float, str, None, float]:
    """Return (wall, unit, no aim, CPU time) of a timing."""
    return took.wall / 1000, "s", None, took.cpu / 1000


def milliseconds(run: Callable[[], object]) -> float:
    """Return how long `run` takes."""
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


# One answer, the store, the command.


def answer_line(segments: Segments) -> Line:
    """Return how long one answer takes, for the size with most accounts."""
    ledger = segments.ledger
    window = Window.ending(ledger.last, 12)
    took = time_turns(lambda: measure(ledger, window, segments.members("size", "SMB", window)))
    return Line("one answer from a loaded ledger", took.wall, "ms", 2, took.cpu)


def store_lines(segments: Segments, folder: Path) -> list[Line]:
    """Return how long a snapshot takes to load, and the peak memory of a process that loads it and computes all."""
    path = folder / "bench.db"
    store = Store(path)
    snapshot = store.save_snapshot(
        segments.ledger,
        [],
        build_cube(segments, DIMENSIONS),
        SyncedWorkbook("bench", "bench", "1", "1"),
        datetime.now(UTC),
    )
    load = time_turns(lambda: store.load(snapshot.id))
    peak = run_python("-m", "tests.measured.serving", str(path), " ".join(DIMENSIONS))
    lookups = json.loads(run_python("-m", "tests.measured.lookups", str(path)))
    return [
        Line("loading the snapshot from SQLite", load.wall, "ms", 50, load.cpu),
        Line("peak memory: load, cube, answer", float(peak), "MiB", 250),
        Line("500 figures in one request of the add-in, CPU time", 1000 * float(lookups["warm"]), "ms", 100),
        Line("the same, the first of a snapshot", 1000 * float(lookups["first"]), "ms"),
    ]


def cold_lines(folder: Path) -> list[Line]:
    """Return the CPU time of `nrrbot ask` on the synced sample, process start included, next to that of bare Python.

    Modules are compiled already, as those of an installed package are.
    """
    options = ["--workbook", str(ROOT / "sheets" / "templates" / "sample.xlsx"), "--db", str(folder / "sample.db")]
    compiled = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    run_python("-m", "bot", "sync", *options)
    questions = iter(f"enterprise Q3 2026 top {number}" for number in range(1, 100))

    def ask(question: str) -> None:
        run_python("-m", "bot", "ask", question, *options, environment=compiled)

    ask("enterprise Q3")
    bare = least_cpu(lambda: run_python("-c", "pass"))
    again = least_cpu(lambda: ask("enterprise Q3"))
    anew = least_cpu(lambda: ask(f"accounts {next(questions)}"))
    return [
        Line("Bare Python, cold, CPU time", bare, "ms"),
        Line("`nrrbot ask`, cold, the same question again, CPU time", again, "ms"),
        Line("  / bare Python", again / bare, "x", 10),
        Line("`nrrbot ask`, cold, another question, CPU time", anew, "ms", 1000),
    ]


def least_cpu(run: Callable[[], object]) -> float:
    """Return the milliseconds of CPU time of the processes that `run` starts, of the fastest of 25 turns.

    `os.times` would count whole hundredths of a second, which is as long as bare Python takes.
    """

    def read_cpu() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    turns = []
    for _ in range(25):
        before = read_cpu()
        run()
        turns.append(read_cpu() - before)
    return min(turns) * 1000


def change_lines(folder: Path) -> list[Line]:
    """Return how long an edit takes to the answers, what a poll without one costs, and how long answers wait."""
    arguments = (str(folder), str(CHANGED_ACCOUNTS), str(SHEET_MONTHS))
    took = json.loads(run_python("-m", "tests.measured.answering_while_syncing", *arguments))
    cells = f"{took['cells'] / 1e6:.1f} M cells"
    return [
        Line(f"Edit to answer, {cells}: poll, sync, load", Schedule().poll_seconds + took["to_answer"], "s", 120),
        Line("  of it after the poll", took["to_answer"], "s"),
        Line("Poll without a change, CPU time", took["poll"] * 1000, "ms", 50),
        Line("Answers, 99 of 100, while nothing else runs", took["idle"] * 1000, "ms"),
        Line("  during a sync", took["syncing"] * 1000, "ms"),
        Line("  during a sync / while nothing else runs", took["syncing"] / took["idle"], "x", 1.5),
    ]


def attack_lines() -> list[Line]:
    """Return how long people wait while someone attacks the bot over HTTP."""
    took = json.loads(run_python("-m", "tests.measured.attacks"))
    return [
        Line("500 trickling connections: slowest acknowledgement", took["ack"], "s", 1),
        Line("600 questions of one person: another's answer", took["other"], "s", 2),
    ]


def growth_lines(folder: Path) -> list[Line]:
    """Return what the store holds after many syncs of one edit each, and what the last ones cost next to the first."""
    grown = json.loads(run_python("-m", "tests.measured.growing", str(folder / "growing.db"), "5000", "500"))
    year = json.loads(run_python("-m", "tests.measured.growing", str(folder / "year.db"), "100000", "90"))
    # From the fiftieth on each sync prunes one.
    growth = (year["sizes"][89] - year["sizes"][59]) / 30
    return [
        Line("500 edits of 5,000 accounts: the store", grown["sizes"][-1] / 1e6, "MB", 150),
        Line("  snapshots kept whole", grown["whole"], "snapshots", 74),
        Line(
            "  storing one of the last 25 / the first, CPU time",
            median(grown["seconds"][-25:]) / grown["seconds"][0],
            "x",
            1.2,
        ),
        Line(
            "A year of hourly edits of 100,000 accounts: the store",
            (year["sizes"][89] + (365 * 24 - 90) * growth) / 1e6,
            "MB",
            500,
        ),
    ]


def edit_lines(folder: Path) -> list[Line]:
    """Return the CPU time from one edit of the largest sheet to the answers, and back into it, beyond the transfer."""
    arguments = (str(folder), str(EDITED_ACCOUNTS), str(EDITED_MONTHS))
    figures = json.loads(run_python("-m", "tests.measured.editing", *arguments))
    took = figures["amount"]
    cells = f"{EDITED_ACCOUNTS * EDITED_MONTHS / 1e6:.0f} M amounts"
    wide = [
        Line(
            f"One edit in {cells} to the answers, beyond the transfer, CPU time", took["sync"] + took["answers"], "s", 1
        ),
        Line("  and meanwhile back into the sheet", took["sync"] + took["write_back"], "s", 1),
        Line("  sync", took["sync"], "s"),
        Line("  write-back", took["write_back"], "s"),
        Line("  first answers", took["answers"], "s"),
        Line("  rows parsed", took["rows"], "rows", 1),
        Line("  the transfer", took["transfer"], "s"),
        Line("  a first sync, for comparison", figures["first"]["sync"], "s"),
        Line("  imports of the process that waits for the next edit", took["imports"], "s"),
        Line("  its memory", took["memory"], "MiB", 100),
    ]
    return [*wide, *long_edit_lines(folder)]


def long_edit_lines(folder: Path) -> list[Line]:
    """Return the CPU time from one edit of a sheet with months down to the answers, beyond the transfer."""
    arguments = (str(folder), str(EDITED_ACCOUNTS), str(LONG_MONTHS), "long")
    figures = json.loads(run_python("-m", "tests.measured.editing", *arguments))
    seconds = {kind: took["sync"] + took["answers"] for kind, took in figures.items()}
    return [
        Line("One edit with months down, nearly ten million cells, CPU time", seconds["amount"], "s", 1),
        Line("  an added row of an account", seconds["row"], "s", 1),
        Line("  an added row of a new account", seconds["account"], "s"),
        Line("  rows parsed", max(figures[kind]["rows"] for kind in ("amount", "row", "account")), "rows", 1),
        Line("  a first sync, for comparison", figures["first"]["sync"], "s"),
    ]


def sheet_lines(folder: Path) -> list[Line]:
    """Return how long a sync of a sheet of ten million cells takes, and what it takes of memory and calls.

    The server is a process of its own, so its work and its memory are not the client's; waiting for it is.
    """
    path = folder / "sheet.db"
    with serve_sheet(folder, SHEET_ACCOUNTS, SHEET_MONTHS) as sheet:
        started = sheet.started
        arguments = (started["url"], started["spreadsheet"], started["key_file"], str(path))
        took = json.loads(run_python("-m", "tests.measured.syncing", *arguments))
    counts = Counter(sheet.calls)
    chunks = math.ceil(started["cells"] / CELLS_PER_READ)
    sheets = sum(count for method, count in counts.items() if method.startswith("sheets."))
    reading, parsing, computing = took["wall"]
    millions = started["cells"] / 1e6
    return [
        Line(f"Sheet of {millions:.2f} M cells: sync, per M", sum(took["wall"]) / millions, "s", 8),
        Line("  reading: server, wire, decoding", reading / millions, "s"),
        Line("  cells to ledger", parsing / millions, "s"),
        Line("  cube and store", computing / millions, "s"),
        Line("  our own: decoding, cells to ledger", (took["worked"][0] + parsing) / millions, "s", 2),
        Line("  peak memory of the client, for all", took["peak"], "MiB", 1536),
        Line(f"  calls of Sheets beyond its {chunks} chunks", sheets - chunks, "calls", 4),
        Line("  calls of Drive", counts["drive.files.get"], "calls", 2),
    ]


def file_lines(folder: Path) -> list[Line]:
    """Return how long one million cells of an .xlsx file take, beside openpyxl's own iteration and python-calamine."""
    import openpyxl
    import python_calamine

    from sheets.excel.workbook import ExcelWorkbook

    path = folder / "million.xlsx"
    write_file(path, FILE_ACCOUNTS)

    def ours() -> int:
        workbook = ExcelWorkbook(path)
        return sum(map(len, workbook.read(workbook.tabs())[0].rows))

    def openpyxl_alone() -> int:
        with contextlib.closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
            return sum(map(len, book.worksheets[0].iter_rows(values_only=True)))

    def calamine() -> int:
        with python_calamine.load_workbook(path) as book:
            return sum(map(len, book.get_sheet_by_index(0).iter_rows()))

    runs = {"ours": ours, "openpyxl": openpyxl_alone, "calamine": calamine}
    counts = {run() for run in runs.values()}
    taken = in_turns(runs, FILE_TURNS)
    return [
        Line(f".xlsx of {max(counts) / 1e6:.2f} M cells, nrrbot", *in_seconds(taken["ours"])),
        Line("  openpyxl alone, read only", *in_seconds(taken["openpyxl"])),
        Line("  python-calamine", *in_seconds(taken["calamine"])),
        Line("  nrrbot / openpyxl, CPU time", taken["ours"].cpu / taken["openpyxl"].cpu, "x", 1),
    ]


def other_file_lines(folder: Path) -> list[Line]:
    """Return how long a CSV of one million cells, a stray far cell, and a write into a workbook of 20 MB take."""
    from core.config import Config, Source
    from sheets.connect import open_workbook
    from sheets.excel.workbook import ExcelWorkbook

    path = folder / "million.csv"
    headings = ",".join(["Account ID", *(str(Month.of(2017, 1) + month) for month in range(99))])
    path.write_text("\n".join([headings, *[",".join(["ACC-1", *["12345.67"] * 99])] * 10_000]))

    def ours() -> int:
        workbook = open_workbook(Config(workbook=Source(path=str(path))))
        return sum(map(len, workbook.read(workbook.tabs())[0].rows))

    def csv_alone() -> int:
        with path.open(encoding="utf-8", newline="") as file:
            # Its rows are kept, as ours are.
            return sum(map(len, list(csv.reader(file))))

    taken = in_turns({"ours": ours, "csv": csv_alone})
    far, large = folder / "far.xlsx", folder / "large.xlsx"
    write_far_cell(far)
    write_file(large, LARGE_FILE_ACCOUNTS)
    megabytes = large.stat().st_size / 1e6
    writing = json.loads(run_python("-m", "tests.measured.writing", str(large)))

    def read_far() -> int:
        workbook = ExcelWorkbook(far)
        return len(workbook.read(workbook.tabs())[0].rows)

    return [
        Line(".csv of 1 M cells, nrrbot", *in_seconds(taken["ours"])),
        Line("  nrrbot / Python's csv module, CPU time", taken["ours"].cpu / taken["csv"].cpu, "x", 2),
        Line("A letter in XFD1048576, read", milliseconds(read_far) / 1000, "s", 1),
        Line(f"Write into a workbook of {megabytes:.0f} MB, all cells", max(writing["seconds"]), "s", 5),
        Line("  CPU time", max(writing["cpu_seconds"]), "s", 5),
        Line("  peak memory", writing["peak"], "MiB", 300),
    ]


def recognition_lines() -> list[Line]:
    """Return the share of the recognition in the CPU time from cells to a ledger, with at most 2% as its aim."""
    from tests.measured.recognising import measure_recognition

    shares = measure_recognition()
    return [Line(f"Recognition of cells to ledger: {name}", share, "%", 2) for name, share in shares.items()]


def write_far_cell(path: Path) -> None:
    """Write a tab of 50 accounts, and one letter in the last cell that Excel has."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Account ID", "2025-01"])
    for number in range(50):
        sheet.append([f"A-{number}", 100])
    sheet["XFD1048576"] = "x"
    book.save(path)


def write_file(path: Path, accounts: int) -> None:
    """Write a tab of MRR with a text and amounts with cents in each row, as Excel does.

    Excel keeps texts in a table of their own, numbers with all their binary digits, and says of each row which columns
    it has.
    """
    from openpyxl.utils import get_column_letter

    from tests.support.xlsx_files import change_parts, make_file

    letters = [get_column_letter(column) for column in range(2, FILE_MONTHS + 2)]
    amounts = np.round(np.random.default_rng(1).lognormal(5, 1.6, (accounts, FILE_MONTHS)), 2)
    headings = ["Account ID", *(str(Month.of(2023, 10) + month) for month in range(FILE_MONTHS))]
    texts = [*headings, *(f"ACC-{row:06}" for row in range(2, accounts + 2))]
    spans = f'spans="1:{FILE_MONTHS + 1}" x14ac:dyDescent="0.3"'
    first = "".join(f'<c r="{letter}1" t="s"><v>{at}</v></c>' for at, letter in enumerate(["A", *letters]))
    rows = "".join(
        f'<row r="{row}" {spans}><c r="A{row}" t="s"><v>{FILE_MONTHS + row - 1}</v></c>'
        + "".join(
            f'<c r="{letter}{row}"><v>{amount:.17g}</v></c>' for letter, amount in zip(letters, values, strict=True)
        )
        + "</row>"
        for row, values in enumerate(amounts.tolist(), 2)
    )
    data = f'<sheetData><row r="1" {spans}>{first}</row>{rows}</sheetData>'
    make_file(path, tuple(headings))

    def add_rows(parts: dict[str, bytes]) -> None:
        sheet, shared = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
        xml = parts[sheet].decode()
        names = 'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
        xml = re.sub(r"<sheetData>.*</sheetData>", lambda _: data, xml, flags=re.DOTALL)
        xml = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="A1:{letters[-1]}{accounts + 1}"', xml)
        parts[sheet] = xml.replace("<worksheet ", f"<worksheet {names} ", 1).encode()
        office = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        for part, end, entry in (
            ("[Content_Types].xml", "</Types>", f'<Override PartName="/{shared}" ContentType="{office}"/>'),
            (
                "xl/_rels/workbook.xml.rels",
                "</Relationships>",
                f'<Relationship Id="shared" Type="{relation}" Target="sharedStrings.xml"/>',
            ),
        ):
            parts[part] = parts[part].replace(end.encode(), f"{entry}{end}".encode())
        items = "".join(f"<si><t>{text}</t></si>" for text in texts)
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        parts[shared] = f'<sst xmlns="{main}" count="{len(texts)}" uniqueCount="{len(texts)}">{items}</sst>'.encode()

    change_parts(path, add_rows)


def run_python(*arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run Python with `arguments`, in an environment if given, and return what it prints.

    Raises:
        CalledProcessError: it failed; what it wrote to stderr stands on ours.

    """
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


# Each answer, and what a digest is made of.


def answer_lines(segments: Segments, folder: Path) -> list[Line]:
    """Return how long each kind of answer takes on a loaded ledger, a digest, and the most memory they need."""
    others = {"price and volume": take_apart(segments), "risks, all accounts at risk": list_many_risks(segments)}
    times = in_turns({**answers_of(segments), **others})
    digest = times.pop("digest")
    panel = segments.ledger.panel.nbytes / 2**20
    path = folder / "answers.db"
    keep(segments, path, 1)
    peak = float(run_python("-m", "tests.measured.answering", str(path)))
    wall, cpu = measure_whole_answers(path)
    return [
        Line("whole answer: words, figures, message, JSON", wall, "ms", 50, cpu),
        *(Line(name, took.wall, "ms", 500 if name == "reconcile" else 50, took.cpu) for name, took in times.items()),
        Line("whole set for a digest", digest.wall, "ms", 300, digest.cpu),
        Line("peak memory: load, each answer, a digest", peak, "MiB", 2 * panel),
    ]


def take_apart(segments: Segments) -> Callable[[], Any]:
    """Return what takes expansion apart, where every account has two products with quantities."""
    from core.analyses.price_volume import measure_price_volume
    from core.months import Calendar
    from core.query.periods import find_last_quarter
    from core.query.question import Question

    ledger = replace(segments.ledger, lines=draw_lines(segments.ledger, 1))
    ledger.price_changes  # noqa: B018 - derived once for each ledger
    question, scope = Question("nrr", (), find_last_quarter(Calendar(), ledger.last)), scope_of(ledger)
    return lambda: measure_price_volume(question, scope)


def list_many_risks(segments: Segments) -> Callable[[], Any]:
    """Return what lists the accounts at risk as a message, where every account that pays is at risk."""
    from bot.locale.translator import get_translator
    from bot.messages.outlook.account_signals import build_risks_message
    from core.outlook.account_signals import SignalsRequest, find_risks
    from core.reports.scope import build_quarter_question

    count = segments.ledger.accounts.count
    facts = {"feature_adoption": np.full(count, 0.2), "nps": np.arange(count) % 11.0}
    scope, translate = scope_of(replace(segments.ledger, facts=facts)), get_translator("en")
    return lambda: build_risks_message(
        find_risks(SignalsRequest(build_quarter_question(scope)), scope), translate, lambda _: ""
    )


def answers_of(segments: Segments) -> dict[str, Callable[[], Any]]:
    """Return what works each kind of answer out; the quarter and the twelve months, the whole company and a cut."""
    from core.advice.sign_tests import run_sign_tests
    from core.analyses import concentration, quick_ratio, segment_effects, survival
    from core.digests.weekly import build_digest
    from core.ledger.past_facts import PastFacts
    from core.months import Calendar, Period
    from core.outlook import account_signals, forecast, scenario
    from core.outlook import targets as goals
    from core.playbook.playbook import Targets, load_playbook
    from core.query import scenarios
    from core.query.periods import find_last_quarter
    from core.query.question import Filter, Question
    from core.reconcile import reconciliation
    from core.reports import accounts, breakdown, cohorts, comparison, explanation, methods, trend
    from core.reports.answer import answer_question
    from core.reports.scope import Origin, Scope
    from core.thresholds import SignalThresholds

    now = datetime(2025, 10, 6, 7, tzinfo=UTC)
    targets = Targets(Fraction(110, 100), Fraction(90, 100))
    origin, thresholds = Origin(1, now, "1", {}), SignalThresholds()
    random = np.random.default_rng(11)
    scores = [random.integers(0, 11, segments.ledger.accounts.count).astype(np.float64) for _ in segments.ledger.closes]
    past = tuple(PastFacts(close, {"nps": nps}) for close, nps in zip(segments.ledger.closes, scores, strict=True))
    today = now.date()
    scope = Scope(segments, origin, Calendar(), load_playbook(), targets, thresholds, today, lambda: past)
    period = find_last_quarter(scope.calendar, segments.ledger.last)
    whole = Question("nrr", (), period)
    cut = Question("nrr", (Filter("size", "SMB"), Filter("region", "France")), period)

    before = replace(whole, period=Period("quarter", Window(period.window.start - 3, period.window.start)))
    year = replace(whole, period=Period("ttm", Window.ending(segments.ledger.last, 12)))
    history = replace(whole, period=cohorts.whole_history(segments.ledger))
    figure = reconciliation.ReconciliationRequest(whole, Decimal("104.1"), in_period=False)
    moved = segment_effects.SegmentEffectsRequest(whole, before.period)
    supposed, _ = scenarios.parse_scenario("churn 5%->3%", lambda _: False)
    lost, _ = scenarios.parse_scenario(f'lose "{segments.ledger.accounts.ids[0]}"', lambda _: True)

    def one(question: Question) -> Callable[[], Any]:
        return lambda: answer_question(question, scope)

    def listed(question: Question, *parts: accounts.AccountPart) -> Callable[[], Any]:
        return lambda: accounts.list_accounts(accounts.AccountsRequest(question, parts or accounts.DEFAULT), scope)

    return {
        "answer, whole company": one(whole),
        "answer, a cut": one(cut),
        "answer by movements": one(replace(whole, method="movements")),
        "answer by compounding": one(replace(whole, method="compounded")),
        "by size": lambda: breakdown.break_down(breakdown.BreakdownRequest(whole, "size"), scope),
        "by industry": lambda: breakdown.break_down(breakdown.BreakdownRequest(whole, "industry"), scope),
        "why": lambda: explanation.explain(whole, scope),
        "trend": lambda: trend.build_trend(trend.TrendRequest(year), scope),
        "trend, a cut": lambda: trend.build_trend(trend.TrendRequest(replace(year, filters=cut.filters)), scope),
        "cohorts by quarter": lambda: cohorts.build_cohorts(cohorts.CohortsRequest(history, "quarter"), scope),
        "a quarter vs the one before": lambda: comparison.compare_sides((whole, before), scope),
        "risks": lambda: account_signals.find_risks(account_signals.SignalsRequest(whole), scope),
        "signs": lambda: run_sign_tests(scope.signs, past),
        "renewals": lambda: account_signals.find_renewals(account_signals.RenewalsRequest(whole, 90), scope),
        "what if churn 5%->3%": lambda: scenario.measure_scenario(scenario.ScenarioRequest(whole, supposed), scope),
        "what if an account left": lambda: scenario.measure_scenario(scenario.ScenarioRequest(whole, lost), scope),
        "targets": lambda: goals.build_target_board(year, scope),
        "outlook": lambda: forecast.forecast(whole, scope),
        "outlook, a cut": lambda: forecast.forecast(cut, scope),
        "outlook, quarter and year": lambda: forecast.forecast(year, replace(scope, calendar=Calendar(5))),
        "mix": lambda: segment_effects.explain_by_segments(moved, scope),
        "quick ratio": lambda: quick_ratio.measure_quick_ratio(whole, scope),
        "concentration": lambda: concentration.measure_concentration_at_close(whole, scope),
        "survival": lambda: survival.measure_survival(history, scope),
        "methods": lambda: methods.compare_methods(whole, scope),
        "reconcile": lambda: reconciliation.reconcile(figure, scope),
        "accounts": listed(whole),
        "accounts, a cut, churn": listed(cut, "churn"),
        "digest": lambda: build_digest(scope, now.date()),
    }


def digest_lines(segments: Segments, folder: Path) -> list[Line]:
    """Return what digests cost that are due in the same minute, and how they are sent."""
    from tests.measured.digests import CHANNELS, CUTS, SUBSCRIPTIONS, measure_digests

    path = folder / "digests.db"
    keep(segments, path, 1)
    measured = measure_digests(path)
    return [
        Line(f"{SUBSCRIPTIONS:,} digests of {CUTS} cuts built, CPU time", measured.build, "s", 20),
        Line("  not posted, of all", SUBSCRIPTIONS - measured.posted, "digests", 0),
        Line("  1 / least time between two messages to one channel", 1 / measured.closest, "a second", 1),
        Line("  memory after the last one / after a quarter", measured.growth, "x", 1.1),
        Line(f"  sent, with their threads, to {CHANNELS} channels and {SUBSCRIPTIONS // 2} people", measured.send, "s"),
        Line("  CPU time of that", measured.send_cpu, "s"),
    ]


def crowd_line(folder: Path) -> Line:
    """Return how long people wait who ask at once: the store is the one that the answers were measured on."""
    from tests.measured.crowd import PEOPLE, QUESTIONS, measure_crowd

    waited = measure_crowd(folder / "answers.db")
    return Line(f"{PEOPLE} commands at once, {len(QUESTIONS)} questions: 99 of 100 answered", waited, "s", 0.5)


def busy_lines(folder: Path) -> list[Line]:
    """Return how long people wait in a busy minute, while a sheet is read and its figures change."""
    from tests.measured.crowd import ACCOUNTS, EACH_SECOND, MONTHS, measure_busy_minute

    busy = measure_busy_minute(folder)
    cells = f"{ACCOUNTS * MONTHS / 1e6:.1f} M"
    return [
        Line(f"{EACH_SECOND} commands a second for a minute, {cells} amounts: 99 of 100 acknowledged",
             busy.acknowledged * 1000, "ms", 300),
        Line("  99 of 100 answered", busy.answered, "s", 1),
        Line("  memory of the bot, end / beginning", busy.growth, "x", 1.1),
        Line("  the sheet was read meanwhile", busy.syncs, "times"),
    ]  # fmt: skip


def warehouse_lines(differing: dict[str, int]) -> list[Line]:
    """Return how long the SELECT of a warehouse takes on the engines that run here, and our own time and memory.

    The memory of an engine that runs in our process is no aim of ours. `differing` gets whether the sums are those of
    DuckDB.
    """
    from tests.measured.warehousing import EACH_RUN, measure_engine

    lines, digests = list[Line](), dict[int, str]()
    for engine, accounts in EACH_RUN:
        what = f"{engine}, {accounts:,} accounts x {MONTHS} months"
        try:
            measured = measure_engine(engine, accounts)
        except ModuleNotFoundError as error:
            lines.append(Line(f"{what}: not run, {error}", 0, "rows"))
            continue
        differing[what] = int(digests.setdefault(accounts, measured.digest) != measured.digest)
        apart = engine in {"postgres", "table"}
        lines += [
            Line(f"{what}: the query", measured.query, "s"),
            Line("  rows", measured.rows, "rows"),
            Line(
                "  our own time over them, CPU time",
                measured.own * 1000,
                "ms",
                100 if apart or engine == "duckdb" else None,
            ),
            Line(
                f"  peak memory{'' if apart else ', that of the engine included'}",
                measured.peak,
                "MiB",
                250 if apart else None,
            ),
        ]
    return lines


def large_company_lines(differing: dict[str, int]) -> list[Line]:
    """Return how long the commands take on a company in PostgreSQL, and our own memory.

    `differing` gets how many integers of its cube, and how many answers, are not those of the panel.
    """
    from tests.measured.large_company import measure_large_company

    accounts = 100_000
    large = measure_large_company("postgres", accounts)
    differing["integers of the cube in PostgreSQL"], differing["answers"] = large.differing, len(large.answers)
    lines = list[Line]()
    for step in large.steps:
        lines += [
            Line(f"postgres, {accounts:,} accounts: {step.name}", step.seconds, "s", cpu=step.own),
            Line("  peak memory", step.peak, "MiB", 250),
        ]
    return lines


def reading_lines(folder: Path) -> list[Line]:
    """Return how long the questions of the table take to read, next to the grammar alone and a fuzzy search."""
    from tests.measured.reading import measure_reading

    tables = ROOT / "tests" / "core" / "query" / "intents"
    questions, others = (
        [row.split("\t")[3] for row in (tables / name).read_text(encoding="utf-8").splitlines()[1:]]
        for name in ("questions.tsv", "more_questions.tsv")
    )
    times = measure_reading(questions, others, folder)
    sentences = sorted(times.sentences)
    return [
        Line("reading a question: 500 values, 100,000 names, CPU time", median(sentences), "ms"),
        Line("  99 of 100", sentences[len(sentences) * 99 // 100], "ms", 2),
        Line("  as a line of the grammar only", median(times.lines), "ms"),
        Line("  rapidfuzz, nearest of all names", median(times.nearest), "ms"),
        Line("  nrrbot / rapidfuzz", median(sentences) / median(times.nearest), "x", 1),
        Line("  the first one, which builds the indexes", times.first, "ms"),
        Line("  10,000 characters", times.long, "ms", 50),
    ]


def keep(segments: Segments, path: Path, each: int) -> None:
    """Save a snapshot of the ledger in a new store; `each` rows are of every account."""
    ledger = segments.ledger
    owners = np.tile(np.arange(ledger.accounts.count), each)
    Store(path).save_snapshot(
        replace(ledger, source_rows=build_source_rows("", build_row_index(owners, ledger.accounts.count, 2))),
        [],
        build_cube(segments, DIMENSIONS),
        SyncedWorkbook("bench", "bench", "1", "1"),
        datetime.now(UTC),
    )


def rows_line(segments: Segments, folder: Path) -> Line:
    """Return how long a snapshot of an MRR long tab takes to load, with the 3.6 million rows that it comes from."""
    path = folder / "rows.db"
    keep(segments, path, len(segments.ledger.panel))
    load = time_turns(lambda: Store(path).load(1).source_rows.by_account)
    return Line("loading the snapshot and all rows, MRR long", load.wall, "ms", 50, load.cpu)


if __name__ == "__main__":
    sys.exit(main())
