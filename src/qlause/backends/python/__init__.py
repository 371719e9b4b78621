"""Bound tree to Python functions over documents: predicates, sort keys, projections. The reference for other backends."""
