"""What a report page needs, and nothing else: plain frozen dataclasses that the flows fill and the templates read.

`review.json` is these same values, so a number on the PDF and the number in the file cannot differ. Sentences are not
here: a row carries a *code* and its parameters, and report_templates says it in the reader's language. Money is
Decimal in the review's currency, shares are fractions (0.142 is 14.2 %), `None` is "not known".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from schemas.churn import Churn
from schemas.effect import CameBack, EffectRow, HeldOut, OutcomeRow
from schemas.leaving import Leaving
from schemas.page_values import Param, Person, Value
from schemas.people import PeopleAndOpportunity
from schemas.voices import Referral, Voices


@dataclass(frozen=True)
class Scope:
    """Whom the review is about: one store, or the whole chain (then `store_id` is None)."""

    kind: Literal["store", "chain"]
    store_id: str | None
    name: str
    region: str | None = None


@dataclass(frozen=True)
class Figure:
    """One metric of `schemas.metrics.METRICS` with what it is compared to. One row per metric."""

    name: str
    value: Value
    last_month: Value = None
    last_year: Value = None
    usual_low: Value = None
    """Normal range: 10th to 90th percentile of the 12 months before (None with fewer than 6 of them)."""
    usual_high: Value = None
    history: tuple[Value, ...] = ()
    """The 13 months that end with this one, oldest first, None where unknown; empty while no earlier month is known."""
    n: int | None = None
    """People (or things) in the denominator, so that small samples say n."""
    empty_reason: str | None = None
    """Why `value` is None: a code of `schemas.metrics.EMPTY_REASONS`."""


@dataclass(frozen=True)
class StocktakeRow:
    """One row per population: "all" customers, or "vip". opening + inflows − outflows = closing, always."""

    population: Literal["all", "vip"]
    opening_base: int
    first_seen: int
    new_customers: int
    won_back: int
    newly_lapsed: int
    moved_in: int
    moved_out: int
    closing_base: int
    became_vip: int = 0
    """Only for "vip": in the base at both ends and VIP only at the end (`ceased_vip`: only at the opening)."""
    ceased_vip: int = 0


@dataclass(frozen=True)
class StatusRow:
    """One row per status of `schemas.segments.STATUS`, for the customers whose home this scope is."""

    status: str
    customers: int
    vips: int
    net_sales_12m: Decimal
    value_at_stake: Decimal


@dataclass(frozen=True)
class ValueClassRow:
    """One row per value class A, B, C."""

    value_class: str
    customers: int
    customers_last_quarter: int
    net_sales_12m: Decimal
    share_of_customers: float | None
    share_of_sales: float | None


@dataclass(frozen=True)
class ValueClassMove:
    """One row per pair of value classes (A, B, C, none): how many customers went from one to the other in 3 months."""

    from_class: str
    to_class: str
    customers: int


@dataclass(frozen=True)
class AttitudeRow:
    """One row per loyalty attitude of `schemas.segments.ATTITUDE`, of the scope's 12-month buyers."""

    attitude: str
    customers: int
    share: float | None
    net_sales_12m: Decimal


@dataclass(frozen=True)
class ParetoPoint:
    """The best `customers_share` of the 12-month customers make `sales_share` of their net sales."""

    customers_share: float
    sales_share: float


@dataclass(frozen=True)
class VipRow:
    """One row per customer of the year's top ten at this scope, by rank."""

    rank: int
    person: Person
    net_sales_ytd: Decimal
    share_of_store_ytd: float | None
    purchases_ytd: int
    average_ticket_ytd: Decimal | None
    last_purchase_on: date
    days_since_last_purchase: int
    status: str
    value_class: str | None
    favourite_product: str | None
    favourite_style: str | None
    next_date_kind: str | None
    """birthday, anniversary, gift_day …: a code of `schemas.segments.CARE_KIND`."""
    next_date_on: date | None
    next_date_is_lunar: bool
    associate_name: str | None
    district: str | None
    occupation: str | None
    interests: str | None
    anniversary: date | None
    known: tuple[str, ...]
    """Which of V2, V3, V7, V8, V9, V10 are answered for this person."""


@dataclass(frozen=True)
class VipAnswer:
    """One row per question V4–V10 asked of the top ten as a whole; `code` and `params` make the sentence.

    Codes: v4 (top10_share, top50_share, customers), v5 (visitor, visits, spender, average_ticket), v6 (person, days,
    cause: a code of `schemas.segments.LAPSE_REASON`), v7/v9 (answered, asked, top_answer), v8 (answered, asked,
    median_share), v10 (answered, asked), unknown ().
    """

    question: str
    code: str
    params: Mapping[str, Param]
    source: str
    """A code of `schemas.segments.SOURCE`: receipts, customer_file, survey, complaint, none."""
    source_on: date | None


@dataclass(frozen=True)
class CareDate:
    """One row per care contact that falls due in the coming month (and the day-0/day-3 contacts missed in this one)."""

    due_on: date
    kind: str
    """A code of `schemas.segments.CARE_KIND`."""
    person: Person
    associate_name: str | None
    is_vip: bool
    is_lunar: bool
    lunar_text: str | None
    """The lunar date as the file has it, e.g. 10-03 (tenth month, third day)."""
    params: Mapping[str, Param]
    """What it is about: product, bought_on, recipient, occasion, last_year_on …"""
    missed: bool = False


@dataclass(frozen=True)
class Action:
    """One row per thing that one associate should do next month, in the order of the list."""

    action_id: str
    """Stable: hash of chain key, customer, kind and trigger date. Its first 8 characters are printed as the row's code."""
    associate_id: str | None
    associate_name: str | None
    """None: nobody looks after this customer yet; the list says "unassigned"."""
    person: Person
    kind: str
    """A code of `schemas.segments.ACTION_KIND`."""
    due_on: date
    reason_code: str
    reason: Mapping[str, Param]
    channel: str
    """A code of `schemas.segments.CHANNEL`: phone, wechat, sms, email, in_store, none (no consent or no contact)."""
    value_at_stake: Decimal
    is_vip: bool
    is_promised: bool
    """Promised or owed (open complaints, thanks, promised care) as against discretionary."""
    uses_capacity: bool
    contact_name: str | None = field(default=None, repr=False)
    """Full name and phone: only ever written to actions.csv / actions.xlsx of the store itself."""
    contact_phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Associate:
    """One row per associate with something to do, and one for what nobody owns (`associate_id` None)."""

    associate_id: str | None
    name: str | None
    capacity: int
    actions: int
    personal_contacts: int
    beyond_capacity: int
    """Discretionary contacts that did not fit the capacity: the least of them by VIP and value, left out of the list."""


@dataclass(frozen=True)
class StoreRow:
    """One row per store in the chain's review."""

    store_id: str
    name: str
    region: str | None
    net_sales: Decimal
    net_sales_last_year: Decimal | None
    net_sales_history: tuple[Value, ...]
    opening_base: int
    first_seen: int
    new_customers: int
    won_back: int
    newly_lapsed: int
    moved_in: int
    moved_out: int
    closing_base: int
    at_risk: int
    customers_a: int
    repeat_rate_180d: float | None
    repeat_rate_n: int
    referral_rate: float | None
    identified_share: float | None
    serialisation_index: float | None
    top10_share_ytd: float | None
    care_done_share: float | None
    actions: int
    value_at_stake: Decimal


@dataclass(frozen=True)
class FileRow:
    """One row per input file that the review's month rests on. rows_in = accepted + quarantined + duplicate."""

    file_name: str
    source: str
    table: str
    rows_in: int
    rows_accepted: int
    rows_quarantined: int
    rows_duplicate: int
    net_sales: Decimal | None


@dataclass(frozen=True)
class MoneyRow:
    """One row per kind of order line in the month: how the till's money becomes net sales. Kinds: sale, refund,
    not_goods, adjustment, no_charge, cancelled, unpaid; `counts` tells whether it is part of net sales."""

    line_kind: str
    lines: int
    amount: Decimal
    counts: bool


@dataclass(frozen=True)
class CompletenessRow:
    """One row per field of the customer file: of the scope's base, how many have it."""

    field: str
    """phone, consent, birthday, anniversary, district, occupation, interests, associate, referrer"""
    known: int
    customers: int


@dataclass(frozen=True)
class Proposal:
    """One row per pair of customers who may be one person: for people to decide, nothing was merged."""

    first: Person
    """Who has more sales; would keep neither id nor name by that, the older id stays."""
    second: Person
    evidence: tuple[str, ...]
    """Codes of `schemas.identity.EVIDENCE`."""
    parcels: int | None
    """Of `parcels_all` parcels without an occasion that the one ordered, how many carry the other's phone."""
    parcels_all: int | None
    net_sales_first: Decimal
    """All that is known, whenever."""
    net_sales_second: Decimal


@dataclass(frozen=True)
class SharedKey:
    """One row per phone number or e-mail address that many people use: left out of linking, it names nobody."""

    kind: Literal["phone", "email"]
    masked: str
    """…4471, or s…@example.com."""
    reason: str
    """A code of `schemas.identity.SHARED_BECAUSE`."""
    customers: int
    """How many customers it would have made one."""


@dataclass(frozen=True)
class Decision:
    """One row per decision about who is one person, since the month began; its money when it was taken."""

    decision_id: str
    verb: str
    """A code of `schemas.identity.DECISION`."""
    decided_on: date
    first: Person
    second: Person
    net_sales_first: Decimal
    net_sales_second: Decimal
    holds: bool
    """False once it was undone."""


@dataclass(frozen=True)
class Review:
    """Everything one PDF and its review.json say, for one scope and month."""

    scope: Scope
    chain_name: str
    month: str
    as_of: date
    known_at: datetime
    """With its zone (UTC); the templates show it in `time_zone`."""
    time_zone: str
    currency: str
    locale: Literal["zh_CN", "en"]
    manifest_id: str
    version: str
    figures: Mapping[str, Figure]
    stocktake: tuple[StocktakeRow, ...]
    statuses: tuple[StatusRow, ...]
    value_classes: tuple[ValueClassRow, ...]
    value_class_moves: tuple[ValueClassMove, ...]
    attitudes: tuple[AttitudeRow, ...]
    pareto: tuple[ParetoPoint, ...]
    vips: tuple[VipRow, ...]
    vip_answers: tuple[VipAnswer, ...]
    care: tuple[CareDate, ...]
    actions: tuple[Action, ...]
    associates: tuple[Associate, ...]
    stores: tuple[StoreRow, ...]
    """Only in the chain's review."""
    files: tuple[FileRow, ...]
    money: tuple[MoneyRow, ...]
    completeness: tuple[CompletenessRow, ...]
    absent_tables: tuple[str, ...]
    """Lake tables with no rows at all (customers, referrals, complaints, surveys, contacts …): which file would fill a page."""
    proposals: tuple[Proposal, ...] = ()
    """Only in the chain's review, like the next two; the most money first."""
    shared_keys: tuple[SharedKey, ...] = ()
    decisions: tuple[Decision, ...] = ()
    churn: Churn | None = None
    """The chain's model of the month, the same in every review."""
    leaving: Leaving | None = None
    """Page 4."""
    referral: Referral | None = None
    """None while nobody is known to have been brought."""
    voices: Voices | None = None
    """None without complaints, surveys and services."""
    people: PeopleAndOpportunity | None = None
    """Page 8."""
    outcomes: tuple[OutcomeRow, ...] = ()
    """What became of the lists for this month, by kind (the chain's review: of all stores)."""
    outcomes_by_associate: tuple[OutcomeRow, ...] = ()
    came_back: tuple[CameBack, ...] = ()
    effects: tuple[EffectRow, ...] = ()
    """The whole chain's, in every review."""
    held_out: tuple[HeldOut, ...] = ()
    ingredients: Mapping[str, Value] = field(default_factory=dict)
    """What the metrics' formulas are over, as counted for this month."""

    def metric(self, name: str) -> Value:
        """The metric's value; KeyError when it is not part of this review."""
        return self.figures[name].value
