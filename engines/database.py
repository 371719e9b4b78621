"""One interface to every SQL engine: fill a table, ask a statement."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qlause.sql import DialectName, Fragment, ParamStyle

__all__ = ["Database", "joined_params"]


@dataclass
class Database:
    """One open database."""

    dialect: DialectName
    execute: Callable[[str, Any], list[tuple[Any, ...]]]
    """Runs a statement, with parameters as the usual driver takes them, and returns its rows."""
    execute_many: Callable[[str, Sequence[Sequence[Any]]], None]
    """Runs a statement once for each of several rows of parameters."""
    json_type: str
    placeholder: str
    """What stands for a parameter in a statement of the tests."""
    table_options: str = ""
    """What follows the columns in CREATE TABLE."""
    paramstyle: ParamStyle | None = None
    """The paramstyle that ``execute`` takes; None: that of the usual driver."""
    loaded: object = None
    """The documents that the table of the conformance cases holds now."""

    def fill_table(self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Replace a table: the SQL type of each column, and the rows."""
        quote = "`" if self.dialect in ("mariadb", "mysql") else '"'
        self.execute(f"DROP TABLE IF EXISTS {name}", ())
        definitions = ", ".join(f"{quote}{column}{quote} {kind}" for column, kind in columns.items())
        self.execute(f"CREATE TABLE {name} ({definitions}) {self.table_options}", ())
        if rows:
            placeholders = ", ".join([self.placeholder] * len(columns))
            self.execute_many(f"INSERT INTO {name} VALUES ({placeholders})", rows)

    def fill_documents(self, documents: Sequence[Mapping[str, Any]], name: str = "documents") -> None:
        """Replace a table of documents: ``id`` and ``doc``, as JSON; in every other one all but ASCII is escaped."""
        rows = [
            (document["id"], json.dumps(document, ensure_ascii=bool(number % 2)))
            for number, document in enumerate(documents)
        ]
        self.fill_table(name, {"id": "BIGINT", "doc": self.json_type}, rows)

    def stored(self, table: str) -> dict[int, Any]:
        """The documents of a table, as the driver returns them, by the ids of their rows."""
        return dict(self.execute(f"SELECT id, doc FROM {table}", ()))

    def selected(self, table: str, conditions: Sequence[Fragment]) -> list[list[int]]:
        """The ids of the rows that each condition selects."""
        statements = [(f"SELECT id FROM {table} WHERE {each.text}", each.params) for each in conditions]
        return [[row[0] for row in self.execute(*statement)] for statement in statements]

    def ordered(self, table: str, orders: Sequence[Fragment]) -> list[list[int]]:
        """The ids of all rows in each order."""
        statements = [(f"SELECT id FROM {table} ORDER BY {each.text}", each.params) for each in orders]
        return [[row[0] for row in self.execute(*statement)] for statement in statements]

    def paged(self, table: str, pages: Sequence[tuple[Fragment, Fragment]]) -> list[list[int]]:
        """The ids of the rows that each condition selects, in the order given with it."""
        ids = []
        for condition, order in pages:
            order = order.renumbered(len(condition.params))
            text = f"SELECT id FROM {table} WHERE {condition.text} ORDER BY {order.text}"
            ids.append([row[0] for row in self.execute(text, joined_params(condition, order))])
        return ids


def joined_params(first: Fragment, second: Fragment) -> Any:
    """The parameters of two fragments of one statement, of which the second is renumbered."""
    if isinstance(first.params, Mapping):
        return {**first.params, **dict(second.params)}
    return (*first.params, *second.params)
