"""The oracle itself, on worlds small enough to check by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from tests.oracle.brute_force import BruteForce, Stocktake, year_before
from tests.oracle.worlds import Customer, Referral, Store, make_world, world_of


def only(oracle: BruteForce) -> str:
    """The only customer with a member id m."""
    who = oracle.who("m")
    assert who
    return who


def test_rhythm_of_three_gaps_is_their_own():
    days = ["2023-01-01", "2023-01-11", "2023-01-21", "2023-01-31"]
    oracle = BruteForce(world_of(*[(day, "s1", "m", "10") for day in days]))
    assert oracle.limits(only(oracle), date(2023, 1, 31)) == (Fraction(30), Fraction(365))


def test_one_purchase_has_the_chains_rhythm():
    oracle = BruteForce(world_of(("2023-01-31", "s1", "m", "10")))
    assert oracle.limits(only(oracle), date(2023, 1, 31)) == (Fraction(180), Fraction(365))


def test_lapse_is_after_the_last_day_not_on_it():
    oracle = BruteForce(world_of(("2023-01-31", "s1", "m", "10")))
    assert oracle.status(only(oracle), date(2024, 1, 1)) == "at_risk"  # 365 days
    oracle = BruteForce(world_of(("2023-01-30", "s1", "m", "10")))
    assert oracle.status(only(oracle), date(2024, 1, 1)) == "lapsed"  # 366 days


def test_home_goes_to_the_store_with_most_purchases_then_the_latest():
    oracle = BruteForce(world_of(("2023-01-01", "s2", "m", "10"), ("2023-02-01", "s1", "m", "10")))
    assert oracle.home(only(oracle), date(2023, 1, 1)) == "s2"
    assert oracle.home(only(oracle), date(2023, 2, 1)) == "s1"
    row = oracle.stocktake("s1", date(2023, 2, 1))
    assert row == Stocktake(opening_base=0, moved_in=1, closing_base=1)


def test_a_purchase_a_year_ago_to_the_day_does_not_count_for_home():
    oracle = BruteForce(world_of(
        ("2022-02-28", "s1", "m", "10"), ("2022-03-01", "s1", "m", "10"),
        ("2022-06-01", "s2", "m", "10"), ("2023-02-28", "s2", "m", "10"),
    ))  # fmt: skip
    assert oracle.home(only(oracle), date(2023, 2, 1)) == "s2"
    assert year_before(date(2024, 2, 29)) == date(2023, 2, 28)


def test_closed_store_hands_on_its_base():
    stores = [Store("s1", "One", date(2023, 2, 15), "s2"), Store("s2", "Two", date(2023, 3, 1))]
    oracle = BruteForce(world_of(("2023-01-05", "s1", "m", "10"), stores=stores))
    homes = [oracle.home(only(oracle), date(2023, month, 1)) for month in (1, 2, 3)]
    assert homes == ["s1", "s2", "(unassigned)"]


def test_equal_spend_is_equal_class():
    receipts = [("2023-01-05", "s1", f"m{i}", "100") for i in range(5)]
    oracle = BruteForce(world_of(*receipts))
    assert set(oracle.classes("*", date(2023, 1, 1)).values()) == {"A"}


def test_the_customer_who_crosses_a_cut_is_in_the_better_class():
    amounts = {"a": "80", "b": "15", "c": "5"}
    oracle = BruteForce(world_of(*[("2023-01-05", "s1", who, amount) for who, amount in amounts.items()]))
    classes = oracle.classes("*", date(2023, 1, 1))
    assert [classes[oracle.who(who) or ""] for who in amounts] == ["A", "B", "C"]


def test_a_return_before_and_an_older_membership_are_not_new():
    receipts = [("2021-01-01", "s1", "", "10"), ("2022-03-01", "s1", "m", "10")]
    month = date(2022, 3, 1)
    statuses = {}
    for since in (None, date(2022, 3, 1), date(2022, 2, 28)):
        oracle = BruteForce(world_of(*receipts, customers=[Customer("m", "M", member_since=since)]))
        statuses[since] = oracle.status(only(oracle), month)
    assert statuses == {None: "new", date(2022, 3, 1): "new", date(2022, 2, 28): "first_seen"}
    returned = BruteForce(world_of(*receipts, ("2022-02-28", "s1", "m", "-10")))
    assert returned.status(only(returned), month) == "first_seen"


def test_referral_rate_knows_who_was_brought():
    receipts = [("2021-01-01", "s1", "", "10"), ("2022-03-01", "s1", "m", "10"), ("2022-03-02", "s1", "n", "10")]
    oracle = BruteForce(world_of(*receipts, referrals=[Referral("x", "m", date(2022, 3, 31))]))
    assert oracle.expected("*", date(2022, 3, 1)).figures["referral_rate"] == Fraction(1, 2)


@pytest.mark.parametrize("seed", range(20))
def test_oracle_adds_up(seed: int):
    world = make_world(seed)
    oracle = BruteForce(world)
    for month in world.months:
        for vips_only in (False, True):
            rows = [oracle.stocktake(scope, month, vips_only) for scope in [*oracle.store_ids(), "(unassigned)"]]
            chain = oracle.stocktake("*", month, vips_only)
            assert all(row.adds_up() for row in [*rows, chain])
            summed = {name: sum(getattr(row, name) for row in rows) for name in vars(chain)}
            assert summed["moved_in"] == summed["moved_out"], f"seed {seed}, {month}: moves within the chain cancel out"
            summed["moved_in"] = summed["moved_out"] = 0
            assert summed == vars(chain), f"seed {seed}, {month}"
