"""A system call that fails during a sync: the old or the new snapshot remains, and one of our sentences is given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.company import Rows, write_xlsx

ROOT = Path(__file__).parents[3]
CALLS = 500


def content(turn: int) -> dict[str, Rows]:
    mrr: Rows = [["Account ID", "Segment", *(f"2024-{month:02d}" for month in range(1, 13))]]
    mrr += [[f"A-{n}", ("Large", "Small")[(n + turn) % 2], *[100 + n + turn] * 12] for n in range(12)]
    return {"MRR": mrr}


@pytest.mark.slow
@pytest.mark.program("cc")
@pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD is of Linux")
@pytest.mark.timeout(1800)
def test_each_of_the_first_system_calls_of_a_sync_may_fail(tmp_path: Path) -> None:
    shim, source = tmp_path / "shim.so", ROOT / "tests" / "support" / "files" / "fault_shim.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
    for turn, name in enumerate(("old", "new")):
        write_xlsx(tmp_path / f"{name}.xlsx", content(turn))
    ran = subprocess.run(
        [sys.executable, "-m", "tests.support.faulting", tmp_path, shim, "1", str(CALLS)],
        env={**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    cases = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(cases) == 3 * CALLS
    assert [case for case in cases if case["foreign"]] == []
    # The store is checked after each case, and holds the snapshot of before or the new one.
    assert {case["snapshot"] for case in cases} == {3, 4}
    assert all(case["sentence"] for case in cases if case["snapshot"] == 3)
    # The faults do hit what a sync does.
    assert {"pread64", "pwrite64", "read", "fstat64", "fdatasync"} <= {case["failed"] for case in cases}
