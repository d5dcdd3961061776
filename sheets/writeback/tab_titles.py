"""The titles of the bot's tabs in both languages. A tab that exists keeps its title: formulas of people name it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.terms import Language
from sheets.workbook.port import Tab, find_bot_tab
from sheets.writeback.accounts_tab import ACCOUNTS_TAB
from sheets.writeback.ask_tab import ASK_TAB
from sheets.writeback.board_tab import BOARD_TAB
from sheets.writeback.metrics_tab import METRICS_TAB
from sheets.writeback.problems_tab import PROBLEMS_TAB
from sheets.writeback.summary_tab import SUMMARY_TAB

FRENCH_TITLES: Mapping[str, str] = {
    SUMMARY_TAB: "NRR Synthèse",
    METRICS_TAB: "NRR Indicateurs",
    PROBLEMS_TAB: "NRR Problèmes",
    ACCOUNTS_TAB: "NRR Comptes",
    BOARD_TAB: "NRR Tableau de bord",
    ASK_TAB: "NRR Questions",
}


def find_own_tab(tabs: Sequence[Tab], title: str) -> Tab | None:
    """Return the bot's tab with the English title `title`, in whichever language it was made; None without one."""
    return find_bot_tab(tabs, title) or find_bot_tab(tabs, FRENCH_TITLES[title])


def has_title(tabs: Sequence[Tab], title: str) -> bool:
    """Tell whether the bot's tab with the English title `title` exists, or a tab of people has one of its titles."""
    titles = {title.casefold(), FRENCH_TITLES[title].casefold()}
    return find_own_tab(tabs, title) is not None or any(tab.title.casefold() in titles for tab in tabs)


def choose_title(tabs: Sequence[Tab], title: str, language: Language) -> str:
    """Return the title for the bot's tab with the English title `title`: the one that it has, else a new one."""
    tab = find_own_tab(tabs, title)
    return tab.bot_title if tab else FRENCH_TITLES[title] if language == "fr" else title
