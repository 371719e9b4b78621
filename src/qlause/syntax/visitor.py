"""Walking and rewriting queries: subclass and define ``visit_Clause``, ``visit_Or`` and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from .._record import replace
from .nodes import (
    And,
    Clause,
    Compare,
    Equals,
    LiteralValue,
    Node,
    Not,
    Or,
    Path,
    Query,
    Test,
    conjunction,
    disjunction,
)

__all__ = ["AnyNode", "Transformer", "Visitor", "children"]

AnyNode: TypeAlias = "Query | Node | Test | Path | LiteralValue"


def children(node: AnyNode) -> Iterator[AnyNode]:
    """The nodes directly below a node, from left to right."""
    match node:
        case Query(root=root):
            yield from () if root is None else (root,)
        case And(items=items) | Or(items=items):
            yield from items
        case Not(item=item):
            yield item
        case Clause(path=path, test=test):
            yield path
            yield test
        case Equals(literal=literal) | Compare(literal=literal):
            yield literal


class Visitor:
    """Visits every node of a query, from left to right.

    ``visit`` calls the method named ``visit_`` and the node's class; where there is none, ``generic_visit`` goes on
    with the children. A method that wants the children too calls ``self.generic_visit(node)``.

    >>> class Names(Visitor):
    ...     def __init__(self):
    ...         self.found = []
    ...     def visit_Path(self, node):
    ...         self.found.append(str(node))
    >>> names = Names()
    >>> names.visit(parse("a:1 NOT b.c:exists"))
    >>> names.found
    ['a', 'b.c']
    """

    def visit(self, node: AnyNode) -> Any:
        """Visit one node."""
        method: Callable[[Any], Any] = getattr(self, f"visit_{type(node).__name__}", self.generic_visit)
        return method(node)

    def generic_visit(self, node: AnyNode) -> Any:
        """Visit the children of a node."""
        for child in children(node):
            self.visit(child)


class Transformer(Visitor):
    """Makes a new query out of the nodes that its methods return, the others unchanged.

    A method returns the node to stand in the place of its own, never None: leaving a clause out would widen the query.

    >>> class Rename(Transformer):
    ...     def visit_Path(self, node):
    ...         return Path(("customer", *node.segments))
    >>> str(Rename().visit(parse("name:John OR name:~Smith")))
    'customer.name:"John" OR customer.name:~"Smith"'
    """

    def visit(self, node: AnyNode) -> Any:
        """The node that takes this one's place. Raises TypeError where a method returned none."""
        found = super().visit(node)
        if found is None:
            raise TypeError(f"{type(self).__name__}.visit_{type(node).__name__} returned no node")
        return found

    def generic_visit(self, node: AnyNode) -> Any:
        """The node with its children transformed; the node itself where none changed."""
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
            case Clause():
                # The spans of new nodes do not lie in the old text: the clause's canonical text stands for it.
                return Clause(*after)
            case _:
                return replace(node, literal=after[0])
