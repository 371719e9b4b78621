"""The contract of a backend: one method for each node of a bound tree. A class that lacks one fails when it is defined.

>>> class Paths(NodeVisitor[int]):
...     def all_of(self, node): ...
Traceback (most recent call last):
    ...
TypeError: Paths has no method any_of, value_matches, path_exists, size_matches, some_element: every node of a bound ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, Generic, TypeVar

from .nodes import (
    AllOf,
    AnyOf,
    BoundTest,
    Compare,
    ContainsText,
    IsNull,
    Node,
    OneOf,
    PathExists,
    SizeMatches,
    SomeElement,
    ValueMatches,
)

__all__ = ["NODE_METHODS", "TEST_METHODS", "NodeVisitor", "TestVisitor"]

_T = TypeVar("_T")

NODE_METHODS: Final[dict[type[Any], str]] = {
    AllOf: "all_of",
    AnyOf: "any_of",
    ValueMatches: "value_matches",
    PathExists: "path_exists",
    SizeMatches: "size_matches",
    SomeElement: "some_element",
}
"""The method for each class of node: conditions on a document."""
TEST_METHODS: Final[dict[type[Any], str]] = {
    AllOf: "all_of",
    AnyOf: "any_of",
    OneOf: "one_of",
    Compare: "compare",
    ContainsText: "contains_text",
    IsNull: "is_null",
}
"""The method for each class of test of one candidate."""


def _methods(cls: type[Any], names: dict[type[Any], str]) -> dict[type[Any], Callable[..., Any]]:
    missing = [name for name in names.values() if not hasattr(cls, name)]
    if missing:
        raise TypeError(f"{cls.__name__} has no method {', '.join(missing)}: every node of a bound tree needs one")
    return {kind: getattr(cls, name) for kind, name in names.items()}


class NodeVisitor(Generic[_T]):
    """Base of classes that handle nodes of a bound tree, with one method for each of :data:`NODE_METHODS`."""

    _node_methods: ClassVar[dict[type[Any], Callable[..., Any]]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._node_methods = _methods(cls, NODE_METHODS)

    def visit(self, node: Node) -> _T:
        """Call the method for the node, and return its result."""
        result: _T = self._node_methods[node.__class__](self, node)
        return result


class TestVisitor(Generic[_T]):
    """Base of classes that handle tests of one candidate, with one method for each of :data:`TEST_METHODS`."""

    __test__ = False  # pytest: this class has no tests to run
    _test_methods: ClassVar[dict[type[Any], Callable[..., Any]]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._test_methods = _methods(cls, TEST_METHODS)

    def visit_test(self, test: BoundTest) -> _T:
        """Call the method for the test, and return its result."""
        result: _T = self._test_methods[test.__class__](self, test)
        return result
