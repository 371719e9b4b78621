"""All documents of a file, whole, for what needs no query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from ...schema.schema import Schema
from ..arguments import Arguments
from ..output.problems import Problems
from ..request import one_path
from .csv_table import CsvOptions
from .csv_types import declared_cell_types
from .formats import FormatOptions, asked_format, read_documents
from .json_codec import Document, JsonError, encode_json
from .reader import ReadContext, exact_document

__all__ = ["WholeDocument", "whole_documents"]


class WholeDocument(NamedTuple):
    """A document, with its numbers as they are written, and its JSON text."""

    document: Document
    text: bytes


def whole_documents(
    file: str,
    arguments: Arguments,
    schema: Schema | None,
    problems: Problems,
    *,
    count_bytes: Callable[[int], None],
) -> Iterator[WholeDocument]:
    """The documents of a file. What cannot be read is reported, as are cells that are not of their declared type."""
    options = FormatOptions(
        input_format=asked_format(arguments),
        encoding=arguments.encoding,
        records=() if arguments.records is None else one_path("records", arguments.records).segments,
        csv=partial(
            CsvOptions,
            delimiter=arguments.delimiter,
            is_text=arguments.text,
            declared=declared_cell_types(schema),
            asked=frozenset() if schema is None else frozenset({()}),  # every column, so that its type is checked
        ),
    )
    if arguments.encoding is not None:
        from .encodings import check_encoding

        check_encoding(arguments.encoding)
    report = partial(problems.report, file)
    context = ReadContext(
        report=report,
        warn=partial(problems.warn, file),
        matches=lambda _: True,
        prefilter=None,
        watch=None,
        begin_table=lambda _: None,
    )
    for line, source, document in read_documents(
        file, options, context, count_bytes=count_bytes, before_wait=lambda: None
    ):
        try:
            whole = exact_document(document, source)
            text = encode_json(whole)
        except JsonError as error:
            report(line, error.reason)
            continue
        yield WholeDocument(whole, text)
    problems.end_file(file)
