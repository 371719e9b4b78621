"""Django models → a schema."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Final

from django import conf
from django.db.models import ForeignKey, Model

from ...schema.schema import Field, Schema
from ..derived_schema import SEVERAL_ROWS, Declared, schema_from
from .relations import known_as, way_to

__all__ = ["described_field", "schema_of"]

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("CharField", "TextField", "SlugField", "EmailField", "URLField", "FileField", "FilePathField"),
    "integer": (
        *("AutoField", "SmallAutoField", "BigAutoField", "IntegerField", "SmallIntegerField", "BigIntegerField"),
        *("PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField"),
    ),
    "number": ("DecimalField", "FloatField"),
}
# What each of Django's own fields is, by its internal type.
_TYPES: Final[Mapping[str, Mapping[str, Any]]] = {
    **{name: {"type": kind} for kind, names in _NAMES.items() for name in names},
    "BooleanField": {"type": "boolean"},
    "DateTimeField": {"type": "date-time"},
    "DateField": {"type": "date", "storage": "native"},
    "TimeField": {"type": "time", "storage": "native"},
    "UUIDField": {"type": "uuid", "storage": "native"},
    "JSONField": {"type": "object", "open": True},
}


def schema_of(
    model: type[Model],
    *,
    only: Collection[str] | None = None,
    exclude: Collection[str] = (),
    relations: Collection[str] = (),
    fields: Mapping[str, Field | str | Mapping[str, Any]] | None = None,
) -> Schema:
    """Derive the schema of a model: a field for each field, a foreign key as its value (``customer_id``).

    A client can find out the value of every field that it may filter by, so take out what is private. Choices make an
    enum, a JSONField an open object, an ArrayField of PostgreSQL an array. Fields of other types than text, numbers,
    booleans, dates, times, UUIDs, JSON and arrays of these, and of classes that are not Django's own, are left out
    unless ``fields`` declares them.

    Args:
        model: The model.
        only: The names of the fields to keep. None: all.
        exclude: The names of the fields to leave out.
        relations: Other models to look into, by their query names: a foreign key of the model (``customer``, with the
            fields ``customer.name`` and so on), one that points at it (``lines``), many to many (``tags``), or several
            steps (``lines__product``). Where several rows belong to one, the fields are arrays.
        fields: Fields to add, or to declare in other ways than derived: a Field, a type, or some attributes of one.

    Returns:
        The schema. Make it once.

    Raises:
        ValueError: There is no field or relation of a name, so that a misspelt one lets no field out. Or a ``column``
            of ``fields`` leads to several rows.
        TypeError: ``only`` or ``exclude`` is a text.

    Example:
        >>> from examples.shop.models import Customer
        >>> schema_of(Customer)
        Schema(id: integer, name: string)

    """
    declared: Declared = {(name,): {**field, "column": name} for name, field in _fields(model)}
    for name in relations:
        declared |= _related(model, name)
    return schema_from(declared, only, exclude, fields, partial(known_as, model))


def _fields(model: type[Model]) -> list[tuple[str, dict[str, Any]]]:
    """The attributes of a Field for each concrete field of a model, by its attribute."""
    found = [(field.attname, described_field(field)) for field in model._meta.concrete_fields]
    return [(name, described) for name, described in found if described is not None]


def described_field(field: Any) -> dict[str, Any] | None:
    """The attributes of a Field for a field of a model; None where its type is none of the language."""
    if isinstance(field, ForeignKey):
        described = described_field(field.target_field)
        return None if described is None else {**described, "nullable": _may_be_null(field)}
    if not type(field).__module__.startswith("django."):
        return None
    if type(field).__name__ == "ArrayField":
        item = described_field(field.base_field)
        fits = item is not None and item["type"] != "object" and not item.get("array")
        return {**item, "array": True, "nullable": _may_be_null(field)} if item is not None and fits else None
    known = _TYPES.get(field.get_internal_type())
    if known is None:
        return None
    described = {**known, "nullable": _may_be_null(field)}
    if described["type"] == "date-time" and not conf.settings.USE_TZ:
        described["storage"] = "utc"
    if field.flatchoices and described["type"] == "string":
        values = [value for value, _ in field.flatchoices if value is not None] + [""] * field.blank
        return {**described, "type": "enum", "values": tuple(dict.fromkeys(values))}
    return described


def _may_be_null(field: Any) -> bool:
    """Whether some row may have NULL there.

    Django makes no table for an unmanaged model, and no NOT NULL for a generated column, so it promises nothing.
    """
    model = getattr(field, "model", None)
    is_unmanaged = model is not None and not model._meta.managed
    return bool(field.null) or is_unmanaged or getattr(field, "generated", False)


def _related(model: type[Model], name: str) -> Declared:
    """The fields of the objects that relations lead to."""
    steps = tuple(name.replace("__", ".").split("."))
    way, declared = way_to(model, steps), Declared()
    for own, field in _fields(way.model):
        if way.extends and issubclass(model, way.model._meta.get_field(own).model):
            continue  # it is a field of the object itself
        if not way.links:
            column = "__".join((*way.lookup, own))
            declared[*steps, own] = {**field, "column": column, "nullable": field["nullable"] or way.nullable}
            continue
        there = way.model._meta.get_field(own)
        if there.model._meta.concrete_model is not way.model._meta.concrete_model:
            continue  # it is in the table of a parent
        if field["type"] != "object" and not field.get("array"):
            several = {"array": True, "relation": way.relation(there.column), "nullable": True}
            declared[*steps, own] = {**field, **several, "sortable": False, "sort_hint": SEVERAL_ROWS}
    return declared
