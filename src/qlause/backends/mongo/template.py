"""A compiled filter that serves every query of its structure."""

from __future__ import annotations

from typing import Any

from ...bound.nodes import Constant
from ...bound.param import Deferred

__all__ = ["Template"]


class Template:
    """The documents and lists of a filter, to be copied for each query with the query's constants in them."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._inner: list[tuple[dict[str, Any] | list[Any], int, Any]] = []
        """Each inner document or list, the number of the one that holds it (0: the outermost), and its key there."""
        self._deferred: list[tuple[int, Any, Deferred]] = []
        """Where a constant of the query belongs, in the same way, and what it is computed by."""
        self.depth = self._collect(document, 0)
        """How many levels of documents and lists are nested."""

    @property
    def size(self) -> int:
        """How many documents and lists are copied for a query."""
        return 1 + len(self._inner)

    def fill(self, constants: list[Constant]) -> dict[str, Any]:
        """The filter for a query with these constants. It shares no document and no list with any other."""
        outermost = self._document.copy()
        copies: list[Any] = [outermost]
        for container, holder, key in self._inner:
            copy = copies[holder][key] = container.copy()
            copies.append(copy)
        for holder, key, deferred in self._deferred:
            copies[holder][key] = deferred.value(constants)
        return outermost

    def _collect(self, container: dict[str, Any] | list[Any], number: int) -> int:
        depth = 0
        for key, value in container.items() if isinstance(container, dict) else enumerate(container):
            if value.__class__ is dict or value.__class__ is list:
                self._inner.append((value, number, key))
                depth = max(depth, self._collect(value, len(self._inner)))
            elif isinstance(value, Deferred):
                self._deferred.append((number, key, value))
        return 1 + depth
