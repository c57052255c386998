"""Who does what: promised first, capacity kept, one discretionary word a week, no word to who wants none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from schemas.columns import MONEY
from schemas.rules import Rules
from transforms import actions

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def candidates(*rows: tuple[str, str, int]) -> pl.LazyFrame:
    """(customer, kind, day due in November)."""
    frame = pl.DataFrame(
        [
            {
                "customer_id": c,
                "kind": k,
                "reason_code": k,
                "due_on": date(2026, 11, d),
                "trigger_on": date(2026, 10, d),
            }
            for c, k, d in rows
        ]
    )
    missing = [pl.lit(None, t).alias(n) for n, t in actions.ACTION_COLUMNS.items() if n not in frame.columns]
    return frame.with_columns(missing).select(list(actions.ACTION_COLUMNS)).lazy()


def owners(**told: dict) -> pl.LazyFrame:
    """customer → what differs from an ordinary one of associate g1."""
    ordinary = {"home_store_id": "S1", "associate_id": "g1", "call_by": "phone", "write_by": "wechat", "may_contact": True,
                "is_vip": False, "value_at_stake": Decimal(0)}  # fmt: skip
    return pl.DataFrame(
        [{"customer_id": name, **ordinary, **differs} for name, differs in told.items()],
        schema_overrides={"value_at_stake": MONEY},
    ).lazy()


def listed(rows: pl.LazyFrame, people: pl.LazyFrame, capacity: int = 40) -> pl.DataFrame:
    room = pl.LazyFrame({"associate_id": ["g1"], "capacity": [capacity]})
    return actions.action_list(rows, people, room, first=FIRST, last=LAST, rules=Rules()).collect()


def test_a_customer_gets_one_discretionary_word_a_week_and_all_that_is_promised():
    rows = candidates(("a", "win_back", 2), ("a", "birthday", 3), ("a", "call_after_3_days", 3), ("a", "ask_vip", 20))
    assert listed(rows, owners(a={})).select("kind", "due_on").rows() == [
        ("call_after_3_days", date(2026, 11, 3)),
        ("birthday", date(2026, 11, 3)),
        ("ask_vip", date(2026, 11, 20)),
    ]


def test_capacity_keeps_vips_and_value_and_never_drops_what_is_promised():
    people = owners(
        a={"value_at_stake": Decimal(10)}, b={"value_at_stake": Decimal(99)}, v={"is_vip": True}, p={},
    )  # fmt: skip
    rows = candidates(("a", "win_back", 2), ("b", "win_back", 2), ("v", "win_back", 2), ("p", "answer_complaint", 2))
    told = listed(rows, people, capacity=3)
    assert dict(told.select("customer_id", "is_beyond").rows()) == {"p": False, "v": False, "b": False, "a": True}


def test_greetings_use_no_capacity():
    told = listed(candidates(("a", "birthday", 2), ("b", "win_back", 2)), owners(a={}, b={}), capacity=1)
    assert told["is_beyond"].to_list() == [False, False]


def test_who_must_not_be_contacted_gets_only_an_answer_or_a_word_in_the_store():
    people = owners(a={"may_contact": False, "call_by": "in_store", "write_by": "in_store"})
    rows = candidates(("a", "birthday", 2), ("a", "three_months", 9), ("a", "answer_complaint", 16))
    assert listed(rows, people).select("kind", "channel").rows() == [("answer_complaint", "in_store")]


def test_due_days_outside_the_month_move_to_its_ends():
    early = candidates(("a", "birthday", 2)).with_columns(due_on=pl.lit(date(2026, 10, 20)))
    assert listed(early, owners(a={}))["due_on"].to_list() == [FIRST]


def test_words_without_a_day_are_dealt_out_over_the_month_the_worth_most_first():
    names = [f"c{n:02}" for n in range(20)]
    people = owners(**{name: {"value_at_stake": Decimal(n)} for n, name in enumerate(names)})
    told = listed(candidates(*((name, "win_back", 2) for name in names)), people, capacity=20)
    days = [day.day for day in told["due_on"].to_list()]
    assert days == sorted(days)
    assert told["customer_id"].to_list() == names[::-1]
    assert (days[0], days[-1]) == (2, 28)
    assert max(days.count(day) for day in days) <= 1


def test_greetings_go_by_message_and_personal_words_by_phone():
    told = listed(candidates(("a", "birthday", 2), ("b", "win_back", 2)), owners(a={}, b={}))
    assert dict(told.select("kind", "channel").rows()) == {"birthday": "wechat", "win_back": "phone"}


def test_an_actions_id_depends_on_chain_customer_kind_and_trigger_only():
    one = actions.action_id("key", "c1", "win_back", date(2026, 10, 1))
    assert one == actions.action_id("key", "c1", "win_back", date(2026, 10, 1))
    assert len({one, actions.action_id("other", "c1", "win_back", date(2026, 10, 1)),
                actions.action_id("key", "c2", "win_back", date(2026, 10, 1)),
                actions.action_id("key", "c1", "birthday", date(2026, 10, 1)),
                actions.action_id("key", "c1", "win_back", date(2026, 10, 2))}) == 5  # fmt: skip
