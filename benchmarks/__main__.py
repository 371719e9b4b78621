"""``python -m benchmarks``: run benchmarks, print their tables, keep them as JSON and plots; or compare two runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from engines.sample_table import ENGINES

from . import compare, measure, plots, report, sample, suite, targets
from .packages import MISSING

_WIDTH = 180  # of a table in a file


def main(argv: Sequence[str]) -> int:
    """Do what the command line says and return the exit status."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    if argv[:1] == ["compare"]:
        return _compare(_compare_parser().parse_args(argv[1:]), console)
    if argv[:1] == ["scale"]:
        from .engines import scale  # needs more packages than the others

        return scale.main(argv[1:])
    return _run(_run_parser().parse_args(argv), console)


def _run_parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:10} {benchmark.about}" for name, benchmark in suite.BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Run benchmarks. Read the ratios: absolute times on shared machines mean nothing.\n"
        "python -m benchmarks compare A.json B.json shows what changed between two runs.\n"
        "python -m benchmarks scale filters up to ten million documents on every engine.",
        epilog=f"benchmarks:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", choices=[*suite.BENCHMARKS, []], metavar="NAME", help="which to run (all)")
    parser.add_argument("--quick", action="store_true", help="only see that everything runs: the figures mean nothing")
    parser.add_argument(
        "--rows", type=int, default=sample.ROWS, metavar="N", help="of the table of sql and pages (%(default)s)"
    )
    parser.add_argument(
        "--engine",
        action="append",
        default=[],
        choices=ENGINES,
        dest="engines",
        help="ask sql and pages of this one alone; can be given several times",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build/benchmarks"), metavar="FOLDER", help="where to write (%(default)s)"
    )
    return parser


def _compare_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks compare",
        description=f"Show each ratio of two runs, the greatest change first; coloured from a factor of "
        f"{compare.NOTICEABLE} on.",
    )
    parser.add_argument("before", type=Path, metavar="A.json")
    parser.add_argument("after", type=Path, metavar="B.json")
    return parser


def _run(options: argparse.Namespace, console: Console) -> int:
    if options.quick:
        measure.be_quick()
    sample.choose(options.rows, options.engines)
    options.out.mkdir(parents=True, exist_ok=True)
    with console.status("measuring …"):
        results = suite.run(
            options.names or suite.BENCHMARKS,
            lambda name, rows: console.print(report.table(f"{name}: {suite.BENCHMARKS[name].about}", rows)),
        )
    console.print(report.verdict_table(list(targets.verdicts(results))))
    path = options.out / "results.json"
    suite.write(results, path)
    console.print(f"written: {path}", soft_wrap=True)
    try:
        for plot in plots.draw(results, options.out):
            console.print(f"written: {plot}", soft_wrap=True)
    except ImportError:
        console.print(f"no plots: matplotlib is {MISSING}", markup=False)
    return 0


def _compare(options: argparse.Namespace, console: Console) -> int:
    before, after = suite.read(options.before), suite.read(options.after)
    rows = compare.changes(before, after)
    for change in compare.version_changes(before, after):
        console.print(f"another version of {change}", highlight=False)
    if not rows:
        console.print("no benchmark in common")
        return 1
    console.print(report.change_table(f"{options.before} → {options.after}: above 1 is worse", rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
