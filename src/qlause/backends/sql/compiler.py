"""Bound query to SQL, for every dialect.

A test of a document becomes a condition here, a test of one candidate in ``predicates.py``. The dialect says how a
value is read and how two are compared. A target is under a path of the document column, in a column (the value itself,
a native array, or a path in JSON), or in the rows of another table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import lru_cache, partial
from typing import ClassVar, Final

from ...bound.nodes import (
    AllOf,
    AnyOf,
    BoundTest,
    Node,
    OneOf,
    PathExists,
    SizeMatches,
    SomeElement,
    ValueMatches,
)
from ...bound.query import BoundQuery
from ...bound.resolve import unsupported
from ...bound.visitor import NodeVisitor
from ...errors import UnsupportedError
from ...schema.storage import Column, Relation, Target
from ..parameters.kept import Kept
from .dialects.base import Dialect
from .dialects.operands import NO_ARRAY, Value, Whole, is_array_of_rows, is_literal
from .fragment import Fragment, Statement
from .parts import FALSE, TRUE, Sql, join, raw, sql
from .predicates import depth_of, group, predicate, size_condition
from .storable import is_native, storable

__all__ = ["STATEMENTS", "Compiler", "compiler_for", "condition_of", "fragment_of"]

_RELATED: Final = "qlause_row"  # a related row; "_in" follows for each elemMatch around, and a number on the way to it
_OWN_NAME: Final = re.compile("q[a-z][0-9]*|qlause_.*", re.IGNORECASE | re.DOTALL).fullmatch
_SEVERAL_VALUES: Final = "a field of several values has no order in SQL"
_MAX_KEPT: Final = 16_384  # characters of a statement that is kept


def condition_of(dialect: Dialect, document: str, alias: str | None, query: BoundQuery) -> Fragment:
    """The condition that a row is selected. Raises UnsupportedError."""
    statement, constants = STATEMENTS.find(query, dialect, document, alias)
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
        if alias is not None and _OWN_NAME(alias):
            raise ValueError(f"the alias {alias} is a name that the SQL has for rows of its own: choose another")
        self.dialect = dialect
        self.alias = alias
        self.document = self.own(document)
        self.column_of: Callable[[str], Sql] = self.own
        """Makes a column of the row or, inside an elemMatch, of the element."""
        self.level = 0
        """How many elemMatch are around a condition."""
        self.many = True
        """Whether an array in a column is looked into. It is not in a related row, which is an element itself."""

    def own(self, name: str) -> Sql:
        """A column of the row."""
        column = self.dialect.identifier(name)
        return column if self.alias is None else sql("{}.{}", self.dialect.identifier(self.alias), column)

    def related(self, table: tuple[str, ...], alias: str, name: str) -> Sql:  # noqa: ARG002  # libraries need the table
        """A column of a row of another table, which has a name in the statement."""
        return sql("{}.{}", raw(alias), self.dialect.identifier(name))

    def table(self, names: tuple[str, ...]) -> Sql:
        """Another table."""
        return join(".", map(self.dialect.identifier, names))

    def query(self, root: Node) -> Sql:
        """The condition that a row is selected."""
        condition, depth = self.visit(root)
        dialect = self.dialect
        if depth > dialect.max_depth or dialect.is_too_deep(condition):
            message = f"{dialect.name} takes no conditions that are nested so deep"
            raise UnsupportedError(message, code="too_deep", hint="use fewer parentheses around one test")
        if dialect.max_parameters is not None and len(condition.binds) > dialect.max_parameters:
            message = f"{dialect.name} takes no statement of more than {dialect.max_parameters:,} parameters"
            raise UnsupportedError(message, code="too_long", hint="ask for less in one request")
        return condition

    def all_of(self, node: AllOf[Node]) -> tuple[Sql, int]:
        """All of the conditions."""
        return self._group("AND", node.items, FALSE, TRUE)

    def any_of(self, node: AnyOf[Node]) -> tuple[Sql, int]:
        """Any of the conditions."""
        return self._group("OR", node.items, TRUE, FALSE)

    def value_matches(self, node: ValueMatches) -> tuple[Sql, int]:
        """Some candidate of a target passes a test."""
        condition, depth = self._leaf(node.target, self.some_candidate(node.target, node.test), node.negated)
        return condition, depth + depth_of(node.test)

    def path_exists(self, node: PathExists) -> tuple[Sql, int]:
        """A target reaches a value."""
        return self._leaf(node.target, self.exists(node.target), node.negated)

    def size_matches(self, node: SizeMatches) -> tuple[Sql, int]:
        """A target reaches an array of one of some numbers of elements, or what is empty."""
        target, column = node.target, node.target.column
        if column is None:
            condition = self.some_whole_in_json(self.document, target.keys, node)
        elif column.relation is None:
            condition = self.some_whole_in_column(self.column_of, column, node)
        elif is_array_of_rows(target, column):
            message = f"the elements of {target.written} are rows of another table, which are not counted"
            raise unsupported(target, message, "rows_not_counted", "ask by exists whether there is such a row")
        else:
            condition = self.some_related_row(
                column.relation, lambda related: self.some_whole_in_column(related, column, node)
            )
        return self._leaf(target, condition, node.negated)

    def some_element(self, node: SomeElement) -> tuple[Sql, int]:
        """Some object that a target reaches meets a condition of its own."""
        target, column, depth = node.target, node.target.column, 0

        def met(inner: Compiler) -> Sql:
            nonlocal depth
            condition, depth = inner.visit(node.node)
            return condition

        def in_json(document: Sql, keys: tuple[str, ...]) -> Sql:
            name = f"qo{self.level}"
            by_path = self.dialect.by_path(document, keys, node)
            if by_path is not None:
                return by_path
            return self.dialect.some_object(document, keys, name, lambda element: met(self._inside(document=element)))

        def in_rows(related: Callable[[str], Sql]) -> Sql:
            if column is None or column.keys is None:  # the row itself is the element
                return met(self._inside(own=related, many=False))
            return in_json(*self.dialect.as_document(related(column.name), column.keys))

        def in_column(text: Sql) -> Sql:
            if column is None or column.keys is None:  # a struct is the element
                return sql("({} IS NOT NULL AND {})", text, met(self._inside(own=lambda _: text)))
            return in_json(*self.dialect.as_document(text, column.keys))

        if column is None:
            condition = in_json(self.document, target.keys)
        elif column.relation is not None:
            condition = self.some_related_row(column.relation, in_rows)
        else:
            condition = self.dialect.some_struct_value(self.column_of(column.name), column.steps, in_column)
        condition, _ = self._leaf(target, condition, node.negated)
        return condition, 1 + depth

    def _inside(
        self, document: Sql | None = None, own: Callable[[str], Sql] | None = None, many: bool = True
    ) -> Compiler:
        """The compiler of conditions on an element: a document in JSON, or what has columns of its own."""
        inner = copy(self)
        inner.level += 1
        inner.many = many
        inner.document = self.document if document is None else document
        if own is not None:
            inner.column_of = own
        return inner

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
            return self.some_in_json(self.document, target.keys, self._is_literal(target), test)
        if column.relation is None:
            return self.some_in_column(self.column_of, column, is_literal(target), test, self.many)
        return self.some_related_row(
            column.relation, lambda related: self.some_in_column(related, column, False, test, many=False)
        )

    def _never_null(self, target: Target, condition: Sql) -> Sql:
        """A condition on a target, made false where it would be NULL."""
        column = target.column
        if condition in (TRUE, FALSE) or (column is not None and column.relation is not None):
            return condition  # EXISTS is never NULL
        keys = target.keys if column is None else column.keys
        text = self.document if column is None else self.column_of(column.name)
        literal = keys is not None and is_literal(target)
        present = _scalar(self.dialect, text, keys).present if literal and keys else sql("{} IS NOT NULL", text)
        return condition if condition == present else sql("({} AND {})", condition, present)

    def exists(self, target: Target) -> Sql:
        """Whether a target reaches a value."""
        column = target.column
        if column is None:
            return self.exists_in_json(self.document, target.keys, self._is_literal(target))
        if column.relation is None:
            return self.exists_in_column(self.column_of, column, is_literal(target))
        return self.some_related_row(column.relation, lambda related: self.exists_in_column(related, column, False))

    def _is_literal(self, target: Target) -> bool:
        """Whether the path can be text of a statement, and the engine takes that where the element is a document."""
        return is_literal(target) and (not self.level or self.dialect.literal_in_elements)

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
                return self.some_in_json(*self.as_document(text, column.keys, literal), literal, test, folded)
            if column.steps[-1:] == (None,):
                return self.emit(test, self.dialect.element(text, column))
            if column.type == "object" and many and not column.steps:
                return self.some_in_json(*self.dialect.as_document(text, ()), False, test)
            if column.array and many and None not in column.steps:
                return self.dialect.some_element(text, column, test, self.emit)
            return self.emit(test, self.dialect.column(text, column, folded))

        return self.dialect.some_struct_value(qualified(column.name), column.steps, condition)

    def exists_in_column(self, qualified: Callable[[str], Sql], column: Column, literal: bool) -> Sql:
        """Whether a column holds a value."""
        path = column.keys

        def condition(text: Sql) -> Sql:
            if path is None:
                return self.dialect.column_has_value(text, column)
            return self.exists_in_json(*self.as_document(text, path, literal), literal)

        # An empty array is a value too.
        steps = column.steps[:-1] if path is None and column.steps[-1:] == (None,) else column.steps
        return self.dialect.some_struct_value(qualified(column.name), steps, condition)

    def is_met(self, node: SizeMatches, whole: Whole) -> Sql:
        """Whether a whole value is of one of the sizes of a node, or empty."""
        return whole.empty if node.or_empty else size_condition(self.dialect, whole.size, node.sizes)

    def some_whole_in_json(self, document: Sql, keys: tuple[str, ...], node: SizeMatches) -> Sql:
        """Whether some whole value under a path of JSON is what a node asks for."""
        by_path = self.dialect.by_path(document, keys, node)
        return self.dialect.some_whole(document, keys, partial(self.is_met, node)) if by_path is None else by_path

    def some_whole_in_column(self, qualified: Callable[[str], Sql], column: Column, node: SizeMatches) -> Sql:
        """Whether some whole value of a column is what a node asks for."""
        at_element = column.steps[-1:] == (None,)

        def condition(text: Sql) -> Sql:
            if column.keys is not None or (column.type == "object" and not column.steps):
                return self.some_whole_in_json(*self.dialect.as_document(text, column.keys or ()), node)
            if at_element or (column.array and column.relation is None and None not in column.steps):
                size = self.dialect.array_size(text)
                return self.is_met(node, Whole(size, sql("{} = 0", size)))
            if column.type not in ("string", "localized"):
                return self.is_met(node, Whole(NO_ARRAY, FALSE))
            return self.is_met(
                node, Whole(NO_ARRAY, self.emit(OneOf("string", ("",)), self.dialect.column(text, column)))
            )

        steps = column.steps[:-1] if at_element else column.steps
        return self.dialect.some_struct_value(qualified(column.name), steps, condition)

    def as_document(self, text: Sql, keys: tuple[str, ...], literal: bool) -> tuple[Sql, tuple[str, ...]]:
        """A document, and the path in it, for a path in a column of JSON, which may hold an array."""
        return (text, keys) if literal else self.dialect.as_document(text, keys)

    def some_related_row(self, relation: Relation, condition: Callable[[Callable[[str], Sql]], Sql]) -> Sql:
        """Whether a condition holds for some related row of another table. It is made of the columns of that row."""
        tables, pairs, joins, related = self._joined(relation)
        met = condition(related)
        if joins:
            met = sql("{} AND ({})", join(" AND ", joins), met)
        return self.dialect.some_related_row(tables, pairs, met)

    def value_of(self, column: Column) -> Sql:
        """The value of a column of the row, or of the one row that is related to it.

        Raises UnsupportedError for a field of several values.
        """
        if column.relation is None:
            if (column.array and column.keys is None) or None in column.steps:
                raise UnsupportedError(_SEVERAL_VALUES, code="not_ordered")
            return self.dialect.struct_field(self.own(column.name), column.steps)
        if not column.relation.one:
            raise UnsupportedError(_SEVERAL_VALUES, code="not_ordered")
        tables, pairs, joins, related = self._joined(column.relation)
        return self.dialect.related_value(tables, pairs, joins, related(column.name))

    def _joined(self, relation: Relation) -> tuple[Sql, list[tuple[Sql, Sql]], list[Sql], Callable[[str], Sql]]:
        """The tables of a relation, the pairs of columns that join the first of them to the row, the conditions that
        join the others, and what makes an expression of a column of the last.
        """
        if self.alias is None:
            raise ValueError("related rows are joined to a row of a table: say its name or alias, as in alias='orders'")
        pairs: list[tuple[Sql, Sql]] = []
        joins: list[Sql] = []
        tables: list[Sql] = []
        before, links = self.column_of, relation.links
        for number, (names, on) in enumerate(links, 1):
            alias = _RELATED + "_in" * self.level + (str(number) if number < len(links) else "")
            there = partial(self.related, names, alias)
            joined = [(there(own), before(parent)) for own, parent in on]
            if number == 1:
                pairs = joined
            else:
                joins += [sql("{} = {}", own, parent) for own, parent in joined]
            tables.append(sql("{} {}", self.table(names), raw(alias)))
            before = there
        return join(", ", tables), pairs, joins, before


compiler_for: Final = lru_cache(maxsize=256)(Compiler)
"""The compiler for a dialect, document column and alias: one, by which what it makes can be kept."""


def _statement(root: Node, dialect: Dialect, document: str, alias: str | None) -> Statement:
    return Statement(dialect, compiler_for(dialect, document, alias).query(root))


STATEMENTS: Final = Kept(_statement, lambda statement: statement.size <= _MAX_KEPT)
"""Compiled conditions, by the structure of the query, dialect, document column and alias."""


@lru_cache(maxsize=1_024)
def _scalar(dialect: Dialect, document: Sql, keys: tuple[str, ...]) -> Value:
    """The value of a path that the schema declares scalar. There are only as many paths as the schema has fields."""
    return dialect.scalar(document, keys)
