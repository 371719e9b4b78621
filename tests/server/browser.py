"""A headless Chromium, and what a page did in it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from engines.missing import NotInstalledError, import_optional

__all__ = ["Visit", "browser", "visiting"]

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_REMEDY: Final = "apt-get install chromium, or set QLAUSE_CHROMIUM to its path"


@contextmanager
def browser() -> Iterator[Any]:
    """The browser. Raises NotInstalledError without playwright or Chromium."""
    playwright = import_optional("playwright.sync_api", "browser", "pip install playwright")
    path = os.environ.get("QLAUSE_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        raise NotInstalledError("browser", _REMEDY)
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield launched
        launched.close()


class Visit:
    """An open page, with everything that it asked for and complained about."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.url = url
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dismiss)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _dismiss(self, dialog: Any) -> None:
        self.complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _hear(self, message: Any) -> None:
        # The browser itself tells of each answer with status 400; what the page or its policy says counts.
        if message.type in ("error", "warning") and "status of 400" not in message.text:
            self.complaints.append(message.text)

    def open(self, query: str = "") -> None:
        """Open the page and wait for the first answer."""
        self.page.goto(f"{self.url}/{query}")
        self.page.locator("#url").filter(has_text="http").wait_for()

    def rows(self, count: int) -> list[list[str]]:
        """The texts of the table's cells, once there are so many rows."""
        self.page.wait_for_function("n => document.querySelectorAll('#items tbody tr').length === n", arg=count)
        return [row.locator("td").all_inner_texts() for row in self.page.locator("#items tbody tr").all()]

    def first(self, text: str) -> None:
        """Wait until the first cell has this text."""
        cell = self.page.locator("#items tbody tr:first-child td:first-child")
        cell.filter(has_text=re.compile(f"^{re.escape(text)}$")).wait_for()

    def suggestions(self) -> list[str]:
        """What the open list offers."""
        self.page.locator(".suggestions:visible").wait_for()
        return [item.inner_text().split("\n")[0] for item in self.page.locator(".suggestions:visible li").all()]


@contextmanager
def visiting(opened: Any, url: str, **options: Any) -> Iterator[Visit]:
    """A page in a context of its own. At the end it must have stayed at home, and complained about nothing."""
    context = opened.new_context(**options)
    context.set_default_timeout(20_000)
    visit = Visit(context.new_page(), url)
    try:
        yield visit
        assert [each for each in visit.requests if not each.startswith(f"{url}/")] == []
        assert visit.complaints == []
    finally:
        context.close()
