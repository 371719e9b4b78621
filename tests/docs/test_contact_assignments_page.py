"""The page of the example service: its requests are answered as it shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from engines.missing import import_optional

from ..web.contact_assignments.service import Service, running
from .pages import ROOT, Block, blocks

PAGE: Final = ROOT / "docs" / "contact-assignments.md"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """The service, on a database of its own."""
    for package in ("fastapi", "sqlalchemy", "uvicorn"):
        import_optional(package, "the service", "pip install 'qlause[web]'")
    with running(f"sqlite:///{tmp_path}/contact-assignments.db") as started:
        yield started


def test_the_service_answers_what_the_page_shows(service: Service) -> None:
    shown = [block for block in blocks(PAGE) if block.language == "http"]
    assert shown
    for block in shown:
        _compare(service, block)


def _compare(service: Service, block: Block) -> None:
    """Send the request of a block, its body included, and compare the response."""
    request, *parts = block.text.rstrip("\n").split("\n\n")
    sent = parts.pop(0).encode() if parts[0].startswith("{") else None
    response, *bodies = parts
    first, *lines = request.splitlines()
    method, target = first.split(" ", 1)
    headers = dict(line.split(": ", 1) for line in lines)
    assert headers.pop("Authorization") == "Bearer TOKEN"
    status, *expected = response.splitlines()
    answer = service.call(method, target, sent, headers=headers)
    assert answer.status == int(status.split()[0]), answer.content
    for line in expected:
        name, value = line.split(": ", 1)
        assert answer.headers[name] == value
    assert answer.body == (json.loads(bodies[0]) if bodies else None)


def test_the_token_of_the_page_is_given_out(service: Service) -> None:
    (command,) = (line for block in blocks(PAGE) for line in block.text.splitlines() if line.startswith("curl"))
    form = dict(pair.split("=") for pair in command.split("'")[1].split("&"))
    assert service.ask_token(**form).status == 200


@pytest.mark.parametrize("name", [path.name for path in (ROOT / "examples" / "contact_assignments_api").glob("*.*")])
def test_the_page_names_every_file(name: str) -> None:
    if name == "__init__.py" or name.startswith("."):
        return
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
