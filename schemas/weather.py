"""The weather at the stores: who came in the rain is thanked for it."""

from __future__ import annotations

import polars as pl

from schemas.columns import Landed, column
from schemas.segments import RESERVED_SCOPES


class Weather(Landed):
    """One row per landed line of a weather file; the newest line of a store and day counts."""

    store_id: str = column("门店编号", "id", required=True, reserved=RESERVED_SCOPES)
    day: pl.Date = column("日期", "date", required=True)
    rain: bool = column("是否下雨", "bool", required=True)
