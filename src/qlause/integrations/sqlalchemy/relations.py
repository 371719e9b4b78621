"""Relationships of classes → the joins to the rows that they lead to, over several steps and through third tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, Index, Table, UniqueConstraint
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression

from ...schema.storage import Link, Relation

__all__ = ["Joins", "joins_of"]


class Joins(NamedTuple):
    """The way from a row to the rows of a class."""

    mapper: Mapper[Any]
    """The class of these rows."""
    links: tuple[Link, ...]
    one: bool
    """Whether at most one row belongs to a row."""

    def relation(self, column: str) -> Relation:
        """The relation whose value is a column of these rows."""
        *through, (table, on) = self.links
        return Relation(table, on, column, tuple(through), self.one)


def joins_of(mapper: Mapper[Any], path: str) -> Joins:
    """The way that relationships lead from a class, ``orders.lines``.

    Raises ValueError where there is no such relationship, or where it is joined by more than equal columns of tables.
    """
    joins, class_name = Joins(mapper, (), True), mapper.class_.__name__
    for name in path.split("."):
        relationship = joins.mapper.relationships.get(name)
        if relationship is None:
            raise ValueError(f"{class_name} has no relationship {path}")
        links, one = _links(relationship, joins.mapper, is_first=not joins.links)
        joins = Joins(relationship.mapper, joins.links + links, joins.one and one)
    return joins


def _links(
    relationship: RelationshipProperty[Any], own: Mapper[Any], *, is_first: bool
) -> tuple[tuple[Link, ...], bool]:
    """The tables that one relationship joins, and whether it leads to at most one row.

    The row is known by the names of its attributes, all tables by those of their columns.
    """

    def parent(column: Column[Any]) -> str:
        return own.get_property_by_column(column).key if is_first else column.name

    other, secondary = relationship.mapper.local_table, relationship.secondary
    if not isinstance(other, Table) or relationship.mapper.inherits is not None:
        raise ValueError(f"the relationship {relationship.key} does not lead to one table")
    if secondary is None:
        # Where a table is joined with itself, only the relationship knows which side is the other row's.
        known = dict.fromkeys(relationship.local_remote_pairs or (), True)
        equal = [(one, two) if (one, two) in known else (two, one) for one, two in _equal(relationship, "primaryjoin")]
        if set(equal) != set(known):
            raise _refused(relationship)
        on = tuple([(remote.name, parent(local)) for local, remote in equal])
        return ((_names(other), on),), _is_unique(other, [remote for _, remote in equal])
    if not isinstance(secondary, Table):
        raise _refused(relationship)
    first = [_sides(pair, secondary, relationship) for pair in _equal(relationship, "primaryjoin")]
    second = [_sides(pair, secondary, relationship) for pair in _equal(relationship, "secondaryjoin")]
    to_secondary = tuple([(there.name, parent(local)) for there, local in first])
    to_other = tuple([(remote.name, there.name) for there, remote in second])
    return ((_names(secondary), to_secondary), (_names(other), to_other)), False


def _equal(relationship: RelationshipProperty[Any], join: str) -> Iterator[tuple[Column[Any], Column[Any]]]:
    """The pairs of columns that a join compares. Raises ValueError where it asks for anything else."""
    condition = getattr(relationship, join)
    for clause in getattr(condition, "clauses", [condition]):
        is_equal = isinstance(clause, BinaryExpression) and clause.operator is operators.eq
        sides = [side._deannotate() for side in (clause.left, clause.right)] if is_equal else []
        if not sides or not all(isinstance(side, Column) for side in sides):
            raise _refused(relationship)
        yield sides[0], sides[1]


def _sides(
    pair: tuple[Column[Any], Column[Any]], secondary: Table, relationship: RelationshipProperty[Any]
) -> tuple[Column[Any], Column[Any]]:
    """A pair of columns, that of the third table first."""
    of_secondary = [column.table is secondary for column in pair]
    if of_secondary == [True, False]:
        return pair
    if of_secondary == [False, True]:
        return pair[1], pair[0]
    raise _refused(relationship)


def _refused(relationship: RelationshipProperty[Any]) -> ValueError:
    return ValueError(f"the relationship {relationship.key} is joined by more than equal columns")


def _names(table: Table) -> tuple[str, ...]:
    return (table.schema, table.name) if table.schema else (table.name,)


def _is_unique(table: Table, columns: list[Column[Any]]) -> bool:
    """Whether at most one row of a table has given values in these columns."""
    names = {column.name for column in columns}
    keys: list[Any] = [table.primary_key, *(each for each in table.constraints if isinstance(each, UniqueConstraint))]
    keys += [index for index in table.indexes if index.unique and _is_plain(index)]
    unique = [{column.name for column in key.columns} for key in keys]
    unique += [{column.name} for column in table.c if column.unique]
    return any(each and each <= names for each in unique)


def _is_plain(index: Index) -> bool:
    """Whether an index is of columns and of all rows."""
    partial = any(name.endswith("_where") and value is not None for name, value in index.dialect_kwargs.items())
    return not partial and all(isinstance(expression, Column) for expression in index.expressions)
