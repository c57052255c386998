"""Who is leaving, why, and what they will need next: what page 4 says, and the words that count as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.page_values import Param, Person

MOVED_AWAY_WORDS = (
    "搬离|搬走|迁往|迁居|移居|移民|调离|离开本[市地]|去世|过世|"
    r"(?i)\bmoved (?:away|to another|abroad|overseas)|\bleft (?:the )?(?:city|town|country|area)\b|\brelocated\b|\bemigrated\b"
    r"|\bpassed away\b|\bdeceased\b"
)
"""In a staff note: gone for a reason outside our hands. A regular expression, zh and en."""

PRICE_WORDS = r"价|贵|(?i)\bpric|\bexpensive\b|\bdear(?:er)?\b|\bcost"
"""In a complaint's cause or a survey's aspect: it is about the price."""

TASTE_WORDS = r"款|设计|花色|(?i)\bstyle|\bdesign|\bassortment\b|\brange\b"
"""In a survey's aspect: it is about what there is to choose from."""

WIN_BACK_KINDS = ("win_back", "long_absent", "挽回", "久未光顾", "久别问候")
"""Kinds of a logged contact that tries to win somebody back."""

UNANSWERED = (
    "not_reached", "no_answer", "no_reply", "Not reached", "No answer", "No reply",
    "未联系上", "未接", "未接通", "无人接听", "未回复", "无回复",
)  # fmt: skip
"""Results of a contact that say nobody answered. An empty result says nothing."""

REFUSED = (
    "do_not_contact",
    "asked_not_to_call",
    "Do not contact again",
    "Asked not to call",
    "请勿联系",
    "不愿再被联系",
    "要求勿扰",
)
"""Results of a contact that say the customer wants no more of them."""

EVIDENCE = (
    "moved_away_on_file", "moved_away_note", "complaint_unresolved", "complaint_late", "complaint_unsatisfied",
    "below_expectation", "dearer_after_promotion", "competitor_named", "category_drift", "no_contact",
)  # fmt: skip
"""Codes of evidence, in the order in which they are looked for; `params` of each in `LeavingRow`."""


@dataclass(frozen=True)
class LeavingRow:
    """One row per customer at risk, or lapsed within the last 12 months: the most value at stake first."""

    person: Person
    associate_name: str | None
    status: str
    """at_risk or lapsed."""
    value_class: str | None
    """By the 12 months' sales in the chain; None: none in them."""
    days_since_last_purchase: int
    own_gap_days: int
    value_at_stake: Decimal
    buy_again_3m: float | None
    """Chance to buy within three months; None where no model says so."""
    lapse_reason: str
    """A code of `schemas.segments.LAPSE_REASON`."""
    evidence: str | None
    """A code of EVIDENCE; None when the reason is unknown."""
    evidence_params: Mapping[str, Param]
    """on (day), cause, days, aspect, experience, expectation, category, share, competitor, source, before, now, purchases."""
    next_need: str
    """Where the day comes from: gift_day, own_rhythm, chain_rhythm (bought once: the chain's usual gap)."""
    next_need_on: date
    next_need_category: str | None
    """None where products have no category."""
    next_need_params: Mapping[str, Param]
    """recipient, occasion, product, last_year_on of a gift day."""
    let_go: bool


@dataclass(frozen=True)
class LapseReasonRow:
    """One row per reason, of those at risk and those lapsed within the last 12 months. None: suppressed, too few to tell."""

    lapse_reason: str
    at_risk: int | None
    lapsed_12m: int | None
    value_at_stake: Decimal | None


@dataclass(frozen=True)
class LapseShareRow:
    """One row per half of the base of 12 months ago: with a logged contact in the 90 days up to then, and without."""

    contacted: bool
    customers: int
    lapsed: int
    share: float | None
    low: float | None
    """Wilson 95 % interval of the share."""
    high: float | None


@dataclass(frozen=True)
class LeavingStoreRow:
    """One row per store in the chain's review, the most value at stake first."""

    store_id: str
    name: str
    at_risk: int
    newly_lapsed: int
    lapse_rate: float | None
    value_at_stake: Decimal
    care_coverage_90d: float | None
    care_coverage_n: int
    main_reason: str | None
    """The most frequent known reason; None when no reason is known of ten people or more."""
    main_reason_customers: int | None


@dataclass(frozen=True)
class Leaving:
    """What page 4 says of one scope."""

    customers: int
    """At risk, and lapsed within the last 12 months: whom the page is about."""
    let_go: int
    """Of those: lapsed, and three win-back contacts unanswered or asked not to be contacted."""
    rows: tuple[LeavingRow, ...]
    """The most value at stake; in the chain's review none (it has `stores`)."""
    reasons: tuple[LapseReasonRow, ...]
    lapse_shares: tuple[LapseShareRow, ...]
    """Empty where no contacts are logged or history is under 12 months."""
    stores: tuple[LeavingStoreRow, ...]
