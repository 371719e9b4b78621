"""Text and tree: parsing, printing, visiting and building queries. Knows no schema and no backend."""
