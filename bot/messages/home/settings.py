"""The settings of a reader in App Home: language, time zone, own segment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.locale.translator import Translator
from bot.messages.asking.question_modal import Option, build_option
from bot.messages.kit.limits import Block, shorten
from core.errors import N_
from core.store.state.preferences import Preferences

# The value of an option that withdraws a choice: Slack takes none that is empty.
NONE = "-"
_LANGUAGES: Mapping[str, str] = {"en": "English", "fr": "Français"}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a reader.

    Attributes:
        own: their choices.
        segment: the option of their segment; None for the whole company.
        has_segments: whether there is data to choose a segment from.

    """

    own: Preferences
    segment: Option | None
    has_segments: bool


def render_settings(settings: Settings, translate: Translator) -> Iterator[Block]:
    """Yield the blocks of the settings."""
    own = settings.own
    follow = Option(translate(N_("As in Slack")), NONE)
    languages = [follow, *(Option(name, code) for code, name in _LANGUAGES.items())]
    language = next((option for option in languages if option.value == own.language), follow)
    yield {"type": "divider"}
    yield {"type": "header", "text": _plain(translate(N_("Your settings")))}
    yield _build_row(
        translate(N_("Language of your answers")),
        {
            "type": "static_select",
            "action_id": "setting:language",
            "options": [build_option(option) for option in languages],
            "initial_option": build_option(language),
        },
    )
    zone = Option(own.zone, own.zone) if own.zone else follow
    yield _build_row(translate(N_("Time zone")), _build_search("zone", zone, translate))
    if settings.has_segments:
        segment = settings.segment or Option(translate(N_("Whole company")), NONE)
        label = translate(N_("Your segment: that of /nrr without words, and of this page"))
        yield _build_row(label, _build_search("segment", segment, translate))


def _build_search(name: str, chosen: Option, translate: Translator) -> Block:
    """Return a menu in which one searches, with its present value."""
    return {
        "type": "external_select",
        "action_id": f"setting:{name}",
        "placeholder": _plain(translate(N_("Search"))),
        "min_query_length": 0,
        "initial_option": build_option(chosen),
    }


def _build_row(label: str, element: Block) -> Block:
    return {"type": "section", "text": _plain(label), "accessory": element}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": shorten(text, 150)}


def build_home_view(blocks: Sequence[Block]) -> Block:
    """Return the view of App Home."""
    return {"type": "home", "blocks": list(blocks)}
