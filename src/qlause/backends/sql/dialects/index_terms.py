"""What an engine can index."""

from __future__ import annotations

from typing import ClassVar

from ....bound.nodes import Kind
from ..parts import Sql, sql
from .comparison import Comparison
from .operands import Operand

__all__ = ["IndexTerms"]


class IndexTerms(Comparison):
    """Parts of index DDL. All have a default."""

    indexes_json: ClassVar[bool] = False
    """Whether an index can be made of a path in JSON."""

    def index_terms(self, kind: Kind, operand: Operand, never_null: bool = False) -> list[Sql]:
        """What indexes are made of for equality, ranges and sorts: the text after the name of the table."""
        return [sql("({})", operand.text)]

    def contains_terms(self, operand: Operand) -> list[Sql]:
        """What indexes are made of for ``~`` under the fold."""
        return []

    def folded_terms(self, name: Sql) -> list[Sql]:
        """What indexes are made of for the column that holds another under the fold."""
        return self.index_terms("string", Operand(name, column=True))

    def folded_column(self, table: Sql, name: Sql, operand: Operand) -> list[Sql]:
        """The statement that adds the column which holds another under the fold; none where the engine cannot."""
        template = "ALTER TABLE {} ADD COLUMN {} TEXT GENERATED ALWAYS AS ({}) STORED"
        return [sql(template, table, name, self.fold(operand.text))]

    def document_index(self, table: Sql, document: Sql) -> list[Sql]:
        """The statement that makes the index of a whole document; none where the engine has no such index."""
        return []

    def with_prerequisites(self, statements: list[str]) -> list[str]:
        """The statements, after those that they need."""
        return statements
