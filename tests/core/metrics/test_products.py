"""Sums of products beyond 64 bits."""

from __future__ import annotations

import numpy as np

from core.metrics.products import sum_products, sum_products_by_key


def test_products_are_exact_at_any_size() -> None:
    amounts = np.array([2**52 + 1, 1, 2**53 - 1, 0], dtype=np.int64)
    keys = np.array([0, 1, 0, 2])
    other = amounts[::-1].copy()
    products = [left * right for left, right in zip(amounts.tolist(), other.tolist(), strict=True)]
    assert sum_products_by_key(keys, amounts, other, 4) == [products[0] + products[2], products[1], products[3], 0]
    assert sum_products(amounts, other) == sum(products)
    assert sum_products(amounts, amounts) == sum(amount * amount for amount in amounts.tolist())
    assert sum_products(amounts[:0], other[:0]) == sum_products(amounts[3:], amounts[:1]) == 0
