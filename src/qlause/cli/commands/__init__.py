"""What the commands do: filter, explain and check, one module each."""
