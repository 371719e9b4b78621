"""Pages of statements and querysets that bring something of their own: joins, orders, limits, loading of relations."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from engines.orm import django_alias
from qlause import Listing, Page, Schema
from qlause import sqlalchemy as qs

django_alias("sqlite")

from django.db import connection, models  # noqa: E402  # once Django is set up
from django.db.models import functions  # noqa: E402  # once Django is set up
from django.test.utils import CaptureQueriesContext, register_lookup  # noqa: E402  # once Django is set up
from django.utils import timezone  # noqa: E402  # once Django is set up

from qlause import django as qd  # noqa: E402  # once Django is set up

from .shop import orders as orders  # noqa: E402  # a fixture


class Base(orm.DeclarativeBase):
    pass


class Parent(Base):
    __tablename__ = "page_parents"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    name: orm.Mapped[str]
    children: orm.Mapped[list[Child]] = orm.relationship(back_populates="parent")


class Child(Base):
    __tablename__ = "page_children"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    parent_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("page_parents.id"))
    parent: orm.Mapped[Parent | None] = orm.relationship(back_populates="children")


@pytest.fixture
def session() -> orm.Session:
    session = orm.Session(sa.create_engine("sqlite://"))
    Base.metadata.create_all(session.connection())
    session.add_all([Parent(id=number, name=f"n{number}", children=[Child(), Child()]) for number in range(1, 7)])
    session.commit()
    return session


def walk(answer: Any, listing: Listing) -> tuple[list[Any], set[int | None]]:
    ids: list[Any] = []
    query: str | None = ""
    totals: set[int | None] = set()
    while query is not None and len(ids) < 100:
        page: Page = answer(listing.read(query))
        ids += [item["id"] for item in page.items]
        totals.add(page.total)
        query = page.next
    return ids, totals


@pytest.mark.parametrize("secret", [None, b"secret"])
@pytest.mark.parametrize(
    "statement",
    [
        sa.select(Parent),
        sa.select(Parent).join(Parent.children),
        sa.select(Parent).outerjoin(Parent.children).order_by(Parent.name.desc()),
        sa.select(Parent).join(Parent.children).distinct(),
        sa.select(Parent).limit(2).offset(1),
        sa.select(Parent).options(orm.joinedload(Parent.children)),
    ],
)
def test_every_object_is_on_one_page(session: orm.Session, statement: Any, secret: bytes | None) -> None:
    listing = Listing(qs.schema_of(Parent), page_size=4, cursor_secret=secret, total="always")
    ids, totals = walk(lambda request: qs.page(session, statement, request), listing)
    assert ids == [1, 2, 3, 4, 5, 6]
    assert totals == {6}


def test_a_join_narrows(session: orm.Session) -> None:
    statement = sa.select(Parent).join(Parent.children).where(Child.id > 10)
    page = qs.page(session, statement, Listing(qs.schema_of(Parent), total="always").read("q=id:>1"))
    assert ([item["id"] for item in page.items], page.total) == ([6], 1)


BOTH = sa.union(sa.select(Parent.id, Parent.name), sa.select(Parent.id, Parent.name))
COLUMNS = Schema({"id": {"type": "integer", "column": "id"}, "name": {"type": "string", "column": "name"}})


@pytest.mark.parametrize("secret", [None, b"secret"])
@pytest.mark.parametrize(
    "statement",
    [
        sa.select(Parent.id, Parent.name),
        sa.select(Parent.id),
        sa.select(Parent.__table__.c.id, Parent.__table__.c.name),
        sa.select(Parent.__table__),
        sa.select(orm.aliased(Parent)),
        sa.select(Parent.id, sa.func.count(Child.id).label("n")).join(Parent.children).group_by(Parent.id),
        orm.aliased(Parent),
        BOTH.subquery(),
        BOTH.cte(),
        sa.select(Parent).subquery(),
        sa.text("SELECT id, name FROM page_parents").columns(id=sa.Integer, name=sa.String).subquery(),
    ],
)
def test_a_page_is_of_objects_or_columns(session: orm.Session, statement: Any, secret: bytes | None) -> None:
    listing = Listing(COLUMNS, page_size=4, cursor_secret=secret, total="always")
    ids, totals = walk(lambda request: qs.page(session, statement, request), listing)
    assert ids == [1, 2, 3, 4, 5, 6]
    assert totals == {6}


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (sa.select(Parent, Child).join(Parent.children), "the statement selects Parent, Child: select one class, and "),
        (sa.select(Child, Parent).join(Child.parent), "the statement selects Child, Parent: select one class"),
        (sa.select(Parent, Child.id.label("c")).join(Parent.children), "the statement selects Parent, c"),
        (sa.select(orm.Bundle("b", Parent.id)), "a page cannot be of a Bundle: select its columns"),
        (BOTH, "not of a CompoundSelect; write .subquery() after it"),
        (sa.text("SELECT id FROM page_parents").columns(Parent.id), "not of a TextualSelect; write .subquery()"),
        (sa.text("SELECT id FROM page_parents"), "a page is of a select(), a class or a table, not of a TextClause"),
        (sa.select(Parent).from_statement(sa.text("SELECT id FROM page_parents")), "not of a FromStatement"),
        (sa.insert(Parent), "not of a Insert"),
        ("SELECT id FROM page_parents", "not of a str"),
        (None, "not of a NoneType"),
        (int, "not of a type"),
    ],
)
def test_a_page_of_anything_else_is_refused(session: orm.Session, statement: Any, problem: str) -> None:
    for source in (None, Parent):
        with pytest.raises(TypeError, match=re.escape(problem)):
            qs.page(session, statement, Listing(COLUMNS).read(""), source=source)
    with pytest.raises(ValueError, match="the statement selects from no table: say with source="):
        qs.page(session, sa.select(sa.literal(1)), Listing(COLUMNS).read(""))


OTHER = orm.aliased(Parent)


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        (sa.select(Child), Parent),
        (sa.select(Child).join(Child.parent), Parent),
        (Child, Parent),
        (sa.select(Parent), OTHER),
        (sa.select(OTHER), Parent),
        (sa.select(Parent), Parent.__table__),
        (sa.select(Parent).join(Parent.children), Parent.__table__),
    ],
)
def test_a_source_that_is_not_the_class_of_the_statement_is_refused(
    session: orm.Session, statement: Any, source: Any
) -> None:
    with pytest.raises(TypeError, match="source is another class than the statement selects"):
        qs.page(session, statement, Listing(COLUMNS).read(""), source=source)


def test_a_source_that_is_the_class_of_the_statement_is_fine(session: orm.Session) -> None:
    for statement, source in ((sa.select(Parent), Parent), (sa.select(OTHER), OTHER), (Parent, Parent)):
        assert len(qs.page(session, statement, Listing(COLUMNS).read(""), source=source).items) == 6


JSON_VALUES = ("x", '"q"', "{", "1", "null", "[1]", '{"a": "y"}', {"a": "x"}, {"a": "1"}, {"a": '"q"'}, 1, None, ["x"])


def test_a_string_of_json_is_no_text_of_json(session: orm.Session) -> None:
    table = sa.Table(
        "page_values", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("j", sa.JSON)
    )
    table.metadata.create_all(session.connection())
    session.execute(table.insert(), [{"id": number, "j": value} for number, value in enumerate(JSON_VALUES)])
    schema = qs.schema_of(table)
    check_values(lambda request: qs.page(session, table, request), schema, "j", [*JSON_VALUES])


def check_values(answer: Any, schema: Schema, name: str, values: list[Any]) -> None:
    """All values come out as they are, and a sort by a path in them walks over each once."""
    page = answer(Listing(schema, page_size=50, sort="id").read(f"fields=id,{name}"))
    assert [item.get(name) for item in page.items] == values
    for sort in (f"{name}.a", f"{name}.a:desc"):
        listing = Listing(schema, page_size=2, cursor_secret=b"secret", sort=sort)
        ids, _ = walk(answer, listing)
        assert sorted(ids) == list(range(len(values)))


@pytest.mark.parametrize("secret", [None, b"secret"])
def test_a_sort_by_a_related_row(session: orm.Session, secret: bytes | None) -> None:
    listing = Listing(
        qs.schema_of(Child, relations=["parent"]), sort="parent.name:desc", page_size=5, cursor_secret=secret
    )
    ids, _ = walk(lambda request: qs.page(session, Child, request), listing)
    assert ids == list(range(12, 0, -1))


def test_another_type_replaces_the_derived_one() -> None:
    table = sa.Table(
        "page_texts", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("t", sa.JSON)
    )
    schema = qs.schema_of(table, fields={"t": {"type": "localized", "languages": ("en", "fr")}})
    assert {str(path): field.type for path, field in schema} == {"id": "integer", "t": "localized"}


@pytest.mark.parametrize("secret", [None, b"secret"])
@pytest.mark.parametrize(
    "change",
    [
        lambda objects: objects,
        lambda objects: objects.reverse(),
        lambda objects: objects.order_by("-name").reverse(),
        lambda objects: objects.select_related("customer"),
        lambda objects: objects.prefetch_related("lines"),
    ],
)
def test_every_object_of_a_queryset_is_on_one_page(orders: Any, change: Any, secret: bytes | None) -> None:
    schema = qd.schema_of(orders, only=["id", "name"])
    listing = Listing(schema, page_size=4, cursor_secret=secret, total="always")
    ids, totals = walk(lambda request: qd.page(change(orders.objects), request), listing)
    assert ids == [1, 2, 3, 4, 5, 6]
    assert totals == {6}


def test_a_string_in_a_json_field_is_no_text_of_json(orders: Any) -> None:
    orders.objects.all().delete()
    orders.objects.bulk_create([orders(id=number, data=value) for number, value in enumerate(JSON_VALUES)])
    schema = qd.schema_of(orders, only=["id", "data"])
    check_values(lambda request: qd.page(orders.objects, request), schema, "data", [*JSON_VALUES])
    row = {"pk": 1, "id": 1, "data": '"q"'}
    assert qd.cursor_of("data.a", row, schema=schema).values[0] is None


@pytest.fixture
def lines(orders: Any) -> Any:
    from examples.shop.models import Line

    Line.objects.bulk_create(
        [Line(order_id=order, sku=sku, qty=order) for order in range(1, 7) for sku in ("a", "b", "b")]
    )
    return orders


@pytest.mark.parametrize("secret", [None, b"secret"])
@pytest.mark.parametrize(
    "change",
    [
        lambda objects: objects.filter(lines__sku__in=["a", "b"]),
        lambda objects: objects.filter(lines__sku="a").filter(lines__sku="b"),
        lambda objects: objects.filter(models.Q(lines__sku="a") | models.Q(name="n1")),
        lambda objects: objects.exclude(lines__sku="c"),
        lambda objects: objects.filter(lines__sku="b").distinct(),
        lambda objects: objects.filter(lines__sku="b").reverse(),
        lambda objects: objects.filter(customer__order__lines__sku="b"),
        lambda objects: objects.filter(customer__order__name="n2"),
        lambda objects: objects.filter(lines__sku="b").select_related("customer"),
        lambda objects: objects.filter(lines__sku="b").annotate(loud=functions.Upper("name")),
        lambda objects: objects.annotate(n=models.Count("lines")).filter(n=3),
        lambda objects: objects.filter(lines__sku="b").annotate(n=models.Count("lines")),
        lambda objects: objects.annotate(n=models.Count("lines")).filter(lines__sku="b"),
        lambda objects: objects.alias(b=models.FilteredRelation("lines", condition=models.Q(lines__sku="b"))).filter(
            b__qty__gt=0
        ),
    ],
)
def test_an_object_that_several_rows_find_is_on_one_page(lines: Any, change: Any, secret: bytes | None) -> None:
    for sort in ("id", "name:desc", "customer.name,id"):
        schema = qd.schema_of(lines, only=["id", "name", "customer.name"], relations=["customer"])
        listing = Listing(schema, page_size=4, cursor_secret=secret, total="always", sort=sort)
        ids, totals = walk(lambda request: qd.page(change(lines.objects), request), listing)  # called in this turn
        assert ids == [1, 2, 3, 4, 5, 6][:: -1 if sort == "name:desc" else 1]
        assert totals == {6}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda objects: objects.all()[:3], "a page cannot be of a slice of a queryset: leave out the limit, or"),
        (lambda objects: objects.all()[3:], "a page cannot be of a slice"),
        (lambda objects: objects.union(objects.all()), "a page cannot be of querysets in union(): join"),
        (lambda objects: objects.intersection(objects.all()), "a page cannot be of querysets in intersection()"),
        (lambda objects: objects.distinct("name"), "a page cannot be of distinct() by fields"),
        (lambda objects: objects.values("name"), "a page is of objects: leave out values()"),
        (lambda objects: objects.values_list("name"), "a page is of objects: leave out values()"),
        (lambda objects: objects.raw("SELECT 1"), "a page is of a queryset or a manager, not of a RawQuerySet"),
        (list, "a page is of a queryset or a manager, not of a list"),
        (lambda objects: objects.model, "a page is of a queryset or a manager, not of a ModelBase"),
        (lambda objects: objects.annotate(sku=models.F("lines__sku")), "the annotation sku has several values"),
        (
            lambda objects: objects.annotate(sku=functions.Upper("lines__sku"), n=models.Count("lines")),
            "the annotation sku has several values for one object",
        ),
    ],
)
def test_a_queryset_that_no_page_can_be_of_is_refused(lines: Any, change: Any, problem: str) -> None:
    listing = Listing(qd.schema_of(lines, only=["id", "name"]))
    with pytest.raises(TypeError, match=re.escape(problem)):
        qd.page(change(lines.objects.all() if change is list else lines.objects), listing.read(""))


@pytest.mark.parametrize("secret", [None, b"secret"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_a_column_that_goes_on_in_a_transform(orders: Any, secret: bytes | None, zone: str) -> None:
    for number in range(1, 7):
        at = datetime(2019 + number, 12, 31, 12, tzinfo=UTC)
        orders.objects.filter(id=number).update(at=at if number < 6 else None)
    with timezone.override(zone), register_lookup(models.CharField, functions.Length):
        schema = qd.schema_of(
            orders,
            only=["id"],
            fields={
                "year": {"type": "integer", "column": "at__year"},
                "quarter": {"type": "integer", "column": "at__quarter"},
                "day": {"type": "date", "column": "at__date"},
                "letters": {"type": "integer", "column": "customer__name__length"},
            },
        )
        listing = Listing(schema, page_size=4, cursor_secret=secret, total="always", sort="year,letters")
        ids, totals = walk(lambda request: qd.page(orders.objects, request), listing)
        assert (ids, totals) == ([6, 1, 2, 3, 4, 5], {6})
        late = zone != "UTC"
        with CaptureQueriesContext(connection) as captured:
            items = qd.page(orders.objects, listing.read(f"q=year:{2020 + late}")).items
        day = date(2021, 1, 1) if late else date(2020, 12, 31)
        assert items == [{"id": 1, "year": 2020 + late, "quarter": 1 if late else 4, "day": day, "letters": 3}]
        assert len(captured.captured_queries) == 2  # the total, and the rows
        assert qd.page(orders.objects, listing.read("fields=quarter&sort=id&pageSize=1&q=id:6")).items == [
            {"quarter": None}
        ]
