"""Which lines of NDJSON need to be parsed: blocks of lines are searched as a whole, a line without a hit costs nothing.

A line that is passed over is still looked at from outside: it begins with ``{`` and ends with ``}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from ..backends.python_prefilter import ESCAPE, Condition, Prefilter

__all__ = ["Candidates", "Place"]

Place: TypeAlias = tuple[int, int]
"""Where a line begins and ends in a block, its end of line included."""

_SAMPLE: Final = 32  # lines that are asked how many of them pass
_SMALLEST: Final = 1 << 12  # bytes that a plan is made of
_FIRST_STEP: Final = 1 << 14  # bytes for which the first plan holds; each further one holds for twice as many, up to
_LONGEST_STEP: Final = 1 << 22
# What a search costs, where 1 is to parse the same text.
_COST_OF_TEXT: Final = 0.14
_COST_OF_LOWER: Final = 0.1
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
        if others:
            found = {place for place in found if all(each.holds(block[slice(*place)]) for each in others)}
        found.update(_odd_lines(block))
        return sorted(found)

    def _new_plan(self, block: bytes) -> list[Condition]:
        """The conditions that keep out more than they cost, the best first."""
        sample = [block[slice(*_line(block, len(block) * part // _SAMPLE))] for part in range(_SAMPLE)]
        ranked = []
        for place, each in enumerate(self._conditions):
            passing = sum(map(each.holds, sample)) / _SAMPLE
            gain = 1 - passing - _COST_OF_TEXT * len(each.texts) - _COST_OF_LOWER * each.folded
            if gain > 0:
                ranked.append((-gain, place, each))
        return [each for _, _, each in sorted(ranked)]


def _hits(condition: Condition, block: bytes) -> set[Place]:
    """The lines that meet a condition."""
    found: set[Place] = set()
    searched = block.lower() if condition.folded else block
    for text in condition.texts:
        at = searched.find(text)
        while at >= 0:
            place = _line(block, at)
            found.add(place)
            at = searched.find(text, place[1])
    if condition.escapes is not None and ESCAPE in block:
        escape = condition.escapes.search(block)
        while escape is not None:
            place = _line(block, escape.start())
            found.add(place)
            escape = condition.escapes.search(block, place[1])
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
