"""A bound query: the tree, or what it takes to make it where nobody has asked for it yet."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, TypeVar

from ..cache import Bounded
from .nodes import TRUE, Constant, Node, all_of
from .plan import Tree, shifted

__all__ = ["BoundQuery", "all_queries", "planned"]

_T = TypeVar("_T")


class BoundQuery:
    """A query with every meaning settled.

    Args:
        root: The root of the bound tree.

    Attributes:
        root: The root of the bound tree.

    """

    __slots__ = ("_make_root", "_root", "_tree", "constants")
    _make_root: Callable[[], Node]
    constants: Sequence[Constant]
    """If the query has a tree that others share: its constants, by their places in that tree."""

    def __init__(self, root: Node) -> None:
        self._root: Node | None = root
        self._tree: Tree | None = None
        self.constants = ()

    @property
    def root(self) -> Node:
        """The root of the bound tree. A query of a known structure makes it when it is asked for."""
        if self._root is None:
            self._root = self._make_root()
        return self._root

    @property
    def is_shared(self) -> bool:
        """Whether the query has a tree that all queries of its structure share, and constants of its own."""
        return self._tree is not None

    def derived(self, function: Callable[..., _T], *arguments: Hashable) -> _T:
        """What a function makes of the bound tree, if it asks for no constant of it.

        It is made once for all queries of a structure. If the tree is shared, a constant in it is only its place among
        ``constants``.

        Args:
            function: The function, of the root and the arguments.
            *arguments: What else its result depends on.

        Returns:
            Its result.

        """
        return function(self.root, *arguments) if self._tree is None else self._tree.derived(function, *arguments)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BoundQuery) and self.root == other.root

    def __hash__(self) -> int:
        return hash((BoundQuery, self.root))

    def __repr__(self) -> str:
        return f"BoundQuery(root={self.root!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return BoundQuery, (self.root,)


def planned(tree: Tree, constants: Sequence[Constant], make_root: Callable[[], Node]) -> BoundQuery:
    """A query of a known structure, with its constants, and what makes its own tree."""
    query = BoundQuery.__new__(BoundQuery)
    query._root = None
    query._tree = tree
    query._make_root = make_root
    query.constants = constants
    return query


def all_queries(queries: Sequence[BoundQuery]) -> BoundQuery:
    """The query that selects what all of some select."""
    if len(queries) == 1:
        return queries[0]

    def root() -> Node:
        return all_of([query.root for query in queries])

    trees = tuple([query._tree for query in queries])
    if None in trees:
        return BoundQuery(root())
    tree = _TOGETHER.get(trees)
    constants = [constant for query in queries for constant in query.constants]
    if tree is None:
        tree = _together(queries)
        _TOGETHER.put(trees, tree)
    return planned(tree, constants, root)


def _together(queries: Sequence[BoundQuery]) -> Tree:
    before = 0
    roots = []
    for query in queries:
        roots.append(query.derived(shifted, before))
        before += len(query.constants)
    return Tree(all_of(roots))


_TOGETHER: Final[Bounded[Tree]] = Bounded()
"""The trees of queries together, by the trees of each. A tree is equal to no other one."""
EVERYTHING: Final = planned(Tree(TRUE), (), lambda: TRUE)
