"""The customer file, and the keys by which orders, referrals and letters name the same person."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas.columns import Landed, Money, column, derived
from schemas.segments import RESERVED_SCOPES


class Buyers(pa.DataFrameModel):
    """One row per landing and distinct set of customer keys met in a file; with Customers and Gifts the only personal data."""

    landing_id: int = derived()
    buyer_key: int = derived()
    member_id: str = derived(nullable=True)
    phone: str = derived(nullable=True)
    email: str = derived(nullable=True)
    account: str = derived(nullable=True)

    class Config:
        strict = True
        ordered = True


class Customers(Landed):
    """One row per landed line of a customer file; the newest line of a customer counts."""

    buyer_key: int = derived()
    referrer_key: int = derived(nullable=True)
    member_id: str = column("会员号", "id")
    phone: str = column("手机号", "phone")
    email: str = column("邮箱", "email")
    account: str = column("线上账号", "id")
    name: str = column("姓名", "text")
    gender: str = column("性别", "text")
    birthday: str = column("生日", "month_day")
    birthday_calendar: str = column("生日历法", "calendar")
    anniversary: pl.Date = column("结婚纪念日", "date")
    district: str = column("地区", "text")
    address: str = column("地址", "text")
    occupation: str = column("职业", "text")
    interests: str = column("兴趣", "text")
    favourite_style: str = column("喜欢的款式", "text")
    customer_kind: str = column("顾客类型", "text")
    member_since: pl.Date = column("入会日期", "date")
    referrer: str = column("介绍人", "id")
    home_store_id: str = column("归属门店", "id", reserved=RESERVED_SCOPES)
    associate_id: str = column("专属导购", "id")
    consent_phone: bool = column("同意电话", "bool")
    consent_wechat: bool = column("同意微信", "bool")
    consent_sms: bool = column("同意短信", "bool")
    consent_email: bool = column("同意邮件", "bool")
    do_not_contact: bool = column("请勿联系", "bool")
    wecom_added: bool = column("已加企业微信", "bool")
    member_tier: str = column("会员等级", "text")
    points: int = column("积分", "count")
    stored_value: Money = column("储值余额", "money")
    points_expire_on: pl.Date = column("积分到期日", "date")
    stored_value_expire_on: pl.Date = column("储值到期日", "date")
    moved_away_on: pl.Date = column("搬离日期", "date")
    note: str = column("备注", "text")
