"""Segments of cells that could be read in two ways, and values that a key does not see."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from bot.__main__ import now
from bot.cli.setup import Setup
from tests.support.addin import CLIENT_ID, RULES, Backend, make_claims, make_signer, serve_addin, serve_certificates
from tests.support.company import TODAY, table, wide, write_xlsx

# Nordwind and E-4 are a name and an ID of accounts.
CUSTOMERS = """
Account ID | Name      | Segment    | Region | Parent group | Owner      | Billed by
E-1        | Aurora    | All        | North  | Nordwind     | Ines Mato  | E-4
E-2        | Birch     | SMB        | South  | Nordwind     | Ines Mato  | E-4
E-3        | Nordwind  | All        | North  | Nordwind     | Paul Roux  | E-4
E-4        | Acme      | SMB        | South  | Fern group   | Paul Roux  | Bank
E-5        | Newton    | SMB        | North  | Fern group   | Paul Roux  | Bank
E-6        | Boomerang | SMB        | South  | Fern group   | Ines Mato  | Bank
S-1        | Fern      | SMB        | North  | Fern group   | Ines Mato  | Bank
"""
REVENUE = """
E-1 | 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1200 1200
E-2 | 2000 2000 2000 2000 2000 2000 2000 2000 2000 2000 2000 2000 2000 2000 2000 1800
E-3 | 500 500 500 500 500 500 500 500 500 500 500 500 500 500 500 500
E-4 | 700 700 700 700 700 700 700 700 700 700 700 700 700 700 700 700
E-5 | 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300
E-6 | 400 400 400 400 400 400 400 400 400 400 400 400 400 400 400 400
S-1 | 100 100 100 100 100 100 100 100 100 100 100 100 100 100 100 100
"""
ALL, SMB, COMPANY = 1.133, 0.943, 1.0  # NRR of Q3 2025: 1,700 of 1,500; 3,300 of 3,500; 5,000 of 5,000
WITHHELD = ("Nordwind", "Fern group", "E-4", "Bank", "Ines Mato", "Paul Roux")


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    folder = tmp_path_factory.mktemp("segments")
    path = write_xlsx(folder / "company.xlsx", {"Customers": table(CUSTOMERS), "MRR": wide(REVENUE)})
    analyst = Setup(None, path, folder / "company.db", TODAY, "en", now).prepare_analyst()
    with (
        serve_certificates(make_signer("google-1")) as certificates,
        serve_addin(analyst, client_id=CLIENT_ID, rules=RULES, certificates_url=certificates) as backend,
    ):
        yield backend


def make_token() -> str:
    return make_signer("google-1").sign(make_claims())


def test_the_empty_segment_is_the_whole_company_and_a_value_all_is_asked_with_its_column(backend: Backend) -> None:
    questions = [("nrr", segment, "Q3 2025") for segment in ("", "segment=All", 'segment="All"', "SMB")]
    assert [answer["value"] for answer in backend.figures(*questions)] == [COMPANY, ALL, ALL, SMB]
    for word in ("all", "All", " ALL "):
        (answer,) = backend.figures(("nrr", word, "Q3 2025"))
        assert (answer["value"], answer["code"]) == (None, "not_understood")
        assert 'Write "" for the whole company, and segment=All for the value.' in answer["reason"]
    (tout,) = backend.figures(("nrr", "tout", "Q3 2025"))
    assert tout["value"] == COMPANY


def test_a_key_sees_no_column_that_names_accounts_or_people(backend: Backend) -> None:
    segments = backend.ask("segments").json()
    assert [one["dimension"] for one in segments["dimensions"]] == ["segment", "size", "region", "tenure"]
    assert {one["heading"]: one["reason"] for one in segments["withheld"]} == {
        "Parent group": "One of its values is the name or ID of an account.",
        "Billed by": "One of its values is the name or ID of an account.",
        "Owner": "Its values name people.",
    }
    content = backend.ask("metrics.csv").text
    assert "segment|all|q3 2025" in content
    for name in WITHHELD:
        assert name not in json.dumps(segments)
        assert name.lower() not in content.lower()


def test_a_withheld_value_is_asked_in_vain_and_is_not_told_from_an_unknown_one(backend: Backend) -> None:
    reason = "Withheld from keys, as values name accounts or people: Billed by, Owner, Parent group."
    pairs = [
        ("Nordwind", "Nordwald"),
        ("parent group=Nordwind", "parent group=Nordwald"),
        ("owner=Ines Mato", "owner=Eva"),
    ]
    pairs += [("Fern group", "Farn group"), ("not E-4", "not E-9"), ("billed by=Bank", "billed by=Bonk")]
    for known, unknown in pairs:
        answers = backend.figures(("nrr", known, "Q3 2025"), ("nrr", unknown, "Q3 2025"))
        assert {(one["code"], one["value"]) for one in answers} == {("not_understood", None)}, known
        assert all(one["reason"].endswith(reason) for one in answers)
        (of_known, of_unknown) = (
            one["reason"].replace(word, "").replace(word.partition("=")[2] or word, "")
            for one, word in zip(answers, (known, unknown), strict=True)
        )
        assert re.sub(r"E-\d", "", of_known) == re.sub(r"E-\d", "", of_unknown)


def test_a_person_of_the_list_sees_them(backend: Backend) -> None:
    segments = backend.ask("segments", key=make_token()).json()
    assert segments["withheld"] == []
    assert {"Nordwind", "Ines Mato"} <= {value for one in segments["dimensions"] for value in one["values"]}
    body = {"questions": [{"metric": "accounts", "segment": "parent group=Nordwind", "period": "Q3 2025"}]}
    assert backend.ask("metrics", body, key=make_token()).json()["answers"][0]["value"] == 3
    # What a person asked for is in the memory, and a key still has no answer from it.
    assert backend.ask("metrics", body).json()["answers"][0]["value"] is None


@pytest.mark.parametrize(
    ("metric", "segment", "period", "named"),
    [
        ("nrr", "grr smb", "Q3 2025", "GRR"),
        ("grr", "nrr smb", "Q3 2025", "NRR"),
        ("nrr", "smb", "gdr Q3 2025", "GRR"),
        ("churn", "GRR SMB", "", "GRR"),
    ],
)
def test_words_that_name_another_figure_are_refused(
    backend: Backend, metric: str, segment: str, period: str, named: str
) -> None:
    (answer,) = backend.figures((metric, segment, period))
    assert (answer["code"], answer["value"]) == ("not_understood", None)
    assert f"The segment names another figure, {named}, so the cell has none. Use ={named}," in answer["reason"]


def test_words_that_name_the_same_figure_are_answered(backend: Backend) -> None:
    both = backend.figures(("nrr", "nrr smb", "Q3 2025"), ("ndr", "smb", "nrr Q3 2025"))
    assert [answer["value"] for answer in both] == [SMB, SMB]
