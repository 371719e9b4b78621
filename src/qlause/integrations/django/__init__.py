"""Django: conditions, orders and pages as its own expressions, and schemas derived from its models."""
