"""The tables: what lark makes of the grammar, wherever they come from, and lark only where it has to make them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qlause.syntax import tables

ROOT = Path(__file__).parents[3]
ASK = """
import qlause, sys
query = qlause.parse("a:1 OR b:~x")
print("lark" in sys.modules, query)
"""
MADE, READ = 'True a:1 OR b:~"x"', 'False a:1 OR b:~"x"'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "grammar", copy / "grammar")
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def asked(checkout: Path, **environment: str) -> str:
    """Whether a new process imports lark to parse, and what it parses."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=inherited | {"PYTHONPATH": str(checkout / "src")} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def kept(checkout: Path) -> list[Path]:
    return list((checkout / "src" / "qlause").rglob("*.json"))


def test_the_tables_are_those_of_lark() -> None:
    assert tables.load() == tables.make(tables.grammar_text())


def test_every_run_makes_the_same() -> None:
    script = "import json; from qlause.syntax import tables; print(json.dumps(tables.make(tables.grammar_text())))"
    made = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert len(made) == 1


def test_a_checkout_keeps_them(checkout: Path) -> None:
    assert asked(checkout) == MADE
    (file,) = kept(checkout)
    assert file.parent.name == "__pycache__"
    assert asked(checkout) == READ


def test_what_was_kept_of_another_grammar_is_made_again(checkout: Path) -> None:
    asked(checkout)
    grammar = checkout / "grammar" / "q.lark"
    grammar.write_text(grammar.read_text(encoding="utf-8").replace('TILDE: "~"', 'TILDE: "%"'), encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        asked(checkout)
    assert "QuerySyntaxError" in refused.value.stderr


@pytest.mark.parametrize("text", ["", "{", '{"made of": "another"}'])
def test_what_was_kept_broken_is_made_again(checkout: Path, text: str) -> None:
    asked(checkout)
    (file,) = kept(checkout)
    whole = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    assert asked(checkout) == MADE
    assert json.loads(file.read_text(encoding="utf-8")) == whole


def test_nothing_is_kept_where_python_writes_nothing(checkout: Path) -> None:
    assert asked(checkout, PYTHONDONTWRITEBYTECODE="1") == MADE
    assert kept(checkout) == []


def test_where_nothing_can_be_kept_they_are_made(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert asked(checkout, PYTHONPYCACHEPREFIX=str(tmp_path / "file")) == MADE


def test_a_wheel_has_them(checkout: Path) -> None:
    inside = checkout / "src" / "qlause" / "grammar"
    inside.mkdir()
    (checkout / "grammar").rename(checkout / "elsewhere")
    (inside / "q.json").write_text(json.dumps(tables.make(tables.grammar_text())), encoding="utf-8")
    assert asked(checkout) == READ
    assert len(kept(checkout)) == 1
