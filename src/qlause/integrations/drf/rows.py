"""What the rows of a list must hold, so that serializing them costs no further query.

What a serializer reads is taken from its fields. Where one of them reads what cannot be told, as a method does, nothing
is left out of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from django.db.models import Prefetch
from django.db.models.query import ModelIterable
from rest_framework.relations import (
    HyperlinkedIdentityField,
    HyperlinkedRelatedField,
    ManyRelatedField,
    PrimaryKeyRelatedField,
    SlugRelatedField,
)
from rest_framework.serializers import BaseSerializer, ListSerializer, Serializer

from ..django.relations import field_of

__all__ = ["with_what_is_read"]

_SEPARATOR: Final = "__"


def with_what_is_read(queryset: Any, serializer: Any, columns: Iterable[str] = ()) -> Any:
    """Let a queryset load what a serializer reads, and no column more.

    Args:
        queryset: The queryset.
        serializer: The serializer of its rows.
        columns: Lookups of more columns that are read.

    Returns:
        The queryset, with what ``only``, ``select_related`` and ``prefetch_related`` add.

    """
    if queryset._iterable_class is not ModelIterable:  # values(), whose rows are no objects
        return queryset
    needs = _Needs(queryset)
    needs.of_serializer(getattr(serializer, "child", serializer), queryset.model, ())
    for column in columns:
        needs.of_path(column.split(_SEPARATOR), queryset.model, (), None)
    return needs.applied()


class _Needs:
    """What is read of the rows of one queryset."""

    def __init__(self, queryset: Any) -> None:
        self.queryset = queryset
        self.columns: dict[str, None] = {"pk": None}
        self.related: dict[str, None] = {}
        self.prefetched: dict[str, Any] = {}
        self.is_known = True
        for lookup in queryset._prefetch_related_lookups:
            self.of_prefetch(getattr(lookup, "prefetch_through", lookup).split(_SEPARATOR)[0])

    def applied(self) -> Any:
        """The queryset that loads it."""
        queryset = self.queryset
        if self.is_known:  # a relation that is not loaded must not be joined
            queryset = queryset.select_related(None).only(*self.columns)
        if self.related:
            queryset = queryset.select_related(*self.related)
        named = {getattr(lookup, "prefetch_to", lookup) for lookup in queryset._prefetch_related_lookups}
        return queryset.prefetch_related(*(made for path, made in self.prefetched.items() if path not in named))

    def of_serializer(self, serializer: Any, model: Any, prefix: Sequence[str]) -> None:
        """What the fields of a serializer read."""
        if not (isinstance(serializer, Serializer) and _is_of_the_framework(serializer.to_representation)):
            self.is_known = False
            return
        for field in serializer._readable_fields:
            if not _is_of_the_framework(field.get_attribute):
                self.is_known = False
            elif field.source_attrs:
                self.of_path(field.source_attrs, model, prefix, field)
            elif isinstance(field, Serializer):
                self.of_serializer(field, model, prefix)
            elif not (isinstance(field, HyperlinkedIdentityField) and field.lookup_field == "pk"):
                self.is_known = False

    def of_path(self, attributes: Sequence[str], model: Any, prefix: Sequence[str], field: Any) -> None:
        """What is read by attributes one after the other. ``field`` says what of a related object; None: its key."""
        name, *rest = attributes
        found = _model_field(model, name)
        name = found.name if name == "pk" else name
        path = (*prefix, name)
        if found is None:
            self.is_known &= not prefix and name in self.queryset.query.annotations
        elif found.many_to_many or not found.concrete:
            self._of_many(found, path, rest, field)
        elif not found.is_relation or name == found.attname:
            self.columns[_SEPARATOR.join(path)] = None
        elif rest:
            self._of_related(found, path)
            self.of_path(rest, found.related_model, path, field)
        else:
            self._of_object(found, path, field)

    def _of_object(self, found: Any, path: Sequence[str], field: Any) -> None:
        """What a field reads of the object of a foreign key."""
        self.columns[_SEPARATOR.join(path)] = None
        by_key = isinstance(field, HyperlinkedRelatedField) and field.lookup_field == "pk"
        if field is None or by_key or isinstance(field, PrimaryKeyRelatedField):
            return
        self._of_related(found, path)
        if isinstance(field, SlugRelatedField):
            self.of_path(field.slug_field.split(_SEPARATOR), found.related_model, path, None)
        elif isinstance(field, Serializer):
            self.of_serializer(field, found.related_model, path)
        else:
            own = (each.attname for each in found.related_model._meta.concrete_fields)
            self.columns.update(dict.fromkeys(_SEPARATOR.join([*path, name]) for name in own))

    def _of_related(self, found: Any, path: Sequence[str]) -> None:
        self.related[_SEPARATOR.join(path)] = None
        self.columns[_SEPARATOR.join([*path, found.related_model._meta.pk.name])] = None

    def _of_many(self, found: Any, path: Sequence[str], rest: Sequence[str], field: Any) -> None:
        """What is read of objects that a query of their own finds for all rows together."""
        if rest or not (found.one_to_one or isinstance(field, BaseSerializer | ManyRelatedField)):
            self.is_known = False
            return
        name, made = _SEPARATOR.join(path), found.related_model._default_manager.all()
        if isinstance(field, ListSerializer | Serializer):
            key = [] if found.many_to_many else [found.field.attname]
            made = with_what_is_read(made, getattr(field, "child", field), key)
        self.prefetched[name] = Prefetch(name, made)
        self.of_prefetch(path[0])

    def of_prefetch(self, name: str) -> None:
        """The column by which a prefetch finds its objects."""
        found = _model_field(self.queryset.model, name)
        if found is None or not found.is_relation or found.related_model is None:
            self.is_known = False
        elif found.concrete and not found.many_to_many:
            self.columns[name] = None
        elif not found.many_to_many:
            self.columns[found.field.target_field.attname] = None


@lru_cache(maxsize=4096)
def _model_field(model: Any, name: str) -> Any:
    """The field of a model or the relation to it behind an attribute of its objects; None if there is none.

    Generic relations count as none: which columns they need is known to themselves alone.
    """
    relations = {relation.get_accessor_name(): relation for relation in model._meta.related_objects}
    if name in relations:
        return relations[name]
    found = field_of(model, name)
    return found if found is not None and found.concrete else None


def _is_of_the_framework(method: Any) -> bool:
    """Whether a method is that of Django REST framework. One of another class may read any attribute of a row."""
    return str(method.__module__).startswith("rest_framework.")
