"""NRR Ask while people work in it: 10,000 random edits between the calls of the bot, on the loopback Google."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.service.analyst import Analyst
from bot.service.refresh.ask.ask_tab import add_ask_tab, answer_questions
from bot.service.refresh.reading import sync_workbook
from core.errors import QuestionError
from sheets.workbook.port import Workbook
from sheets.writeback.ask_tab import ASK_TAB, COLUMNS
from tests.support.company import Form, make
from tests.support.google.server import GoogleServer

NOW = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)
TOP, QUESTIONS = 2, 9
KEYS = list(COLUMNS)
FREEZE, RECEIPT = KEYS.index("freeze"), KEYS.index("receipt")
# Calls of a pass before which people edit; then they stop, and the pass comes to its end.
MOST_CALLS = 16
EDITS = 5000
PASSES = 50
TEXTS = (
    *("enterprise Q3", "grr enterprise Q3", "smb Q3", "Q3", "enterprise 2025-09", "north Q3", "south Q3"),
    *("TTM 2025-09", "enterprise TTM 2025-08", "entreprize Q3", "=1+1", "risks", "mrr enterprise", "hello"),
)

Row = list[Any]


@dataclass
class Desk:
    """The tab, with people who edit it and the bot that answers.

    Attributes:
        form: the company.
        analyst: the bot.
        workbook: the sheet as the bot sees it.
        dice: chooses the edits.
        protects: whether rows that are frozen are only moved.
        edits: the number of edits so far.
        shown: the figures that the bot has given to each line.
        expected: question -> its line and ratios, as `/nrr` gives them; None where it gives none.
        misplaced: the rows whose figures were not those of their line, at any moment.

    """

    form: Form
    analyst: Analyst
    workbook: Workbook
    dice: random.Random
    protects: bool
    edits: int = 0
    shown: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)
    expected: dict[str, tuple[str, str, str] | None] = field(default_factory=dict)
    misplaced: list[Row] = field(default_factory=list)
    top: int = TOP
    columns: list[int] = field(default_factory=lambda: list(range(len(KEYS))))

    def all_rows(self) -> list[Row]:
        rows = self.form.google.rows(self.form.sheet, ASK_TAB)
        width = self.form.google.sheet(self.form.sheet, ASK_TAB).width
        return [[*row, *[""] * (width - len(row))] for row in rows]

    def rows(self) -> list[Row]:
        return [[row[column] for column in self.columns] for row in self.all_rows()[self.top :]]

    def put_rows(self, rows: list[Row]) -> None:
        """Replace the rows below the headings, as a person does."""
        book = self.form.google.spreadsheets[self.form.sheet]
        tab = self.form.google.sheet(self.form.sheet, ASK_TAB)
        wide = [[""] * tab.width for _ in rows]
        for line, row in zip(wide, rows, strict=True):
            for column, cell in zip(self.columns, row, strict=True):
                line[column] = cell
        blank = [[None] * tab.width] * max(0, len(tab.rows) - self.top - len(rows))
        tab.set_rows(self.top, 0, [*([cell if cell != "" else None for cell in row] for row in wide), *blank])
        tab.rules.clear()
        book.touch()

    def insert(self, dimension: str, index: int) -> None:
        """Insert a row above the rows of the questions, or a column."""
        place = {"dimension": dimension, "startIndex": index, "endIndex": index + 1}
        place["sheetId"] = self.form.google.sheet(self.form.sheet, ASK_TAB).id
        self.form.google.batch(self.form.sheet, {"insertDimension": {"range": place}})
        if dimension == "ROWS":
            self.top += 1
        else:
            self.columns = [column + (column >= index) for column in self.columns]
        self.edits += 1

    def edit(self) -> None:
        rows = [row for row in self.rows() if any(cell != "" for cell in row)]
        free = [place for place, row in enumerate(rows) if not (self.protects and row[FREEZE])]
        kinds = MOVES if self.protects else [*MOVES, *PASTES]
        self.dice.choice(kinds)(self, rows, free)
        self.put_rows(rows)
        self.edits += 1


def ask(desk: Desk, rows: list[Row], free: list[int]) -> None:
    question = desk.dice.choice(TEXTS)
    if len(rows) < QUESTIONS and desk.dice.random() < 0.6:
        rows.append([question, *[""] * (len(KEYS) - 1)])
    elif free:
        rows[desk.dice.choice(free)][0] = question


def sort_rows(desk: Desk, rows: list[Row], free: list[int]) -> None:  # noqa: ARG001 - as every edit
    rows.sort(key=lambda row: str(row[0]), reverse=desk.dice.random() < 0.5)


def shuffle_rows(desk: Desk, rows: list[Row], free: list[int]) -> None:  # noqa: ARG001 - as every edit
    desk.dice.shuffle(rows)


def insert_row(desk: Desk, rows: list[Row], free: list[int]) -> None:  # noqa: ARG001 - as every edit
    if len(rows) < QUESTIONS:
        rows.insert(desk.dice.randrange(len(rows) + 1), [desk.dice.choice(TEXTS), *[""] * (len(KEYS) - 1)])


def delete_row(desk: Desk, rows: list[Row], free: list[int]) -> None:
    if free:
        rows.pop(desk.dice.choice(free))


def paste_row(desk: Desk, rows: list[Row], free: list[int]) -> None:
    if free:
        rows[desk.dice.choice(free)] = [*rows[desk.dice.choice(free)]]


def blank_question(desk: Desk, rows: list[Row], free: list[int]) -> None:
    if free:
        rows[desk.dice.choice(free)][0] = ""


def sort_questions(desk: Desk, rows: list[Row], free: list[int]) -> None:  # noqa: ARG001 - as every edit
    for row, question in zip(rows, sorted(str(row[0]) for row in rows), strict=True):
        row[0] = question


def paste_questions(desk: Desk, rows: list[Row], free: list[int]) -> None:  # noqa: ARG001 - as every edit
    start = desk.dice.randrange(max(1, len(rows)))
    for row in rows[start : start + 4]:
        row[0] = desk.dice.choice(TEXTS)


def paste_answers(desk: Desk, rows: list[Row], free: list[int]) -> None:
    if free:
        source, target = desk.dice.choice(free), desk.dice.choice(free)
        rows[target][1:] = rows[source][1:]


def paste_value(desk: Desk, rows: list[Row], free: list[int]) -> None:
    if free:
        row = rows[desk.dice.choice(free)]
        row[2] = desk.dice.choice([0.5, 1, "text", ""])
        # Until the bot sees it, it is what people made of the answer.
        desk.shown.setdefault(row[1], set()).add(tuple(row[2:6]))


def freeze(desk: Desk, rows: list[Row], free: list[int]) -> None:
    if free:
        rows[desk.dice.choice(free)][FREEZE] = desk.dice.choice(["frozen", "", "", 45930])


MOVES = [ask, sort_rows, shuffle_rows, insert_row, delete_row, paste_row]
PASTES = [blank_question, sort_questions, paste_questions, paste_answers, paste_value, freeze]


def check_shown(desk: Desk) -> None:
    """Collect each answer that is not shown with its line, at any moment."""
    answers = [row for row in desk.rows() if any(row[1:6])]
    desk.misplaced += [row for row in answers if tuple(row[2:6]) not in desk.shown.get(row[1], ())]


def expect(analyst: Analyst, question: str) -> tuple[str, str, str] | None:
    try:
        answer = analyst.reply("/nrr", question).json()
    except QuestionError:
        return None
    if answer["read"]["command"] != "answer":
        return None
    nrr, grr = answer["window"]["nrr"], answer["window"]["grr"]
    return answer["read"]["as"], grr if answer["read"]["metric"] == "grr" else nrr, grr


def check_end(desk: Desk, frozen_before: Counter[tuple[Any, ...]], *, is_quiet: bool) -> int:
    """Check the tab after a pass; return the number of questions without an answer."""
    left = 0
    for row in desk.rows():
        question, cells = row[0], row[1:FREEZE]
        if not question:
            assert row[FREEZE] or not any(cells), row
            continue
        if not any(cells):
            left += 1
            continue
        expected = desk.expected[question]
        if row[FREEZE]:
            # Its figures may be older, or those of people, but they are those of its question.
            assert not expected or row[1] == expected[0]
        elif expected:
            assert (row[1], *(f"{100 * float(cell):.1f}" for cell in row[2:4])) == expected, row
        else:
            assert row[3] == "#N/A" or str(row[1]).startswith("mrr"), row
    if desk.protects:
        kept = Counter(tuple(row[:FREEZE]) for row in desk.rows() if row[FREEZE])
        assert kept == frozen_before
    assert not (is_quiet and left), desk.rows()
    return left


def remember_shown(desk: Desk) -> None:
    """Remember the figures of each line, as a bot that no one disturbs gives them."""
    for text in TEXTS:
        desk.put_rows([[text, *[""] * (len(KEYS) - 1)]])
        answer_questions(desk.analyst, desk.workbook)
        [row] = [row for row in desk.rows() if row[0]]
        desk.shown.setdefault(row[1], set()).add(tuple(row[2:6]))


def watch(desk: Desk) -> Callable[[str], None]:
    """Return the work of people during one pass."""
    calls = desk.dice.randrange(MOST_CALLS)

    def work(method: str) -> None:  # noqa: ARG001 - every call
        nonlocal calls
        check_shown(desk)
        calls -= 1
        if calls > 0:
            book = desk.form.google.spreadsheets[desk.form.sheet]
            asker, book.asker = book.asker, ""
            for _ in range(desk.dice.choice([0, 1, 4, 8])):
                desk.edit()
            book.asker = asker
        check_shown(desk)

    return work


@pytest.fixture
def open_desk(google: GoogleServer, tmp_path: Path) -> Callable[..., Desk]:
    def open_one(seed: int, *, protects: bool) -> Desk:
        form = make(tmp_path, "wide", "google", google)
        setup = form.setup()
        sync_workbook(setup.analyst, setup.workbook, NOW)
        add_ask_tab(setup.analyst, setup.workbook)
        # A small tab is read faster.
        google.batch(form.sheet, {"updateSheetProperties": {
            "properties": {"sheetId": google.sheet(form.sheet, ASK_TAB).id, "gridProperties": {"rowCount": 30}},
            "fields": "gridProperties.rowCount",
        }})  # fmt: skip
        desk = Desk(form, setup.analyst, setup.workbook, random.Random(seed), protects)  # noqa: S311 - no secret
        desk.expected = {text: expect(desk.analyst, text) for text in TEXTS}
        remember_shown(desk)
        return desk

    return open_one


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("protects", [True, False])
def test_no_answer_is_next_to_another_question(open_desk: Callable[..., Desk], *, protects: bool) -> None:
    desk = open_desk(13, protects=protects)
    google = desk.form.google
    desk.put_rows([[text, *[""] * (len(KEYS) - 1)] for text in TEXTS[:4]])
    answer_questions(desk.analyst, desk.workbook)
    if protects:
        desk.put_rows([[*row[:FREEZE], "frozen" if row[0] == "Q3" else "", *row[FREEZE + 1 :]] for row in desk.rows()])
    store, source = desk.analyst.store, desk.workbook.source
    while desk.edits < EDITS:
        frozen = Counter(tuple(row[:FREEZE]) for row in desk.rows() if row[FREEZE])
        google.before_call = watch(desk)
        answer_questions(desk.analyst, desk.workbook)
        google.before_call = lambda _: None
        assert not desk.misplaced
        left = check_end(desk, frozen, is_quiet=False)
        poll = store.find_poll(source)
        book = google.spreadsheets[desk.form.sheet]
        # What is left is answered after the next poll, which must find another version.
        assert not (left and poll and poll.stamp == str(book.version))
        answer_questions(desk.analyst, desk.workbook)
        check_end(desk, frozen, is_quiet=True)


def move_headings(desk: Desk, typed: list[str]) -> Callable[[str], None]:
    """Return the work of people who insert columns, sort and type, now and then during one pass.

    They work before any call, the writes among them. The questions that they type are added to `typed`.
    """
    left = desk.dice.choice([1, 2, 3])

    def work(method: str) -> None:  # noqa: ARG001 - every call
        nonlocal left
        check_shown(desk)
        if not left or desk.dice.random() < 0.5:
            return
        left -= 1
        book = desk.form.google.spreadsheets[desk.form.sheet]
        asker, book.asker = book.asker, ""
        if desk.dice.random() < 0.6:
            desk.insert("COLUMNS", desk.dice.randrange(len(KEYS)))
        if desk.dice.random() < 0.4 and desk.top < 8:
            desk.insert("ROWS", desk.dice.randrange(desk.top))
        rows = [row for row in desk.rows() if any(cell != "" for cell in row)]
        if desk.dice.random() < 0.5:
            desk.dice.choice([sort_rows, shuffle_rows])(desk, rows, [])
        if desk.dice.random() < 0.5:
            typed.append(desk.dice.choice(TEXTS))
            rows.append([typed[-1], *[""] * (len(KEYS) - 1)])
        desk.put_rows(rows)
        desk.edits += 1
        book.asker = asker

    return work


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_cell_of_people_is_lost_where_headings_move(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(29, protects=False)
    google, form = desk.form.google, desk.form
    tab = google.sheet(form.sheet, ASK_TAB)
    plain = ([*tab.rows], dict(tab.grid), tab.extra.copy())
    headings = tab.rows[TOP - 1][: len(KEYS)]
    for _ in range(PASSES):
        tab = google.sheet(form.sheet, ASK_TAB)
        tab.rows, tab.grid = [*plain[0]], dict(plain[1])
        desk.top, desk.columns = TOP, list(range(len(KEYS)))
        texts = desk.dice.sample(TEXTS, 6)
        desk.put_rows([[text, *[""] * (len(KEYS) - 1)] for text in texts[:3]])
        answer_questions(desk.analyst, desk.workbook)
        rows = [row for row in desk.rows() if row[0]]
        rows[0][FREEZE] = "frozen"
        desk.put_rows([*rows, *([text, *[""] * (len(KEYS) - 1)] for text in texts[3:])])
        before = Counter((row[0], row[FREEZE]) for row in desk.rows() if row[0])
        typed: list[str] = []
        google.before_call = move_headings(desk, typed)
        answer_questions(desk.analyst, desk.workbook)
        google.before_call = lambda _: None
        answer_questions(desk.analyst, desk.workbook)
        before.update((text, "") for text in typed)
        assert Counter((row[0], row[FREEZE]) for row in desk.rows() if row[0]) == before
        check_shown(desk)
        assert not desk.misplaced
        check_end(desk, Counter(), is_quiet=True)
        rows = desk.all_rows()
        assert [rows[desk.top - 1][column] for column in desk.columns] == headings
        others = set(range(len(rows[0]))) - set(desk.columns)
        junk = [(row, column, rows[row][column]) for row in range(len(rows)) for column in others if rows[row][column]]
        assert not junk, (desk.columns, desk.top, rows[desk.top - 1 :])
