"""The page about the server: its command prints what the page shows, and answers as it says."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import Final

from engines.missing import import_optional

from ..web.client import Server
from .http_blocks import compare
from .pages import ROOT, blocks

PAGE: Final = ROOT / "docs" / "serve.md"


def test_the_server_prints_and_answers_what_the_page_says() -> None:
    for package in ("orjson", "rich", "sqlalchemy", "starlette", "uvicorn"):
        import_optional(package, "the server", "pip install 'qlause[serve]'")
    command, printed, *_ = [block.text for block in blocks(PAGE) if block.language == "text"]
    arguments = [sys.executable, "-m", *shlex.split(command), "--port", "0"]
    with subprocess.Popen(
        arguments,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline().decode() for _ in printed.splitlines()]
            port = lines[-1].split()[2].rstrip("/").rpartition(":")[2]
            assert "".join(lines).replace(f":{port}/", ":8000/") == printed
            shown = [block for block in blocks(PAGE) if block.language == "http"]
            assert shown
            for block in shown:
                compare(Server(int(port)), block)
        finally:
            process.terminate()
