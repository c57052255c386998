"""How long a chain's purchase model takes, beside the `lifetimes` package where it is installed.
`python -m benchmarks models`.

Both fit BG/NBD to the same invented customers and foretell each one's purchases of 13 weeks and whether they are alive.
Processor seconds, because a busy machine makes any clock lie. Given twice: with a row per customer, as its manual has it,
and with our distinct histories and weights.
"""

from __future__ import annotations

from datetime import date
from statistics import median
from time import process_time
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl

from schemas.columns import MONEY
from schemas.period import Month
from schemas.rules import Rules
from transforms import activity, churn
from transforms.purchase_models import MODELS, BgNbd, Histories

CUSTOMERS = 1_000_000
ITS_CUSTOMERS = (50_000, 250_000, CUSTOMERS)
"""What `lifetimes` is given, while a run stays under LONG_ENOUGH."""
LONG_ENOUGH = 20.0
TIMES = 5
"""Ours and its largest run are measured so often; the median counts, since neighbours on the machine are felt in both."""
WEEKS_OF_HISTORY = 130
MONTH = Month(2025, 5)


def histories(customers: int) -> Histories:
    """Invented customers of a BG/NBD chain (r 0.6, α 8, a 0.8, b 2.5), seen for up to 130 weeks, to the day."""
    rng = np.random.default_rng(4471)
    age = rng.integers(1, WEEKS_OF_HISTORY * 7, customers) / 7
    rate, leaves = rng.gamma(0.6, 1 / 8, customers), rng.beta(0.8, 2.5, customers)
    x, t_x, at = np.zeros(customers, np.int64), np.zeros(customers), np.zeros(customers)
    stays = np.ones(customers, bool)
    while stays.any():
        at = at + rng.exponential(1 / rate)
        buys = stays & (np.ceil(at * 7) / 7 <= age)
        x, t_x = x + buys, np.where(buys, np.ceil(at * 7) / 7, t_x)
        stays = buys & (rng.uniform(size=customers) >= leaves)
    return Histories.of(x, t_x, age)


def ours(rows: Histories) -> tuple[float, Any]:
    """Seconds to fit and score; the parameters."""
    start = process_time()
    distinct, places = rows.distinct()
    fit = BgNbd.fit(distinct)
    model = BgNbd(fit.parameters)
    foretold = model.expected_purchases(distinct, 13)[places], model.p_alive(distinct)[places]
    assert all(len(one) == len(rows) for one in foretold)
    return process_time() - start, fit.parameters


def theirs(rows: Histories, *, by_weight: bool) -> tuple[float, Any]:
    from lifetimes import BetaGeoFitter

    start = process_time()
    given, places = rows.distinct() if by_weight else (rows, slice(None))
    weights = given.weight.astype(int) if by_weight else None
    fitter = BetaGeoFitter().fit(given.x, given.t_x, given.age, weights=weights)
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(13, given.x, given.t_x, given.age)
    alive = fitter.conditional_probability_alive(given.x, given.t_x, given.age)
    foretold = np.asarray(expected)[places], np.asarray(alive)[places]
    assert all(len(one) == len(rows) for one in foretold)
    return process_time() - start, np.asarray(fitter.params_)


def beside_lifetimes() -> None:
    rows = histories(CUSTOMERS)
    runs = [ours(rows) for _ in range(TIMES)]
    seconds, parameters = median(run[0] for run in runs), runs[0][1]
    print(
        f"{CUSTOMERS:,} customers ({len(rows.distinct()[0]):,} distinct), BG/NBD fitted and scored: "
        f"{seconds:.2f} s ({min(run[0] for run in runs):.2f} to {max(run[0] for run in runs):.2f})"
    )
    print(f"  {parameters.round(3)}")
    try:
        import lifetimes  # noqa: F401
    except ImportError:
        print("lifetimes: not installed, nothing to compare with (pip install lifetimes in an environment of its own)")
        return
    for by_weight in (False, True):
        its, customers = 0.0, 0
        for customers in ITS_CUSTOMERS:
            its, parameters = theirs(rows.at(slice(0, customers)), by_weight=by_weight)
            print(
                f"  lifetimes, {'weights' if by_weight else 'rows'}: {customers:>9,} customers {its:.1f} s {parameters.round(3)}"
            )
            if its > LONG_ENOUGH:
                break
        its = median([its, *(theirs(rows.at(slice(0, customers)), by_weight=by_weight)[0] for _ in range(TIMES - 1))])
        whole = its * CUSTOMERS / customers
        print(
            f"    {whole:.0f} s for all{' (extrapolated)' if customers < CUSTOMERS else ''}: {whole / seconds:.0f} × ours"
        )


def purchases(rows: Histories) -> pl.DataFrame:
    """A roll-up: one row per customer and day, first and last as told, the others evenly between."""
    numbers = np.repeat(np.arange(len(rows)), rows.x + 1)
    place = np.arange(len(numbers)) - np.repeat(np.cumsum(rows.x + 1) - (rows.x + 1), rows.x + 1)
    first = -np.round(rows.age * 7).astype(int)
    share = place / np.maximum(np.repeat(rows.x, rows.x + 1), 1)
    day = np.repeat(first, rows.x + 1) + np.round(share * np.repeat(np.round(rows.t_x * 7), rows.x + 1)).astype(int)
    rng = np.random.default_rng(1)
    nothing = dict.fromkeys(activity.MONEY_OF_A_DAY[1:], pl.lit(0).cast(MONEY))
    return (
        pl.DataFrame({"customer_no": numbers, "day": day, "sales": rng.gamma(4, 50, len(numbers)) + 1})
        .unique(["customer_no", "day"])
        .select(
            store_id=pl.lit("S001"),
            buyer_key="customer_no",
            customer_id=pl.format("c{}", pl.col("customer_no").cast(pl.String).str.zfill(7)),
            business_date=pl.lit(MONTH.last_day) + pl.duration(days="day"),
            sales=pl.col("sales").round(2).cast(MONEY),
        )
        .with_columns(last_ordered_at=pl.col("business_date").cast(pl.Datetime("us")), **nothing)
    )


def whole_month(customers: int) -> None:
    """The race and what the winner says of everybody, from purchases; and each model's fit."""
    rows = histories(customers)
    for kind in MODELS:
        start = process_time()
        fit = kind.fit(rows)
        print(f"  {kind.code} fitted: {process_time() - start:.1f} s  {fit.failure or fit.parameters.round(3)}")
    bought = purchases(rows)
    first = bought["business_date"].min()
    assert isinstance(first, date)
    days = activity.customer_days(bought, bought.select("buyer_key", "customer_id").unique(), as_of=MONTH.last_day)
    dates = activity.purchase_dates(days).lazy()
    rhythm = activity.rhythm(dates, as_of=MONTH.last_day, history_from=first, rules=Rules()).collect()
    facts: Any = SimpleNamespace(
        month=MONTH, as_of=MONTH.last_day, history_from=first, purchase_facts=rhythm, days=days
    )
    status = rhythm.lazy().group_by("customer_id").agg(
        last_purchase_on=pl.col("business_date").max(), status=pl.lit("at_risk")
    )  # fmt: skip
    start = process_time()
    told = churn.month_churn(facts, status, Rules())
    seconds = process_time() - start
    print(
        f"  the month's race and {told.customers.height:,} customers told, from {bought.height:,} purchases: {seconds:.1f} s"
    )
    print(f"  winner {told.summary.model}")


def main() -> None:
    beside_lifetimes()
    print(f"{CUSTOMERS:,} customers:")
    whole_month(CUSTOMERS)


if __name__ == "__main__":
    main()
