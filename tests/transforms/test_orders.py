"""What an order was paid and paid back is shared out over its lines, and nothing is lost on the way."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.columns import MONEY, QUANTITY, UNIT_PRICE
from schemas.known_exports import SOURCE_FORMATS
from schemas.orders import ADDED_ROW
from transforms.intake import RoleText, typed_rows
from transforms.orders import order_lines

SHOPIFY = SOURCE_FORMATS["shopify_orders"]
DAY = datetime(2026, 10, 3, 18, 5)


def typed(lines: list[tuple[int, Decimal]], **of_order: object) -> pl.DataFrame:
    """One order's rows as intake types them: quantity and unit price per line, the order's own columns on the first."""
    rows = len(lines)
    told = {"status": "paid", "ordered_at": DAY, "store_id": None, **of_order}
    dtypes = {
        "status": pl.String,
        "store_id": pl.String,
        "ordered_at": pl.Datetime("us"),
        "refunded_at": pl.Datetime("us"),
    }
    return pl.DataFrame(
        {
            "order_id": ["#1"] * rows,
            "product_id": [f"p{at}" for at in range(rows)],
            "quantity": pl.Series([quantity for quantity, _ in lines]).cast(QUANTITY),
            "unit_price": pl.Series([price for _, price in lines], dtype=UNIT_PRICE),
            "source_row": range(2, rows + 2),
            "problem_code": pl.Series([None] * rows, dtype=pl.String),
            "problem_role": pl.Series([None] * rows, dtype=pl.String),
            **{name: pl.Series([value, *[None] * (rows - 1)], dtype=dtypes.get(name, MONEY)) for name, value in told.items()},
        }
    )  # fmt: skip


cents = st.integers(min_value=1, max_value=10**9).map(lambda n: Decimal(n) / 100)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 9), cents), min_size=1, max_size=6),
    cents, st.decimals(0, 10**4, places=2), st.decimals(0, 10**4, places=2), st.decimals(0, 10**8, places=2),
)  # fmt: skip
def test_an_orders_lines_add_up_to_what_was_paid_and_its_refunds_to_what_was_paid_back(
    lines, goods, tax, shipping, back
):
    rows = order_lines(
        typed(
            lines, order_goods=goods, order_paid=goods + tax + shipping, order_shipping=shipping, order_refunded=back
        ),
        SHOPIFY,
    )
    assert rows["problem_code"].null_count() == rows.height
    sold = rows.filter(pl.col("line_kind") == "sale")
    assert sold["net_sales"].sum() == goods
    assert (sold["net_sales"] >= 0).all()
    refunds = rows.filter(pl.col("line_kind") == "refund")
    of_goods = (
        goods if back >= goods + tax else (back * goods / (goods + tax)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    )
    assert -refunds["net_sales"].sum() == of_goods
    paid_for = dict(sold.select("product_id", "net_sales").iter_rows())
    assert all(-row["net_sales"] <= paid_for[row["product_id"]] for row in refunds.iter_rows(named=True))


def test_a_refund_line_names_its_sale_and_takes_the_goods_back_only_when_all_was_paid_back():
    rows = order_lines(
        typed([(2, Decimal(10)), (1, Decimal(20))], order_goods=Decimal(30), order_refunded=Decimal(30),
              refunded_at=datetime(2026, 10, 9)), SHOPIFY,
    )  # fmt: skip
    refunds = rows.filter(pl.col("line_kind") == "refund")
    assert refunds.select("order_id", "refund_of", "quantity", "source_row").rows() == [
        ("#1/refund", "#1", Decimal(-2), 2 + ADDED_ROW),
        ("#1/refund", "#1", Decimal(-1), 3 + ADDED_ROW),
    ]
    assert refunds["business_date"].unique().to_list() == [datetime(2026, 10, 9).date()]


def test_what_the_order_tells_once_holds_for_all_its_lines_and_its_absence_is_a_problem_of_all():
    rows = order_lines(typed([(1, Decimal(5)), (1, Decimal(5))], order_goods=Decimal(10)), SHOPIFY)
    assert rows.select("store_id", "ordered_at", "line_kind").rows() == [("shopify", DAY, "sale")] * 2
    rows = order_lines(typed([(1, Decimal(5)), (1, Decimal(5))], order_goods=Decimal(10), ordered_at=None), SHOPIFY)
    assert rows.select("problem_code", "problem_role").rows() == [("missing", "ordered_at")] * 2


def test_an_amount_that_nothing_says_how_to_share_is_a_problem_and_no_guess():
    rows = order_lines(typed([(0, Decimal(5)), (0, Decimal(5))], order_goods=Decimal(10)), SHOPIFY)
    assert rows.select("problem_code", "problem_role").rows() == [("missing", "unit_price")] * 2
    assert order_lines(typed([(0, Decimal(5))], order_goods=Decimal(10)), SHOPIFY)["net_sales"].to_list() == [
        Decimal(10)
    ]


def test_reading_leaves_the_text_as_it_was_for_the_quarantine():
    text = pl.DataFrame({"cell": ['="1"', " 2 ", "#N/A"]})
    typed_rows(text, [RoleText("cell", "id", False)])
    typed_rows(text, [RoleText("cell", "money", False)])
    assert text["cell"].to_list() == ['="1"', " 2 ", "#N/A"]
