"""A JSON Schema from documents: what is at each path, and what type that is."""
