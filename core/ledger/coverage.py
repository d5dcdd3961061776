"""The coverage of a ledger: which closes the sheet has, whether accounts can leave, and which rows no account has."""

from __future__ import annotations

from dataclasses import dataclass

from core.months import Month


@dataclass(frozen=True, slots=True)
class Coverage:
    """The limits of a sheet: the months and accounts of a ledger that it cannot speak of. The default: none.

    Attributes:
        unknown: the closes that the sheet does not have; the panel repeats the close before in them. Never the first
            or the last close of the panel.
        can_leave: False if the sheet has no way to show that an account left; then retention is n/a.
        left_out_rows: the number of rows that belong to no account and are in no figure.
        left_out_mrr: the MRR of those rows at each close of the panel, minor units of the reporting currency; empty
            for zeros.

    """

    unknown: frozenset[Month] = frozenset()
    can_leave: bool = True
    left_out_rows: int = 0
    left_out_mrr: tuple[int, ...] = ()
