"""The same list endpoint by qlause and by its peers: what its author types, and what it does with odd requests.

Nothing is timed. Each endpoint filters, sorts and pages the same six orders and keeps one column to itself, written as
the documentation of its libraries has it. Its lines of glue are those of its module, without blank lines and the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import quote, urlsplit

from ...measure import Row
from ...packages import MISSING, installed

__all__ = ["CASES", "STACKS", "run"]


class _Answer(NamedTuple):
    status: int
    body: Any
    links: str


_Get: TypeAlias = Callable[[str], _Answer]
_Next: TypeAlias = Callable[[_Answer], "str | None"]
_ALL: Final = (1, 2, 3, 4, 5, 6)
_HUGE: Final = "9" * 30
_MOST_PAGES: Final = 10
CASES: Final[Mapping[str, Sequence[int] | None]] = {
    "unknown field": None,
    "bad value": None,
    "excluded column": None,
    "injection in a value": (5,),
    "injection in the sort": None,
    "number above 64 bits": (),
    "date with an offset": (1, 3, 4, 6),
    "nulls across pages": _ALL,
    "page past the end": (),
    "huge page number": None,
}
"""The ids that are the right answer to each request; None: it is to be refused."""


class _Stack(NamedTuple):
    """A way to write the endpoint."""

    packages: tuple[str, ...]
    module: str
    asks: Mapping[str, str]
    """The query string of each case; a case that is missing cannot be asked."""
    items: Callable[[Any], list[dict[str, Any]]]
    """The items in a body."""
    next: _Next
    """The query string that asks for the next page."""


def _q(text: str) -> str:
    return f"q={quote(text)}"


def _in_header(answer: _Answer) -> str | None:
    target = answer.links.partition('>; rel="next"')[0].rpartition("<")[2] if 'rel="next"' in answer.links else None
    return None if target is None else urlsplit(target).query


def _in_body(answer: _Answer) -> str | None:
    return urlsplit(answer.body["next"]).query if answer.body["next"] else None


def _by_number(answer: _Answer) -> str | None:
    body = answer.body
    return f"order_by=qty&size=2&page={body['page'] + 1}" if body["page"] < body["pages"] else None


def _by_bookmark(answer: _Answer) -> str | None:
    return f"sort=qty&size=2&page={quote(answer.body['next'])}" if answer.body["next"] else None


_INJECTED: Final = "x' OR '1'='1"
_OFFSET: Final = "2024-03-01T09:30:00+02:00"
_QLAUSE: Final = {
    "unknown field": _q("nmae:Ada"),
    "bad value": _q("qty:many"),
    "excluded column": _q("secret:s1"),
    "injection in a value": _q(f'name:"{_INJECTED}"'),
    "injection in the sort": "sort=id;DROP TABLE orders",
    "number above 64 bits": _q(f"qty:{_HUGE}"),
    "date with an offset": _q(f"at:>={_OFFSET}"),
    "nulls across pages": "sort=qty&pageSize=2",
    "page past the end": "pageNumber=9",
    "huge page number": f"pageNumber={_HUGE}",
}
_ODATA: Final = {
    "unknown field": f"filter={quote('nmae eq 1')}",
    "bad value": f"filter={quote('qty eq many')}",
    "excluded column": "filter=" + quote("secret eq 's1'"),
    "injection in a value": "filter=" + quote("name eq 'x'' OR ''1''=''1'"),
    "injection in the sort": "sort=id;DROP TABLE orders",
    "number above 64 bits": f"filter={quote(f'qty eq {_HUGE}')}",
    "date with an offset": f"filter={quote(f'at ge {_OFFSET}')}",
    "nulls across pages": "sort=qty&size=2",
}
_PARAMETERS: Final = {
    "unknown field": "nmae=Ada",
    "bad value": "qty=many",
    "excluded column": "secret=s1",
    "injection in a value": f"name={quote(_INJECTED)}",
    "number above 64 bits": f"qty={_HUGE}",
    "date with an offset": f"at__gte={quote(_OFFSET)}",
    "page past the end": "page=9",
    "huge page number": f"page={_HUGE}",
}
STACKS: Final[Mapping[str, _Stack]] = {
    "qlause, FastAPI": _Stack(("fastapi", "sqlalchemy"), "with_qlause", _QLAUSE, lambda body: body, _in_header),
    "fastapi-filter, fastapi-pagination": _Stack(
        ("fastapi-filter", "fastapi-pagination"),
        "with_fastapi_filter",
        {
            **_PARAMETERS,
            "injection in the sort": "order_by=id;DROP TABLE orders",
            "nulls across pages": "order_by=qty&size=2",
        },
        lambda body: body["items"],
        _by_number,
    ),
    "odata-query, sqlakeyset": _Stack(
        ("odata-query", "sqlakeyset"),
        "with_odata",
        _ODATA,
        lambda body: body["items"],
        _by_bookmark,
    ),
    "qlause, Django REST framework": _Stack(
        ("djangorestframework",), "with_qlause_drf", _QLAUSE, lambda body: body, _in_header
    ),
    "django-filter, Django REST framework": _Stack(
        ("django-filter", "djangorestframework"),
        "with_django_filter",
        {
            **_PARAMETERS,
            "injection in the sort": "ordering=id;DROP TABLE orders",
            "nulls across pages": "ordering=qty&size=2",
        },
        lambda body: body["results"],
        _in_body,
    ),
}


def run() -> list[Row]:
    """One row a stack and case, with what happens as its note, and one a stack with its lines."""
    return [row for name, stack in STACKS.items() for row in _rows(name, stack)]


def _rows(name: str, stack: _Stack) -> Iterator[Row]:
    found = {package: installed(package) for package in stack.packages}
    version = ", ".join(f"{package} {number}" for package, number in found.items())
    is_there = None not in found.values()
    get = _getter(stack.module, is_django="djangorestframework" in found) if is_there else None
    lines = _lines(stack.module)
    yield {
        "stack": name,
        "case": "lines of glue",
        "lines": lines,
        "version": version,
        "note": "" if is_there else MISSING,
    }
    for case in CASES:
        note = MISSING if get is None else _outcome(case, stack, get)
        yield {"stack": name, "case": case, "lines": None, "version": version, "note": note}


def _lines(module: str) -> int:
    text = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    return sum(bool(line.strip()) for line in text.splitlines())


def _outcome(case: str, stack: _Stack, get: _Get) -> str:
    if case not in stack.asks:
        return "no page numbers"
    answer = get(stack.asks[case])
    if answer.status >= 400:
        return f"{answer.status}" + " (error of the server)" * (answer.status >= 500)
    ids = [item["id"] for item in stack.items(answer.body)]
    following = stack.next(answer) if case == "nulls across pages" else None
    for _ in range(_MOST_PAGES):
        if following is None:
            break
        answer = get(following)
        if answer.status >= 400:
            return f"{answer.status} on a later page"
        ids += [item["id"] for item in stack.items(answer.body)]
        following = stack.next(answer)
    right = CASES[case]
    if right is not None and (sorted(ids) == sorted(right)):
        return "right rows"
    if right is not None and len(set(ids)) < len(right):
        return f"{len(set(ids))} of {len(right)} rows"
    if sorted(ids) == sorted(_ALL):
        return "ignored: all rows"
    return "answered" if right is None else f"wrong rows: {', '.join(map(str, ids))}"


def _getter(module: str, *, is_django: bool) -> _Get:
    """What sends a request to the endpoint of a module."""
    if is_django:
        import_module(f"{__name__}.contacts").django_model()  # Django is set up before its modules are imported
    loaded = import_module(f"{__name__}.{module}")
    return _of_django(loaded.OrderList) if is_django else _of_fastapi(loaded.app)


def _of_fastapi(app: Any) -> _Get:
    from fastapi.testclient import TestClient

    client = TestClient(app, raise_server_exceptions=False)

    def get(query: str) -> _Answer:
        answer = client.get(f"/orders?{query}")
        return _Answer(
            answer.status_code, answer.json() if answer.status_code < 400 else None, answer.headers.get("Link", "")
        )

    return get


def _of_django(view: Any) -> _Get:
    from rest_framework.test import APIRequestFactory

    answering, requests = view.as_view(), APIRequestFactory()

    def get(query: str) -> _Answer:
        try:
            answer = answering(requests.get(f"/orders?{query}", HTTP_HOST="127.0.0.1"))
        except Exception:  # what a server answers with 500
            return _Answer(500, None, "")
        return _Answer(answer.status_code, answer.data, answer.headers.get("Link", ""))

    return get
