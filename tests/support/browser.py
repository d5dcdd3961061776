"""A headless Chromium, driven through its DevTools protocol: pages, clicks and keys as a person would have them."""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests
from websockets.sync.client import ClientConnection, connect

_KEYS = {"Tab": 9, "Enter": 13, "ArrowDown": 40, "ArrowUp": 38, "Home": 36, " ": 32}
_WAIT = 30.0  # seconds


class Page:
    """A page of a browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.errors: list[str] = []
        for domain in ("Page", "Runtime", "Accessibility"):
            self._send(f"{domain}.enable")

    def _send(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=_WAIT))
            if message.get("method") == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(message["params"])[:500])
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result

    def open(self, address: str, width: int = 300, height: int = 900) -> None:
        """Open an address in a window of some pixels."""
        self.resize(width, height)
        self._send("Page.navigate", url="about:blank")
        self.wait("document.URL === 'about:blank' && document.readyState === 'complete'")
        self.errors.clear()  # those of the page before, whose requests have just ended
        self._send("Page.navigate", url=address)
        self.wait("document.URL !== 'about:blank' && document.readyState === 'complete'")

    def resize(self, width: int, height: int) -> None:
        """Give the window another size, in pixels."""
        self._send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression."""
        result = self._send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait(self, script: str) -> Any:
        """Wait until a JavaScript expression is true, and return its value; until then it may also fail."""
        until = time.monotonic() + _WAIT
        while time.monotonic() < until:
            result = self._send("Runtime.evaluate", expression=script, returnByValue=True)
            if "exceptionDetails" not in result and result["result"].get("value"):
                return result["result"]["value"]
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}; the page: {self.run('document.body.innerText')}")

    def text(self, selector: str) -> str:
        """Return the text that a person sees in an element."""
        text: str = self.run(f"document.querySelector({json.dumps(selector)}).innerText")
        return text

    def click(self, selector: str) -> None:
        """Click the middle of an element, scrolled into view."""
        box = self.run(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)});"
            " one.scrollIntoView({block: 'center'});"
            " const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def press(self, *keys: str) -> None:
        """Press keys, one after another; a single character is typed."""
        for key in keys:
            code = _KEYS.get(key, ord(key[0].upper()))
            typed = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            more = {"text": typed} if typed else {}
            self._send("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **more)
            self._send("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def list_controls(self) -> list[tuple[str, str]]:
        """Return (role, name) of everything that takes the focus, as a screen reader has it."""
        nodes = self._send("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node["name"]["value"])
            for node in nodes
            if not node["ignored"]
            and any(one["name"] == "focusable" and one["value"]["value"] for one in node.get("properties", ()))
        ]

    def picture(self, path: Path) -> None:
        """Write a picture of the page, a PNG or a WebP by its name."""
        form = {"format": "webp", "quality": 60} if path.suffix == ".webp" else {"format": "png"}
        path.write_bytes(base64.b64decode(self._send("Page.captureScreenshot", **form)["data"]))


@contextmanager
def open_browser(folder: Path) -> Iterator[Page]:
    """Start a browser with a profile of its own, and yield its page."""
    command = [
        "chromium",
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
    ]
    command += ["--remote-debugging-port=0", f"--user-data-dir={folder}", "--disable-background-networking"]
    command += ["--disable-component-update", "--disable-sync", "--lang=en", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = _read_port(folder / "DevToolsActivePort")
        (target,) = (
            one for one in requests.get(f"http://127.0.0.1:{port}/json", timeout=_WAIT).json() if one["type"] == "page"
        )
        with connect(target["webSocketDebuggerUrl"], max_size=None) as socket:
            yield Page(socket)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _read_port(path: Path) -> int:
    until = time.monotonic() + _WAIT
    while time.monotonic() < until:
        with suppress(FileNotFoundError, IndexError, ValueError):
            return int(path.read_text("utf-8").splitlines()[0])
        time.sleep(0.05)
    raise AssertionError("Chromium did not start")
