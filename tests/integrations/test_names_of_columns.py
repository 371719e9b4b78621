"""A column has several names in a class and in a model. What one of them hides no other one shows."""

from __future__ import annotations

import gc
import weakref
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.ext.hybrid import hybrid_property

import qlause
from engines.orm import django_alias
from qlause import Listing, Schema
from qlause import sqlalchemy as qs
from qlause.bound.binder import bind
from qlause.integrations.sqlalchemy import pages

django_alias("sqlite")

from qlause import django as qd  # noqa: E402  # once Django is set up

from .shop import orders as orders  # noqa: E402  # a fixture

HIDE: Any = {"filterable": False, "sortable": False, "projectable": False}


class Base(orm.DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "named_users"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    pin: orm.Mapped[str] = orm.mapped_column("pin_code", info={"qlause": HIDE})
    note: orm.Mapped[str] = orm.mapped_column("note_text")
    same = orm.synonym("note")
    same_again = orm.synonym("same")

    @hybrid_property
    def code(self) -> str:
        return self.pin


User.second = orm.column_property(User.__table__.c.note_text)


def refused(schema: Schema, name: str) -> bool:
    try:
        bind(f"{name}:exists", schema=schema)
    except qlause.UnknownFieldError:
        return True
    return False


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (User, "pin"),
        (orm.aliased(User), "pin"),
        (User.__table__, "pin_code"),
        (User.__table__.alias(), "pin_code"),
        (sa.select(User).subquery(), "pin_code"),
        (sa.select(User.id, User.pin.label("x")).subquery(), "x"),
        (sa.select(User.id, User.pin.label("x")).cte(), "x"),
        (sa.select(sa.select(User.pin.label("x")).subquery()).subquery(), "x"),
        (sa.union(sa.select(User.note.label("x")), sa.select(User.pin)).subquery(), "x"),
        (orm.aliased(User, sa.select(User).subquery()), "pin"),
    ],
)
def test_what_a_column_hides_is_hidden_wherever_it_is_selected(source: Any, name: str) -> None:
    schema = qs.schema_of(source)
    assert refused(schema, name)
    assert name in {str(path) for path, _ in schema}


def test_a_hybrid_property_that_is_a_hidden_column_is_hidden() -> None:
    assert refused(qs.schema_of(User, fields={"code": {}}), "code")
    assert not refused(qs.schema_of(User, fields={"code": {"filterable": True}}), "code")


SPELLINGS = ("note", "note_text", "same", "same_again", "second")


@pytest.mark.parametrize(("hidden", "shown"), list(permutations(SPELLINGS, 2)))
def test_spellings_of_a_column_of_a_class_are_one_place(hidden: str, shown: str) -> None:
    fields = {
        "secret": {"type": "string", "column": hidden, **HIDE},
        "shown": {"type": "string", "column": shown},
        "below": {"type": "integer", "column": (shown, "n")},
    }
    schema = qs.schema_of(User, only=["id"], fields=fields)
    assert refused(schema, "shown")
    assert refused(schema, "below")
    assert refused(qs.schema_of(User, only=["id", "note"], fields={"secret": fields["secret"]}), "note")


def test_a_key_of_a_table_and_the_name_of_its_column_are_one_place() -> None:
    table = sa.Table("named", sa.MetaData(), sa.Column("pin_code", sa.String, key="pin"))
    for hidden, shown in permutations(("pin", "pin_code")):
        fields = {
            "a": {"type": "string", "column": hidden, **HIDE},
            "b": {"type": "string", "column": shown},
        }
        assert refused(qs.schema_of(table, only=[], fields=fields), "b")


def test_a_column_that_is_not_there_is_refused_when_the_schema_is_made() -> None:
    with pytest.raises(ValueError, match="the field x: User has no column nope; it has id, "):
        qs.schema_of(User, fields={"x": {"type": "string", "column": "nope"}})
    with pytest.raises(ValueError, match="the field x: User has no column nope"):
        qs.schema_of(User, fields={"x": {"type": "string", "column": "note", "folded": "nope"}})


@pytest.mark.parametrize(
    "override",
    [
        "string",
        "integer",
        qlause.Field(type="string"),
        {"type": "string"},
        {"type": "integer"},
        {"column": "note"},
        {"column": "pin"},
        {"nullable": True},
        {},
    ],
)
def test_an_override_shows_what_is_hidden_only_if_it_says_so(override: Any) -> None:
    schema = qs.schema_of(User, fields={"pin": override})
    assert refused(schema, "pin")
    if isinstance(override, dict):
        assert not refused(qs.schema_of(User, fields={"pin": {**override, "filterable": True}}), "pin")


def test_an_override_keeps_the_operators_that_its_type_has() -> None:
    table = sa.Table(
        "limited",
        sa.MetaData(),
        sa.Column("a", sa.String, info={"qlause": {"operators": ["equals", "contains"]}}),
    )
    for override, operators in (
        ("integer", {"equals"}),
        ({"type": "integer"}, {"equals"}),
        ({}, {"equals", "contains"}),
        ({"operators": ["compare"]}, {"compare"}),
        ("string", {"equals", "contains"}),
    ):
        ((_, field),) = qs.schema_of(table, fields={"a": override})
        assert field.allowed == operators


@pytest.mark.parametrize("schema_of", [lambda **given: qs.schema_of(User, **given), lambda **given: of_order(**given)])
def test_what_is_left_out_cannot_be_declared_too(schema_of: Any) -> None:
    with pytest.raises(ValueError, match="exclude and fields both name id: leave it out, or declare it"):
        schema_of(exclude=["id"], fields={"id": "integer"})


@pytest.mark.parametrize("key", ["x-qlause", "x_qlause", "Qlause"])
def test_what_info_says_under_another_key_is_refused(key: str) -> None:
    table = sa.Table("misspelt", sa.MetaData(), sa.Column("a", sa.String, info={key: HIDE}))
    for source in (table, table.alias(), sa.select(table).subquery()):
        with pytest.raises(ValueError, match=f"{key} of the info of a has no effect: write qlause"):
            qs.schema_of(source)
    with pytest.raises(ValueError, match="qlause of the info of a is an object, not 'hide'"):
        qs.schema_of(sa.Table("text", sa.MetaData(), sa.Column("a", sa.String, info={"qlause": "hide"})))


def of_order(**given: Any) -> Schema:
    from examples.shop.models import Order

    return qd.schema_of(Order, **given)


LOOKUPS = {
    "key": ("id", "pk"),
    "customer": ("customer", "customer_id", "customer__id", "customer__pk"),
    "name": ("customer__name",),
}


@pytest.mark.parametrize(
    ("hidden", "shown"), [pair for names in LOOKUPS.values() for pair in permutations(names * 2, 2)]
)
def test_spellings_of_a_lookup_are_one_place(hidden: str, shown: str) -> None:
    fields = {"secret": {"type": "integer", "column": hidden, **HIDE}, "shown": {"type": "integer", "column": shown}}
    assert refused(of_order(only=[], fields=fields), "shown")
    derived = of_order(relations=["customer"], fields={"secret": fields["secret"]})
    names = {"key": ["id"], "customer": ["customer_id", "customer.id"], "name": ["customer.name"]}
    for name in next(names[kind] for kind, spellings in LOOKUPS.items() if hidden in spellings):
        assert refused(derived, name)
    assert not refused(derived, "name")


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        (
            "customer__nmae",
            "the column customer__nmae asks for a field that Customer does not have; did you mean name?",
        ),
        ("customer__name__icontains", "the column customer__name__icontains goes on after name, which is no relation"),
        ("name__exact", "the column name__exact goes on after name, which is no relation"),
        ("at__yaer", "the column at__yaer goes on after at, which is no relation"),
        ("lines__sku", "the column lines__sku leads to several rows"),
    ],
)
def test_a_lookup_that_leads_nowhere_is_refused_when_the_schema_is_made(column: str, problem: str) -> None:
    from re import escape

    with pytest.raises(ValueError, match=escape(problem)):
        of_order(fields={"x": {"type": "string", "column": column}})
    of_order(fields={"year": {"type": "integer", "column": "at__year"}, "of": {"type": "any", "column": ("data", "a")}})


@pytest.mark.parametrize("column", LOOKUPS["customer"])
@pytest.mark.parametrize("derived", [True, False])
def test_a_foreign_key_is_shown_as_its_value(orders: Any, column: str, derived: bool) -> None:
    declared = {"id": {"type": "integer", "column": "id"}, "buyer": {"type": "integer", "column": column}}
    schema = of_order(only=[], fields=declared) if derived else Schema(declared)
    key = orders.objects.first().customer_id
    page = qd.page(orders.objects, Listing(schema).read(f"q=buyer:{key}&sort=buyer"))
    assert [item["buyer"] for item in page.items] == [key] * 6
    assert qd.cursor_of("buyer", orders.objects.first(), schema=schema).values[0] == (1, key)


def test_a_page_of_a_schema_that_hides_a_column_under_one_name_only_is_refused(orders: Any) -> None:
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    for hidden, shown in (("pin_code", "pin"), ("note", "second"), ("pin", "pin")):
        declared = {
            "a": {"type": "string", "column": hidden, **HIDE},
            "b": {"type": "string", "column": shown},
            "c": {"type": "string", "column": "of_another_source", "projectable": False},
        }
        listing = Listing(Schema({"id": {"type": "integer", "column": "id"}, **declared}))
        with orm.Session(engine) as session:
            if hidden == shown:  # the schema sees it
                assert qs.page(session, User, listing.read("")).items == []
                continue
            with pytest.raises(ValueError, match="the field b is in a column that another field hides"):
                qs.page(session, User, listing.read(""))
    declared = {"a": {"type": "integer", "column": "customer__pk", **HIDE}, "id": {"type": "integer", "column": "id"}}
    fields = {**declared, "b": {"type": "integer", "column": "customer"}}
    with pytest.raises(ValueError, match="the field b is in a column that another field hides"):
        qd.page(orders.objects, Listing(Schema(fields)).read(""))
    assert len(qd.page(orders.objects, Listing(Schema(declared)).read("")).items) == 6


@pytest.mark.parametrize("kind", ["class", "table", "subquery", "aliased"])
def test_names_are_checked_once_for_a_source_and_a_schema(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    checked: list[Schema] = []
    monkeypatch.setattr(pages, "_checked", weakref.WeakKeyDictionary())
    monkeypatch.setattr(pages, "refuse_names_apart", lambda schema, _: checked.append(schema))
    source: Any = {
        "class": User,
        "table": sa.Table("named_users", sa.MetaData(), sa.Column("id", sa.Integer)),
        "subquery": sa.select(User.id).subquery(),
        "aliased": orm.aliased(User),
    }[kind]
    one = Listing({"id": {"type": "integer", "column": "id", "nullable": False}})
    other = Listing({"id": {"type": "integer", "column": "id"}})
    with orm.Session(engine) as session:
        for listing in (one, other, one, other, one):
            qs.page(session, source, listing.read(""))
    assert checked == [one.schema, other.schema]


def test_a_subquery_of_one_request_is_not_kept() -> None:
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    listing = Listing({"id": {"type": "integer", "column": "id"}})
    subquery = sa.select(User.id).subquery()
    left = weakref.ref(subquery)
    with orm.Session(engine) as session:
        qs.page(session, subquery, listing.read(""))
    engine.clear_compiled_cache()
    del subquery, session
    gc.collect()
    assert left() is None


def test_an_excluded_column_is_excluded_under_each_of_its_names() -> None:
    for name in ("customer_id", "customer.id"):
        derived = {str(path) for path, _ in of_order(exclude=[name], relations=["customer"])}
        assert not derived & {"customer_id", "customer.id"}
        assert "customer.name" in derived
