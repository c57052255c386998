"""Invented reviews to look at and to test with: ordinary, tiny, huge, closed stores, chains; zh and en. Nobody is real.

Numbers agree with each other (the stocktake adds up, shares are of their totals) and are the same on every call.
"""

from __future__ import annotations

import calendar
import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from schemas.metrics import METRICS
from schemas.page_values import Param, Person, Value
from schemas.review import (
    Action,
    Associate,
    AttitudeRow,
    CareDate,
    CompletenessRow,
    Decision,
    Figure,
    FileRow,
    MoneyRow,
    ParetoPoint,
    Proposal,
    Review,
    Scope,
    SharedKey,
    StatusRow,
    StocktakeRow,
    StoreRow,
    ValueClassMove,
    ValueClassRow,
    VipAnswer,
    VipRow,
)  # fmt: skip
from schemas.segments import CARE_KIND, KNOWLEDGE_QUESTIONS
from tests.report_templates import example_voices
from tests.report_templates.example_leaving import NO_CHURN, with_leaving
from tests.report_templates.example_people import page_8

Locale = Literal["zh_CN", "en"]
AS_OF = date(2026, 10, 31)
KNOWN_AT = datetime(2026, 11, 1, 22, 0, tzinfo=UTC)
MONTHS = 13

WORDS: dict[str, dict[str, Sequence[str]]] = {
    "zh_CN": {
        "surnames": tuple("王陈李赵孙周吴郑冯褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"),
        "associates": ("周敏", "李静", "孙晓雯", "何佳", "马丽娟", "钱伟", "顾婷", "沈洁", "陆遥", "方圆", "唐宁", "苏叶"),
        "products": ("足金手镯", "钻石项链", "翡翠吊坠", "珍珠耳饰", "彩宝戒指", "K金手链", "生肖吊坠", "铂金对戒"),
        "styles": ("简约", "经典", "国风", "轻奢", "复古"),
        "districts": ("静安区", "黄浦区", "徐汇区", "浦东新区", "长宁区", "杨浦区"),
        "occupations": ("医生", "教师", "律师", "企业主", "设计师", "会计"),
        "interests": ("茶道、旅行", "瑜伽", "收藏生肖饰品", "摄影", "园艺、烘焙"),
        "recipients": ("妻子", "母亲", "女儿"),
        "cities": ("南京路店", "淮海路店", "徐家汇店", "陆家嘴店", "五角场店", "静安寺店", "虹桥店", "松江店"),
        "regions": ("华东", "华南", "华北", "西南"),
        "chain": ("锦瑟珠宝",),
        "why": ("导购懂我",),
        "least": ("保养等候时间",),
    },
    "en": {
        "surnames": ("J. S.", "A. B.", "M. T.", "R. K.", "P. O.", "L. W.", "C. H.", "D. F.", "E. M.", "N. P."),
        "associates": ("Anna Bell", "Chris Moore", "Dana Price", "Ella Ward", "Finn Shaw", "Grace Hill", "Hugh Cole",
                       "Iris Lane", "Jack Reid", "Kate Ross", "Liam Todd", "Mia York"),
        "products": ("gold bangle", "diamond necklace", "jade pendant", "pearl earrings", "sapphire ring", "gold bracelet"),
        "styles": ("minimal", "classic", "vintage", "modern"),
        "districts": ("Old Town", "Riverside", "Northgate", "Harbour"),
        "occupations": ("doctor", "teacher", "lawyer", "designer"),
        "interests": ("tea, travel", "yoga", "photography", "gardening"),
        "recipients": ("wife", "mother", "daughter"),
        "cities": ("High Street", "Riverside", "Station Road", "Market Square", "Harbour", "Northgate"),
        "regions": ("North", "South", "East", "West"),
        "chain": ("Lantern Jewellers",),
        "why": ("advice of the staff",),
        "least": ("waiting for repairs",),
    },
}  # fmt: skip


def _rng(*seed: object) -> random.Random:
    return random.Random(hashlib.sha256(repr(seed).encode()).hexdigest())


def _percentiles(history: Sequence[Value]) -> tuple[Value, Value]:
    past = sorted((value for value in history[:-1] if value is not None), key=float)
    if len(past) < 6:
        return None, None
    return past[len(past) // 10], past[-1 - len(past) // 10]


def figure(name: str, values: Sequence[Value], *, n: int | None = None, empty: str | None = None) -> Figure:
    """A figure whose last value is this month's."""
    history = tuple(values)
    low, high = _percentiles(history)
    last_month = history[-2] if len(history) > 1 else None
    last_year = history[-13] if len(history) > 12 else None
    value = history[-1] if history else None
    return Figure(name, value, last_month, last_year, low, high, history, n, empty if value is None else None)


def _walk(rng: random.Random, start: float, end: float, noise: float) -> list[float]:
    return [
        start + (end - start) * step / (MONTHS - 1) + rng.uniform(-noise, noise) * abs(start) for step in range(MONTHS)
    ]


def _counts(rng: random.Random, end: int, drift: float = 0.1, noise: float = 0.08) -> list[int]:
    walk = _walk(rng, end * (1 - drift), end, noise)
    return [max(round(value), 0) for value in walk[:-1]] + [end]


def _money(rng: random.Random, end: str, drift: float = 0.1, noise: float = 0.07) -> list[Decimal]:
    walk = _walk(rng, float(end) * (1 - drift), float(end), noise)
    return [Decimal(f"{value:.2f}") for value in walk[:-1]] + [Decimal(end)]


def _shares(rng: random.Random, end: float, drift: float = 0.05, noise: float = 0.05) -> list[float]:
    return [*_walk(rng, end * (1 - drift), end, noise)[:-1], end]


def _person(place: int, locale: Locale) -> Person:
    surnames = WORDS[locale]["surnames"]
    name = surnames[place % len(surnames)]
    tail = f"{(place * 7919 + 1234) % 10000:04d}"
    return Person(f"C{place:06d}", f"{name}**" if locale == "zh_CN" else name, tail)


REFERRED = {"zh_CN": "许**", "en": "B. N."}


def why_and_need(place: int, product: str, locale: Locale) -> dict[str, Param]:
    """What a win-back tells of why, with its longest evidence, and of what comes next."""
    return {"lapse_reason": "product_or_service", "evidence": "below_expectation", "evidence_on": date(2026, 3, 4),
            "evidence_aspect": {"zh_CN": "包装与配送", "en": "packaging and delivery"}[locale], "evidence_expectation": 9, "evidence_experience": 4,
            "next_need": "own_rhythm", "next_need_on": AS_OF + timedelta(days=20 + place), "next_need_category": product,
            "next_need_share": 0.36}  # fmt: skip


def _reason(kind: str, place: int, due: date, locale: Locale) -> dict[str, Any]:
    words = WORDS[locale]
    product = words["products"][place % len(words["products"])]
    bought = AS_OF - timedelta(days=place % 9)
    match kind:
        case "answer_complaint":
            return {
                "cause": "quality",
                "severity": "major",
                "received_on": date(2026, 10, 12),
                "days_open": 19 - place % 5,
            }
        case "thank_referrer":
            return {"referred": REFERRED[locale], "bought_on": bought}
        case "welcome_referred":
            return {"referrer": REFERRED[locale], "bought_on": bought}
        case "call_after_3_days" | "three_weeks" | "three_months" | "thank_you":
            return {"product": product if place % 4 else None, "bought_on": bought}
        case "birthday":
            return {
                "on": due,
                "is_lunar": place % 3 == 0,
                "lunar_text": "10-03" if place % 3 == 0 else None,
                "age_known": False,
            }
        case "anniversary":
            return {"on": due, "years": 5 if place % 2 else None}
        case "gift_day":
            return {"recipient": words["recipients"][place % 3], "occasion": "birthday" if place % 2 else None,
                    "last_year_on": due.replace(year=2025), "product": product}  # fmt: skip
        case "ask_vip":
            return {"question": KNOWLEDGE_QUESTIONS[place % 6], "rank": 1 + place % 10}
        case "win_back":
            return {"status": "at_risk", "days_since": 203 + place, "own_gap_days": 64, "last_product": product,
                    "last_purchase_on": AS_OF - timedelta(days=203 + place), "net_sales_before": Decimal("38600.00") + place * 977,
                    **(why_and_need(place, product, locale) if place % 2 else {})}  # fmt: skip
        case _:
            return {"days_since": 240 + place, "last_purchase_on": AS_OF - timedelta(days=240 + place)}


KINDS = ("answer_complaint", "thank_referrer", "welcome_referred", "call_after_3_days", "birthday", "anniversary", "gift_day",
         "three_months", "ask_vip", "win_back", "win_back", "long_absent", "birthday")  # fmt: skip
CHANNELS = ("phone", "wechat", "wechat", "sms", "none")


def actions_of(count: int, associates: int, locale: Locale) -> tuple[Action, ...]:
    """Actions spread over the kinds, the month and the associates; the last associate is nobody."""
    rows = []
    for place in range(count):
        kind = (
            KINDS[place % len(KINDS)]
            if place >= 3
            else ("answer_complaint", "answer_complaint", "thank_referrer")[place]
        )
        if kind == "answer_complaint" and place > 40:
            kind = "win_back"
        due = date(2026, 11, 2) + timedelta(days=(place * 11) % 28)
        owner = place % (associates + 1) if place % 9 == 0 else place % associates
        name = WORDS[locale]["associates"][owner] if owner < associates else None
        person = _person(place, locale)
        rows.append(Action(
            action_id=hashlib.sha256(f"{kind}{place}".encode()).hexdigest()[:16],
            associate_id=f"E{owner:02d}" if name else None, associate_name=name, person=person, kind=kind, due_on=due,
            reason_code=kind, reason=_reason(kind, place, due, locale), channel=CHANNELS[place % 5],
            value_at_stake=Decimal("0.00") if place % 3 else Decimal("3860.00") + 311 * place, is_vip=place % 7 == 0,
            is_promised=kind in ("answer_complaint", "thank_referrer"), uses_capacity=kind != "birthday",
            contact_name=f"{person.masked_name[0]}某某" if locale == "zh_CN" else f"Sample {place}",
            contact_phone=f"1380000{place:04d}",
        ))  # fmt: skip
    order = {kind: rank for rank, kind in enumerate(KINDS)}
    return tuple(sorted(rows, key=lambda a: (a.associate_id or "~", order[a.kind], a.due_on, a.action_id)))


def associates_of(actions: Sequence[Action], capacity: int) -> tuple[Associate, ...]:
    owners = sorted({(action.associate_id or "~", action.associate_id, action.associate_name) for action in actions})
    rows = []
    for _, associate_id, name in owners:
        own = [action for action in actions if action.associate_id == associate_id]
        personal = sum(action.uses_capacity for action in own)
        rows.append(
            Associate(
                associate_id, name, capacity if associate_id else 0, len(own), personal, max(personal - capacity, 0)
            )
        )
    return tuple(rows)


def care_of(count: int, locale: Locale) -> tuple[CareDate, ...]:
    kinds = list(CARE_KIND)
    rows = []
    for place in range(count):
        missed = place % 17 == 0
        due = date(2026, 10, 28) if missed else date(2026, 11, 1) + timedelta(days=(place * 13 + place % 4) % 30)
        kind = "call_after_3_days" if missed else kinds[place % len(kinds)]
        params = _reason(kind, place, due, locale)
        rows.append(CareDate(
            due, kind, _person(place + 300, locale), WORDS[locale]["associates"][place % 4], place % 11 == 0,
            bool(params.get("is_lunar")), params.get("lunar_text"), params, missed,
        ))  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.due_on, row.kind, row.person.customer_id)))


def vips_of(locale: Locale) -> tuple[VipRow, ...]:
    words, rows = WORDS[locale], []
    spend = (
        "186572.00",
        "142323.00",
        "128992.00",
        "97240.00",
        "91336.00",
        "88112.00",
        "76529.00",
        "71807.00",
        "69508.00",
        "64168.00",
    )
    for place, amount in enumerate(spend):
        visits, known = 4 + place * 5 % 9, tuple(KNOWLEDGE_QUESTIONS[: (place * 5 + 3) % 7])
        days = (12, 164, 33, 8, 71, 41, 19, 203, 27, 55)[place]
        has_v2 = "v2" in known
        rows.append(VipRow(
            rank=place + 1, person=_person(place * 7, locale), net_sales_ytd=Decimal(amount),
            share_of_store_ytd=float(amount) / 7_154_900, purchases_ytd=visits, average_ticket_ytd=Decimal(amount) / visits,
            last_purchase_on=AS_OF - timedelta(days=days), days_since_last_purchase=days,
            status="at_risk" if days > 150 else "active", value_class="A",
            favourite_product=words["products"][place % 6] if place != 6 else None,
            favourite_style=words["styles"][place % 4] if place % 3 else None,
            next_date_kind=("birthday", None, "gift_day", "anniversary")[place % 4],
            next_date_on=(date(2026, 11, 8), None, date(2026, 12, 20), date(2027, 5, 14))[place % 4],
            next_date_is_lunar=place == 4, associate_name=words["associates"][place % 3] if place != 8 else None,
            district=words["districts"][place % 4] if has_v2 else None,
            occupation=words["occupations"][place % 4] if has_v2 else None,
            interests=words["interests"][place % 4] if has_v2 and place % 2 else None,
            anniversary=date(2015, 5, 14) if has_v2 and place % 3 else None, known=known,
        ))  # fmt: skip
    return tuple(rows)


def answers_of(locale: Locale) -> tuple[VipAnswer, ...]:
    vips, words = vips_of(locale), WORDS[locale]
    return (
        VipAnswer("v4", "v4", {"top10_share": 0.1420, "top50_share": 0.389, "customers": 1413}, "receipts", AS_OF),
        VipAnswer("v5", "v5", {"visitor": vips[4].person.masked_name, "visits": 12, "spender": vips[0].person.masked_name,
                               "average_ticket": Decimal("46643.00")}, "receipts", AS_OF),
        VipAnswer("v6", "v6", {"person": vips[7].person.masked_name, "days": 203, "cause": "complaint_open"}, "complaint",
                  date(2026, 8, 14)),
        VipAnswer("v7", "v7", {"answered": 7, "asked": 10, "top_answer": words["why"][0]}, "survey", date(2026, 9, 9)),
        VipAnswer("v8", "v8", {"answered": 5, "asked": 10, "median_share": 0.6}, "survey", date(2026, 9, 9)),
        VipAnswer("v9", "v9", {"answered": 4, "asked": 10, "top_answer": words["least"][0]}, "survey", date(2025, 12, 2)),
        VipAnswer("v10", "unknown", {}, "none", None),
    )  # fmt: skip


def _figures(
    rng: random.Random, scale: int, stocktake: StocktakeRow, vip: StocktakeRow, actions: int
) -> dict[str, Figure]:
    buyers, purchases = 412 * scale, 461 * scale
    net = Decimal("1283957.40") * scale
    series: dict[str, tuple[Sequence[Value], int | None]] = {
        "net_sales": (_money(rng, str(net), 0.105), None),
        "refunds": (_money(rng, str(Decimal("21630.00") * scale)), None),
        "identified_share": (_shares(rng, 0.8714), None),
        "buyers": (_counts(rng, buyers), None),
        "purchases": (_counts(rng, purchases), None),
        "average_ticket": (_money(rng, str((net * Decimal("0.88") / purchases).quantize(Decimal("0.01"))), 0.03, 0.04), purchases),
        "first_seen": (_counts(rng, stocktake.first_seen), None),
        "new_customers": (_counts(rng, stocktake.new_customers, 0.2), None),
        "won_back": (_counts(rng, stocktake.won_back, 0.0, 0.2), None),
        "newly_lapsed": (_counts(rng, stocktake.newly_lapsed, 0.3, 0.12), None),
        "moved_in": (_counts(rng, stocktake.moved_in), None),
        "moved_out": (_counts(rng, stocktake.moved_out), None),
        "restated": ([None] * 12 + [3], None),
        "opening_base": (_counts(rng, stocktake.opening_base, 0.08, 0.01), None),
        "closing_base": ([*_counts(rng, stocktake.opening_base, 0.08, 0.01)[1:], stocktake.closing_base], None),
        "active": (_counts(rng, 1388 * scale, 0.05, 0.02), None),
        "at_risk": (_counts(rng, 391 * scale, 0.12, 0.04), None),
        "lapsed": (_counts(rng, 2210 * scale, 0.1, 0.01), None),
        "referral_rate": (_shares(rng, 0.2088, 0.3, 0.1), stocktake.new_customers),
        "thanks_due": (_counts(rng, 14), None),
        "care_done_share": (_shares(rng, 0.6421, -0.2, 0.05), 313 * scale),
        "vip_opening_base": (_counts(rng, vip.opening_base), None),
        "vip_closing_base": (_counts(rng, vip.closing_base), None),
        "net_sales_12m": (_money(rng, str(Decimal("14312890.00") * scale), 0.06, 0.01), None),
        "net_sales_ytd": ([Decimal("7154900.00") * scale], None),
        "customers_12m": (_counts(rng, 1413 * scale, 0.05, 0.01), None),
        "customers_a": (_counts(rng, 283 * scale, -0.02, 0.01), None),
        "customers_b": (_counts(rng, 402 * scale), None),
        "customers_c": (_counts(rng, 728 * scale), None),
        "top10_share_ytd": (_shares(rng, 0.142), None),
        "top50_share_ytd": (_shares(rng, 0.389), None),
        "top20pct_share_12m": (_shares(rng, 0.6132, 0.02, 0.01), 1413 * scale),
        "repeat_rate_180d": (_shares(rng, 0.3841, 0.06, 0.03), 606 * scale),
        "serialisation_index": (_shares(rng, 0.4127), 1413 * scale),
        "live_base_rate": ([None] * 12 + [0.5312], 3811 * scale),
        "knowledge_score": (_shares(rng, 0.5, 0.2, 0.02), None),
        "sales_per_first_time_customer_12m": (_money(rng, "6021.40"), 589 * scale),
        "sales_per_returning_customer_12m": (_money(rng, "13064.12"), 824 * scale),
        "value_at_stake": (_money(rng, str(Decimal("2861200.00") * scale), 0.15), None),
        "first_served_repeat_rate": ([0.687], 307 * scale),
        "returning_profit_ratio_12m": ([1.83], None),
        "unprofitable_customers": ([2 * scale], None),
        "harbinger_share": ([0.238], 269 * scale),
        "launch_fade_share": ([0.29], 62),
        "actions": ([actions], None),
    }  # fmt: skip
    assert set(series) <= set(METRICS)
    return {name: figure(name, values, n=n) for name, (values, n) in series.items()} | example_voices.figures()


def _review(locale: Locale, **fields: Any) -> Review:
    blank: dict[str, Any] = {
        "chain_name": WORDS[locale]["chain"][0], "month": "2026-10", "as_of": AS_OF, "known_at": KNOWN_AT,
        "time_zone": "Asia/Shanghai" if locale == "zh_CN" else "Europe/London", "currency": "CNY" if locale == "zh_CN" else "GBP",
        "locale": locale, "manifest_id": "b3f109c2" * 8, "version": "0.1.0", "figures": {}, "stocktake": (), "statuses": (),
        "value_classes": (), "value_class_moves": (), "attitudes": (), "pareto": (), "vips": (), "vip_answers": (), "care": (),
        "actions": (), "associates": (), "stores": (), "files": (), "money": (), "completeness": (), "absent_tables": (),
    }  # fmt: skip
    return Review(**{**blank, **fields})


def _stocktakes(scale: int) -> tuple[StocktakeRow, StocktakeRow]:
    base = StocktakeRow("all", 1846 * scale, 0, 91 * scale, 23 * scale, 58 * scale, 3 * scale, 7 * scale, 1898 * scale)
    vip = StocktakeRow(
        "vip", 281 * scale, 0, 4 * scale, 2 * scale, 5 * scale, 1 * scale, 0, 276 * scale, 9 * scale, 16 * scale
    )
    return base, vip


def _customer_tables(scale: int) -> dict[str, Any]:
    d = Decimal
    moves = {("A", "A"): 246, ("A", "B"): 22, ("A", "C"): 6, ("A", "none"): 4, ("B", "A"): 28, ("B", "B"): 334, ("B", "C"): 31,
             ("B", "none"): 9, ("C", "A"): 5, ("C", "B"): 38, ("C", "C"): 611, ("C", "none"): 64, ("none", "A"): 4,
             ("none", "B"): 8, ("none", "C"): 80, ("none", "none"): 2618}  # fmt: skip
    return {
        "statuses": (
            StatusRow("prospect", 0, 0, d(0), d(0)), StatusRow("first_seen", 0, 0, d(0), d(0)),
            StatusRow("new", 91 * scale, 4 * scale, d("524104.00") * scale, d(0)),
            StatusRow("won_back", 23 * scale, 2 * scale, d("131300.00") * scale, d(0)),
            StatusRow("lapsed", 2210 * scale, 0, d(0), d(0)),
            StatusRow("at_risk", 391 * scale, 33 * scale, d("2164233.00") * scale, d("2861200.00") * scale),
            StatusRow("active", 1393 * scale, 237 * scale, d("11493253.00") * scale, d(0)),
        ),
        "value_classes": (
            ValueClassRow("A", 283 * scale, 278 * scale, d("8776664.00") * scale, 0.2003, 0.6132),
            ValueClassRow("B", 402 * scale, 402 * scale, d("4821612.00") * scale, 0.2845, 0.3369),
            ValueClassRow("C", 728 * scale, 718 * scale, d("714614.00") * scale, 0.5152, 0.0499),
        ),
        "value_class_moves": tuple(ValueClassMove(a, b, n * scale) for (a, b), n in moves.items()),
        "attitudes": (
            AttitudeRow("early_adopter", 61 * scale, 0.0432, d("1204410.00") * scale),
            AttitudeRow("too_early", 702 * scale, 0.4968, d("3920114.00") * scale),
            AttitudeRow("no_loyalty", 148 * scale, 0.1047, d("1102230.00") * scale),
            AttitudeRow("loyal", 417 * scale, 0.2951, d("7013116.00") * scale),
            AttitudeRow("switcher", 85 * scale, 0.0602, d("1073020.00") * scale),
        ),
        "pareto": tuple(ParetoPoint(step / 20, 1 - (1 - step / 20) ** 4.255) for step in range(1, 21)),
        "money": (
            MoneyRow("sale", 588 * scale, d("1305587.40") * scale, True), MoneyRow("refund", 9 * scale, d("-21630.00") * scale, True),
            MoneyRow("not_goods", 44 * scale, d("660.00") * scale, False), MoneyRow("no_charge", 31 * scale, d("0.00"), False),
            MoneyRow("cancelled", 6 * scale, d("18420.00") * scale, False),
        ),
        "completeness": tuple(
            CompletenessRow(field, round(1898 * scale * share), 1898 * scale)
            for field, share in (("phone", 0.942), ("consent", 0.71), ("birthday", 0.583), ("anniversary", 0.127), ("district", 0.31),
                                 ("occupation", 0.082), ("interests", 0.061), ("associate", 0.884), ("referrer", 0.193))
        ),
    }  # fmt: skip


def _files(scale: int) -> tuple[FileRow, ...]:
    return (
        FileRow("pos_nanjinglu_2026-10.csv", "generic_pos", "order_lines", 655 * scale, 649 * scale, 2 * scale, 4 * scale,
                Decimal("1101220.40") * scale),
        FileRow("tmall_orders_export_20261101.csv", "tmall_orders", "order_lines", 29 * scale, 29 * scale, 0, 0,
                Decimal("182737.00") * scale),
        FileRow("members.xlsx", "customer_file", "customers", 3811 * scale, 3811 * scale, 0, 0, None),
    )  # fmt: skip


def ordinary_store(locale: Locale = "zh_CN") -> Review:
    """About 60 actions, 4 associates, 13 months."""
    base, vip = _stocktakes(1)
    actions = actions_of(60, 4, locale)
    name = "南京路店" if locale == "zh_CN" else "High Street"
    review = _review(
        locale, scope=Scope("store", "S01", name, WORDS[locale]["regions"][0]),
        figures=_figures(_rng("ordinary"), 1, base, vip, len(actions)), stocktake=(base, vip), vips=vips_of(locale),
        vip_answers=answers_of(locale), care=care_of(64, locale), actions=actions, associates=associates_of(actions, 40),
        files=_files(1), absent_tables=("surveys",), **_customer_tables(1),
        referral=example_voices.referral_of(locale), voices=example_voices.voices_of(locale),
        people=page_8(locale, WORDS[locale]["associates"][:4], [_person(place + 700, locale) for place in range(14)]),
    )  # fmt: skip
    return with_leaving(review, [_person(place + 500, locale) for place in range(10)], 1)


def short_store(locale: Locale = "zh_CN") -> Review:
    """The ordinary store with a dozen actions and care dates: every kind of page, few of each."""
    review = ordinary_store(locale)
    actions = review.actions[:12]
    return replace(review, actions=actions, associates=associates_of(actions, 40), care=review.care[:12])


def huge_store(locale: Locale = "zh_CN") -> Review:
    """50 000 customers, 900 care dates, 12 associates with 40 actions each."""
    base, vip = _stocktakes(27)
    actions = actions_of(480, 12, locale)
    name = "旗舰店（淮海路）" if locale == "zh_CN" else "Flagship, Central Avenue"
    review = _review(
        locale, scope=Scope("store", "S99", name, None), figures=_figures(_rng("huge"), 27, base, vip, len(actions)),
        stocktake=(base, vip), vips=vips_of(locale), vip_answers=answers_of(locale), care=care_of(900, locale), actions=actions,
        associates=associates_of(actions, 30), files=_files(27), **_customer_tables(27),
        people=page_8(locale, WORDS[locale]["associates"], [_person(place + 700, locale) for place in range(90)]),
    )  # fmt: skip
    return with_leaving(review, [_person(place + 500, locale) for place in range(10)], 27, churn=NO_CHURN)


def tiny_store(locale: Locale = "zh_CN") -> Review:
    """Three customers in the first month; nearly nothing is known."""
    unknown = ("repeat_rate_180d", "referral_rate", "care_done_share", "live_base_rate", "new_customers", "restated")
    reasons = {"repeat_rate_180d": "no_cohort", "referral_rate": "no_new_customers", "care_done_share": "no_contacts_file",
               "live_base_rate": "no_customer_file", "new_customers": "short_history", "restated": "not_published"}  # fmt: skip
    values: dict[str, Value] = {
        "net_sales": Decimal("4280.00"), "refunds": Decimal("0.00"), "identified_share": 1.0, "buyers": 3, "purchases": 3,
        "average_ticket": Decimal("1426.67"), "first_seen": 3, "won_back": 0, "newly_lapsed": 0, "opening_base": 0,
        "closing_base": 3, "active": 0, "at_risk": 0, "lapsed": 0, "customers_12m": 3, "customers_a": 0,
        "net_sales_12m": Decimal("4280.00"), "top20pct_share_12m": 0.52, "serialisation_index": 0.0,
        "value_at_stake": Decimal("0.00"), "actions": 0,
    }  # fmt: skip
    figures = {name: figure(name, [value]) for name, value in values.items()}
    figures |= {name: figure(name, [None], empty=reasons[name]) for name in unknown}
    d = Decimal
    return _review(
        locale, scope=Scope("store", "S07", "新天地快闪店" if locale == "zh_CN" else "Pop-up", None), figures=figures,
        stocktake=(StocktakeRow("all", 0, 3, 0, 0, 0, 0, 0, 3),), statuses=(StatusRow("first_seen", 3, 0, d("4280.00"), d(0)),),
        value_classes=(ValueClassRow("B", 2, 0, d("3380.00"), 0.6667, 0.7897), ValueClassRow("C", 1, 0, d("900.00"), 0.3333, 0.2103)),
        attitudes=(AttitudeRow("too_early", 3, 1.0, d("4280.00")),), money=(MoneyRow("sale", 3, d("4280.00"), True),),
        files=(FileRow("first.csv", "generic_pos", "order_lines", 3, 3, 0, 0, d("4280.00")),),
        absent_tables=("customers", "referrals", "complaints", "surveys", "contacts", "products", "staff"),
    )  # fmt: skip


def closed_store(locale: Locale = "zh_CN") -> Review:
    """A store without sales, customers or files."""
    figures = {"net_sales": figure("net_sales", [Decimal("81200.00"), Decimal("12000.00"), Decimal("0.00")]),
               "average_ticket": figure("average_ticket", [Decimal("400.00"), None], empty="no_buyers"),
               "closing_base": figure("closing_base", [120, 0])}  # fmt: skip
    return _review(
        locale, scope=Scope("store", "S13", "老西门店" if locale == "zh_CN" else "Old Gate", None), figures=figures,
        stocktake=(StocktakeRow("all", 120, 0, 0, 0, 2, 0, 118, 0),),
    )  # fmt: skip


def _store_row(place: int, rng: random.Random, locale: Locale) -> StoreRow:
    words = WORDS[locale]
    sales = Decimal(f"{rng.uniform(180_000, 1_900_000):.2f}")
    slump = place % 9 == 4
    history = [Decimal(f"{float(sales) * rng.uniform(1.25, 1.6) if slump else float(sales) * rng.uniform(0.8, 1.15):.2f}")
               for _ in range(12)]  # fmt: skip
    opening, new, back = rng.randint(500, 3000), rng.randint(20, 120), rng.randint(3, 30)
    lapsed = rng.randint(20, 110) + (opening // 12 if place % 11 == 6 else 0)
    n = rng.randint(6, 700)
    return StoreRow(
        store_id=f"S{place:04d}", name=_store_name(place, locale), region=words["regions"][place % len(words["regions"])],
        net_sales=sales, net_sales_last_year=history[0], net_sales_history=(*history, sales), opening_base=opening, first_seen=0,
        new_customers=new, won_back=back, newly_lapsed=lapsed, moved_in=2, moved_out=2,
        closing_base=opening + new + back - lapsed, at_risk=rng.randint(80, 600), customers_a=rng.randint(40, 300),
        repeat_rate_180d=0.38 + rng.uniform(-0.07, 0.07), repeat_rate_n=n, referral_rate=rng.uniform(0.08, 0.3),
        identified_share=rng.uniform(0.78, 0.95) if place % 13 else 0.51, serialisation_index=rng.uniform(0.3, 0.5),
        top10_share_ytd=rng.uniform(0.08, 0.2), care_done_share=rng.uniform(0.5, 0.85) if place % 8 else 0.22,
        actions=rng.randint(20, 160), value_at_stake=Decimal(f"{rng.uniform(80_000, 900_000):.2f}"),
    )  # fmt: skip


def _store_name(place: int, locale: Locale) -> str:
    cities = WORDS[locale]["cities"]
    name, again = cities[place % len(cities)], place // len(cities)
    if not again:
        return name
    return f"{name.removesuffix('店')}{again + 1}店" if locale == "zh_CN" else f"{name} {again + 1}"


def chain(stores: int, locale: Locale = "zh_CN") -> Review:
    """A chain's review; its stocktake is the stores' sum and 12 unassigned customers."""
    rng = _rng("chain", stores)
    rows = tuple(_store_row(place, rng, locale) for place in range(stores))
    total = {name: sum(getattr(row, name) for row in rows) for name in
             ("opening_base", "first_seen", "new_customers", "won_back", "newly_lapsed", "closing_base")}  # fmt: skip
    base = StocktakeRow("all", total["opening_base"] + 12, total["first_seen"], total["new_customers"], total["won_back"],
                        total["newly_lapsed"], 0, 0, total["closing_base"] + 12)  # fmt: skip
    vip = StocktakeRow(
        "vip", 200 * stores, 0, 4 * stores, 2 * stores, 5 * stores, 0, 0, 205 * stores, 9 * stores, 5 * stores
    )
    figures = _figures(rng, stores, base, vip, sum(row.actions for row in rows))
    history = [sum((Decimal(str(row.net_sales_history[month])) for row in rows), Decimal(0)) for month in range(MONTHS)]
    figures["net_sales"] = figure("net_sales", history)
    figures["care_done_share"] = replace(figures["care_done_share"], value=0.66)
    figures["at_risk"] = figure("at_risk", _counts(rng, sum(row.at_risk for row in rows), 0.1, 0.03))
    figures["value_at_stake"] = figure(
        "value_at_stake", _money(rng, str(sum((r.value_at_stake for r in rows), Decimal(0))))
    )
    review = _review(
        locale, scope=Scope("chain", None, WORDS[locale]["chain"][0], None), figures=figures, stocktake=(base, vip), stores=rows,
        files=_files(stores), **_customer_tables(stores), **_identity(5 * stores, locale),
        referral=example_voices.referral_of(locale, is_chain=True), voices=example_voices.voices_of(locale, is_chain=True),
        people=page_8(locale, WORDS[locale]["associates"], [], is_chain=True),
    )  # fmt: skip
    return with_leaving(review, [], stores)


def _identity(pairs: int, locale: Locale) -> dict[str, Any]:
    """Pairs to decide, keys that many share, and decisions, as HQ sees them: no phone tails."""

    def who(place: int) -> Person:
        return replace(_person(place, locale), customer_id=f"c{place * 2654435761 % 2**60:016x}", phone_tail=None)

    evidence = (("name_address", "own_parcels"), ("own_parcels",), ("name_birthday",), ("name_address",))
    proposals = tuple(
        Proposal(who(n), replace(who(n), customer_id=f"c{n * 7919 + 4471:016x}"), evidence[n % 4], 3 if n % 4 < 2 else None, 4 if n % 4 < 2 else None,
                 Decimal(31942 - 97 * n), Decimal(max(9358 - 411 * n, 0)))
        for n in range(pairs)
    )  # fmt: skip
    shared = (
        SharedKey("phone", "…4471", "many_members", 37), SharedKey("phone", "…0042", "declared", 12),
        SharedKey("email", "s…@example.com", "different_names", 2),
    )  # fmt: skip
    decisions = (
        Decision(
            "d0a1b2c3d", "merge", date(2026, 10, 9), who(101), who(102), Decimal("8120.00"), Decimal("640.00"), True
        ),
        Decision(
            "d1a2b3c4d", "split", date(2026, 10, 21), who(103), who(104), Decimal("530.00"), Decimal("0.00"), False
        ),
        Decision("d5e6f7a8b", "undo", date(2026, 11, 1), who(103), who(104), Decimal("530.00"), Decimal("0.00"), True),
    )
    return {"proposals": proposals, "shared_keys": shared, "decisions": decisions}


HOSTILE_NAMES = ("<img src=file:///secret.txt>", '=HYPERLINK("http://x")', "+1", "-2", "@SUM(A1)", "{{ 7*7 }}", "</td><script>alert(1)</script>",
                 "\ud867\udf7b".encode("utf-16", "surrogatepass").decode("utf-16"), "\u202eevil", "a\u0000b", "喆堃𠮷")  # fmt: skip


def hostile_store(locale: Locale = "zh_CN") -> Review:
    """A store whose customers, associates, products and files carry names that attack."""
    review = short_store(locale)
    actions = tuple(
        replace(action, person=replace(action.person, masked_name=HOSTILE_NAMES[place % len(HOSTILE_NAMES)]),
                contact_name=HOSTILE_NAMES[place % len(HOSTILE_NAMES)])
        for place, action in enumerate(review.actions)
    )  # fmt: skip
    vips = tuple(
        replace(
            vip,
            person=replace(vip.person, masked_name=HOSTILE_NAMES[place]),
            favourite_product=HOSTILE_NAMES[-1 - place],
        )
        for place, vip in enumerate(review.vips)
    )
    files = tuple(replace(row, file_name=HOSTILE_NAMES[place]) for place, row in enumerate(review.files))
    return replace(review, actions=actions, vips=vips, files=files)


def days_of_november() -> list[date]:
    return [date(2026, 11, day) for day in range(1, calendar.monthrange(2026, 11)[1] + 1)]
