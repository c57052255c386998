"""Invented rows for pages 5 and 6: an ordinary store's, with everything on them, and hard cases. Nobody is real."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

from schemas.complaints import SPEED
from schemas.page_values import Person
from schemas.review import Figure
from schemas.voices import (
    AspectRow,
    CauseRow,
    FeedbackRow,
    FrictionRow,
    GapRow,
    GenerationRow,
    OpenComplaint,
    PriceRow,
    ProductTrouble,
    Referral,
    ReferralError,
    ReferralGroup,
    ReferrerRow,
    RepurchaseRow,
    ServiceRow,
    SilentDissatisfied,
    ThanksRow,
    TreeNode,
    Voices,
)

WORDS = {
    "zh_CN": {
        "names": ("王**", "欧阳**", "李**", "陈*", "赵**", "孙**", "周**", "吴**"),
        "staff": ("周敏", "李静", "孙晓雯"),
        "aspects": ("产品质量", "服务", "价格", "款式", "售后"),
        "products": ("足金手镯", "珍珠耳饰", "花束"),
        "brands": ("锦瑟", "野芒"),
        "categories": ("黄金", "珍珠", "鲜花"),
        "services": ("清洗保养", "改圈"),
        "odd_cause": "气味",
    },
    "en": {
        "names": ("J. S.", "A. B.", "M. T.", "R. K.", "P. O.", "L. W.", "C. H.", "D. F."),
        "staff": ("Anna Bell", "Chris Moore", "Dana Price"),
        "aspects": ("quality", "service", "price", "style", "after-sales"),
        "products": ("gold bangle", "pearl earrings", "bouquet"),
        "brands": ("Lantern", "Meadow"),
        "categories": ("gold", "pearls", "flowers"),
        "services": ("cleaning", "resizing"),
        "odd_cause": "smell",
    },
}  # fmt: skip
D = Decimal


def person(place: int, locale: str, *, with_phone: bool = True) -> Person:
    names = WORDS[locale]["names"]
    return Person(f"V{place:04d}", names[place % len(names)], f"{4000 + place:04d}" if with_phone else None)


def figures() -> dict[str, Figure]:
    """The figures that the two pages and their titles read."""
    return {
        name: Figure(name, value, n=n)
        for name, value, n in (
            ("referrers", 61, None), ("referrers_slipping", 9, None), ("referred_sales_share_12m", 0.1043, None),
            ("retention_12m_referred", 0.8, 40), ("retention_12m_not_referred", 0.61, 203),
            ("complaints_12m", 47, None), ("complaints_open", 3, None), ("complaints_per_1000_orders", 14.21, None),
            ("first_answer_hours", 4.07, 47), ("first_answer_hours_p90", 9.8, 47), ("resolution_days", 3.1, 47),
            ("resolution_days_p90", 46.5, 47), ("promise_kept_share", 0.643, 28), ("recurrence_90d", 0.157, 47),
            ("escalated_share", 0.06, 47), ("compensation_12m", D("10050.00"), None),
            ("repurchase_90d_after_resolution", 0.608, 102), ("silent_dissatisfied", 1080, None),
            ("returns_per_1000_units", 22.4, None), ("complaints_per_1000_units", 9.1, None), ("satisfaction_gap", 0.1, 165),
            ("below_expectation_share", 0.284, 165), ("cancelled_share", 0.055, 3672), ("unpaid_share", 0.016, 3672),
            ("delivery_days", 2.2, 3190), ("feedback_asked_12m", 40, None), ("repurchase_90d_after_service", 0.66, 458),
        )
    }  # fmt: skip


def referral_of(locale: Literal["zh_CN", "en"], *, is_chain: bool = False) -> Referral:
    """Eight referrers with trees of every shape, three thanks, a circle at headquarters."""
    staff = WORDS[locale]["staff"]
    shapes = ([0, 0, 0, 1, 1, 2], [0, 0], [0], [0, 1, 2, 3], [0] * 12, [0, 0, 1], [0], [0])
    rows = []
    for place, shape in enumerate(shapes):
        root = person(place, locale, with_phone=not is_chain)
        nodes: list[TreeNode] = []
        keys = [root.customer_id]
        for number, parent in enumerate(shape, 1):
            child = person(100 + 20 * place + number, locale, with_phone=False)
            depth = 1 if parent == 0 else 1 + next(n.generation for n in nodes if n.person.customer_id == keys[parent])
            nodes.append(TreeNode(child, keys[parent], depth, "lapsed" if number % 3 == 0 else "active"))
            keys.append(child.customer_id)
        rows.append(ReferrerRow(
            root, "at_risk" if place in (1, 4) else "active", staff[place % 3], sum(not p for p in shape), len(shape),
            max(n.generation for n in nodes), D(4000 - 300 * place), D(148138 - 15000 * place),
            "own_value_12m" if locale == "en" else "net_sales_12m", place in (1, 4), 20 + 60 * place, tuple(nodes),
        ))  # fmt: skip
    groups = (
        ReferralGroup("referred", 40, 32, 0.8, 0.652, 0.895, D("400000.00"), D("10000.00"), D("6100.00"), D("13900.00"),
                      0.19, 0.03, 0.31),
        ReferralGroup("not_referred", 203, 124, 0.611, 0.542, 0.675, D("1500000.00"), D("7389.16"), D("6300.00"), D("8480.00")),
    )  # fmt: skip
    thanks = tuple(
        ThanksRow(person(n, locale), person(n + 30, locale), date(2026, 10, 3 + 8 * n), date(2026, 10, 10 + 8 * n), n == 1, n != 2,
                  staff[n])
        for n in range(3)
    )  # fmt: skip
    return Referral(
        tuple(rows), groups, () if is_chain else thanks, (GenerationRow(1, 52), GenerationRow(2, 17), GenerationRow(3, 1)),
        (ReferralError(person(5, locale, with_phone=False), person(6, locale, with_phone=False), date(2026, 1, 2)),) if is_chain else (),
    )  # fmt: skip


def voices_of(locale: Literal["zh_CN", "en"], *, is_chain: bool = False) -> Voices:
    """Everything: an own word as a cause, cells too small to show, competitors' marks, services."""
    words = WORDS[locale]
    names = ("product", "service", "expectation", words["odd_cause"], "unknown")
    causes = tuple(
        CauseRow(str(name), 20 - 4 * n, 6 - n, 4 - n, 2.4 * n + 0.3, D(3000 - 500 * n)) for n, name in enumerate(names)
    )
    opened = tuple(
        OpenComplaint(f"C{n}", "S01", None if is_chain or n == 2 else person(n, locale), date(2026, 6 + 2 * n, 17), 136 - 61 * n,
                      ("product", "service", "unknown")[n], ("major", "minor", "unknown")[n], n != 1,
                      ("apologise", "propose", None)[n], (7, 5, 0)[n], date(2026, 10, 20) if n != 2 else None, n == 0, n == 1,
                      None if is_chain else words["staff"][n])
        for n in range(3)
    )  # fmt: skip
    repurchase = tuple(
        RepurchaseRow(
            severity, speed, 5, 4, 60, 30 - 5 * n, (30 - 5 * n) / 60, 0.4 - 0.08 * n, 0.62 - 0.08 * n, 0.68, 58
        )
        if speed != "unresolved"
        else RepurchaseRow(severity, speed, 1, None if is_chain else 0, 4, None, None, None, None, None, 0, True)
        for severity in ("major", "minor")
        for n, speed in enumerate(SPEED)
    )
    trouble = tuple(
        ProductTrouble("product" if n < 3 else "brand", ([*words["products"], *words["brands"]])[n], D(300 + 400 * n), D(21 - n), 4 - n // 2,
                       70 - 12.0 * n, 13.3 - 2 * n, 44 - 9.0 * n, 105 - 15.0 * n, 22.4)
        for n in range(5)
    )  # fmt: skip
    gaps = tuple(
        GapRow(state, (47, 65, 53)[n], (0.285, 0.394, 0.321)[n], (77, 123, 97)[n], (35, 88, 80)[n], (0.4545, 0.7154, 0.8247)[n],
               (0.348, 0.63, 0.737)[n], (0.565, 0.788, 0.888)[n])
        for n, state in enumerate(("below", "met", "exceeded"))
    )  # fmt: skip
    aspects = tuple(
        AspectRow(aspect, 90 - 4 * n, 8.8 - 0.5 * n, 7.9, 8.1 - 0.3 * (n == 1), 0.2 - 0.4 * (n == 1), 31 - n, 25, 34 - 2 * n,
                  7.4 if n < 3 else None, 18 - n if n < 3 else 0, ("keep_up", "improve", "watch", "relax", None)[n])
        for n, aspect in enumerate(words["aspects"])
    )  # fmt: skip
    prices = tuple(
        PriceRow(
            category,
            97 - 30 * n,
            D("5607.00"),
            D("5719.50"),
            30 - 9 * n,
            40 - 14 * n,
            27 - 7 * n,
            (0.11, 0.18, None)[n],
        )
        for n, category in enumerate(words["categories"])
    )
    friction = (
        FrictionRow("unknown", 13111, 0, 0, 0.0, 0.0, 0, None, None, D(17734), D(490), 0.0276),
        FrictionRow("online", 3672, 203, 59, 0.0553, 0.0161, 3190, 2.19, 3.97, D(4113), D(0), 0.0),
    )
    services = (
        ServiceRow(words["services"][0], 38, 38, 33, 36, 348, 219, 0.629, 0.577, 0.678, 0.55),
        ServiceRow(words["services"][1], 2, 2, 0, 0, 6, None, None, None, None, None, True),
    )
    return Voices(
        causes, opened, repurchase, trouble, (SilentDissatisfied(45, 1080, 640, 131, 38, 140, 239),), gaps, aspects, prices, friction,
        services, (FeedbackRow(40, 165, 47, None, 28, 18),),
    )  # fmt: skip


def quiet(locale: Literal["zh_CN", "en"]) -> Voices:
    """A register with one settled complaint and nothing else."""
    full = voices_of(locale)
    empty = {name: () for name in vars(full)}
    return replace(full, **empty | {"complaint_causes": full.complaint_causes[:1],
                                    "silent_dissatisfied": (SilentDissatisfied(1, 24, 12, 0, 0, None, None),)})  # fmt: skip
