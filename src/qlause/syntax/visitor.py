"""Walking and rewriting queries: define ``visit_Clause``, ``visit_Or`` and so on in a subclass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from .._record import replace
from .nodes import (
    And,
    Clause,
    Compare,
    Contains,
    ElemMatch,
    Equals,
    Exists,
    HasSize,
    IsEmpty,
    LiteralValue,
    Missing,
    Node,
    Not,
    Null,
    Or,
    Path,
    Query,
    Test,
    WholeTest,
    conjunction,
    disjunction,
)

__all__ = ["AnyNode", "Transformer", "Visitor", "children"]

AnyNode: TypeAlias = "Query | Node | Test | WholeTest | Path | LiteralValue"
_NODES: Final = (
    Query, And, Or, Not, Clause, Path, Equals, Compare, Contains, Exists, Missing, Null, ElemMatch, HasSize, IsEmpty,
    LiteralValue,
)  # fmt: skip
_METHODS: Final = frozenset(f"visit_{node.__name__}" for node in _NODES)


def children(node: AnyNode) -> Iterator[AnyNode]:
    """Yield the nodes directly below a node, from left to right."""
    match node:
        case Query(root=root):
            yield from () if root is None else (root,)
        case And(items=items) | Or(items=items):
            yield from items
        case Not(item=item):
            yield item
        case ElemMatch(node=inner):
            yield inner
        case HasSize(test=of_sizes):
            yield of_sizes
        case Clause(path=path, test=test):
            yield path
            yield test
        case Equals(literal=literal) | Compare(literal=literal):
            yield literal


class Visitor:
    """Visits every node of a query, from left to right.

    A subclass defines one method for each class of node that it is interested in: ``visit_Query``, ``visit_And``,
    ``visit_Or``, ``visit_Not``, ``visit_Clause``, ``visit_Path``, ``visit_Equals``, ``visit_Compare``,
    ``visit_Contains``, ``visit_Exists``, ``visit_Missing``, ``visit_Null``, ``visit_ElemMatch``,
    ``visit_HasSize``, ``visit_IsEmpty``,
    ``visit_LiteralValue``. Paths inside an ElemMatch start at its elements. A node without a method has its children
    visited. A method that wants them visited too calls ``self.generic_visit(node)``.

    Raises:
        TypeError: A subclass is defined with a ``visit_`` method for a node that does not exist.

    Example:
        >>> class FieldNames(Visitor):
        ...     def __init__(self):
        ...         self.names = []
        ...     def visit_Path(self, node):
        ...         self.names.append(str(node))
        >>> visitor = FieldNames()
        >>> visitor.visit(parse("a:1 NOT b.c:exists"))
        >>> visitor.names
        ['a', 'b.c']

    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in dir(cls):
            if name.startswith("visit_") and name not in _METHODS and callable(getattr(cls, name)):
                nodes = ", ".join(node.__name__ for node in _NODES)
                raise TypeError(f"{cls.__name__}.{name} would never be called; the nodes are {nodes}")

    def visit(self, node: AnyNode) -> Any:
        """Visit one node: call its method, or :meth:`generic_visit` if there is none.

        Args:
            node: a query or any node of one.

        Returns:
            What the method returned; None from :meth:`generic_visit`.

        """
        method: Callable[[Any], Any] = getattr(self, f"visit_{type(node).__name__}", self.generic_visit)
        return method(node)

    def generic_visit(self, node: AnyNode) -> Any:
        """Visit the children of a node.

        Args:
            node: a query or any node of one.

        """
        for child in children(node):
            self.visit(child)


class Transformer(Visitor):
    """Rewrites a query: each method returns the node that replaces its own. Other nodes stay as they are.

    A method never returns None. To drop a clause would select more documents than the client asked for; a method that
    wants that says so, with ``Not(Or(()))`` for a clause that is always true.

    Raises:
        TypeError: A subclass is defined with a ``visit_`` method for a node that does not exist.

    Example:
        >>> class Rename(Transformer):
        ...     def visit_Path(self, node):
        ...         return Path(("customer", *node.segments))
        >>> str(Rename().visit(parse("name:John OR name:~Smith")))
        'customer.name:"John" OR customer.name:~"Smith"'

    """

    def visit(self, node: AnyNode) -> Any:
        """Return the node that replaces this one.

        Args:
            node: a query or any node of one.

        Returns:
            The new node, or the same object if nothing in it changed.

        Raises:
            TypeError: A method returned None.

        """
        replacement = super().visit(node)
        if replacement is None:
            raise TypeError(f"{type(self).__name__}.visit_{type(node).__name__} returned None, not a node")
        return replacement

    def generic_visit(self, node: AnyNode) -> Any:
        """Return the node with its children transformed.

        Args:
            node: a query or any node of one.

        Returns:
            A new node, or the same object if no child changed.

        """
        before = tuple(children(node))
        after = tuple(self.visit(child) for child in before)
        if all(old is new for old, new in zip(before, after, strict=True)):
            return node
        match node:
            case Query():
                return Query(*after)
            case And():
                return conjunction(after)
            case Or():
                return disjunction(after)
            case Not():
                return Not(*after)
            case ElemMatch():
                return ElemMatch(*after)
            case HasSize():
                return HasSize(*after)
            case Clause():
                return Clause(*after)  # without a source, because the spans in it are not those of the old text
            case _:
                return replace(node, literal=after[0])
