"""The OpenAPI documents of the frameworks that make one show the parameters and the responses of a listing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from engines.missing import import_optional

from .contacts import LISTINGS


def _of_fastapi() -> Any:
    import_optional("fastapi", "fastapi", "pip install fastapi")
    from .apps.fastapi_app import app

    return app.openapi()


def _of_litestar() -> Any:
    import_optional("litestar", "litestar", "pip install litestar")
    from .apps.litestar_app import app

    return app.openapi_schema.to_schema()


_DOCUMENTS: Final[Mapping[str, Callable[[], Any]]] = {"fastapi": _of_fastapi, "litestar": _of_litestar}


@pytest.mark.parametrize("framework", _DOCUMENTS)
def test_the_document_shows_what_the_listing_tells(framework: str) -> None:
    document = _DOCUMENTS[framework]()
    for path, listing in LISTINGS.items():
        told, operation = listing.openapi(envelope=path == "/numbered"), document["paths"][path]["get"]
        shown = {(each["in"], each["name"].lower()): each for each in operation["parameters"]}
        assert len(shown) == len(operation["parameters"]) == len(told["parameters"])
        for parameter in told["parameters"]:
            found = shown[parameter["in"], parameter["name"].lower()]
            assert found["schema"].items() >= parameter["schema"].items()
            assert found["description"] == parameter["description"]
            examples = [example["value"] for example in found.get("examples", {}).values()]
            assert parameter.get("example") in [found.get("example"), *examples]
        assert operation["responses"]["400"] == told["responses"]["400"]
        content = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert content.items() >= told["responses"]["200"]["content"]["application/json"]["schema"].items()
    assert "secret" not in json.dumps(document)
