"""Who brought whom."""

from __future__ import annotations

import polars as pl

from schemas.columns import Landed, column, derived


class Referrals(Landed):
    """One row per referral: the referrer, the one who was brought, the day."""

    referred_on: pl.Date = column("介绍日期", "date", required=True)
    referrer: str = column("介绍人", "id", required=True)
    referred: str = column("被介绍人", "id", required=True)
    referrer_key: int = derived()
    referred_key: int = derived()
    channel: str = column("方式", "text")
    reward: str = column("奖励", "text")
