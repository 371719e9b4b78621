"""Bound tree to filters, sorts and pages of MongoDB, made of constants only."""
