"""The programs that some tests start: `make programs` finds or installs them, and a run counts what it could not do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = "libreoffice-calc-nogui nodejs chromium build-essential poppler-utils postgresql"
MAKE = shutil.which("make") or ""


def write_program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def make_programs(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `make programs` where there are only the programs of `folder`."""
    command = [MAKE, "--silent", "--file", str(ROOT / "Makefile"), "programs"]
    return subprocess.run(command, env={"PATH": str(folder)}, check=True, capture_output=True, text=True)


def test_a_program_that_is_there_is_not_installed(tmp_path: Path) -> None:
    for name in ("soffice", "node", "chromium", "cc", "pdftotext", "pg_createcluster"):
        write_program(tmp_path, name, "")
    result = make_programs(tmp_path)
    assert (result.stdout, result.stderr) == ("", "")


@pytest.mark.parametrize(("user", "status", "is_installed"), [(0, 0, True), (0, 100, False), (1000, 0, False)])
def test_root_installs_and_others_get_the_name_of_the_package(
    tmp_path: Path, user: int, status: int, *, is_installed: bool
) -> None:
    write_program(tmp_path, "id", f"echo {user}")
    write_program(tmp_path, "apt-get", f'echo "$@" >> {tmp_path}/calls; exit {status}')
    result = make_programs(tmp_path)
    calls = (tmp_path / "calls").read_text() if user == 0 else ""
    install = f"update -qq\ninstall -qq -y --no-install-recommends {PACKAGES}\n"
    assert calls == (install if user == 0 else "")
    named = f"Some tests are skipped without these Debian packages: {PACKAGES}\n"
    assert result.stderr.endswith(named) is not is_installed


def test_without_apt_the_package_is_named(tmp_path: Path) -> None:
    write_program(tmp_path, "id", "echo 0")
    assert make_programs(tmp_path).stderr.endswith(f" {PACKAGES}\n")


@pytest.mark.slow
def test_a_run_ends_with_the_number_of_tests_that_could_not_run(tmp_path: Path) -> None:
    # With a worker, as `make test` runs them.
    options = ["-p", "no:cacheprovider", "-n", "1", "tests/sheets/excel/test_libreoffice.py"]
    environment = {**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", *options]
    result = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    count, summary = result.stdout.splitlines()[-2:]
    assert count == "1 test could not run: soffice is not installed; see `make programs`."
    assert "1 skipped" in summary
