"""The column Status of a tab of lines: which lines have MRR, and the statuses that a person has to decide."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from core.errors import N_, Sentence
from sheets.cells.statuses import LEFT_FLAGS, STAYED_FLAGS, StatusMeaning, StatusWords, fold_flag, read_flag_heading
from sheets.cells.text import fold_cell, is_blank, read_text, remember_readings
from sheets.tabs.tab_reader import TabReader


@dataclass(slots=True)
class _StatusUse:
    """The lines with one status: the first row, the number of lines, their accounts, and whether they count."""

    first_row: int
    meaning: StatusMeaning
    count: int = 0
    accounts: set[str] = field(default_factory=set)


class LineStatuses:
    """Reads the status of each line, and remembers the statuses that are unknown or in doubt.

    Attributes:
        has_left: True if a line that was read has a status of leaving.

    """

    def __init__(self, reader: TabReader, words: StatusWords) -> None:
        self.has_left = False
        column = reader.header.columns.get("status")
        is_leaving = None if column is None else read_flag_heading(reader.header.heading(column))
        if is_leaving is not None:
            words = LEFT_FLAGS if is_leaving else STAYED_FLAGS
        self._reader, self._words = reader, words
        self._cells = reader.cells_under("status")
        self._fold = remember_readings(fold_cell if is_leaving is None else fold_flag)
        self._uses: dict[str, _StatusUse] = {}

    def is_stated(self, row: int) -> bool:
        """Tell whether a row has a status."""
        return not is_blank(self._cells[row])

    def show(self, row: int) -> str:
        """Return the status of a row as the sheet has it."""
        return read_text(self._cells[row])

    def says_paying(self, row: int) -> bool:
        """Tell whether the status of a row says that the line has not ended."""
        return self._words.says_paying(self._fold(self._cells[row]))

    def is_counted(self, row: int) -> bool:
        """Tell whether the config counts the status of a row."""
        return self._reader.options.status_counts.get(self._fold(self._cells[row]), False)

    def read(self, row: int, account: str) -> StatusMeaning:
        """Return the meaning of a row's status; past due counts as paying, and unpaid and unknown as free."""
        status = self._fold(self._cells[row])
        meaning = self._words.find_meaning(status, self._reader.options.status_counts)
        self.has_left |= meaning == "left"
        if meaning in ("past_due", "unpaid", "unknown"):
            use = self._uses.setdefault(status, _StatusUse(row, meaning))
            use.count += 1
            use.accounts.add(account)
            return "paying" if meaning == "past_due" else "free"
        return meaning

    def report(self) -> frozenset[str]:
        """Report each status that is unknown or in doubt, once; return the accounts with an unknown one."""
        excluded: set[str] = set()
        for use in self._uses.values():
            column = self._reader.header.columns["status"]
            status = self.show(use.first_row)
            line = format_count_line(status, counts=use.meaning != "past_due")
            values = {"count": str(use.count), "line": line}
            if use.meaning == "unknown":
                self._reader.report("status_unknown", use.first_row, column, min(use.accounts), **values)
                excluded |= use.accounts
                continue
            code = "status_counted" if use.meaning == "past_due" else "status_not_counted"
            statement = (
                N_("Lines with the status “{status}” count as MRR ({count}).")
                if use.meaning == "past_due"
                else N_("Lines with the status “{status}” do not count as MRR ({count}).")
            )
            self._reader.report(code, use.first_row, column, **values)
            self._reader.decide(
                "ends",
                Sentence(statement, {"count": use.count, "status": status}),
                (use.first_row, column),
                config_line=line,
            )
        return frozenset(excluded)


def format_count_line(status: str, *, counts: bool) -> str:
    """Return the line of the config that says whether lines with a status count."""
    key = status if re.fullmatch(r"[A-Za-z0-9_-]+", status, re.ASCII) else f'"{status}"'
    return f"workbook.status_counts.{key} = {str(counts).lower()}"
