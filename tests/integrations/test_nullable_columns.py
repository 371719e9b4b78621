"""Columns that are NOT NULL in their table, and NULL in what a statement makes of it: their rows are on the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column, registry, with_polymorphic

from engines import orm
from engines.orm import ORM_DIALECTS, OrmDialect
from qlause import Cursor, python
from qlause import sqlalchemy as qs

from .walks import walked


class Base(DeclarativeBase):
    pass


class Place(Base):
    __tablename__ = "null_place"
    id: Mapped[int] = mapped_column(primary_key=True)
    city: Mapped[str] = mapped_column(sa.String(9))


class Trip(Base):
    __tablename__ = "null_trip"
    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int | None] = mapped_column(sa.ForeignKey("null_place.id"))
    kind: Mapped[str] = mapped_column(sa.String(9))
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "trip"}  # noqa: RUF012  # SQLAlchemy's own way


class Cruise(Trip):
    __tablename__ = "null_cruise"
    id: Mapped[int] = mapped_column(sa.ForeignKey("null_trip.id"), primary_key=True)
    ship: Mapped[str] = mapped_column(sa.String(9))
    __mapper_args__ = {"polymorphic_identity": "cruise"}  # noqa: RUF012  # SQLAlchemy reads it as it is


TRIP, PLACE = Trip.__table__, Place.__table__
JOINED: Final = sa.outerjoin(TRIP, PLACE, TRIP.c.place_id == PLACE.c.id)


def _subquery() -> Any:
    return sa.select(TRIP.c.id, PLACE.c.city).select_from(JOINED).subquery()


def _union() -> Any:
    return (
        sa.select(TRIP.c.id, PLACE.c.city)
        .select_from(PLACE.outerjoin(TRIP))
        .where(TRIP.c.id.is_not(None))
        .union_all(sa.select(TRIP.c.id, sa.null().label("city")).where(TRIP.c.place_id.is_(None)))
    )


def _mapped_to_a_join() -> Any:
    mapped = type("TripWithPlace", (), {})
    columns = {"id": TRIP.c.id, "place_number": PLACE.c.id, "city": PLACE.c.city}
    registry(metadata=Base.metadata).map_imperatively(mapped, JOINED, properties=columns, primary_key=[TRIP.c.id])
    return mapped


_SOURCES: Final[dict[str, Callable[[], Any]]] = {
    "a subquery": _subquery,
    "a named subquery": lambda: _subquery().element.subquery("trips"),
    "a common table expression": lambda: _subquery().element.cte("trips"),
    "an alias of a subquery": lambda: _subquery().element.subquery("trips").alias("again"),
    "a union": lambda: _union().subquery("trips"),
    "a class of a join": _mapped_to_a_join,
    "an alias of a class over a subquery": lambda: aliased(
        _Row, _subquery().element.subquery("trips"), adapt_on_names=True
    ),
}


class _Row(Base):
    """A table that promises a city, for ``aliased`` over a subquery that does not."""

    __tablename__ = "null_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    city: Mapped[str] = mapped_column(sa.String(9))


@pytest.fixture(scope="module", params=ORM_DIALECTS)
def engine(request: pytest.FixtureRequest) -> sa.Engine:
    """Trips without places, with places, and cruises."""
    dialect: OrmDialect = request.param
    opened = orm.sqlalchemy_engine(dialect)
    with opened.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    with Session(opened) as session, session.begin():
        session.add_all([Place(id=1, city="Oslo"), Place(id=2, city="Bonn")])
        session.flush()
        for number, place in enumerate((1, None, 2, None, 1, 2, None), 1):
            session.add(Cruise(id=number, place_id=place, ship="s") if number % 2 else Trip(id=number, place_id=place))
    return opened


DOCUMENTS: Final[list[dict[str, Any]]] = [
    {"id": number, "city": city} if city else {"id": number}
    for number, city in enumerate(("Oslo", None, "Bonn", None, "Oslo", "Bonn", None), 1)
]


def _check(session: Session, statement: Any, source: Any, schema: Any, name: str, **options: Any) -> None:
    for sort in ("city", "city:desc"):
        for nulls in (None, "first", "last"):
            every: Any = {"schema": schema, "nulls": nulls, **options}
            wanted = [row["id"] for row in sorted(DOCUMENTS, key=python.sort_key(sort, nulls=nulls))]
            for backward in (False, True):
                order = qs.order_by(sort, source, backward=backward, **every)

                def page_after(cursor: Cursor | None) -> Any:
                    behind = qs.after(sort, cursor, source, backward=backward, **every)  # noqa: B023  # called in this turn of the loop
                    return session.execute(statement.where(behind).order_by(*order).limit(2))  # noqa: B023  # called in this turn of the loop

                found = walked(page_after, lambda row: qs.cursor_of(sort, row, source, **every), 2, 7)  # noqa: B023  # called in this turn of the loop
                assert [getattr(row, name) for row in found] == wanted[:: -1 if backward else 1], (
                    sort,
                    nulls,
                    backward,
                )


@pytest.mark.parametrize("name", _SOURCES)
def test_rows_with_null_are_on_the_pages(engine: sa.Engine, name: str) -> None:
    source = _SOURCES[name]()
    schema = qs.schema_of(source, only=["id", "city"])
    assert {str(path): field.nullable for path, field in schema}["city"]
    columns_there = [source.c.id, source.c.city] if isinstance(source, sa.FromClause) else [source.id, source.city]
    with Session(engine) as session:
        _check(session, sa.select(*columns_there), source, schema, "id", unique="id")


def test_a_class_on_the_empty_side_of_an_outer_join(engine: sa.Engine) -> None:
    """Its schema promises a city, and the statement does not."""
    schema = qs.schema_of(Place, only=["city"])
    assert [field.nullable for _, field in schema] == [False]
    with Session(engine) as session:
        sources: list[tuple[Any, Any, Any]] = [
            (Place, Trip, Trip),
            (aliased(Place), Trip, Trip),
            (PLACE.c, TRIP, TRIP.c),
        ]
        for columns, trip, of_trip in sources:
            source = PLACE if trip is TRIP else columns
            identity = of_trip.id
            on = of_trip.place_id == columns.id
            joined = sa.select(identity, columns.city).select_from(trip).outerjoin(source, on)
            for sort, first in (("city", None), ("city:desc", "Oslo")):
                for nulls in (None, "first", "last"):
                    options: Any = {"schema": schema, "nulls": nulls, "unique": None}
                    order = qs.order_by(sort, source, **options)
                    tie = identity.desc() if first else identity
                    found = session.execute(joined.order_by(*order, tie)).all()
                    wanted = [each["id"] for each in sorted(DOCUMENTS, key=python.sort_key(sort, nulls=nulls))]
                    assert [row[0] for row in found] == wanted, (source, sort, nulls)
                    cursor = Cursor.of_row(sort, {"city": first}, **options)
                    behind = session.execute(joined.where(qs.after(sort, cursor, source, **options))).all()
                    reached = [each.get("city") for each in DOCUMENTS]
                    expected = [
                        number
                        for number, each in enumerate(reached, 1)
                        if _is_after(each, first, nulls, descending=first is not None)
                    ]
                    assert sorted(row[0] for row in behind) == expected, (source, sort, nulls)


def _is_after(value: str | None, last: str | None, nulls: str | None, *, descending: bool) -> bool:
    """Whether a value comes after the last one, NULL where the sort puts it."""
    nulls_last = descending if nulls is None else nulls == "last"
    if value is None or last is None:
        return value is not last and (nulls_last if value is None else not nulls_last)
    return value < last if descending else value > last


def test_columns_of_a_join_and_of_a_class_that_inherits(engine: sa.Engine) -> None:
    """They are there in every row of the class; around all classes they may be NULL."""
    joined = {str(path): field.nullable for path, field in qs.schema_of(JOINED)}
    assert joined["null_place_city"]
    assert not joined["null_trip_id"]
    derived = {str(path): field.nullable for path, field in qs.schema_of(Cruise)}
    assert derived == {"id": False, "kind": False, "place_id": True, "ship": False}
    every = with_polymorphic(Trip, [Cruise])
    schema = qs.schema_of(every.Cruise)
    with Session(engine) as session:
        for sort, wanted in (("ship", [2, 4, 6, 1, 3, 5, 7]), ("ship:desc", [1, 3, 5, 7, 2, 4, 6])):
            order = qs.order_by(sort, every.Cruise, schema=schema, unique=None)
            assert list(session.scalars(sa.select(every.id).order_by(*order, every.id))) == wanted


def test_what_a_table_promises_is_kept() -> None:
    schema = qs.schema_of(Place)
    text = str(sa.select(Place).order_by(*qs.order_by("city", Place, schema=schema)))
    assert "NULLS" not in text
    inner = sa.select(Trip, Place).join(Place).order_by(*qs.order_by("city", Place, schema=schema))
    assert "NULLS" not in str(inner)
    views = sa.Table("view", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("city", sa.String))
    assert [field.nullable for _, field in qs.schema_of(views)] == [True, True]


def test_an_unmanaged_model_of_django_promises_nothing() -> None:
    orm.django_alias("sqlite")
    from django.db import models

    from qlause import django as qd

    meta = type("Meta", (), {"app_label": "shop", "managed": False})
    view: Any = type(
        "NullView", (models.Model,), {"__module__": __name__, "Meta": meta, "city": models.CharField(max_length=9)}
    )
    assert {str(path): field.nullable for path, field in qd.schema_of(view)} == {"id": True, "city": True}
