"""Index DDL for declared fields: the expressions are those of ``where`` and ``order_by``, so that these use them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

from ...bound.nodes import Kind
from ...schema.stored_values import StoredOptions, StoredValue, stored_values
from .compiler import Compiler, is_literal
from .dialects import DialectName, dialect_named
from .dialects.operands import Operand
from .parts import Sql, inlined_shared, sql, written

__all__ = ["index_ddl"]

_NAME_LENGTH = 60  # characters; PostgreSQL keeps 63 bytes of a name
_WITHOUT_ORDER = ("boolean", "object")


def index_ddl(
    dialect: DialectName, table: str, *, document: str = "doc", **options: Unpack[StoredOptions]
) -> list[str]:
    """Statements that make the indexes which the fields of a schema can use, as far as the dialect has such.

    They serve equality, lists, ranges, sorts and case-sensitive prefixes; in SQLite ``~^`` too; in PostgreSQL ``~``, by
    trigrams, and what is not declared scalar, by a GIN index of the document. A field with ``folded`` gets an index of
    that column for ``~^``, and the column itself, generated, where the engine folds (not in SQLite and DuckDB, where
    the application writes it: the values under :func:`qlause.fold.fold`). What has no index is left out: paths through
    arrays, related rows, and values in JSON in MariaDB, MySQL and DuckDB. There ``column`` can name a generated column
    beside the JSON, in MariaDB ``VARCHAR(40) COLLATE utf8mb4_nopad_bin AS (json_value(doc, '$.code'))`` with
    ``binary=True``. In ClickHouse the indexes are such as skip data: bloom filters for equality, trigrams for ``~``,
    least and greatest values for numbers and dates. Each index costs at every write: pick what your queries need.
    """
    compiler = Compiler(dialect_named(dialect), document, None)
    engine = compiler.dialect
    values = list(stored_values(options["schema"]))
    made = [_statements(compiler, table, value) for value in values]
    statements = [statement for columns, _ in made for statement in columns]  # first: each may write the table anew
    statements += [statement for _, indexes in made for statement in indexes]
    if any(value.target.column is None for value in values):
        statements += map(_text, engine.document_index(engine.identifier(table), compiler.document))
    return engine.with_prerequisites(list(dict.fromkeys(statements)))


def _statements(compiler: Compiler, table: str, value: StoredValue) -> tuple[list[str], list[str]]:
    """The column that has to be made for a value, if any, and the indexes."""
    operands_by_kind = _operands(compiler, value)
    if operands_by_kind is None:
        return [], []
    kind, operands = operands_by_kind
    operand = operands[kind]
    dialect, column = compiler.dialect, value.target.column
    on = dialect.identifier(table)
    in_json = column is None or column.keys is not None
    never_null = not in_json and not value.nullable
    terms = dialect.index_terms(kind, operand, never_null) if dialect.indexes_json or not in_json else []
    columns: list[str] = []
    if operand.folded is not None and column is not None and column.folded is not None:
        columns = [_text(each) for each in dialect.folded_column(on, dialect.identifier(column.folded), operand)]
        terms += dialect.folded_terms(operand.folded)
    elif kind == "string" and value.contains:
        terms += dialect.contains_terms(operands.get("folded", operand))
    indexes = []
    for number, term in enumerate(terms, 1):
        name = f"{table}_{value.name}"[:_NAME_LENGTH] + (f"_{number}" if number > 1 else "")
        indexes.append(_text(sql("CREATE INDEX {} ON {} {}", dialect.identifier(name), on, term)))
    return columns, indexes


def _operands(compiler: Compiler, value: StoredValue) -> tuple[Kind, Mapping[Kind, Operand]] | None:
    """The kind of which an index can be made, and what a value is in each."""
    dialect, target = compiler.dialect, value.target
    column = target.column
    if column is not None and column.keys is None:
        if column.relation is not None or column.array or column.steps or value.type in _WITHOUT_ORDER:
            return None
        folded = None if column.folded is None else compiler.own(column.folded)
        operands = dialect.column(compiler.own(column.name), column, folded).operands
        (kind,) = operands
        return kind, operands
    if not is_literal(target) or value.type in _WITHOUT_ORDER:
        return None
    keys = target.keys if column is None or column.keys is None else column.keys
    document = compiler.document if column is None else compiler.own(column.name)
    folded = None if column is None or column.folded is None else compiler.own(column.folded)
    wanted: Kind = "number" if value.type in ("integer", "number") else "string"
    return wanted, compiler.scalar(document, keys, folded).operands


def _text(expression: Sql) -> str:
    """A statement as text: it has no parameters, and shares nothing with another."""
    return written(inlined_shared(expression), mark=_no_parameter)


def _no_parameter(value: object) -> str:
    raise TypeError(f"a definition of an index takes no parameters, but has {value!r}")
