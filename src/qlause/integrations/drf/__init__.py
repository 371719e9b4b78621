"""Django REST framework: a filter backend, a paginator and a serializer mixin for views that have a listing.

It is built on ``integrations.django``, which writes the conditions, and on ``listing``, which reads the requests.
"""
