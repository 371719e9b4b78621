"""The databases of SQLAlchemy and Django, with the tables of these tests."""

from __future__ import annotations

from functools import cache

import sqlalchemy
from django.db import connections

from engines import orm
from engines.orm import OrmDialect

from .sqlalchemy_tables import Base

__all__ = ["django_alias", "engine"]


@cache
def engine(dialect: OrmDialect) -> sqlalchemy.Engine:
    """The database through SQLAlchemy, with empty tables."""
    opened = orm.sqlalchemy_engine(dialect)
    Base.metadata.drop_all(opened)
    Base.metadata.create_all(opened)
    return opened


@cache
def django_alias(dialect: OrmDialect) -> str:
    """The alias of the database in Django, with empty tables."""
    alias = orm.django_alias(dialect)
    from examples.shop.models import Customer, Line, Order

    from .django_documents import Document

    with connections[alias].schema_editor() as editor:
        for model in (Document, Customer, Order, Line):
            if model._meta.db_table not in connections[alias].introspection.table_names():
                editor.create_model(model)
    return alias
