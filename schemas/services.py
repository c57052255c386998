"""What is done for a customer after the sale: cleaning, repair, resizing, delivery, installation."""

from __future__ import annotations

import polars as pl

from schemas.columns import Landed, Money, column, derived
from schemas.segments import RESERVED_SCOPES


class Services(Landed):
    """One row per landed line of a service register; the newest line of a service counts."""

    service_id: str = column("服务编号", "id", required=True)
    done_on: pl.Date = column("完成日期", "date", required=True)
    store_id: str = column("门店编号", "id", reserved=RESERVED_SCOPES)
    order_id: str = column("订单号", "id")
    product_id: str = column("商品编号", "id")
    buyer_key: int = derived(nullable=True)
    kind: str = column("服务类别", "text")
    associate_id: str = column("导购编号", "id")
    fee: Money = column("服务费", "money")
    satisfied: bool = column("是否满意", "bool")
    note: str = column("备注", "text")
