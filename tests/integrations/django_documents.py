"""The table of documents for Django. To be imported when Django is set up."""

from __future__ import annotations

from django.db import models

__all__ = ["Document"]


class Document(models.Model):  # type: ignore[misc]  # Django has no types
    id = models.BigIntegerField(primary_key=True)
    doc = models.JSONField()

    class Meta:
        app_label = "shop"
