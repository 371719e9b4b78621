"""Elements of arrays are cut out at once where that can be proven. The result is that of a scan byte by byte."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import python
from qlause.backends.python.prefilter import Condition, Needles, Prefilter
from qlause.bound.binder import bind
from qlause.cli.input import array_elements, json_reader
from qlause.cli.input.array_elements import ArrayElements
from qlause.cli.input.reader import ReadContext
from qlause.testing import collections, queries

from .conftest import File, Run

Found = tuple[list[tuple[int, Any]], list[tuple[int | None, str]]]


def read(text: bytes, query: str, with_prefilter: bool, chunk: int = 1 << 16) -> Found:
    """The lines and values of what matches, and the problems."""
    problems: list[tuple[int | None, str]] = []

    def report(line: int | None, reason: str) -> None:
        problems.append((line, reason))

    prefilter = Prefilter(bind(query).root) if with_prefilter else None
    context = ReadContext(report, report, python.predicate(query), prefilter, None, lambda _: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_reader, "_CHUNK_SIZE", chunk)
        found: list[tuple[int, Any]] = []
        for line, source, document in json_reader.read_json(io.BytesIO(text), context):
            assert orjson.loads(source.text) == document  # type: ignore[union-attr]  # JSON has a source
            found.append((line, document))
    return found, problems


def scanned(text: bytes, query: str) -> Found:
    """The same, byte by byte."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ArrayElements, "learn", lambda *_: None)
        return read(text, query, with_prefilter=False)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that samples and runs are smaller than the arrays of a test."""
    monkeypatch.setattr(array_elements, "SAMPLE_SIZE", 2)
    monkeypatch.setattr(array_elements, "FIRST_PERIOD", 64)
    monkeypatch.setattr(array_elements, "_COST_OF_PROOF", -1)
    monkeypatch.setattr(array_elements, "_RUN_SIZE", 100)


VALUES: tuple[Any, ...] = (1, None, "x", "},{", '"},{"', "[", "]{", "\\", '\\"', 'a"b', "é", "\n", [], [[1], [2]], {})
INNER = st.sampled_from((*VALUES, [{"k": 1}, {"k": 2}]))
DEEPER = st.lists(st.dictionaries(st.just("k"), INNER))
DOCUMENTS = st.lists(st.dictionaries(st.sampled_from(("k", "name", "x")), INNER | DEEPER), max_size=25)
INSERTED = st.sampled_from((b"", b",", b"}", b'"', b"\n", b"7", b"],[", b"\\", b",{}"))
QUERIES = ("", "name:x", "k:1", "name:~b", "x:é OR k:2", "NOT k:1", 'name:"},{"')


def written(data: st.DataObject, documents: list[Any]) -> bytes:
    gaps = data.draw(st.sampled_from(((",",), (", ",), (",\n",), ("\n , \n",), (",", ",\n"), (",\r\n",))))
    indent = data.draw(st.sampled_from((None, None, 0, 1)))
    separators = data.draw(st.sampled_from(((",", ":"), (", ", ": "))))
    ascii_only = data.draw(st.booleans())
    text = ""
    for document in documents:
        text += data.draw(st.sampled_from(gaps)) if text else ""
        text += json.dumps(document, indent=indent, separators=separators, ensure_ascii=ascii_only)
    return f"[{text}]\n".encode()


@given(data=st.data(), chunk=st.integers(1, 400))
def test_every_element_is_found(data: st.DataObject, chunk: int) -> None:
    documents = data.draw(DOCUMENTS | collections())
    text = written(data, documents)
    query = data.draw(st.sampled_from(QUERIES) | queries().map(str))
    expected = scanned(text, query)
    matches = python.predicate(query)
    assert ([document for _, document in expected[0]], expected[1]) == (list(filter(matches, documents)), [])
    assert read(text, query, with_prefilter=False, chunk=chunk) == expected
    assert read(text, query, with_prefilter=True, chunk=chunk) == expected


@given(data=st.data(), chunk=st.integers(1, 400))
def test_broken_text_is_reported_alike(data: st.DataObject, chunk: int) -> None:
    text = written(data, data.draw(DOCUMENTS))
    position = data.draw(st.integers(0, len(text)))
    broken = text[:position] + data.draw(INSERTED) + text[position + data.draw(st.integers(0, 2)) :]
    query = data.draw(st.sampled_from(QUERIES))
    expected = scanned(broken, query)
    assert read(broken, query, with_prefilter=False, chunk=chunk) == expected
    found, problems = read(broken, query, with_prefilter=True, chunk=chunk)
    matches = python.predicate(query)
    assert all(matches(document) for _, document in found)
    if not expected[1]:
        assert (found, problems) == expected


@pytest.mark.parametrize("gap", [",", ",\n"])
def test_a_line_end_in_a_string_is_reported(gap: str) -> None:
    objects = ['{"k":1,"name":"some text"}'] * 20
    text = gap.join([*objects, '{"k":1,"name":"some\ntext"}', *objects])
    found, problems = read(f"[{text}]".encode(), "k:1", with_prefilter=False)
    assert len(found) == 20
    assert problems == scanned(f"[{text}]".encode(), "k:1")[1]
    assert problems[0][0] == (1 if gap == "," else 21)


def test_what_looks_like_an_element_inside_of_one_is_none() -> None:
    inner: list[Any] = [{"k": number, "list": [], "name": "wanted" if number == 3 else "x"} for number in range(5)]
    documents = [{"k": 1, "list": inner}, *({"k": number} for number in range(50)), {"k": 7, "name": "wanted"}] * 9
    for gap in (",", ",\n"):
        text = f"[{gap.join(json.dumps(each, separators=(gap, ':')) for each in documents)}]".encode()
        found, _ = read(text, "name:wanted", with_prefilter=True, chunk=300)
        assert [document for _, document in found] == [{"k": 7, "name": "wanted"}] * 9


@pytest.mark.parametrize("text", ["", "{}", "{}{}", "[{}]", '["]"]', '{"a":"\\\\"}', '{"a":"\\""},{"b":"\\\\\\""}'])
def test_whole_texts(text: str) -> None:
    assert array_elements._is_whole(text.encode()) == ('"]"' not in text)


@pytest.mark.parametrize("text", ["{", "}", "{}]", "][", "{]", '{"', '"{"}', "}{", '{"a":[{}', '{"a":"\\"}'])
def test_texts_that_are_not_whole(text: str) -> None:
    assert not array_elements._is_whole(text.encode())


def counted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    texts: list[bytes] = []

    def loads(text: bytes) -> Any:
        texts.append(text)
        return orjson.loads(text)

    patched = type("", (), {"loads": loads, "JSONDecodeError": orjson.JSONDecodeError})
    monkeypatch.setattr(array_elements, "orjson", patched)
    return texts


@pytest.mark.parametrize("indent", [None, 2])
def test_few_elements_are_decoded(run: Run, file: File, monkeypatch: pytest.MonkeyPatch, indent: int | None) -> None:
    monkeypatch.undo()
    documents = [{"id": number, "name": f"n{number}", "list": [{"id": 1}, {"id": 2}]} for number in range(5_000)]
    name = file("f.json", json.dumps(documents, indent=indent))
    decoded = counted(monkeypatch)
    assert [each["id"] for each in run("filter", "name:n4321", name).documents()] == [4321]
    assert len(decoded) < 2_500
    decoded.clear()
    assert run("filter", "name:n4321", name, "--validate", "--count").out == b"1\n"
    assert len(decoded) > 4_000


def test_a_field_that_no_document_has_is_named(run: Run, file: File) -> None:
    name = file("f.json", [{"id": number, "name": f"n{number}"} for number in range(5_000)])
    result = run("filter", "nmae:x name:n3", name)
    assert (result.status, result.err) == (1, "qlause: no document has a field nmae; did you mean name?\n")


@given(st.lists(st.sampled_from((b"ab", b"AB", b"x", b"\\u00e9", b"b")), max_size=12), st.integers(0, 9))
def test_hits_are_in_order(parts: list[bytes], start: int) -> None:
    text = b"".join(parts)
    condition = Condition(Needles(frozenset({b"ab", b"bx"}), frozenset({"00e9"}), True, 1))
    expected = [at for at in range(start, len(text)) if text[at:].lower().startswith((b"ab", b"bx", b"\\u00e9"))]
    hits: Iterator[int] = condition.hits(text, start)
    assert list(hits) == expected
