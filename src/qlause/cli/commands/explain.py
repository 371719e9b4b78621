"""``qlause explain``: what a query means, step by step, and what each backend makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pprint import pformat
from typing import Final, get_args

from ... import mongo, python, sql
from ...errors import QlauseError, escape_text
from ..arguments import Arguments
from ..exit_status import ExitStatus
from ..output.descriptions import describe_fields, describe_meaning, describe_sort, describe_syntax
from ..request import Request, read_request

__all__ = ["BACKENDS", "explanation", "run"]


def run(arguments: Arguments) -> ExitStatus:
    """Print the explanation."""
    for line in explanation(read_request(arguments)):
        print(line)
    return ExitStatus.OK


def explanation(request: Request) -> Iterator[str]:
    """The lines of the explanation: sections with a title, each followed by an empty line."""
    for title, lines in _sections(request):
        yield title
        yield from (f"  {line}" for line in lines)
        yield ""


def _sections(request: Request) -> Iterator[tuple[str, Iterator[str]]]:
    yield "canonical text", _canonical_texts(request)
    yield "syntax tree", describe_syntax(request.query).lines()
    yield "what it selects", describe_meaning(request.bound_query).lines()
    if request.bound_sort is not None:
        yield "how it sorts", describe_sort(request.bound_sort)
    if not request.returns_whole_documents:
        yield "what it returns of a document", describe_fields(request.bound_fields)
    for name, compile_request in BACKENDS:
        yield f"backend {name}", _compiled(compile_request, request)


def _canonical_texts(request: Request) -> Iterator[str]:
    yield f"q: {escape_text(str(request.query))}"
    if request.sort is not None:
        yield f"sort: {escape_text(str(request.sort))}"
    if request.fields.paths:
        yield f"fields: {escape_text(str(request.fields))}"


def _compiled(compile_request: Callable[[Request], str], request: Request) -> Iterator[str]:
    try:
        text = compile_request(request)
    except QlauseError as error:
        text = f"not supported: {error.pretty()}"
    except ImportError as error:  # native values of a database need the package of its driver
        text = f"not available: {error}"
    yield from text.splitlines()


def _python(request: Request) -> str:
    python.predicate(request.query, **request.query_options)
    lines = [
        "predicate(q) returns a function that takes a document, a dict, and returns True or False. It follows",
        "the paths above through dicts and lists, runs the cheapest tests first and stops once the result is known.",
    ]
    if request.sort is not None:
        python.sort_key(request.sort, **request.sort_options)
        lines.append("sort_key(sort) returns a key function for sorted(), in the order above.")
    if not request.returns_whole_documents:
        python.projector(request.fields, **request.fields_options)
        lines.append("projector(fields) returns a function that takes a document and returns the part shown above.")
    return "\n".join(lines)


def _mongo(request: Request) -> str:
    lines = [f"filter: {pformat(mongo.filter(request.query, **request.query_options), sort_dicts=False)}"]
    if request.sort is not None:
        lines.append(f"sort: {mongo.sort(request.sort, **request.sort_options)}")
    if not request.returns_whole_documents:
        lines.append(f"projection: {mongo.projection(request.fields, **request.fields_options)}")
    return "\n".join(lines)


def _sql(dialect: sql.DialectName, request: Request) -> str:
    parts = [("WHERE", sql.where(request.query, dialect, **request.query_options))]
    if request.sort is not None:
        parts.append(("ORDER BY", sql.order_by(request.sort, dialect, **request.sort_options)))
    return "\n".join(f"{keyword} {part.text}\n   with {escape_text(repr(part.params))}" for keyword, part in parts)


BACKENDS: Final[list[tuple[str, Callable[[Request], str]]]] = [
    ("python", _python),
    ("mongo", _mongo),
    *((f"sql {dialect}", partial(_sql, dialect)) for dialect in get_args(sql.DialectName)),
]
"""Each backend, with a function that shows what it compiles a request to or raises the error with which it refuses."""
