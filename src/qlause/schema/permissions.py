"""Permissions go by where a value is stored: no name grants what another name of the same place denies (rule 17)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias, get_args

from .field import Field, Permission
from .operators import Operator
from .storage import EACH
from .types import TYPES

__all__ = ["HIDDEN", "PERMISSIONS", "Places"]

PERMISSIONS: Final[tuple[Permission, ...]] = get_args(Permission)
HIDDEN: Final[Mapping[str, bool]] = dict.fromkeys(PERMISSIONS, False)
"""The permissions of what no parameter may use."""

_Keys: TypeAlias = tuple[str, ...]
_Place: TypeAlias = tuple[str, ...]
"""A kind of storage, and the path in it. What is stored below another value has that one's place as its beginning."""


class Places:
    """The places where declared fields deny something."""

    __slots__ = ("_above_unfilterable", "_above_unsortable", "_denying", "_document")

    def __init__(self, fields: Mapping[_Keys, Field], document: str) -> None:
        self._document = document
        self._denying: dict[_Place, list[Field]] = {}
        self._above_unsortable: set[_Place] = set()
        self._above_unfilterable: set[_Place] = set()
        for keys, field in fields.items():
            if field.operators is None and all(getattr(field, permission) for permission in PERMISSIONS):
                continue
            for place in _places(keys, field, (), document):
                self._denying.setdefault(place, []).append(field)
                if not field.filterable:
                    self._above_unfilterable.update(place[:length] for length in range(1, len(place)))
                if not field.sortable:
                    self._above_unsortable.update(place[:length] for length in range(1, len(place)))

    def narrowed(self, keys: _Keys, field: Field, below: _Keys = ()) -> Field:
        """The field with only what no other field denies: one at the same place, or one that holds it.

        ``below`` are the keys below the field: a language, or any below an open object.
        """
        if not self._denying:
            return field
        denied: set[Permission] = set()
        operators: frozenset[Operator] | None = field.operators
        for place in _places(keys, field, below, self._document):
            # Some engines sort an object by what it holds, so its order tells of a value in it.
            is_value = TYPES[field.type].ordered and (bool(below) or not TYPES[field.type].by_language)
            if is_value and place in self._above_unsortable:
                denied.add("sortable")
            # A field of text over a column of JSON would be searched whole.
            if field.type in ("string", "enum") and place in self._above_unfilterable:
                denied.add("filterable")
            for length in range(1, len(place) + 1):
                for other in self._denying.get(place[:length], ()):
                    denied.update(permission for permission in PERMISSIONS if _denies(other, permission))
                    # The operators of an object are about the object, not about what it holds.
                    if other.operators is not None and (length == len(place) or other.type != "object"):
                        operators = (field.allowed if operators is None else operators) & other.operators
        return _without(field, denied, operators)

    def left_to(self, keys: _Keys, field: Field) -> Field:
        """The field with the permissions that its place leaves it, and without languages that lack one of these."""
        field = self.narrowed(keys, field)
        if not field.languages:
            return field
        languages = tuple(language for language in field.languages if self.narrowed(keys, field, (language,)) == field)
        if not languages:  # no languages would mean any language
            return replace(field, filterable=False, sortable=False, projectable=False)
        return field if languages == field.languages else replace(field, languages=languages)


def _denies(field: Field, permission: Permission) -> bool:
    """Whether a field denies a permission to others at its place.

    A field that cannot be sorted by has a ``sort_hint`` that says why. That is no secret, and others may have an order.
    """
    return not getattr(field, permission) and not (permission == "sortable" and field.sort_hint is not None)


def _without(field: Field, denied: Collection[Permission], operators: frozenset[Operator] | None) -> Field:
    if operators == field.operators and not any(getattr(field, permission) for permission in denied):
        return field
    return replace(
        field,
        operators=operators,
        filterable=field.filterable and "filterable" not in denied,
        sortable=field.sortable and "sortable" not in denied,
        projectable=field.projectable and "projectable" not in denied,
    )


def _places(keys: _Keys, field: Field, below: _Keys, document: str) -> Iterator[_Place]:
    """Every place of a field: by its public name, in documents, and in tables.

    ``document`` is the column that holds the documents. Engines may ignore the case of a name, and
    for Django ``a__b`` is a path.
    """
    stored: tuple[str, ...] = field.stored or keys  # type: ignore[assignment]  # keys since __post_init__
    yield "public", *keys, *below
    yield "document", *stored, *below
    relation, column = field.relation, field.column
    table: _Place = ("column",) if relation is None else ("related", relation.table[-1].casefold())
    path: tuple[Any, ...] = (column or ()) if relation is None else relation.column  # type: ignore[assignment]  # since __post_init__
    if path:
        names = (path[0],) if isinstance(path[0], str) else path[0]
        steps = (step for name in names for step in name.removesuffix(EACH).casefold().split("__"))
        yield *table, *steps, *path[1:], *below
    else:
        yield *table, document.casefold(), *stored, *below
    if field.folded is not None:  # it holds the same text
        yield *table, field.folded.casefold()
