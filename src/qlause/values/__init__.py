"""The meaning of values on every engine: kinds, instants, the fold of letters, and the order of sorts.

It imports no other package of qlause.
"""
