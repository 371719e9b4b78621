"""What the dialects share. A dialect is data and the few expressions that differ from engine to engine.

What an expression gives is a condition in which NULL counts as false: it is only negated as ``negation`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final

from ....bound.nodes import BoundTest, Comparand, Kind
from ....bound.param import Deferred, compute
from ....errors import UnsupportedError
from ....schema.storage import Column
from ....schema.types import TYPES
from ..paramstyles import ParamStyle
from ..parts import NOTHING, Sql, bind, join, raw, sql
from .instants import naive_utc
from .numbers import is_wide
from .operands import PLAIN, Emit, Operand, Value
from .writing import quoted

__all__ = ["INLINE", "Dialect"]

INLINE: Final = 32
"""Up to this many members a list is written out; a longer one is one array parameter."""
_LITERAL: Final = PLAIN | {'"', "/", "[", "]"}  # with what paths are made of
_IN_COLUMNS: Final[Mapping[str, Kind]] = {"integer": "number", "number": "number", "boolean": "boolean"}
"""The kinds of columns that are neither text nor of a type that only some engines have, by type of field."""


class Dialect:
    """The expressions of one engine. What raises NotImplementedError differs in each."""

    name: ClassVar[str]
    paramstyle: ClassVar[ParamStyle]
    """That of the usual driver."""
    natives: ClassVar[frozenset[str]] = frozenset({"date-time", "date", "time", "uuid"})
    """The types of fields that the engine has types of its own for."""
    storages: ClassVar[Mapping[str, str]] = {}
    """How a column of such a type is stored where the schema does not say, if not as ``native``."""
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
    quote: ClassVar[str] = '"'
    """What names are quoted with."""

    def __init__(self, paramstyle: ParamStyle | None = None) -> None:
        self.style: ParamStyle = paramstyle or self.paramstyle

    # names and literals, of the schema only

    def quoted(self, name: str) -> str:
        """A name, quoted. Raises ValueError for one with U+0000."""
        return quoted(name, self.quote)

    def identifier(self, name: str) -> Sql:
        """A name as an expression. Raises ValueError for one with U+0000."""
        return raw(self.quoted(name))

    def literal(self, text: str) -> Sql:
        """A text of the schema as a literal. Raises ValueError where it is not of plain keys' characters."""
        if not _LITERAL.issuperset(text):
            raise ValueError(f"{text!r} cannot be a literal in a statement")
        return raw(f"'{text}'")

    def inlined(self, value: Any) -> str:
        """A parameter as a literal. Raises ValueError where the engine takes parameters everywhere."""
        raise ValueError(f"{self.name} takes parameters: inline is no paramstyle for it")

    # documents

    def some(self, document: Sql, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        """Whether some candidate of a path passes."""
        raise NotImplementedError  # each dialect has its own

    def reached(self, document: Sql, keys: tuple[str, ...]) -> Sql:
        """Whether a path reaches a value."""
        raise NotImplementedError  # each dialect has its own

    def scalar(self, document: Sql, keys: tuple[str, ...]) -> Value:
        """The value of a path of plain keys that the schema declares scalar, in texts that an index can have."""
        raise NotImplementedError  # each dialect has its own

    def within(self, column: Sql, keys: tuple[str, ...]) -> tuple[Sql, tuple[str, ...]]:
        """A path in the JSON of a column as a document and the path in it.

        An array that the column holds is entered, as an array under a key is.
        """
        return self.concat(raw("'{\"c\":'"), column, raw("'}'")), ("c", *keys)

    def at(self, document: Sql, keys: tuple[str, ...]) -> tuple[Value, Callable[[Sql], Sql]]:
        """The value of a path that is not looked for in arrays, and what makes an expression of texts about it."""
        raise NotImplementedError  # each dialect has its own

    # columns

    def column(self, text: Sql, column: Column, folded: Sql | None = None) -> Value:
        """A column that is the value itself; ``folded`` is one that holds it under the fold."""
        kind, storage = self.kind(column)
        operand = Operand(text, column=True, indexed=True, binary=column.binary, folded=folded, naive=storage == "utc")
        if kind == "instant" and storage == "native":
            operand = operand._replace(text=self.native_instant(text))
        null = self.is_json_null(text) if column.type in ("object", "localized") else NOTHING
        return Value(
            sql("{} IS NOT NULL", text), null, sql("{} = TRUE", text), sql("{} = FALSE", text), {kind: operand}
        )

    def is_json_null(self, column: Sql) -> Sql:
        """Whether the JSON of a column is null."""
        return sql(self.json_null, column)

    def kind(self, column: Column) -> tuple[Kind, str | None]:
        """What a column holds: the kind and how it is stored."""
        storage = column.storage
        if storage is None and column.type in self.natives:
            storage = self.storages.get(column.type, "native")
        if storage not in ("native", "utc"):
            return _IN_COLUMNS.get(column.type, "string"), storage
        native = TYPES[column.type].native
        if column.type not in self.natives or native is None:
            message = f"{self.name} has no type for a column of {column.type}; {column.name} is declared as native"
            raise UnsupportedError(message, code="no_native_type", hint="say storage, as what text it is stored")
        return native, storage

    def native_instant(self, text: Sql) -> Sql:
        """A column of the native type that knows its zone, as what ``constant`` compares with."""
        return text

    def some_element(self, text: Sql, column: Column, test: BoundTest, emit: Emit) -> Sql:
        """Whether some element of a column that is an array passes."""
        raise NotImplementedError  # each dialect has its own

    def element(self, text: Sql, column: Column) -> Value:
        """An element of a native array; a NULL among them is a null."""
        value = self.column(text, column)
        operands = {kind: operand._replace(indexed=False) for kind, operand in value.operands.items()}
        return Value(NOTHING, sql("{} IS NULL", text), value.true, value.false, operands)

    def reached_column(self, text: Sql, column: Column) -> Sql:
        """Whether a column that is the value, or a native array, holds one."""
        return sql("{} IS NOT NULL", text)

    def some_row(self, table: Sql, joined: Sequence[tuple[Sql, Sql]], condition: Sql) -> Sql:
        """Whether a row of another table meets a condition; ``joined`` are pairs of its columns and the row's own."""
        on = join(" AND ", [sql("{} = {}", other, own) for other, own in joined])
        return sql("EXISTS(SELECT 1 FROM {} WHERE {} AND ({}))", table, on, condition)

    def inside(self, text: Sql, steps: tuple[str | None, ...]) -> Sql:
        """A field in the structs of a column. Raises UnsupportedError where the engine is not asked for such."""
        if steps:
            raise UnsupportedError(f"there are no ways in structs for {self.name}", code="no_structs")
        return text

    def some_inside(self, text: Sql, steps: tuple[str | None, ...], condition: Callable[[Sql], Sql]) -> Sql:
        """Whether a condition holds for a value that is reached by steps in a column."""
        return condition(self.inside(text, steps))

    # comparisons

    def text_key(self, operand: Operand) -> Sql:
        """A text as what compares by code point."""
        raise NotImplementedError  # each dialect has its own

    def constant(self, kind: Kind, value: Any) -> Sql:
        """A constant of a kind as a parameter, ready to be compared; an instant without zone is for a naive operand."""
        return bind(value)

    def compare(self, kind: Kind, operand: Operand, comparator: str, value: Comparand) -> Sql:
        """Whether an operand is on that side of a constant."""
        if kind == "number" and is_wide(value):
            return self.compare_wide(operand, comparator, value)  # type: ignore[arg-type]  # a number
        key, constant = self.compared(kind, operand, value)
        return self.side(key, comparator, constant)

    def compared(self, kind: Kind, operand: Operand, value: Comparand) -> tuple[Sql, Sql]:
        """The two sides of a comparison with a constant."""
        if operand.naive:
            value = compute(naive_utc, value)
        return self.key(kind, operand), self.constant(kind, value)

    def once(self, operand: Operand, condition: Callable[[Operand], Sql]) -> Sql:
        """A condition that reads an operand more than once, where the engine is to read it once."""
        return condition(operand)

    def key(self, kind: Kind, operand: Operand) -> Sql:
        """An operand as what has the order of its kind."""
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
        """A number of JSON and a constant as whole numbers, for what a double does not tell apart.

        None: it tells all apart, or the engine has no whole numbers that are so wide.
        """
        return None

    def side(self, key: Sql, comparator: str, constant: Sql) -> Sql:
        """A comparison of what is ready to be compared."""
        return sql(f"{{}} {comparator} {{}}", key, constant)

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Comparand]) -> Sql:
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
            values = [compute(naive_utc, value) for value in values]
        return self.member(operand.text, kind, values)

    def member(self, key: Sql, kind: Kind, values: Sequence[Comparand]) -> Sql:
        """Whether a key is one of the constants."""
        if len(values) == 1:
            return self.side(key, "=", self.constant(kind, values[0]))
        if len(values) > INLINE and kind in ("string", "number"):
            return self.array_member(key, kind, values)
        return sql("{} IN ({})", key, join(", ", [self.constant(kind, value) for value in values]))

    def array_member(self, key: Sql, kind: Kind, values: Sequence[Any]) -> Sql:
        """The same for many strings or numbers, as one parameter. Their values are known."""
        raise NotImplementedError  # each dialect has its own

    def contains(self, operand: Operand, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        """Whether a text holds another, case and all."""
        return self.like(self.text_key(operand), text, starts, ends)

    def folded_contains(self, operand: Operand, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        """The same under the fold; ``text`` is folded already."""
        return self.like(self.fold_key(operand), text, starts, ends)

    def folded_one_of(self, operand: Operand, values: Sequence[Comparand]) -> Sql:
        """Whether a text equals one of some texts under the fold."""
        return self.member(self.fold_key(operand), "string", values)

    def fold_key(self, operand: Operand) -> Sql:
        """A text under the fold, as what compares by code point; the column that holds it where there is one."""
        if operand.folded is not None:
            return self.text_key(Operand(operand.folded, column=True, binary=True))
        return self.fold(operand.text)

    def fold(self, text: Sql) -> Sql:
        """A text under the fold, as what compares by code point."""
        raise NotImplementedError  # each dialect has its own

    def like(self, key: Sql, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        """Whether a key holds a text, in which nothing is a wildcard."""
        raise NotImplementedError  # each dialect has its own

    # ISO text that is an instant

    def is_instant_text(self, text: Sql) -> Sql:
        """Whether a text is ``YYYY-MM-DDTHH:MM:SS[.fraction]Z``."""
        raise NotImplementedError  # each dialect has its own

    def instant_text_key(self, text: Sql) -> Sql:
        """Such a text as one whose order is that of time: seconds, a dot, nine digits."""
        fraction = sql("REPLACE(REPLACE(SUBSTR({}, 20), '.', ''), 'Z', '')", text)
        padded = self.concat(fraction, raw("'000000000'"))
        return self.concat(sql("SUBSTR({}, 1, 19)", text), raw("'.'"), sql("SUBSTR({}, 1, 9)", padded))

    def concat(self, *texts: Sql) -> Sql:
        """Texts one after the other."""
        return sql("({})", join(" || ", texts))

    # sorting

    def sort_key(self, operand: Operand) -> Sql:
        """A text as what sorts by code point."""
        return self.text_key(operand)

    def number_keys(self, operand: Operand) -> list[Sql]:
        """A number as what to sort by, the most significant first."""
        return [operand.text]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        """A number as what those are compared with; where there are fewer, it equals whatever is equal in these."""
        return [self.constant("number", value)]

    def placed(self, term: Sql, descending: bool, nulls_last: bool) -> Sql:
        """A term to sort by, with NULL in its place."""
        directed = self.directed(term, descending)
        if self.least_null and nulls_last == descending:
            return directed
        return sql(f"{{}} NULLS {'LAST' if nulls_last else 'FIRST'}", directed)

    def directed(self, term: Sql, descending: bool) -> Sql:
        """A term to sort by, with its direction."""
        return sql("{} DESC", term) if descending else sql(f"{{}}{self.ascending}", term)

    # index DDL

    indexes_json: ClassVar[bool] = False
    """Whether an index can be made of a path in JSON."""

    def index_terms(self, kind: Kind, operand: Operand, never_null: bool = False) -> list[Sql]:
        """What indexes are made of for equality, ranges and sorts: the text after the name of the table."""
        return [sql("({})", operand.text)]

    def contains_terms(self, operand: Operand) -> list[Sql]:
        """The same for ``~`` under the fold."""
        return []

    def folded_terms(self, name: Sql) -> list[Sql]:
        """The same for the column that holds a column under the fold."""
        return self.index_terms("string", Operand(name, column=True))

    def folded_column(self, table: Sql, name: Sql, operand: Operand) -> list[Sql]:
        """The statement that makes the column which holds a column under the fold."""
        return [
            sql(
                "ALTER TABLE {} ADD COLUMN {} TEXT GENERATED ALWAYS AS ({}) STORED",
                table,
                name,
                self.fold(operand.text),
            )
        ]

    def document_index(self, table: Sql, document: Sql) -> list[Sql]:
        """The statement that makes the index of a whole document."""
        return []

    def prepared(self, statements: list[str]) -> list[str]:
        """The statements with what they need before them."""
        return statements
