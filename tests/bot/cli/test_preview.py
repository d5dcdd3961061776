"""`nrrbot preview`: all messages on one page, and in a browser nothing of them is cut or covers anything else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bot.service.commands import SUB_COMMANDS
from tests.support.browser import Page, open_browser
from tests.support.command_line import nrrbot
from tests.support.sample_company import WORKBOOK

PICTURES = Path(__file__).parents[3] / "docs" / "pictures"
# The elements of a page whose text is wider or higher than their box, that leave their message, and texts that cover
# the text after them.
_FIND_FAULTS = """
(() => {
  document.querySelectorAll('details').forEach(one => { one.open = true; });
  const faults = [];
  const describe = one => one.tagName + ' of ' + one.closest('.message').previousElementSibling.textContent.slice(0, 40)
    + ' (' + one.closest('.message').className + '): ' + one.textContent.slice(0, 60);
  document.querySelectorAll('.message').forEach(message => {
    const box = message.getBoundingClientRect();
    message.querySelectorAll('*').forEach(one => {
      const own = one.getBoundingClientRect();
      if (!own.width || one.closest('svg') && one.tagName !== 'svg') return;
      if (own.right > box.right + 1 || own.left < box.left - 1) faults.push('outside: ' + describe(one));
      if (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline' && one.tagName !== 'svg')
        faults.push('cut: ' + describe(one));
    });
    const parts = [...message.children];
    parts.slice(1).forEach((one, at) => {
      if (one.getBoundingClientRect().top < parts[at].getBoundingClientRect().bottom - 1)
        faults.push('overlapping: ' + describe(one));
    });
  });
  return faults;
})()
"""


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("preview")
    path = folder / "preview.html"
    ran = nrrbot(
        "preview", str(path), "--workbook", str(WORKBOOK), "--db", str(folder / "x.db"), "--today", "2026-10-05"
    )
    assert (ran.code, ran.err) == (0, "")
    assert re.fullmatch(r"Wrote .*preview\.html: \d+ messages\.\n", ran.out)
    return path


def test_the_page_has_every_command_in_both_languages_and_widths(page_path: Path) -> None:
    page = page_path.read_text("utf-8")
    english, french = page.split('<div id="fr"')
    for command in SUB_COMMANDS:
        for half in (english, french):
            assert f"<h2>/nrr {command.name}" in half, command.name
    assert english.count('class="message w640"') == french.count('class="message w343"') >= len(SUB_COMMANDS)
    for half in (english, french):
        for view in ("App Home", "App Home, first steps: share", "Wrong figure?", "Another segment or period"):
            assert f"<h2>{view}</h2>" in half
    assert "<script" not in page
    assert not re.search(r"(?:src|@import|url\()", page)


def test_the_page_is_written_anew_and_no_other_file_is(page_path: Path, tmp_path: Path) -> None:
    options = ("--workbook", str(WORKBOOK), "--db", str(page_path.with_name("x.db")), "--today", "2026-10-05")
    assert nrrbot("preview", str(page_path), *options).code == 0
    other = tmp_path / "notes.html"
    other.write_text("mine")
    ran = nrrbot("preview", str(other), *options)
    assert (ran.code, other.read_text()) == (1, "mine")
    assert "exists already" in ran.err


@pytest.mark.slow
@pytest.mark.program("chromium")
def test_nothing_is_cut_or_overlaps_in_a_browser(page_path: Path, tmp_path: Path) -> None:
    with open_browser(tmp_path) as browser:
        browser.open(page_path.as_uri(), width=700)
        faults = browser.run(_FIND_FAULTS)
        assert faults == []
        assert count_faults(browser, "document.querySelector('.w343 table').style.minWidth = '500px'")
        assert count_faults(browser, "document.querySelector('.w640 h3').style.marginTop = '-40px'")


def count_faults(browser: Page, damage: str) -> int:
    """Return the number of faults after a damage to the page."""
    browser.run(damage)
    faults: list[Any] = browser.run(_FIND_FAULTS)
    return len(faults)
