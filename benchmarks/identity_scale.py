"""How long identity takes: 10 M rows to buyer keys, 1 M sets of keys to customers. `python benchmarks/identity_scale.py`."""

from __future__ import annotations

from time import perf_counter

import polars as pl

from transforms import identity

SETS = 1_000_000
PEOPLE = 300_000


def key_sets() -> pl.DataFrame:
    """One row per invented set of keys: cards, phones, cards with phones, accounts with e-mails."""
    places = pl.int_range(SETS, eager=True).alias("place")
    person = ((places * 7919 + 4471) % PEOPLE).alias("person")
    kind = (places // PEOPLE % 4).alias("kind")
    told = pl.DataFrame([places, person, kind])
    return told.select(
        member_id=pl.when(pl.col("kind") < 2).then(pl.format("M{}-{}", "person", pl.col("place") % 2)),
        phone=pl.when(pl.col("kind").is_between(1, 2)).then(pl.format("199{}", pl.col("person") + 10_000_000)),
        email=pl.when((pl.col("kind") == 3) & (pl.col("place") % 2 == 0)).then(pl.format("{}@example.com", "person")),
        account=pl.when(pl.col("kind") >= 2).then(pl.format("jd:{}-{}", "person", pl.col("place") % 3)),
    )


def main() -> None:
    rows = key_sets()
    many = pl.concat([rows] * 10)
    start = perf_counter()
    identity.buyer_keys(many)
    print(f"{many.height:,} rows to buyer keys: {perf_counter() - start:.2f} s")
    sets = identity.with_buyer_key(rows).with_columns(landing_no=pl.int_range(pl.len()) // 1000)
    start = perf_counter()
    found = identity.identity_of(sets)
    seconds = perf_counter() - start
    customers = found.keys["customer_id"].n_unique()
    print(f"{found.sets.height:,} distinct sets to {customers:,} customers: {seconds:.2f} s")
    places = found.sets.with_row_index("place")
    start = perf_counter()
    groups = identity._components(identity._links(places, []), places.height)
    print(f"  of it connected components ({groups.n_unique():,}): {perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
