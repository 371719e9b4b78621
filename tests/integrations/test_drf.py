"""Django REST framework: pages, fields without further queries, refusals, the browsable API and OpenAPI."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from qlause import Cursor, Listing, Schema
from qlause import django as qd

from .drf_api import SETTINGS, get, urlpatterns


def test_pages_by_numbers_and_by_cursors_and_in_an_envelope(api: Any) -> None:
    first = get(api, "/orders?sort=name:desc", **{"X-Total-Count": "true"})
    assert [item["id"] for item in first.json()] == [3, 2]
    assert first["X-Total-Count"] == "3"
    url = first["Link"].split("<")[2].partition(">")[0]
    assert url.startswith("http://testserver/orders?sort=name%3Adesc&after=")
    last = get(api, url)
    assert [item["id"] for item in last.json()] == [1]
    before = last["Link"].split("<")[2].partition(">")[0]
    assert get(api, before).json() == first.json()

    pagination = type("Envelope", (api.ListingPagination,), {"envelope": True})
    view = type("Enveloped", (api.Orders,), {"pagination_class": pagination})
    body = get(api, "/orders?pageNumber=2&fields=id", view, **{"X-Total-Count": "true"}).json()
    assert body == {
        "items": [{"id": 3}],
        "total": 3,
        "next": None,
        "previous": "http://testserver/orders?fields=id&pageNumber=1",
    }


def test_a_refused_request_is_a_problem(api: Any) -> None:
    response = get(api, "/orders?q=nmae:x&pageSize=0&x=1")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    errors = [(error["parameter"], error["code"]) for error in response.json()["errors"]]
    assert errors == [("x", "unknown_parameter"), ("q", "unknown_field"), ("pageSize", "parameter_value")]


@pytest.mark.parametrize("name", ["after", "before"])
def test_a_cursor_that_the_database_cannot_use_is_refused_by_its_parameter(api: Any, name: str) -> None:
    context = api.Orders.listing.read("sort=qty").cursor_context
    for values, code in (({"id": 1, "qty": "x"}, "cursor_value"), ({"id": 1, "name": "x"}, "cursor_sort")):
        cursor = Cursor.of(list(values)[1], values).encode(b"secret", context=context)
        response = get(api, f"/orders?sort=qty&{name}={cursor}")
        assert response.status_code == 400
        assert [(error["parameter"], error["code"]) for error in response.json()["errors"]] == [(name, code)]


def test_a_cursor_is_good_for_the_context_of_the_view(api: Any) -> None:
    of_tenants = type("OfTenants", (api.Orders,), {"get_cursor_context": lambda view: view.request.headers["X-Tenant"]})
    first = get(api, "/orders?pageSize=2", of_tenants, **{"X-Tenant": "acme"})
    url = first["Link"].split("<")[2].partition(">")[0]
    assert [item["id"] for item in get(api, url, of_tenants, **{"X-Tenant": "acme"}).json()] == [3]
    assert get(api, url, of_tenants, **{"X-Tenant": "other"}).status_code == 400


def test_an_emptied_page_leads_back_to_the_last_one(api: Any) -> None:
    url = get(api, "/orders?pageSize=2")["Link"].split("<")[2].partition(">")[0]
    api.models.Order.objects.filter(id=3).delete()
    emptied = get(api, url)
    assert emptied.json() == []
    back = emptied["Link"].split("<")[2].partition(">")[0]
    assert [item["id"] for item in get(api, back).json()] == [1, 2]


def test_without_the_exception_handler_it_is_refused_too(api: Any) -> None:
    with override_settings(REST_FRAMEWORK={**SETTINGS, "EXCEPTION_HANDLER": "rest_framework.views.exception_handler"}):
        response = get(api, "/orders?pageSize=0")
    assert response.status_code == 400
    assert response.json() == {"detail": 'pageSize: it must be a whole number from 1 to 100, not "0"'}


def test_other_errors_are_answered_as_before(api: Any) -> None:
    assert get(api, "/orders/77").status_code == 404
    assert api.client.post("/orders").status_code == 405
    assert api.client.post("/orders").json()["detail"]


def test_the_servers_own_condition_holds_for_lists_and_for_single_objects(api: Any) -> None:
    listing = Listing(api.schema, restricted=True)
    for view in (api.Orders, api.OneOrder):
        view.listing = listing
    with pytest.raises(ImproperlyConfigured, match="get_restriction"):
        get(api, "/orders")
    with pytest.raises(ImproperlyConfigured, match="get_restriction"):
        get(api, "/orders/1")
    for view in (api.Orders, api.OneOrder):
        view.get_restriction = lambda _: {"customer.name": "ACME"}
    assert [item["id"] for item in get(api, "/orders?q=id:1 OR id:2").json()] == [1]
    assert get(api, "/orders/1").json()["name"] == "Ada"
    assert get(api, "/orders/2").status_code == 404


@pytest.mark.parametrize(
    "parts",
    [
        {"filter_backends": []},
        {"pagination_class": None},
        {"listing": None},
        {"listing": {"id": "integer"}},
    ],
)
def test_a_view_that_would_ignore_a_part_of_a_request_is_refused(api: Any, parts: dict[str, Any]) -> None:
    with pytest.raises(ImproperlyConfigured, match="Half"):
        get(api, "/orders?q=id:1", type("Half", (api.Orders,), parts))


def test_a_single_object_is_whole(api: Any) -> None:
    assert set(get(api, "/orders/1").json()) == set(api.OrderSerializer.Meta.fields)


def test_the_browsable_api(api: Any) -> None:
    page = get(api, "/orders?q=id:>0&sort=name&fields=id,name", Accept="text/html")
    text = page.content.decode()
    assert page.status_code == 200
    assert 'name="q" value="id:&gt;0"' in text
    assert 'name="status"' in text
    assert "/orders?q=id%3A%3E0&amp;sort=name&amp;fields=id%2Cname&amp;after=" in text
    assert "Ada" in text
    script = get(api, "/orders?q=%22%3E%3Cscript%3E", Accept="text/html")
    assert script.status_code == 400
    assert "<script>" not in script.content.decode().partition("<body")[2].partition("<footer")[0].replace(
        "<script type", ""
    )
    assert script["Content-Type"].startswith("text/html")


def test_what_is_not_asked_for_can_still_be_written(api: Any) -> None:
    from rest_framework.generics import ListCreateAPIView

    class Lines(api.serializers.ModelSerializer):  # type: ignore[misc]  # Django and DRF have no types
        class Meta:
            model = api.models.Order
            fields = ("id", "name", "qty")

    mixed = type("Mixed", (api.FieldsMixin, Lines), {})
    parts = {
        "queryset": api.models.Order.objects.all(),
        "serializer_class": mixed,
        "filter_backends": [api.ListingFilterBackend],
        "pagination_class": api.ListingPagination,
        "listing": api.listing,
    }
    view = type("Writable", (ListCreateAPIView,), parts)
    text = get(api, "/orders?fields=name", view, Accept="text/html").content.decode()
    assert 'name="qty"' in text  # in the form for a new order
    created = api.client.post("/orders?fields=name", {"name": "New", "qty": 3}, format="json")
    assert (created.status_code, created.json()["qty"]) == (201, 3)


def test_the_parameter_for_the_format_is_left_to_the_framework(api: Any) -> None:
    response = get(api, "/orders?format=json&fields=id")
    assert response.json() == [{"id": 1}, {"id": 2}]
    assert "format=json" in response["Link"]
    assert get(api, "/orders?format=api").status_code == 200
    assert get(api, "/orders?version=1").status_code == 400
    from rest_framework.versioning import QueryParameterVersioning

    view = type("Versioned", (api.Orders,), {"versioning_class": QueryParameterVersioning})
    assert get(api, "/orders?version=1", view).status_code == 200


def test_spectacular_shows_the_parameters(api: Any) -> None:
    from drf_spectacular.generators import SchemaGenerator

    generator: Any = SchemaGenerator
    document = generator(patterns=urlpatterns).get_schema(request=None, public=True)
    operations = {target: item["get"] for target, item in document["paths"].items()}
    parameters = {parameter["name"]: parameter for parameter in operations["/orders"]["parameters"]}
    names = {*("q", "sort", "fields", "pageNumber", "pageSize", "after", "before"), "status", "X-Total-Count"}
    assert set(parameters) == names
    assert parameters["status"]["schema"]["enum"] == ["OPEN", "DONE"]
    assert "`customer.name`" in parameters["q"]["description"]
    assert "secret" not in json.dumps(document)
    assert [parameter["name"] for parameter in operations["/orders/{id}"]["parameters"]] == ["id"]
    content = operations["/orders"]["responses"]["200"]["content"]["application/json"]["schema"]
    component = document["components"]["schemas"][content["$ref"].rpartition("/")[2]]
    assert component["type"] == "array"


def test_a_view_that_hides_a_column_under_one_name_only_is_refused(api: Any) -> None:
    fields: dict[str, dict[str, Any]] = {
        "id": {"type": "integer", "column": "id"},
        "key": {"type": "integer", "column": "pk", "filterable": False, "sortable": False, "projectable": False},
    }
    for declared in (fields, dict(reversed(fields.items()))):
        view = type("Apart", (api.Orders,), {"listing": Listing(declared)})
        with pytest.raises(ValueError, match="the field id is in a column that another field hides under another name"):
            get(api, "/orders", view)


def test_each_object_is_there_once(api: Any) -> None:
    whole = get(api, "/orders?sort=id").json()
    model = api.Orders.queryset.model
    joined = model.objects.filter(lines__isnull=False) | model.objects.all()
    view = type("Joined", (api.Orders,), {"queryset": joined})
    assert get(api, "/orders?sort=id", view).json() == whole
    with pytest.raises(TypeError, match="a page cannot be of a slice of a queryset"):
        get(api, "/orders", type("Sliced", (api.Orders,), {"get_queryset": lambda _: model.objects.all()[:2]}))


def test_an_open_schema_lets_out_what_it_does_not_declare(api: Any) -> None:
    hidden = dict.fromkeys(("filterable", "sortable", "projectable"), False)
    declared: dict[str, dict[str, Any]] = {
        "id": {"type": "integer", "column": "id"},
        "customer.name": {"type": "string", "column": "customer__name", **hidden},
        "amount": {"type": "integer", "column": "qty", **hidden},
        "status": {"type": "string", "column": "status", **hidden},
    }
    listing = Listing(Schema(declared, open=True), document="data", always=["status"])
    view = type("Open", (api.Orders,), {"listing": listing})
    first = get(api, "/orders", view).json()[0]
    assert set(first) == {"id", "name", "at", "status", "data", "customer", "customer_id", "lines"}
    assert first["customer"] == {"id": 1}
    assert get(api, "/orders?fields=name", view).json()[0] == {"name": "Ada", "status": "OPEN"}


def test_a_sort_by_what_only_the_database_can_tell(api: Any) -> None:
    for number in (1, 2, 3):
        at = datetime(2024, 3 * number, 1, tzinfo=UTC)
        api.models.Order.objects.filter(id=number).update(at=at if number < 3 else None)
    schema = qd.schema_of(
        api.models.Order, only=["id"], fields={"quarter": {"type": "integer", "column": "at__quarter"}}
    )
    view = type("Quarters", (api.Orders,), {"listing": Listing(schema, cursor_secret=b"secret", page_size=2)})
    first = get(api, "/orders?sort=quarter&fields=id", view)
    assert first.json() == [{"id": 3}, {"id": 1}]
    assert get(api, first["Link"].split("<")[2].partition(">")[0], view).json() == [{"id": 2}]
