"""Every conformance case on every engine: a test for the cases of a file, which names those that fail."""

from __future__ import annotations

import inspect
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

import qlause
from qlause import Cursor, QlauseError, UnsupportedError, bind
from qlause.bound.cursor import values_for
from qlause.bound.fields import bind_fields
from qlause.bound.sort import bind_sort
from tests.each import each
from tests.engine_notes import note

from .cases import Case, ExpectedError, Kind, Request, load, read_file
from .engines import ENGINES, Engine, runs

CASES = load()
REFUSALS = [case for case in CASES if case.error is not None]
ANSWERS = [case for case in CASES if case.expected is not None]
CANONICAL = [case for case in CASES if case.error is None]

_BIND: dict[Kind, Callable[..., object]] = {"q": bind, "sort": bind_sort, "fields": bind_fields}
_PARSE: dict[Kind, Callable[..., qlause.Query | qlause.Sort | qlause.Fields]] = {
    "q": qlause.parse,
    "sort": qlause.parse_sort,
    "fields": qlause.parse_fields,
}


def _by_file(cases: Iterable[Case]) -> dict[str, list[Case]]:
    files: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        files[case.file].append(case)
    return dict(files)


def _pairs(cases: list[Case]) -> list[Any]:
    """The cases of each file on each engine; on one that is not installed the first case only, which says so."""
    nothing_missing = os.environ.get("QLAUSE_REQUIRE_ENGINES") == "1"
    pairs = []
    for engine in ENGINES:
        suitable = [case for case in cases if runs(engine, case)]
        marks = [] if engine.group is None else [pytest.mark.xdist_group(engine.group)]
        pairs += [
            pytest.param(engine, named, id=f"{engine.name}-{file}", marks=marks)
            for file, named in _by_file(suitable if nothing_missing or engine.is_installed() else suitable[:1]).items()
        ]
    return pairs


def _files(cases: list[Case]) -> list[Any]:
    return [pytest.param(named, id=file) for file, named in _by_file(cases).items()]


@pytest.mark.parametrize(("engine", "cases"), _pairs(ANSWERS))
def test_the_engine_answers_what_the_case_expects(engine: Engine, cases: list[Case]) -> None:
    each(cases, partial(_answers, engine))


def _answers(engine: Engine, case: Case) -> None:
    if case.id in engine.refused:
        with pytest.raises(QlauseError) as caught:
            engine.run(case.request)
        of_a_page = case.request.place is not None and caught.value.code == "cursor_value"
        assert of_a_page or isinstance(caught.value, UnsupportedError)
        note(engine.name, engine.version(), "refused")
        return
    found = engine.run(case.request)
    if case.request.kind == "q":
        place = [document["id"] for document in case.request.documents].index
        found = sorted(found, key=place)
    ordered = engine.ordered_keys
    if case.id in engine.otherwise:
        assert _text(found, ordered) != _text(case.expected, ordered), "take the case off the engine's list"
    else:
        assert _text(found, ordered) == _text(case.expected, ordered)
    if case.request.place is not None:
        behind, before, whole = map(engine.run, case.request.parts)
        assert [*before[::-1], case.request.place.document["id"], *behind] == whole
    note(engine.name, engine.version(), "ordered otherwise" if case.id in engine.otherwise else "answered")


@pytest.mark.parametrize("cases", _files(REFUSALS))
def test_refusal_comes_before_any_engine(cases: list[Case]) -> None:
    each(cases, _is_refused)


def _is_refused(case: Case) -> None:
    request = case.request
    with pytest.raises(QlauseError) as caught:
        _bind(request)
    assert _found(caught.value) == case.error
    assert caught.value.text == (None if caught.value.offset is None else request.text)


@pytest.mark.parametrize(("engine", "cases"), _pairs(REFUSALS))
def test_refusal_reaches_the_caller_of_the_engine(engine: Engine, cases: list[Case]) -> None:
    each(cases, partial(_refuses, engine))


def _refuses(engine: Engine, case: Case) -> None:
    with pytest.raises(QlauseError) as caught:
        engine.run(
            replace(case.request, documents=() if case.request.place is None else (case.request.place.document,))
        )
    assert _found(caught.value) == case.error


@pytest.mark.parametrize("cases", _files(CANONICAL))
def test_canonical_text_means_the_same(cases: list[Case]) -> None:
    each(cases, _means_the_same)


def _means_the_same(case: Case) -> None:
    parsed = _parsed(case.request)
    text = str(parsed)
    if case.canonical is not None:
        assert text == case.canonical
    again = _PARSE[case.request.kind](text)  # without the case's limits: the canonical text may be longer
    assert again == parsed
    assert str(again) == text


def test_every_backend_has_a_row() -> None:
    face = {name: getattr(qlause, name) for name in qlause.__all__}
    public = {name for name, module in face.items() if inspect.ismodule(module) and hasattr(module, "after")}
    assert public == {engine.backend for engine in ENGINES}


def test_names_of_engines_and_refused_cases() -> None:
    assert len({engine.name for engine in ENGINES}) == len(ENGINES)
    known = {case.id for case in ANSWERS}
    for engine in ENGINES:
        assert engine.refused.keys() <= known, engine.name
        assert all(engine.refused.values()), "a refused case has its reason"
        assert engine.otherwise.keys() <= {case.id for case in ANSWERS if case.request.kind == "sort"}, engine.name
        assert all(engine.otherwise.values()), "a case that comes out otherwise has its reason"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"q": "a:1", "ids": [], "id": 1}, "unknown keys: id"),
        ({"q": "a:1", "sort": "a", "ids": []}, "one of q, sort and fields"),
        ({"ids": []}, "one of q, sort and fields"),
        ({"q": "a:1"}, "or else an error"),
        ({"q": "a:1", "ids": [], "error": {}}, "or else an error"),
        ({"q": "a:1", "result": []}, "a case of q expects ids"),
        ({"q": "a:1", "ids": [7]}, "that of no document"),
        ({"q": "a:1", "ids": [2, 1]}, "document order"),
        ({"sort": "a", "ids": [1]}, "keeps every document"),
        ({"sort": "a", "after": 1, "ids": [1]}, "behind its place, each once"),
        ({"sort": "a", "after": 1, "ids": [2, 2]}, "behind its place, each once"),
        ({"sort": "a", "after": 7, "ids": []}, "begins behind a document"),
        ({"sort": "a", "backward": True, "ids": []}, "a page has an after"),
        ({"q": "a:1", "after": 1, "ids": []}, "one of a sort"),
        ({"sort": "a", "after": 1, "after_sort": "b", "ids": []}, "is an error"),
        ({"q": "a:", "error": {"type": "QuerySyntaxError", "code": "x"}}, "keys are lacking: hint, length, offset"),
        ({"q": "a:1", "ids": [], "options": {"strict": True}}, "unknown keys: strict"),
        ({"q": "a:1", "ids": [], "documents": [{"id": 1}, {"id": 1}]}, "a whole number of its own"),
        ({"q": "a:1", "ids": [], "rules": []}, "which rules"),
    ],
)
def test_format_is_checked(written: dict[str, Any], message: str) -> None:
    case = {"name": "one", "rules": ["S1"], "documents": [{"id": 1}, {"id": 2}], **written}
    with pytest.raises(ValueError, match=message):
        read_file("file", json.dumps({"title": "t", "about": "a", "cases": [case]}))


def test_names_are_unique_in_a_file() -> None:
    case = {"name": "one", "rules": ["S1"], "q": "", "ids": []}
    with pytest.raises(ValueError, match="names stand twice: file: one"):
        read_file("file", json.dumps({"title": "t", "about": "a", "cases": [case, case]}))


def test_keys_are_unique_in_an_object() -> None:
    with pytest.raises(ValueError, match="a key stands twice"):
        read_file("file", '{"title": "t", "title": "t", "about": "a", "cases": []}')


def _bind(request: Request) -> None:
    """What every engine does before it looks at a document, but for the one at the place."""
    place, options = request.place, request.options
    if place is None:
        _BIND[request.kind](request.text, **options)
    else:
        values_for(Cursor.of(place.sort, place.document, **options), bind_sort(request.text, **options))


def _parsed(request: Request) -> qlause.Query | qlause.Sort | qlause.Fields:
    options: dict[str, Any] = {key: request.options[key] for key in ("limits", "strict") if key in request.options}
    return _PARSE[request.kind](request.text, **options)


def _found(error: QlauseError) -> ExpectedError:
    return ExpectedError(type(error).__name__, error.code, error.offset, error.length, error.hint)


def _text(values: Any, ordered: bool) -> str:
    """As text, so that true is not 1; native values as Python shows them."""
    return json.dumps(values, default=repr, ensure_ascii=False, sort_keys=not ordered, indent=1)
