"""The fields below a path, as a query about one element of the array there names them (rule 23)."""

from __future__ import annotations

from functools import lru_cache

from .._record import record, replace
from ..errors import Vocabulary
from ..syntax.nodes import Path
from .field import Permission
from .hints import suggestion
from .schema import Resolved, Schema
from .storage import Column, Link, Target

__all__ = ["Elements", "below", "elements_of", "filterable_below"]


@record
class Elements:
    """What a schema declares below a path. It answers as a schema does, about paths that start at an element."""

    schema: Schema
    path: Path
    """The public path of the array, from the document."""
    place: Target
    """Where the array is stored, from the document. Its column is that of JSON, of structs, or one of related rows."""

    def resolve(self, path: Path) -> Resolved | None:
        """The field that a path names, with targets that start at the element. None: there is no such field.

        Raises LookupError for a field that is not stored in the elements.
        """
        resolved = self.schema.resolve(below(self.path, path))
        if resolved is None:
            return None
        single = self.schema.is_single(self.path, below(self.path, path))
        by_language = resolved.by_language
        return Resolved(
            resolved.field,
            self.relative(resolved.target, single),
            None if by_language is None else tuple([self.relative(target, single) for target in by_language]),
        )

    def suggest(self, path: Path, permission: Permission) -> str | None:
        """A hint for a path that cannot be used: the nearest ones below the array."""
        start = len(self.path.segments)
        known = [(Path(each.segments[start:]), field) for each, field in self.schema.below(self.path)]
        usable = {str(each): field for each, field in known if field.serves(permission)}
        return suggestion(path, usable, Vocabulary(usable))

    def relative(self, target: Target, single: bool) -> Target:
        """A target of the document, from the element on. Raises LookupError for one that is stored elsewhere."""
        keys = _after(self.place.keys, target.keys)
        if self.place.column is None and target.column is None:
            return replace(target, keys=keys, scalar=single)
        if self.place.column is None or target.column is None:
            raise LookupError
        column = _relative_column(self.place.column, target.column)
        if column is None:  # in JSON, where the element is the document
            inner = _after(self.place.column.keys or (), target.column.keys or ())
            return replace(target, keys=inner, column=None, scalar=single)
        if column.relation is not None:  # in rows of these rows
            return replace(target, keys=keys, column=column, scalar=False)
        # A row holds one value in each column. The steps of a struct say where arrays are.
        return replace(target, keys=keys, column=replace(column, array=False), scalar=column.keys is None)


def below(above: Path, path: Path) -> Path:
    """The public path of a field of an element, from the document on."""
    return Path((*above.segments, *path.segments), path.span)


def filterable_below(schema: Schema, path: Path) -> list[Path]:
    """The paths below another one that a client may filter by."""
    return [other for other, field in schema.below(path) if other != path and field.public and field.filterable]


@lru_cache(maxsize=256)
def elements_of(schema: Schema, path: Path) -> Elements | None:
    """The elements of the array that a path names. None: nothing is declared there that has fields."""
    declared = schema.resolve(path)
    usable = filterable_below(schema, path)
    if declared is not None:
        is_open = declared.field.open or not declared.target.declared
        if declared.field.type != "object" and not is_open and not usable:
            return None
        return Elements(schema, path, _as_place(declared.target))
    for other in sorted(usable, key=lambda other: len(other.segments)):
        place = _above(schema, other, path)
        if place is not None:
            return Elements(schema, path, place)
    return None


def _as_place(target: Target) -> Target:
    """The place of an array that is declared itself: in a column without structs, it is JSON."""
    column = target.column
    if column is None or (column.keys is None and column.steps):
        return target
    return replace(target, column=replace(column, keys=column.keys or ()))


def _above(schema: Schema, other: Path, path: Path) -> Target | None:
    """The place of an array that is not declared, by a field below it. None: that field does not tell."""
    resolved = schema.resolve(other)
    length = len(other.segments) - len(path.segments)
    if resolved is None or len(resolved.target.keys) <= length:
        return None
    target, column = resolved.target, resolved.target.column
    if column is not None:
        column = _column_above(schema, column, path, length)
        if column is None:
            return None
    return replace(target, keys=target.keys[:-length], column=column)


def _column_above(schema: Schema, column: Column, path: Path, length: int) -> Column | None:
    """The column of an array, so many parts of a path above the field in this column."""
    if column.relation is not None and _is_of_rows(schema, column, path):
        return replace(column, keys=None)
    if column.keys is not None:
        return replace(column, keys=column.keys[:-length]) if len(column.keys) >= length else None
    fields = [at for at, step in enumerate(column.steps) if step is not None]
    return replace(column, steps=column.steps[: fields[-length]]) if len(fields) >= length else None


def _is_of_rows(schema: Schema, column: Column, path: Path) -> bool:
    """Whether the elements at a path are the related rows that a column is of.

    They are right above the fields that are columns of the rows, and further above those in the JSON of a column.
    """
    least, most = 1, len(path.segments)
    for other, _ in schema:
        resolved = schema.resolve(other)
        known = None if resolved is None else resolved.target.column
        if known is not None and _links(known) == _links(column):
            above = len(other.segments) - 1
            least, most = max(least, above - len(known.keys or ())), min(most, above)
    return least == len(path.segments) == most


def _relative_column(place: Column, column: Column) -> Column | None:
    """The column of a target, seen from the element. None: the target is in the JSON of the element."""
    here, there = _links(place), _links(column)
    beyond = there[len(here) :]
    if there[: len(here)] != here:
        raise LookupError
    if place.relation is not None and place.keys is None:
        return replace(column, relation=column.relation.over(beyond) if column.relation and beyond else None)
    if beyond:
        raise LookupError
    if place.name != column.name or place.keys is not None:
        if place.name != column.name or place.steps != column.steps:
            raise LookupError
        return None
    return replace(column, name="", steps=_after(place.steps, column.steps))


def _links(column: Column) -> tuple[Link, ...]:
    """The tables from the row to the one that a column is of."""
    return () if column.relation is None else column.relation.links


def _after(start: tuple[str | None, ...], keys: tuple[str | None, ...]) -> tuple[str, ...]:
    """The keys that follow a start. Raises LookupError for keys that do not start so."""
    if keys[: len(start)] != start or len(keys) == len(start):
        raise LookupError
    return keys[len(start) :]  # type: ignore[return-value]  # steps may hold None, and are used as steps
