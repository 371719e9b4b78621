"""Bound query, sort and fields → SQL, for every dialect.

What is asked of a document becomes a condition here, what is asked of one candidate in ``tests.py``; where a value is
found and how two are compared is said by the dialect. A target is found in one of three places: under a path of the
document column, in a column (the value itself, a native array, or JSON with a path in it), or in the rows of another
table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar, assert_never

from ...bound import nodes as bound
from ...bound.nodes import BoundFields, BoundQuery, BoundTest, PathExists, ValueMatches
from ...errors import UnsupportedError
from ...schema.storage import Column, Relation, Target
from .dialects.base import Dialect, Value, is_plain_key
from .fragment import FALSE, TRUE, Fragment, Sql, rendered, sql
from .predicates import condition, group, is_native, storable

__all__ = ["Emitter", "column_names", "is_literal", "written"]

_ROW = "qr"  # the name of a row of another table


class Emitter:
    """Writes conditions on a row: ``document`` is the column of the document, ``alias`` the name of its table."""

    two_valued: ClassVar[bool] = False
    """Whether a condition is never NULL, so that whoever gets it may negate it."""

    def __init__(self, dialect: Dialect, document: str, alias: str | None) -> None:
        self.dialect = dialect
        self.alias = alias
        self.document = self.own(document)

    def own(self, name: str) -> str:
        """A column of the row."""
        table = "" if self.alias is None else f"{self.dialect.identifier(self.alias)}."
        return table + self.dialect.identifier(name)

    def other(self, name: str) -> str:
        """A column of a row of another table."""
        return f"{_ROW}.{self.dialect.identifier(name)}"

    def table(self, names: tuple[str, ...]) -> str:
        """Another table."""
        return ".".join(map(self.dialect.identifier, names))

    def rendered(self, found: Sql) -> Fragment:
        """A piece as a Fragment. Raises UnsupportedError where it is longer than the dialect's engine takes."""
        return written(self.dialect, self.condensed(found))

    def condensed(self, found: Sql) -> Sql:
        """A piece with what stands in it often written once, where the dialect can say it so."""
        return found if self.dialect.style == "inline" else self.dialect.condensed(found)

    def query(self, query: BoundQuery) -> Sql:
        """The condition that a row is selected."""
        found, depth = self.node(query.root)
        if depth > self.dialect.max_depth:
            message = f"{self.dialect.name} takes no conditions that are nested more than {self.dialect.max_depth} deep"
            raise UnsupportedError(message, code="too_deep")
        return found

    def node(self, node: bound.Node) -> tuple[Sql, int]:
        """The condition of a node, and how deep groups are nested in it.

        The deepest group comes first: an engine's parser keeps what stands on the left of an open parenthesis.
        """
        match node:
            case bound.AllOf(items=items):
                return self.group("AND", [self.node(each) for each in items], FALSE, TRUE)
            case bound.AnyOf(items=items):
                return self.group("OR", [self.node(each) for each in items], TRUE, FALSE)
            case ValueMatches(target=target, test=test, negated=negated):
                found = self.some(target, test)
            case PathExists(target=target, negated=negated):
                found = self.reached(target)
            case _:
                assert_never(node)
        if not negated:
            return self.known(target, found) if self.two_valued else found, 0
        return (TRUE if found == FALSE else FALSE if found == TRUE else sql(self.dialect.negation, found)), 0

    def group(self, operator: str, items: list[tuple[Sql, int]], whenever: Sql, never: Sql) -> tuple[Sql, int]:
        """The conditions joined, the deepest first."""
        deepest_first = sorted(items, key=lambda item: -item[1])
        found = group(operator, [each for each, _ in deepest_first], whenever, never)
        return found, 1 + (deepest_first[0][1] if deepest_first else 0)

    def emit(self, test: BoundTest, value: Value) -> Sql:
        """The condition that one candidate passes a test."""
        return condition(test, value, self.dialect)

    def some(self, target: Target, test: BoundTest) -> Sql:
        """Whether some candidate of a target passes a test."""
        test = storable(test)
        column = target.column
        if column is None:
            return self.some_in_json(self.document, target.keys, is_literal(target), test)
        if column.relation is None:
            return self.some_in_column(self.own, column, is_literal(target), test)
        return self.some_row(column.relation, lambda: self.some_in_column(self.other, column, False, test, many=False))

    def known(self, target: Target, found: Sql) -> Sql:
        """A condition on a target that is false where it would be NULL."""
        column = target.column
        if found in (TRUE, FALSE) or (column is not None and column.relation is not None):
            return found  # EXISTS is never NULL
        keys = target.keys if column is None else column.keys
        text = self.document if column is None else self.own(column.name)
        literal = keys is not None and is_literal(target)
        present = _scalar(self.dialect, text, keys).present if literal and keys else f"{text} IS NOT NULL"
        return found if found.text == present else sql("({} AND {})", found, Sql(present))

    def reached(self, target: Target) -> Sql:
        """Whether a target reaches a value."""
        column = target.column
        if column is None:
            return self.reached_in_json(self.document, target.keys, is_literal(target))
        if column.relation is None:
            return self.reached_in_column(self.own, column, is_literal(target))
        return self.some_row(column.relation, lambda: self.reached_in_column(self.other, column, False, many=False))

    def some_in_json(
        self, document: str, keys: tuple[str, ...], literal: bool, test: BoundTest, folded: str | None = None
    ) -> Sql:
        """Whether some candidate under a path of JSON passes a test.

        Raises UnsupportedError for a field that is declared as native, which a value in JSON never is: without a text
        to look for it would select nothing, and everything under NOT.
        """
        if is_native(test):
            message = "JSON holds no native values, and the field is declared as native"
            raise UnsupportedError(
                message, code="no_native_type", hint="leave storage out, or say as what text it is stored"
            )
        if literal:
            return self.emit(test, self.scalar(document, keys, folded))
        return self.dialect.some(document, keys, test, self.emit)

    def scalar(self, document: str, keys: tuple[str, ...], folded: str | None) -> Value:
        """The value of a literal path; ``folded`` is a column that holds it under the fold."""
        value = _scalar(self.dialect, document, keys)
        if folded is None:
            return value
        string = value.operands["string"]._replace(folded=folded)
        return replace(value, operands={**value.operands, "string": string})

    def reached_in_json(self, document: str, keys: tuple[str, ...], literal: bool) -> Sql:
        """Whether a path of JSON reaches a value."""
        return Sql(_scalar(self.dialect, document, keys).present) if literal else self.dialect.reached(document, keys)

    def some_in_column(
        self, place: Callable[[str], str], column: Column, literal: bool, test: BoundTest, many: bool = True
    ) -> Sql:
        """Whether some value that a column holds passes a test; ``many``: an array is more than one."""

        def found(text: str) -> Sql:
            folded = None if column.folded is None else place(column.folded)
            if column.keys is not None:
                return self.some_in_json(*self.within(text, column.keys, literal, many), literal, test, folded)
            if column.steps[-1:] == (None,):
                return self.emit(test, self.dialect.element(text, column))
            if column.type == "object" and many and not column.steps:
                return self.some_in_json(*self.dialect.within(text, ()), False, test)
            if column.array and many and None not in column.steps:
                return self.dialect.some_element(text, column, test, self.emit)
            return self.emit(test, self.dialect.column(text, column, folded))

        return self.dialect.some_inside(place(column.name), column.steps, found)

    def reached_in_column(self, place: Callable[[str], str], column: Column, literal: bool, many: bool = True) -> Sql:
        """Whether a column holds a value."""
        path = column.keys

        def found(text: str) -> Sql:
            if path is None:
                return Sql(self.dialect.reached_column(text, column))
            return self.reached_in_json(*self.within(text, path, literal, many), literal)

        # An array is reached though it is empty.
        steps = column.steps[:-1] if path is None and column.steps[-1:] == (None,) else column.steps
        return self.dialect.some_inside(place(column.name), steps, found)

    def within(self, text: str, keys: tuple[str, ...], literal: bool, many: bool) -> tuple[str, tuple[str, ...]]:
        """A path in the JSON of a column as a document and the path in it; an array there is entered if it may be."""
        return (text, keys) if literal or not many else self.dialect.within(text, keys)

    def some_row(self, relation: Relation, found: Callable[[], Sql]) -> Sql:
        """Whether there is a row of another table for which a condition holds."""
        if self.alias is None:
            raise ValueError("related rows are joined to a row of a table: say its name or alias, as in alias='orders'")
        joined = [(self.other(own), self.own(parent)) for own, parent in relation.on]
        table = f"{self.table(relation.table)} {_ROW}"  # type: ignore[arg-type]  # a tuple since __post_init__
        return self.dialect.some_row(table, joined, found())


def written(dialect: Dialect, found: Sql) -> Fragment:
    """A piece as a Fragment, as it is. Raises UnsupportedError where it is longer than the dialect's engine takes."""
    fragment = rendered(dialect.inlined(found) if dialect.style == "inline" else found, dialect.style)
    most = dialect.max_length
    if most is not None and len(fragment.text.encode()) > most:
        message = f"{dialect.name} takes no texts of more than {most:,} bytes"
        raise UnsupportedError(message, code="too_long", hint="ask for less in one request")
    return fragment


@lru_cache(maxsize=1_024)
def _scalar(dialect: Dialect, document: str, keys: tuple[str, ...]) -> Value:
    """The value of a path that the schema declares scalar: there are as many as the schema has fields."""
    return dialect.scalar(document, keys)


def is_literal(target: Target) -> bool:
    """Whether the path can stand in the text: the schema knows it, says that it is scalar, and it needs no escape."""
    keys = target.keys if target.column is None else target.column.keys
    return target.scalar and target.declared and keys is not None and _are_plain(keys)


@lru_cache(maxsize=1_024)
def _are_plain(keys: tuple[str, ...]) -> bool:
    """Asked about declared paths only, as ``_scalar``."""
    return all(map(is_plain_key, keys))


def column_names(fields: BoundFields, document: str) -> tuple[str, ...]:
    """The columns of the row that hold the asked fields, each once.

    Raises UnsupportedError for a field of related rows, which is no column of the row.
    """
    found: dict[str, None] = {}
    for column in fields.columns:
        if column is None:
            found.setdefault(document)
        elif column.relation is None:
            found.setdefault(column.name)
        elif fields.include is not None:
            raise UnsupportedError("a field of related rows is no column", code="related_rows")
    return tuple(found)
