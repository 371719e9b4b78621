"""The order of tests: first the one that is expected to decide a group at the least cost.

No test raises, so the order does not change the answer. The figures are estimates: a cost in steps of a path, and how
often a test of the kind holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from .leaves import COMPARATORS, NamedTest, TestGroup

__all__ = ["Estimate", "Expression", "estimate", "in_order", "together"]

Estimate: TypeAlias = tuple[float, float]
"""The cost, and the probability that it holds."""


class Expression(NamedTuple):
    """The source of a condition on a document, and what it is expected to cost."""

    text: str
    estimate: Estimate


def in_order(members: list[Expression], every: bool) -> list[Expression]:
    """The members of a group: what fails soonest first if ``every`` one must hold, else what holds soonest."""

    def rank(member: Expression) -> float:
        cost, holds = member.estimate
        return cost / max(1 - holds if every else holds, 0.001)

    return sorted(members, key=rank)


def together(estimates: Iterable[Estimate], every: bool) -> Estimate:
    """Estimate a group: a member costs something only where those before it have not decided."""
    total, reached = 0.0, 1.0
    for cost, holds in estimates:
        total += cost * reached
        reached *= holds if every else 1 - holds
    return total, reached if every else 1 - reached


def estimate(test: NamedTest) -> Estimate:
    """Estimate a test of one candidate."""
    if isinstance(test, TestGroup):
        return together([estimate(item) for item in test.items], test.every)
    if test.kind is None:
        cost, holds = 0.5, 0.1
    elif test.operation in COMPARATORS:
        cost, holds = 3.0 if test.kind == "instant_text" else 0.5, 0.5
    elif test.operation in ("is", "==", "in"):
        cost, holds = 3.0 if test.kind in ("folded", "instant_text") else 0.5, 0.5 if test.operation == "in" else 0.2
    else:
        cost, holds = 2.0 if test.kind == "folded" else 1.0, 0.2
    return cost, 1 - holds if test.negated else holds
