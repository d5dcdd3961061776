"""The tab NRR Ask: people type questions into column A, and the bot answers in the columns right of it.

No spreadsheet can make a write depend on what its rows held a moment ago: a row that people sort or insert while the
bot writes gets the answer of another one. So each answer has a receipt, made of its question and its cells. After a
write the tab is read again, and each answer whose receipt is not that of its row is cleared. Cells of people are never
written: a write is refused where columns, or the row of the headings, have moved (`Workbook.mark_places`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Literal

from core.errors import N_
from core.months import Window
from core.query.vocabulary import Filter
from core.text import fold
from sheets.workbook.port import Cell, Grid
from sheets.workbook.tables import NOT_AVAILABLE, CellRun, ColumnFormat, Link, Table, Value
from sheets.writeback.translate import Translate

ASK_TAB = "NRR Ask"
# Further questions are counted and not answered.
MAX_QUESTIONS = 500
# Blank rows of a new tab; people add more.
_ROWS = 200

Key = Literal[
    "question", "read_as", "value", "grr", "base", "change", "verdict", "as_of", "accounts", "note", "freeze",
    "restated", "receipt",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: heading, number format, width in characters."""

    heading: str
    format: ColumnFormat
    width: int


COLUMNS: Mapping[Key, _Column] = {
    "question": _Column(N_("Question"), "text", 36),
    "read_as": _Column(N_("Read as"), "text", 28),
    "value": _Column(N_("Value"), "percent", 14),
    "grr": _Column(N_("GRR"), "percent", 9),
    "base": _Column(N_("Base"), "money", 14),
    "change": _Column(N_("Change"), "money", 14),
    "verdict": _Column(N_("Verdict"), "text", 60),
    "as_of": _Column(N_("As of"), "date", 12),
    "accounts": _Column(N_("Accounts"), "text", 14),
    "note": _Column(N_("Note"), "text", 40),
    "freeze": _Column(N_("Freeze"), "text", 10),
    "restated": _Column(N_("Restated"), "text", 30),
    "receipt": _Column(N_("Receipt"), "text", 22),
}
# The columns of people; the others are the bot's.
_OF_PEOPLE: frozenset[Key] = frozenset({"question", "freeze"})
_OF_BOT: tuple[Key, ...] = tuple(key for key in COLUMNS if key not in _OF_PEOPLE)
# The cells of an answer that its receipt covers.
_COVERED: tuple[Key, ...] = tuple(key for key in _OF_BOT if key not in {"restated", "receipt"})
_FIGURES: tuple[Key, ...] = ("value", "grr", "base", "change")
# Without these columns no one could see which question an answer belongs to.
_NEEDED: frozenset[Key] = frozenset({"read_as", "receipt"})
# In the column Freeze any other mark freezes: a date, an x, a tick.
_NOT_FROZEN = frozenset({"", "no", "non", "false", "faux", "0"})
_HEADER_ROWS = 10
_HASH_LETTERS = 8
# Dates of these years, as the numbers that Google has for them: a month that someone typed became a date.
_FIRST_DAY, _LAST_DAY, _DAY_ZERO = 36_526, 73_050, dt.date(1899, 12, 30)


def build_ask_table(translate: Translate) -> Table:
    """Return the tab as it is made: headings above blank rows."""
    columns = COLUMNS.values()
    return Table(
        ASK_TAB,
        translate(
            N_(
                "Type a question in column A, one a row, as in Slack: enterprise Q3, grr SMB 2025, mrr enterprise. "
                "nrrbot answers right of it within two minutes, and again when the figures change. A mark or a date "
                "under Freeze keeps an answer as it is. What is typed in any other column is overwritten."
            )
        ),
        [translate(column.heading) for column in columns],
        [column.format for column in columns],
        [[None] * len(columns)] * _ROWS,
        widths=[column.width for column in columns],
        is_list=True,
        frozen_columns=1,
    )


def list_ask_headings(translators: Iterable[Translate]) -> dict[str, Key]:
    """Return the headings in each of these languages, folded -> their columns."""
    return {fold(translate(column.heading)): key for translate in translators for key, column in COLUMNS.items()}


@dataclass(frozen=True, slots=True)
class AskAnswer:
    """The cells that answer a question.

    Attributes:
        line: the question as it was read, a line of the grammar; what it may mean where it was not read.
        value: the figure that was asked for, NRR unless the line names another one. A figure that does not exist is
            #N/A: a formula would take a blank cell for 0.
        value_format: the number format of the value.
        grr: GRR of the same window.
        base: MRR at the start of the window.
        change: the change of the MRR of the base.
        verdict: the verdict in words. It names no account.
        as_of: the close that the figures are of.
        accounts: the number of accounts in the base, in words.
        note: why there is no figure, or what to know about it. It names no account.
        counted: the cut and the window of the accounts; None where the question has no figure.

    """

    line: str
    value: Value = NOT_AVAILABLE
    value_format: ColumnFormat = "percent"
    grr: Value = NOT_AVAILABLE
    base: Value = NOT_AVAILABLE
    change: Value = NOT_AVAILABLE
    verdict: str = ""
    as_of: dt.date | None = None
    accounts: str = ""
    note: str = ""
    counted: tuple[Sequence[Filter], Window] | None = None


@dataclass(frozen=True, slots=True)
class AskRow:
    """A row of the tab.

    Attributes:
        number: its number, counted from 0.
        question: the text of column A; empty where that is blank.
        place: its place among the rows with a question, counted from 0.
        is_frozen: whether it has a mark under Freeze.
        cells: the bot's columns that the tab has -> the cell.
        texts: the same cells as texts that are equal wherever the cells are.

    """

    number: int
    question: str
    place: int
    is_frozen: bool
    cells: Mapping[Key, Cell]
    texts: Mapping[Key, str]

    @property
    def is_blank(self) -> bool:
        """Whether all cells of the bot are blank."""
        return not any(self.texts.values())

    @property
    def is_of_question(self) -> bool:
        """Whether the receipt is that of an answer to the question of the row."""
        return self.texts["receipt"].split("-")[1:2] == [_hash_question(self.question)]


@dataclass(frozen=True, slots=True)
class AskSheet:
    """The tab as it was read.

    Attributes:
        columns: the column of each key.
        rows: the rows below the headings that have a question or a cell of the bot.
        top: the row of the headings.

    """

    columns: Mapping[Key, int]
    rows: Sequence[AskRow]
    top: int = 0

    @property
    def can_be_answered(self) -> bool:
        """Whether the columns are there by which an answer is recognised."""
        return self.columns.keys() >= _NEEDED


def read_ask_sheet(grid: Grid, headings: Mapping[str, Key]) -> AskSheet:
    """Return the questions and answers of the tab; `headings` are those of `list_ask_headings`.

    Columns may be moved, and those that are not needed removed. Without its heading, the questions are in column A.
    """
    top, columns = _find_header(grid, headings)
    if not columns:
        return AskSheet({}, ())
    rows: list[AskRow] = []
    place = 0
    for number, cells in enumerate(grid.rows[top + 1 :], top + 1):
        row = _read_row(number, place, cells, columns)
        if row.question or not row.is_blank:
            rows.append(row)
            place += bool(row.question)
    return AskSheet(columns, rows, top)


def _find_header(grid: Grid, headings: Mapping[str, Key]) -> tuple[int, dict[Key, int]]:
    """Return the row of the headings and the column of each; no columns where there is no such row."""
    for number, header in enumerate(grid.rows[:_HEADER_ROWS]):
        columns: dict[Key, int] = {}
        for column, cell in enumerate(header):
            key = headings.get(fold(cell)) if isinstance(cell, str) else None
            if key:
                columns.setdefault(key, column)
        if columns.keys() >= _NEEDED:
            if 0 not in columns.values():
                columns.setdefault("question", 0)
            return number, columns
    return 0, {}


def _read_row(number: int, place: int, row: Sequence[Cell], columns: Mapping[Key, int]) -> AskRow:
    def read(key: Key) -> Cell:
        column = columns.get(key)
        return row[column] if column is not None and column < len(row) else None

    cells = {key: read(key) for key in _OF_BOT if key in columns}
    texts = {key: format_cell(cell) for key, cell in cells.items()}
    is_frozen = fold(format_cell(read("freeze"))) not in _NOT_FROZEN
    return AskRow(number, _read_question(read("question")), place, is_frozen, cells, texts)


def _read_question(cell: Cell) -> str:
    """Return a question as it was typed. A spreadsheet makes a date of a month: it is one again."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and _FIRST_DAY <= cell < _LAST_DAY:
        cell = _DAY_ZERO + dt.timedelta(days=int(cell))
    if isinstance(cell, dt.date):
        return f"{cell:%Y-%m}"
    return format_cell(cell).strip()


def format_cell(cell: Cell | Value) -> str:
    """Return a cell as a text that is the same before it is written and after it is read, from every spreadsheet."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, (int, float, Decimal)):
        number = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
        return f"{number.normalize():f}"
    if isinstance(cell, dt.date):
        day = cell.date() if isinstance(cell, dt.datetime) else cell
        return str((day - _DAY_ZERO).days)
    return NOT_AVAILABLE.value if cell is NOT_AVAILABLE else str(cell)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_HASH_LETTERS]


def _hash_question(question: str) -> str:
    """Return the hash of a question, whatever its spaces and capitals."""
    return _hash(" ".join(fold(question).split()))


# The cells of a row to write: column -> its value and number format.
_Cells = Mapping[Key, tuple[Value, ColumnFormat]]
_CLEARED: _Cells = {key: (None, COLUMNS[key].format) for key in _OF_BOT}


@dataclass(frozen=True)
class AskPlanner:
    """Decides what to write into the tab. It sees the tab several times during one pass.

    Attributes:
        answer: returns the answer to a question as typed, as of now.
        describe_restatement: returns that a frozen answer would be another one now, given its line and that answer.
        describe_limit: returns that so many questions are answered and no more.
        snapshot_id: the snapshot that the answers come from.
        basis: hash of all that answers depend on.
        link_accounts: returns the address of the accounts of an answer; empty where it has none.
        limit: the number of questions that are answered.

    """

    answer: Callable[[str], AskAnswer]
    describe_restatement: Callable[[str, AskAnswer], str]
    describe_limit: Callable[[int], str]
    snapshot_id: int
    basis: str
    link_accounts: Callable[[AskAnswer], str] = lambda _: ""
    limit: int = MAX_QUESTIONS
    _answers: dict[str, AskAnswer] = field(default_factory=dict)
    _frozen: dict[str, dict[str, list[AskRow]]] = field(default_factory=dict)

    def plan_answers(self, sheet: AskSheet) -> list[CellRun]:
        """Return the cells that answer what is not answered yet, and those that clear what answers nothing."""
        self._remember_frozen(sheet)
        changes = ((row, self._choose_answer(row, sheet)) for row in sheet.rows)
        return list(_list_runs(changes, sheet))

    def plan_repairs(self, sheet: AskSheet) -> list[CellRun]:
        """Return the cells that clear each answer that is not that of its row, and give frozen rows theirs again."""
        lost = self._find_lost(sheet)
        changes = ((row, self._choose_repair(row, sheet, lost)) for row in sheet.rows)
        runs = list(_list_runs(changes, sheet))
        self._remember_frozen(sheet)
        return runs

    def count_open(self, sheet: AskSheet) -> int:
        """Return the number of questions without their answer."""
        return sum(row.place < self.limit and not self._is_kept(row) for row in sheet.rows if row.question)

    def list_kept_lines(self, sheet: AskSheet) -> set[str]:
        """Return the lines whose answers stay as they are."""
        return {row.texts["read_as"] for row in sheet.rows if row.question and self._is_kept(row)}

    def _choose_answer(self, row: AskRow, sheet: AskSheet) -> _Cells:
        if not row.question:
            return {} if row.is_frozen or row.is_blank else _CLEARED
        if self._is_frozen_answer(row):
            return self._note_restatement(row)
        if row.place >= self.limit:
            return self._fill_beyond_limit(row, sheet)
        return {} if self._is_kept(row) else self._fill(row, sheet)

    def _choose_repair(self, row: AskRow, sheet: AskSheet, lost: dict[str, list[AskRow]]) -> _Cells:
        if row.is_frozen and row.question and not row.is_of_question and lost.get(row.question):
            return self._restore(lost[row.question].pop(), row)
        if damaged := self._find_damaged(row):
            return self._restore(damaged, row)
        if row.is_blank or (row.is_frozen and not row.question):
            return {}
        if self._is_frozen_answer(row):
            return self._note_restatement(row)
        if row.question and row.place >= self.limit:
            return self._fill_beyond_limit(row, sheet)
        return {} if row.question and self._is_kept(row) else _CLEARED

    def _is_kept(self, row: AskRow) -> bool:
        """Tell whether the cells of a row are its answer as of now, or a frozen one."""
        if self._is_frozen_answer(row):
            return True
        return row.texts["receipt"] == self._write_receipt(row.question, row.texts) and not row.texts.get("restated")

    def _is_frozen_answer(self, row: AskRow) -> bool:
        """Tell whether a row is frozen and holds an answer to what its question means, with its receipt or without."""
        if not row.is_frozen or not row.question:
            return False
        line = row.texts["read_as"]
        return row.is_of_question or (bool(line) and line == self._ask(row.question).line)

    def _write_receipt(self, question: str, texts: Mapping[Key, str]) -> str:
        content = _hash(self.basis, question, *(texts.get(key, "") for key in _COVERED))
        return f"{self.snapshot_id}-{_hash_question(question)}-{content}"

    def _ask(self, question: str) -> AskAnswer:
        if question not in self._answers:
            self._answers[question] = self.answer(question)
        return self._answers[question]

    def _fill(self, row: AskRow, sheet: AskSheet) -> _Cells:
        return self._build_cells(row.question, self._ask(row.question), sheet)

    def _build_cells(self, question: str, answer: AskAnswer, sheet: AskSheet) -> _Cells:
        accounts = self._link_accounts(answer.accounts, answer)
        values: dict[Key, Value] = {
            "read_as": answer.line or None,
            "value": answer.value,
            "grr": answer.grr,
            "base": answer.base,
            "change": answer.change,
            "verdict": answer.verdict or None,
            "as_of": answer.as_of,
            "accounts": accounts,
            "note": answer.note or None,
            "restated": None,
        }
        texts = {key: format_cell(value) for key, value in values.items() if key in sheet.columns}
        values["receipt"] = self._write_receipt(question, texts)
        formats: dict[Key, ColumnFormat] = {key: COLUMNS[key].format for key in values}
        return {key: (value, formats[key]) for key, value in values.items()} | {
            "value": (answer.value, answer.value_format)
        }

    def _note_restatement(self, row: AskRow) -> _Cells:
        """Return the note of a frozen row: what its line would say now, where that is something else."""
        if "restated" not in row.texts:
            return {}
        line = row.texts["read_as"]
        now = self._ask(line)
        values: dict[Key, Value] = {"value": now.value, "grr": now.grr, "base": now.base, "change": now.change}
        is_same = all(row.texts.get(key, text) == text for key, text in ((k, format_cell(values[k])) for k in _FIGURES))
        note = "" if is_same else self.describe_restatement(line, now)
        return {} if note == row.texts["restated"] else {"restated": (note or None, "text")}

    def _fill_beyond_limit(self, row: AskRow, sheet: AskSheet) -> _Cells:
        """Return the cells of a question beyond the limit: the first one says so, the others are blank."""
        if row.place > self.limit:
            return {} if row.is_blank else _CLEARED
        answer = AskAnswer("", note=self.describe_limit(self.limit))
        # Without a receipt it is no answer, should the row come within the limit.
        cells = {**self._build_cells(row.question, answer, sheet), "receipt": _CLEARED["receipt"]}
        return {} if all(row.texts[key] == format_cell(cells[key][0]) for key in row.texts) else cells

    # Frozen rows: what they hold is nowhere else.

    def _remember_frozen(self, sheet: AskSheet) -> None:
        for question, by_receipt in self._group_frozen(sheet).items():
            known = self._frozen.setdefault(question, {})
            for receipt, rows in by_receipt.items():
                known[receipt] = max(known.get(receipt, []), rows, key=len)

    def _find_damaged(self, row: AskRow) -> AskRow | None:
        """Return the frozen row that a row was, where its receipt is left and other cells were written over."""
        known = self._frozen.get(row.question, {}).get(row.texts["receipt"], []) if row.is_frozen else []

        def is_whole(frozen: AskRow) -> bool:
            return all(row.texts[key] == frozen.texts.get(key, row.texts[key]) for key in _COVERED if key in row.texts)

        return None if not known or any(map(is_whole, known)) else known[0]

    def _find_lost(self, sheet: AskSheet) -> dict[str, list[AskRow]]:
        """Return the frozen rows that the tab no longer has, by question: another answer was written over them."""
        present = self._group_frozen(sheet)
        return {
            question: [
                row
                for receipt, rows in by_receipt.items()
                for row in rows[len(present.get(question, {}).get(receipt, ())) :]
            ]
            for question, by_receipt in self._frozen.items()
        }

    def _group_frozen(self, sheet: AskSheet) -> dict[str, dict[str, list[AskRow]]]:
        """Return question -> receipt -> the frozen rows that hold an answer to it."""
        groups: dict[str, dict[str, list[AskRow]]] = {}
        for row in sheet.rows:
            if self._is_frozen_answer(row):
                groups.setdefault(row.question, {}).setdefault(row.texts["receipt"], []).append(row)
        return groups

    def _restore(self, frozen: AskRow, row: AskRow) -> _Cells:
        """Return the cells of a frozen row as they were."""
        answer = self._ask(row.question)
        cells: dict[Key, tuple[Value, ColumnFormat]] = {
            key: (to_value(cell), COLUMNS[key].format) for key, cell in frozen.cells.items()
        }
        if "accounts" in cells:
            cells["accounts"] = self._link_accounts(frozen.texts["accounts"], answer), "text"
        if "value" in cells:
            cells["value"] = cells["value"][0], answer.value_format
        return cells

    def _link_accounts(self, text: str, answer: AskAnswer) -> Value:
        """Return the cell with the number of accounts, which opens those of an answer."""
        address = self.link_accounts(answer) if text else ""
        return Link(text, address) if address else text or None


def to_value(cell: Cell) -> Value:
    """Return a cell that was read, to write it again."""
    if cell == NOT_AVAILABLE.value:
        return NOT_AVAILABLE
    if isinstance(cell, dt.datetime):
        return cell.date()
    return Decimal(repr(cell)) if isinstance(cell, float) else cell


def _list_runs(changes: Iterable[tuple[AskRow, _Cells]], sheet: AskSheet) -> Iterator[CellRun]:
    """Yield the runs of adjacent columns for the cells of each row, without the columns that the tab does not have."""
    for row, cells in changes:
        contents = [(sheet.columns[key], content) for key, content in cells.items() if key in sheet.columns]
        places = sorted(contents, key=itemgetter(0))
        run: list[tuple[Value, ColumnFormat]] = []
        start = 0
        for place, content in places:
            if run and place != start + len(run):
                yield CellRun(row.number, start, run)
                run = []
            if not run:
                start = place
            run.append(content)
        if run:
            yield CellRun(row.number, start, run)
