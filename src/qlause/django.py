"""Query, sort and fields for Django's querysets, schemas of its models, and list endpoints in its views."""

from __future__ import annotations

from .integrations.django.elements import after, cursor_of, only, order_by, schema_of, where
from .integrations.django.pages import apage, page
from .integrations.web.django import ErrorMiddleware, listing, respond

__all__ = [
    "ErrorMiddleware",
    "after",
    "apage",
    "cursor_of",
    "listing",
    "only",
    "order_by",
    "page",
    "respond",
    "schema_of",
    "where",
]
