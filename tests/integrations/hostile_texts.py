"""Texts that mean something to databases, drivers and templates, from the conformance cases."""

from __future__ import annotations

from typing import Final

from ..conformance.cases import load

__all__ = ["HOSTILE"]


def _hostile() -> list[str]:
    found: dict[str, None] = {}
    for case in load():
        if case.id.startswith("hostile_"):
            for document in case.request.documents:
                found.update(dict.fromkeys(each for pair in document.items() for each in pair if isinstance(each, str)))
    return [each for each in found if each and not each.isdigit()]


HOSTILE: Final = _hostile()
