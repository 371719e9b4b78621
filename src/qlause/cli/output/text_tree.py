"""Trees drawn as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["TextTree"]


@dataclass(frozen=True, slots=True)
class TextTree:
    """A label, and the trees below it."""

    label: str
    children: tuple[TextTree, ...] = ()

    def lines(self) -> Iterator[str]:
        """The label, then the lines of the children, with branches in front of them."""
        yield self.label
        for position, child in enumerate(self.children):
            is_last = position == len(self.children) - 1
            first, *others = child.lines()
            yield ("└─ " if is_last else "├─ ") + first
            for line in others:
                yield ("   " if is_last else "│  ") + line
