"""Accounts are found by ID, whole name or a part of a name; a part that several share is a question back."""

from __future__ import annotations

import gc
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QuestionError
from core.query.account_names import AccountNames, index_accounts
from core.text import clean_text

NAMES = (
    "Castelmur Banque", "Nordhavn Maritim", "Ørsø Energi Group", "Twin", "twin", "Büro Kranich", "Kranich Studio",
    "Studio Lumen", "L'Atelier Bleu", "Plant 42", "2026", "Wendy's", "Nordhavn", "R&D <Lab>",
)  # fmt: skip
ACCOUNTS = AccountNames([f"A-{number:04d}" for number in range(len(NAMES))], NAMES)


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        # IDs and whole names, in any spelling
        ("A-0002", (2,)),
        ("a 0002", (2,)),
        ("castelmur  BANQUE", (0,)),
        ('"Castelmur Banque"', (0,)),
        ("Orso-Energi group", (2,)),
        ("buro kranich", (5,)),
        ("latelier bleu", (8,)),
        ("2026", (10,)),
        ("Twin", (3, 4)),
        # parts
        ("castelmur", (0,)),
        ("banque", (0,)),
        ("orsø energi", (2,)),
        ("atelier", (8,)),
        ("Kranich", (5, 6)),
        ("studio", (6, 7)),
        # a whole name goes before the names that it is a part of
        ("Nordhavn", (12,)),
        ("maritim", (1,)),
        ("lab", (13,)),
        ("<lab>", (13,)),
        ("r&d <LAB>", (13,)),
        # parts of words and words of two names are no parts
        ("castel", ()),
        ("castelmur maritim", ()),
        ("!", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_find(text: str, positions: tuple[int, ...]) -> None:
    assert ACCOUNTS.find(text) == positions


@pytest.mark.parametrize(
    ("text", "at", "match"),
    [
        ("what about Castelmur Banque in Q3", 2, (2, (0,))),
        ("what about Castelmur in Q3", 2, (1, (0,))),
        ("what about Castelmur in Q3", 0, (0, ())),
        ("Nordhavn Maritim", 0, (2, (1,))),
        ("Nordhavn Energi", 0, (1, (12,))),
        ("why did Kranich leave", 2, (1, (5, 6))),
        ("Kranich Studio churn", 0, (2, (6,))),
        ("l'Atelier Bleu", 0, (2, (8,))),
        ("de l'Ørsø", 1, (1, (2,))),
        ("Castelmur's MRR", 0, (1, (0,))),
        ("Castelmur Banque’s MRR", 0, (2, (0,))),
        ("Wendy's MRR", 0, (1, (11,))),
        # words that name no account by themselves, and numbers
        ("our group", 0, (0, ())),
        ("our group", 1, (0, ())),
        ("studio", 0, (1, (6, 7))),
        ("2026", 0, (0, ())),
        ("42", 0, (0, ())),
        ("plant 42", 0, (2, (9,))),
        ("Q3", 0, (0, ())),
    ],
)
def test_longest_match(text: str, at: int, match: tuple[int, tuple[int, ...]]) -> None:
    assert ACCOUNTS.longest_match(text.split(), at) == match


def test_the_one_account_or_an_error_with_lines_to_ask() -> None:
    assert ACCOUNTS.require("castelmur", "account") == 0
    with pytest.raises(QuestionError, match=r'"Kranich" can be 2 accounts: Büro Kranich \(A-0005\), Kranich') as error:
        ACCOUNTS.require("Kranich", "account")
    assert error.value.values["nearest_names"] == ("Büro Kranich", "Kranich Studio")
    assert error.value.values["nearest"] == ('account "Büro Kranich"', 'account "Kranich Studio"')
    # Two accounts of one name are told apart by their IDs.
    with pytest.raises(QuestionError, match="account A-0003") as error:
        ACCOUNTS.require("Twin", "account")
    assert error.value.values["nearest"] == ("account A-0003", "account A-0004")


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("Castlemur Banque", "Castelmur Banque"),
        ("Castelmour", "Castelmur Banque"),
        ("Maritm", "Nordhavn Maritim"),
        ("lumem", "Studio Lumen"),
    ],
)
def test_an_unknown_name_is_refused_with_near_ones(text: str, nearest: str) -> None:
    with pytest.raises(QuestionError, match=f'no account "{text}". Nearest: {nearest}') as error:
        ACCOUNTS.require(text, "lose")
    assert error.value.values["nearest"][0] == f'lose "{nearest}"'  # type: ignore[index]


@pytest.mark.parametrize("text", ["!", "zzzzzz", ""])
def test_a_name_like_no_other_is_refused_with_advice(text: str) -> None:
    with pytest.raises(QuestionError, match="Name it as the sheet does, or by its ID") as error:
        ACCOUNTS.require(text, "account")
    assert error.value.values["nearest"] == ()


def test_six_accounts_of_one_part_are_not_all_listed() -> None:
    names = AccountNames([str(number) for number in range(6)], [f"Lumen {letter}" for letter in "ABCDEF"])
    with pytest.raises(QuestionError, match="can be 6 accounts") as error:
        names.require("lumen", "account")
    assert error.value.values["nearest"] == tuple(f'account "Lumen {letter}"' for letter in "ABCDE")
    assert str(error.value.values["names"]).endswith("Lumen E (4), ...")


TEXTS = st.text(string.ascii_letters + "0123456789 -'\"éøß&+|.,", max_size=12)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8, unique_by=lambda entry: entry[0]), TEXTS)
def test_a_line_that_is_proposed_finds_its_account(accounts: list[tuple[str, str]], text: str) -> None:
    names = AccountNames([account_id for account_id, _ in accounts], [name for _, name in accounts])
    for position, (account_id, _) in enumerate(accounts):
        assert names.find(account_id) == (position,)
        line = names.write_line(position, "account")
        typed = line.removeprefix("account").strip()
        if '"' not in account_id and account_id and clean_text(account_id) == account_id:
            assert position in names.find(typed)
    for position in names.find(text):
        assert 0 <= position < len(accounts)
    length, positions = names.longest_match(text.split(), 0)
    assert (length > 0) == bool(positions)
    assert positions == tuple(sorted(set(positions)))


def test_the_same_accounts_have_the_same_index() -> None:
    names = index_accounts(("A-1", "A-2"), ("Twin", "Solo"))
    assert index_accounts(("A-1", "A-2"), ("Twin", "Solo")) is names
    renamed = index_accounts(("A-1", "A-2"), ("Twin", "Duo"))
    assert (renamed.find("Solo"), renamed.find("Duo")) == ((), (1,))


def test_a_hundred_thousand_names_are_indexed_once_and_found_at_once() -> None:
    words = [f"{first}{second}ra" for first in "bcdfghklmn" for second in ("ala", "elo", "iru", "ovi", "une")]
    listed = [
        f"{one.title()} {two.title()} {number % 40} Group" for number in range(40) for one in words for two in words
    ]
    names = AccountNames([f"A-{number}" for number in range(len(listed))], listed)
    objects, begun = len(gc.get_objects()), time.process_time()
    assert len(names.find(listed[77])) == 1
    assert len(names.find("zz")) == 0
    # The garbage collector has little to look at: a snapshot in memory is no pause.
    assert len(gc.get_objects()) - objects < 10_000
    assert names.longest_match(["zz"], 0) == (0, ())
    assert time.process_time() - begun < 3
    begun = time.process_time()
    for name in listed[:100]:
        assert names.longest_match(["about", *name.split(), "in", "Q3"], 1)[0] == 4
    assert (time.process_time() - begun) / 100 < 0.001
