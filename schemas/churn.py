"""Who will buy again: the candidates, their race, and what the winner says of itself and of each customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Candidate = Literal["hiatus_rule", "own_rhythm", "bg_nbd", "mbg_nbd", "pareto_nbd"]
"""In order of simplicity: of those within one standard error of the best, the first is used."""

Baseline = Literal["last_visit"]
"""Sorting by the last visit, as any spreadsheet does: runs beside the candidates, is never used."""


@dataclass(frozen=True)
class RaceRow:
    """One row per model and cut-off of the back-test. Each model is fitted on what was known at the cut-off and judged
    by the three months after it. A candidate that left the race has None where it has no numbers."""

    model: str
    """A Candidate or Baseline."""
    cut_off: str
    """The month at whose end it was fitted, "2026-07"."""
    customers: int
    """Customers with a purchase by the cut-off: everybody who was predicted."""
    log_loss: float | None
    """Mean of −ln(probability given to what happened: bought within three months, or not). Lower is better."""
    mae: float | None
    """Mean absolute error of the number of purchases in the three months."""
    auc: float | None
    """Probability that a customer who bought was ranked above one who did not; None when all or nobody bought."""
    is_winner: bool
    left_because: str | None
    """Code of LEFT_REASONS."""


@dataclass(frozen=True)
class CalibrationBin:
    """One row per tenth (by predicted chance) of the customers of the latest cut-off: what the winner said, what came."""

    predicted: float
    """Mean predicted chance to buy within three months."""
    observed: float
    """Share that did."""
    customers: int


@dataclass(frozen=True)
class Churn:
    """The month's model of the chain: which one, why, how well it did, beside "sort by last visit"."""

    model: str
    """The Candidate in use for buy_again_3m and value_at_stake."""
    reason: str | None
    """Code of REASONS when there was no race to win: then the model is the hiatus rule alone, without probabilities."""
    race: tuple[RaceRow, ...]
    """Sorted by model (baseline last) and cut-off; empty without a race."""
    calibration: tuple[CalibrationBin, ...]
    value_basis: Literal["margin", "net_sales"] = "net_sales"
    """What own_value_12m counts: margin when unit cost is known for 95 % of the 12 months' sales, else net sales."""
    spend_model: Literal["gamma_gamma", "own_average"] | None = None
    """How the worth of a purchase is foretold; own_average where Gamma-Gamma has no interior optimum or no finite mean."""
    stake_is_foretold: bool = False
    """Whether value_at_stake is the model's (own value had the last purchase been today, less own value as it is); else it
    is the net sales of the 12 months to the last purchase, of at-risk and lapsed customers."""
    left_spend_fit: int = 0
    """Customers whose purchases were worth nothing or less on balance: out of the spend fit."""
    parameters: tuple[tuple[str, float, float | None], ...] = ()
    """(name, value, standard error) of the winner when it is a fitted model; times in weeks."""


CANDIDATE: dict[str, tuple[str, str]] = {
    "hiatus_rule": ("沉默天数规则", "hiatus rule"),
    "own_rhythm": ("本人节奏规则", "own-rhythm rule"),
    "bg_nbd": ("BG/NBD 模型", "BG/NBD"),
    "mbg_nbd": ("MBG/NBD 模型", "MBG/NBD"),
    "pareto_nbd": ("Pareto/NBD 模型", "Pareto/NBD"),
    "last_visit": ("按最近一次购买排序", "sort by last visit"),
}
"""Code → name, (zh, en), in order of simplicity, the baseline last."""

REASONS: dict[str, tuple[str, str]] = {
    "too_few_repeat_customers": ("回头顾客不足 200 位，只用沉默天数规则", "under 200 repeat customers: hiatus rule only"),
    "short_history": ("数据不满 12 个月，只用沉默天数规则", "under 12 months of data: hiatus rule only"),
    "short_back_test": ("历史太短，还没有可回测的三个月", "too little history for a back-test: hiatus rule only"),
    "no_better_than_last_visit": (
        "候选都不如按最近一次购买排序，只用沉默天数规则",
        "no candidate held its own against sorting by last visit: hiatus rule only",
    ),
}  # fmt: skip
"""Code → why there is no winner, (zh, en)."""

LEFT_REASONS: dict[str, tuple[str, str]] = {
    "no_interior_optimum": ("拟合不出参数", "could not be fitted"),
    "too_little_data": ("数据太少，无法拟合", "too little data to fit"),
    "not_converged": ("拟合未收敛", "the fit did not converge"),
    "no_earlier_cells": ("此前没有可作依据的购买比例", "no earlier months to take the shares from"),
    "worse_than_last_visit": ("区分能力明显不如按最近一次购买排序", "ranks clearly worse than sorting by last visit"),
}
"""Code → why a candidate left the race, (zh, en)."""

CHURN_COLUMNS = (
    "customer_id", "model", "buy_again_3m", "expected_purchases_12m", "own_value_12m", "own_value_low", "own_value_high",
    "value_at_stake",
)  # fmt: skip
"""The frame `churn` (transforms/churn.py), one row per customer with a purchase by the month's end: model (String),
buy_again_3m and expected_purchases_12m (Float64), own_value_12m with the ends of its 90 % interval, and value_at_stake
(money). Null where the model says nothing of it; value_at_stake is never null."""
