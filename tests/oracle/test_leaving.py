"""Reasons, let go and next needs beside plain Python, on random small worlds that sit on the definitions' edges."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import polars as pl
import pytest

from schemas.columns import MONEY, QUANTITY
from schemas.rules import Rules
from tests.oracle.leaving import AS_OF, LeavingOracle, SmallWorld, small_world
from transforms import lapse, next_need

SEEDS = range(60)
TEXT = pl.String


def frames(world: SmallWorld) -> dict[str, pl.LazyFrame]:
    """The world's rows as the transforms' inputs."""
    bought = pl.DataFrame(
        [{**row, "store_id": "s1", "product_name": row["product_id"]} for row in world.bought],
        schema={"store_id": TEXT, "customer_id": TEXT, "business_date": pl.Date, "product_id": TEXT, "sales": MONEY,
                "quantity": QUANTITY, "product_name": TEXT, "is_promotion": pl.Boolean},
    )  # fmt: skip
    purchases = (
        bought.filter(pl.col("customer_id").is_not_null())
        .group_by("customer_id", "business_date")
        .agg(
            sales=pl.col("sales").sum(),
            promotion_sales=pl.when("is_promotion").then("sales").otherwise(pl.lit(Decimal(0), MONEY)).sum(),
        )
    )
    customers = pl.DataFrame(
        world.customers,
        schema={"customer_id": TEXT, "home_store_id": TEXT, "last_purchase_on": pl.Date, "status": TEXT,
                "overdue_after_days": pl.Float64, "purchases": pl.Int64, "own_gap_days": pl.Float64,
                "moved_away_on": pl.Date, "note": TEXT, "do_not_contact": pl.Boolean, "may_contact": pl.Boolean},
    )  # fmt: skip
    moment = pl.Datetime("us")
    return {
        "customers": customers.lazy(),
        "purchases": purchases.lazy(),
        "products_bought": bought.drop("is_promotion").lazy(),
        "products": pl.DataFrame(
            [{"product_id": key, "category": value, "name": key} for key, value in world.products.items()],
            schema={"product_id": TEXT, "name": TEXT, "category": TEXT},
        ).lazy(),
        "complaints": pl.DataFrame(
            world.complaints,
            schema={"customer_id": TEXT, "received_at": moment, "resolved_at": moment, "cause": TEXT,
                    "satisfied": pl.Boolean, "competitor": TEXT},
        ).lazy(),
        "surveys": pl.DataFrame(
            world.surveys,
            schema={"customer_id": TEXT, "answered_at": moment, "aspect": TEXT, "expectation": pl.Int64,
                    "experience": pl.Int64, "competitor": TEXT},
        ).lazy(),
        "contacts": pl.DataFrame(
            world.contacts, schema={"customer_id": TEXT, "contacted_at": moment, "contact_kind": TEXT, "result": TEXT}
        ).lazy(),
        "gifts": pl.DataFrame(
            world.gifts,
            schema={"customer_id": TEXT, "order_id": TEXT, "business_date": pl.Date, "recipient_name": TEXT,
                    "occasion": TEXT, "occasion_date": pl.Date, "product_name": TEXT},
        ).lazy(),
    }  # fmt: skip


def reasons_of(world: SmallWorld) -> pl.DataFrame:
    given = frames(world)
    customers = given["customers"]
    return lapse.lapse_reasons(
        lapse.silent_customers(customers, given["purchases"]), file=customers, reach=customers, homes=customers,
        complaints=given["complaints"], surveys=given["surveys"], contacts=given["contacts"],
        purchases=given["purchases"], products_bought=given["products_bought"], products=given["products"], rules=Rules(),
    ).collect()  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_reasons_agree_with_plain_python(seed: int):
    world = small_world(seed)
    oracle = LeavingOracle(world)
    got = dict(reasons_of(world).select("customer_id", "lapse_reason").iter_rows())
    assert got == {who: oracle.reason(who) for who in oracle.by_id}


@pytest.mark.parametrize("seed", SEEDS)
def test_those_let_go_agree_with_plain_python(seed: int):
    world = small_world(seed)
    oracle, given = LeavingOracle(world), frames(world)
    silent = lapse.silent_customers(given["customers"], given["purchases"])
    gone = lapse.let_go(silent, given["customers"], given["contacts"], as_of=AS_OF, rules=Rules()).collect()
    assert set(gone["customer_id"]) == {who for who in oracle.by_id if oracle.is_let_go(who)}
    assert gone.height == gone["customer_id"].n_unique()


@pytest.mark.parametrize("seed", SEEDS)
def test_next_needs_agree_with_plain_python(seed: int):
    world = small_world(seed)
    oracle, given = LeavingOracle(world), frames(world)
    needs = next_need.next_needs(
        given["customers"], given["gifts"], given["products_bought"], given["products"], as_of=AS_OF
    ).collect()
    for row in needs.iter_rows(named=True):
        who = row["customer_id"]
        assert (row["next_need"], row["next_need_on"]) == oracle.next_day(who), who
        if row["next_need"] != "gift_day":
            assert row["next_need_category"] == oracle.next_category(who), who
    assert needs.height == len(world.customers)


def test_the_worlds_meet_every_reason():
    met = Counter(reason for seed in SEEDS for reason in reasons_of(small_world(seed))["lapse_reason"])
    assert min(met[reason] for reason in ("outside_our_hands", "product_or_service", "price", "competitor", "taste",
                                          "lack_of_care", "unknown")) >= 10, met  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_changes_nothing(seed: int):
    world = small_world(seed)
    turned = SmallWorld(
        world.customers[::-1], world.bought[::-1], dict(reversed(world.products.items())), world.complaints[::-1],
        world.surveys[::-1], world.contacts[::-1], world.gifts[::-1],
    )  # fmt: skip
    assert reasons_of(world).equals(reasons_of(turned))
