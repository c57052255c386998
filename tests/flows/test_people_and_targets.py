"""From files to page 8: targets, the league on the command line, the year's highest spender, who leaves."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from flows.config import Workspace, read_settings
from flows.errors import UsageError
from flows.ingest import ingest
from flows.lake import Lake
from flows.league import league_lines, league_rows
from schemas.period import Month
from schemas.review import Review
from schemas.targets import Targets
from tests.oracle.worlds import Associate, Customer, Store, Target, World, world_of, write_world
from tests.trial_reviews import month_reviews
from transforms import intake

NOW = datetime(2030, 1, 1)


def landed(world: World, root: Path, rules: str = "") -> Workspace:
    write_world(world, root)
    with (root / "chain.toml").open("a", encoding="utf-8") as toml:
        toml.write(rules)
    workspace = Workspace(root)
    report = ingest(workspace, read_settings(workspace), now=NOW)
    assert not report.left_in_inbox
    return workspace


def reviews(workspace: Workspace, month: str) -> dict[str | None, Review]:
    found = month_reviews(Lake(workspace.lake), read_settings(workspace), Month.parse(month))
    return {review.scope.store_id: review for review in found}


SOLD = (
    ("2022-11-05", "s1", "a", "900"), ("2022-11-06", "s1", "b", "100"), ("2022-11-07", "s2", "c", "400"),
    ("2021-11-05", "s1", "b", "5000"),
)  # fmt: skip
STORES = [Store("s1", "One"), Store("s2", "Two")]


def test_targets_stand_beside_what_was_reached_and_the_newest_line_counts(tmp_path: Path):
    november = date(2022, 11, 1)
    world = world_of(*SOLD, stores=STORES)
    world.targets = [
        Target("s1", november, Decimal(1)), Target("s1", november, Decimal(2000), 4), Target("s2", november, Decimal(0)),
        Target("s1", date(2022, 12, 1), Decimal(7)),
    ]  # fmt: skip
    found = reviews(landed(world, tmp_path), "2022-11")
    one = found["s1"].people
    assert one is not None
    assert [(row.name, row.target, row.actual, row.reached) for row in one.targets] == [
        ("net_sales", Decimal("2000.00"), Decimal("1000.00"), 0.5), ("new_customers", 4, 1, 0.25)
    ]  # fmt: skip
    two, chain = found["s2"].people, found[None].people
    assert two is not None and chain is not None
    assert two.targets[0].reached is None, "nothing to divide by"
    assert chain.targets[0].target == Decimal("2000.00")
    world.targets.append(Target("*", november, Decimal(2800)))
    chain = reviews(landed(world, tmp_path / "own"), "2022-11")[None].people
    assert chain is not None
    assert (chain.targets[0].target, chain.targets[0].reached) == (Decimal("2800.00"), 0.5)


@pytest.mark.parametrize(
    ("text", "found"),
    [("2026-10", date(2026, 10, 1)), ("2026/9", date(2026, 9, 1)), ("2026年10月", date(2026, 10, 1)),
     ("2026-10-31", date(2026, 10, 1)), ("2026-13", None), ("10-2026", None), ("October", None)],
)  # fmt: skip
def test_a_month_is_read_or_refused(text: str, found: date | None):
    assert "target_month" in Targets.to_schema().columns
    role = intake.RoleText("target_month", "month", required=True)
    typed = intake.typed_rows(pl.DataFrame({"target_month": [text]}), [role])
    assert typed["target_month"].to_list() == [found]
    assert typed["problem_code"].to_list() == [None if found else "not_month"]


def visits(review: Review) -> list[tuple[str, Decimal, date]]:
    return [
        (action.contact_name or "", Decimal(str(action.reason["net_sales"])), action.due_on)
        for action in review.actions
        if action.kind == "visit_top_spender"
    ]


def test_the_years_highest_spender_is_visited_in_december_and_on_request(tmp_path: Path):
    people = [Customer(name, name.upper(), f"1380000000{n}", consent_phone=True) for n, name in enumerate("abc")]
    world = world_of(*SOLD, ("2022-10-07", "s1", "a", "10"), stores=STORES, customers=people)
    workspace = landed(world, tmp_path)
    december = reviews(workspace, "2022-11")
    assert visits(december["s1"]) == [("A", Decimal("910.00"), date(2022, 12, 15))], "not B, who spent more last year"
    assert visits(december["s2"]) == [("C", Decimal("400.00"), date(2022, 12, 15))]
    assert visits(reviews(workspace, "2022-10")["s1"]) == []
    asked = landed(world, tmp_path / "asked", 'top_spender_visit_months = ["11"]\n')
    assert visits(reviews(asked, "2022-10")["s1"]) == [("A", Decimal("10.00"), date(2022, 11, 15))]
    assert visits(reviews(asked, "2022-11")["s1"]) == []


@pytest.mark.parametrize("rule", ['top_spender_visit_months = ["13"]', 'points_expire_every = "31-12"'])
def test_a_month_or_day_that_is_none_is_refused_by_name(rule: str, tmp_path: Path):
    write_world(world_of(*SOLD), tmp_path)
    with (tmp_path / "chain.toml").open("a", encoding="utf-8") as toml:
        toml.write(rule + "\n")
    with pytest.raises(UsageError, match=rule.split(" ")[0]):
        read_settings(Workspace(tmp_path))


def test_the_league_counts_its_period_and_says_when_it_cannot(tmp_path: Path):
    world = world_of(*SOLD, ("2022-12-24", "s1", "a", "10"), ("2023-06-01", "s1", "a", "10"), stores=STORES)
    world.associates = [
        Associate("a0", "Anna", "s1"),
        Associate("a1", "Bea", "s1", date(2022, 11, 1)),
        Associate("a2", "Cy", "s2"),
    ]
    world.order_lines = [
        type(line)(**{**vars(line), "associate_id": "a2" if line.store_id == "s2" else "a0"}) for line in world.order_lines
    ]  # fmt: skip
    workspace = landed(world, tmp_path)
    lake, settings = Lake(workspace.lake), read_settings(workspace)
    rows, as_of = league_rows(lake, settings, date(2022, 11, 1), date(2022, 11, 30))
    assert as_of == date(2023, 5, 31)
    told = {row["associate_id"]: (row["first_served_90d"], row["came_back_180d"]) for row in rows}
    assert told == {"a0": (1, 1), "a2": (1, 0)}, "Bea had left; b was first served the year before"
    assert len(league_lines(rows, as_of, date(2022, 11, 30))) == 4
    with pytest.raises(UsageError, match="before"):
        league_rows(lake, settings, date(2022, 12, 1), date(2022, 11, 30))
    with pytest.raises(UsageError, match="too long"):
        league_rows(lake, settings, date(2020, 1, 1), date(2022, 11, 30))
    with pytest.raises(UsageError, match="s9"):
        league_rows(lake, settings, date(2022, 11, 1), date(2022, 11, 30), "s9")
