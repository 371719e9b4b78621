"""Documents, descriptions and messages written to a terminal, a pipe or a file."""
