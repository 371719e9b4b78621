"""A query with a schema applied: typed constants, stored paths, NOT at the tests only."""
