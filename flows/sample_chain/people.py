"""The customers as they really are, those to whom they send gifts, and those whom they bring."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from flows.sample_chain.nature import Segment
from flows.sample_chain.seasons import NEVER
from flows.sample_chain.stores import Associate, Store


@dataclass(slots=True)
class Recipient:
    """One to whom a customer sends gifts, for an occasion of the year."""

    name: str
    phone: str
    address: str
    relation: str
    occasion: str
    month_day: tuple[int, int]
    is_lunar: bool


@dataclass(slots=True)
class Customer:
    """One person or firm as they really are; days count from the period's first day."""

    number: int
    segment: Segment
    attitude: str
    kind: str
    store: Store
    name: str
    is_female: bool
    gap: float
    purse: int
    """0 frugal, 1 as most, 2 generous, 3 without limit."""
    brand: str
    response: str
    first_day: int
    phone: str = ""
    parcel_phone: str = ""
    """The phone on parcels, where it is another than the one the shop knows."""
    account: str = ""
    is_account_on_file: bool = False
    online_share: float = 0.0
    member_id: str = ""
    second_member_id: str = ""
    second_from: int = NEVER
    registered: int = NEVER
    registers_at_visit: int = 1
    is_price_sensitive: bool = False
    near_new_store: bool = False
    consents: tuple[bool, bool, bool] = (False, False, False)
    is_on_wecom: bool = False
    refused_on: int = NEVER
    """The day on which the customer asked not to be contacted."""
    associate: Associate | None = None
    is_handed_over: bool = True
    address: str = ""
    district: int = 0
    referrer: Customer | None = None
    noted_referrer: str = ""
    anniversary: date | None = None
    birthday: tuple[str, str] = ("", "")
    recipients: list[Recipient] = field(default_factory=list)
    paid_for_one: int = 0
    """Cents of the last purchase if it was a single piece, else 0."""
    gift_days: list[tuple[int, str, int]] = field(default_factory=list)
    plan: list[tuple[int, str, int]] = field(default_factory=list)
    """Fixed visits: day, for what, which recipient (−1: none)."""
    leaving: tuple[int, str, int] = (NEVER, "", NEVER)
    """The earliest reason to leave so far: day of leaving, cause, day of the cause."""
    left: tuple[int, str, int] | None = None
    last_complaint: int = -NEVER
    taste_changes: int = NEVER
    learned_of_move: int = NEVER
    has_moved_note: bool = False
    visits: int = 0
    purchases: int = 0
    named_purchases: int = 0
    """Purchases on which the customer gave card, phone or account: the only ones that files can know."""
    first_paid: int = NEVER
    last_day: int = -1
    net_cents: int = 0

    def is_registered(self, day: int) -> bool:
        return self.registered <= day

    def cards(self, last: int) -> list[str]:
        """Member ids in use by the end of the period: none, one, or two."""
        if self.registered > last:
            return []
        return [self.member_id, self.second_member_id] if self.second_from <= self.last_day else [self.member_id]

    def known_keys(self, day: int) -> tuple[str, str, str]:
        """Member id, phone and account by which the shop can name this person on a day: the first one there is."""
        if self.is_registered(day):
            return self.member_id, "", ""
        if self.store.is_online:
            return "", "", self.account
        return "", self.phone, ""

    def may_leave(self, day: int, cause: str, cause_day: int) -> None:
        """Note a reason to leave; the earliest one will be the real one, but nobody goes before having complained."""
        day = max(day, self.last_complaint + 1)
        if day < self.leaving[0]:
            self.leaving = (day, cause, cause_day)


@dataclass(frozen=True, slots=True)
class Referral:
    """One customer who came because of another; `is_noted`: the shop wrote it down."""

    day: int
    referrer: Customer
    referred: Customer
    is_noted: bool
