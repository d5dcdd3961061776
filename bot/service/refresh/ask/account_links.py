"""The links of NRR Ask to NRR Accounts: they open the accounts of an answer's base, and no others where a tab can."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from sheets.workbook.port import RowView, Tab, Workbook
from sheets.writeback.accounts_tab import ACCOUNT_COLUMN, HEADER_ROW

# People see the views in a menu; further answers get a link to rows.
MAX_VIEWS = 100


@dataclass
class AccountLinks:
    """Makes the links, and remembers the views that they need.

    Attributes:
        workbook: the workbook.
        tab: NRR Accounts; None without it.

    """

    workbook: Workbook
    tab: Tab | None
    _titles: set[str] = field(default_factory=set)
    _unwritten: dict[str, RowView] = field(default_factory=dict)

    def link(self, line: str, base: Collection[str]) -> str:
        """Return the address for the answer to a line, given the IDs of its base; empty if none of them is listed."""
        rows = [number for number, account in enumerate(self._ids, 1) if account in base]
        if self.tab is None or not rows:
            return ""
        address = self.workbook.link_view(self.tab, line)
        if address and (line in self._titles or len(self._titles) < MAX_VIEWS):
            self._titles.add(line)
            hidden = sorted({account for account in self._ids if account and account not in base})
            self._unwritten[line] = RowView(line, HEADER_ROW, ACCOUNT_COLUMN, hidden)
            return address
        # The first of them that are next to each other: a link selects one block.
        last = next(before for before, after in pairwise((*rows, 0)) if after != before + 1)
        cells, title = f"{rows[0]}:{last}", self.tab.title.replace("'", "''")
        return self.workbook.link(self.tab, cells) or f"#'{title}'!{cells}"

    def write_views(self, kept: Collection[str]) -> None:
        """Write the views of the links that were made; of the others those of the lines `kept` stay."""
        if self.tab is not None and self._unwritten:
            self.workbook.write_views(self.tab, list(self._unwritten.values()), {*kept, *self._titles})
            self._unwritten.clear()

    @cached_property
    def _ids(self) -> Sequence[str]:
        """The account of each row of the tab, from the first on; empty above the accounts."""
        if self.tab is None:
            return ()
        [grid] = self.workbook.read([self.tab])
        cells = grid.list_cells(ACCOUNT_COLUMN, 0)
        return ["" if number <= HEADER_ROW or cell is None else str(cell) for number, cell in enumerate(cells)]
