"""MariaDB 10.10 or later.

A path is walked by ``json_table``, one step a key: ``qe`` has a row for each element of the array that stands there, or
one for what else does. MariaDB compares keys as they are written, escapes and all, so a key that a writer could escape
is looked for among the unescaped ``json_keys``, and its value taken by its place. Text is compared under a collation of
code points without padding.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final

from ....bound.nodes import BoundTest, Constant, Kind
from ....schema.storage import Column
from ...parameters.placeholder import made
from ..fragment import P, ParamStyle, Sql, join, sql
from .base import Dialect, Emit, Operand, Value, is_plain_key, or_null
from .instants import is_naive
from .numbers import SAFE, WIDEST, double
from .writing import like_pattern, quoted

__all__ = ["MariaDB"]

_JSON: Final = "COLUMNS(qv JSON PATH '$')"
_NUMBERED: Final = "COLUMNS(qi FOR ORDINALITY, qv JSON PATH '$')"
_INSTANT: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}[:][0-9]{2}[:][0-9]{2}([.][0-9]{1,9})?Z$"


class MariaDB(Dialect):
    """The texts of MariaDB."""

    name: ClassVar[str] = "mariadb"
    paramstyle: ClassVar[ParamStyle] = "format"
    # What is native for a date-time here, TIMESTAMP, is read in the zone of the session; DATETIME is the usual one.
    storages: ClassVar[Mapping[str, str]] = {"date-time": "utc", "date": "native", "uuid": "native"}
    least_null: ClassVar[bool] = True
    by_code_point: ClassVar[str] = "utf8mb4_nopad_bin"
    with_letters: ClassVar[str] = "utf8mb4_uca1400_ai_ci"
    """A collation whose ``lower`` knows all letters."""
    number_types: ClassVar[str] = "'INTEGER', 'DOUBLE'"

    def identifier(self, name: str) -> str:
        return quoted(name, "`")

    # documents

    def some(self, document: str, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        walk = _Walk(self, document)
        for key in keys:
            last = walk.step(key)
        walk.conditions.append(emit(test, self.value(last)))
        return walk.exists()

    def reached(self, document: str, keys: tuple[str, ...]) -> Sql:
        walk = _Walk(self, document)
        for key in keys[:-1]:
            walk.step(key)
        walk.reach(keys[-1])
        return walk.exists()

    def scalar(self, document: str, keys: tuple[str, ...]) -> Value:
        path = self.literal("$" + "".join([f'."{key}"' for key in keys]))
        value = or_null(self.value(f"json_extract({document}, {path})"))
        present = f"json_extract({document}, {path}) IS NOT NULL"
        return Value(present, value.null, value.true, value.false, value.operands)

    def at(self, document: str, keys: tuple[str, ...]) -> tuple[Value, Callable[[str], Sql]]:
        if all(map(self.finds, keys)):
            path = "$" + "".join([f".{json.dumps(key, ensure_ascii=False)}" for key in keys])
            return self.value(f"json_extract({document}, {P})"), lambda text: Sql(text, (path,) * text.count(P))
        walk = _Walk(self, document)
        for key in keys:
            last = walk.step(key, arrays=False)
        # ORDER BY takes two subqueries for one if their first 256 characters are the same: the names tell them apart.
        names = Sql(P, (json.dumps(keys, ensure_ascii=False),))
        return self.value(last), lambda text: sql("IF({} IS NULL, NULL, ({}))", names, walk.selected(text))

    def some_element(self, text: str, column: Column, test: BoundTest, emit: Emit) -> Sql:
        found = emit(test, self.value("qe.qv"))
        return Sql(f"EXISTS(SELECT 1 FROM json_table({text}, '$[*]' {_JSON}) qe WHERE {found.text})", found.params)

    def finds(self, key: str) -> bool:
        """Whether a JSON path finds a key, however it is written in the document."""
        return is_plain_key(key)

    def value(self, text: str) -> Value:
        """What a JSON value is."""
        kind = f"json_type({text})"
        number = Operand(f"CAST({text} AS DOUBLE)", f"{kind} IN ({self.number_types})", raw=text)
        return Value(
            present="",
            null=f"{kind} = 'NULL'",
            true=self.is_boolean(text, "true"),
            false=self.is_boolean(text, "false"),
            operands={"string": Operand(f"json_unquote({text})", f"{kind} = 'STRING'"), "number": number},
        )

    def is_boolean(self, text: str, value: str) -> str:
        """Whether a JSON value is true, or false."""
        return f"(json_type({text}) = 'BOOLEAN' AND {text} = '{value}')"

    # texts

    def exact(self, text: str) -> str:
        """A text of whatever character set and collation as one that compares by code point."""
        return f"CONVERT({text} USING utf8mb4) COLLATE {self.by_code_point}"

    def text_key(self, operand: Operand) -> str:
        return operand.text if operand.binary else self.exact(operand.text)

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Constant]) -> Sql:
        exact = super().one_of(kind, operand, values)
        if kind != "string" or not operand.indexed or operand.binary or "(SELECT " in exact.text:
            return exact
        # An index of the column's own collation can find what is equal, and what is equal by code point is among it.
        found = self.member(operand.text, kind, values)
        return Sql(f"({found.text} AND {exact.text})", found.params + exact.params)

    def contains(self, operand: Operand, text: str, starts: bool, ends: bool) -> Sql:
        exact = super().contains(operand, text, starts, ends)
        if not starts or ends or not operand.indexed or operand.binary:
            return exact
        found = self.like(operand.text, text, starts, ends)
        return Sql(f"({found.text} AND {exact.text})", found.params + exact.params)

    def fold(self, text: str) -> str:
        dotted = f"REPLACE({self.exact(text)}, _utf8mb4 0xC4B0, 'i')"
        lower = f"LOWER(CONVERT({dotted} USING utf8mb4) COLLATE {self.with_letters})"
        return f"REPLACE({lower} COLLATE {self.by_code_point}, _utf8mb4 0xCF82, _utf8mb4 0xCF83)"

    def like(self, key: str, text: str, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return Sql(f"{key} = {P}", (text,))
        return Sql(f"{key} LIKE {P} ESCAPE '!'", (made(like_pattern, text, starts, ends, "!"),))

    def is_instant_text(self, text: str) -> str:
        # The end of the pattern also stands before a line feed at the end.
        return f"({self.exact(text)} REGEXP '{_INSTANT}' AND RIGHT({text}, 1) = 'Z')"

    def concat(self, *texts: str) -> str:
        return f"CONCAT({', '.join(texts)})"

    # numbers and dates

    def whole(self, operand: Operand, value: float) -> tuple[Sql, Sql] | None:
        return None if abs(value) > 2**64 else (Sql(self.decimal(operand)), Sql(P, (int(value),)))

    def decimal(self, operand: Operand) -> str:
        """A JSON number as a whole one, where it is beyond what a double holds exactly."""
        whole = f"CAST({operand.raw} AS DECIMAL(65, 0))"
        return f"IF(json_type({operand.raw}) = 'DOUBLE', CAST({operand.text} AS SIGNED), {whole})"

    def number_keys(self, operand: Operand) -> list[str]:
        # Beyond 64 bits the type depends on how a number is written.
        return [operand.text, f"GREATEST(LEAST({self.decimal(operand)}, {WIDEST}), -{WIDEST})"]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        found = [Sql(P, (double(value),))]
        return found if -SAFE < value < SAFE else [*found, Sql(P, (max(-WIDEST, min(WIDEST, int(value))),))]

    def key(self, kind: Kind, operand: Operand) -> str:
        if kind == "uuid":  # MariaDB compares their last digits first
            return self.text_key(Operand(f"CAST({operand.text} AS CHAR)"))
        return super().key(kind, operand)

    def placed(self, text: str, descending: bool, nulls_last: bool) -> str:
        plain = f"{text} DESC" if descending else text
        if nulls_last == descending:
            return plain
        return f"({text} IS NULL){'' if nulls_last else ' DESC'}, {plain}"

    def native_instant(self, text: str) -> str:
        return f"UNIX_TIMESTAMP({text})"

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "instant":
            if is_naive(value):
                return Sql(f"CAST({P} AS DATETIME(6))", (made(_date_time, value),))
            return Sql(P, (made(_decimal_epoch, value),))
        if kind == "date":
            return Sql(f"CAST({P} AS DATE)", (made(str, value),))
        return Sql(P, (made(str, value) if kind == "uuid" else value,))

    def array_member(self, key: str, kind: Kind, values: Sequence[Constant]) -> Sql:
        kept = "DOUBLE"
        if kind == "string":
            longest = max(len(value) for value in values if isinstance(value, str))
            size = next((f"VARCHAR({size})" for size in (64, 255, 1024, 16383) if longest <= size), "LONGTEXT")
            kept = f"{size} CHARACTER SET utf8mb4 COLLATE {self.by_code_point}"
        source = f"json_table({P}, '$[*]' COLUMNS(qv {kept} PATH '$')) ql"
        return Sql(f"{key} IN (SELECT ql.qv FROM {source})", (json.dumps(values, ensure_ascii=False),))

    def folded_terms(self, name: str) -> list[str]:
        return [f"({name}(191))"]  # of a TEXT an index takes only so many characters

    def folded_column(self, table: str, name: str, operand: Operand) -> list[str]:
        kind = f"TEXT CHARACTER SET utf8mb4 COLLATE {self.by_code_point}"
        return [f"ALTER TABLE {table} ADD COLUMN {name} {kind} GENERATED ALWAYS AS ({self.fold(operand.text)}) STORED"]


class _Walk:
    """The way of a path: what is joined, and conditions on it. Names: ``qe`` elements, ``qn`` keys."""

    def __init__(self, dialect: MariaDB, document: str) -> None:
        self.dialect = dialect
        self.inside = document
        self.sources: list[Sql] = []
        self.conditions: list[Sql] = []
        self.steps = 0

    def step(self, key: str, arrays: bool = True) -> str:
        """Go to a key: to each element of an array that stands there, or else to what does. The text of that."""
        found, params = self.extracted(key)
        if arrays:
            found = f"CASE json_type({found}) WHEN 'ARRAY' THEN {found} ELSE concat('[', {found}, ']') END"
            params *= 3
        here = f"qe{self.steps}"
        self.sources.append(Sql(f"json_table({found}, '${'[*]' * arrays}' {_JSON}) {here}", params))
        self.inside = f"CASE json_type({here}.qv) WHEN 'OBJECT' THEN {here}.qv END"
        self.steps += 1
        return f"{here}.qv"

    def reach(self, key: str) -> None:
        """Ask that there is a value under the key."""
        found, params = self.extracted(key)
        self.conditions.append(Sql(f"{found} IS NOT NULL", params))

    def extracted(self, key: str) -> tuple[str, tuple[str, ...]]:
        """The value under a key, NULL where there is none."""
        if self.dialect.finds(key):
            return f"json_extract({self.inside}, {P})", (f"$.{json.dumps(key, ensure_ascii=False)}",)
        names = f"qn{self.steps}"
        self.sources.append(Sql(f"json_table(json_keys({self.inside}), '$[*]' {_NUMBERED}) {names}"))
        self.conditions.append(Sql(f"{self.dialect.exact(f'json_unquote({names}.qv)')} = {P}", (key,)))
        return f"json_extract(json_extract({self.inside}, '$.*'), concat('$[', {names}.qi - 1, ']'))", ()

    def exists(self) -> Sql:
        """Whether there is a way."""
        return sql("EXISTS({})", self.selected("1")) if self.sources else join(" AND ", self.conditions)

    def selected(self, text: str) -> Sql:
        """A text for each way."""
        source = join("", [Sql(f"SELECT {text} FROM "), join(", ", self.sources)])
        return sql("{} WHERE {}", source, join(" AND ", self.conditions)) if self.conditions else source


def _date_time(value: datetime) -> str:
    return value.isoformat(" ", "microseconds")


def _decimal_epoch(value: datetime) -> Decimal:
    since = value - datetime(1970, 1, 1, tzinfo=UTC)
    return Decimal(since // timedelta(microseconds=1)).scaleb(-6)
