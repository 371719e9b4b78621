"""Query, sort and fields for Django's querysets, and schemas of its models: the names of this integration."""

from __future__ import annotations

from .integrations.django.elements import after, cursor_of, only, order_by, schema_of, where

__all__ = ["after", "cursor_of", "only", "order_by", "schema_of", "where"]
