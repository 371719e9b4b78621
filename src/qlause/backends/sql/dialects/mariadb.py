"""MariaDB 10.10 or later.

A path is walked by ``json_table``, one step per key: each step joins the value under the key, or the elements of an
array there, one row each. MariaDB compares keys as they are written, escapes and all. A key that a writer could
escape is therefore looked for among the unescaped ``json_keys``, and its value is taken by position. Text is compared
under a collation of code points without padding.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final

from ....bound.nodes import BoundTest, Comparand, Kind
from ....bound.param import Deferred, compute
from ....schema.storage import Column
from ..parts import NOTHING, Sql, bind, join, raw, sql
from .base import Dialect
from .instants import is_naive
from .numbers import SAFE, WIDEST, double
from .operands import Emit, Operand, Value, Whole, is_plain_key, or_null
from .text_matching import ascii_prefix_pattern, is_ascii, like_pattern, prefix_end

__all__ = ["JSON", "MariaDB"]

JSON: Final = "COLUMNS(qv JSON PATH '$')"
_NUMBERED: Final = "COLUMNS(qi FOR ORDINALITY, qv JSON PATH '$')"
_INSTANT: Final = raw("'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-]00:00)$'")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_FOUND: Final = 10_000  # texts of a list that an index is asked for
_MOST_PREFIXES: Final = 100  # of which each is a condition of its own


class MariaDB(Dialect):
    """The expressions of MariaDB."""

    name: ClassVar[str] = "mariadb"
    # The native type that knows a zone, TIMESTAMP, is read in the zone of the session; DATETIME is the usual one.
    storages: ClassVar[Mapping[str, str]] = {"date-time": "utc"}
    null_is_least: ClassVar[bool] = True
    holds_non_finite: ClassVar[bool] = False
    max_parameters: ClassVar[int | None] = 65_535
    quote: ClassVar[str] = "`"
    by_code_point: ClassVar[str] = "utf8mb4_nopad_bin"
    with_letters: ClassVar[str] = "utf8mb4_uca1400_ai_ci"
    """A collation whose ``lower`` knows all letters."""
    number_types: ClassVar[str] = "'INTEGER', 'DOUBLE'"
    whole_numbers: ClassVar[str] = (
        "WHEN json_type({raw}) = 'INTEGER' AND ABS({double}) < 1e64 THEN CAST({raw} AS DECIMAL(65, 0))"
    )
    """How JSON numbers are read that the engine holds as whole ones."""
    select: ClassVar[str] = "SELECT"
    """How a subquery starts that reads the rows of ``json_table``."""

    # documents

    def some_candidate(self, document: Sql, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        walk = _Walk(self, document)
        for key in keys:
            value = walk.step(key)
        return walk.exists(emit(test, value))

    def path_exists(self, document: Sql, keys: tuple[str, ...]) -> Sql:
        walk = _Walk(self, document)
        for key in keys[:-1]:
            walk.step(key)
        return walk.exists(sql("{} IS NOT NULL", walk.value_under(keys[-1])))

    def some_whole(self, document: Sql, keys: tuple[str, ...], condition: Callable[[Whole], Sql]) -> Sql:
        walk = _Walk(self, document)
        for key in keys[:-1]:
            walk.step(key)
        value = walk.value_under(keys[-1])
        empty = (
            "(CASE json_type({value}) WHEN 'STRING' THEN CHAR_LENGTH(json_unquote({value}))"
            " WHEN 'ARRAY' THEN json_length({value}) WHEN 'OBJECT' THEN json_length({value}) ELSE -1 END = 0)"
        )
        return walk.exists(condition(Whole(self.array_size(value), sql(empty, value=value))))

    def array_size(self, array: Sql) -> Sql:
        return sql("(CASE json_type({}) WHEN 'ARRAY' THEN json_length({}) ELSE -1 END)", array, array)

    def some_object(self, document: Sql, keys: tuple[str, ...], name: str, condition: Callable[[Sql], Sql]) -> Sql:
        walk = _Walk(self, document, name)
        for key in keys:
            walk.step(key)
        is_object = sql("json_type({}) = 'OBJECT'", walk.last)
        return walk.exists(sql("{} AND {}", is_object, condition(walk.last)))

    def scalar(self, document: Sql, keys: tuple[str, ...]) -> Value:
        path = self.literal("$" + "".join([f'."{key}"' for key in keys]))
        extracted = sql("json_extract({}, {})", document, path)
        value = or_null(self.value(extracted))
        return Value(sql("{} IS NOT NULL", extracted), value.null, value.true, value.false, value.operands)

    def direct_value(self, document: Sql, keys: tuple[str, ...]) -> tuple[Value, Callable[[Sql], Sql]]:
        if all(map(self.path_finds, keys)):
            path = "$" + "".join([f".{_quoted_key(key)}" for key in keys])
            return self.value(sql("json_extract({}, {})", document, bind(path))), lambda text: text
        walk = _Walk(self, document)
        for key in keys:
            value = walk.step(key, enter_arrays=False)
        # ORDER BY takes two subqueries for one if their first 256 characters are the same: the keys tell them apart.
        distinct = bind(json.dumps(keys, ensure_ascii=False))
        return value, lambda text: sql("IF({} IS NULL, NULL, ({}))", distinct, walk.select(text))

    def some_element(self, array: Sql, column: Column, test: BoundTest, emit: Emit) -> Sql:
        source = sql(f"json_table({{}}, '$[*]' {JSON}) qe", array)
        return sql(f"EXISTS({self.select} 1 FROM {{}} WHERE {{}})", source, emit(test, self.element_of("qe")))

    def elements(self, value: Sql, name: str) -> Sql:
        """The rows of a value, which are its elements if it is an array."""
        text = "CASE json_type({value}) WHEN 'ARRAY' THEN {value} ELSE concat('[', {value}, ']') END"
        return sql(f"json_table({text}, '$[*]' {JSON}) {name}", value=value)

    def element_of(self, name: str) -> Value:
        """A row of ``json_table`` as a candidate."""
        return self.value(raw(f"{name}.qv"))

    def without_quotes(self, document: Sql) -> Sql:
        """The same document with another escape for quotes: ``json_keys`` loses keys behind one with the usual one."""
        # Escaped backslashes come first, so that what is left before a quote escapes it.
        paired = sql("REPLACE({}, _utf8mb4 0x5C5C, _utf8mb4 0x5C7530303543)", document)
        return sql("REPLACE({}, _utf8mb4 0x5C22, _utf8mb4 0x5C7530303232)", paired)

    def path_finds(self, key: str) -> bool:
        """Whether a JSON path finds a key, however it is written in the document."""
        return is_plain_key(key)

    def value(self, text: Sql) -> Value:
        """A JSON value as a candidate."""
        kind = sql("json_type({})", text)
        is_number = sql(f"{{}} IN ({self.number_types})", kind)
        return Value(
            present=NOTHING,
            null=sql("{} = 'NULL'", kind),
            true=sql("({} = 'BOOLEAN' AND {} = {})", kind, text, self.json_boolean("true")),
            false=sql("({} = 'BOOLEAN' AND {} = {})", kind, text, self.json_boolean("false")),
            operands={
                "string": Operand(sql("json_unquote({})", text), sql("{} = 'STRING'", kind)),
                "number": Operand(sql("CAST({} AS DOUBLE)", text), is_number, raw=text),
            },
        )

    def json_boolean(self, name: str) -> Sql:
        """``true`` or ``false`` as what the same boolean of JSON equals."""
        return raw(f"'{name}'")

    # texts

    def exact(self, text: Sql) -> Sql:
        """A text of any character set and collation as one that compares by code point."""
        return sql(f"CONVERT({{}} USING utf8mb4) COLLATE {self.by_code_point}", text)

    def text_key(self, operand: Operand) -> Sql:
        return operand.text if operand.binary else self.exact(operand.text)

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Comparand]) -> Sql:
        exact = super().one_of(kind, operand, values)
        if kind != "string" or not operand.indexed or operand.binary:
            return exact
        if len(values) > _MOST_FOUND or sum([not is_ascii(value) for value in values]) > _MOST_PREFIXES:
            return exact
        # An index has the column's own collation. What is equal by code point is equal under it, too.
        return sql("({} AND {})", self.may_be_one_of(operand, values), exact)

    def may_be_one_of(self, operand: Operand, values: Sequence[Comparand]) -> Sql:
        """What an index of a column can tell of its texts.

        A column of another character set than utf8mb4 may lack a letter. Then a comparison with it is an error.
        """
        everywhere = [value for value in values if is_ascii(value)]
        parts = [self.may_start_with(operand, value) for value in values if not is_ascii(value)]
        if everywhere:
            parts.insert(0, self.in_list(operand.text, "string", everywhere))
        return parts[0] if len(parts) == 1 else sql("({})", join(" OR ", parts))

    def may_start_with(self, operand: Operand, text: Comparand) -> Sql:
        """Whether a column starts with a text as far as that is of ASCII, which each character set has."""
        return sql("{} LIKE {} ESCAPE '!'", operand.text, bind(compute(ascii_prefix_pattern, text, "!")))

    def contains(self, operand: Operand, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        if starts and not ends and operand.binary:
            return self.starts_with(operand.text, text)
        return super().contains(operand, text, starts, ends)

    def folded_contains(self, operand: Operand, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        if starts and not ends and operand.folded is not None:
            return self.starts_with(self.fold_key(operand, text), text)
        return super().folded_contains(operand, text, starts, ends)

    def starts_with(self, key: Sql, text: str | Deferred) -> Sql:
        """Whether a column that compares by code point starts with a text.

        For LIKE, an index of most collations is not read to the end: letters beyond U+FFFF, or controls, are missed.
        """
        end = prefix_end(text)
        least = sql("{} >= {}", key, bind(text))
        return least if end is None else sql("({} AND {} < {})", least, key, bind(end))

    def fold(self, text: Sql) -> Sql:
        without_dotted = sql("REPLACE({}, _utf8mb4 0xC4B0, 'i')", self.exact(text))
        lower = sql(f"LOWER(CONVERT({{}} USING utf8mb4) COLLATE {self.with_letters})", without_dotted)
        return sql(f"REPLACE({{}} COLLATE {self.by_code_point}, _utf8mb4 0xCF82, _utf8mb4 0xCF83)", lower)

    def translated(self, text: Sql, letters: Mapping[str, str]) -> Sql:
        for letter, other in letters.items():
            text = sql("REPLACE({}, {}, {})", text, bind(letter), bind(other))
        return text

    def like(self, key: Sql, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return sql("{} = {}", key, bind(text))
        if starts:
            return sql("{} LIKE {} ESCAPE '!'", key, bind(compute(like_pattern, text, starts, ends, "!")))
        # LIKE looks for the text letter by letter from each letter of the key.
        if ends:
            return sql("RIGHT({}, {}) = {}", key, bind(compute(len, text)), bind(text))
        return sql("{} > 0", self.position(key, text))

    def position(self, key: Sql, text: str | Deferred) -> Sql:
        """Where a key contains a text, from 1; 0 where it does not. MariaDB finds it faster among bytes."""
        needle, bytes_of_key = (sql("CAST(CONVERT({} USING utf8mb4) AS BINARY)", part) for part in (bind(text), key))
        return sql("LOCATE({}, {})", needle, bytes_of_key)

    def is_instant_text(self, text: Sql) -> Sql:
        # The end of the pattern also matches before a line feed at the end.
        return sql("({} REGEXP {} AND RIGHT({}, 1) IN ('Z', '0'))", self.exact(text), _INSTANT, text)

    def concat(self, *texts: Sql) -> Sql:
        return sql("CONCAT({})", join(", ", texts))

    # numbers and dates

    def whole_number_sides(self, operand: Operand, value: float) -> tuple[Sql, Sql] | None:
        return None if abs(value) > 2**64 else (self.decimal(operand), bind(int(value)))

    def decimal(self, operand: Operand) -> Sql:
        """A JSON number as a whole one, where it is beyond what a double holds exactly."""
        # No cast may be out of range: it would be another number, and an error in UPDATE and DELETE. CAST of a DOUBLE
        # to DECIMAL is not exact, but from 2^63 to 2^64 a DOUBLE is a multiple of 2048.
        return sql(
            f"CASE {self.whole_numbers} WHEN ABS({{double}}) >= 18446744073709551616e0"
            " THEN SIGN({double}) * 18446744073709551616"
            " WHEN json_type({raw}) <> 'DOUBLE' THEN CAST({raw} AS DECIMAL(65, 30))"
            " WHEN ABS({double}) < 9223372036854775808e0 THEN CAST({double} AS SIGNED)"
            " ELSE CAST({double} / 2048 AS SIGNED) * CAST(2048 AS DECIMAL(65, 0)) END",
            raw=operand.raw,
            double=operand.text,
        )

    def number_keys(self, operand: Operand) -> list[Sql]:
        # Beyond 64 bits the type depends on how a number is written.
        return [operand.text, sql(f"GREATEST(LEAST({{}}, {WIDEST}), -{WIDEST})", self.decimal(operand))]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        near = bind(double(value))
        return [near] if -SAFE < value < SAFE else [near, bind(max(-WIDEST, min(WIDEST, int(value))))]

    def order_key(self, kind: Kind, operand: Operand) -> Sql:
        if kind == "uuid":  # MariaDB compares their last digits first
            return self.exact(sql("CAST({} AS CHAR)", operand.text))
        return super().order_key(kind, operand)

    def nullable_sort_term(self, term: Sql, descending: bool, nulls_last: bool) -> Sql:
        directed = self.sort_term(term, descending)
        if nulls_last == descending:
            return directed
        return sql("{}, {}", self.sort_term(sql("({} IS NULL)", term), not nulls_last), directed)

    def native_instant(self, text: Sql) -> Sql:
        return sql("UNIX_TIMESTAMP({})", text)

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "instant":
            if is_naive(value):
                return sql("CAST({} AS DATETIME(6))", bind(compute(_date_time, value)))
            return bind(compute(_seconds_since_epoch, value))
        if kind == "date":
            return sql("CAST({} AS DATE)", bind(compute(str, value)))
        if kind == "time":
            return sql("CAST({} AS TIME(6))", bind(compute(str, value)))
        return bind(compute(str, value) if kind == "uuid" else value)

    # index DDL

    def folded_terms(self, name: Sql) -> list[Sql]:
        return [sql("({}(191))", name)]  # of a TEXT an index takes only so many characters

    def folded_column(self, table: Sql, name: Sql, operand: Operand) -> list[Sql]:
        column_type = f"TEXT CHARACTER SET utf8mb4 COLLATE {self.by_code_point}"
        statement = f"ALTER TABLE {{}} ADD COLUMN {{}} {column_type} GENERATED ALWAYS AS ({{}}) STORED"
        return [sql(statement, table, name, self.fold(operand.text))]


class _Walk:
    """A subquery that walks along a path: what it joins, and the conditions under which the rows belong together.

    It joins the values that the path reaches, step by step (``qe0``, ``qe1``, …), and the keys of an object where no
    JSON path finds the key (``qn0``, …). ``name`` stands before these names, to tell them from those of a walk around.
    """

    def __init__(self, dialect: MariaDB, document: Sql, name: str = "") -> None:
        self._dialect = dialect
        self._name = name
        self._object = document
        """Where the next key is looked for."""
        self._sources: list[Sql] = []
        self._conditions: list[Sql] = []
        self._steps = 0

    def step(self, key: str, *, enter_arrays: bool = True) -> Value:
        """Join the value under a key, or each element where it is an array, and return it."""
        value, name = self.value_under(key), f"{self._name}qe{self._steps}"
        rows = (
            self._dialect.elements(value, name) if enter_arrays else sql(f"json_table({{}}, '$' {JSON}) {name}", value)
        )
        self._sources.append(rows)
        self._object = raw(f"CASE json_type({name}.qv) WHEN 'OBJECT' THEN {name}.qv END")
        self._steps += 1
        return self._dialect.element_of(name)

    @property
    def last(self) -> Sql:
        """The JSON that the walk has come to."""
        return raw(f"{self._name}qe{self._steps - 1}.qv")

    def value_under(self, key: str) -> Sql:
        """The value under a key, NULL where there is none; the keys of the object are joined where it takes them."""
        if self._dialect.path_finds(key):
            return sql("json_extract({}, {})", self._object, bind(f"$.{_quoted_key(key)}"))
        name = f"{self._name}qn{self._steps}"
        keys = sql("json_keys({})", self._dialect.without_quotes(self._object))
        self._sources.append(sql(f"json_table({{}}, '$[*]' {_NUMBERED}) {name}", keys))
        unescaped = self._dialect.exact(raw(f"json_unquote({name}.qv)"))
        self._conditions.append(sql("{} = {}", unescaped, bind(key)))
        values = sql("json_extract({}, '$.*')", self._object)
        return sql(f"json_extract({{}}, concat('$[', {name}.qi - 1, ']'))", values)

    def exists(self, condition: Sql) -> Sql:
        """Whether a condition holds in some row. Where nothing is joined, it is a condition on the document alone."""
        return sql("EXISTS({})", self.select(raw("1"), condition)) if self._sources else condition

    def select(self, expression: Sql, *conditions: Sql) -> Sql:
        """The subquery: an expression for each row in which the conditions hold."""
        query = sql(f"{self._dialect.select} {{}} FROM {{}}", expression, join(", ", self._sources))
        where = [*self._conditions, *conditions]
        return sql("{} WHERE {}", query, join(" AND ", where)) if where else query


def _quoted_key(key: str) -> str:
    """A key as a JSON path has it."""
    return json.dumps(key, ensure_ascii=False)


def _date_time(value: datetime) -> str:
    return value.isoformat(" ", "microseconds")


def _seconds_since_epoch(value: datetime) -> Decimal:
    return Decimal((value - _EPOCH) // timedelta(microseconds=1)).scaleb(-6)
