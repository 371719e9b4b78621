"""The bound query: every meaning is settled, so a backend only has to write it down.

Names are resolved to stored keys, literals to typed constants, and NOT remains at the tests only (``negated``). A
bound query is a tree of :class:`AllOf` and :class:`AnyOf` over :class:`ValueMatches` and :class:`PathExists`. Inside a
``ValueMatches``, ``AllOf`` and ``AnyOf`` combine the tests of one candidate (rules 3 to 5). ``AllOf(())`` is true,
``AnyOf(())`` is false. Nothing is ever unknown: a negated leaf is the exact complement of the leaf (rule 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Generic, Never, TypeAlias, TypeVar

from .._record import new, record, replace
from ..schema.storage import Column, Target
from ..syntax.nodes import Comparator
from ..values.kinds import Constant, Kind
from .param import Deferred

__all__ = [
    "FALSE",
    "TRUE",
    "AllOf",
    "AnyOf",
    "BoundFields",
    "BoundQuery",
    "BoundSort",
    "BoundSortKey",
    "BoundTest",
    "Comparand",
    "Compare",
    "Constant",
    "ContainsText",
    "IsNull",
    "Kind",
    "Node",
    "OneOf",
    "PathExists",
    "ValueMatches",
    "all_of",
    "any_of",
    "complement",
]

_T_co = TypeVar("_T_co", covariant=True)
Comparand: TypeAlias = Constant | Deferred
"""What a candidate is compared with: a constant, or a parameter where a reusable statement is compiled."""


@record
class OneOf:
    """The candidate is of the kind and equals one of the constants."""

    kind: Kind
    values: tuple[Comparand, ...]
    negated: bool = False


@record
class Compare:
    """The candidate is of the kind and stands on that side of the constant.

    The kind is never boolean, uuid, objectid or folded.
    """

    kind: Kind
    comparator: Comparator
    value: Comparand
    negated: bool = False


@record
class ContainsText:
    """The candidate is a string that contains the text: at its start, at its end, as a whole, or anywhere.

    With ``folded`` the text is folded already, and the candidate is to be.
    """

    text: str | Deferred
    starts: bool
    ends: bool
    folded: bool
    negated: bool = False


@record
class IsNull:
    """The candidate is null."""

    negated: bool = False


@record
class ValueMatches:
    """Some candidate of the path passes the test; negated: none does."""

    target: Target
    test: BoundTest
    negated: bool = False


@record
class PathExists:
    """The path reaches a value, whatever it is, an empty array included (rule 10); negated: it reaches none."""

    target: Target
    negated: bool = False


@record
class AllOf(Generic[_T_co]):
    """Every item holds."""

    items: tuple[_T_co, ...]


@record
class AnyOf(Generic[_T_co]):
    """Some item holds."""

    items: tuple[_T_co, ...]


BoundTest: TypeAlias = "AllOf[BoundTest] | AnyOf[BoundTest] | OneOf | Compare | ContainsText | IsNull"
"""What is asked of one candidate."""
Node: TypeAlias = "AllOf[Node] | AnyOf[Node] | ValueMatches | PathExists"
"""What is asked of a document."""
_N = TypeVar("_N", "Node", "BoundTest")


@record
class BoundQuery:
    """A query with every meaning settled."""

    root: Node


@record
class BoundSortKey:
    """One stored path to sort by (rule 20).

    ``instant``: text of the form of ``instant_text`` sorts among the date-times. ``nulls_last`` places missing and
    null, whatever the direction. ``required`` is a promise of the schema about a column: it is never NULL.
    """

    target: Target
    descending: bool
    nulls_last: bool
    instant: bool = False
    required: bool = False


@record
class BoundSort:
    """The keys to sort by, the tie-breaker included, the most significant first."""

    keys: tuple[BoundSortKey, ...]

    def reversed(self) -> BoundSort:
        """The exact reverse, missing and null included: the order of the pages before a place."""
        turned = [replace(key, descending=not key.descending, nulls_last=not key.nulls_last) for key in self.keys]
        return BoundSort(tuple(turned))


@record
class BoundFields:
    """The stored paths to keep (None: all) and those that must not come out (rule 21)."""

    include: tuple[tuple[str, ...], ...] | None
    exclude: tuple[tuple[str, ...], ...] = ()
    columns: tuple[Column | None, ...] = (None,)
    """Where tables hold what is asked for, each once; None among them: in the document."""


TRUE: Final[AllOf[Never]] = AllOf(())
FALSE: Final[AnyOf[Never]] = AnyOf(())


def all_of(items: Sequence[_N]) -> _N:
    """The items as one: nested All dissolved, false where one is false, the item itself where there is one."""
    if len(items) == 1:
        return items[0]
    found: list[_N] = []
    for item in items:
        if isinstance(item, AllOf):
            found.extend(item.items)
        elif isinstance(item, AnyOf) and not item.items:
            return item
        else:
            found.append(item)
    return found[0] if len(found) == 1 else new(AllOf, (tuple(found),))


def any_of(items: Sequence[_N]) -> _N:
    """The items as one: nested Any dissolved, true where one is true, the item itself where there is one."""
    if len(items) == 1:
        return items[0]
    found: list[_N] = []
    for item in items:
        if isinstance(item, AnyOf):
            found.extend(item.items)
        elif isinstance(item, AllOf) and not item.items:
            return item
        else:
            found.append(item)
    return found[0] if len(found) == 1 else new(AnyOf, (tuple(found),))


def complement(item: _N) -> _N:
    """NOT, pushed down: All and Any change places, and a leaf turns its ``negated``."""
    if isinstance(item, AllOf):
        return any_of([complement(each) for each in item.items])
    if isinstance(item, AnyOf):
        return all_of([complement(each) for each in item.items])
    return replace(item, negated=not item.negated)
