"""A value that a sentence leaves out is excluded, or asked about: it is never the one that is answered."""

from __future__ import annotations

import pytest

from core.terms import Language
from tests.support.sample_company import SampleCompany

# One way of leaving SMB out a row.
ENGLISH = """
w/o SMB
w/o the SMBs
ex-SMB
excl. SMB
minus SMB
-SMB
!SMB
segment!=SMB
segment <> SMB
(no SMB)
non-SMB
SMB aside
SMB excluded
outside SMB
other than SMB
net of SMB
dropping SMB
skipping SMB
omitting SMB
subtracting SMB
stripping out SMB
taking SMB out
taking out SMB
leaving SMB aside
once SMB is stripped out
with SMB filtered out
if we drop SMB
if you ignore SMB
barring SMB
all but SMB
anything but SMB
"""
FRENCH = """
hors PME
hors-PME
sauf PME
sans les PME
sans compter les PME
sans parler des PME
à part les PME
PME exclues
PME mises de côté
exception faite des PME
déduction faite des PME
abstraction faite des PME
en retirant les PME
en ignorant les PME
en laissant les PME de côté
si on écarte les PME
à l'exclusion des PME
autres que PME
tout sauf PME
"""
# Words that may mean it: they are asked about.
UNCLEAR = ("skiping SMB", "less SMB", "save SMB", "discounting SMB", "beyond SMB")


def list_ways(text: str) -> list[str]:
    """Return the rows of a table."""
    return [way for way in text.splitlines() if way]


@pytest.mark.parametrize("ending", ["{way} Q2 2026", "Q2 2026, {way}"])
@pytest.mark.parametrize(
    ("way", "language"), [(way, "en") for way in list_ways(ENGLISH)] + [(way, "fr") for way in list_ways(FRENCH)]
)
def test_a_value_that_is_left_out_is_excluded(
    sample_company: SampleCompany, way: str, language: Language, ending: str
) -> None:
    answer = sample_company.ask(f"NRR {ending.format(way=way)}", language).answer
    assert answer is not None
    read = answer["read"]
    assert (read["filters"], read["exclude"]) == ({}, {"segment": ["SMB"]})
    assert (read["start"], read["end"]) == ("2026-03", "2026-06")


@pytest.mark.parametrize("way", UNCLEAR)
def test_a_word_that_may_leave_a_value_out_is_asked_about(sample_company: SampleCompany, way: str) -> None:
    assert not sample_company.ask(f"NRR Q2 2026 {way}").has_figures
