"""What the writers of all formats share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from ..input.reader import Document, Source

if TYPE_CHECKING:
    from ..input.csv_table import CsvTable

__all__ = ["DocumentWriter", "Project", "WriteBytes", "WriterOptions"]

WriteBytes: TypeAlias = Callable[[bytes], object]
Project: TypeAlias = Callable[[Document], Document]
"""Returns the part of a document that the fields ask for."""


class WriterOptions(NamedTuple):
    """How documents are written.

    Attributes:
        write: Writes bytes to the output.
        project: Returns what comes out of a document. None: all of it.
        requested: The paths that are asked for, each a column. None: all that the documents have.
        is_terminal: Whether the output goes to a terminal: then control characters are escaped.
        is_one_file: Whether all documents come from one file.
        escapes_formulas: Whether cells of CSV and TSV that a spreadsheet takes for formulas are made text.

    """

    write: WriteBytes
    project: Project | None = None
    requested: Sequence[tuple[str, ...]] | None = None
    is_terminal: bool = False
    is_one_file: bool = False
    escapes_formulas: bool = False


class DocumentWriter(Protocol):
    """Writes documents in one format."""

    def begin_table(self, table: CsvTable, /) -> None:
        """Learn that the next documents are rows of CSV with this header."""

    def prepare(self, document: Document, source: Source, /) -> Any:
        """What is kept of a document until it is written. All that can fail is done here.

        Raises JsonError for a document that cannot be written.
        """

    def write(self, prepared: Any, /) -> None:
        """Write a prepared document."""

    def flush(self) -> None:
        """Write what is kept back, as far as the format allows, because no more documents may come for a while."""

    def finish(self) -> None:
        """Write what comes after the last document."""
