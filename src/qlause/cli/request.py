"""What was asked for, read and bound: the same for every command, and before any input is read."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from ..bound.binder import BindOptions, bind
from ..bound.fields import FieldsOptions, bind_fields
from ..bound.nodes import BoundFields, BoundQuery, BoundSort
from ..bound.sort import SortOptions, bind_sort
from ..errors import QlauseError, did_you_mean, shorten
from ..schema.schema import Schema
from ..syntax.nodes import Fields, Query, Sort
from ..syntax.parser import parse, parse_fields, parse_sort
from ..values.datetimes import read_moment
from .arguments import Arguments, UsageError

__all__ = ["Request", "RequestError", "read_request"]


class RequestError(Exception):
    """A parameter was refused: its name, and as the cause why."""

    def __init__(self, parameter: str, error: QlauseError) -> None:
        super().__init__(str(error))
        self.parameter = parameter
        self.error = error


@dataclass(frozen=True, slots=True)
class Request:
    """The three parameters as they were read, as they are bound, and what they are bound with."""

    query: Query
    sort: Sort | None
    fields: Fields
    bound_query: BoundQuery
    bound_sort: BoundSort | None
    bound_fields: BoundFields
    query_options: BindOptions
    sort_options: SortOptions
    fields_options: FieldsOptions

    @property
    def whole(self) -> bool:
        """Whether documents come out as they are."""
        return self.bound_fields.include is None and not self.bound_fields.exclude


def read_request(arguments: Arguments) -> Request:
    """Read and bind the parameters.

    Raises RequestError for what qlause refuses, UsageError for a schema, a clock or a zone that cannot be read.
    """
    schema = None if arguments.schema is None else _schema(arguments.schema)
    zone = UTC if arguments.timezone is None else _zone(arguments.timezone)
    now = datetime.now(UTC) if arguments.now is None else _now(arguments.now, zone)
    query_options = BindOptions(schema=schema, now=now, timezone=zone, language=arguments.language)
    sort_options = SortOptions(schema=schema, language=arguments.language)
    fields_options = FieldsOptions(schema=schema)
    parameter = "q"
    try:
        query = parse(arguments.q)
        bound_query = bind(query, **query_options)
        parameter = "sort"
        sort = parse_sort(arguments.sort or "", strict=arguments.strict)
        bound_sort = bind_sort(sort, **sort_options) if sort.keys else None
        parameter = "fields"
        fields = parse_fields(arguments.fields or "")
        bound_fields = bind_fields(fields, **fields_options)
    except QlauseError as error:
        raise RequestError(parameter, error) from error
    return Request(
        query,
        sort if sort.keys else None,
        fields,
        bound_query,
        bound_sort,
        bound_fields,
        query_options,
        sort_options,
        fields_options,
    )


def _schema(name: str) -> Schema:
    try:
        with io.FileIO(name) as file:
            declared: Any = json.loads(file.readall())
    except OSError as error:
        raise UsageError(f"{shorten(name, 200)}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shorten(name, 200)}: not JSON: {error}") from error
    if not isinstance(declared, dict):
        raise UsageError(f"{shorten(name, 200)}: not a JSON Schema, which is an object")
    try:
        return Schema.from_json_schema(declared)
    # A JSON Schema is any JSON: what stands where it cannot stand shows as any of these.
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise UsageError(f"{shorten(name, 200)}: not a JSON Schema that can be used: {error}") from error


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError) as error:  # an unknown name, a directory of zones, a path
        hint = did_you_mean(name, available_timezones()) or "it is named as in Europe/Brussels"
        raise UsageError(f"there is no time zone {shorten(name)}; {hint}") from error


def _now(text: str, zone: tzinfo) -> datetime:
    moment = read_moment(text, zone, datetime.now(UTC))
    if moment is None:
        raise UsageError(f'--now "{shorten(text)}" is not a date-time; write it as in 2024-06-01T12:00:00Z')
    return moment.start
