"""PostgreSQL 12 or later, over ``jsonb``, in a UTF-8 database with ICU (for the fold).

What jsonpath can say about a candidate is one bound jsonpath, which a GIN index (``jsonb_path_ops``) answers for
equality; all else looks at the candidates that a jsonpath finds. Keys and values are JSON strings in a jsonpath.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar, Final

from ....bound.nodes import AllOf, AnyOf, BoundTest, Comparand, ContainsText, Kind, OneOf, SizeMatches, SomeElement
from ....bound.param import Deferred, compute
from ....schema.storage import Column
from ..parts import FALSE, NOTHING, Sql, bind, join, raw, sql
from .base import Dialect
from .instants import is_naive
from .jsonpath import candidates_path, filtered, object_path, path_of, test_condition, whole_path
from .numbers import is_bigint
from .operands import Emit, Operand, Value, Whole, or_null
from .text_matching import like_pattern, prefix_end

__all__ = ["PostgreSQL"]

_CAST: Final[Mapping[Kind, str]] = {"string": "text", "date": "date", "time": "time", "uuid": "uuid"}
_COLLATED: Final = ' COLLATE "C"'
_INSTANT: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}[:][0-9]{2}[:][0-9]{2}([.][0-9]{1,9})?(Z|[+-]00[:]00)$"


class PostgreSQL(Dialect):
    """The expressions of PostgreSQL."""

    name: ClassVar[str] = "postgresql"
    nan_is_greatest: ClassVar[bool] = True
    json_null: ClassVar[str] = "jsonb_typeof({}) = 'null'"
    row_values: ClassVar[bool] = True

    def some_candidate(self, document: Sql, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        condition = test_condition(test, folded=False)
        if condition is not None:
            return self.jsonpath_exists(document, filtered(path_of(keys), condition))
        condition = test_condition(test, folded=True)
        candidates = bind(candidates_path(keys))
        if condition is not None:
            # The fold changes letters only, so the JSON of all candidates can be folded at once. A subquery for each
            # test would be right too, but each costs a tenth of a second if the planner considers compiling it.
            array = sql("CAST(jsonb_path_query_array({}, CAST({} AS jsonpath)) AS text)", document, candidates)
            folded = self.folded_for(list(_folded_texts(test)), self.fold(array))
            return self.jsonpath_exists(sql("CAST({} AS jsonb)", folded), filtered(path_of(()), condition))
        source = _found(document, candidates, "qc")
        return sql("EXISTS(SELECT 1 FROM {} WHERE {})", source, emit(test, _value(raw("qc.qv"))))

    def path_exists(self, document: Sql, keys: tuple[str, ...]) -> Sql:
        return self.jsonpath_exists(document, path_of(keys))

    def by_path(self, document: Sql, keys: tuple[str, ...], node: SizeMatches | SomeElement) -> Sql | None:
        path = whole_path(keys, node) if isinstance(node, SizeMatches) else object_path(keys, node.node)
        return None if path is None else self.jsonpath_exists(document, path)

    def some_whole(self, document: Sql, keys: tuple[str, ...], condition: Callable[[Whole], Sql]) -> Sql:
        size = "(CASE WHEN jsonb_typeof(qw.qv) = 'array' THEN jsonb_array_length(qw.qv) ELSE -1 END)"
        is_met = condition(Whole(raw(size), FALSE))  # what is empty has one size
        return sql("EXISTS(SELECT 1 FROM {} WHERE {})", _found(document, bind(path_of(keys)), "qw"), is_met)

    def array_size(self, array: Sql) -> Sql:
        return sql("coalesce(cardinality({}), -1)", array)

    def some_object(self, document: Sql, keys: tuple[str, ...], name: str, condition: Callable[[Sql], Sql]) -> Sql:
        element, source = raw(f"{name}.qv"), _found(document, bind(candidates_path(keys)), name)
        # OFFSET keeps this a query of its own, and of that the planner expects one row.
        objects = sql("(SELECT {} FROM {} WHERE jsonb_typeof({}) = 'object' OFFSET 0)", element, source, element)
        return sql("EXISTS(SELECT 1 FROM {} AS {} WHERE {})", objects, raw(name), condition(element))

    def jsonpath_exists(self, document: Sql, path: str | Deferred) -> Sql:
        """Whether a jsonpath finds something, in the form that an index answers."""
        if self.style == "qmark":  # its drivers would take the operator's question mark for a parameter
            return sql("jsonb_path_exists_opr({}, CAST({} AS jsonpath))", document, bind(path))
        return sql("{} @? CAST({} AS jsonpath)", document, bind(path))

    def scalar(self, document: Sql, keys: tuple[str, ...]) -> Value:
        *above, last = map(self.literal, keys)
        parent = join(" -> ", [document, *above])
        json_value, text_value = sql("({} -> {})", parent, last), sql("({} ->> {})", parent, last)
        value = _value(json_value, text_value)
        text = value.operands["string"]
        # Trigrams find more rows than pass, and the guard is asked about those only. Without CASE the planner would
        # estimate that the guard lets one row in two hundred pass.
        folded = text._replace(guard=sql("(CASE WHEN {} THEN true END)", text.guard))
        operands = {**or_null(value).operands, "folded": folded}
        operands = {kind: operand._replace(indexed=True) for kind, operand in operands.items()}
        return Value(sql("{} IS NOT NULL", json_value), value.null, value.true, value.false, operands)

    def as_document(self, column: Sql, keys: tuple[str, ...]) -> tuple[Sql, tuple[str, ...]]:
        return column, keys  # a jsonpath enters an array where it begins

    def direct_value(self, document: Sql, keys: tuple[str, ...]) -> tuple[Value, Callable[[Sql], Sql]]:
        path = join("", [document, *(sql(" -> CAST({} AS text)", bind(key)) for key in keys)])

        def expression(text: Sql) -> Sql:
            return sql("(SELECT {} FROM (SELECT {} AS qv) AS qc)", text, path)

        return _value(raw("qc.qv")), expression

    def some_element(self, array: Sql, column: Column, test: BoundTest, emit: Emit) -> Sql:
        condition = emit(test, self.element(raw("qc.qv"), column))
        return sql("EXISTS(SELECT 1 FROM unnest({}) AS qc(qv) WHERE {})", array, condition)

    def text_key(self, operand: Operand) -> Sql:
        if operand.binary:
            return operand.text
        return sql(f"{{}}{_COLLATED}", _as_text(operand.text) if operand.column else operand.text)

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Comparand]) -> Sql:
        exact = super().one_of(kind, operand, values)
        if kind != "string" or not operand.column or not operand.indexed or operand.binary:
            return exact
        # An index of the column's own collation can find what is equal, and what is equal by code point is among it.
        return sql("({} AND {})", self.in_list(_as_text(operand.text), kind, values), exact)

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "number":
            if is_bigint(value):
                return sql("CAST({} AS bigint)", bind(value))
            return sql("CAST({} AS numeric)", bind(compute(_decimal, value)))
        if kind == "instant":
            return sql(f"CAST({{}} AS {'timestamp' if is_naive(value) else 'timestamptz'})", bind(value))
        return sql(f"CAST({{}} AS {_CAST[kind]})", bind(value))

    def finite(self, operand: Operand, comparator: str) -> Sql:
        # A numeric may be greater than any double.
        others = "'NaN', 'Infinity'" if comparator[0] == ">" else "'-Infinity'"
        return sql(f"({{}} OR CAST({{}} AS text) NOT IN ({others}))", super().finite(operand, comparator), operand.text)

    def in_long_list(self, key: Sql, kind: Kind, values: Sequence[Any]) -> Sql:
        if kind == "string":
            return sql("{} = ANY(CAST({} AS text[]))", key, bind(list(values)))
        if all(isinstance(value, int) for value in values):
            return sql("{} = ANY(CAST({} AS bigint[]))", key, bind(list(values)))
        return sql("{} = ANY(CAST({} AS numeric[]))", key, bind([Decimal(repr(value)) for value in values]))

    def fold(self, text: Sql) -> Sql:
        # A collation may know no searches in texts, and citext and enums have functions of their own.
        lower = sql(f"""lower(replace({{}}{_COLLATED}, 'İ', 'i') COLLATE "und-x-icu")""", _as_text(text))
        return sql("""(replace({}, 'ς', 'σ') COLLATE "C")""", lower)

    def fold_key(self, operand: Operand, *texts: Comparand) -> Sql:
        folded = self.fold(operand.text) if operand.folded is None else sql(f"{{}}{_COLLATED}", operand.folded)
        return self.folded_for(texts, folded)

    def folded_contains(self, operand: Operand, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        if operand.folded is None and not (starts and ends):  # what trigrams find
            return self.like_trigrams(self.fold_key(operand, text), text, starts, ends)
        return super().folded_contains(operand, text, starts, ends)

    def like(self, key: Sql, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return sql("{} = CAST({} AS text)", key, bind(text))
        end = prefix_end(text) if starts else None
        if end is None:
            return self.like_trigrams(key, text, starts, ends)
        # What a sorted index finds, and also where a plan is made before the text is known.
        template = "({key} >= CAST({} AS text) AND {key} < CAST({} AS text))"
        return sql(template, bind(text), bind(end), key=key)

    def like_trigrams(self, key: Sql, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        """Whether a key holds a text, by LIKE."""
        return sql("{} LIKE CAST({} AS text)", key, bind(compute(like_pattern, text, starts, ends, "\\")))

    def is_instant_text(self, text: Sql) -> Sql:
        return sql("{} ~ {}", text, raw(f"'{_INSTANT}'"))

    indexes_json: ClassVar[bool] = True

    def index_terms(self, kind: Kind, operand: Operand, never_null: bool = False) -> list[Sql]:
        # In the order of sorts, where what is missing is least, and which say nothing of it where nothing is.
        nulls = "" if never_null else " NULLS FIRST"
        collated = _COLLATED if kind == "string" and not operand.binary else ""
        return [sql(f"({{}}{collated}{nulls})", operand.text)]

    def contains_terms(self, operand: Operand) -> list[Sql]:
        return [sql("USING gin ({} gin_trgm_ops)", self.fold(operand.text))]

    def folded_terms(self, name: Sql) -> list[Sql]:
        return [*super().folded_terms(name), sql(f"USING gin ({{}}{_COLLATED} gin_trgm_ops)", name)]

    def folded_column(self, table: Sql, name: Sql, operand: Operand) -> list[Sql]:
        template = f"ALTER TABLE {{}} ADD COLUMN {{}} text{_COLLATED} GENERATED ALWAYS AS ({{}}) STORED"
        return [sql(template, table, name, self.fold(operand.text))]

    def document_index(self, table: Sql, document: Sql) -> list[Sql]:
        return [sql("CREATE INDEX ON {} USING gin ({} jsonb_path_ops)", table, document)]

    def with_prerequisites(self, statements: list[str]) -> list[str]:
        trigrams = any("gin_trgm_ops" in statement for statement in statements)
        return ["CREATE EXTENSION IF NOT EXISTS pg_trgm"] * trigrams + statements


@lru_cache(maxsize=256)
def _value(value: Sql, text: Sql | None = None) -> Value:
    """``text`` is the value as text, where there is a shorter way to it."""
    kind = sql("jsonb_typeof({})", value)
    return Value(
        present=NOTHING,
        null=sql("{} = 'null'", kind),
        true=sql("{} = CAST('true' AS jsonb)", value),
        false=sql("{} = CAST('false' AS jsonb)", value),
        operands={
            "string": Operand(text or sql("({} #>> '{{}}')", value), sql("{} = 'string'", kind)),
            "number": Operand(sql("(CASE WHEN {} = 'number' THEN CAST({} AS numeric) END)", kind, value)),
        },
    )


def _found(document: Sql, path: Sql, name: str) -> Sql:
    """What a jsonpath finds, as a table.

    The planner takes a path for one that finds a thousand values, with which it would compile any condition that has
    some tests of them. It takes the elements of a JSON array for a hundred, and an array for one of ten.
    """
    found = sql("jsonb_path_query_array({}, CAST({} AS jsonpath))", document, path)
    return sql(f"unnest(ARRAY(SELECT jsonb_array_elements({{}}))) AS {name}(qv)", found)


def _decimal(value: float | Decimal) -> Decimal:
    return Decimal(repr(value) if isinstance(value, float) else value)


def _as_text(column: Sql) -> Sql:
    """A column of text, citext or an enum as text. For an index a column of text is the same as it."""
    return sql("CAST({} AS text)", column)


def _folded_texts(test: BoundTest) -> Iterator[Comparand]:
    """The texts of a test that are compared under the fold."""
    match test:
        case AllOf(items=items) | AnyOf(items=items):
            for item in items:
                yield from _folded_texts(item)
        case OneOf(kind="folded", values=values):
            yield from values
        case ContainsText(folded=True, text=text):
            yield text
        case _:
            return
