"""SQLAlchemy 2: conditions, orders and pages as its own elements, and schemas derived from its models."""
