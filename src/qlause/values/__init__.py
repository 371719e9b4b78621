"""What values mean on every engine: the fold of letters, instants, and the order of sorts."""
