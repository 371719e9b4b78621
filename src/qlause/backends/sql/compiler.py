"""Bound query to SQL, for every dialect.

A test of a document becomes a condition here, a test of one candidate in ``predicates.py``. The dialect says how a
value is read and how two are compared. A target is under a path of the document column, in a column (the value itself,
a native array, or a path in JSON), or in the rows of another table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar, Final

from ...bound.nodes import AllOf, AnyOf, BoundFields, BoundQuery, BoundTest, Node, PathExists, ValueMatches
from ...bound.visitor import NodeVisitor
from ...errors import UnsupportedError
from ...schema.storage import Column, Relation, Target
from ..parameters.kept import Kept
from .dialects.base import Dialect
from .dialects.operands import Value, is_plain_key
from .fragment import Fragment, Statement
from .parts import FALSE, TRUE, Sql, join, raw, sql
from .predicates import group, is_native, predicate, storable

__all__ = ["STATEMENTS", "Compiler", "column_names", "condition_of", "fragment_of", "is_literal"]

_RELATED: Final = raw("qr")  # the name of a row of another table
_MAX_KEPT: Final = 16_384  # characters of a statement that is kept


def condition_of(dialect: Dialect, document: str, alias: str | None, query: BoundQuery) -> Fragment:
    """The condition that a row is selected. Raises UnsupportedError."""
    statement, constants = STATEMENTS.find(query.root, dialect, document, alias)
    return statement.fill(constants)


def fragment_of(dialect: Dialect, expression: Sql) -> Fragment:
    """The Fragment of an expression without deferred values. Raises UnsupportedError if it is too long."""
    return Statement(dialect, expression).fill([])


class Compiler(NodeVisitor[tuple[Sql, int]]):
    """Writes conditions on a row: ``document`` is the column of the document, ``alias`` the name of its table.

    A node becomes a condition and the depth of the groups in it.
    """

    two_valued: ClassVar[bool] = False
    """Whether conditions are never NULL, so that a caller may negate them."""

    def __init__(self, dialect: Dialect, document: str, alias: str | None) -> None:
        self.dialect = dialect
        self.alias = alias
        self.document = self.own(document)

    def own(self, name: str) -> Sql:
        """A column of the row."""
        column = self.dialect.identifier(name)
        return column if self.alias is None else sql("{}.{}", self.dialect.identifier(self.alias), column)

    def related(self, name: str) -> Sql:
        """A column of a related row of another table."""
        return sql("{}.{}", _RELATED, self.dialect.identifier(name))

    def table(self, names: tuple[str, ...]) -> Sql:
        """Another table."""
        return join(".", map(self.dialect.identifier, names))

    def query(self, root: Node) -> Sql:
        """The condition that a row is selected."""
        condition, depth = self.visit(root)
        if depth > self.dialect.max_depth:
            message = f"{self.dialect.name} takes no conditions that are nested more than {self.dialect.max_depth} deep"
            raise UnsupportedError(message, code="too_deep")
        return condition

    def all_of(self, node: AllOf[Node]) -> tuple[Sql, int]:
        """All of the conditions."""
        return self._group("AND", node.items, FALSE, TRUE)

    def any_of(self, node: AnyOf[Node]) -> tuple[Sql, int]:
        """Any of the conditions."""
        return self._group("OR", node.items, TRUE, FALSE)

    def value_matches(self, node: ValueMatches) -> tuple[Sql, int]:
        """Some candidate of a target passes a test."""
        return self._leaf(node.target, self.some_candidate(node.target, node.test), node.negated)

    def path_exists(self, node: PathExists) -> tuple[Sql, int]:
        """A target reaches a value."""
        return self._leaf(node.target, self.exists(node.target), node.negated)

    def _leaf(self, target: Target, condition: Sql, negated: bool) -> tuple[Sql, int]:
        if not negated:
            return self._never_null(target, condition) if self.two_valued else condition, 0
        if condition in (TRUE, FALSE):
            return TRUE if condition == FALSE else FALSE, 0
        return sql(self.dialect.negation, condition), 0

    def _group(self, operator: str, nodes: tuple[Node, ...], absorbing: Sql, neutral: Sql) -> tuple[Sql, int]:
        """The conditions joined, the deepest first: an engine's parser keeps what is left of an open parenthesis."""
        deepest_first = sorted(map(self.visit, nodes), key=lambda item: -item[1])
        condition = group(operator, [item for item, _ in deepest_first], absorbing, neutral)
        return condition, 1 + (deepest_first[0][1] if deepest_first else 0)

    def emit(self, test: BoundTest, value: Value) -> Sql:
        """The condition that one candidate passes a test."""
        return predicate(test, value, self.dialect)

    def some_candidate(self, target: Target, test: BoundTest) -> Sql:
        """Whether some candidate of a target passes a test."""
        test = storable(test)
        column = target.column
        if column is None:
            return self.some_in_json(self.document, target.keys, is_literal(target), test)
        if column.relation is None:
            return self.some_in_column(self.own, column, is_literal(target), test)
        return self.some_related_row(
            column.relation, lambda: self.some_in_column(self.related, column, False, test, many=False)
        )

    def _never_null(self, target: Target, condition: Sql) -> Sql:
        """A condition on a target, made false where it would be NULL."""
        column = target.column
        if condition in (TRUE, FALSE) or (column is not None and column.relation is not None):
            return condition  # EXISTS is never NULL
        keys = target.keys if column is None else column.keys
        text = self.document if column is None else self.own(column.name)
        literal = keys is not None and is_literal(target)
        present = _scalar(self.dialect, text, keys).present if literal and keys else sql("{} IS NOT NULL", text)
        return condition if condition == present else sql("({} AND {})", condition, present)

    def exists(self, target: Target) -> Sql:
        """Whether a target reaches a value."""
        column = target.column
        if column is None:
            return self.exists_in_json(self.document, target.keys, is_literal(target))
        if column.relation is None:
            return self.exists_in_column(self.own, column, is_literal(target))
        return self.some_related_row(
            column.relation, lambda: self.exists_in_column(self.related, column, False, many=False)
        )

    def some_in_json(
        self, document: Sql, keys: tuple[str, ...], literal: bool, test: BoundTest, folded: Sql | None = None
    ) -> Sql:
        """Whether some candidate under a path of JSON passes a test.

        Raises UnsupportedError for a field that is declared as native: a value in JSON never is, so the test would
        select nothing, and everything under NOT.
        """
        if is_native(test):
            message = "JSON holds no native values, and the field is declared as native"
            raise UnsupportedError(
                message, code="no_native_type", hint="leave storage out, or say as what text it is stored"
            )
        if literal:
            return self.emit(test, self.scalar(document, keys, folded))
        return self.dialect.some_candidate(document, keys, test, self.emit)

    def scalar(self, document: Sql, keys: tuple[str, ...], folded: Sql | None) -> Value:
        """The value of a literal path; ``folded`` is a column that holds it under the fold."""
        value = _scalar(self.dialect, document, keys)
        if folded is None:
            return value
        string = value.operands["string"]._replace(folded=folded)
        return replace(value, operands={**value.operands, "string": string})

    def exists_in_json(self, document: Sql, keys: tuple[str, ...], literal: bool) -> Sql:
        """Whether a path of JSON reaches a value."""
        return _scalar(self.dialect, document, keys).present if literal else self.dialect.path_exists(document, keys)

    def some_in_column(
        self, qualified: Callable[[str], Sql], column: Column, literal: bool, test: BoundTest, many: bool = True
    ) -> Sql:
        """Whether some value of a column passes a test. ``many``: each element of an array is a value.

        ``qualified`` makes an expression of a column's name.
        """

        def condition(text: Sql) -> Sql:
            folded = None if column.folded is None else qualified(column.folded)
            if column.keys is not None:
                return self.some_in_json(*self.as_document(text, column.keys, literal, many), literal, test, folded)
            if column.steps[-1:] == (None,):
                return self.emit(test, self.dialect.element(text, column))
            if column.type == "object" and many and not column.steps:
                return self.some_in_json(*self.dialect.as_document(text, ()), False, test)
            if column.array and many and None not in column.steps:
                return self.dialect.some_element(text, column, test, self.emit)
            return self.emit(test, self.dialect.column(text, column, folded))

        return self.dialect.some_struct_value(qualified(column.name), column.steps, condition)

    def exists_in_column(
        self, qualified: Callable[[str], Sql], column: Column, literal: bool, many: bool = True
    ) -> Sql:
        """Whether a column holds a value."""
        path = column.keys

        def condition(text: Sql) -> Sql:
            if path is None:
                return self.dialect.column_has_value(text, column)
            return self.exists_in_json(*self.as_document(text, path, literal, many), literal)

        # An empty array is a value too.
        steps = column.steps[:-1] if path is None and column.steps[-1:] == (None,) else column.steps
        return self.dialect.some_struct_value(qualified(column.name), steps, condition)

    def as_document(self, text: Sql, keys: tuple[str, ...], literal: bool, many: bool) -> tuple[Sql, tuple[str, ...]]:
        """A document, and the path in it, for a path in a column of JSON. ``many``: an array there is looked into."""
        return (text, keys) if literal or not many else self.dialect.as_document(text, keys)

    def some_related_row(self, relation: Relation, condition: Callable[[], Sql]) -> Sql:
        """Whether a condition holds for some related row of another table."""
        if self.alias is None:
            raise ValueError("related rows are joined to a row of a table: say its name or alias, as in alias='orders'")
        pairs = [(self.related(name), self.own(own_name)) for name, own_name in relation.on]
        table = sql("{} {}", self.table(relation.table), _RELATED)  # type: ignore[arg-type]  # a tuple since __post_init__
        return self.dialect.some_related_row(table, pairs, condition())


def _statement(root: Node, dialect: Dialect, document: str, alias: str | None) -> Statement:
    return Statement(dialect, Compiler(dialect, document, alias).query(root))


STATEMENTS: Final = Kept(_statement, lambda statement: statement.size <= _MAX_KEPT)
"""Compiled conditions, by the structure of the query, dialect, document column and alias."""


@lru_cache(maxsize=1_024)
def _scalar(dialect: Dialect, document: Sql, keys: tuple[str, ...]) -> Value:
    """The value of a path that the schema declares scalar. There are only as many paths as the schema has fields."""
    return dialect.scalar(document, keys)


def is_literal(target: Target) -> bool:
    """Whether the path can be text of a statement: declared, scalar, and of keys that need no escape."""
    keys = target.keys if target.column is None else target.column.keys
    return target.scalar and target.declared and keys is not None and _are_plain(keys)


@lru_cache(maxsize=1_024)
def _are_plain(keys: tuple[str, ...]) -> bool:
    """Asked about declared paths only, like ``_scalar``."""
    return all(map(is_plain_key, keys))


def column_names(fields: BoundFields, document: str) -> tuple[str, ...]:
    """The columns of the row that hold the asked fields, each once.

    Raises UnsupportedError for a field of related rows, which is no column of the row.
    """
    names: dict[str, None] = {}
    for column in fields.columns:
        if column is None:
            names.setdefault(document)
        elif column.relation is None:
            names.setdefault(column.name)
        elif fields.include is not None:
            raise UnsupportedError("a field of related rows is no column", code="related_rows")
    return tuple(names)
