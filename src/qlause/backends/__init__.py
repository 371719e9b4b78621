"""What a bound query becomes: one module per storage."""
