"""The pipeline recovers the sample's truth: money by store and month to the cent, new customers, referrers."""

from __future__ import annotations

import csv
from decimal import Decimal

import polars as pl
import pytest

from flows.config import read_settings
from flows.identity_decisions import known_now
from flows.lake import Lake
from flows.month import known_ledger
from schemas.period import Month
from tests.trial_reviews import month_reviews


@pytest.fixture(scope="module")
def october(landed_sample):
    return month_reviews(Lake(landed_sample.lake), read_settings(landed_sample), Month(2026, 10))


def truth(workspace, name: str) -> list[dict[str, str]]:
    with (workspace.root / "truth" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_money_by_store_and_month_is_the_truth_to_the_cent(landed_sample):
    lake = Lake(landed_sample.lake)
    ledger = known_ledger(lake, None).ledger
    known = known_now(lake, read_settings(landed_sample)).identity.keys.lazy().with_columns(is_named=True)
    activity = lake.scan("activity", ledger).join(known, on="buyer_key", how="left", validate="m:1")
    landed = (
        activity.group_by("store_id", month=pl.col("business_date").dt.strftime("%Y-%m"))
        .agg(
            goods=pl.col("sales").sum(),
            refunds=pl.col("refunds").sum(),
            identified=(pl.col("sales") - pl.col("refunds")).filter(pl.col("is_named")).sum(),
        )
        .collect()
    )
    found = {(row["store_id"], row["month"]): row for row in landed.iter_rows(named=True)}
    told = truth(landed_sample, "totals.csv")
    assert len(told) == len(found) > 30
    for row in told:
        mine = found[row["store_id"], row["month"]]
        assert mine["goods"] * 100 == Decimal(row["goods_sales_cents"]), row
        assert mine["refunds"] * -100 == Decimal(row["refunds_cents"]), row
        assert mine["identified"] * 100 == Decimal(row["identified_net_sales_cents"]), row


def test_nothing_of_the_sample_is_set_aside(landed_sample):
    ledger = Lake(landed_sample.lake).ledger()
    assert ledger["rows_quarantined"].sum() == 0
    assert ledger["rows_in"].sum() == ledger["rows_accepted"].sum() + ledger["rows_duplicate"].sum()


def test_the_stores_reviews_add_up_to_the_chains(october):
    chain, *stores = october
    for name in (
        "net_sales",
        "refunds",
        "opening_base",
        "closing_base",
        "newly_lapsed",
        "at_risk",
        "new_customers",
        "won_back",
    ):
        assert sum(store.figures[name].value for store in stores) == chain.figures[name].value, name
    assert sum(row.amount for row in chain.money if row.counts) == chain.figures["net_sales"].value
    assert [row.store_id for row in chain.stores] == [store.scope.store_id for store in stores]


def test_pages_have_something_to_say(october):
    for store in october[1:]:
        assert store.vips[0].net_sales_ytd >= store.vips[-1].net_sales_ytd > 0
        assert store.care
        assert store.actions
        assert len({action.action_id for action in store.actions}) == len(store.actions)
        for action in store.actions:
            assert action.due_on.strftime("%Y-%m") == "2026-11"
        assert sum(a.actions for a in store.associates) == len(store.actions)
        for associate in store.associates:
            promised = sum(
                x.is_promised and x.uses_capacity for x in store.actions if x.associate_id == associate.associate_id
            )
            assert associate.personal_contacts <= max(associate.capacity, promised)


def test_a_cause_precedes_its_effect(october):
    for review in october:
        for row in review.vips:
            assert row.last_purchase_on <= review.as_of
        for action in review.actions:
            for key in ("bought_on", "received_on", "last_purchase_on"):
                day = action.reason.get(key)
                assert day is None or day <= review.as_of


def test_told_again_everything_is_the_same_to_the_last_digit(landed_sample, october):
    """Not only what is printed: a sum of floats must not show in which order they came."""
    for _ in range(3):
        assert month_reviews(Lake(landed_sample.lake), read_settings(landed_sample), Month(2026, 10)) == october
