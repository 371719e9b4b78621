"""Query, sort and fields as SQLAlchemy elements, schemas of its models, and pages: the names of this integration."""

from __future__ import annotations

from .integrations.sqlalchemy.elements import Source, after, columns, cursor_of, order_by, schema_of, where
from .integrations.sqlalchemy.pages import apage, page

__all__ = ["Source", "after", "apage", "columns", "cursor_of", "order_by", "page", "schema_of", "where"]
