"""Page 4 of the example reviews: every kind of evidence, every reason, the race of the models; zh and en. Nobody is real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from typing import Any

from schemas.churn import CalibrationBin, Churn, RaceRow
from schemas.disclosure import FEWEST_SHOWN
from schemas.leaving import EVIDENCE, LapseReasonRow, LapseShareRow, Leaving, LeavingRow, LeavingStoreRow
from schemas.page_values import Param, Person
from schemas.review import Figure, Review

WORDS: dict[str, dict[str, Any]] = {
    "zh_CN": {"categories": ("黄金", "钻石", "珍珠"), "aspect": "款式", "competitor": "野芒", "recipient": "李**", "gift": "珍珠耳饰"},
    "en": {"categories": ("gold", "diamond", "pearl"), "aspect": "style", "competitor": "Meadow", "recipient": "L. W.",
           "gift": "pearl earrings"},
}  # fmt: skip
REASON_OF = {
    "moved_away_on_file": "outside_our_hands", "moved_away_note": "outside_our_hands",
    "complaint_unresolved": "product_or_service", "complaint_late": "product_or_service",
    "complaint_unsatisfied": "product_or_service", "below_expectation": "product_or_service",
    "dearer_after_promotion": "price", "competitor_named": "competitor", "category_drift": "taste", "no_contact": "lack_of_care",
}  # fmt: skip
AT_RISK_OF_STORE = {
    "outside_our_hands": 9, "product_or_service": 37, "price": 21, "competitor": 6, "taste": 18, "lack_of_care": 88, "unknown": 212,
}  # fmt: skip
"""Of the 391 at risk in the ordinary store."""
STAKE_EACH = Decimal("6100.00")

CHURN = Churn(
    "mbg_nbd", None,
    tuple(
        RaceRow(model, cut_off, 4000, loss, 0.6043 if loss else None, auc, model == "mbg_nbd",
                None if loss else "no_interior_optimum")
        for model, loss, auc in (
            ("hiatus_rule", 0.4712, 0.7721), ("own_rhythm", 0.4388, 0.8410), ("bg_nbd", 0.4129, 0.8693),
            ("mbg_nbd", 0.4101, 0.8703), ("pareto_nbd", None, None), ("last_visit", 0.4544, 0.8127),
        )
        for cut_off in ("2026-01", "2026-04", "2026-07")
    ),
    tuple(CalibrationBin(tenth / 10 + 0.04, tenth / 10 + (0.055 if tenth % 3 else 0.02), 400) for tenth in range(9)),
    stake_is_foretold=True,
)  # fmt: skip
NO_CHURN = Churn("hiatus_rule", "too_few_repeat_customers", (), ())


def _wilson(n: int, of: int) -> tuple[float, float]:
    """The ends of the 95 % interval; not from transforms, which the renderer runs without."""
    z = 1.96
    middle, half = n / of + z * z / (2 * of), z * sqrt(n / of * (1 - n / of) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def _params(evidence: str, locale: str) -> dict[str, Param]:
    words, spring = WORDS[locale], date(2026, 4, 12)
    gold, diamond, _ = words["categories"]
    found: dict[str, dict[str, Param]] = {
        "moved_away_on_file": {"on": spring}, "moved_away_note": {},
        "complaint_unresolved": {"on": spring, "cause": "service"},
        "complaint_late": {"on": spring, "cause": "quality", "days": 31},
        "complaint_unsatisfied": {"on": spring, "cause": None},
        "below_expectation": {"on": spring, "aspect": words["aspect"], "expectation": 9, "experience": 4},
        "dearer_after_promotion": {"on": date(2026, 3, 1), "category": gold, "share": 0.075},
        "competitor_named": {"on": spring, "competitor": words["competitor"], "source": "complaint"},
        "category_drift": {"on": spring, "before": gold, "now": diamond, "purchases": 3},
        "no_contact": {"on": date(2025, 12, 3), "days": 90},
    }  # fmt: skip
    return found[evidence]


def _row(place: int, evidence: str | None, person: Person, associate: str | None, locale: str) -> LeavingRow:
    words = WORDS[locale]
    is_gift = place % 5 == 2
    return LeavingRow(
        person=person, associate_name=associate, status="lapsed" if place % 4 == 3 else "at_risk",
        value_class=("A", "A", "B", None)[place % 4], days_since_last_purchase=164 + 23 * place, own_gap_days=33 + 4 * place,
        value_at_stake=Decimal("48160.00") - 2911 * place, buy_again_3m=0.31 - 0.03 * place,
        lapse_reason=REASON_OF[evidence] if evidence else "unknown", evidence=evidence,
        evidence_params=_params(evidence, locale) if evidence else {},
        next_need="gift_day" if is_gift else "own_rhythm", next_need_on=date(2026, 11, 4) + timedelta(days=5 * place),
        next_need_category=words["categories"][place % 3],
        next_need_params={"recipient": words["recipient"], "occasion": "birthday", "product": words["gift"],
                          "last_year_on": date(2025, 11, 14)} if is_gift else {"share": 0.41 - 0.02 * place},
        let_go=place == 9,
    )  # fmt: skip


def _reasons(scale: int, *, is_chain: bool) -> tuple[LapseReasonRow, ...]:
    rows = []
    for code, n in AT_RISK_OF_STORE.items():
        at_risk, lapsed = n * scale, n * scale * 5 // 9
        is_hidden = is_chain and at_risk + lapsed < FEWEST_SHOWN
        rows.append(
            LapseReasonRow(code, None, None, None)
            if is_hidden
            else LapseReasonRow(code, at_risk, lapsed, STAKE_EACH * (at_risk + lapsed))
        )
    return tuple(rows)


def _stores(review: Review) -> tuple[LeavingStoreRow, ...]:
    rows = [
        LeavingStoreRow(
            store.store_id, store.name, store.at_risk, store.newly_lapsed, store.newly_lapsed / store.opening_base,
            store.value_at_stake, None if place % 7 == 6 else 0.41 + place % 5 / 20, 40 + 3 * place,
            (None, "lack_of_care", "product_or_service", "price")[place % 4], None if place % 4 == 0 else 14 + 5 * place,
        )
        for place, store in enumerate(review.stores)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.value_at_stake, row.store_id)))


def with_leaving(review: Review, people: Sequence[Person], scale: int, *, churn: Churn = CHURN) -> Review:
    """The review with page 4: ten by name in a store's, the stores in the chain's; `churn` without a race has no chances."""
    is_chain = review.scope.kind == "chain"
    names = [row.name for row in review.associates] or [None]
    evidence = [*EVIDENCE[:5], None, *EVIDENCE[5:9], EVIDENCE[9]][:10]
    rows = tuple(
        _row(place, evidence[place], person, names[place % len(names)], review.locale)
        for place, person in enumerate([] if is_chain else people[:10])
    )
    if not churn.race:
        rows = tuple(replace(row, buy_again_3m=None) for row in rows)
    reasons = _reasons(scale, is_chain=is_chain)
    known = sum((row.at_risk or 0) + (row.lapsed_12m or 0) for row in reasons if row.lapse_reason != "unknown")
    customers = sum((row.at_risk or 0) + (row.lapsed_12m or 0) for row in reasons)
    halves = ((True, 1186 * scale, 262 * scale), (False, 544 * scale, 171 * scale))
    leaving = Leaving(
        customers=customers, let_go=12 * scale, rows=rows, reasons=reasons,
        lapse_shares=tuple(LapseShareRow(contacted, of, n, n / of, *_wilson(n, of)) for contacted, of, n in halves),
        stores=_stores(review) if is_chain else (),
    )  # fmt: skip
    lapsed = review.stocktake[0]
    figures = dict(review.figures) | {
        "lapse_rate": Figure("lapse_rate", lapsed.newly_lapsed / lapsed.opening_base, n=lapsed.opening_base),
        "lapse_reason_known_share": Figure("lapse_reason_known_share", known / customers, n=customers),
        "care_coverage_90d": Figure("care_coverage_90d", 0.67, n=867 * scale),
    }
    return replace(review, leaving=leaving, churn=churn, figures=figures)
