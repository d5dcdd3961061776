"""The pictures of the docs, from the preview of the sample workbook: `python -m tests.support.pictures`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.browser import open_browser
from tests.support.command_line import nrrbot
from tests.support.sample_company import WORKBOOK

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
# Name of a picture -> the title of its message in the preview.
PICTURES: Mapping[str, str] = {"answer": "/nrr", "accounts": "/nrr accounts", "trend": "/nrr trend", "home": "App Home"}
WIDTH = 640
# Leaves one message at one width on the page, and returns its height.
_SHOW = """
(title => {{
  const heading = [...document.querySelectorAll('h2')].find(one => one.textContent === title);
  const message = heading.nextElementSibling;
  document.body.replaceChildren(message);
  document.body.style.margin = message.style.margin = 0;
  return Math.ceil(message.getBoundingClientRect().height);
}})({title})
"""


def take_pictures(folder: Path) -> None:
    """Write a picture of each message into a folder."""
    folder.mkdir(exist_ok=True)
    with TemporaryDirectory() as work:
        page = Path(work) / "preview.html"
        options = ("--workbook", str(WORKBOOK), "--db", str(page.with_suffix(".db")), "--today", "2026-10-05")
        assert nrrbot("preview", str(page), *options).code == 0
        with open_browser(Path(work) / "browser") as browser:
            for name, title in PICTURES.items():
                browser.open(page.as_uri(), width=WIDTH)
                height = browser.run(_SHOW.format(title=json.dumps(title)))
                browser.resize(WIDTH, height)
                browser.picture(folder / f"{name}.webp")


if __name__ == "__main__":
    take_pictures(FOLDER)
