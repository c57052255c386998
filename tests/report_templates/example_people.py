"""Page 8 of the example reviews: invented associates, customers and categories, zh and en."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from schemas.page_values import Person
from schemas.people import (
    AdoptionRow,
    ExpiringRow,
    HandoverRow,
    HoldingRow,
    KeyAccountRow,
    PeopleAndOpportunity,
    PickRow,
    ProspectRow,
    RfmRow,
    StaffRow,
    TargetRow,
    TogetherRow,
)
from schemas.segments import RFM

CATEGORIES = {"zh_CN": ("黄金", "钻石", "珍珠", "银饰"), "en": ("Gold", "Diamond", "Pearl", "Silver")}
D = Decimal


def staff_of(names: Sequence[str]) -> tuple[StaffRow, ...]:
    return tuple(
        StaffRow(
            f"A{place:02d}", name, 72 - 9 * place if place < 7 else 0, 49 - 7 * place if place < 7 else 0, 0.699 - 0.013 * place,
            0.62 - 0.02 * place, 0.75 - 0.01 * place, 1 + place // 3, len(names) - (place == 0), len(names),
            8.2 - 0.1 * place if place != 3 else None, 139 if place != 3 else 0, place, 0.64 if place != 2 else None,
            321 if place != 2 else 0, 0.29, 0.24, 178, 1.5 - 0.25 * place if place < 6 else 0.1, 60 - 10 * place if place < 6 else 4, 40,
        )
        for place, name in enumerate(names)
    )  # fmt: skip


def page_8(
    locale: str, names: Sequence[str], people: Sequence[Person], *, is_chain: bool = False
) -> PeopleAndOpportunity:
    """Every table of the page, a few rows each; of HQ's, no associate and no single customer."""
    gold, diamond, pearl, silver = CATEGORIES[locale]
    shop = () if is_chain else people
    return PeopleAndOpportunity(
        staff=() if is_chain else staff_of(names),
        handover=tuple(
            HandoverRow(person, place < 2, date(2026, 5, 3), max(D("70615.00") - 5000 * place, D("640.00")), names[0], date(2026, 8, 11),
                        names[1] if place != 5 else None, place < 3)
            for place, person in enumerate(shop)
        ),
        adoption=(
            AdoptionRow(diamond, 8, 30, 3, 130, 8 / 30, 3 / 130, 0.2436, 0.1106, 0.4209),
            AdoptionRow(gold, 2, 5, 12, 66, 0.4, 12 / 66, 0.2182, -0.0909, 0.6011),
            AdoptionRow(pearl, 0, 0, 3, 40, None, 0.075, None, None, None),
        ),
        together=(
            TogetherRow(gold, silver, 75, 180, 175, 205, 1.8, 1.6, 2.0),
            TogetherRow(diamond, pearl, 34, 98, 113, 143, 2.0, 1.5, 2.5),
        ),
        picks=(PickRow(f"{pearl} 07", pearl, date(2026, 7, 8), 13, 8, 0.2143), PickRow(f"{gold} 11", None, date(2026, 9, 2), 4, 0, None)),
        prospects=(ProspectRow("referred", 4, 3), ProspectRow("recipient", 21, 0), ProspectRow("on_file", 42, 38)),
        holdings=(HoldingRow("points", 871, 183630, 12, 9401), HoldingRow("stored_value", 42, D("87000.00"), 0, D("0.00"))),
        expiring=tuple(
            ExpiringRow(person, names[place % 2], date(2026, 12, 31), max(7691 - 600 * place, 110), D("0.00"))
            for place, person in enumerate(shop)
        ),
        key_accounts=(
            KeyAccountRow("individual", 120, D("4737240.00"), 0.552, 25, tuple(shop[:3])),
            KeyAccountRow("enterprise", None if is_chain else 6, None if is_chain else D("325718.00"), None if is_chain else 0.038,
                          None if is_chain else 0, tuple(shop[3:5])),
        ),
        rfm=tuple(RfmRow(group, 20 + 30 * place, D("4485300.00") - 400_000 * place) for place, group in enumerate(RFM)),
        targets=(TargetRow("net_sales", D("1400000.00"), D("1283957.40"), 0.9171), TargetRow("new_customers", 0, 91, None)),
        profit_is_margin=not is_chain,
    )  # fmt: skip
