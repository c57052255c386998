"""Why a row is set aside, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

import pandera.polars as pa

from schemas.columns import derived


@dataclass(frozen=True)
class Reason:
    """One reason: what is wrong and the remedy, zh and en."""

    code: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason("field_count", "字段数与表头不符", "the line has more or fewer fields than the header",
               "检查该行是否缺少引号或多了分隔符", "look for a missing quote or a stray separator in the line"),
        Reason("broken_quote", "引号不成对", "a quote is opened and never closed", "补上引号", "close the quote"),
        Reason("wrong_encoding", "该行编码与文件其余部分不同", "the line is not in the file's encoding", "以 UTF-8 重新导出",
               "export the file again as UTF-8"),
        Reason("control_character", "含不可见的控制字符", "holds a control character", "删除该字符后放回 inbox",
               "delete the character and drop the row in again"),
        Reason("no_head", "找不到所属订单的单头", "its order is told in no other file", "放入含该订单的订单文件后再放回此行",
               "drop in the file that has the order itself, then this row again"),
        Reason("no_price", "商品档案中没有吊牌价", "the product file has no list price for it", "补充商品档案后再放回此行",
               "complete the product file, then drop the row in again"),
        Reason("missing", "必填项为空", "a required value is empty", "补填后放回 inbox", "fill it in and drop the row in again"),
        Reason("not_money", "不是金额", "not an amount of money", "写成 1234.50", "write it as 1234.50"),
        Reason("not_unit_price", "不是单价", "not a unit price", "写成 1234.5，至多 6 位小数", "write it as 1234.5, at most 6 decimals"),
        Reason("not_quantity", "不是数量", "not a quantity", "写成 3 或 1.5", "write it as 3 or 1.5"),
        Reason("not_count", "不是整数", "not a whole number", "写成整数", "write a whole number"),
        Reason("not_share", "不是比例", "not a share", "写成 0.35 或 35%", "write it as 0.35 or 35%"),
        Reason("not_scale", "不是 0–10 的整数", "not a whole number from 0 to 10", "写成 0–10", "write 0 to 10"),
        Reason("not_date", "不是有效日期", "not a day of the calendar", "写成 2026-10-31", "write it as 2026-10-31"),
        Reason("not_datetime", "不是有效时间", "not a moment of the calendar", "写成 2026-10-31 18:05:00",
               "write it as 2026-10-31 18:05:00"),
        Reason("ambiguous_date", "日、月顺序无法判定", "day and month cannot be told apart",
               "导出为 2026-10-03，或在 chain.toml 的 [sources.…] 写明 date_order = \"dmy\" 或 \"mdy\"",
               'export it as 2026-10-03, or say date_order = "dmy" or "mdy" under [sources.…] in chain.toml'),
        Reason("not_id", "编号被改写成科学计数法", "an id that was rewritten in scientific notation",
               "电子表格丢失了末尾数字；以文本格式重新导出", "a spreadsheet lost its last digits; export the column as text"),
        Reason("reserved_id", "该编号为本系统保留", "an id that stands for something else here (* the chain, (unassigned) no store)",
               "给该门店另一个编号后放回 inbox", "give the store another id and drop the row in again"),
        Reason("spreadsheet_error", "电子表格错误值", "an error of a spreadsheet, not a value",
               "更正公式或列宽后重新导出", "mend the formula or widen the column, and export it again"),
        Reason("lost_character", "字符已损坏（�）", "holds a character that was lost (�)",
               "以正确的编码重新导出", "export it again in the right encoding"),
        Reason("unknown_status", "状态含义未知", "a status that is not known",
               "在 chain.toml 的 [sources.…] rules 中写明它是什么", "say what it means in the rules under [sources.…] in chain.toml"),
        Reason("order_set_aside", "同一订单的另一行有问题", "another row of its order has a problem",
               "更正那一行，整单一起放回 inbox", "mend that row and drop the whole order in again"),
        Reason("not_bool", "不是“是/否”", "neither yes nor no", "写成 是 或 否", "write yes or no"),
        Reason("not_phone", "不是电话号码", "not a phone number", "电子表格可能改写了号码；以文本格式重新导出",
               "a spreadsheet may have rewritten it; export the column as text"),
        Reason("not_email", "不是邮箱", "not an e-mail address", "写成 name@example.com", "write it as name@example.com"),
        Reason("not_month_day", "不是日期或月日", "neither a date nor a month and day", "写成 1985-10-03 或 10-03",
               "write it as 1985-10-03 or 10-03"),
        Reason("not_month", "不是月份", "not a month", "写成 2026-10", "write it as 2026-10"),
        Reason("not_calendar", "不是公历或农历", "neither solar nor lunar", "写成 公历 或 农历", "write solar or lunar"),
        Reason("other_currency", "币种与本连锁不同", "another currency than the chain's", "按币种分开文件与连锁",
               "keep one currency per chain"),
        Reason("no_customer_key", "没有任何顾客标识", "names no customer", "填写会员号、手机号、邮箱或账号之一",
               "fill in one of member id, phone, e-mail or account"),
        Reason("repeated_line", "同一订单的行号重复，内容不同", "the line number stands twice in its order, with other content",
               "给每行不同的行号", "give each line of the order its own number"),
        Reason("self_referral", "自己介绍自己", "refers themselves", "更正介绍人", "correct the referrer"),
    )
}  # fmt: skip


class Quarantine(pa.DataFrameModel):
    """One row per quarantined line of a landed file: where it stands, what is wrong with which value."""

    landing_id: int = derived()
    source_row: int = derived(ge=1)
    line_no: int = derived(nullable=True)
    """Of an order line: its place in its order, so that the mended row does not pass for another line."""
    column: str = derived(nullable=True)
    value: str = derived(nullable=True)
    reason: str = derived(isin=list(REASONS))
    raw: str = derived()
    """The line's cells as a JSON array, so that it can be mended and dropped in again."""
    raw_hash: int = derived()
    """Fingerprint of `raw`: the same damaged line, sent again by the till, is the same trouble."""

    class Config:
        strict = True
        ordered = True


class Mended(pa.DataFrameModel):
    """One row per quarantined line that was brought back from its quarantine file: it is settled, whatever became of it."""

    landing_id: int = derived()
    """The landing that brought it back."""
    settled_landing_id: int = derived()
    settled_row: int = derived(ge=1)
    raw_hash: int = derived()
    """Of the quarantined line: sent again in the same damaged form it is a duplicate of its mended copy."""

    class Config:
        strict = True
        ordered = True
