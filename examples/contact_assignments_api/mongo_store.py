"""Contact assignments in MongoDB.

An assignment is one document, which holds its legal entity and its customer as copies: a list endpoint filters by their
fields, and MongoDB writes one document as a whole. Who saves a legal entity or a customer renews the copies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pymongo
from pymongo.errors import DuplicateKeyError, OperationFailure, WriteError

from qlause import ListRequest, Page
from qlause.mongo import page

from .documents import now
from .errors import (
    AlreadyAssignedError,
    IdTakenError,
    NotFoundError,
    StaleVersionError,
    UnknownReferenceError,
    UnstorableError,
)
from .store import Collection, Draft

__all__ = ["MongoStore"]

_COLLECTIONS: Final[Mapping[str, Collection]] = {"legalEntity": "legal_entities", "customer": "customers"}
"""Where the documents are that an assignment names."""
_BAD_VALUE: Final = 2  # the code of MongoDB for a document that it does not store


class MongoStore:
    """A :class:`.store.Store` in MongoDB."""

    def __init__(self, url: str) -> None:
        options = {"w": "majority"} if "timeoutMS=" in url else {"w": "majority", "timeoutMS": 10_000}
        client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(url, **options)
        self._database = client.get_default_database("contact_assignments")
        self._assignments = self._database["contact_assignments"]
        pair: list[Any] = [("tenant", 1), ("legalEntity.id", 1), ("customer.id", 1)]
        self._assignments.create_index(pair, unique=True, name="assigned_once")
        self._assignments.create_index([("tenant", 1), ("id", 1)], name="id")
        self._assignments.create_index([("tenant", 1), ("customer.id", 1)], name="customer")
        self._assignments.create_index([("tenant", 1), ("metadata.createdAt", 1), ("id", 1)], name="created")

    def page(self, request: ListRequest) -> Page:
        """The page of a request."""
        return page(self._assignments, request)

    def create(self, tenant: str, assignment: str, draft: Draft) -> None:
        """Add an assignment."""
        named = self._named(tenant, draft)
        while not self._insert(tenant, assignment, draft, named):
            if self._assignments.find_one({"_id": _key(tenant, assignment)}, {"_id": 1}) is not None:
                raise IdTakenError(assignment)
        self._renew(tenant, assignment, draft, named)

    def put(self, tenant: str, assignment: str, draft: Draft, version: int | None) -> bool:
        """Replace an assignment, or add it where there is none."""
        named = self._named(tenant, draft)
        while True:
            known = self._assignments.find_one({"_id": _key(tenant, assignment)}, {"metadata": 1})
            if known is None:
                if version is not None:
                    raise NotFoundError(assignment)
                done = self._insert(tenant, assignment, draft, named)
            elif version not in (None, known["metadata"]["version"]):
                raise StaleVersionError(assignment, version or 0)
            else:
                done = self._replace(tenant, assignment, draft, named, known["metadata"])
            if done:
                self._renew(tenant, assignment, draft, named)
                return known is None

    def delete(self, tenant: str, assignment: str) -> None:
        """Remove an assignment."""
        if not self._assignments.delete_one({"_id": _key(tenant, assignment)}).deleted_count:
            raise NotFoundError(assignment)

    def save(self, collection: Collection, tenant: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Add legal entities or customers, or replace those with the same ids."""
        field = next(field for field, name in _COLLECTIONS.items() if name == collection)
        for document in documents:
            key, saved = _key(tenant, document["id"]), dict(document)
            self._database[collection].replace_one({"_id": key}, {"doc": saved}, upsert=True)
            copies = {"tenant": tenant, f"{field}.id": document["id"]}
            self._assignments.update_many(copies, {"$set": {field: saved}})

    def _named(self, tenant: str, draft: Draft) -> dict[str, Any]:
        """The documents that an assignment names, as they are now."""
        named = {}
        for field, collection in _COLLECTIONS.items():
            found = self._database[collection].find_one({"_id": _key(tenant, draft[field])})
            if found is None:
                raise UnknownReferenceError(field, draft[field])
            named[field] = found["doc"]
        return named

    def _renew(self, tenant: str, assignment: str, draft: Draft, copied: Mapping[str, Any]) -> None:
        """Replace copies that were saved anew between reading them and writing the assignment."""
        for field, document in self._named(tenant, draft).items():
            if document != copied[field]:
                copy = {"_id": _key(tenant, assignment), f"{field}.id": draft[field]}
                self._assignments.update_one(copy, {"$set": {field: document}})

    def _insert(self, tenant: str, assignment: str, draft: Draft, named: Mapping[str, Any]) -> bool:
        """Add an assignment. False if there is one with its id, or if what was in its way is gone."""
        at = now()
        metadata = {"createdAt": at, "modifiedAt": at, "version": 1}
        try:
            self._assignments.insert_one(_document(tenant, assignment, draft, named, metadata))
        except DuplicateKeyError:
            if self._assignments.find_one({"_id": _key(tenant, assignment)}, {"_id": 1}) is None:
                self._refuse_second(tenant, assignment, draft)
            return False
        except WriteError as error:
            raise _told(error, assignment) from error
        return True

    def _replace(
        self, tenant: str, assignment: str, draft: Draft, named: Mapping[str, Any], known: Mapping[str, Any]
    ) -> bool:
        """Replace the version that is known. False if there is another one now."""
        version = known["version"]
        metadata = {"createdAt": known["createdAt"], "modifiedAt": now(), "version": version + 1}
        document = _document(tenant, assignment, draft, named, metadata)
        try:
            same = {"_id": document["_id"], "metadata.version": version}
            return bool(self._assignments.replace_one(same, document).matched_count)
        except OperationFailure as error:
            self._refuse_second(tenant, assignment, draft)
            raise _told(error, assignment) from error

    def _refuse_second(self, tenant: str, assignment: str, draft: Draft) -> None:
        """Refuse an assignment if another one assigns the customer to the legal entity."""
        pair = {"legalEntity.id": draft["legalEntity"], "customer.id": draft["customer"]}
        other = self._assignments.find_one({"tenant": tenant, **pair, "id": {"$ne": assignment}}, {"id": 1})
        if other is not None:
            raise AlreadyAssignedError(other["id"])


def _key(tenant: str, identifier: str) -> str:
    return f"{tenant}/{identifier}"


def _told(error: OperationFailure, assignment: str) -> Exception:
    return UnstorableError(assignment) if error.code == _BAD_VALUE else error


def _document(
    tenant: str, assignment: str, draft: Draft, named: Mapping[str, Any], metadata: dict[str, Any]
) -> dict[str, Any]:
    if "metadata_mixins" in draft:
        metadata["mixins"] = draft["metadata_mixins"]
    document = {
        "_id": _key(tenant, assignment),
        "tenant": tenant,
        "id": assignment,
        **named,
        "type": draft["type"],
        "primary": draft["primary"],
        "metadata": metadata,
    }
    return {**document, "mixins": draft["mixins"]} if "mixins" in draft else document
