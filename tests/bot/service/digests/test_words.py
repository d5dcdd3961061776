"""The words after `/nrr digest`, in any order, in English and French."""

from __future__ import annotations

import pytest

from bot.service.digests.words import read_digest_words
from core.errors import QuestionError
from core.schedules import Schedule

DEFAULT = Schedule("weekly", 0, 8, 0, "")


@pytest.mark.parametrize(
    ("words", "cut", "schedule"),
    [
        ("subscribe", "", DEFAULT),
        ("subscribe enterprise by owner weekly monday 9:00", "enterprise", Schedule("weekly", 0, 9, 0, "")),
        ("subscribe friday 5 pm", "", Schedule("weekly", 4, 17, 0, "")),
        ("subscribe smb daily at 9 am", "smb", Schedule("daily", 0, 9, 0, "")),
        ("s’abonner grands comptes le lundi à 9 h", "grands comptes", Schedule("weekly", 0, 9, 0, "")),
        ("abonner tous les jours 8h30", "", Schedule("daily", 0, 8, 30, "")),
        ("subscribe monthly 15th", "", Schedule("monthly", 15, 8, 0, "")),
        ("subscribe 15 monthly", "", Schedule("monthly", 15, 8, 0, "")),
        ("subscribe monthly on the 31 at 7:00", "", Schedule("monthly", 31, 7, 0, "")),
        ("subscribe europe/paris", "", Schedule("weekly", 0, 8, 0, "Europe/Paris")),
        ("subscribe UTC daily", "", Schedule("daily", 0, 8, 0, "UTC")),
        # A country is a segment; what is in quotes is one, too.
        ("subscribe Japan daily", "Japan", Schedule("daily", 0, 8, 0, "")),
        ('subscribe "French" weekly', '"French"', DEFAULT),
        ('subscribe region="Sun City" daily', 'region="Sun City"', Schedule("daily", 0, 8, 0, "")),
    ],
)
def test_a_subscription_is_read(words: str, cut: str, schedule: Schedule) -> None:
    read = read_digest_words(words, DEFAULT)
    assert (read.verb, read.cut, read.schedule) == ("subscribe", cut, schedule)


@pytest.mark.parametrize("words", ["monday thursday", "9:00 17:00", "daily weekly", "monthly 3 5", "UTC Europe/Paris"])
def test_two_times_are_refused(words: str) -> None:
    with pytest.raises(QuestionError, match="comes at one time"):
        read_digest_words(f"subscribe {words}", DEFAULT)
