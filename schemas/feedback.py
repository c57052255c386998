"""What customers say: complaints and surveys."""

from __future__ import annotations

import polars as pl

from schemas.columns import Landed, Money, column, derived
from schemas.segments import RESERVED_SCOPES


class Complaints(Landed):
    """One row per landed line of a complaint register; the newest line of a complaint counts."""

    complaint_id: str = column("投诉编号", "id", required=True)
    received_at: pl.Datetime = column("受理时间", "datetime", required=True)
    store_id: str = column("门店编号", "id", required=True, reserved=RESERVED_SCOPES)
    order_id: str = column("订单号", "id")
    buyer_key: int = derived(nullable=True)
    cause: str = column("原因", "text")
    severity: str = column("严重程度", "text")
    text: str = column("内容", "text")
    first_answer_at: pl.Datetime = column("首次答复时间", "datetime")
    resolved_at: pl.Datetime = column("解决时间", "datetime")
    compensation: Money = column("补偿金额", "money")
    steps_done: str = column("已完成步骤", "text")
    satisfied: bool = column("是否满意", "bool")
    competitor: str = column("竞争品牌", "text")
    product_id: str = column("商品编号", "id")
    promised_by: pl.Date = column("承诺完成日期", "date")
    promise_kept_on: pl.Date = column("承诺兑现日期", "date")
    escalated_at: pl.Datetime = column("上报经理时间", "datetime")


class Surveys(Landed):
    """One row per customer, day and aspect asked (aspect empty: the survey as a whole)."""

    answered_at: pl.Datetime = column("填写时间", "datetime", required=True)
    store_id: str = column("门店编号", "id", reserved=RESERVED_SCOPES)
    order_id: str = column("订单号", "id")
    buyer_key: int = derived(nullable=True)
    aspect: str = column("方面", "text")
    expectation: int = column("期望", "scale")
    experience: int = column("体验", "scale")
    importance: int = column("重要性", "scale")
    competitor: str = column("竞争品牌", "text")
    expected_price: Money = column("预期价格", "money")
    share_of_wallet: float = column("消费占比", "share")
    likes: str = column("喜欢之处", "text")
    dislikes: str = column("不满之处", "text")
    nps: int = column("推荐意愿", "scale")
    competitor_experience: int = column("竞争品牌体验", "scale")
    acted_on: pl.Date = column("改进落实日期", "date")
