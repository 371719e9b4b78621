"""Query, sort and fields as SQLAlchemy elements, and schemas of its models: the names of this integration."""

from __future__ import annotations

from .integrations.sqlalchemy.elements import Source, after, columns, cursor_of, order_by, schema_of, where

__all__ = ["Source", "after", "columns", "cursor_of", "order_by", "schema_of", "where"]
