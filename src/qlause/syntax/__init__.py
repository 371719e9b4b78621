"""Text and tree: parses, prints, visits and builds queries. Knows records, limits and errors only."""
