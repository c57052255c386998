"""The care due on any day, beside a brute force over small random worlds: 0-3-3-3, the word to the long absent, the cap."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from flows import customer_index
from flows.config import Workspace, read_settings
from flows.ingest import ingest
from schemas.contact_rules import ContactRules
from tests.oracle.brute_force import BruteForce, end_of
from tests.oracle.test_small_worlds import NOW
from tests.oracle.worlds import World, make_world, write_world
from transforms.day_care import care_on

DAYS = 16
CAPPED = ("long_absent", "three_weeks")
ORDER = ("thank_you", "call_after_3_days", "three_months", "long_absent", "three_weeks")


def three_months_after(day: date) -> date:
    index = day.year * 12 + day.month + 2
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def may_be_contacted(oracle: BruteForce, who: str, day: date) -> bool:
    row = oracle.file.get(who)
    if row is None or row.do_not_contact or (row.member_since and row.member_since > day):
        return False
    if row.moved_away_on is not None and row.moved_away_on <= day:
        return False
    by_phone = row.phone and (row.consent_phone or row.consent_sms)
    return bool(by_phone or (row.email and row.consent_email) or (row.wecom_added and row.consent_wechat))


def due_on(oracle: BruteForce, who: str, day: date) -> set[tuple[str, date]]:
    """(kind, the purchase it goes back to) of everything due to somebody on a day, by the words of the definitions."""
    days = oracle.days(who, day)
    if not days:
        return set()
    last = days[-1]
    overdue, lapsed = oracle.limits(who, last)
    silence = (day - last).days
    if silence > lapsed:
        return set()
    found = {("thank_you", last)} if last == day else set()
    found |= {("call_after_3_days", bought) for bought in days if bought + timedelta(days=3) == day}
    if silence and silence % 21 == 0:
        found.add(("three_weeks", last))
    if three_months_after(last) == day:
        found.add(("three_months", last))
    if silence > overdue and silence - 1 <= overdue:
        found.add(("long_absent", last))
    return found


def expected(oracle: BruteForce, day: date, days_between: int) -> set[tuple[str, str, date, bool]]:
    """(who, kind, trigger, waits) of the day's list."""
    rows = set()
    for who in oracle.people:
        if not may_be_contacted(oracle, who, day):
            continue
        today = due_on(oracle, who, day)
        before = any(due_on(oracle, who, day - timedelta(days=back)) for back in range(1, days_between))
        for kind, trigger in today:
            heavier = any(ORDER.index(other) < ORDER.index(kind) for other, _ in today)
            rows.add((who, kind, trigger, kind in CAPPED and (heavier or before)))
    return rows


def to_be_cared_for(world: World) -> World:
    """The world with more people who may be contacted, and without gifts: their days have tests of their own."""
    rng = Random(world.seed)
    customers = [
        replace(row, wecom_added=True, consent_wechat=True) if rng.random() < 0.6 else row for row in world.customers
    ]
    lines = [replace(line, recipient_name="", recipient_phone="", occasion="") for line in world.order_lines]
    return replace(world, order_lines=lines, customers=customers)


MOVED_SINCE = 64
"""A world in which somebody moves away after the last sale."""


@pytest.mark.parametrize(
    "seed",
    [
        *range(4),
        MOVED_SINCE,
        *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 80) if seed != MOVED_SINCE),
    ],
)
def test_the_days_list_is_the_oracles(seed: int, tmp_path: Path):
    world = to_be_cared_for(make_world(seed))
    oracle = BruteForce(world)
    write_world(world, tmp_path)
    space = Workspace(tmp_path)
    settings = read_settings(space)
    assert not ingest(space, settings, now=NOW).left_in_inbox
    index = customer_index.opened(space, settings, note=lambda _: None)
    frames = index.frames
    person = {}
    for customer_id, members, phones in frames.customers.select("customer_id", "member_ids", "phones").collect().rows():
        members, phones = ((text or "").split("\x1f") for text in (members, phones))
        person[customer_id] = oracle.who(members[0], phones[0])
    rng = Random(seed)
    bought = sorted({day for who in oracle.people for day in oracle.days(who, date.max)})
    # days on which something is due, and their neighbours; any day at all
    likely = [day + timedelta(days=step) for day in bought for step in (0, 3, 21, 42, 63, 92)]
    span = (end_of(world.months[-1]) - bought[0]).days
    due = [day for day in sorted(set(likely)) if expected(oracle, day, 1)]
    days = rng.sample(due, min(len(due), DAYS // 2)) + [
        bought[0] + timedelta(days=rng.randrange(span)) for _ in range(DAYS // 2)
    ]
    told = 0
    for day in days:
        between = rng.choice([1, 7, 21])
        rows = care_on(frames, day, rules=settings.rules, contact=ContactRules(days_between=between)).collect()
        got = {
            (person[row["customer_id"]], row["kind"], row["trigger_on"], row["is_held_back"])
            for row in rows.iter_rows(named=True)
        }
        assert len(got) == rows.height, "one row per customer, kind and purchase"
        assert got == expected(oracle, day, between), f"seed {seed}, {day}, {between} days between"
        told += len(got)
    assert told or not due, "something was due, and nothing was told"
