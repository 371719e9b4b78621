"""Timing that a busy machine disturbs little: the best of several runs, each long enough for the clock."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["seconds"]


def seconds(run: Callable[[], object], repeats: int = 7, at_least: float = 0.02) -> float:
    """Seconds that one call takes: the best of ``repeats`` rounds of as many calls as fill ``at_least`` seconds."""
    calls = 1
    while True:
        spent = _round(run, calls)
        if spent >= at_least:
            break
        calls = max(calls * 2, int(calls * at_least / max(spent, 1e-9)))
    return min(spent, *(_round(run, calls) for _ in range(repeats - 1))) / calls


def _round(run: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return time.perf_counter() - start
