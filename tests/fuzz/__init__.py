"""Fuzzing: ``python -m tests.fuzz TARGET``, see CONTRIBUTING.md.

A target is a module of ``targets`` with a function ``check`` of some bytes, which raises AssertionError, or anything
else, where qlause breaks a promise. ``corpus/TARGET`` has the inputs that it begins with, ``tokens/TARGET.json`` the
texts that are worth putting into others. With atheris the coverage of the code leads to new inputs, without it chance
alone.
"""
