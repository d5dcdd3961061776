"""What an amount is: its period, its scale and its currency."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class AmountUnit:
    """The unit of an amount.

    Attributes:
        months: the months that the amount pays for: 1 for MRR, 12 for ARR; None if nothing says it.
        is_term: True if the amount pays for the whole term of its line.
        scale: the whole units of one: 1000 for k€, 1/100 for cents.
        currency: the ISO code; empty if nothing says it.

    """

    months: Fraction | None = None
    is_term: bool = False
    scale: Fraction = Fraction(1)
    currency: str = ""
