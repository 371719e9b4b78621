"""Questions to the sample table: each in qlause's language, and as a condition written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from qlause.sql import DialectName

__all__ = ["POSTGRESQL_NAME", "Question", "questions"]

_LISTED: Final = tuple(f"C{10000000 + 7919 * n % 50021}" for n in range(1, 101))
_LIKE: Final = {"prefix": "{} LIKE ?", "folded prefix": "{} LIKE ?", "contains": "{} LIKE ?"}
_BOUNDS: Final = {"prefix": "{0} >= ? AND {0} < ?", "folded prefix": "{0} >= ? AND {0} < ?", "contains": "{} LIKE ?"}


class Question(NamedTuple):
    """One meaning."""

    place: str
    """Whether it is about columns or values in JSON."""
    test: str
    q: str
    by_hand: str
    params: tuple[Any, ...]


class _Asked(NamedTuple):
    field: str
    test: str
    by_hand: str
    params: tuple[Any, ...]


_TESTS: Final[Mapping[str, _Asked]] = {
    "text": _Asked("code", "C10007919", "{} = ?", ("C10007919",)),
    "one of 3 texts": _Asked("code", f"({','.join(_LISTED[:3])})", "{} IN (?, ?, ?)", _LISTED[:3]),
    "one of 100 texts": _Asked(
        "code", f"({','.join(_LISTED)})", f"{{}} IN ({', '.join(['?'] * len(_LISTED))})", _LISTED
    ),
    "range of texts": _Asked("code", "(>=C1000790 AND <C1000795)", "{0} >= ? AND {0} < ?", ("C1000790", "C1000795")),
    "number": _Asked("qty", "11935", "{} = ?", (11935,)),
    "one of 3 numbers": _Asked("qty", "(11935,23870,35805)", "{} IN (?, ?, ?)", (11935, 23870, 35805)),
    "range of numbers": _Asked("qty", "(>=11900 AND <12000)", "{0} >= ? AND {0} < ?", (11900, 12000)),
    "range of date-times": _Asked(
        "at", "(>=2023-05-01T00:00:00Z AND <2023-05-01T08:00:00Z)", "{0} >= ? AND {0} < ?", ()
    ),
    "prefix": _Asked("code", "~^C100079", "", ("C100079%",)),
    "folded prefix": _Asked("name", '~^"ADAMS Anna 10"', "", ("adams anna 10%",)),
    "contains": _Asked("name", "~4242", "", ("%4242%",)),
}
POSTGRESQL_NAME: Final = (  # lower() alone would not be the same meaning
    "replace(lower(replace(doc -> 'data' ->> 'name', 'İ', 'i') COLLATE \"und-x-icu\"), 'ς', 'σ')"
)
# What stands in a statement by hand for each field; the name is folded.
_EXPRESSIONS: Final[Mapping[tuple[DialectName, str], Mapping[str, str]]] = {
    **{
        (dialect, "column"): {"code": "code", "qty": "qty", "at": "made_at", "name": "name_fold"}
        for dialect in ("sqlite", "postgresql", "mariadb", "mysql", "duckdb")
    },
    ("sqlite", "JSON"): {
        **{name: f"json_extract(doc, '$.data.{name}')" for name in ("code", "qty", "at")},
        "name": "json_extract(doc, '$.data.name') COLLATE NOCASE",
    },
    ("postgresql", "JSON"): {
        "code": "doc -> 'data' ->> 'code'",
        "qty": "(doc -> 'data' ->> 'qty')::integer",
        "at": "doc -> 'data' ->> 'at'",
        "name": POSTGRESQL_NAME,
    },
    **{  # generated columns
        (dialect, "JSON"): {"code": "data_code", "qty": "data_qty", "at": "data_at"} for dialect in ("mariadb", "mysql")
    },
    ("duckdb", "JSON"): {
        "code": "doc ->> '$.data.code'",
        "qty": "CAST(doc ->> '$.data.qty' AS BIGINT)",
        "at": "doc ->> '$.data.at'",
        "name": "lower(doc ->> '$.data.name')",
    },
}
_TEXT_BOUNDS: Final = ("2023-05-01T00:00:00.000Z", "2023-05-01T08:00:00.000Z")
_INSTANTS: Final[Mapping[DialectName, tuple[str, str]]] = {
    "postgresql": ("2023-05-01 00:00:00+00", "2023-05-01 08:00:00+00"),
    "mariadb": ("2023-05-01 00:00:00", "2023-05-01 08:00:00"),
    "mysql": ("2023-05-01 00:00:00", "2023-05-01 08:00:00"),
    "duckdb": ("2023-05-01 00:00:00+00", "2023-05-01 08:00:00+00"),
}


def questions(dialect: DialectName) -> Iterator[Question]:
    """The questions for an engine: of columns, then of values in JSON, as far as statements by hand find them."""
    for place, prefix in (("column", ""), ("JSON", "data.")):
        for name, asked in _TESTS.items():
            if asked.field not in _EXPRESSIONS[dialect, place]:
                continue
            text = asked.by_hand or (_BOUNDS if dialect == "sqlite" else _LIKE)[name]
            params = asked.params
            if asked.field == "at":
                params = _INSTANTS.get(dialect, _TEXT_BOUNDS) if place == "column" else _TEXT_BOUNDS
            elif text == _BOUNDS["prefix"] and not asked.by_hand:
                params = (params[0][:-1], params[0][:-2] + chr(ord(params[0][-2]) + 1))
            expression = _EXPRESSIONS[dialect, place][asked.field]
            if dialect in ("postgresql", "mariadb", "mysql"):
                text = text.replace("?", "%s")
            yield Question(place, name, f"{prefix}{asked.field}:{asked.test}", text.format(expression), params)
