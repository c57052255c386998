"""Who buys again, beside those alike: pipeline and plain loops on random small chains, with no cell left out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import polars as pl

from schemas.columns import MONEY
from schemas.rules import Rules
from tests.transforms.days_of_customers import days_of
from transforms.activity import CustomerDays
from transforms.repurchase import after
from transforms.value import value_classes

AS_OF = date(2026, 10, 31)
FIRST = date(2025, 1, 1)


def bought(days: dict[str, list[date]]) -> CustomerDays:
    rows = [(who, day, Decimal(100 + 7 * len(theirs))) for who, theirs in days.items() for day in theirs]
    columns = {"customer_id": pl.String, "business_date": pl.Date, "sales": MONEY}
    return days_of(pl.DataFrame(rows, schema=columns, orient="row"))


def state(days: list[date], on: date, limits: tuple[int, int]) -> tuple[str, int] | None:
    past = [day for day in days if day <= on]
    if not past:
        return None
    since = (on - past[-1]).days
    rhythm = "lapsed" if since > limits[1] else "at_risk" if since > limits[0] else "active"
    return rhythm, sum(since > edge for edge in (30, 90, 180, 365))


def test_every_event_agrees_with_plain_loops():
    compared = 0
    for seed in range(25):
        rng = Random(seed)
        span = (AS_OF - FIRST).days
        days = {
            f"c{n}": sorted({FIRST + timedelta(days=rng.randrange(span)) for _ in range(rng.randint(1, 9))})
            for n in range(14)
        }
        limits = {who: rng.choice([(30, 60), (45, 365)]) for who in days}
        thresholds = pl.DataFrame(
            [
                (who, day, float(limits[who][0]), float(limits[who][1]))
                for who, theirs in days.items()
                for day in theirs
            ],
            schema={
                "customer_id": pl.String,
                "business_date": pl.Date,
                "overdue_after_days": pl.Float64,
                "lapsed_after_days": pl.Float64,
            },
            orient="row",
        )
        events = [(f"e{n}", rng.choice([*days, None]), FIRST + timedelta(days=rng.randrange(span))) for n in range(12)]
        touched = {who for _, who, _ in events if who} | {"c0"}
        customer_days = bought(days)
        told = after(
            pl.DataFrame(events, schema={"event_id": pl.String, "customer_id": pl.String, "anchor_on": pl.Date}, orient="row"),
            thresholds, customer_days, pl.DataFrame({"customer_id": sorted(touched)}), as_of=AS_OF, rules=Rules(),
        )  # fmt: skip
        got = {row["event_id"]: row for row in told.to_dicts()}
        due = {name: (who, on) for name, who, on in events if who and on + timedelta(days=90) <= AS_OF}
        assert set(got) == set(due)
        for name, (who, on) in due.items():
            before = on.replace(day=1) - timedelta(days=1)
            frame = value_classes(customer_days, as_of=before, rules=Rules(), chain_only=True).collect()
            letter = dict(frame.select("customer_id", "value_class").iter_rows())

            def back(one: str, start: date, days: dict[str, list[date]] = days) -> bool:
                return any(start < day <= start + timedelta(days=90) for day in days[one])

            own = state(days[who], on, limits[who])
            alike = [
                other for other in days
                if other not in touched and own is not None and state(days[other], before, limits[other]) == own
                and letter.get(other, "none") == letter.get(who, "none")
            ]  # fmt: skip
            assert got[name]["is_back"] == back(who, on), (seed, name)
            expected = sum(back(other, before) for other in alike) / len(alike) if alike else None
            if expected is None:
                assert got[name]["matched_share"] is None, (seed, name)
            else:
                assert abs(got[name]["matched_share"] - expected) < 1e-12, (seed, name)
                compared += 1
    assert compared > 40


def test_the_ninetieth_day_counts_and_the_day_itself_does_not():
    days = {"a": [date(2026, 1, 1), date(2026, 5, 1)]}
    frame = pl.DataFrame(
        [("a", day, 30.0, 365.0) for day in days["a"]],
        schema={
            "customer_id": pl.String,
            "business_date": pl.Date,
            "overdue_after_days": pl.Float64,
            "lapsed_after_days": pl.Float64,
        },
        orient="row",
    )
    events = pl.DataFrame(
        [("90 days before", "a", date(2026, 1, 31)), ("91 days before", "a", date(2026, 1, 30)), ("that day", "a", date(2026, 5, 1)),
         ("too young", "a", date(2026, 8, 3))],
        schema={"event_id": pl.String, "customer_id": pl.String, "anchor_on": pl.Date}, orient="row",
    )  # fmt: skip
    told = after(events, frame, bought(days), pl.DataFrame({"customer_id": ["a"]}), as_of=AS_OF, rules=Rules())
    assert dict(told.select("event_id", "is_back").iter_rows()) == {
        "90 days before": True,
        "91 days before": False,
        "that day": False,
    }
