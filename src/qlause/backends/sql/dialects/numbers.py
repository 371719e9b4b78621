"""Numbers as engines hold them."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from typing import Final

__all__ = ["SAFE", "WIDEST", "double"]

SAFE: Final = 2**53
"""Below it, whole numbers are not equal where their doubles are not."""
WIDEST: Final = 2**63 - 1
_GREATEST: Final = sys.float_info.max


def double(value: float | Decimal) -> float:
    """A number as the nearest double, the greatest one for what is beyond."""
    try:
        found = float(value)
    except OverflowError:
        found = math.inf if value > 0 else -math.inf
    return max(-_GREATEST, min(_GREATEST, found))
