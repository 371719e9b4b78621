"""Spark: one session a process, in local mode, asked in few jobs.

Each statement takes Spark a good part of a second, and each job another. So tables are views of literal rows, and one
statement asks many conditions of a table. The session has settings that differ from the defaults.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from qlause.backends.sql.compiler import fragment_of
from qlause.backends.sql.dialects import dialect_named
from qlause.backends.sql.parts import raw
from qlause.sql import Fragment

from .database import Database
from .missing import NotInstalledError, import_optional

__all__ = ["DRIVER", "Spark", "open_database", "session"]

DRIVER: Final = "pyspark"

_CONDITIONS: Final = 60  # conditions of one statement
_SETTINGS: Final[Mapping[str, str]] = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.log.level": "ERROR",
}


@cache
def session() -> Any:
    """The session of this process. Raises NotInstalledError without pyspark or Java."""
    remedy = "pip install 'pyspark>=4.0', and Java 17, as in apt-get install openjdk-17-jre-headless"
    spark_sql = import_optional("pyspark.sql", "spark", remedy)
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise NotInstalledError("spark", remedy)
    folder = tempfile.mkdtemp(prefix="qlause-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = spark_sql.SparkSession.builder.master("local[2]").config("spark.sql.warehouse.dir", folder)
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    created = builder.getOrCreate()
    atexit.register(created.stop)
    return created


class Spark(Database):
    """The session as a database. It remembers the answers about a table until the table is filled anew."""

    def __init__(self, json_type: str) -> None:
        self.session = session()
        self.answers: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        super().__init__("spark", self.rows, self.refused, json_type, "?")

    def rows(self, text: str, params: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        return [tuple(row) for row in self.session.sql(text, args=params or None).collect()]

    def refused(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """There are no tables to insert into."""
        raise NotImplementedError(text)  # no test inserts into a table of Spark

    def fill_table(self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Replace a view of literal rows."""
        cells = ", ".join(_cell(kind) for kind in columns.values())
        names = ", ".join(f"`{column}`" for column in columns)
        values = ", ".join([f"({cells})"] * max(1, len(rows)))
        params = [_param(cell) for row in rows or [[None] * len(columns)] for cell in row]
        text = f"SELECT * FROM VALUES {values} AS t({names}) {'' if rows else 'WHERE false'}"
        self.session.sql(text, args=params).createOrReplaceTempView(name)
        self.answers.clear()

    def stored(self, table: str) -> dict[int, Any]:
        """The documents of a table, by the ids of their rows."""
        return dict(self.asked(table, [fragment_of(dialect_named("spark"), raw("doc"))], "{}")[0])

    def selected(self, table: str, conditions: Sequence[Fragment]) -> list[list[int]]:
        """The ids of the rows that each condition selects."""
        answers = self.asked(table, conditions, "({})")
        return [[key for key, selected in answer if selected] for answer in answers]

    def ordered(self, table: str, orders: Sequence[Fragment]) -> list[list[int]]:
        """The ids of all rows in each order."""
        answers = self.asked(table, orders, "row_number() OVER (ORDER BY {})")
        return [[key for key, _ in sorted(answer, key=lambda pair: pair[1])] for answer in answers]

    def paged(self, table: str, pages: Sequence[tuple[Fragment, Fragment]]) -> list[list[int]]:
        """The ids of the rows that each condition selects, in the order given with it."""
        selected = self.selected(table, [condition for condition, _ in pages])
        ordered = self.ordered(table, [order for _, order in pages])
        return [[key for key in keys if key in ids] for ids, keys in zip(selected, ordered, strict=True)]

    def asked(self, table: str, fragments: Sequence[Fragment], column: str) -> list[list[tuple[int, Any]]]:
        """The id of each row, and its value of a column that is made of each fragment."""
        by_key = {_key(table, fragment): fragment for fragment in fragments}
        new = [fragment for key, fragment in by_key.items() if key not in self.answers]
        for start in range(0, len(new), _CONDITIONS):
            columns = ["id"]
            params: dict[str, Any] = {}
            for fragment in new[start : start + _CONDITIONS]:
                renumbered = fragment.renumbered(len(params))
                params.update(renumbered.params)
                columns.append(column.format(renumbered.text))
            rows = self.rows(f"SELECT {', '.join(columns)} FROM {table}", params)
            for number, fragment in enumerate(new[start : start + _CONDITIONS], 1):
                self.answers[_key(table, fragment)] = [(row[0], row[number]) for row in rows]
        return [self.answers[_key(table, fragment)] for fragment in fragments]


@cache
def open_database(json_type: str = "STRING") -> Spark:
    """The session as a database, its JSON STRING or VARIANT. Raises NotInstalledError without pyspark or Java."""
    return Spark(json_type)


def _key(table: str, fragment: Fragment) -> tuple[str, str]:
    return table, repr((fragment.text, fragment.params))


def _cell(kind: str) -> str:
    text = "CAST(? AS STRING)"
    if kind == "VARIANT":
        return f"parse_json({text})"
    return f"from_json({text}, '{kind}')" if kind.startswith(("ARRAY", "STRUCT")) else f"CAST({text} AS {kind})"


def _param(cell: Any) -> bytes | None:
    """A cell as its bytes, which no setting changes."""
    if cell is None:
        return None
    return (json.dumps(cell) if isinstance(cell, (list, dict)) else str(cell)).encode()
