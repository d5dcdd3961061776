"""The setup of the add-in: its files, and the check that its backend answers at the public address."""

from __future__ import annotations

import datetime as dt
import shutil
from importlib import resources
from pathlib import Path

from bot.service.analyst import Analyst
from bot.web.addin.app import DOCUMENT_PATH, check_address
from core.errors import N_, ConfigError

# The files of the script project, in the order in which they are pasted; clasp pushes them as they are.
FILES = ("appsscript.json", "Backend.js", "Functions.js", "Menu.js", "Triggers.js", "Sidebar.js", "Sidebar.html")
_TIMEOUT = 10.0  # seconds


def find_files() -> Path:
    """Return the folder of the add-in's files, as it is installed."""
    return Path(str(resources.files("sheets"))) / "addin"


def copy_files(folder: Path) -> None:
    """Copy the add-in's files to a folder, which is made.

    Raises:
        ConfigError: the folder cannot be written.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copyfile(find_files() / name, folder / name)
    except OSError as error:
        raise ConfigError(
            N_("The files of the add-in cannot be copied to {folder}: {why}."),
            N_("Name another folder."),
            folder=folder,
            why=error.strerror or str(error),
        ) from error


def check_addin(analyst: Analyst, now: dt.datetime) -> int:
    """Check the setup of the add-in and return the number of valid keys.

    Raises:
        ConfigError: its address is not one of HTTPS, nothing answers there, or no one may ask.

    """
    import requests

    settings = analyst.config.addin
    check_address(settings.url)
    people = [person.email for person in analyst.config.access.people if person.email]
    if settings.client_id and not people:
        raise ConfigError(
            N_("No one may use the sidebar: access.people has no e-mail address."),
            N_("Add one, or leave addin.client_id empty: formulas do not need it."),
        )
    keys = [key for key in analyst.store.list_reader_keys() if key.source == (analyst.source or "")]
    count = sum(key.state(now) == "valid" for key in keys)
    if not count and not (settings.client_id and people):
        raise ConfigError(N_("No one may ask: there is no valid key."), N_("Make one: nrrbot addin key add NAME."))
    address = settings.url.rstrip("/") + DOCUMENT_PATH
    try:
        response = requests.get(address, timeout=_TIMEOUT, allow_redirects=False)
        reason = "" if response.ok and '"openapi"' in response.text[:200] else f"HTTP {response.status_code}"
    except requests.RequestException as error:
        reason = type(error).__name__
    if reason:
        raise ConfigError(
            N_("{address} does not answer as the add-in's backend: {reason}."),
            N_("Start nrrbot run --http, and let the proxy pass /addin/ on to it."),
            address=address,
            reason=reason,
        )
    return count
