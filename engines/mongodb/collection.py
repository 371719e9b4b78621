"""Documents in a collection: what a filter selects, by the matcher alone or by a server and the matcher.

The server must select what the matcher selects, except where it is known to differ from MongoDB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from bson import Decimal128

from .judge import judge_of
from .matcher import matches
from .matcher_sort_projection import projected, sorted_documents
from .server import ServerName, database

__all__ = ["Collection", "MatcherCollection", "as_python", "as_stored", "numbered"]


class MatcherCollection:
    """Documents for the matcher. Each has a number of its own under ``id``."""

    def __init__(self, documents: Sequence[Mapping[str, Any]]) -> None:
        self.documents = [as_stored(document) for document in documents]

    def ids(self, filter_: Mapping[str, Any]) -> list[int]:
        """The ids of the documents that the filter selects."""
        return [document["id"] for document in self.documents if matches(filter_, {**document, "_id": document["id"]})]

    def sorted_ids(self, pairs: list[tuple[str, int]]) -> list[int]:
        """The ids in the order of a sort."""
        return [document["id"] for document in sorted_documents(pairs, self.documents)]

    def projected(self, projection: Mapping[str, int]) -> list[Any]:
        """What the projection leaves of each document, in their order."""
        return [as_python(projected(projection, document)) for document in self.documents]


class Collection(MatcherCollection):
    """The same documents in a server too, as far as it can hold them. Both must answer alike."""

    def __init__(self, documents: Sequence[Mapping[str, Any]], server: ServerName) -> None:
        super().__init__(documents)
        self.judge = judge_of(server)
        self.on_server = [document for document in self.documents if self.judge.holds(document)]
        self.collection = database(server)["documents"]
        self.collection.drop()
        if self.on_server:
            self.collection.insert_many([{**document, "_id": document["id"]} for document in self.on_server])

    def ids(self, filter_: Mapping[str, Any]) -> list[int]:
        """The ids of the documents that the filter selects."""
        ids = super().ids(filter_)
        if self.judge.selects(filter_):
            served = {document["id"] for document in self.collection.find(filter_, {"id": 1})}
            held = {document["id"] for document in self.on_server}
            assert sorted(served) == sorted(number for number in ids if number in held), (filter_, "server, matcher")
        return ids

    def sorted_ids(self, pairs: list[tuple[str, int]]) -> list[int]:
        """The ids in the order of a sort."""
        ids = super().sorted_ids(pairs)
        paths = [path for path, _ in pairs]
        if all(self.judge.sorts(document, paths) for document in self.documents):
            served = [document["id"] for document in self.collection.find().sort(pairs)]
            assert served == [number for number in ids if number in served], (pairs, "server, matcher")
        return ids

    def projected(self, projection: Mapping[str, int]) -> list[Any]:
        """What the projection leaves of each document, in their order."""
        left = super().projected(projection)
        served = list(self.collection.find({}, projection).sort("_id", 1))
        if not any("_id" in document for document in self.documents):
            served = [{key: value for key, value in document.items() if key != "_id"} for document in served]
        held = [kept for kept, document in zip(left, self.documents, strict=True) if document in self.on_server]
        assert as_python(served) == held, (projection, "server, matcher")
        return left


def as_stored(value: Any) -> Any:
    """A value of a document as pymongo takes it. Dates and times of day, which MongoDB lacks, become their texts."""
    if isinstance(value, Mapping):
        return {key: as_stored(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_stored(each) for each in value]
    if isinstance(value, Decimal):
        return Decimal128(value)
    return as_python(value)


def as_python(value: Any) -> Any:
    """A stored value for the Python predicate: in MongoDB a date-time has whole milliseconds."""
    if isinstance(value, Mapping):
        return {key: as_python(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_python(each) for each in value]
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=aware.microsecond // 1000 * 1000)
    return value.isoformat() if isinstance(value, (date, time)) else value


def numbered(documents: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The documents with their places, from 1, under ``id``."""
    return [{**document, "id": number} for number, document in enumerate(documents, 1)]
