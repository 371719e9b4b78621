"""How an engine reads JSON: the values under a path of a document."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

from ....bound.nodes import BoundTest, SizeMatches, SomeElement
from ..parts import Sql, raw, sql
from .operands import Emit, Value, Whole
from .syntax import EngineSyntax

__all__ = ["JsonAccess"]


class JsonAccess(EngineSyntax):
    """Expressions over a column that holds JSON."""

    json_null: ClassVar[str] = "json_type({}) = 'NULL'"
    """Whether JSON is null."""
    literal_in_elements: ClassVar[bool] = True
    """Whether ``scalar`` may be asked of an element that ``some_object`` gives."""

    # each dialect writes these

    @abstractmethod
    def some_candidate(self, document: Sql, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        """Whether some candidate of a path passes a test; arrays on the way are looked into."""

    @abstractmethod
    def path_exists(self, document: Sql, keys: tuple[str, ...]) -> Sql:
        """Whether a path reaches a value; arrays on the way are looked into."""

    @abstractmethod
    def some_whole(self, document: Sql, keys: tuple[str, ...], condition: Callable[[Whole], Sql]) -> Sql:
        """Whether a condition holds for some value that a path reaches; an array at its end is one value."""

    @abstractmethod
    def some_object(self, document: Sql, keys: tuple[str, ...], name: str, condition: Callable[[Sql], Sql]) -> Sql:
        """Whether a condition holds for some candidate of a path that is an object.

        ``condition`` takes the candidate, which is a document to the methods here. ``name`` is free for it.
        """

    @abstractmethod
    def scalar(self, document: Sql, keys: tuple[str, ...]) -> Value:
        """The value of a path of plain keys that the schema declares scalar, in expressions that an index can have."""

    @abstractmethod
    def direct_value(self, document: Sql, keys: tuple[str, ...]) -> tuple[Value, Callable[[Sql], Sql]]:
        """The value of a path through objects only, to sort by.

        Returns the value, whose expressions may use names that only a subquery knows, and a function that puts such an
        expression into the subquery.
        """

    # these have a default

    def by_path(self, document: Sql, keys: tuple[str, ...], node: SizeMatches | SomeElement) -> Sql | None:
        """What a node asks under a path, negation aside, as one path of the engine's own language.

        None where there is none: then ``some_whole`` or ``some_object`` asks it.
        """
        return None

    def as_document(self, column: Sql, keys: tuple[str, ...]) -> tuple[Sql, tuple[str, ...]]:
        """A document, and the path in it, in which a path finds the elements of an array that a column of JSON holds.

        The methods above look into the arrays under a key, not into a document that is an array itself.
        """
        return self.concat(raw("'{\"c\":'"), column, raw("'}'")), ("c", *keys)

    def is_json_null(self, column: Sql) -> Sql:
        """Whether the JSON of a column is null."""
        return sql(self.json_null, column)
