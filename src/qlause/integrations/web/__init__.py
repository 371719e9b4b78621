"""Requests and responses of web frameworks, one module each. It may import ``errors`` and ``listing``."""
