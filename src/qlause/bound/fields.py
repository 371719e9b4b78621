"""Fields + Schema → bound fields (rules 17 and 21)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias, TypedDict, Unpack

from ..limits import DEFAULT_LIMITS, Limits
from ..schema.schema import Schema
from ..schema.storage import Target, with_origin
from ..syntax.nodes import Fields, Path, Span
from ..syntax.parser import parse_fields
from .nodes import BoundFields
from .resolve import origin_of, refuse_options, refuse_type, refuse_unknown, refuse_unused, resolve

__all__ = ["FieldsOptions", "bind_fields", "outermost"]

_Keys: TypeAlias = tuple[str, ...]
_Name: TypeAlias = tuple[_Keys, Target]
"""The public path of a field, and where it is stored."""


class FieldsOptions(TypedDict, total=False):
    """The options of fields, the same for :func:`bind_fields` and for every backend.

    Args:
        schema: The fields that a request may ask for. None: any field.
        always: Fields that come out whatever the request asks for. They need no permission, because the server names
            them. An object is closed as for a request. What is hidden below one that is named stays hidden.
        limits: The limits for the text, by default ``Limits()``. Not for parsed fields.

    """

    schema: Schema | None
    always: Sequence[str]
    limits: Limits


def bind_fields(fields: str | Fields | BoundFields, **options: Unpack[FieldsOptions]) -> BoundFields:
    """Settle which fields come out.

    With a schema, only declared fields do, also where everything is asked for. An object with declared fields below it
    is closed: these come out of it, and nothing else, unless it is declared as open. A localized field with languages
    is closed too. Any other value comes out whole. What is not projectable never comes out.

    Args:
        fields: The text of ``fields``, or parsed fields. None listed means everything. Bound fields are returned as
            they are.
        **options: ``schema``, ``always`` and ``limits``, see :class:`qlause.FieldsOptions`.

    Returns:
        The stored paths to keep and to leave out, and the columns that hold them.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax``, ``empty_part``, ``direction_in_fields`` and
            other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it is hidden (``not_projectable``).
        TypeError: There is no such option, it can have no effect, or ``always`` is one text.
        ValueError: A field of ``always`` is below a hidden one.

    Example:
        >>> schema = Schema({"id": "integer", "name": "string", "pin": {"projectable": False}})
        >>> bind_fields("name", schema=schema, always=("id",)).include
        (('name',), ('id',))
        >>> bind_fields("", schema=schema).include
        (('id',), ('name',))

    """
    refuse_unknown(options, FieldsOptions)
    if isinstance(fields, BoundFields):
        refuse_options(options)
        return fields
    if isinstance(options.get("always"), str):
        raise TypeError("always takes several field names, as in ('id',)")
    refuse_type(fields, (str, Fields), "the fields")
    refuse_unused(fields, options, "limits")
    if isinstance(fields, str):
        fields = parse_fields(fields, limits=options.get("limits", DEFAULT_LIMITS))
    always = tuple(path for name in options.get("always", ()) for path in parse_fields(name).paths)
    schema = options.get("schema")
    if schema is None:
        asked = [path.segments for path in fields.paths]
        return BoundFields(outermost(asked + [path.segments for path in always]) if asked else None)
    return _declared(fields, always, schema)


def _declared(fields: Fields, always: Sequence[Path], schema: Schema) -> BoundFields:
    names: list[_Name] = []
    for path in (*fields.paths, *fields.covered):
        resolve(schema, path, "projectable", fields.source)
    for path in fields.paths:
        origin = origin_of(path, fields.source)
        names += [(name, _located(target, origin)) for name, target in _parts(schema, path)]
    if not fields.paths:
        names += [name for path, field in schema if field.projectable for name in _own(schema, path)]
    names += [name for path in always for name in _kept(schema, path)]
    targets = [target for _, target in names]
    include = outermost([target.keys for target in targets])
    columns = [target.column for target in targets]
    if not fields.paths:
        columns = [column for column in columns if column is None or column.relation is None]
    is_whole = schema.open and not fields.paths
    hidden = _hidden(schema, always)
    return BoundFields(
        None if is_whole else include,
        _excluded(hidden, {()} if is_whole else set(include)),
        tuple(dict.fromkeys([*columns, None] if is_whole else columns)),
        tuple(dict(names).items()),
        hidden,
    )


def _parts(schema: Schema, path: Path) -> list[_Name]:
    """What comes out of a field: of an object with declared fields, those of them that may."""
    below = [name for other, field in schema.below(path) if field.projectable for name in _own(schema, other)]
    return [*_own(schema, path), *below]


def _located(target: Target, origin: tuple[str, Span] | None) -> Target:
    """The target. One of related rows knows where a request names it, because a table refuses to read it."""
    return target if target.column is None or target.column.relation is None else with_origin(target, origin)


def _own(schema: Schema, path: Path) -> list[_Name]:
    """What comes out of a field without what is declared below it. An object is closed by that, unless it is open."""
    resolved, public = schema.resolve(path), path.segments
    if resolved is None:
        return [(public, Target(public))]
    if resolved.by_language:
        return [((*public, target.keys[-1]), target) for target in resolved.by_language]
    may_hold_more = resolved.field.open or resolved.by_language is not None or not resolved.target.declared
    return [(public, resolved.target)] if may_hold_more or not any(schema.below(path)) else []


def _kept(schema: Schema, path: Path) -> list[_Name]:
    """What comes out of a field that the server names, also if it is hidden. What is hidden below it is not named."""
    resolved = schema.resolve(path)
    if resolved is None or resolved.field.projectable:
        return _parts(schema, path)
    below = [other for other, _ in schema.below(path)]
    hidden = [other.segments for other in set(below).intersection(schema.hidden())]
    shown = [other for other in below if not any(other.segments[: len(above)] == above for above in hidden)]
    return [name for other in (path, *shown) for name in _own(schema, other)]


def _hidden(schema: Schema, always: Sequence[Path]) -> tuple[Target, ...]:
    """Where hidden values are stored. Raises ValueError for a field that is always kept, but below a hidden one."""
    kept = {
        path.segments if found is None else found.target.keys for path in always for found in [schema.resolve(path)]
    }
    hidden = [found.target for path in schema.hidden() if path not in always and (found := schema.resolve(path))]
    hidden = [target for target in hidden if target.keys not in kept]
    for keys in kept:
        above = next((target.keys for target in hidden if keys[: len(target.keys)] == target.keys), None)
        if above is not None:
            raise ValueError(f"always: {'.'.join(keys)} is below {'.'.join(above)}, which the schema hides")
    return tuple(hidden)


def _excluded(hidden: Sequence[Target], include: Collection[tuple[str, ...]]) -> tuple[_Keys, ...]:
    """The hidden places inside what comes out, which are there under another name, or in an open object."""
    places = [target.keys for target in hidden] + [place for target in hidden if (place := _in_row(target))]
    inside = [place for place in places if any(place[:length] in include for length in range(len(place) + 1))]
    return outermost(inside)


def _in_row(target: Target) -> _Keys | None:
    """Where a row of the table holds a value, if it is a document of its columns."""
    column = target.column
    if column is None or column.relation is not None:
        return None
    return (column.name, *filter(None, column.steps), *(column.keys or ()))


def outermost(paths: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The paths without those that are below another one: two public names may be stored one below the other."""
    listed = set(paths)
    return tuple(
        dict.fromkeys(path for path in paths if not any(path[:length] in listed for length in range(1, len(path))))
    )
