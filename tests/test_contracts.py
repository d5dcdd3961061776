"""The import contracts refuse what they are there to refuse: each is broken on purpose in a copy of the tree."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# file, what it imports, the contract that has to say no
PLANTED = [
    ("core/metrics/x.py", "import sqlite3", "The calculating packages know no database, no clock, no file"),
    ("core/reports/x.py", "import time", "The calculating packages know no database, no clock, no file"),
    ("core/query/x.py", "import core.store.store", "The rooms of core"),
    ("core/metrics/x.py", "import core.reports.trend", "The rooms of core"),
    ("core/somewhere/x.py", "import math", "The rooms of core"),
    ("core/x.py", "import sheets.problems", "Data flows one way: bot -> sheets -> core"),
    ("core/advice/x.py", "import gspread", "core knows neither Slack nor Google nor Excel"),
    ("sheets/cells/x.py", "import sheets.layouts.mrr_wide", "The rooms of sheets"),
    ("sheets/workbook/x.py", "import sheets.google.workbook", "The rooms of sheets"),
    ("sheets/excel/x.py", "import sheets.google.client", "The rooms of sheets"),
    ("sheets/checks/x.py", "import openpyxl", "openpyxl only in sheets.excel"),
    ("bot/cli/x.py", "import gspread", "gspread only in sheets.google"),
    ("bot/messages/x.py", "import bot.service.analyst", "The rooms of bot"),
    ("bot/web/x.py", "import bot.slack.client", "The rooms of bot"),
    ("bot/jobs/x.py", "import slack_sdk", "slack_bolt and slack_sdk only in bot.slack"),
]


def broken(tree: Path) -> set[str]:
    """Return the names of the contracts that a tree breaks."""
    ran = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts: " in ran.stdout, ran.stdout + ran.stderr
    names = {line.split(" BROKEN")[0] for line in ran.stdout.splitlines() if " BROKEN" in line}
    assert bool(names) == bool(ran.returncode)
    return names


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the rooms and their contracts that breaks none of them."""
    copy = tmp_path_factory.mktemp("tree")
    for room in ("bot", "core", "sheets"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    assert broken(copy) == set()
    return copy


@pytest.mark.parametrize(("file", "line", "contract"), PLANTED)
def test_a_planted_import_breaks_its_contract(tree: Path, file: str, line: str, contract: str) -> None:
    planted = tree / file
    created = [folder for folder in (planted.parent,) if not folder.exists()]
    planted.parent.mkdir(exist_ok=True)
    for folder in created:
        (folder / "__init__.py").touch()
    planted.write_text(f"{line}\n")
    try:
        assert contract in broken(tree)
    finally:
        planted.unlink()
        for folder in created:
            shutil.rmtree(folder)


def test_a_circle_of_two_files_is_refused(tree: Path) -> None:
    (tree / "core/query/x.py").write_text("import core.query.y\n")
    (tree / "core/query/y.py").write_text("import core.query.x\n")
    try:
        assert broken(tree) == {"No circle of imports, not even between two files"}
    finally:
        (tree / "core/query/x.py").unlink()
        (tree / "core/query/y.py").unlink()


def test_no_folder_holds_more_than_about_ten_modules() -> None:
    for room in ("bot", "core", "sheets"):
        for folder in (ROOT / room, *(path for path in (ROOT / room).rglob("*") if path.is_dir())):
            modules = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
            assert len(modules) <= 12, (folder, modules)
