"""The language that a request asks for, out of those that a listing has (RFC 9110, section 12.5.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["preferred_language"]

_MAX_LENGTH: Final = 1_000  # characters; the rest of a longer header is not read
_RANGE: Final = re.compile(
    r"[ \t]*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)[ \t]*(?:;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?",
    re.IGNORECASE,
)


def preferred_language(header: str, languages: Sequence[str], default: str | None) -> str | None:
    """Choose the language that an Accept-Language header prefers.

    A range that no language matches falls back to its beginnings: ``de-AT`` to ``de``. ``*`` stands for the default. A
    part of the header that is malformed counts as absent, as if the client had not sent it.

    Args:
        header: The header's value.
        languages: The languages to choose from.
        default: The language if none is preferred.

    Returns:
        One of the languages as it is written there, or the default.

    Example:
        >>> preferred_language("fr;q=0.5, de-AT", ["en", "de", "fr"], "en")
        'de'

    """
    ranges: list[tuple[float, str]] = []
    for part in header[:_MAX_LENGTH].split(","):
        match = _RANGE.fullmatch(part)
        if match:
            ranges.append((float(match[2] or 1), match[1].lower()))
    refused = {name for weight, name in ranges if weight == 0}
    by_lower_case = {language.lower(): language for language in languages if language.lower() not in refused}
    for _, name in sorted([item for item in ranges if item[0] > 0], key=lambda item: -item[0]):
        if name == "*":
            return default
        subtags = name.split("-")
        for length in range(len(subtags), 0, -1):
            language = by_lower_case.get("-".join(subtags[:length]))
            if language is not None:
                return language
    return default
