"""``qlause explain``: what a query means, step by step, and what each backend makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pprint import pformat
from typing import Final, get_args

from ... import mongo, python, sql
from ...errors import QlauseError, escape_text
from ..arguments import Arguments
from ..output.trees import bound_tree, describe_fields, describe_sort, draw, query_tree
from ..request import Request, read_request

__all__ = ["BACKENDS", "run"]


def run(arguments: Arguments) -> int:
    """Print the explanation. The exit status is 0."""
    request = read_request(arguments)
    for title, lines in _sections(request):
        print(title)
        for line in lines:
            print(f"  {line}")
        print()
    return 0


def _sections(request: Request) -> Iterator[tuple[str, Iterator[str]]]:
    yield "canonical text", _canonical(request)
    yield "as it was read", draw(query_tree(request.query))
    yield "what it selects", draw(bound_tree(request.bound_query))
    if request.bound_sort is not None:
        yield "how it sorts", describe_sort(request.bound_sort)
    if not request.whole:
        yield "what it keeps of a document", describe_fields(request.bound_fields)
    for name, explain in BACKENDS:
        yield f"backend {name}", _of_backend(explain, request)


def _canonical(request: Request) -> Iterator[str]:
    yield f"q: {escape_text(str(request.query))}"
    if request.sort is not None:
        yield f"sort: {escape_text(str(request.sort))}"
    if request.fields.paths:
        yield f"fields: {escape_text(str(request.fields))}"


def _of_backend(explain: Callable[[Request], str], request: Request) -> Iterator[str]:
    try:
        text = explain(request)
    except QlauseError as error:
        text = f"refuses: {error.pretty()}"
    yield from text.splitlines()


def _python(request: Request) -> str:
    python.predicate(request.query, **request.query_options)
    lines = [
        "predicate(q): a function of one document, a dict, that gives True or False. It walks the dicts and lists",
        "to each path above, makes the cheapest tests first, and stops as soon as the answer is known.",
    ]
    if request.sort is not None:
        python.sort_key(request.sort, **request.sort_options)
        lines.append("sort_key(sort): a key for sorted(), in the order above; what is of another type comes last.")
    if not request.whole:
        python.projector(request.fields, **request.fields_options)
        lines.append("projector(fields): a function of one document that gives a dict of what is kept, in its order.")
    return "\n".join(lines)


def _mongo(request: Request) -> str:
    lines = [f"filter: {pformat(mongo.filter(request.query, **request.query_options), sort_dicts=False)}"]
    if request.sort is not None:
        lines.append(f"sort: {mongo.sort(request.sort, **request.sort_options)}")
    if not request.whole:
        lines.append(f"projection: {mongo.projection(request.fields, **request.fields_options)}")
    return "\n".join(lines)


def _sql(dialect: sql.DialectName, request: Request) -> str:
    parts = [("WHERE", sql.where(request.query, dialect, **request.query_options))]
    if request.sort is not None:
        parts.append(("ORDER BY", sql.order_by(request.sort, dialect, **request.sort_options)))
    shown = (f"{word} {part.text}\n   with {escape_text(repr(part.params))}" for word, part in parts)
    return "\n".join(shown)


BACKENDS: Final[list[tuple[str, Callable[[Request], str]]]] = [
    ("python", _python),
    ("mongo", _mongo),
    *((f"sql {dialect}", partial(_sql, dialect)) for dialect in get_args(sql.DialectName)),
]
"""Each backend with what it says about a request, or the QlauseError with which it refuses it."""
