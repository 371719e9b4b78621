"""MongoDB: a server that speaks its protocol, and a matcher in Python that must agree with it."""
