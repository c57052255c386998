"""Page 8 counted and dealt out: the associates of a store, the hand-over list, and where the next sales may come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from schemas.disclosure import FEWEST_SHOWN
from schemas.metrics import METRICS
from schemas.page_values import Person, Value
from schemas.people import (
    AdoptionRow,
    ExpiringRow,
    HandoverRow,
    HoldingRow,
    KeyAccountRow,
    PeopleAndOpportunity,
    PickRow,
    ProspectRow,
    RfmRow,
    StaffRow,
    TargetRow,
    TogetherRow,
)
from schemas.period import window_start
from schemas.rules import Rules
from schemas.segments import CHAIN, CUSTOMER_KIND, PROSPECT_KIND, RFM
from schemas.targets import TARGETED
from transforms import opportunity, people, staff, stocktake
from transforms.facts import Facts
from transforms.figures import MonthCount, all_homes, scopes_of
from transforms.plan import Plan

BEST_NAMED = 3

ASSOCIATE_COUNTS = (
    "first_served_90d", "came_back_180d", "receipts", "strangers_served", "signed_up", "contact_added", "experiences",
    "experience_sum", "complaints",
)  # fmt: skip


@dataclass(frozen=True)
class PeopleNumbers:
    """All of page 8 that is counted, before it is dealt out; every frame with `scope` or the store it belongs to."""

    staff: pl.DataFrame
    """One row per associate at work: counts, rates, interval, rank range in the store."""
    handover: pl.DataFrame
    adoption: pl.DataFrame
    together: pl.DataFrame
    picks: pl.DataFrame
    prospects: pl.DataFrame
    """One row per scope and prospect kind."""
    holders: pl.DataFrame
    """One row per customer on file with points or stored value."""
    key_accounts: pl.DataFrame
    rfm: pl.DataFrame
    """One row per scope and group."""
    targets: pl.DataFrame
    """One row per store (or "*") with targets for the month."""
    is_margin: dict[str, bool]
    ingredients: pl.DataFrame
    """One row per scope: what the metrics of page 8 are made of."""


def associate_counts(facts: Facts, *, since: date, until: date, repeat_since: date) -> pl.LazyFrame:
    """One row per associate of the staff file, leavers included: ASSOCIATE_COUNTS from `since` to `until` (customers
    first served: from `repeat_since`)."""
    on_file = facts.file.lazy()
    parts = [
        staff.repeat_counts(
            facts.first_service.lazy(), facts.purchase_facts.lazy(), since=repeat_since, until=until, as_of=facts.as_of
        ),
        staff.stranger_counts(
            facts.first_service.lazy(), facts.service_days.lazy(), on_file, people.reach(on_file, on=facts.as_of),
            since=since, until=until,
        ),
        staff.voices(
            facts.surveys.lazy(), facts.complaints.lazy(), facts.order_associates.lazy(), since=since, until=until
        ),
    ]  # fmt: skip
    rows = facts.staff.lazy().select("associate_id", "store_id", "name", "from_date", "to_date")
    for part in parts:
        rows = rows.join(part, on="associate_id", how="left", validate="1:1")
    return rows.with_columns(pl.col(ASSOCIATE_COUNTS).fill_null(0)).sort("store_id", "associate_id")


def metric_of_associates(name: str) -> pl.Expr:
    """The metric's own formula over an associate's counts."""
    return METRICS[name].expression()


STAFF_RATES = ("sign_up_rate", "reachable_rate", "stated_satisfaction")


def people_numbers(facts: Facts, count: MonthCount, plan: Plan, rules: Rules) -> PeopleNumbers:
    """Everything page 8 tells of the month."""
    as_of = facts.as_of
    products, bought = facts.products.lazy(), facts.products_bought.lazy()
    file, classes = facts.file.lazy(), count.classes.lazy()
    homes = all_homes(facts, count)
    reach = people.reach(file, on=as_of)
    days = opportunity.category_days(bought, products)
    picks = opportunity.early_picks(
        bought, facts.new_products.lazy(), count.attitudes.lazy(), as_of=as_of, rules=rules
    ).collect()
    faded = opportunity.faded_products(bought, products, facts.new_products.lazy(), as_of=as_of).collect()
    harbingers = opportunity.harbingers(picks.lazy(), faded.lazy()).collect()
    holders = (
        opportunity.expiring(file, as_of=as_of, rules=rules)
        .join(homes.select("customer_id", "home_store_id"), on="customer_id", how="left", validate="1:1")
        .sort("home_store_id", "customer_id")
        .collect()
    )
    profits = opportunity.profit(facts.days, facts.first_purchases.lazy(), as_of=as_of).collect()
    handover = _handover(facts, count, plan, rules)
    associates, store_counts = _associates(facts, count, plan, rules)
    moved_on = stocktake.successors_by(facts.stores, as_of)
    recipients = facts.recipients.lazy().with_columns(pl.col("home_store_id").replace(moved_on))
    prospects = opportunity.prospects(file, recipients, facts.referred.lazy(), homes, reach)
    everywhere = pl.concat([prospects.with_columns(scope="home_store_id"), prospects.with_columns(scope=pl.lit(CHAIN))])
    return PeopleNumbers(
        staff=associates,
        handover=handover,
        adoption=opportunity.adoption(days, classes, as_of=as_of).collect(),
        together=opportunity.bought_together(days, as_of=as_of).collect(),
        picks=opportunity.picked_lately(picks.lazy(), harbingers.lazy(), homes, products, as_of=as_of).collect(),
        prospects=everywhere.group_by("scope", "prospect_kind")
        .agg(people=pl.len().cast(pl.Int64), reachable=pl.col("may_contact").sum().cast(pl.Int64))
        .sort("scope", "prospect_kind")
        .collect(),
        holders=holders,
        key_accounts=opportunity.key_accounts(classes, file)
        .join(count.status.lazy().select("customer_id", "status"), on="customer_id", how="left", validate="m:1")
        .sort("scope", "rank", "customer_id")
        .collect(),
        rfm=_rfm(facts, rules),
        targets=facts.targets.filter(pl.col("target_month") == facts.month.first_day),
        is_margin=dict(profits.select("scope", pl.col("is_margin").fill_null(False)).iter_rows()),
        ingredients=_ingredients(facts, count, profits, store_counts, handover, picks, faded, harbingers),
    )  # fmt: skip


def _rfm(facts: Facts, rules: Rules) -> pl.DataFrame:
    grouped = opportunity.rfm(facts.days, as_of=facts.as_of, rules=rules)
    counted = (
        grouped.group_by("scope", "rfm_group")
        .agg(customers=pl.len().cast(pl.Int64), net_sales_24m=pl.col("net_sales").sum())
        .sort("scope", "rfm_group")
    )
    return (counted if rules.rfm_net_sales > 0 else counted.clear()).collect()


def _associates(facts: Facts, count: MonthCount, plan: Plan, rules: Rules) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The associates at work, rated and ranked; and the counts of all, leavers included, for the stores' sums."""
    as_of = facts.as_of
    counts = associate_counts(
        facts,
        since=window_start(as_of, 12),
        until=as_of,
        repeat_since=staff.earliest_first_service(as_of),
    ).collect()
    rates = staff.repeat_rates(counts.select("associate_id", "store_id", "first_served_90d", "came_back_180d"))
    at_work = facts.associates.select("associate_id", group="store_id")
    owners = plan.owners.lazy().select("customer_id", "associate_id")
    cared = (
        count.care.lazy()
        .join(owners, on="customer_id", how="inner", validate="m:1")
        .group_by("associate_id")
        .agg(care_due=pl.len().cast(pl.Int64), care_done=pl.col("is_done").sum().cast(pl.Int64))
    )
    contacts = (
        plan.actions.lazy()
        .filter("uses_capacity")
        .group_by("associate_id")
        .agg(contacts_due=pl.len().cast(pl.Int64), contacts_planned=(~pl.col("is_beyond")).sum().cast(pl.Int64))
    )
    capacity = facts.associates.lazy().select(
        "associate_id", contact_capacity=pl.col("capacity").fill_null(rules.capacity)
    )
    whole = counts.lazy()
    for part in (cared, contacts, capacity):
        whole = whole.join(part, on="associate_id", how="left", validate="1:1")
    unlogged = pl.lit(None, pl.Int64)
    whole = whole.with_columns(
        pl.col("care_due", "care_done", "contacts_due", "contacts_planned", "contact_capacity").fill_null(0)
    ).with_columns(care_due=pl.col("care_due") if facts.contacts.height else unlogged)
    told = (
        whole.join(at_work.lazy(), on="associate_id", how="semi")
        .join(rates.rates.lazy().drop("store_id"), on="associate_id", how="left", validate="1:1")
        .join(
            staff.rank_ranges(rates, at_work).lazy(), on="associate_id", how="left", validate="1:1"
        )
        .with_columns(*(metric_of_associates(name) for name in (*STAFF_RATES, "care_done_share", "workload")))
        .sort("store_id", "repeat_rate", "associate_id", descending=[False, True, False])
    )  # fmt: skip
    return told.collect(), whole.collect()


def _handover(facts: Facts, count: MonthCount, plan: Plan, rules: Rules) -> pl.DataFrame:
    """One row per orphaned customer of the base, with who left and who is proposed."""
    base = count.status.lazy().filter("in_base").select("customer_id", "home_store_id")
    lost = staff.orphans(
        facts.served.lazy(), facts.file.lazy(), base, facts.staff.lazy(), on=facts.month.next.first_day
    )
    sales = count.classes.lazy().filter(pl.col("scope") == CHAIN).select("customer_id", "net_sales_12m")
    known = plan.owners.lazy().select("customer_id", "is_vip", closest_id="associate_id")
    standing = count.status.lazy().select("customer_id", "last_purchase_on")
    for part in (sales, known, standing):
        lost = lost.join(part, on="customer_id", how="left", validate="1:1")
    lost = lost.with_columns(pl.col("net_sales_12m").fill_null(0), pl.col("is_vip").fill_null(False)).collect().lazy()
    taken = (
        plan.actions.lazy()
        .filter(pl.col("uses_capacity") & ~pl.col("is_beyond"))
        .join(lost.select("customer_id"), on="customer_id", how="anti")
        .group_by("associate_id")
        .agg(taken=pl.len().cast(pl.Int64))
    )
    room = (
        facts.associates.lazy()
        .join(taken, on="associate_id", how="left", validate="1:1")
        .select(
            "associate_id",
            home_store_id="store_id",
            room=(pl.col("capacity").fill_null(rules.capacity) - pl.col("taken").fill_null(0)).clip(lower_bound=0),
        )
    )
    names = facts.staff.lazy().select("associate_id", "name")
    return (
        staff.hand_over(lost, room)
        .join(names.rename({"associate_id": "left_id", "name": "left_name"}), on="left_id", how="left", validate="m:1")
        .join(names.rename({"associate_id": "new_id", "name": "new_name"}), on="new_id", how="left", validate="m:1")
        .sort("home_store_id", "is_vip", "net_sales_12m", "customer_id", descending=[False, True, True, False])
        .collect()
    )


def _ingredients(
    facts: Facts,
    count: MonthCount,
    profits: pl.DataFrame,
    associates: pl.DataFrame,
    handover: pl.DataFrame,
    picks: pl.DataFrame,
    faded: pl.DataFrame,
    harbingers: pl.DataFrame,
) -> pl.DataFrame:
    """One row per scope: what the metrics of page 8 are made of. Without a staff file those of associates are null."""
    names = (*ASSOCIATE_COUNTS, "contacts_due", "contact_capacity")
    sums = [pl.col(name).sum() for name in names]
    of_staff = pl.concat(
        [associates.group_by(scope="store_id").agg(sums), associates.select(pl.lit(CHAIN).alias("scope"), *sums)]
    )
    left = [
        pl.len().cast(pl.Int64).alias("orphaned_customers"),
        pl.col("is_vip").sum().cast(pl.Int64).alias("orphaned_vips"),
    ]
    of_leavers = pl.concat(
        [handover.group_by(scope="home_store_id").agg(left), handover.select(pl.lit(CHAIN).alias("scope"), *left)]
    )
    judged = harbingers.lazy().join(
        count.status.lazy().select("customer_id", "home_store_id"), on="customer_id", how="inner", validate="1:1"
    )
    of_picks = [pl.col("picks_judged").sum(), pl.col("picks_faded").sum()]
    of_adopters = pl.concat(
        [judged.group_by(scope="home_store_id").agg(of_picks), judged.select(pl.lit(CHAIN).alias("scope"), *of_picks)]
    ).collect()
    rows = pl.DataFrame({"scope": scopes_of(facts)}, schema={"scope": pl.String})
    for part in (of_staff, of_leavers, of_adopters, profits.drop("is_margin")):
        rows = rows.join(part, on="scope", how="left", validate="1:1")
    unknown = pl.lit(None, pl.Int64)
    has_staff = facts.staff.height > 0
    return rows.with_columns(
        *(pl.col(name).fill_null(0) if has_staff else unknown.alias(name) for name in names),
        *(pl.col(name).fill_null(0) if has_staff else unknown.alias(name) for name in ("orphaned_customers", "orphaned_vips")),
        pl.col("picks_judged", "picks_faded").fill_null(0),
        # the base rate is the chain's for every scope: a launch is the chain's
        new_products_judged=pl.lit(faded.height, pl.Int64),
        new_products_faded=pl.lit(int(faded["has_faded"].sum()), pl.Int64),
    )  # fmt: skip


# ---- dealt out

Rows = list[dict[str, Any]]
PersonOf = Callable[..., Person]


def page_of(
    numbers: PeopleNumbers,
    scope: str,
    person: PersonOf,
    associate_name: Callable[[str], str | None],
    actuals: dict[str, Value],
) -> PeopleAndOpportunity:
    """Page 8 of one scope. HQ's has no associates, no single customers with their dates, no cells of fewer than 10 people.

    `person`: customer id (and with_phone) → as a PDF may show them; `actuals`: the month's metrics of the scope.
    """
    is_chain = scope == CHAIN

    def rows(frame: pl.DataFrame, key: str = "scope") -> Rows:
        return frame.filter(pl.col(key) == scope).to_dicts()

    return PeopleAndOpportunity(
        staff=() if is_chain else tuple(_staff_row(row) for row in rows(numbers.staff, "store_id")),
        handover=() if is_chain else tuple(_handover_row(row, person) for row in rows(numbers.handover, "home_store_id")),
        adoption=tuple(
            AdoptionRow(**{name: row[name] for name in AdoptionRow.__dataclass_fields__})
            for row in rows(numbers.adoption)
            if not is_chain or min(row["a_could"], row["others_could"]) >= FEWEST_SHOWN
        ),
        together=tuple(
            TogetherRow(**{name: row[name] for name in TogetherRow.__dataclass_fields__})
            for row in rows(numbers.together)
            if row["lift_low"] > 1
        ),
        picks=tuple(_pick_row(row, is_chain=is_chain) for row in rows(numbers.picks)),
        prospects=_prospects(rows(numbers.prospects)),
        holdings=_holdings(numbers.holders, scope),
        expiring=() if is_chain else _expiring(numbers.holders, scope, person, associate_name),
        key_accounts=_key_accounts(rows(numbers.key_accounts), actuals.get("net_sales_12m"), person, is_chain=is_chain),
        rfm=_rfm_rows(rows(numbers.rfm), is_chain=is_chain),
        targets=_targets(numbers.targets, scope, actuals),
        profit_is_margin=numbers.is_margin.get(scope, False),
    )  # fmt: skip


def _staff_row(row: dict[str, Any]) -> StaffRow:
    return StaffRow(
        associate_id=row["associate_id"],
        name=row["name"],
        first_served=row["first_served_90d"],
        came_back=row["came_back_180d"],
        repeat_rate=row["repeat_rate"],
        repeat_low=row["repeat_low"],
        repeat_high=row["repeat_high"],
        rank_best=row["rank_best"],
        rank_worst=row["rank_worst"],
        ranked_of=row["ranked_of"] or 0,
        stated_satisfaction=row["stated_satisfaction"],
        experiences=row["experiences"],
        complaints=row["complaints"],
        care_done_share=row["care_done_share"],
        care_due=row["care_due"] or 0,
        sign_up_rate=row["sign_up_rate"],
        reachable_rate=row["reachable_rate"],
        strangers_served=row["strangers_served"],
        workload=row["workload"],
        contacts_due=row["contacts_due"],
        capacity=row["contact_capacity"],
    )


def _handover_row(row: dict[str, Any], person: PersonOf) -> HandoverRow:
    return HandoverRow(
        person(row["customer_id"]), row["is_vip"], row["last_purchase_on"], row["net_sales_12m"],
        row["left_name"], row["left_on"], row["new_name"], row["is_closest"],
    )  # fmt: skip


def _pick_row(row: dict[str, Any], *, is_chain: bool) -> PickRow:
    is_hidden = is_chain and row["judged"] < FEWEST_SHOWN
    return PickRow(
        row["name"] or row["product_id"], row["category"], row["launched_on"], row["pickers"], row["judged"],
        None if is_hidden else row["harbinger_share"],
    )  # fmt: skip


def _prospects(rows: Rows) -> tuple[ProspectRow, ...]:
    found = {row["prospect_kind"]: row for row in rows}
    return tuple(
        ProspectRow(kind, found[kind]["people"], found[kind]["reachable"]) for kind in PROSPECT_KIND if kind in found
    )


def _of_scope(holders: pl.DataFrame, scope: str) -> pl.DataFrame:
    return holders if scope == CHAIN else holders.filter(pl.col("home_store_id") == scope)


def _holdings(holders: pl.DataFrame, scope: str) -> tuple[HoldingRow, ...]:
    held = _of_scope(holders, scope)
    return tuple(
        HoldingRow(
            holding,
            held.filter(pl.col(holding) > 0).height,
            held[holding].sum(),
            held.filter(pl.col(f"expiring_{holding}") > 0).height,
            held[f"expiring_{holding}"].sum(),
        )
        for holding in ("points", "stored_value")
        if held.filter(pl.col(holding) > 0).height
    )


def _expiring(
    holders: pl.DataFrame, scope: str, person: PersonOf, associate_name: Callable[[str], str | None]
) -> tuple[ExpiringRow, ...]:
    soon = (
        _of_scope(holders, scope)
        .filter((pl.col("expiring_points") > 0) | (pl.col("expiring_stored_value") > 0))
        .with_columns(
            expires_on=pl.min_horizontal(
                pl.when(pl.col("expiring_points") > 0).then("points_expire_on"),
                pl.when(pl.col("expiring_stored_value") > 0).then("stored_value_expire_on"),
            )
        )
        .sort("expiring_stored_value", "expiring_points", "customer_id", descending=[True, True, False])
    )
    return tuple(
        ExpiringRow(
            person(row["customer_id"]), associate_name(row["customer_id"]), row["expires_on"], row["expiring_points"],
            row["expiring_stored_value"],
        )
        for row in soon.iter_rows(named=True)
    )  # fmt: skip


def _key_accounts(rows: Rows, whole: Value, person: PersonOf, *, is_chain: bool) -> tuple[KeyAccountRow, ...]:
    told = []
    kinds = dict.fromkeys((*CUSTOMER_KIND, *(row["customer_kind"] for row in rows)))
    for kind in kinds:
        theirs = [row for row in rows if row["customer_kind"] == kind]
        if not theirs:
            continue
        if is_chain and len(theirs) < FEWEST_SHOWN:
            told.append(KeyAccountRow(kind, None, None, None, None, ()))
            continue
        sales = sum((row["net_sales_12m"] for row in theirs), Decimal("0.00"))
        told.append(
            KeyAccountRow(
                kind,
                len(theirs),
                sales,
                float(sales / whole) if isinstance(whole, Decimal) and whole > 0 else None,
                sum(row["status"] in ("at_risk", "lapsed") for row in theirs),
                () if is_chain else tuple(person(row["customer_id"]) for row in theirs[:BEST_NAMED]),
            )
        )
    return tuple(told)


def _rfm_rows(rows: Rows, *, is_chain: bool) -> tuple[RfmRow, ...]:
    found = {row["rfm_group"]: row for row in rows}
    if not found:
        return ()
    told = []
    for group in RFM:
        customers = found[group]["customers"] if group in found else 0
        if is_chain and 0 < customers < FEWEST_SHOWN:
            told.append(RfmRow(group, None, None))
        else:
            told.append(RfmRow(group, customers, found[group]["net_sales_24m"] if customers else Decimal("0.00")))
    return tuple(told)


def _targets(targets: pl.DataFrame, scope: str, actuals: dict[str, Value]) -> tuple[TargetRow, ...]:
    """The scope's targets; the chain's own ("*"), else the sum of the stores' (a store without any counts nothing)."""
    theirs = targets.filter(pl.col("store_id") == scope)
    if scope == CHAIN and theirs.is_empty():
        theirs = targets
    rows = []
    for name in TARGETED:
        known = theirs[f"target_{name}"].drop_nulls()
        if known.is_empty():
            continue
        target, actual = known.sum(), actuals.get(name)
        rows.append(
            TargetRow(
                name, target, actual, float(actual) / float(target) if actual is not None and target > 0 else None
            )
        )
    return tuple(rows)


# ---- the staff league


def league(facts: Facts, *, first: date, last: date, store_id: str | None = None) -> pl.DataFrame:
    """One row per associate who was at work from `first` to `last` (of one store, or of the chain), by shrunken repeat
    rate: rates and counts of the period, the rank range among them, and `contacts_logged`.

    `facts` are of a month at or after `last`: the later, the more of those first served have had their 180 days.
    """
    was_at_work = (pl.col("from_date").is_null() | (pl.col("from_date") <= last)) & (
        pl.col("to_date").is_null() | (pl.col("to_date") > first)
    )
    is_theirs = pl.lit(True) if store_id is None else pl.col("store_id") == store_id
    counts = associate_counts(facts, since=first, until=last, repeat_since=first).collect()
    rates = staff.repeat_rates(counts.select("associate_id", "store_id", "first_served_90d", "came_back_180d"))
    players = counts.filter(was_at_work & is_theirs)
    ranks = staff.rank_ranges(rates, players.select("associate_id", group=pl.lit("league")))
    logged = (
        facts.contacts.lazy()
        .filter(pl.col("contacted_at").dt.date().is_between(first, last) & pl.col("associate_id").is_not_null())
        .group_by("associate_id")
        .agg(contacts_logged=pl.len().cast(pl.Int64))
    )
    joined = players.lazy()
    for part in (rates.rates.lazy().drop("store_id"), ranks.lazy(), logged):
        joined = joined.join(part, on="associate_id", how="left", validate="1:1")
    return (
        joined.with_columns(*(metric_of_associates(name) for name in STAFF_RATES), pl.col("contacts_logged").fill_null(0))
        .drop("from_date", "to_date", "store_rate", "experience_sum", "ranked_of")
        .sort("repeat_rate", "associate_id", descending=[True, False])
        .collect()
    )  # fmt: skip
