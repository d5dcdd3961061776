"""The views of the preview: App Home, the steps to its first figures, and the modals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from bot.jobs.home import HomeViews
from bot.locale.readers import Reader
from bot.locale.translator import get_translator
from bot.messages.corrections.wrong_figure import build_doubt_modal
from bot.messages.home.onboarding import Step, list_onboarding_parts
from bot.messages.home.settings import Settings, build_home_view, render_settings
from bot.messages.kit.layout import render
from bot.service.analyst import Analyst
from bot.service.choosing.choices import Choices
from bot.slack.request import Request
from core.store.state.preferences import Preferences
from core.terms import Language

View = dict[str, Any]


def list_views(analyst: Analyst, language: Language) -> Iterator[tuple[str, View]]:
    """Yield the title and the view of each example, in a language."""
    reader = Reader(language, analyst.config.schedule.time_zone)
    analyst = analyst.speak(reader.translate)
    yield "App Home", HomeViews(analyst).build_view(Request("", "", "", "", viewer=analyst.viewer, asker=reader))
    yield from list_first_steps(language)
    value = analyst.build_writer(analyst.load_newest().snapshot)("enterprise Q3")
    yield "Wrong figure?", build_doubt_modal(analyst.translate)
    yield "Another segment or period", Choices(analyst).build_modal(analyst.read_state(value))


def list_first_steps(language: Language) -> Iterator[tuple[str, View]]:
    """Yield App Home at each step to the first answer."""
    translate = get_translator(language)
    for step in get_args(Step):
        parts = list_onboarding_parts(step, "", "", can_sync=True, translate=translate)
        settings = render_settings(Settings(Preferences(language), None, has_segments=False), translate)
        yield f"App Home, first steps: {step}", build_home_view([*render(list(parts)).blocks, *settings])
