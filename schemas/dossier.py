"""What the look-ups answer: plain frozen dataclasses, said in the reader's language by report_templates, or as JSON.

Names, phones and addresses stand in them masked, unless they were asked for in full (`is_full`): so nothing that prints a
dossier can show more than it should. Money is Decimal in the chain's currency; None is "not known".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class KnownAs:
    """One key by which rows name the customer: member_id, phone, email or account."""

    kind: str
    value: str


@dataclass(frozen=True)
class Match:
    """One customer that a query may mean."""

    customer_id: str
    name: str
    phone: str | None
    found_by: str
    """id, phone, name, pinyin or notes."""
    home_store: str | None
    status: str
    last_purchase_on: date | None
    purchases: int
    net_sales: Decimal
    is_vip: bool


@dataclass(frozen=True)
class OwnDate:
    """A day of the year that matters to the customer, and when it comes next."""

    kind: str
    """birthday, anniversary or gift_day."""
    on: date
    """The next time it comes, from the day of asking on."""
    is_lunar: bool
    lunar_text: str | None
    recipient: str | None = None
    occasion: str | None = None
    last_on: date | None = None
    """The wedding, or last year's gift day."""
    product: str | None = None


@dataclass(frozen=True)
class Purchase:
    """One purchase: a day's sales."""

    on: date
    store: str | None
    sales: Decimal
    product: str | None


@dataclass(frozen=True)
class Word:
    """One contact with the customer."""

    at: datetime
    kind: str | None
    channel: str | None
    associate: str | None
    result: str | None


@dataclass(frozen=True)
class Complained:
    """One complaint."""

    received_on: date
    cause: str | None
    severity: str | None
    resolved_on: date | None
    satisfied: bool | None


@dataclass(frozen=True)
class Surveyed:
    """What the customer said in a survey, a day's answers in one."""

    answered_on: date
    likes: str | None
    dislikes: str | None
    share_of_wallet: float | None
    nps: int | None
    competitor: str | None
    below_expectation: tuple[str, ...]
    """Aspects whose experience was rated below the expectation."""


@dataclass(frozen=True)
class Served:
    """An associate, and on how many days of the last 24 months they served the customer."""

    name: str
    days: int
    is_closest: bool


@dataclass(frozen=True)
class NextCare:
    """The next word that is due."""

    kind: str
    due_on: date
    trigger_on: date | None


@dataclass(frozen=True)
class Brought:
    """Somebody the customer brought, or who brought them."""

    name: str
    customer_id: str
    on: date | None


@dataclass(frozen=True)
class Dossier:
    """All that is known of one customer, on one page."""

    customer_id: str
    is_full: bool
    name: str
    keys: tuple[KnownAs, ...]
    kind: str | None
    member_tier: str | None
    member_since: date | None
    is_on_file: bool
    status: str
    """prospect, active, at_risk or lapsed on the day of asking."""
    value_class: str
    is_vip: bool
    home_store: str | None
    closest_associate: str | None
    may_contact: bool
    call_by: str
    write_by: str
    do_not_contact: bool
    moved_away_on: date | None
    district: str | None
    address: str | None
    occupation: str | None
    interests: str | None
    favourite_style: str | None
    note: str | None
    points: int | None
    stored_value: Decimal | None
    dates: tuple[OwnDate, ...]
    purchases: int
    net_sales: Decimal
    net_sales_12m: Decimal
    first_purchase_on: date | None
    last_purchase_on: date | None
    days_since_last_purchase: int | None
    own_gap_days: float | None
    average_ticket: Decimal | None
    last_purchases: tuple[Purchase, ...]
    favourites: tuple[str, ...]
    served_by: tuple[Served, ...]
    words: tuple[Word, ...]
    complaints: tuple[Complained, ...]
    surveys: tuple[Surveyed, ...]
    brought_by: Brought | None
    brought: tuple[Brought, ...]
    next_care: tuple[NextCare, ...]


@dataclass(frozen=True)
class CareRow:
    """One word due to one customer on the day asked about."""

    customer_id: str
    name: str
    phone: str | None
    kind: str
    due_on: date
    trigger_on: date | None
    is_lunar: bool
    lunar_text: str | None
    recipient: str | None
    occasion: str | None
    product: str | None
    channel: str
    not_before: datetime
    is_vip: bool
    is_held_back: bool
    is_done: bool
    came_in_rain: bool
    message_no: int | None
    store_id: str
    store: str
    associate_id: str | None
    associate: str | None


@dataclass(frozen=True)
class DateRow:
    """One customer's day that comes in the days asked about."""

    customer_id: str
    name: str
    phone: str | None
    date: OwnDate
    status: str
    may_contact: bool
    is_vip: bool
    store_id: str
    store: str
    associate: str | None


@dataclass(frozen=True)
class AskedOn:
    """What every answer says about itself."""

    chain_name: str
    day: date
    known_at: datetime
    """UTC."""
    last_sale_on: date
    time_zone: str
    currency: str
    locale: str
    is_stale: bool
    """Files have landed since that this answer does not know."""
    version: str
