"""The add-in's Apps Script files, unmodified, in Node."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.web.addin.setup import find_files

PUBLIC = "https://nrr.example.com"  # the address that the script knows
NAN = {"NaN": True}


class ScriptError(Exception):
    """The text that the script threw: the hover text of a cell."""


class Script:
    """The script of one spreadsheet, with its services, in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _send(self, **command: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the rig has ended"
        answer: Mapping[str, Any] = json.loads(line)
        if "error" in answer:
            raise ScriptError(answer["error"])
        return _decode(answer.get("value"))

    def call(self, name: str, *arguments: Any) -> Any:
        """Return the value of a function; None among the arguments is one that is left out.

        Raises:
            ScriptError: it threw.

        """
        return self._send(do="call", name=name, args=arguments)

    def evaluate(self, formula: str, sheet: str = "Board") -> Any:
        """Return the value of a formula of one custom function.

        Raises:
            ScriptError: it threw.

        """
        return self._send(do="evaluate", formula=formula, sheet=sheet)

    def set(self, **state: Any) -> None:
        """Change the state of the services, under the names of the rig."""
        self._send(do="set", state=state)

    def get(self, name: str) -> Any:
        """Return a part of the state."""
        return self._send(do="get", name=name)

    def count_fetches(self) -> int:
        """Return the number of requests so far."""
        return len(self.get("fetches"))

    def enter(self, a1: str, *rows: list[Any], sheet: str = "Board") -> None:
        """Type values into cells."""
        self._send(do="enter", sheet=sheet, a1=a1, values=rows)

    def cells(self, sheet: str = "Board") -> dict[str, dict[str, Any]]:
        """Return the cells that are not blank, by "row,column"."""
        cells = dict(self._send(do="cells", sheet=sheet))
        return {place: cell for place, cell in cells.items() if cell["value"] != "" or cell["formula"]}

    def sheets(self) -> dict[str, bool]:
        """Return the tabs, and whether each is hidden."""
        return dict(self._send(do="sheets"))

    def add(self, sheet: str) -> None:
        """Add a tab."""
        self._send(do="add", sheet=sheet)

    def serve(self) -> str:
        """Serve the sidebar, and return its address."""
        address: str = self._send(do="serve")
        return address


def _decode(value: Any) -> Any:
    if value == NAN:
        return math.nan
    return [_decode(entry) for entry in value] if isinstance(value, list) else value


@contextmanager
def run_script(address: str, key: str) -> Iterator[Script]:
    """Run the script of a spreadsheet that is connected to a backend on the loopback, through a proxy with HTTPS."""
    rig = Path(__file__).with_name("rig.js")
    command = ["node", str(rig), str(find_files())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        script = Script(process)
        script.set(hosts={PUBLIC: address}, properties={"NRR_URL": PUBLIC, "NRR_KEY": key})
        try:
            yield script
        finally:
            assert process.stdin
            process.stdin.close()
