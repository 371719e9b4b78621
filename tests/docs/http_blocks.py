"""Requests and responses that pages show, sent to a server."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from ..web.client import Server
from .pages import Block

__all__ = ["compare"]


def compare(server: Server, block: Block) -> None:
    """Send the request of a block, and compare the response with what it shows."""
    request, response, body = block.text.split("\n\n", 2)
    first, *others = request.splitlines()
    status, *headers = response.splitlines()
    target = quote(first.removeprefix("GET "), safe="/?&=:~^,()$%")
    answer = server.get(target.encode(), [_pair(line.encode(), b": ") for line in others])
    assert answer.status == int(status.split()[0]), answer.content
    assert {name: answer.headers[name] for name, _ in (_pair(line, ": ") for line in headers)} == dict(
        _pair(line, ": ") for line in headers
    )
    assert answer.body == json.loads(body)


def _pair(text: Any, separator: Any) -> tuple[Any, Any]:
    """The two parts of a header."""
    name, value = text.split(separator, 1)
    return name, value
