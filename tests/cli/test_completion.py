"""Completion by shells."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qlause.cli.commands.explain import BACKENDS
from qlause.cli.options import _backend_names

from .conftest import COMMAND, Run


def test_scripts_of_shells(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    missing = run("--completion", "bash")
    assert missing.status == 2
    assert 'completion needs the cli extra: pip install "qlause[cli]"' in missing.err
    monkeypatch.delitem(sys.modules, "argcomplete")
    pytest.importorskip("argcomplete")
    for shell in ("bash", "zsh", "fish"):
        script = run("--completion", shell)
        assert (script.status, script.err) == (0, "")
        assert b"_ARGCOMPLETE" in script.out
        assert b"qlause" in script.out
    assert run("--completion", "cobol").status == 2


def test_all_backends_are_completed() -> None:
    assert _backend_names() == [*(name for name, _ in BACKENDS), "all"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("qlause ", {"filter", "explain", "check", "schema", "serve"}),
        ("qlause serve --po", {"--port"}),
        ("qlause schema ", {"infer"}),
        ("qlause filter '' --co", {"--count", "--count-by"}),
        ("qlause filter '' --output ", {"json", "ndjson", "csv", "tsv", "table", "markdown", "raw"}),
        ("qlause explain a:1 --backend sq", {"sqlite"}),
    ],
)
def test_what_is_completed(tmp_path: Path, line: str, expected: set[str]) -> None:
    pytest.importorskip("argcomplete")
    answer = tmp_path / "answer"
    env = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_STDOUT_FILENAME": str(answer)}
    env |= {"COMP_LINE": line, "COMP_POINT": str(len(line))}
    subprocess.run(COMMAND, env=os.environ | env, timeout=30, check=False)
    assert expected <= {each.strip() for each in answer.read_text().split("\n")}
