"""Associates: who serves, where, from when to when."""

from __future__ import annotations

import polars as pl

from schemas.columns import Landed, column
from schemas.segments import RESERVED_SCOPES


class Associates(Landed):
    """One row per landed line of a staff file; the newest line of an associate counts."""

    associate_id: str = column("导购编号", "id", required=True)
    name: str = column("导购姓名", "text", required=True)
    store_id: str = column("门店编号", "id", required=True, reserved=RESERVED_SCOPES)
    from_date: pl.Date = column("入职日期", "date")
    to_date: pl.Date = column("离职日期", "date")
    capacity: int = column("每月联系上限", "count")
