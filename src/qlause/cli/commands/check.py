"""``qlause check``: whether a request is accepted, and its canonical texts."""

from __future__ import annotations

import json
from typing import assert_never

from ...errors import escape_text
from ...syntax.diagnosis.notes import notes
from ..arguments import Arguments
from ..exit_status import ExitStatus
from ..output.terminal import print_error
from ..request import Request, RequestError, read_request

__all__ = ["run"]


def run(arguments: Arguments) -> ExitStatus:
    """Print the canonical texts, or why the request is refused."""
    match arguments.report:
        case "text":
            return _report_text(arguments)
        case "json":
            return _report_json(arguments)
        case _:
            assert_never(arguments.report)


def _report_text(arguments: Arguments) -> ExitStatus:
    """Print one line for each parameter. A refusal is printed as for every command, where it is caught.

    Control characters come out as escapes of JSON, which mean the same in a query.
    """
    request = read_request(arguments)
    for parameter, text in _canonical_texts(request, arguments).items():
        print(f"{parameter}: {escape_text(text)}")
    for note in notes(request.query):
        print_error(f"note: {note}")
    return ExitStatus.OK


def _report_json(arguments: Arguments) -> ExitStatus:
    try:
        request = read_request(arguments)
    except RequestError as refusal:
        print(json.dumps({"ok": False, "parameter": refusal.parameter, "error": refusal.error.to_dict()}))
        return ExitStatus.ERROR
    answer: dict[str, object] = {"ok": True, "canonical": _canonical_texts(request, arguments)}
    found = notes(request.query)
    if found:
        answer["notes"] = found
    print(json.dumps(answer))
    return ExitStatus.OK


def _canonical_texts(request: Request, arguments: Arguments) -> dict[str, str]:
    """The canonical text of each parameter that was given."""
    texts = {"q": str(request.query)}
    if arguments.sort is not None:
        texts["sort"] = "" if request.sort is None else str(request.sort)
    if arguments.fields is not None:
        texts["fields"] = str(request.fields)
    return texts
