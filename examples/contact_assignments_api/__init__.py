"""The Contact Assignments API, five endpoints with scopes, tenants and locking, on SQLite, PostgreSQL or MongoDB.

    python -m examples.contact_assignments_api

``docs/contact-assignments.md`` says what it does and how to copy it.
"""
