"""What the service needs of a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

from qlause import ListRequest, Page

__all__ = ["Collection", "Draft", "Store", "open_store"]

Collection: TypeAlias = Literal["legal_entities", "customers"]
Draft: TypeAlias = Mapping[str, Any]
"""What a writer sets of an assignment: ``legalEntity`` and ``customer`` (their ids), ``type``, ``primary``, and, where
there are some, ``mixins`` and ``metadata_mixins``.
"""


class Store(Protocol):
    """Contact assignments of all tenants, and the legal entities and customers that they name.

    A method that returns has done all that it says, and the database keeps it. One that raises an error below has done
    nothing. Any other error is one of the database, which the service answers with status 500: then all is done or
    nothing, and a client reads again to see which.
    """

    def page(self, request: ListRequest) -> Page:
        """The page of a request, which is restricted to a tenant. Legal entities and customers are expanded."""
        ...

    def create(self, tenant: str, assignment: str, draft: Draft) -> None:
        """Add an assignment.

        Raises:
            IdTakenError: The tenant has an assignment with this id.
            AlreadyAssignedError: Another one assigns the customer to the legal entity.
            UnknownReferenceError: The tenant has no such legal entity or customer.
            UnstorableError: The database cannot hold the mixins.

        """
        ...

    def put(self, tenant: str, assignment: str, draft: Draft, version: int | None) -> bool:
        """Replace an assignment, or add it where there is none. With a version, replace this version only.

        Returns:
            Whether it was added.

        Raises:
            NotFoundError: There is a version, and no assignment.
            StaleVersionError: The assignment has another version.
            AlreadyAssignedError: Another one assigns the customer to the legal entity.
            UnknownReferenceError: The tenant has no such legal entity or customer.
            UnstorableError: The database cannot hold the mixins.

        """
        ...

    def delete(self, tenant: str, assignment: str) -> None:
        """Remove an assignment. Raises NotFoundError if there is none."""
        ...

    def save(self, collection: Collection, tenant: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Add legal entities or customers, or replace those with the same ids. Assignments show them as they are."""
        ...


def open_store(url: str) -> Store:
    """Open the database of a URL, and make its tables or indexes unless they are there.

    Args:
        url: ``sqlite:///FILE``, ``postgresql://…`` or ``mongodb://…/DATABASE``.

    Returns:
        The store.

    Raises:
        ValueError: There is no store for such a URL.

    """
    scheme = url.partition(":")[0]
    if scheme in ("mongodb", "mongodb+srv"):
        from .mongo_store import MongoStore

        return MongoStore(url)
    if scheme in ("sqlite", "postgresql"):
        from .sql_store import SqlStore

        return SqlStore(url)
    raise ValueError(f"there is no store for {scheme}; there are sqlite, postgresql and mongodb")
