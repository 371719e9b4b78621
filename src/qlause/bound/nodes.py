"""The bound tree: a query, sort or projection whose meaning is settled, so a backend only writes it down.

Names are resolved to stored keys, literals to typed constants, and NOT is only at the leaves (``negated``). A bound
query is a tree of :class:`AllOf` and :class:`AnyOf` over :class:`ValueMatches`, :class:`PathExists`,
:class:`SizeMatches` and :class:`SomeElement`. Inside a
``ValueMatches``, ``AllOf`` and ``AnyOf`` combine the tests of one candidate (rules 3 to 5). A :class:`SomeElement`
holds a tree of its own, whose targets start at the element (rule 23). ``AllOf(())`` is true,
``AnyOf(())`` is false. Nothing is ever unknown: a negated leaf is the exact complement of the leaf (rule 4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, Never, TypeAlias, TypeVar

from .._record import new, record, replace
from ..schema.storage import Column, Target
from ..syntax.nodes import Comparator
from ..values.kinds import Constant, Kind
from .param import Deferred
from .sizes import Sizes

__all__ = [
    "FALSE",
    "TRUE",
    "AllOf",
    "AnyOf",
    "BoundFields",
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
    "SizeMatches",
    "SomeElement",
    "ValueMatches",
    "all_of",
    "any_of",
    "complement",
    "with_values",
]

_T_co = TypeVar("_T_co", covariant=True)
Comparand: TypeAlias = Constant | Deferred
"""What a candidate is compared with: a constant, or a parameter while a reusable statement is compiled."""


@record
class OneOf:
    """The candidate is of the kind and equals one of the constants."""

    kind: Kind
    values: tuple[Comparand, ...]
    negated: bool = False


@record
class Compare:
    """The candidate is of the kind and compares so with the constant.

    The kind is never boolean, uuid, objectid or folded.
    """

    kind: Kind
    comparator: Comparator
    value: Comparand
    negated: bool = False


@record
class ContainsText:
    """The candidate is a string that contains the text: at its start, at its end, as a whole, or anywhere.

    With ``folded``, the text is folded already, and the candidate must be folded too.
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
    """The path reaches a value of any type, an empty array included (rule 10); negated: it reaches none."""

    target: Target
    negated: bool = False


@record
class SizeMatches:
    """The path reaches an array, itself no element of another at its end, with one of these numbers of elements.

    ``or_empty``: or it reaches an empty text or an object without keys (rule 25). Negated: it reaches none of these.
    """

    target: Target
    sizes: Sizes
    or_empty: bool = False
    negated: bool = False


@record
class SomeElement:
    """Some object that the path reaches, or that is an element of an array there, meets a condition; negated: none."""

    target: Target
    node: Node
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
"""A test of one candidate."""
Node: TypeAlias = "AllOf[Node] | AnyOf[Node] | ValueMatches | PathExists | SizeMatches | SomeElement"
"""A condition on a document."""
_N = TypeVar("_N", "Node", "BoundTest")


@record
class BoundSortKey:
    """One stored path to sort by (rule 20).

    ``instant``: text of the form of ``instant_text`` sorts among the date-times. ``nulls_last``: missing and null come
    last, in both directions. ``required``: the schema promises that the column is never NULL.
    """

    target: Target
    descending: bool
    nulls_last: bool
    instant: bool = False
    required: bool = False

    def __hash__(self) -> int:  # each request looks for what was made of its sort
        return hash((self.target, self.descending))


@record
class BoundSort:
    """The keys to sort by, the unique field included, the most significant first."""

    keys: tuple[BoundSortKey, ...]

    @property
    def ends_descending(self) -> bool:
        """The direction of what is appended so that the order is total: an index can be read backward then."""
        return bool(self.keys) and self.keys[-1].descending

    def reversed(self) -> BoundSort:
        """The exact reverse, missing and null included: the order of the pages before a cursor."""
        keys = [replace(key, descending=not key.descending, nulls_last=not key.nulls_last) for key in self.keys]
        return BoundSort(tuple(keys))


@record
class BoundFields:
    """The stored paths to keep (None: all) and those to leave out (rule 21)."""

    include: tuple[tuple[str, ...], ...] | None
    exclude: tuple[tuple[str, ...], ...] = ()
    columns: tuple[Column | None, ...] = (None,)
    """The columns that hold the fields, each once; None stands for the document column."""
    names: tuple[tuple[tuple[str, ...], Target], ...] | None = None
    """The public path of each field that comes out, and where it is stored. None: there is no schema."""
    hidden: tuple[Target, ...] = ()
    """Where values are stored that never come out, also inside what does."""

    def __hash__(self) -> int:  # each request looks for what was made of its fields
        return hash((self.include, self.exclude))

    @property
    def is_small(self) -> bool:
        """Whether what is made of them may be kept: a client can ask for thousands of names."""
        return self.include is None or len(self.include) <= _FEW_FIELDS


_FEW_FIELDS: Final = 64
TRUE: Final[AllOf[Never]] = AllOf(())
FALSE: Final[AnyOf[Never]] = AnyOf(())


def all_of(items: Sequence[_N]) -> _N:
    """Combine items with AND: nested AllOf are dissolved, FALSE decides the whole, and one item needs no AllOf."""
    if len(items) == 1:
        return items[0]
    flat: list[_N] = []
    for item in items:
        if isinstance(item, AllOf):
            flat.extend(item.items)
        elif isinstance(item, AnyOf) and not item.items:
            return item
        else:
            flat.append(item)
    return flat[0] if len(flat) == 1 else new(AllOf, (tuple(flat),))


def any_of(items: Sequence[_N]) -> _N:
    """Combine items with OR: nested AnyOf are dissolved, TRUE decides the whole, and one item needs no AnyOf."""
    if len(items) == 1:
        return items[0]
    flat: list[_N] = []
    for item in items:
        if isinstance(item, AnyOf):
            flat.extend(item.items)
        elif isinstance(item, AllOf) and not item.items:
            return item
        else:
            flat.append(item)
    return flat[0] if len(flat) == 1 else new(AnyOf, (tuple(flat),))


def complement(item: _N) -> _N:
    """NOT, pushed down to the leaves: AllOf becomes AnyOf and the reverse, and each leaf flips its ``negated``."""
    if isinstance(item, AllOf):
        return any_of([complement(member) for member in item.items])
    if isinstance(item, AnyOf):
        return all_of([complement(member) for member in item.items])
    return replace(item, negated=not item.negated)


def with_values(
    node: Any, values: Callable[[tuple[Any, ...]], Sequence[Any]], target: Callable[[Target], Target] | None = None
) -> Any:
    """The tree with other values, from left to right: what ``values`` makes of those of each test, a list's together.

    Booleans stay, because no backend has parameters of this kind. ``target`` may make another one of each target.
    """
    kind = node.__class__
    if kind is AllOf or kind is AnyOf:
        return new(kind, (tuple([with_values(item, values, target) for item in node.items]),))
    if kind is OneOf and node.kind != "boolean":
        return new(kind, (node.kind, tuple(values(node.values)), node.negated))
    if kind is Compare:
        return new(kind, (node.kind, node.comparator, *values((node.value,)), node.negated))
    if kind is ContainsText:
        return new(kind, (*values((node.text,)), *node[1:]))
    if kind is OneOf or kind is IsNull:
        return node
    place, *others = node
    if kind is ValueMatches or kind is SomeElement:
        others[0] = with_values(others[0], values, target)
    return new(kind, (place if target is None else target(place), *others))
