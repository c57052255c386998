"""Contacts: the care that is due after a purchase, wishes on the days that matter, calls to those who stay away."""

from __future__ import annotations

from flows.sample_chain.chain import Chain
from flows.sample_chain.counters import own_associate
from flows.sample_chain.nature import LIFETIME, WON_BACK_CHANCE
from flows.sample_chain.occasions import anniversary_in, birthday_in
from flows.sample_chain.people import Customer
from flows.sample_chain.seasons import NEVER
from schemas.period import same_day_months_later

CARE_DONE = {
    "thank_you": (0, 0.5),
    "call_after_3_days": (3, 0.55),
    "three_weeks": (21, 0.15),
    "three_months": (91, 0.3),
}
"""Care after a purchase → (days after it, share done by an associate of full diligence)."""


def may_contact(chain: Chain, customer: Customer, day: int) -> bool:
    return customer.is_registered(day) and any(customer.consents) and not customer.do_not_contact


def log_contact(chain: Chain, customer: Customer, day: int, kind: str, result: str) -> bool:
    """Log one contact by the customer's own associate, if employed that day; no log, no contact."""
    rng, own = chain.rng, own_associate(chain, customer, day)
    if own is None or not own.start <= day < own.end or not 0 <= day <= chain.end:
        return False
    phone, wechat, _ = customer.consents
    channel = "wechat" if wechat and rng.random() < 0.65 else "phone" if phone else "wechat" if wechat else "sms"
    note = rng.choice(chain.words.contact_notes) if result == "reached" and rng.random() < 0.1 else ""
    at = chain.calendar.text(day * 86400 + rng.randrange(36000, 72000))
    chain.books.contacts.append((at, *customer.known_keys(day), own.associate_id, channel, kind, result, note))
    return True


def care_after(chain: Chain, customer: Customer, day: int) -> bool:
    """Thanks on the day, a call after three days, an invitation after three months: as far as diligence goes."""
    rng, own = chain.rng, own_associate(chain, customer, day)
    if own is None or not may_contact(chain, customer, day):
        return False
    keen = own.diligence * (1.3 if customer.purse >= 2 else 1.0)
    is_cared_for = False
    for kind, (after, share) in CARE_DONE.items():
        if kind == "three_months":
            after = chain.calendar.day(same_day_months_later(chain.calendar.on(day), 3)) - day
        if rng.random() < keen * share:
            result = "reached" if kind == "thank_you" or rng.random() < 0.75 else "no_answer"
            late = rng.choice((0, 0, 0, 1, 2)) if after else 0
            is_cared_for |= log_contact(chain, customer, day + after + late, kind, result) and after < 30
    return is_cared_for


def wishes(chain: Chain, customer: Customer) -> None:
    """Birthday and anniversary wishes in the years between first and last purchase."""
    rng, own = chain.rng, customer.associate
    if own is None or not any(customer.consents) or customer.registered > chain.end:
        return
    last = min(chain.end, customer.last_day + 300)
    for day, purpose, _ in customer.gift_days:
        if customer.registered < day <= chain.end and purpose == "gift" and rng.random() < own.diligence * 0.4:
            log_contact(chain, customer, day, "gift_day", "reached")
    for year in sorted(chain.calendar.festival):
        dates = [
            ("anniversary", anniversary_in(chain, customer, year)),
            ("birthday", birthday_in(chain, customer, year)),
        ]
        for kind, day in dates:
            if max(customer.first_day, customer.registered) < day <= last and rng.random() < own.diligence * 0.7:
                log_contact(chain, customer, day, kind, "reached")


def win_back(chain: Chain, customer: Customer, day: int, follows: int) -> int:
    """Calls to one who is overdue; `follows` is when they would come anyway. Answers when they come.

    Who is called is chance within the associate's diligence, so the truth of what a call does is known exactly:
    those who respond may come sooner, the annoyed put off what they meant to do, for the rest nothing changes.
    """
    rng = chain.rng
    overdue = day + max(30, int(1.9 * customer.gap))
    for attempt in range(3):
        at = overdue + rng.randrange(5, 40) + attempt * 90
        if at > chain.end or at >= follows or not may_contact(chain, customer, at):
            return follows
        own = own_associate(chain, customer, at)
        keen = 1.2 if customer.purse >= 2 else 0.85
        if own is None or not own.start <= at < own.end or rng.random() > own.diligence * keen:
            continue
        comes = follows
        if customer.response == "responds" and follows > at + 60:
            cause = customer.left[1] if customer.left else ""
            if rng.random() < WON_BACK_CHANCE[cause]:
                comes = at + rng.randrange(3, 58)
        elif customer.response == "annoyed" and follows <= at + 60 and rng.random() < 0.6:
            comes = follows + 75
        note_effect(chain, customer, at, follows, comes)
        came = comes < follows
        refuses = customer.response == "annoyed" and rng.random() < 0.4
        answer = "reached" if rng.random() < 0.6 else "no_answer"
        result = "came_back" if came else "asked_not_to_call" if refuses else answer
        log_contact(chain, customer, at, "win_back" if customer.net_cents > 200_000 else "long_absent", result)
        customer.do_not_contact = customer.do_not_contact or result == "asked_not_to_call"
        if came and comes <= chain.end:
            come_back(chain, customer, comes)
        if comes != follows:
            return comes
    return follows


def note_effect(chain: Chain, customer: Customer, at: int, follows: int, comes: int) -> None:
    """Count what would have happened within 60 days without the call, and what did; whole windows only."""
    if at + 60 <= chain.end:
        state = "gone" if customer.left else "late"
        tally = chain.books.effects.setdefault((customer.response, state), [0, 0, 0])
        tally[0] += 1
        tally[1] += follows <= at + 60
        tally[2] += comes <= at + 60


def come_back(chain: Chain, customer: Customer, day: int) -> None:
    """A customer won back starts afresh: old reasons are forgotten, new ones may come."""
    customer.left = None
    life = int(chain.rng.expovariate(1 / LIFETIME[customer.attitude])) + 20
    customer.leaving = (day + life, "natural", day + life)
    customer.taste_changes = NEVER
    customer.learned_of_move = NEVER
