"""Laws of the opportunity page, on a handful of rows each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import exp, log, sqrt

import polars as pl
import pytest

from schemas.rules import Rules
from schemas.segments import CHAIN
from tests.transforms.days_of_customers import days_of
from transforms import opportunity
from transforms.activity import CustomerDays
from transforms.value import first_purchases

AS_OF = date(2026, 10, 31)
RULES = Rules()


def bought(*rows: tuple[str | None, str, str, str], store: str = "s1") -> pl.LazyFrame:
    """customer, day, product, sales."""
    return pl.LazyFrame(
        [(store, who, date.fromisoformat(day), what, Decimal(sales)) for who, day, what, sales in rows],
        schema={"store_id": pl.String, "customer_id": pl.String, "business_date": pl.Date, "product_id": pl.String,
                "sales": pl.Decimal(18, 2)},
        orient="row",
    ).with_columns(product_name="till's " + pl.col("product_id"))  # fmt: skip


PRODUCTS = pl.LazyFrame({
    "product_id": ["r1", "r2", "p1", "n1", "n2", "x"], "name": ["ring", "ring 2", "pearl", "new", "new 2", "odd"],
    "category": ["ring", "ring", "pearl", "pearl", "pearl", None],
})  # fmt: skip


def chain_row(frame: pl.LazyFrame, **keys: str) -> dict[str, object]:
    found = frame.collect().filter(pl.col("scope") == "*", *(pl.col(name) == value for name, value in keys.items()))
    assert found.height == 1
    return found.to_dicts()[0]


def test_who_had_the_category_or_is_new_to_the_shop_cannot_start():
    days = opportunity.category_days(
        bought(
            ("starts", "2026-01-05", "r1", "9"), ("starts", "2026-08-01", "p1", "9"),
            ("had", "2024-08-01", "p1", "9"), ("had", "2026-09-01", "p1", "9"),
            ("longago", "2024-07-31", "p1", "9"), ("longago", "2026-01-01", "r1", "9"), ("longago", "2026-10-31", "p1", "9"),
            ("newcomer", "2026-09-01", "p1", "9"), ("away", "2026-07-31", "r1", "9"), ("odd", "2026-09-01", "x", "9"),
        ),
        PRODUCTS,
    )  # fmt: skip
    classes = pl.LazyFrame({"scope": ["*"], "customer_id": ["starts"], "value_class": ["A"]})
    row = chain_row(opportunity.adoption(days, classes, as_of=AS_OF), category="pearl")
    assert (row["a_started"], row["a_could"], row["others_started"], row["others_could"]) == (1, 1, 1, 1)
    ring = chain_row(opportunity.adoption(days, classes, as_of=AS_OF), category="ring")
    assert (ring["a_started"], ring["a_could"], ring["others_could"]) == (0, 0, 1)
    assert ring["difference"] is None


def test_the_difference_has_newcombes_interval():
    """Newcombe (1998), table II, example (a): 56/70 − 48/80 = .2000, method 10: .0524 to .3339."""
    low = opportunity._wilson("x", "n")
    one, two = (
        pl.DataFrame({"x": [x], "n": [n]}).select(*(e.alias(k) for e, k in zip(low, "plu", strict=True))).row(0)
        for x, n in ((56, 70), (48, 80))
    )
    difference = one[0] - two[0]
    assert difference - sqrt((one[0] - one[1]) ** 2 + (two[2] - two[0]) ** 2) == pytest.approx(0.0524, abs=5e-5)
    assert difference + sqrt((one[2] - one[0]) ** 2 + (two[0] - two[1]) ** 2) == pytest.approx(0.3339, abs=5e-5)


def pairs_of(both: int, only_ring: int, only_pearl: int) -> pl.LazyFrame:
    rows = [(f"b{n}", "2026-05-01", what, "9") for n in range(both) for what in ("r1", "r2", "p1")]
    rows += [(f"r{n}", "2026-05-01", "r1", "9") for n in range(only_ring)]
    rows += [(f"p{n}", "2026-05-01", "p1", "9") for n in range(only_pearl)]
    return opportunity.bought_together(opportunity.category_days(bought(*rows), PRODUCTS), as_of=AS_OF)


def test_lift_is_one_when_categories_are_bought_independently_and_its_interval_is_the_delta_methods():
    row = chain_row(pairs_of(30, 10, 10))
    assert (row["with_both"], row["with_category"], row["with_other"], row["customers"]) == (30, 40, 40, 50)
    lift = 30 * 50 / 40 / 40
    spread = 1.959964 * sqrt((50 / 30 - 50 / 40 - 50 / 40 + 2 * lift - 1) / 50)
    assert row["lift"] == pytest.approx(lift)
    assert row["lift_low"] == pytest.approx(exp(log(lift) - spread))
    assert row["lift_high"] == pytest.approx(exp(log(lift) + spread))


def test_nine_customers_of_both_say_nothing():
    assert pairs_of(9, 0, 0).collect().is_empty()
    assert pairs_of(10, 0, 0).collect().height == 2  # the store's and the chain's


def test_a_pick_fades_below_half_the_median_and_the_unjudged_do_not_count():
    launches = pl.LazyFrame({
        "product_id": ["n1", "n2", "x", "r2"],
        "launched_on": [date(2025, 10, 31), date(2025, 10, 31), date(2025, 1, 1), date(2025, 11, 1)],
    })  # fmt: skip
    sold = bought((None, "2025-11-01", "p1", "100"), ("c", "2026-10-31", "n1", "50"), ("c", "2025-10-31", "n2", "999"),
                  ("c", "2026-05-01", "x", "1"))  # fmt: skip
    faded = opportunity.faded_products(sold, PRODUCTS, launches, as_of=AS_OF).collect()
    # the median of what sold is 75: n1 sold 50, over its half; n2 nothing; x has no category, r2 is too young
    assert faded.rows() == [("n1", False), ("n2", True)]
    picks = pl.LazyFrame({"customer_id": ["a", "a", "b"], "product_id": ["n1", "n2", "r2"], "launched_on": [AS_OF] * 3})
    assert opportunity.harbingers(picks, faded.lazy()).collect().rows() == [("a", 2, 1, 0.5)]


def test_an_early_pick_is_taken_within_60_days_of_launch_by_an_early_adopter():
    launches = pl.LazyFrame({"product_id": ["n1", "n2"], "launched_on": [date(2026, 6, 1), date(2026, 6, 1)]})
    rows = bought(("a", "2026-07-31", "n1", "9"), ("a", "2026-08-01", "n2", "9"), ("b", "2026-06-01", "n1", "9"))
    attitudes = pl.LazyFrame({"customer_id": ["a", "b"], "attitude": ["early_adopter", "loyal"]})
    got = opportunity.early_picks(rows, launches, attitudes, as_of=AS_OF, rules=RULES).collect()
    assert got.select("customer_id", "product_id").rows() == [("a", "n1")]


def test_a_pick_without_a_name_on_file_has_the_one_the_till_printed():
    days = [date(2026, 6, 1)] * 2
    picks = pl.LazyFrame(
        {"customer_id": ["a", "a"], "product_id": ["n1", "z9"], "launched_on": days, "product_name": ["NEW N1", "LAMP"]}
    )
    fared = pl.LazyFrame(
        schema={
            "customer_id": pl.String,
            "picks_judged": pl.Int64,
            "picks_faded": pl.Int64,
            "harbinger_share": pl.Float64,
        }
    )
    homes = pl.LazyFrame({"customer_id": ["a"], "home_store_id": ["s1"]})
    got = opportunity.picked_lately(picks, fared, homes, PRODUCTS, as_of=AS_OF).collect().filter(pl.col("scope") == "*")
    assert dict(got.select("product_id", "name").iter_rows()) == {"n1": "new", "z9": "LAMP"}


def file_of(**columns: list[object]) -> pl.LazyFrame:
    n = len(columns["customer_id"])
    blank = {
        "points": pl.Int64,
        "stored_value": pl.Decimal(18, 2),
        "points_expire_on": pl.Date,
        "stored_value_expire_on": pl.Date,
    }
    return pl.LazyFrame(columns).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in blank.items() if name not in columns
    ).head(n)  # fmt: skip


def test_points_expire_on_the_files_day_else_on_the_chains():
    file = file_of(
        customer_id=["own", "rule", "none", "gone"], points=[10, 20, 0, 40],
        points_expire_on=[date(2027, 1, 1), None, None, AS_OF],
    )  # fmt: skip
    got = opportunity.expiring(file, as_of=AS_OF, rules=Rules(points_expire_every="12-31")).collect()
    assert dict(got.select("customer_id", "expiring_points").iter_rows()) == {"own": 0, "rule": 20, "gone": 0}
    without = opportunity.expiring(file, as_of=AS_OF, rules=RULES).collect()
    assert without["expiring_points"].sum() == 0


@pytest.mark.parametrize(
    ("after", "found"),
    [(date(2026, 12, 30), date(2026, 12, 31)), (date(2026, 12, 31), date(2027, 12, 31))],
)
def test_the_day_itself_is_over(after: date, found: date):
    assert opportunity.next_day_of_year("12-31", after=after) == found


def test_29_february_is_the_28th_in_common_years():
    assert opportunity.next_day_of_year("02-29", after=AS_OF) == date(2027, 2, 28)
    assert opportunity.next_day_of_year("", after=AS_OF) is None


def test_equal_customers_are_in_the_same_rfm_group_and_cuts_belong_to_the_better():
    days = days_of(
        pl.DataFrame(
            [
                ("x", date(2026, 5, 4), Decimal(400)), ("y", date(2026, 5, 4), Decimal(400)), ("late", date(2026, 5, 3), Decimal(400)),
                ("x", date(2026, 5, 3), Decimal(600)), ("y", date(2026, 5, 3), Decimal(600)), ("old", date(2024, 10, 31), Decimal(9)),
            ],
            schema=["customer_id", "business_date", "sales"], orient="row",
        )
    )  # fmt: skip
    rules = Rules(rfm_recency_days=180, rfm_purchases=2, rfm_net_sales=1000)
    got = opportunity.rfm(days, as_of=AS_OF, rules=rules).filter(pl.col("scope") == CHAIN).collect()
    assert got.select("customer_id", "rfm_group").rows() == [("late", "lll"), ("x", "hhh"), ("y", "hhh")]


def money(*rows: tuple[str, str, int, int, int]) -> CustomerDays:
    """customer, day, sales, cost, sales with a known cost."""
    return days_of(
        pl.DataFrame(
            [(who, date.fromisoformat(day), *amounts) for who, day, *amounts in rows],
            schema=["customer_id", "business_date", "sales", "cost", "costed_net_sales"], orient="row",
        )
    )  # fmt: skip


def profit_of(days: CustomerDays) -> dict[str, object]:
    told = opportunity.profit(days, first_purchases(days).lazy(), as_of=AS_OF).collect().to_dicts()
    chain, store = sorted(told, key=lambda row: row["scope"] != CHAIN)
    assert chain | {"scope": ""} == store | {"scope": ""}, "one store is the chain"
    return chain


def test_profit_is_margin_only_while_cost_is_known_for_95_in_100():
    rows = (
        ("back", "2025-01-01", 100, 50, 100),
        ("back", "2026-01-01", 100, 40, 95),
        ("first", "2026-02-01", 100, 80, 95),
    )
    got = profit_of(money(*rows))
    assert (got["profit_per_returning_customer_12m"], got["profit_per_first_time_customer_12m"]) == (55.0, 15.0)
    assert (got["is_margin"], got["unprofitable_customers"]) == (True, 0)
    less = profit_of(money(*rows[:2], ("first", "2026-02-01", 100, 80, 94)))
    assert (less["profit_per_returning_customer_12m"], less["is_margin"]) == (100.0, False)


def test_who_cost_more_than_they_paid_is_a_fact_and_unknown_without_cost():
    assert (
        profit_of(money(("a", "2026-01-01", 10, 11, 10), ("b", "2026-01-01", 10, 10, 10)))["unprofitable_customers"]
        == 1
    )
    assert profit_of(money(("a", "2026-01-01", 10, 11, 0)))["unprofitable_customers"] is None


def test_nobody_returning_is_no_zero():
    assert profit_of(money(("a", "2026-01-01", 10, 1, 10)))["profit_per_returning_customer_12m"] is None


def test_prospects_are_told_once_the_referred_first():
    got = opportunity.prospects(
        pl.LazyFrame({"customer_id": ["buyer", "file", "brought"]}),
        pl.LazyFrame({"customer_id": ["gift"], "home_store_id": ["s1"]}),
        pl.LazyFrame({"customer_id": ["brought", "buyer"]}),
        pl.LazyFrame({
            "customer_id": ["buyer", "file", "brought"], "home_store_id": ["s1"] * 3, "last_purchase_on": [AS_OF, None, None]
        }),
        pl.LazyFrame({"customer_id": ["buyer", "file", "brought"], "may_contact": [True, True, False]}),
    ).collect()  # fmt: skip
    assert got.select("customer_id", "prospect_kind", "may_contact").rows() == [
        ("brought", "referred", False), ("file", "on_file", True), ("gift", "recipient", False),
    ]  # fmt: skip
