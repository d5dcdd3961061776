"""Lines of the grammar in other words: in a polite sentence, in another order and case, with a typo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import Phase, given, settings

from tests.support.rewordings import COMMANDS, Rewording, rewordings
from tests.support.sample_company import SampleCompany, is_same_answer

Check = Callable[[SampleCompany, Rewording], None]

# Line -> other words for it.
EXAMPLES: Sequence[tuple[str, str]] = (
    ("by region Q3 2026", "please by region Q3 2026"),
    ("risks nordics arr>50000", "show me nordics arr>50000 risks"),
    ("cohorts enterprise", "enterprise cohorts please"),
    ("cohorts year enterprise", "yearly cohorts for enterprise"),
    ("mrr by region 2026-06", "2026-06 mrr by region please"),
    ("trend enterprise", "TREND ENTERPRISE PLEASE"),
    ('lose "Willowmere", "Paper Heron"', 'please lose "Willowmere", "Paper Heron"'),
    ("why france Q2 2026", "could you give me Q2 2026 why france, thanks"),
    ("accounts enterprise Q3 2026 churn", "enterprise Q3 2026 churn accounts"),
    ("by segment enterprise Q3 2026", "please by segment enterprise Q3 2026"),
    ("accounts enterprise Q3 2026", "enterprise accounts, Q3 2026"),
    ("accounts enterprise Q3 2026", "enterprise Q3 2026 accounts"),
    ("accounts 2025", "please accounts 2025"),
    ("accounts consumer 2025", "consumer accouns 2025"),
    ("accounts enterprise Q3 2026", "please show me enterprise accounts for Q3 2026"),
    ("accounts Q4 2025 contraction mrr>5000", "please accounts Q4 2025 contraction mrr>5000"),
    ("risks mrr>2000", "show me mrr>2000 risks"),
    ("opportunities not region=Nordics mrr>2000", "mrr>2000 not region=Nordics opportunities please"),
    ("trend enterprise plan=Team 2026-08", "I need enterprise plan=Team trend 2026-08"),
    ("mrr by region benelux", "could you give me mrr by region Benelux, thanks"),
    ("arr by segment enterprise 2025-12", "2025-12 arr by segment enterprise please"),
    ("help", "please help"),
    ("consumer Q3 2026", "consumer s'il te plaît"),
    ('region="UK & Ireland" segment=Enterprise', 'region="uk & ireland" segment=enterprise s\'il te plaît'),
    ('account "Willowmere"', 'show me account "Willowmere"'),
    ("Q3 2026 vs TTM 2026-09", "I need Q3 2026 vs TTM 2026-09"),
    ("renewals 60", "please renewals 60"),
    ("reconcile 96 Q4 2025", "please, Q4 2025 reconcile 96"),
    ("reconcile 96 not plan=Solo Q4 2025", "NOT PLAN=SOLO RECONCILE 96 Q4 2025"),
    ("whatif grr 95 france", "please whatif grr 95 france"),
    ("opportunities top 5", "top 5 opportuniites please"),
    ("trend 4 quarters enterprise", "please trend 4 quarters enterprise"),
    ("trend quarters", "trend quarters, thanks"),
    ("risks with region", "show me risks with region"),
    ("accounts Q3 2026 churn with industry, plan", "hi, I need accounts Q3 2026 churn with industry, plan"),
    ("renewals 60 with owner", "renewals 60 with owner cc @lea"),
    ("why tiered", "why tired"),
    ("why france", "why Fance"),
    ("whatif churn 5%", "watif churn 5%"),
    ("accounts healthcare", "acounts Healthcare"),
    ("define nrr", "dfine nrr"),
    ("nrr", "pease nrr"),
    ("targets", "MONTRE-MOI TARGES"),
    ("by region", "show me by rgion"),
    ("benelux owner=Mateo 2025", "owner=Mateo 2025 nrr Beenelux please"),
    ("jonas starter", "stqrter jonas s'il te plaît"),
    ("accounts churn change>5000", "hey team, quick one: mrr>5000 acocunts churn"),
    ("accounts expansion base", "could you give me base accounts expansion, thanks"),
)


def assert_means_the_same_or_is_offered_first(company: SampleCompany, rewording: Rewording) -> None:
    """Check that other words for a line mean nothing else: they get its answer, or a refusal that offers it first."""
    line = company.ask_line(rewording.line, rewording.language).answer
    if line is None:
        return
    outcome = company.ask(rewording.text, rewording.language)
    if outcome.answer:
        assert is_same_answer(outcome.answer, line), f"read as {outcome.answer['read']['as']!r}"
    if outcome.refusal:
        assert outcome.nearest, outcome.refusal["message"]
        offered = company.ask_line(outcome.nearest[0], rewording.language).answer
        assert offered is not None
        assert is_same_answer(offered, line), f"offers {outcome.nearest[0]!r} first"


def check_rewordings(check: Check, company: SampleCompany, command: str, examples: int, *, is_misspelt: bool) -> None:
    """Check other words for the lines of a sub-command: the same ones in every run."""

    @settings(max_examples=examples, derandomize=True, phases=[Phase.generate])
    @given(rewordings(command, is_misspelt=is_misspelt))
    def check_example(rewording: Rewording) -> None:
        check(company, rewording)

    check_example()


@pytest.mark.parametrize("is_misspelt", [False, True], ids=["spelt", "misspelt"])
@pytest.mark.parametrize("command", COMMANDS)
def test_other_words_mean_the_same_or_are_offered_first(
    sample_company: SampleCompany, command: str, *, is_misspelt: bool
) -> None:
    check_rewordings(assert_means_the_same_or_is_offered_first, sample_company, command, 10, is_misspelt=is_misspelt)


@pytest.mark.parametrize(("line", "text"), EXAMPLES)
def test_an_example_means_the_same_or_is_offered_first(sample_company: SampleCompany, line: str, text: str) -> None:
    assert sample_company.ask_line(line).answer is not None
    assert_means_the_same_or_is_offered_first(sample_company, Rewording(line, text, "en"))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("is_misspelt", [False, True], ids=["spelt", "misspelt"])
def test_many_other_words_mean_the_same_or_are_offered_first(
    sample_company: SampleCompany, command: str, *, is_misspelt: bool
) -> None:
    check_rewordings(assert_means_the_same_or_is_offered_first, sample_company, command, 300, is_misspelt=is_misspelt)
