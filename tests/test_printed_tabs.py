"""NRR Summary and NRR Board as LibreOffice prints them: one landscape page each, with the lines of their charts."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sheets.workbook.colours import GUIDE_COLOURS, LINE_COLOURS
from sheets.writeback.board_tab import BOARD_TAB
from sheets.writeback.summary_tab import SUMMARY_TAB
from tests.support.command_line import nrrbot
from tests.support.doc_parts import ROOT
from tests.support.libreoffice import save_with_libreoffice
from tests.support.xlsx_files import change_parts

# Points of a page, and pixels of its picture for each of them.
POINTS, PIXELS_A_POINT = 72, 2
# The first tab of the bot in the sample workbook.
SUMMARY_PLACE = 2
SUMMARY_CHART, BOARD_CHART = "NRR and GRR over twelve months, whole company", "NRR and GRR by quarter, whole company"


@dataclass(frozen=True)
class Page:
    """A printed page.

    Attributes:
        text: its text, line by line.
        words: (word, left, top, right, bottom) of each word, in points.
        size: width and height in points.
        picture: (rows, columns, 3) the colours of its pixels.

    """

    text: str
    words: list[tuple[str, float, float, float, float]]
    size: tuple[float, float]
    picture: NDArray[np.uint8]

    def find(self, sentence: str) -> tuple[float, float, float, float]:
        """Return the box around the words of a sentence, where it is last on the page."""
        words = sentence.split()
        for place in reversed(range(len(self.words))):
            boxes = self.words[place : place + len(words)]
            if [box[0] for box in boxes] == words:
                edges = np.array([box[1:] for box in boxes])
                return (*edges[:, :2].min(axis=0), *edges[:, 2:].max(axis=0))
        raise AssertionError(sentence)

    def cut_chart(self, title: str, legend: str) -> NDArray[np.uint8]:
        """Return the pixels between the title of a chart and its legend, of which the title is above the middle."""
        left, _, right, top = self.find(title)
        _, bottom, _, _ = self.find(legend)
        middle, half = (left + right) / 2, 1.2 * (right - left)
        rows = slice(int(top * PIXELS_A_POINT) + 1, int(bottom * PIXELS_A_POINT) - 1)
        return self.picture[rows, int((middle - half) * PIXELS_A_POINT) : int((middle + half) * PIXELS_A_POINT)]


def hide_other_tabs(parts: dict[str, bytes]) -> None:
    """Leave only the two tabs to be printed: NRR Metrics alone has hundreds of pages."""
    part = "xl/workbook.xml"

    def hide(match: re.Match[str]) -> str:
        if f'name="{SUMMARY_TAB}"' in match[0] or f'name="{BOARD_TAB}"' in match[0]:
            return match[0]
        return match[0].replace(' state="visible"', "").replace("<sheet ", '<sheet state="hidden" ')

    text = re.sub(r"<sheet [^>]*>", hide, parts[part].decode())
    parts[part] = text.replace('activeTab="0"', f'activeTab="{SUMMARY_PLACE}"').encode()


def run(*command: object) -> bytes:
    return subprocess.run([*map(str, command)], check=True, capture_output=True, timeout=60).stdout


def read_page(pdf: Path, number: int) -> Page:
    options = ("-f", number, "-l", number)
    html = run("pdftotext", "-bbox", *options, pdf, "-").decode()
    box = r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>'
    words = [(word, *map(float, edges)) for *edges, word in re.findall(box, html)]
    [(width, height)] = re.findall(r'<page width="([\d.]+)" height="([\d.]+)"', html)
    picture = run("pdftoppm", *options, "-r", POINTS * PIXELS_A_POINT, pdf)
    kind, columns, rows, depth = re.match(rb"(P6)\s+(\d+)\s+(\d+)\s+(\d+)\s", picture).groups()  # type: ignore[union-attr] # a picture
    assert (kind, depth) == (b"P6", b"255")
    pixels = np.frombuffer(picture[-3 * int(columns) * int(rows) :], np.uint8).reshape(int(rows), int(columns), 3)
    text = run("pdftotext", "-layout", *options, pdf, "-").decode()
    return Page(text, words, (float(width), float(height)), pixels)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    """Return the pages of both tabs of the sample, from one conversion."""
    folder = tmp_path_factory.mktemp("printed")
    path = folder / "book.xlsx"
    path.write_bytes((ROOT / "sheets" / "templates" / "sample.xlsx").read_bytes())
    options = ("--workbook", path, "--db", folder / "x.db", "--today", "2026-10-05")
    assert nrrbot("board", *options).code == 0
    change_parts(path, hide_other_tabs)
    save_with_libreoffice([path], folder / "out", "pdf")
    pdf = folder / "out" / "book.pdf"
    count = int(re.search(rb"Pages:\s+(\d+)", run("pdfinfo", pdf))[1])  # type: ignore[index] # always there
    return [read_page(pdf, number) for number in range(1, count + 1)]


def find_colour(pixels: NDArray[np.uint8], code: str) -> NDArray[np.bool_]:
    """Return where a colour is, as far as the edges of a thin line keep it."""
    colour = np.frombuffer(bytes.fromhex(code), np.uint8).astype(int)
    return np.asarray(np.abs(pixels.astype(int) - colour).max(axis=2) <= 24)


pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.program("soffice"),
    pytest.mark.program("pdftotext"),
]


def test_each_tab_fills_one_landscape_page(pages: list[Page]) -> None:
    summary, board = pages
    assert "Whole company" in summary.text
    assert "change what you like" in board.text
    for page in pages:
        width, height = page.size
        assert width > height
        inked = np.argwhere((page.picture < 200).any(axis=2))
        (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0)
        # The page is as wide as its columns, and no column is on a page of its own.
        assert (right - left) / page.picture.shape[1] > 0.85
        assert top < page.picture.shape[0] * 0.1
        assert bottom < page.picture.shape[0] * 0.97
    # The last heading and the last cell of the first row are on the page.
    assert {"2026", "93.8%"} <= {word for word, left, *_ in summary.words if left > 0.9 * summary.size[0]}


@pytest.mark.parametrize(
    ("number", "title", "legend", "guides"),
    [(0, SUMMARY_CHART, "NRR target", GUIDE_COLOURS[:2]), (1, BOARD_CHART, "NRR Whole company GRR", ())],
)
def test_the_lines_of_its_chart_are_drawn(
    pages: list[Page], number: int, title: str, legend: str, guides: tuple[str, ...]
) -> None:
    chart = pages[number].cut_chart(title, legend)
    spans = []
    for code in (*LINE_COLOURS, *guides):
        columns = np.flatnonzero(find_colour(chart, code).any(axis=0))
        assert columns.size, code
        spans.append((columns.min(), columns.max()))
        # Over most of the chart, in most of its columns: a line, not its mark in the legend.
        assert columns.max() - columns.min() > 0.6 * chart.shape[1], code
        assert columns.size > (0.9 if code in LINE_COLOURS else 0.3) * (columns.max() - columns.min()), code
    # NRR is above GRR from the first month to the last one.
    above, below = (find_colour(chart, code) for code in LINE_COLOURS)
    for place in (0.1, 0.5, 0.9):
        column = int(spans[1][0] + place * (spans[1][1] - spans[1][0]))
        rows = [np.flatnonzero(mask[:, column - 2 : column + 3].any(axis=1)) for mask in (above, below)]
        assert rows[0].mean() < rows[1].mean()


@pytest.mark.parametrize(
    ("number", "labels"),
    [
        (0, ("130%", "100%", "80%", "Oct 2024", "Aug 2026", "NRR target", "Usual range from", "Usual range to")),
        (1, ("110%", "95%", "85%", "NRR Whole company", "GRR Whole company")),
    ],
)
def test_its_axes_have_their_labels(pages: list[Page], number: int, labels: tuple[str, ...]) -> None:
    chart = pages[number].text.partition(SUMMARY_CHART if number == 0 else BOARD_CHART)[2]
    assert [label for label in labels if not re.search(label.replace(" ", r"\s+"), chart)] == []
