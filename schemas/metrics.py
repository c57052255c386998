"""Every printed number, defined once: name, label, meaning, unit, formula over counted ingredients, empty case.

`transforms/` counts the *ingredients* (one row per scope, whole numbers and money); the formula here turns them into
the metric. The glossary of the report, `regulars explain` and docs/metrics.md are generated from this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

Unit = Literal["money", "share", "people", "purchases", "lines", "days", "index"]
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
           "no_buyers", "first_time_customers_12m"),
    Metric("sales_per_returning_customer_12m", "money", "up", "回头顾客人均", "Per returning customer",
           "近 12 月回头顾客的人均净销售额", "12-month net sales per customer who had bought before the window",
           ("returning_net_sales_12m", "returning_customers_12m"), "returning_net_sales_12m / returning_customers_12m",
           "no_buyers", "returning_customers_12m"),
    Metric("value_at_stake", "money", "down", "待挽回价值", "Value at stake",
           "流失预警顾客在其最后一次购买前 12 个月的净销售额",
           "Net sales of the 12 months to the last purchase, of the customers at risk",
           ("value_at_stake",), "value_at_stake"),
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
