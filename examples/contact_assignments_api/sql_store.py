"""Contact assignments in SQLite or PostgreSQL, by SQLAlchemy.

Each write is one statement in a transaction of its own. Keys and foreign keys refuse what must not be; only then do
queries find out why. So nothing can happen between a check and a write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy
from sqlalchemy import Column, ForeignKeyConstraint, Index, MetaData, Table, Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError

from qlause import ListRequest, Page
from qlause.sqlalchemy import page

from .documents import now
from .errors import AlreadyAssignedError, IdTakenError, NotFoundError, StaleVersionError, UnknownReferenceError
from .store import Collection, Draft

__all__ = ["READ", "SqlStore"]

_TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")  # qlause compares and sorts by code point
_JSON: Final = sqlalchemy.JSON().with_variant(JSONB(), "postgresql")
_TABLES: Final = MetaData()
_ENTITIES, _CUSTOMERS = (
    Table(
        name,
        _TABLES,
        Column("tenant", _TEXT, primary_key=True),
        Column("id", _TEXT, primary_key=True),
        Column("doc", _JSON, nullable=False),
    )
    for name in ("legal_entities", "customers")
)
_ASSIGNMENTS: Final = Table(
    "contact_assignments",
    _TABLES,
    Column("tenant", _TEXT, primary_key=True),
    Column("id", _TEXT, primary_key=True),
    Column("legal_entity_id", _TEXT, nullable=False),
    Column("customer_id", _TEXT, nullable=False),
    Column("type", _TEXT, nullable=False),
    Column("primary", sqlalchemy.Boolean, nullable=False),
    Column("version", sqlalchemy.Integer, nullable=False),
    Column("created_at", _TEXT, nullable=False),
    Column("modified_at", _TEXT, nullable=False),
    Column("doc", _JSON, nullable=False),  # what may be missing: mixins and metadata.mixins
    UniqueConstraint("tenant", "legal_entity_id", "customer_id"),
    ForeignKeyConstraint(["tenant", "legal_entity_id"], ["legal_entities.tenant", "legal_entities.id"]),
    ForeignKeyConstraint(["tenant", "customer_id"], ["customers.tenant", "customers.id"]),
    Index("contact_assignments_customer", "tenant", "customer_id"),
    Index("contact_assignments_created", "tenant", "created_at", "id"),
)

READ: Final = (
    select(
        *(_ASSIGNMENTS.c[name] for name in ("tenant", "id", "type", "primary", "version")),
        *(_ASSIGNMENTS.c[name] for name in ("created_at", "modified_at", "doc")),
        _ENTITIES.c.doc.label("legal_entity"),
        _CUSTOMERS.c.doc.label("customer"),
    )
    .select_from(_ASSIGNMENTS)
    .join(_ENTITIES)
    .join(_CUSTOMERS)
    .subquery("assignment")
)
"""Assignments as a reader sees them, in the columns that ``documents.FIELDS`` names."""


class SqlStore:
    """A :class:`.store.Store` in SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        if url.startswith("sqlite:"):
            self._engine = sqlalchemy.create_engine(url, connect_args={"timeout": 10})
            sqlalchemy.event.listen(self._engine, "connect", _set_up_sqlite)
        else:
            self._engine = sqlalchemy.create_engine(
                url.replace("postgresql:", "postgresql+psycopg:", 1),
                pool_pre_ping=True,  # a connection that the server has closed is replaced
                connect_args={"connect_timeout": 5, "options": "-c statement_timeout=10s -c jit=off"},
            )
        _TABLES.create_all(self._engine)

    def page(self, request: ListRequest) -> Page:
        """The page of a request."""
        with self._engine.connect() as connection:
            return page(connection, READ, request)

    def create(self, tenant: str, assignment: str, draft: Draft) -> None:
        """Add an assignment."""
        try:
            self._insert(tenant, assignment, draft)
        except IntegrityError:
            self._refuse_unknown(tenant, draft)
            if self._version(tenant, assignment) is not None:
                raise IdTakenError(assignment) from None
            self._refuse_second(tenant, assignment, draft)
            raise

    def put(self, tenant: str, assignment: str, draft: Draft, version: int | None) -> bool:
        """Replace an assignment, or add it where there is none."""
        while True:
            try:
                if self._update(tenant, assignment, draft, version):
                    return False
                if version is None:
                    self._insert(tenant, assignment, draft)
                    return True
            except IntegrityError:
                self._refuse_unknown(tenant, draft)
                self._refuse_second(tenant, assignment, draft)
                if self._version(tenant, assignment) is None:
                    raise
                continue  # somebody added it between the update and the insert: replace that
            self._refuse_unknown(tenant, draft)
            if self._version(tenant, assignment) is None:
                raise NotFoundError(assignment)
            raise StaleVersionError(assignment, version)

    def delete(self, tenant: str, assignment: str) -> None:
        """Remove an assignment."""
        with self._engine.begin() as connection:
            if not connection.execute(_ASSIGNMENTS.delete().where(*_is(tenant, assignment))).rowcount:
                raise NotFoundError(assignment)

    def save(self, collection: Collection, tenant: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Add legal entities or customers, or replace those with the same ids."""
        table = _ENTITIES if collection == "legal_entities" else _CUSTOMERS
        with self._engine.begin() as connection:
            for document in documents:
                key = (table.c.tenant == tenant, table.c.id == document["id"])
                if not connection.execute(table.update().where(*key).values(doc=document)).rowcount:
                    connection.execute(table.insert().values(tenant=tenant, id=document["id"], doc=document))

    def _insert(self, tenant: str, assignment: str, draft: Draft) -> None:
        at = now()
        row = {"tenant": tenant, "id": assignment, "version": 1, "created_at": at, "modified_at": at, **_columns(draft)}
        with self._engine.begin() as connection:
            connection.execute(_ASSIGNMENTS.insert().values(row))

    def _update(self, tenant: str, assignment: str, draft: Draft, version: int | None) -> bool:
        statement = _ASSIGNMENTS.update().where(*_is(tenant, assignment))
        if version is not None:
            statement = statement.where(_ASSIGNMENTS.c.version == version)
        changed = {**_columns(draft), "version": _ASSIGNMENTS.c.version + 1, "modified_at": now()}
        with self._engine.begin() as connection:
            return bool(connection.execute(statement.values(changed)).rowcount)

    def _version(self, tenant: str, assignment: str) -> int | None:
        with self._engine.connect() as connection:
            return connection.scalar(select(_ASSIGNMENTS.c.version).where(*_is(tenant, assignment)))

    def _refuse_unknown(self, tenant: str, draft: Draft) -> None:
        """Refuse an unknown legal entity or customer."""
        with self._engine.connect() as connection:
            for field, table in (("legalEntity", _ENTITIES), ("customer", _CUSTOMERS)):
                known = select(table.c.id).where(table.c.tenant == tenant, table.c.id == draft[field])
                if connection.scalar(known) is None:
                    raise UnknownReferenceError(field, draft[field])

    def _refuse_second(self, tenant: str, assignment: str, draft: Draft) -> None:
        """Refuse an assignment if another one assigns the customer to the legal entity."""
        other = select(_ASSIGNMENTS.c.id).where(
            _ASSIGNMENTS.c.tenant == tenant,
            _ASSIGNMENTS.c.legal_entity_id == draft["legalEntity"],
            _ASSIGNMENTS.c.customer_id == draft["customer"],
            _ASSIGNMENTS.c.id != assignment,
        )
        with self._engine.connect() as connection:
            found = connection.scalar(other)
        if found is not None:
            raise AlreadyAssignedError(found)


def _is(tenant: str, assignment: str) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    return (_ASSIGNMENTS.c.tenant == tenant, _ASSIGNMENTS.c.id == assignment)


def _columns(draft: Draft) -> dict[str, Any]:
    document = {"metadata": {"mixins": draft["metadata_mixins"]} if "metadata_mixins" in draft else {}}
    if "mixins" in draft:
        document["mixins"] = draft["mixins"]
    return {
        "legal_entity_id": draft["legalEntity"],
        "customer_id": draft["customer"],
        "type": draft["type"],
        "primary": draft["primary"],
        "doc": document,
    }


def _set_up_sqlite(connection: Any, _: Any) -> None:
    """Let readers read while one writes, have a commit on the disk before it returns, and check foreign keys."""
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")
