"""SQLite 3.38 or later, with nothing registered.

A path is walked by ``json_each``, whose keys are compared unescaped and as bound values (a JSON path would miss keys
with quotes, backslashes or escapes). Each step gives a pair of rows: ``qk`` is the value under the key, and ``qc`` its
elements where it is an array, or one row for the value itself. There is no Unicode-aware ``lower``, so the
fold is a GLOB of one character class per letter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar

from ....bound.nodes import BoundTest, Comparand, Kind
from ....bound.param import Deferred, compute, require_value
from ....schema.storage import Column
from ....values.fold import unfold
from ..parts import NOTHING, Sql, bind, join, raw, sql
from .base import Dialect
from .numbers import double
from .operands import Emit, Operand, Value, or_null
from .text_matching import prefix_end

__all__ = ["SQLite"]

# Names that json_each gives its columns: unqualified they would mean these, not the document.
_TAKEN = frozenset({"key", "value", "type", "atom", "id", "parent", "fullkey", "path", "json", "root"})
_RANGES = 8  # ranges of one index that a search may take
_INSTANT = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"


class SQLite(Dialect):
    """The expressions of SQLite."""

    name: ClassVar[str] = "sqlite"
    json_null: ClassVar[str] = "json_type({}) = 'null'"
    natives: ClassVar[frozenset[str]] = frozenset()
    max_depth: ClassVar[int] = 64
    null_is_least: ClassVar[bool] = True
    row_values: ClassVar[bool] = True

    # Not double quotes: SQLite reads a double-quoted name that is no column as a string literal.
    quote: ClassVar[str] = "`"

    def some_candidate(self, document: Sql, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        source, value = _candidates(document, len(keys))
        return sql("EXISTS({} WHERE {} AND ({}))", source, _keys(keys), emit(test, value))

    def path_exists(self, document: Sql, keys: tuple[str, ...]) -> Sql:
        return sql("EXISTS(SELECT 1 FROM {} WHERE {})", _source(document, _steps(len(keys) - 1)), _keys(keys))

    def scalar(self, document: Sql, keys: tuple[str, ...]) -> Value:
        path = self.literal("$" + "".join(f".{key}" if key.isidentifier() else f'."{key}"' for key in keys))
        json_type, json_value = (sql(f"json_{name}({{}}, {{}})", document, path) for name in ("type", "extract"))
        typed = or_null(_value(json_type, json_value))
        operands = {kind: operand._replace(indexed=True) for kind, operand in typed.operands.items()}
        return Value(sql("{} IS NOT NULL", json_type), typed.null, typed.true, typed.false, operands)

    def direct_value(self, document: Sql, keys: tuple[str, ...]) -> tuple[Value, Callable[[Sql], Sql]]:
        last = len(keys) - 1
        steps = [f" CROSS JOIN json_each(IIF(qk{i}.type = 'object', qk{i}.value, NULL)) qk{i + 1}" for i in range(last)]
        source = _source(document, "".join(steps))

        def expression(text: Sql) -> Sql:
            return sql("(SELECT {} FROM {} WHERE {})", text, source, _keys(keys))

        return _value(raw(f"qk{last}.type"), raw(f"qk{last}.value")), expression

    def some_element(self, array: Sql, column: Column, test: BoundTest, emit: Emit) -> Sql:
        condition = emit(test, _value(raw("qc.type"), raw("qc.value")))
        return sql("EXISTS(SELECT 1 FROM {} WHERE {})", _source(array, "", "qc"), condition)

    def text_key(self, operand: Operand) -> Sql:
        return sql("{} COLLATE BINARY", operand.text) if operand.column else operand.text

    def constant(self, kind: Kind, value: Any) -> Sql:
        return bind(_number(value) if kind == "number" and not isinstance(value, Deferred) else value)

    def sides(self, kind: Kind, operand: Operand, value: Comparand) -> tuple[Sql, Sql]:
        if kind == "string" and operand.column:
            # In row values, SQLite uses an index only for the column itself, so the constant names the collation.
            return operand.text, sql("{} COLLATE BINARY", bind(value))
        return super().sides(kind, operand, value)

    def in_long_list(self, key: Sql, kind: Kind, values: Sequence[Any]) -> Sql:
        return sql("{} IN (SELECT value FROM json_each({}))", key, bind(_array(values)))

    def like(self, key: Sql, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return sql("{} = {}", key, bind(text))
        if starts:
            end = prefix_end(text)
            if end is None:
                return sql("{} >= {}", key, bind(text))
            return sql("{key} >= {} AND {key} < {}", bind(text), bind(end), key=key)
        if ends:
            return sql("SUBSTR({}, {}) = {}", key, bind(compute(_from_end, text)), bind(text))
        return sql("INSTR({}, {}) > 0", key, bind(text))

    def folded_contains(self, operand: Operand, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        if operand.folded is not None:
            return self.like(self.fold_key(operand), text, starts, ends)
        exact = sql("{} GLOB {}", operand.text, bind(compute(_glob, text, starts, ends)))
        bounds, complete = _bounds(require_value(text)) if starts and operand.indexed else ([], False)
        if not bounds:
            return exact
        # What an index under NOCASE, which folds the letters of ASCII alone, can find.
        key = sql("{} COLLATE NOCASE", operand.text)
        ranges = [sql("{key} >= {} AND {key} < {}", bind(low), bind(high), key=key) for low, high in bounds]
        in_range = sql("({})", join(" OR ", ranges))
        return in_range if complete and not ends else sql("{} AND {}", in_range, exact)

    def folded_one_of(self, operand: Operand, values: Sequence[Any]) -> Sql:
        if operand.folded is not None:
            return self.in_list(self.fold_key(operand), "string", values)
        if len(values) == 1:
            return self.folded_contains(operand, values[0], starts=True, ends=True)
        patterns = bind(compute(_globs, *values))
        return sql("EXISTS(SELECT 1 FROM json_each({}) qp WHERE {} GLOB qp.value)", patterns, operand.text)

    def fold(self, text: Sql) -> Sql:
        raise TypeError("SQLite lowers the letters of ASCII only, so folded_contains and folded_one_of write a GLOB")

    def is_instant_text(self, text: Sql) -> Sql:
        fraction = sql("SUBSTR({text}, 21, LENGTH({text}) - 21)", text=text)
        return sql(
            f"({{text}} GLOB '{_INSTANT}Z' OR {{text}} GLOB '{_INSTANT}.[0-9]*Z'"
            " AND LENGTH({text}) <= 30 AND {fraction} NOT GLOB '*[^0-9]*')",
            text=text,
            fraction=fraction,
        )

    indexes_json: ClassVar[bool] = True

    def contains_terms(self, operand: Operand) -> list[Sql]:
        return [sql("({} COLLATE NOCASE)", operand.text)]

    def folded_column(self, table: Sql, name: Sql, operand: Operand) -> list[Sql]:
        return []  # nothing in SQLite itself folds more than ASCII


def _number(value: Any) -> Any:
    """A number as one that SQLite holds: of 64 bits, or a double."""
    if isinstance(value, Decimal) or not -(2**63) <= value < 2**63:
        return int(value) if value == int(value) and -(2**63) <= value < 2**63 else double(value)
    return value


def _value(kind: Sql, value: Sql) -> Value:
    """A JSON value as a candidate: its JSON type, and what json_extract gives for it."""
    return Value(
        present=NOTHING,
        null=sql("{} = 'null'", kind),
        true=sql("{} = 'true'", kind),
        false=sql("{} = 'false'", kind),
        operands={
            "string": Operand(value, sql("{} = 'text'", kind)),
            "number": Operand(value, sql("{} IN ('integer', 'real')", kind)),
        },
    )


def _steps(last: int) -> str:
    """What follows the value under the first key: for each value, its elements, and what is under the next key."""
    steps = []
    for i in range(last):
        inner = f"CASE 'object' WHEN qk{i}.type THEN qk{i}.value WHEN qc{i}.type THEN qc{i}.value END"
        steps += [_elements(i), f" CROSS JOIN json_each({inner}) qk{i + 1}"]
    return "".join(steps)


def _elements(i: int) -> str:
    return f" CROSS JOIN json_each(IIF(qk{i}.type = 'array', qk{i}.value, '[0]')) qc{i}"


def _source(document: Sql, steps: str, first: str = "qk0") -> Sql:
    """The rows of ``json_each`` over a document, and the steps that follow it."""
    is_taken = any(f"`{name}`" in part for name in _TAKEN for part in document if isinstance(part, str))
    if is_taken:
        return sql(f"(SELECT {{}} AS qd) qs CROSS JOIN json_each(qs.qd) {first}{{}}", document, raw(steps))
    return sql(f"json_each({{}}) {first}{{}}", document, raw(steps))


def _keys(keys: tuple[str, ...]) -> Sql:
    return join(" AND ", [sql(f"qk{i}.key = {{}}", bind(key)) for i, key in enumerate(keys)])


@lru_cache(maxsize=256)
def _candidates(document: Sql, length: int) -> tuple[Sql, Value]:
    """The rows of the candidates of any path of so many keys, and the value of one."""
    last = length - 1
    kind, value = (raw(f"IIF(qk{last}.type = 'array', qc{last}.{name}, qk{last}.{name})") for name in ("type", "value"))
    return sql("SELECT 1 FROM {}", _source(document, _steps(last) + _elements(last))), _value(kind, value)


def _array(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _bounds(folded: str) -> tuple[list[tuple[str, str]], bool]:
    """Ranges under NOCASE that hold every text which starts with a folded one, and whether they hold no other.

    A search may take only so many ranges. Then they are those of a shorter start; without one there are none.
    """
    starts, complete = [""], True
    for character in folded:
        letters = {letter.lower() if letter.isascii() else letter for letter in unfold(character)}
        if len(starts) * len(letters) > _RANGES:
            complete = False
            break
        starts = [start + letter for start in starts for letter in sorted(letters)]
    ranges = [(start, end) for start in starts if (end := prefix_end(start)) is not None]
    # Under NOCASE an A is an a, and other characters are between that and the @ before it.
    return [(start, f"{end[:-1]}[" if end.endswith("A") else end) for start, end in ranges], complete


def _glob(folded: str, starts: bool, ends: bool) -> str:
    """A folded text as a GLOB: each letter is the class of what folds to it, and nothing else is special."""
    classes = "".join([_class(character) for character in folded])
    return ("" if starts else "*") + classes + ("" if ends else "*")


def _globs(*folded: str) -> str:
    return _array([_glob(text, starts=True, ends=True) for text in folded])


def _from_end(text: str) -> int:
    return -len(text)


@lru_cache(maxsize=4_096)
def _class(character: str) -> str:
    """The class of all letters that fold to a folded one, in a GLOB."""
    letters = unfold(character)
    return f"[{letters}]" if len(letters) > 1 or character in "*?[" else letters
