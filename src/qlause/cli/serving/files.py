"""Files as collections: read into the embedded database, with a schema that is given or inferred."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from ...errors import did_you_mean, shorten
from ...schema.schema import Field, Resolved, Schema
from ...server.collection import Collection, listing_of, without
from ...server.documents import KEY, ROW, DocumentDatabase, DocumentSource, Readers, StoredCollection
from ...syntax.parser import parse_fields
from ..arguments import Arguments, UsageError
from ..inference.json_schema import date_times_as_text_in, json_schema_of, unreachable_in
from ..inference.observation import Observation
from ..input.json_codec import Document
from ..input.offset_watch import DateTimeWatch
from ..input.whole_documents import whole_documents
from ..output.problems import Problems
from ..output.terminal import ProgressBar
from ..request import declared_schema, read_declaration

__all__ = ["FileCollections"]

_USUAL_IDS: Final = ("id", "_id")
_ID_TYPES: Final = ("string", "integer", "enum")


class FileCollections:
    """Makes collections of files.

    Args:
        arguments: The arguments of the command.
        database: Where the documents are kept.
        readers: The connections that answer requests.
        problems: Where problems of the input are reported.
        progress: The bar, which counts the bytes that are read.

    """

    def __init__(
        self,
        arguments: Arguments,
        database: DocumentDatabase,
        readers: Readers,
        problems: Problems,
        progress: ProgressBar,
    ) -> None:
        self._arguments = arguments
        self._database = database
        self._readers = readers
        self._problems = problems
        self._progress = progress

    def collection(
        self, file: str, name: str, schema_file: str | None, unique: str | None, hidden: list[str]
    ) -> tuple[Collection, dict[str, Any]]:
        """The collection of a file, and what its reading found out. Raises UsageError and ServeError."""
        declaration = None if schema_file is None else read_declaration(schema_file)
        declared = None if schema_file is None else declared_schema(schema_file, declaration or {})
        signature = self._signature(file, declaration, unique)
        stored = self._database.stored(name, signature)
        if stored is None:
            with self._database.transaction():
                stored = self._filled(StoredCollection(name, signature, {}), file, declared, unique)
        else:
            self._progress.advance(os.stat(file).st_size)  # noqa: PTH116  # as where sizes are added up
        facts = stored.facts
        schema = Schema.from_json_schema(facts["schema"]) if declared is None else declared
        fields: dict[str, Field] = {str(path): field for path, field in schema}
        unique_field = facts["unique"]
        if facts["numbered"]:
            fields[unique_field] = Field(type="integer", column=ROW, nullable=False)
        else:
            fields[unique_field] = replace(fields[unique_field], column=KEY, nullable=False)
        served = without(Schema(fields, open=schema.open), hidden, collection=name, unique=unique_field)
        listing = listing_of(served, unique_field, self._arguments.page_size or 1)
        return Collection(name, listing, DocumentSource(self._readers, stored.table)), facts

    def _filled(
        self, stored: StoredCollection, file: str, declared: Schema | None, unique: str | None
    ) -> StoredCollection:
        observation = Observation()
        watch = DateTimeWatch(_date_times_of(declared or Schema({})))
        problems_before = self._problems.count
        look = observation.add if declared is None else watch.look
        count = self._database.fill(stored, self._texts(file, declared, look))
        left_out = self._problems.count - problems_before
        if not count and left_out:
            raise UsageError(f"{shorten(file, 200)}: no document can be read")
        facts = stored.facts
        facts |= {"documents": count, "left_out": left_out, "unreachable": [], "as_text": []}
        facts["never_found"] = watch.found
        schema = declared
        if schema is None:
            facts["schema"] = json_schema_of(observation)
            facts["unreachable"] = list(unreachable_in(observation))
            facts["as_text"] = list(date_times_as_text_in(observation))
            try:
                schema = Schema.from_json_schema(facts["schema"])
            except ValueError as error:
                raise UsageError(f"{shorten(file, 200)}: {error}; declare the fields by --schema") from error
        facts |= self._unique(stored, schema, unique)
        self._database.keep(stored)
        return stored

    def _texts(self, file: str, declared: Schema | None, look: Callable[[Document], None]) -> Iterator[bytes]:
        documents = whole_documents(file, self._arguments, declared, self._problems, count_bytes=self._progress.advance)
        for document, text in documents:
            look(document)
            yield text

    def _unique(self, stored: StoredCollection, schema: Schema, asked: str | None) -> dict[str, Any]:
        """Which field tells documents apart: the one that is asked for, a usual one, or the number of the row."""
        if asked is not None:
            if _resolved(schema, asked) is None:
                hint = did_you_mean(asked, [str(path) for path, _ in schema])
                reason = f"there is no field {shorten(asked)} in {stored.name}"
                raise UsageError(f"--id {shorten(asked)}: {reason if hint is None else f'{reason}; {hint}'}")
            if not _is_candidate(schema, asked) or not self._database.make_key(stored, asked):
                raise UsageError(
                    f"--id {shorten(asked)}: not every item of {stored.name} has a text or number of its own there"
                )
            return {"unique": str(parse_fields(asked).paths[0]), "numbered": False}
        for name in _USUAL_IDS:
            if _is_candidate(schema, name) and self._database.make_key(stored, name):
                return {"unique": name, "numbered": False}
        name, number = ROW, 2
        names = {str(path) for path, _ in schema}
        while name in names:
            name, number = f"{ROW}_{number}", number + 1
        return {"unique": name, "numbered": True}

    def _signature(self, file: str, declaration: dict[str, Any] | None, unique: str | None) -> str:
        """What the stored documents depend on. Raises UsageError for a file that is not there."""
        arguments = self._arguments
        try:
            status = os.stat(file)  # noqa: PTH116  # as where sizes are added up
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise UsageError(f"{shorten(file, 200)}: {reason}") from error
        options = [getattr(arguments, name) for name in ("input", "records", "text", "delimiter", "encoding")]
        return json.dumps([os.path.realpath(file), status.st_size, status.st_mtime_ns, declaration, unique, options])


def _date_times_of(schema: Schema) -> Iterator[tuple[str, ...]]:
    """The keys of the fields in documents that are declared as date-times."""
    for path, field in schema:
        if field.type == "date-time" and field.public and (resolved := schema.resolve(path)) is not None:
            yield resolved.target.keys


def _resolved(schema: Schema, name: str) -> Resolved | None:
    try:
        paths = parse_fields(name).paths
    except ValueError:
        return None
    return schema.resolve(paths[0]) if len(paths) == 1 else None


def _is_candidate(schema: Schema, name: str) -> bool:
    resolved = _resolved(schema, name)
    return resolved is not None and resolved.field.type in _ID_TYPES and not resolved.field.array
