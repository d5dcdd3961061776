"""The sizes that a cut is read against: by name, by the MRR of its accounts, by the sheet's own words."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from core.advice.size_mix import choose_size_mix, sum_by_size
from core.ledger.columns import encode_values
from core.ledger.segments import Segments
from core.metrics.retention import select_base
from core.months import Window
from core.playbook.playbook import load_playbook
from core.query.vocabulary import Filter
from core.terms import Size
from tests.support.generate import ledger_of


@pytest.mark.parametrize(
    ("condition", "mrr", "shares"),
    [
        # the name decides, whatever the accounts pay
        (Filter("segment", "PME"), {"Enterprise": 900}, {"SMB": "100.0"}),
        (Filter("segment", "grands comptes"), {}, {"Enterprise": "100.0"}),
        (Filter("segment", "ENTREPRISE"), {}, {"Enterprise": "100.0"}),
        (Filter("segment", "ETI"), {}, {"Mid-Market": "100.0"}),
        (Filter("segment", "B2C"), {}, {"Consumer": "100.0"}),
        (Filter("segment", "Public sector"), {"SMB": 1}, {"SMB": "100.0"}),
        (Filter("size", "Enterprise"), {}, {"Enterprise": "100.0"}),
        # 80% is enough for one size, less is a mix
        (None, {"SMB": 20, "Enterprise": 80}, {"Enterprise": "100.0"}),
        (None, {"SMB": 201, "Enterprise": 799}, {"SMB": "20.1", "Enterprise": "79.9"}),
        (
            Filter("region", "France"),
            {"Consumer": 25, "SMB": 25, "Mid-Market": 50},
            {"Consumer": "25.0", "SMB": "25.0", "Mid-Market": "50.0"},
        ),
        # an excluded size is no name of the cut
        (Filter("segment", "SMB", excluded=True), {"Enterprise": 1}, {"Enterprise": "100.0"}),
        (Filter("plan", "Enterprise"), {"SMB": 1}, {"SMB": "100.0"}),
        (None, {}, None),
    ],
)
def test_the_sizes_of_a_cut(condition: Filter | None, mrr: dict[Size, int], shares: dict[Size, str] | None) -> None:
    mix = choose_size_mix(condition, mrr)
    assert (mix and {size: str(float(share * 100)) for size, share in mix.shares.items()}) == shares


def test_the_edges_are_weighted_exactly() -> None:
    mix = choose_size_mix(None, {"SMB": 1, "Enterprise": 2})
    assert mix is not None
    # GRR: SMB 85 to 90, Enterprise 95 to 98
    assert mix.weigh_range(load_playbook().find_benchmark("grr")) == (Fraction(275, 300), Fraction(286, 300))


def test_the_sheets_own_size_stands_before_the_derived_one() -> None:
    # 12 x 100 is SMB by ACV, 12 x 20,000 Enterprise; Strategic is no size, so the ACV decides
    ledger = ledger_of("a 100, b 20000, c 20000, d 100, e 50", "a 100, b 20000, c 20000, d 0, e 50")
    ledger = replace(
        ledger, columns={"segment": encode_values("Segment", ["Enterprise", "SMB", "Strategic", "", "PME"])}
    )
    base = select_base(ledger, Window(ledger.first, ledger.last))
    sums = sum_by_size(Segments(ledger), base)
    assert {size: amount // 100 for size, amount in sums.items()} == {"Enterprise": 20_100, "SMB": 20_150}


def test_consumers_are_a_size() -> None:
    ledger = ledger_of("a 100, b 100", "a 100, b 100")
    accounts = replace(ledger.accounts, consumer=np.array([True, False]))
    ledger = replace(ledger, accounts=accounts)
    base = select_base(ledger, Window(ledger.first, ledger.last))
    assert set(sum_by_size(Segments(ledger), base)) == {"Consumer", "SMB"}
