"""SQLite 3.38 or later, with nothing registered.

A path is walked by ``json_each``, whose keys are compared unescaped and as bound values (a JSON path would miss keys
with quotes, backslashes or escapes). Each step gives a pair of rows: ``qk`` is the value under the key, and ``qc`` its
elements where it is an array, or one row for the value itself. ``lower`` knows ASCII only, so that the fold replaces
the capitals of those letters beyond ASCII that are searched for. GLOB, with a class for each letter, would take the
product of the lengths of a value and a text, and refuses patterns above 50,000 bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar

from ....bound.nodes import BoundTest, Comparand, Kind
from ....bound.param import Deferred, compute, require_value, require_values
from ....schema.storage import Column
from ....values.fold import unfold
from ..parts import NOTHING, Sql, bind, join, raw, sql
from .base import Dialect
from .numbers import double
from .operands import Emit, Operand, Value, Whole, or_null
from .text_matching import is_ascii, prefix_end

__all__ = ["SQLite"]

# Names that json_each gives its columns: unqualified they would mean these, not the document.
_TAKEN = frozenset({"key", "value", "type", "atom", "id", "parent", "fullkey", "path", "json", "root"})
_RANGES = 8  # ranges of one index that a search may take
_STACK = 76  # items that a condition may have open
_QUERY = ("SELECT", "WITH")
_NESTED = 5  # calls of REPLACE in one expression: each takes room on the stack of SQLite's parser
_LOWER = "LOWER(REPLACE(REPLACE({}, '\u0130', 'i'), '\u212a', 'k'))"
"""LOWER, with the letters beyond ASCII that fold to a letter of ASCII."""
_IN_STEPS = (
    "(WITH RECURSIVE qf(folded, step) AS (SELECT {}, 0 UNION ALL SELECT REPLACE(folded,"
    " json_extract({}, '$[' || (2 * step) || ']'), json_extract({}, '$[' || (2 * step + 1) || ']')), step + 1"
    " FROM qf WHERE step < {}) SELECT folded FROM qf WHERE step = {})"
)
"""One REPLACE after the other, for any number of them."""
_INSTANT = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"


class SQLite(Dialect):
    """The expressions of SQLite."""

    name: ClassVar[str] = "sqlite"
    json_null: ClassVar[str] = "json_type({}) = 'null'"
    natives: ClassVar[frozenset[str]] = frozenset()
    max_parameters: ClassVar[int | None] = 32_000
    max_length: ClassVar[int | None] = 1_000_000
    null_is_least: ClassVar[bool] = True
    row_values: ClassVar[bool] = True

    def is_too_deep(self, condition: Sql) -> bool:
        # The stack of the parser holds 100 items. What is left is for the statement around the condition. An open
        # parenthesis is one of them, and so are what is left of it and the words of a query inside.
        before, *others = "".join([part if part.__class__ is str else "?" for part in condition]).split("(")
        depth = deepest = 0
        opened: list[int] = []
        for inside in others:
            opened.append(depth)
            depth += (3 if before[-1:].isalnum() or before.endswith(("_", " ")) else 1) + 6 * inside.startswith(_QUERY)
            deepest = max(deepest, depth)
            for _ in range(inside.count(")")):
                depth = opened.pop() if opened else 0
            before = inside
        return deepest > _STACK

    # Not double quotes: SQLite reads a double-quoted name that is no column as a string literal.
    quote: ClassVar[str] = "`"

    def some_candidate(self, document: Sql, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        source, value = _candidates(document, len(keys))
        return sql("EXISTS({} WHERE {} AND ({}))", source, _keys(keys), emit(test, value))

    def path_exists(self, document: Sql, keys: tuple[str, ...]) -> Sql:
        return sql("EXISTS(SELECT 1 FROM {} WHERE {})", _source(document, _steps(len(keys) - 1)), _keys(keys))

    def some_whole(self, document: Sql, keys: tuple[str, ...], condition: Callable[[Whole], Sql]) -> Sql:
        last = len(keys) - 1
        kind, value = f"qk{last}.type", f"qk{last}.value"
        size = raw(f"IIF({kind} = 'array', json_array_length({value}), -1)")
        empty = f"{value} = CASE {kind} WHEN 'text' THEN '' WHEN 'array' THEN '[]' WHEN 'object' THEN '{{}}' END"
        source = _source(document, _steps(last))
        met = condition(Whole(size, raw(f"({empty})")))
        return sql("EXISTS(SELECT 1 FROM {} WHERE {} AND {})", source, _keys(keys), met)

    def array_size(self, array: Sql) -> Sql:
        return sql("IIF(json_type({}) = 'array', json_array_length({}), -1)", array, array)

    def some_object(self, document: Sql, keys: tuple[str, ...], name: str, condition: Callable[[Sql], Sql]) -> Sql:
        last = len(keys) - 1
        source = _source(document, _steps(last) + _elements(last))
        kind, value = (
            f"IIF(qk{last}.type = 'array', qc{last}.{column}, qk{last}.{column})" for column in ("type", "value")
        )
        objects = sql(f"SELECT {value} AS qv FROM {{}} WHERE {{}} AND {kind} = 'object'", source, _keys(keys))
        return sql(f"EXISTS(SELECT 1 FROM ({{}}) {name} WHERE {{}})", objects, condition(raw(f"{name}.qv")))

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
        exact = self._folded_like(operand.text, text, starts, ends)
        bounds, complete = _bounds(require_value(text)) if starts and operand.indexed else ([], False)
        if not bounds:
            return exact
        # What an index under NOCASE, which folds the letters of ASCII alone, can find.
        key = sql("{} COLLATE NOCASE", operand.text)
        ranges = [sql("{key} >= {} AND {key} < {}", bind(low), bind(high), key=key) for low, high in bounds]
        in_range = sql("({})", join(" OR ", ranges))
        return in_range if complete and not ends else sql("{} AND {}", in_range, exact)

    def _folded_like(self, key: Sql, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        """``like`` on a text under the fold; only so much of it is folded as is compared."""
        if starts and not ends:
            key = sql("SUBSTR({}, 1, {})", key, bind(compute(len, text)))
        elif ends and not starts:
            key = sql("SUBSTR({}, {})", key, bind(compute(_from_end, text)))
        folded = _folded(key, [text])
        return sql("{} = {}" if starts or ends else "INSTR({}, {}) > 0", folded, bind(text))

    def folded_one_of(self, operand: Operand, values: Sequence[Any]) -> Sql:
        if operand.folded is not None:
            return self.in_list(self.fold_key(operand), "string", values)
        if len(values) == 1:
            return self.folded_contains(operand, values[0], starts=True, ends=True)
        return self.in_list(_folded(operand.text, values), "string", values)

    def fold(self, text: Sql) -> Sql:
        raise TypeError("SQLite folds only the letters of a text that it looks for: see folded_contains")

    def is_instant_text(self, text: Sql) -> Sql:
        def with_fraction(zone: str, length: int) -> str:
            return (
                f"{{text}} GLOB '{_INSTANT}.[0-9]*{zone}' AND LENGTH({{text}}) <= {29 + length}"
                f" AND SUBSTR({{text}}, 21, LENGTH({{text}}) - {20 + length}) NOT GLOB '*[^0-9]*'"
            )

        forms = (f"{{text}} GLOB '{_INSTANT}Z'", with_fraction("Z", 1))
        rare = (f"{{text}} GLOB '{_INSTANT}[+-]00:00'", with_fraction("[+-]00:00", 6))
        return sql(f"({' OR '.join((*forms, *rare))})", text=text)

    indexes_json: ClassVar[bool] = True

    def contains_terms(self, operand: Operand) -> list[Sql]:
        return [sql("({} COLLATE NOCASE)", operand.text)]

    def folded_column(self, table: Sql, name: Sql, operand: Operand) -> list[Sql]:
        return []  # nothing in SQLite itself folds more than ASCII


def _number(value: Any) -> Any:
    """A number as one that SQLite holds: of 64 bits, or a double."""
    if isinstance(value, float) and math.isinf(value):
        return value
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


def _from_end(text: str) -> int:
    return -len(text)


def _folded(text: Sql, wanted: Sequence[str | Deferred]) -> Sql:
    """A text in which all letters that the wanted texts have are folded. Others do not matter."""
    others = [] if all(map(is_ascii, wanted)) else require_values(wanted)
    letters = sorted({letter for each in others for letter in each if not letter.isascii()})
    variants = [(variant, letter) for letter in letters for variant in unfold(letter) if variant != letter]
    if len(variants) > _NESTED:
        count, array = bind(len(variants)), bind(_array([part for pair in variants for part in pair]))
        return sql(_LOWER, sql(_IN_STEPS, text, array, array, count, count))
    for variant, letter in variants:
        text = sql("REPLACE({}, {}, {})", text, bind(variant), bind(letter))
    return sql(_LOWER, text)
