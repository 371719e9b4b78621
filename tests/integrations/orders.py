"""Random orders for the tables of these tests, and how many are tried."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from qlause.testing import VOCABULARY
from tests.profiles import THOROUGH

DOCUMENTS, QUERIES = 15, 15
PAIRS: Final = int(os.environ.get("QLAUSE_SQL_PAIRS", 20_000 if THOROUGH else 1_350))
"""How many pairs of a query and an order each test compares in each store, about."""
thorough = settings(
    max_examples=max(1, PAIRS // (2 * DOCUMENTS * QUERIES)),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failure names all; shrinking on servers takes long
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
_texts = VOCABULARY.texts.filter(lambda text: len(text) <= 20)
_values = st.one_of(_texts, VOCABULARY.numbers, st.booleans(), st.none())
_objects = st.dictionaries(VOCABULARY.keys, st.one_of(_values, st.lists(_values, max_size=2)), max_size=3)
orders = st.fixed_dictionaries(
    {},
    optional={
        "name": _texts,
        "qty": st.sampled_from((0, 1, 2, 20, -1, 2**53 + 1, -(2**53) - 1)),
        "price": st.sampled_from(
            [Decimal(text) for text in ("0.00", "1.00", "1.50", "2.00", "20.00", "-0.50", "0.25")]
        ),
        "active": st.booleans(),
        "at": st.sampled_from(
            (
                *(datetime(2019, 1, 6, 10, 29, 30, 602000, UTC), datetime(2019, 1, 6, tzinfo=UTC)),
                *(datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC), datetime(2020, 2, 29, 23, 59, 59, 999999, UTC)),
            )
        ),
        "day": st.sampled_from([date(2019, 1, 6), date(2019, 1, 7), date(2020, 2, 29)]),
        "opens": st.sampled_from([time(10, 29, 30, 602000), time(10, 29, 30), time(10, 29, 31), time(0)]),
        "ref": st.sampled_from([UUID("123e4567-e89b-12d3-a456-426614174000"), UUID(int=0)]),
        "status": st.sampled_from(("OPEN", "DONE")),
        "data": st.none() | _objects | st.lists(_objects | _values | st.lists(_objects, max_size=1), max_size=3),
        "customer": st.fixed_dictionaries({"name": _texts}),
        "lines": st.lists(
            st.fixed_dictionaries({"sku": _texts}, optional={"qty": st.sampled_from((1, 2, 20))}),
            min_size=1,
            max_size=3,
        ),
    },
)
collections = st.lists(orders, min_size=DOCUMENTS, max_size=DOCUMENTS).map(
    lambda found: [{**order, "id": number} for number, order in enumerate(found, 1)]
)
