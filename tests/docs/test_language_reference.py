"""The examples of the language reference, ``grammar/README.md``, mean what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import pytest

import qlause
from qlause import QuerySyntaxError, limits, python
from tests.conformance.cases import CASES_PATH

_TEXT: Final = (CASES_PATH.parent / "README.md").read_text("utf-8")
_BLOCK: Final = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "q": qlause.parse,
    "sort": qlause.parse_sort,
    "fields": qlause.parse_fields,
}


class Example(NamedTuple):
    language: str
    text: str
    remark: str
    documents: list[dict[str, Any]]
    """Those of the last block of JSON above."""


def _examples() -> Iterator[Example]:
    documents: list[dict[str, Any]] = []
    for language, block in _BLOCK.findall(_TEXT):
        if language == "json":
            documents = json.loads(block)
        elif language:
            for line in block.splitlines():
                text, _, remark = line.partition("  #")
                yield Example(language, text.strip(), remark.strip(), documents)


EXAMPLES: Final = list(_examples())


def _some(wanted: Callable[[Example], object]) -> list[Any]:
    return [pytest.param(each, id=each.text) for each in EXAMPLES if wanted(each)]


def test_blocks_are_of_known_languages() -> None:
    assert {each.language for each in EXAMPLES} == {*_PARSERS, "q-error"}


@pytest.mark.parametrize("example", _some(lambda each: each.language in _PARSERS))
def test_parses(example: Example) -> None:
    parse = _PARSERS[example.language]
    parsed = parse(example.text)
    assert parse(str(parsed)) == parsed


@pytest.mark.parametrize("example", _some(lambda each: each.language == "q-error"))
def test_is_refused_as_it_says(example: Example) -> None:
    code, _, _ = example.remark.partition(":")
    with pytest.raises(QuerySyntaxError) as caught:
        qlause.parse(example.text)
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize("example", _some(lambda each: each.remark.startswith("selects ")))
def test_selects_what_it_says(example: Example) -> None:
    ids = [int(each) for each in re.findall(r"\d+", example.remark.partition(":")[0])]
    matches = python.predicate(example.text)
    assert [each["id"] for each in example.documents if matches(each)] == ids


@pytest.mark.parametrize("example", _some(lambda each: each.text.startswith("at:") and each.language == "q"))
def test_date_can_be_read(example: Example) -> None:
    qlause.bind(example.text, schema=qlause.Schema({"at": "date-time"}))


def test_limits_are_the_defaults() -> None:
    rows = re.findall(r"^\| [^|]+ \| ([\d,; ]+) \| `limit_\w+` \|$", _TEXT, flags=re.MULTILINE)
    numbers = [int(each.replace(",", "")) for row in rows for each in row.split(";")]
    default = limits.DEFAULT_LIMITS
    assert numbers == [
        default.q_length,
        default.sort_length,
        default.depth,
        default.tests,
        default.list_members,
        default.path_segments,
        default.contains_length,
        default.cost,
        default.characters,
    ]
    assert default.fields_length == default.sort_length
