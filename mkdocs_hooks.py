"""What the site of the documentation adds to ``docs/``: pages that have another home, and readable docstrings."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any, Final

import griffe
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_ADDED: Final = {
    "grammar/README.md": "language.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Files of the repository that are pages of the site too: there is one text of each."""
_HOMES: Final = {page: home for home, page in _ADDED.items()}
_LINK: Final = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")
_OWN_LANGUAGE: Final = re.compile(r"^```(?:q|sort|fields|q-error)$", re.MULTILINE)
_ROLE: Final = re.compile(r":(?:func|class|meth|mod|attr):`~?\.*([\w.]+)`")
_PUBLIC: Final = r'<autoref identifier="\1" optional><code>\1</code></autoref>'
_DOCTEST: Final = re.compile(r"(?:^[ ]*>>> .*\n?(?:^[ ]*\S.*\n?)*)", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that live outside of ``docs/``."""
    root = Path(config.config_file_path).parent
    for home, page in _ADDED.items():
        files.append(File.generated(config, page, abs_src_path=str(root / home)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  # mkdocs'
    """Point links between files of the repository at the pages that the site makes of them."""
    site_path = page.file.src_uri
    folder = posixpath.dirname(_HOMES.get(site_path, f"docs/{site_path}"))

    def on_the_site(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, link[1]))
        target = _ADDED.get(target, target.removeprefix("docs/"))
        return posixpath.relpath(target, posixpath.dirname(site_path) or ".")

    # The highlighter takes q for another language.
    return _LINK.sub(on_the_site, _OWN_LANGUAGE.sub("```text", markdown))


class Docstrings(griffe.Extension):
    """Makes Markdown of what docstrings hold besides: roles of Sphinx, and examples as doctest reads them."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of one object."""
        if obj.docstring is not None:
            text = _ROLE.sub(_PUBLIC, obj.docstring.value).replace("::\n", ":\n")
            obj.docstring.value = _DOCTEST.sub(_fenced, text)


def _fenced(example: re.Match[str]) -> str:
    indent = " " * (len(example[0]) - len(example[0].lstrip(" ")))
    return f"{indent}```pycon\n{example[0].rstrip()}\n{indent}```\n"
