"""`nrrbot demo`: the main job on the sample workbook, step by step, each shown with its command."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Literal

from bot.locale.translator import get_translator
from bot.messages.status.sync import describe_sync
from bot.messages.status.writeback import describe_write
from bot.service.analyst import Analyst
from bot.service.digests.building import preview_digest
from bot.service.refresh.reading import sync_workbook
from bot.service.refresh.writeback import write_back
from core.config import Config
from core.errors import N_, StoreError
from core.playbook.playbook import load_playbook
from core.store.store import Store
from sheets.excel.workbook import ExcelWorkbook

# The Monday after the sample's last month, when its digest would be posted.
TODAY = dt.date(2026, 10, 5)


def run_demo(folder: Path, language: Literal["en", "fr"], print_text: Callable[[str], None]) -> None:
    """Copy the sample into `folder`, sync it, answer `/nrr enterprise Q3`, write back, print the digest.

    Args:
        folder: created where it does not exist; the sample and the store in it are replaced.
        language: the language of the output.
        print_text: prints a text.

    Raises:
        StoreError: the folder cannot be written.

    """
    workbook_path, store_path = folder / "sample.xlsx", folder / "nrrbot.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        workbook_path.write_bytes(files("sheets.templates").joinpath("sample.xlsx").read_bytes())
        for stale in folder.glob("nrrbot.db*"):
            stale.unlink()
    except OSError as error:
        raise StoreError(
            N_("The folder {folder} cannot be written: {why}."), N_("Choose another folder: nrrbot demo FOLDER."),
            folder=folder, why=error.strerror,
        ) from error  # fmt: skip
    now = dt.datetime.combine(TODAY, dt.time(7, tzinfo=dt.UTC))
    workbook = ExcelWorkbook(workbook_path)
    translate = get_translator(language)
    analyst = Analyst(Config(), Store(store_path), workbook.source, load_playbook(), translate, lambda: now)
    common = f"--workbook {workbook_path} --db {store_path} --today {TODAY}"
    common += "" if language == "en" else f" --lang {language}"

    def step(command: str, text: str) -> None:
        print_text(f"$ nrrbot {command} {common}\n\n{text}\n")

    step("sync", describe_sync(sync_workbook(analyst, workbook, now, TODAY), translate))
    step('ask "enterprise Q3"', analyst.reply("/nrr", "enterprise Q3").message().text)
    step("write", describe_write(write_back(analyst, workbook), translate))
    step("digest --preview", preview_digest(analyst, now).text)
    print_text(
        translate(
            N_("Open {path} to see what was written back: the tabs whose names begin with NRR."),
            path=workbook_path,
        )
    )
