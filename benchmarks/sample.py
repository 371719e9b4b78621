"""The sample table of a run: how many rows it gets and on which engines, said once, by the command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from typing import Final

from qlause.sql import DialectName

from .measure import is_quick

__all__ = ["ROWS", "choose", "rounds_for", "row_count", "wanted"]

ROWS: Final = 1_000_000
_QUICK: Final = 2_000
_ENOUGH: Final = 0.5  # seconds for one statement

_rows = ROWS
_engines: Collection[str] = ()


def choose(rows: int, engines: Collection[str]) -> None:
    """From now on take so many rows, and these engines alone; all if none is named."""
    global _rows, _engines  # settings of the whole process
    _rows, _engines = rows, engines


def row_count() -> int:
    """How many rows the table gets."""
    return _QUICK if is_quick() else _rows


def wanted(engines: Iterable[DialectName]) -> list[DialectName]:
    """Those of the engines that the run is about."""
    return [engine for engine in engines if not _engines or engine in _engines]


def rounds_for(run: Callable[[], object]) -> int:
    """As many single calls as there is time for: on a busy machine, many short ones tell."""
    start = time.perf_counter()
    run()
    return max(4, min(2_000, int(_ENOUGH / (time.perf_counter() - start) / 2)))
