"""The coverage of a ledger: which closes the sheet has, whether accounts can leave, and which rows no account has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.ledger.arrays import Mask, Panel


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """The limits of a sheet: the months and accounts of a ledger that it cannot speak of.

    Attributes:
        known: (months,) True for the closes that the sheet has; the panel repeats the close before in the others.
        can_leave: False if the sheet has no way to show that an account left; then retention is n/a.
        left_out_rows: the number of rows that belong to no account and are in no figure.
        left_out_mrr: (months,) int64 minor units of the reporting currency: the MRR of those rows at each close.

    """

    known: Mask
    can_leave: bool
    left_out_rows: int
    left_out_mrr: Panel


def build_full_coverage(months: int) -> Coverage:
    """Return the coverage of a sheet that has every month and every row."""
    no_amounts = np.zeros(months, dtype=np.int64)
    return Coverage(np.ones(months, dtype=np.bool_), can_leave=True, left_out_rows=0, left_out_mrr=no_amounts)
