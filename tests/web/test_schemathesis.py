"""Requests that schemathesis makes from the OpenAPI document of every app."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import pytest

from .apps import FRAMEWORKS
from .client import Server, running
from .contacts import LISTINGS
from .schemathesis_requests import document_from, statuses_of

_OWN_DOCUMENTS: Final = {"fastapi": "/openapi.json", "litestar": "/schema/openapi.json"}
"""Where an app shows the document that its framework makes. The others have what the listings tell."""


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(f"web {name}")) for name in FRAMEWORKS]
)
def app(request: pytest.FixtureRequest) -> Iterator[tuple[str, Server]]:
    framework = FRAMEWORKS[request.param]
    packages = (*framework.packages, "schemathesis")
    with running(f"tests.web.apps.{request.param}_app", framework.interface, packages) as server:
        yield request.param, server


def _operations(name: str, server: Server) -> Any:
    url = f"http://127.0.0.1:{server.port}"
    if name in _OWN_DOCUMENTS:
        return document_from(url + _OWN_DOCUMENTS[name])
    paths = {path: {"get": listing.openapi(envelope=path == "/numbered")} for path, listing in LISTINGS.items()}
    return document_from(url, {"openapi": "3.1.0", "info": {"title": name, "version": "1"}, "paths": paths})


@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
@pytest.mark.parametrize("path", LISTINGS)
def test_no_request_breaks_the_app_or_its_description(
    app: tuple[str, Server], path: str, mode: Literal["POSITIVE", "NEGATIVE"]
) -> None:
    statuses = statuses_of(_operations(*app)[path]["GET"], mode)
    assert statuses <= {200, 400}
    assert 400 in statuses
