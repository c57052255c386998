"""Pages 5 and 6 of a month: their ingredients per scope, and their rows for each review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from schemas.columns import MONEY
from schemas.complaints import SEVERITY, SILENT_PER_COMPLAINT, SPEED
from schemas.disclosure import FEWEST_SHOWN
from schemas.page_values import Person
from schemas.period import window_start
from schemas.rules import Rules
from schemas.segments import CHAIN
from schemas.voices import (
    GAP_STATE,
    REFERRERS_SHOWN,
    TREE_SHOWN,
    AspectRow,
    CauseRow,
    FeedbackRow,
    FrictionRow,
    GapRow,
    GenerationRow,
    OpenComplaint,
    PriceRow,
    ProductTrouble,
    Referral,
    ReferralError,
    ReferralGroup,
    ReferrerRow,
    RepurchaseRow,
    ServiceRow,
    SilentDissatisfied,
    ThanksRow,
    TreeNode,
    ValueBasis,
    Voices,
)
from transforms import complaints, referral_trees, repurchase, satisfaction
from transforms.activity import purchases
from transforms.facts import Facts
from transforms.figures import MonthCount, all_homes, scopes_of
from transforms.intervals import newcombe, wilson
from transforms.value import customer_sales

WELCOME_WITHIN_DAYS = 7
TROUBLES_SHOWN = {"product": 5, "brand": 3}
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class VoiceNumbers:
    """What pages 5 and 6 are dealt from."""

    facts: Facts
    ingredients: pl.DataFrame
    """One row per scope: the ingredients of the figures of both pages."""
    value_basis: ValueBasis
    referrers: pl.DataFrame
    """One row per referrer who bought: what they brought, own value, status, home."""
    trees: pl.DataFrame
    generations: pl.DataFrame
    groups: pl.DataFrame
    thanks: pl.DataFrame
    register: pl.DataFrame
    causes: pl.DataFrame
    repurchases: pl.DataFrame
    troubles: pl.DataFrame
    gaps: pl.DataFrame
    aspects: pl.DataFrame
    prices: pl.DataFrame
    friction: pl.DataFrame
    services: pl.DataFrame


def voice_numbers(facts: Facts, count: MonthCount, rules: Rules, own_value: pl.DataFrame | None = None) -> VoiceNumbers:
    """The month's pages 5 and 6. `own_value`: one row per customer, own_value_12m (the purchase model's); without it the
    net sales of the last 12 months stand in, and the rows say so."""
    as_of = facts.as_of
    homes = all_homes(facts, count).select("customer_id", "home_store_id").collect()
    basis: ValueBasis = "net_sales_12m" if own_value is None else "own_value_12m"
    value = _sales_12m(facts).collect() if own_value is None else own_value.select("customer_id", "own_value_12m")
    bought = count.status.select("customer_id")
    trees = referral_trees.descendants(facts.referred.join(bought, on="customer_id", how="semi")).join(
        count.status.select("customer_id", "status"), on="customer_id", how="left", maintain_order="left"
    )
    referrers = (
        referral_trees.brought(trees.lazy(), value.lazy())
        .join(value.lazy(), on="customer_id", how="left", validate="1:1")
        .join(
            count.status.lazy().select("customer_id", "status", "days_since_last_purchase"),
            on="customer_id",
            how="left",
        )
        .join(homes.lazy(), on="customer_id", how="left")
        .with_columns(
            pl.col("own_value_12m").fill_null(0).cast(MONEY),
            pl.col("status").fill_null("prospect"),
            is_alarm=pl.col("status").is_in(["at_risk", "lapsed"]).fill_null(False),
        )
        .sort("brought_value_12m", "in_tree", "customer_id", descending=[True, True, False])
        .collect()
    )
    chain_days = facts.chain_days()
    cohort = referral_trees.cohort(
        facts.purchase_facts.lazy().select("customer_id", "business_date"), facts.earlier_known.lazy(), chain_days,
        facts.referred.lazy(), as_of=as_of, history_from=facts.history_from, rules=rules,
    )  # fmt: skip
    groups = referral_trees.groups(cohort, homes.lazy()).collect()

    register = complaints.register(facts.complaints.lazy(), facts.named_lines.lazy(), as_of=as_of).collect()
    again = _after_complaints(facts, register, rules)
    answered = satisfaction.answers(facts.surveys.lazy()).collect()
    again_after_answers = _after(
        facts, answered.filter(pl.col("answered_on") >= window_start(as_of, 24)), "event_id", "answered_on", None, rules
    )
    again_after_services = _after(
        facts, facts.services.filter(pl.col("done_on") >= window_start(as_of, 24)), "service_id", "done_on",
        facts.services, rules,
    )  # fmt: skip
    troubles, units = complaints.trouble(
        facts.units.lazy(), register.lazy(), facts.products.lazy(), as_of=as_of
    )  # fmt: skip
    services = satisfaction.service_kinds(facts.services.lazy(), again_after_services.lazy(), as_of=as_of).collect()
    parts = _Parts(
        referrers=referrers.lazy().select("is_alarm", "home_store_id"),
        groups=groups.lazy(),
        complaints=complaints.counts(register.lazy(), again.lazy(), as_of=as_of),
        units=units,
        answers=satisfaction.answer_counts(answered.lazy(), as_of=as_of),
        orders=satisfaction.friction_counts(facts.orders.lazy()),
        services=services.lazy(),
        asked=_asked(facts, homes.lazy()),
    )
    return VoiceNumbers(
        facts=facts,
        ingredients=_ingredients(facts, parts).collect(),
        value_basis=basis,
        referrers=referrers,
        trees=trees,
        generations=_generations(trees.lazy(), homes.lazy()).collect(),
        groups=groups,
        thanks=count.brought.sort("first_purchase_on", "customer_id"),
        register=register,
        causes=complaints.causes(register.lazy(), as_of=as_of).collect(),
        repurchases=complaints.repurchase_by_speed(register.lazy(), again.lazy()).collect(),
        troubles=troubles.collect(),
        gaps=satisfaction.gap_states(answered.lazy(), again_after_answers.lazy(), as_of=as_of).collect(),
        aspects=satisfaction.aspects(facts.surveys.lazy(), as_of=as_of).collect(),
        prices=satisfaction.prices(
            facts.surveys.lazy(), facts.named_lines.lazy(), facts.products.lazy(), facts.units.lazy(), as_of=as_of
        ).collect(),
        friction=satisfaction.friction(facts.orders.lazy(), facts.units.lazy()).collect(),
        services=services,
    )


def _sales_12m(facts: Facts) -> pl.LazyFrame:
    """One row per customer: own_value_12m = net sales of the last 12 months in the chain, never below 0."""
    since, until = window_start(facts.as_of, 12), facts.as_of
    return facts.days.named(
        customer_sales(facts.days, since=since, until=until, chain_only=True).select(
            "customer_no", own_value_12m_cents=pl.col("net_sales_cents").clip(lower_bound=0)
        )
    )


def _after_complaints(facts: Facts, register: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Anchored where the complaint was settled; at its receipt while it is not. Complaints anchored in 24 months."""
    anchored = register.with_columns(anchor_on=pl.coalesce(pl.col("resolved_at").dt.date(), "received_on")).filter(
        pl.col("anchor_on") >= window_start(facts.as_of, 24)
    )
    return _after(facts, anchored, "complaint_id", "anchor_on", facts.complaints, rules)


def _after(
    facts: Facts, events: pl.DataFrame, event_id: str, anchor: str, touched: pl.DataFrame | None, rules: Rules
) -> pl.DataFrame:
    """`repurchase.after`; `touched` None: nobody is compared with."""
    named = events.select("customer_id", event_id=event_id, anchor_on=anchor)
    everybody = facts.purchase_facts.select("customer_id").unique()
    whom = everybody if touched is None else touched.select("customer_id").drop_nulls().unique()
    return repurchase.after(named, facts.purchase_facts, facts.days, whom, as_of=facts.as_of, rules=rules)


def _asking(facts: Facts) -> pl.LazyFrame:
    """The logged contacts that asked for an opinion, whenever."""
    kind = pl.col("contact_kind").str.strip_chars().str.to_lowercase()
    return facts.contacts.lazy().filter(kind.is_in(satisfaction.ASKING))


def _asked(facts: Facts, homes: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope with any: logged contacts of 12 months that asked for an opinion."""
    asking = _asking(facts)
    since = window_start(facts.as_of, 12)
    return (
        complaints.scoped(
            asking.join(homes, on="customer_id", how="left", validate="m:1").with_columns(store_id="home_store_id")
        )
        .group_by("scope")
        .agg(feedback_asked_12m=(pl.col("contacted_at").dt.date() >= since).sum().cast(pl.Int64))
    )


@dataclass(frozen=True)
class _Parts:
    referrers: pl.LazyFrame
    groups: pl.LazyFrame
    complaints: pl.LazyFrame
    units: pl.LazyFrame
    answers: pl.LazyFrame
    orders: pl.LazyFrame
    services: pl.LazyFrame
    asked: pl.LazyFrame


def _ingredients(facts: Facts, parts: _Parts) -> pl.LazyFrame:
    """One row per scope. Counts are null where their file never came, 0 where it came and has nothing of the scope."""
    since = window_start(facts.as_of, 12)
    referred = facts.referred.lazy().select("customer_id")
    days = facts.days
    brought_sales = days.named(
        days.scoped(since)
        .join(days.numbers().join(referred, on="customer_id", how="semi"), on="customer_no", how="semi")
        .group_by("scope_no")
        .agg(referred_net_sales_12m_cents=pl.col("net_sales_cents").sum())
    )
    bought = days.named(
        purchases(days.scoped(since))
        .group_by("scope_no")
        .agg(customers_bought_12m=pl.col("customer_no").n_unique().cast(pl.Int64))
    )
    cohort = parts.groups.group_by("scope").agg(
        *(
            pl.col(column).filter(is_of).sum().cast(pl.Int64).alias(f"{name}_{group}")
            for group, is_of in (("referred", pl.col("is_referred")), ("not_referred", ~pl.col("is_referred")))
            for name, column in (("cohort", "customers"), ("retained", "retained"))
        )
    )
    served = parts.services.group_by("scope").agg(
        services_12m=pl.col("services").sum(),
        services_followed_90d=pl.col("n").sum(),
        services_back_90d=pl.col("again").sum(),
    )
    counted = parts.referrers.with_columns(store_id="home_store_id")
    many = complaints.scoped(counted).group_by("scope").agg(
        referrers=pl.len().cast(pl.Int64), referrers_slipping=pl.col("is_alarm").sum().cast(pl.Int64)
    )  # fmt: skip
    complained_units = parts.units.select(
        "scope",
        units_returned_12m="units_returned",
        lines_sold_12m="lines_sold",
        lines_returned_12m="lines_returned",
        complaints_of_products_12m="complaints",
        thousand_units_12m=pl.col("units_sold").cast(pl.Float64) / 1000,
    )
    joined = pl.LazyFrame({"scope": scopes_of(facts)}, schema={"scope": pl.String})
    for part in (many, brought_sales, bought, cohort, parts.complaints, complained_units, parts.answers, parts.orders, served,
                 parts.asked):  # fmt: skip
        joined = joined.join(part, on="scope", how="left", validate="1:1")
    told = {
        "referred": (facts.referred.height, ("referrers", "referrers_slipping",
                                             "cohort_referred", "retained_referred", "cohort_not_referred",
                                             "retained_not_referred")),
        "complaints": (facts.complaints.height, (
            "complaints_12m", "complaints_open", "recurring_complaints_12m", "escalated_complaints_12m", "promises_due_12m",
            "promises_kept_12m", "complaining_customers_12m", "complaints_followed_90d", "repurchases_90d",
            "complaints_of_products_12m",
        )),
        "surveys": (facts.surveys.height, ("answers_12m", "answers_below_12m", "surveyed_customers_12m", "surveyed_below_12m")),
        "services": (facts.services.height, ("services_12m", "services_followed_90d", "services_back_90d")),
        "asking": (_asking(facts).limit(1).collect().height, ("feedback_asked_12m",)),
    }  # fmt: skip
    no_money = pl.lit(0).cast(MONEY)
    filled = [
        (pl.col(name).fill_null(0) if came else pl.lit(None, pl.Int64)).alias(name)
        for came, names in told.values()
        for name in names
    ]
    money = [
        (pl.col(name).fill_null(no_money) if came else pl.lit(None).cast(MONEY)).alias(name)
        for name, came in (
            ("referred_net_sales_12m", facts.referred.height),
            ("compensation_12m", facts.complaints.height),
        )
    ]
    return joined.with_columns(*filled, *money).with_columns(
        silent_dissatisfied=SILENT_PER_COMPLAINT * pl.col("complaining_customers_12m"),
        thousand_orders_12m=pl.col("thousand_orders_12m").fill_null(0.0),
    )


def _generations(trees: pl.LazyFrame, homes: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope and generation: customers by how many steps they are from one who came by themselves."""
    deepest = trees.group_by("customer_id").agg(generation=pl.col("generation").max())
    return (
        complaints.scoped(deepest.join(homes, on="customer_id", how="left").with_columns(store_id="home_store_id"))
        .group_by("scope", "generation")
        .agg(customers=pl.len().cast(pl.Int64))
        .sort("scope", "generation")
    )


def _by(frame: pl.DataFrame, key: str) -> dict[str, Rows]:
    dealt: dict[str, Rows] = {}
    for row in frame.iter_rows(named=True):
        dealt.setdefault(row[key], []).append(row)
    return dealt


class VoiceRows:
    """Deals the month's frames out to the scopes. `person`: customer_id, with_phone → Person."""

    def __init__(
        self, numbers: VoiceNumbers, person: Callable[..., Person], associate_name: Callable[[str], str | None]
    ) -> None:
        self.numbers, self.person, self.associate_name = numbers, person, associate_name
        self.as_of: date = numbers.facts.as_of
        self.ingredients = {row["scope"]: row for row in numbers.ingredients.iter_rows(named=True)}
        chosen = _chosen(numbers.referrers)
        self.referrers = _by(chosen, "scope")
        shown = numbers.trees.join(
            chosen.select(ancestor_id="customer_id").unique(), on="ancestor_id", how="semi"
        ).group_by("ancestor_id", maintain_order=True).head(TREE_SHOWN)  # fmt: skip
        self.trees = _by(shown, "ancestor_id")
        self.generations = _by(numbers.generations, "scope")
        self.groups = _by(numbers.groups, "scope")
        self.thanks = _by(numbers.thanks, "home_store_id")
        self.open = _by(numbers.register.filter("is_open").sort("received_at", "complaint_id"), "store_id")
        self.causes = _by(numbers.causes, "scope")
        self.repurchases = {
            (row["scope"], row["severity"], row["speed"]): row for row in numbers.repurchases.iter_rows(named=True)
        }
        worst = [
            numbers.troubles.filter(pl.col("kind") == kind).group_by("scope", maintain_order=True).head(most)
            for kind, most in TROUBLES_SHOWN.items()
        ]
        self.troubles = _by(pl.concat(worst), "scope")
        self.gaps = _by(numbers.gaps, "scope")
        self.aspects = _by(numbers.aspects, "scope")
        self.prices = _by(numbers.prices, "scope")
        self.friction = _by(numbers.friction, "scope")
        self.services = _by(numbers.services, "scope")
        self.errors = numbers.facts.referral_errors.to_dicts()

    # ---- page 5

    def referral(self, scope: str) -> Referral | None:
        """None while nobody is known to have been brought, rightly or in a circle."""
        if self.numbers.facts.referred.is_empty() and not self.errors:
            return None
        is_chain = scope == CHAIN
        thanks = [] if is_chain else self.thanks.get(scope, [])
        return Referral(
            referrers=tuple(self._referrer(row, is_chain) for row in self.referrers.get(scope, [])),
            referral_groups=_compared([self._group(row, is_chain) for row in self.groups.get(scope, [])]),
            thanks=tuple(self._thanks(row) for row in thanks),
            generations=tuple(
                GenerationRow(row["generation"], row["customers"]) for row in self.generations.get(scope, [])
            ),
            referral_errors=tuple(
                ReferralError(
                    self.person(row["referrer_id"], with_phone=False),
                    self.person(row["customer_id"], with_phone=False),
                    row["referred_on"],
                )
                for row in (self.errors if is_chain else ())
            ),
        )

    def _referrer(self, row: dict[str, Any], is_chain: bool) -> ReferrerRow:
        customer_id = row["customer_id"]
        return ReferrerRow(
            person=self.person(customer_id, with_phone=not is_chain),
            status=row["status"],
            associate_name=self.associate_name(customer_id),
            brought_directly=row["brought_directly"],
            in_tree=row["in_tree"],
            generations=row["generations"],
            own_value_12m=row["own_value_12m"],
            brought_value_12m=row["brought_value_12m"],
            value_basis=self.numbers.value_basis,
            is_alarm=row["is_alarm"],
            days_since_last_purchase=row["days_since_last_purchase"],
            tree=tuple(
                TreeNode(
                    self.person(node["customer_id"], with_phone=False),
                    node["referrer_id"],
                    node["generation"],
                    node["status"],
                )
                for node in self.trees.get(customer_id, [])
            ),
        )

    @staticmethod
    def _group(row: dict[str, Any], is_chain: bool) -> ReferralGroup:
        hidden = is_chain and row["customers"] < FEWEST_SHOWN
        names = ("retained", "retention_12m", "low", "high", "net_sales_12m", "sales_per_customer_12m", "sales_low",
                 "sales_high")  # fmt: skip
        return ReferralGroup(
            group="referred" if row["is_referred"] else "not_referred",
            customers=row["customers"],
            **{name: None if hidden else row[name] for name in names},
            is_suppressed=hidden,
        )

    def _thanks(self, row: dict[str, Any]) -> ThanksRow:
        bought_on: date = row["first_purchase_on"]
        return ThanksRow(
            referrer=self.person(row["referrer_id"]),
            referred=self.person(row["customer_id"]),
            bought_on=bought_on,
            welcome_by=bought_on + timedelta(days=WELCOME_WITHIN_DAYS),
            is_thanked=row["is_thanked"],
            is_welcomed=row["is_welcomed"],
            associate_name=self.associate_name(row["referrer_id"]),
        )

    # ---- page 6

    def voices(self, scope: str) -> Voices | None:
        """None without complaints, surveys and services: then what is left is not worth a page."""
        facts = self.numbers.facts
        if facts.complaints.is_empty() and facts.surveys.is_empty() and facts.services.is_empty():
            return None
        is_chain = scope == CHAIN
        opened = [row for rows in self.open.values() for row in rows] if is_chain else self.open.get(scope, [])
        gaps = self.gaps.get(scope, [])
        order = list(GAP_STATE)
        return Voices(
            complaint_causes=tuple(
                CauseRow(**{key: value for key, value in row.items() if key != "scope"})
                for row in self.causes.get(scope, [])
            ),
            open_complaints=tuple(
                self._open(row, is_chain)
                for row in sorted(opened, key=lambda row: (row["received_at"], row["complaint_id"]))
            ),
            repurchase=self._repurchase(scope),
            product_trouble=tuple(self._trouble(row) for row in self.troubles.get(scope, [])),
            silent_dissatisfied=self._silent(scope),
            satisfaction_gaps=tuple(
                self._gap(row, gaps, is_chain) for row in sorted(gaps, key=lambda row: order.index(row["state"]))
            ),
            aspects=tuple(
                AspectRow(**{key: value for key, value in row.items() if key != "scope"})
                for row in self.aspects.get(scope, [])
            ),
            price_acceptance=tuple(
                PriceRow(**{key: value for key, value in row.items() if key != "scope"})
                for row in self.prices.get(scope, [])
            ),
            friction=tuple(self._friction(row) for row in self.friction.get(scope, [])),
            services=tuple(self._service(row, scope) for row in self.services.get(scope, [])),
            feedback=self._feedback(scope),
        )

    def _open(self, row: dict[str, Any], is_chain: bool) -> OpenComplaint:
        customer_id = row["customer_id"]
        return OpenComplaint(
            complaint_id=row["complaint_id"],
            store_id=row["store_id"],
            person=None if is_chain or customer_id is None else self.person(customer_id),
            received_on=row["received_on"],
            days_open=(self.as_of - row["received_on"]).days,
            cause=row["cause"],
            severity=row["severity"],
            is_answered=row["is_answered"],
            missing_step=row["missing_step"],
            steps_missing=row["steps_missing"] or 0,
            promised_by=row["promised_by"],
            is_promise_late=row["is_promise_due"] and not row["is_promise_kept"],
            is_escalated=row["is_escalated"],
            associate_name=None if customer_id is None or is_chain else self.associate_name(customer_id),
        )

    def _repurchase(self, scope: str) -> tuple[RepurchaseRow, ...]:
        """Every severity that occurs, in each of the four speeds."""
        occurring = [severity for severity in _severities(self.repurchases) if any(
            (CHAIN, severity, speed) in self.repurchases for speed in SPEED
        )]  # fmt: skip
        return tuple(self._repurchase_row(scope, severity, speed) for severity in occurring for speed in SPEED)

    def _repurchase_row(self, scope: str, severity: str, speed: str) -> RepurchaseRow:
        own = self.repurchases.get((scope, severity, speed), {"n": 0, "again": 0})
        chain = self.repurchases.get((CHAIN, severity, speed), {"n": 0, "again": 0})
        hidden = 0 < chain["n"] < FEWEST_SHOWN
        names = ("share", "low", "high", "matched_share")
        return RepurchaseRow(
            severity=severity,
            speed=speed,
            n=own["n"],
            again=None if hidden and scope == CHAIN else own["again"],
            chain_n=chain["n"],
            chain_again=None if hidden else chain["again"],
            **{name: None if hidden else chain.get(name) for name in names},
            matched_n=0 if hidden else chain.get("matched_n", 0),
            is_suppressed=hidden,
        )

    def _trouble(self, row: dict[str, Any]) -> ProductTrouble:
        chain = self.ingredients[CHAIN]
        names = ("kind", "name", "units_sold", "units_returned", "complaints", "returns_per_1000_units",
                 "complaints_per_1000_units", "lines_low", "lines_high")  # fmt: skip
        whole = 1000 * chain["lines_returned_12m"] / chain["lines_sold_12m"] if chain["lines_sold_12m"] else 0.0
        return ProductTrouble(**{name: row[name] for name in names}, chain_returned_lines_per_1000=whole)

    def _silent(self, scope: str) -> tuple[SilentDissatisfied, ...]:
        row = self.ingredients[scope]
        if row["complaining_customers_12m"] is None:
            return ()
        customers = row["customers_bought_12m"] or 0
        asked, below = row["surveyed_customers_12m"] or 0, row["surveyed_below_12m"] or 0
        ends = wilson(pl.lit(below), pl.lit(asked))
        low, high = pl.select(low=ends[0], high=ends[1]).row(0)
        return (
            SilentDissatisfied(
                complaining_customers=row["complaining_customers_12m"],
                rule_of_thumb=row["silent_dissatisfied"],
                customers_12m=customers,
                surveyed=asked,
                below=below,
                survey_low=None if low is None else round(low * customers),
                survey_high=None if high is None else round(high * customers),
            ),
        )

    @staticmethod
    def _gap(row: dict[str, Any], gaps: Rows, is_chain: bool) -> GapRow:
        whole = sum(other["answers"] for other in gaps)
        hidden = is_chain and 0 < row["n"] < FEWEST_SHOWN
        return GapRow(
            state=row["state"],
            answers=row["answers"],
            share=row["answers"] / whole if whole else None,
            n=row["n"],
            **{name: None if hidden else row[name] for name in ("again", "again_share", "low", "high")},
            is_suppressed=hidden,
        )

    @staticmethod
    def _friction(row: dict[str, Any]) -> FrictionRow:
        sold, returned = row["units_sold"], row["units_returned"]
        return FrictionRow(
            channel=row["channel"],
            orders=row["orders"],
            cancelled_orders=row["cancelled_orders"],
            unpaid_orders=row["unpaid_orders"],
            cancelled_share=row["cancelled_orders"] / row["orders"] if row["orders"] else None,
            unpaid_share=row["unpaid_orders"] / row["orders"] if row["orders"] else None,
            delivered_orders=row["delivered_orders"],
            delivery_days=row["delivery_days"],
            delivery_days_p90=row["delivery_days_p90"],
            units_sold=sold,
            units_returned=returned,
            return_share=float(returned) / float(sold) if sold else None,
        )

    def _service(self, row: dict[str, Any], scope: str) -> ServiceRow:
        """The store's own work; what followed is the chain's, since a store's own customers are too few."""
        chain = next(other for other in self.services[CHAIN] if other["kind"] == row["kind"])
        hidden = 0 < chain["n"] < FEWEST_SHOWN
        names = ("again", "again_share", "low", "high", "matched_share")
        return ServiceRow(
            kind=row["kind"],
            services=row["services"],
            customers=row["customers"],
            satisfied=row["satisfied"],
            rated=row["rated"],
            n=chain["n"],
            **{name: None if hidden else chain[name] for name in names},
            is_suppressed=hidden,
        )

    def _feedback(self, scope: str) -> tuple[FeedbackRow, ...]:
        row = self.ingredients[scope]
        surveys = self.numbers.facts.surveys
        acted: int | None = None
        if surveys["acted_on"].is_not_null().any():
            since = window_start(self.as_of, 12)
            mine = surveys if scope == CHAIN else surveys.filter(pl.col("store_id") == scope)
            done = mine.filter(pl.col("acted_on").is_between(since, self.as_of))
            acted = done.select("buyer_key", "answered_at", "store_id", "order_id").n_unique()
        return (
            FeedbackRow(
                asked=row["feedback_asked_12m"],
                surveys_received=row["answers_12m"] or 0,
                complaints_received=row["complaints_12m"] or 0,
                acted_on=acted,
                promises_due=row["promises_due_12m"] or 0,
                promises_kept=row["promises_kept_12m"] or 0,
            ),
        )


def _compared(groups: list[ReferralGroup]) -> tuple[ReferralGroup, ...]:
    """The groups, the referred one with its retention's difference from the other."""
    ends = {one.group: (one.retention_12m, one.low, one.high) for one in groups}
    brought, others = ends.get("referred"), ends.get("not_referred")
    if brought is None or others is None or None in (*brought, *others):
        return tuple(groups)
    more, low, high = newcombe(brought, others)  # type: ignore[arg-type]
    return tuple(
        replace(one, more=more, more_low=low, more_high=high) if one.group == "referred" else one for one in groups
    )


def _chosen(referrers: pl.DataFrame) -> pl.DataFrame:
    """Of each scope the best referrers, and the best of those to worry about; best first."""
    everywhere = complaints.scoped(referrers.lazy().with_columns(store_id="home_store_id")).collect()
    best = everywhere.group_by("scope", maintain_order=True).head(REFERRERS_SHOWN)
    alarms = everywhere.filter("is_alarm").group_by("scope", maintain_order=True).head(REFERRERS_SHOWN)
    return pl.concat([best, alarms.select(best.columns)]).unique(["scope", "customer_id"], maintain_order=True).sort(
        "brought_value_12m", "in_tree", "customer_id", descending=[True, True, False]
    )  # fmt: skip


def _severities(cells: dict[tuple[str, str, str], dict[str, Any]]) -> list[str]:
    """The known severities in their order, then the register's own words."""
    own = sorted({severity for _, severity, _ in cells} - set(SEVERITY))
    return [*SEVERITY, *own]
