"""What the stores are to reach: targets by month."""

from __future__ import annotations

import polars as pl

from schemas.columns import Landed, Money, column


class Targets(Landed):
    """One row per landed line of a targets file; the newest line of a store and month counts. Store "*": the chain's own."""

    store_id: str = column("门店编号", "id", required=True)
    target_month: pl.Date = column("目标月份", "month", required=True)
    target_net_sales: Money = column("目标销售额", "money")
    target_buyers: int = column("目标购买顾客数", "count")
    target_new_customers: int = column("目标新客数", "count")
    target_won_back: int = column("目标挽回顾客数", "count")


TARGETED = ("net_sales", "buyers", "new_customers", "won_back")
"""The metrics that can have a target, in the order of the page; the column is `target_` and the metric's name."""
