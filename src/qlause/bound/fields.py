"""Fields + Schema → bound fields (rules 17 and 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from ..limits import DEFAULT_LIMITS, Limits
from ..schema.schema import Resolved, Schema
from ..schema.storage import Column
from ..syntax.nodes import Fields
from ..syntax.parser import parse_fields
from .nodes import BoundFields
from .resolve import refuse_unknown, resolve

__all__ = ["FieldsOptions", "bind_fields"]


class FieldsOptions(TypedDict, total=False):
    """What fields are bound with; every backend takes the same."""

    schema: Schema | None
    """The fields that may be asked for. None: any field."""
    always: Sequence[str]
    """Fields that are kept whatever is asked for. They are the server's word, so they need no permission."""
    limits: Limits
    """The limits under which a text is parsed."""


def bind_fields(fields: str | Fields, **options: Unpack[FieldsOptions]) -> BoundFields:
    """Settle what fields mean.

    A declared field that is not projectable never comes out, neither under an object that is asked for nor where
    everything is. Raises what :func:`qlause.parse_fields` does for a text, UnknownFieldError for a field that the
    schema does not know or does not let out, and ValueError for one to be kept always that lies below such a field.
    """
    refuse_unknown(options, FieldsOptions)
    if isinstance(options.get("always"), str):
        raise TypeError("always takes several field names, as in ('id',)")
    if isinstance(fields, str):
        fields = parse_fields(fields, limits=options.get("limits", DEFAULT_LIMITS))
    schema = options.get("schema")
    kept = tuple(path for name in options.get("always", ()) for path in parse_fields(name).paths)
    hidden: list[tuple[str, ...]] = []
    asked = [path.segments for path in fields.paths]
    always = [path.segments for path in kept]
    columns: list[Column | None] = [None]
    if schema is not None:
        found: list[Resolved | None] = [resolve(schema, path, "projectable", fields.source) for path in fields.paths]
        found_always = [(path, schema.resolve(path)) for path in kept]
        asked = [each.target.keys for each in found if each is not None]
        always = [path.segments if each is None else each.target.keys for path, each in found_always]
        declared = [(field, schema.resolve(path)) for path, field in schema]
        hidden = [
            each.target.keys
            for field, each in declared
            if each is not None and not field.projectable and each.target.keys not in always
        ]
        for keys in always:
            above = next((each for each in hidden if keys[: len(each)] == each), None)
            if above is not None:
                raise ValueError(f"always: {'.'.join(keys)} lies below {'.'.join(above)}, which the schema hides")
        shown = [*found, *(each for _, each in found_always)]
        if not found:
            shown += [each for field, each in declared if field.projectable]
        columns = [None if each is None else each.target.column for each in shown]
    include = _outermost(asked + always) if asked else None
    return BoundFields(include, _outermost(hidden), tuple(dict.fromkeys(columns)))


def _outermost(paths: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The paths without those that lie under another one: two public names may be stored one under the other."""
    listed = set(paths)
    return tuple(
        dict.fromkeys(path for path in paths if not any(path[:length] in listed for length in range(1, len(path))))
    )
