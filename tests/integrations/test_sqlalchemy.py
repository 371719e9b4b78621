"""What SQLAlchemy does with the elements: aliases, joins, subqueries, NOT, eager loading, other statements, drivers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
    create_engine,
    delete,
    func,
    insert,
    make_url,
    not_,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased, column_property, joinedload, load_only, registry
from sqlalchemy.types import TypeDecorator

from qlause import Field, Relation, Schema, UnknownFieldError, UnsupportedError, bind_sort, cached
from qlause import sqlalchemy as qs

from .databases import engine
from .sqlalchemy_orders import SCHEMA, ids
from .sqlalchemy_tables import Base, Customer, Line, Order


@pytest.mark.parametrize("negate", [lambda element: ~element, not_, lambda element: not_(and_(element, Order.id > 0))])
@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("name:~john", [1, 2]),
        ("NOT name:~john", [3, 4]),
        ("qty:>=4", [1, 3]),
        ("status:OPEN", [1]),
        ("data.a:1", [1]),
        ("data.a.b:x", [1]),
        ("data.a:missing", [2, 3]),
        ("data.a:null", [2, 3, 4]),
        ("lines.sku:~a", [1]),
        ("lines.sku:missing", [2, 4]),
        ("lines.qty:missing lines.sku:exists", [3]),
        ("customer.name:ACME", [1]),
        ("", [1, 2, 3, 4]),
        ("id:()", []),
    ],
)
def test_negated_by_sqlalchemy_it_selects_the_others(
    session: Session, q: str, expected: list[int], negate: Any
) -> None:
    condition = qs.where(q, Order, schema=SCHEMA)
    assert ids(session, condition) == expected
    assert ids(session, negate(condition)) == [each for each in (1, 2, 3, 4) if each not in expected]


def test_with_other_conditions(session: Session) -> None:
    condition = qs.where("name:~john", Order, schema=SCHEMA)
    assert ids(session, condition & (Order.qty > 4)) == [1]
    assert ids(session, or_(condition, Order.qty == 5)) == [1, 2, 3]
    assert ids(session, or_(~condition, Order.id == 1)) == [1, 3, 4]
    assert ids(session, and_(condition, qs.where("lines.sku:A", Order, schema=SCHEMA))) == [1]


def test_an_alias_of_a_class_is_asked(session: Session) -> None:
    other = aliased(Order)
    statement = (
        select(Order.id, other.id)
        .join(other, Order.qty == other.qty)
        .where(qs.where("name:missing lines.sku:B", other, schema=SCHEMA), qs.where("id:1", Order, schema=SCHEMA))
    )
    assert session.execute(statement).all() == [(1, 3)]


def test_core_table_alias_and_subquery(session: Session) -> None:
    table = Base.metadata.tables["sa_orders"]
    schema = qs.schema_of(table, only=["id", "order_name"])
    filtered = select(table).where(table.c.qty == 5).subquery()
    for source, expected in ((table, [1, 2, 4]), (table.alias("t"), [1, 2, 4]), (filtered, [1])):
        condition = qs.where("order_name:~j", source, schema=schema)
        assert session.scalars(select(source.c.id).where(condition).order_by(source.c.id)).all() == expected


def test_join_and_exists_of_sqlalchemy(session: Session) -> None:
    schema = qs.schema_of(Line)
    condition = qs.where("sku:~^a", Line, schema=schema)
    assert ids(session, Order.lines.any(condition)) == [1]
    assert session.scalars(select(Order.id).join(Order.lines).where(condition).distinct()).all() == [1]
    outer = select(Order.id).outerjoin(Order.lines).where(~condition).order_by(Order.id)
    assert session.scalars(outer).all() == [2, 3, 4], "NOT holds of rows that an outer join has not found"


def test_update_and_delete(session: Session) -> None:
    condition = qs.where("name:~john lines.sku:A", Order, schema=SCHEMA)
    session.execute(update(Order).where(condition).values(qty=99).execution_options(synchronize_session=False))
    assert ids(session, Order.qty == 99) == [1]
    session.execute(delete(Line).where(qs.where("sku:A2", Line, schema=qs.schema_of(Line))))
    assert session.scalars(select(Line.sku).order_by(Line.id)).all() == ["A", "B"]


def test_a_bound_sort_is_complete() -> None:
    """It goes to every function as it is, and no primary key is appended to it."""
    bound = bind_sort("name:desc", schema=SCHEMA)
    assert len(qs.order_by(bound, Order)) == 2
    cursor = qs.cursor_of(bound, Order(id=1, name="Ada"), Order)
    assert len(cursor.values) == 2
    assert qs.after(bound, cursor, Order, backward=True) is not None


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", [3, 2, 4, 1]),
        ("name:desc", [1, 4, 2, 3]),
        ("qty:desc,name", [3, 1, 2, 4]),
        ("data.a.b", [1, 2, 3, 4]),
        ("data.a:desc,id:desc", [1, 4, 3, 2]),
        ("status", [3, 4, 2, 1]),
        ("", [1, 2, 3, 4]),
    ],
)
def test_order_by_gives_the_order_of_the_sort(session: Session, sort: str, expected: list[int]) -> None:
    order = qs.order_by(sort, Order, schema=SCHEMA)
    assert session.scalars(select(Order.id).order_by(*order)).all() == expected
    assert session.scalars(select(Order.id).order_by(*order).limit(2).offset(1)).all() == expected[1:3]
    other = aliased(Order)
    assert session.scalars(select(other.id).order_by(*qs.order_by(sort, other, schema=SCHEMA))).all() == expected
    # The page is cut in a subquery, whose columns the outer order is about.
    eager = select(Order).options(joinedload(Order.lines)).order_by(*order).limit(3)
    assert [found.id for found in session.scalars(eager).unique()] == expected[:3]


def test_primary_key_makes_the_order_total() -> None:
    table = Table("pairs", MetaData(), Column("a", Integer, primary_key=True), Column("b", Integer, primary_key=True))
    schema = qs.schema_of(table)
    order = ", ".join(str(term.compile(dialect=sqlite.dialect())) for term in qs.order_by("", table, schema=schema))
    assert order == "(pairs.a), (pairs.b)"
    (term,) = qs.order_by("", table, schema=schema, unique="b")
    assert "pairs.b" in str(term.compile(dialect=sqlite.dialect()))
    assert qs.order_by("", table, schema=schema, unique=None) == []


def test_columns_are_those_of_the_fields(session: Session) -> None:
    asked = qs.columns("name,data.a", Order, schema=SCHEMA, always=["id"])
    assert [each.key for each in asked] == ["name", "data", "id"]
    assert session.execute(select(*asked).where(Order.id == 1)).one().name == "John"
    session.expunge_all()
    loaded = session.scalars(select(Order).where(Order.id == 1).options(load_only(*asked))).one()
    assert "qty" not in loaded.__dict__
    assert loaded.__dict__["name"] == "John"
    assert "secret" not in [each.key for each in qs.columns("", Order, schema=SCHEMA)]
    with pytest.raises(UnsupportedError, match="related rows"):
        qs.columns("lines.sku", Order, schema=SCHEMA)


def test_schema_translation_reaches_related_rows() -> None:
    opened = create_engine("sqlite://")
    with opened.connect() as connection:
        connection.exec_driver_sql("ATTACH ':memory:' AS tenant")
        Base.metadata.create_all(connection)  # empty: a text that forgets the tenant finds nothing
        there = connection.execution_options(schema_translate_map={None: "tenant"})
        Base.metadata.create_all(there)
        there.execute(insert(Order), [{"id": 1}])
        there.execute(insert(Line), [{"id": 1, "order_id": 1, "sku": "A"}])
        rows = select(Order).subquery()
        named = select(Order).cte("named")
        for source, key in (
            (Order, Order.id),
            (rows, rows.c.id),
            (named, named.c.id),
            (aliased(Order, rows), rows.c.id),
        ):
            for q in ("lines.sku:A", "lines:elemMatch(sku:A)"):
                condition = qs.where(q, source, schema=SCHEMA)
                assert there.scalars(select(key).where(condition)).all() == [1], (q, source)
    opened.dispose()


def test_a_table_may_be_called_as_related_rows_were() -> None:
    mapped = registry()
    scan = Table("scan", mapped.metadata, Column("id", Integer, primary_key=True), Column("qr_id", ForeignKey("qr.id")))
    code = Table("qr", mapped.metadata, Column("id", Integer, primary_key=True))
    opened = create_engine("sqlite://")
    mapped.metadata.create_all(opened)
    link = Relation("scan", (("qr_id", "id"),), "id")
    schema = Schema(
        {"id": {"type": "integer", "column": "id"}, "scans.id": Field(type="integer", array=True, relation=link)}
    )
    with opened.begin() as connection:
        connection.execute(insert(code), [{"id": 1}, {"id": 2}])
        connection.execute(insert(scan), [{"id": 10, "qr_id": 1}])
        assert connection.scalars(select(code.c.id).where(qs.where("scans.id:10", code, schema=schema))).all() == [1]
    opened.dispose()


def test_columns_of_expressions_and_names_of_their_own() -> None:
    mapped = registry()

    class Person:
        pass

    table = Table("people", mapped.metadata, Column("id", Integer, primary_key=True), Column("First%name", String))
    properties = {"first": table.c["First%name"], "long": column_property(func.length(table.c["First%name"]) > 3)}
    mapped.map_imperatively(Person, table, properties=properties)
    schema = qs.schema_of(Person)
    assert str(schema) == "Schema(first: string, id: integer, long: boolean)"
    opened = create_engine("sqlite://")
    mapped.metadata.create_all(opened)
    with Session(opened) as session, session.begin():
        session.execute(insert(table), [{"First%name": "Jane"}, {"First%name": "Joe"}])
        condition = qs.where("first:~^j long:true", Person, schema=schema)
        assert session.scalars(select(table.c.id).where(condition)).all() == [1]
    opened.dispose()


def test_arrays_of_postgresql() -> None:
    opened = engine("postgresql")
    table = Table("sa_arrays", MetaData(), Column("id", Integer, primary_key=True), Column("tags", ARRAY(String)))
    schema = qs.schema_of(table)
    with opened.begin() as connection:
        table.drop(connection, checkfirst=True)
        table.create(connection)
        connection.execute(
            insert(table), [{"id": 1, "tags": ["a", "B"]}, {"id": 2, "tags": []}, {"id": 3, "tags": None}]
        )
        for q, expected in (("tags:~b", [1]), ("NOT tags:a", [2, 3]), ("tags:missing", [3])):
            condition = qs.where(q, table, schema=schema)
            assert connection.scalars(select(table.c.id).where(condition).order_by(table.c.id)).all() == expected
            assert len(connection.scalars(select(table.c.id).where(~condition)).all()) == 3 - len(expected)


def test_relation_of_a_core_table(session: Session) -> None:
    relation = Relation("sa_lines", on=(("order_id", "id"),), column="sku")
    table = Base.metadata.tables["sa_orders"]
    schema = qs.schema_of(table, only=["id"], fields={"sku": Field(type="string", array=True, relation=relation)})
    assert session.scalars(select(table.c.id).where(qs.where("sku:B", table, schema=schema))).all() == [3]


def test_the_schema_of_a_class() -> None:
    class Reversed(TypeDecorator[str]):
        impl = String
        cache_ok = True

        def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002  # SQLAlchemy's
            return value and value[::-1]

    class Short(TypeDecorator[str]):
        impl = String(10)
        cache_ok = True

    table = Table(
        "things",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("password", String, info={"qlause": {"filterable": False, "sortable": False, "projectable": False}}),
        Column("odd name", Short),
        Column("reversed", Reversed),
        Column("image", LargeBinary),
        Column("data", JSON),
        Column("other", ForeignKey("things.id")),
    )
    schema = qs.schema_of(table, fields={"data": {"sortable": False}, "extra": "integer"})
    found = {path.segments[0]: field for path, field in schema}
    assert set(found) == {"id", "password", "odd name", "data", "extra", "other"}
    assert not found["id"].nullable
    assert not found["data"].sortable
    with pytest.raises(UnknownFieldError):
        qs.where("password:~a", table, schema=schema)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"exclude": ["secert"]}, "exclude names secert; there are id, name"),
        ({"only": ["nmae"]}, "only names nmae"),
        ({"relations": ["line"]}, "has no relationship line"),
    ],
)
def test_misspelt_names_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        qs.schema_of(Order, **options)


def test_no_error_and_no_field_has_a_name_that_sqlalchemy_made_up() -> None:
    table = Order.__table__
    unlabelled = select(table.c.id, table.c.id + 1, table.c.order_name + "x", func.count(), func.count()).subquery()
    assert {str(path) for path, _ in qs.schema_of(unlabelled)} == {"id", "count", "count_1"}
    schema = Schema({"a": {"type": "string", "column": "a"}})
    sources: list[tuple[Any, str]] = [
        (unlabelled, "the subquery has no column a; it has id, count, count_1"),
        (select(table.c.id).cte(), "the cte has no column a; it has id"),
        (select(table.c.id).subquery("ids"), "ids has no column a; it has id"),
        (union(select(table.c.id), select(table.c.id)).subquery(), "the subquery has no column a; it has id"),
        (Customer.__table__.alias(), "the alias has no column a; it has id, name"),
        (Customer, "Customer has no column a; it has id, name"),
        (aliased(Customer), "aliased(Customer) has no column a; it has id, name"),
    ]
    for source, message in sources:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            qs.where("a:1", source, schema=schema)


def test_what_no_element_can_say_is_refused() -> None:
    with pytest.raises(ValueError, match=r"has no column doc; it has id, name.*pass schema=, as schema_of makes it"):
        qs.where("a:1", Order)
    with pytest.raises(TypeError, match="is no table"):
        qs.where("a:1", object())
    with pytest.raises(TypeError, match="exclude takes several"):
        qs.schema_of(Order, exclude="secret")
    with pytest.raises(UnsupportedError, match="there is no SQL for oracle"):
        qs.where("id:1", Order, schema=SCHEMA).compile(dialect=make_url("oracle+oracledb://").get_dialect()())


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("sort", ["name", "name:desc"])
def test_a_primary_key_has_the_direction_of_the_key_before_it(sort: str, backward: bool) -> None:
    """Its columns of all types: those that only SQLAlchemy can sort by too."""
    table = Table(
        "keyed",
        MetaData(),
        Column("a", Integer, primary_key=True),
        Column("raw", LargeBinary, primary_key=True),
        Column("name", String),
    )
    terms = qs.order_by(sort, table, schema=qs.schema_of(table, only=["name"]), backward=backward)
    assert len(terms) == 3
    descending = ["DESC" in str(term) for term in terms]
    assert descending == [("desc" in sort) != backward] * 3


def test_a_condition_can_come_from_a_cache() -> None:
    """It refers to its table's metadata, whose attributes do work when they are asked for, and may be too heavy."""
    made = cached(lambda q: qs.where(q, Order, schema=SCHEMA))
    for _ in range(2):
        assert str(made("id:1")) == str(qs.where("id:1", Order, schema=SCHEMA))
