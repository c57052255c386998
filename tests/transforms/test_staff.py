"""Laws of the associates' numbers: shrinkage, coverage, rank ranges, whose customer it was, who takes over."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from transforms import staff

AS_OF = date(2026, 10, 31)


def counts(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    """associate_id, store_id, customers first served, of these came back."""
    names = {"associate_id": pl.String, "store_id": pl.String, "first_served_90d": pl.Int64, "came_back_180d": pl.Int64}
    return pl.DataFrame(rows, schema=names, orient="row")


OTHERS = [("a1", "s1", 400, 160), ("a2", "s1", 400, 170), ("b1", "s2", 300, 60), ("b2", "s2", 300, 75)]


def rate_of(rows: list[tuple[str, str, int, int]], who: str) -> dict[str, float]:
    rates = staff.repeat_rates(counts(*rows)).rates
    return rates.filter(pl.col("associate_id") == who).to_dicts()[0]


def test_who_served_nobody_yet_has_the_stores_rate():
    got = rate_of([*OTHERS, ("new", "s1", 0, 0)], "new")
    assert got["repeat_rate"] == pytest.approx(got["store_rate"], abs=1e-12)
    assert got["store_rate"] == pytest.approx(330 / 800, abs=0.02)


def test_who_served_very_many_has_their_own_rate():
    assert rate_of([*OTHERS, ("old", "s1", 10**6, 7 * 10**5)], "old")["repeat_rate"] == pytest.approx(0.7, abs=1e-4)


def test_three_of_three_is_no_hundred_per_cent():
    got = rate_of([*OTHERS, ("lucky", "s1", 3, 3)], "lucky")
    assert got["store_rate"] < got["repeat_rate"] < 0.6
    assert got["repeat_low"] < got["repeat_rate"] < got["repeat_high"]


def test_other_stores_do_not_move_the_mean_and_their_order_does_not_matter():
    rows = [*OTHERS, ("lucky", "s1", 3, 3)]
    assert staff.repeat_rates(counts(*rows)).rates.equals(staff.repeat_rates(counts(*rows[::-1])).rates)
    assert rate_of(rows, "b1")["store_rate"] == pytest.approx(0.225, abs=0.02)


def test_the_interval_covers_the_truth_at_least_88_in_100():
    """Five hundred invented stores of five; the truth is drawn, then what is counted."""
    rng = np.random.default_rng(7)
    covered = total = 0
    for strength in (10, 60, 1000):
        means = rng.beta(8, 12, 60)
        rows, truths = [], {}
        for store, mean in enumerate(means):
            for place, truth in enumerate(rng.beta(mean * strength, (1 - mean) * strength, 5)):
                n = int(rng.integers(0, 80))
                who = f"{store}-{place}"
                truths[who] = truth
                rows.append((who, f"s{store}", n, int(rng.binomial(n, truth))))
        rates = staff.repeat_rates(counts(*rows)).rates
        hits = sum(
            low <= truths[who] <= high
            for who, low, high in rates.select("associate_id", "repeat_low", "repeat_high").iter_rows()
        )
        assert hits / len(rows) >= 0.84, strength
        covered, total = covered + hits, total + len(rows)
    assert covered / total >= 0.88


def test_ranks_of_luck_overlap_and_clear_differences_do_not():
    ranked = pl.DataFrame({"associate_id": ["x", "y", "z"], "group": ["s1"] * 3})
    luck = staff.repeat_rates(counts(("x", "s1", 4, 4), ("y", "s1", 5, 2), ("z", "s1", 6, 1), *OTHERS[2:]))
    ranges = staff.rank_ranges(luck, ranked)
    assert ranges["rank_best"].to_list()[0] == 1
    assert ranges["rank_worst"].to_list()[0] > 1
    clear = staff.repeat_rates(counts(("x", "s1", 900, 600), ("y", "s1", 900, 400), ("z", "s1", 900, 200)))
    ranges = staff.rank_ranges(clear, ranked)
    assert ranges.select("rank_best", "rank_worst", "ranked_of").rows() == [(1, 1, 3), (2, 2, 3), (3, 3, 3)]


def test_nobody_to_rate_is_no_error():
    rates = staff.repeat_rates(counts())
    assert rates.rates.is_empty()
    ranked = pl.DataFrame(schema={"associate_id": pl.String, "group": pl.String})
    assert staff.rank_ranges(rates, ranked).is_empty()


def test_log_gamma_is_the_standard_librarys():
    places = [0.01, 0.5, 1.0, 2.5, 10.0, 400.0, 1e6]
    assert staff._log_gamma(np.array(places)) == pytest.approx([math.lgamma(x) for x in places], rel=1e-11, abs=1e-11)


def bought(*days: tuple[str, int, str]) -> pl.LazyFrame:
    """customer, number of the purchase, day."""
    rows = [(who, number, date.fromisoformat(day)) for who, number, day in days]
    return pl.LazyFrame(rows, schema=["customer_id", "purchase_no", "business_date"], orient="row")


def test_day_90_counts_and_day_180_is_still_a_return():
    first = pl.LazyFrame(
        {"customer_id": ["edge", "young", "back", "late"], "associate_id": ["a"] * 4,
         "business_date": [date(2026, 8, 2), date(2026, 8, 3), date(2026, 1, 1), date(2026, 1, 1)]}
    )  # fmt: skip
    days = bought(("back", 2, "2026-06-30"), ("late", 2, "2026-07-01"), ("young", 2, "2026-08-04"))
    got = staff.repeat_counts(first, days, since=date(2025, 1, 1), until=AS_OF, as_of=AS_OF).collect()
    assert got.rows() == [("a", 3, 1)]


def lines(*rows: tuple[str, str, str, int | None, str]) -> pl.LazyFrame:
    """order, associate, day, buyer key, amount; all in s1."""
    return pl.LazyFrame(
        [(o, a, date.fromisoformat(d), k, Decimal(x), "sale", "s1") for o, a, d, k, x in rows],
        schema={"order_id": pl.String, "associate_id": pl.String, "business_date": pl.Date, "buyer_key": pl.Int64,
                "net_sales": pl.Decimal(18, 2), "line_kind": pl.String, "store_id": pl.String},
        orient="row",
    )  # fmt: skip


KEYS = pl.LazyFrame({"buyer_key": [1, 2], "customer_id": ["c1", "c2"]})
DAYS = bought(("c1", 1, "2026-05-01"), ("c1", 2, "2026-06-01"), ("c2", 1, "2026-05-02"))
TILL = lines(
    ("1", "ann", "2026-05-01", 1, "10"), ("2", "bea", "2026-05-01", 1, "99"), ("3", "ann", "2026-06-01", 1, "10"),
    ("4", "ann", "2026-05-02", 2, "5"), ("5", "ann", "2026-05-03", None, "5"),
)  # fmt: skip


def test_the_first_purchase_belongs_to_who_sold_most_that_day():
    got = staff.first_service(TILL, KEYS, DAYS, since=date(2026, 1, 1)).collect()
    assert got.select("customer_id", "associate_id").rows() == [("c1", "bea"), ("c2", "ann")]


def test_strangers_are_first_purchases_and_unnamed_receipts():
    got = staff.stranger_counts(
        staff.first_service(TILL, KEYS, DAYS, since=date(2026, 1, 1)),
        staff.service_days(TILL, KEYS, since=date(2026, 1, 1)),
        pl.LazyFrame({"customer_id": ["c1", "c2"]}),
        pl.LazyFrame({"customer_id": ["c1", "c2"], "may_contact": [True, False]}),
        since=date(2026, 1, 1),
        until=AS_OF,
    ).collect()
    assert got.to_dicts() == [
        {"associate_id": "ann", "receipts": 4, "signed_up": 1, "contact_added": 0, "strangers_served": 2},
        {"associate_id": "bea", "receipts": 1, "signed_up": 1, "contact_added": 1, "strangers_served": 1},
    ]


STAFF = pl.LazyFrame(
    {"associate_id": ["gone", "here", "new"], "store_id": ["s1"] * 3, "to_date": [date(2026, 9, 1), None, None]}
)


def served(*rows: tuple[str, str, str]) -> pl.LazyFrame:
    days = [(who, by, date.fromisoformat(day)) for who, by, day in rows]
    return pl.LazyFrame(days, schema=["customer_id", "associate_id", "business_date"], orient="row")


def test_orphans_are_those_whom_nobody_took_over():
    base = pl.LazyFrame({"customer_id": ["lost", "taken", "named", "kept", "told"], "home_store_id": ["s1"] * 5})
    history = served(
        ("lost", "gone", "2026-05-01"), ("lost", "gone", "2026-06-01"), ("lost", "here", "2026-07-01"),
        ("taken", "gone", "2026-05-01"), ("taken", "gone", "2026-06-01"), ("taken", "here", "2026-09-01"),
        ("named", "gone", "2026-05-01"), ("kept", "here", "2026-05-01"),
    )  # fmt: skip
    file = pl.LazyFrame({"customer_id": ["named", "told", "lost"], "associate_id": ["new", "gone", "gone"]})
    got = staff.orphans(history, file, base, STAFF, on=date(2026, 11, 1)).collect()
    assert got.select("customer_id", "left_id").rows() == [("lost", "gone"), ("told", "gone")]


def test_vips_go_to_their_closest_and_the_rest_in_turn_while_there_is_room():
    waiting = pl.LazyFrame(
        {"customer_id": ["c1", "c2", "c3", "c4", "c5"], "home_store_id": ["s1"] * 5,
         "is_vip": [False, True, False, False, False],
         "net_sales_12m": [Decimal(50), Decimal(10), Decimal(40), Decimal(30), Decimal(20)],
         "closest_id": ["a", "a", None, None, None]}
    )  # fmt: skip
    room = pl.LazyFrame({"associate_id": ["a", "b"], "home_store_id": ["s1", "s1"], "room": [1, 3]})
    got = staff.hand_over(waiting, room).collect().select("customer_id", "new_id", "is_closest").rows()
    assert got == [("c2", "a", True), ("c1", "b", False), ("c3", "b", False), ("c4", "b", False), ("c5", None, False)]
