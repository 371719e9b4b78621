"""SQLAlchemy's types of columns: what each is as a field, and how a statement reads one as its driver gives it.

A page goes on from a value that came out of the database. Where an engine compares other than it shows (a padded text,
a number of single precision), the column is read as what it shows. Where that cannot be had, the field is not sortable.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from enum import Enum as PythonEnum
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CHAR,
    JSON,
    NCHAR,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Enum,
    Float,
    Integer,
    Numeric,
    String,
    Time,
    Uuid,
)
from sqlalchemy.dialects.mysql import SET
from sqlalchemy.dialects.postgresql import DOMAIN, JSONB
from sqlalchemy.dialects.postgresql import JSON as POSTGRESQL_JSON
from sqlalchemy.dialects.sqlite import DATE, DATETIME, TIME
from sqlalchemy.types import TypeDecorator, TypeEngine

from ...values.json_text import ParsedText
from ...values.sort_values import SortValue

__all__ = ["described_type", "driver_value", "read_as_shown", "shown_value"]

_DIGITS_OF_DOUBLES: Final = 15
_LOSSY: Final = "SQLAlchemy rounds its values to Decimals: sort by a Numeric column, or by a Float without asdecimal"
_SINGLE: Final = re.compile(r"FLOAT4|REAL|FLOAT(\(([1-9]|1\d|2[0-4])\))?")
"""Single precision, but for the one word of these that means a double to an engine."""
_DOUBLE: Final = {"postgresql": "FLOAT", "mysql": "REAL", "mariadb": "REAL"}
_TEXT: Final = {"postgresql": "text", "mysql": "CHAR", "mariadb": "CHAR"}
_WIDE: Final = {"postgresql": "double precision", "mysql": "DOUBLE", "mariadb": "DOUBLE"}


def _float(kind: Float[Any]) -> dict[str, Any]:
    return {"type": "number", **({"sortable": False, "sort_hint": _LOSSY} if kind.asdecimal else {})}


# What each type of column is as a field; the first that fits. A time with a zone is none, nor is a set.
_TYPES: Final[tuple[tuple[type[Any], Callable[[Any], dict[str, Any] | None]], ...]] = (
    (Enum, lambda kind: {"type": "enum", "values": tuple(kind.enums)}),
    (SET, lambda _: None),
    (String, lambda _: {"type": "string"}),
    (Boolean, lambda _: {"type": "boolean"}),
    (Integer, lambda _: {"type": "integer"}),
    (Float, _float),
    (Numeric, lambda _: {"type": "number"}),
    (DateTime, lambda kind: {"type": "date-time", "storage": None if kind.timezone else "utc"}),
    (Date, lambda _: {"type": "date", "storage": "native"}),
    (Time, lambda kind: None if kind.timezone else {"type": "time", "storage": "native"}),
    (Uuid, lambda _: {"type": "uuid", "storage": "native"}),
    (JSON, lambda _: {"type": "object", "open": True}),
)


def described_type(kind: TypeEngine[Any]) -> dict[str, Any] | None:
    """The attributes of a Field for a type; None where it is none of the language."""
    if isinstance(kind, ARRAY):
        item = None if (kind.dimensions or 1) > 1 else described_type(kind.item_type)
        return None if item is None or item["type"] == "object" else {**item, "array": True}
    if isinstance(kind, TypeDecorator):
        return None if _changes_values(kind) else described_type(kind.impl_instance)
    if isinstance(kind, DOMAIN):
        return described_type(kind.data_type)
    if isinstance(kind, (DATE, DATETIME, TIME)) and _has_own_format(kind):
        return None
    return next((described(kind) for types, described in _TYPES if isinstance(kind, types)), None)


def _changes_values(kind: TypeDecorator[Any]) -> bool:
    hooks = ("process_bind_param", "bind_processor", "bind_expression", "column_expression")
    of_results = ("process_result_value", "result_processor")  # a page goes on from what they make
    return any(getattr(type(kind), hook) is not getattr(TypeDecorator, hook) for hook in hooks + of_results)


def _has_own_format(kind: Any) -> bool:
    """Whether SQLite stores another text than ISO for it; one without the fraction is ISO too."""
    usual: str = type(kind)._storage_format
    return getattr(kind, "_storage_format", usual) not in (usual, usual.removesuffix(".%(microsecond)06d"))


def _implemented(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """The type that an engine has for a type, without decorators and domains."""
    while True:
        if isinstance(kind, TypeDecorator):
            kind = kind.load_dialect_impl(dialect)
        elif isinstance(kind, DOMAIN):
            kind = kind.data_type
        elif (variant := kind._variant_mapping.get(dialect.name)) is not None:
            kind = variant
        else:
            return kind


def read_as_shown(text: str, kind: TypeEngine[Any], dialect: Dialect) -> str:
    """A column of a type as the expression of what the driver gives for it, in the form that qlause compares."""
    kind = _implemented(kind, dialect)
    if dialect.name == "postgresql":
        if isinstance(kind, (JSON, POSTGRESQL_JSON)) and not isinstance(kind, JSONB):
            return f"CAST({text} AS jsonb)"
        if isinstance(kind, ARRAY):
            item = _implemented(kind.item_type, dialect)
            if isinstance(item, Uuid) and not item.native_uuid:
                return f"CAST({text} AS uuid[])"
            if _is_single(item, dialect):
                return f"CAST(CAST({text} AS text[]) AS double precision[])"
            return f"CAST({text} AS double precision[])" if _is_double(item) else text
    if isinstance(kind, Uuid) and not kind.native_uuid and dialect.supports_native_uuid:
        return f"CAST({text} AS uuid)"
    if isinstance(kind, Numeric) and dialect.name == "sqlite" and kind.asdecimal:
        # SQLite keeps more decimals than are declared. Of a number of more digits than a double has, it rounds away
        # those that are shown, and no rounding is needed: the double is the nearest to what is shown.
        scale = kind._effective_decimal_return_scale
        return f"CASE WHEN ABS({text}) < 1e{_DIGITS_OF_DOUBLES - scale} THEN ROUND({text}, {scale}) ELSE {text} END"
    if _is_single(kind, dialect):
        return f"CAST(CAST({text} AS {_TEXT[dialect.name]}) AS {_WIDE[dialect.name]})"
    if _is_double(kind) and dialect.name in _WIDE:
        return f"CAST({text} AS {_WIDE[dialect.name]})"
    return text


def shown_value(value: SortValue | None, kind: TypeEngine[Any], dialect: Dialect) -> SortValue | None:
    """A value of a cursor as what ``read_as_shown`` compares with."""
    kind = _implemented(kind, dialect)
    match value:
        case (2, str(text)) if dialect.name == "postgresql" and isinstance(kind, (CHAR, NCHAR)):
            return (2, text.rstrip(" "))  # PostgreSQL pads it for a client, and not when it compares
        case (1, float(number)) if dialect.name == "postgresql" and _is_single(kind, dialect):
            return (1, _shortest_single(number))
        case _:
            return value


def driver_value(value: Any, kind: TypeEngine[Any]) -> Any:
    """A value of a row as qlause takes what a driver returns: a member of an Enum as its text, JSON as parsed."""
    if isinstance(value, PythonEnum):
        return _stored_text(value, kind)
    if isinstance(value, str) and isinstance(_undecorated(kind), JSON):
        return ParsedText(value)
    return value


def _undecorated(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return kind


def _stored_text(value: PythonEnum, kind: TypeEngine[Any]) -> Any:
    """What a column of an Enum stores of a member."""
    members = type(value).__members__
    kind = _undecorated(kind)
    texts: list[str] = kind.enums if isinstance(kind, Enum) else []
    names = [name for name, member in members.items() if len(members) == len(texts) or member.name == name]
    return texts[names.index(value.name)] if texts else value.value


def _is_double(kind: TypeEngine[Any]) -> bool:
    """Whether a decimal comes out as a double."""
    return isinstance(kind, Numeric) and not isinstance(kind, Float) and not kind.asdecimal


def _is_single(kind: TypeEngine[Any], dialect: Dialect) -> bool:
    if not isinstance(kind, Float) or dialect.name not in _WIDE:
        return False
    text = dialect.type_compiler_instance.process(kind)
    return _SINGLE.fullmatch(text) is not None and text != _DOUBLE[dialect.name]


def _shortest_single(number: float) -> float:
    """The number of the fewest digits that is this one in single precision: what PostgreSQL shows as text."""
    single = struct.pack("f", number)
    shortest = (float(f"{number:.{digits}g}") for digits in range(1, 10))
    return next((each for each in shortest if struct.pack("f", each) == single), number)
