"""``python -m benchmarks.scale``, the same as ``python -m benchmarks scale``."""

from __future__ import annotations

import sys

from .engines.scale import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
