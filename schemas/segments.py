"""Every class a customer, contact or order line can fall into: code, label and meaning, zh and en, in rule order.

The rules themselves are in transforms/ (status: stocktake.py, value class: value.py, attitude: attitude.py); the order
of the members here is the order in which the rules are tried.
"""

from __future__ import annotations

from dataclasses import dataclass

CHAIN = "*"
"""The scope key of the whole chain in frames whose other scope keys are store ids."""

UNASSIGNED = "(unassigned)"
"""Home of customers whose store closed without a successor; part of the chain's sum, has no review of its own."""

RESERVED_SCOPES = (CHAIN, UNASSIGNED)
"""What no store can be called."""


@dataclass(frozen=True)
class Class:
    """One class of an ordered, total rule set."""

    code: str
    zh: str
    en: str
    meaning_zh: str
    meaning_en: str

    def label(self, locale: str) -> str:
        return self.zh if locale.startswith("zh") else self.en

    def meaning(self, locale: str) -> str:
        return self.meaning_zh if locale.startswith("zh") else self.meaning_en


def _ordered(*classes: Class) -> dict[str, Class]:
    return {c.code: c for c in classes}


STATUS = _ordered(
    Class("prospect", "潜在顾客", "Prospect", "档案中有，或收过礼物，但从未购买", "On file, or was sent a gift, but has never bought"),
    Class(
        "first_seen", "首次见到", "First seen",
        "本月第一次看到其购买，但可能是早先的老顾客（开业数据不满 12 个月、曾退货或更早入会）",
        "First purchase we can see, but possibly an older customer (under 12 months of data, an earlier return or membership)",
    ),
    Class("new", "新客", "New", "本月第一次购买", "First purchase in this month"),
    Class("won_back", "挽回", "Won back", "上月末已流失，本月又来购买", "Lapsed at the end of last month, bought in this one"),
    Class("lapsed", "流失", "Lapsed", "超过本人节奏的 4 倍（至少 365 天，至多 730 天）没有购买",
          "No purchase for 4 times their own rhythm (at least 365, at most 730 days)"),
    Class("at_risk", "流失预警", "At risk", "超过本人节奏的 2 倍没有购买，尚未流失", "Overdue by twice their own rhythm, not yet lapsed"),
    Class("active", "活跃", "Active", "仍在本人的购买节奏之内", "Within their own rhythm"),
)  # fmt: skip
BASE_STATUSES = ("first_seen", "new", "won_back", "active", "at_risk")
"""The statuses that make up the customer base (在册顾客)."""

VALUE_CLASS = _ordered(
    Class("A", "A 类", "A", "近 12 个月销售额累计前 80%，且人数不超过 20%", "First 80 % of 12-month sales, at most the top 20 % of customers"),
    Class("B", "B 类", "B", "其后至 95%", "Up to 95 % of 12-month sales"),
    Class("C", "C 类", "C", "其余购买者", "The other buyers"),
    Class("none", "无", "None", "近 12 个月无净消费", "No positive net sales in 12 months"),
)  # fmt: skip

ATTITUDE = _ordered(
    Class("not_seen", "未见", "Not seen", "24 个月内没有购买", "No purchase in 24 months"),
    Class("early_adopter", "新品率先使用者", "Early adopter", "上市 60 天内买过至少两款新品（属忠诚顾客）",
          "Bought two or more new products within 60 days of launch (a kind of loyal customer)"),
    Class("too_early", "尚早", "Too early to say", "购买不足 3 次", "Fewer than 3 purchases"),
    Class("no_loyalty", "无品牌忠诚顾客", "No brand loyalty", "至少一半消费来自促销，或无明显偏好",
          "At least half of spend on promotion, or no clear preference"),
    Class("loyal", "忠诚顾客", "Loyal", "主要品牌（或自报份额）占其消费的六成以上", "Top brand (or stated share of wallet) is 60 % or more"),
    Class("switcher", "品牌转移顾客", "Brand switcher", "主要品牌在前后 12 个月间改变，或提到竞争品牌",
          "Top brand changed between the two halves, or a competitor was named"),
)  # fmt: skip
SERIALISED_ATTITUDES = ("loyal", "early_adopter")

LINE_KIND = _ordered(
    Class("sale", "销售", "Sale", "商品销售行", "Goods sold"),
    Class("refund", "退款", "Refund", "退货或取消后的退款，计入发生当月", "Money paid back, counted in the month it was made"),
    Class("trade_in", "旧货抵扣", "Trade-in", "以旧换新抵扣，视为付款方式", "Old piece given in payment: a way of paying, not a refund"),
    Class("not_goods", "非商品", "Not goods", "运费、手续费等，不计入销售", "Postage, fees and the like; not sales"),
    Class("adjustment", "调整", "Adjustment", "账务或库存调整，不计入销售", "Bookkeeping or stock adjustments; not sales"),
    Class("no_charge", "零价", "No charge", "赠品或零价行，不计入销售", "Free or zero-price lines; not sales"),
    Class("cancelled", "已取消", "Cancelled", "取消的线上订单，计入购买阻力", "Cancelled online orders; counted as friction"),
    Class("unpaid", "未付款", "Unpaid", "未付款的线上订单，计入购买阻力", "Unpaid online orders; counted as friction"),
    Class("withdrawn", "已撤下", "Withdrawn", "较新的文件中该订单已无此行", "No longer in its order, says a newer file"),
)  # fmt: skip
SALES_KINDS = ("sale", "refund")
"""The line kinds that make up net sales."""

CARE_KIND = _ordered(
    Class("birthday", "生日", "Birthday", "祝福，不推销", "A wish, never an advertisement"),
    Class("anniversary", "纪念日", "Anniversary", "结婚等纪念日的祝福", "Wedding and other anniversaries"),
    Class("gift_day", "去年送礼日", "Last year's gift day", "去年此时曾为人订礼", "A gift was sent about this day last year"),
    Class("thank_you", "当日致谢", "Thank-you on the day", "购买当日致谢", "Thanks on the day of purchase"),
    Class("call_after_3_days", "三日回访", "Call after 3 days", "购买三天后电话回访", "A call three days after the purchase"),
    Class("three_weeks", "三周问候", "Message every 3 weeks", "每三周一次问候", "A warm message every three weeks"),
    Class("three_months", "三个月邀约", "Invitation after 3 months", "购买满三个月后邀请回店坐坐", "An invitation to drop in after three months"),
    Class("long_absent", "久未光顾", "Long absent", "问候久未到店的顾客，不问缘由、不推销", "A warm word to a long-absent customer; no questions, no selling"),
)  # fmt: skip

ACTION_KIND = _ordered(
    Class("answer_complaint", "处理投诉", "Complaint", "未了结的投诉，先于一切", "An open complaint, before everything else"),
    Class("thank_referrer", "感谢介绍人", "Thanks", "有新客经其介绍而来，当日致谢", "Thanks to the one who brought a customer"),
    Class("welcome_referred", "跟进新客", "Welcome", "经介绍来的新客，首购后一周内跟进", "A referred customer, within a week of the first purchase"),
    Class("visit_top_spender", "年度拜访", "Visit", "登门或邀约拜访全年消费最高的顾客，送上鲜花或礼物", "The year's highest spender: a visit with flowers or a gift"),
    Class("call_after_3_days", "三日回访", "3-day call", "购买三天后回访", "Three days after the purchase"),
    Class("birthday", "生日祝福", "Birthday", "生日当天祝福", "On the day"),
    Class("anniversary", "纪念日祝福", "Anniversary", "纪念日当天祝福", "On the day"),
    Class("gift_day", "送礼提醒", "Gift", "去年送礼日之前联系", "Before the day of last year's gift"),
    Class("three_months", "回店邀约", "Invitation", "购买满三个月后邀请回店坐坐", "Three months after the purchase: drop in"),
    Class("ask_vip", "补全资料", "Question", "前十名尚不知道的一问", "One thing we do not know of a top-ten customer"),
    Class("win_back", "挽回", "Win back", "久未购买的有价值顾客", "A valuable customer who is overdue or lapsed"),
    Class("long_absent", "久别问候", "Greeting", "问候，不推销", "A greeting, no selling"),
)  # fmt: skip

CHANNEL = _ordered(
    Class("phone", "电话", "Phone", "本人同意电话联系", "Consent to be called"),
    Class("wechat", "微信", "WeChat", "已加微信并同意", "WeChat contact with consent"),
    Class("sms", "短信", "SMS", "同意短信", "Consent to SMS"),
    Class("email", "邮件", "E-mail", "同意邮件", "Consent to e-mail"),
    Class("in_store", "到店", "In store", "无联系许可，仅在到店时", "No consent to contact: only when they come in"),
)  # fmt: skip

LAPSE_REASON = _ordered(
    Class("outside_our_hands", "不可控原因", "Outside our hands", "已搬离或离开本地", "Moved or gone away"),
    Class("product_or_service", "商品或服务", "Product or service", "投诉未解决、拖延或不满意，或体验不及期望",
          "A complaint unresolved, late or unsatisfied, or an experience below expectation"),
    Class("price", "价格", "Price", "只在促销时购买而后涨价，或不满价格", "Bought only on promotion, then prices rose; or unhappy with the price"),
    Class("competitor", "竞争品牌", "Competitor", "问卷或投诉中提到其他品牌", "Named a competitor in a survey or complaint"),
    Class("taste", "喜好改变", "Changed taste", "离开前所买品类与以往明显不同", "Bought other categories than before, then left"),
    Class("lack_of_care", "缺少关怀", "Lack of care", "可以联系，逾期前 90 天却无联系记录",
          "Could be contacted, and no contact was logged in the 90 days before becoming overdue"),
    Class("unknown", "不明", "Not known", "没有证据", "No evidence"),
)  # fmt: skip
"""Why a customer stays away: the first with evidence from before they became overdue (transforms/lapse.py)."""

SOURCE = _ordered(
    Class("receipts", "销售单", "Receipts", "来自销售明细", "From the order lines"),
    Class("customer_file", "顾客档案", "Customer file", "来自顾客档案", "From the customer file"),
    Class("survey", "问卷", "Survey", "来自问卷", "From surveys"),
    Class("complaint", "投诉登记", "Complaint register", "来自投诉登记", "From the complaint register"),
    Class("none", "尚无", "None yet", "尚无来源", "No source yet"),
)  # fmt: skip

CUSTOMER_KIND = _ordered(
    Class("individual", "个人", "Individual", "个人顾客", "A person"),
    Class("enterprise", "企业", "Enterprise", "企业客户", "A firm"),
    Class("partner", "合作方", "Partner", "合作伙伴", "A partner"),
)  # fmt: skip

PROSPECT_KIND = _ordered(
    Class("referred", "被介绍而未购", "Referred, not yet bought", "有人介绍，尚未购买", "Brought by a customer, has not bought yet"),
    Class("recipient", "收礼人", "Gift recipients", "收过本店的礼物，尚未购买；先请送礼人引荐", "Were sent a gift from us; ask the giver first"),
    Class("on_file", "入会未购", "On file, never bought", "已建档，从未购买", "On the customer file, never bought"),
)  # fmt: skip

RFM = _ordered(
    Class("hhh", "重要价值客户", "Champions", "近期来过、常来、消费高", "Recent, frequent, high spend"),
    Class("hlh", "重要发展客户", "Big spenders to develop", "近期来过、消费高，来得不多", "Recent and high spend, seldom"),
    Class("lhh", "重要保持客户", "Cannot lose them", "常来、消费高，近来未到", "Frequent and high spend, but not lately"),
    Class("llh", "重要挽留客户", "Big spenders to win back", "消费高，来得少，近来未到", "High spend, seldom, not lately"),
    Class("hhl", "一般价值客户", "Loyal, small baskets", "近期来过、常来，消费不高", "Recent and frequent, low spend"),
    Class("hll", "一般发展客户", "Promising", "近期来过，来得不多，消费不高", "Recent, seldom, low spend"),
    Class("lhl", "一般保持客户", "Need attention", "常来，近来未到，消费不高", "Frequent, not lately, low spend"),
    Class("lll", "一般挽留客户", "Hibernating", "来得少，近来未到，消费不高", "Seldom, not lately, low spend"),
)  # fmt: skip
"""Recency, frequency, money, each high or low by one fixed cut (chain.toml): the eight groups of the trade."""

VIP_QUESTIONS = ("v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10")
KNOWLEDGE_QUESTIONS = ("v2", "v3", "v7", "v8", "v9", "v10")
"""The questions that count towards the knowledge score: 6 for each of the ten."""
