"""Every known export lands without configuration: its lines, customers, times and money, against what really happened."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from flows.config import Workspace, read_settings
from flows.ingest import IngestReport, ingest
from flows.lake import Lake
from schemas.known_exports import SOURCE_FORMATS
from schemas.source_formats import CUSTOMER_KEYS, recognise
from tests.conftest import REAL_DATA
from tests.exports.platforms import (
    PLATFORMS,
    Platform,
    Row,
    loyverse_item_rows,
    loyverse_receipt_rows,
    shopify_rows,
    square_item_rows,
    square_transaction_rows,
    written,
)
from tests.exports.registers import REGISTERS, Register, entries
from tests.exports.trade import Expected, Order, orders
from transforms.identity import identity_of

NOW = datetime(2026, 11, 2)
Writer = Callable[[Order], list[Row]]


def workspace_in(tmp_path: Path, currency: str, extra: str = "") -> Workspace:
    space = Workspace(tmp_path / "shop")
    space.inbox.mkdir(parents=True)
    space.chain_toml.write_text(
        f'name = "World"\nkey = "test"\nlocale = "en"\ncurrency = "{currency}"\n'
        f'time_zone = "Asia/Shanghai"\nquarantine_limit = 1.0\n{extra}',
        encoding="utf-8",
    )
    return space


def land(space: Workspace, name: str, content: bytes, now: datetime = NOW) -> IngestReport:
    (space.inbox / name).write_bytes(content)
    return ingest(space, read_settings(space), now=now)


def landed_lines(space: Workspace) -> pl.DataFrame:
    """The order lines with the customer keys of their buyers."""
    lake = Lake(space.lake)
    ledger = lake.ledger()
    buyers = lake.scan("buyers", ledger).select("buyer_key", *CUSTOMER_KEYS).collect().unique()
    return lake.scan("order_lines", ledger).collect().join(buyers, on="buyer_key", how="left")


def columns_of(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def header_of(header_file: str, rows: list[Row]) -> list[str]:
    """The platform's own header, in full where it is at hand."""
    own = columns_of(rows)
    path = REAL_DATA / "export_headers" / f"{header_file}.header.csv"
    if not path.exists():
        return own
    with path.open(encoding="utf-8-sig", newline="") as file:
        real = next(csv.reader(file))
    assert {name.strip() for name in own} <= {name.strip() for name in real}, (
        "the generator writes what the platform writes"
    )
    return [next((name for name in own if name.strip() == text.strip()), text) for text in real]


def key(line: dict) -> tuple:
    return (
        line["order_id"],
        line["product_id"],
        line["quantity"],
        line["line_kind"],
        line["ordered_at"],
        line["store_id"],
    )


def assert_as_it_happened(landed: pl.DataFrame, expected: list[Expected], *, shares_out: bool) -> None:
    """Every line, once; each amount to the cent (within one where the order's was shared out, then the order to the cent)."""
    told = Counter((e.order_id, e.product_id, e.quantity, e.kind, e.at, e.store) for e in expected)
    rows = [
        {**row, "quantity": Fraction(row["quantity"]), "net": Fraction(row["net_sales"]) * 100}
        for row in landed.iter_rows(named=True)
    ]
    assert Counter(key(row) for row in rows) == told
    by_line = {(e.order_id, e.product_id, e.kind): e for e in expected}
    assert len(by_line) == len(expected)
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    exact: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for row in rows:
        line = by_line[row["order_id"], row["product_id"], row["line_kind"]]
        assert abs(row["net"] - line.net) < 1 if shares_out else row["net"] == line.net, (row["order_id"], line.net)
        assert row["business_date"] == line.at.date()
        assert row["refund_of"] == line.refund_of
        named = {name: row[name] for name in CUSTOMER_KEYS if row[name] is not None}
        # an account may be told with the platform it belongs to
        named = {name: text.rpartition(":")[2] if name == "account" else text for name, text in named.items()}
        assert named == line.keys, row["order_id"]
        sums[row["order_id"], row["line_kind"]] += row["net"]
        exact[row["order_id"], row["line_kind"]] += line.net
    assert sums == exact


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_a_platforms_files_land_as_it_happened(platform: Platform, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    space = workspace_in(tmp_path, platform.currency)
    happened: list[Order] = []
    rows_in = 0
    for step, disguise in enumerate((None, None, 7)):
        month = orders(seed=step + 1, first=1001 + 1000 * step, start=datetime(2026, 8 + step, 1))
        happened += month
        rows = [row for order in month for row in platform.rows(order)]
        content = written(rows, header_of(platform.header_file, rows), platform.encoding, disguise=disguise)
        report = land(space, f"{platform.name} {step}.csv", content)
        assert [(file.outcome, file.source) for file in report.files] == [("landed", platform.name)], report.files[
            0
        ].message
        assert (report.total("rows_in"), report.total("rows_accepted")) == (len(rows), len(rows)), (
            "each row is counted once"
        )
        rows_in += len(rows)
    expected = [line for order in happened for line in platform.expected(order)]
    landed = landed_lines(space)
    assert_as_it_happened(landed, expected, shares_out=platform.shares_out)
    assert {e.kind for e in expected} >= {"sale"}
    kinds = dict(landed.group_by("line_kind").len().sort("line_kind").iter_rows())
    net = landed.filter(pl.col("line_kind").is_in(["sale", "refund"]))["net_sales"].sum()
    with capsys.disabled():
        print(
            f"\n  {platform.name}: 3 files, {rows_in} rows → {landed.height} lines {kinds}, net sales {net} as it happened",
            end="",
        )


def test_the_sum_of_an_orders_net_sales_is_paid_less_refunded_less_shipping_less_tax(tmp_path: Path):
    month = orders(seed=5)
    rows = [row for order in month for row in shopify_rows(order)]
    space = workspace_in(tmp_path, "USD")
    land(space, "orders.csv", written(rows, columns_of(rows), "utf-8"))
    sold = landed_lines(space).filter(pl.col("line_kind").is_in(["sale", "refund"]))
    net = dict(sold.group_by(sale=pl.coalesce("refund_of", "order_id")).agg(pl.col("net_sales").sum()).iter_rows())
    told = {}
    for row in rows:
        if row.get("Financial Status") in ("paid", "partially_refunded", "refunded"):
            paid, shipping, tax, back = (
                Decimal(row[name]) for name in ("Total", "Shipping", "Taxes", "Refunded Amount")
            )
            goods = paid - shipping - tax
            told[row["Name"]] = goods - min(
                goods, (back * goods / (goods + tax)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
            )
    assert net == told


def test_a_gift_is_an_order_that_is_shipped_to_another_name(tmp_path: Path):
    month = orders(seed=6)
    rows = [row for order in month for row in shopify_rows(order)]
    space = workspace_in(tmp_path, "USD")
    land(space, "orders.csv", written(rows, columns_of(rows), "utf-8"))
    lake = Lake(space.lake)
    gifts = lake.scan("gifts", lake.ledger()).collect()
    given = {
        f"#{order.number}": f"{order.recipient.first} {order.recipient.last}"
        for order in month
        if order.recipient and order.buyer
        and (order.recipient.first, order.recipient.last) != (order.buyer.first, order.buyer.last)
        and order.fate in ("kept", "refunded", "refunded in part")
    }  # fmt: skip
    assert dict(gifts.select("order_id", "recipient_name").iter_rows()) == given
    assert len(given) > 5


def test_a_refund_after_the_fact_comes_with_a_later_export(tmp_path: Path):
    space = workspace_in(tmp_path, "USD")
    rows = [row for row in shopify_rows(next(order for order in orders(seed=7) if len(order.lines) == 3))]
    rows[0] |= {"Financial Status": "paid", "Refunded Amount": "0.00", "Cancelled at": ""}
    header = list(rows[0])
    land(space, "first.csv", written(rows, header, "utf-8"))
    before = landed_lines(space)
    assert before["line_kind"].to_list() == ["sale"] * 3
    later = [rows[0] | {"Financial Status": "partially_refunded", "Refunded Amount": "10.00"}, *rows[1:]]
    report = land(space, "second.csv", written(later, header, "utf-8"), datetime(2026, 11, 9))
    assert (report.total("rows_in"), report.total("rows_accepted"), report.total("rows_duplicate")) == (3, 0, 3)
    after = landed_lines(space)
    refunds = after.filter(pl.col("line_kind") == "refund")
    goods, tax = Decimal(rows[0]["Subtotal"]), Decimal(rows[0]["Taxes"])
    assert refunds["refund_of"].to_list() == [rows[0]["Name"]] * 3
    assert refunds["net_sales"].sum() == -(10 * goods / (goods + tax)).quantize(Decimal("0.01"))
    assert after.filter(pl.col("line_kind") == "sale")["net_sales"].sum() == goods


@pytest.mark.parametrize(
    ("heads", "items"),
    [(loyverse_receipt_rows, loyverse_item_rows), (square_transaction_rows, square_item_rows)],
    ids=["loyverse", "square"],
)
def test_two_files_that_tell_the_same_sales_give_them_the_same_ids(heads: Writer, items: Writer, tmp_path: Path):
    month = orders(seed=8, count=40)
    ids, net = [], []
    for write in (heads, items):
        space = workspace_in(tmp_path / write.__name__, "USD")
        rows = [row for order in month for row in write(order)]
        land(space, "file.csv", written(rows, columns_of(rows), "utf-8"))
        landed = landed_lines(space)
        ids.append(set(landed.select("store_id", "order_id", "ordered_at", "line_kind").rows()))
        net.append(landed["net_sales"].sum())
    assert ids[0] == ids[1]
    assert net[0] == net[1]


@pytest.mark.parametrize(("told", "day"), [("dmy", 10), ("mdy", 3)])
def test_a_day_that_could_be_two_is_refused_until_the_order_is_told(told: str, day: int, tmp_path: Path):
    row = {"Date": "10/3/26 6:05 PM", "Receipt number": "1-1", "Receipt type": "Sale", "Net sales": "5.00", "Store": "S",
           "Status": "Closed", "SKU": "a", "Item": "A", "Quantity": "1"}  # fmt: skip
    content = written([row], list(row), "utf-8")
    space = workspace_in(tmp_path, "USD")
    land(space, "a.csv", content)
    lake = Lake(space.lake)
    kept = lake.scan("quarantine", lake.ledger()).collect().row(0, named=True)
    assert (kept["column"], kept["value"], kept["reason"]) == ("ordered_at", "10/3/26 6:05 PM", "ambiguous_date")
    # another receipt of the file proves which way round its days are
    proof = {**row, "Date": "13/3/26 6:05 PM" if told == "dmy" else "10/13/26 6:05 PM", "Receipt number": "1-2"}
    other = workspace_in(tmp_path / "proven", "USD")
    land(other, "a.csv", written([row, proof], list(row), "utf-8"))
    landed = dict(landed_lines(other).select("order_id", pl.col("ordered_at").dt.day()).iter_rows())
    assert landed["1-1"] == day


def test_a_row_with_a_problem_sets_its_whole_order_aside_where_the_order_is_told_once(tmp_path: Path):
    month = [order for order in orders(seed=9) if len(order.lines) > 1][:2]
    rows = [row for order in month for row in shopify_rows(order)]
    rows[1]["Lineitem quantity"] = "two"
    space = workspace_in(tmp_path, "USD")
    report = land(space, "orders.csv", written(rows, list(rows[0]), "utf-8"))
    lines = len(month[0].lines)
    assert (report.total("rows_quarantined"), report.total("rows_accepted")) == (lines, len(month[1].lines))
    lake = Lake(space.lake)
    reasons = lake.scan("quarantine", lake.ledger()).collect().sort("source_row")["reason"].to_list()
    assert reasons == ["order_set_aside", "not_quantity", *["order_set_aside"] * (lines - 2)]


@pytest.mark.parametrize(
    ("platform", "column", "word"),
    [("shopify_orders", "Financial Status", "half-paid"), ("jd_orders", "订单状态", "飞走了"), ("taobao_orders", "订单状态", "飞走了"),
     ("woocommerce_orders", "Order Status", "lost"), ("square_items", "Event Type", "Exchange")],
)  # fmt: skip
def test_a_status_that_nobody_described_is_no_sale(platform: str, column: str, word: str, tmp_path: Path):
    written_by = next(known for known in PLATFORMS if known.name == platform)
    rows = written_by.rows(orders(seed=10)[0])
    for row in rows:
        row[column] = word
    space = workspace_in(tmp_path, written_by.currency)
    report = land(space, "a.csv", written(rows, columns_of(rows), written_by.encoding))
    assert report.total("rows_quarantined") == len(rows)
    lake = Lake(space.lake)
    assert set(lake.scan("quarantine", lake.ledger()).collect()["reason"]) <= {"unknown_status", "order_set_aside"}


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.name)
def test_a_platforms_registers_land_as_they_are(register: Register, tmp_path: Path):
    """Two registers of different people, and a third, disguised, that tells half of the first again and new ones."""
    space = workspace_in(tmp_path, "CNY")
    files = [entries(1), entries(2), [*entries(1)[::2], *entries(3)]]
    for step, (told, disguise) in enumerate(zip(files, (None, None, 7), strict=True)):
        rows = [register.row(entry) for entry in told]
        content = written(rows, header_of(register.header_file, rows), register.encoding, disguise=disguise)
        report = land(space, f"register {step}.csv", content, NOW + timedelta(days=step))
        assert [(file.outcome, file.source) for file in report.files] == [("landed", register.name)]
        assert (report.total("rows_in"), report.total("rows_accepted")) == (len(rows), len(rows))
    lake = Lake(space.lake)
    landed = lake.scan("customers", lake.ledger()).collect().sort("landing_no", "source_row")
    expected = [register.expected(entry) for told in files for entry in told]
    assert landed.select(list(expected[0])).to_dicts() == expected
    everybody = {(entry.person.phone, entry.person.email) for told in files for entry in told}
    identity = identity_of(
        lake.scan("buyers", lake.ledger()).collect(),
        names=landed.select("buyer_key", "name", "landing_no", "source_row"),
        decisions=lake.scan("identity_decisions", lake.ledger()).collect(),
    )
    assert identity.keys["customer_id"].n_unique() == len(everybody), "who is told twice is one customer"


def test_every_header_at_hand_is_recognised():
    headers = sorted((REAL_DATA / "export_headers").glob("*.csv"))
    if not headers:
        pytest.skip("the platforms' headers are not at hand (shared/data/export_headers)")
    found = {}
    for path in headers:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.name] = recognise(next(csv.reader(file)), SOURCE_FORMATS)[0].name
    assert len(set(found.values())) == len(headers), found
