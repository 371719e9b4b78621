"""Django REST framework, over a model with the documents as its rows."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.urls import path

from ..contacts import DOCUMENTS, FIELDS, listings_of

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["examples.shop"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "EXCEPTION_HANDLER": "qlause.drf.exception_handler",
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF=__name__,
    TIME_ZONE="UTC",
    USE_TZ=True,
)
django.setup()

# ruff: noqa: E402  # the settings come first
from rest_framework.generics import ListAPIView
from rest_framework.serializers import ModelSerializer

from examples.shop.models import Customer, Order
from qlause.drf import FieldsMixin, ListingFilterBackend, ListingPagination

_COLUMNS: dict[str, Any] = {name: field if "." in name else {**field, "column": name} for name, field in FIELDS.items()}
LISTINGS = listings_of({**_COLUMNS, "at": {"type": "date-time", "column": "at"}})  # stored as Django stores it


class ContactSerializer(FieldsMixin, ModelSerializer):  # type: ignore[misc]  # without types
    class Meta:
        model = Order
        fields = ("id", "name", "qty", "status", "at", "data", "secret")


class Contacts(ListAPIView):  # type: ignore[misc]  # without types
    queryset = Order.objects.all()
    serializer_class = ContactSerializer
    filter_backends = (ListingFilterBackend,)
    pagination_class: Any = ListingPagination
    listing = LISTINGS["/contacts"]


class EnvelopePagination(ListingPagination):
    envelope = True


class Numbered(Contacts):
    pagination_class = EnvelopePagination
    listing = LISTINGS["/numbered"]


def _fill() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Customer)
        editor.create_model(Order)
    Order.objects.bulk_create([Order(**document) for document in DOCUMENTS])


urlpatterns = [path("contacts", Contacts.as_view()), path("numbered", Numbered.as_view())]
_fill()
app = WSGIHandler()
