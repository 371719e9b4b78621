"""Django models → a schema."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from django import conf
from django.db.models import ForeignKey, Model
from django.db.models import ManyToOneRel as OneToMany

from ...schema.schema import Field, Schema
from ...schema.storage import Relation
from ..derived_schema import Declared, schema_from

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
        relations: Other models to look into: a foreign key of the model (``customer``, with the fields
            ``customer.name`` and so on), or one that points at it, by its query name (``lines``).
        fields: Fields to add, or to declare in other ways than derived: a Field, a type, or some attributes of one.

    Returns:
        The schema. Make it once.

    Raises:
        ValueError: There is no field or relation of a name, so that a misspelt one lets no field out.
        TypeError: ``only`` or ``exclude`` is a text.

    Example:
        >>> from examples.shop.models import Customer
        >>> schema_of(Customer)
        Schema(id: integer, name: string)

    """
    declared: Declared = {(name,): {**field, "column": name} for name, field in _fields(model)}
    for name in relations:
        declared |= _related(model, name)
    return schema_from(declared, only, exclude, fields)


def _fields(model: type[Model]) -> list[tuple[str, dict[str, Any]]]:
    """The attributes of a Field for each concrete field of a model, by its attribute."""
    found = [(field.attname, described_field(field)) for field in model._meta.concrete_fields]
    return [(name, described) for name, described in found if described is not None]


def described_field(field: Any) -> dict[str, Any] | None:
    """The attributes of a Field for a field of a model; None where its type is none of the language."""
    if isinstance(field, ForeignKey):
        described = described_field(field.target_field)
        return None if described is None else {**described, "nullable": field.null}
    if not type(field).__module__.startswith("django."):
        return None
    if type(field).__name__ == "ArrayField":
        item = described_field(field.base_field)
        fits = item is not None and item["type"] != "object" and not item.get("array")
        return {**item, "array": True, "nullable": field.null} if item is not None and fits else None
    known = _TYPES.get(field.get_internal_type())
    if known is None:
        return None
    described = {**known, "nullable": field.null}
    if described["type"] == "date-time" and not conf.settings.USE_TZ:
        described["storage"] = "utc"
    if field.flatchoices and described["type"] == "string":
        values = [value for value, _ in field.flatchoices if value is not None] + [""] * field.blank
        return {**described, "type": "enum", "values": tuple(dict.fromkeys(values))}
    return described


def _related(model: type[Model], name: str) -> Declared:
    """The fields of the rows that belong to one of a model, or of the one that it belongs to."""
    relation = next((each for each in model._meta.get_fields() if each.name == name), None)
    if isinstance(relation, ForeignKey):
        there = _fields(relation.related_model)
        return {
            (name, own): {**field, "column": f"{name}__{own}", "nullable": field["nullable"] or relation.null}
            for own, field in there
        }
    if not isinstance(relation, OneToMany):
        raise ValueError(f"{model.__name__} has no relation {name} that is a foreign key or the other side of one")
    other, key = relation.related_model, relation.field
    declared: Declared = {}
    for own, field in _fields(other):
        column = other._meta.get_field(own)
        if column.model is not other or field["type"] == "object" or field.get("array"):
            continue
        to = Relation(other._meta.db_table, ((key.column, key.target_field.attname),), column.column)
        declared[name, own] = {**field, "array": True, "relation": to, "sortable": False}
    return declared
