"""A program that does a job in a forked process for each line: it imports once, and its children are killed.

Each line of standard input is the moment of a run and the number of processes that try it; the answer is a line with
their ids, and an empty line once they have ended. CONFIG JOB.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.cli.setup import Setup
from bot.jobs.delivery.digests import send_digests
from bot.service.refresh.writeback import write_back
from bot.slack.client import build_bot_client
from sheets.connect import open_workbook


class Forks:
    """The program, and its children."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, now: dt.datetime, count: int = 1, kill_after: float | None = None) -> int:
        """Let `count` processes do the job, each killed in its turn until `kill_after` seconds; return the kills."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{now.isoformat()} {count}\n")
        self._process.stdin.flush()
        children = list(map(int, self._process.stdout.readline().split()))
        assert len(children) == count
        for child in children if kill_after is not None else ():
            time.sleep((kill_after or 0) / count)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return int(self._process.stdout.readline())


@contextmanager
def forking(config: Path, job: str) -> Iterator[Forks]:
    """Yield a program that does a job of `JOBS`."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.forks", str(config), job],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        yield Forks(process)
        process.communicate(timeout=10)


def _send(setup: Setup, now: dt.datetime) -> None:
    send_digests(setup.analyst, build_bot_client(setup.config), now, pace=0)


def _write(setup: Setup, now: dt.datetime) -> None:
    del now
    write_back(setup.analyst, open_workbook(setup.config), only_changes=True)


JOBS: Mapping[str, Callable[[Setup, dt.datetime], None]] = {"send": _send, "write": _write}


def main(config: Path, job: str) -> None:
    """Fork for each line until standard input ends."""
    setup = Setup(config, None, None, None, None, lambda: dt.datetime.now(dt.UTC))
    setup.analyst.load_newest()
    for line in sys.stdin:
        moment, count = line.split()
        now = dt.datetime.fromisoformat(moment)
        children = []
        for _ in range(int(count)):
            child = os.fork()
            if child == 0:
                try:
                    JOBS[job](setup, now)
                finally:
                    os._exit(0)
            children.append(child)
        _answer(" ".join(map(str, children)))
        endings = [os.waitpid(child, 0)[1] for child in children]
        _answer(str(sum(map(os.WIFSIGNALED, endings))))


def _answer(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
