"""Random lists, contacts and purchases of a few customers: what became of the lists, and both arms, beside plain Python."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import sqrt
from random import Random

import polars as pl
import pytest

from schemas.columns import MONEY
from transforms import effect

MONTHS = ("2026-03", "2026-04", "2026-05", "2026-06")
AS_OF = date(2026, 6, 30)
CUSTOMERS = tuple(f"c{n}" for n in range(6))
KINDS = {
    "win_back": ("win_back", "Win back", "挽回"),
    "long_absent": ("long_absent",),
    "birthday": ("birthday", "生日祝福"),
}
MAY_BE_HELD_OUT = ("win_back", "long_absent")
REACHED = {
    None: True, "reached": True, " Came in": True, "婉拒": True, "请勿再联系": True, "in their own words": True,
    "not reached": False, "未接通": False, "later": False,
}  # fmt: skip
"""What a register tells → whether the customer was reached."""


@dataclass(frozen=True)
class Listed:
    month: str
    action_id: str
    customer_id: str
    kind: str
    due_on: date
    is_vip: bool
    is_held_out: bool
    has_hold_out: bool


@dataclass(frozen=True)
class Contact:
    landing_no: int
    source_row: int
    contacted_at: datetime
    customer_id: str | None
    action_id: str | None
    kind: str | None
    result: str | None


@dataclass(frozen=True)
class Day:
    customer_id: str
    business_date: date
    sales: Decimal
    net_sales: Decimal


@dataclass(frozen=True)
class Loops:
    lists: tuple[Listed, ...]
    contacts: tuple[Contact, ...]
    days: tuple[Day, ...]


def loops(seed: int) -> Loops:
    """Lists of four months (some actions twice, some customers with several), a register and purchases, at random."""
    rng = Random(seed)
    vips = {who for who in CUSTOMERS if rng.random() < 0.3}
    first_list_with_hold_out = rng.choice(MONTHS)
    actions: dict[tuple[str, str], str] = {}
    lists = []
    for month in MONTHS:
        for who in CUSTOMERS:
            for kind in KINDS:
                if rng.random() < 0.35:
                    # the same silence, listed again, is the same action
                    key = (
                        actions.setdefault((who, kind), f"a{len(actions)}")
                        if rng.random() < 0.5
                        else f"{month}{who}{kind}"
                    )
                    held = kind in MAY_BE_HELD_OUT and month >= first_list_with_hold_out and hash_of(key) < 0.4
                    lists.append(
                        Listed(month, key, who, kind, date.fromisoformat(f"{month}-{rng.randint(1, 28):02d}"),
                               who in vips, held, month >= first_list_with_hold_out)
                    )  # fmt: skip
    start = date(2026, 2, 20)
    contacts = []
    for n in range(rng.randint(0, 25)):
        made_at = datetime.combine(start + timedelta(days=rng.randrange(131)), datetime.min.time()) + timedelta(
            hours=rng.choice((9, 15))
        )
        named = rng.choice(lists) if lists and rng.random() < 0.5 else None
        kind_told = rng.choice([None, *(word for words in KINDS.values() for word in words), "a word of theirs"])
        result = rng.choice([told for told in REACHED if named is None or told is not None])
        contacts.append(
            Contact(n // 3, n, made_at, rng.choice(CUSTOMERS) if named is None else rng.choice([None, named.customer_id]),
                    named.action_id if named else None, kind_told, result)
        )  # fmt: skip
    days = []
    for who in CUSTOMERS:
        for at in sorted(rng.sample(range(131), rng.randint(0, 12))):
            sales, refunds = rng.choice([(50, 0), (80, 0), (120, 30), (0, 40), (20, 60)])
            days.append(Day(who, start + timedelta(days=at), Decimal(sales), Decimal(sales - refunds)))
    rng.shuffle(lists)
    rng.shuffle(contacts)
    rng.shuffle(days)
    return Loops(tuple(lists), tuple(contacts), tuple(days))


def hash_of(key: str) -> float:
    """A share from 0 to 1 that is the same for the same key."""
    return Random(key).random()


# ---- the pipeline's frames


def frames(told: Loops) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    """Lists, contacts and days as `transforms.effect` takes them."""
    lists = pl.DataFrame(
        [
            {**vars(row), "store_id": "s1", "associate_name": None, "value_at_stake": Decimal(100)} for row in told.lists
        ],
        schema=dict(effect.LIST_COLUMNS),
    )  # fmt: skip
    contacts = pl.DataFrame(
        [
            {"customer_id": row.customer_id, "action_id": row.action_id, "contact_kind": row.kind, "result": row.result,
             "contacted_at": row.contacted_at, "landing_no": row.landing_no, "source_row": row.source_row}
            for row in told.contacts
        ],
        schema={
            "customer_id": pl.String(), "action_id": pl.String(), "contact_kind": pl.String(), "result": pl.String(),
            "contacted_at": pl.Datetime("us"), "landing_no": pl.Int64(), "source_row": pl.Int64(),
        },
    )  # fmt: skip
    days = pl.DataFrame(
        [vars(row) for row in told.days],
        schema={"customer_id": pl.String(), "business_date": pl.Date(), "sales": MONEY, "net_sales": MONEY},
    )
    return lists.lazy(), contacts.lazy(), days.lazy()


# ---- in plain Python, from the definitions


def contact_of(row: Listed, told: Loops) -> Contact | None:
    """The contact that counts for an action: the last told of those that name it; else, of those of the month that name no
    action and this kind or none, one that reached the customer before one that did not, the earliest day first."""
    named = [c for c in told.contacts if c.action_id == row.action_id]
    if named:
        return max(named, key=lambda c: (c.landing_no, c.contacted_at, c.source_row))
    loose = [
        c for c in told.contacts
        if c.action_id is None and c.customer_id == row.customer_id and f"{c.contacted_at:%Y-%m}" == row.month
        and (c.kind is None or c.kind in KINDS[row.kind])
    ]  # fmt: skip
    return min(loose, key=lambda c: (not REACHED[c.result], c.contacted_at.date()), default=None)


def expected_outcomes(told: Loops, month: str) -> dict[str, tuple[bool, bool, date | None, Decimal]]:
    """Action of the month's lists → done, not reached, bought on, net sales."""
    listed = [row for row in told.lists if row.month == month and not row.is_held_out]
    made = {row.action_id: contact_of(row, told) for row in listed}
    done = {key: c.contacted_at.date() for key, c in made.items() if c is not None and REACHED[c.result]}
    ends: dict[str, list[Day]] = defaultdict(list)
    for day in told.days:
        theirs = [
            (done[row.action_id], row.action_id) for row in listed
            if row.customer_id == day.customer_id and row.action_id in done and done[row.action_id] <= day.business_date
        ]  # fmt: skip
        if theirs:
            ends[max(theirs)[1]].append(day)
    outcomes = {}
    for row in listed:
        contact = made[row.action_id]
        bought_on = min((day.business_date for day in ends[row.action_id] if day.sales > 0), default=None)
        spent = sum((day.net_sales for day in ends[row.action_id]), Decimal(0)) if bought_on else Decimal(0)
        outcomes[row.action_id] = (
            row.action_id in done, contact is not None and row.action_id not in done, bought_on, spent,
        )  # fmt: skip
    return outcomes


@dataclass(frozen=True)
class Arm:
    people: int
    buyers: int
    mean_sales: float | None


def expected_arms(told: Loops) -> dict[tuple[str, str], tuple[Arm, Arm]]:
    """Kind and segment → those to be contacted, those held out."""
    first: dict[str, Listed] = {}
    for row in sorted(told.lists, key=lambda row: (row.due_on, row.month)):
        if row.has_hold_out and row.kind in MAY_BE_HELD_OUT:
            first.setdefault(row.action_id, row)
    arms: dict[tuple[str, str], tuple[list[list[Day]], list[list[Day]]]] = defaultdict(lambda: ([], []))
    for row in first.values():
        last = row.due_on + timedelta(days=59)
        if last > AS_OF:
            continue
        bought = [d for d in told.days if d.customer_id == row.customer_id and row.due_on <= d.business_date <= last]
        for segment in ("all", "vip" if row.is_vip else "other"):
            arms[row.kind, segment][row.is_held_out].append(bought)

    def arm(people: list[list[Day]]) -> Arm:
        spent = [float(sum(day.net_sales for day in days)) for days in people]
        buyers = sum(any(day.sales > 0 for day in days) for days in people)
        return Arm(len(people), buyers, sum(spent) / len(people) if people else None)

    return {key: (arm(called), arm(held)) for key, (called, held) in arms.items()}


def wilson(buyers: int, people: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z, p = 1.959963984540054, buyers / people
    middle, half = p + z * z / (2 * people), z * sqrt(p * (1 - p) / people + z * z / (4 * people**2))
    return (middle - half) / (1 + z * z / people), (middle + half) / (1 + z * z / people)


def check(seed: int) -> int:
    """Everything agrees; how many contacts were followed by a purchase, and how many kinds have both arms."""
    told = loops(seed)
    lists, contacts, days = frames(told)
    met = 0
    for month in MONTHS:
        this_month = lists.filter((pl.col("month") == month) & ~pl.col("is_held_out"))
        found = effect.outcomes(this_month, contacts, days, month=month).collect()
        got = {
            row["action_id"]: (row["is_done"], row["is_not_reached"], row["bought_on"], row["net_sales"])
            for row in found.iter_rows(named=True)
        }
        assert found.height == len(got)
        assert got == expected_outcomes(told, month), f"seed {seed}, {month}"
        assert found["came_back"].to_list() == found["bought_on"].is_not_null().to_list()
        met += int(found["came_back"].sum())

    arms = expected_arms(told)
    by_kind = effect.effect_by_kind(effect.trials(lists, days, as_of=AS_OF)).collect()
    assert set(by_kind.select("kind", "segment").iter_rows()) == set(arms), f"seed {seed}"
    for row in by_kind.iter_rows(named=True):
        where = f"seed {seed}, {row['kind']}, {row['segment']}"
        called, held = arms[row["kind"], row["segment"]]
        assert (row["treated"], row["buyers_treated"]) == (called.people, called.buyers), where
        assert (row["control"], row["buyers_control"]) == (held.people, held.buyers), where
        if called.mean_sales is None or held.mean_sales is None:
            assert row["effect"] is row["low"] is row["sales_effect"] is None, where
            assert row["verdict"] == "too_early", where
            continue
        met += 1
        share, other = called.buyers / called.people, held.buyers / held.people
        (low, high), (other_low, other_high) = wilson(called.buyers, called.people), wilson(held.buyers, held.people)
        wanted = (
            share - other,
            share - other - sqrt((share - low) ** 2 + (other_high - other) ** 2),
            share - other + sqrt((high - share) ** 2 + (other - other_low) ** 2),
            called.mean_sales - held.mean_sales,
        )
        assert (row["effect"], row["low"], row["high"], row["sales_effect"]) == pytest.approx(wanted, abs=1e-9), where
    return met


def test_lists_contacts_and_arms_agree_with_plain_python():
    assert sum(check(seed) for seed in range(50)) > 150


@pytest.mark.long
@pytest.mark.parametrize("hundred", range(100, 600, 100))
def test_lists_contacts_and_arms_agree_with_plain_python_on_many_more(hundred: int):
    assert sum(check(seed) for seed in range(hundred, hundred + 100)) > 300
