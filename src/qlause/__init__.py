"""qlause: the ``q``, ``sort`` and ``fields`` parameters of a list endpoint, for every storage.

Texts become trees (``parse``, ``parse_sort``, ``parse_fields``), trees become what a storage understands
(``qlause.python``, ``qlause.sql``, ``qlause.mongo``) or what a library composes that speaks SQL itself
(``qlause.sqlalchemy``, ``qlause.django``), and the same query selects the same documents on every one. Everything is
immutable and safe to share between threads, and every refusal is a :class:`QlauseError` that says where and what to
write instead.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .ast import Fields, Path, Query, Sort, SortKey
from .bind import bind
from .bound import Relation
from .builder import field
from .cursor import Cursor
from .errors import (
    LimitExceededError,
    OperatorNotAllowedError,
    QlauseError,
    QuerySyntaxError,
    UnknownFieldError,
    UnsupportedError,
    ValueReadingError,
)
from .limits import Limits
from .parser import parse, parse_fields, parse_sort
from .schema import Field, Schema
from .visitor import Transformer, Visitor

if TYPE_CHECKING:
    from .adapters import django as django
    from .adapters import sqlalchemy as sqlalchemy
    from .backends import mongo as mongo
    from .backends import python as python
    from .backends import sql as sql

__all__ = [
    "Cursor",
    "Field",
    "Fields",
    "LimitExceededError",
    "Limits",
    "OperatorNotAllowedError",
    "Path",
    "QlauseError",
    "Query",
    "QuerySyntaxError",
    "Relation",
    "Schema",
    "Sort",
    "SortKey",
    "Transformer",
    "UnknownFieldError",
    "UnsupportedError",
    "ValueReadingError",
    "Visitor",
    "bind",
    "django",
    "field",
    "mongo",
    "parse",
    "parse_fields",
    "parse_sort",
    "python",
    "sql",
    "sqlalchemy",
]

__version__ = "0.1.0"

_LOADED_ON_USE = {
    "django": ".adapters.django",
    "mongo": ".backends.mongo",
    "python": ".backends.python",
    "sql": ".backends.sql",
    "sqlalchemy": ".adapters.sqlalchemy",
}


def __getattr__(name: str) -> Any:
    """A backend or an adapter, loaded on first use."""
    if name in _LOADED_ON_USE:
        return import_module(_LOADED_ON_USE[name], __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LOADED_ON_USE})
