"""Every printed number, defined once: name, label, meaning, unit, formula over counted ingredients, empty case.

`transforms/` counts the *ingredients* (one row per scope, whole numbers and money); the formula here turns them into
the metric. The glossary of the report, `regulars explain` and docs/metrics.md are generated from this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

Unit = Literal["money", "share", "people", "purchases", "lines", "cases", "days", "index"]
Direction = Literal["up", "down", "neutral"]


@dataclass(frozen=True)
class Metric:
    """One printed number. `ingredients` are the columns the formula reads; `formula` builds the polars expression."""

    name: str
    unit: Unit
    good: Direction
    """Which way is good news: colours and words follow it, and only it."""
    zh: str
    en: str
    meaning_zh: str
    meaning_en: str
    ingredients: tuple[str, ...]
    formula: str
    """The formula in words of its ingredients, as printed: "identified_net_sales / net_sales"."""
    empty: str | None = None
    """Code of EMPTY_REASONS printed when the value is null; None when it can always be computed."""
    n: str | None = None
    """The ingredient that is the denominator's size, printed as n."""

    def label(self, locale: str) -> str:
        return self.zh if locale.startswith("zh") else self.en

    def meaning(self, locale: str) -> str:
        return self.meaning_zh if locale.startswith("zh") else self.meaning_en

    def expression(self) -> pl.Expr:
        """The formula as a polars expression over the ingredient columns; null where the denominator is empty."""
        import polars as pl

        def ratio(numerator: str, denominator: str) -> pl.Expr:
            top, bottom = pl.col(numerator).cast(pl.Float64), pl.col(denominator).cast(pl.Float64)
            return pl.when(bottom > 0).then(top / bottom)

        parts = [part.strip() for part in self.formula.split("/")]
        if len(parts) == 2:
            expression = ratio(*parts)
            if self.unit == "money":
                expression = expression.round(2).cast(pl.Decimal(38, 2))
        elif len(parts) == 1 and self.formula.isidentifier():
            expression = pl.col(self.formula)
        else:
            raise ValueError(
                f"metric {self.name}: the formula {self.formula!r} is neither an ingredient nor a ratio of two"
            )
        return expression.alias(self.name)


EMPTY_REASONS: dict[str, tuple[str, str]] = {
    "no_sales": ("本期没有销售", "no sales in the period"),
    "no_buyers": ("本期没有可识别的购买者", "no identified buyers in the period"),
    "no_new_customers": ("本月没有新客", "no new customers this month"),
    "short_history": ("数据不满 12 个月，还分不清谁是新客", "under 12 months of data: we cannot tell who is new"),
    "no_referral_file": ("没有转介绍文件", "no referral file"),
    "no_contacts_file": ("没有联系记录文件", "no contacts file"),
    "no_care_due": ("本月没有到期的关怀", "no care was due this month"),
    "no_customer_file": ("没有顾客档案", "no customer file"),
    "no_cohort": ("还没有满 180 天的首购顾客", "nobody's first purchase is 180 days old yet"),
    "empty_base": ("上月末没有在册顾客", "nobody was in the base at the end of last month"),
    "nobody_to_care_for": ("没有 A、B 类或流失预警的在册顾客", "nobody in the base is A, B or at risk"),
    "nobody_leaving": ("没有流失预警或近 12 月流失的顾客", "nobody is at risk or lapsed within 12 months"),
    "no_base_12m_ago": (
        "12 个月前没有可联系的在册顾客，或尚无联系记录",
        "nobody to contact in the base 12 months ago, or no contacts logged by then",
    ),
    "no_referrals": ("尚无已知的转介绍", "nobody is known to have been brought"),
    "no_brought_cohort": ("上一年度没有这样的新客", "no such new customers in the year before"),
    "no_complaints": ("近 12 个月没有投诉登记", "no complaints on record in 12 months"),
    "no_complaint_followed": ("还没有满 90 天的投诉", "no complaint is 90 days past yet"),
    "no_promises": ("近 12 个月没有到期的承诺", "no promise fell due in 12 months"),
    "no_answers": ("近 12 个月没有问卷评分", "no survey with marks in 12 months"),
    "no_orders": ("近 12 个月没有订单", "no orders in 12 months"),
    "no_deliveries": ("没有送达时间", "no delivery times on record"),
    "no_services": ("没有售后服务登记", "no service register"),
    "no_asking": ("联系记录中没有征求意见", "no logged contact asked for an opinion"),
    "no_staff_file": ("没有导购档案", "no staff file"),
    "nobody_at_work": ("没有在职导购的档案", "no associate at work on file"),
    "nobody_first_served": ("还没有满 90 天的首次接待", "nobody was first served 90 days ago yet"),
    "nobody_served": ("没有带导购编号的小票", "no receipts that name an associate"),
    "no_ratings": ("没有能对应到小票的评分", "no ratings of a receipt"),
    "no_picks_judged": ("还没有上市满一年的尝新商品", "no early pick was launched a year ago yet"),
    "no_launches_judged": ("还没有上市满一年的新品", "no new product was launched a year ago yet"),
    "no_first_timers": ("近 12 个月没有首购顾客", "nobody bought for the first time in 12 months"),
    "no_returning": ("近 12 个月没有回头顾客购买", "no returning customer bought in 12 months"),
    "nothing_to_compare": (
        "近 12 个月没有回头顾客，或没有人均为正的首购顾客可比",
        "no returning customers in 12 months, or no first-time ones above zero to compare with",
    ),
    "no_cost": ("成本不全，算不出毛利", "cost is not known for enough of the sales"),
    "no_lists": ("上月没有发布行动清单", "last month's review listed nothing"),
    "no_lists_back": ("没有可对照的行动清单或联系记录", "no list was published, or no contact returned or logged"),
    "not_published": ("上月没有发布报告", "last month's review was not published"),
}
"""Code → why a number is missing, (zh, en)."""


def _metrics(*metrics: Metric) -> dict[str, Metric]:
    by_name = {metric.name: metric for metric in metrics}
    assert len(by_name) == len(metrics), "a metric is defined twice"
    return by_name


METRICS = _metrics(
    # ---- the month
    Metric("net_sales", "money", "up", "净销售额", "Net sales",
           "本月商品实收减退款，不含运费", "Paid for goods minus refunds in the month, without shipping",
           ("net_sales",), "net_sales"),
    Metric("refunds", "money", "down", "退款", "Refunds",
           "本月退款额，计入退款发生的月份", "Money paid back in the month, counted when it was paid back",
           ("refunds",), "refunds"),
    Metric("identified_share", "share", "up", "可识别销售占比", "Identified share",
           "能对应到顾客的净销售额占比", "Share of net sales that belong to a known customer",
           ("identified_net_sales", "net_sales"), "identified_net_sales / net_sales", "no_sales"),
    Metric("buyers", "people", "up", "到店购买顾客", "Buyers",
           "本月有购买的可识别顾客人数", "Identified customers with a purchase in the month",
           ("buyers",), "buyers"),
    Metric("purchases", "purchases", "up", "购买次数", "Purchases",
           "一位顾客一天的全部小票算一次购买，退款除外，金额大于零",
           "All receipts of one customer on one day are one purchase, refunds excluded, above zero",
           ("purchases",), "purchases"),
    Metric("average_ticket", "money", "up", "客单价", "Average ticket",
           "本月每次购买的平均销售额（不减退款）", "Sales per purchase in the month, before refunds",
           ("purchase_sales", "purchases"), "purchase_sales / purchases", "no_buyers", "purchases"),
    Metric("first_seen", "people", "neutral", "首次见到", "First seen",
           "本月首次看到其购买、但不能断定为新客的人数",
           "First purchase we can see, where we cannot call the customer new",
           ("first_seen",), "first_seen"),
    Metric("new_customers", "people", "up", "新客", "New customers",
           "本月第一次在本连锁购买的人数", "First purchase anywhere in the chain in the month",
           ("new_customers",), "new_customers", "short_history"),
    Metric("won_back", "people", "up", "挽回顾客", "Won back",
           "上月末已流失、本月又购买的人数", "Lapsed at the end of last month, bought in this one",
           ("won_back",), "won_back"),
    Metric("newly_lapsed", "people", "down", "新流失", "Newly lapsed",
           "上月末在册、本月末已流失的人数", "In the base at the end of last month, lapsed at the end of this one",
           ("newly_lapsed",), "newly_lapsed"),
    Metric("moved_in", "people", "neutral", "转入", "Moved in",
           "归属店由他店转为本店的在册顾客", "In the base at both ends, home changed to this store",
           ("moved_in",), "moved_in"),
    Metric("moved_out", "people", "neutral", "转出", "Moved out",
           "归属店由本店转为他店的在册顾客", "In the base at both ends, home changed to another store",
           ("moved_out",), "moved_out"),
    Metric("restated", "people", "neutral", "重述", "Restated",
           "上月所印期末与今日所算期初之差（迟到的文件、合并）",
           "Last month's printed closing minus today's opening (late files, merges)",
           ("restated",), "restated", "not_published"),
    Metric("opening_base", "people", "up", "月初在册", "Opening base",
           "上月末在册顾客：首次见到、新客、挽回、活跃与流失预警之和",
           "Base at the end of last month: first seen, new, won back, active and at risk",
           ("opening_base",), "opening_base"),
    Metric("closing_base", "people", "up", "月末在册", "Closing base",
           "月初在册 + 首次见到 + 新客 + 挽回 − 新流失 + 转入 − 转出",
           "Opening + first seen + new + won back − newly lapsed + moved in − moved out",
           ("closing_base",), "closing_base"),
    Metric("active", "people", "up", "活跃顾客", "Active",
           "月末在本人购买节奏之内、非本月新来的在册顾客", "In their own rhythm at the month's end, not new, first seen or won back in it",
           ("active",), "active"),
    Metric("at_risk", "people", "down", "流失预警顾客", "At risk",
           "超过本人节奏两倍没有购买、尚未流失", "Overdue by twice their own rhythm, not yet lapsed",
           ("at_risk",), "at_risk"),
    Metric("lapsed", "people", "down", "已流失顾客", "Lapsed",
           "月末处于流失状态的全部顾客", "All customers who are lapsed at the month's end",
           ("lapsed",), "lapsed"),
    Metric("referral_rate", "share", "up", "转介绍新客占比", "Referral rate",
           "有已知介绍人的新客占全部新客", "New customers with a known referrer, of all new customers",
           ("referred_new_customers", "new_customers_for_rates"), "referred_new_customers / new_customers_for_rates",
           "no_new_customers", "new_customers_for_rates"),
    Metric("thanks_due", "people", "neutral", "待致谢介绍人", "Thanks due",
           "本月带来新客、尚无致谢记录的介绍人数", "Referrers of this month's new customers with no thanks logged yet",
           ("thanks_due",), "thanks_due", "no_referral_file"),
    Metric("care_done_share", "share", "up", "关怀按时完成率", "Care done",
           "本月到期的关怀中，到期后 3 天内有联系记录的占比", "Care due in the month with a logged contact within 3 days of the due date",
           ("care_done", "care_due"), "care_done / care_due", "no_contacts_file", "care_due"),
    # ---- who is leaving, and why
    Metric("lapse_rate", "share", "down", "流失率", "Lapse rate",
           "本月新流失顾客占月初在册顾客", "Newly lapsed in the month, of the base at its opening",
           ("newly_lapsed", "opening_base"), "newly_lapsed / opening_base", "empty_base", "opening_base"),
    Metric("care_coverage_90d", "share", "up", "关怀覆盖率（90 天）", "Care coverage, 90 days",
           "在册的 A、B 类（按全连锁消费）与流失预警顾客中，近 90 天有联系记录的占比",
           "Of the base's customers in class A or B (in the chain) or at risk: those with a logged contact in the last 90 days",
           ("cared_for_90d", "to_care_for"), "cared_for_90d / to_care_for", "nobody_to_care_for", "to_care_for"),
    Metric("lapse_share_contacted", "share", "down", "有联系者的流失占比", "Lapsed, with contact",
           "12 个月前在册、可联系且此前 90 天有联系记录的顾客中，现已流失的占比（仅为相关，不等于联系的效果）",
           "Of the base 12 months ago who can be contacted, with a logged contact in the 90 days up to then: lapsed now (no proof of effect)",
           ("lapsed_of_contacted", "base_contacted_12m_ago"), "lapsed_of_contacted / base_contacted_12m_ago",
           "no_base_12m_ago", "base_contacted_12m_ago"),
    Metric("lapse_share_uncontacted", "share", "down", "无联系者的流失占比", "Lapsed, without contact",
           "12 个月前在册、可联系而此前 90 天无联系记录的顾客中，现已流失的占比",
           "Of the base 12 months ago who can be contacted, without a logged contact in the 90 days up to then: lapsed now",
           ("lapsed_of_uncontacted", "base_uncontacted_12m_ago"), "lapsed_of_uncontacted / base_uncontacted_12m_ago",
           "no_base_12m_ago", "base_uncontacted_12m_ago"),
    Metric("lapse_reason_known_share", "share", "up", "流失原因可知率", "Reasons known",
           "流失预警与近 12 月流失顾客中，有逾期前证据说明原因的占比",
           "Of those at risk or lapsed within 12 months: with evidence of why, from before they became overdue",
           ("leaving_with_reason", "leaving_customers"), "leaving_with_reason / leaving_customers",
           "nobody_leaving", "leaving_customers"),
    Metric("let_go", "people", "neutral", "放手顾客", "Let go",
           "近 12 月流失，且三次挽回联系未获回应或请勿联系，不再投入精力",
           "Lapsed within 12 months, and three win-back contacts unanswered or asked not to be contacted: no more effort, no hard feelings",
           ("let_go",), "let_go"),
    # ---- VIPs in the month
    Metric("vip_opening_base", "people", "up", "月初 VIP", "VIPs at opening", "上月末在册的 VIP", "VIPs in the base at the end of last month",
           ("vip_opening_base",), "vip_opening_base"),
    Metric("vip_closing_base", "people", "up", "月末 VIP", "VIPs at closing", "本月末在册的 VIP", "VIPs in the base at the month's end",
           ("vip_closing_base",), "vip_closing_base"),
    # ---- windows
    Metric("net_sales_12m", "money", "up", "近 12 月净销售额", "Net sales, 12 months",
           "截至本月的 12 个自然月净销售额", "Net sales of the 12 calendar months ending with this one",
           ("net_sales_12m",), "net_sales_12m"),
    Metric("net_sales_ytd", "money", "up", "本年累计净销售额", "Net sales, year to date",
           "自 1 月 1 日起的净销售额", "Net sales since 1 January",
           ("net_sales_ytd",), "net_sales_ytd"),
    Metric("customers_12m", "people", "up", "近 12 月顾客", "Customers, 12 months",
           "近 12 个月净消费为正的顾客数", "Customers with positive net sales in 12 months",
           ("customers_12m",), "customers_12m"),
    Metric("customers_a", "people", "up", "A 类顾客", "A customers",
           "累计占近 12 月销售额前 80% 的顾客，至多占人数 20%（并列计入）",
           "Customers up to 80 % of 12-month sales, at most the top 20 % by count (ties in)",
           ("customers_a",), "customers_a"),
    Metric("customers_b", "people", "up", "B 类顾客", "B customers", "其后累计至 95% 的顾客", "The next, up to 95 % of 12-month sales",
           ("customers_b",), "customers_b"),
    Metric("customers_c", "people", "neutral", "C 类顾客", "C customers", "其余近 12 月顾客", "The other 12-month customers",
           ("customers_c",), "customers_c"),
    Metric("top10_share_ytd", "share", "neutral", "前 10 名销售占比", "Top 10 share",
           "本年累计消费前 10 名占门店全部净销售额（含无主销售）", "The year's top ten customers' share of the store's whole net sales",
           ("top10_net_sales_ytd", "net_sales_ytd"), "top10_net_sales_ytd / net_sales_ytd", "no_sales"),
    Metric("top50_share_ytd", "share", "neutral", "前 50 名销售占比", "Top 50 share",
           "本年累计消费前 50 名占门店全部净销售额", "The year's top fifty customers' share of the store's whole net sales",
           ("top50_net_sales_ytd", "net_sales_ytd"), "top50_net_sales_ytd / net_sales_ytd", "no_sales"),
    Metric("top20pct_share_12m", "share", "neutral", "前 20% 顾客占比", "Top 20 % share",
           "近 12 月消费最多的 20% 顾客（人数向上取整）占顾客销售额", "The best 20 % of 12-month customers (rounded up) as share of customers' net sales",
           ("top20pct_net_sales_12m", "customer_net_sales_12m"), "top20pct_net_sales_12m / customer_net_sales_12m",
           "no_buyers", "customers_12m"),
    Metric("repeat_rate_180d", "share", "up", "回头率（180 天）", "Repeat rate, 180 days",
           "首购在 180–544 天前的顾客中，首购后 180 天内再次购买的占比",
           "Of customers whose first purchase was 180–544 days ago, the share that bought again within 180 days of it",
           ("repeat_customers_180d", "repeat_cohort_180d"), "repeat_customers_180d / repeat_cohort_180d",
           "no_cohort", "repeat_cohort_180d"),
    Metric("serialisation_index", "share", "up", "顾客系列化程度", "Serialisation index",
           "近 12 月购买者中忠诚顾客、新品率先使用者或 A 类顾客的占比",
           "Share of 12-month buyers who are loyal, early adopters or class A",
           ("serialised_buyers_12m", "buyers_12m"), "serialised_buyers_12m / buyers_12m", "no_buyers", "buyers_12m"),
    Metric("live_base_rate", "share", "up", "有效顾客资源率", "Live-base rate",
           "有可用联系方式并同意联系、且 24 个月内购买过的顾客 ÷ 档案人数",
           "Customers with a usable contact and consent for it who bought in 24 months ÷ customers in the file",
           ("live_customers", "file_customers"), "live_customers / file_customers", "no_customer_file", "file_customers"),
    Metric("knowledge_score", "share", "up", "VIP 了解度", "VIP knowledge score",
           "本年前十名的第 2、3、7–10 问中已有答案的占比（满分 60）", "Answered among V2, V3, V7–V10 for the year's top ten, out of 60",
           ("vip_answers_known", "vip_answers_asked"), "vip_answers_known / vip_answers_asked", "no_buyers"),
    Metric("sales_per_first_time_customer_12m", "money", "up", "首购顾客人均", "Per first-time customer",
           "近 12 月首购顾客的人均净销售额", "12-month net sales per customer whose first purchase was in the window",
           ("first_time_net_sales_12m", "first_time_customers_12m"), "first_time_net_sales_12m / first_time_customers_12m",
           "no_first_timers", "first_time_customers_12m"),
    Metric("sales_per_returning_customer_12m", "money", "up", "回头顾客人均", "Per returning customer",
           "近 12 月回头顾客的人均净销售额", "12-month net sales per customer who had bought before the window",
           ("returning_net_sales_12m", "returning_customers_12m"), "returning_net_sales_12m / returning_customers_12m",
           "no_returning", "returning_customers_12m"),
    Metric("value_at_stake", "money", "down", "待挽回价值", "Value at stake",
           "流失预警顾客的沉默已使其未来 12 个月预期价值减少多少；没有可用的购买模型时，为其末次购买前 12 个月的净销售额",
           "What the silence of the customers at risk has cost so far: own value of the next 12 months had they just bought, less own value as it is; "
           "without a purchase model, net sales of the 12 months to their last purchase",
           ("value_at_stake",), "value_at_stake"),
    # ---- who brought whom (page 5)
    Metric("referrers", "people", "up", "介绍人", "Referrers",
           "至少带来过一位已购顾客的顾客人数", "Customers who have brought at least one other who bought",
           ("referrers",), "referrers", "no_referrals"),
    Metric("referrers_slipping", "people", "down", "介绍人流失", "Referrers slipping away",
           "介绍人中处于流失预警或已流失的人数", "Referrers who are at risk or lapsed",
           ("referrers_slipping",), "referrers_slipping", "no_referrals"),
    Metric("referred_sales_share_12m", "share", "up", "介绍来客销售占比", "Referred sales share",
           "由他人介绍来的顾客占近 12 月净销售额的比例", "Share of 12-month net sales from customers whom others brought",
           ("referred_net_sales_12m", "net_sales_12m"), "referred_net_sales_12m / net_sales_12m", "no_referrals"),
    Metric("retention_12m_referred", "share", "up", "介绍来客留存率", "Retention, referred",
           "再前 12 个月的新客中由他人介绍来的，近 12 个月仍有购买的占比",
           "Of those new in the 12 months before the last 12 who were brought: share with a purchase in the last 12",
           ("retained_referred", "cohort_referred"), "retained_referred / cohort_referred", "no_brought_cohort", "cohort_referred"),
    Metric("retention_12m_not_referred", "share", "up", "自来客留存率", "Retention, not referred",
           "同期非介绍来的新客，近 12 个月仍有购买的占比", "The same of the new customers whom nobody is known to have brought",
           ("retained_not_referred", "cohort_not_referred"), "retained_not_referred / cohort_not_referred",
           "no_brought_cohort", "cohort_not_referred"),
    # ---- complaints and satisfaction (page 6)
    Metric("complaints_12m", "cases", "neutral", "近 12 月投诉", "Complaints, 12 months",
           "近 12 个月受理的投诉；敢说出来的才有机会挽回", "Complaints received in 12 months; who speaks can be kept",
           ("complaints_12m",), "complaints_12m", "no_complaints"),
    Metric("complaints_open", "cases", "down", "未了结投诉", "Open complaints",
           "月末尚未解决的全部投诉，不论受理多久", "All complaints not settled at the month's end, however old",
           ("complaints_open",), "complaints_open", "no_complaints"),
    Metric("complaints_per_1000_orders", "index", "down", "每千单投诉", "Complaints per 1,000 orders",
           "近 12 个月投诉数 ÷ 成交订单数 × 1000", "Complaints of 12 months per 1,000 orders sold",
           ("complaints_12m", "thousand_orders_12m"), "complaints_12m / thousand_orders_12m", "no_complaints"),
    Metric("first_answer_hours", "index", "down", "首次答复小时数", "Hours to first answer",
           "近 12 个月投诉从受理到首次答复的中位小时数；未答复的按至今时长计",
           "Median hours from receipt to first answer, 12 months; unanswered ones count with their age",
           ("first_answer_hours",), "first_answer_hours", "no_complaints", "complaints_12m"),
    Metric("first_answer_hours_p90", "index", "down", "首次答复小时数（九成）", "Hours to first answer, 90 %",
           "九成投诉在此小时数内得到首次答复", "Nine in ten complaints were first answered within so many hours",
           ("first_answer_hours_p90",), "first_answer_hours_p90", "no_complaints", "complaints_12m"),
    Metric("resolution_days", "index", "down", "解决天数", "Days to settle",
           "近 12 个月投诉从受理到解决的中位天数；未解决的按至今时长计",
           "Median days from receipt to settlement, 12 months; open ones count with their age",
           ("resolution_days",), "resolution_days", "no_complaints", "complaints_12m"),
    Metric("resolution_days_p90", "index", "down", "解决天数（九成）", "Days to settle, 90 %",
           "九成投诉在此天数内解决", "Nine in ten complaints were settled within so many days",
           ("resolution_days_p90",), "resolution_days_p90", "no_complaints", "complaints_12m"),
    Metric("promise_kept_share", "share", "up", "承诺兑现率", "Promises kept",
           "近 12 个月到期的投诉处理承诺中按时兑现的占比", "Promises made to complainers that fell due in 12 months: share kept on time",
           ("promises_kept_12m", "promises_due_12m"), "promises_kept_12m / promises_due_12m", "no_promises", "promises_due_12m"),
    Metric("recurrence_90d", "share", "down", "投诉复发率", "Recurrence within 90 days",
           "同一顾客或同一商品、同一原因，90 天内再次投诉的占比",
           "Share of complaints that repeat a cause within 90 days, by the same customer or of the same product",
           ("recurring_complaints_12m", "complaints_12m"), "recurring_complaints_12m / complaints_12m", "no_complaints",
           "complaints_12m"),
    Metric("escalated_share", "share", "neutral", "上报经理占比", "Escalated",
           "近 12 个月投诉中上报经理的占比", "Share of 12 months' complaints that went up to the manager",
           ("escalated_complaints_12m", "complaints_12m"), "escalated_complaints_12m / complaints_12m", "no_complaints",
           "complaints_12m"),
    Metric("compensation_12m", "money", "neutral", "近 12 月补偿", "Compensation, 12 months",
           "近 12 个月受理的投诉所付补偿", "Paid as compensation for complaints received in 12 months",
           ("compensation_12m",), "compensation_12m", "no_complaints"),
    Metric("repurchase_90d_after_resolution", "share", "up", "投诉后复购率", "Bought again after a complaint",
           "近 24 个月投诉解决（未解决的自受理）后 90 天内再次购买的占比",
           "Complaints of 24 months by known customers: share followed by a purchase within 90 days of settlement (open: of receipt)",
           ("repurchases_90d", "complaints_followed_90d"), "repurchases_90d / complaints_followed_90d", "no_complaint_followed",
           "complaints_followed_90d"),
    Metric("silent_dissatisfied", "people", "down", "沉默的不满者（估算）", "Silent dissatisfied, rule of thumb",
           "24 × 投诉顾客数：经验之谈（25 位不满者只有 1 位开口），不是测量值",
           "24 × complaining customers: a saying of the trade (1 of 25 unhappy ones speaks), not a measurement",
           ("silent_dissatisfied",), "silent_dissatisfied", "no_complaints"),
    Metric("returns_per_1000_units", "index", "down", "每千件退货", "Returns per 1,000 units",
           "近 12 个月退货件数 ÷ 售出件数 × 1000", "Units returned in 12 months per 1,000 units sold in them",
           ("units_returned_12m", "thousand_units_12m"), "units_returned_12m / thousand_units_12m", "no_sales"),
    Metric("complaints_per_1000_units", "index", "down", "每千件投诉", "Complaints per 1,000 units",
           "近 12 个月能对应到商品的投诉 ÷ 售出件数 × 1000", "Complaints of 12 months that name a product, per 1,000 units sold",
           ("complaints_of_products_12m", "thousand_units_12m"), "complaints_of_products_12m / thousand_units_12m", "no_complaints"),
    Metric("satisfaction_gap", "index", "up", "满意差", "Satisfaction gap",
           "近 12 个月问卷中体验减期望的平均值（同一量表）", "Mean of experience minus expectation in 12 months' surveys, on their scale",
           ("satisfaction_gap",), "satisfaction_gap", "no_answers", "answers_12m"),
    Metric("below_expectation_share", "share", "down", "低于期望占比", "Below expectation",
           "近 12 个月问卷中体验低于期望（平均差半分以上）的占比",
           "Share of 12 months' surveys with experience half a point or more below expectation",
           ("answers_below_12m", "answers_12m"), "answers_below_12m / answers_12m", "no_answers", "answers_12m"),
    Metric("cancelled_share", "share", "down", "取消订单占比", "Cancelled orders",
           "近 12 个月下单后取消的占比", "Share of 12 months' orders that were cancelled",
           ("cancelled_orders_12m", "orders_12m"), "cancelled_orders_12m / orders_12m", "no_orders", "orders_12m"),
    Metric("unpaid_share", "share", "down", "未付款订单占比", "Unpaid orders",
           "近 12 个月下单后未付款的占比", "Share of 12 months' orders that were never paid",
           ("unpaid_orders_12m", "orders_12m"), "unpaid_orders_12m / orders_12m", "no_orders", "orders_12m"),
    Metric("delivery_days", "index", "down", "送达天数", "Days to delivery",
           "近 12 个月从下单到送达的中位天数", "Median days from order to delivery, 12 months",
           ("delivery_days_12m",), "delivery_days_12m", "no_deliveries", "delivered_orders_12m"),
    Metric("feedback_asked_12m", "cases", "up", "征求意见次数", "Opinions asked",
           "近 12 个月征求意见的联系次数", "Logged contacts of 12 months that asked for an opinion",
           ("feedback_asked_12m",), "feedback_asked_12m", "no_asking"),
    Metric("repurchase_90d_after_service", "share", "up", "服务后复购率", "Bought again after a service",
           "近 24 个月售后服务后 90 天内再次购买的占比", "Services of 24 months: share followed by a purchase within 90 days",
           ("services_back_90d", "services_followed_90d"), "services_back_90d / services_followed_90d", "no_services",
           "services_followed_90d"),
    # ---- people and opportunity
    Metric("first_served_repeat_rate", "share", "up", "首接顾客回头率", "Repeat rate of those first served",
           "90–544 天前由导购首次接待的顾客中，180 天内再次购买的占比；单个导购的数向门店均值收缩",
           "Of customers first served by an associate 90–544 days ago, who bought again within 180 days; an associate's own is shrunken toward the store's",
           ("came_back_180d", "first_served_90d"), "came_back_180d / first_served_90d", "nobody_first_served", "first_served_90d"),
    Metric("sign_up_rate", "share", "up", "入会率", "Sign-up rate",
           "近 12 月所接待的生客（未留名小票与首购顾客）中，现已建档的占比",
           "Of strangers served in 12 months (unnamed receipts and first purchases), the share now on the customer file",
           ("signed_up", "strangers_served"), "signed_up / strangers_served", "nobody_served", "strangers_served"),
    Metric("reachable_rate", "share", "up", "建联率", "Contact-added rate",
           "近 12 月所接待的生客中，现已留有可用且同意的联系方式的占比",
           "Of strangers served in 12 months, the share that may now be reached over a channel with consent",
           ("contact_added", "strangers_served"), "contact_added / strangers_served", "nobody_served", "strangers_served"),
    Metric("stated_satisfaction", "index", "up", "接待评分", "Stated satisfaction",
           "近 12 月顾客对导购所接待小票的体验评分均值（0–10）", "Mean experience (0–10) that customers stated about receipts of the associates in 12 months",
           ("experience_sum", "experiences"), "experience_sum / experiences", "no_ratings", "experiences"),
    Metric("workload", "share", "neutral", "工作负荷", "Workload",
           "下月到期、已有专属导购的专人联系（含排不下的）÷ 每月联系上限", "Personal contacts due next month to customers with an associate, those that do not fit included ÷ capacity",
           ("contacts_due", "contact_capacity"), "contacts_due / contact_capacity", "nobody_at_work"),
    Metric("orphaned_customers", "people", "down", "待交接顾客", "To be handed over",
           "导购已离职、本店尚无人接手的在册顾客", "Customers of the base whose associate has left and whom nobody in the store has taken over",
           ("orphaned_customers",), "orphaned_customers", "no_staff_file"),
    Metric("orphaned_vips", "people", "down", "待交接 VIP", "VIPs to be handed over",
           "导购已离职、本店尚无人接手的在册 VIP", "VIPs of the base whose associate has left and whom nobody has taken over",
           ("orphaned_vips",), "orphaned_vips", "no_staff_file"),
    Metric("returning_profit_ratio_12m", "index", "up", "回头与首购人均之比", "Returning over first-time",
           "近 12 月回头顾客人均毛利（成本不全时为净销售额）÷ 首购顾客人均",
           "Profit (net sales where cost is not known) per returning customer in 12 months ÷ per first-time customer",
           ("profit_per_returning_customer_12m", "profit_per_first_time_customer_12m"),
           "profit_per_returning_customer_12m / profit_per_first_time_customer_12m", "nothing_to_compare"),
    Metric("unprofitable_customers", "people", "neutral", "负毛利顾客", "Unprofitable customers",
           "全部已知购买的累计毛利为负的顾客；只是事实，不是放弃的理由", "Customers whose margin over all that is known is below zero: a fact, never a reason by itself",
           ("unprofitable_customers",), "unprofitable_customers", "no_cost"),
    Metric("harbinger_share", "share", "down", "尝新落空率", "Harbinger share",
           "率先使用者所选、上市满一年的新品中，近 12 月销售不到同品类中位数一半的占比",
           "Of the new products early adopters took, a year or more after launch, the share selling less than half their category's median",
           ("picks_faded", "picks_judged"), "picks_faded / picks_judged", "no_picks_judged", "picks_judged"),
    Metric("launch_fade_share", "share", "down", "新品落空率", "Faded launches",
           "全连锁上市满一年的新品中，近 12 月销售不到同品类中位数一半的占比", "Of all new products of the chain a year or more after launch, the share selling less than half their category's median",
           ("new_products_faded", "new_products_judged"), "new_products_faded / new_products_judged", "no_launches_judged", "new_products_judged"),
    Metric("actions", "people", "neutral", "下月行动", "Actions",
           "下月行动清单中的条数", "Rows in next month's action lists", ("actions",), "actions"),
    # ---- what the lists brought
    Metric("actions_listed", "people", "neutral", "本月清单行动", "Actions listed",
           "上月报告所列、应在本月完成的行动条数（不含随机留作对照的）",
           "Rows that last month's review listed for this month, without those held out at random",
           ("actions_listed",), "actions_listed", "no_lists"),
    Metric("actions_done_share", "share", "up", "行动完成率", "Actions done",
           "本月清单行动中，已联系上顾客的占比（以回传清单或联系记录为准）",
           "Of the rows listed for this month, those with a logged contact that reached the customer",
           ("actions_done", "actions_listed"), "actions_done / actions_listed", "no_lists_back", "actions_listed"),
    Metric("actions_came_back_share", "share", "up", "联系后回店率", "Came back",
           "已联系上的顾客中，自联系当日至月末又购买的占比（未与对照组比较）",
           "Of those reached, who bought from the day of the contact to the month's end (not compared with anybody)",
           ("actions_came_back", "actions_done"), "actions_came_back / actions_done", "no_lists_back", "actions_done"),
)  # fmt: skip

HEADLINE_FIGURES = (
    "net_sales", "buyers", "repeat_rate_180d", "customers_a", "referral_rate", "care_done_share",
    "identified_share", "average_ticket", "new_customers", "at_risk",
)  # fmt: skip
"""Figures for the six tiles of page one, in order of preference: the first six that have a value are shown."""

TREND_FIGURES = (
    "net_sales", "buyers", "average_ticket", "new_customers", "won_back", "newly_lapsed",
    "closing_base", "at_risk", "identified_share",
)  # fmt: skip
"""The small multiples of page one: what has a 13-month history."""
