"""The step under way, on stderr, when a command takes longer than a second on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

from bot.locale.translator import Translator

if TYPE_CHECKING:
    from sheets.ingest.reading import Progress

PATIENCE = 1.0  # seconds


@contextmanager
def show_progress(translate: Translator) -> Iterator[Progress]:
    """Yield a function that takes each step; after a second a terminal shows the step under way."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    status = console.status("")
    timer = Timer(PATIENCE, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda step: status.update(translate.format_sentence(step) + " ...")
    finally:
        timer.cancel()
        status.stop()
