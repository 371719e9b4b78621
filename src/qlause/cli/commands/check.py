"""``qlause check``: whether a query is accepted, and its canonical texts."""

from __future__ import annotations

import json
from typing import Any

from ..arguments import Arguments
from ..output.terminal import complain
from ..request import RequestError, read_request

__all__ = ["run"]


def run(arguments: Arguments) -> int:
    """Print the canonical texts, or why the query is refused. The exit status is 0 or 2."""
    as_json = arguments.output == "json"
    try:
        request = read_request(arguments)
    except RequestError as refused:
        if as_json:
            _print_json({"ok": False, "parameter": refused.parameter, "error": refused.error.to_dict()})
        else:
            complain(refused.error.pretty())
        return 2
    canonical = {"q": str(request.query)}
    if arguments.sort is not None:
        canonical["sort"] = "" if request.sort is None else str(request.sort)
    if arguments.fields is not None:
        canonical["fields"] = str(request.fields)
    if as_json:
        _print_json({"ok": True, "canonical": canonical})
    else:
        for parameter, text in canonical.items():
            print(f"{parameter}: {text}")
    return 0


def _print_json(value: Any) -> None:
    print(json.dumps(value))
