"""The signs of risk put to the test, the accounts that have one today, and the loss to expect of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.advice.sign_tests import SignTests
from core.ledger.segments import Segments
from core.reports.answer_json import build_origin_json, build_sign_tests_json
from core.reports.scope import Origin, Scope, require_ends
from core.thresholds import SignalThresholds


@dataclass(frozen=True, slots=True)
class SignReport:
    """The tests of all signs of risk, and the accounts that have one.

    Attributes:
        measured: the tests.
        accounts: number of accounts at risk today.
        mrr: their MRR at the last close.
        expected_loss: the MRR to expect to be lost of it within the months of a window; None where no sign is tested.
        thresholds: the thresholds of the signs.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    measured: SignTests
    accounts: int
    mrr: int
    expected_loss: int | None
    thresholds: SignalThresholds
    segments: Segments
    origin: Origin


def measure_signs(request: None, scope: Scope) -> SignReport:  # noqa: ARG001 - the signature of a report
    """Return how well each sign of risk predicted who left.

    Raises:
        QuestionError: the sheet cannot show that an account left.

    """
    require_ends(scope.ledger)
    signs, at_risk, rates = scope.signs, scope.signs.at_risk, scope.sign_tests.loss_rates
    return SignReport(
        scope.sign_tests,
        int(np.count_nonzero(at_risk)),
        int(signs.mrr[at_risk].sum()),
        int(rates.measure_expected_loss(signs).sum()) if rates else None,
        scope.thresholds,
        scope.segments,
        scope.origin,
    )


def build_signs_json(report: SignReport) -> dict[str, Any]:
    """Return the tests as JSON: money in minor units, rates in per cent, lifts with one decimal."""
    return {
        **build_origin_json(report.segments.ledger, report.origin),
        **build_sign_tests_json(report.measured),
        "at_risk": {"accounts": report.accounts, "mrr": report.mrr, "expected_loss": report.expected_loss},
        "adoption_below": str(report.thresholds.adoption_low),
        "nps_up_to": str(report.thresholds.nps_low),
    }
