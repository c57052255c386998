"""Why those who stay away may be staying away: one reason each, with the evidence from before they became overdue."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.leaving import EVIDENCE, MOVED_AWAY_WORDS, PRICE_WORDS, REFUSED, TASTE_WORDS, UNANSWERED, WIN_BACK_KINDS
from schemas.period import window_start
from schemas.rules import Rules
from schemas.segments import LAPSE_REASON

EVIDENCE_COLUMNS = {
    "customer_id": pl.String(),
    "lapse_reason": pl.String(),
    "evidence": pl.String(),
    "evidence_on": pl.Date(),
    "what": pl.String(),
    "before": pl.String(),
    "expectation": pl.Int64(),
    "experience": pl.Int64(),
    "number": pl.Int64(),
    "share": pl.Float64(),
}
"""One row per customer and piece of evidence. `what`: cause, aspect, competitor or category; `before`: the category that it
was, or where a competitor was named; `number`: days or purchases."""

RECENT_PURCHASES = (2, 3, 4, 5)
"""How many of the last purchases may differ from those before."""
PURCHASES_BEFORE = 3
DRIFT_Z = 2.2414
"""Normal quantile of 1 − 5 % / 4: one false drift in twenty customers at most, over the four places it may begin."""
PRODUCTS_COMPARED = 5


def silent_customers(status: pl.LazyFrame, purchases: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer at risk or lapsed in `status`: `overdue_on` (the first day overdue), `last_purchase_on`,
    `purchase_before_last_on` (null: bought once) and `home_store_id`. `purchases`: chain purchases, any order."""
    overdue_on = pl.col("last_purchase_on") + pl.duration(days=pl.col("overdue_after_days").floor().cast(pl.Int64) + 1)
    silent = status.filter(pl.col("status").is_in(["at_risk", "lapsed"])).select(
        "customer_id", "home_store_id", "last_purchase_on", "status", overdue_on=overdue_on
    )
    earlier = (
        purchases.join(silent.select("customer_id", "last_purchase_on"), on="customer_id", how="inner", validate="m:1")
        .filter(pl.col("business_date") < pl.col("last_purchase_on"))
        .group_by("customer_id")
        .agg(purchase_before_last_on=pl.col("business_date").max())
    )
    return silent.join(earlier, on="customer_id", how="left", validate="1:1")


def recently_silent(status: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per customer at risk, or lapsed within the last 12 months (`is_recent`, true): who may still be won back."""
    lapsed_on = pl.col("last_purchase_on") + pl.duration(days=pl.col("lapsed_after_days").floor().cast(pl.Int64) + 1)
    recent = (pl.col("status") == "at_risk") | ((pl.col("status") == "lapsed") & (lapsed_on >= window_start(as_of, 12)))
    return status.filter(recent).select("customer_id", is_recent=pl.lit(True))


def lapse_reasons(
    silent: pl.LazyFrame,
    *,
    file: pl.LazyFrame,
    reach: pl.LazyFrame,
    homes: pl.LazyFrame,
    complaints: pl.LazyFrame,
    surveys: pl.LazyFrame,
    contacts: pl.LazyFrame,
    purchases: pl.LazyFrame,
    products_bought: pl.LazyFrame,
    products: pl.LazyFrame,
    rules: Rules,
) -> pl.LazyFrame:
    """One row per customer of `silent_customers`: EVIDENCE_COLUMNS of the first reason with evidence, else "unknown".

    In the order of LAPSE_REASON; of one reason the latest evidence, undated last. Evidence lies in the 12 months before
    the first day overdue (that day not included). What a customer said or complained of counts only if they bought at
    most once after it: who came back twice had got over it. A staff note has no day of its own and is taken as it stands.
    `reach`: may_contact per customer on file. `homes`: home_store_id per customer, silent or not. `products_bought`:
    `attitude.product_days`; `purchases`: chain purchases.
    """
    found = pl.concat(
        [
            *_moved_away(silent, file),
            _complained(silent, complaints, rules),
            _below_expectation(silent, surveys, rules),
            _dearer_after_promotion(silent, purchases, products_bought, products, rules),
            _named_competitor(silent, surveys, complaints),
            category_drift(silent, products_bought, products),
            _no_contact(silent, contacts, reach, homes, rules),
        ]
    )
    reason_order = pl.col("lapse_reason").replace_strict(
        list(LAPSE_REASON), list(range(len(LAPSE_REASON))), return_dtype=pl.Int64
    )
    evidence_order = pl.col("evidence").replace_strict(
        list(EVIDENCE), list(range(len(EVIDENCE))), return_dtype=pl.Int64
    )
    first = (
        found.with_columns(reason_order=reason_order, evidence_order=evidence_order)
        .sort(
            "customer_id", "reason_order", "evidence_on", "evidence_order", "what", "before",
            descending=[False, False, True, False, False, False], nulls_last=True,
        )
        .unique(subset="customer_id", keep="first", maintain_order=True)
        .drop("reason_order", "evidence_order")
    )  # fmt: skip
    return (
        silent.select("customer_id")
        .join(first, on="customer_id", how="left", validate="1:1")
        .with_columns(pl.col("lapse_reason").fill_null("unknown"))
        .select(*EVIDENCE_COLUMNS)
        .sort("customer_id")
    )


def _as_evidence(rows: pl.LazyFrame, **told: pl.Expr | str) -> pl.LazyFrame:
    """`rows` with all EVIDENCE_COLUMNS, in their order; `told` are added first (a str is the value itself)."""
    added = {name: pl.lit(value) if isinstance(value, str) else value for name, value in told.items()}
    rows = rows.with_columns(**added)
    present = rows.collect_schema().names()
    return rows.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in EVIDENCE_COLUMNS.items() if name not in present
    ).select(pl.col(name).cast(dtype) for name, dtype in EVIDENCE_COLUMNS.items())


def _said(rows: pl.LazyFrame, said_on: pl.Expr, silent: pl.LazyFrame) -> pl.LazyFrame:
    """`rows` of customers in `silent`, told in the 12 months before they became overdue, with at most one purchase after."""
    return (
        rows.filter(pl.col("customer_id").is_not_null())
        .with_columns(evidence_on=said_on)
        .join(silent, on="customer_id", how="inner", validate="m:1", suffix="_silent")
        .filter(
            (pl.col("evidence_on") < pl.col("overdue_on"))
            & (pl.col("evidence_on") >= pl.col("overdue_on").dt.offset_by("-12mo"))
            & (pl.col("evidence_on") >= pl.col("purchase_before_last_on")).fill_null(True)
        )
    )


def _moved_away(silent: pl.LazyFrame, file: pl.LazyFrame) -> list[pl.LazyFrame]:
    joined = silent.join(file.select("customer_id", "moved_away_on", "note"), on="customer_id", validate="1:1")
    dated = joined.filter(pl.col("moved_away_on") < pl.col("overdue_on"))
    noted = joined.filter(pl.col("note").str.contains(MOVED_AWAY_WORDS))
    reason = "outside_our_hands"
    return [
        _as_evidence(dated, lapse_reason=reason, evidence="moved_away_on_file", evidence_on=pl.col("moved_away_on")),
        _as_evidence(noted, lapse_reason=reason, evidence="moved_away_note"),
    ]


def _reason_by(words: pl.Expr) -> pl.Expr:
    """Price or taste where the words are about it, else product or service."""
    return (
        pl.when(words.str.contains(PRICE_WORDS))
        .then(pl.lit("price"))
        .when(words.str.contains(TASTE_WORDS))
        .then(pl.lit("taste"))
        .otherwise(pl.lit("product_or_service"))
    )


def _complained(silent: pl.LazyFrame, complaints: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """A complaint still open when they became overdue, settled late, or to no satisfaction; over the price: price."""
    took = pl.col("resolved_at") - pl.col("received_at")
    evidence = (
        pl.when((pl.col("resolved_at").dt.date() >= pl.col("overdue_on")).fill_null(True))
        .then(pl.lit("complaint_unresolved"))
        .when(took > pl.duration(days=rules.late_complaint_days))
        .then(pl.lit("complaint_late"))
        .when(~pl.col("satisfied"))
        .then(pl.lit("complaint_unsatisfied"))
    )
    rows = (
        _said(complaints, pl.col("received_at").dt.date(), silent)
        .with_columns(evidence=evidence)
        .filter(pl.col("evidence").is_not_null())
    )
    is_price = pl.col("cause").str.contains(PRICE_WORDS).fill_null(False)
    reason = pl.when(is_price).then(pl.lit("price")).otherwise(pl.lit("product_or_service"))
    days = pl.when(pl.col("evidence") == "complaint_late").then(took.dt.total_days())
    return _as_evidence(rows, lapse_reason=reason, what=pl.col("cause"), number=days)


def _below_expectation(silent: pl.LazyFrame, surveys: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """A survey's aspect that fell short of the expectation by `survey_gap` points or more, of a survey the widest gap."""
    gap = pl.col("expectation") - pl.col("experience")
    rows = (
        _said(surveys, pl.col("answered_at").dt.date(), silent)
        .with_columns(gap=gap)
        .filter(pl.col("gap") >= rules.survey_gap)
        .sort("customer_id", "evidence_on", "gap", "aspect", descending=[False, False, True, False], nulls_last=True)
        .unique(subset=["customer_id", "evidence_on"], keep="first", maintain_order=True)
    )
    reason = _reason_by(pl.col("aspect").fill_null(""))
    return _as_evidence(rows, lapse_reason=reason, evidence="below_expectation", what=pl.col("aspect"))


def price_rises(products_bought: pl.LazyFrame, products: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """One row per category and month in which it got dearer: `risen_in` (first of the month), `share` (the median rise).

    A product's price is the highest paid for one in the month, which promotions leave alone, against the last month it
    was sold in. Dearer: at least five products can be compared and three in four of them rose by `price_rise_share`.
    """
    paid = (
        products_bought.filter((pl.col("quantity") > 0) & (pl.col("sales") > 0))
        .join(products.select("product_id", "category"), on="product_id", how="left", validate="m:1")
        .group_by("product_id", pl.col("category").fill_null(""), risen_in=pl.col("business_date").dt.month_start())
        .agg(price=(pl.col("sales").cast(pl.Float64) / pl.col("quantity").cast(pl.Float64)).max())
        .sort("product_id", "risen_in")
        .with_columns(rise=pl.col("price") / pl.col("price").shift(1).over("product_id") - 1)
        .filter(pl.col("rise").is_not_null())
    )
    return (
        paid.group_by("category", "risen_in")
        .agg(
            products=pl.len(),
            of_most=pl.col("rise").quantile(0.25, "lower"),
            share=pl.col("rise").median(),
        )
        .filter((pl.col("products") >= PRODUCTS_COMPARED) & (pl.col("of_most") >= rules.price_rise_share))
        .select("category", "risen_in", "share")
        .sort("category", "risen_in")
    )


def _dearer_after_promotion(
    silent: pl.LazyFrame, purchases: pl.LazyFrame, products_bought: pl.LazyFrame, products: pl.LazyFrame, rules: Rules
) -> pl.LazyFrame:
    """The last three purchases were on promotion only, and then one of their categories got dearer."""
    last_three = (
        purchases.join(silent.select("customer_id"), on="customer_id", how="semi")
        .sort("customer_id", "business_date", descending=[False, True])
        .with_columns(place=pl.int_range(pl.len()).over("customer_id"))
        .filter(pl.col("place") < 3)
    )
    hunters = (
        last_three.group_by("customer_id")
        .agg(purchases=pl.len(), only_promotion=(pl.col("promotion_sales") >= pl.col("sales")).all())
        .filter((pl.col("purchases") == 3) & pl.col("only_promotion"))
    )
    bought = (
        products_bought.join(last_three.select("customer_id", "business_date"), on=["customer_id", "business_date"], how="semi")
        .join(hunters, on="customer_id", how="semi")
        .join(products.select("product_id", "category"), on="product_id", how="left", validate="m:1")
        .select("customer_id", pl.col("category").fill_null(""))
        .unique()
    )  # fmt: skip
    rows = (
        silent.join(bought, on="customer_id", how="inner", validate="1:m")
        .join(price_rises(products_bought, products, rules), on="category", how="inner")
        .filter((pl.col("risen_in") > pl.col("last_purchase_on")) & (pl.col("risen_in") < pl.col("overdue_on")))
        .with_columns(what=pl.when(pl.col("category") != "").then("category"))
    )
    return _as_evidence(
        rows, lapse_reason="price", evidence="dearer_after_promotion", evidence_on=pl.col("risen_in"), number=pl.lit(3)
    )


def _named_competitor(silent: pl.LazyFrame, surveys: pl.LazyFrame, complaints: pl.LazyFrame) -> pl.LazyFrame:
    def named(rows: pl.LazyFrame, said_on: str, where: str) -> pl.LazyFrame:
        said = _said(rows.filter(pl.col("competitor").is_not_null()), pl.col(said_on).dt.date(), silent)
        return _as_evidence(
            said, lapse_reason="competitor", evidence="competitor_named", what=pl.col("competitor"), before=where
        )

    return pl.concat([named(surveys, "answered_at", "survey"), named(complaints, "received_at", "complaint")])


def category_drift(silent: pl.LazyFrame, products_bought: pl.LazyFrame, products: pl.LazyFrame) -> pl.LazyFrame:
    """EVIDENCE_COLUMNS, one row per customer whose last 2 to 5 purchases were of other categories than those before.

    At least three purchases before; a purchase counts once for each of its categories. Likelihood-ratio test of equal
    shares (G, df = categories − 1, by Wilson & Hilferty 1931 as a normal deviate) for each place where the drift may
    have begun, at 5 % over all of them; and the category bought most must be another one. The plainest place is told.
    """
    bought = (
        products_bought.join(silent.select("customer_id"), on="customer_id", how="semi")
        .join(products.select("product_id", "category"), on="product_id", how="inner", validate="m:1")
        .filter(pl.col("category").is_not_null())
        .select("customer_id", "business_date", "category")
        .unique()
        .with_columns(
            place=pl.col("business_date").rank("dense", descending=True).over("customer_id").cast(pl.Int64),
            days=pl.col("business_date").n_unique().over("customer_id").cast(pl.Int64),
        )
    )
    splits = pl.LazyFrame({"recent": RECENT_PURCHASES}, schema={"recent": pl.Int64})
    is_recent = pl.col("place") <= pl.col("recent")
    by_split = ["customer_id", "recent"]
    now, before = pl.col("now"), pl.col("before")
    all_now, all_before = now.sum().over(by_split), before.sum().over(by_split)
    expected = (now + before) / (all_now + all_before)

    def surprise(seen: pl.Expr, of: pl.Expr) -> pl.Expr:
        return pl.when(seen > 0).then(seen * (seen / (of * expected)).log()).otherwise(0.0)

    def most(column: str) -> pl.Expr:
        return pl.col("category").sort_by(column, "category", descending=[True, False]).first()

    degrees = (pl.len() - 1).cast(pl.Float64)
    spread = 2 / (9 * pl.col("degrees"))
    deviate = ((pl.col("g") / pl.col("degrees")).pow(1 / 3) - (1 - spread)) / spread.sqrt()
    drifted = (
        bought.filter(pl.col("days") >= min(RECENT_PURCHASES) + PURCHASES_BEFORE)
        .join(splits, how="cross")
        .filter(pl.col("days") >= pl.col("recent") + PURCHASES_BEFORE)
        .group_by(*by_split, "category")
        .agg(
            now=is_recent.sum().cast(pl.Float64),
            before=is_recent.not_().sum().cast(pl.Float64),
            since=pl.col("business_date").filter(is_recent).min(),
        )
        .sort(*by_split, "category")
        .with_columns(g=2 * (surprise(now, all_now) + surprise(before, all_before)))
        .group_by(by_split, maintain_order=True)
        .agg(
            pl.col("g").sum(),
            degrees=degrees,
            what=most("now"),
            was=most("before"),
            since=pl.col("since").min(),
        )
        .filter((pl.col("degrees") > 0) & (pl.col("what") != pl.col("was")))
        .with_columns(deviate=deviate)
        .filter(pl.col("deviate") > DRIFT_Z)
        .sort("customer_id", "deviate", "recent", descending=[False, True, False])
        .unique(subset="customer_id", keep="first", maintain_order=True)
    )
    return _as_evidence(
        drifted,
        lapse_reason="taste",
        evidence="category_drift",
        evidence_on=pl.col("since"),
        before=pl.col("was"),
        number=pl.col("recent"),
    )


def _no_contact(
    silent: pl.LazyFrame, contacts: pl.LazyFrame, reach: pl.LazyFrame, homes: pl.LazyFrame, rules: Rules
) -> pl.LazyFrame:
    """Nobody had a word with them for 90 days before they became overdue, though they could be contacted and their store
    had begun to log contacts by then. `number`: those days; `evidence_on`: the last contact before, null for none."""
    since = pl.col("overdue_on") - pl.duration(days=rules.care_days)
    days = contacts.select("customer_id", contact_on=pl.col("contacted_at").dt.date())
    theirs = (
        days.join(silent.select("customer_id", "overdue_on"), on="customer_id", how="inner", validate="m:1")
        .filter(pl.col("contact_on") < pl.col("overdue_on"))
        .group_by("customer_id")
        .agg(last_contact_on=pl.col("contact_on").max())
    )
    logging_from = (
        days.join(homes.select("customer_id", "home_store_id"), on="customer_id", how="inner", validate="m:1")
        .group_by("home_store_id")
        .agg(logging_from=pl.col("contact_on").min())
    )
    rows = (
        silent.join(reach.filter("may_contact"), on="customer_id", how="semi")
        .join(logging_from, on="home_store_id", how="inner", validate="m:1")
        .join(theirs, on="customer_id", how="left", validate="1:1")
        .filter((pl.col("logging_from") <= since) & (pl.col("last_contact_on") < since).fill_null(True))
    )
    return _as_evidence(
        rows,
        lapse_reason="lack_of_care",
        evidence="no_contact",
        evidence_on=pl.col("last_contact_on"),
        number=pl.lit(rules.care_days),
    )


def let_go(
    silent: pl.LazyFrame, file: pl.LazyFrame, contacts: pl.LazyFrame, *, as_of: date, rules: Rules
) -> pl.LazyFrame:
    """One row per lapsed customer of `silent` to whom no more effort goes (C8): asked not to be contacted, or
    `unanswered_win_backs` win-back contacts since they became overdue were not answered. Column: customer_id."""
    lapsed = silent.filter(pl.col("status") == "lapsed")
    asked = file.filter(pl.col("do_not_contact").fill_null(False)).select("customer_id")
    since = (
        contacts.filter(pl.col("contacted_at").dt.date() <= as_of)
        .join(lapsed.select("customer_id", "last_purchase_on", "overdue_on"), on="customer_id", validate="m:1")
        .filter(pl.col("contacted_at").dt.date() > pl.col("last_purchase_on"))
        .with_columns(contact_on=pl.col("contacted_at").dt.date())
    )
    refused = since.filter(pl.col("result").is_in(REFUSED)).select("customer_id")
    unanswered = (
        since.filter(
            pl.col("contact_kind").is_in(WIN_BACK_KINDS)
            & pl.col("result").is_in(UNANSWERED)
            & (pl.col("contact_on") >= pl.col("overdue_on"))
        )
        .group_by("customer_id")
        .agg(tried=pl.len())
        .filter(pl.col("tried") >= rules.unanswered_win_backs)
        .select("customer_id")
    )
    enough = pl.concat([asked, refused, unanswered])
    return lapsed.join(enough, on="customer_id", how="semi").select("customer_id").sort("customer_id")
