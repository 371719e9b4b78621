"""Django's asynchronous views, under an ASGI server."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.urls import path

from qlause import python
from qlause.django import listing, respond

from ..contacts import DOCUMENTS, LISTINGS

settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=["qlause.django.ErrorMiddleware"], ALLOWED_HOSTS=["127.0.0.1"])
django.setup()


async def contacts(request: Any) -> Any:
    return respond(python.page(DOCUMENTS, listing(LISTINGS["/contacts"], request)))


async def numbered(request: Any) -> Any:
    return respond(python.page(DOCUMENTS, listing(LISTINGS["/numbered"], request)), envelope=True)


urlpatterns = [path("contacts", contacts), path("numbered", numbered)]
app = ASGIHandler()
