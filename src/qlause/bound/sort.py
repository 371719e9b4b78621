"""Sort + Schema → bound sort (rules 17 and 20)."""

from __future__ import annotations

from typing import Literal, TypedDict, Unpack

from .._record import replace
from ..errors import OperatorNotAllowedError, shorten
from ..limits import DEFAULT_LIMITS, Limits
from ..schema.schema import Schema
from ..schema.storage import Target, with_origin
from ..schema.types import TYPES
from ..syntax.nodes import Sort, SortKey
from ..syntax.parser import parse_fields, parse_sort
from .nodes import BoundSort, BoundSortKey
from .resolve import in_language, language_needed, located, origin_of, refuse_unknown, resolve

__all__ = ["SortOptions", "bind_sort"]


class SortOptions(TypedDict, total=False):
    """What a sort is bound with; every backend takes the same."""

    schema: Schema | None
    """The fields that may be sorted by. None: any field."""
    unique: str | None
    """The field that tells any two documents apart, appended so that the order is total: ``id`` unless told otherwise,
    None for no such field. It is the server's word, so it needs no permission."""
    nulls: Literal["first", "last"] | None
    """Where missing and null stand. None: first ascending and last descending."""
    language: str | None
    """The language of localized fields that are named without one."""
    strict: bool
    """Whether a direction other than asc, ASC, desc and DESC is an error. False: it is ascending."""
    limits: Limits
    """The limits under which a text is parsed."""


def bind_sort(sort: str | Sort, **options: Unpack[SortOptions]) -> BoundSort:
    """Settle what a sort means.

    Raises what :func:`qlause.parse_sort` does for a text, UnknownFieldError for a field that the schema does not know
    or does not let be sorted by, and OperatorNotAllowedError for one without an order.
    """
    refuse_unknown(options, SortOptions)
    if options.get("nulls") not in (None, "first", "last"):
        raise ValueError(f"nulls must be 'first', 'last' or None, not {options.get('nulls')!r}")
    if isinstance(sort, str):
        limits = options.get("limits", DEFAULT_LIMITS)
        sort = parse_sort(sort, limits=limits, strict=options.get("strict", False))
    schema, nulls = options.get("schema"), options.get("nulls")
    keys: list[BoundSortKey] = []
    for key in sort.keys:
        last = key.descending if nulls is None else nulls == "last"
        keys.append(_key(key, last, schema, options.get("language"), sort.source))
    unique = options.get("unique", "id")
    if unique is not None:
        target = _unique(unique, schema)
        # It is never null, and an engine with one place for nulls need not refuse it.
        required = _is_column(target)
        if all(key.target.keys != target.keys for key in keys):
            keys.append(BoundSortKey(target, descending=False, nulls_last=False))
        keys = [replace(key, required=required) if key.target.keys == target.keys else key for key in keys]
    return BoundSort(tuple(keys))


def _key(key: SortKey, last: bool, schema: Schema | None, language: str | None, source: str | None) -> BoundSortKey:
    path, origin = key.path, origin_of(key.path, source)
    if schema is None:
        return BoundSortKey(Target(path.segments, origin=origin), key.descending, last)
    resolved = resolve(schema, path, "sortable", source)
    field = resolved.field
    if resolved.by_language is not None:
        if language is None:
            raise language_needed(path, source)
        resolved = in_language(schema, path, language, "sortable", source)
    definition = TYPES[field.type]
    if not definition.ordered or (field.array and not definition.untyped):
        what = "an array" if definition.ordered else definition.words
        message = f"the field {shorten(str(path))} is {what}, which has no order"
        raise located(OperatorNotAllowedError, message, "not_ordered", path.span, source, None)
    instant = field.storage in definition.sorted_as_instant
    target = with_origin(resolved.target, origin)
    return BoundSortKey(target, key.descending, last, instant, required=_is_column(target) and not field.nullable)


def _is_column(target: Target) -> bool:
    """Whether the target is a column that is the value itself."""
    return target.column is not None and target.column.keys is None


def _unique(name: str, schema: Schema | None) -> Target:
    paths = parse_fields(name).paths
    if len(paths) != 1:
        raise ValueError(f"unique must name one field, not {name!r}")
    found = schema.resolve(paths[0]) if schema is not None else None
    return Target(paths[0].segments, schema is not None) if found is None else found.target
