"""Query, sort and fields → Django: a ``Q``, lists for ``order_by`` and ``only``, and a schema derived from a model.

Conditions are written when Django compiles a query, for the database that it goes to; columns are resolved by Django,
so that joins and aliases are its own. Values are parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, Final, Unpack

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import JSONField, Model, OrderBy, Q
from django.db.models.fields.files import FieldFile

from ...backends.sql.order_by import is_column, is_nullable_column
from ...backends.sql.statements import column_names
from ...bound.binder import BindOptions, bind
from ...bound.cursor import Cursor, values_for
from ...bound.fields import FieldsOptions, bind_fields
from ...bound.nodes import BoundFields, BoundSort
from ...bound.query import BoundQuery
from ...bound.resolve import use_document_column
from ...bound.sort import SortOptions, bind_sort
from ...schema.storage import Column
from ...syntax.nodes import Fields, Query, Sort
from ...values.json_text import ParsedText
from ..embedding import SORT_VALUES, column_names_of, columns_of_query, with_key
from .expressions import PRIMARY_KEY, BehindCursor, Condition, SortValue
from .relations import field_of, known_as
from .schema import schema_of

__all__ = ["Attributes", "after", "cursor_of", "only", "order_by", "schema_of", "where"]


def where(query: str | Query | BoundQuery, *, document: str = "doc", **options: Unpack[BindOptions]) -> Q:
    """Make the condition that an object is selected.

    It is never NULL, so ``~``, ``&``, ``|`` and ``exclude`` are exact on it.

    Args:
        query: The text of ``q``, or a parsed query.
        document: The JSONField that holds every field without a column; without a schema, all fields.
        **options: ``schema`` (see :func:`schema_of`), ``now``, ``timezone``, ``language`` and ``limits``, see
            :class:`qlause.BindOptions`.

    Returns:
        The condition, for ``filter``, ``exclude``, ``When`` and wherever else a ``Q`` goes. A column of the schema is
        what a lookup names: a field of the model, a path through foreign keys (``customer__name``) or an annotation.
        Compiling raises FieldError for a name that the model does not have, ValueError for one that leads to several
        rows, and UnsupportedError for a database that
        qlause does not write SQL for (``no_dialect``), that cannot keep the rules, or that keeps date-times in a zone
        other than UTC (``time_zone``).

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_depth``, ``limit_tests``,
            ``limit_list``, ``limit_path``, ``limit_contains``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be filtered by
            (``not_filterable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field does not take the operator (``operator_not_allowed``).
        ValueReadingError: A value cannot be read as the type of its field (``value``).

    Example:
        >>> from examples.shop.models import Customer
        >>> schema = schema_of(Customer)
        >>> str(Customer.objects.filter(where("id:1", schema=schema)).only("id").query)
        'SELECT "shop_customer"."id" FROM "shop_customer" WHERE (("shop_customer"."id" = 1 ...))'

    """
    use_document_column(options, document)
    bound = bind(query, **options)
    return Q(Condition(bound, bound.derived(columns_of_query, document), document))


def order_by(
    sort: str | Sort | BoundSort, *, document: str = "doc", backward: bool = False, **options: Unpack[SortOptions]
) -> list[Any]:
    """Make what to sort by, for ``order_by(*...)``.

    The primary key is appended, so that the order is total, unless ``unique`` names another field, or None.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        document: The JSONField that holds every field without a column.
        backward: Whether to reverse the order exactly, for the page before a cursor.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`.

    Returns:
        The terms, the most significant first.

    Raises:
        QuerySyntaxError: The sort is not in the language (``syntax`` and other codes).
        LimitExceededError: The sort is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object (``not_ordered``).
        UnsupportedError: The field has several values (``not_ordered``), when a query is compiled.

    Example:
        >>> from examples.shop.models import Customer
        >>> schema = schema_of(Customer)
        >>> len(order_by("name:desc", schema=schema))
        2

    """
    bound = _bound(sort, options, document)
    terms: list[Any] = []
    for key in (bound.reversed() if backward else bound).keys:
        names = column_names_of([key.target], document)
        indexes = range(1 if is_column(key) else SORT_VALUES)
        nulls = {"nulls_last": True} if key.nulls_last else {"nulls_first": True}
        terms += [
            OrderBy(
                SortValue(key, index, names, document), key.descending, **(nulls if is_nullable_column(key) else {})
            )
            for index in indexes
        ]
    return terms


def after(
    sort: str | Sort | BoundSort,
    cursor: Cursor | None,
    *,
    document: str = "doc",
    backward: bool = False,
    **options: Unpack[SortOptions],
) -> Q:
    """Make the condition that an object comes after a cursor in a sort.

    Use it beside the condition of the query, with :func:`order_by` of the same sort, options and ``backward``, and a
    limit. NULL counts as false in it.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        cursor: The cursor of the last row of the page before. None: the first page, and the condition is always true.
        document: The JSONField that holds every field without a column.
        backward: Whether to select what comes before the cursor.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`.

    Returns:
        The condition, for ``filter``.

    Raises:
        QuerySyntaxError: The sort is not in the language (``syntax`` and other codes).
        LimitExceededError: The sort is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object (``not_ordered``).
        CursorError: The cursor is of another sort (``cursor_sort``) or, when a query is compiled, its values are not of
            the types of the columns (``cursor_value``).
        UnsupportedError: A field has several values, or the primary key is of a type that fields do not have
            (``not_ordered``).
        TypeError: ``cursor`` is not a Cursor; decode the client's text first.

    Example:
        >>> from examples.shop.models import Customer
        >>> schema = schema_of(Customer)
        >>> after("name", None, schema=schema)
        <Q: (AND: )>

    """
    bound = _bound(sort, options, document)
    if cursor is None:
        return Q()
    values_for(cursor, bound)
    names = column_names_of([key.target for key in bound.keys], document)
    return Q(BehindCursor(bound, cursor, backward, names, document))


def cursor_of(
    sort: str | Sort | BoundSort, row: Any, *, document: str = "doc", **options: Unpack[SortOptions]
) -> Cursor:
    """Make the cursor of a row: its place in a sort.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        row: An object, or a dict as ``values()`` gives it, with ``pk`` among its keys.
        document: The JSONField that holds every field without a column.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`.

    Returns:
        The cursor. Encode it before a client gets it.

    Raises:
        QuerySyntaxError: The sort is not in the language (``syntax`` and other codes).
        LimitExceededError: The sort is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object (``not_ordered``).
        UnsupportedError: The primary key is of a type that fields do not have (``not_ordered``).
        ValueError: The row lacks a column of the sort.

    Example:
        >>> from examples.shop.models import Customer
        >>> schema = schema_of(Customer)
        >>> cursor_of("name", {"pk": 1, "name": "Ada"}, schema=schema).values
        ((2, 'Ada'), (1, 1))

    """
    return Cursor.in_bound(_bound(sort, options, document), Attributes(row), document)


class Attributes:
    """An object or a dict, its values by lookups of columns."""

    def __init__(self, row: Any) -> None:
        self.row = row

    def __getitem__(self, name: str) -> Any:
        if isinstance(self.row, Mapping):
            found = self.row[name]
            return ParsedText(found) if isinstance(found, str) else found
        value = self.row
        if isinstance(value, Model):
            name = known_as(type(value), name)  # the key of a foreign key, not the object
        for part in [name] if name in getattr(value, "__dict__", ()) else name.split("__"):
            try:
                value = None if value is None else getattr(value, part)
            except ObjectDoesNotExist:  # on the other side of a one-to-one field
                value = None
            except AttributeError as error:
                raise KeyError(name) from error
        if isinstance(value, Model):  # which another one points at
            return value.pk
        if isinstance(value, str) and _holds_json(type(self.row), name):
            return ParsedText(value)
        if isinstance(value, FieldFile):
            return value.name
        return value.value if isinstance(value, Enum) else value


def _leads_to_json(model: Any, name: str) -> bool:
    """Whether a lookup leads to JSON, which Django parses."""
    first, _, rest = name.partition("__")
    field = field_of(model, first)
    related = getattr(field, "related_model", None)
    return _leads_to_json(related, rest) if rest and related is not None else isinstance(field, JSONField)


_holds_json: Final[Callable[[Any, str], bool]] = lru_cache(maxsize=4096)(_leads_to_json)


def _bound(sort: str | Sort | BoundSort, options: SortOptions, document: str) -> BoundSort:
    """The sort, which ends in the primary key unless the caller names a unique field, or none."""
    use_document_column(options, document)
    if "unique" in options or isinstance(sort, BoundSort):
        return bind_sort(sort, **options)
    options["unique"] = None
    # Whose key it is, and of which type, is known when a query is compiled.
    return with_key(bind_sort(sort, **options), [Column(PRIMARY_KEY, None, "any", None, array=False)])


def only(fields: str | Fields | BoundFields, *, document: str = "doc", **options: Unpack[FieldsOptions]) -> list[str]:
    """Name the fields of the model that hold the asked fields, each once.

    ``python.projector`` shapes what comes back.

    Args:
        fields: The text of ``fields``, or parsed fields. If it is empty: all that the schema lets out, except related
            rows.
        document: The JSONField that holds every field without a column.
        **options: ``schema``, ``always`` and others, see :class:`qlause.FieldsOptions`.

    Returns:
        Their names, for ``only(*...)`` or ``values(*...)``.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it must not come out
            (``not_projectable``).
        UnsupportedError: A field is of related rows (``related_rows``).

    Example:
        >>> from examples.shop.models import Customer
        >>> schema = schema_of(Customer)
        >>> only("name", schema=schema, always=["id"])
        ['name', 'id']

    """
    use_document_column(options, document)
    return list(column_names(bind_fields(fields, **options), document))
