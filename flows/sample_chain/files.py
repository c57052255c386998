"""The inbox: files as tills, JD and headquarters would write them, and the chain's settings."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path

from flows.sample_chain.aftercare import service_rows, with_promises, with_rivals
from flows.sample_chain.books import yuan
from flows.sample_chain.chain import Chain
from flows.sample_chain.counters import own_associate
from flows.sample_chain.headers import JD_HEADER, TEMPLATE_HEADERS
from flows.sample_chain.people import Customer, Referral
from flows.sample_chain.stores import Store
from schemas.period import Month


def in_order(rows: list[tuple[str, int, tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """Rows by time and line number, as a till prints its journal."""
    return [row for _, _, row in sorted(rows, key=lambda entry: entry[:2])]


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], encoding: str = "utf-8", end: str = "\n"
) -> None:
    """Write one CSV with exactly this encoding and line end, on any machine."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator=end)
        writer.writerow(header)
        writer.writerows(rows)


def header_of(chain: Chain, table: str) -> list[str]:
    columns = TEMPLATE_HEADERS[table]
    return list(columns.values() if chain.language == "zh" else columns)


def write_till(
    chain: Chain, inbox: Path, store: Store, month: str, rows: list[tuple[str, int, tuple[str, ...]]]
) -> None:
    """One till file. The second store's old till writes GB18030 with CRLF (in China), the third's a BOM."""
    encoding, end = "utf-8", "\n"
    if store.number == min(1, len(chain.physical) - 1) and chain.language == "zh":
        encoding, end = "gb18030", "\r\n"
    elif store.number == 2:
        encoding = "utf-8-sig"
    path = inbox / f"pos_{store.store_id}_{month}.csv"
    write_csv(path, header_of(chain, "order_lines"), in_order(rows), encoding, end)
    chain.books.files_written += 1
    chain.books.lines_written += len(rows)


def write_online(chain: Chain, inbox: Path) -> None:
    """One JD export per month."""
    for month in sorted(chain.books.jd_rows):
        write_csv(inbox / f"jd_orders_{month}.csv", JD_HEADER, in_order(chain.books.jd_rows[month]))
        chain.books.files_written += 1
        chain.books.lines_written += len(chain.books.jd_rows[month])


def write_tables(chain: Chain, inbox: Path) -> None:
    """The other files, one each."""
    date_text = chain.calendar.date_text
    tables: dict[str, Sequence[Sequence[str]]] = {
        "customers": customer_rows(chain),
        "products": product_rows(chain),
        "stores": [
            (store.store_id, store.name, store.region, date_text(store.opened), date_text(store.closed),
             store.successor.store_id if store.successor else "")
            for store in chain.stores
        ],
        "associates": [
            (one.associate_id, one.name, store.store_id, date_text(one.start),
             date_text(one.end) if one.end <= chain.end else "",
             str(one.capacity))
            for store in chain.physical
            for one in store.staff
        ],
        "referrals": referral_rows(chain),
        "complaints": [
            (f"C{number:06d}", *row)
            for number, row in enumerate(with_promises(chain, sorted(chain.books.complaints)), 1)
        ],
        "surveys": with_rivals(sorted(chain.books.surveys)),
        "contacts": sorted(chain.books.contacts),
        "services": service_rows(chain),
        "targets": target_rows(chain),
    }  # fmt: skip
    for table, rows in tables.items():
        write_csv(inbox / f"{table}.csv", header_of(chain, table), rows)
    chain.books.files_written += len(tables)


def target_rows(chain: Chain) -> list[tuple[str, ...]]:
    """Headquarters' targets: a twentieth more than the same month of the year before, to the next thousand."""
    rows: list[tuple[str, ...]] = []
    for (store_id, month), sold in sorted(chain.books.totals.items()):
        before = chain.books.totals.get((store_id, str(Month.parse(month).plus(-12))))
        if before is not None and sold.sales:
            aim = -(-(before.sales + before.refunds) * 105 // 100 // 100_000) * 100_000
            rows.append((store_id, month, yuan(max(aim, 0))))
    return rows


def customer_rows(chain: Chain) -> list[tuple[str, ...]]:
    """One row per registered customer; two for those who once took a second card."""
    rows: list[tuple[str, ...]] = []
    for customer in chain.customers:
        rows += [customer_row(chain, customer, card) for card in customer.cards(chain.end)]
    return rows


def customer_row(chain: Chain, customer: Customer, member_id: str) -> tuple[str, ...]:
    date_text = chain.calendar.date_text
    rng, words = chain.rng, chain.words
    own = own_associate(chain, customer, chain.end)
    phone, wechat, sms = (words.yes if consent else words.no for consent in customer.consents)
    since = customer.second_from if member_id == customer.second_member_id else customer.registered
    is_person = customer.kind == "individual"
    tier = bisect_right((500_000, 2_000_000, 6_000_000), customer.net_cents)
    is_moved = customer.left is not None and customer.left[1] == "moved_away" and customer.learned_of_move <= chain.end
    known = 0.93 if rng.random() < (0.1, 0.3, 0.55, 0.85)[tier] else 0.4
    note = rng.choice(words.notes) if rng.random() < 0.12 else ""
    stored = rng.choice((50000, 100000, 200000, 500000)) if rng.random() < 0.05 else 0
    return (
        member_id, customer.phone, customer.account if customer.is_account_on_file else "", customer.name,
        (words.female if customer.is_female else words.male) if is_person else "", *customer.birthday,
        customer.anniversary.isoformat() if customer.anniversary and rng.random() < 0.75 else "",
        words.districts[customer.district] if rng.random() < 0.85 else "",
        customer.address if rng.random() < 0.7 else "",
        rng.choice(words.occupations if is_person else words.contact_roles) if rng.random() < known else "",
        rng.choice(words.interests) if rng.random() < known else "",
        rng.choice(words.styles) if rng.random() < 0.45 else "",
        customer.kind, date_text(since), customer.noted_referrer, customer.store.store_id,
        own.associate_id if own else "", phone, wechat, sms,
        words.yes if customer.refused_on <= chain.end else words.no,
        words.yes if customer.is_on_wecom else words.no, words.tiers[tier],
        str(max(customer.net_cents, 0) // 10_000 % 10_000), yuan(stored),
        date_text(customer.learned_of_move) if is_moved and not customer.has_moved_note else "",
        words.moved_note if is_moved and customer.has_moved_note else note,
    )  # fmt: skip


def product_rows(chain: Chain) -> list[tuple[str, ...]]:
    """Today's price list."""
    date_text = chain.calendar.date_text
    level, words = chain.calendar.price_level(chain.end), chain.words
    return [
        (p.product_id, p.name, words.brands[p.brand], words.categories[p.category], p.style, date_text(p.launch),
         yuan(p.cents(level)), yuan(round(p.cents(level) * p.cost_share)))
        for p in chain.assortment.products
    ]  # fmt: skip


def referral_rows(chain: Chain) -> list[tuple[str, ...]]:
    date_text = chain.calendar.date_text
    rng, words = chain.rng, chain.words
    return [
        (date_text(one.day), one.referrer.member_id, one.referred.member_id, rng.choice(words.referral_ways),
         words.referral_reward if rng.random() < 0.6 else "")
        for one in referrals_by_day(chain)
        if one.is_noted
    ]  # fmt: skip


def referrals_by_day(chain: Chain) -> list[Referral]:
    return sorted(chain.books.referrals, key=lambda one: (one.day, one.referred.number))


def chain_toml(chain: Chain) -> str:
    words = chain.words
    locale = "zh_CN" if chain.language == "zh" else "en"
    jd = ""
    if chain.online:
        jd = f"""
# The online shop's orders come as JD's own export, which does not say which store it is: say it here.
[sources.jd_orders]
store_id = "{chain.online.store_id}"
"""
    return f"""# The sample chain: invented from end to end. These are the settings that a chain must think about.

# As printed at the top of every review.
name = "{words.chain}"

# Keeps the action ids and the hold-out of different chains apart. A real chain's is drawn once; never change it.
key = "regulars-sample-chain-key"

# Language of the reviews: zh_CN or en.
locale = "{locale}"

# Amounts without a currency of their own are in this one, and times are in this time zone.
currency = "CNY"
time_zone = "Asia/Shanghai"

# The first shop's own number, typed when the till insists on one. The other shops' are found by the ids beside them.
shared_phones = ["{chain.physical[0].phone}"]

# A run stops before it publishes when a larger share of rows than this could not be used.
quarantine_limit = 0.01

[rules]
# Points are cleared at the end of the year; this much in 24 months makes a big spender (RFM).
points_expire_every = "12-31"
rfm_net_sales = 10000
{jd}"""
