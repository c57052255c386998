"""Keys that name the same person belong to one customer, whose id stays."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from transforms.identity import buyer_key, customers_by_key


def buyers(*rows: tuple[str | None, str | None, str | None, str | None]) -> pl.DataFrame:
    """One set of keys per landing, in order."""
    return pl.DataFrame(
        [
            {"buyer_key": buyer_key(*row), "member_id": row[0], "phone": row[1], "email": row[2], "account": row[3], "landing_no": n}
            for n, row in enumerate(rows, 1)
        ],
        schema={"buyer_key": pl.Int64, "member_id": pl.String, "phone": pl.String, "email": pl.String, "account": pl.String,
                "landing_no": pl.Int64},
    )  # fmt: skip


def ids(frame: pl.DataFrame) -> dict[int, str]:
    return dict(customers_by_key(frame).select("buyer_key", "customer_id").rows())


def test_a_chain_of_shared_keys_is_one_customer_called_after_the_first_known():
    rows = [
        ("m1", None, None, None),
        (None, None, None, "acct"),
        ("m1", "1990", None, None),
        (None, "1990", None, "acct"),
    ]
    told = ids(buyers(*rows))
    assert set(told.values()) == {f"c{buyer_key(*rows[0]):016x}"}


def test_strangers_stay_strangers():
    told = ids(buyers(("m1", None, None, None), ("m2", None, None, None), (None, "m1", None, None)))
    assert len(set(told.values())) == 3, "a phone that reads like a member id is another key"


def test_an_id_stays_when_more_becomes_known():
    first = buyers(("m1", None, None, None))
    later = buyers(("m1", None, None, None), ("m1", "1990", None, None), (None, "1990", "a@b.cn", None))
    assert ids(first)[buyer_key("m1", None, None, None)] == ids(later)[buyer_key(None, "1990", "a@b.cn", None)]


key = st.one_of(st.none(), st.sampled_from("abcdef"))


@given(st.lists(st.tuples(key, key, key, key).filter(any), min_size=1, max_size=14, unique=True))
def test_customers_are_the_connected_components(rows):
    told = ids(buyers(*rows))
    groups = [{n} for n in range(len(rows))]
    for a in range(len(rows)):
        for b in range(a):
            if any(x is not None and x == y for x, y in zip(rows[a], rows[b], strict=True)):
                one = next(g for g in groups if a in g)
                other = next(g for g in groups if b in g)
                if one is not other:
                    one |= other
                    groups.remove(other)
    for group in groups:
        assert {told[buyer_key(*rows[n])] for n in group} == {f"c{buyer_key(*rows[min(group)]):016x}"}
    assert len(set(told.values())) == len(groups)


def test_keys_are_stable_numbers():
    assert buyer_key("m1", None, None, None) == 9037336806726222473, "a changed hash would orphan every landed row"
    assert buyer_key("m1", None, None, None) != buyer_key(None, "m1", None, None)
