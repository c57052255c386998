"""The customers' lives: purchase after purchase, until they leave for a cause; friends whom they bring."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from flows.sample_chain.baskets import basket
from flows.sample_chain.care import care_after, keep_in_touch, log_contact, may_contact, win_back, wishes
from flows.sample_chain.chain import Chain
from flows.sample_chain.complaints import incident, trouble_at
from flows.sample_chain.counters import counter_of, own_associate, served_by
from flows.sample_chain.files import write_till
from flows.sample_chain.nature import BIG_SPENDER, LIFETIME, ONE_TIMERS
from flows.sample_chain.newcomers import arrival, newcomer, segment_for
from flows.sample_chain.online import online_order
from flows.sample_chain.people import Customer, Referral
from flows.sample_chain.seasons import NEVER
from flows.sample_chain.stores import Associate, Store
from flows.sample_chain.surveys import parting_word, survey
from flows.sample_chain.tills import strangers, till_order


def shared_out(total: int, weights: Sequence[float]) -> list[int]:
    """`total` in whole parts by weight, the largest remainders rounded up."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [math.floor(part) for part in exact]
    by_remainder = sorted(range(len(weights)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def live_through(chain: Chain, customers: int, inbox: Path) -> None:
    """Let every store's customers live, and write a store's tills as soon as nobody else can come there.

    People also buy up to two stores away, so a store's books close when the store after the next has lived.
    """
    share = [chain.rng.uniform(0.75, 1.3) for _ in chain.physical]
    for at, store in enumerate(chain.physical):
        if store.opened > 0:
            share[at] *= 0.75
    if chain.online:
        share.append(sum(share) * 0.16)
    for store, count in zip(chain.stores, shared_out(customers, share), strict=True):
        live_store(chain, store, count)
        if not store.is_online and store.number >= 2:
            close_books(chain, chain.physical[store.number - 2], inbox)
    for store in chain.physical[-2:]:
        close_books(chain, store, inbox)


def close_books(chain: Chain, store: Store, inbox: Path) -> None:
    """Add the strangers' orders and write a store's files."""
    strangers(chain, store)
    for month, _, _ in chain.calendar.month_starts():
        rows = chain.books.pos_rows.pop((store.store_id, month), [])
        if rows:
            write_till(chain, inbox, store, month, rows)
    store.seconds_used.clear()


def live_store(chain: Chain, store: Store, count: int) -> None:
    """`count` customers: some there before the period, some arriving, about one in twelve brought by another."""
    rng = chain.rng
    brought = round(count * 0.09) if count >= 20 and not store.is_online else round(count * 0.04)
    before = 0 if store.opened >= 0 else round((count - brought) * 0.52)
    chain.books.brought = []
    whales = rng.choice((1, 2, 2, 3)) if not store.is_online and count >= 40 else 0
    for at in range(count - brought):
        segment = BIG_SPENDER if at < whales else segment_for(chain, store)
        live(chain, arrival(chain, store, segment, at < before))
    for share in (0.75, 1.0):
        quota = round(brought * share)
        candidates = sorted(chain.books.brought, key=lambda entry: (entry[0], entry[1].number))
        chain.books.brought = []
        for day, referrer in sorted(
            rng.sample(candidates, min(quota, len(candidates))), key=lambda entry: (entry[0], entry[1].number)
        ):
            live_referred(chain, store, day, referrer)
            brought -= 1
    for _ in range(brought):
        live(chain, arrival(chain, store, segment_for(chain, store), False))


def live_referred(chain: Chain, store: Store, day: int, referrer: Customer) -> None:
    """One who comes because a satisfied customer spoke of the shop, and is noted as such most of the time."""
    segment = segment_for(chain, store)
    while segment.name in ("enterprise", "partner", "promotion_hunter"):
        segment = segment_for(chain, store)
    customer = newcomer(chain, store, segment, day, referrer)
    customer.registers_at_visit = 1
    is_noted = referrer.is_registered(day) and chain.rng.random() < 0.85
    customer.noted_referrer = referrer.member_id if is_noted else ""
    chain.books.referrals.append(Referral(day, referrer, customer, is_noted))
    live(chain, customer)
    own = own_associate(chain, referrer, day)
    if is_noted and own and may_contact(referrer, day) and chain.rng.random() < own.diligence:
        log_contact(chain, referrer, day, "thank_referrer", "reached")
    if is_noted and may_contact(customer, day) and chain.rng.random() < 0.5:
        log_contact(chain, customer, day + chain.rng.randrange(1, 8), "welcome_referred", "reached")


def live(chain: Chain, customer: Customer) -> None:
    """One customer's life in the period: purchase after purchase, until they leave for a cause."""
    if customer.first_day >= chain.calendar.days:
        return
    customer.plan.sort()
    day, purpose, recipient = customer.first_day, "", -1
    if customer.segment.name == "gift_giver" and customer.plan and not customer.referrer:
        day, purpose, recipient = customer.plan.pop(0)
        customer.first_day = day
    elif customer.segment.name == "couple":
        purpose = "proposal"
    foresee(chain, customer)
    while day <= chain.end:
        visit(chain, customer, day, purpose, recipient)
        if purpose == "gift":
            customer.gift_days.append((day + 358, purpose, recipient))
        follows = next_purchase(chain, customer, day)
        keep_in_touch(chain, customer, day, follows[0])
        day, purpose, recipient = follows
    wishes(chain, customer)


def foresee(chain: Chain, customer: Customer) -> None:
    """Causes that do not depend on a purchase: nature, a move, the competitor, price rises, a change of taste."""
    rng, first, store = chain.rng, customer.first_day, customer.store
    steady = 1.6 if customer.referrer else 1.0
    if customer.kind != "individual" or customer.purse == 3:
        steady = 2.5
    life = rng.expovariate(1 / (LIFETIME[customer.attitude] * steady))
    if rng.random() < ONE_TIMERS[customer.attitude] / steady**2 and first > 0 and not customer.recipients:
        life = 1
    customer.may_leave(first + max(1, int(life)), "natural", first + max(1, int(life)))
    moves = first + int(rng.expovariate(1 / 6500)) + 5
    customer.may_leave(moves, "moved_away", moves)
    if customer.leaving[1] == "moved_away" and rng.random() < 0.65:
        customer.learned_of_move = moves + rng.randrange(3, 60)
        customer.has_moved_note = rng.random() < 0.4
    if store.competitor_from < NEVER and customer.online_share < 0.8:
        chance = {"loyal": 0.1, "early_adopter": 0.15, "switcher": 0.42, "no_loyalty": 0.38}[customer.attitude]
        if first < store.competitor_from and rng.random() < chance:
            customer.may_leave(store.competitor_from + rng.randrange(3, 150), "competitor", store.competitor_from)
    if store.closed < NEVER and rng.random() < 0.35:
        customer.may_leave(store.closed + rng.randrange(0, 30), "natural", store.closed)
    for rise in chain.calendar.price_rises:
        is_jewellery = customer.segment.name not in ("flower_regular", "partner")
        if first < rise and is_jewellery and customer.is_price_sensitive and rng.random() < 0.16:
            customer.may_leave(rise + rng.randrange(0, 20), "price", rise)
    turns = first + int(rng.expovariate(1 / 5200)) + 120
    if customer.kind == "individual" and customer.purse < 3:
        gone = turns + int(2.5 * customer.gap) + rng.randrange(10, 60)
        customer.may_leave(gone, "taste", turns)
        customer.taste_changes = turns
    customer.near_new_store = rng.random() < 0.06


def next_purchase(chain: Chain, customer: Customer, day: int) -> tuple[int, str, int]:
    """The next purchase by own rhythm or plan; none once they have left, unless a call brings them back."""
    rng, segment = chain.rng, customer.segment
    gap = rng.gammavariate(segment.regularity, customer.gap / segment.regularity)
    follows: tuple[int, str, int] = (chain.calendar.next_day(segment.season, day, gap), "", -1)
    while customer.plan and customer.plan[0][0] <= day:
        customer.plan.pop(0)
    if customer.plan and customer.plan[0][0] <= follows[0]:
        follows = customer.plan[0]
    if follows[0] > customer.leaving[0]:
        customer.left = customer.leaving if customer.leaving[0] <= chain.end else None
        follows = (NEVER, "", -1)
        if customer.left:
            parting_word(chain, customer)
    back = win_back(chain, customer, day, follows[0])
    if back > customer.leaving[0]:  # put off for so long, or so little looked after, that they have gone by then
        customer.left = customer.leaving if customer.leaving[0] <= chain.end else None
        back = NEVER
    return follows if back == follows[0] else (back, "", -1)


def visit(chain: Chain, customer: Customer, day: int, purpose: str, recipient: int) -> None:
    """One purchase: where, what, who serves; then the care after it, and what can go wrong or right."""
    rng = chain.rng
    customer.visits += 1
    if customer.visits >= customer.registers_at_visit and not customer.is_registered(day):
        customer.registered = day
        customer.second_from = NEVER if customer.second_from <= day else customer.second_from
    online_share = 0.9 if purpose == "gift" and customer.account else customer.online_share
    to = customer.recipients[recipient] if recipient >= 0 else None
    if chain.online and customer.account and (customer.store.is_online or rng.random() < online_share):
        store, associate = chain.online, None
        order_id = online_order(chain, customer, day, purpose, to)
    else:
        store = counter_of(chain, customer, day)
        associate = served_by(chain, customer, store, day)
        order_id = till_order(chain, store, day, customer, associate, basket(chain, customer, day, purpose))
    if order_id:
        customer.first_paid, customer.last_day = min(customer.first_paid, day), day
        customer.purchases += 1
        after_purchase(chain, customer, store, associate, day, order_id)


def after_purchase(
    chain: Chain, customer: Customer, store: Store, associate: Associate | None, day: int, order_id: str
) -> None:
    """Care, trouble, a survey, a friend told: what follows a purchase and shapes whether there will be another."""
    rng = chain.rng
    is_ordinary = customer.kind == "individual" and customer.purse < 3
    is_cared_for = care_after(chain, customer, day)
    if not is_cared_for and is_ordinary and rng.random() < 0.02:
        customer.may_leave(day + rng.randrange(20, 60), "lack_of_care", day)
    warmth = associate.warmth if associate else 1.0
    if customer.visits == 1 and is_ordinary and warmth < 1 and rng.random() < (1 - warmth) * 0.6:
        customer.may_leave(day + rng.randrange(5, 40), "lack_of_care", day)
    is_bad = store.bad_service[0] <= day <= store.bad_service[1] and rng.random() < 0.42
    trouble = "service" if is_bad else trouble_at(chain, store)
    if trouble:
        incident(chain, customer, store, day, order_id, trouble, is_bad)
    if rng.random() < 0.05:
        survey(chain, customer, store, min(day + rng.randrange(1, 12), chain.end), order_id, trouble)
    tells = {"loyal": 0.06, "early_adopter": 0.05, "switcher": 0.02, "no_loyalty": 0.01}[customer.attitude]
    if not trouble and rng.random() < (tells if customer.referrer else tells * 1.5):
        friend = day + rng.randrange(3, 50)
        if friend <= chain.end and customer.store.is_open(friend) and not customer.store.is_online:
            chain.books.brought.append((friend, customer))
