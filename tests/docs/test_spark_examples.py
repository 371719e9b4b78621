"""The ``py`` blocks of docs/spark.md, which need Spark, are run in the session (``tests/docs`` runs the others)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from engines.spark import session

pytestmark = pytest.mark.xdist_group("spark")
_PAGE = Path(__file__).parents[2] / "docs" / "spark.md"
_BLOCK = re.compile(r"^```py\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_examples_do_what_the_page_says() -> None:
    session()  # getOrCreate gives this one
    blocks = _BLOCK.findall(_PAGE.read_text("utf-8"))
    assert len(blocks) == 4
    namespace: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(_PAGE), "exec"), namespace)  # noqa: S102  # the project's own page
