"""What the adapters share of deriving a schema: picking fields, and what the caller says of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from ..schema.field import declared_field
from ..schema.permissions import PERMISSIONS
from ..schema.schema import Field, Operator, Schema
from ..schema.types import TYPES
from ..syntax.nodes import Path

__all__ = ["SEVERAL_ROWS", "Declared", "refuse_names_apart", "refuse_no_document", "schema_from"]

SEVERAL_ROWS: Final = "several rows belong to one, so there is no one value to sort by"

Declared: TypeAlias = dict[tuple[str, ...], dict[str, Any]]
"""The attributes of the Field of each public path."""

_OF_ANY_TYPE: Final = frozenset({"column", "relation", "nullable", "array", "filterable", "sortable", "projectable"})
"""What stays of a derived declaration where the caller declares another type."""


def schema_from(
    declared: Declared,
    only: Collection[str] | None,
    exclude: Collection[str],
    fields: Mapping[str, Field | str | Mapping[str, Any]] | None,
    known_as: Callable[[str], str],
) -> Schema:
    """The schema of the derived fields that were picked, and of those that the caller declares.

    ``known_as`` gives the one name of a column that has several, so that the schema knows which fields are one. It
    raises ValueError where there is no such column.

    Raises ValueError for an unknown name in ``only`` or ``exclude``: a misspelt one must not let a field out.
    """
    derived: dict[str, Any] = {str(Path(keys)): attributes for keys, attributes in declared.items()}
    for argument, names in (("only", only), ("exclude", exclude)):
        if isinstance(names, str):
            raise TypeError(f"{argument} takes several field names, as in ('id',)")
        unknown = [name for name in names or () if name not in derived]
        if unknown:
            raise ValueError(f"{argument} names {', '.join(unknown)}; there are {', '.join(derived)}")
    for name in (fields or {}).keys() & set(exclude):
        raise ValueError(f"exclude and fields both name {name}: leave it out, or declare it")
    excluded = {_place_of(derived[name], known_as) for name in exclude}  # a column has several names
    kept = {
        name: field
        for name, field in derived.items()
        if (only is None or name in only) and _place_of(field, known_as) not in excluded
    }
    for name, field in (fields or {}).items():
        kept[name] = _declared(name, field, derived.get(name, {}))
    return Schema({name: _placed(name, field, known_as) for name, field in kept.items()})


def _place_of(field: Mapping[str, Any], known_as: Callable[[str], str]) -> object:
    """Where a derived field is stored."""
    return field["relation"] if "relation" in field else known_as(field["column"])


def _declared(name: str, declaration: Field | str | Mapping[str, Any], above: Mapping[str, Any]) -> Any:
    """What the caller declares of a field, with what was derived of it as far as nothing else is said.

    A permission that was denied stays denied unless the caller grants it by its name, in a mapping.
    """
    denied: dict[str, Any] = {
        permission: False
        for permission in PERMISSIONS
        if above.get(permission) is False and not (permission == "sortable" and "sort_hint" in above)
    }
    if not isinstance(declaration, Mapping):
        field = declared_field(name, declaration)
        return replace(
            field, **denied, operators=_allowed(field.type, above) if field.operators is None else field.operators
        )
    if declaration.get("type", above.get("type")) == above.get("type"):
        return {**above, **declaration}
    kind = declaration["type"]
    operators = {} if "operators" not in above else {"operators": _allowed(kind, above)}
    return {**{key: value for key, value in above.items() if key in _OF_ANY_TYPE}, **operators, **declaration}


def _allowed(kind: str, above: Mapping[str, Any]) -> frozenset[Operator] | None:
    """The operators that were allowed, as far as a type has them; None: all of the type."""
    if "operators" not in above or kind not in TYPES:
        return None
    return TYPES[kind].operators.intersection(above["operators"])


def _placed(name: str, declaration: Any, known_as: Callable[[str], str]) -> Field:
    """A field whose columns have the names that the adapter knows them by."""
    field = declared_field(name, declaration)
    try:
        if field.column is not None and isinstance(field.column[0], str):
            field = replace(field, column=(known_as(field.column[0]), *field.column[1:]))
        if field.folded is not None and field.relation is None:
            field = replace(field, folded=known_as(field.folded))
    except ValueError as error:
        raise ValueError(f"the field {name}: {error}") from None
    return field


def refuse_names_apart(schema: Schema, known_as: Callable[[str], str]) -> None:
    """Raise ValueError where a schema hides a column under one of its names and shows it under another one."""
    placed = {str(path): _placed(str(path), field, known_as) for path, field in schema}
    for (path, field), (_, left) in zip(schema, Schema(placed), strict=True):
        if any(getattr(field, permission) != getattr(left, permission) for permission in PERMISSIONS):
            raise ValueError(f"the field {path} is in a column that another field hides under another name: hide both")


def refuse_no_document(schema: Schema, document: str, source: str, permissions: Collection[str] = PERMISSIONS) -> None:
    """Raise ValueError for fields that only a column of documents could hold, for a source that has no such column.

    ``source`` is what messages call it. Fields without any of the permissions are never asked for.
    """
    names = [
        str(path)
        for path, field in schema
        if any(getattr(field, permission) for permission in permissions)
        and (resolved := schema.resolve(path)) is not None
        and resolved.target.column is None
    ]
    if names or schema.open:
        what = (
            f"no column is declared for {', '.join(names)}" if names else "an open schema has fields without a column"
        )
        raise ValueError(
            f"{what}, and {source} has no column {document} that holds documents:"
            f" say where each field is stored by column=, make the schema by schema_of({source}), or name the column"
            " of documents by the listing's document="
        )
