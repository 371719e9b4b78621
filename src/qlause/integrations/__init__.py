"""Libraries that have statements and models of their own. Each package serves one, and none imports another."""
