"""The options of menus and of the modal, and the questions that choices make."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.locale.translator import get_translator
from bot.messages.asking.question_modal import build_option
from bot.service.analyst import Analyst
from bot.service.buttons.state import State
from bot.service.choosing.choices import Choices, find_values
from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.query.vocabulary import Filter, Vocabulary
from core.terms import Language
from tests.support.generate import company
from tests.support.samples.nine_accounts import build_analyst, build_company
from tests.support.scopes import NOW
from tests.support.slack.block_kit import check_options, check_view

WORDS = Vocabulary(
    {"segment": ("Enterprise", "Mid-Market", "SMB"), "region": ("France", "UK & Ireland", "North")},
    {"segment": "Segment", "region": "Région"},
    {"whales": Filter("segment", "Enterprise")},
)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", "Enterprise Mid-Market SMB France UK & Ireland North"),
        ("ent", "Enterprise"),
        ("grands comptes", "Enterprise"),
        ("whales", "Enterprise"),
        ("mid market", "Mid-Market"),
        ("PME", "SMB"),
        ("royaume-uni", "UK & Ireland"),
        ("région", "France UK & Ireland North"),
        ("entreprize", "Enterprise"),
        ("r", "Enterprise Mid-Market France UK & Ireland North"),
        ("zzz", ""),
    ],
)
def test_a_menu_finds_values_by_every_name_of_theirs(typed: str, names: str) -> None:
    values = " ".join(entry.value for entry in find_values(typed, WORDS))
    assert sorted(values.split()) == sorted(names.split())


def test_the_nearest_values_come_first() -> None:
    words = Vocabulary({"plan": ("Not Pro", "Pro Plus", "Pro")}, {})
    assert [entry.value for entry in find_values("pro", words)] == ["Pro", "Pro Plus", "Not Pro"]


def open_choices(folder: Path, names: list[str], language: Language = "en") -> tuple[Analyst, Choices]:
    """Return the choices of a company whose accounts have these segments in turn."""
    ledger = company(3, len(names), 24)
    columns = {**ledger.columns, "segment": encode_values("Segment", names)}
    analyst = build_analyst(folder, language, replace(ledger, columns=columns))
    return analyst, Choices(analyst)


def test_a_menu_has_at_most_100_options_within_the_limits_of_slack(tmp_path: Path) -> None:
    markup = '<!channel> *bold* "x" & 😀 '
    names = [f"Segment {number:03d} {markup * (number % 10)}" for number in range(119)] + [f"Segment {markup * 100}"]
    analyst, choices = open_choices(tmp_path, names)
    for typed in ("", "segment", "079", markup, "x" * 3000):
        options = choices.list_segments(typed)
        assert len(options) <= 100
        assert not check_options(list(map(build_option, options)))
    # A value that is longer than an option may be is found again.
    [option] = choices.list_segments("Segment 008")
    assert option.value.startswith("#")
    read = choices.choose("/nrr", "Q3", option.value).json()["read"]
    assert read["filters"] == {"segment": [names[8]]}
    assert analyst.today == NOW.date()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_modal_is_within_the_limits_of_slack(tmp_path: Path, language: Language) -> None:
    analyst, choices = open_choices(tmp_path, [f"Segment {number} {'x' * number}" for number in range(120)], language)
    snapshot = analyst.load_newest().snapshot
    for line in ("", "why segment=SMB", "risks", "trend", "Q3 vs Q2", "2031", *(f'"Segment {n}"' for n in (1, 119))):
        try:
            view = choices.build_modal(State(line, snapshot.id, snapshot.content_hash[:8], analyst.today))
        except QuestionError:
            continue
        assert not check_view(view), line
        assert view["title"]["text"] == analyst.translate("Segment and period")


def test_a_choice_replaces_the_cut_and_the_period_and_keeps_the_rest(tmp_path: Path) -> None:
    choices = Choices(build_analyst(tmp_path, "en", build_company()))
    segment = choices.list_segments("")[0]
    name = segment.value.partition("=")[2]
    for line, period, expected in (
        ("Q3", None, f"{name} Q3 2025"),
        ("why Q3", "", f"why {name} Q3 2025"),
        ("grr accounts churn top 5 Q3", "Q2 2025", f"accounts {name} Q2 2025 churn top 5 grr"),
        ("risks", "Q2 2025", f"risks {name}"),
        ("", "2025-07", f"{name} 2025-07"),
    ):
        answer = choices.choose("/nrr", line, segment.value, period)
        assert answer.line.casefold() == expected.casefold(), line
    assert choices.choose("/nrr", "enterprise Q2", "", "").line == "Q3 2025"
    assert choices.choose("/grr", "Q3", segment.value).line.casefold() == f"{name} q3 2025".casefold()


@pytest.mark.parametrize("value", ["segment=Gone", "gone=SMB", "#0"])
def test_a_segment_that_the_sheet_has_no_more_says_so(tmp_path: Path, value: str) -> None:
    choices = Choices(build_analyst(tmp_path, "en", build_company()))
    with pytest.raises(QuestionError, match="does not have"):
        choices.choose("/nrr", "Q3", value)


def test_a_moment_is_in_the_zone_of_the_reader() -> None:
    assert get_translator("en").format_moment(NOW) != get_translator("en", "Asia/Tokyo").format_moment(NOW)
    assert get_translator("fr", "Asia/Tokyo").format_moment(NOW).endswith("JST")
