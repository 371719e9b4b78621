"""What the readers of all formats share: what they yield, what they call, and how they name a wrong value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ...backends.python.prefilter import Prefilter
from .json_codec import Document, with_exact_numbers

if TYPE_CHECKING:
    from .csv_table import CsvRow, CsvTable
    from .field_watch import FieldWatch

__all__ = [
    "Document",
    "ElementText",
    "ExactDocument",
    "LocatedDocument",
    "LocatedDocuments",
    "MakeItems",
    "Matches",
    "ReadContext",
    "Report",
    "Source",
    "exact_document",
    "expected_an_object",
]

Matches: TypeAlias = Callable[[Document], bool]
"""Returns whether a document is selected."""
Report: TypeAlias = Callable[[int | None, str], None]
"""Takes the number of a line (None: the whole file) and what is wrong there. May raise to end the run."""


class ElementText(NamedTuple):
    """The JSON text of a document that may be written on several lines."""

    text: bytes


class ExactDocument(NamedTuple):
    """A document with exact numbers, where the one that is matched has doubles instead."""

    exact: Document

    def document(self) -> Document:
        """The document with exact numbers."""
        return self.exact


Source: TypeAlias = "bytes | ElementText | CsvRow | ExactDocument | None"
"""What a document was read from: a whole line of NDJSON, another JSON text, a row of CSV or Parquet. None: nothing is
more exact than the document itself."""
LocatedDocument: TypeAlias = tuple[int, Source, Document]
"""The number of the line on which a document begins (from 1), what it was read from, and the document.

The document of a row of CSV has only the columns that the request asks about.
"""
LocatedDocuments: TypeAlias = Iterator[LocatedDocument]
MakeItems: TypeAlias = Callable[[LocatedDocuments, Report], Iterator[Any]]
"""Makes what is kept of documents that match. It reports those of which it can make nothing."""


class ReadContext(NamedTuple):
    """What a reader calls while it reads one file.

    Attributes:
        report: Called for each problem.
        warn: Called with a warning: the input is valid, but the result may surprise.
        matches: Whether a document is selected. Readers yield only those.
        prefilter: Whether a line of NDJSON may match, without parsing it.
        watch: Shown all documents, to learn which fields none of them has. None: the schema says which there are.
        begin_table: Called with the header of a CSV file, before its rows.

    """

    report: Report
    warn: Report
    matches: Matches
    prefilter: Prefilter | None
    watch: FieldWatch | None
    begin_table: Callable[[CsvTable], None]


def exact_document(document: Document, source: Source) -> Document:
    """The whole document, with its numbers as they were written. Raises JsonError if it has too many levels."""
    if source is None:
        return document
    exact: Document
    if isinstance(source, bytes):
        exact = with_exact_numbers(source, document)
    elif isinstance(source, ElementText):
        exact = with_exact_numbers(source.text, document)
    else:
        exact = source.document()
    return exact


def expected_an_object(value: object) -> str:
    """The problem of a JSON value that is no object."""
    match value:
        case None:
            actual = "null"
        case bool():
            actual = "a boolean"
        case str():
            actual = "a string"
        case list():
            actual = "an array"
        case int() | float():
            actual = "a number"
        case _:
            raise TypeError(f"{type(value)} is not a type of JSON values other than objects")
    return f"expected an object, not {actual}"
