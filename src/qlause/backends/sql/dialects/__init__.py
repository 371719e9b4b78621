"""The table of dialects: one row for each, and one module of the same name with its class.

To add a dialect:

1. Write its module here: a subclass of ``Dialect`` (``base.py``). Python cannot instantiate one that lacks an
   abstract method; everything else has a default, which the dialect overrides where the engine differs.
2. Add its row to ``DIALECTS`` and its name to ``DialectName``, both below.
3. Write ``engines/<name>.py``, which opens the engine for the tests. They run on every dialect of the table.
4. Write its rows in the tables of ``engines`` and ``tests/engines/sql`` that ``CONTRIBUTING.md`` lists.
5. Write ``docs/<name>.md``, and run ``python docs/make_dialects.py`` for the table of dialects in ``docs/sql.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Final, Literal, NamedTuple, TypeAlias

from ..paramstyles import STYLES, ParamStyle
from .base import Dialect

__all__ = ["DIALECTS", "DialectName", "DialectRow", "dialect_named"]

DialectName: TypeAlias = Literal["sqlite", "postgresql", "mariadb", "mysql", "duckdb", "clickhouse", "spark"]
"""The names of the dialects, for type checkers, which cannot read the table."""


class DialectRow(NamedTuple):
    """What is known of a dialect before its module is loaded."""

    engine: str
    """The engine's name as people write it. The class of the dialect has the same name."""
    oldest: str
    """The oldest version of the engine that takes the SQL."""
    drivers: Mapping[str, ParamStyle]
    """The modules that reach the engine, the usual one first, and the paramstyle that each takes."""
    extra: str | None = None
    """The extra of pyproject.toml that installs a driver."""
    in_orms: bool = False
    """Whether SQLAlchemy or Django can be connected to the engine."""

    @property
    def paramstyle(self) -> ParamStyle:
        """What the usual driver takes, and so the default."""
        return next(iter(self.drivers.values()))


DIALECTS: Final[Mapping[DialectName, DialectRow]] = {
    "sqlite": DialectRow("SQLite", "3.38", {"sqlite3": "qmark"}, in_orms=True),
    "postgresql": DialectRow("PostgreSQL", "12", {"psycopg": "format", "asyncpg": "numeric_dollar"}, in_orms=True),
    "mariadb": DialectRow("MariaDB", "10.10", {"pymysql": "format"}, in_orms=True),
    "mysql": DialectRow("MySQL", "8.0.17", {"pymysql": "format"}, in_orms=True),
    "duckdb": DialectRow("DuckDB", "1.3", {"duckdb": "qmark"}, in_orms=True),
    "clickhouse": DialectRow(
        "ClickHouse", "25.8", {"clickhouse_connect": "clickhouse", "chdb": "clickhouse_text"}, extra="clickhouse"
    ),
    "spark": DialectRow("Spark", "4.0", {"pyspark": "named"}, extra="spark"),
}
"""Every dialect by its name."""


@lru_cache(maxsize=64)
def dialect_named(name: DialectName, paramstyle: ParamStyle | None = None) -> Dialect:
    """The dialect of a name. Without a paramstyle, it takes that of the usual driver.

    Raises ValueError if there is no such dialect or paramstyle.
    """
    if name not in DIALECTS:
        raise ValueError(f"there is no dialect {name!r}; there are {', '.join(DIALECTS)}")
    if paramstyle is not None and paramstyle not in STYLES:
        raise ValueError(f"there is no paramstyle {paramstyle!r}; there are {', '.join(STYLES)}")
    row = DIALECTS[name]
    dialect_class: type[Dialect] = getattr(import_module(f".{name}", __name__), row.engine)
    return dialect_class(paramstyle or row.paramstyle)
