"""What Django does with the conditions: exclude, joins, annotations, subqueries, slices, other statements."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import FieldError
from django.db import connections, transaction
from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import Upper

from engines.orm import ORM_DIALECTS
from qlause import Listing, UnknownFieldError, UnsupportedError, bind_sort, field
from qlause import django as qd

from .databases import django_alias
from .hostile_texts import HOSTILE


@pytest.fixture(params=ORM_DIALECTS)
def shop(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The models, bound to one database, and four orders."""
    alias = django_alias(request.param)
    from examples.shop import models

    tables = [getattr(models, name).objects.using(alias) for name in ("Customer", "Order", "Line")]
    customers, orders, lines = tables
    with transaction.atomic(using=alias):
        for table in reversed(tables):
            table.all().delete()
        customers.create(id=7, name="ACME")
        orders.create(id=1, name="John", qty=5, status="OPEN", customer_id=7, data={"a": [1, {"b": "x"}]})
        orders.create(id=2, name="JOHNNY", qty=3, status="DONE", data=["x"])
        orders.create(id=3, qty=5)
        orders.create(id=4, name="Jane", data={"a": None})
        lines.create(id=1, order_id=1, sku="A", qty=1)
        lines.create(id=2, order_id=1, sku="A2")
        lines.create(id=3, order_id=3, sku="B")
        schema = qd.schema_of(models.Order, exclude=["secret"], relations=["lines", "customer"])
        yield SimpleNamespace(alias=alias, orders=orders, lines=lines, models=models, schema=schema)
        transaction.set_rollback(True, using=alias)


def ids(found: Any) -> list[int]:
    return sorted(found.values_list("id", flat=True))


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
        ("customer_id:7", [1]),
        ("", [1, 2, 3, 4]),
        ("id:()", []),
    ],
)
def test_negated_by_django_it_selects_the_others(shop: Any, q: str, expected: list[int]) -> None:
    condition = qd.where(q, schema=shop.schema)
    others = [each for each in (1, 2, 3, 4) if each not in expected]
    assert ids(shop.orders.filter(condition)) == expected
    assert ids(shop.orders.exclude(condition)) == others
    assert ids(shop.orders.filter(~condition)) == others
    assert ids(shop.orders.filter(~(condition & Q(id__gt=0)))) == others


def test_with_other_conditions(shop: Any) -> None:
    condition = qd.where("name:~john", schema=shop.schema)
    assert ids(shop.orders.filter(condition, qty__gt=4)) == [1]
    assert ids(shop.orders.filter(condition | Q(qty=5))) == [1, 2, 3]
    assert ids(shop.orders.filter(~condition | Q(id=1))) == [1, 3, 4]
    assert ids(shop.orders.filter(condition).exclude(qd.where("lines.sku:A", schema=shop.schema))) == [2]
    assert shop.orders.filter(condition).count() == 2
    assert shop.orders.filter(condition).exists()


def test_joins_subqueries_and_annotations(shop: Any) -> None:
    condition = qd.where("name:~john", schema=shop.schema)
    assert ids(shop.lines.filter(order__in=shop.orders.filter(condition))) == [1, 2]
    assert ids(shop.orders.filter(condition, lines__sku__startswith="A")) == [1, 1]
    counted = shop.orders.filter(condition).annotate(count=Count("lines")).order_by("id")
    assert list(counted.values_list("id", "count")) == [(1, 2), (2, 0)]
    which = Case(When(condition, then=Value("yes")), default=Value("no"), output_field=CharField())
    assert list(shop.orders.annotate(which=which).order_by("id").values_list("which", flat=True)) == [
        *("yes", "yes", "no", "no")
    ]
    # A schema may name an annotation, and another way through foreign keys.
    schema = qd.schema_of(
        shop.models.Order,
        fields={"loud": {"type": "string", "column": "loud"}, "of": {"type": "string", "column": "customer__name"}},
    )
    loud = shop.orders.annotate(loud=Upper(F("name")))
    assert ids(loud.filter(qd.where("loud:JANE", schema=schema))) == [4]
    assert ids(loud.filter(qd.where("loud:(NOT JANE) OR of:~acme", schema=schema))) == [1, 2]


def test_a_page_has_annotations(shop: Any) -> None:
    fields: Any = {"upper": {"type": "string", "column": "upper"}, "count": {"type": "integer", "column": "count"}}
    schema = qd.schema_of(shop.models.Order, only=["id", "name"], fields=fields)
    annotated = shop.orders.annotate(upper=Upper("name"), count=Count("lines"))
    listing = Listing(schema, sort="upper:desc", cursor_secret=b"secret", page_size=3)
    first = qd.page(annotated, listing.read("q=id:>1"))
    assert first.items[0] == {"id": 2, "name": "JOHNNY", "upper": "JOHNNY", "count": 0}
    assert [item["id"] for item in first.items] == [2, 4, 3]
    assert qd.page(annotated, listing.read("fields=count&q=upper:JOHN")).items == [{"count": 2}]


def test_a_bound_sort_is_complete(shop: Any) -> None:
    """It goes to every function as it is, and no primary key is appended to it."""
    bound = bind_sort("qty:desc", schema=shop.schema)
    assert len(qd.order_by(bound)) == 2
    cursor = qd.cursor_of(bound, shop.orders.get(id=1))
    assert len(cursor.values) == 2
    assert ids(shop.orders.filter(qd.after(bound, cursor))) == [2, 4]
    assert ids(shop.orders.filter(qd.after(bound, cursor, backward=True))) == [3]


def test_update_and_delete(shop: Any) -> None:
    found = shop.orders.filter(qd.where("name:~john lines.sku:A", schema=shop.schema))
    assert found.update(qty=99) == 1
    assert ids(shop.orders.filter(qty=99)) == [1]
    lines = qd.schema_of(shop.models.Line)
    assert shop.lines.filter(qd.where("sku:A2", schema=lines)).delete()[0] == 1


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", [3, 2, 4, 1]),
        ("name:desc", [1, 4, 2, 3]),
        ("qty:desc,name", [3, 1, 2, 4]),
        ("data.a.b", [1, 2, 3, 4]),
        ("data.a:desc,id:desc", [1, 4, 3, 2]),
        ("status", [3, 4, 2, 1]),
        ("customer.name:desc,id:desc", [1, 4, 3, 2]),
        ("", [1, 2, 3, 4]),
    ],
)
def test_order_by_gives_the_order_of_the_sort(shop: Any, sort: str, expected: list[int]) -> None:
    ordered = shop.orders.order_by(*qd.order_by(sort, schema=shop.schema))
    assert list(ordered.values_list("id", flat=True)) == expected
    assert [order.id for order in ordered[1:3]] == expected[1:3]
    assert [order.id for order in ordered.distinct()[:3]] == expected[:3]
    assert [order.id for order in ordered.reverse()] == expected[::-1]


def test_unique_takes_the_place_of_the_primary_key(shop: Any) -> None:
    last = shop.orders.order_by(*qd.order_by("", schema=shop.schema))
    assert str(last.query).endswith('."id") ASC')
    assert qd.order_by("", schema=shop.schema, unique=None) == []
    assert list(
        shop.orders.order_by(*qd.order_by("qty", schema=shop.schema, unique="name")).values_list("id", flat=True)
    )


def test_only_names_the_columns_of_the_fields(shop: Any) -> None:
    asked = qd.only("name,data.a", schema=shop.schema, always=["id"])
    assert asked == ["name", "data", "id"]
    order = shop.orders.only(*asked).get(id=1)
    assert "qty" in order.get_deferred_fields()
    assert shop.orders.values(*asked).get(id=1) == {"id": 1, "name": "John", "data": {"a": [1, {"b": "x"}]}}
    assert "secret" not in qd.only("", schema=shop.schema)
    assert set(qd.only("customer.name", schema=shop.schema)) == {"customer__name"}
    with pytest.raises(UnsupportedError, match="related rows"):
        qd.only("lines.sku", schema=shop.schema)


def test_the_schema_of_a_model(shop: Any) -> None:
    found = {str(path): field for path, field in shop.schema}
    assert set(found) == {
        *("id", "name", "qty", "price", "active", "at", "day", "opens", "ref", "status", "data", "customer_id"),
        *("lines.id", "lines.order_id", "lines.sku", "lines.qty", "customer.id", "customer.name"),
    }
    assert found["status"].values == ("OPEN", "DONE")
    assert found["name"].nullable
    assert not found["id"].nullable
    with pytest.raises(UnknownFieldError):
        qd.where("secret:~h", schema=shop.schema)


def test_what_no_condition_can_say_is_refused(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.models.Order
    with pytest.raises(ValueError, match="exclude names secert; there are id, name"):
        qd.schema_of(order, exclude=["secert"])
    with pytest.raises(ValueError, match="no relation line"):
        qd.schema_of(order, relations=["line"])
    with pytest.raises(TypeError, match="only takes several"):
        qd.schema_of(order, only="name")
    with pytest.raises(FieldError, match="doc"):
        shop.orders.filter(qd.where("a:1")).count()
    connection = connections[shop.alias]
    monkeypatch.setattr(connection, "vendor", "another")
    with pytest.raises(UnsupportedError, match="there is no SQL for another"):
        str(shop.orders.filter(qd.where("id:1", schema=shop.schema)).query.get_compiler(shop.alias).as_sql())


def test_date_times_in_another_zone_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    alias = django_alias("sqlite")
    from examples.shop.models import Order

    monkeypatch.setitem(vars(connections[alias]), "timezone_name", "Europe/Paris")
    with pytest.raises(UnsupportedError, match="keeps date-times in Europe/Paris"):
        Order.objects.filter(qd.where("at:>2020-01-01", schema=qd.schema_of(Order))).count()


def test_a_query_can_be_kept(shop: Any) -> None:
    found = shop.orders.filter(qd.where("name:~john", schema=shop.schema)).order_by(
        *qd.order_by("data.a", schema=shop.schema)
    )
    kept = shop.models.Order.objects.using(shop.alias).all()
    kept.query = pickle.loads(pickle.dumps(found.query))  # noqa: S301  # what was just pickled
    assert ids(kept) == [1, 2]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_request_is_in_the_statement(shop: Any, text: str) -> None:
    def compiled(value: str) -> tuple[str, Any]:
        written = json.dumps(value)
        condition = qd.where(f"data.{written}:{written} name:~{written} lines.sku:>{written}", schema=shop.schema)
        order = qd.order_by(f"data.{written}", schema=shop.schema)
        found = shop.orders.filter(condition).order_by(*order)
        assert list(found) == []
        statement, _ = found.query.get_compiler(shop.alias).as_sql()
        return str(statement), found

    # MariaDB looks for keys that JSON may escape in another way, and SQLite folds letters beyond ASCII one by one.
    letters = "".join(letter for letter in text if not letter.isascii())
    harmless = [compiled(benign)[0] for benign in ("harmless", "it's harmless", f"harmless{letters}")]
    assert compiled(text)[0] in harmless


def test_many_tests_long_lists_and_depth(shop: Any) -> None:
    many = " OR ".join(f"qty:{number}" for number in range(999))
    deep = "(" * 30 + "id:1" + ")" * 30
    listed = ",".join(f"n{number}" for number in range(2_000))
    for q, expected in ((many, [1, 2, 3]), (f"NOT NOT {deep}", [1]), (f'name:({listed},"John")', [1])):
        assert ids(shop.orders.filter(qd.where(q, schema=shop.schema))) == expected


def test_conditions_are_equal_if_they_mean_the_same(shop: Any) -> None:
    name, qty = field("name").equals("John"), field("qty").equals(3)
    conditions = [
        qd.where(query, schema=shop.schema)
        for query in (name | qty, name & qty, ~name, name, qty, field("qty").equals(4), field("data.a").equals(True))
    ]
    assert all(one != other for number, one in enumerate(conditions) for other in conditions[:number])
    assert qd.where(name | qty, schema=shop.schema) == conditions[0]
    # Django looks an expression up among those that are in the statement already.
    counts = {f"c{number}": Count("id", filter=condition) for number, condition in enumerate(conditions[:2])}
    assert shop.orders.alias(one=F("id")).aggregate(**counts) == {"c0": 2, "c1": 0}
    by_name = qd.order_by("name", schema=shop.schema)
    assert by_name[0] == qd.order_by("name", schema=shop.schema)[0] != qd.order_by("qty", schema=shop.schema)[0]


def test_uuids_where_django_does_not_know_the_type_of_mariadb(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Django 4.2, which stores them as 32 digits."""
    alias = django_alias("mariadb")
    monkeypatch.setattr(connections[alias].features, "has_native_uuid_field", False)
    from examples.shop.models import Order

    ref = UUID("123e4567-e89b-12d3-a456-426614174000")
    found = Order.objects.using(alias).filter(qd.where(f"ref:{ref}", schema=qd.schema_of(Order)))
    assert ref.hex in str(found.query)
