"""The names of collections, and the options that are about one of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Final
from unicodedata import normalize

from ...errors import did_you_mean, shorten
from ..arguments import UsageError
from ..input.formats import name_without_suffixes

__all__ = ["ForCollections", "collection_name", "is_url", "refuse_repeated"]

_UNUSABLE: Final = re.compile(r"[^\w-]+")


def is_url(source: str) -> bool:
    """Whether a source is the URL of a database, and not a file."""
    return "://" in source


def collection_name(source: str) -> str:
    """The name of a collection: that of its file or table, of letters, digits, - and _. Raises UsageError."""
    whole = normalize("NFC", name_without_suffixes(os.path.basename(source)))  # noqa: PTH119  # as names.py
    name = _UNUSABLE.sub("-", whole).strip("-_")
    if not name:
        raise UsageError(f"{shorten(source, 200)}: no name of an endpoint can be made of this; rename it")
    return name


def refuse_repeated(names: Iterable[tuple[str, str]]) -> None:
    """Raise UsageError where two sources have one name. They come as pairs of name and source."""
    known: dict[str, str] = {}
    for name, source in names:
        other = known.setdefault(name.lower(), source)
        if other != source:
            raise UsageError(f"{shorten(other, 200)} and {shorten(source, 200)} would both be /{name}; rename one")


class ForCollections:
    """The values of an option ``[NAME=]VALUE`` by the collection that each is about."""

    def __init__(self, option: str, texts: Sequence[str] | None, names: Sequence[str]) -> None:
        self._values: dict[str, list[str]] = {name: [] for name in names}
        for text in texts or ():
            name, separator, value = text.partition("=")
            if separator and name in self._values:
                self._values[name].append(value)
            elif len(names) == 1:
                self._values[names[0]].append(text)
            else:
                hint = did_you_mean(name, names) or f"there are {', '.join(names[:12])}"
                raise UsageError(f"--{option} {shorten(text)}: say which one it is about, as in NAME={text}; {hint}")
        self._option = option

    def all(self, name: str) -> list[str]:
        """The values for a collection."""
        return self._values[name]

    def one(self, name: str) -> str | None:
        """The value for a collection. Raises UsageError if there are several."""
        values = self._values[name]
        if len(values) > 1:
            raise UsageError(f"--{self._option} is given twice for {name}")
        return values[0] if values else None
