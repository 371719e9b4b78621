"""Which lines of NDJSON need to be parsed: blocks of lines are searched as a whole, a line without a hit costs nothing.

A line that is passed over is still looked at from outside: it begins with ``{`` and ends with ``}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Final, TypeAlias

from ...backends.python.prefilter import ESCAPE, Condition, Prefilter

__all__ = ["Candidates", "Place"]

Place: TypeAlias = tuple[int, int]
"""Where a line begins and ends in a block, its end of line included."""

_SAMPLE: Final = 64  # lines that are asked how many of them pass
_SMALLEST: Final = 1 << 12  # bytes that a plan is made of
_FIRST_STEP: Final = 1 << 14  # bytes for which the first plan holds; each further one holds for twice as many, up to
_LONGEST_STEP: Final = 1 << 22
# Costs, as measured, where 1 is to parse the same text.
_COST: Final = 0.1  # of a look at the beginnings and ends of all lines
_COST_OF_HIT: Final = 0.4  # of cutting out a line
_COST_OF_TEXT: Final = 0.14  # of a search for one text
_COST_OF_LOWER: Final = 0.1  # of making lower case
# The line ends beside which a line does not begin or end as an object does.
_ODD: Final = re.compile(rb"\n(?:(?!\{|\Z)|(?<!\}\n)(?<!\}\r\n))")


class Candidates:
    """The lines of blocks that may be selected. It learns on the way which of the conditions are worth asking."""

    def __init__(self, prefilter: Prefilter) -> None:
        self._conditions = prefilter.conditions
        self._plan: list[Condition] = []
        self._step = _FIRST_STEP
        self._left = 0

    def __call__(self, block: bytes) -> list[Place] | None:
        """Where the lines begin and end in a block of whole lines, in order; None: it is as well to parse all."""
        if self._left <= 0 and len(block) >= _SMALLEST:
            self._plan = self._new_plan(block)
            self._left = self._step = min(self._step * 2, _LONGEST_STEP)
        self._left -= len(block)
        if not self._plan:
            return None
        first, *others = self._plan
        found = _hits(first, block)
        for each in others:
            found = {start: end for start, end in found.items() if each.holds(block[start:end])}
        found.update(_odd_lines(block))
        return sorted(found.items())

    def _new_plan(self, block: bytes) -> list[Condition]:
        """The conditions that keep out more than they cost, the best first, each asked of what the others let pass."""
        places = {_line(block, len(block) * part // _SAMPLE) for part in range(_SAMPLE)}
        sample = [block[start:end] for start, end in places]
        plan: list[Condition] = []
        cost, best = min(((_cost(each, sample), each) for each in self._conditions), key=itemgetter(0))
        while cost + _COST * (not plan) < 1:
            plan.append(best)
            sample = [line for line in sample if best.holds(line)]
            cost, best = min(((_cost(each, sample), each) for each in self._conditions), key=itemgetter(0))
        return plan


def _cost(condition: Condition, sample: list[bytes]) -> float:
    """What it costs to ask and to parse what passes, where 1 is to parse all."""
    whole = sum(map(len, sample))
    passing = sum(len(line) for line in sample if condition.holds(line)) / whole if whole else 1.0
    return passing * (1 + _COST_OF_HIT) + _COST_OF_TEXT * len(condition.texts) + _COST_OF_LOWER * condition.folded


def _hits(condition: Condition, block: bytes) -> dict[int, int]:
    """The lines that meet a condition: where they begin, and where they end."""
    found: dict[int, int] = {}
    searched = block.lower() if condition.folded else block
    line_end, end_before = block.find, block.rfind
    for text in condition.texts:
        at = searched.find(text)
        while at >= 0:
            end = line_end(b"\n", at) + 1 or len(block)
            found[end_before(b"\n", 0, at) + 1] = end
            at = searched.find(text, end)
    if condition.escapes is not None and ESCAPE in block:
        escape = condition.escapes.search(block)
        while escape is not None:
            start, end = _line(block, escape.start())
            found[start] = end
            escape = condition.escapes.search(block, end)
    return found


def _odd_lines(block: bytes) -> Iterator[Place]:
    """The lines that do not begin or end as an object does, and the ones beside them."""
    if not block.startswith(b"{"):
        yield _line(block, 0)
    for odd in _ODD.finditer(block):
        yield _line(block, odd.start())
        if odd.end() < len(block):
            yield _line(block, odd.end())
    if not block.endswith((b"}", b"\n")):
        yield _line(block, len(block) - 1)


def _line(block: bytes, at: int) -> Place:
    """The line that holds a byte."""
    end = block.find(b"\n", at) + 1
    return block.rfind(b"\n", 0, at) + 1, end or len(block)
