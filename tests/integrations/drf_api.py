"""Views and serializers of Django REST framework over the shop, and requests to them."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path

from engines.missing import import_optional
from qlause import Listing
from qlause import django as qd

from .databases import django_alias

__all__ = ["SETTINGS", "api", "fill", "get", "queries", "urlpatterns", "views_of_orders"]

urlpatterns: list[Any] = []
SETTINGS: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "qlause.drf.exception_handler",
    "UNAUTHENTICATED_USER": None,
}


@pytest.fixture
def api() -> Iterator[Any]:
    """The views, over three orders of two customers."""
    django_alias("sqlite")
    for package in ("rest_framework", "drf_spectacular"):
        import_optional(package, package, "pip install djangorestframework drf-spectacular")
    templates = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
    apps = ["examples.shop", "rest_framework"]
    with (
        override_settings(
            ALLOWED_HOSTS=["testserver"],
            INSTALLED_APPS=apps,
            REST_FRAMEWORK=SETTINGS,
            ROOT_URLCONF=__name__,
            TEMPLATES=templates,
            TIME_ZONE="UTC",
        ),
        transaction.atomic(),
    ):
        views = views_of_orders()
        urlpatterns[:] = [
            path("orders", views.Orders.as_view()),
            path("orders/<int:pk>", views.OneOrder.as_view()),
        ]
        fill(views.models)
        yield views
        transaction.set_rollback(True)


def views_of_orders() -> Any:
    """The module's views, made where Django has its settings."""
    from rest_framework import generics, serializers
    from rest_framework.test import APIClient

    from examples.shop import models
    from qlause.drf import FieldsMixin, ListingFilterBackend, ListingPagination

    schema = qd.schema_of(models.Order, exclude=["secret"], relations=["customer", "lines"])
    listing = Listing(schema, equals=["status"], cursor_secret=b"secret", page_size=2, always=["id"])

    class CustomerSerializer(FieldsMixin, serializers.ModelSerializer):  # type: ignore[misc]  # Django and DRF have no types
        class Meta:
            model = models.Customer
            fields = ("id", "name")

    class LineSerializer(FieldsMixin, serializers.ModelSerializer):  # type: ignore[misc]  # Django and DRF have no types
        class Meta:
            model = models.Line
            fields = ("id", "sku", "qty")

    class OrderSerializer(FieldsMixin, serializers.ModelSerializer):  # type: ignore[misc]  # Django and DRF have no types
        customer = CustomerSerializer()
        lines = LineSerializer(many=True)

        class Meta:
            model = models.Order
            fields = ("id", "name", "qty", "at", "status", "data", "customer", "customer_id", "lines")

    class Orders(generics.ListAPIView):  # type: ignore[misc]  # Django and DRF have no types
        queryset = models.Order.objects.all()
        serializer_class: Any = OrderSerializer
        filter_backends = (ListingFilterBackend,)
        pagination_class: Any = ListingPagination

    class OneOrder(generics.RetrieveAPIView):  # type: ignore[misc]  # Django and DRF have no types
        queryset = models.Order.objects.all()
        serializer_class = OrderSerializer
        filter_backends = (ListingFilterBackend,)
        pagination_class = ListingPagination

    Orders.listing = OneOrder.listing = listing
    return SimpleNamespace(
        models=models,
        schema=schema,
        listing=listing,
        serializers=serializers,
        client=APIClient(),
        ListingFilterBackend=ListingFilterBackend,
        ListingPagination=ListingPagination,
        FieldsMixin=FieldsMixin,
        OrderSerializer=OrderSerializer,
        Orders=Orders,
        OneOrder=OneOrder,
    )


def fill(models: Any) -> None:
    for table in (models.Line, models.Order, models.Customer):
        table.objects.all().delete()
    acme, roe = (models.Customer.objects.create(id=number, name=name) for number, name in ((1, "ACME"), (2, "Roe")))
    models.Order.objects.create(id=1, name="Ada", qty=5, status="OPEN", customer=acme, data={"tags": ["a"], "pin": 1})
    models.Order.objects.create(id=2, name="Bob", qty=7, status="DONE", customer=roe)
    models.Order.objects.create(id=3, name="Cyd", status="OPEN")
    for number, order in enumerate((1, 1, 2), 1):
        models.Line.objects.create(id=number, order_id=order, sku=f"S{number}")


def get(api: Any, target: str, view: Any = None, **headers: str) -> Any:
    """The response of a view, by default that of the orders."""
    if view is not None:
        urlpatterns[0] = path("orders", view.as_view())
        from django.urls import clear_url_caches

        clear_url_caches()
    return api.client.get(target, headers=headers)


def queries(api: Any, target: str, view: Any = None) -> tuple[Any, list[str]]:
    """The body, and the statements that were executed for it."""
    with CaptureQueriesContext(connection) as captured:
        response = get(api, target, view)
    assert response.status_code == 200, response.content
    return response.json(), [query["sql"] for query in captured.captured_queries]
