"""Bound tree to Python functions over documents: the reference for every other backend."""
