"""What is sold, and where: products and stores."""

from __future__ import annotations

import polars as pl

from schemas.columns import Landed, Money, UnitPrice, column
from schemas.segments import RESERVED_SCOPES


class Products(Landed):
    """One row per landed line of a product file; the newest line of a product counts."""

    product_id: str = column("商品编号", "id", required=True)
    name: str = column("商品名称", "text")
    brand: str = column("品牌", "text")
    category: str = column("品类", "text")
    style: str = column("款式", "text")
    launch_date: pl.Date = column("上市日期", "date")
    list_price: Money = column("吊牌价", "money")
    unit_cost: UnitPrice = column("单位成本", "unit_price")


class Stores(Landed):
    """One row per landed line of a store file; the newest line of a store counts. Online channels are stores."""

    store_id: str = column("门店编号", "id", required=True, reserved=RESERVED_SCOPES)
    name: str = column("门店名称", "text", required=True)
    region: str = column("区域", "text")
    opened_on: pl.Date = column("开业日期", "date")
    closed_on: pl.Date = column("关店日期", "date")
    successor_store: str = column("接续门店", "id", reserved=RESERVED_SCOPES)
