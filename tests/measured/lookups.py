"""Ask the add-in's backend for 500 figures at once; print the CPU seconds of requests. STORE."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from pathlib import Path

from bot.locale.translator import get_translator
from bot.service.analyst import Analyst
from bot.web.addin.contract import MOST_QUESTIONS
from core.config import Config
from core.playbook.playbook import load_playbook
from core.store.store import Store
from tests.support.addin import serve_addin

TURNS = 9


def main(path: str) -> None:
    """Measure this process while it serves; the client waits in it, and its own work is counted too."""
    analyst = Analyst(
        Config(), Store(Path(path)), None, load_playbook(), get_translator("en"), lambda: dt.datetime.now(dt.UTC)
    )
    with serve_addin(analyst) as backend:
        dimensions = backend.ask("segments").json()["dimensions"]
        periods = [one["period"] for one in backend.ask("periods").json()["periods"]]
        values = [f'{one["dimension"]}="{value}"' for one in dimensions for value in one["values"]]
        pairs = [(value, period) for period in periods for value in values][:MOST_QUESTIONS]
        body = {"questions": [{"metric": "nrr", "segment": value, "period": period} for value, period in pairs]}
        seconds = []
        for _ in range(TURNS):
            begun = time.process_time()
            response = backend.ask("metrics", body)
            seconds.append(time.process_time() - begun)
            assert len(response.json()["answers"]) == MOST_QUESTIONS
        print(json.dumps({"warm": min(seconds[1:]), "first": seconds[0]}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(*sys.argv[1:])
