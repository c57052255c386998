"""The headers of the files: Regulars' own templates in two languages, and JD's order export."""

from __future__ import annotations

TEMPLATE_HEADERS: dict[str, dict[str, str]] = {
    "order_lines": {
        "order_id": "订单号", "line_no": "行号", "ordered_at": "下单时间", "store_id": "门店编号",
        "product_id": "商品编号",
        "product_name": "商品名称", "quantity": "数量", "unit_price": "单价", "net_sales": "实收金额",
        "discount": "优惠金额", "cost": "成本", "member_id": "会员号", "phone": "手机号", "associate_id": "导购编号",
        "is_promotion": "是否促销", "line_type": "行类型", "refund_of": "原订单号",
    },
    "customers": {
        "member_id": "会员号", "phone": "手机号", "account": "线上账号", "name": "姓名", "gender": "性别",
        "birthday": "生日", "birthday_calendar": "生日历法", "anniversary": "结婚纪念日", "district": "地区",
        "address": "地址", "occupation": "职业", "interests": "兴趣", "favourite_style": "喜欢的款式",
        "customer_kind": "顾客类型", "member_since": "入会日期", "referrer": "介绍人", "home_store_id": "归属门店",
        "associate_id": "专属导购", "consent_phone": "同意电话", "consent_wechat": "同意微信",
        "consent_sms": "同意短信",
        "do_not_contact": "请勿联系", "wecom_added": "已加企业微信", "member_tier": "会员等级", "points": "积分",
        "stored_value": "储值余额", "moved_away_on": "搬离日期", "note": "备注",
    },
    "products": {
        "product_id": "商品编号", "name": "商品名称", "brand": "品牌", "category": "品类", "style": "款式",
        "launch_date": "上市日期", "list_price": "吊牌价", "unit_cost": "单位成本",
    },
    "stores": {
        "store_id": "门店编号", "name": "门店名称", "region": "区域", "opened_on": "开业日期",
        "closed_on": "关店日期",
        "successor_store": "接续门店",
    },
    "associates": {
        "associate_id": "导购编号", "name": "导购姓名", "store_id": "门店编号", "from_date": "入职日期",
        "to_date": "离职日期", "capacity": "每月联系上限",
    },
    "referrals": {"referred_on": "介绍日期", "referrer": "介绍人", "referred": "被介绍人", "channel": "方式",
                  "reward": "奖励"},
    "complaints": {
        "complaint_id": "投诉编号", "received_at": "受理时间", "store_id": "门店编号", "order_id": "订单号",
        "member_id": "会员号", "phone": "手机号", "account": "线上账号", "cause": "原因", "severity": "严重程度",
        "text": "内容", "first_answer_at": "首次答复时间", "resolved_at": "解决时间", "compensation": "补偿金额",
        "steps_done": "已完成步骤", "satisfied": "是否满意", "competitor": "竞争品牌", "promised_by": "承诺完成日期",
        "promise_kept_on": "承诺兑现日期", "escalated_at": "上报经理时间",
    },
    "surveys": {
        "answered_at": "填写时间", "store_id": "门店编号", "order_id": "订单号", "member_id": "会员号",
        "phone": "手机号",
        "account": "线上账号", "aspect": "方面", "expectation": "期望", "experience": "体验", "importance": "重要性",
        "competitor": "竞争品牌", "expected_price": "预期价格", "share_of_wallet": "消费占比", "likes": "喜欢之处",
        "dislikes": "不满之处", "nps": "推荐意愿", "competitor_experience": "竞争品牌体验",
    },
    "services": {
        "service_id": "服务编号", "done_on": "完成日期", "store_id": "门店编号", "member_id": "会员号", "kind": "服务类别",
        "satisfied": "是否满意",
    },
    "contacts": {
        "contacted_at": "联系时间", "member_id": "会员号", "phone": "手机号", "account": "线上账号",
        "associate_id": "导购编号", "channel": "方式", "contact_kind": "类别", "result": "结果", "note": "备注",
    },
    "targets": {"store_id": "门店编号", "target_month": "目标月份", "target_net_sales": "目标销售额"},
}  # fmt: skip
"""Table → role → Chinese header, in the order of the written columns. The English header is the role's name."""


JD_HEADER = (
    "订单号", "商品ID", "商品名称", "订购数量", "支付方式", "下单时间", "京东价", "订单金额", "结算金额",
    "余额支付", "应付金额", "订单状态", "订单类型", "下单帐号", "客户姓名", "客户地址", "联系电话",
    "订单备注", "发票类型", "发票抬头", "发票内容", "商家备注", "商家备注等级（等级1-5为由高到低）",
    "运费金额", "付款确认时间", "增值税发票", "货号", "订单完成时间", "订单来源", "订单渠道",
)  # fmt: skip
"""The JD order export's header, in full."""
