"""Querysets of pages: each object once, however the queryset finds it."""

from __future__ import annotations

from typing import Any

from django.db.models import ForeignObject, Manager, OneToOneRel, QuerySet

__all__ = ["each_once"]


def each_once(queryset: Any) -> Any:
    """The queryset of a page, with each object once: a join with several rows repeats it for each of them.

    Raises TypeError for a queryset that no condition can be added to, or whose own columns repeat an object.
    """
    if isinstance(queryset, Manager):
        queryset = queryset.all()
    if not isinstance(queryset, QuerySet):
        raise TypeError(f"a page is of a queryset or a manager, not of a {type(queryset).__name__}")
    query = queryset.query
    if query.combinator:
        raise TypeError(f"a page cannot be of querysets in {query.combinator}(): join their conditions by | and &")
    for is_so, words in (
        (query.is_sliced, "a slice of a queryset: leave out the limit"),
        (query.distinct_fields, "distinct() by fields"),
    ):
        if is_so:
            hint = "or look the objects up, filter(pk__in=list(queryset.values_list('pk', flat=True)))"
            raise TypeError(f"a page cannot be of {words}, {hint}")
    several = _joins_with_several(query)
    for name, annotation in query.annotations.items():
        if not annotation.contains_aggregate and any(
            getattr(each, "alias", None) in several for each in _parts(annotation)
        ):
            raise TypeError(
                f"the annotation {name} has several values for one object: aggregate them, or use a Subquery"
            )
    return queryset.distinct() if several and query.group_by is None and queryset._fields is None else queryset


def _joins_with_several(query: Any) -> set[str]:
    """The aliases of the tables that a query joins with several rows for one object."""
    several: set[str] = set()
    for alias, table in query.alias_map.items():
        joined_by = getattr(table, "join_field", None)
        if joined_by is None or not query.alias_refcount[alias]:
            continue
        is_key = isinstance(joined_by, ForeignObject) and (joined_by.many_to_one or joined_by.one_to_one)
        if table.parent_alias in several or not (is_key or isinstance(joined_by, OneToOneRel)):
            several.add(alias)
    return several


def _parts(expression: Any) -> Any:
    return expression.flatten() if hasattr(expression, "flatten") else (expression,)
