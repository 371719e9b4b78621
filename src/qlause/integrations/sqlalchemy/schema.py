"""Core tables and ORM classes → the columns that they have, and a schema."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    FromClause,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Time,
    Uuid,
    inspect,
)
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.orm.util import AliasedInsp
from sqlalchemy.types import TypeDecorator, TypeEngine

from ...schema.schema import Field, Schema
from ...schema.storage import Column as BoundColumn
from ...schema.storage import Relation
from ..derived_schema import Declared, schema_from

__all__ = ["Source", "metadata_of", "picked", "primary_key_of", "schema_of", "sorted_column"]

Source: TypeAlias = "FromClause | type[Any] | Any"
"""A Core table, an alias or a subquery; an ORM class or ``aliased()`` of one."""

# What each type of column is as a field; the first that fits. A time with a zone is none.
_TYPES: Final[tuple[tuple[type[Any] | tuple[type[Any], ...], Callable[[Any], dict[str, Any] | None]], ...]] = (
    (Enum, lambda kind: {"type": "enum", "values": tuple(kind.enums)}),
    (String, lambda _: {"type": "string"}),
    (Boolean, lambda _: {"type": "boolean"}),
    (Integer, lambda _: {"type": "integer"}),
    ((Numeric, Float), lambda _: {"type": "number"}),
    (DateTime, lambda kind: {"type": "date-time", "storage": None if kind.timezone else "utc"}),
    (Date, lambda _: {"type": "date", "storage": "native"}),
    (Time, lambda kind: None if kind.timezone else {"type": "time", "storage": "native"}),
    (Uuid, lambda _: {"type": "uuid", "storage": "native"}),
    (JSON, lambda _: {"type": "object", "open": True}),
)


def schema_of(
    source: Source,
    *,
    only: Collection[str] | None = None,
    exclude: Collection[str] = (),
    relations: Collection[str] = (),
    fields: Mapping[str, Field | str | Mapping[str, Any]] | None = None,
) -> Schema:
    """Derive the schema of a table or class: a field for each column, named as the attribute.

    A client can find out the value of every field that it may filter by, so take out what is private. Columns of other
    types than text, numbers, booleans, dates, times, UUIDs, enums, JSON and arrays of these are left out unless
    ``fields`` declares them. So are columns of a TypeDecorator that changes the value on its way. JSON is an open
    object.
    ``info={"qlause": {...}}`` of a column sets attributes of its :class:`qlause.Field`.

    Args:
        source: A class, ``aliased()`` of one, a Core table, an alias or a subquery.
        only: The names of the fields to keep. None: all.
        exclude: The names of the fields to leave out.
        relations: Relationships of the class whose columns are fields too, as ``lines.sku``. They must be joined
            directly, not through a third table.
        fields: Fields to add, or to declare in other ways than derived: a Field, a type, or some attributes of one.

    Returns:
        The schema. Make it once.

    Raises:
        ValueError: There is no field or relation of a name, so that a misspelt one lets no field out.
        TypeError: ``only`` or ``exclude`` is a text, or ``source`` is no table and no class.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, String, Table
        >>> users = Table("users", MetaData(), Column("id", Integer), Column("name", String), Column("hash", String))
        >>> schema_of(users, exclude=["hash"])
        Schema(id: integer, name: string)

    """
    declared: Declared = {}
    for name, column in _columns_of(source).items():
        field = _field(column)
        if field is not None:
            declared[(name,)] = {"column": name, **field}
    for name in relations:
        declared |= _related(source, name)
    return schema_from(declared, only, exclude, fields)


def picked(source: Source, names: Collection[str]) -> list[Any]:
    """The columns of a table or the attributes of a class with these keys or, where there is none, these names.

    Raises ValueError for a name that the source does not have.
    """
    if isinstance(source, FromClause):
        if all(name in source.c for name in names):
            return [source.c[name] for name in names]
    else:
        attributes = _mapper(source).column_attrs
        if all(name in attributes for name in names):
            return [getattr(source, name) for name in names]
    columns = _columns_of(source)
    for column in list(columns.values()):
        columns.setdefault(_name(column), column)
    for name in names:
        if name not in columns:
            raise ValueError(f"{source} has no column {name}; it has {', '.join(columns)}")
    return [columns[name] for name in names]


def _columns_of(source: Source) -> dict[str, Any]:
    """The columns of a table or the attributes of a class by their keys."""
    if isinstance(source, FromClause):
        return dict(source.c.items())
    return {attribute.key: getattr(source, attribute.key) for attribute in _mapper(source).column_attrs}


def primary_key_of(source: Source) -> list[Any]:
    """The columns or attributes of the primary key."""
    if isinstance(source, FromClause):
        return list(source.primary_key)
    mapper = _mapper(source)
    return [getattr(source, mapper.get_property_by_column(column).key) for column in mapper.primary_key]


def sorted_column(column: Any) -> BoundColumn | None:
    """A column or attribute as one to sort by; None where its type is none of the language."""
    described = _field(column)
    if described is None:
        return None
    return BoundColumn(column.key, None, described["type"], described.get("storage"), array=False)


def metadata_of(source: Source) -> MetaData | None:
    """The metadata that the source's table stands in, where other tables are found by name."""
    table: Any = source if isinstance(source, FromClause) else _mapper(source).local_table
    while not isinstance(table, Table):
        table = getattr(table, "element", None)
        if table is None:
            return None
    return table.metadata


def _name(column: Any) -> str:
    element = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    name: str = getattr(element, "name", column.key)
    return name


def _mapper(source: Any) -> Mapper[Any]:
    inspected = inspect(source, raiseerr=False)
    if isinstance(inspected, AliasedInsp):
        return inspected.mapper
    if isinstance(inspected, Mapper):
        return inspected
    raise TypeError(f"{source!r} is no table, no mapped class and no alias of one")


def _field(column: Any) -> dict[str, Any] | None:
    """The attributes of a Field for a column; None where its type is none of the language."""
    element = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    described = _described(element.type)
    if described is None:
        return None
    table_column = isinstance(element, Column)
    nullable = element.nullable is not False if table_column else True
    return {"nullable": nullable, **described, **(element.info.get("qlause", {}) if table_column else {})}


def _described(kind: TypeEngine[Any]) -> dict[str, Any] | None:
    if isinstance(kind, ARRAY):
        item = None if (kind.dimensions or 1) > 1 else _described(kind.item_type)
        return None if item is None or item["type"] == "object" else {**item, "array": True}
    if isinstance(kind, TypeDecorator):
        return None if _changes_values(kind) else _described(kind.impl_instance)
    for types, described in _TYPES:
        if isinstance(kind, types):
            return described(kind)
    return None


def _changes_values(kind: TypeDecorator[Any]) -> bool:
    hooks = ("process_bind_param", "bind_processor", "bind_expression", "column_expression")
    return any(getattr(type(kind), hook) is not getattr(TypeDecorator, hook) for hook in hooks)


def _related(source: Source, name: str) -> Declared:
    """The columns of a related class."""
    relationship = None if isinstance(source, FromClause) else _mapper(source).relationships.get(name)
    if relationship is None:
        raise ValueError(f"{source} has no relationship {name}")
    other = relationship.mapper.local_table
    if relationship.secondary is not None or not isinstance(other, Table) or relationship.mapper.inherits is not None:
        raise ValueError(f"the relationship {name} is not joined directly to one table")
    on = _joined(relationship, source)
    declared: Declared = {}
    for attribute in relationship.mapper.column_attrs:
        column = attribute.columns[0]
        field = _field(column) if isinstance(column, Column) and column.table is other else None
        if field is not None and not field.get("array") and field["type"] != "object":
            relation = Relation((other.schema, other.name) if other.schema else (other.name,), on, column.name)
            declared[name, attribute.key] = {**field, "array": True, "relation": relation, "sortable": False}
    return declared


def _joined(relationship: RelationshipProperty[Any], source: Source) -> tuple[tuple[str, str], ...]:
    """The pairs of columns that join the other table; refused where the join asks for more."""
    own = _mapper(source)
    pairs = relationship.local_remote_pairs or []
    clauses = getattr(relationship.primaryjoin, "clauses", [relationship.primaryjoin])
    if len(list(clauses)) != len(pairs) or any(clause.operator.__name__ != "eq" for clause in clauses):
        raise ValueError(f"the relationship {relationship.key} is joined by more than equal columns")
    return tuple((remote.name, own.get_property_by_column(local).key) for local, remote in pairs)
