"""The arrays of a ledger: their types, and the limit below which sums are exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Panel = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Sums of money pass through float64 in places (bincount weights); below this they are exact there.
EXACT_LIMIT = 2**53
