"""Orders told in two files, prices in a third, orders re-sent whole, quarantined rows that come back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from flows.config import read_settings
from flows.lake import Lake, open_quarantine
from flows.month import known_ledger, landed_rows
from tests.flows.test_ingest import NOW, activity_sales, assert_adds_up, drop, land, lines

SOURCES = """
[sources.shop_orders]
grain = "order"
whole_orders = true
columns = { order_id = "Order", ordered_at = "Placed", store_id = "Shop", order_paid = "Paid", member_id = "Card", associate_id = "Served by", status = "State" }
rules = [ { kind = "cancelled", column = "State", is = ["void"] }, { kind = "sale", column = "State", is = ["ok"] } ]

[sources.shop_items]
columns = { order_id = "Order", product_id = "Item", quantity = "Pcs", unit_price = "Each" }

[sources.counted]
prices = "products"
columns = { order_id = "Slip", ordered_at = "When", store_id = "Shop", product_id = "Item", quantity = "Pcs" }

[sources.whole]
whole_orders = true
columns = { order_id = "No", ordered_at = "At", store_id = "Store", product_id = "SKU", quantity = "Qty", net_sales = "Net", member_id = "Who" }
"""
HEADS = "Order,Placed,Shop,Paid,Card,Served by,State"
ITEMS = "Order,Item,Pcs,Each"
WHOLE = "No,At,Store,SKU,Qty,Net,Who"


@pytest.fixture
def shop(workspace):
    with workspace.chain_toml.open("a", encoding="utf-8") as toml:
        toml.write(SOURCES)
    return workspace


def told(shop, *columns: str, known_at: datetime | None = None) -> list[tuple]:
    return sorted(lines(shop, known_at).select(columns).rows(), key=str)


def test_a_head_counts_until_its_lines_are_known_and_gives_them_what_they_lack(shop):
    drop(shop, "heads.csv", "o1,2026-10-01 10:00,S1,30.00,m1,E1,ok", "o2,2026-10-02,S1,8.00,,,ok", header=HEADS)
    land(shop)
    assert told(shop, "order_id", "line_no", "net_sales") == [("o1", -1, Decimal("30.00")), ("o2", -1, Decimal("8.00"))]

    drop(shop, "items.csv", "o1,p1,2,10.00", "o1,p2,1,10.00", header=ITEMS)
    report = land(shop, datetime(2026, 11, 3))
    assert (report.total("rows_accepted"), report.total("rows_withdrawn")) == (2, 1)
    assert told(shop, "order_id", "product_id", "net_sales", "store_id", "associate_id") == [
        ("o1", "p1", Decimal("20.00"), "S1", "E1"),
        ("o1", "p2", Decimal("10.00"), "S1", "E1"),
        ("o2", "(order)", Decimal("8.00"), "S1", None),
    ]
    buyers = lines(shop).filter(order_id="o1")["buyer_key"]
    assert buyers.null_count() == 0
    assert buyers.n_unique() == 1
    lake = Lake(shop.lake)
    assert lake.scan("buyers", lake.ledger()).collect()["member_id"].to_list() == ["m1"], "the head brought the keys"
    assert activity_sales(shop) == Decimal("38.00")
    assert told(shop, "order_id", known_at=NOW) == [("o1",), ("o2",)], "as it was known then"
    assert_adds_up(shop)


def test_heads_and_items_of_one_run_land_in_the_order_they_need(shop):
    drop(shop, "a items.csv", "o1,p1,1,30.00", "o9,p1,1,5.00", header=ITEMS)
    drop(shop, "b heads.csv", "o1,2026-10-01,S1,30.00,m1,E1,ok", header=HEADS)
    report = land(shop)
    assert (report.total("rows_accepted"), report.total("rows_quarantined")) == (2, 1)
    assert told(shop, "order_id", "net_sales") == [("o1", Decimal("30.00"))]
    lake = Lake(shop.lake)
    assert lake.scan("quarantine", lake.ledger()).collect()["reason"].to_list() == ["no_head"]


def test_a_head_that_comes_after_the_lines_says_nothing_new(shop):
    drop(shop, "lines.csv", "o1,1,2026-10-01 10:00,S1,p1,1,30,,m1,")
    land(shop)
    drop(shop, "heads.csv", "o1,2026-10-01 10:00,S1,30.00,m1,E1,ok", header=HEADS)
    report = land(shop)
    assert (report.total("rows_accepted"), report.total("rows_duplicate")) == (0, 1)
    assert activity_sales(shop) == Decimal("30.00")


def test_a_head_of_another_store_is_not_theirs(shop):
    drop(shop, "heads.csv", "o1,2026-10-01,S1,30.00,m1,E1,void", header=HEADS)
    land(shop)
    drop(shop, "lines.csv", "o1,1,2026-10-01,S2,p1,1,5,,,")
    land(shop)
    assert told(shop, "store_id", "line_kind") == [("S1", "cancelled"), ("S2", "sale")]
    assert activity_sales(shop) == Decimal("5.00")


def test_lines_without_prices_take_the_list_price(shop):
    drop(shop, "slips.csv", "1,2026-10-01,S1,p1,3", "1,2026-10-01,S1,p2,1", header="Slip,When,Shop,Item,Pcs")
    drop(shop, "z products.csv", "p1,Ring,19.90", header="product_id,name,list_price")
    report = land(shop)
    assert report.total("rows_quarantined") == 1
    assert told(shop, "product_id", "net_sales") == [("p1", Decimal("59.70"))]


def test_an_order_sent_again_whole_loses_the_lines_it_no_longer_has(shop):
    drop(shop, "a.csv", "o1,2026-10-01,S1,p1,1,5.00,m1", "o1,2026-10-01,S1,p2,1,7.00,m1", header=WHOLE)
    land(shop)
    drop(shop, "b.csv", "o1,2026-10-01,S1,p1,2,10.00,m1", header=WHOLE)
    report = land(shop, datetime(2026, 11, 3))
    assert (report.total("rows_corrected"), report.total("rows_withdrawn")) == (1, 1)
    assert told(shop, "product_id", "net_sales") == [("p1", Decimal("10.00"))]
    assert activity_sales(shop) == Decimal("10.00")
    assert len(told(shop, "product_id", known_at=NOW)) == 2
    assert_adds_up(shop)

    drop(shop, "c.csv", "o1,2026-10-01,S1,p2,1,7.00,m1", "o1,2026-10-01,S1,p1,2,10.00,m1", header=WHOLE)
    land(shop, datetime(2026, 11, 4))
    assert activity_sales(shop) == Decimal("17.00"), "and has them back"


def test_a_damaged_row_withdraws_nothing(shop):
    drop(shop, "a.csv", "o1,2026-10-01,S1,p1,1,5.00,m1", "o1,2026-10-01,S1,p2,1,7.00,m1", header=WHOLE)
    land(shop)
    drop(shop, "b.csv", "o1,2026-10-01,S1,p1,1,5.00,m1", "o1,2026-10-01,S1,p2,1,7.00,m1,?", header=WHOLE)
    assert land(shop, datetime(2026, 11, 3)).total("rows_withdrawn") == 0
    assert activity_sales(shop) == Decimal("12.00")


def test_rows_in_another_order_are_the_same_rows(shop):
    rows = ["o1,2026-10-01,S1,p1,1,5.00,m1", "o1,2026-10-01,S1,p1,2,9.00,m1", "o1,2026-10-01,S1,p2,1,7.00,m1"]
    drop(shop, "a.csv", *rows, header=WHOLE)
    land(shop)
    drop(shop, "b.csv", *reversed(rows), header=WHOLE)
    report = land(shop)
    assert (report.total("rows_duplicate"), report.total("rows_corrected")) == (3, 0)


def test_mended_rows_settle_the_quarantine_and_the_same_damage_again_is_no_new_trouble(shop):
    bad = ["o1,2026-10-01,S1,p1,one,5.00,m1", "o2,2026-10-01,S1,p1,1,5.00,m1,surplus"]
    drop(shop, "a.csv", *bad, "o3,2026-10-01,S1,p1,1,1.00,m1", header=WHOLE)
    land(shop)
    lake = Lake(shop.lake)
    assert open_quarantine(lake, lake.ledger()).collect().height == 2
    aside = shop.quarantine / "a.1.quarantine.csv"
    text = aside.read_text(encoding="utf-8-sig").replace(",one,", ",1,").replace('"m1,surplus"', "m1")
    (shop.inbox / "mended.csv").write_text(text, encoding="utf-8")
    assert land(shop, datetime(2026, 11, 3)).total("rows_accepted") == 2
    assert open_quarantine(lake, lake.ledger()).collect().is_empty()
    assert open_quarantine(lake, lake.ledger(NOW)).collect().height == 2, "then it was open"
    assert activity_sales(shop) == Decimal("11.00")

    drop(shop, "next month.csv", *bad, "o4,2026-10-05,S1,p1,1,2.00,m1", header=WHOLE)
    report = land(shop, datetime(2026, 12, 2))
    assert (report.total("rows_accepted"), report.total("rows_duplicate"), report.total("rows_quarantined")) == (
        1,
        2,
        0,
    )
    assert activity_sales(shop) == Decimal("13.00")

    drop(shop, "corrected in the till.csv", "o1,2026-10-01,S1,p1,1,5.00,m1", header=WHOLE)
    land(shop, datetime(2026, 12, 3))
    assert activity_sales(shop) == Decimal("13.00"), "the till's own correction does not count beside the mended row"
    assert_adds_up(shop)


def test_gifts_follow_their_lines(shop):
    header = f"{WHOLE},recipient_name,occasion"
    toml = shop.chain_toml.read_text(encoding="utf-8")
    columns = 'member_id = "Who", recipient_name = "recipient_name", occasion = "occasion" }'
    shop.chain_toml.write_text(toml.replace('member_id = "Who" }', columns), encoding="utf-8")
    read_settings(shop)

    def gifts() -> list[tuple]:
        lake = Lake(shop.lake)
        return landed_rows(lake, known_ledger(lake, None)).gifts.select("order_id", "occasion").collect().rows()

    drop(shop, "a.csv", "o1,2026-10-01,S1,p1,1,5.00,m1,Lin,birthday", header=header)
    land(shop)
    assert gifts() == [("o1", "birthday")]
    drop(shop, "b.csv", "o1,2026-10-01,S1,p1,1,5.00,m1,Lin,wedding", header=header)
    land(shop, datetime(2026, 11, 3))
    assert gifts() == [("o1", "wedding")]
    drop(shop, "c.csv", "o1,2026-10-01,S1,p1,1,5.00,m1,,", header=header)
    land(shop, datetime(2026, 11, 4))
    assert gifts() == []
