from decimal import Decimal

import pytest

from core.months import Calendar, Month
from core.query.question import parse_question
from core.query.vocabulary import Filter, Vocabulary
from core.text import clean_text, find_nearest, fold, fold_key, plain_characters
from sheets.cells.numbers import read_amount
from sheets.cells.text import LocaleFormat, fold_cell


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("a\N{NO-BREAK SPACE}b", "a b"),
        ("a\N{NARROW NO-BREAK SPACE}b", "a b"),
        ("a\N{RIGHT SINGLE QUOTATION MARK}b", "a'b"),
        ("a\N{MODIFIER LETTER APOSTROPHE}b", "a'b"),
        ("a\N{EN DASH}b", "a-b"),
        ("a\N{MINUS SIGN}b", "a-b"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER Q}\N{FULLWIDTH DIGIT THREE}", "Q3"),
        ("\N{ZERO WIDTH SPACE} a\N{SOFT HYPHEN}b\x00 ", "ab"),
    ],
)
def test_questions_and_cells_read_typography_alike(typed: str, plain: str) -> None:
    assert clean_text(typed) == plain
    assert plain_characters(typed) == plain


def test_one_cleaning_serves_a_question_and_an_amount() -> None:
    vocabulary = Vocabulary({"segment": ("Mid-Market",)}, {})
    full_width = "Mid\N{NON-BREAKING HYPHEN}Market \N{FULLWIDTH LATIN CAPITAL LETTER Q}\N{FULLWIDTH DIGIT THREE}"
    question = parse_question(full_width, vocabulary, Calendar(), Month.of(2025, 9))
    assert (question.filters, question.period.label) == ((Filter("segment", "Mid-Market"),), "Q3 2025")
    full_width = "\N{NON-BREAKING HYPHEN}\N{FULLWIDTH DIGIT ONE}\N{NARROW NO-BREAK SPACE}000"
    assert read_amount(full_width, LocaleFormat("fr_FR", ",", " ", "dmy"), "EUR") == Decimal(-1000)


def test_a_raised_digit_is_no_digit_of_an_amount() -> None:
    assert clean_text("12²") == "122"
    assert plain_characters("12²") == "12²"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Été", "ete"),
        ("Cœur", "coeur"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
        ("Møbler", "mobler"),
        ("A-1", "a-1"),
    ],
)
def test_questions_and_headings_fold_alike(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold_cell(f" {text} * (%)") == folded.replace("-", " ")


def test_a_key_keeps_the_signs_and_gaps_that_distinguish_names() -> None:
    assert fold_key("Mid-Market") == fold_key("mid market") == "midmarket"
    assert fold_key("Pro+") != fold_key("Pro")
    assert fold_key("1-2 years") != fold_key("12 years")


def test_the_nearest_names_come_first_and_in_their_order() -> None:
    names = ("Starter", "Stater", "Startup", "Enterprise", "Enterprize")
    assert find_nearest("Startr", names, 2, 0.6) == ["Starter", "Stater"]
    assert find_nearest("Startr", names, 9, 0.6) == ["Starter", "Stater", "Startup"]
    assert find_nearest("Enterprice", names, 2, 0.6) == ["Enterprise", "Enterprize"]
    assert find_nearest("xyz", names, 2, 0.6) == []


def test_a_search_is_bounded() -> None:
    names = ["other"] * 5_000 + ["wanted"]
    assert find_nearest("wantd", names, 1, 0.6) == []
    assert find_nearest("wantd", names[1:], 1, 0.6) == ["wanted"]
    assert find_nearest("a" * 60 + "b" * 600, ["a" * 60], 1, 1) == ["a" * 60]
