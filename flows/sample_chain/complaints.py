"""What goes wrong, who complains, and what is done about it."""

from __future__ import annotations

from flows.sample_chain.books import yuan
from flows.sample_chain.care import log_contact
from flows.sample_chain.chain import Chain
from flows.sample_chain.people import Customer
from flows.sample_chain.seasons import NEVER
from flows.sample_chain.stores import Store


def trouble_at(chain: Chain, store: Store) -> str:
    """The trouble that every shop has now and then."""
    roll = chain.rng.random()
    for trouble, chance in (("product", 0.007), ("service", 0.006), ("expectation", 0.005), ("price", 0.003)):
        roll -= chance
        if roll < 0:
            return trouble
    return "delivery" if store.is_online and roll < 0.012 else ""


def incident(
    chain: Chain, customer: Customer, store: Store, day: int, order_id: str, trouble: str, is_bad: bool
) -> None:
    """Something went wrong: some complain, most say nothing; what is done about it decides who stays."""
    rng = chain.rng
    received = day + rng.randrange(0, 6 if trouble == "service" else 25)
    if received > chain.end or rng.random() < (0.55 if is_bad else 0.25):
        leaves, known = (0.45, day) if is_bad else (0.25, day)
    else:
        known = received
        leaves = complaint(chain, customer, store, received, order_id, trouble, is_bad)
    cause = {"product": "product", "service": "bad_service", "price": "price"}.get(trouble, "bad_service")
    if customer.purse < 3 and rng.random() < leaves:
        customer.may_leave(known + rng.randrange(1, 15), cause, day)


def complaint(
    chain: Chain, customer: Customer, store: Store, day: int, order_id: str, trouble: str, is_bad: bool
) -> float:
    """Register a complaint, as slowly answered as the store is; answers the chance that the customer leaves."""
    rng, words = chain.rng, chain.words
    severity = "major" if rng.random() < (0.45 if is_bad else 0.3) else "minor"
    received = day * 86400 + rng.randrange(36000, 75600)
    answer_hours = rng.lognormvariate(3.4 if is_bad else 1.3, 0.9)
    drags_on = rng.random() < 0.22
    days = rng.uniform(30, 57) if drags_on else min(rng.lognormvariate(2.3 if is_bad else 0.7, 0.9), 57)
    resolved = received + int(max(days * 86400, answer_hours * 3600 + 1800))
    if not store.is_online and chain.end - 150 <= day <= chain.end - 105 and not chain.books.has_forgotten_one:
        drags_on = chain.books.has_forgotten_one = True
        resolved = NEVER
    answered = received + int(answer_hours * 3600)
    now = (chain.end + 1) * 86400
    is_resolved = resolved < now
    customer.last_complaint = max(customer.last_complaint, day)
    if customer.leaving[0] <= day:  # who complains has not gone yet
        customer.leaving = (day + rng.randrange(1, 10), *customer.leaving[1:])
    leaves = 0.75 if drags_on else 0.12 if days <= 1 else 0.3 if days <= 7 else 0.55
    leaves = min(0.9, leaves * (1.25 if severity == "major" else 0.85))
    steps = len(words.steps) if is_resolved else (0 if answered >= now else rng.randint(1, 4))
    if is_resolved and rng.random() < 0.35:
        steps -= rng.randint(1, 2)
    keys = customer.known_keys(day)
    has_rival = store.competitor_from <= day
    names_rival = rng.random() < (0.35 if has_rival else 0.4 if trouble == "price" else 0.0)
    rival = words.competitors[0 if has_rival else 1] if names_rival else ""
    chain.books.complaints.append((
        chain.calendar.text(received), store.store_id, order_id, *keys, trouble,
        severity, rng.choice(words.complaint_texts[trouble]), chain.calendar.text(answered) if answered < now else "",
        chain.calendar.text(resolved) if is_resolved else "", yuan(rng.randrange(0, 9) * 5000) if is_resolved else "",
        ";".join(words.steps[:steps]),
        (words.yes if rng.random() > leaves else words.no) if is_resolved else "",
        rival,
    ))  # fmt: skip
    if is_resolved and customer.associate and not store.is_online:
        log_contact(chain, customer, resolved // 86400, "answer_complaint", "reached")
    return leaves
