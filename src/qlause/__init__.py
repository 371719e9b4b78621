"""The ``q``, ``sort`` and ``fields`` parameters of a list endpoint, for every storage.

``parse``, ``parse_sort`` and ``parse_fields`` read a text into a tree. ``qlause.python``, ``qlause.sql`` and
``qlause.mongo`` compile a text or tree to predicates, SQL and MongoDB filters; ``qlause.sqlalchemy`` and
``qlause.django`` to expressions of these libraries. The same query selects the same documents on all of them.

Everything is immutable and can be shared between threads. If a text is refused, a :class:`QlauseError` says where and
what to write instead.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import (
    CursorError,
    LimitExceededError,
    OperatorNotAllowedError,
    ParameterError,
    QlauseError,
    QuerySyntaxError,
    RequestError,
    UnknownFieldError,
    UnsupportedError,
    ValueReadingError,
)
from .limits import Limits
from .syntax.nodes import Fields, Path, Query, Sort, SortKey
from .syntax.parser import parse, parse_fields, parse_sort

if TYPE_CHECKING:
    from . import django as django
    from . import mongo as mongo
    from . import python as python
    from . import sql as sql
    from . import sqlalchemy as sqlalchemy
    from .bound.binder import BindOptions as BindOptions
    from .bound.binder import bind as bind
    from .bound.cursor import Cursor as Cursor
    from .bound.fields import FieldsOptions as FieldsOptions
    from .bound.fields import bind_fields as bind_fields
    from .bound.sort import SortOptions as SortOptions
    from .bound.sort import bind_sort as bind_sort
    from .cache import cached as cached
    from .listing.listing import Listing as Listing
    from .listing.page import Page as Page
    from .listing.request import ListRequest as ListRequest
    from .listing.settings import ListingOptions as ListingOptions
    from .schema.schema import Field as Field
    from .schema.schema import Schema as Schema
    from .schema.storage import Relation as Relation
    from .syntax.query_builder import field as field
    from .syntax.visitor import Transformer as Transformer
    from .syntax.visitor import Visitor as Visitor

__all__ = [
    "BindOptions",
    "Cursor",
    "CursorError",
    "Field",
    "Fields",
    "FieldsOptions",
    "LimitExceededError",
    "Limits",
    "ListRequest",
    "Listing",
    "ListingOptions",
    "OperatorNotAllowedError",
    "Page",
    "ParameterError",
    "Path",
    "QlauseError",
    "Query",
    "QuerySyntaxError",
    "Relation",
    "RequestError",
    "Schema",
    "Sort",
    "SortKey",
    "SortOptions",
    "Transformer",
    "UnknownFieldError",
    "UnsupportedError",
    "ValueReadingError",
    "Visitor",
    "bind",
    "bind_fields",
    "bind_sort",
    "cached",
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
    "BindOptions": ".bound.binder",
    "Cursor": ".bound.cursor",
    "Field": ".schema.field",
    "FieldsOptions": ".bound.fields",
    "ListRequest": ".listing.request",
    "Listing": ".listing.listing",
    "ListingOptions": ".listing.settings",
    "Page": ".listing.page",
    "Relation": ".schema.storage",
    "Schema": ".schema.schema",
    "SortOptions": ".bound.sort",
    "Transformer": ".syntax.visitor",
    "Visitor": ".syntax.visitor",
    "bind": ".bound.binder",
    "bind_fields": ".bound.fields",
    "bind_sort": ".bound.sort",
    "cached": ".cache",
    "django": ".django",
    "field": ".syntax.query_builder",
    "mongo": ".mongo",
    "python": ".python",
    "sql": ".sql",
    "sqlalchemy": ".sqlalchemy",
}
"""The modules of names that are loaded on first use: the module itself, or the one that defines the name."""


def __getattr__(name: str) -> Any:
    """Load on first use what reading a text does not need: schemas, bound queries, backends, integrations."""
    if name not in _LOADED_ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    source = _LOADED_ON_USE[name]
    module = import_module(source, __name__)
    value = module if source.endswith(f".{name}") else getattr(module, name)
    globals()[name] = value  # so that this function is called only once for each name
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LOADED_ON_USE})
