"""Files of the command line: any bytes are read or reported, and how they arrive in chunks changes nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from qlause import bind, python
from qlause.backends.python.prefilter import Prefilter
from qlause.cli.input.byte_stream import ByteStream
from qlause.cli.input.csv_reader import read_csv
from qlause.cli.input.csv_table import CsvOptions
from qlause.cli.input.json_reader import read_json
from qlause.cli.input.ndjson_reader import read_ndjson
from qlause.cli.input.reader import LocatedDocuments, ReadContext, exact_document

__all__ = ["check"]

_QUERIES: Final = ("a:x OR b:~^é OR a.b:>1", 'a:~"x"')
_CHUNKS: Final = (3, 1 << 16)
_OTHERS: Final = b'{"q":0}\n' * 600
"""Lines that match nothing: only where there are many is a prefilter worth its while."""


class _Read(NamedTuple):
    """What a reader gave."""

    documents: list[tuple[int, str]]
    problems: list[tuple[int | None, str]]


def check(data: bytes) -> None:
    """Read the bytes in each format, in chunks of several sizes."""
    for read in (_ndjson, _json, _records, _csv, _csv_of_text):
        whole = _all_of(read, data, _CHUNKS[-1], None)
        for size in _CHUNKS[:-1]:
            assert _all_of(read, data, size, None) == whole, (read.__name__, size)
    _check_ndjson(data)
    for query in _QUERIES:
        matches = python.predicate(query)
        expected = _all_of(_ndjson, _OTHERS + data, _CHUNKS[-1], matches)
        found = _all_of(_ndjson, _OTHERS + data, _CHUNKS[-1], matches, Prefilter(bind(query).root))
        assert found.documents == expected.documents, query


def _check_ndjson(data: bytes) -> None:
    """Lines that the standard library reads as an object are that object."""
    found = dict(_all_of(_ndjson, data, _CHUNKS[-1], None).documents)
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            document = json.loads(line.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict) and number in found and not _has_awkward_numbers(document):
            assert json.loads(found[number]) == json.loads(json.dumps(document)), number


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _has_awkward_numbers(value: Any) -> bool:
    """Whether there is a number that two readers may round or refuse differently."""
    if isinstance(value, dict | list):
        return any(map(_has_awkward_numbers, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) or (isinstance(value, int) and abs(value) > 2**53)


def _all_of(
    read: Callable[[ByteStream, ReadContext], LocatedDocuments],
    data: bytes,
    size: int,
    matches: Callable[[Any], bool] | None,
    prefilter: Prefilter | None = None,
) -> _Read:
    source = io.BytesIO(data)
    problems: list[tuple[int | None, str]] = []
    context = ReadContext(
        report=lambda line, problem: problems.append((line, problem)),
        warn=lambda *_warning: None,
        matches=matches or (lambda _document: True),
        prefilter=prefilter,
        watch=None,
        begin_table=lambda _table: None,
    )
    documents = []
    for line, text, document in read(ByteStream(lambda wanted: source.read(min(size, wanted))), context):
        exact_document(document, text)
        documents.append((line, json.dumps(document)))
    for place, problem in problems:
        assert place is None or place >= 1
        assert problem
    return _Read(documents, problems)


def _ndjson(stream: ByteStream, context: ReadContext) -> LocatedDocuments:
    return read_ndjson(stream, context)


def _json(stream: ByteStream, context: ReadContext) -> LocatedDocuments:
    return read_json(io.BufferedReader(stream, 16), context)


def _records(stream: ByteStream, context: ReadContext) -> LocatedDocuments:
    return read_json(io.BufferedReader(stream, 1 << 16), context, ("a", "b"))


def _csv(stream: ByteStream, context: ReadContext) -> LocatedDocuments:
    return read_csv(stream, context, _options(is_text=False))


def _csv_of_text(stream: ByteStream, context: ReadContext) -> LocatedDocuments:
    return read_csv(stream, context, _options(is_text=True), "\t")


def _options(*, is_text: bool) -> CsvOptions:
    return CsvOptions(delimiter=None, is_text=is_text, declared=lambda _keys: None, asked=frozenset({("a",), ("b",)}))
