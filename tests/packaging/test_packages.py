"""The packages as users get them: built, installed in clean environments, run from elsewhere.

pytest -m packaging
"""

from __future__ import annotations

import email
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from engines.missing import import_optional
from qlause.syntax import tables

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION: str = PROJECT["version"]
SOURCES = {
    f"qlause/{file.relative_to(ROOT / 'src' / 'qlause').as_posix()}"
    for file in (ROOT / "src" / "qlause").rglob("*")
    if file.is_file() and "__pycache__" not in file.parts
}
# What a fresh environment says of the package; run isolated, so that nothing of this checkout is on the path.
ASK = """
import json, sys
from importlib.metadata import requires, version
from pathlib import Path
import qlause
from qlause.syntax.tables import grammar_text
query = qlause.parse('name:~john qty:>=2')
lark = "lark" in sys.modules
print(json.dumps({
    "file": qlause.__file__,
    "version": [qlause.__version__, version("qlause")],
    "canonical": str(query),
    "selected": qlause.python.predicate(query)({"name": "John", "qty": 2}),
    "sort": str(qlause.parse_sort("a:desc")),
    "grammar": len(grammar_text()),
    "typed": (Path(qlause.__file__).parent / "py.typed").is_file(),
    "modules": sorted(name for name in sys.modules if name in ("ijson", "orjson", "rich", "pydantic", "hypothesis")),
    "lark": lark,
}))
"""

pytestmark = [
    pytest.mark.packaging,
    pytest.mark.xdist_group("packaging"),
]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=cwd, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's files: building and installing leave nothing in the checkout itself."""
    import_optional("build", "packaging", "pip install -e '.[dev]'")
    copy = tmp_path_factory.mktemp("checkout") / "qlause"
    ignored = (".git", ".venv*", ".*_cache", ".hypothesis", "__pycache__", "dist", "build", "*.egg-info")
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*ignored))
    return copy


@pytest.fixture(scope="module")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the sdist and the wheel; the wheel is built from the sdist."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", out, checkout, cwd=out)
    assert sorted(file.name for file in out.iterdir()) == [
        f"qlause-{VERSION}-py3-none-any.whl",
        f"qlause-{VERSION}.tar.gz",
    ]
    return out


def installed(what: list[str | Path], place: Path) -> Path:
    """The python of a fresh environment in which this is installed, and nothing but what it requires."""
    run(sys.executable, "-m", "venv", place, cwd=place.parent)
    python = place / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what, cwd=place.parent)
    return python


def asked(python: Path, cwd: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(python, "-I", "-c", ASK, cwd=cwd))
    return found


def check(found: dict[str, Any], inside: Path) -> None:
    assert Path(found["file"]).is_relative_to(inside)
    assert found["version"] == [VERSION, VERSION]
    assert found["canonical"] == 'name:~"john" AND qty:>=2'
    assert found["selected"] is True
    assert found["sort"] == "a:desc"
    assert found["grammar"] == len((ROOT / "grammar" / "q.lark").read_text(encoding="utf-8"))
    assert found["typed"] is True
    assert found["modules"] == []


def test_the_wheel_holds_the_package_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(built / f"qlause-{VERSION}-py3-none-any.whl") as wheel:
        names = set(wheel.namelist())
        info = f"qlause-{VERSION}.dist-info"
        meta = {f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")}
        assert names == SOURCES | {"qlause/grammar/q.lark", "qlause/grammar/q.json"} | meta
        assert "qlause/py.typed" in names
        assert wheel.read("qlause/grammar/q.lark") == (ROOT / "grammar" / "q.lark").read_bytes()
        assert json.loads(wheel.read("qlause/grammar/q.json")) == tables.make(tables.grammar_text())
        metadata = email.message_from_bytes(wheel.read(f"{info}/METADATA"))
        scripts = wheel.read(f"{info}/entry_points.txt").decode()
    required = [each for each in metadata.get_all("Requires-Dist", []) if "extra ==" not in each]
    assert {re.split(r"[<>=!~ ;]", each)[0] for each in required} == {"lark", "python-dateutil"}
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    assert scripts.split() == ["[console_scripts]", "qlause", "=", "qlause.cli:main"]
    description = metadata.get_payload()
    assert isinstance(description, str)
    assert description.startswith("# qlause")


def test_the_sdist_holds_all_that_is_needed_to_test(built: Path, checkout: Path) -> None:
    with tarfile.open(built / f"qlause-{VERSION}.tar.gz") as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    files = {file.relative_to(checkout).as_posix() for file in checkout.rglob("*") if file.is_file()}
    for folder in ("src", "grammar", "engines", "tests"):
        assert {name for name in names if name.startswith(f"{folder}/")} == {
            name for name in files if name.startswith(f"{folder}/")
        }
    assert any(name.startswith("grammar/conformance/") for name in names)
    assert {"PKG-INFO", "README.md", "LICENSE", "pyproject.toml", "CHANGELOG.md", "CONTRIBUTING.md"} <= names
    assert names <= files | {"PKG-INFO"}
    assert not [name for name in names if re.search(r"__pycache__|\.pyc$|_cache/|\.egg-info|/dist/|\.venv", name)]


def test_the_wheel_installed(built: Path, tmp_path: Path) -> None:
    python = installed([built / f"qlause-{VERSION}-py3-none-any.whl"], tmp_path / "venv")
    found = asked(python, tmp_path)
    check(found, tmp_path / "venv")
    assert not found["lark"]  # its tables are in the wheel
    script = tmp_path / "venv" / "bin" / "qlause"
    assert script.is_file()
    assert run(script, "--version", cwd=tmp_path).split() == ["qlause", VERSION]
    packages = json.loads(run(python, "-m", "pip", "list", "--format=json", cwd=tmp_path))
    names = {each["name"] for each in packages}
    came_along = {"pip", "setuptools", "wheel", "six", "tzdata"}  # with the environment, and with dateutil
    assert names - came_along == {"qlause", "lark", "python-dateutil"}


def test_the_sdist_installed(built: Path, tmp_path: Path) -> None:
    python = installed([built / f"qlause-{VERSION}.tar.gz"], tmp_path / "venv")
    check(asked(python, tmp_path), tmp_path / "venv")


def test_an_editable_checkout(checkout: Path, tmp_path: Path) -> None:
    python = installed(["--editable", checkout], tmp_path / "venv")
    check(asked(python, tmp_path), checkout / "src")
    assert (tmp_path / "venv" / "bin" / "qlause").is_file()
    grammar = checkout / "grammar" / "q.lark"
    text = grammar.read_text(encoding="utf-8")
    grammar.write_text(f"{text}\n// edited\n", encoding="utf-8")  # an edit of the checkout is seen at once
    assert asked(python, tmp_path)["grammar"] == len(text) + len("\n// edited\n")
    grammar.write_text(text, encoding="utf-8")
