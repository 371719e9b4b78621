"""PostgreSQL 12 or later, over ``jsonb``, in a UTF-8 database with ICU (for the fold).

What jsonpath can say about a candidate is one bound jsonpath, which a GIN index (``jsonb_path_ops``) answers for
equality; all else looks at the candidates that a jsonpath finds. Keys and values stand in a jsonpath as JSON strings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, ClassVar, Final

from ....bound import nodes as bound
from ....bound.nodes import BoundTest, Compare, Constant, ContainsText, IsNull, Kind, OneOf
from ....schema.storage import Column
from ...parameters.placeholder import made
from ..fragment import P, ParamStyle, Sql, join, sql
from .base import INLINE, Dialect, Emit, Operand, Value, or_null
from .instants import is_naive
from .numbers import is_bigint
from .writing import following, like_pattern

__all__ = ["PostgreSQL"]

_CAST: Final[Mapping[Kind, str]] = {"string": "text", "date": "date", "uuid": "uuid"}
_SPECIAL: Final = re.compile(r"[!-/:-@\[-`{-~]")  # all of ASCII that is neither letter, digit, blank nor control
_ESCAPED: Final = r"\\\g<0>"
_EQUAL: Final = {False: ("string", "number", "boolean"), True: ("folded", "number", "boolean")}
_ORDERED: Final = {False: ("string", "number"), True: ("number",)}
_COLLATED: Final = ' COLLATE "C"'
_INSTANT: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}[:][0-9]{2}[:][0-9]{2}([.][0-9]{1,9})?Z$"


class PostgreSQL(Dialect):
    """The texts of PostgreSQL."""

    name: ClassVar[str] = "postgresql"
    paramstyle: ClassVar[ParamStyle] = "format"
    json_null: ClassVar[str] = "jsonb_typeof({}) = 'null'"
    row_values: ClassVar[bool] = True

    def some(self, document: str, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        condition = _jsonpath(test, folded=False)
        if condition is not None:
            return self.path_exists(document, _filtered(_path(keys), condition))
        condition = _jsonpath(test, folded=True)
        candidates = f"{_path(keys)}[*]"
        if condition is not None:
            # The fold changes letters alone, so the JSON of all candidates can be folded at once. A subquery for each
            # test would do too, but each costs a tenth of a second as soon as the planner thinks of compiling it.
            folded = self.fold(f"CAST(jsonb_path_query_array({document}, CAST({P} AS jsonpath)) AS text)")
            found = self.path_exists(f"CAST({folded} AS jsonb)", _filtered("$", condition))
            return Sql(found.text, (candidates, *found.params))
        found = emit(test, _value("qc.qv"))
        source = f"jsonb_path_query({document}, CAST({P} AS jsonpath)) AS qc(qv)"
        return Sql(f"EXISTS(SELECT 1 FROM {source} WHERE {found.text})", (candidates, *found.params))

    def reached(self, document: str, keys: tuple[str, ...]) -> Sql:
        return self.path_exists(document, _path(keys))

    def path_exists(self, document: str, path: str) -> Sql:
        """Whether a jsonpath finds something, in the form that an index answers."""
        if self.style == "qmark":  # its drivers would take the operator's question mark for a parameter
            return Sql(f"jsonb_path_exists_opr({document}, CAST({P} AS jsonpath))", (path,))
        return Sql(f"{document} @? CAST({P} AS jsonpath)", (path,))

    def scalar(self, document: str, keys: tuple[str, ...]) -> Value:
        *above, last = map(self.literal, keys)
        parent = " -> ".join([document, *above])
        value = _value(f"({parent} -> {last})", f"({parent} ->> {last})")
        text = value.operands["string"]
        # Trigrams find more rows than pass: of what kind a value is, is asked of those that do. The planner takes it
        # for one in two hundred where it is not told otherwise, as by CASE.
        folded = text._replace(guard=f"(CASE WHEN {text.guard} THEN true END)")
        operands = {**or_null(value).operands, "folded": folded}
        operands = {kind: each._replace(indexed=True) for kind, each in operands.items()}
        return Value(f"({parent} -> {last}) IS NOT NULL", value.null, value.true, value.false, operands)

    def within(self, column: str, keys: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        return column, keys  # a jsonpath enters an array where it begins

    def at(self, document: str, keys: tuple[str, ...]) -> tuple[Value, Callable[[str], Sql]]:
        path = f" -> CAST({P} AS text)" * len(keys)

        def expression(text: str) -> Sql:
            return Sql(f"(SELECT {text} FROM (SELECT {document}{path} AS qv) AS qc)", keys)

        return _value("qc.qv"), expression

    def some_element(self, text: str, column: Column, test: BoundTest, emit: Emit) -> Sql:
        found = emit(test, self.element("qc.qv", column))
        return Sql(f"EXISTS(SELECT 1 FROM unnest({text}) AS qc(qv) WHERE {found.text})", found.params)

    def text_key(self, operand: Operand) -> str:
        return operand.text + _COLLATED * (not operand.binary)

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Constant]) -> Sql:
        exact = super().one_of(kind, operand, values)
        if kind != "string" or not operand.column or not operand.indexed or operand.binary:
            return exact
        # An index of the column's own collation can find what is equal, and what is equal by code point is among it.
        found = self.member(operand.text, kind, values)
        return Sql(f"({found.text} AND {exact.text})", found.params + exact.params)

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "number":
            if is_bigint(value):
                return Sql(f"CAST({P} AS bigint)", (value,))
            return Sql(f"CAST({P} AS numeric)", (made(_decimal, value),))
        if kind == "instant":
            return Sql(f"CAST({P} AS {'timestamp' if is_naive(value) else 'timestamptz'})", (value,))
        return Sql(f"CAST({P} AS {_CAST[kind]})", (value,))

    def array_member(self, key: str, kind: Kind, values: Sequence[Constant]) -> Sql:
        if kind == "string":
            return Sql(f"{key} = ANY(CAST({P} AS text[]))", (list(values),))
        if all(isinstance(value, int) for value in values):
            return Sql(f"{key} = ANY(CAST({P} AS bigint[]))", (list(values),))
        return Sql(f"{key} = ANY(CAST({P} AS numeric[]))", ([Decimal(repr(value)) for value in values],))

    def fold(self, text: str) -> str:
        lower = f"""lower(replace({text}, 'İ', 'i') COLLATE "und-x-icu")"""
        return f"""(replace({lower}, 'ς', 'σ') COLLATE "C")"""

    def fold_key(self, operand: Operand) -> str:
        return self.fold(operand.text) if operand.folded is None else operand.folded + _COLLATED

    def folded_contains(self, operand: Operand, text: str, starts: bool, ends: bool) -> Sql:
        if operand.folded is None and not (starts and ends):  # what trigrams find
            return self.like_trigrams(self.fold_key(operand), text, starts, ends)
        return super().folded_contains(operand, text, starts, ends)

    def like(self, key: str, text: str, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return Sql(f"{key} = CAST({P} AS text)", (text,))
        after = following(text) if starts else None
        if after is None:
            return self.like_trigrams(key, text, starts, ends)
        # What a sorted index finds, and also where a plan is made before the text is known.
        return Sql(f"({key} >= CAST({P} AS text) AND {key} < CAST({P} AS text))", (text, after))

    def like_trigrams(self, key: str, text: str, starts: bool, ends: bool) -> Sql:
        """Whether a key holds a text, by LIKE."""
        return Sql(f"{key} LIKE CAST({P} AS text)", (made(like_pattern, text, starts, ends, "\\"),))

    def is_instant_text(self, text: str) -> str:
        return f"{text} ~ '{_INSTANT}'"

    indexes_json: ClassVar[bool] = True

    def index_terms(self, kind: Kind, operand: Operand, never_null: bool = False) -> list[str]:
        # In the order of sorts, where what is missing is least, and which say nothing of it where nothing is.
        nulls = "" if never_null else " NULLS FIRST"
        return [f"({self.text_key(operand) if kind == 'string' else operand.text}{nulls})"]

    def contains_terms(self, operand: Operand) -> list[str]:
        return [f"USING gin ({self.fold(operand.text)} gin_trgm_ops)"]

    def folded_terms(self, name: str) -> list[str]:
        return [*super().folded_terms(name), f"USING gin ({name}{_COLLATED} gin_trgm_ops)"]

    def folded_column(self, table: str, name: str, operand: Operand) -> list[str]:
        kind = f"text{_COLLATED}"
        return [f"ALTER TABLE {table} ADD COLUMN {name} {kind} GENERATED ALWAYS AS ({self.fold(operand.text)}) STORED"]

    def document_index(self, table: str, document: str) -> list[str]:
        return [f"CREATE INDEX ON {table} USING gin ({document} jsonb_path_ops)"]

    def prepared(self, statements: list[str]) -> list[str]:
        trigrams = any("gin_trgm_ops" in statement for statement in statements)
        return ["CREATE EXTENSION IF NOT EXISTS pg_trgm"] * trigrams + statements


@lru_cache(maxsize=256)
def _value(value: str, text: str | None = None) -> Value:
    """``text`` is the value as text, where there is a shorter way to it."""
    kind = f"jsonb_typeof({value})"
    number = f"CASE WHEN {kind} = 'number' THEN CAST({value} AS numeric) END"
    return Value(
        present="",
        null=f"{kind} = 'null'",
        true=f"{value} = CAST('true' AS jsonb)",
        false=f"{value} = CAST('false' AS jsonb)",
        operands={
            "string": Operand(text or f"({value} #>> '{{}}')", f"{kind} = 'string'"),
            "number": Operand(f"({number})"),
        },
    )


def _json(value: Constant) -> str:
    return encode_basestring(value) if isinstance(value, str) else json.dumps(value)


def _decimal(value: float | Decimal) -> Decimal:
    return Decimal(repr(value) if isinstance(value, float) else value)


def _path(keys: tuple[str, ...]) -> str:
    return "$" + "".join([f".{_json(key)}" for key in keys])


def _filtered(path: str, condition: Sql) -> str:
    """A jsonpath with a condition, its constants in the places of the marks."""
    first, *others = f"{path} ? ({condition.text})".split(P)
    return made(_interleaved, (first, *[part for each in others for part in ("", each)]), *condition.params)


def _interleaved(pieces: tuple[str, ...], *constants: Constant) -> str:
    """A constant in each second place: in jsonpath they are written as in JSON."""
    found = list(pieces)
    found[1::2] = map(_json, constants)
    return "".join(found)


def _jsonpath(test: BoundTest, folded: bool) -> Sql | None:
    """A test as a condition on ``@`` that is never unknown; None where it cannot be said.

    The type is asked first: a comparison would look into an array that is the candidate. ``folded``: on candidates
    under the fold, about which a test of letters as they are cannot be asked.
    """
    match test:
        case bound.AllOf(items=items) | bound.AnyOf(items=items):
            parts: list[Sql] = []
            for each in items:
                part = _jsonpath(each, folded)
                if part is None:
                    return None
                parts.append(sql("({})", part))
            if not parts:
                return Sql("1 == 1" if isinstance(test, bound.AllOf) else "1 == 0")
            return join(" && " if isinstance(test, bound.AllOf) else " || ", parts)
        case IsNull(negated=negated):
            found = Sql('@.type() == "null"')
        case OneOf(kind=kind, values=values, negated=negated) if kind in _EQUAL[folded] and len(values) <= INLINE:
            of_type = "string" if kind == "folded" else kind
            found = Sql(f'@.type() == "{of_type}" && ({" || ".join([f"@ == {P}"] * len(values))})', values)
        case Compare(kind=kind, negated=negated) if kind in _ORDERED[folded]:
            found = Sql(f'@.type() == "{kind}" && @ {test.comparator} {P}', (test.value,))
        case ContainsText(negated=negated) if test.folded == folded:
            found = _contains(test)
        case _:
            return None
    return sql("!({})", found) if negated else found


def _contains(test: ContainsText) -> Sql:
    how, text = "==" if test.ends else "starts with", test.text
    if not test.starts:
        how = "like_regex"
        text = made(_at_end, text) if test.ends else text
    literal = f'{P} flag "q"' if not test.starts and not test.ends else P  # the flag says that nothing in it is special
    return Sql(f'@.type() == "string" && @ {how} {literal}', (text,))


def _at_end(text: str) -> str:
    return _SPECIAL.sub(_ESCAPED, text) + "$"
