"""The tests with other versions of what qlause needs: the lowest that it declares, or the newest, on any Python.

``python -m tests.versions lowest`` makes a virtual environment with exactly the versions that ``pyproject.toml`` names
as its minimums, and runs there the unit tests, and the conformance cases on what needs no server. ``newest`` takes the
newest ones. ``--python python3.13`` takes another interpreter, ``-- tests/cli`` other tests.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Final

__all__ = ["lowest_versions", "main"]

_ROOT: Final = Path(__file__).parent.parent
_EXTRA: Final = "test"
_TESTS: Final = ("tests/unit", "tests/conformance", "-k", "unit or python or sqlite or matcher")
_REQUIREMENT: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?P<extras>\[[^]]*\])?(?:>=(?P<version>[0-9.]+))?")


def lowest_versions(extra: str) -> list[str]:
    """The requirements of an extra, those of qlause itself included, each with exactly the lowest version."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned: dict[str, str] = {}

    def add(requirements: list[str]) -> None:
        for requirement in requirements:
            match = _REQUIREMENT.match(requirement)
            if match is None:
                raise ValueError(f"a requirement that this script cannot read: {requirement}")
            name, extras, version = match["name"], match["extras"] or "", match["version"]
            if name == "qlause":
                for each in extras.strip("[]").split(","):
                    add(project["optional-dependencies"][each])
            elif version is None:
                raise ValueError(f"{requirement} names no lowest version")
            else:
                pinned[name + extras] = f"{name}{extras}=={version}"

    add(project["dependencies"])
    add(project["optional-dependencies"][extra])
    return sorted(pinned.values())


def main(arguments: list[str]) -> int:
    """Make the environment, run the tests in it, and return their exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.versions", description=__doc__)
    parser.add_argument("versions", choices=["lowest", "newest"])
    parser.add_argument("--python", default=sys.executable, help="the interpreter (this one)")
    parser.epilog = "What follows -- is for pytest."
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:end])
    tests = arguments[end + 1 :] or list(_TESTS)
    with tempfile.TemporaryDirectory(prefix="qlause-versions-") as folder:
        subprocess.run([options.python, "-m", "venv", folder], check=True)
        python = str(Path(folder, "bin", "python"))
        pinned = lowest_versions(_EXTRA) if options.versions == "lowest" else []
        command = [python, "-m", "pip", "install", "--quiet", f"{_ROOT}[{_EXTRA}]", *pinned]
        subprocess.run(command, check=True)
        shown = subprocess.run([python, "-m", "pip", "list"], check=True, capture_output=True, text=True).stdout
        print(shown)
        environment = {**os.environ, "QLAUSE_REQUIRE_ENGINES": ""}
        return subprocess.run([python, "-m", "pytest", "-q", *tests], cwd=_ROOT, env=environment).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
