"""Numbers as engines hold them."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from typing import Final, TypeGuard

from ....bound.param import Deferred, Param

__all__ = ["SAFE", "WIDEST", "double", "is_bigint", "is_wide"]

SAFE: Final = 2**53
"""Below it, doubles tell all whole numbers apart."""
WIDEST: Final = 2**63 - 1
_GREATEST: Final = sys.float_info.max


def is_wide(value: object) -> TypeGuard[float]:
    """Whether a constant is a number beyond what a double holds exactly. A deferred one never is."""
    return not isinstance(value, (bool, str, Deferred)) and abs(value) >= SAFE  # type: ignore[arg-type]  # a number


def is_bigint(value: object) -> bool:
    """Whether a number is a whole one of 64 bits."""
    if isinstance(value, Param):
        return value.known == "integer"
    return isinstance(value, int) and -(2**63) <= value < 2**63


def double(value: float | Decimal) -> float:
    """A number as the nearest double, the greatest one for what is beyond."""
    try:
        near = float(value)
    except OverflowError:
        near = math.inf if value > 0 else -math.inf
    return max(-_GREATEST, min(_GREATEST, near))
