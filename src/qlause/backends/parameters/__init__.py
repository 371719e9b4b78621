"""How what was compiled for a query is kept, and filled with the constants of the next query of the same structure."""
