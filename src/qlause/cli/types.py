"""Types of single fields, where there is no schema for the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, get_args

from ..errors import QlauseError, did_you_mean, shorten
from ..schema.schema import Field, FieldType, Schema
from ..syntax.nodes import Path
from ..syntax.parser import parse_fields
from .arguments import UsageError

__all__ = ["schema_of_types"]

_PART: Final = re.compile(r'((?:"(?:\\.|[^"\\])*"|[^",])+)(?:,|\Z)')
_UNUSABLE: Final = {"enum", "localized", "object"}
"""Types that need more than their name to be declared."""


def schema_of_types(declarations: Iterable[str], used: Iterable[Path], *, array: bool) -> Schema:
    """The schema of the declared fields, and of all others that a parameter uses: these may have any value.

    Args:
        declarations: Texts such as ``qty=integer,createdAt=date-time``.
        used: The paths that the parameter uses.
        array: Whether a declared field may hold several values, as a query takes it. A sort takes one.

    Raises:
        UsageError: A declaration cannot be used.

    """
    fields: dict[str, Field] = {}
    for path, name in (each for text in declarations for each in _declared(text)):
        if str(path) in fields:
            raise UsageError(f"--type: {shorten(str(path))} is declared twice")
        fields[str(path)] = Field(type=name, array=array, nullable=True)
    for path in used:
        fields.setdefault(str(path), Field(type="any", array=True, nullable=True))
    try:
        return Schema(fields)
    except ValueError as error:
        raise UsageError(f"--type: {error}") from error


def _declared(text: str) -> Iterable[tuple[Path, FieldType]]:
    position = 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None:
            raise UsageError(f'--type: "{shorten(text)}" is not a list such as qty=integer,createdAt=date-time')
        position = part.end()
        name, separator, type_name = part[1].rpartition("=")
        if not separator:
            raise UsageError(f'--type: "{shorten(part[1])}" has no type; write it as in {shorten(part[1])}=integer')
        if not name:
            raise UsageError(f'--type: "{shorten(part[1])}" has no field; write it as in qty{shorten(part[1])}')
        yield _path(name), _field_type(type_name)


def _path(name: str) -> Path:
    """The path of a name. A name that is no path, such as one with blanks, is one key."""
    try:
        paths = parse_fields(name).paths
    except QlauseError:
        paths = ()
    return paths[0] if len(paths) == 1 else Path((name,))


def _field_type(name: str) -> FieldType:
    known: dict[str, FieldType] = {each: each for each in get_args(FieldType) if each not in _UNUSABLE}
    found = known.get(name)
    if found is None:
        hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
        raise UsageError(f'--type: there is no type "{shorten(name)}"; {hint}')
    return found
