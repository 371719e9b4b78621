"""Links between the files of the repository lead somewhere; rules and names that code and pages share are there.

``mkdocs build --strict`` checks the same for the site, whose pages link as these files do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final, get_args

import pytest

import qlause
from qlause.sql import DialectName

from .pages import PAGES, ROOT, name_of

_FENCED: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_API_NAME: Final = re.compile(r"^::: ([\w.]+)$", re.MULTILINE)
_RULES: Final = re.compile(r"\brules? (\d+)((?:(?:, | and | to |, and )\d+)*)")
_MODULES: Final = ("python", "sql", "mongo", "sqlalchemy", "django", "testing")
_WEB: Final = ("fastapi", "starlette", "litestar", "flask", "drf")
"""Public modules that ``qlause`` does not name, because each needs a framework."""


def _text(page: Path) -> str:
    """The text of a page without its code blocks."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


@cache
def _anchors(page: Path) -> set[str]:
    """The anchors of a page: its headings, as GitHub and the site make them, and the names of the API reference."""
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(_text(page)))
    return {heading.replace(" ", "-") for heading in headings} | set(_API_NAME.findall(_text(page)))


def _broken(page: Path) -> Iterator[str]:
    for link in _LINK.findall(_text(page)):
        if re.match(r"\w+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    assert list(_broken(page)) == []


def test_the_patterns_find_links_and_anchors(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b` c\n[x](page.md#a-b-c) [y](#nothing)\n```text\n[z](none.md)\n```\n[w](none.md)\n", "utf-8")
    assert list(_broken(page)) == ["#nothing", "none.md"]


def _rules_named(text: str) -> set[int]:
    """The numbers in ``rule 8``, ``rules 12 to 15`` and ``rules 6, 7 and 9``."""
    named: set[int] = set()
    for first, others in _RULES.findall(text):
        named.add(int(first))
        for word, number in re.findall(r"(\w+|,) (\d+)", others):
            named |= set(range(max(named), int(number) + 1)) if word == "to" else {int(number)}
    return named


def test_numbers_of_rules_are_read() -> None:
    assert _rules_named("(rule 8), rules 12 to 15, rules 17 and 20, rules 6, 7 and 9") == {
        *(6, 7, 8, 9, 12, 13, 14, 15, 17, 20),
    }


def test_every_rule_that_code_or_pages_name_is_on_the_page_of_semantics() -> None:
    headings = re.findall(r"^### Rule (\d+)$", (ROOT / "docs" / "semantics.md").read_text("utf-8"), re.MULTILINE)
    rules = list(map(int, headings))
    assert rules == list(range(1, rules[-1] + 1))
    for file in (*sorted((ROOT / "src" / "qlause").rglob("*.py")), *PAGES):
        assert _rules_named(file.read_text("utf-8")) <= set(rules), file


def test_the_api_reference_has_every_public_name() -> None:
    pages = {page.stem: page.read_text("utf-8") for page in (ROOT / "docs" / "api").glob("*.md")}
    named = set(re.findall(r"^::: qlause\.([\w.]+)$", pages["qlause"], re.MULTILINE))
    assert named == set(qlause.__all__) - set(_MODULES)
    for module in _MODULES:
        assert re.search(rf"^::: qlause\.{module}$", pages[module], re.MULTILINE), module
        assert import_module(f"qlause.{module}").__all__
    for module in _WEB:
        assert re.search(rf"^::: qlause\.{module}$", pages[module], re.MULTILINE), module


def test_every_dialect_has_a_page_that_the_readme_names() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for dialect in get_args(DialectName):
        assert f"(docs/{dialect}.md)" in readme
        assert f'"{dialect}"' in (ROOT / "docs" / f"{dialect}.md").read_text("utf-8")


def test_the_readme_is_short() -> None:
    """Two screens; everything else has a page of its own."""
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 120


def test_the_architecture_names_every_package() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    source = ROOT / "src" / "qlause"
    for entry in (*source.iterdir(), *(source / "backends").iterdir()):
        if not entry.name.startswith("__") and entry.suffix in ("", ".py"):
            name = entry.relative_to(source).with_suffix("").as_posix().replace("/", ".")
            assert f"`{name}`" in page, name
