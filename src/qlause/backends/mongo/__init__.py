"""Bound tree to filters and sorts of MongoDB; it knows neither the parser nor another backend."""
