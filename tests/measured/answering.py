"""Compute every answer; print the peak of what Python and numpy allocate, in MiB. STORE."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

from core.ledger.segments import Segments
from core.store.store import Store
from tests.bench import answers_of


def main(path: str) -> None:
    # Once untraced: the modules that answers import are not counted.
    answers_of(Segments(Store(Path(path)).load(1)))
    tracemalloc.start()
    segments = Segments(Store(Path(path)).load(1))
    for compute in answers_of(segments).values():
        compute()
    print(tracemalloc.get_traced_memory()[1] / 2**20)  # noqa: T201 - the result


if __name__ == "__main__":
    main(*sys.argv[1:])
