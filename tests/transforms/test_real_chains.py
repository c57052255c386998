"""The purchase models on real chains: who wins beside "sort by last visit", and what cannot be fitted says so."""

from __future__ import annotations

from statistics import mean

import numpy as np
import polars as pl
import pytest

from schemas.period import Month
from tests.transforms.real_chains import REAL_CHAINS, churn_of
from transforms.churn import BASELINE, BY_CODE
from transforms.purchase_models import Histories


def purchases_of(chain: str) -> pl.DataFrame:
    try:
        return REAL_CHAINS[chain][0]()
    except FileNotFoundError:
        pytest.skip(f"the files of {chain} are not at hand (shared/data)")


@pytest.mark.parametrize("chain", REAL_CHAINS)
def test_who_wins_ranks_and_foretells_no_worse_than_the_last_visit(chain: str) -> None:
    summary = churn_of(purchases_of(chain), REAL_CHAINS[chain][1]).summary
    assert summary.reason is None
    rows = {model: [row for row in summary.race if row.model == model] for model in (summary.model, BASELINE)}
    for number in ("auc", "log_loss"):
        winner, baseline = (mean(getattr(row, number) for row in rows[model]) for model in (summary.model, BASELINE))
        assert winner > baseline if number == "auc" else winner < baseline, number


def histories(chain: str, days: float) -> Histories:
    """Of everybody at the month's end, in units of so many days."""
    purchases, month = purchases_of(chain), Month.parse(REAL_CHAINS[chain][1])
    known = purchases.filter(pl.col("business_date") <= month.last_day)
    bought = known.group_by("customer_id").agg(
        x=pl.len().cast(pl.Int64) - 1,
        last=(pl.col("business_date").max() - pl.col("business_date").min()).dt.total_days(),
        age=(pl.lit(month.last_day) - pl.col("business_date").min()).dt.total_days(),
    )
    return Histories.of(bought["x"].to_numpy(), bought["last"].to_numpy() / days, bought["age"].to_numpy() / days)


@pytest.mark.parametrize("model", BY_CODE)
@pytest.mark.parametrize(("chain", "failure"), [("CDNOW", None), ("Online Retail", "no_interior_optimum")])
def test_days_and_weeks_tell_the_same(chain: str, failure: str | None, model: str) -> None:
    """No model has an interior optimum on Online Retail: it says so, in either unit, and leaves the race."""
    weekly, daily = (BY_CODE[model].fit(histories(chain, days)) for days in (7.0, 1.0))
    assert weekly.failure == daily.failure == failure
    if failure is None:
        units = np.where(BY_CODE[model].is_time == 1, 7.0, 1.0)
        assert daily.parameters == pytest.approx(weekly.parameters * units, rel=1e-4)
