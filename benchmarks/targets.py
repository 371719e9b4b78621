"""What the figures are to reach, and whether they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from .measure import Row
from .suite import Results

__all__ = ["TARGETS", "verdicts"]


class Target(NamedTuple):
    """A column of some rows of a benchmark, and the most that it may be in any of them."""

    what: str
    benchmark: str
    rows: dict[str, str]
    """What text of a row must be, by column; none for all rows."""
    column: str
    at_most: float


_SQL: Final = ("SQL, SQLite", "SQL, PostgreSQL")
_FROM_TEXT: Final = "from the text : fiql-parser's parse of four clauses"

TARGETS: Final = (
    Target(
        "parse of four clauses : fiql-parser", "parse", {"parser": "fiql-parser"}, "four clauses, qlause : this", 0.9
    ),
    Target(
        "parse of four clauses : the Rust CEL",
        "parse",
        {"parser": "common-expression-language"},
        "four clauses, qlause : this",
        0.333,
    ),
    Target("parse of the simple query : fiql-parser", "parse", {"parser": "fiql-parser"}, "simple, qlause : this", 1.0),
    Target("bind : parse", "compile", {"stage": "bind"}, "stage : parse", 1.0),
    *(Target(f"{stage} : parse", "compile", {"stage": stage}, "stage : parse", 1.0) for stage in _SQL),
    Target("MongoDB filter : parse", "compile", {"stage": "MongoDB filter"}, "stage : parse", 1.0),
    # 150 µs where fiql-parser needs 33
    Target(
        "text to predicate : fiql-parser's parse of four clauses",
        "compile",
        {"query": "four clauses", "stage": "predicate"},
        _FROM_TEXT,
        4.5,
    ),
    # 1 µs where fiql-parser needs 33
    Target(
        "a kept predicate : fiql-parser's parse of four clauses",
        "compile",
        {"stage": "predicate, kept"},
        _FROM_TEXT,
        0.03,
    ),
    Target("a document : by hand", "evaluate", {}, "qlause : by hand", 1.3),
    Target("a document : fastest peer", "evaluate", {}, "qlause : fastest peer", 0.0333),
    Target("a document, list of 10,000 : of 10", "evaluate", {}, "this : list of 10", 1.2),
    *(
        Target(f"with : without {name}", "mechanisms", {"mechanism": name}, "with : without", 0.9)
        for name in ("kept parser steps", "kept statements", "qlause.cached")
    ),
    Target(
        "with : without order of tests by cost, a dear test written first",
        "mechanisms",
        {"mechanism": "order of tests by cost", "query": "an array first"},
        "with : without",
        0.9,
    ),
    Target(
        "with : without the prefilter, selective",
        "mechanisms",
        {"mechanism": "prefilter", "query": "selective"},
        "with : without",
        0.9,
    ),
    Target(
        "with : without the prefilter, unselective",
        "mechanisms",
        {"mechanism": "prefilter", "query": "unselective"},
        "with : without",
        1.1,
    ),
    *(
        Target(
            f"a request through {library} : by hand",
            "requests",
            {"library": library, "structure": "met before"},
            "qlause : by hand",
            1.5,
        )
        for library in ("SQLAlchemy ORM", "SQLAlchemy Core")
    ),
    Target(
        "µs that an endpoint on SQLAlchemy adds",
        "requests",
        {"library": "an endpoint on SQLAlchemy ORM", "structure": "met before"},
        "added µs",
        150.0,
    ),
    Target("parse of 16 times the text", "growth", {}, "16,384 : 1,024", 20.0),
    Target("SQL and MongoDB text of 16 times the query", "size", {}, "256 : 16", 17.0),
    # 20 and 30 ms where the interpreter itself starts in 11
    Target(
        "import qlause : the interpreter's start",
        "start",
        {"step": "import qlause", "of it": ""},
        "this : interpreter",
        1.8,
    ),
    Target(
        "first parse : the interpreter's start",
        "start",
        {"step": "first parse", "of it": ""},
        "this : interpreter",
        2.7,
    ),
    Target("SQL that reads an index : by hand", "sql", {"reads": "index"}, "qlause : by hand", 1.1),
    Target("SQL that reads the table : by hand", "sql", {"reads": "table"}, "qlause : by hand", 1.5),
    Target("a page by a cursor, a total : by hand", "pages", {}, "qlause : by hand", 1.1),
    Target("filter a file : orjson.loads", "bulk", {"documents": "300,000"}, "qlause : orjson.loads", 1.2),
    Target("selective filter : DuckDB", "bulk", {"documents": "300,000", "query": "selective"}, "qlause : DuckDB", 1.0),
)


def verdicts(results: Results) -> Iterator[Row]:
    """One row a target: the worst of what was measured for it, and whether that is within."""
    for target in TARGETS:
        rows = results["benchmarks"].get(target.benchmark, ())
        asked = [row for row in rows if all(row[column] == text for column, text in target.rows.items())]
        found = [row[target.column] for row in asked if row[target.column] is not None]
        worst = max(found, default=None)
        yield {
            "target": target.what,
            "at most": target.at_most,
            "reached": worst,
            "met": "not measured" if worst is None else "yes" if worst <= target.at_most else "no",
        }
