"""The example service ``examples/contact_assignments_api``, as a process, on every database that it takes."""
