"""Storage engines for tests and benchmarks: how a server is started, filled and asked.

The package is not installed. It imports qlause and drivers, never the tests or the benchmarks, which both import it.
"""
