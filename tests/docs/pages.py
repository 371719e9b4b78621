"""The pages of the documentation, and the code blocks in them."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

__all__ = ["PAGES", "ROOT", "Block", "blocks", "name_of", "run"]

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "grammar/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
_BLOCK: Final = re.compile(r"^```([\w-]*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One code block: the line on which its text starts, the language after its fence, and the text."""

    page: Path
    line: int
    language: str
    text: str


def name_of(page: Path) -> str:
    """The path of a page in the repository, which names its tests."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """The code blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        yield Block(page, text.count("\n", 0, match.start()) + 2, match[1], match[2])


def run(block: Block, namespace: dict[str, Any]) -> None:
    """Run one block of Python in a namespace, as a doctest where it has prompts."""
    name = f"{name_of(block.page)}:{block.line}"
    if ">>> " not in block.text:
        text = "\n" * (block.line - 1) + block.text
        code = compile(text, str(block.page), "exec", dont_inherit=True)
        exec(code, namespace)  # noqa: S102  # the project's own pages
        return
    test = doctest.DocTestParser().get_doctest(block.text, namespace, name, str(block.page), block.line - 1)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    report: list[str] = []
    runner.run(test, out=report.append, clear_globs=False)
    assert not runner.failures, "".join(report)
    namespace.update(test.globs)
