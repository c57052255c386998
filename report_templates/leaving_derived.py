"""Numbers of page 4 that are made of the review's rows: defined once, printed, and told in review.json."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.churn import Churn, RaceRow
    from schemas.leaving import Leaving
    from schemas.review import Review

RACE_MEASURES = ("log_loss", "mae", "auc")


def stake_of_all(leaving: Leaving) -> Decimal:
    """Value at stake of everybody the page is about: at risk, and lapsed within 12 months."""
    return sum((row.value_at_stake for row in leaving.reasons if row.value_at_stake is not None), Decimal(0))


def stake_listed(leaving: Leaving) -> Decimal:
    """Of that, what the customers by name hold."""
    return sum((row.value_at_stake for row in leaving.rows), Decimal(0))


def share_listed(leaving: Leaving) -> float | None:
    """Their share of it; None without names, or with nothing at stake."""
    total = stake_of_all(leaving)
    return float(stake_listed(leaving) / total) if total and leaving.rows else None


def mean_over_cut_offs(rows: Sequence[RaceRow], measure: str) -> float | None:
    """A model's mean of one of RACE_MEASURES over the cut-offs; None unless it has a number at each of them."""
    values = [getattr(row, measure) for row in rows]
    return sum(values) / len(values) if values and None not in values else None


def race_by_model(churn: Churn | None) -> dict[str, list[RaceRow]]:
    """Each model's rows of the back-test, in the order of the race."""
    races: dict[str, list[RaceRow]] = {}
    for row in churn.race if churn else ():
        races.setdefault(row.model, []).append(row)
    return races


def derived(review: Review) -> list[tuple[str, str, int | float | Decimal | None, float | None]]:
    """(name, what it is over, amount, share) of each."""
    leaving = review.leaving
    if leaving is None or not leaving.customers:
        return []
    rows: list[tuple[str, str, int | float | Decimal | None, float | None]] = []
    if leaving.rows:
        rows.append(("leaving_listed", "sum", len(leaving.rows), share_listed(leaving)))
    for model, race in race_by_model(review.churn).items():
        rows += [
            (f"{measure}:{model}", "cut_offs", mean_over_cut_offs(race, measure), None) for measure in RACE_MEASURES
        ]
    return rows
