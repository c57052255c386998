"""What changed in a month between two moments, and which rows of which files changed it, to the cent."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

import pytest

from flows.config import Workspace, read_settings
from flows.errors import UsageError
from flows.ingest import ingest
from flows.lake import Lake
from flows.restatement import Restatement, lines_of, restatement_of
from schemas.period import Month

OCTOBER = Month(2026, 10)
FIRST, SECOND, THIRD = datetime(2026, 11, 2), datetime(2026, 11, 5), datetime(2026, 11, 9)
HEADER = "order_id,line_no,ordered_at,store_id,product_id,quantity,net_sales,member_id,phone,refund_of,status"
TILL = (
    "o1,1,2026-10-01 10:00,S1,p1,1,100.00,m1,,,",
    "o1,2,2026-10-01 10:00,S1,p2,1,50.00,m1,,,",
    "o2,1,2026-10-03 10:00,S2,p1,1,30.00,m2,,,",
    "o3,1,2026-09-03 10:00,S2,p1,1,30.00,,19900000001,,",
)


def land(workspace: Workspace, now: datetime, name: str, *rows: str, header: str = HEADER) -> None:
    (workspace.inbox / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    ingest(workspace, read_settings(workspace), now=now)


def compared(workspace: Workspace, first: datetime = FIRST, second: datetime = THIRD) -> Restatement:
    told = restatement_of(Lake(workspace.lake), read_settings(workspace), OCTOBER, first, second)
    assert told.effect_of_files == told.net_sales_after - told.net_sales_before
    return told


def as_text(workspace: Workspace, told: Restatement, *, every: bool = False) -> str:
    return "\n".join(lines_of(told, read_settings(workspace), every_metric=every))


def rows_of(told: Restatement) -> list[tuple[str, int, str, str, str]]:
    return [(f.file, r.line, r.store_id, r.change, str(r.effect)) for f in told.files for r in f.rows]


@pytest.fixture
def october(workspace: Workspace) -> Workspace:
    land(workspace, FIRST, "till.csv", *TILL)
    return workspace


def test_the_same_moment_twice_differs_in_nothing(october):
    land(october, SECOND, "late.csv", "o9,1,2026-10-20,S1,p1,1,20.00,m1,,,")
    told = compared(october, SECOND, SECOND)
    assert (told.differences, told.files) == ((), ())
    assert "Every number is the same." in as_text(october, told)


def test_a_late_file_adds_its_sales(october):
    land(october, SECOND, "late.csv", "o8,1,2026-09-20,S1,p1,1,7.00,m1,,,", "o9,1,2026-10-20,S1,p1,1,20.00,m1,,,",
         "o10,1,2026-11-01,S1,p1,1,5.00,m1,,,")  # fmt: skip
    told = compared(october)
    assert rows_of(told) == [("late.csv", 3, "S1", "added", "20.00")]
    (file,) = told.files
    assert (file.rows_of_earlier_days, file.rows_of_later_days) == (1, 1)
    net_sales = {d.scope: d.difference for d in told.differences if d.metric == "net_sales"}
    assert net_sales == {"chain": Decimal("20.00"), "S1": Decimal("20.00")}


def test_a_correction_a_refund_and_a_cancellation_each_by_its_line(october):
    land(october, SECOND, "corrected.csv", "o1,2,2026-10-01 10:00,S1,p2,1,45.00,m1,,,")
    land(october, THIRD, "returns.csv", "r1,1,2026-10-30,S1,p2,-1,-45.00,m1,,o1,", "o2,1,2026-10-03 10:00,S2,p1,1,30.00,m2,,,cancelled")  # fmt: skip
    told = compared(october)
    assert rows_of(told) == [
        ("corrected.csv", 2, "S1", "corrected", "-5.00"),
        ("returns.csv", 2, "S1", "refunded", "-45.00"),
        ("returns.csv", 3, "S2", "cancelled", "-30.00"),
    ]
    assert told.effect_of_files == Decimal("-80.00")
    before, after = told.files[0].rows[0].amount_before, told.files[0].rows[0].amount_after
    assert (before, after) == (Decimal("50.00"), Decimal("45.00"))


def test_a_line_that_two_files_correct_tells_each_step(october):
    land(october, SECOND, "b.csv", "o1,1,2026-10-01 10:00,S1,p1,1,90.00,m1,,,")
    land(october, THIRD, "c.csv", "o1,1,2026-10-01 10:00,S1,p1,1,95.00,m1,,,")
    assert [effect for *_, effect in rows_of(compared(october))] == ["-10.00", "5.00"]
    assert [effect for *_, effect in rows_of(compared(october, SECOND, THIRD))] == ["5.00"]


def test_a_correction_that_moves_a_sale_out_of_the_month_takes_it_off(october):
    land(october, SECOND, "moved.csv", "o2,1,2026-09-30 10:00,S2,p1,1,30.00,m2,,,")
    assert rows_of(compared(october)) == [("moved.csv", 2, "S2", "corrected", "-30.00")]


def test_a_mended_row_and_a_line_that_a_whole_order_no_longer_has(workspace):
    toml = """
[sources.shop]
whole_orders = true
columns = { order_id = "Order", product_id = "Item", quantity = "Qty", net_sales = "Paid", ordered_at = "When", store_id = "Branch" }
"""
    workspace.chain_toml.write_text(workspace.chain_toml.read_text(encoding="utf-8") + toml, encoding="utf-8")
    header = "Order,Item,Qty,Paid,When,Branch"
    sold = ("w1,p1,1,10.00,2026-10-01 10:00,W", "w1,p2,1,20.00,2026-10-01 10:00,W")
    land(workspace, FIRST, "shop.csv", *sold, "w2,p1,one,5.00,2026-10-02 10:00,W", header=header)
    (aside,) = workspace.quarantine.iterdir()
    (workspace.inbox / "mended.csv").write_text(
        aside.read_text(encoding="utf-8-sig").replace("one,5.00", "1,5.00"), encoding="utf-8"
    )
    ingest(workspace, read_settings(workspace), now=SECOND)
    land(workspace, THIRD, "shop again.csv", sold[0], header=header)
    told = compared(workspace)
    assert rows_of(told) == [
        ("mended.csv", 2, "W", "mended", "5.00"),
        ("shop again.csv", 2, "W", "withdrawn", "-20.00"),
    ]


def test_a_file_that_only_repeats_changes_nothing(october):
    land(october, SECOND, "again.csv", *reversed(TILL))
    told = compared(october)
    assert told.differences == ()
    assert [(f.file, f.rows_duplicate, f.rows) for f in told.files] == [("again.csv", 4, ())]
    assert "1 file changed nothing in it" in as_text(october, told)


def test_a_customer_file_that_shows_two_to_be_one(october):
    land(october, SECOND, "customers.csv", "m1,Invented Person,19900000001", header="member_id,name,phone")
    told = compared(october)
    (file,) = told.files
    assert (file.table, file.customers_merged, file.customers_split, file.effect) == ("customers", 1, 0, Decimal(0))
    text = as_text(october, told, every=True)
    assert "1 customer fewer" in text
    assert "Invented" not in text and "19900000001" not in text


def test_a_month_that_was_not_known_yet_or_moments_the_wrong_way_round(october):
    with pytest.raises(UsageError, match="nothing has landed by"):
        compared(october, datetime(2026, 11, 1), THIRD)
    with pytest.raises(UsageError, match="give the earlier moment first"):
        compared(october, THIRD, FIRST)


def test_on_the_command_line(october, regulars_here):
    land(october, SECOND, "late.csv", *(f"n{n},1,2026-10-20,S1,p1,1,{n}.00,m1,,," for n in range(1, 12)))
    moments = ("--known-at", "2026-11-03", "--known-at", "2026-11-09")
    shown = regulars_here("compare", "2026-10", *moments, "-w", october.root)
    assert shown.returncode == 0, shown.stderr
    assert "and 3 more rows, together +30.00; see --all" in shown.stdout
    assert "sum of the files" in shown.stdout and "+66.00" in shown.stdout
    told = json.loads(regulars_here("compare", "2026-10", *moments, "--json", "-w", october.root).stdout)
    assert told["net_sales"] == {"before": 180.0, "after": 246.0, "difference": 66.0, "effect_of_files": 66.0}
    assert [row["line"] for row in told["files"][0]["rows"]] == list(range(2, 13))
    once = regulars_here("compare", "2026-10", "--known-at", "2026-11-03", "-w", october.root)
    assert once.returncode == 2 and "twice" in once.stderr
