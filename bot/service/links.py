"""Links into the workbook."""

from __future__ import annotations

from collections.abc import Callable

from core.store.snapshots import Snapshot
from core.store.state.polls import Poll
from core.store.state.written import read_written


def build_row_linker(snapshot: Snapshot, tab: str) -> Callable[[tuple[int, int]], str]:
    """Return a function from rows (first, last) of a tab to their address; a file's rows have none: empty."""
    kind, _, name = snapshot.source.partition(":")
    tab_ids = [entry["id"] for entry in snapshot.tabs if entry["title"] == tab]
    if kind != "google" or not tab_ids:
        return lambda _: ""
    from sheets.google.address import build_link

    return lambda rows: build_link(name, tab_ids[0], f"{rows[0]}:{rows[1]}")


def build_sheet_link(snapshot: Snapshot) -> str:
    """Return the address of the Google Sheet of a snapshot; empty for a file."""
    kind, _, name = snapshot.source.partition(":")
    return f"https://docs.google.com/spreadsheets/d/{name}/edit" if kind.startswith("google") else ""


def build_problems_link(snapshot: Snapshot, poll: Poll | None) -> str:
    """Return the address of the tab with the problems, of the sheet where that is not known; empty for a file."""
    from sheets.google.address import build_link

    kind, _, name = snapshot.source.partition(":")
    tab = read_written(poll).problems_tab
    return build_sheet_link(snapshot) if kind != "google" or tab is None else build_link(name, tab, "A1")
