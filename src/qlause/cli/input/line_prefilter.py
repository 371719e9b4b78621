"""Finds the lines of NDJSON that need to be parsed, by searching whole blocks of lines for bytes.

A line without a hit costs nothing but a look at its first and last character: if it does not begin with ``{`` and end
with ``}``, it is parsed all the same, so that it is reported.

Sparser (VLDB 2018) calls such conditions raw filters, and those that are used one after another a cascade.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Final, TypeAlias

from ...backends.python.prefilter import Condition, Prefilter, line_at

__all__ = [
    "FIRST_PERIOD",
    "LONGEST_PERIOD",
    "SAMPLE_SIZE",
    "Cascade",
    "LinePrefilter",
    "LineSpan",
    "best_cascade",
    "lines_to_parse",
]

LineSpan: TypeAlias = tuple[int, int]
"""Where a line starts and ends in a block, its line end included."""
Cascade: TypeAlias = tuple[int, ...]
"""The positions of the conditions to search for, one after another. Empty: parsing all lines costs less."""

SAMPLE_SIZE: Final = 64
"""How many documents are a sample of those that follow."""
_MIN_SAMPLED_BLOCK: Final = 1 << 12  # bytes; a smaller block is no sample of the file
# A cascade is used for so many bytes, then chosen again; each one for twice as many as the one before.
FIRST_PERIOD: Final = 1 << 14
LONGEST_PERIOD: Final = 1 << 22
# Measured costs, where parsing the same text costs 1.
_COST_OF_LINE_ENDS: Final = 0.1  # looking at the beginnings and ends of all lines
_COST_OF_HIT: Final = 0.4  # cutting out a line
_COST_OF_TEXT: Final = 0.14  # searching for one text
_COST_OF_LOWER: Final = 0.1  # converting to lower case
# A line end whose next line does not begin, or whose own line does not end, like an object.
_SUSPECT_LINE_END: Final = re.compile(rb"\n(?:(?!\{|\Z)|(?<!\}\n)(?<!\}\r\n))")


class LinePrefilter:
    """Chooses the conditions that are worth searching for by looking at samples of the blocks."""

    def __init__(self, prefilter: Prefilter) -> None:
        self._conditions = prefilter.conditions
        self._cascade: Cascade = ()
        self._period = FIRST_PERIOD
        self._bytes_left = 0

    def cascade_for(self, block: bytes) -> Cascade:
        """The conditions for the next block of a file."""
        if self._bytes_left <= 0 and len(block) >= _MIN_SAMPLED_BLOCK:
            self._cascade = self._best_cascade(block)
            self._bytes_left = self._period = min(self._period * 2, LONGEST_PERIOD)
        self._bytes_left -= len(block)
        return self._cascade

    def _best_cascade(self, block: bytes) -> Cascade:
        spans = {line_at(block, len(block) * part // SAMPLE_SIZE) for part in range(SAMPLE_SIZE)}
        return best_cascade(self._conditions, [block[start:end] for start, end in spans], _COST_OF_LINE_ENDS)


def best_cascade(conditions: Sequence[Condition], sample: Sequence[bytes], cost_of_rest: float) -> Cascade:
    """The conditions that save more than they cost, the best one first; each is judged by what the others leave.

    ``sample`` are texts of some documents, and ``cost_of_rest`` is what it costs not to parse a document.
    """
    cascade: list[int] = []
    cost, best = _cheapest(conditions, sample)
    while cost + cost_of_rest * (not cascade) < 1:
        cascade.append(best)
        sample = list(filter(conditions[best].holds, sample))
        cost, best = _cheapest(conditions, sample)
    return tuple(cascade)


def _cheapest(conditions: Sequence[Condition], sample: Sequence[bytes]) -> tuple[float, int]:
    costs = (_cost(condition, sample) for condition in conditions)
    return min(((cost, position) for position, cost in enumerate(costs)), key=itemgetter(0))


def lines_to_parse(block: bytes, conditions: Sequence[Condition]) -> list[LineSpan]:
    """The lines of a block that meet all of some conditions, or look invalid, in order."""
    first, *others = conditions
    ends_by_start = first.matching_lines(block)
    for condition in others:
        ends_by_start = {start: end for start, end in ends_by_start.items() if condition.holds(block[start:end])}
    ends_by_start.update(_suspect_lines(block))
    return sorted(ends_by_start.items())


def _cost(condition: Condition, sample: Sequence[bytes]) -> float:
    """What it costs to search for a condition and to parse the lines that meet it."""
    size = sum(map(len, sample))
    passing = sum(len(line) for line in sample if condition.holds(line)) / size if size else 1.0
    return passing * (1 + _COST_OF_HIT) + _COST_OF_TEXT * len(condition.texts) + _COST_OF_LOWER * condition.folded


def _suspect_lines(block: bytes) -> Iterator[LineSpan]:
    """The lines that do not begin and end like an object, and some next to them."""
    if not block.startswith(b"{"):
        yield line_at(block, 0)
    for line_end in _SUSPECT_LINE_END.finditer(block):
        yield line_at(block, line_end.start())
        if line_end.end() < len(block):
            yield line_at(block, line_end.end())
    if not block.endswith((b"}", b"\n")):
        yield line_at(block, len(block) - 1)
