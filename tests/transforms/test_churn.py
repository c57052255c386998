"""The monthly race: who wins, who leaves and why, and what the winner says of each customer."""

from __future__ import annotations

from datetime import date, timedelta
from math import log

import numpy as np
import polars as pl
import pytest

from schemas.churn import CHURN_COLUMNS, LEFT_REASONS, REASONS
from schemas.period import Month
from tests.transforms.real_chains import churn_of, facts_from
from transforms.churn import (
    BASELINE,
    CANDIDATES,
    MonthChurn,
    calibration_bins,
    cells,
    log_losses,
    placements,
    standing_at,
)


def simulated(customers: int, months: int, seed: int, *, leaves: float = 0.15) -> pl.DataFrame:
    """Invented customers who buy at rates of their own and leave after a purchase with a chance of their own (MBG/NBD)."""
    rng = np.random.default_rng(seed)
    start, days = date(2023, 1, 1), int(months * 30.44)
    rows = []
    for person in range(customers):
        rate, chance = rng.gamma(1.5, 1 / 60), rng.beta(1.0, 1.0 / leaves - 1)
        at = rng.uniform(0, days * 0.8)
        while at < days:
            rows.append((f"c{person:05d}", start + timedelta(days=int(at)), float(rng.gamma(4, 50) + 1)))
            if rng.uniform() < chance:
                break
            at += rng.exponential(1 / rate)
    frame = pl.DataFrame(rows, schema=["customer_id", "business_date", "sales"], orient="row")
    return (
        frame.group_by("customer_id", "business_date").agg(pl.col("sales").sum()).sort("customer_id", "business_date")
    )


@pytest.fixture(scope="module")
def raced() -> MonthChurn:
    return churn_of(simulated(1500, 30, seed=7), "2025-05")


def test_every_code_has_its_words() -> None:
    assert all(zh and en for zh, en in (*LEFT_REASONS.values(), *REASONS.values()))


def test_a_winner_and_a_row_per_runner_and_cut_off(raced: MonthChurn) -> None:
    race = raced.summary.race
    assert [(row.model, row.cut_off) for row in race] == [
        (code, cut_off) for code in (*CANDIDATES, BASELINE) for cut_off in ("2024-08", "2024-11", "2025-02")
    ]
    assert {row.model for row in race if row.is_winner} == {raced.summary.model}
    assert raced.summary.reason is None
    for row in race:
        assert (row.log_loss is None) == (row.mae is None) == (row.auc is None)
        assert row.log_loss is not None or row.left_because in LEFT_REASONS


def test_of_customers_made_by_a_model_a_model_knows_most(raced: MonthChurn) -> None:
    assert raced.summary.model in ("bg_nbd", "mbg_nbd", "pareto_nbd")


def test_the_winner_is_calibrated_on_its_own_world(raced: MonthChurn) -> None:
    for one in raced.summary.calibration:
        error = (one.predicted * (1 - one.predicted) / one.customers) ** 0.5
        assert abs(one.predicted - one.observed) < 4 * error + 0.01
    assert sum(one.customers for one in raced.summary.calibration) == next(
        row.customers for row in raced.summary.race if row.cut_off == "2025-02"
    )


def test_what_the_winner_says_of_each_customer(raced: MonthChurn) -> None:
    told = raced.customers
    assert told.columns == list(CHURN_COLUMNS)
    assert told["customer_id"].is_sorted() and told["customer_id"].is_unique().all()
    assert told.null_count().sum_horizontal().item() == 0
    assert told["buy_again_3m"].is_between(0, 1).all()
    assert (told["value_at_stake"] >= 0).all()
    assert (told["own_value_low"] <= told["own_value_high"]).all()
    assert (told["own_value_12m"] >= 0).all()


def test_nine_of_ten_years_lie_in_the_interval() -> None:
    """What a simulated chain's customers spent in the next twelve months beside what was said of them. Purchases are
    whole numbers, so that the interval holds a little more than it promises."""
    purchases = simulated(3000, 42, seed=3)
    told = churn_of(purchases, "2025-05").customers
    after = purchases.filter(pl.col("business_date").is_between(date(2025, 6, 1), date(2026, 5, 31)))
    spent = after.group_by("customer_id").agg(spent=pl.col("sales").sum())
    judged = told.join(spent, on="customer_id", how="left").with_columns(
        pl.col("spent").fill_null(0), pl.col("^own_value.*$").cast(pl.Float64)
    )
    inside = judged["spent"].is_between(judged["own_value_low"], judged["own_value_high"]).mean()
    assert 0.90 < inside < 0.97
    assert judged["own_value_12m"].sum() == pytest.approx(judged["spent"].sum() / 1.1**0.5, rel=0.05)


def test_value_at_stake_grows_with_silence() -> None:
    """Two who bought alike, one of them silent for long: the silence has cost more."""
    one = [date(2024, 1, 10) + timedelta(days=30 * k) for k in range(8)]
    other = [day + timedelta(days=260) for day in one]
    rows = [("x-silent", day, 100.0) for day in one] + [("x-lately", day, 100.0) for day in other]
    twins = pl.DataFrame(rows, schema=["customer_id", "business_date", "sales"], orient="row")
    told = churn_of(pl.concat([simulated(1000, 30, seed=11), twins]), "2025-05").customers
    stake = dict(told.select("customer_id", "value_at_stake").iter_rows())
    chance = dict(told.select("customer_id", "buy_again_3m").iter_rows())
    assert stake["x-silent"] > stake["x-lately"]
    assert chance["x-silent"] < chance["x-lately"]


@pytest.mark.parametrize(
    ("customers", "months", "month", "reason"),
    [(60, 30, "2025-05", "too_few_repeat_customers"), (1500, 10, "2023-10", "short_history")],
)
def test_without_enough_to_go_by_the_hiatus_rule_stands_alone(customers, months, month, reason) -> None:
    churn = churn_of(simulated(customers, months, seed=5), month)
    assert (churn.summary.model, churn.summary.reason, churn.summary.race) == ("hiatus_rule", reason, ())
    assert not churn.summary.stake_is_foretold
    assert churn.customers["buy_again_3m"].null_count() == churn.customers.height
    assert churn.customers["value_at_stake"].null_count() == 0


def test_200_repeat_customers_in_12_months_are_enough() -> None:
    purchases = simulated(1500, 12, seed=5).filter(pl.col("business_date") <= date(2023, 12, 31))
    repeat = purchases.group_by("customer_id").len().filter(pl.col("len") > 1)["customer_id"].sort()
    once = purchases.join(repeat.to_frame(), on="customer_id", how="anti")
    enough = pl.concat([once, purchases.filter(pl.col("customer_id").is_in(repeat.head(200).to_list()))])
    too_few = pl.concat([once, purchases.filter(pl.col("customer_id").is_in(repeat.head(199).to_list()))])
    assert churn_of(enough, "2023-12").summary.reason != "too_few_repeat_customers"
    assert churn_of(too_few, "2023-12").summary.reason == "too_few_repeat_customers"


def test_equal_customers_are_told_the_same(raced: MonthChurn) -> None:
    days = [date(2024, 3, 3), date(2024, 9, 9)]
    rows = [(who, day, 80.0) for who in ("twin-a", "twin-b") for day in days]
    twins = pl.DataFrame(rows, schema=["customer_id", "business_date", "sales"], orient="row")
    told = churn_of(pl.concat([simulated(1000, 30, seed=13), twins]), "2025-05").customers
    a, b = (told.filter(pl.col("customer_id") == who).drop("customer_id") for who in ("twin-a", "twin-b"))
    assert a.equals(b)


def test_nothing_later_than_the_month_counts() -> None:
    purchases = simulated(800, 36, seed=17)
    whole, cut = (
        churn_of(rows, "2025-05")
        for rows in (purchases, purchases.filter(pl.col("business_date") <= date(2025, 5, 31)))
    )
    assert whole.summary == cut.summary
    assert whole.customers.equals(cut.customers)


# ---- beside plain Python


def test_standing_beside_plain_python() -> None:
    purchases = simulated(200, 30, seed=19)
    month = Month(2024, 8)
    facts, _ = facts_from(purchases, Month(2025, 5))
    numbered = facts.purchase_facts.with_columns(customer_no=pl.col("customer_id").rle_id())
    stood = standing_at(numbered, month)
    days: dict[int, list[dict]] = {}
    for row in numbered.iter_rows(named=True):
        days.setdefault(row["customer_no"], []).append(row)
    at, expected = month.last_day, []
    for number, rows in days.items():
        seen = [row for row in rows if row["business_date"] <= at]
        if seen:
            silence = (at - seen[-1]["business_date"]).days
            later = [row["business_date"] for row in rows if row["business_date"] > at]
            expected.append(
                (
                    number, len(seen) - 1, (seen[-1]["business_date"] - seen[0]["business_date"]).days,
                    (at - seen[0]["business_date"]).days, silence > seen[-1]["overdue_after_days"],
                    silence > seen[-1]["lapsed_after_days"], sum(day <= date(2024, 11, 30) for day in later),
                    sum(day <= date(2025, 8, 31) for day in later),
                )
            )  # fmt: skip
    got = [stood.customer_no, stood.x, stood.last, stood.age, stood.is_overdue, stood.is_lapsed, stood.bought_3m, stood.bought_12m]  # fmt: skip
    assert [tuple(row) for row in zip(*(part.tolist() for part in got), strict=True)] == expected


def test_a_rules_chance_is_the_earlier_share_of_its_cell() -> None:
    """The race's log loss of the hiatus rule, by hand: cells of the four quarters before, one average customer added."""
    purchases = simulated(1500, 30, seed=7)
    facts, _ = facts_from(purchases, Month(2025, 5))
    numbered = facts.purchase_facts.with_columns(customer_no=pl.col("customer_id").rle_id())
    cut_off = Month(2025, 2)
    seen: list[tuple[int, bool]] = []
    for step in (-3, -6, -9, -12):
        then = standing_at(numbered, cut_off.plus(step))
        seen += zip(cells("hiatus_rule", then).tolist(), (then.bought_3m > 0).tolist(), strict=True)
    overall = (sum(did for _, did in seen) + 0.5) / (len(seen) + 1)
    share = {}
    for cell in range(6):
        here = [did for c, did in seen if c == cell]
        share[cell] = (sum(here) + overall) / (len(here) + 1)
    now = standing_at(numbered, cut_off)
    said = [share[cell] for cell in cells("hiatus_rule", now).tolist()]
    loss = sum(-log(p if did else 1 - p) for p, did in zip(said, (now.bought_3m > 0).tolist(), strict=True)) / len(said)
    raced = churn_of(purchases, "2025-05").summary.race
    row = next(row for row in raced if (row.model, row.cut_off) == ("hiatus_rule", "2025-02"))
    assert row.log_loss == pytest.approx(loss, abs=1e-12)


def test_auc_counts_pairs_and_halves_ties() -> None:
    rng = np.random.default_rng(2)
    score, did = rng.integers(0, 6, 60) / 5, (rng.uniform(size=60) < 0.4).astype(float)
    pairs = [(a > b) + 0.5 * (a == b) for a in score[did > 0] for b in score[did == 0]]
    found = placements(score, did)
    assert found is not None
    above, below = found
    assert above.mean() == pytest.approx(np.mean(pairs)) and below.mean() == pytest.approx(np.mean(pairs))
    assert placements(score, np.ones(60)) is None
    assert placements(score, np.zeros(60)) is None


def test_log_loss_of_certainty_is_not_infinite() -> None:
    assert np.isfinite(log_losses(np.array([0.0, 1.0]), np.array([1.0, 0.0]))).all()
    assert log_losses(np.array([0.25]), np.array([1.0]))[0] == pytest.approx(log(4))


def test_equal_chances_share_a_bin() -> None:
    bins = calibration_bins(np.array([0.2] * 30 + [0.5] * 10), np.array([1.0] * 3 + [0.0] * 27 + [1.0] * 5 + [0.0] * 5))
    assert [(one.customers, one.observed) for one in bins] == [(30, 0.1), (10, 0.5)]
    assert calibration_bins(np.empty(0), np.empty(0)) == ()
