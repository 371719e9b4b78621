"""Query, sort and fields → Django: a ``Q``, lists for ``order_by`` and ``only``, and a schema derived from a model.

Conditions are written when Django compiles a query, for the database that it goes to; columns are resolved by Django,
so that joins and aliases are its own. Values are parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from django import conf
from django.db.models import BooleanField, Expression, F, Field, OrderBy, Q

from ..ast import Fields, Query, Sort
from ..backends.sql.emitter import column_names
from ..backends.sql.fragment import Sql
from ..backends.sql.ordering import is_column, is_placed
from ..bind import BindOptions, bind
from ..bound import BoundQuery, BoundSortKey
from ..errors import UnsupportedError
from ..fields import FieldsOptions, bind_fields
from ..sort import SortOptions, bind_sort
from .django_schema import schema_of
from .host_dialects import host_dialect
from .hosted import SORT_VALUES, HostEmitter, assembled, names_of, sort_value, targets_of

__all__ = ["only", "order_by", "schema_of", "where"]


def where(query: str | Query, *, document: str = "doc", **options: Unpack[BindOptions]) -> Q:
    """The condition that an object is selected, for ``filter``, ``exclude`` and ``When``.

    It is never NULL, so ``~``, ``&``, ``|`` and ``exclude`` are exact on it. With a schema (see :func:`schema_of`) a
    field is what its ``column`` names, as a lookup would: a field of the model, a path through foreign keys
    (``customer__name``) or an annotation. What has no column lies in the JSONField ``document``, and so does every
    field where there is no schema. Options and errors are those of :func:`qlause.bind`; when a query is compiled,
    FieldError for a name that the model does not have, and UnsupportedError for a database that qlause does not speak,
    or that cannot keep the promise.
    """
    bound = bind(query, **options)
    return Q(_Condition(bound, names_of(targets_of(bound.root), document), document))


def order_by(sort: str | Sort, *, document: str = "doc", **options: Unpack[SortOptions]) -> list[Any]:
    """What to sort by, for ``order_by(*...)``.

    The primary key is appended, so that the order is total, or the field that ``unique`` names. Options and errors are
    those of :func:`qlause.sort.bind_sort` and of :func:`where`; UnsupportedError for a field of several values.
    """
    last = [] if "unique" in options else ["pk"]
    if last:
        options["unique"] = None
    found: list[Any] = []
    for key in bind_sort(sort, **options).keys:
        names = names_of([key.target], document)
        places = range(1 if is_column(key) else SORT_VALUES)
        nulls = {"nulls_last": True} if key.nulls_last else {"nulls_first": True}
        found += [
            OrderBy(_SortValue(key, place, names, document), key.descending, **(nulls if is_placed(key) else {}))
            for place in places
        ]
    return found + last


def only(fields: str | Fields, *, document: str = "doc", **options: Unpack[FieldsOptions]) -> list[str]:
    """The fields of the model that hold the asked fields, each once: for ``only(*...)`` or ``values(*...)``.

    Where nothing is asked for it is all that the schema lets out, related rows aside. ``python.projector`` shapes what
    comes back. Options and errors are those of :func:`qlause.fields.bind_fields`; UnsupportedError for a field of
    related rows.
    """
    return list(column_names(bind_fields(fields, **options), document))


class _Embedded(Expression):  # type: ignore[misc]  # Django has no types
    """An expression over some columns, which Django resolves."""

    def __init__(self, names: Sequence[str], document: str, output_field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=output_field)
        self.names = tuple(names)
        self.document = document
        self.columns: list[Any] = [F(name) for name in self.names]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, expressions: list[Any]) -> None:
        self.columns = list(expressions)

    def written(self, emitter: HostEmitter) -> Sql:
        """The expression with marks."""
        raise NotImplementedError  # each subclass says it

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """What Django asks of every expression."""
        emitter = _emitter(connection, self.document)
        there = dict(zip(self.names, self.columns, strict=True))
        params: list[Any] = []

        def own(name: str) -> str:
            text, own_params = compiler.compile(there[name])
            params.extend(own_params)
            return str(text)

        def table(name: str) -> str:
            return _escaped(connection.ops.quote_name(name))

        def parameter(value: Any) -> str:
            params.append(value)
            return "%s"

        written = self.written(emitter)
        return f"({assembled(written, text=_escaped, own=own, table=table, parameter=parameter)})", params


class _Condition(_Embedded):
    conditional = True

    def __init__(self, query: BoundQuery, names: Sequence[str], document: str) -> None:
        super().__init__(names, document, BooleanField())
        self.bound = query

    def written(self, emitter: HostEmitter) -> Sql:
        return emitter.query(self.bound)


class _SortValue(_Embedded):
    def __init__(self, key: BoundSortKey, place: int, names: Sequence[str], document: str) -> None:
        super().__init__(names, document, Field())
        self.key = key
        self.place = place

    def written(self, emitter: HostEmitter) -> Sql:
        return sort_value(emitter, self.key, self.place)


def _emitter(connection: Any, document: str) -> HostEmitter:
    is_mariadb: bool = getattr(connection, "mysql_is_mariadb", False)
    dialect = host_dialect(connection.vendor, is_mariadb=is_mariadb, question_marks=False)
    if conf.settings.USE_TZ and connection.vendor != "postgresql" and connection.timezone_name != "UTC":
        message = f"the database {connection.alias} keeps date-times in {connection.timezone_name}"
        raise UnsupportedError(
            message, code="time_zone", hint="qlause reads them in UTC: take TIME_ZONE out of DATABASES"
        )
    return HostEmitter(dialect, document)


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
