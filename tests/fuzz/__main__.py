"""``python -m tests.fuzz TARGET``: look for inputs that break a promise, for as long as one likes.

What breaks one is kept in build/fuzz/TARGET; ``python -m tests.fuzz TARGET FILE`` runs it again.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

from engines.missing import is_importable

from .targets import NAMES, mutator_of, seeds_of, target, tokens_of

_ROOT: Final = Path(__file__).parents[2]
_PROGRESS: Final = 2**12
_MEMORY: Final = 6 * 2**30
"""Bytes of addresses. libFuzzer's own limit counts what the process that started this one had taken at its peak."""


def main(argv: Sequence[str]) -> int:
    """Do what the command line says and return the exit status."""
    options = _parser().parse_args(argv)
    if options.files:
        for file in options.files:
            target(options.target).check(file.read_bytes())
        return 0
    kept: Path = options.out or _ROOT / "build" / "fuzz" / options.target
    kept.mkdir(parents=True, exist_ok=True)
    if options.plain or not is_importable("atheris"):
        return _by_chance(options, kept)
    return _by_coverage(options, kept)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", choices=NAMES)
    parser.add_argument("files", nargs="*", type=Path, help="run these inputs only")
    parser.add_argument("--seconds", type=int, default=0, help="how long (until it is interrupted)")
    parser.add_argument("--runs", type=int, default=-1, help="how many inputs (any number)")
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn by chance (%(default)s)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to keep what is found (build/fuzz/TARGET)")
    parser.add_argument("--plain", action="store_true", help="without atheris, as where it is not installed")
    return parser


def _by_coverage(options: argparse.Namespace, kept: Path) -> int:
    """With atheris, which prints its progress and ends the process."""
    import resource  # not on Windows, as atheris

    import atheris

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    with atheris.instrument_imports(include=["qlause"]):
        import qlause  # noqa: F401  # with what it imports on first use

        check: Callable[[bytes], None] = target(options.target).check
    mutate = mutator_of(options.target)
    tokens = kept / "tokens.dict"
    tokens.write_text("".join(f'"{_escaped(token)}"\n' for token in tokens_of(options.target)), encoding="ascii")

    def custom(data: bytes, most: int, seed: int) -> bytes:
        """By turns a mutator of ours and libFuzzer's, which knows what it has compared."""
        random = Random(seed)
        changed = mutate(data, random) if random.random() < 0.5 else bytes(atheris.Mutate(data, most))
        return changed[:most]

    new = kept / "corpus"
    new.mkdir(exist_ok=True)
    arguments = [sys.argv[0], str(new), str(seeds_of(options.target)[0].parent), f"-artifact_prefix={kept}/"]
    arguments += [f"-dict={tokens}", f"-seed={options.seed}", f"-max_total_time={options.seconds}", "-max_len=2000"]
    arguments += [f"-runs={options.runs}", "-timeout=30", "-rss_limit_mb=0", "-print_final_stats=1"]
    atheris.Setup(arguments, check, custom_mutator=custom, enable_python_coverage=True)
    atheris.Fuzz()
    raise AssertionError("unreachable: atheris ends the process")


def _by_chance(options: argparse.Namespace, kept: Path) -> int:
    end = time.monotonic() + options.seconds if options.seconds else float("inf")
    for number, data in enumerate(inputs(options.target, options.seed)):
        if number == options.runs or time.monotonic() > end:
            print(f"{number:,} inputs", flush=True)
            return 0
        if number % _PROGRESS == 0:
            print(f"{number:,} inputs …", flush=True)
        try:
            target(options.target).check(data)
        except Exception:  # whatever it is, the input is kept, and the error is raised again
            file = kept / f"crash-{sha256(data).hexdigest()[:16]}"
            file.write_bytes(data)
            print(f"written: {file}", flush=True)
            raise
    raise AssertionError("unreachable: there is always one more input")


def inputs(name: str, seed: int) -> Any:
    """The seeds, then what chance makes of them and of what it made before, without end."""
    random = Random(seed)
    mutate = mutator_of(name)
    pool = [file.read_bytes() for file in seeds_of(name)]
    yield from pool
    for _ in count():
        data = mutate(random.choice(pool), random)
        if len(data) <= 2_000:
            yield data
            if random.random() < 0.2:
                pool.append(data)
            if len(pool) > 500:
                del pool[random.randrange(len(pool))]


def _escaped(token: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token.encode())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
