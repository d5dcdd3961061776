"""Segments of cells that could be read in two ways, and values that a key does not see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import now
from bot.cli.setup import Setup
from tests.support.addin import CLIENT_ID, PERSON, Backend, make_claims, make_signer, serve_addin, serve_certificates
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
    path = write_xlsx(folder / "company.xlsx", {"Customers": table(CUSTOMERS), "MRR": _write_revenue()})
    analyst = Setup(None, path, folder / "company.db", TODAY, "en", now).prepare_analyst()
    with (
        serve_certificates(make_signer("google-1")) as certificates,
        serve_addin(analyst, client_id=CLIENT_ID, people=[PERSON], certificates_url=certificates) as backend,
    ):
        yield backend


def _write_revenue() -> list[list[object]]:
    return [list(row) for row in wide(REVENUE)]


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
