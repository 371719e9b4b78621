"""``qlause serve``: files and tables of databases as list endpoints, with a page to try them."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from ... import __version__
from ...errors import escape_text, shorten
from ...listing.request import ListRequest
from ...schema.schema import Schema
from ...server.app import make_app
from ...server.collection import Collection, ServeError
from ...server.documents import DocumentDatabase, Readers
from ...server.hosting import LOOPBACK_NAMES, bound_socket, is_loopback, stopping_signals
from ...server.hosting import run as run_server
from ..arguments import Arguments, UsageError
from ..exit_status import ExitStatus
from ..input.byte_stream import STANDARD_INPUT, total_size
from ..input.names import expand_names
from ..output.descriptions import describe_meaning, describe_sort
from ..output.problems import MAX_PROBLEMS, Problems
from ..output.sql_layout import laid_out
from ..output.terminal import ProgressBar, print_error
from ..serving.files import FileCollections
from ..serving.names import ForCollections, collection_name, is_url, refuse_repeated

__all__ = ["run"]

_MAX_SHOWN: Final = 40  # fields of an inferred schema
_MAX_NOTES: Final = 12  # fields that one kind of note is about
_INSTANT: Final = "2019-01-06T10:29:30Z"


class _Served(NamedTuple):
    collection: Collection
    notes: list[str]
    """What a person should know about it, a line each."""


def run(arguments: Arguments) -> ExitStatus:
    """Serve until the process is told to stop."""
    for each in stopping_signals():
        if each != signal.SIGINT:
            signal.signal(each, _stop)  # so that the temporary folder is removed
    try:
        with ExitStack() as stack:
            listening = stack.enter_context(bound_socket(arguments.host, arguments.port))
            served = _served(arguments, stack)
            host, port = listening.getsockname()[:2]
            only_here = is_loopback(host)
            app = make_app(
                [each.collection for each in served],
                version=__version__,
                describe=_describe,
                hosts=LOOPBACK_NAMES | {arguments.host} if only_here else None,
            )
            for line in (line for each in served for line in each.notes):
                print_error(escape_text(line))
            if not only_here:
                print_error(
                    f"qlause: open to everybody who can reach {host}:{port}: they can read all of it, without a login"
                )
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            run_server(app, listening, lambda: _announce(served, address))
    except ServeError as error:
        raise UsageError(str(error)) from error
    return ExitStatus.OK


def _stop(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _announce(served: Sequence[_Served], address: str) -> None:
    for collection, _ in served:
        print(f"{address}/{collection.name}")
    print(f"the page: {address}/   OpenAPI: {address}/openapi.json   stop with Ctrl+C", flush=True)


def _served(arguments: Arguments, stack: ExitStack) -> list[_Served]:
    urls = [source for source in arguments.sources if is_url(source)]
    files = expand_names([source for source in arguments.sources if not is_url(source)])
    if STANDARD_INPUT in files:
        raise UsageError("the standard input has no name for its endpoint; give a file")
    if arguments.tables and not urls:
        raise UsageError("--table is for the URL of a database, as in sqlite:///shop.db")
    if arguments.database is not None and not files:
        raise UsageError("--database keeps what is read from files, and there is none")
    file_names = [(collection_name(file), file) for file in files]
    tables = _tables(arguments, urls, stack) if urls else []
    refuse_repeated([*file_names, *((name, source) for name, source, _ in tables)])
    names = [*(name for name, _ in file_names), *(name for name, *_ in tables)]
    schemas = ForCollections("schema", arguments.schemas, names)
    ids = ForCollections("id", arguments.ids, names)
    hidden = ForCollections("hide", arguments.hidden, names)
    served = _of_files(arguments, file_names, (schemas, ids, hidden), stack) if file_names else []
    for name, _, table in tables:
        if schemas.all(name):
            raise UsageError(
                f"--schema is for files; {name} is a table, whose columns say it. --hide takes fields away"
            )
        served.append(_Served(table.collection(ids.one(name), hidden.all(name)), table.notes()))
    return served


def _tables(arguments: Arguments, urls: Sequence[str], stack: ExitStack) -> list[Any]:
    from ..serving.tables import tables_of

    if len(urls) > 1 and arguments.tables:
        raise UsageError("--table is for one database; serve the others in processes of their own")
    return [table for url in urls for table in tables_of(url, arguments, stack)]


def _of_files(
    arguments: Arguments,
    files: Sequence[tuple[str, str]],
    options: tuple[ForCollections, ForCollections, ForCollections],
    stack: ExitStack,
) -> list[_Served]:
    schemas, ids, hidden = options
    path = Path(stack.enter_context(_folder()), "data") if arguments.database is None else Path(arguments.database)
    database = DocumentDatabase(path)
    readers = Readers(path, arguments.seconds)
    stack.callback(readers.close)
    progress = ProgressBar(total_size([file for _, file in files]), shown=True)
    problems = Problems(progress, strict=False, limit=MAX_PROBLEMS)
    maker = FileCollections(arguments, database, readers, problems, progress)
    try:
        with progress:
            return [
                _Served(collection, list(_notes(collection, file, facts, is_given=schemas.one(name) is not None)))
                for name, file in files
                for collection, facts in [
                    maker.collection(file, name, schemas.one(name), ids.one(name), hidden.all(name))
                ]
            ]
    finally:
        database.close()


def _notes(collection: Collection, file: str, facts: dict[str, Any], *, is_given: bool) -> Iterator[str]:
    yield f"{collection.name}: {facts['documents']:,} documents of {shorten(file, 200)}"
    if facts["left_out"]:
        yield f"  {facts['left_out']:,} could not be read and are left out"
    if facts["unreachable"]:
        yield f"  no query can name {', '.join(facts['unreachable'][:12])}, so these fields are left out"
    for field in facts["as_text"][:_MAX_NOTES]:
        yield f"  {field}: compared as text, as not all of its date-times are in UTC, as {_INSTANT} is"
    for field, (count, example) in list(facts["never_found"].items())[:_MAX_NOTES]:
        yield (
            f"  {field}: no comparison finds {count:,} of its values, such as {shorten(example)}:"
            f" a date-time is compared by time where it is in UTC, as {_INSTANT} is"
        )
    if facts["numbered"]:
        yield f"  no id tells its items apart, so their number does: the field {facts['unique']}"
    if not is_given:
        yield "  the schema is inferred; qlause schema infer prints it, to be changed and given to --schema:"
        yield from _shown(collection.listing.schema)


def _shown(schema: Schema) -> Iterator[str]:
    """The fields of a schema, one a line."""
    fields = [(str(path), field) for path, field in schema if field.public and field.type != "object"]
    width = max((len(path) for path, _ in fields[:_MAX_SHOWN]), default=0)
    for path, field in fields[:_MAX_SHOWN]:
        details = ", ".join((*field.values, *field.languages))
        several = " (several)" * field.array
        yield f"    {path:{width}}  {field.type}{several}{': ' * bool(details)}{details}"
    if len(fields) > _MAX_SHOWN:
        yield f"    and {len(fields) - _MAX_SHOWN} more"


@contextmanager
def _folder() -> Iterator[str]:
    """A temporary folder for what was read."""
    with tempfile.TemporaryDirectory(prefix="qlause-", ignore_cleanup_errors=sys.platform == "win32") as folder:
        yield folder


def _describe(request: ListRequest, statement: str) -> dict[str, Any]:
    """A request as the page explains it."""
    return {
        "selects": list(describe_meaning(request.query).lines()),
        "sorts": list(describe_sort(request.sort)),
        "sql": laid_out(statement),
    }
