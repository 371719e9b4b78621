"""SQLModel's models, statements and sessions are SQLAlchemy's: pages of them."""

from __future__ import annotations

from typing import Any

from engines.missing import import_optional
from qlause import Listing
from qlause.sqlalchemy import page, schema_of


def test_pages_of_a_model() -> None:
    sqlmodel: Any = import_optional("sqlmodel", "SQLModel", "pip install sqlmodel")
    annotations = {"id": int | None, "status": str | None, "total": float}
    names = {"__module__": __name__, "__annotations__": annotations, "id": sqlmodel.Field(None, primary_key=True)}
    order: Any = type(sqlmodel.SQLModel)("Order", (sqlmodel.SQLModel,), {**names, "status": None}, table=True)
    engine = sqlmodel.create_engine("sqlite://")
    order.metadata.create_all(engine)
    listing = Listing(schema_of(order), cursor_secret=b"secret", total="always")
    with sqlmodel.Session(engine) as session:
        session.add_all(order(status=status, total=total) for status, total in (("OPEN", 3), ("DONE", 4), (None, 0)))
        session.commit()
        request = listing.read("q=total:>1&pageSize=1&sort=total:desc&fields=id,status")
        first = page(session, sqlmodel.select(order), request)
        assert (first.items, first.total) == ([{"id": 2, "status": "DONE"}], 2)
        second = page(session, sqlmodel.select(order).where(order.total < 9), listing.read(first.next or ""))
        assert (second.items, second.next) == ([{"id": 1, "status": "OPEN"}], None)


def test_what_pydantic_excludes_is_hidden() -> None:
    sqlmodel: Any = import_optional("sqlmodel", "SQLModel", "pip install sqlmodel")
    names = {
        "__module__": __name__,
        "__annotations__": {"id": int | None, "pin": str, "code": str},
        "id": sqlmodel.Field(None, primary_key=True),
        "pin": sqlmodel.Field("", exclude=True),
        "code": sqlmodel.Field("", exclude=True, sa_column_kwargs={"info": {"qlause": {"filterable": True}}}),
    }
    user: Any = type(sqlmodel.SQLModel)("ExcludedUser", (sqlmodel.SQLModel,), names, table=True)
    allowed = {str(path): (field.filterable, field.projectable) for path, field in schema_of(user)}
    assert allowed == {"id": (True, True), "pin": (False, False), "code": (True, False)}
    from_fields = schema_of(user, fields={"pin": {"type": "string"}})
    assert not any(field.public for path, field in from_fields if str(path) == "pin")
