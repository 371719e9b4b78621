"""``q``, ``sort`` and ``fields``: any text is read, or refused with an error that can be shown."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any, Final

import qlause
from qlause import Limits, QlauseError

__all__ = ["check"]

_LIMITS: Final = (Limits(), Limits(q_length=60, sort_length=20, fields_length=20, depth=3, tests=3, list_members=3))
_FREE: Final = Limits(q_length=10**6, sort_length=10**6, fields_length=10**6)
_UNSAFE: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_PARSERS: Final[tuple[Callable[..., Any], ...]] = (qlause.parse, qlause.parse_sort, qlause.parse_fields)


def check(data: bytes) -> None:
    """Read the text as each of the three parameters."""
    text = data.decode("utf-8", "surrogateescape")
    for parse in _PARSERS:
        for limits in _LIMITS:
            try:
                tree = parse(text, limits=limits)
            except QlauseError as error:
                _check_error(error, text)
            else:
                canonical = str(tree)
                again = parse(canonical, limits=_FREE)  # the canonical text may be longer
                assert again == tree
                assert str(again) == canonical


def _check_error(error: QlauseError, text: str) -> None:
    assert error.text == text
    assert error.offset is not None
    assert 0 <= error.offset <= error.offset + error.length <= len(text)
    assert error.message
    body = error.to_dict()
    assert json.loads(json.dumps(body)) == body
    for shown in (error.pretty().replace("\n", ""), str(error)):
        assert not {unicodedata.category(each) for each in shown} & _UNSAFE
