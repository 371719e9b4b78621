"""Hints for a field that cannot be used: the nearest one that can, or all of them where they are few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..errors import Vocabulary, did_you_mean
from ..syntax.nodes import Path
from .field import Field

__all__ = ["suggestion"]

_MAX_LISTED: Final = 8


def suggestion(path: Path, fields: Mapping[str, Field], vocabulary: Vocabulary) -> str | None:
    """The hint for a path, with the names and fields that may be used instead, and their vocabulary."""
    names, nearest = list(fields), did_you_mean(str(path), vocabulary)
    for keys in (path.segments[:length] for length in range(1, len(path.segments) + 1)):
        languages = [str(Path((*keys, each))) for each in getattr(fields.get(str(Path(keys))), "languages", ())]
        if languages and len(path.segments) == len(keys) + 1:
            return f"there are {', '.join(languages)}"
        names, nearest = names + languages, did_you_mean(str(path), languages) or nearest
    return nearest or (f"there are {', '.join(names)}" if 0 < len(names) <= _MAX_LISTED else None)
