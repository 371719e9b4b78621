"""What an endpoint declares: fields, their types, what a request may do with them, and where they are stored."""
