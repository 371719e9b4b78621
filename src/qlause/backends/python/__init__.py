"""Makes Python functions over documents from bound trees: the reference for every other backend.

It may import ``backends.parameters``, ``bound``, ``schema`` and ``values``, and never another backend.
"""
