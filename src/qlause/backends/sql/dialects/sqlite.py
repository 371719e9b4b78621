"""SQLite 3.38 or later, with nothing registered.

A path is walked by ``json_each``, whose keys are compared unescaped and as bound values (a JSON path would miss keys
with quotes, backslashes or escapes). Each step gives a pair of rows: ``qk`` is the value under the key, and ``qc`` its
elements where it is an array, or one row that stands for the value itself. There is no Unicode-aware ``lower``, so the
fold is a GLOB of one class a letter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar

from ....bound.nodes import BoundTest, Constant, Kind
from ....schema.storage import Column
from ....values.fold import unfold
from ...parameters.placeholder import is_known, made
from ..fragment import P, ParamStyle, Sql, sql
from .base import Dialect, Emit, Operand, Value, or_null
from .numbers import double
from .writing import following, quoted

__all__ = ["SQLite"]

# Names that json_each gives its columns: unqualified they would mean these, not the document.
_TAKEN = frozenset({"key", "value", "type", "atom", "id", "parent", "fullkey", "path", "json", "root"})
_RANGES = 8  # ranges of one index that a search may take
_INSTANT = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"


class SQLite(Dialect):
    """The texts of SQLite."""

    name: ClassVar[str] = "sqlite"
    paramstyle: ClassVar[ParamStyle] = "qmark"
    storages: ClassVar[Mapping[str, str]] = {}
    json_null: ClassVar[str] = "json_type({}) = 'null'"
    natives: ClassVar[frozenset[str]] = frozenset()
    max_depth: ClassVar[int] = 64
    least_null: ClassVar[bool] = True
    row_values: ClassVar[bool] = True

    def identifier(self, name: str) -> str:
        return quoted(name, "`")  # between double quotes SQLite takes the name of no column for a text

    def some(self, document: str, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        source, value = _candidates(document, len(keys))
        found = emit(test, value)
        return Sql(f"EXISTS({source} AND ({found.text}))", keys + found.params)

    def reached(self, document: str, keys: tuple[str, ...]) -> Sql:
        return Sql(f"EXISTS({_under(_steps(document, len(keys) - 1), len(keys))})", keys)

    def scalar(self, document: str, keys: tuple[str, ...]) -> Value:
        path = self.literal("$" + "".join(f".{key}" if key.isidentifier() else f'."{key}"' for key in keys))
        found = or_null(_value(f"json_type({document}, {path})", f"json_extract({document}, {path})"))
        operands = {kind: each._replace(indexed=True) for kind, each in found.operands.items()}
        return Value(f"json_type({document}, {path}) IS NOT NULL", found.null, found.true, found.false, operands)

    def at(self, document: str, keys: tuple[str, ...]) -> tuple[Value, Callable[[str], Sql]]:
        last = len(keys) - 1
        steps = [f"json_each({document}) qk0"]
        steps += [f"json_each(IIF(qk{i}.type = 'object', qk{i}.value, NULL)) qk{i + 1}" for i in range(last)]
        source = _source(document, " CROSS JOIN ".join(steps))

        def expression(text: str) -> Sql:
            return Sql(f"(SELECT {text} FROM {source} WHERE {_keys(len(keys))})", keys)

        found = _value(f"qk{last}.type", f"qk{last}.value")
        return found, expression

    def some_element(self, text: str, column: Column, test: BoundTest, emit: Emit) -> Sql:
        found = emit(test, _value("qc.type", "qc.value"))
        return Sql(f"EXISTS(SELECT 1 FROM {_source(text, f'json_each({text}) qc')} WHERE {found.text})", found.params)

    def text_key(self, operand: Operand) -> str:
        return f"{operand.text} COLLATE BINARY" if operand.column else operand.text

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "number" and is_known(value) and (isinstance(value, Decimal) or not -(2**63) <= value < 2**63):
            value = int(value) if value == int(value) and -(2**63) <= value < 2**63 else double(value)
        return super().constant(kind, value)

    def compared(self, kind: Kind, operand: Operand, value: Constant) -> tuple[str, Sql]:
        if kind == "string" and operand.column:
            # In a row of values, an index is found for a column as it stands alone; either side may say the collation.
            return operand.text, Sql(f"{P} COLLATE BINARY", (value,))
        return super().compared(kind, operand, value)

    def array_member(self, key: str, kind: Kind, values: Sequence[Constant]) -> Sql:
        return Sql(f"{key} IN (SELECT value FROM json_each({P}))", (_array(values),))

    def like(self, key: str, text: str, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return Sql(f"{key} = {P}", (text,))
        if starts:
            after = following(text)
            if after is None:
                return Sql(f"{key} >= {P}", (text,))
            return Sql(f"{key} >= {P} AND {key} < {P}", (text, after))
        if ends:
            return Sql(f"SUBSTR({key}, {P}) = {P}", (made(_from_end, text), text))
        return Sql(f"INSTR({key}, {P}) > 0", (text,))

    def folded_contains(self, operand: Operand, text: str, starts: bool, ends: bool) -> Sql:
        if operand.folded is not None:
            return self.like(self.fold_key(operand), text, starts, ends)
        exact = Sql(f"{operand.text} GLOB {P}", (made(_glob, text, starts, ends),))
        bounds, complete = _bounds(text) if starts and operand.indexed else ([], False)
        if not bounds:
            return exact
        # What an index under NOCASE, which folds the letters of ASCII alone, can find.
        key = f"{operand.text} COLLATE NOCASE"
        ranges = " OR ".join([f"{key} >= {P} AND {key} < {P}"] * len(bounds))
        found = Sql(f"({ranges})", tuple(bound for pair in bounds for bound in pair))
        return found if complete and not ends else sql("{} AND {}", found, exact)

    def folded_one_of(self, operand: Operand, values: Sequence[str]) -> Sql:
        if operand.folded is not None:
            return self.member(self.fold_key(operand), "string", values)
        if len(values) == 1:
            return self.folded_contains(operand, values[0], starts=True, ends=True)
        patterns = made(_globs, *values)
        return Sql(f"EXISTS(SELECT 1 FROM json_each({P}) qp WHERE {operand.text} GLOB qp.value)", (patterns,))

    def is_instant_text(self, text: str) -> str:
        fraction = f"SUBSTR({text}, 21, LENGTH({text}) - 21)"
        return (
            f"({text} GLOB '{_INSTANT}Z' OR {text} GLOB '{_INSTANT}.[0-9]*Z'"
            f" AND LENGTH({text}) <= 30 AND {fraction} NOT GLOB '*[^0-9]*')"
        )

    indexes_json: ClassVar[bool] = True

    def contains_terms(self, operand: Operand) -> list[str]:
        return [f"({operand.text} COLLATE NOCASE)"]

    def folded_column(self, table: str, name: str, operand: Operand) -> list[str]:
        return []  # nothing in SQLite itself folds more than ASCII


def _value(kind: str, value: str) -> Value:
    return Value(
        present="",
        null=f"{kind} = 'null'",
        true=f"{kind} = 'true'",
        false=f"{kind} = 'false'",
        operands={
            "string": Operand(value, f"{kind} = 'text'"),
            "number": Operand(value, f"{kind} IN ('integer', 'real')"),
        },
    )


def _steps(document: str, last: int) -> str:
    """The value under each key, and before it what of the value above is an object."""
    steps = [f"json_each({document}) qk0"]
    for i in range(last):
        inner = f"CASE 'object' WHEN qk{i}.type THEN qk{i}.value WHEN qc{i}.type THEN qc{i}.value END"
        steps += [_elements(i), f" CROSS JOIN json_each({inner}) qk{i + 1}"]
    return _source(document, "".join(steps))


def _elements(i: int) -> str:
    return f" CROSS JOIN json_each(IIF(qk{i}.type = 'array', qk{i}.value, '[0]')) qc{i}"


def _source(document: str, steps: str) -> str:
    if not any(f"`{name}`" in document for name in _TAKEN):
        return steps
    return f"(SELECT {document} AS qd) qs CROSS JOIN {steps.replace(document, 'qs.qd', 1)}"


def _keys(length: int) -> str:
    return " AND ".join([f"qk{i}.key = {P}" for i in range(length)])


def _under(source: str, length: int) -> str:
    return f"SELECT 1 FROM {source} WHERE {_keys(length)}"


@lru_cache(maxsize=256)
def _candidates(document: str, length: int) -> tuple[str, Value]:
    """The rows of the candidates of any path of so many keys, and the value of one."""
    last = length - 1
    kind, value = (f"IIF(qk{last}.type = 'array', qc{last}.{name}, qk{last}.{name})" for name in ("type", "value"))
    return _under(_steps(document, last) + _elements(last), length), _value(kind, value)


def _array(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _bounds(folded: str) -> tuple[list[tuple[str, str]], bool]:
    """Ranges under NOCASE in which every text lies that starts with a folded one, and whether no other text does.

    They are as many as a search may take; there are none where the text has no beginning that few ranges hold.
    """
    starts, complete = [""], True
    for character in folded:
        unlike = {each.lower() if each.isascii() else each for each in unfold(character)}
        if len(starts) * len(unlike) > _RANGES:
            complete = False
            break
        starts = [start + each for start in starts for each in sorted(unlike)]
    found = [(start, after) for start in starts if (after := following(start)) is not None]
    # Under NOCASE an A is an a, and other characters stand between that and the @ before it.
    return [(start, f"{after[:-1]}[" if after.endswith("A") else after) for start, after in found], complete


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
    found = unfold(character)
    return f"[{found}]" if len(found) > 1 or character in "*?[" else found
