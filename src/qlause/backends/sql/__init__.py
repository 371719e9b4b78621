"""Bound tree to SQL: conditions, orders, pages and index DDL for every dialect, with values as parameters only."""
