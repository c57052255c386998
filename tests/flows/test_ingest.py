"""Intake: every row and cent accounted for, nothing counted twice, nothing guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from flows.config import Workspace, read_settings
from flows.ingest import IngestReport, ingest
from flows.lake import Lake
from flows.month import known_ledger, landed_rows

NOW = datetime(2026, 11, 2)
HEADER = "order_id,line_no,ordered_at,store_id,product_id,quantity,unit_price,net_sales,member_id,refund_of"


def drop(workspace: Workspace, name: str, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = workspace.inbox / name
    path.write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))
    return path


def land(workspace: Workspace, now: datetime = NOW) -> IngestReport:
    return ingest(workspace, read_settings(workspace), now=now)


def lines(workspace: Workspace, known_at: datetime | None = None) -> pl.DataFrame:
    lake = Lake(workspace.lake)
    return landed_rows(lake, known_ledger(lake, known_at)).order_lines.sort("order_id", "line_no").collect()


def activity_sales(workspace: Workspace) -> Decimal:
    lake = Lake(workspace.lake)
    rows = landed_rows(lake, known_ledger(lake, None)).activity.select(pl.col("sales").sum() - pl.col("refunds").sum())
    return rows.collect().item()


def assert_adds_up(workspace: Workspace) -> None:
    ledger = Lake(workspace.lake).ledger()
    for row in ledger.iter_rows(named=True):
        assert row["rows_in"] == row["rows_accepted"] + row["rows_quarantined"] + row["rows_duplicate"], row[
            "file_name"
        ]
        assert row["amount_in"] == row["amount_accepted"] + row["amount_quarantined"] + row["amount_duplicate"], row[
            "file_name"
        ]


def test_a_file_lands_and_leaves_the_inbox(workspace):
    drop(workspace, "a.csv", "o1,1,2026-10-01 10:00,S1,p1,2,9.99,,m1,", "o2,1,2026-10-02,S1,p1,-1,9.99,,m1,o1")
    report = land(workspace)
    assert [(f.outcome, f.rows_in, f.rows_accepted) for f in report.files] == [("landed", 2, 2)]
    assert lines(workspace).select("order_id", "line_kind", "net_sales").rows() == [
        ("o1", "sale", Decimal("19.98")),
        ("o2", "refund", Decimal("-9.99")),
    ]
    assert not list(workspace.inbox.iterdir())
    assert (workspace.landed / "2026-11-02" / "a.csv").is_file()
    assert_adds_up(workspace)


def test_the_same_content_under_another_name_counts_once(workspace):
    drop(workspace, "a.csv", "o1,1,2026-10-01,S1,p1,1,5,,m1,")
    land(workspace)
    drop(workspace, "b.csv", "o1,1,2026-10-01,S1,p1,1,5,,m1,")
    assert [f.outcome for f in land(workspace).files] == ["landed_before"]
    assert lines(workspace).height == 1


def test_an_overlapping_export_adds_only_what_is_new(workspace):
    drop(workspace, "monday.csv", "o1,1,2026-10-01,S1,p1,1,5,,m1,", "o1,2,2026-10-01,S1,p2,1,7,,m1,")
    land(workspace)
    drop(workspace, "tuesday.csv", "o1,1,2026-10-01,S1,p1,1,5,,m1,", "o1,2,2026-10-01,S1,p2,1,7,,m1,",
         "o2,1,2026-10-02,S1,p1,1,5,,m1,")  # fmt: skip
    report = land(workspace)
    assert (report.total("rows_accepted"), report.total("rows_duplicate")) == (1, 2)
    assert lines(workspace)["net_sales"].sum() == Decimal("17.00")
    assert_adds_up(workspace)


def test_a_correction_supersedes_and_the_past_stays_as_it_was_known(workspace):
    drop(workspace, "a.csv", "o1,1,2026-10-01,S1,p1,1,5,,m1,", "o2,1,2026-10-01,S1,p1,1,8,,m2,")
    land(workspace, datetime(2026, 11, 2))
    drop(workspace, "b.csv", "o1,1,2026-10-01,S1,p1,1,6,,m1,")
    report = land(workspace, datetime(2026, 11, 5))
    assert report.total("rows_corrected") == 1
    assert lines(workspace)["net_sales"].to_list() == [Decimal("6.00"), Decimal("8.00")]
    assert activity_sales(workspace) == Decimal("14.00"), "the roll-up follows the correction"
    assert lines(workspace, datetime(2026, 11, 3))["net_sales"].to_list() == [Decimal("5.00"), Decimal("8.00")]


UNNUMBERED = "order_id,ordered_at,store_id,product_id,quantity,net_sales"


def test_part_of_an_order_told_again_changes_nothing(workspace):
    drop(workspace, "a.csv", "o1,2026-10-01,S1,ring,1,100", "o1,2026-10-01,S1,ring,1,200",
         "o2,2026-10-01,S1,ring,1,50", "o2,2026-10-01,S1,ring,1,60", header=UNNUMBERED)  # fmt: skip
    land(workspace)
    drop(workspace, "b.csv", "o1,2026-10-01,S1,ring,1,200", "o2,2026-10-01,S1,ring,1,65", "o2,2026-10-01,S1,ring,1,50",
         header=UNNUMBERED)  # fmt: skip
    drop(workspace, "c.csv", "o1,2026-10-01,S1,ring,1,200", "o1,2026-10-01,S1,ring,1,300", header=UNNUMBERED)
    report = land(workspace)
    counts = [report.total(name) for name in ("rows_accepted", "rows_duplicate", "rows_corrected")]
    # 60 became 65; 300 is the other ring of o1, whose 200 is known: 100 became 300
    assert counts == [2, 3, 2]
    assert sorted(lines(workspace)["net_sales"].cast(int).to_list()) == [50, 65, 200, 300]
    assert_adds_up(workspace)


@pytest.mark.parametrize("header", [UNNUMBERED, f"{UNNUMBERED},line_no"])
def test_a_return_booked_under_the_sales_number_leaves_the_sale(workspace, header):
    more = ",1" if "line_no" in header else ""
    drop(workspace, "october.csv", f"o1,2026-10-01,S1,ring,1,100{more}", header=header)
    land(workspace)
    drop(workspace, "november.csv", f"o1,2026-11-01,S1,ring,-1,-100{more}", header=header)
    assert land(workspace).total("rows_corrected") == 0
    told = lines(workspace).select("business_date", "line_kind", "net_sales").sort("business_date").rows()
    assert told == [(date(2026, 10, 1), "sale", Decimal("100.00")), (date(2026, 11, 1), "refund", Decimal("-100.00"))]
    drop(workspace, "again.csv", f"o1,2026-11-01,S1,ring,-1,-90{more}", header=header)
    assert land(workspace).total("rows_corrected") == 1
    assert activity_sales(workspace) == Decimal("10.00")


def test_two_files_of_one_run_are_checked_against_each_other(workspace):
    drop(workspace, "a.csv", "o1,1,2026-10-01,S1,p1,1,5,,m1,")
    drop(workspace, "b.csv", "o1,1,2026-10-01,S1,p1,1,5,,m1,", "o2,1,2026-10-02,S1,p1,1,5,,m1,")
    report = land(workspace)
    assert (report.total("rows_accepted"), report.total("rows_duplicate")) == (2, 1)


def test_a_line_number_that_stands_twice_never_passes_for_a_correction(workspace):
    drop(workspace, "a.csv", "o1,1,2026-10-01,S1,p1,1,5,,m1,", "o1,1,2026-10-01,S1,p2,1,7,,m1,",
         "o1,1,2026-10-01,S1,p1,1,5,,m1,")  # fmt: skip
    report = land(workspace)
    counts = (report.total("rows_accepted"), report.total("rows_quarantined"), report.total("rows_duplicate"))
    assert counts == (1, 1, 1)
    assert_adds_up(workspace)


def test_versions_in_three_files_of_one_run_and_a_fourth_later(workspace):
    for name, price in (("a.csv", 5), ("b.csv", 6), ("c.csv", 6)):
        drop(workspace, name, f"o1,1,2026-10-01,S1,p1,1,{price},,m1,", f"x{name},1,2026-10-01,S1,p1,1,1,,m1,")
    report = land(workspace)
    assert (report.total("rows_accepted"), report.total("rows_corrected"), report.total("rows_duplicate")) == (5, 1, 1)
    assert activity_sales(workspace) == Decimal("9.00")
    drop(workspace, "d.csv", "o1,1,2026-10-01,S1,p1,1,5,,m1,")
    assert land(workspace, datetime(2026, 11, 9)).total("rows_corrected") == 1, "back to the first price is news again"
    assert activity_sales(workspace) == Decimal("8.00")
    assert lines(workspace)["net_sales"].sum() == Decimal("8.00")
    assert_adds_up(workspace)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("o1,1,2026-02-30,S1,p1,1,5,,m1,", "ordered_at", "not_datetime"),
        ("o1,1,2026-10-01,S1,p1,one,5,,m1,", "quantity", "not_quantity"),
        ("o1,1,2026-10-01,S1,p1,1,1e3,,m1,", "unit_price", "not_unit_price"),
        ("o1,1,2026-10-01,S1,p1,1,5,1.234,m1,", "net_sales", "not_money"),
        (",1,2026-10-01,S1,p1,1,5,,m1,", "order_id", "missing"),
        ("o1,1,2026-10-01,,p1,1,5,,m1,", "store_id", "missing"),
        ("o1,1,2026-10-01,S1,p1,1,,,m1,", "net_sales", "missing"),
        ("o1,1,2026-10-01,S1,p1,1,5,,m1,,extra", None, "field_count"),
        ('o1,1,2026-10-01,"S1,p1,1,5,,m1,', None, "broken_quote"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason_and_the_next_is_read_right(workspace, row, column, reason):
    good = "o9,1,2026-10-03,S1,p1,1,5,,m1,"
    drop(workspace, "a.csv", good, row)
    report = land(workspace)
    assert (report.total("rows_accepted"), report.total("rows_quarantined")) == (1, 1)
    lake = Lake(workspace.lake)
    kept = lake.scan("quarantine", lake.ledger()).collect().row(0, named=True)
    assert (kept["source_row"], kept["column"], kept["reason"]) == (3, column, reason)
    assert_adds_up(workspace)


def test_a_mended_quarantine_file_settles_without_passing_for_another_line(workspace):
    drop(workspace, "a.csv", "o1,,2026-10-01,S1,p1,1,5,,m1,", "o1,,2026-10-01,S1,p2,x,7,,m1,")
    land(workspace)
    aside = workspace.quarantine / "a.1.quarantine.csv"
    mended = aside.read_text(encoding="utf-8-sig").replace(",x,7", ",2,7")
    (workspace.inbox / "mended.csv").write_text(mended, encoding="utf-8")
    report = land(workspace)
    assert (report.total("rows_accepted"), report.total("rows_corrected")) == (1, 0)
    assert sorted(lines(workspace)["net_sales"]) == [Decimal("5.00"), Decimal("14.00")]


def test_amounts_are_rounded_once_from_all_digits_of_the_price(workspace):
    drop(workspace, "a.csv", "o1,1,2026-10-01,S1,p1,3,0.335,,m1,", "o2,1,2026-10-01,S1,p1,1.5,0.333333,,m1,")
    land(workspace)
    assert lines(workspace)["net_sales"].to_list() == [Decimal("1.01"), Decimal("0.50")]


def test_gbk_and_windows_line_ends_are_read_as_written(workspace):
    header = "订单号,下单时间,门店编号,商品编号,商品名称,数量,单价,会员号"
    text = f"{header}\r\no1,2026-10-01 10:00:00,S1,p1,足金手镯,1,1280.50,m1\r\n"
    (workspace.inbox / "till.csv").write_bytes(text.encode("gb18030"))
    assert land(workspace).total("rows_accepted") == 1
    assert lines(workspace)["product_name"].to_list() == ["足金手镯"]


def test_an_orders_paid_total_is_shared_out_to_the_cent(workspace):
    toml = '\n[sources.jd_orders]\nstore_id = "S9"\n'
    workspace.chain_toml.write_text(workspace.chain_toml.read_text(encoding="utf-8") + toml, encoding="utf-8")
    header = "订单号,货号,商品名称,订购数量,下单时间,京东价,应付金额,运费金额,订单状态,下单帐号,订单备注"
    drop(workspace, "jd.csv", "j1,p1,A,1,2026-10-01,10,30.00,10,完成,u1,场合:生日;日期:2026-10-08",
         "j1,p2,B,1,2026-10-01,10,30.00,10,完成,u1,", "j1,p3,C,1,2026-10-01,10,30.00,10,完成,u1,",
         "j2,p1,A,1,2026-10-01,10,10,0,已取消,u1,", header=header)  # fmt: skip
    land(workspace)
    told = lines(workspace)
    assert told.filter(pl.col("order_id") == "j1")["net_sales"].sum() == Decimal("20.00")
    assert told.filter(pl.col("order_id") == "j2")["line_kind"].to_list() == ["cancelled"]
    assert activity_sales(workspace) == Decimal("20.00")


@pytest.mark.parametrize(
    ("content", "outcome", "told"),
    [
        (HEADER.replace("ordered_at,", "").encode() + b"\no1,1,S1,p1,1,5,,m1,\n", "unrecognised", "ordered_at"),
        (b"a,b,c\n1,2,3\n", "unrecognised", "no known export"),
        (b"PK\x03\x04\x00\x00\x00", "unreadable", "cut off or damaged"),
        (b"", "unreadable", "is empty"),
        (b"\xff\xff\xff\xff,\x81", "unreadable", "could be in"),
    ],
)
def test_what_cannot_land_stays_where_it_was_and_says_why(workspace, content, outcome, told):
    path = workspace.inbox / "odd.csv"
    path.write_bytes(content)
    drop(workspace, "good.csv", "o1,1,2026-10-01,S1,p1,1,5,,m1,")
    report = land(workspace)
    odd = next(f for f in report.files if f.file == "odd.csv")
    assert odd.outcome == outcome
    assert told in (odd.message or "")
    assert path.exists()
    assert lines(workspace).height == 1, "one file's trouble does not stop the others"


def test_another_currency_is_refused(workspace):
    drop(workspace, "a.csv", "o1,p1,x,1,2026-10-01 08:00:00,5,17850.0,United Kingdom",
         header="InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country")  # fmt: skip
    assert "GBP" in (land(workspace).files[0].message or "")


def test_online_retail_reconciles_to_the_row_and_the_cent(workspace, online_retail):
    text = workspace.chain_toml.read_text(encoding="utf-8").replace("CNY", "GBP")
    workspace.chain_toml.write_text(text, encoding="utf-8")
    for path in online_retail:
        (workspace.inbox / path.name).write_bytes(path.read_bytes())
    report = land(workspace)
    assert report.total("rows_in") == 541_909
    assert report.total("rows_duplicate") == 5_268
    assert report.total("rows_quarantined") == 0
    assert report.total("rows_accepted") == 536_641
    sold = lines(workspace).filter((pl.col("line_kind") == "sale") & pl.col("buyer_key").is_not_null())
    assert sold.height == 391_153
    assert sold["buyer_key"].n_unique() == 4_334
    assert sold["order_id"].n_unique() == 18_402
    assert sold["net_sales"].sum() == Decimal("8737227.64")
    assert_adds_up(workspace)
