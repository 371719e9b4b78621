"""The table of requests, with what every framework must answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from qlause import Cursor

from .contacts import LISTINGS, SECRET

__all__ = ["CASES", "Case", "Headers"]

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]
_Error: TypeAlias = tuple[str | None, str]


@dataclass(frozen=True)
class Case:
    """A request: its query string, byte by byte, and what it is answered with."""

    query: bytes
    ids: list[int] | None = None
    """The ids of the items, in their order; None if the request is refused."""
    errors: list[_Error] = field(default_factory=list)
    """The parameters that are refused, with the codes of the errors."""
    headers: Headers = ()
    total: int | None = None
    path: bytes = b"/contacts"

    def __str__(self) -> str:
        return f"{self.path.decode()}?{self.query[:60].decode('latin-1')} {dict(self.headers) or ''}".strip()


def _ok(query: bytes, *ids: int, language: bytes | None = None) -> Case:
    return Case(query, list(ids), headers=[] if language is None else [(b"Accept-Language", language)])


def _no(query: bytes, *errors: _Error) -> Case:
    return Case(query, None, list(errors))


_ALL: Final = (1, 2, 3, 4, 5, 6, 7, 8)
_TOTAL: Final = b"X-Total-Count"
_NO_TOTAL: Final = ("X-Total-Count", "parameter_value")
_BY_NAME: Final = LISTINGS["/contacts"].read("sort=name").cursor_context
_OF_ANOTHER_SORT: Final = Cursor.of("name", {"id": 1, "name": "Ada"}).encode(SECRET, context=_BY_NAME).encode()
_END: Final = Cursor("name", ()).encode(SECRET, context=_BY_NAME).encode()
_ALL_BY_NAME: Final = (8, 5, 1, 6, 3, 4, 2, 7)

CASES: Final[list[Case]] = [
    # nothing, and almost nothing
    _ok(b"", *_ALL),
    _ok(b"&&", *_ALL),
    _ok(b"q", *_ALL),
    _ok(b"q=&sort=&fields=", *_ALL),
    _ok(b"q=+%20", *_ALL),
    # encodings
    _ok(b"q=name:Ada", 1),
    _ok(b"%71=%6Eame%3A%41da", 1),
    _ok(b"q=name:~ada&sort=id:desc", 2, 1),
    _ok(b"q=name:a%2Bb", 4),
    _ok(b"q=name:%22a+b%22", 3),
    _ok(b"q=name:%22a%20b%22", 3),
    _no(b"q=name:a+b", ("q", "unquoted_text")),
    _ok(b"q=name:%22a%2520b%22"),
    _ok(b"q=name:%2250%25%22", 5),
    _ok(b"q=name:%2250%%22", 5),
    _ok(b"q=name:%22%zz%22"),
    _ok(b"q=name:Zo%C3%AB", 6),
    _no(b"q=name:Zo%EB", ("q", "parameter_value")),
    _no(b"q=name:%C0%80", ("q", "parameter_value")),
    _no(b"q=name:%ED%A0%80", ("q", "parameter_value")),
    _no(b"%FF=1", ("�", "parameter_value")),
    _no(b"q=name:%22%00%22", ("q", "control_character")),
    _ok(b"q=name:%22%5Cu0000%22"),
    _ok(b"name=%00"),
    _ok(b"q=id:1%0AOR%09id:2", 1, 2),
    _no(b"q=id:1;sort=name", ("q", "value")),
    # names of parameters
    _no(b"=", ("", "unknown_parameter")),
    _no(b"Q=id:1", ("Q", "unknown_parameter")),
    _no(b"fitler=id:1", ("fitler", "unknown_parameter")),
    _no(b"q=id:1&q=id:2", ("q", "repeated_parameter")),
    _no(b"q=id:1&%71=id:2", ("q", "repeated_parameter")),
    _no(b"q[]=id:1", ("q[]", "unknown_parameter")),
    _ok(b"utm_source=x&utm_source=%22&q=id:1", 1),
    _no(b"&".join(b"a%d=1" % number for number in range(101)), (None, "repeated_parameter")),
    # q
    _ok(b"q=qty:%3E5+status:OPEN", 3),
    _ok(b"q=qty:9007199254740993", 3),
    _ok(b"q=qty:9007199254740992"),
    _ok(b"q=qty:%3E9223372036854775807"),
    _no(b"q=qty:%3C" + b"9" * 400, ("q", "value")),
    _ok(b"q=data.tags:(a,%22%25%22)", 1, 7),
    _ok(b"q=at:2024-03-01", 1, 2, 7),
    _no(b"q=at:%222024-03-01T09:00:00+00:00%22", ("q", "value")),
    _no(b"q=id:x", ("q", "value")),
    _no(b"q=nmae:x", ("q", "unknown_field")),
    _no(b"q=secret:hush", ("q", "unknown_field")),
    _no(b"q=qty:~5", ("q", "operator_not_allowed")),
    _no(b"q=name:%22x", ("q", "unclosed_quote")),
    _no(b"q=" + b"(" * 1_000, ("q", "limit_depth")),
    _no(b"q=name:" + b"x" * 20_000, ("q", "limit_length")),
    # sort and fields
    _ok(b"sort=name:desc", 7, 2, 4, 3, 6, 1, 5, 8),
    _ok(b"sort=qty,name:ASC&q=qty:%3E-9", 2, 5, 1, 7, 3, 4),
    _no(b"sort=name:dsc", ("sort", "sort_direction")),
    _no(b"sort=name,name", ("sort", "duplicate_path")),
    _no(b"sort=data", ("sort", "not_ordered")),
    _no(b"sort=secret", ("sort", "unknown_field")),
    _ok(b"fields=data.tags,id&q=id:(1,8)", 1, 8),
    _ok(b"fields=data.title.de,id&q=id:2", 2),
    _no(b"fields=secret", ("fields", "unknown_field")),
    _no(b"fields=name:asc", ("fields", "direction_in_fields")),
    # pages
    _ok(b"pageSize=3", 1, 2, 3),
    _ok(b"pageNumber=2&pageSize=3", 4, 5, 6),
    _ok(b"pageNumber=99"),
    *(
        _no(b"pageSize=" + text, ("pageSize", "parameter_value"))
        for text in (b"", b"0", b"101", b"-1", b"1.0", b"+1", b"%D9%A3", b"9" * 5_000)
    ),
    _no(b"pageNumber=" + b"9" * 25, ("pageNumber", "page_offset")),
    _no(b"pageNumber=1%30000000000000", ("pageNumber", "page_offset")),
    _no(b"after=x", ("after", "cursor")),
    _no(b"before=", ("before", "cursor")),
    _no(b"after=x&pageNumber=1", ("after", "parameter_conflict")),
    _no(b"after=" + _OF_ANOTHER_SORT, ("after", "cursor_sort")),
    _ok(b"sort=name&after=" + _OF_ANOTHER_SORT, 6, 3, 4, 2, 7),
    _no(b"sort=name&q=id:1&after=" + _OF_ANOTHER_SORT, ("after", "cursor")),
    _ok(b"sort=name&before=" + _END, *_ALL_BY_NAME),
    # languages
    _ok(b"q=data.title:Katze", 1, 2),
    _ok(b"q=data.title:Katze", 1, language=b"de-AT, en;q=0.5"),
    _ok(b"q=data.title:Katze", 2, language=b"DE;q=0, en"),
    _ok(b"q=data.title:Katze", 1, 2, language=b"\xff;;q=,*"),
    _ok(b"q=data.title:exists&sort=data.title:desc", 2, 6, 3, 1, language=b"de"),
    _no(b"sort=data.title", ("sort", "language_needed")),
    # the total
    Case(b"q=status:OPEN&pageSize=1", [1], headers=[(_TOTAL, b"true")], total=3),
    Case(b"q=status:OPEN&pageSize=1", [1], headers=[(_TOTAL.lower(), b" TRUE ")], total=3),
    Case(b"q=status:OPEN", [1, 3, 6], headers=[(_TOTAL, b"false")]),
    *(Case(b"q=status:OPEN", None, [_NO_TOTAL], headers=[(_TOTAL, value)]) for value in (b"1", b"true, true")),
    Case(b"q=nope:1", None, [("q", "unknown_field"), _NO_TOTAL], headers=[(_TOTAL, b"1")]),
    # parameters of their own
    _ok(b"status=OPEN", 1, 3, 6),
    _ok(b"status=OPEN&q=id:1%20OR%20id:2", 1),
    _no(b"status=OPNE", ("status", "value")),
    _no(b"status=OPEN%20OR%20id:2", ("status", "value")),
    _no(b"status=OPEN&status=DONE", ("status", "repeated_parameter")),
    _ok(b"qty=9007199254740993", 3),
    _no(b"qty=two", ("qty", "value")),
    _ok(b"at=2024-03-01", 1, 2, 7),
    _ok(b"name=x%22%20OR%20id:%221", 7),
    _ok(b"name=a+b", 3),
    _ok(b"name=a%2Bb", 4),
    # several errors at once
    _no(
        b"pageSize=0&x=1&fields=pin&sort=nmae&q=id:x",
        *(("x", "unknown_parameter"), ("q", "value"), ("sort", "unknown_field")),
        *(("fields", "unknown_field"), ("pageSize", "parameter_value")),
    ),
    # in an envelope, with the total always and another sort
    Case(b"", [7, 2, 4], total=8, path=b"/numbered"),
    Case(b"pageNumber=3&fields=id", [5, 8], total=8, path=b"/numbered"),
    Case(b"pageNumber=9", [], total=8, path=b"/numbered"),
    Case(b"after=x", None, [("after", "unknown_parameter")], path=b"/numbered"),
    Case(b"status=OPEN", None, [("status", "unknown_parameter")], path=b"/numbered"),
]
