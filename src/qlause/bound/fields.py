"""Fields + Schema → bound fields (rules 17 and 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from ..limits import DEFAULT_LIMITS, Limits
from ..schema.schema import Schema
from ..schema.storage import Column
from ..syntax.nodes import Fields, Path
from ..syntax.parser import parse_fields
from .nodes import BoundFields
from .resolve import refuse_type, refuse_unknown, resolve

__all__ = ["FieldsOptions", "bind_fields"]


class FieldsOptions(TypedDict, total=False):
    """The options of fields, the same for :func:`bind_fields` and for every backend.

    Args:
        schema: The fields that a request may ask for. None: any field.
        always: Fields that come out whatever the request asks for. They need no permission, because the server names
            them.
        limits: The limits for the text, by default ``Limits()``.

    """

    schema: Schema | None
    always: Sequence[str]
    limits: Limits


def bind_fields(fields: str | Fields, **options: Unpack[FieldsOptions]) -> BoundFields:
    """Settle which fields come out: find them in the schema, and leave out those that are hidden.

    A declared field that is not projectable never comes out, neither inside an object that is asked for nor where
    everything is.

    Args:
        fields: The text of ``fields``, or parsed fields. None listed means everything.
        **options: ``schema``, ``always`` and ``limits``, see :class:`qlause.FieldsOptions`.

    Returns:
        The stored paths to keep and to leave out, and the columns that hold them.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax``, ``empty_part``, ``direction_in_fields`` and
            other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it is hidden (``not_projectable``).
        TypeError: There is no such option, or ``always`` is one text.
        ValueError: A field of ``always`` is below a hidden one.

    Example:
        >>> schema = Schema({"id": "integer", "name": "string", "pin": {"projectable": False}})
        >>> bind_fields("name", schema=schema, always=("id",)).include
        (('name',), ('id',))
        >>> bind_fields("", schema=schema).exclude
        (('pin',),)

    """
    refuse_unknown(options, FieldsOptions)
    if isinstance(options.get("always"), str):
        raise TypeError("always takes several field names, as in ('id',)")
    refuse_type(fields, (str, Fields), "the fields")
    if isinstance(fields, str):
        fields = parse_fields(fields, limits=options.get("limits", DEFAULT_LIMITS))
    always = tuple(path for name in options.get("always", ()) for path in parse_fields(name).paths)
    schema = options.get("schema")
    if schema is None:
        asked = [path.segments for path in fields.paths]
        return BoundFields(_outermost(asked + [path.segments for path in always]) if asked else None)
    return _declared(fields, always, schema)


def _declared(fields: Fields, always: Sequence[Path], schema: Schema) -> BoundFields:
    asked = [resolve(schema, path, "projectable", fields.source).target for path in fields.paths]
    kept = [(path, schema.resolve(path)) for path in always]
    kept_keys = [path.segments if resolved is None else resolved.target.keys for path, resolved in kept]
    fields_and_targets = [(field, resolved.target) for path, field in schema if (resolved := schema.resolve(path))]
    hidden = [
        target.keys for field, target in fields_and_targets if not field.projectable and target.keys not in kept_keys
    ]
    for keys in kept_keys:
        above = next((other for other in hidden if keys[: len(other)] == other), None)
        if above is not None:
            raise ValueError(f"always: {'.'.join(keys)} is below {'.'.join(above)}, which the schema hides")
    columns: list[Column | None] = [target.column for target in asked]
    columns += [None if resolved is None else resolved.target.column for _, resolved in kept]
    if not asked:
        columns += [target.column for field, target in fields_and_targets if field.projectable]
    include = _outermost([target.keys for target in asked] + kept_keys) if asked else None
    return BoundFields(include, _outermost(hidden), tuple(dict.fromkeys(columns)))


def _outermost(paths: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The paths without those that are below another one: two public names may be stored one below the other."""
    listed = set(paths)
    return tuple(
        dict.fromkeys(path for path in paths if not any(path[:length] in listed for length in range(1, len(path))))
    )
