"""Texts that mean something to databases, drivers and templates, and queries about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from qlause import Path, Query
from qlause import field as named
from qlause.syntax.query_builder import FieldBuilder

HOSTILE: Final = (
    *(
        "'",
        "''",
        '"',
        '""',
        "\\",
        "\\'",
        "\\\\'",
        "`",
        "%",
        "%%",
        "_",
        "%s",
        "%(p1)s",
        "?",
        "??",
        ":x",
        ":p1",
        "$1",
        "$$",
    ),
    *("--", "-- ", "/*", "*/", "#", ";", "'; DROP TABLE documents; --", "' OR '1'='1", '" OR ""="', "') OR 1=1 --"),
    *("$", "$.a", "$[*]", "$.*", "*", "[*]", "**", "@", "@.a", "? (@ == 1)", '"x" ? (1 == 1)', "a.b", "a/b", "~1", "~"),
    *(
        "{}",
        "{0}",
        "{{",
        "[a-z]",
        "^",
        ".*",
        "(",
        ")",
        "x'00'",
        "0x00",
        "\x01",
        "\x08",
        "\n",
        "\r\n",
        "\t",
        "\x1a",
        "\x7f",
    ),
    *("é", "İ", "\u212a", "😀", "\u2028", "\ufeff", "\u202e", "’", "＇", "x" * 1_000, "é" * 900, "😀" * 500),
    *(
        "NULL",
        "null",
        "true",
        "1",
        "1.0",
        "NaN",
        "N'x'",
        "E'\\''",
        "U&'\\0027'",
        "q",
        "qv",
        "qc",
        "qe0",
        "doc",
        "documents",
    ),
)
"""None is a key of digits only but "1", which no path may name."""
KEYS: Final = tuple(text for text in HOSTILE if not text.isdigit())


def field(*keys: str) -> FieldBuilder:
    return named(Path(keys))


def queries_about(key: str, value: str) -> Iterator[Query]:
    name = field(key)
    for test in (
        name.equals(value),
        name >= value,
        name.contains(value),
        name.starts_with(value),
        name.ends_with(value),
    ):
        yield from (test, ~test)
    yield name.exists()
