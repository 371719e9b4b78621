"""Hypothesis strategies for queries, sorts, fields, schemas and documents.

Use them to test that your storage selects the same documents as the Python predicate, or to test a backend of qlause::

    from hypothesis import given
    from qlause import python
    from qlause.testing import collections, queries

    @given(queries(), collections())
    def test_same_rows(query, documents):
        assert rows_of_my_engine(query, documents) == list(filter(python.predicate(query), documents))

They need the extra ``qlause[testing]``. Keys and values come from a small :class:`Vocabulary`, so that queries and
documents match often: more than half of the queries select something in a collection. Failures shrink to one short
clause and one small document. With a ``schema``, queries, sorts and fields use what the schema allows, and documents
conform to it.
"""

from __future__ import annotations

from .documents import collections, documents, json_documents, values
from .queries import clauses, fields, literals, paths, queries, sorts
from .schemas import schemas
from .spellings import fields_texts, query_texts, sort_texts, spellings
from .vocabulary import VOCABULARY, Vocabulary, any_text, exact_numbers

__all__ = [
    "VOCABULARY",
    "Vocabulary",
    "any_text",
    "clauses",
    "collections",
    "documents",
    "exact_numbers",
    "fields",
    "fields_texts",
    "json_documents",
    "literals",
    "paths",
    "queries",
    "query_texts",
    "schemas",
    "sort_texts",
    "sorts",
    "spellings",
    "values",
]
