"""What the adapters share of deriving a schema: picking fields, and what the caller says of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from ..schema.schema import Field, Schema
from ..syntax.nodes import Path

__all__ = ["Declared", "schema_from"]

Declared: TypeAlias = dict[tuple[str, ...], dict[str, Any]]
"""The attributes of the Field of each public path."""


def schema_from(
    declared: Declared,
    only: Collection[str] | None,
    exclude: Collection[str],
    fields: Mapping[str, Field | str | Mapping[str, Any]] | None,
) -> Schema:
    """The schema of the derived fields that were picked, and of those that the caller declares.

    Raises ValueError for an unknown name in ``only`` or ``exclude``: a misspelt one must not let a field out.
    """
    derived: dict[str, Any] = {str(Path(keys)): attributes for keys, attributes in declared.items()}
    for argument, names in (("only", only), ("exclude", exclude)):
        if isinstance(names, str):
            raise TypeError(f"{argument} takes several field names, as in ('id',)")
        unknown = [name for name in names or () if name not in derived]
        if unknown:
            raise ValueError(f"{argument} names {', '.join(unknown)}; there are {', '.join(derived)}")
    kept = {name: field for name, field in derived.items() if (only is None or name in only) and name not in exclude}
    for name, field in (fields or {}).items():
        kept[name] = {**derived.get(name, {}), **field} if isinstance(field, Mapping) else field
    return Schema(kept)
