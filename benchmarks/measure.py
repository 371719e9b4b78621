"""Timing that a busy machine disturbs little: processor time, the best of many short rounds."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any, Final, NamedTuple, TypeAlias

__all__ = [
    "Process",
    "Row",
    "be_quick",
    "in_pairs",
    "is_quick",
    "lower_quartile",
    "process",
    "ratio",
    "seconds",
    "side_by_side",
]

Row: TypeAlias = dict[str, Any]
"""One line of a benchmark's table: see the package."""

_quick = False


def be_quick() -> None:
    """From now on measure as little as shows that everything runs. Said once, by the command line."""
    global _quick  # a setting of the whole process
    _quick = True


def is_quick() -> bool:
    """Whether the figures do not matter: a benchmark then takes small data and few rounds."""
    return _quick


def seconds(run: Callable[[], object], repeats: int = 20, at_least: float = 0.005) -> float:
    """Seconds that one call takes: the best of ``repeats`` rounds of as many calls as fill ``at_least`` seconds.

    Seconds of the processor, not of the clock: what else runs meanwhile does not count.
    """
    return side_by_side({"": run}, repeats, at_least)[""]


def side_by_side(
    runs: Mapping[str, Callable[[], object]],
    repeats: int = 20,
    at_least: float = 0.005,
    clock: Callable[[], float] = time.process_time,
    of: Callable[[list[float]], float] = min,
) -> dict[str, float]:
    """Seconds that one call of each takes: as :func:`seconds`, in turns, so that a busy moment meets them all.

    ``clock`` is another one where what takes the time is not of this process, and ``of`` another choice among the
    rounds where the best of them is luck.
    """
    return {name: of(each) for name, each in _rounds(runs, repeats, at_least, clock).items()}


def in_pairs(base: Callable[[], object], other: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Seconds that one call of each takes, where their difference is small.

    A processor's speed changes within seconds, and the best rounds of two may be of different moments. So the two are
    compared round by round: the base takes its best round, the other the median ratio times that.
    """
    rounds = _rounds({"base": base, "other": other}, repeats, 0.005, time.process_time)
    ratios = [there / here for here, there in zip(rounds["base"], rounds["other"], strict=True)]
    best = min(rounds["base"])
    return best, best * median(ratios)


def lower_quartile(found: list[float]) -> float:
    """What three quarters of the rounds take longer than: the best of a few, and of many no stroke of luck."""
    return sorted(found)[(len(found) - 1) // 4]


def ratio(one: float, other: float) -> float:
    """How many times the other the one is, to three digits."""
    return float(f"{one / other:.3g}")


def _rounds(
    runs: Mapping[str, Callable[[], object]], repeats: int, at_least: float, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Seconds of one call of each, in each round."""
    if _quick:
        repeats, at_least = 1, 0.0
    with _young_garbage_only():
        calls = {name: _calls(run, at_least, clock) for name, run in runs.items()}
        rounds: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(repeats):
            for name, run in runs.items():
                rounds[name].append(_round(run, calls[name], clock) / calls[name])
    return rounds


def _calls(run: Callable[[], object], at_least: float, clock: Callable[[], float]) -> int:
    run()  # the first call may load something, and says nothing about the next
    calls = 1
    while (spent := _round(run, calls, clock)) < at_least:
        calls = max(calls * 2, int(calls * at_least / max(spent, 1e-9)))
    return calls


def _round(run: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        run()
    return clock() - start


@contextmanager
def _young_garbage_only() -> Iterator[None]:
    """The collector pays for what is measured, not for all that peers have loaded before."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


# Linux counts the memory of the process that starts another into that one's peak, so the one that starts is small.
_LAUNCHER: Final = """
import os, sys, time
start = time.perf_counter()
_, status, usage = os.wait4(os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ), 0)
wall = time.perf_counter() - start
figures = os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024
os.write(1, f"\\n{list(figures)}".encode())
"""


class Process(NamedTuple):
    """What a process took from its start to its end."""

    wall: float
    """Seconds of the clock."""
    processor: float
    """Seconds of all processors."""
    peak: int
    """Most resident memory, in MB."""
    output: bytes


def process(command: Sequence[str], succeeds: Container[int] = (0,)) -> Process:
    """Run a command to its end. Raises RuntimeError where its exit status is no success."""
    done = subprocess.run([sys.executable, "-S", "-c", _LAUNCHER, *command], stdout=subprocess.PIPE, check=True)
    output, _, told = done.stdout.rpartition(b"\n")
    status, wall, processor, peak = json.loads(told)
    if status not in succeeds:
        raise RuntimeError(f"{command} ended with {status}")
    return Process(wall, processor, peak, output)
