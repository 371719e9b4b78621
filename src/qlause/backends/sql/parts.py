"""SQL as parts: text of our own, values to bind, and names that the library around a statement writes itself.

An expression is a :class:`Sql`, a tuple of parts. :func:`sql` and :func:`join` compose expressions, and :func:`render`
turns one into text, once. A ``str`` never becomes text of a statement by accident: :func:`sql` takes a template and
other ``Sql``. :func:`raw` is for text of our own, and for names and literals of the schema that are quoted already. A
value of a request is only ever a :class:`Bind`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from string import Formatter
from typing import Any, Final, TypeAlias

from ..._record import new, record

__all__ = [
    "FALSE",
    "NOTHING",
    "TRUE",
    "Bind",
    "Part",
    "RelatedColumn",
    "RowColumn",
    "Shared",
    "Sql",
    "Table",
    "bind",
    "join",
]
__all__ += ["inlined_shared", "raw", "render", "sql", "text_length"]


@record
class Bind:
    """A value to bind: a constant, what a driver takes for one, or a deferred value."""

    value: Any


@record
class RowColumn:
    """A column of the row, which a library writes itself."""

    name: str


@record
class Table:
    """Another table, which a library writes itself."""

    names: tuple[str, ...]


@record
class RelatedColumn:
    """A column of a row of another table, which a library writes itself. ``alias`` names the row in the statement."""

    names: tuple[str, ...]
    alias: str
    name: str


@record
class Shared:
    """An expression that a statement names where it has it first, ``(… AS name)``, and then refers to by the name."""

    name: str
    expression: Sql


Part: TypeAlias = "str | Bind | RowColumn | RelatedColumn | Table | Shared"


class Sql(tuple[Part, ...]):
    """An expression as its parts, in order. No two texts are neighbours."""

    __slots__ = ()

    @property
    def binds(self) -> list[Any]:
        """The values to bind, in order, without those in shared expressions."""
        return [part.value for part in self if isinstance(part, Bind)]


NOTHING: Final[Sql] = Sql()


def raw(text: str) -> Sql:
    """Text of our own, or a quoted name or literal of the schema. Never a text of a request."""
    return new(Sql, (text,))


def bind(value: Any) -> Sql:
    """A value as a parameter."""
    return new(Sql, (new(Bind, (value,)),))


TRUE: Final = raw("1=1")
FALSE: Final = raw("1=0")


def sql(template: str, *parts: Sql, **named: Sql) -> Sql:
    """Fill a template: ``{}`` takes the next of the parts, ``{name}`` one by its name; ``{{`` is a brace.

    >>> from qlause.backends.sql.parts import bind, raw, sql
    >>> sql("{key} = {}", bind(1), key=raw('"id"'))
    ('"id" = ', Bind(value=1))
    """
    following = iter(parts).__next__
    filled: list[Part] = []
    for text, name in _split(template):
        filled.append(text)
        if name is not None:
            filled += named[name] if name else following()
    return _merged(filled)


def join(separator: str, expressions: Iterable[Sql]) -> Sql:
    """The expressions with a separator between them."""
    parts: list[Part] = []
    for expression in expressions:
        if parts:
            parts.append(separator)
        parts += expression
    return _merged(parts)


def _merged(parts: Iterable[Part]) -> Sql:
    """The parts with neighbouring texts as one."""
    merged: list[Part] = []
    text = ""
    for part in parts:
        if part.__class__ is str:
            text += part
        else:
            if text:
                merged.append(text)
                text = ""
            merged.append(part)
    if text:
        merged.append(text)
    return Sql(merged)


@lru_cache(maxsize=4_096)
def _split(template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((text, name) for text, name, _, _ in Formatter().parse(template))


def inlined_shared(expression: Sql) -> Sql:
    """The expression with its shared expressions written out each time."""
    return _merged(_without_shared(expression))


def _without_shared(expression: Sql) -> Iterator[Part]:
    for part in expression:
        if isinstance(part, Shared):
            yield from _without_shared(part.expression)
        else:
            yield part


def text_length(expression: Sql) -> int:
    """How many characters of text an expression holds; what it shares counts once."""
    expressions = {part.expression for part in expression if isinstance(part, Shared)}
    own = sum(len(part) for part in expression if isinstance(part, str))
    return own + sum(map(text_length, expressions))


def render(
    expression: Sql,
    mark: Callable[[Any], str],
    *,
    text: Callable[[str], str] = str,
    column: Callable[[str], str] | None = None,
    table: Callable[[tuple[str, ...]], str] | None = None,
    related: Callable[[RelatedColumn], str] | None = None,
    name: Callable[[str], str] = str,
) -> str:
    """The text of an expression.

    ``mark`` writes the placeholder of a value to bind, ``text`` writes texts, ``name`` quotes the names of shared
    expressions. ``column``, ``table`` and ``related`` write columns of the row, other tables and their columns, where
    these are parts.
    """
    names: dict[Sql, str] = {}

    def texts(expression: Sql) -> Iterator[str]:
        for part in expression:
            if isinstance(part, str):
                yield text(part)
            elif isinstance(part, Bind):
                yield mark(part.value)
            elif isinstance(part, Shared):
                if part.expression in names:
                    yield text(names[part.expression])
                    continue
                names[part.expression] = shared = _free_name(part, names, name)
                yield from ("(", *texts(part.expression), text(f" AS {shared})"))
            elif isinstance(part, RowColumn) and column is not None:
                yield column(part.name)
            elif isinstance(part, Table) and table is not None:
                yield table(part.names)
            elif isinstance(part, RelatedColumn) and related is not None:
                yield related(part)
            else:
                raise TypeError(f"{part!r} cannot be a part of this statement")

    return "".join(texts(expression))


def _free_name(shared: Shared, names: dict[Sql, str], name: Callable[[str], str]) -> str:
    """A name that no other expression of the statement has."""
    taken = set(names.values())
    number = 1
    while (quoted := name(shared.name if number == 1 else f"{shared.name} {number}")) in taken:
        number += 1
    return quoted
