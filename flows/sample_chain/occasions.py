"""The days of the year that matter to a customer: weddings, birthdays, gifts to the same person every year."""

from __future__ import annotations

from datetime import date

from borax.calendars.lunardate import LunarDate

from flows.sample_chain.chain import Chain
from flows.sample_chain.names import an_address, person_name, phone_number
from flows.sample_chain.nature import of_shares
from flows.sample_chain.people import Customer, Recipient
from flows.sample_chain.seasons import NEVER
from schemas.period import same_day_months_later

OCCASION_SHARES = {
    "birthday": 0.5,
    "mothers_day": 0.15,
    "qixi": 0.1,
    "valentine": 0.1,
    "five_twenty": 0.07,
    "anniversary": 0.08,
}
"""What gifts are sent for."""


def plan_wedding(chain: Chain, customer: Customer) -> None:
    """A proposal ring, wedding bands, the three gold pieces; later flowers on the anniversary."""
    rng, calendar = chain.rng, chain.calendar
    wedding = customer.first_day + rng.randrange(40, 260)
    on = calendar.on(wedding)
    if rng.random() < 0.45:
        on = date(on.year, 10, rng.randint(1, 7))
    elif rng.random() < 0.4:
        on = date(on.year, 5, rng.randint(1, 28))
    wedding = max(calendar.day(on), customer.first_day + 20)
    customer.anniversary = calendar.on(wedding)
    customer.plan += [(max(wedding - rng.randrange(45, 75), customer.first_day + 7), "bands", -1)]
    if rng.random() < 0.6:
        customer.plan += [(max(wedding - rng.randrange(14, 40), customer.first_day + 12), "three_gold", -1)]
    for year in range(1, 6):
        later = calendar.day(same_day_months_later(customer.anniversary, 12 * year)) - rng.randrange(0, 4)
        if later <= chain.end and rng.random() < 0.7:
            customer.plan.append((later, "anniversary", -1))


def plan_gifts(chain: Chain, customer: Customer) -> None:
    """The same recipient on the same occasion, year after year, most years."""
    rng, words, calendar = chain.rng, chain.words, chain.calendar
    chain.books.recipients += 1
    occasion = of_shares(rng, OCCASION_SHARES)
    if occasion == "birthday":
        is_female = rng.random() < 0.75
        relation = rng.choice(words.family_f if is_female else words.family_m)
    elif occasion == "mothers_day":
        is_female, relation = True, words.family_f[0]
    else:
        is_female = not customer.is_female
        relation = rng.choice(words.partners_f if is_female else words.partners_m)
    name, phone = person_name(rng, words, is_female), phone_number("198", chain.books.recipients)
    address = an_address(rng, words, rng.randrange(len(words.districts)))
    known = chain.customers[rng.randrange(len(chain.customers))] if chain.customers else None
    if known and known.kind == "individual" and known.is_female == is_female and rng.random() < 0.15:
        name, phone, address = known.name, known.phone, known.address
    month_day, is_lunar = (rng.randint(1, 12), rng.randint(1, 28)), chain.language == "zh" and rng.random() < 0.3
    if occasion == "anniversary" and customer.anniversary:
        month_day, is_lunar = (customer.anniversary.month, min(customer.anniversary.day, 28)), False
    recipient = Recipient(name, phone, address, relation, occasion, month_day, is_lunar)
    which = len(customer.recipients)
    customer.recipients.append(recipient)
    for year in sorted(calendar.festival):
        day = occasion_day(chain, recipient, year) - rng.randrange(1, 6)
        if customer.first_day <= day <= chain.end and rng.random() < 0.86:
            customer.plan.append((day, "gift", which))


def occasion_day(chain: Chain, recipient: Recipient, year: int) -> int:
    """The day of a recipient's occasion in a (solar or lunar) year."""
    month, day = recipient.month_day
    if recipient.occasion not in ("birthday", "anniversary"):
        return chain.calendar.festival[year][recipient.occasion]
    if recipient.is_lunar:
        return chain.calendar.day(LunarDate(year, month, day).to_solar_date())
    return chain.calendar.day(date(year, month, day))


def anniversary_in(chain: Chain, customer: Customer, year: int) -> int:
    on = customer.anniversary
    if on is None or year <= on.year:
        return NEVER
    return chain.calendar.day(same_day_months_later(on, 12 * (year - on.year)))


def birthday_in(chain: Chain, customer: Customer, year: int) -> int:
    text, kind = customer.birthday
    if not text:
        return NEVER
    month, day = int(text[-5:-3]), int(text[-2:])
    if kind == chain.words.lunar:
        return chain.calendar.day(LunarDate(year, month, min(day, 29)).to_solar_date())
    return chain.calendar.day(date(year, month, min(day, 28) if month == 2 else day))
