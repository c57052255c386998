"""Page 8, people and opportunity: the rows it prints, plain and frozen like those of `schemas.review`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.page_values import Person, Value


@dataclass(frozen=True)
class StaffRow:
    """One row per associate at work in the store; counts are of the 12 months, care and contacts of one month."""

    associate_id: str
    name: str
    first_served: int
    """Customers whose first purchase they served, 90 to 544 days ago."""
    came_back: int
    """Of these, who bought again within 180 days."""
    repeat_rate: float | None
    """Shrunken toward the store's, with its 90 % interval; the rank range holds in nine of ten draws."""
    repeat_low: float | None
    repeat_high: float | None
    rank_best: int | None
    rank_worst: int | None
    ranked_of: int
    stated_satisfaction: float | None
    experiences: int
    complaints: int
    care_done_share: float | None
    """Of the care that fell due this month for customers they look after."""
    care_due: int
    sign_up_rate: float | None
    reachable_rate: float | None
    strangers_served: int
    workload: float | None
    contacts_due: int
    capacity: int


@dataclass(frozen=True)
class HandoverRow:
    """One row per customer of the base whose associate has left and whom nobody has taken over, in hand-over order."""

    person: Person
    is_vip: bool
    last_purchase_on: date
    net_sales_12m: Decimal
    """In the chain; 0.00 where nothing positive."""
    left_name: str
    left_on: date
    new_name: str | None
    """None: nobody in the store has room."""
    is_closest: bool
    """The proposed associate is who served them next most; else whose turn it is."""


@dataclass(frozen=True)
class AdoptionRow:
    """One row per category: of A customers without it in the 24 months before, how many started to buy it in these 3."""

    category: str
    a_started: int
    a_could: int
    others_started: int
    others_could: int
    a_share: float | None
    others_share: float | None
    difference: float | None
    """A customers' share minus the others', with its 95 % interval (Newcombe)."""
    difference_low: float | None
    difference_high: float | None


@dataclass(frozen=True)
class TogetherRow:
    """One row per pair of categories bought by the same customers in 12 months more often than chance has it."""

    category: str
    other: str
    with_both: int
    with_category: int
    with_other: int
    with_one: int
    """Of one of the two only: whom to show the other."""
    lift: float
    lift_low: float
    lift_high: float


@dataclass(frozen=True)
class PickRow:
    """One row per new product of the last 6 months that early adopters of the scope took."""

    product: str
    category: str | None
    launched_on: date
    pickers: int
    judged: int
    harbinger_share: float | None


@dataclass(frozen=True)
class ProspectRow:
    """One row per kind of people known who never bought: referred, recipient, on_file."""

    prospect_kind: str
    people: int
    reachable: int


@dataclass(frozen=True)
class ExpiringRow:
    """One row per customer whose points or stored value expire by the end of the month after next, the most money first."""

    person: Person
    associate_name: str | None
    expires_on: date
    points: int
    stored_value: Decimal


@dataclass(frozen=True)
class HoldingRow:
    """One row per holding (points, stored_value): who holds it, how much, and how much of that expires soon."""

    holding: str
    customers: int
    amount: Value
    expiring_customers: int
    expiring_amount: Value


@dataclass(frozen=True)
class KeyAccountRow:
    """One row per customer kind: its class A customers. Amounts are None where fewer than 10 people would show in HQ's review."""

    customer_kind: str
    customers: int | None
    net_sales_12m: Decimal | None
    share_of_sales: float | None
    silent: int | None
    """Of them at risk or lapsed."""
    best: tuple[Person, ...]


@dataclass(frozen=True)
class RfmRow:
    """One row per group of `schemas.segments.RFM`."""

    rfm_group: str
    customers: int | None
    net_sales_24m: Decimal | None


@dataclass(frozen=True)
class TargetRow:
    """One row per metric with a target this month."""

    name: str
    target: Value
    actual: Value
    reached: float | None


@dataclass(frozen=True)
class PeopleAndOpportunity:
    """All that page 8 shows of one scope."""

    staff: tuple[StaffRow, ...] = ()
    handover: tuple[HandoverRow, ...] = ()
    adoption: tuple[AdoptionRow, ...] = ()
    together: tuple[TogetherRow, ...] = ()
    picks: tuple[PickRow, ...] = ()
    prospects: tuple[ProspectRow, ...] = ()
    holdings: tuple[HoldingRow, ...] = ()
    expiring: tuple[ExpiringRow, ...] = ()
    key_accounts: tuple[KeyAccountRow, ...] = ()
    rfm: tuple[RfmRow, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    profit_is_margin: bool = False
    """Cost is known for 95 % of the year's sales: profit is margin, else net sales."""
