"""Benchmarks. All figures are ratios within one run: absolute times on shared machines mean nothing.

A benchmark is a module with ``run() -> list[Row]``, listed in ``suite.py``. What a row's columns are called says what
they are, to the tables, the targets and the comparison of two runs:

- text names the row, but for ``version`` (of a peer) and ``note`` (what a peer cannot say, or what is not installed);
- ``… : …`` is a ratio, with what is to be small before the colon;
- any other number is for orientation. None is what could not be measured; the note says why.
"""
