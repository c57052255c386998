"""The words of complaint handling: causes, severities, speeds, the steps of the procedure, and the figures that others cite.

Stores write these words in their own way; `words` lists what each class is known by (compared without case and spaces).
A word that no class knows keeps standing as it was written.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.segments import Class


@dataclass(frozen=True)
class Worded(Class):
    """A class that a register's free words can mean."""

    words: tuple[str, ...] = ()


def _ordered(*classes: Worded) -> dict[str, Worded]:
    return {one.code: one for one in classes}


UNKNOWN_WORD = "unknown"

CAUSE = _ordered(
    Worded("product", "产品质量", "Product quality", "产品本身的问题", "The piece itself",
           ("product", "quality", "product quality", "defect", "产品", "质量", "产品质量", "商品质量", "质量问题", "产品问题")),
    Worded("service", "服务", "Service", "接待、答复与售后", "Reception, answers, after-sales",
           ("service", "staff", "attitude", "服务", "服务态度", "态度", "导购", "服务问题")),
    Worded("expectation", "期望落差", "Expectation", "与所想、所说、图片不同", "Not what was imagined, told or pictured",
           ("expectation", "expectations", "not as described", "期望", "期望落差", "与描述不符", "与预期不符", "期望不符")),
    Worded("price", "价格", "Price", "价格与优惠", "Prices and promotions",
           ("price", "pricing", "价格", "价格问题", "价保")),
    Worded("delivery", "配送", "Delivery", "送货与包装", "Delivery and packing",
           ("delivery", "shipping", "packing", "logistics", "配送", "物流", "送货", "包装", "快递")),
    Worded(UNKNOWN_WORD, "未注明", "Not stated", "登记中没有写原因", "The register gives no cause"),
)  # fmt: skip

SEVERITY = _ordered(
    Worded("major", "严重", "Major", "损失大或情绪强烈", "Large loss or strong feelings",
           ("major", "high", "severe", "serious", "urgent", "critical", "严重", "重大", "高", "紧急", "大")),
    Worded("minor", "一般", "Minor", "其余", "The rest",
           ("minor", "low", "medium", "normal", "small", "一般", "轻微", "低", "中", "普通", "小")),
    Worded(UNKNOWN_WORD, "未注明", "Not stated", "登记中没有写", "The register does not say"),
)  # fmt: skip

SPEED = {
    one.code: one
    for one in (
        Class("day", "24 小时内", "Within 24 h", "受理后 24 小时内解决", "Settled within 24 hours of receipt"),
        Class("week", "7 天内", "Within 7 d", "受理后 7 天内解决", "Settled within 7 days"),
        Class("later", "更晚", "Later", "7 天以后解决", "Settled after more than 7 days"),
        Class(
            "unresolved",
            "未解决",
            "Unresolved",
            "至今未解决；从受理日起算",
            "Not settled; counted from the day of receipt",
        ),
    )
}

PROCEDURE = _ordered(
    Worded("listen", "倾听", "Listen", "先听完", "Hear them out",
           ("listen", "listened", "倾听", "聆听")),
    Worded("apologise", "道歉", "Apologise", "致歉", "Say sorry",
           ("apologise", "apologize", "apology", "apologised", "道歉", "致歉")),
    Worded("find_cause", "查明原因", "Find the cause", "弄清真正的原因", "What really happened",
           ("find the cause", "find_cause", "cause", "investigate", "查明原因", "找原因", "调查", "分析原因")),
    Worded("propose", "提出方案", "Propose", "与顾客商定办法", "Agree a solution",
           ("propose", "proposal", "solution", "提出方案", "方案", "协商")),
    Worded("carry_out", "执行", "Carry out", "照商定的办", "Do as agreed",
           ("carry out", "carry_out", "execute", "done", "执行", "处理", "落实")),
    Worded("compensate", "补偿", "Compensate", "给予补偿", "Make up for it",
           ("compensate", "compensation", "补偿", "赔偿", "赔付")),
    Worded("follow_up", "回访", "Follow up", "事后回访", "Ask again afterwards",
           ("follow up", "follow_up", "follow-up", "回访", "跟进", "跟踪")),
    Worded("record", "记录", "Record", "记录存档", "Write it down", ("record", "recorded", "log", "记录", "存档", "归档")),
)  # fmt: skip
"""The eight steps of the sources' procedure, in their order."""

SILENT_PER_COMPLAINT = 24
"""One of 25 unhappy customers complains (a rule of thumb that the sources cite, not a measurement of this chain)."""
