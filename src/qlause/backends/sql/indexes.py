"""Index DDL for declared fields: the expressions are those of ``where`` and ``order_by``, so that these use them."""

from __future__ import annotations

from collections.abc import Iterator

from ...bound import Kind, Target
from ...schema import Field, Schema
from .dialects import DialectName, dialect_named
from .dialects.base import Operand
from .emitter import Emitter, is_literal

__all__ = ["index_ddl"]

_NAME_LENGTH = 60  # characters; PostgreSQL keeps 63 bytes of a name


def index_ddl(schema: Schema, dialect: DialectName, table: str, *, document: str = "doc") -> list[str]:
    """Statements that make the indexes which the fields of a schema can use, as far as the dialect has such.

    They serve equality, lists, ranges, sorts and case-sensitive prefixes; in PostgreSQL ``~`` too, by trigrams, and
    what is not declared scalar, by a GIN index of the document. A field with ``folded`` gets that column, generated,
    and an index for ``~^``. What has no index is left out: paths through arrays, related rows, and JSON in MariaDB,
    MySQL and DuckDB (declare a generated column there). Each index costs at every write: pick what your queries need.
    """
    spoken = dialect_named(dialect)
    emitter = Emitter(spoken, document, None)
    statements: list[str] = []
    for target, field, name in _targets(schema):
        statements += _statements(emitter, table, target, field, name)
    if any(field.column is None and field.relation is None for _, field in schema):
        statements += spoken.document_index(spoken.identifier(table), emitter.document)
    return spoken.prepared(list(dict.fromkeys(statements)))


def _targets(schema: Schema) -> Iterator[tuple[Target, Field, str]]:
    """Each stored value that may be filtered or sorted by, with a name for its index."""
    for path, field in schema:
        resolved = schema.resolve(path)
        if resolved is None or not (field.filterable or field.sortable):
            continue
        for below in [(language,) for language in field.languages] if resolved.localized else [()]:
            yield resolved.target(*below), field, "_".join((*path.segments, *below))


def _statements(emitter: Emitter, table: str, target: Target, field: Field, name: str) -> list[str]:
    found = _operand(emitter, target, field)
    if found is None:
        return []
    kind, operand = found
    dialect = emitter.dialect
    on = dialect.identifier(table)
    terms = dialect.index_terms(kind, operand)
    if kind == "string" and "contains" in field.allowed and not field.case_sensitive and field.folded is None:
        terms += dialect.contains_terms(operand)
    made = []
    if operand.folded is not None and field.folded is not None:
        made += dialect.folded_column(on, dialect.identifier(field.folded), operand)
        terms += dialect.folded_terms(operand.folded) if made else []
    for place, term in enumerate(terms, 1):
        index = f"{table}_{name}"[:_NAME_LENGTH] + (f"_{place}" if place > 1 else "")
        made.append(f"CREATE INDEX {dialect.identifier(index)} ON {on} {term}")
    return made


def _operand(emitter: Emitter, target: Target, field: Field) -> tuple[Kind, Operand] | None:
    """What an index can be made of."""
    dialect, column = emitter.dialect, target.column
    if column is not None and column.keys is None:
        if column.relation is not None or column.array:
            return None
        ((kind, operand),) = dialect.column(dialect.identifier(column.name), column).operands.items()
        return kind, operand
    if not (is_literal(target) and dialect.indexes_json) or field.type in ("boolean", "object"):
        return None
    keys = target.keys if column is None or column.keys is None else column.keys
    document = emitter.document if column is None else dialect.identifier(column.name)
    wanted: Kind = "number" if field.type in ("integer", "number") else "string"
    return wanted, dialect.scalar(document, keys).operands[wanted]
