"""Django REST framework: what is loaded, and by how many queries."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import (
    CASCADE,
    CharField,
    IntegerField,
    ManyToManyField,
    Model,
    OneToOneField,
    Prefetch,
    Value,
)

from qlause import Listing
from qlause import django as qd

from .drf_api import queries


def test_whole_rows_cost_one_query_and_one_for_the_lines(api: Any) -> None:
    items, statements = queries(api, "/orders?sort=name&pageSize=5")
    assert len(statements) == 2
    assert items[0]["customer"] == {"id": 1, "name": "ACME"}
    assert [line["sku"] for line in items[0]["lines"]] == ["S1", "S2"]
    assert "customer" not in items[2]  # rule 21: null is no object on the way to a field
    assert '"secret"' not in statements[0]
    assert '"price"' not in statements[0]


@pytest.mark.parametrize(
    ("target", "item", "read", "unread"),
    [
        ("fields=name", {"id": 1, "name": "Ada"}, ["name"], ["qty", "data"]),
        ("fields=data.tags", {"id": 1, "data": {"tags": ["a"]}}, ["data"], ["name"]),
        ("fields=customer_id", {"id": 1, "customer_id": 1}, ["customer_id"], ["name"]),
        ("fields=customer.name", {"id": 1, "customer": {"name": "ACME"}}, ["customer_id"], ["qty", "data"]),
        ("fields=name&sort=qty", {"id": 1, "name": "Ada"}, ["name", "qty"], ["data"]),
        ("fields=id&sort=customer.name", {"id": 1}, ["customer_id"], ["data"]),
    ],
)
def test_fields_that_are_not_asked_for_are_not_read(
    api: Any, target: str, item: dict[str, Any], read: list[str], unread: list[str]
) -> None:
    items, statements = queries(api, f"/orders?{target}&q=id:(1,2)&pageSize=1")
    assert items[0] == item
    assert len(statements) == 1
    columns = statements[0].partition("FROM")[0]
    assert [f'"shop_order"."{name}"' in columns for name in (*read, *unread)] == [True] * len(read) + [False] * len(
        unread
    )


def test_lines_are_read_where_they_are_asked_for(api: Any) -> None:
    items, statements = queries(api, "/orders?fields=lines.sku")
    assert items == [{"id": 1, "lines": [{"sku": "S1"}, {"sku": "S2"}]}, {"id": 2, "lines": [{"sku": "S3"}]}]
    assert len(statements) == 2
    assert '"qty"' not in statements[1]


def test_more_rows_cost_no_more_queries(api: Any) -> None:
    for number in range(10, 30):
        order = api.models.Order.objects.create(id=number, name="x", customer_id=1, data={})
        api.models.Line.objects.create(order=order, sku="x")
    for fields in ("", "name", "customer.name", "lines.sku", "customer_id", "data.a,customer.id"):
        _, statements = queries(api, f"/orders?fields={fields}&pageSize=50")
        assert len(statements) <= 2, fields


def serializer(api: Any, **fields: Any) -> Any:
    """A view whose serializer has other fields besides the id."""
    names = ("id", *fields)

    class Meta:
        model = api.models.Order
        fields = names

    base = (api.FieldsMixin, api.serializers.ModelSerializer)
    declared = {name: field for name, field in fields.items() if field is not None}
    made = type("OtherSerializer", base, {**declared, "Meta": Meta})
    schema = qd.schema_of(
        api.models.Order,
        relations=["customer"],
        fields={
            name: {"type": "any", "filterable": False, "sortable": False}
            for name in fields
            if name not in ("name", "customer_id")
        },
    )
    return type("Other", (api.Orders,), {"serializer_class": made, "listing": Listing(schema)})


def test_what_cannot_be_told_leaves_nothing_out(api: Any) -> None:
    method = api.serializers.SerializerMethodField()
    view = serializer(api, loud=method, name=None)
    view.serializer_class.get_loud = lambda _, order: f"{order.name} {order.qty}"
    items, statements = queries(api, "/orders", view)
    assert items[0] == {"id": 1, "loud": "Ada 5", "name": "Ada"}
    assert len(statements) == 1
    items, statements = queries(api, "/orders?fields=name", view)
    assert items[0] == {"name": "Ada"}
    assert '"qty"' not in statements[0]


@pytest.mark.parametrize("method", ["to_representation", "get_attribute"])
def test_a_method_of_the_callers_own_may_read_the_whole_row(api: Any, method: str) -> None:
    class Loud(api.serializers.CharField):  # type: ignore[misc]  # Django and DRF have no types
        def get_attribute(self, instance: Any) -> str:
            return f"{instance.name} {instance.qty}"

    view = serializer(api, name=Loud() if method == "get_attribute" else None)
    if method == "to_representation":
        view.serializer_class.to_representation = lambda _, order: {"id": 1, "name": f"{order.name} {order.qty}"}
    items, statements = queries(api, "/orders?fields=name", view)
    assert items[0] == {"name": "Ada 5"}
    assert len(statements) == 1


@cache
def models_of_books() -> Any:
    """Models with relations of other kinds, which no other test knows."""

    class Tag(Model):  # type: ignore[misc]  # Django and DRF have no types
        name = CharField(max_length=10)

        class Meta:
            app_label = "shop"

    class Book(Model):  # type: ignore[misc]  # Django and DRF have no types
        title = CharField(max_length=10)
        pages = IntegerField()
        tags = ManyToManyField(Tag)

        class Meta:
            app_label = "shop"

    class Cover(Model):  # type: ignore[misc]  # Django and DRF have no types
        book = OneToOneField(Book, CASCADE)
        color = CharField(max_length=10)

        class Meta:
            app_label = "shop"

    return SimpleNamespace(Tag=Tag, Book=Book, Cover=Cover)


def test_relations_of_other_kinds_are_prefetched(api: Any) -> None:
    from qlause.integrations.drf.rows import with_what_is_read

    models, made = models_of_books(), api.serializers

    class TagSerializer(made.ModelSerializer):  # type: ignore[misc,name-defined]  # Django and DRF have no types
        class Meta:
            model = models.Tag
            fields = ("name",)

    class BookSerializer(made.ModelSerializer):  # type: ignore[misc,name-defined]  # Django and DRF have no types
        tags = TagSerializer(many=True)
        cover = made.StringRelatedField()

        class Meta:
            model = models.Book
            fields = ("title", "tags", "cover")

    for many in (False, True):
        rows = with_what_is_read(models.Book.objects.all(), BookSerializer(many=many))
        assert str(rows.query) == 'SELECT "shop_book"."id", "shop_book"."title" FROM "shop_book"'
        assert [lookup.prefetch_to for lookup in rows._prefetch_related_lookups] == ["tags", "cover"]
        tags = rows._prefetch_related_lookups[0].queryset
        assert str(tags.query) == 'SELECT "shop_tag"."id", "shop_tag"."name" FROM "shop_tag"'

    class CoverSerializer(made.ModelSerializer):  # type: ignore[misc,name-defined]  # Django and DRF have no types
        title = made.CharField(source="book.title")
        pages = made.IntegerField(source="book.pk")

        class Meta:
            model = models.Cover
            fields = ("title", "pages")

    rows = with_what_is_read(models.Cover.objects.select_related("book"), CoverSerializer())
    columns = '"shop_cover"."id", "shop_cover"."book_id", "shop_book"."id", "shop_book"."title"'
    assert str(rows.query).startswith(f"SELECT {columns} FROM")


@pytest.mark.parametrize("kind", ["string", "slug", "key", "many", "of", "count", "display"])
def test_fields_of_other_kinds_cost_no_query_a_row(api: Any, kind: str) -> None:
    made: Any = api.serializers
    api.models.Customer.__str__ = lambda customer: customer.name
    field, expected, count = {
        "string": (made.StringRelatedField(source="customer"), "ACME", 1),
        "slug": (made.SlugRelatedField("name", source="customer", read_only=True), "ACME", 1),
        "key": (made.PrimaryKeyRelatedField(source="customer", read_only=True), 1, 1),
        "many": (made.PrimaryKeyRelatedField(source="lines", many=True, read_only=True), [1, 2], 2),
        "of": (made.CharField(source="customer.name", default=None), "ACME", 1),
        "count": (made.IntegerField(source="seven"), 7, 1),
        "display": (made.CharField(source="get_status_display"), "open", 1),
    }[kind]
    view = serializer(api, x=field)
    view.queryset = api.models.Order.objects.annotate(seven=Value(7))
    items, statements = queries(api, "/orders?fields=x,id", view)
    assert items[0] == {"id": 1, "x": expected}
    assert len(statements) == count
    del api.models.Customer.__str__


def test_relations_that_the_view_loads_itself_do_no_harm(api: Any) -> None:
    lines = Prefetch("lines", api.models.Line.objects.exclude(sku="S1"))
    view: Any = type("Loading", (api.Orders,), {})
    view.queryset = api.models.Order.objects.select_related("customer").prefetch_related(lines, "customer")
    items, statements = queries(api, "/orders?fields=lines.sku,name", view)
    assert items[0] == {"id": 1, "name": "Ada", "lines": [{"sku": "S2"}]}
    assert len(statements) == 3
    items, statements = queries(api, "/orders?fields=name", view)
    assert items[0] == {"id": 1, "name": "Ada"}
    assert len(statements) == 3
    view.queryset = api.models.Order.objects.values("id", "name")
    view.serializer_class = serializer(api, name=None).serializer_class
    items, _ = queries(api, "/orders?fields=name", view)
    assert items[0] == {"id": 1, "name": "Ada"}


def test_a_serializer_without_the_mixin_shows_no_more_than_what_is_asked_for(api: Any) -> None:
    class Plain(api.serializers.ModelSerializer):  # type: ignore[misc]  # Django and DRF have no types
        class Meta:
            model = api.models.Order
            fields = "__all__"

    view = type("PlainOrders", (api.Orders,), {"serializer_class": Plain})
    items, statements = queries(api, "/orders?fields=name", view)
    assert items[0] == {"id": 1, "name": "Ada"}
    assert len(statements) == 1
    items, _ = queries(api, "/orders", view)
    assert "secret" not in items[0]


def test_names_are_those_of_the_schema_wherever_a_value_is_stored(api: Any) -> None:
    schema = qd.schema_of(
        api.models.Order,
        only=["id"],
        fields={
            "title": {"type": "string", "column": "name"},
            "data": {"type": "object", "column": "data", "open": True},
            "data.pin": {"type": "integer", "projectable": False},
        },
    )

    class Renamed(api.FieldsMixin, api.serializers.ModelSerializer):  # type: ignore[misc]  # Django and DRF have no types
        title = api.serializers.CharField(source="name")

        class Meta:
            model = api.models.Order
            fields = ("id", "title", "data")

    view = type("RenamedOrders", (api.Orders,), {"serializer_class": Renamed, "listing": Listing(schema)})
    assert queries(api, "/orders?fields=title&q=title:Ada", view)[0] == [{"title": "Ada"}]
    assert queries(api, "/orders?fields=id,data&q=id:1", view)[0] == [{"id": 1, "data": {"tags": ["a"]}}]
    assert queries(api, "/orders?q=id:1", view)[0] == [{"id": 1, "title": "Ada", "data": {"tags": ["a"]}}]
