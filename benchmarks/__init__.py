"""Benchmarks. All figures are ratios within one run: absolute times on shared machines mean nothing."""
