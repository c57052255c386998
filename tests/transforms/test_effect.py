"""The closed loop: who is held out, what came of the lists, and intervals that hold the truth as often as they say."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from math import comb

import numpy as np
import polars as pl
import pytest

from schemas.columns import MONEY
from schemas.effect import HELD_OUT_KINDS, HELD_OUT_SHARE, PRIOR_EFFECT, RESULT, RESULT_WORDS
from schemas.segments import ACTION_KIND
from transforms import effect
from transforms.actions import ORDER_OF_KINDS, PROMISED
from transforms.contacts import result_code

CONTACTS = {
    "customer_id": pl.String(), "action_id": pl.String(), "contact_kind": pl.String(), "result": pl.String(),
    "contacted_at": pl.Datetime("us"), "landing_no": pl.Int64(), "source_row": pl.Int64(),
}  # fmt: skip
DAYS = {"customer_id": pl.String(), "business_date": pl.Date(), "sales": MONEY, "net_sales": MONEY}


def listed(
    *rows: tuple[str, str, str, date], held_out: tuple[str, ...] = (), vips: tuple[str, ...] = ()
) -> pl.LazyFrame:
    """(action, customer, kind, due day)."""
    return pl.DataFrame(
        [
            {
                "month": due.strftime("%Y-%m"), "store_id": "s1", "action_id": action, "customer_id": customer,
                "associate_name": "Anna", "kind": kind, "due_on": due, "value_at_stake": Decimal(100),
                "is_vip": customer in vips, "is_held_out": action in held_out, "has_hold_out": True,
            }
            for action, customer, kind, due in rows
        ],
        schema=dict(effect.LIST_COLUMNS),
    ).lazy()  # fmt: skip


def contacts(*rows: tuple[str | None, str | None, str | None, str | None, date]) -> pl.LazyFrame:
    """(customer, action, kind, result, day), in the order they landed."""
    return pl.DataFrame(
        [
            {"customer_id": c, "action_id": a, "contact_kind": k, "result": r, "landing_no": n, "source_row": 1,
             "contacted_at": datetime(day.year, day.month, day.day, 10)}
            for n, (c, a, k, r, day) in enumerate(rows)
        ],
        schema=CONTACTS,
    ).lazy()  # fmt: skip


def days(*rows: tuple[str, date, str]) -> pl.LazyFrame:
    """(customer, day, amount): a purchase, or a return where it is below zero."""
    return pl.DataFrame(
        [
            {"customer_id": c, "business_date": d, "sales": max(Decimal(a), Decimal(0)), "net_sales": Decimal(a)}
            for c, d, a in rows
        ],
        schema=DAYS,
    ).lazy()  # fmt: skip


def may(day: int) -> date:
    return date(2026, 5, day)


# ---- held out


def test_one_in_twenty_is_held_out_and_always_the_same():
    ids = [f"{n:016x}" for n in range(20_000)]
    drawn = [effect.is_held_out("key", action) for action in ids]
    assert drawn == [effect.is_held_out("key", action) for action in ids]
    assert sum(drawn) / len(drawn) == pytest.approx(HELD_OUT_SHARE, abs=0.005)
    other = [effect.is_held_out("another chain", action) for action in ids]
    assert sum(map(lambda a, b: a and b, drawn, other)) / len(drawn) == pytest.approx(HELD_OUT_SHARE**2, abs=0.002)


def plan_rows(kind: str, people: int, *, is_promised: bool = False, is_beyond: bool = False) -> pl.DataFrame:
    return pl.DataFrame(
        {"customer_id": [f"c{n}" for n in range(people)], "kind": kind, "trigger_on": may(1), "is_promised": is_promised,
         "is_beyond": is_beyond},
    )  # fmt: skip


@pytest.mark.parametrize("kind", ORDER_OF_KINDS)
def test_only_discretionary_kinds_are_held_out(kind: str):
    on_list, held = effect.with_hold_out(plan_rows(kind, 2000, is_promised=kind in PROMISED), "key")
    assert on_list.height + held.height == 2000
    assert (held.height > 0) == (kind in HELD_OUT_KINDS)
    assert not set(on_list["customer_id"]) & set(held["customer_id"])


def test_promised_care_and_what_does_not_fit_are_never_held_out():
    assert effect.with_hold_out(plan_rows("win_back", 2000, is_promised=True), "key")[1].is_empty()
    assert effect.with_hold_out(plan_rows("win_back", 2000, is_beyond=True), "key")[1].is_empty()


# ---- what became of the lists


def outcome(lists: pl.LazyFrame, made: pl.LazyFrame, bought: pl.LazyFrame) -> dict[str, tuple[bool, bool, bool, str]]:
    """Action → done, not reached, came back, net sales."""
    told = effect.outcomes(lists, made, bought, month="2026-05").collect()
    return {
        row["action_id"]: (row["is_done"], row["is_not_reached"], row["came_back"], str(row["net_sales"]))
        for row in told.iter_rows(named=True)
    }


def test_a_returned_list_tells_what_was_done_and_purchases_who_came_back():
    lists = listed(*((f"a{n}", f"c{n}", "win_back", may(10)) for n in range(5)))
    made = contacts((None, "a0", None, "Reached", may(10)), (None, "a1", None, "未联系上", may(10)),
                    ("c2", "a2", None, "请勿再联系", may(10)), (None, "a3", None, " came in ", may(12)))  # fmt: skip
    bought = days(("c0", may(10), "80"), ("c0", may(20), "-30"), ("c1", may(11), "50"), ("c3", may(11), "90"))
    assert outcome(lists, made, bought) == {
        "a0": (True, False, True, "50.00"),
        "a1": (False, True, False, "0.00"),  # not reached: the purchase is not the contact's
        "a2": (True, False, False, "0.00"),
        "a3": (True, False, False, "0.00"),  # bought the day before
        "a4": (False, False, False, "0.00"),
    }


def test_a_list_that_comes_back_twice_counts_as_told_last():
    made = contacts((None, "a", None, "Not reached", may(10)), (None, "a", None, "Reached", may(10)))
    assert outcome(listed(("a", "c", "win_back", may(10))), made, days())["a"][:2] == (True, False)


def test_a_contact_without_an_id_counts_for_its_kind_in_the_month_or_for_all_when_it_tells_no_kind():
    lists = listed(("w", "c", "win_back", may(10)), ("b", "c", "birthday", may(12)), ("x", "d", "win_back", may(10)),
                   ("y", "e", "win_back", may(10)))  # fmt: skip
    made = contacts(("c", None, "挽回", "reached", may(3)), ("d", None, None, None, may(3)),
                    ("e", None, "win_back", "reached", date(2026, 4, 30)))  # fmt: skip
    told = outcome(lists, made, days())
    assert {action: row[0] for action, row in told.items()} == {"w": True, "b": False, "x": True, "y": False}


def test_a_purchase_follows_one_contact_only():
    lists = listed(("w", "c", "win_back", may(10)), ("b", "c", "birthday", may(12)))
    made = contacts(("c", "w", None, "reached", may(10)), ("c", "b", None, "reached", may(12)))
    told = outcome(lists, made, days(("c", may(11), "10"), ("c", may(20), "70")))
    assert {action: row[2:] for action, row in told.items()} == {"w": (True, "10.00"), "b": (True, "70.00")}


def test_a_merged_customer_is_found_under_the_name_of_today():
    keys = pl.LazyFrame({"buyer_key": [171, 200], "customer_id": ["c00000000000000ff", "c00000000000000c8"]})
    lists = listed(("a", "c00000000000000ab", "win_back", may(1)), ("b", "c00000000000000c8", "win_back", may(1)),
                   ("c", "gone", "win_back", may(1)))  # fmt: skip
    assert effect.current_names(lists, keys).sort("action_id").collect()["customer_id"].to_list() == [
        "c00000000000000ff", "c00000000000000c8", "gone",
    ]  # fmt: skip


def test_every_result_has_its_words_and_they_are_told_apart():
    assert set(RESULT_WORDS) == set(RESULT)
    words = [word for told in RESULT_WORDS.values() for word in told]
    assert len(words) == len(set(words))
    frame = pl.DataFrame({"result": [*(word.upper() for word in words), None, "left a note"]})
    codes = frame.select(result_code()).to_series().to_list()
    assert codes == [*(code for code, told in RESULT_WORDS.items() for _ in told), "reached", "reached"]


# ---- the trial


def test_sixty_days_from_the_due_day_and_not_one_more():
    lists = listed(*((f"a{n}", f"c{n}", "win_back", may(1)) for n in range(4)), ("late", "c9", "win_back", may(2)))
    bought = days(("c0", may(1), "10"), ("c1", date(2026, 6, 29), "10"), ("c2", date(2026, 6, 30), "10"),
                  ("c3", date(2026, 4, 30), "10"))  # fmt: skip
    told = effect.trials(lists, bought, as_of=date(2026, 6, 29)).collect()
    assert dict(told.select("action_id", "bought").iter_rows()) == {"a0": True, "a1": True, "a2": False, "a3": False}


def test_what_stays_on_the_lists_is_one_trial_from_its_first_due_day():
    lists = listed(("a", "c", "win_back", date(2026, 6, 8)), ("a", "c", "win_back", may(8)))
    told = effect.trials(lists, days(("c", date(2026, 7, 20), "10")), as_of=date(2026, 12, 31)).collect()
    assert told.select("action_id", "bought").rows() == [("a", False)]


def test_lists_from_before_there_was_a_hold_out_are_compared_with_nobody():
    lists = listed(("a", "c", "win_back", may(8))).with_columns(has_hold_out=pl.lit(False))
    assert effect.trials(lists, days(), as_of=date(2026, 12, 31)).collect().is_empty()


# ---- people, intervals, verdicts


@pytest.mark.parametrize(("share", "raised_to", "printed"), [(0.2, 0.24, 1682), (0.2, 0.3, 293), (0.1, 0.12, 3841)])
def test_the_printed_numbers_of_people(share: float, raised_to: float, printed: int):
    assert round(effect.people_per_arm(share, raised_to)) == printed


def test_newcombes_own_examples():
    """Table II of Newcombe (1998), method 10: 56/70 − 48/80, 9/10 − 3/10, 10/10 − 0/20, 5/56 − 0/29, 0/10 − 0/10."""
    cases = {(56, 70, 48, 80): (0.0524, 0.3339), (9, 10, 3, 10): (0.1705, 0.8090), (5, 56, 0, 29): (-0.0381, 0.1926),
             (0, 10, 0, 10): (-0.2775, 0.2775), (10, 10, 0, 20): (0.6791, 1.0000)}  # fmt: skip
    frame = pl.DataFrame([*cases], schema=["a", "m", "b", "n"], orient="row").cast(pl.Float64)
    low, high = effect.newcombe(*(pl.col(name) for name in ("a", "m", "b", "n")))
    got = frame.select(low=low, high=high).rows()
    for told, printed in zip(got, cases.values(), strict=True):
        assert told == pytest.approx(printed, abs=5e-5)


WORLDS = [(950, 50, 0.2, 0.2), (2850, 150, 0.24, 0.2), (1900, 100, 0.3, 0.2), (3800, 200, 0.12, 0.1), (2850, 150, 0.1, 0.2)]  # fmt: skip
"""People on lists, held out, the share that buys of each: none, small, large, rare, harmful."""


def tables(worlds: list[tuple[int, int, float, float]], each: int, seed: int) -> pl.DataFrame:
    """One row per person of `each` simulated trials of every world; what a buyer spends is skewed, as at a jeweller's."""
    rng = np.random.default_rng(seed)
    parts = []
    for place, (treated, control, share, without) in enumerate(worlds):
        people = treated + control
        held = np.tile(np.arange(people) >= treated, each)
        bought = rng.random(people * each) < np.where(held, without, share)
        spent = np.where(bought, rng.lognormal(6.0, 1.0, people * each), 0.0).round(2)
        table = np.repeat(np.arange(each), people)
        drawn = pl.DataFrame({"table": table, "is_held_out": held, "bought": bought, "net_sales": spent})
        parts.append(drawn.with_columns(kind=pl.format("{}:{}", pl.lit(place), "table")))
    return pl.concat(parts).with_columns(pl.col("net_sales").cast(MONEY), is_vip=pl.lit(False))


def test_the_truth_lies_inside_its_interval_in_a_thousand_simulated_tables():
    told = effect.effect_by_kind(tables(WORLDS, 200, seed=1).lazy()).filter(pl.col("segment") == "all").collect()
    assert told.height == 1000
    place = told["kind"].str.extract(r"^(\d+):").cast(pl.Int64).to_list()
    difference = pl.Series([WORLDS[at][2] - WORLDS[at][3] for at in place])
    holds = ((told["low"] <= difference) & (difference <= told["high"])).mean()
    spend = float(np.exp(6.5))
    holds_sales = ((told["sales_low"] <= difference * spend) & (difference * spend <= told["sales_high"])).mean()
    assert holds is not None and holds >= 0.935, holds
    assert holds_sales is not None and holds_sales >= 0.935, holds_sales


def test_no_effect_is_rarely_called_one():
    none = [(treated, control, share, share) for treated, control, share in
            ((950, 50, 0.2), (2850, 150, 0.2), (2850, 150, 0.1), (3800, 200, 0.05), (1500, 150, 0.3))]  # fmt: skip
    told = effect.effect_by_kind(tables(none, 200, seed=2).lazy()).filter(pl.col("segment") == "all").collect()
    called = ((told["low"] > 0) | (told["high"] < 0)).mean()
    assert told.height == 1000 and called is not None and called <= 0.065, called
    said = told["verdict"].is_in(["brings_back", "drives_away"]).mean()
    assert said is not None and said <= called


@pytest.mark.parametrize(
    ("treated", "control", "share", "without"), [(570, 30, 0.2, 0.2), (570, 30, 0.3, 0.2), (380, 20, 0.1, 0.05)]
)
def test_the_intervals_exact_coverage_over_every_possible_table(
    treated: int, control: int, share: float, without: float
):
    def chances(people: int, chance: float) -> list[float]:
        return [float(comb(people, k)) * chance**k * (1 - chance) ** (people - k) for k in range(people + 1)]

    frame = pl.LazyFrame({"a": range(treated + 1), "p": chances(treated, share)}).join(
        pl.LazyFrame({"b": range(control + 1), "q": chances(control, without)}), how="cross"
    )
    people = [pl.lit(float(treated)), pl.lit(float(control))]
    low, high = effect.newcombe(pl.col("a"), people[0], pl.col("b"), people[1])
    inside = pl.lit(share - without).is_between(low, high)
    covered = frame.select((pl.col("p") * pl.col("q")).filter(inside).sum()).collect().item()
    assert 0.935 <= covered <= 0.99


def counted(*rows: tuple[str, str, int, int, int, int]) -> pl.LazyFrame:
    """(kind, segment, treated, bought, control, bought)."""
    return pl.DataFrame(
        [
            {"kind": k, "segment": s, "treated": n1, "buyers_treated": b1, "control": n0, "buyers_control": b0,
             "mean_treated": 100 * b1 / max(n1, 1), "mean_control": 100 * b0 / max(n0, 1),
             "mean_both": 100 * (b1 + b0) / (n1 + n0), "mean_square_both": 10_000 * (b1 + b0) / (n1 + n0)}
            for k, s, n1, b1, n0, b0 in rows
        ]
    ).lazy()  # fmt: skip


def test_verdicts():
    told = effect.effect_of_counts(
        counted(
            ("win_back", "all", 6000, 1800, 320, 64),  # 30 % beside 20 %
            ("long_absent", "all", 6000, 900, 320, 80),  # 15 % beside 25 %
            ("birthday", "all", 6000, 1200, 320, 66),
            ("gift_day", "all", 600, 300, 30, 0),  # far apart, but 30 people
            ("anniversary", "all", 50, 10, 0, 0),
        )
    ).collect()
    rows = {row["kind"]: row for row in told.iter_rows(named=True)}
    assert {kind: row["verdict"] for kind, row in rows.items()} == {
        "win_back": "brings_back", "long_absent": "drives_away", "birthday": "no_difference", "gift_day": "too_early",
        "anniversary": "too_early",
    }  # fmt: skip
    assert rows["anniversary"]["effect"] is None and rows["anniversary"]["gain"] == PRIOR_EFFECT
    assert rows["win_back"]["people"] == 607  # 2 / (1/6000 + 1/320)
    assert PRIOR_EFFECT < rows["win_back"]["gain"] < rows["win_back"]["effect"]
    assert PRIOR_EFFECT < rows["gift_day"]["gain"] < 0.2, "a young effect is drawn to the prior"


def test_whom_calling_drives_away_is_left_alone_and_gains_rank_the_rest():
    rows = effect.effect_of_counts(
        counted(("win_back", "all", 6000, 1800, 320, 64), ("win_back", "vip", 3000, 300, 400, 100),
                ("win_back", "other", 3000, 1500, 320, 64), ("long_absent", "all", 6000, 900, 320, 80))
    )  # fmt: skip
    told = {(row["kind"], row["is_vip"]): row for row in effect.ranking(rows).collect().iter_rows(named=True)}
    assert {key: row["is_left_alone"] for key, row in told.items()} == {
        ("win_back", True): True, ("win_back", False): False, ("long_absent", True): True, ("long_absent", False): True,
    }  # fmt: skip
    assert told["long_absent", True]["gain"] < 0 < told["win_back", False]["gain"]


def test_held_out_kinds_are_discretionary():
    assert not set(HELD_OUT_KINDS) & set(PROMISED)
    assert {"win_back", "long_absent"} <= set(HELD_OUT_KINDS) & set(ACTION_KIND)
