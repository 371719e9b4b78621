"""The order of tests: first what is expected to settle a group at the least cost.

No test raises, so the order cannot be seen in the answer. The figures are estimates: a cost in steps of a path, and how
often a test of the kind holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from .leaves import COMPARATORS, NamedTest, TestGroup

__all__ = ["Estimate", "Part", "estimate", "in_order", "together"]

Estimate: TypeAlias = tuple[float, float]
"""Cost, and how often it holds."""


class Part(NamedTuple):
    """A member of a group."""

    text: str
    estimate: Estimate


def in_order(parts: list[Part], every: bool) -> list[Part]:
    """The parts of a group: what fails soonest first if ``every`` part is to hold, else what holds soonest."""

    def rank(part: Part) -> float:
        cost, holds = part.estimate
        return cost / max(1 - holds if every else holds, 0.001)

    return sorted(parts, key=rank)


def together(estimates: Iterable[Estimate], every: bool) -> Estimate:
    """A group costs what its members cost as far as they are asked."""
    total, asked = 0.0, 1.0
    for cost, holds in estimates:
        total += cost * asked
        asked *= holds if every else 1 - holds
    return total, asked if every else 1 - asked


def estimate(test: NamedTest) -> Estimate:
    """What it costs to test a candidate, and how often it passes."""
    if isinstance(test, TestGroup):
        return together([estimate(each) for each in test.items], test.every)
    if test.kind is None:
        cost, holds = 0.5, 0.1
    elif test.how in COMPARATORS:
        cost, holds = 3.0 if test.kind == "instant_text" else 0.5, 0.5
    elif test.how in ("is", "==", "in"):
        cost, holds = 3.0 if test.kind in ("folded", "instant_text") else 0.5, 0.5 if test.many else 0.2
    else:
        cost, holds = 2.0 if test.kind == "folded" else 1.0, 0.2
    return cost, 1 - holds if test.negated else holds
