"""Benchmarks. All figures are ratios within one run: absolute times on shared machines mean nothing.

A benchmark is a module with ``run() -> list[Row]``, listed in ``suite.py``: in ``peers`` qlause beside other libraries,
in ``stages`` its own stages beside each other, in ``engines`` what it writes on the engines. The name of a column says
what it holds, to the tables, the targets and the comparison of two runs:

- text names the row, except ``version`` (of a peer) and ``note`` (what a peer cannot say, or what is not installed);
- ``… : …`` is a ratio; what should be small is before the colon;
- any other number is for orientation. None could not be measured; the note says why.
"""
