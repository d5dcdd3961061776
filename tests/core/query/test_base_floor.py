"""The base from an ARR on: as a line of the grammar, and as people say it."""

from __future__ import annotations

import pytest

from core.errors import QuestionError
from core.query.base_floor import build_base_json, read_floor, read_spoken_floor, spell_floor

LINES = [
    ("base from ARR 100k", 100_000, ""),
    ("enterprise Q3 base from ARR 100 000", 100_000, "enterprise Q3"),
    ("base from ARR 1.2m TTM", 1_200_000, "TTM"),
    ("TTM base from ARR 100000", 100_000, "TTM"),
    ("base from ARR 50,000 Q3 2026", 50_000, "Q3 2026"),
    ("base from ARR 100000 2026", 100_000, "2026"),
    ("base from ARR $250k", 250_000, ""),
    ("base from 100k of ARR", 100_000, ""),
    ("from 100k ARR smb", 100_000, "smb"),
    ("base à partir de 100k d'ARR", 100_000, ""),
    ("base à partir de 100 k€ d’ARR T3", 100_000, "T3"),
    ("grands comptes T3 à partir de 200 000 d'ARR", 200_000, "grands comptes T3"),
    ("dès 50k d'ARR", 50_000, ""),
    ("base from ARR 12.50", "12.5", ""),
]
SENTENCES = [
    ("NRR of customers above 100k ARR", 100_000, "NRR of customers"),
    ("what is NRR for customers paying us over 250k ARR?", 250_000, "what is NRR for customers ?"),
    ("net retention for accounts with more than $100,000 of ARR in Q3", 100_000, "net retention for accounts in Q3"),
    ("nrr of $100k+ ARR customers", 100_000, "nrr customers"),
    ("GRR of customers with $1.5m+ in ARR", 1_500_000, "GRR of customers"),
    ("NRR of customers whose ARR is above 100k, TTM", 100_000, "NRR of customers , TTM"),
    ("retention of customers with an ARR of at least 50k", 50_000, "retention of customers"),
    ("NRR sur les clients à plus de 100 k€ d'ARR", 100_000, "NRR sur les clients"),
    ("NRR des comptes d'au moins 50 000 € d'ARR", 50_000, "NRR des comptes"),
    ("quel NRR pour les clients dont l'ARR dépasse 100 k€ au T3 ?", 100_000, "quel NRR pour les clients au T3 ?"),
    ("rétention nette des clients au-dessus de 100k€ d'ARR", 100_000, "rétention nette des clients"),
]
NEITHER = [
    "base", "accounts base", "base from ARR", "base from ARR x", '"base from ARR 100k"', "Q3 2026", "arr>100000",
    # lists of accounts, other amounts, and what is below an amount or without those above it
    "which customers have more than 100k ARR?", "NRR of customers above 100k MRR", "NRR of customers below 100k ARR",
    "NRR without customers above 100k ARR", "NRR of customers not above 100k ARR", "NRR from 2024 to 2025",
    "NRR hors clients à plus de 100 k€ d'ARR", "NRR des clients qui n'ont pas plus de 100 k€ d'ARR",
]  # fmt: skip


@pytest.mark.parametrize(("line", "amount", "rest"), LINES)
def test_lines_of_the_grammar(line: str, amount: int | str, rest: str) -> None:
    floor, other_words = read_floor(line, "EUR")
    assert floor is not None
    assert (build_base_json([floor]), other_words) == ({"arr_from": amount}, rest)


@pytest.mark.parametrize(("line", "amount", "rest"), LINES)
def test_what_is_spelled_is_read_again(line: str, amount: int | str, rest: str) -> None:  # noqa: ARG001 - of the table
    floor, _ = read_floor(line, "USD")
    assert floor is not None
    assert spell_floor(floor) == f"base from ARR {amount}"
    assert read_floor(spell_floor(floor), "USD") == (floor, "")


@pytest.mark.parametrize(("sentence", "amount", "rest"), SENTENCES)
def test_sentences_about_a_ratio(sentence: str, amount: int, rest: str) -> None:
    floor, other_words = read_spoken_floor(sentence, "EUR")
    assert floor is not None
    assert (build_base_json([floor]), other_words) == ({"arr_from": amount}, rest)
    assert read_floor(sentence, "EUR") == (None, sentence)


@pytest.mark.parametrize("text", NEITHER)
def test_words_that_are_no_floor(text: str) -> None:
    assert read_floor(text, "EUR") == (None, text)
    assert read_spoken_floor(text, "EUR") == (None, text)


def test_two_floors_are_refused() -> None:
    with pytest.raises(QuestionError, match="two amounts: “base from ARR 100k” and “base from ARR 50k”"):
        read_floor("base from ARR 100k base from ARR 50k", "EUR")


def test_a_floor_of_nothing_is_refused() -> None:
    with pytest.raises(QuestionError, match="“base from ARR 0” names no amount"):
        read_floor("base from ARR 0", "EUR")
