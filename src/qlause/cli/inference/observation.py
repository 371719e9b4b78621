"""What was seen at one path of all documents: counted, with bounded memory."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from ...values.datetimes import is_instant_text, read_instant
from ..input.json_codec import NumberText

__all__ = ["MAX_ENUM_VALUES", "Observation"]

MAX_ENUM_VALUES: Final = 12
"""A field with more texts than these is no enum."""
_MAX_KEYS: Final = 300
"""An object that has more keys than these, in all documents together, is a map: its keys are data."""
_MAX_DEPTH: Final = 16  # levels that a path can have within the default limits
_KINDS: Final[dict[type, str]] = {
    bool: "boolean",
    int: "number",
    float: "number",
    NumberText: "number",
    str: "string",
    dict: "object",
    list: "array",
}
"""The kind of each class of values that readers yield."""
_TO_THE_SECOND: Final = len("2019-01-06T10:29:30")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch


class Observation:
    """The values at one path. An array's elements count as values of the path, as they do in a query."""

    __slots__ = (
        "_depth",
        "date_times",
        "days",
        "integers",
        "is_array",
        "is_map",
        "is_single",
        "keys",
        "kinds",
        "null_elements",
        "nulls",
        "occurrences",
        "other_date_times",
        "texts",
    )

    def __init__(self, depth: int = 0) -> None:
        self._depth = depth
        self.kinds: dict[str, int] = {}
        """How many values there are of each kind: boolean, number, string, object, array (in an array)."""
        self.nulls = 0
        """How often the value itself is null."""
        self.null_elements = 0
        self.occurrences = 0
        """How many objects have the path's last key."""
        self.is_array = False
        """Whether the value is an array somewhere."""
        self.is_single = False
        """Whether it is a value without an array somewhere, null not counted."""
        self.integers = 0
        """How many of the numbers are written without a fraction and an exponent."""
        self.date_times = 0
        """How many of the texts are date-times as the language compares them by time: in UTC, to the second."""
        self.other_date_times = 0
        """How many are ISO 8601 date-times with another offset or of another form, so that they are only text."""
        self.days = 0
        """How many of the texts are days such as 2024-02-29."""
        self.texts: dict[str, int] | None = {}
        """How often each text occurs; None once there are too many."""
        self.keys: dict[str, Observation] = {}
        """What the objects have under each key."""
        self.is_map = False
        """Whether the objects have too many keys, or are too deep."""

    def add(self, value: Any) -> None:
        """Count a value of the path."""
        self.occurrences += 1
        if isinstance(value, list):
            self.is_array = True
            for element in value:
                if element is None:
                    self.null_elements += 1
                else:
                    self._add_value(element)
        elif value is None:
            self.nulls += 1
        else:
            self.is_single = True
            self._add_value(value)

    def add_object(self, value: dict[str, Any]) -> None:
        """Count what an object has under its keys."""
        if self.is_map:
            return
        for key, item in value.items():
            observation = self.keys.get(key)
            if observation is None:
                if len(self.keys) >= _MAX_KEYS or self._depth >= _MAX_DEPTH:
                    self.is_map = True
                    self.keys.clear()
                    return
                observation = self.keys[key] = Observation(self._depth + 1)
            observation.add(item)

    def _add_value(self, value: Any) -> None:
        kind = _KINDS[type(value)]
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind == "string":
            self._add_text(value)
        elif kind == "number":
            self.integers += isinstance(value, int) or (isinstance(value, str) and value.lstrip("-").isdecimal())
        elif kind == "object":
            self.add_object(value)

    def _add_text(self, text: str) -> None:
        if is_instant_text(text):
            self.date_times += read_instant(f"{text[:_TO_THE_SECOND]}Z") is not None
        elif read_instant(text) is not None:
            self.other_date_times += 1
        elif _DAY(text) and _is_day(text):
            self.days += 1
        if self.texts is not None:
            self.texts[text] = self.texts.get(text, 0) + 1
            if len(self.texts) > MAX_ENUM_VALUES:
                self.texts = None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
