"""Queries, sorts and fields with a schema applied: every meaning is settled here, once.

It may import ``schema``, ``syntax`` and ``values``, and never a backend.
"""
