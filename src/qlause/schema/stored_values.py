"""What a schema stores and a request may look for: the values that an index can be made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Required, TypedDict

from .schema import Schema
from .storage import Target

__all__ = ["StoredOptions", "StoredValue", "stored_values"]


class StoredOptions(TypedDict, total=False):
    """What the stored values are those of; every backend takes the same."""

    schema: Required[Schema]
    """The declared fields."""


@dataclass(frozen=True, slots=True)
class StoredValue:
    """One value of a document that may be filtered or sorted by."""

    target: Target
    name: str
    """The public path, its segments and the language joined by ``_``: a name for an index."""
    type: str
    """The type of the field."""
    contains: bool
    """Whether a filter may ask for a part of it under the fold."""
    nullable: bool
    """Whether null may be stored."""


def stored_values(schema: Schema) -> Iterator[StoredValue]:
    """The values that a schema declares, of a localized field one for each language, in the order of the paths."""
    for path, field in schema:
        found = schema.resolve(path)
        if found is None or not (field.filterable or field.sortable):
            continue
        contains = field.filterable and "contains" in field.allowed and not field.case_sensitive
        if found.by_language is None:
            yield StoredValue(found.target, "_".join(path.segments), field.type, contains, field.nullable)
            continue
        for language, target in zip(field.languages, found.by_language, strict=True):
            yield StoredValue(target, "_".join((*path.segments, language)), field.type, contains, field.nullable)
