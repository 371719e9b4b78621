"""Requests to list endpoints, and pages of them."""
