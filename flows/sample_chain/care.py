"""Contacts: the care that is due after a purchase, wishes on the days that matter, calls to those who stay away."""

from __future__ import annotations

from flows.sample_chain.chain import Chain
from flows.sample_chain.counters import caretaker, own_associate
from flows.sample_chain.nature import LIFETIME, WON_BACK_CHANCE
from flows.sample_chain.occasions import anniversary_in, birthday_in
from flows.sample_chain.people import Customer
from flows.sample_chain.seasons import NEVER
from schemas.period import same_day_months_later

CARE_DONE = {
    "thank_you": (0, 1.0),
    "call_after_3_days": (3, 0.8),
}
"""Care right after a purchase → (days after it, share done by an associate of full diligence)."""

MESSAGE_DAYS = 21


def may_contact(customer: Customer, day: int) -> bool:
    """Whether the shop may: somebody on file, with a consent, who has not asked to be left alone."""
    return customer.is_registered(day) and any(customer.consents) and day < customer.refused_on


def log_contact(chain: Chain, customer: Customer, day: int, kind: str, result: str, channel: str = "") -> bool:
    """Log one contact by whoever looks after the customer that day; no log, no contact."""
    rng, by = chain.rng, caretaker(customer, day)
    if not 0 <= day <= chain.end or (by is None and not customer.store.is_online):
        return False
    if not channel:
        phone, wechat, _ = customer.consents
        channel = "wechat" if wechat and rng.random() < 0.65 else "phone" if phone else "wechat" if wechat else "sms"
    note = rng.choice(chain.words.contact_notes) if result == "reached" and rng.random() < 0.1 else ""
    at = chain.calendar.text(day * 86400 + rng.randrange(36000, 72000))
    associate_id = by.associate_id if by else ""
    chain.books.contacts.append((at, *customer.known_keys(day), associate_id, channel, kind, result, note))
    return True


def diligence_for(customer: Customer, day: int) -> float:
    """How much of what is due to the customer gets done on a day; nothing where nobody feels responsible."""
    by = caretaker(customer, day)
    if by is not None:
        return by.diligence
    return customer.store.diligence if customer.store.is_online else 0.0


def care_after(chain: Chain, customer: Customer, day: int) -> bool:
    """Thanks on the day, a call after three days: as far as diligence goes."""
    rng = chain.rng
    own_associate(chain, customer, day)
    if not may_contact(customer, day):
        return False
    keen = diligence_for(customer, day) * (1.3 if customer.purse >= 2 else 1.0)
    is_cared_for = False
    for kind, (after, share) in CARE_DONE.items():
        if rng.random() < keen * share:
            result = "reached" if kind == "thank_you" or rng.random() < 0.75 else "no_answer"
            late = rng.choice((0, 0, 0, 1, 2)) if after else 0
            is_cared_for |= log_contact(chain, customer, day + after + late, kind, result)
    return is_cared_for


def keep_in_touch(chain: Chain, customer: Customer, day: int, comes: int) -> None:
    """Between two purchases: a message every three weeks until the customer counts as lapsed, and after three months
    an invitation. Messages go out in bulk by WeChat or SMS, so that they are on time where they are sent at all."""
    rng, calendar = chain.rng, chain.calendar
    lapsed = day + min(730, max(365, int(4 * customer.gap)))
    until = min(comes - 1, lapsed, customer.learned_of_move, chain.end)
    _, wechat, sms = customer.consents
    channel = "wechat" if wechat and customer.is_on_wecom else "sms" if sms else "phone"
    for due in range(day + MESSAGE_DAYS, until + 1, MESSAGE_DAYS):
        share = 0.15 if channel == "phone" else 0.95
        if may_contact(customer, due) and rng.random() < diligence_for(customer, due) * share:
            log_contact(chain, customer, due, "three_weeks", "sent", channel)
    invited = calendar.day(same_day_months_later(calendar.on(day), 3))
    if invited <= until and may_contact(customer, invited) and rng.random() < diligence_for(customer, invited) * 0.6:
        result = "reached" if rng.random() < 0.75 else "no_answer"
        on = invited + rng.choice((0, 0, 0, 1, 2))
        if may_contact(customer, on):
            log_contact(chain, customer, on, "three_months", result)


def wishes(chain: Chain, customer: Customer) -> None:
    """Birthday and anniversary wishes in the years between first and last purchase, and a word before gift days."""
    rng = chain.rng
    due = [(day, "gift_day", 0.5) for day, purpose, _ in customer.gift_days if purpose == "gift"]
    last = min(chain.end, customer.last_day + 365)
    for year in sorted(chain.calendar.festival):
        dates = {"anniversary": anniversary_in(chain, customer, year), "birthday": birthday_in(chain, customer, year)}
        due += [(day, kind, 0.95) for kind, day in dates.items() if customer.first_day < day <= last]
    for day, kind, share in due:
        if may_contact(customer, day) and rng.random() < diligence_for(customer, day) * share:
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
        if at > chain.end or at >= follows or not may_contact(customer, at):
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
        if result == "asked_not_to_call":
            customer.refused_on = at
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
