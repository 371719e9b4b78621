"""Core tables and ORM classes → the columns that they have, and a schema."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache, partial
from typing import Any, Final, TypeAlias

from sqlalchemy import Column, FromClause, MetaData, Table, inspect
from sqlalchemy.ext.hybrid import HybridExtensionType
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.util import AliasedInsp
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import _anonymous_label

from ...schema.extensions import IN_PYTHON, extension_in, merged_extensions
from ...schema.permissions import HIDDEN
from ...schema.pydantic import excluded_names
from ...schema.schema import Field, Schema
from ...schema.storage import Column as BoundColumn
from ..derived_schema import SEVERAL_ROWS, Declared, schema_from
from .column_types import described_type
from .nullability import is_never_null, outer_joined
from .relations import joins_of

__all__ = [
    "Source",
    "has_column",
    "metadata_of",
    "name_of_column",
    "picked",
    "primary_key_of",
    "related_attribute",
    "schema_of",
    "sorted_column",
    "words_for",
]

Source: TypeAlias = "FromClause | type[Any] | Any"
"""A Core table, an alias or a subquery; an ORM class or ``aliased()`` of one."""

_WITHOUT_LABEL: Final = "_no_label"
"""The key that SQLAlchemy gives an expression in a subquery without a label."""

_UNSORTED: Final[Mapping[str, Any]] = {
    "sortable": False,
    "sort_hint": "what Python computes may be another value than the database sorts by; make it a column_property",
}
"""What a field of a hybrid property is besides."""


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
    object. A ``column_property`` is a field like a column. A hybrid property is one if ``only`` or ``fields`` names it,
    because many hide a column that is private (``fields={"full_name": {}}``). It is not sortable: what Python computes
    of a row may be another value than the database sorts by, and a cursor would lead elsewhere.
    ``info={"qlause": {...}}`` of a column sets attributes of its :class:`qlause.Field`.

    Args:
        source: A class, ``aliased()`` of one, a Core table, an alias or a subquery.
        only: The names of the fields to keep. None: all.
        exclude: The names of the fields to leave out.
        relations: Relationships of the class whose columns are fields too: ``customer`` with the fields
            ``customer.name`` and so on, ``tags`` through a third table, ``orders.lines`` over two steps. Of one that
            leads to at most one row, a sort can use the fields.
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
    outer = outer_joined([source if isinstance(source, FromClause) else _mapper(source).persist_selectable])
    hybrids = _hybrids_of(source) & {*(() if only is None else only), *(fields or ())}
    hidden = _hidden_of(source)
    for name, column in {**_columns_of(source), **{name: getattr(source, name) for name in hybrids}}.items():
        field = _field(column, outer)
        if field is not None:
            unsorted = _UNSORTED if name in hybrids else {}
            declared[(name,)] = {"column": name, **hidden.get(name, {}), **field, **unsorted}
    for name in relations:
        declared |= _related(source, name)
    return schema_from(declared, only, exclude, fields, partial(name_of_column, source))


def name_of_column(source: Source, name: str) -> str:
    """The first of the names that a source has for one column: attributes, synonyms and the name in the table."""
    mapper = None if isinstance(source, FromClause) else _mapper(source)
    while mapper is not None and name in mapper.synonyms:
        name = mapper.synonyms[name].name
    (column,) = picked(source, [name])
    if mapper is None or column.key not in mapper.column_attrs:
        return str(column.key)
    stored = mapper.column_attrs[column.key].columns[0]
    return next(each.key for each in mapper.column_attrs if each.columns[0] is stored)


def picked(source: Source, names: Collection[str], document: str | None = None) -> list[Any]:
    """The columns of a table or the attributes of a class with these keys or, where there is none, these names.

    Raises ValueError for a name that the source does not have. ``document`` is the one that holds what has no column.
    """
    if isinstance(source, FromClause):
        if all(name in source.c for name in names):
            return [source.c[name] for name in names]
    else:
        attributes = {*_mapper(source).column_attrs.keys(), *_hybrids_of(source)}
        if attributes.issuperset(names):
            return [getattr(source, name) for name in names]
    columns = _columns_of(source)
    for column in list(columns.values()):
        columns.setdefault(_name(column), column)
    for name in names:
        if name not in columns:
            listed = [known for known in columns if not isinstance(known, _anonymous_label)]
            message = f"{words_for(source)} has no column {name}; it has {', '.join(listed)}"
            if name == document:
                message += (
                    ". Fields without a column are looked for there: pass schema=, as schema_of makes it, or name the"
                    " column of documents by document="
                )
            raise ValueError(message)
    return [columns[name] for name in names]


def has_column(source: Source, name: str) -> bool:
    """Whether a source has a column or an attribute of a name or key."""
    return (_kept_has_column if isinstance(source, type | Table) else _has_column)(source, name)


def _has_column(source: Source, name: str) -> bool:
    try:
        picked(source, [name])
    except ValueError:
        return False
    return True


_kept_has_column: Callable[..., bool] = lru_cache(maxsize=256)(_has_column)


def words_for(source: Source) -> str:
    """A source as an error names it: not by the text of a subquery, and not by a name that SQLAlchemy made up."""
    if not isinstance(source, FromClause):
        return str(getattr(source, "__name__", source))
    name = getattr(source, "name", None)
    return f"the {type(source).__name__.lower()}" if name is None or isinstance(name, _anonymous_label) else str(name)


def _columns_of(source: Source) -> dict[str, Any]:
    """The columns of a table or the attributes of a class by their keys, without those that nobody named."""
    if isinstance(source, FromClause):
        return {key: column for key, column in source.c.items() if not key.startswith(_WITHOUT_LABEL)}
    return {attribute.key: getattr(source, attribute.key) for attribute in _mapper(source).column_attrs}


def _hybrids_of(source: Source) -> set[str]:
    """The names of the hybrid properties of a class."""
    if isinstance(source, FromClause):
        return set()
    described = _mapper(source).all_orm_descriptors.items()
    return {name for name, each in described if each.extension_type is HybridExtensionType.HYBRID_PROPERTY}


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
    return next((each.metadata for each in visitors.iterate(table) if isinstance(each, Table)), None)


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


def _field(column: Any, outer: Collection[FromClause] = ()) -> dict[str, Any] | None:
    """The attributes of a Field for a column; None where its type is none of the language.

    ``outer`` are the tables that an outer join may leave empty.
    """
    element = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    described = described_type(element.type)
    if described is None:
        return None
    return {"nullable": not is_never_null(element, outer), **described, **_said_of(column, element)}


def _said_of(column: Any, element: Any) -> dict[str, Any]:
    """What ``info`` says of a column, of an attribute of it, and of the columns that an alias or subquery has it from.

    Their ``info`` does not go through an alias, and what is hidden in a table stays hidden in a subquery.
    """
    places = [*element.base_columns, element, getattr(column, "property", None), column]
    infos = {id(info): info for place in places if isinstance(info := getattr(place, "info", None), Mapping)}
    return merged_extensions(extension_in(info, IN_PYTHON, f"the info of {column.key}") for info in infos.values())


def _hidden_of(source: Source) -> dict[str, Mapping[str, bool]]:
    """The attributes of a class of SQLModel that pydantic leaves out of what it writes."""
    kind = None if isinstance(source, FromClause) else _mapper(source).class_
    return dict.fromkeys({} if kind is None else excluded_names(kind), HIDDEN)


def _related(source: Source, path: str) -> Declared:
    """The columns of the class that relationships lead to."""
    if isinstance(source, FromClause):
        raise ValueError(f"{words_for(source)} has no relationship {path}")
    joins, declared = joins_of(_mapper(source), path), Declared()
    hidden = _hidden_of(joins.mapper.class_)
    for attribute in joins.mapper.column_attrs:
        column = attribute.columns[0]
        field = _field(column) if isinstance(column, Column) and column.table is joins.mapper.local_table else None
        if field is None or field.get("array") or field["type"] == "object":
            continue
        relation = {"array": not joins.one, "relation": joins.relation(column.name), "nullable": True}
        if not joins.one:
            relation |= {"sortable": False, "sort_hint": SEVERAL_ROWS}
        declared[*path.split("."), attribute.key] = {**hidden.get(attribute.key, {}), **field, **relation}
    return declared


def related_attribute(source: Source, path: str) -> Any:
    """The attribute that a path of relationships and an attribute leads to; None where there is none."""
    if isinstance(source, FromClause):
        return None
    mapper = _mapper(source)
    *names, last = path.split(".")
    for name in names:
        if name not in mapper.relationships:
            return None
        mapper = mapper.relationships[name].mapper
    return getattr(mapper.class_, last, None)
