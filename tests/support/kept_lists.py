"""Small workbooks of which the meaning is in their columns: two currencies, numbers of rows, lists of customers."""

from __future__ import annotations

from tests.support import kept_workbooks as kept

# The customers that pay in dollars, and the euros in a dollar.
_DOLLARS, _RATE = ("Briar", "Daisy"), 0.5
_MONTHS = [f"{first:%Y-%m}" for first in kept.FIRST_DAYS]


def build_converted(local: str, converted: str, *, drift: float = 0, has_rates: bool = False) -> kept.Tabs:
    """Return the history with its amounts in the currency of each row, and converted.

    Args:
        local: the heading of the amounts in the currency of each row.
        converted: the heading of the amounts in euros.
        drift: the change of the rate of the converted amounts from month to month.
        has_rates: True for a tab FX with the rate.

    """
    rows: list[kept.Row] = [("Customer", "Month", "Currency", local, converted)]
    for number, month in enumerate(_MONTHS):
        for name, amounts in kept.HISTORY.items():
            amount = amounts[number]
            is_foreign = name in _DOLLARS
            if amount:
                in_euros = amount * (1 + drift * number) if is_foreign else amount
                rows.append(
                    (name, month, "USD" if is_foreign else "EUR", amount / _RATE if is_foreign else amount, in_euros)
                )
    rates: list[kept.Row] = [("Currency", "Rate"), ("USD", _RATE)]
    return {"Data": rows, **({"FX": rates} if has_rates else {})}
