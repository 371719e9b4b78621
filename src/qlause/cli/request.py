"""The request of the command line, parsed and bound before any input is read."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from ..bound.binder import BindOptions, bind
from ..bound.fields import FieldsOptions, bind_fields
from ..bound.nodes import BoundFields, BoundSort
from ..bound.query import BoundQuery
from ..bound.sort import SortOptions, bind_sort
from ..errors import QlauseError, did_you_mean, shorten
from ..limits import DEFAULT_LIMITS, MAX_DEPTH, Limits
from ..schema.schema import Schema
from ..syntax.nodes import Fields, Path, Query, Sort
from ..syntax.parser import parse, parse_fields, parse_sort
from ..values.datetimes import read_moment
from .arguments import Arguments, UsageError

__all__ = [
    "Request",
    "RequestError",
    "bind_request",
    "declared_schema",
    "one_path",
    "read_declaration",
    "read_request",
    "read_schema",
]

_MAX_NAME_LENGTH: Final = 200  # characters of a file's name in a message
_PROMPT_LIMITS: Final = Limits(
    q_length=1 << 20,
    sort_length=1 << 16,
    fields_length=1 << 16,
    depth=MAX_DEPTH,
    tests=50_000,
    list_members=100_000,
    path_segments=256,
    contains_length=1 << 16,
)
"""Limits for what a person or a script writes: these have no reason to attack their own machine."""


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
    is_declared: bool
    """Whether a schema says which fields there are."""

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
        UsageError: the schema, ``--type``, ``--limits``, ``--now`` or ``--timezone`` cannot be used, or ``--language``
            has no schema.

    """
    return bind_request(arguments, None if arguments.schema is None else read_schema(arguments.schema))


def bind_request(arguments: Arguments, schema: Schema | None) -> Request:
    """Parse and bind the parameters with a schema. Raises what :func:`read_request` does."""
    if arguments.language is not None and schema is None:
        raise UsageError("--language needs --schema, which says which fields are localized")
    limits = _PROMPT_LIMITS if arguments.limits is None else _read_limits(arguments.limits)
    zone = UTC if arguments.timezone is None else _read_zone(arguments.timezone)
    now = datetime.now(UTC) if arguments.now is None else _read_now(arguments.now, zone)
    parameter = "q"
    try:
        query = parse(arguments.q, limits=limits)
        parameter = "sort"
        sort = parse_sort(arguments.sort or "", strict=arguments.strict, limits=limits)
        parameter = "fields"
        fields = parse_fields(arguments.fields or "", limits=limits)
        parameter = "q"
        is_declared = schema is not None
        fields_options, sort_schema = FieldsOptions(schema=schema), schema
        if arguments.types:
            from .types import schema_of_types

            if is_declared:
                raise UsageError("--type cannot be combined with --schema, which says all types")
            schema = schema_of_types(arguments.types, query.paths(), array=True)
            sort_schema = schema_of_types(arguments.types, (key.path for key in sort.keys), array=False)
        query_options = BindOptions(schema=schema, now=now, timezone=zone, language=arguments.language)
        sort_options = SortOptions(schema=sort_schema, language=arguments.language)
        bound_query = bind(query, **query_options)
        parameter = "sort"
        bound_sort = bind_sort(sort, **sort_options) if sort.keys else None
        parameter = "fields"
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
        is_declared,
    )


def one_path(parameter: str, text: str) -> Path:
    """The path that an option names. Raises RequestError, and UsageError if there are several."""
    try:
        paths = parse_fields(text).paths
    except QlauseError as error:
        raise RequestError(parameter, error) from error
    if len(paths) != 1:
        raise UsageError(f"--{parameter} takes one field")
    return paths[0]


def _read_limits(text: str) -> Limits:
    """The limits that ``--limits`` asks for. Those that are not named are the library's."""
    if text == "default":
        return DEFAULT_LIMITS
    names: tuple[str, ...] = Limits.__match_args__
    changed: dict[str, int] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        if name not in names:
            hint = did_you_mean(name, names) or f"there are {', '.join(names)}"
            raise UsageError(f'--limits: there is no limit "{shorten(name)}"; {hint}')
        if not (number.isascii() and number.isdigit() and len(number) <= 9):
            raise UsageError(f'--limits: "{shorten(part)}" needs a whole number, as in {name}=50')
        changed[name] = int(number)
    try:
        return Limits(**changed)
    except ValueError as error:
        raise UsageError(f"--limits: {error}") from error


def read_schema(file_name: str) -> Schema:
    """The schema that a file declares. Raises UsageError."""
    return declared_schema(file_name, read_declaration(file_name))


def read_declaration(file_name: str) -> dict[str, Any]:
    """The JSON Schema in a file, as it is written there, in any encoding of JSON. Raises UsageError."""
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
    return declaration


def declared_schema(file_name: str, declaration: dict[str, Any]) -> Schema:
    """The schema that the JSON Schema of a file declares. Raises UsageError."""
    shown_name = shorten(file_name, _MAX_NAME_LENGTH)
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
