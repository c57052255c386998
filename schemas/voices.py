"""What pages 5 and 6 need: who brought whom, what went wrong, what customers expected and met. Rows of the review.

A share comes with the 95 % interval of Wilson's score (`low`, `high`) and its n; None is "not known". In the chain's
review, rows about one person carry nobody, and a rate over fewer than FEWEST_SHOWN is left out (`is_suppressed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from schemas.page_values import Person
from schemas.segments import Class

ValueBasis = Literal["own_value_12m", "net_sales_12m"]
"""What brought_value_12m adds up: the expected own value, or (while there is no model) the last 12 months' net sales."""

GAP_STATE = {
    one.code: one
    for one in (
        Class(
            "below",
            "低于期望",
            "Below expectation",
            "体验平均比期望低半分以上",
            "Experience half a point or more below expectation",
        ),
        Class("met", "符合期望", "Met", "相差不到半分", "Within half a point"),
        Class("exceeded", "超出期望", "Exceeded", "体验平均比期望高半分以上", "Half a point or more above"),
    )
}

QUADRANT = {
    one.code: one
    for one in (
        Class(
            "improve",
            "优先改进",
            "Improve first",
            "比其他方面更重要，做得更差",
            "Matters more than the rest, done worse",
        ),
        Class("keep_up", "保持优势", "Keep it up", "更重要，也做得更好", "Matters more, done better"),
        Class("watch", "留意", "Watch", "不那么重要，做得也差些", "Matters less, done worse"),
        Class("relax", "不必加码", "Enough done", "不那么重要，却做得更好", "Matters less, done better"),
    )
}


@dataclass(frozen=True)
class TreeNode:
    """One row per customer in a referrer's tree, parents before children."""

    person: Person
    brought_by: str
    """customer_id of the one who brought them."""
    generation: int
    status: str


@dataclass(frozen=True)
class ReferrerRow:
    """One row per referrer, best first: those who brought most value; `is_alarm`: at risk or lapsed."""

    person: Person
    status: str
    associate_name: str | None
    brought_directly: int
    in_tree: int
    generations: int
    own_value_12m: Decimal
    brought_value_12m: Decimal
    """Own value of those brought directly, half of those brought by them, and so on. Ranks people; never added to a total."""
    value_basis: ValueBasis
    is_alarm: bool
    days_since_last_purchase: int | None
    tree: tuple[TreeNode, ...]
    """At most `TREE_SHOWN` of them."""


TREE_SHOWN = 24
REFERRERS_SHOWN = 20
"""At most so many of the best referrers, and so many of those to worry about, are in a review."""


@dataclass(frozen=True)
class ReferralGroup:
    """One row per group, "referred" and "not_referred": customers who were new in the 12 months before the last 12."""

    group: Literal["referred", "not_referred"]
    customers: int
    retained: int | None
    """Of them, with a purchase in the last 12 months."""
    retention_12m: float | None
    low: float | None
    high: float | None
    net_sales_12m: Decimal | None
    """Their net sales of the last 12 months, anywhere in the chain."""
    sales_per_customer_12m: Decimal | None
    sales_low: Decimal | None
    """Interval of the mean by the normal approximation; None under 10 customers."""
    sales_high: Decimal | None
    more: float | None = None
    """Only of "referred": its retention minus the other group's, with its 95 % interval (Newcombe)."""
    more_low: float | None = None
    more_high: float | None = None
    is_suppressed: bool = False


@dataclass(frozen=True)
class ThanksRow:
    """One row per customer new in the month who was brought: thanks due on the day, welcome within 7 days."""

    referrer: Person
    referred: Person
    bought_on: date
    welcome_by: date
    is_thanked: bool
    is_welcomed: bool
    associate_name: str | None


@dataclass(frozen=True)
class ReferralError:
    """One row per referral that closes a circle, and is left out: nobody is brought by those whom they brought."""

    referrer: Person
    referred: Person
    referred_on: date | None


@dataclass(frozen=True)
class GenerationRow:
    """One row per generation: customers whom so many steps part from the one who came by themselves."""

    generation: int
    customers: int


@dataclass(frozen=True)
class Referral:
    """Page 5."""

    referrers: tuple[ReferrerRow, ...]
    referral_groups: tuple[ReferralGroup, ...]
    thanks: tuple[ThanksRow, ...]
    generations: tuple[GenerationRow, ...]
    referral_errors: tuple[ReferralError, ...]


@dataclass(frozen=True)
class CauseRow:
    """One row per cause of complaint in 12 months, most first."""

    cause: str
    """A code of `schemas.complaints.CAUSE`, or the register's own word."""
    complaints: int
    major: int
    recurring: int
    resolution_days: float | None
    """Median; open ones with their age."""
    compensation: Decimal


@dataclass(frozen=True)
class OpenComplaint:
    """One row per open complaint, oldest first. `missing_step`: the first of the procedure not ticked off."""

    complaint_id: str
    store_id: str
    person: Person | None
    """None where nobody is named, and in the chain's review."""
    received_on: date
    days_open: int
    cause: str
    severity: str
    is_answered: bool
    missing_step: str | None
    steps_missing: int
    promised_by: date | None
    is_promise_late: bool
    is_escalated: bool
    associate_name: str | None


@dataclass(frozen=True)
class RepurchaseRow:
    """One row per severity and speed of settlement: who bought again within 90 days, in this scope and in the chain.

    `matched_share`: what customers without a complaint did, who stood alike (month, status, value class, recency band).
    """

    severity: str
    speed: str
    n: int
    again: int | None
    chain_n: int
    chain_again: int | None
    share: float | None
    """The chain's: a store's own are too few to tell speeds apart."""
    low: float | None
    high: float | None
    matched_share: float | None
    matched_n: int
    """Complaints for which anybody alike was found."""
    is_suppressed: bool = False


@dataclass(frozen=True)
class ProductTrouble:
    """One row per product (or brand) with enough units sold in 12 months to judge: returns and complaints per 1 000."""

    kind: Literal["product", "brand"]
    name: str
    units_sold: Decimal
    units_returned: Decimal
    complaints: int
    returns_per_1000_units: float
    complaints_per_1000_units: float
    lines_low: float
    """Wilson's interval of refund lines per 1 000 sale lines: pieces of one return are no independent cases."""
    lines_high: float
    chain_returned_lines_per_1000: float
    """`lines_low` above this: more than chance."""


@dataclass(frozen=True)
class SilentDissatisfied:
    """How many unhappy customers say nothing: the rule of thumb beside what the surveys say. One row."""

    complaining_customers: int
    rule_of_thumb: int
    """24 × complaining customers: a saying of the trade, not a measurement."""
    customers_12m: int
    surveyed: int
    below: int
    survey_low: int | None
    """Customers of 12 months × Wilson's interval of the surveyed share below expectation."""
    survey_high: int | None


@dataclass(frozen=True)
class GapRow:
    """One row per state of expectation: answers of 12 months, and what those of 24 months did in the 90 days after."""

    state: str
    answers: int
    share: float | None
    n: int
    again: int | None
    again_share: float | None
    low: float | None
    high: float | None
    is_suppressed: bool = False


@dataclass(frozen=True)
class AspectRow:
    """One row per aspect asked in 12 months: importance, expectation and experience on the survey's scale (0–10)."""

    aspect: str
    answers: int
    importance: float | None
    expectation: float | None
    experience: float | None
    gap: float | None
    below: int
    met: int
    exceeded: int
    competitor_experience: float | None
    competitor_answers: int
    quadrant: str | None


@dataclass(frozen=True)
class PriceRow:
    """One row per category with at least five stated prices in 24 months: expected beside paid."""

    category: str
    answers: int
    expected: Decimal
    paid: Decimal
    dearer: int
    as_expected: int
    cheaper: int
    promotion_share: float | None
    """Share of the category's 12-month sales that was sold on promotion."""


@dataclass(frozen=True)
class FrictionRow:
    """One row per channel in 12 months. Orders: all that were placed, paid or not."""

    channel: str
    orders: int
    cancelled_orders: int
    unpaid_orders: int
    cancelled_share: float | None
    unpaid_share: float | None
    delivered_orders: int
    delivery_days: float | None
    """Median from order to delivery."""
    delivery_days_p90: float | None
    units_sold: Decimal
    units_returned: Decimal
    return_share: float | None


@dataclass(frozen=True)
class ServiceRow:
    """One row per kind of service in 12 months, and what the customers of 24 months did in the 90 days after, in the chain."""

    kind: str
    services: int
    customers: int
    satisfied: int
    rated: int
    n: int
    again: int | None
    again_share: float | None
    low: float | None
    high: float | None
    matched_share: float | None
    is_suppressed: bool = False


@dataclass(frozen=True)
class FeedbackRow:
    """One row: opinions asked for (logged contacts), received (surveys, complaints) and acted on in 12 months.

    None where no file says it.
    """

    asked: int | None
    surveys_received: int
    complaints_received: int
    acted_on: int | None
    promises_due: int
    promises_kept: int


@dataclass(frozen=True)
class Voices:
    """Page 6."""

    complaint_causes: tuple[CauseRow, ...]
    open_complaints: tuple[OpenComplaint, ...]
    repurchase: tuple[RepurchaseRow, ...]
    product_trouble: tuple[ProductTrouble, ...]
    silent_dissatisfied: tuple[SilentDissatisfied, ...]
    satisfaction_gaps: tuple[GapRow, ...]
    aspects: tuple[AspectRow, ...]
    price_acceptance: tuple[PriceRow, ...]
    friction: tuple[FrictionRow, ...]
    services: tuple[ServiceRow, ...]
    feedback: tuple[FeedbackRow, ...]


def tables(*pages: Referral | Voices | None) -> Mapping[str, tuple[object, ...]]:
    """The pages' rows by table name, as review.json writes them."""
    return {name: rows for page in pages if page is not None for name, rows in vars(page).items()}
