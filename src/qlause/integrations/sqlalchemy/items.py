"""Rows and objects of SQLAlchemy as public documents, and their values by the names of columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias

from sqlalchemy import JSON, Boolean, Enum, Time, TypeDecorator
from sqlalchemy.types import UserDefinedType

from ...backends.python.access import MISSING
from ...backends.python.public import row_projection
from ...bound.nodes import BoundFields
from ...schema.types import TYPES
from .column_types import driver_value
from .elements import Attributes
from .schema import Source, picked

__all__ = ["getter_of", "item_of", "values_of"]

_Get: TypeAlias = Callable[[Any, str], Any]
_Item: TypeAlias = Callable[[Any], dict[str, Any]]


def item_of(fields: BoundFields, document: str, source: Source, *, is_entity: bool) -> _Item:
    """Make the function from a row to the public document. ``is_entity``: rows are objects of a class."""
    is_kept = isinstance(source, type) and fields.is_small
    return (_kept_item if is_kept else _item)(fields, document, source, is_entity)


def _item(fields: BoundFields, document: str, source: Source, is_entity: bool) -> _Item:
    plain = _of_attributes(fields, source) if is_entity else None
    return plain or row_projection(fields, document, getter_of(source))


_kept_item: Callable[..., _Item] = lru_cache(maxsize=256)(_item)


def _of_attributes(fields: BoundFields, source: Source) -> _Item | None:
    """The same, in a fifth of the time, for fields that are attributes of an object as they are; None if one is not."""
    if not fields.names or fields.include is None or fields.exclude or fields.hidden:
        return None
    keys: dict[str, str] = {}
    for public, target in fields.names:
        column = target.column
        if len(public) > 1 or column is None or column.relation is not None or column.keys is not None or column.steps:
            return None
        (attribute,) = picked(source, [column.name])
        definition = TYPES[column.type]
        is_changed = definition.from_column is not None and not isinstance(attribute.type, Boolean | Time)
        if is_changed or definition.by_language or column.array or column.type == "object":
            return None
        if isinstance(attribute.type, Enum | JSON | TypeDecorator | UserDefinedType):  # these give values of their own
            return None
        keys[public[0]] = attribute.key
    if len(keys) == 1:
        ((name, key),) = keys.items()
        return lambda row: {name: getattr(row, key)}
    names, values = list(keys), attrgetter(*keys.values())
    return lambda row: dict(zip(names, values(row), strict=True))


def getter_of(source: Source) -> _Get:
    """Make the function that returns the value of a column of a row or an object; MISSING where there is none."""
    return (_kept_getter if isinstance(source, type) else _getter)(source)


def _getter(source: Source) -> _Get:
    known: dict[str, Any] = {}

    def get(row: Any, name: str) -> Any:
        if "." in name:  # a column of another table, by the way to it
            return Attributes(row, source)[name]
        if name not in known:
            (known[name],) = picked(source, [name])
        column = known[name]
        value = getattr(row, column.key, MISSING)
        return driver_value(value, column.type)

    return get


_kept_getter: Callable[[Any], _Get] = lru_cache(maxsize=64)(_getter)


def values_of(row: Any, get: _Get) -> Any:
    """The values of a row or an object by the names of columns, for a cursor."""
    return _Values(row, get)


class _Values:
    def __init__(self, row: Any, get: _Get) -> None:
        self.row = row
        self.get = get

    def __getitem__(self, name: str) -> Any:
        value = self.get(self.row, name)
        if value is MISSING:
            raise KeyError(name)
        return value
