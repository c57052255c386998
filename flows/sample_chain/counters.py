"""In which shop a purchase happens, who serves, and who looks after the customer afterwards."""

from __future__ import annotations

from flows.sample_chain.chain import Chain
from flows.sample_chain.people import Customer
from flows.sample_chain.stores import Associate, Store


def counter_of(chain: Chain, customer: Customer, day: int) -> Store:
    """The physical store of this purchase; a closed store's customers go to its successor, or not at all."""
    rng = chain.rng
    newest = chain.physical[-1]
    is_next_door = customer.store.number == newest.number - 1 and customer.near_new_store
    if is_next_door and newest.opened >= 0 and newest.is_open(day):
        customer.store = newest
    if not customer.store.is_open(day) and customer.store.successor:
        customer.store, customer.associate = customer.store.successor, None
    if rng.random() < 0.035 and len(chain.physical) > 1:
        near = range(max(0, customer.store.number - 2), min(len(chain.physical), customer.store.number + 3))
        other = chain.physical[rng.choice(near)]
        if other.is_open(day):
            return other
    return customer.store


def served_by(chain: Chain, customer: Customer, store: Store, day: int) -> Associate:
    """The customer's own associate if there, else anyone on duty; a first server becomes the own one."""
    rng, own = chain.rng, customer.associate
    on_duty = [one for one in store.staff if one.start <= day < one.end] or store.staff[:1]
    if own is not None and own in on_duty and rng.random() < 0.7:
        return own
    served = rng.choice(on_duty)
    if store is customer.store and (own is None or own.end <= day):
        customer.associate = served
        foresee_departure(chain, customer, served, day)
    return served


def own_associate(chain: Chain, customer: Customer, day: int) -> Associate | None:
    """Who looks after the customer on a day: the successor where a leaver's customers were handed over."""
    own = customer.associate
    if own is not None and own.end <= day and customer.is_handed_over:
        on_duty = [one for one in customer.store.staff if one.start <= day < one.end]
        if on_duty:
            own = customer.associate = on_duty[customer.number % len(on_duty)]
            foresee_departure(chain, customer, own, day)
    return own


def caretaker(customer: Customer, day: int) -> Associate | None:
    """Who would write or call on a day, whatever happens later; nobody where a leaver's customers were left alone."""
    own = customer.associate
    if own is None or own.start <= day < own.end:
        return own
    if day >= own.end and not customer.is_handed_over:
        return None
    on_duty = [one for one in customer.store.staff if one.start <= day < one.end]
    return on_duty[customer.number % len(on_duty)] if on_duty else None


def foresee_departure(chain: Chain, customer: Customer, associate: Associate, day: int) -> None:
    """When the own associate leaves and nobody takes the customer over, some customers go for lack of care."""
    rng = chain.rng
    customer.is_handed_over = rng.random() < 0.55
    goes = 0.4 if customer.purse < 3 else 0.1  # the very best look for another associate themselves
    if day < associate.end <= chain.end and not customer.is_handed_over and rng.random() < goes:
        customer.may_leave(associate.end + rng.randrange(10, 80), "lack_of_care", associate.end)
