"""A server that speaks MongoDB's protocol, and a matcher in Python that judges filters beside it."""
