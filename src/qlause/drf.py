"""List endpoints in Django REST framework: a filter backend, a paginator, a serializer mixin and errors."""

from __future__ import annotations

from .integrations.drf.backend import ListingFilterBackend, ListingPagination
from .integrations.drf.requests import RefusedError, exception_handler
from .integrations.drf.serializers import FieldsMixin

__all__ = ["FieldsMixin", "ListingFilterBackend", "ListingPagination", "RefusedError", "exception_handler"]
