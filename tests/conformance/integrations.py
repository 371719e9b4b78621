"""SQLAlchemy and Django as engines of the conformance cases: a table of an id and a JSON document."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from engines.orm import OrmDialect
from qlause import python
from qlause import sqlalchemy as of_sqlalchemy
from tests.integrations.databases import django_alias, engine
from tests.integrations.sqlalchemy_tables import Document

from .cases import Request
from .cursors import sent

__all__ = ["RUNS"]

_stored: dict[str, object] = {}  # what stands in the table of each engine: most cases of a file have the same documents


def _is_new(name: str, request: Request) -> bool:
    written = json.dumps(request.documents)
    known = _stored.get(name) == written
    _stored[name] = written
    return not known


def _sqlalchemy(name: OrmDialect) -> Callable[[Request], list[Any]]:
    def run(request: Request) -> list[Any]:
        with Session(engine(name)) as session:
            if _is_new(f"sqlalchemy {name}", request):
                session.execute(delete(Document))
                rows = [{"id": each["id"], "doc": each} for each in request.documents]
                if rows:
                    session.execute(insert(Document), rows)
                session.commit()  # they are there for the next case too, also if this one is refused
            if request.kind == "q":
                condition = of_sqlalchemy.where(request.text, Document, **request.options)
                return list(session.scalars(select(Document.id).where(condition)))
            if request.kind == "sort":
                return list(session.scalars(_sorted(session, request)))
            columns = of_sqlalchemy.columns(request.text, Document, **request.options)
            project = python.projector(request.text, **request.options)
            return [project(row.doc) for row in session.execute(select(*columns).order_by(Document.id))]

    return run


def _sorted(session: Session, request: Request) -> Select[Any]:
    """The statement for the ids of a sort, or of a page of it."""
    backward, place, options = request.backward, request.place, request.options
    found = select(Document.id).order_by(*of_sqlalchemy.order_by(request.text, Document, backward=backward, **options))
    if place is None:
        return found
    there = session.get_one(Document, place.document["id"])
    cursor = sent(of_sqlalchemy.cursor_of(place.sort, there, Document, **options))
    return found.where(of_sqlalchemy.after(request.text, cursor, Document, backward=backward, **options))


def _django(name: OrmDialect) -> Callable[[Request], list[Any]]:
    def run(request: Request) -> list[Any]:
        alias = django_alias(name)
        from qlause import django as of_django
        from tests.integrations.django_documents import Document as Model

        objects = Model.objects.using(alias)
        if _is_new(f"django {name}", request):
            objects.all().delete()
            objects.bulk_create([Model(id=each["id"], doc=each) for each in request.documents])
        if request.kind == "q":
            found = objects.filter(of_django.where(request.text, **request.options))
            return list(found.values_list("id", flat=True))
        if request.kind == "sort":
            backward, place, options = request.backward, request.place, request.options
            found = objects.order_by(*of_django.order_by(request.text, backward=backward, **options))
            if place is not None:
                cursor = sent(of_django.cursor_of(place.sort, objects.get(id=place.document["id"]), **options))
                found = found.filter(of_django.after(request.text, cursor, backward=backward, **options))
            return list(found.values_list("id", flat=True))
        project = python.projector(request.text, **request.options)
        names = of_django.only(request.text, **request.options)
        return [project(row["doc"]) for row in objects.order_by("id").values(*names)]

    return run


RUNS: Final[Mapping[str, Callable[[OrmDialect], Callable[[Request], list[Any]]]]] = {
    "sqlalchemy": _sqlalchemy,
    "django": _django,
}
"""By module of qlause: how a case is run on a database."""
