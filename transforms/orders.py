"""From typed rows of a file of orders to order lines: their kind, their amount, who bought, for whom."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.columns import MONEY, QUANTITY, as_cents, as_money
from schemas.orders import ADDED_ROW, REFUND_ID
from schemas.source_formats import LineRule, SourceFormat, roles_of
from transforms import identity, phones
from transforms.fingerprint import fingerprint, joined

CENTS = pl.Int128
"""Amounts are multiplied as whole numbers (quantity × 10³, unit price × 10⁶), exactly, and rounded once."""


def _holds(rule: LineRule) -> pl.Expr:
    """Whether the rule holds; words are compared without case."""
    cell = pl.col(rule.column)
    if rule.not_empty:
        holds = cell.is_not_null()
    elif rule.at_most is not None:
        holds = cell.cast(pl.Float64) <= rule.at_most
    elif rule.starts_with:
        holds = cell.str.to_uppercase().str.starts_with(rule.starts_with.upper())
    else:
        holds = cell.str.to_lowercase().is_in([word.lower() for word in rule.is_in])
    return holds.fill_null(False)


def line_kind(rules: Sequence[LineRule], frame: pl.DataFrame) -> pl.Expr:
    """The kind of each row: that of the first rule that holds, else "sale".

    `rule.column` names a role. A rule on a role that this file lacks holds for no row. Where the rules say what a sale
    is, a row that none of them knows is null.
    """
    kind: pl.Expr = pl.lit(None, pl.String) if any(rule.kind == "sale" for rule in rules) else pl.lit("sale")
    for rule in reversed(rules):
        if rule.column in frame.columns:
            kind = pl.when(_holds(rule)).then(pl.lit(rule.kind)).otherwise(kind)
    return kind.alias("line_kind")


def _half_up(numerator: pl.Expr, divisor: int) -> pl.Expr:
    """`numerator / divisor` rounded half away from zero, in whole numbers."""
    magnitude = (numerator.abs() * 2 + divisor) // (2 * divisor)
    return pl.when(numerator < 0).then(magnitude * -1).otherwise(magnitude)


ORDER = ("store_id", "order_id")
_ORDER_NO = "order_no"
"""While amounts are shared out: a number per order, since windows over numbers cost a third of those over ids."""
ORDER_AMOUNTS = ("order_paid", "order_goods", "order_refunded")
"""Roles that tell an amount of the whole order: it can be shared out only while all of the order's rows are there."""


def _cents_of(frame: pl.DataFrame, role: str) -> pl.Expr:
    """A money role in whole cents; null where the file has no such column."""
    return as_cents(pl.col(role)) if role in frame.columns else pl.lit(None, CENTS)


def _with_order_no(frame: pl.DataFrame) -> pl.DataFrame:
    numbered = frame.with_columns(pl.int_range(pl.len()).alias(_ORDER_NO))
    return numbered.with_columns(pl.col(_ORDER_NO).first().over(ORDER))


def _shared_out(total: pl.Expr, weight: pl.Expr) -> pl.Expr:
    """Each row's part of its order's `total` in proportion to `weight` (whole numbers, their sum positive): whole cents
    within one of the exact part, and together the total."""
    whole = weight.sum().over(_ORDER_NO)
    through = weight.cum_sum().over(_ORDER_NO)
    to_here = (total * through * 2 + whole) // (2 * whole)
    before = (total * (through - weight) * 2 + whole) // (2 * whole)
    return to_here - before


def line_amount(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `amount`: what each line was paid, in the sign of the file; null where nothing says.

    First of: the line's own net sales, less its shipping; its part of what the order's goods were paid (order_goods, else
    the paid total less shipping), in proportion to quantity × unit price and to the cent (the parts add up to the order's
    amount exactly); quantity × unit price − discount, rounded once.
    """
    is_shared = bool({"order_paid", "order_goods"} & set(frame.columns))
    is_told = "net_sales" in frame.columns and not frame["net_sales"].null_count()
    if "unit_price" in frame.columns and (is_shared or not is_told):
        quantity = (pl.col("quantity").cast(pl.Decimal(38, 3)) * 1000).cast(pl.Decimal(38, 0)).cast(CENTS)
        price = (pl.col("unit_price").cast(pl.Decimal(38, 6)) * 1_000_000).cast(pl.Decimal(38, 0)).cast(CENTS)
        listed = _half_up(quantity * price, 10_000_000) - _cents_of(frame, "discount").fill_null(0)
    else:
        listed = pl.lit(None, CENTS)
    frame = frame.with_columns(listed=listed).with_columns(amount=as_money(pl.col("listed")))
    if is_shared:
        frame = _with_order_no(frame)
        paid = _cents_of(frame, "order_paid")
        # an order that was never paid owes its shipping too, and is worth nothing rather than less
        goods = pl.when(paid < 0).then(paid).otherwise((paid - _cents_of(frame, "order_shipping").fill_null(0)).clip(0))
        counts = ~pl.col("is_duplicate") if "is_duplicate" in frame.columns else pl.lit(True)
        frame = frame.with_columns(goods=pl.coalesce(_cents_of(frame, "order_goods"), goods), counts=counts.cast(CENTS))
        frame = frame.with_columns(weight=pl.col("listed").fill_null(0) * pl.col("counts"))
        # prices need not say anything where there is nothing to share, or nobody to share with
        is_plain = (pl.col("goods") == 0) | (pl.col("counts").sum().over(_ORDER_NO) == 1)
        has_prices = pl.col("weight").sum().over(_ORDER_NO) > 0
        frame = frame.with_columns(weight=pl.when(has_prices | ~is_plain).then("weight").otherwise("counts"))
        part = pl.when(pl.col("weight").sum().over(_ORDER_NO) > 0).then(_shared_out(pl.col("goods"), pl.col("weight")))
        amount = pl.when(pl.col("goods").is_null()).then("amount").otherwise(as_money(part))
        frame = frame.with_columns(amount=amount).drop("goods", "counts", "weight", _ORDER_NO)
    if "net_sales" in frame.columns:
        own = pl.col("net_sales")
        if "line_shipping" in frame.columns:
            own = (own - pl.col("line_shipping").fill_null(0)).cast(MONEY)
        frame = frame.with_columns(amount=pl.coalesce(own, "amount"))
    return frame.drop("listed")


def lacks_lines(typed: pl.DataFrame) -> pl.Series:
    """Order ids whose lines do not come to the list total that the order tells, shipping included or not.

    None where the file tells no such total, or where it means something else: fewer than half of the orders agree.
    """
    if not {"order_listed", "unit_price", "quantity"} <= set(typed.columns):
        return pl.Series("order_id", [], dtype=pl.String)
    listed = pl.col("quantity").cast(pl.Float64) * pl.col("unit_price").cast(pl.Float64)
    told = typed.filter(pl.col("problem_code").is_null()).group_by("order_id").agg(
        listed=listed.sum(), told=pl.col("order_listed").first().cast(pl.Float64),
        shipping=(pl.col("order_shipping") if "order_shipping" in typed.columns else pl.lit(0)).first().cast(pl.Float64),
    )  # fmt: skip
    beside = pl.col("told") - pl.col("listed")
    agrees = (beside.abs() < 0.005) | ((beside - pl.col("shipping").fill_null(0)).abs() < 0.005)
    told = told.with_columns(agrees=agrees.fill_null(True))
    if told["agrees"].sum() * 2 < told.height:
        return told["order_id"].clear()
    return told.filter(~pl.col("agrees"))["order_id"]


def _refunded_cents(frame: pl.DataFrame, source: SourceFormat) -> pl.Expr | None:
    """What of each sale line was paid back, in cents, as its own row or its order's tells; None: this file can't tell.

    All of it, where a rule of the source says so; the line's own refunded amount; its part of the order's. Of an amount
    paid back for a whole order, tax and fees on top of the goods take their proportion, and shipping comes last: what
    is more than goods and tax is no refund of goods.
    """
    is_sale = pl.col("line_kind") == "sale"
    amount = pl.when(is_sale).then(as_cents(pl.col("amount")).clip(0)).otherwise(0).fill_null(0)
    rules = [rule for rule in source.refunded_when if rule.column in frame.columns]
    parts: list[pl.Expr] = []
    if "refunded" in frame.columns:
        own = pl.when(is_sale).then(_cents_of(frame, "refunded").abs()).fill_null(0)
        # an order whose lines say nothing was refunded by amount
        parts.append(pl.when(own.sum().over(_ORDER_NO) > 0).then(own))
    if "order_refunded" in frame.columns:
        goods = amount.sum().over(_ORDER_NO)
        paid = _cents_of(frame, "order_paid") - _cents_of(frame, "order_shipping").fill_null(0)
        refunded = _cents_of(frame, "order_refunded").abs()
        with_tax = pl.max_horizontal(paid.fill_null(0), goods)
        of_goods = (
            pl.when(refunded >= with_tax).then(goods).otherwise((refunded * goods * 2 + with_tax) // (2 * with_tax))
        )
        parts.append(pl.when((goods > 0) & refunded.is_not_null()).then(_shared_out(of_goods, amount)))
    if not parts and not rules:
        return None
    refunded = pl.coalesce(*parts, pl.lit(0, CENTS)) if parts else pl.lit(0, CENTS)
    if rules:
        refunded = pl.when(is_sale & pl.any_horizontal(_holds(rule) for rule in rules)).then(amount).otherwise(refunded)
    return refunded


TOLD_OF_THE_SALE = (
    "unit_price", "discount", "tax", "cost", "delivered_at", "recipient_name", "recipient_phone", "recipient_address",
    "occasion", "occasion_date", "gift_mark",
)  # fmt: skip
"""Roles that stay with the sale when a refund line is made beside it."""


def refund_lines(lines: pl.DataFrame, source: SourceFormat) -> pl.DataFrame:
    """One row per sale line of which money was paid back as the sale's own row (or order) tells: an order of its own that
    names the sale, on the day of the refund where the file knows it, else on the sale's. Columns of `lines`.

    The quantity is taken back only when all of the line was paid back.
    """
    cents = _refunded_cents(lines, source)
    if cents is None:
        return lines.clear()
    # only orders of which something was paid back are looked at
    told = [_holds(rule) for rule in source.refunded_when if rule.column in lines.columns]
    told += [pl.col(role) != 0 for role in ("refunded", "order_refunded") if role in lines.columns]
    refunded = lines.filter(pl.any_horizontal(told).fill_null(False))
    concerned = lines.join(refunded.select(ORDER).unique(), on=ORDER, how="semi", maintain_order="left")
    made = (
        _with_order_no(concerned)
        .with_columns(refunded_cents=cents)
        .filter((pl.col("refunded_cents") > 0) & (pl.col("line_kind") == "sale") & pl.col("problem_code").is_null())
    )
    at = pl.coalesce("refunded_at", "ordered_at") if "refunded_at" in lines.columns else pl.col("ordered_at")
    money = as_money(pl.col("refunded_cents"))
    return made.with_columns(
        order_id=pl.col("order_id") + REFUND_ID,
        refund_of=pl.col("order_id"),
        line_kind=pl.lit("refund"),
        ordered_at=at,
        business_date=at.dt.date(),
        quantity=pl.when(money == pl.col("amount")).then(-pl.col("quantity")).otherwise(0).cast(QUANTITY),
        amount=(-money).cast(MONEY),
        net_sales=(-money).cast(MONEY),
        source_row=pl.col("source_row") + ADDED_ROW,
        **{role: pl.lit(None, lines.schema[role]) for role in TOLD_OF_THE_SALE if role in lines.columns},
    ).select(lines.columns)


def signed_amount() -> pl.Expr:
    """Net sales of a line: refunds and trade-ins are never positive, sales stand as they are."""
    return (
        pl.when(pl.col("line_kind").is_in(["refund", "trade_in"]))
        .then(-pl.col("amount").abs())
        .otherwise(pl.col("amount"))
        .cast(MONEY)
        .alias("net_sales")
    )


def _with_problem(lines: pl.DataFrame, where: pl.Expr, code: str, role: str) -> pl.DataFrame:
    """`lines` with a further problem, on rows that have none so far."""
    first = where.fill_null(False) & pl.col("problem_code").is_null()
    return lines.with_columns(
        problem_code=pl.when(first).then(pl.lit(code)).otherwise("problem_code"),
        problem_role=pl.when(first).then(pl.lit(role)).otherwise("problem_role"),
    )


def told_of_orders(typed: pl.DataFrame, source: SourceFormat) -> pl.DataFrame:
    """`typed` with what stands on one row of an order on all of them, and the source's constants where nothing stands.

    A role that order lines cannot do without is a problem of every row of an order that lacks it.
    """
    roles = [role for role in source.order_roles if role in typed.columns]
    if roles and typed.height:
        heads = typed.filter(pl.col("order_id").is_not_null())
        heads = heads.group_by("order_id").agg(pl.col(role).drop_nulls().first() for role in roles)
        own = typed.select("order_id", *roles)
        told = own.join(heads, on="order_id", how="left", suffix=" of order", maintain_order="left", validate="m:1")
        typed = typed.with_columns(told.select(pl.coalesce(role, f"{role} of order").alias(role) for role in roles))
    for role in source.constant_where_empty:
        if role in typed.columns:
            typed = typed.with_columns(pl.col(role).fill_null(source.constants[role]))
    known = roles_of(source.table)
    for role in (*roles, *source.constant_where_empty):
        if role in typed.columns and (known[role].required or role == "store_id"):
            typed = _with_problem(typed, pl.col(role).is_null(), "missing", role)
    return typed


def _refunds_apart(lines: pl.DataFrame) -> pl.DataFrame:
    """Refund rows that stand under the sale's order id as orders of their own: the sale's id and the refund's moment,
    which every file that tells of it agrees on."""
    is_refund = (pl.col("line_kind") == "refund").fill_null(False)
    moment = pl.col("ordered_at").dt.strftime("%Y-%m-%dT%H:%M:%S").fill_null("")
    sale = pl.col("refund_of") if "refund_of" in lines.columns else pl.lit(None, pl.String)
    return lines.with_columns(
        order_id=pl.when(is_refund)
        .then(pl.concat_str("order_id", pl.lit(f"{REFUND_ID} "), moment))
        .otherwise("order_id"),
        refund_of=pl.when(is_refund).then("order_id").otherwise(sale),
    )


def order_lines(typed: pl.DataFrame, source: SourceFormat, *, country: str = "CN") -> pl.DataFrame:
    """One row per row of `typed`, as an order line: kind, amount, day and buyer added; problems are marked. And
    one more, made here (`source_row` > ADDED_ROW), per sale line of which its row says that money was paid back.

    `typed` has all of the rows of each of its orders. `country`: whose telephone numbers recipients have; a recipient's
    that is none stays as it stands.
    """
    lines = told_of_orders(typed, source)
    lines = lines.with_columns(line_kind(source.rules, lines))
    unknown = pl.col("line_kind").is_null()
    lines = _with_problem(
        lines, unknown, "unknown_status", next((r.column for r in source.rules if r.kind == "sale"), "status")
    ).with_columns(pl.col("line_kind").fill_null("adjustment"))
    if source.refunds_share_ids:
        lines = _refunds_apart(lines)
    lines = line_amount(lines)
    lines = _with_problem(
        lines, pl.col("amount").is_null(), "missing", "net_sales" if "net_sales" in typed.columns else "unit_price"
    )
    if source.order_roles or set(ORDER_AMOUNTS) & set(lines.columns):
        # a row that is missing would let the others take its share, or leave them without what it tells
        broken = lines.filter(pl.col("problem_code").is_not_null() & pl.col("order_id").is_not_null())
        if broken.height:
            lines = _with_problem(
                lines, pl.col("order_id").is_in(broken["order_id"].unique().implode()), "order_set_aside", "order_id"
            )
    lines = lines.with_columns(signed_amount(), business_date=pl.col("ordered_at").dt.date())
    if "refund_of" not in lines.columns:
        lines = lines.with_columns(refund_of=pl.lit(None, pl.String))
    if "recipient_phone" in lines.columns:
        lines = lines.with_columns(phones.normalised_or_text(lines["recipient_phone"], country))
    lines = identity.with_buyer_key(identity.with_platform_accounts(lines, source.name))
    lines = gift_mark(lines)
    made = refund_lines(lines, source)
    return pl.concat([lines, made]) if made.height else lines


def activity(order_lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row per landing, store, buyer key (null: nobody known) and business date with a sale or refund: the roll-up.

    Trade-ins are a way of paying and do not appear. Sums of money are exact. Unsorted.
    """
    is_sale = pl.col("line_kind") == "sale"
    is_refund = pl.col("line_kind") == "refund"
    net_sales = pl.col("net_sales")

    def where(condition: pl.Expr, amount: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(amount).otherwise(pl.lit(0).cast(MONEY)).cast(MONEY)

    day = ("landing_id", "store_id", "buyer_key", "business_date")
    # amounts are put apart before the rows are grouped: filters inside the groups cost four times as much
    amounts = {
        "sales": where(is_sale, net_sales),
        "refunds": where(is_refund, -net_sales),
        "cost": pl.col("cost").fill_null(pl.lit(0).cast(MONEY)).cast(MONEY),
        "costed_net_sales": where(pl.col("cost").is_not_null(), net_sales),
        "promotion_sales": where(is_sale & pl.col("is_promotion").fill_null(False), net_sales),
        # the latest receipt: a return is none, and neither is a line taken back
        "last_ordered_at": pl.when(is_sale & (net_sales > 0)).then("ordered_at"),
    }
    return (
        order_lines.filter(is_sale | is_refund)
        .select(*day, **amounts)
        .group_by(day)
        .agg(*(pl.col(name).sum().cast(MONEY) for name in list(amounts)[:-1]), pl.col("last_ordered_at").max())
    )


RECIPIENT = ("recipient_name", "recipient_phone", "recipient_address", "occasion", "occasion_date")


def gift_mark(lines: pl.DataFrame) -> pl.DataFrame:
    """`lines` with `gift_mark`: a fingerprint of recipient and occasion, null where a row has neither."""
    told = [name for name in RECIPIENT if name in lines.columns]
    if not told:
        return lines.with_columns(gift_mark=pl.lit(None, pl.Int64))
    has_any = pl.any_horizontal(pl.col(told).is_not_null())
    return lines.with_columns(gift_mark=pl.when(has_any).then(fingerprint(joined(*told))))


def gifts(order_lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row per order with a recipient or an occasion, sales only; the order's dearest product stands for it."""
    return (
        order_lines.filter(
            (pl.col("line_kind") == "sale")
            & (pl.col("recipient_name").is_not_null() | pl.col("occasion").is_not_null())
        )
        .sort("net_sales", "line_no", descending=[True, False])
        .group_by("landing_id", "store_id", "order_id", maintain_order=True)
        .agg(
            pl.col("source_row", "business_date", "buyer_key", "product_name", *RECIPIENT).first(),
        )
        .sort("landing_id", "source_row")
    )
