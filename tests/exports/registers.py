"""How platforms write their registers of customers, and what must land of each row."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.exports.platforms import Row
from tests.exports.trade import Person, money, person


@dataclass(frozen=True)
class Entry:
    """One person in a register, with what the platform knows; None: it does not."""

    person: Person
    has_phone: bool
    has_email: bool
    agrees_to_email: bool
    agrees_to_sms: bool
    birthday: date | None
    since: datetime
    stored_cents: int
    city: str | None
    note: str | None


@dataclass(frozen=True)
class Register:
    """One kind of customer export: its usual encoding, and how it writes an entry."""

    name: str
    header_file: str
    encoding: str
    row: Callable[[Entry], Row]
    expected: Callable[[Entry], dict[str, object]]


def entries(seed: int, count: int = 60) -> list[Entry]:
    """`count` invented people, each known by a phone or an e-mail address at least."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        known_by = rng.choice(("phone", "email", "both", "both"))
        made.append(
            Entry(
                person(rng, seed * 1000 + number), known_by != "email", known_by != "phone", rng.random() < 0.5,
                rng.random() < 0.3, date(1950, 1, 1) + timedelta(days=rng.randrange(20000)) if rng.random() < 0.6 else None,
                datetime(2024, 1, 1) + timedelta(minutes=rng.randrange(900_000)), rng.choice((0, 0, 1250, 999_999)),
                rng.choice((None, "杭州", "Leeds", 'Stow-on-the-"Wold", Glos')),
                rng.choice((None, "老客", "likes blue,\nnot red")),
            )
        )  # fmt: skip
    return made


def shopify_row(entry: Entry) -> Row:
    who = entry.person
    return {
        "First Name": who.first, "Last Name": who.last, "Email": who.email.upper() if entry.has_email else "",
        "Accepts Email Marketing": "yes" if entry.agrees_to_email else "no", "Company": "", "Address1": who.street,
        "Address2": "", "City": entry.city or "", "Phone": f"'+86{who.phone}" if entry.has_phone else "",
        "Accepts SMS Marketing": "yes" if entry.agrees_to_sms else "no", "Total Spent": "120.00", "Total Orders": "3",
        "Note": entry.note or "",
    }  # fmt: skip


def shopify_expected(entry: Entry) -> dict[str, object]:
    who = entry.person
    return {
        "name": f"{who.first} {who.last}", "email": who.email if entry.has_email else None,
        "phone": who.phone if entry.has_phone else None, "address": who.street, "district": entry.city,
        "consent_email": entry.agrees_to_email, "consent_sms": entry.agrees_to_sms, "note": entry.note,
        "birthday": None, "member_since": None, "stored_value": None,
    }  # fmt: skip


def youzan_row(entry: Entry) -> Row:
    who = entry.person
    return {
        "客户姓名": who.name_zh if entry.has_email else "", "客户昵称": who.first, "客户手机号": f"\t{who.phone}",
        "客户生日": "" if entry.birthday is None else entry.birthday.isoformat(), "客户性别": "女", "标签": entry.note or "",
        "是否会员": "是", "成长值": "12", "客户储值余额": money(entry.stored_cents), "成为客户时间": f"{entry.since:%Y-%m-%d %H:%M:%S}",
        "微信地域": entry.city or "",
    }  # fmt: skip


def youzan_expected(entry: Entry) -> dict[str, object]:
    who = entry.person
    return {
        "name": who.name_zh if entry.has_email else who.first, "email": None, "phone": who.phone, "address": None,
        "district": entry.city, "consent_email": None, "consent_sms": None, "note": entry.note,
        "birthday": None if entry.birthday is None else entry.birthday.isoformat(), "member_since": entry.since.date(),
        "stored_value": Decimal(entry.stored_cents) / 100,
    }  # fmt: skip


REGISTERS: tuple[Register, ...] = (
    Register("shopify_customers", "shopify_customers_export", "utf-8", shopify_row, shopify_expected),
    Register("youzan_customers", "youzan_customers.PARTIAL", "utf-8-sig", youzan_row, youzan_expected),
)
