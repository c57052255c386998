"""Somebody comes to the chain: who they are, and whether and how the chain can know them."""

from __future__ import annotations

from datetime import date, timedelta

from borax.calendars.lunardate import LunarDate

from flows.sample_chain.assortment import BRANDS_OF
from flows.sample_chain.chain import Chain
from flows.sample_chain.names import an_address, person_name, phone_number
from flows.sample_chain.nature import BIG_SPENDER, ONLINE_SEGMENT_SHARES, RESPONSES, SEGMENTS, Segment, of_shares
from flows.sample_chain.occasions import plan_gifts, plan_wedding
from flows.sample_chain.people import Customer
from flows.sample_chain.seasons import NEVER
from flows.sample_chain.stores import Store


def newcomer(
    chain: Chain, store: Store, segment: Segment, first_day: int, referrer: Customer | None = None
) -> Customer:
    """One new person of a segment: nature, purse, keys, dates; whether and how the shop can know them."""
    rng, words = chain.rng, chain.words
    number = len(chain.customers) + 1
    is_female = rng.random() < (0.66 if segment.name not in ("couple", "gift_giver") else 0.4)
    kind = segment.name if segment.name in ("enterprise", "partner") else "individual"
    if kind == "individual":
        name = person_name(rng, words, is_female)
    else:
        kinds = words.firm_kinds if kind == "enterprise" else words.partner_kinds
        name = f"{rng.choice(words.firms)}{'' if words.surname_first else ' '}{rng.choice(kinds)}"
    main = next(iter(segment.tastes))
    customer = Customer(
        number, segment, of_shares(rng, segment.attitudes), kind, store, name, is_female,
        gap=segment.gap * rng.lognormvariate(-0.08, 0.4), purse=rng.choices((0, 1, 2), (3, 5, 2))[0],
        brand=rng.choice(BRANDS_OF[main]), response=of_shares(rng, RESPONSES), first_day=first_day,
        referrer=referrer,
    )  # fmt: skip
    if segment is BIG_SPENDER:
        customer.purse = 3
    customer.is_price_sensitive = customer.attitude == "no_loyalty" or (customer.purse == 0 and rng.random() < 0.5)
    customer.district = store.district if rng.random() < 0.6 else rng.randrange(len(words.districts))
    customer.address = an_address(rng, words, customer.district)
    give_keys(chain, customer)
    give_dates(chain, customer)
    chain.customers.append(customer)
    return customer


def give_keys(chain: Chain, customer: Customer) -> None:
    """How the chain can know this person: card, phone, account, and which of them the file ties together."""
    rng, store = chain.rng, customer.store
    word = "".join(rng.choice("abcdefghkmnprstuwxyz") for _ in range(4))
    if store.is_online:
        customer.account = f"jd_{word}{customer.number}"
        customer.online_share = 1.0
        customer.phone = phone_number("199", customer.number)
        customer.registers_at_visit = 1 if rng.random() < 0.4 else NEVER
        customer.is_account_on_file = customer.registers_at_visit == 1
    else:
        customer.phone = phone_number("199", customer.number)
        roll = 0.0 if customer.kind != "individual" or customer.purse == 3 or customer.referrer else rng.random()
        customer.registers_at_visit = 1 if roll < 0.7 else 2 if roll < 0.82 else NEVER
        if chain.online and rng.random() < customer.segment.online:
            customer.account = f"jd_{word}{customer.number}"
            customer.online_share = 0.85 if customer.segment.name == "gift_giver" else rng.uniform(0.15, 0.5)
            customer.registers_at_visit = min(customer.registers_at_visit, 2)
            customer.is_account_on_file = rng.random() < 0.8
    if customer.registers_at_visit != NEVER:
        customer.member_id = f"M{customer.number:07d}"
        if not store.is_online and rng.random() < 0.025:
            customer.second_member_id = f"N{customer.number:07d}"
            customer.second_from = rng.randrange(30, chain.end + 30)
    if customer.account and not store.is_online and not customer.is_account_on_file and customer.number % 6 == 0:
        customer.parcel_phone = phone_number("197", customer.number)
    customer.consents = (rng.random() < 0.58, rng.random() < 0.7, rng.random() < 0.6)
    customer.is_on_wecom = customer.consents[1] and rng.random() < 0.85
    customer.refused_on = -NEVER if rng.random() < 0.015 else NEVER


def give_dates(chain: Chain, customer: Customer) -> None:
    """Birthday (a third of them lunar in China), wedding, and those to whom gifts go."""
    rng, words = chain.rng, chain.words
    born = date(rng.randint(1955, 2004), 1, 1) + timedelta(days=rng.randrange(365))
    roll = rng.random()
    is_lunar = rng.random() < (0.35 if chain.language == "zh" else 0.05)
    day = LunarDate.from_solar_date(born.year, born.month, born.day) if is_lunar else born
    full = f"{day.year:04d}-{day.month:02d}-{day.day:02d}"
    if customer.kind == "individual" and roll < 0.82:
        customer.birthday = (full if roll < 0.66 else full[5:], words.lunar if is_lunar else words.solar)
    if customer.segment.name == "couple" and customer.first_day < NEVER:
        plan_wedding(chain, customer)
    elif customer.kind == "individual" and rng.random() < 0.3:
        customer.anniversary = date(
            rng.randint(1985, chain.calendar.start.year - 1), rng.randint(1, 12), rng.randint(1, 28)
        )
    if customer.segment.name == "gift_giver":
        for _ in range(rng.choice((1, 1, 2, 2, 3))):
            plan_gifts(chain, customer)
    elif customer.account and rng.random() < 0.35:
        plan_gifts(chain, customer)


def arrival(chain: Chain, store: Store, segment: Segment, was_there: bool) -> Customer:
    """A customer from before the period (somewhere within their rhythm), or one who comes within it."""
    rng, calendar = chain.rng, chain.calendar
    season = segment.season if segment.season != "promotion" else "jewellery"
    if not was_there:
        season = season if rng.random() < 0.4 else "even"
        return newcomer(chain, store, segment, calendar.busy_day(season, max(store.opened, 0), rng.random()))
    customer = newcomer(chain, store, segment, calendar.next_day(season, 0, rng.random() * segment.gap * 2))
    if customer.member_id:
        customer.registered = -rng.randrange(20, min(1500, -store.opened) + 20)
    if customer.first_day == NEVER or (customer.member_id and rng.random() < 0.05):
        customer.first_day = NEVER
        since = customer.registered if customer.member_id else -90
        customer.left = (min(since + 30, -1), "natural", since)
    return customer


def segment_for(chain: Chain, store: Store) -> Segment:
    weights = [segment.share for segment in SEGMENTS]
    if store.is_online:
        weights = list(ONLINE_SEGMENT_SHARES)
    return chain.rng.choices(SEGMENTS, weights)[0]
