"""The values that a schema stores and a request may look for: what indexes can be made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Required, TypedDict

from .schema import Schema
from .storage import Target

__all__ = ["StoredOptions", "StoredValue", "stored_values"]


class StoredOptions(TypedDict, total=False):
    """The options of functions about stored values, the same for every backend."""

    schema: Required[Schema]
    """The declared fields."""


@dataclass(frozen=True, slots=True)
class StoredValue:
    """One value of a document that a request may filter or sort by."""

    target: Target
    name: str
    """A name for an index: the segments of the public path, and the language, joined by ``_``."""
    type: str
    """The type of the field."""
    contains: bool
    """Whether a filter may use ``~`` under the fold."""
    nullable: bool
    """Whether null may be stored."""


def stored_values(schema: Schema) -> Iterator[StoredValue]:
    """The values that a schema declares, in the order of their paths; a localized field has one for each language."""
    for path, field in schema:
        resolved = schema.resolve(path)
        if resolved is None or not (field.filterable or field.sortable):
            continue
        contains = field.filterable and "contains" in field.allowed and not field.case_sensitive
        if resolved.by_language is None:
            yield StoredValue(resolved.target, "_".join(path.segments), field.type, contains, field.nullable)
            continue
        for language, target in zip(field.languages, resolved.by_language, strict=True):
            yield StoredValue(target, "_".join((*path.segments, language)), field.type, contains, field.nullable)
