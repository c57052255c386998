"""What customers answer when they are asked."""

from __future__ import annotations

from flows.sample_chain.books import yuan
from flows.sample_chain.chain import Chain
from flows.sample_chain.people import Customer
from flows.sample_chain.seasons import NEVER
from flows.sample_chain.stores import Store

ASPECT_HURT = {
    "service": "service",
    "bad_service": "service",
    "lack_of_care": "aftercare",
    "product": "quality",
    "price": "price",
    "expectation": "style",
    "taste": "style",
    "delivery": "packing",
}
"""Trouble, or cause of leaving → the aspect that a survey then marks down."""


ASPECT_WEIGHT = {"quality": 8.8, "service": 8.2, "price": 7.6, "style": 6.8, "packing": 6.8, "aftercare": 6.8}
"""Mean importance, 0–10."""


def survey(
    chain: Chain, customer: Customer, store: Store, day: int, order_id: str, trouble: str = "", cause: str = ""
) -> None:
    """One answered questionnaire: a row for the whole, and one for each of the aspects asked."""
    rng, words = chain.rng, chain.words
    keys = customer.known_keys(day)
    at = chain.calendar.text(day * 86400 + rng.randrange(36000, 79200))
    hurt = ASPECT_HURT.get(trouble or cause, "")
    aspects = sorted(rng.sample(sorted(words.aspects), 3) + ([hurt] if hurt else []))
    felt: list[int] = []
    for aspect in dict.fromkeys(aspects):
        expected = min(10, max(3, round(rng.gauss(7.9, 1.0))))
        lived = rng.gauss(8.2, 1.1) - (4 if aspect == hurt else 0)
        if aspect == "service" and store.bad_service[0] <= day <= store.bad_service[1]:
            lived -= 1.5
        score = min(10, max(0, round(lived)))
        felt.append(score)
        weight = min(10, max(1, round(rng.gauss(ASPECT_WEIGHT[aspect], 1))))
        chain.books.surveys.append((
            at, store.store_id, order_id, *keys, words.aspects[aspect], str(expected), str(score), str(weight),
            "", "", "", "", "", "",
        ))  # fmt: skip
    wallet = {"loyal": 0.75, "early_adopter": 0.65, "switcher": 0.42, "no_loyalty": 0.3}[customer.attitude]
    share = min(1.0, max(0.05, round(rng.gauss(wallet, 0.12), 2)))
    nearby = words.competitors[0] if store.competitor_from <= day else rng.choice(words.competitors[1:])
    looks_around = 0.4 if customer.attitude == "switcher" else 0.25 if store.competitor_from <= day else 0.0
    rival = nearby if cause == "competitor" or rng.random() < looks_around else ""
    liked = rng.choice(sorted(aspect for aspect in words.aspects if aspect != hurt))
    disliked = hurt or (rng.choice(sorted(words.aspects)) if rng.random() < 0.4 else "")
    if cause == "competitor":
        disliked = "price"
    recommend = min(10, max(0, round(sum(felt) / len(felt) + rng.gauss(0.3, 0.8))))
    expected_price = price_expected(chain, customer, order_id, day)
    chain.books.surveys.append((
        at, store.store_id, order_id, *keys, "", "", "", "", rival, expected_price, f"{share:.2f}",
        words.likes[liked], words.dislikes[disliked] if disliked and disliked != liked else "", str(recommend),
    ))  # fmt: skip


def price_expected(chain: Chain, customer: Customer, order_id: str, day: int) -> str:
    """What the customer had thought the piece would cost; the price-sensitive still think of the old prices."""
    if not order_id or not customer.paid_for_one:
        return ""
    old = 1 / chain.calendar.price_level(day) ** 0.5 if customer.is_price_sensitive else 1.0
    return yuan(round(customer.paid_for_one * old * chain.rng.gauss(1.0, 0.08) / 1000) * 1000)


def parting_word(chain: Chain, customer: Customer) -> None:
    """A third of those who leave over price, a rival or their taste have said so when the shop asked."""
    _, cause, since = customer.left or (NEVER, "", NEVER)
    asked = max(since, customer.last_day + 1) + chain.rng.randrange(0, 15)
    if cause in ("price", "competitor", "taste", "bad_service") and asked <= chain.end and chain.rng.random() < 0.35:
        survey(chain, customer, customer.store, asked, "", cause=cause)
