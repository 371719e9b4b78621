"""Example documents, as data and as a generator."""
