"""The slow sort and the slow projection: rules 20 and 21, as plainly as they can be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from functools import cmp_to_key
from typing import Any
from uuid import UUID

from qlause import Fields, Schema, Sort

from .reference import located
from .reference_dates import of_native, stamp, stamp_of_text
from .reference_values import Request, is_plain_number

ABSENT = object()

# ── sort ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def compare(left: Any, right: Any, sort: Sort, request: Request, nulls: str | None, unique: str | None) -> int:
    """Below 0, 0 or above 0: where ``left`` stands to ``right``."""
    keys = [(located(key.path, "sortable", request), key.descending) for key in sort.keys]
    places = [
        (paths[0], field.type == "date-time" and field.storage in (None, "instant"), descending, nulls)
        for (field, paths), descending in keys
    ]
    if unique is not None and all(place != (unique,) for place, *_ in places):
        sorting = [
            first for number, first in enumerate(places) if first[0] not in [each[0] for each in places[:number]]
        ]
        descending = bool(sorting) and sorting[-1][2]  # a second key of the same place sorts nothing
        places.append(((unique,), False, descending, None))  # nulls are not meant for it
    for place, instants, descending, nulls_of_key in places:
        order = compare_values(value_at(left, place), value_at(right, place), instants, descending, nulls_of_key)
        if order:
            return order
    return 0


def compare_values(left: Any, right: Any, instants: bool, descending: bool, nulls: str | None) -> int:
    nothing = (left is None or left is ABSENT, right is None or right is ABSENT)
    if any(nothing):
        last = descending if nulls is None else nulls == "last"
        return (nothing[0] - nothing[1]) * (1 if last else -1)
    first, second = rank(left, instants), rank(right, instants)
    order = (first > second) - (first < second)
    return -order if descending else order


def rank(value: Any, instants: bool) -> tuple[int, Any]:
    """Numbers, strings by code point, false, true, date-times, then everything else."""
    if is_plain_number(value):
        return 1, value
    if isinstance(value, time) and value.tzinfo is None:
        return rank(value.isoformat(), False)
    if isinstance(value, str) and not (instants and stamp_of_text(value)):
        return 2, [ord(each) for each in value]
    if isinstance(value, bool):
        return 4 if value else 3, 0
    if isinstance(value, str):
        return 5, stamp_of_text(value)
    if isinstance(value, date):
        return 5, stamp(of_native(value))
    return 6, str(value) if isinstance(value, UUID) else ""


def value_at(document: Any, keys: Sequence[str]) -> Any:
    """A sort does not look into arrays."""
    for key in keys:
        if not isinstance(document, Mapping) or key not in document:
            return ABSENT
        document = document[key]
    return document


def in_order(documents: list[Any], sort: Sort, request: Request, nulls: str | None, unique: str | None) -> list[Any]:
    return sorted(documents, key=cmp_to_key(lambda a, b: compare(a, b, sort, request, nulls, unique)))


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def projected(document: Any, fields: Fields, schema: Schema | None, always: Sequence[str]) -> Any:
    """The document with what was asked for, and without what a schema does not declare, or hides."""
    asked = [path.segments for path in fields.paths]
    if schema is None:
        return with_paths(document, asked + [(name,) for name in always]) if asked else document
    asked = asked or [path.segments for path, field in schema if field.projectable]
    paths = [stored for keys in asked for stored in parts(keys, schema)]
    result = with_paths(document, paths + [located_whole((name,), schema) for name in always])
    for path, field in schema:
        if not field.projectable and str(path) not in always:
            result = without_path(result, located_whole(path.segments, schema))
    return result


def parts(keys: tuple[str, ...], schema: Schema) -> list[tuple[str, ...]]:
    """The stored paths that a public one stands for: of a closed object, those of the declared fields below it."""
    declared = {path.segments: field for path, field in schema}
    below = [other for other in declared if len(other) > len(keys) and other[: len(keys)] == keys]
    found = [each for other in below if declared[other].projectable for each in parts(other, schema)]
    field, stored = declared.get(keys), located_whole(keys, schema)
    if field is not None and field.languages:
        return [*((*stored, language) for language in field.languages), *found]
    closed = field is not None and below and not field.open and field.type != "localized"
    return found if closed else [stored, *found]


def located_whole(keys: tuple[str, ...], schema: Schema | None) -> tuple[str, ...]:
    """The stored path of a public one."""
    for known, field in schema or ():
        public = known.segments
        if keys[: len(public)] == public and field.stored is not None:
            return (*field.stored, *keys[len(public) :])
    return keys


def with_paths(value: Any, paths: Sequence[tuple[str, ...]]) -> Any:
    """The value with what lies at these paths; ABSENT for a scalar in the place of an object."""
    if () in paths:
        return value
    if isinstance(value, (list, tuple)):
        return [each for each in (with_paths(each, paths) for each in value) if each is not ABSENT]
    if not isinstance(value, Mapping):
        return ABSENT
    found = {}
    for key, inner in value.items():
        below = [path[1:] for path in paths if path[0] == key]
        kept = with_paths(inner, below) if below else ABSENT
        if kept is not ABSENT:
            found[key] = kept
    return found


def without_path(value: Any, path: tuple[str, ...]) -> Any:
    if isinstance(value, (list, tuple)):
        return [without_path(each, path) for each in value]
    if not isinstance(value, Mapping):
        return value
    if len(path) == 1:
        return {key: inner for key, inner in value.items() if key != path[0]}
    return {key: without_path(inner, path[1:]) if key == path[0] else inner for key, inner in value.items()}
