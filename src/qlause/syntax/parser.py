"""Text to tree: ``parse`` for q, ``parse_sort`` for sort, ``parse_fields`` for fields."""

from __future__ import annotations

from typing import Any

from ..errors import LimitExceededError
from ..limits import DEFAULT_LIMITS, Limits
from .actions import ParseActions
from .lalr import run
from .nodes import Fields, Query, Sort

__all__ = ["parse", "parse_fields", "parse_sort"]


def parse(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Query:
    """Parse a ``q``: the filter of a list endpoint.

    Args:
        text: the text of ``q``. Empty text, or only whitespace, selects every document.
        limits: how large the query may be.

    Returns:
        The query as a tree. ``str()`` of it is the query in canonical spelling.

    Raises:
        QuerySyntaxError: The text is not a valid query. The code names the mistake (``missing_colon``,
            ``unquoted_text``, ``unclosed_quote`` and others); ``offset`` says where it is, and ``hint`` what to write.
        LimitExceededError: The query is too large (``limit_length``, ``limit_depth``, ``limit_tests``,
            ``limit_list``, ``limit_path``, ``limit_contains``).
        TypeError: ``text`` is not a str.

    Example:
        >>> query = parse('name:"John" surname:~Smith')
        >>> str(query)
        'name:"John" AND surname:~"Smith"'
        >>> parse("name:John Smith")
        Traceback (most recent call last):
        qlause.errors.QuerySyntaxError: "Smith" has no field (line 1, column 11); put quotes around text of several ...

    """
    query: Query = _read("query", "q", text, limits.q_length, limits)
    return query


def parse_sort(text: str, *, limits: Limits = DEFAULT_LIMITS, strict: bool = False) -> Sort:
    """Parse a ``sort``: field names separated by commas, each with an optional direction.

    Args:
        text: the text of ``sort``. Empty text, or only whitespace, is no sort.
        limits: how large the sort may be.
        strict: whether to refuse a direction other than ``asc``, ``ASC``, ``desc`` and ``DESC``. By default any
            direction other than ``desc`` and ``DESC`` is ascending.

    Returns:
        The sort as a tree. ``str()`` of it is the sort in canonical spelling.

    Raises:
        QuerySyntaxError: The text is not a valid sort. Codes include ``missing_comma``, ``empty_part``,
            ``duplicate_path``, ``sort_sign`` and, if strict, ``sort_direction``.
        LimitExceededError: The sort is too large (``limit_length``, ``limit_path``).
        TypeError: ``text`` is not a str.

    Example:
        >>> str(parse_sort("name, metadata.createdAt:desc"))
        'name,metadata.createdAt:desc'

    """
    sort: Sort = _read("sort", "sort", text, limits.sort_length, limits, strict)
    return sort


def parse_fields(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Fields:
    """Parse a ``fields``: the names of the fields to return, separated by commas.

    Args:
        text: the text of ``fields``. Empty text, or only whitespace, asks for every field.
        limits: how large the list may be.

    Returns:
        The fields as a tree, without those that another one includes. ``str()`` of it is canonical text.

    Raises:
        QuerySyntaxError: The text is not a valid list of fields. Codes include ``missing_comma``, ``empty_part``,
            ``bad_name`` and ``direction_in_fields``.
        LimitExceededError: The list is too large (``limit_length``, ``limit_path``).
        TypeError: ``text`` is not a str.

    Example:
        >>> str(parse_fields("name, type, name.first"))
        'name,type'

    """
    fields: Fields = _read("fields", "fields", text, limits.fields_length, limits)
    return fields


def _read(start: str, parameter: str, text: str, max_length: int, limits: Limits, strict: bool = False) -> Any:
    """Parse the text of a parameter by a start rule of the grammar."""
    if not isinstance(text, str):
        raise TypeError(f"{parameter} must be a str, not {type(text).__name__}")
    if len(text) > max_length:
        raise LimitExceededError(
            f"{parameter} has {len(text):,} characters; the limit is {max_length:,}",
            code="limit_length",
            text=text,
            offset=max_length,
        )
    return run(ParseActions(start, text, limits, strict))
