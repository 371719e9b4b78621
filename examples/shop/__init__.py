"""A Django app of three tables, for the documentation and the tests."""

from __future__ import annotations

import django
from django.conf import settings

__all__ = ["setup"]


def setup() -> None:
    """Start Django with this app and a SQLite database in memory, unless it is running."""
    if not settings.configured:
        settings.configure(
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            INSTALLED_APPS=["examples.shop"],
            USE_TZ=True,
        )
        django.setup()
