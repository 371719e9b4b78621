"""What ``import qlause`` and the first parse cost a fresh process, and where it goes.

Processor time, compiled files and the grammar's tables in place. The parts of the import are what ``-X importtime``
tells of each package by itself, those of the first parse what cProfile does: both tools slow things down, so read only
the shares.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from heapq import nlargest
from operator import itemgetter
from typing import Final

from ..measure import Row, is_quick, process, ratio

__all__ = ["run"]

_IMPORT: Final = "import qlause"
_PARSE: Final = "qlause.parse('name:\"John\" surname:~Smith')"
_STEPS: Final = {
    "the interpreter's own start": "pass",
    "import qlause": _IMPORT,
    "first parse": f"{_IMPORT}; {_PARSE}",
    "a predicate from it": f"{_IMPORT}; matches = qlause.python.predicate({_PARSE})",
}
"""Each does what the one before does, and one thing more."""
_PROFILED: Final = f"""
import cProfile, json, pstats, sys
{_IMPORT}
profile = cProfile.Profile()
profile.runcall(lambda: {_PARSE})
modules = {{getattr(module, "__file__", None): name for name, module in sys.modules.items()}}
print(json.dumps([
    (modules.get(file, file), figures[2])
    for (file, line, name), figures in pstats.Stats(profile).stats.items()
]))
"""
_ROUNDS: Final = 15
_SHOWN: Final = 8


def run() -> list[Row]:
    """One row a step, then one for each package that takes much of it."""
    commands = {step: [sys.executable, "-c", code] for step, code in _STEPS.items()}
    may_write = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for command in commands.values():
        subprocess.run(command, env=may_write, check=True)  # compiles what it imports, and the grammar
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(1 if is_quick() else _ROUNDS):
        for step, command in commands.items():
            best[step] = min(best[step], process(command).processor)
    rows: list[Row] = []
    before, parts = 0.0, {"import qlause": _import_parts, "first parse": _parse_parts}
    interpreter = next(iter(best.values()))
    for step, spent in best.items():
        added = max(spent - before, 0.0)
        rows.append(_row(step, "", added, ratio(added, interpreter)))
        before = spent
        shares = parts[step]() if step in parts else {}
        rows += [
            _row(step, package, share * added, ratio(share * added, interpreter)) for package, share in shares.items()
        ]
    return rows


def _row(step: str, package: str, added: float, to_interpreter: float) -> Row:
    return {"step": step, "of it": package, "ms": round(added * 1e3, 1), "this : interpreter": to_interpreter}


def _import_parts() -> dict[str, float]:
    """The share of each package in the import."""
    always = _imported("pass")
    return _shares({name: spent for name, spent in _imported(_IMPORT).items() if name not in always})


def _imported(code: str) -> dict[str, float]:
    """Microseconds of each module that a fresh process imports, without those that it imports in turn."""
    command = [sys.executable, "-X", "importtime", "-c", code]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stderr
    found = re.findall(r"^import time:\s*(\d+) \|\s*\d+ \|\s*(\S+)$", told, re.MULTILINE)
    return {name: float(spent) for spent, name in found}


def _parse_parts() -> dict[str, float]:
    """The share of each package in the first parse."""
    spent: defaultdict[str, float] = defaultdict(float)
    for module, took in json.loads(process([sys.executable, "-c", _PROFILED]).output):
        spent["built-in functions" if module == "~" else module] += took
    return _shares(spent)


def _shares(modules: Mapping[str, float]) -> dict[str, float]:
    packages: defaultdict[str, float] = defaultdict(float)
    for module, spent in modules.items():
        packages[module.partition(".")[0]] += spent
    whole = sum(packages.values())
    most = dict(nlargest(_SHOWN, packages.items(), key=itemgetter(1)))
    return {**{name: spent / whole for name, spent in most.items()}, "all others": 1 - sum(most.values()) / whole}
