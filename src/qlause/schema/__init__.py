"""What an endpoint declares: fields, their types and permissions, and where they are stored.

It may import ``syntax`` and ``values``, and never ``bound``.
"""
