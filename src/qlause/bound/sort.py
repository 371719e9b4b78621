"""Sort + Schema → bound sort (rules 17 and 20)."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypedDict, Unpack

from .._record import replace
from ..errors import OperatorNotAllowedError, shorten
from ..limits import DEFAULT_LIMITS, Limits
from ..schema.schema import Schema
from ..schema.storage import Target, with_origin
from ..schema.types import TYPES
from ..syntax.nodes import Path, Sort, SortKey
from ..syntax.parser import parse_fields, parse_sort
from .cost import KEY_OF_A_SORT, Budget
from .nodes import BoundSort, BoundSortKey
from .resolve import (
    in_language,
    language_needed,
    located,
    origin_of,
    refuse_options,
    refuse_type,
    refuse_unknown,
    refuse_unused,
    resolve,
)

__all__ = ["SortOptions", "bind_sort"]


class SortOptions(TypedDict, total=False):
    """The options of a sort, the same for :func:`bind_sort` and for every backend.

    Args:
        schema: The fields that a request may sort by. None: any field.
        unique: The field that tells any two documents apart, by default ``id``. It is appended to the sort, so that
            the order is total, in the direction of the key before it. It needs no permission, because the server names
            it. None: there is no such field.
        nulls: Where missing and null come: ``first`` or ``last``. None: first ascending, last descending.
        language: The language of localized fields that are named without one. It needs a schema.
        strict: Whether a direction other than asc, ASC, desc and DESC is an error. By default it is ascending. Not for
            a parsed sort.
        limits: The limits for the text and for what it becomes, by default ``Limits()``. For a parsed sort only the
            latter, ``cost`` and ``characters``.

    """

    schema: Schema | None
    unique: str | None
    nulls: Literal["first", "last"] | None
    language: str | None
    strict: bool
    limits: Limits


def bind_sort(sort: str | Sort | BoundSort, **options: Unpack[SortOptions]) -> BoundSort:
    """Settle what a sort means: find its fields in the schema, and append the unique one.

    Args:
        sort: The text of ``sort``, or a parsed sort. A bound sort is returned as it is.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`.

    Returns:
        The bound sort: its keys, the most significant first.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax``, ``duplicate_path``, ``empty_part``,
            ``sort_direction``, ``sort_sign`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``), or it would become
            too much (``limit_cost``, ``limit_characters``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object, which has no order (``not_ordered``).
        TypeError: There is no such option, or it can have no effect.
        ValueError: ``nulls`` is another word, or ``unique`` is not one field name.

    Example:
        >>> for key in bind_sort("name:desc").keys:
        ...     print(key.target.keys, key.descending, key.nulls_last)
        ('name',) True True
        ('id',) True True

    """
    refuse_unknown(options, SortOptions)
    if isinstance(sort, BoundSort):
        refuse_options(options)
        return sort
    nulls = options.get("nulls")
    if nulls not in (None, "first", "last"):
        raise ValueError(f"nulls must be 'first', 'last' or None, not {nulls!r}")
    refuse_type(sort, (str, Sort), "the sort")
    refuse_unused(sort, options, "strict")
    limits = options.get("limits", DEFAULT_LIMITS)
    if isinstance(sort, str):
        sort = parse_sort(sort, limits=limits, strict=options.get("strict", False))
    schema = options.get("schema")
    keys: list[BoundSortKey] = []
    budget = Budget(limits)
    for key in sort.keys:
        nulls_last = key.descending if nulls is None else nulls == "last"
        bound = _key(key, nulls_last, schema, options.get("language"), sort.source)
        budget.spend(key.path, [bound.target], KEY_OF_A_SORT, sort.source)
        # Several public names can be stored in one place. Among equals, the second sorts nothing.
        if all(_place(other.target) != _place(bound.target) or other.instant != bound.instant for other in keys):
            keys.append(bound)
    unique = options.get("unique", "id")
    if unique is not None:
        target = _unique_target(unique, schema)
        # A unique field is never null: an engine that has one place for nulls need not refuse the key.
        required = _is_column(target)
        if all(_place(key.target) != _place(target) for key in keys):
            descending = BoundSort(tuple(keys)).ends_descending
            keys.append(BoundSortKey(target, descending=descending, nulls_last=descending))
        keys = [replace(key, required=required) if _place(key.target) == _place(target) else key for key in keys]
    return BoundSort(tuple(keys))


def _place(target: Target) -> tuple[object, ...]:
    """Where a value is stored, in documents and in tables: two targets of one place have the same values."""
    column = target.column
    return (target.keys, column and (column.name, column.keys, column.steps, column.relation))


def _key(
    key: SortKey, nulls_last: bool, schema: Schema | None, language: str | None, source: str | None
) -> BoundSortKey:
    path, origin = key.path, origin_of(key.path, source)
    if schema is None:
        return BoundSortKey(Target(path.segments, origin=origin), key.descending, nulls_last)
    resolved = resolve(schema, path, "sortable", source)
    field = resolved.field
    if resolved.by_language is not None:
        if language is None:
            raise language_needed(path, source)
        resolved = in_language(schema, path, language, "sortable", source)
    definition = TYPES[field.type]
    if not field.has_order:
        value = "an array" if definition.ordered else definition.words
        message = f"the field {shorten(str(path))} is {value}, which has no order"
        raise located(OperatorNotAllowedError, message, "not_ordered", path.span, source, None)
    instant = field.storage in definition.sorted_as_instant
    target = with_origin(resolved.target, origin)
    required = _is_column(target) and not field.nullable
    return BoundSortKey(target, key.descending, nulls_last, instant, required)


def _is_column(target: Target) -> bool:
    """Whether the target is a column of the row that is the value itself."""
    column = target.column
    return column is not None and column.keys is None and column.relation is None


def _unique_target(name: str, schema: Schema | None) -> Target:
    path = _unique_path(name)
    resolved = schema.resolve(path) if schema is not None else None
    return Target(path.segments, schema is not None) if resolved is None else resolved.target


@lru_cache(maxsize=64)
def _unique_path(name: str) -> Path:
    """The path that the server names, which is nearly always the same."""
    paths = parse_fields(name).paths
    if len(paths) != 1:
        raise ValueError(f"unique must name one field, not {name!r}")
    return paths[0]
