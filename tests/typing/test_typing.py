"""The types that a caller sees: ``usage.py`` under mypy, with its errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engines.missing import import_optional

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def check(file: Path, cache: Path) -> str:
    """What mypy says of a file, in strict mode; of the package itself nothing, as where it is installed."""
    import_optional("mypy", "type checks", "pip install -e '.[dev]'")
    flags = [
        "--strict",
        "--follow-imports=silent",
        "--warn-unused-ignores",
        "--config-file=",
        "--no-error-summary",
        f"--cache-dir={cache}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *flags, str(file)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"MYPYPATH": str(ROOT / "src"), "PATH": ""},
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def test_typed_usage(cache: Path) -> None:
    assert check(HERE / "usage.py", cache) == ""


def test_the_check_can_fail(cache: Path, tmp_path: Path) -> None:
    text = (HERE / "usage.py").read_text(encoding="utf-8")
    file = tmp_path / "broken.py"
    file.write_text(
        text.replace("  # type: ignore[call-arg]", "").replace("assert_type(query, Query)", "assert_type(query, Sort)"),
        encoding="utf-8",
    )
    found = check(file, cache)
    assert 'Unexpected keyword argument "shema"' in found
    assert "assert-type" in found
    assert found.count("error:") == text.count("# type: ignore[call-arg]") + 1


def test_the_package_is_typed() -> None:
    assert (ROOT / "src" / "qlause" / "py.typed").is_file()
