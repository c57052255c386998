"""What staff did: logged contacts with customers."""

from __future__ import annotations

import polars as pl

from schemas.columns import Landed, column, derived


class Contacts(Landed):
    """One row per logged contact with a customer, its result included."""

    contacted_at: pl.Datetime = column("联系时间", "datetime", required=True)
    buyer_key: int = derived(nullable=True)
    action_id: str = column("行动编号", "id")
    associate_id: str = column("导购编号", "id")
    channel: str = column("方式", "text")
    contact_kind: str = column("类别", "text")
    result: str = column("结果", "text")
    note: str = column("备注", "text")
