"""Order lines, the gifts among them, and the roll-up that makes next month cheap."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas.columns import Landed, Money, Quantity, UnitPrice, column, derived
from schemas.segments import LINE_KIND, RESERVED_SCOPES


class OrderLines(Landed):
    """One row per product in an order: sold, refunded, cancelled or no goods at all (`line_kind` says which)."""

    order_id: str = column("订单号", "id", required=True)
    line_no: int = derived(ge=-1)
    """Its number in the order, the till's own or made from the product; -1: the row is the whole order (its head)."""
    store_id: str = column("门店编号", "id", required=True, reserved=RESERVED_SCOPES)
    channel: str = column("渠道", "text")
    ordered_at: pl.Datetime = column("下单时间", "datetime", required=True)
    business_date: pl.Date = derived()
    buyer_key: int = derived(nullable=True)
    product_id: str = column("商品编号", "id", required=True)
    product_name: str = column("商品名称", "text")
    quantity: Quantity = column("数量", "quantity", required=True)
    unit_price: UnitPrice = column("单价", "unit_price")
    net_sales: Money = column("实收金额", "money", required=True)
    discount: Money = column("优惠金额", "money")
    tax: Money = column("税额", "money")
    cost: Money = column("成本", "money")
    line_kind: str = derived(isin=list(LINE_KIND))
    refund_of: str = column("原订单号", "id")
    associate_id: str = column("导购编号", "id")
    is_promotion: bool = column("是否促销", "bool")
    delivered_at: pl.Datetime = column("送达时间", "datetime")
    gift_mark: int = derived(nullable=True)
    """Fingerprint of the recipient and occasion on its row (they are kept in Gifts); null where there are none."""


ORDER_LINE_INPUTS: dict[str, tuple[str, str]] = {
    "line_no": ("行号", "count"),
    "line_type": ("行类型", "text"),
    "status": ("订单状态", "text"),
    "currency": ("币种", "id"),
    "member_id": ("会员号", "id"),
    "phone": ("手机号", "phone"),
    "email": ("邮箱", "email"),
    "account": ("线上账号", "id"),
    "recipient_name": ("收货人", "text"),
    "recipient_phone": ("收货人手机", "text"),
    "recipient_address": ("收货地址", "text"),
    "occasion": ("场合", "text"),
    "occasion_date": ("场合日期", "date"),
    "order_paid": ("订单应付金额", "money"),
    "order_shipping": ("订单运费", "money"),
    "order_listed": ("订单金额合计", "money"),
    "order_goods": ("订单商品实付金额", "money"),
    "order_refunded": ("订单已退款金额", "money"),
    "refunded": ("本行已退款金额", "money"),
    "refunded_at": ("退款时间", "datetime"),
    "line_shipping": ("本行运费", "money"),
    "after_sale": ("售后状态", "text"),
    "cancelled_at": ("取消时间", "datetime"),
    "paid_at": ("付款时间", "datetime"),
}
"""Roles that a file of order lines may bring besides the lake's own columns: role → (Chinese header, kind)."""

ORDER_AS_PRODUCT = "(order)"
"""The product id of a row that is a whole order and names no product."""

REFUND_ID = "/refund"
"""What follows the sale's order id in that of its refund, where the export has none."""

ADDED_ROW = 10_000_000_000
"""A refund line made from row n of a file (which tells it beside the sale) has n + ADDED_ROW as its `source_row`: still
unique in its file, and n can be told. It is no row of the file and is not counted as one."""


class Gifts(Landed):
    """One row per order that went to somebody else, or for an occasion: giver, recipient, day."""

    store_id: str = derived()
    order_id: str = derived()
    business_date: pl.Date = derived()
    buyer_key: int = derived(nullable=True)
    product_name: str = derived(nullable=True)
    recipient_name: str = derived(nullable=True)
    recipient_phone: str = derived(nullable=True)
    recipient_address: str = derived(nullable=True)
    occasion: str = derived(nullable=True)
    occasion_date: pl.Date = derived(nullable=True)


class Superseded(pa.DataFrameModel):
    """One row per version of an order line that a newer landing replaces or withdraws, with what it took out of net sales."""

    landing_id: int = derived()
    """The landing that replaces it."""
    old_landing_id: int = derived()
    store_id: str = derived()
    order_id: str = derived()
    line_no: int = derived(ge=-1)
    business_date: pl.Date = derived()
    net_sales: Money = derived()
    """Of the old version; 0.00 when it was neither sale nor refund."""

    class Config:
        strict = True
        ordered = True


class Activity(pa.DataFrameModel):
    """One row per landing, store, buyer key (null: nobody known) and local business date: sums that add up.

    The roll-up of order lines. A correction lands as a further row that takes the old amounts back; a large file lands in
    parts, each with rows of its own.
    """

    landing_id: int = derived()
    store_id: str = derived()
    buyer_key: int = derived(nullable=True)
    business_date: pl.Date = derived()
    sales: Money = column("销售", "money", required=True)
    refunds: Money = column("退款", "money", required=True)
    cost: Money = column("成本", "money", required=True)
    costed_net_sales: Money = column("有成本的净销售", "money", required=True)
    promotion_sales: Money = column("促销销售", "money", required=True)
    last_ordered_at: pl.Datetime = derived(nullable=True)

    class Config:
        strict = True
        ordered = True
