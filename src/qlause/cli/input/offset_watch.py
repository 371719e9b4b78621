"""Date-times of documents that are written with an offset, and so are no instants to a request (rule 18)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias

from ...bound.nodes import (
    AllOf,
    AnyOf,
    BoundSort,
    BoundTest,
    Compare,
    Node,
    OneOf,
    PathExists,
    SizeMatches,
    SomeElement,
    ValueMatches,
)
from ...errors import shorten
from ...syntax.lexical import keys_text
from ...values.datetimes import is_instant_text
from .json_codec import Document

__all__ = ["DateTimeWatch", "OffsetWatch"]

_Keys: TypeAlias = tuple[str, ...]
_TIME: Final = len("2019-01-06T10:29:30")
_WITH_OFFSET: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?[+-][0-9]{2}(?::?[0-9]{2})?"
)


class OffsetWatch:
    """Counts the values with an offset among those that a request takes for instants where they are text."""

    def __init__(self, root: Node, sort: BoundSort | None) -> None:
        compared = (keys for keys, test in _tests(root) if _is_of_time(test))
        sorted_by = (key.target.keys for key in (sort.keys if sort is not None else ()) if key.instant)
        self._counts: dict[_Keys, int] = dict.fromkeys([*compared, *sorted_by], 0)
        self._examples: dict[_Keys, str] = {}
        self.on_found: Callable[[_Keys, str], object] = self.count
        """Called with each such value, and the path to it."""

    def watched(self, matches: Callable[[Document], bool]) -> Callable[[Document], bool]:
        """The same predicate, which also looks at what it gets. Where no instant is asked for, it is itself."""
        if not self._counts:
            return matches

        def look_and_match(document: Document) -> bool:
            for keys in self._counts:
                self._look(keys, document)
            return matches(document)

        return look_and_match

    def count(self, keys: _Keys, value: str) -> None:
        """Count a value at a path."""
        self._counts[keys] += 1
        self._examples.setdefault(keys, value)

    def messages(self) -> Iterator[str]:
        """One message for each field that has such values."""
        for keys, count in self._counts.items():
            if count:
                yield (
                    f"{shorten(keys_text(keys))}: {count:,} date-time{'s' * (count > 1)} with an offset, such as"
                    f" {self._examples[keys]}, not compared by time: only text in UTC (Z, +00:00) is"
                )

    def _look(self, keys: _Keys, document: Any) -> None:
        for value in _reached(document, keys):
            if (
                value.__class__ is str
                and len(value) > _TIME
                and value[-1] != "Z"
                and _WITH_OFFSET.fullmatch(value)
                and not is_instant_text(value)
            ):
                self.on_found(keys, value)


class DateTimeWatch:
    """Counts the texts that no comparison of a declared date-time finds: they are of another form than UTC's.

    Args:
        fields: The keys of each field that is declared so.

    """

    def __init__(self, fields: Iterable[_Keys]) -> None:
        self._fields = list(fields)
        self.found: dict[str, tuple[int, str]] = {}
        """By the name of the field: how many there are, and the first of them."""

    def look(self, document: Document) -> None:
        """Count those of a document."""
        for keys in self._fields:
            for value in _reached(document, keys):
                if value.__class__ is str and not is_instant_text(value):
                    count, example = self.found.get(keys_text(keys), (0, value))
                    self.found[keys_text(keys)] = count + 1, example


def _tests(node: Node, above: _Keys = ()) -> Iterator[tuple[_Keys, BoundTest]]:
    """The tests of values, each with its whole path."""
    if isinstance(node, ValueMatches):
        yield above + node.target.keys, node.test
    elif isinstance(node, SomeElement):
        yield from _tests(node.node, above + node.target.keys)
    elif not isinstance(node, (PathExists, SizeMatches)):
        for item in node.items:
            yield from _tests(item, above)


def _is_of_time(test: BoundTest) -> bool:
    if isinstance(test, (AllOf, AnyOf)):
        return any(map(_is_of_time, test.items))
    return isinstance(test, (OneOf, Compare)) and test.kind in ("instant_text", "instant_or_text")


def _reached(value: Any, keys: _Keys) -> Iterable[Any]:
    """The candidates of a path (rules 2 and 3)."""
    for position, key in enumerate(keys):
        if value.__class__ is list:
            return [each for item in value if item.__class__ is dict for each in _reached(item, keys[position:])]
        if value.__class__ is not dict or key not in value:
            return ()
        value = value[key]
    return value if value.__class__ is list else (value,)
