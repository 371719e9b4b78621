"""MySQL 8.0.17 or later: MariaDB's expressions over JSON that is parsed when it is stored, with MySQL's collations."""

from __future__ import annotations

from typing import ClassVar

from ..parts import Sql, raw
from .mariadb import MariaDB

__all__ = ["MySQL"]


class MySQL(MariaDB):
    """The expressions of MySQL."""

    name: ClassVar[str] = "mysql"
    natives: ClassVar[frozenset[str]] = frozenset({"date-time", "date", "time"})
    by_code_point: ClassVar[str] = "utf8mb4_0900_bin"
    with_letters: ClassVar[str] = "utf8mb4_0900_ai_ci"
    number_types: ClassVar[str] = "'INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'"

    def path_finds(self, key: str) -> bool:
        return True

    def json_boolean(self, name: str) -> Sql:
        return raw(f"CAST('{name}' AS JSON)")
