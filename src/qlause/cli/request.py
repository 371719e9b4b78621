"""The request of the command line, parsed and bound before any input is read."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

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

__all__ = ["Request", "RequestError", "bind_request", "read_request"]

_MAX_NAME_LENGTH: Final = 200  # characters of a file's name in a message


class RequestError(Exception):
    """One of the parameters was refused."""

    def __init__(self, parameter: str, error: QlauseError) -> None:
        super().__init__(str(error))
        self.parameter = parameter
        self.error = error


@dataclass(frozen=True, slots=True)
class Request:
    """The three parameters as they were parsed, as they are bound, and the options they are bound with."""

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
    def schema(self) -> Schema | None:
        """The schema that the parameters are bound with."""
        return self.query_options.get("schema")

    @property
    def returns_whole_documents(self) -> bool:
        """Whether documents are returned as they are."""
        return self.bound_fields.include is None and not self.bound_fields.exclude


def read_request(arguments: Arguments) -> Request:
    """Read the schema, then parse and bind the parameters.

    Raises:
        RequestError: a parameter was refused.
        UsageError: the schema, ``--now`` or ``--timezone`` cannot be used.

    """
    return bind_request(arguments, None if arguments.schema is None else _read_schema(arguments.schema))


def bind_request(arguments: Arguments, schema: Schema | None) -> Request:
    """Parse and bind the parameters with a schema. Raises what :func:`read_request` does."""
    zone = UTC if arguments.timezone is None else _read_zone(arguments.timezone)
    now = datetime.now(UTC) if arguments.now is None else _read_now(arguments.now, zone)
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


def _read_schema(file_name: str) -> Schema:
    shown_name = shorten(file_name, _MAX_NAME_LENGTH)
    try:
        with io.FileIO(file_name) as file:
            declaration: Any = json.loads(file.readall())
    except OSError as error:
        raise UsageError(f"{shown_name}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown_name}: invalid JSON: {error}") from error
    if not isinstance(declaration, dict):
        raise UsageError(f"{shown_name}: a JSON Schema must be a JSON object")
    try:
        return Schema.from_json_schema(declaration)
    # The file may hold any JSON, and a value of the wrong shape can surface as any of these.
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise UsageError(f"{shown_name}: unusable JSON Schema: {error}") from error


def _read_zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError) as error:  # an unknown name, a directory of zones, a path
        hint = did_you_mean(name, available_timezones()) or "write a name like Europe/Brussels"
        raise UsageError(f'unknown time zone "{shorten(name)}"; {hint}') from error


def _read_now(text: str, zone: tzinfo) -> datetime:
    moment = read_moment(text, zone, datetime.now(UTC))
    if moment is None:
        raise UsageError(f'--now "{shorten(text)}" is not a date-time; write one like 2024-06-01T12:00:00Z')
    return moment.start
