"""How many small mistakes the tests find: ``python -m tests.mutation``, see CONTRIBUTING.md."""
