"""What ``--help`` teaches works when it is typed."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator

import pytest

from qlause import cli
from qlause.cli import help_texts

from .conftest import File, Run

DETAILS = {
    "": help_texts.OVERVIEW_DETAILS,
    "filter": help_texts.FILTER_DETAILS,
    "explain": help_texts.EXPLAIN_DETAILS,
    "check": help_texts.CHECK_DETAILS,
    "schema": help_texts.SCHEMA_DETAILS,
    "serve": help_texts.SERVE_DETAILS,
}
RUN = [name for name in DETAILS if name != "serve"]  # which does not end; tests/server starts it
FILES = {
    "people.ndjson": '{"id":1,"name":"John","email":"john@example.com"}\n{"id":2,"name":"Zoë"}\n',
    "stock.csv": "id,qty,createdAt\n1,30,2024-05-25T10:00:00Z\n2,7,2024-05-25T11:00:00Z\n",
    "stock.schema.json": {
        "properties": {
            "id": {"type": "integer"},
            "qty": {"type": "integer"},
            "createdAt": {"type": "string", "format": "date-time"},
        }
    },
}


def examples(details: str) -> Iterator[str]:
    """The commands below ``examples:``."""
    for line in details.partition("examples:\n")[2].splitlines():
        if not line.startswith("  "):
            return
        yield line.strip()


@pytest.mark.parametrize("command", DETAILS)
def test_help_has_examples_and_fits_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run(*command.split(), "--help")
    text = result.out.decode()
    assert (result.status, result.err) == (0, "")
    assert DETAILS[command] in text
    assert all(len(line) <= 80 for line in text.splitlines())
    assert 2 <= len(list(examples(DETAILS[command]))) <= 3
    assert all(f"qlause {command}".strip() in line for line in examples(DETAILS[command]))


@pytest.mark.parametrize("line", [line for name in RUN for line in examples(DETAILS[name])])
def test_examples_work(shell: Run, file: File, line: str) -> None:
    for name, content in FILES.items():
        file(name, content)
    result = shell(line)
    if "# refused" in line:
        assert (result.status, result.out) == (2, b"")
        assert "\nhint: " in result.err
    else:
        assert (result.status, result.err) == (0, "")
        assert result.out.strip()


def test_help_names_all_commands_and_statuses(run: Run) -> None:
    overview = run("--help").out.decode()
    for command in ("filter", "explain", "check", "schema", "serve"):
        assert re.search(rf"^ +{command} +\w", overview, re.MULTILINE)
        assert "exit status:\n  0  " in run(command, "--help").out.decode()


def test_version_and_nothing(run: Run) -> None:
    assert re.fullmatch(rb"qlause \S.*\n", run("--version").out)
    nothing = run()
    assert nothing.status == 2
    assert "COMMAND" in nothing.err
    assert run("filter").status == 2
    assert run("flter", "a:1").status == 2


def test_examples_of_docstrings() -> None:
    assert doctest.testmod(cli) == (0, 1)
