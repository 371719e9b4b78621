"""One table of requests, sent over HTTP to an app of each web framework."""
