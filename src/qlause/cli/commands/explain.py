"""``qlause explain``: what a query means, step by step, and what each backend makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pprint import pformat
from typing import Final, get_args

from ... import mongo, python, sql
from ...errors import QlauseError, did_you_mean, escape_text, shorten
from ...syntax.diagnosis.notes import notes
from ..arguments import Arguments, UsageError
from ..exit_status import ExitStatus
from ..output.descriptions import describe_fields, describe_meaning, describe_sort, describe_syntax
from ..output.sql_layout import laid_out
from ..request import Request, read_request

__all__ = ["BACKENDS", "explanation", "run"]

_ALL: Final = "all"


def run(arguments: Arguments) -> ExitStatus:
    """Print the explanation."""
    known = [name for name, _ in BACKENDS]
    if arguments.backend is not None and arguments.backend not in (*known, _ALL):
        hint = did_you_mean(arguments.backend, known) or f"there are {', '.join(known)}"
        raise UsageError(f"there is no backend {shorten(arguments.backend)}; {hint}")
    for line in explanation(read_request(arguments), arguments.backend):
        print(escape_text(line))
    return ExitStatus.OK


def explanation(request: Request, backend: str | None = None) -> Iterator[str]:
    """The lines of the explanation: sections with a title, each followed by an empty line.

    ``backend`` is the one to show; "all" shows each.
    """
    for title, lines in _sections(request, backend):
        yield title
        yield from (f"  {line}" for line in lines)
        yield ""


def _sections(request: Request, backend: str | None) -> Iterator[tuple[str, Iterator[str]]]:
    yield "canonical text", _canonical_texts(request)
    found = notes(request.query)
    if found:
        yield "notes", iter(found)
    yield "syntax tree", describe_syntax(request.query).lines()
    yield "what it selects", describe_meaning(request.bound_query).lines()
    if request.bound_sort is not None:
        yield "how it sorts", describe_sort(request.bound_sort)
    if not request.returns_whole_documents:
        yield "what it returns of a document", describe_fields(request.bound_fields)
    if backend is None:
        yield "backends", _backends(request)
    for name, compile_request in BACKENDS:
        if backend in (name, _ALL):
            yield f"backend {name}", _compiled(compile_request, request)


def _backends(request: Request) -> Iterator[str]:
    """Which backends can run the request, and why others cannot."""
    refusals = {name: _refusal(compile_request, request) for name, compile_request in BACKENDS}
    yield f"it runs on {', '.join(name for name, refusal in refusals.items() if refusal is None)}"
    for name, refusal in refusals.items():
        if refusal is not None:
            yield f"{name}: {refusal}"
    yield "--backend NAME shows what one of them gets"


def _refusal(compile_request: Callable[[Request], str], request: Request) -> str | None:
    """Why a backend does not run a request; None if it does."""
    try:
        compile_request(request)
    except QlauseError as error:
        return f"not supported: {error.message}"
    except ImportError as error:
        return f"not available: {error}"
    return None


def _canonical_texts(request: Request) -> Iterator[str]:
    yield f"q: {request.query}"
    if request.sort is not None:
        yield f"sort: {request.sort}"
    if request.fields.paths:
        yield f"fields: {request.fields}"


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
    return "\n".join(
        "\n".join((keyword, *(f"  {line}" for line in laid_out(part.text)), f"  with {part.params!r}"))
        for keyword, part in parts
    )


BACKENDS: Final[list[tuple[str, Callable[[Request], str]]]] = [
    ("python", _python),
    ("mongo", _mongo),
    *((dialect, partial(_sql, dialect)) for dialect in get_args(sql.DialectName)),
]
"""Each backend, with a function that shows what it compiles a request to or raises the error with which it refuses."""
