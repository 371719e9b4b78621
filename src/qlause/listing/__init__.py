"""From the parameters of a request to what a backend takes, and from its rows to a page of the response.

It knows no framework and no storage. It may import ``bound``, ``schema``, ``syntax``, ``errors`` and ``limits``; the
faces of the backends and the integrations of web frameworks import it.
"""
