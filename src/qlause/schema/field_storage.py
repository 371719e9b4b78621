"""Where the fields of a schema are stored, with what they have from the object above them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..syntax.lexical import keys_text, segment_problem
from .field import Field
from .storage import EACH, Column, Target
from .types import TYPES

__all__ = ["below_open", "column_of", "renamed", "target_of", "with_inherited"]


def with_inherited(fields: Mapping[tuple[str, ...], Field]) -> dict[tuple[str, ...], Field]:
    """The fields in the order of their paths, each with what it has from the object above it.

    Raises ValueError for a column that is said to hold what no column of its own can.
    """
    ordered: dict[tuple[str, ...], Field] = {}
    for keys in sorted(fields):  # an object comes before what is below it
        field = fields[keys]
        for length in range(len(keys) - 1, 0, -1):
            if keys[:length] in ordered:
                field = _inherited(ordered[keys[:length]], field, keys[length:])
                break
        column = field.column if field.relation is None else field.relation.column
        if TYPES[field.type].untyped and column is not None and len(column) == 1:
            message = f"a column has a type of its own; {field.type} is for a path in the JSON of a column"
            raise ValueError(f"the field {keys_text(keys)}: {message}")
        ordered[keys] = field
    return ordered


def _inherited(above: Field, field: Field, keys: tuple[str, ...]) -> Field:
    """The field with what it has from the object that is declared above it: the array, and the storage."""
    stored, column, relation = field.stored, field.column, field.relation
    if stored is None and above.stored is not None:
        stored = (*above.stored, *keys)
    if column is None and relation is None:
        column = None if above.column is None else (*above.column, *keys)
        relation = None if above.relation is None else above.relation.below(keys)
    return replace(field, array=field.array or above.array, stored=stored, column=column, relation=relation)


def renamed(
    fields: Mapping[tuple[str, ...], Field], arrays: Collection[tuple[str, ...]], name_of: Callable[[str], str]
) -> tuple[dict[tuple[str, ...], Field], frozenset[tuple[str, ...]]]:
    """The fields under other public names, stored where they are, and those that are arrays by their own declarations.

    Raises ValueError for names that cannot be.
    """
    new: dict[tuple[str, ...], Field] = {}
    names_of: dict[tuple[str, ...], tuple[str, ...]] = {}
    for keys, field in sorted(fields.items(), key=lambda item: not item[1].public):
        names = tuple(name_of(key) for key in keys)
        if names in new and not field.public:
            names = keys  # a hidden field needs no name of its own
        problem = next((problem for name in names if (problem := segment_problem(name)) is not None), None)
        if problem is not None or names in new:
            raise ValueError(f"{'.'.join(keys)} cannot be renamed to {'.'.join(names)}: {problem or 'another one is'}")
        new[names] = field if names == keys else replace(field, stored=field.stored or keys)
        names_of[keys] = names
    return new, frozenset([names_of[keys] for keys in arrays])


def target_of(field: Field, keys: tuple[str, ...], below: tuple[str, ...] = ()) -> Target:
    """Where a field is stored, or what is below it: a language, or any keys below an open object."""
    stored: tuple[str, ...] = field.stored or keys  # type: ignore[assignment]  # keys since __post_init__
    scalar = not field.array and not TYPES[field.type].untyped
    declared = not below or below[0] in field.languages
    return Target(stored + below, scalar, column_of(field, below), declared)


def column_of(field: Field, below: tuple[str, ...]) -> Column | None:
    """Where a table holds a field, or what is below it."""
    relation = field.relation
    column: tuple[Any, ...] | None = field.column if relation is None else relation.column  # type: ignore[assignment]  # since __post_init__
    if column is None:
        return None
    name, *steps = _steps(column[0])
    keys = (*column[1:], *below) or None
    attributes = (field.type, field.storage, field.array, field.folded, field.binary, relation)
    return Column(name, keys, *attributes, tuple(steps))  # type: ignore[arg-type]  # the first step is a name


def _steps(names: str | tuple[str, ...]) -> Iterator[str | None]:
    """The names of a column and of the fields in its structs; None for each element of an array."""
    if isinstance(names, str):
        yield names
        return
    for name in names:
        yield name.removesuffix(EACH)
        if name.endswith(EACH):
            yield None


def below_open(field: Field) -> Field:
    """The field that any path below an open object is: it may reach several values, also in the one related row."""
    relation = field.relation and replace(field.relation, one=False)
    return replace(field, type="any", open=False, array=True, nullable=True, relation=relation)
