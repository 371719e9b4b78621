"""A Django app of three tables, for the documentation and the tests."""

from __future__ import annotations

import django
from django.conf import settings

__all__ = ["setup"]


def setup(urls: str | None = None, database: str = ":memory:") -> None:
    """Start Django with this app and a SQLite database, unless it is running.

    Args:
        urls: The module of the views, if there are any.
        database: The file of the database.

    """
    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["127.0.0.1"],
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
            INSTALLED_APPS=["examples.shop"],
            MIDDLEWARE=["qlause.django.ErrorMiddleware"],
            REST_FRAMEWORK={"EXCEPTION_HANDLER": "qlause.drf.exception_handler", "UNAUTHENTICATED_USER": None},
            ROOT_URLCONF=urls,
            TIME_ZONE="UTC",  # Django would make another one that of the whole process
            USE_TZ=True,
        )
        django.setup()
