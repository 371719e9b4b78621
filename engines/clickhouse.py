"""ClickHouse as chDB, which runs in this process."""

from __future__ import annotations

import atexit
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from qlause.backends.sql.clickhouse_params import as_text

from .database import Database
from .missing import import_optional

__all__ = ["DRIVER", "new_session", "open_database"]

DRIVER: Final = "chdb"


def new_session() -> Any:
    """A session of chDB. Raises NotInstalledError without chDB."""
    return import_optional("chdb.session", "clickhouse", "pip install chdb").Session()


def open_database() -> Database:
    """An empty database. Raises NotInstalledError without chDB."""
    session = new_session()
    atexit.register(session.close)

    def execute(text: str, params: Any) -> list[tuple[Any, ...]]:
        texts = {name: as_text(value) for name, value in dict(params).items()}
        answer = session.query(text, "JSONCompactEachRowWithNamesAndTypes", params=texts).bytes().decode()
        lines = [json.loads(line) for line in answer.split("\n") if line]
        readers = [_reader(kind) for kind in lines[1]] if lines else []
        return [tuple(read(cell) for read, cell in zip(readers, line, strict=True)) for line in lines[2:]]

    def execute_many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        lines = "\n".join([json.dumps(row, default=_as_text) for row in rows])
        session.query(f"{text.partition(' VALUES ')[0]} FORMAT JSONCompactEachRow {lines}")

    return Database("clickhouse", execute, execute_many, "String", "?", "ENGINE = MergeTree ORDER BY tuple()")


def _reader(kind: str) -> Callable[[Any], Any]:
    """Makes a Python value of a JSON value, for one type of ClickHouse."""
    name = kind.removeprefix("Nullable(")
    for start, read in (("DateTime", _utc), ("Date", date.fromisoformat), ("Time", time.fromisoformat), ("UUID", UUID)):
        if name.startswith(start):
            return lambda cell: None if cell is None else read(cell)
    return lambda cell: cell


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)


def _as_text(value: Any) -> str:
    """A value that JSON lacks, as ClickHouse reads it."""
    if not isinstance(value, datetime):
        return str(value)
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}"
