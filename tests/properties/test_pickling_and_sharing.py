"""Everything can be pickled, copied, hashed and shared."""

from __future__ import annotations

import copy
import pickle
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause.bound.fields import bind_fields
from qlause.bound.sort import bind_sort
from qlause.syntax import lalr, tables
from qlause.testing import fields, fields_texts, queries, query_texts, schemas, sort_texts, sorts

from .generators import ANY_QUERY, refusal


def check(found: Any) -> None:
    copies = [copy.copy(found), copy.deepcopy(found)]
    copies += [pickle.loads(pickle.dumps(found, protocol)) for protocol in (2, pickle.HIGHEST_PROTOCOL)]  # noqa: S301  # our own
    for each in copies:
        assert each == found
        assert hash(each) == hash(found)
        assert repr(each) == repr(found)


@given(queries(), query_texts(), sorts(), sort_texts(), fields(), fields_texts())
def test_copies_of_trees_are_equal(
    query: Any, text: str, sort: Any, sort_text: str, asked: Any, fields_text: str
) -> None:
    for found in (
        query,
        qlause.parse(text),
        sort,
        qlause.parse_sort(sort_text),
        asked,
        qlause.parse_fields(fields_text),
    ):
        check(found)
        assert str(copy.deepcopy(found)) == str(found)
        assert str(pickle.loads(pickle.dumps(found))) == str(found)  # noqa: S301  # our own


@given(st.data())
def test_copies_of_bound_trees_and_schemas_are_equal(data: st.DataObject) -> None:
    schema = data.draw(schemas(native=True))
    check(schema)
    check(qlause.bind(data.draw(queries(schema)), schema=schema))
    check(bind_sort(data.draw(sorts(schema)), schema=schema))
    check(bind_fields(data.draw(fields(schema)), schema=schema, always=("id",)))


@given(ANY_QUERY)
def test_copies_of_errors_are_equal(text: str) -> None:
    error = refusal(qlause.parse, text)
    if error is None:
        return
    for each in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301  # our own
        assert type(each) is type(error)
        assert vars(each) == vars(error)
        assert str(each) == str(error)
        assert each.args == error.args


@given(st.data())
def test_equal_trees_have_equal_hashes(data: st.DataObject) -> None:
    query = data.draw(queries())
    parsed = qlause.parse(str(query))
    assert parsed == query
    assert hash(parsed) == hash(query)
    assert len({parsed, query}) == 1


def test_threads_share_one_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []
    load = tables.load

    def counted() -> tables.Tables:
        loads.append(threading.current_thread().name)
        return load()

    monkeypatch.setattr(tables, "load", counted)
    lalr._tables.cache_clear()
    lalr._STARTS.clear()
    texts = [f'a{number}:(1 OR "x{number}") NOT b:~^{number}' for number in range(50)]
    start = threading.Barrier(8)
    found: list[list[Any]] = [[] for _ in range(8)]

    def work(results: list[Any]) -> None:
        start.wait()
        results.extend(qlause.parse(text) for text in texts)

    threads = [threading.Thread(target=work, args=(results,)) for results in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert found == [[qlause.parse(text) for text in texts]] * 8
