"""What the shops' tills ring up: orders, refunds, and the orders of people who leave no name."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from flows.sample_chain.baskets import chosen, extras_of, line_of
from flows.sample_chain.books import Line, Receipt, yuan
from flows.sample_chain.chain import Chain
from flows.sample_chain.nature import of_shares
from flows.sample_chain.people import Customer
from flows.sample_chain.stores import Associate, Store

OWN_PHONE_FOR_MEMBERS = 14
"""One in so many receipts with card and phone has the shop's number instead of the customer's …"""
OWN_PHONE_FOR_STRANGERS = 9
"""… and one in so many of those who leave no name: a key that is many people's."""


STRANGERS_TASTES = {"silver": 0.24, "gold": 0.27, "pearl": 0.16, "flowers": 0.22, "gem": 0.06, "floral_gift": 0.05}
"""What those buy who leave no name."""


def till_order(
    chain: Chain, store: Store, day: int, customer: Customer | None, associate: Associate, lines: list[Line]
) -> str:
    """Ring up one order at a till; one line in forty comes back within weeks. Answers the order's id."""
    rng = chain.rng
    receipt = Receipt(store, day, free_moment(chain, store, day)[1], typed_keys(chain, store, customer, day), associate)
    ring_up(chain, receipt, lines + extras_of(chain, lines))
    if customer:
        customer.paid_for_one = lines[0].net if len(lines) == 1 and lines[0].quantity == 1 else 0
        customer.net_cents += sum(line.net for line in lines)
        customer.named_purchases += names_somebody(receipt)
        place = store.number, chain.calendar.month_of[day]
        chain.books.identified_orders[place] = chain.books.identified_orders.get(place, 0) + 1
    for line in lines:
        if rng.random() < (0.029 if line.net < 1_000_000 else 0.016):
            refund(chain, receipt, day + rng.randrange(1, 25), customer, line)
    return receipt.order_id


def free_moment(chain: Chain, store: Store, day: int, busy_from: int = 36000, busy_to: int = 77400) -> tuple[int, str]:
    """A second of the day at which this store writes no other order: (seconds since the start, text)."""
    second = day * 86400 + int(chain.rng.triangular(busy_from, busy_to, 61200))
    while second in store.seconds_used:
        second += 1
    store.seconds_used.add(second)
    return second, chain.calendar.text(second)


def shown_keys(chain: Chain, customer: Customer | None, day: int) -> tuple[str, str]:
    """Member id and phone as the cashier took them: card, card and phone, phone alone, or nothing at all."""
    rng = chain.rng
    if customer is None:
        return "", ""
    if not customer.is_registered(day):
        return "", customer.phone if rng.random() < 0.95 else ""
    member = customer.second_member_id if day >= customer.second_from else customer.member_id
    roll = rng.random()
    if roll < 0.66:
        return member, ""
    if roll < 0.86:
        return member, customer.phone
    if roll < 0.9:
        return "", f"{customer.phone[:3]}-{customer.phone[3:7]}-{customer.phone[7:]}"
    if roll < 0.97:
        return "", customer.phone
    return "", ""


def typed_keys(chain: Chain, store: Store, customer: Customer | None, day: int) -> tuple[str, str]:
    """Member id and phone as they stand on the receipt: what the cashier took, or the shop's own number."""
    member, phone = shown_keys(chain, customer, day)
    if member and phone:
        store.receipts_with_phone += 1
        return member, phone if store.receipts_with_phone % OWN_PHONE_FOR_MEMBERS else store.phone
    if customer is None:
        store.receipts_of_strangers += 1
        return "", "" if store.receipts_of_strangers % OWN_PHONE_FOR_STRANGERS else store.phone
    return member, phone


def names_somebody(receipt: Receipt) -> bool:
    """Whether the receipt has a key that is one person's own."""
    return any(key and key != receipt.store.phone for key in receipt.keys)


def refund(chain: Chain, bought: Receipt, day: int, customer: Customer | None, line: Line) -> None:
    """Take one line back, as it was paid, on the day it came back."""
    store = bought.store
    if day > chain.end or not store.is_open(day):
        return
    back = replace(
        line, quantity=-line.quantity, net=-line.net, discount=-line.discount, cost=-(line.cost or 0), kind="refund"
    )
    at = free_moment(chain, store, day)[1]
    ring_up(chain, replace(bought, day=day, at=at, refund_of=bought.order_id), [back])
    if customer:
        customer.net_cents -= line.net


def ring_up(chain: Chain, receipt: Receipt, lines: list[Line]) -> None:
    """Write an order's rows to its store and month, and count them."""
    month, words = chain.calendar.month_of[receipt.day], chain.words
    rows = chain.books.pos_rows.setdefault((receipt.store.store_id, month), [])
    order_id = receipt.order_id
    chain.books.order_count += 1
    for number, line in enumerate(lines, 1):
        row = (
            order_id, str(number), receipt.at, receipt.store.store_id, line.product_id, line.name,
            str(line.quantity), yuan(line.unit), yuan(line.net), yuan(line.discount),
            "" if line.cost is None else yuan(line.cost), *receipt.keys, receipt.associate.associate_id,
            words.yes if line.is_promotion else words.no, words.line_types[line.kind], receipt.refund_of,
        )  # fmt: skip
        rows.append((receipt.at, number, row))
        chain.books.count(receipt.store, month, line, is_identified=names_somebody(receipt))


def strangers(chain: Chain, store: Store) -> None:
    """Orders of people who leave no name, about one for every six with a name."""
    rng, calendar = chain.rng, chain.calendar
    for month, first, last in calendar.month_starts():
        first = max(first, store.opened)
        count = round(chain.books.identified_orders.get((store.number, month), 0) * rng.uniform(0.12, 0.19))
        for _ in range(count if first <= last else 0):
            passed = calendar.demand["jewellery"]
            point = passed[first] + rng.random() * (passed[last + 1] - passed[first])
            day = min(max(bisect_right(passed, point) - 1, first), last)
            if not store.is_open(day):
                continue
            on_duty = [one for one in store.staff if one.start <= day < one.end] or store.staff[:1]
            lines = [line_of(chain, chosen(chain, None, of_shares(rng, STRANGERS_TASTES), day), 1, day, None)]
            till_order(chain, store, day, None, rng.choice(on_duty), lines)
