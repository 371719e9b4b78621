"""What the dialects share. A dialect is data and the few texts that differ; every text of a test is made here or there.

Expressions are plain ``str`` where they can hold no parameter (columns, accessors, literals of the schema) and
:class:`~..fragment.Sql` where they can, with the mark ``P`` in the place of each. What an expression gives is a
condition in which NULL counts as false: it is only negated as ``negation`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar, Final, NamedTuple, TypeAlias

from ....bound.nodes import BoundTest, Constant, Kind
from ....errors import UnsupportedError
from ....schema.storage import Column
from ...parameters.placeholder import made
from ..fragment import P, ParamStyle, Sql, join, sql
from .instants import naive_utc
from .numbers import is_wide
from .writing import quoted

__all__ = ["INLINE", "Dialect", "Emit", "Operand", "Value", "is_plain_key", "or_null"]

INLINE: Final = 32
"""Up to this many members a list is written out; a longer one is one array parameter."""
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:@$# ")
_LITERAL: Final = _PLAIN | {'"', "/"}  # with what paths are made of


def is_plain_key(key: str) -> bool:
    """Whether a key is of characters that no writer of JSON escapes, and no path and no literal either.

    In MariaDB no path, however it is quoted, finds a key that begins with a hyphen.
    """
    return _PLAIN.issuperset(key) and key[:1] not in ("", "-")


class Operand(NamedTuple):
    """What a value is compared as, in one kind."""

    text: str
    guard: str = ""
    """What must hold for the value to be of the kind; empty: ``text`` is NULL where it is not."""
    guard_last: bool = False
    """Whether the guard costs more than a comparison, and may be asked after it: ``text`` is no error elsewhere."""
    column: bool = False
    """Whether this is a column as it stands, with a collation of its own."""
    indexed: bool = False
    """Whether an index can be made of the text."""
    binary: bool = False
    """Whether it compares by code point already."""
    folded: str | None = None
    """A column that holds it under the fold."""
    naive: bool = False
    """Whether this is a date-time without a zone, in UTC."""
    raw: str = ""
    """The JSON that it is read from, for what needs it."""


@dataclass(frozen=True, slots=True)
class Value:
    """One candidate: conditions about it, and what it is in each kind, ``folded`` only if it is not the string's."""

    present: str
    """Whether there is a value at all; empty: there is."""
    null: str
    true: str
    false: str
    operands: Mapping[Kind, Operand]

    def guard(self, kind: Kind) -> str:
        """What is to be asked before an operand is compared; empty: nothing, or there is no such operand."""
        return self.operands[kind].guard if kind in self.operands else ""

    def known(self, kind: Kind, operand: Operand) -> Value:
        """The same with another operand, whose guard is known to hold."""
        return replace(self, operands={**self.operands, kind: operand._replace(guard="")})


Emit: TypeAlias = Callable[[BoundTest, Value], Sql]
"""The condition that a value passes a test: NULL counts as false."""


class Dialect:
    """The texts of one engine. What raises NotImplementedError differs in each."""

    name: ClassVar[str]
    paramstyle: ClassVar[ParamStyle]
    """That of the usual driver."""
    storages: ClassVar[Mapping[str, str]] = {"date-time": "native", "date": "native", "uuid": "native"}
    """How the columns of these types of fields are stored where the schema does not say; all others are text."""
    natives: ClassVar[frozenset[str]] = frozenset({"date-time", "date", "uuid"})
    """Types of fields that the engine has types of its own for."""
    json_null: ClassVar[str] = "json_type({}) = 'NULL'"
    """Whether JSON is null."""
    negation: ClassVar[str] = "({}) IS NOT TRUE"
    """NOT, in which NULL counts as false."""
    max_depth: ClassVar[int] = 100
    """How deep groups may be nested before the engine's own parser gives up."""
    max_length: ClassVar[int | None] = None
    """How many bytes a text may have before the engine refuses the statement."""
    least_null: ClassVar[bool] = False
    """Whether NULL is the least of all in the engine's order, and always so."""
    ascending: ClassVar[str] = ""
    """What says that a term ascends, where a session can have it otherwise."""
    row_values: ClassVar[bool] = False
    """Whether ``(a, b) > (?, ?)`` is false as soon as a NULL decides, and an index finds the place."""

    def __init__(self, paramstyle: ParamStyle | None = None) -> None:
        self.style: ParamStyle = paramstyle or self.paramstyle

    def condensed(self, found: Sql) -> Sql:
        """The same, where a long text that stands in it often can be written once."""
        return found

    # names and literals, of the schema only

    def identifier(self, name: str) -> str:
        """A name, quoted. Raises ValueError for one with U+0000."""
        return quoted(name, '"')

    def literal(self, text: str) -> str:
        """A text of the schema as a literal. Raises ValueError where it is not of plain keys' characters."""
        if not _LITERAL.issuperset(text):
            raise ValueError(f"{text!r} cannot stand in the text of a statement")
        return f"'{text}'"

    def inlined(self, piece: Sql) -> Sql:
        """A piece with its parameters as literals. Raises ValueError where the engine takes parameters everywhere."""
        raise ValueError(f"{self.name} takes parameters: inline is no paramstyle for it")

    # documents

    def some(self, document: str, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        """Whether some candidate of a path passes."""
        raise NotImplementedError  # each dialect says it

    def reached(self, document: str, keys: tuple[str, ...]) -> Sql:
        """Whether a path reaches a value."""
        raise NotImplementedError  # each dialect says it

    def scalar(self, document: str, keys: tuple[str, ...]) -> Value:
        """The value of a path of plain keys that the schema declares scalar, in texts that an index can have."""
        raise NotImplementedError  # each dialect says it

    def within(self, column: str, keys: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """A path in the JSON of a column as a document and the path in it.

        An array that the column holds is entered, as one is that stands under a key.
        """
        return self.concat("'{\"c\":'", column, "'}'"), ("c", *keys)

    def at(self, document: str, keys: tuple[str, ...]) -> tuple[Value, Callable[[str], Sql]]:
        """The value of a path that is not looked for in arrays, and what makes of texts about it an expression."""
        raise NotImplementedError  # each dialect says it

    # columns

    def column(self, text: str, column: Column, folded: str | None = None) -> Value:
        """A column that is the value itself; ``folded`` is one that holds it under the fold."""
        kind, storage = self.kind(column)
        operand = Operand(text, column=True, indexed=True, binary=column.binary, folded=folded, naive=storage == "utc")
        if kind == "instant" and storage == "native":
            operand = operand._replace(text=self.native_instant(text))
        null = self.json_null.format(text) if column.type in ("object", "localized") else ""
        return Value(f"{text} IS NOT NULL", null, f"{text} = TRUE", f"{text} = FALSE", {kind: operand})

    def kind(self, column: Column) -> tuple[Kind, str | None]:
        """What a column holds: the kind and how it is stored."""
        storage = column.storage or self.storages.get(column.type)
        kinds: Mapping[str, Kind] = {"integer": "number", "number": "number", "boolean": "boolean"}
        if storage in ("native", "utc"):
            if column.type not in self.natives:
                message = f"{self.name} has no type for a column of {column.type}; {column.name} is declared as native"
                raise UnsupportedError(message, code="no_native_type", hint="say storage, as what text it is stored")
            kinds = {**kinds, "date-time": "instant", "date": "date", "uuid": "uuid"}
        return kinds.get(column.type, "string"), storage

    def native_instant(self, text: str) -> str:
        """A column of the native type that knows its zone, as what ``constant`` compares with."""
        return text

    def some_element(self, text: str, column: Column, test: BoundTest, emit: Emit) -> Sql:
        """Whether some element of a column that is an array passes."""
        raise NotImplementedError  # each dialect says it

    def element(self, text: str, column: Column) -> Value:
        """An element of a native array; a NULL among them is a null."""
        value = self.column(text, column)
        operands = {kind: each._replace(indexed=False) for kind, each in value.operands.items()}
        return Value("", f"{text} IS NULL", value.true, value.false, operands)

    def reached_column(self, text: str, column: Column) -> str:
        """Whether a column that is the value, or a native array, holds one."""
        return f"{text} IS NOT NULL"

    def some_row(self, table: str, joined: Sequence[tuple[str, str]], found: Sql) -> Sql:
        """Whether a row of another table meets a condition; ``joined`` are pairs of its columns and the row's own."""
        on = " AND ".join([f"{other} = {own}" for other, own in joined])
        return sql("EXISTS(SELECT 1 FROM {} AND ({}))", Sql(f"{table} WHERE {on}"), found)

    def inside(self, text: str, steps: tuple[str | None, ...]) -> str:
        """A field in the structs of a column. Raises UnsupportedError where the engine is not asked for such."""
        if steps:
            raise UnsupportedError(f"there are no ways in structs for {self.name}", code="no_structs")
        return text

    def some_inside(self, text: str, steps: tuple[str | None, ...], found: Callable[[str], Sql]) -> Sql:
        """Whether a condition holds for a value that is reached by steps in a column."""
        return found(self.inside(text, steps))

    # comparisons

    def text_key(self, operand: Operand) -> str:
        """A text as what compares by code point."""
        raise NotImplementedError  # each dialect says it

    def constant(self, kind: Kind, value: Any) -> Sql:
        """A constant of a kind as a parameter, ready to be compared; an instant without zone is for a naive operand."""
        return Sql(P, (value,))

    def compare(self, kind: Kind, operand: Operand, comparator: str, value: Constant) -> Sql:
        """Whether an operand stands on that side of a constant."""
        if kind == "number" and is_wide(value):
            return self.compare_wide(operand, comparator, value)  # type: ignore[arg-type]  # a number
        key, constant = self.compared(kind, operand, value)
        return self.side(key, comparator, constant)

    def compared(self, kind: Kind, operand: Operand, value: Constant) -> tuple[str, Sql]:
        """The two sides of a comparison with a constant."""
        if operand.naive:
            value = made(naive_utc, value)
        return self.key(kind, operand), self.constant(kind, value)

    def once(self, operand: Operand, found: Callable[[Operand], Sql]) -> Sql:
        """A condition that reads an operand more than once, where the engine is to read it once."""
        return found(operand)

    def key(self, kind: Kind, operand: Operand) -> str:
        """An operand as what stands in the order of its kind."""
        return self.sort_key(operand) if kind == "string" else operand.text

    def compare_wide(self, operand: Operand, comparator: str, value: float) -> Sql:
        """The same for a number beyond what a double holds exactly; a float is a whole number there."""
        whole = None if operand.column else self.whole(operand, value)
        if whole is None:
            return self.side(operand.text, comparator, self.constant("number", value))
        # Whole numbers that are not equal may be equal as doubles.
        near, (text, exact) = self.number_constants(value)[0], whole
        equal = sql(f"({{}} AND {{}} {comparator} {{}})", self.side(operand.text, "=", near), text, exact)
        return equal if comparator == "=" else sql("({} OR {})", self.side(operand.text, comparator[0], near), equal)

    def whole(self, operand: Operand, value: float) -> tuple[Sql, Sql] | None:
        """A number of JSON and a constant as whole numbers, for what a double does not tell apart; None: it tells all,
        or the engine has no whole numbers that are so wide.
        """
        return None

    def side(self, key: str, comparator: str, constant: Sql) -> Sql:
        """A comparison of what is ready to be compared."""
        return Sql(f"{key} {comparator} {constant.text}", constant.params)

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Constant]) -> Sql:
        """Whether an operand equals one of the constants."""
        if kind == "string":
            return self.member(self.text_key(operand), kind, values)
        if kind == "number":
            wide = [value for value in values if is_wide(value)]
            narrow = [value for value in values if not is_wide(value)]
            parts = [self.compare_wide(operand, "=", value) for value in wide]  # type: ignore[arg-type]  # numbers
            if narrow:
                parts.append(self.member(operand.text, kind, narrow))
            return parts[0] if len(parts) == 1 else sql("({})", join(" OR ", parts))
        if operand.naive:
            values = [made(naive_utc, value) for value in values]
        return self.member(operand.text, kind, values)

    def member(self, key: str, kind: Kind, values: Sequence[Constant]) -> Sql:
        """Whether a key is one of the constants."""
        if len(values) == 1:
            return self.side(key, "=", self.constant(kind, values[0]))
        if len(values) > INLINE and kind in ("string", "number"):
            return self.array_member(key, kind, values)
        return self.side(key, "IN", sql("({})", join(", ", [self.constant(kind, value) for value in values])))

    def array_member(self, key: str, kind: Kind, values: Sequence[Constant]) -> Sql:
        """The same for many strings or numbers, as one parameter."""
        raise NotImplementedError  # each dialect says it

    def contains(self, operand: Operand, text: str, starts: bool, ends: bool) -> Sql:
        """Whether a text holds another, case and all."""
        return self.like(self.text_key(operand), text, starts, ends)

    def folded_contains(self, operand: Operand, text: str, starts: bool, ends: bool) -> Sql:
        """The same under the fold; ``text`` is folded already."""
        return self.like(self.fold_key(operand), text, starts, ends)

    def folded_one_of(self, operand: Operand, values: Sequence[str]) -> Sql:
        """Whether a text equals one of some texts under the fold."""
        return self.member(self.fold_key(operand), "string", values)

    def fold_key(self, operand: Operand) -> str:
        """A text under the fold, as what compares by code point; the column that holds it where there is one."""
        if operand.folded is not None:
            return self.text_key(Operand(operand.folded, column=True, binary=True))
        return self.fold(operand.text)

    def fold(self, text: str) -> str:
        """A text under the fold, as what compares by code point."""
        raise NotImplementedError  # each dialect says it

    def like(self, key: str, text: str, starts: bool, ends: bool) -> Sql:
        """Whether a key holds a text, in which nothing is a wildcard."""
        raise NotImplementedError  # each dialect says it

    # ISO text that is an instant

    def is_instant_text(self, text: str) -> str:
        """Whether a text is ``YYYY-MM-DDTHH:MM:SS[.fraction]Z``."""
        raise NotImplementedError  # each dialect says it

    def instant_text_key(self, text: str) -> str:
        """Such a text as one whose order is that of time: seconds, a dot, nine digits."""
        fraction = f"REPLACE(REPLACE(SUBSTR({text}, 20), '.', ''), 'Z', '')"
        padded = self.concat(fraction, "'000000000'")
        return self.concat(f"SUBSTR({text}, 1, 19)", "'.'", f"SUBSTR({padded}, 1, 9)")

    def concat(self, *texts: str) -> str:
        """Texts one after the other."""
        return f"({' || '.join(texts)})"

    # sorting

    def sort_key(self, operand: Operand) -> str:
        """A text as what sorts by code point."""
        return self.text_key(operand)

    def number_keys(self, operand: Operand) -> list[str]:
        """A number as what to sort by, the most significant first."""
        return [operand.text]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        """A number as what those are compared with; where there are fewer, it equals whatever is equal in these."""
        return [self.constant("number", value)]

    def placed(self, text: str, descending: bool, nulls_last: bool) -> str:
        """A term to sort by, with NULL in its place."""
        found = self.directed(text, descending)
        if self.least_null and nulls_last == descending:
            return found
        return f"{found} NULLS {'LAST' if nulls_last else 'FIRST'}"

    def directed(self, text: str, descending: bool) -> str:
        """A term to sort by, with its direction."""
        return f"{text} DESC" if descending else f"{text}{self.ascending}"

    # index DDL

    indexes_json: ClassVar[bool] = False
    """Whether an index can be made of a path in JSON."""

    def index_terms(self, kind: Kind, operand: Operand, never_null: bool = False) -> list[str]:
        """What indexes are made of for equality, ranges and sorts: the text after the name of the table."""
        return [f"({operand.text})"]

    def contains_terms(self, operand: Operand) -> list[str]:
        """The same for ``~`` under the fold."""
        return []

    def folded_terms(self, name: str) -> list[str]:
        """The same for the column that holds a column under the fold."""
        return self.index_terms("string", Operand(name, column=True))

    def folded_column(self, table: str, name: str, operand: Operand) -> list[str]:
        """The statement that makes the column which holds a column under the fold."""
        return [f"ALTER TABLE {table} ADD COLUMN {name} TEXT GENERATED ALWAYS AS ({self.fold(operand.text)}) STORED"]

    def document_index(self, table: str, document: str) -> list[str]:
        """The statement that makes the index of a whole document."""
        return []

    def prepared(self, statements: list[str]) -> list[str]:
        """The statements with what they need before them."""
        return statements


def or_null(value: Value) -> Value:
    """The same with each operand NULL where the value is of another kind: what an index holds needs no second look."""

    def whole(operand: Operand) -> Operand:
        if not operand.guard:
            return operand
        return operand._replace(text=f"(CASE WHEN {operand.guard} THEN {operand.text} END)", guard="")

    return replace(value, operands={kind: whole(operand) for kind, operand in value.operands.items()})
