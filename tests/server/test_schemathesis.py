"""Requests that schemathesis makes from the OpenAPI document of the server."""

from __future__ import annotations

from typing import Literal

import pytest

from ..web.schemathesis_requests import document_from, statuses_of
from .process import Server

# The server of the fixture is one for the whole module, and so are these tests one group.
pytestmark = pytest.mark.xdist_group("server by schemathesis")


@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
@pytest.mark.parametrize("path", ["/orders", "/orders/{id}"])
def test_no_request_breaks_the_server_or_its_description(
    orders_server: Server, path: str, mode: Literal["POSITIVE", "NEGATIVE"]
) -> None:
    statuses = statuses_of(document_from(f"{orders_server.url}/openapi.json")[path]["GET"], mode)
    assert statuses <= {200, 400, 404}
    assert statuses & {400, 404}
