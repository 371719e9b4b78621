"""``qlause serve``: collections of documents and tables behind list endpoints, with a page to try them.

It knows neither files nor arguments: the command line reads those. Every request goes through :class:`qlause.Listing`.
"""
