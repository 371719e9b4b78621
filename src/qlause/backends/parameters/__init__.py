"""Keeps what was compiled for a query, and fills in the constants of the next query of the same structure.

It may import ``bound``, ``schema`` and ``values``; every backend may import it.
"""
