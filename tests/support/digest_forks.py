"""A program that sends the due digests in a forked process for each line: it imports once, and its children are killed.

Each line of standard input is the moment of a run and the number of processes that try it; the answer is a line with
their ids, and an empty line once they have ended.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

from bot.cli.setup import Setup
from bot.jobs.delivery.digests import send_digests
from bot.slack.client import build_bot_client


def main(config: Path) -> None:
    """Fork for each line until standard input ends."""
    analyst = Setup(config, None, None, None, None, lambda: dt.datetime.now(dt.UTC)).analyst
    client = build_bot_client(analyst.config)
    analyst.load_newest()
    for line in sys.stdin:
        moment, count = line.split()
        now = dt.datetime.fromisoformat(moment)
        children = []
        for _ in range(int(count)):
            child = os.fork()
            if child == 0:
                try:
                    send_digests(analyst, client, now, pace=0)
                finally:
                    os._exit(0)
            children.append(child)
        _answer(" ".join(map(str, children)))
        for child in children:
            os.waitpid(child, 0)
        _answer("")


def _answer(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
