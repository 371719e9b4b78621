"""``python -m tests.mutation``: make small mistakes in a copy of the sources, one at a time, and see that tests fail.

A mistake that no test finds is printed as a diff. Read it: write the test that states the rule, or show that the two
programs are the same.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, get_args

from engines.sql import DIALECTS
from qlause.sql import DialectName

from .mutants import Mutant, mutated, sample

_ROOT: Final = Path(__file__).parents[2]
_PACKAGE: Final = Path("src/qlause")
_PATHS: Final = [_PACKAGE / name for name in ("syntax", "schema", "bound", "backends/sql")]
_ENGINES: Final = ("python", "sqlite", "duckdb")
_COPIED: Final = ("src", "tests", "engines", "grammar", "docs", "examples", "pyproject.toml", "README.md", "mkdocs.yml")
_ABOUT_SOURCES: Final = ("tests/unit/test_architecture.py", "tests/unit/test_no_code_from_text.py")
"""They read the sources and run none of them, so what they find is no mistake."""
_MEMORY: Final = 6 * 2**30
"""Of a run of tests: a mistake may ask for any amount."""
_SLOWER: Final = 2
"""A mistake that makes one run of tests take so many times longer than all of them is found: it loops."""
_WAITING: Final = 10
"""How many times longer than the processor's time a run may take, on a busy machine."""


def main(argv: Sequence[str]) -> int:
    """Do what the command line says and return the exit status: 1 if the score is below what was asked for."""
    options = _parser().parse_args(argv)
    os.chdir(_ROOT)
    mutants = sample(_modules(options.paths, options.engines), options.sample, options.seed)
    everything = _everything(options.engines, options.without)
    known = _known(options.out)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy_to(copy)
        allowed = (options.seconds or _time_of(copy, everything)) * _SLOWER
        killed, survivors = 0, 0
        for number, mutant in enumerate(mutants, 1):
            if str(mutant) in known:
                killed, survivors = killed + known[str(mutant)], survivors + (not known[str(mutant)])
                continue
            source = (copy / mutant.path).read_text(encoding="utf-8")
            wrong = mutated(mutant, source)
            _write(copy / mutant.path, wrong, number)
            start = time.monotonic()
            found_by = _first_failure(copy, [*_tests_beside(mutant, options.without), *everything], allowed)
            _write(copy / mutant.path, source, -number)
            killed, survivors = killed + (found_by is not None), survivors + (found_by is None)
            how = "SURVIVED" if found_by is None else f"killed by {found_by}"
            print(f"[{number}/{len(mutants)}, {time.monotonic() - start:.0f} s] {mutant}: {how}", flush=True)
            if found_by is None:
                print(_difference(mutant, source, wrong), flush=True)
            if options.out is not None:
                with options.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"mutant": str(mutant), "killed_by": found_by}) + "\n")
    score = killed / (killed + survivors or 1)
    print(f"{killed} of {killed + survivors} killed: {score:.0%}")
    return int(score < options.at_least / 100)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, default=_PATHS, help="modules or folders (%(default)s)")
    parser.add_argument(
        "--engines", nargs="+", default=_ENGINES, help="those of the conformance cases; dialects of others are left out"
    )
    parser.add_argument("--without", nargs="+", default=(), metavar="TEST", help="tests that are not run, by their ids")
    parser.add_argument("--sample", type=int, default=100, help="how many mistakes to try (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (%(default)s)")
    parser.add_argument("--at-least", type=int, default=90, help="fail below so many percent (%(default)s)")
    parser.add_argument(
        "--seconds", type=float, help="what all tests take the processor, where it is known that they pass (measured)"
    )
    parser.add_argument("--out", type=Path, help="a file of results; what it has is not tried again, the rest is added")
    return parser


def _known(file: Path | None) -> dict[str, bool]:
    """Which mutants of an earlier run were killed."""
    if file is None or not file.exists():
        return {}
    results = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {result["mutant"]: result["killed_by"] is not None for result in results}


def _copy_to(folder: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    for name in _COPIED:
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, folder / name, ignore=ignore)
        else:
            shutil.copy(_ROOT / name, folder / name)


def _write(path: Path, source: str, number: int) -> None:
    """Write a module with a time of its own, so that no compiled file of another version is taken for it."""
    path.write_text(source, encoding="utf-8")
    moment = int(time.time()) + 1_000 * number
    os.utime(path, (moment, moment))


def _modules(paths: list[Path], engines: Sequence[str]) -> list[Path]:
    """The modules in the paths, without the dialects whose engine is not asked."""
    other = {*get_args(DialectName)} - {*engines}
    found = {module for path in paths for module in ([path] if path.is_file() else path.rglob("*.py"))}
    return sorted(module for module in found if module.stem.partition("_")[0] not in other)


def _everything(engines: Sequence[str], without: Sequence[str]) -> list[tuple[str, ...]]:
    """All tests that look for mistakes, those that find most in little time first."""
    deselected = _deselected(without)
    cases = f"({' or '.join(f'{name}-' for name in engines)}) and not django and not sqlalchemy"
    runs = [("tests/conformance", "-k", cases), ("tests/unit", *deselected), ("tests/properties", *deselected)]
    dialects = [name for name in engines if name in DIALECTS]
    return [*runs, ("tests/engines/sql", "-k", " or ".join(dialects), *deselected)] if dialects else runs


def _tests_beside(mutant: Mutant, without: Sequence[str]) -> list[tuple[str, ...]]:
    """The unit tests of the mutant's package, which come first: most mistakes are found by them."""
    own = Path("tests/unit") / mutant.path.relative_to(_PACKAGE).parent
    while not (_ROOT / own).is_dir():
        own = own.parent
    return [] if own == Path("tests/unit") else [(str(own), *_deselected(without))]


def _deselected(without: Sequence[str]) -> list[str]:
    return [*(f"--ignore={file}" for file in _ABOUT_SOURCES), *(f"--deselect={test}" for test in without)]


def _first_failure(folder: Path, runs: list[tuple[str, ...]], allowed: float | None) -> str | None:
    """The name of the first test that fails; None if none does."""
    for arguments in runs:
        failed = _run(folder, arguments, allowed)
        if failed is not None:
            return failed
    return None


def _run(folder: Path, arguments: Sequence[str], allowed: float | None) -> str | None:
    command = [sys.executable, "-m", "pytest", "-n0", "-x", "-q", "--no-header", "--tb=no", "-pno:cacheprovider"]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}",
        "HYPOTHESIS_PROFILE": "mutation",
    }
    try:
        done = subprocess.run(
            [*command, *arguments],
            check=False,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=None if allowed is None else allowed * _WAITING,
            preexec_fn=lambda: _bound(allowed),
        )
    except subprocess.TimeoutExpired:
        return "the time allowed"
    if done.returncode == 0:
        return None
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0][:200] if failed else f"an error before any test: {(done.stdout + done.stderr)[-200:]!r}"


def _bound(seconds: float | None) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    if seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))


def _time_of(folder: Path, runs: list[tuple[str, ...]]) -> float:
    """The processor's seconds of all tests without a mistake, which must pass."""
    start = _spent()
    failed = _first_failure(folder, runs, None)
    if failed is not None:
        raise SystemExit(f"the tests fail without a mistake: {failed}")
    seconds = _spent() - start
    print(f"all tests without a mistake: {seconds:.0f} s", flush=True)
    return seconds


def _spent() -> float:
    """The processor's seconds of the processes that ran so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _difference(mutant: Mutant, source: str, wrong: str) -> str:
    lines = difflib.unified_diff(source.splitlines(), wrong.splitlines(), str(mutant.path), "", lineterm="")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
