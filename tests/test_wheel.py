"""The wheel holds all that runs; `tests/test_deployment.py` installs it with the locked packages and runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run(*command: str | Path, folder: Path) -> str:
    """Run a command in `folder` with nothing of this process's environment but HOME and PATH; return its output."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "PIP_FIND_LINKS") if name in os.environ}
    ran = subprocess.run(
        [str(part) for part in command], cwd=folder, env=kept, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_wheel_has_every_file_of_the_packages(tmp_path: Path) -> None:
    build = ("-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path)
    source = tmp_path / "source"
    run("git", "clone", "-q", ROOT, source, folder=tmp_path)
    run(sys.executable, *build, source, folder=tmp_path)
    [wheel] = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    tracked = run("git", "ls-files", "bot", "core", "sheets", folder=source).split()
    assert set(tracked) <= packed
