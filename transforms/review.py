"""From frames to what a page needs: one `Review` per scope, the same rows that the PDF prints and review.json holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from schemas.identity import IDENTITY_DECISIONS
from schemas.metrics import METRICS
from schemas.page_values import Param, Person, Value
from schemas.period import window_start
from schemas.review import (
    Action,
    Associate,
    AttitudeRow,
    CareDate,
    CompletenessRow,
    Decision,
    Figure,
    FileRow,
    MoneyRow,
    ParetoPoint,
    Proposal,
    Review,
    Scope,
    SharedKey,
    StatusRow,
    StocktakeRow,
    StoreRow,
    ValueClassMove,
    ValueClassRow,
    VipAnswer,
    VipRow,
)
from schemas.rules import Rules
from schemas.segments import ATTITUDE, CHAIN, KNOWLEDGE_QUESTIONS, LINE_KIND, SALES_KINDS, STATUS, VALUE_CLASS
from transforms import care, effect, people, people_and_opportunity, stocktake, value, vip
from transforms import outcomes as told_of_lists
from transforms.actions import action_id
from transforms.churn import MonthChurn, month_churn
from transforms.facts import Facts
from transforms.figures import (
    MonthCount,
    all_homes,
    history_months,
    metric_values,
    month_count,
    only_this_month,
    scopes_of,
    vip_knowledge,
    with_stake,
)
from transforms.leaving import CONTACT_METRICS, LeavingDealer, LeavingNumbers, leaving_numbers, with_leaving
from transforms.plan import Plan, month_plan
from transforms.privacy import masked_key, masked_name, phone_tail
from transforms.stocktake import TERMS
from transforms.voices import VoiceNumbers, VoiceRows, voice_numbers

Rows = list[dict[str, Any]]
MONTHS_FOR_NORMAL_RANGE = 6


@dataclass(frozen=True)
class Issue:
    """What a review says about itself, the same for all scopes of a month."""

    chain_name: str
    chain_key: str
    known_at: datetime
    time_zone: str
    currency: str
    locale: Literal["zh_CN", "en"]
    manifest_id: str
    version: str
    printed_closings: Mapping[str, int]
    """Scope → closing base as last month's published review printed it."""
    absent_tables: tuple[str, ...]


@dataclass(frozen=True)
class MonthNumbers:
    """All that is computed of a month, before it is dealt out to the scopes."""

    facts: Facts
    count: MonthCount
    counts_before: dict[str, MonthCount]
    """Month → what was counted at the end of it, for the quarter before."""
    plan: Plan
    values: pl.DataFrame
    """One row per scope and month of the history: every metric."""
    leaving: LeavingNumbers
    churn: MonthChurn
    voices: VoiceNumbers
    people: people_and_opportunity.PeopleNumbers
    effects: effect.Effects
    ingredients: pl.DataFrame
    """One row per scope: what this month's metrics are made of."""


def month_numbers(facts: Facts, rules: Rules, loop: effect.Loop) -> MonthNumbers:
    """The count of the month and of the months before it, what the lists brought, the plan, and every metric's value."""
    months = history_months(facts)
    quarter_ago = facts.month.plus(-3)
    counts: dict[str, MonthCount] = {}
    values: list[pl.LazyFrame] = []
    for month in months:
        count = month_count(facts, month, rules)
        if month in (facts.month, quarter_ago):
            counts[str(month)] = count
        if month != facts.month:
            values.append(
                metric_values(count.ingredients.lazy(), is_young=count.is_young).with_columns(month=pl.lit(str(month)))
            )
    count = counts[str(facts.month)]
    churn = month_churn(facts, count.status.lazy(), rules)
    if churn.summary.stake_is_foretold:
        # the months before were not measured with this yardstick: no history rather than a false one
        values = [past.with_columns(pl.lit(None).alias("value_at_stake")) for past in values]
        count = with_stake(count, churn.customers.select("customer_id", "value_at_stake"))
    effects = effect.effects_of(facts, loop)
    plan = month_plan(facts, count, rules, loop, effects)
    leaving = leaving_numbers(facts, count, rules, churn.customers)
    voices = voice_numbers(facts, count, rules, churn.customers if churn.summary.stake_is_foretold else None)
    page_8 = people_and_opportunity.people_numbers(facts, count, plan, rules)
    now = count.ingredients.lazy()
    for part in (
        only_this_month(facts, count, plan.actions.lazy()),
        told_of_lists.ingredients(effects, scopes_of(facts)),
        voices.ingredients.lazy(),
        page_8.ingredients.lazy(),
    ):
        now = now.join(part, on="scope", how="left", validate="1:1")
    ingredients = with_leaving(now, leaving).collect()
    values.append(
        metric_values(ingredients.lazy(), is_young=count.is_young).with_columns(month=pl.lit(str(facts.month)))
    )
    every_value = pl.concat(values, how="diagonal_relaxed").collect()
    return MonthNumbers(facts, count, counts, plan, every_value, leaving, churn, voices, page_8, effects, ingredients)


def reviews(numbers: MonthNumbers, ledger: pl.DataFrame, issue: Issue, rules: Rules) -> list[Review]:
    """One review per scope, the chain's first, then the stores by id."""
    return _Dealer(numbers, ledger, issue, rules).reviews()


def _by(frame: pl.DataFrame, key: str) -> dict[str, Rows]:
    """The frame's rows by `key`, in the frame's order."""
    dealt: dict[str, Rows] = {}
    for row in frame.iter_rows(named=True):
        dealt.setdefault(row[key], []).append(row)
    return dealt


class _Dealer:
    """Deals a month's frames out to the scopes: each frame is split once, each review picks its rows."""

    def __init__(self, numbers: MonthNumbers, ledger: pl.DataFrame, issue: Issue, rules: Rules) -> None:
        self.numbers, self.facts, self.count, self.plan = numbers, numbers.facts, numbers.count, numbers.plan
        self.issue, self.rules, self.ledger = issue, rules, ledger
        facts, count = self.facts, self.count
        self.stores = {row["store_id"]: row for row in facts.stores.iter_rows(named=True)}
        self.associate_names = dict(facts.associates.select("associate_id", "name").iter_rows())
        self.capacities = dict(facts.associates.select("associate_id", "capacity").iter_rows())
        self.owner = {row["customer_id"]: row for row in self.plan.owners.iter_rows(named=True)}
        self.on_file = {row["customer_id"]: row for row in facts.file.iter_rows(named=True)}
        self.label = {row["customer_id"]: row for row in facts.labels.iter_rows(named=True)}
        self.status = {row["customer_id"]: row for row in count.status.iter_rows(named=True)}
        self.values = self._values()
        chain_class = count.classes.select("scope", "customer_id", "value_class")
        self.value_class = {(scope, customer): letter for scope, customer, letter in chain_class.iter_rows()}
        self.classes = _by(self._class_rows(), "scope")
        self.moves = _by(self._moves(), "scope")
        self.attitudes = _by(count.attitude_mix, "scope")
        self.pareto = _by(value.pareto(count.classes.lazy()).collect(), "scope")
        self.statuses = _by(self._status_rows(), "scope")
        self.stocktake = {row["scope"]: row for row in count.stocktake_all.iter_rows(named=True)}
        self.stocktake_vip = {row["scope"]: row for row in count.stocktake_vip.iter_rows(named=True)}
        self.actions = _by(self.plan.actions, "home_store_id")
        homes = self.plan.owners.select("customer_id", "home_store_id", "is_vip", "associate_id")
        self.care = _by(self._care_rows(homes), "home_store_id")
        self.money = _by(facts.month_money, "store_id")
        self.completeness = _by(self._completeness(), "scope")
        self.landings = _by(facts.store_landings, "store_id")
        self.vips = _by(self._vips(), "scope")
        self.leaving = LeavingDealer(self.numbers.leaving, self._person, self._associate_name)
        self.voices = VoiceRows(numbers.voices, self._person, self._associate_name)
        self.told = told_of_lists.Told(numbers.effects, self.plan.held_out)
        self.ingredients = {row["scope"]: row for row in numbers.ingredients.iter_rows(named=True)}

    # ---- frames to deal out

    def _values(self) -> dict[str, dict[str, dict[str, Any]]]:
        dealt: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self.numbers.values.iter_rows(named=True):
            dealt.setdefault(row["scope"], {})[row["month"]] = row
        return dealt

    def _class_rows(self) -> pl.DataFrame:
        return (
            self.count.classes.group_by("scope", "value_class")
            .agg(customers=pl.len(), net_sales_12m=pl.col("net_sales_12m").sum())
            .sort("scope", "value_class")
        )

    def _classes_before(self) -> pl.LazyFrame:
        quarter_ago = self.facts.month.plus(-3)
        before = self.numbers.counts_before.get(str(quarter_ago))
        return before.classes.lazy() if before else self.count.classes.lazy().clear()

    def _moves(self) -> pl.DataFrame:
        return value.class_moves(self._classes_before(), self.count.classes.lazy()).collect()

    def _status_rows(self) -> pl.DataFrame:
        """One row per scope and status, prospects included: customers, VIPs, 12-month sales in the chain, value at stake."""
        count, days = self.count, self.facts.days
        chain_sales = (
            days.named(
                value.customer_sales(
                    days, since=window_start(self.facts.as_of, 12), until=self.facts.as_of, chain_only=True
                )
            )
            .select("customer_id", net_sales_12m="net_sales")
            .collect()
        )
        known = count.status.select("customer_id", "home_store_id", "status", "is_vip")
        prospects = (
            people.live_base(
                self.facts.file.lazy(), all_homes(self.facts, count), on=self.facts.as_of, bought_since=self.facts.as_of
            )
            .filter("is_prospect")
            .select("customer_id", "home_store_id", status=pl.lit("prospect"), is_vip=pl.lit(False))
            .collect()
        )
        successors = stocktake.successors_by(self.facts.stores, self.facts.as_of)
        recipients = self.facts.recipients.select(
            "customer_id",
            pl.col("home_store_id").replace(successors),
            status=pl.lit("prospect"),
            is_vip=pl.lit(False),
        )
        rows = (
            pl.concat([known, prospects, recipients])
            .join(chain_sales, on="customer_id", how="left")
            .join(count.stake, on="customer_id", how="left")
        )
        everywhere = pl.concat([rows.with_columns(scope="home_store_id"), rows.with_columns(scope=pl.lit(CHAIN))])
        return (
            everywhere.group_by("scope", "status")
            .agg(
                customers=pl.len(),
                vips=pl.col("is_vip").sum(),
                net_sales_12m=pl.col("net_sales_12m").sum(),
                value_at_stake=pl.col("value_at_stake").sum(),
            )
            .sort("scope", "status")
        )

    def _care_rows(self, homes: pl.DataFrame) -> pl.DataFrame:
        return self.plan.care.join(homes, on="customer_id", how="inner").sort(
            "is_missed", "due_on", "is_vip", "kind", "customer_id", descending=[False, False, True, False, False]
        )

    def _completeness(self) -> pl.DataFrame:
        """One row per scope: of the base, how many have each field of the customer file."""
        consents = ["consent_phone", "consent_wechat", "consent_sms", "consent_email"]
        base = (
            self.count.status.filter("in_base")
            .select("customer_id", "home_store_id")
            .join(self.facts.file.drop("home_store_id"), on="customer_id", how="left")
            .join(self.facts.referred.select("customer_id", brought_by="referrer_id"), on="customer_id", how="left")
            .join(self.plan.owners.select("customer_id", looked_after_by="associate_id"), on="customer_id", how="left")
        )
        fields = {
            "phone": pl.col("phone").is_not_null(),
            "consent": pl.any_horizontal(pl.col(consents).fill_null(False)),
            "birthday": pl.col("birthday").is_not_null(),
            "anniversary": pl.col("anniversary").is_not_null(),
            "district": pl.col("district").is_not_null() | pl.col("address").is_not_null(),
            "occupation": pl.col("occupation").is_not_null(),
            "interests": pl.col("interests").is_not_null(),
            "associate": pl.col("looked_after_by").is_not_null(),
            "referrer": pl.col("brought_by").is_not_null(),
        }
        everywhere = pl.concat([base.with_columns(scope="home_store_id"), base.with_columns(scope=pl.lit(CHAIN))])
        return (
            everywhere.group_by("scope")
            .agg(customers=pl.len(), **{name: known.sum() for name, known in fields.items()})
            .sort("scope")
        )

    def _vips(self) -> pl.DataFrame:
        facts = self.facts
        top = value.top_of_year(facts.days, as_of=facts.as_of, most=10)
        recent = facts.products_bought.lazy().filter(pl.col("business_date") >= window_start(facts.as_of, 24))
        ids = top.select("customer_id").unique()
        known = vip_knowledge(facts, self.count, ids)
        dates = (
            pl.concat(
                [
                    care.own_dates(
                        facts.file.lazy(), first=facts.month.next.first_day, last=facts.month.plus(12).last_day
                    ),
                    care.gift_days(
                        facts.gifts.lazy(), first=facts.month.next.first_day, last=facts.month.plus(12).last_day
                    ),
                ]
            )
            .join(ids, on="customer_id", how="semi")
            .sort("due_on", "kind")
            .unique(subset="customer_id", keep="first", maintain_order=True)
            .select("customer_id", next_date_kind="kind", next_date_on="due_on", next_date_is_lunar="is_lunar")
        )
        cause = self.numbers.leaving.silent.lazy().select("customer_id", "evidence", cause="lapse_reason")
        joined = top
        for part in (known, vip.favourites(recent, facts.products.lazy()), dates, cause, self.count.stated.lazy()):
            joined = joined.join(part, on="customer_id", how="left", validate="m:1")
        return joined.sort("scope", "rank").collect()

    # ---- one scope

    def reviews(self) -> list[Review]:
        scopes = scopes_of(self.facts)
        stores = {scope: self._review(scope) for scope in scopes if scope != CHAIN}
        chain = replace(
            self._review(CHAIN),
            stores=tuple(self._store_row(stores[scope]) for scope in stores),
            leaving=self.leaving.of(CHAIN, list(stores.values())),
            proposals=self._proposals(),
            shared_keys=self._shared_keys(),
            decisions=self._decisions(),
        )
        return [chain, *stores.values()]

    def _review(self, scope: str) -> Review:
        issue, facts = self.issue, self.facts
        is_chain = scope == CHAIN
        store = self.stores.get(scope, {})
        figures = self._figures(scope)
        actions = () if is_chain else self._actions(scope)
        return Review(
            scope=Scope(
                "chain" if is_chain else "store",
                None if is_chain else scope,
                issue.chain_name if is_chain else store.get("name") or scope,
                store.get("region"),
            ),
            chain_name=issue.chain_name,
            month=str(facts.month),
            as_of=facts.as_of,
            known_at=issue.known_at,
            time_zone=issue.time_zone,
            currency=issue.currency,
            locale=issue.locale,
            manifest_id=issue.manifest_id,
            version=issue.version,
            figures=figures,
            stocktake=self._stocktake(scope),
            statuses=self._statuses(scope),
            value_classes=self._value_classes(scope),
            value_class_moves=tuple(
                ValueClassMove(row["from_class"], row["to_class"], row["customers"])
                for row in self.moves.get(scope, [])
            ),
            attitudes=self._attitudes(scope),
            pareto=tuple(ParetoPoint(row["customers_share"], row["sales_share"]) for row in self.pareto.get(scope, [])),
            vips=self._vip_rows(scope, figures),
            vip_answers=self._vip_answers(scope, figures),
            care=() if is_chain else tuple(self._care_date(row) for row in self.care.get(scope, [])),
            actions=actions,
            associates=() if is_chain else self._associates(scope),
            stores=(),
            files=self._files(scope),
            money=self._money(scope),
            completeness=self._completeness_rows(scope),
            absent_tables=issue.absent_tables,
            leaving=None if is_chain else self.leaving.of(scope),
            churn=self.numbers.churn.summary,
            referral=self.voices.referral(scope),
            voices=self.voices.voices(scope),
            people=people_and_opportunity.page_of(
                self.numbers.people, scope, self._person, self._associate_name,
                {name: figure.value for name, figure in figures.items()},
            ),
            outcomes=self.told.by_kind(scope),
            outcomes_by_associate=() if is_chain else self.told.by_associate(scope),
            came_back=() if is_chain else self.told.came_back(scope, self._person),
            effects=self.told.effects,
            held_out=() if is_chain else self.told.held_out(scope),
            ingredients=self._ingredients(scope, figures),
        )  # fmt: skip

    def _ingredients(self, scope: str, figures: Mapping[str, Figure]) -> dict[str, Value]:
        """What the formulas are over; what is a metric itself is as the metric has it (new customers of a young chain)."""
        counted = self.ingredients.get(scope, {})
        return {
            name: figures[name].value if name in figures and METRICS[name].formula == name else counted.get(name)
            for metric in METRICS.values()
            for name in metric.ingredients
        }

    def _figures(self, scope: str) -> dict[str, Figure]:
        by_month = self.values.get(scope, {})
        month = self.facts.month
        now = by_month.get(str(month), {})
        months = [month.plus(step) for step in range(-12, 1)]
        figures: dict[str, Figure] = {}
        for name in METRICS:
            history = tuple(by_month.get(str(m), {}).get(name) for m in months)
            current: Value = now.get(name)
            if name == "restated":
                printed = self.issue.printed_closings.get(scope)
                opening = now.get("opening_base")
                current = None if printed is None or opening is None else printed - opening
                history = (None,) * 12 + (current,)
            before = [float(past) for past in history[:-1] if past is not None]
            low, high = _normal_range(before, history[:-1])
            figures[name] = Figure(
                name=name,
                value=current,
                last_month=history[-2],
                last_year=history[0],
                usual_low=low,
                usual_high=high,
                history=history if any(past is not None for past in history[:-1]) else (),
                n=now.get(f"{name}__n"),
                empty_reason=self._empty_reason(name) if current is None else None,
            )
        return figures

    def _empty_reason(self, name: str) -> str | None:
        if self.count.is_young and name in ("new_customers", "referral_rate"):
            return "short_history"
        if name == "referral_rate" and self.facts.referred.is_empty():
            return "no_referral_file"
        if name in CONTACT_METRICS and self.facts.contacts.is_empty():
            return "no_contacts_file"
        return METRICS[name].empty

    def _stocktake(self, scope: str) -> tuple[StocktakeRow, ...]:
        empty = dict.fromkeys(TERMS, 0)
        rows = []
        populations: tuple[tuple[Literal["all", "vip"], dict[str, dict[str, Any]]], ...] = (
            ("all", self.stocktake),
            ("vip", self.stocktake_vip),
        )
        for population, counted in populations:
            terms = {key: number for key, number in counted.get(scope, empty).items() if key != "scope"}
            rows.append(StocktakeRow(population, **terms))
        return tuple(rows)

    def _statuses(self, scope: str) -> tuple[StatusRow, ...]:
        found = {row["status"]: row for row in self.statuses.get(scope, [])}
        return tuple(
            StatusRow(
                status,
                found[status]["customers"] if status in found else 0,
                found[status]["vips"] if status in found else 0,
                found[status]["net_sales_12m"] if status in found else Decimal("0.00"),
                found[status]["value_at_stake"] if status in found else Decimal("0.00"),
            )
            for status in STATUS
        )

    def _value_classes(self, scope: str) -> tuple[ValueClassRow, ...]:
        rows = {row["value_class"]: row for row in self.classes.get(scope, [])}
        before: dict[str, int] = {}
        for row in self.moves.get(scope, []):
            before[row["from_class"]] = before.get(row["from_class"], 0) + row["customers"]
        customers = sum(row["customers"] for row in rows.values())
        sales = sum((row["net_sales_12m"] for row in rows.values()), Decimal(0))
        return tuple(
            ValueClassRow(
                letter,
                rows[letter]["customers"] if letter in rows else 0,
                before.get(letter, 0),
                rows[letter]["net_sales_12m"] if letter in rows else Decimal("0.00"),
                rows[letter]["customers"] / customers if letter in rows else (0.0 if customers else None),
                float(rows[letter]["net_sales_12m"] / sales) if letter in rows else (0.0 if sales else None),
            )
            for letter in VALUE_CLASS
            if letter != "none"
        )

    def _attitudes(self, scope: str) -> tuple[AttitudeRow, ...]:
        rows = {row["attitude"]: row for row in self.attitudes.get(scope, [])}
        total = sum(row["customers"] for row in rows.values())
        return tuple(
            AttitudeRow(
                code,
                rows[code]["customers"] if code in rows else 0,
                (rows[code]["customers"] / total if code in rows else 0.0) if total else None,
                rows[code]["net_sales_12m"] if code in rows else Decimal("0.00"),
            )
            for code in ATTITUDE
            if code != "not_seen"  # a buyer of the last 12 months has been seen
        )

    def _person(self, customer_id: str, *, with_phone: bool = True) -> Person:
        file, label = self.on_file.get(customer_id, {}), self.label.get(customer_id, {})
        member_id = file.get("member_id") or label.get("member_id")
        phone = file.get("phone") or label.get("phone")
        return Person(
            customer_id,
            masked_name(file.get("name"), member_id, customer_id),
            phone_tail(phone) if with_phone else None,
        )

    def _associate_name(self, customer_id: str) -> str | None:
        return self.associate_names.get(self.owner.get(customer_id, {}).get("associate_id") or "")

    def _vip_rows(self, scope: str, figures: Mapping[str, Figure]) -> tuple[VipRow, ...]:
        whole = figures["net_sales_ytd"].value
        rows = []
        for row in self.vips.get(scope, []):
            customer_id = row["customer_id"]
            file = self.on_file.get(customer_id, {})
            standing = self.status[customer_id]
            rows.append(
                VipRow(
                    rank=row["rank"],
                    person=self._person(customer_id, with_phone=scope != CHAIN),
                    net_sales_ytd=row["net_sales"],
                    share_of_store_ytd=float(row["net_sales"] / whole)
                    if isinstance(whole, Decimal) and whole > 0
                    else None,
                    purchases_ytd=row["purchases"],
                    average_ticket_ytd=_money(row["purchase_sales"] / row["purchases"]) if row["purchases"] else None,
                    last_purchase_on=standing["last_purchase_on"],
                    days_since_last_purchase=standing["days_since_last_purchase"],
                    status=standing["status"],
                    value_class=self.value_class.get((scope, customer_id)),
                    favourite_product=row["favourite_product"],
                    favourite_style=row["favourite_style"] or file.get("favourite_style"),
                    next_date_kind=row["next_date_kind"],
                    next_date_on=row["next_date_on"],
                    next_date_is_lunar=bool(row["next_date_is_lunar"]),
                    associate_name=self._associate_name(customer_id),
                    district=file.get("district"),
                    occupation=file.get("occupation"),
                    interests=file.get("interests"),
                    anniversary=file.get("anniversary"),
                    known=tuple(question for question in KNOWLEDGE_QUESTIONS if row[question]),
                )
            )
        return tuple(rows)

    def _vip_answers(self, scope: str, figures: Mapping[str, Figure]) -> tuple[VipAnswer, ...]:
        """V4–V10 of the ten as a whole, each with its source and day."""
        rows = self.vips.get(scope, [])
        if not rows:
            return ()
        as_of = self.facts.as_of
        dossiers = self._vip_rows(scope, figures)
        visitor = max(dossiers, key=lambda row: (row.purchases_ytd, -row.rank))
        spender = max(dossiers, key=lambda row: (row.average_ticket_ytd or Decimal(0), -row.rank))
        absent = max(dossiers, key=lambda row: (row.days_since_last_purchase, -row.rank))
        told = next(row for row in rows if row["customer_id"] == absent.person.customer_id)
        cause, by_complaint = told["cause"], str(told["evidence"]).startswith("complaint_")
        is_late = absent.status in ("at_risk", "lapsed")
        asked = len(rows)

        def stated(question: str, column: str) -> VipAnswer:
            said = [row for row in rows if row[column] is not None]
            if not said:
                return VipAnswer(question, "unknown", {}, "none", None)
            answers: dict[str, Param] = {"answered": len(said), "asked": asked}
            if column == "share_of_wallet":
                answers["median_share"] = _median([row[column] for row in said])
            else:
                answers["top_answer"] = _most_common(row[column] for row in said)
            return VipAnswer(question, question, answers, "survey", max(row["said_on"] for row in said))

        v6: dict[str, Param] = {
            "person": absent.person.masked_name,
            "days": absent.days_since_last_purchase,
            "cause": cause if is_late else None,
        }
        return (
            VipAnswer(
                "v4", "v4",
                {
                    "top10_share": figures["top10_share_ytd"].value,
                    "top50_share": figures["top50_share_ytd"].value,
                    "customers": rows[0]["ranked"],
                },
                "receipts", as_of,
            ),
            VipAnswer(
                "v5", "v5",
                {
                    "visitor": visitor.person.masked_name,
                    "visits": visitor.purchases_ytd,
                    "spender": spender.person.masked_name,
                    "average_ticket": spender.average_ticket_ytd,
                },
                "receipts", as_of,
            ),
            VipAnswer("v6", "v6", v6, "complaint" if is_late and by_complaint else "receipts", as_of),
            stated("v7", "likes"),
            stated("v8", "share_of_wallet"),
            stated("v9", "dislikes"),
            VipAnswer("v10", "unknown", {}, "none", None),
        )  # fmt: skip

    def _care_date(self, row: dict[str, Any]) -> CareDate:
        params: dict[str, Param] = {}
        kind = row["kind"]
        if kind in ("thank_you", "call_after_3_days", "three_weeks", "three_months"):
            params = {"product": row["product"], "bought_on": row["trigger_on"]}
        elif kind == "gift_day":
            params = {
                "recipient": _masked_other(row["recipient"]),
                "occasion": row["occasion"],
                "last_year_on": row["trigger_on"],
                "product": row["product"],
            }
        elif kind == "anniversary":
            params = {"on": row["due_on"], "years": row["due_on"].year - row["trigger_on"].year}
        elif kind == "birthday":
            params = {"on": row["due_on"], "is_lunar": bool(row["is_lunar"]), "lunar_text": row["lunar_text"]}
        elif kind == "long_absent":
            params = {"last_purchase_on": row["trigger_on"], "days_since": (row["due_on"] - row["trigger_on"]).days}
        return CareDate(
            due_on=row["due_on"],
            kind=kind,
            person=self._person(row["customer_id"]),
            associate_name=self.associate_names.get(row["associate_id"] or ""),
            is_vip=row["is_vip"],
            is_lunar=bool(row["is_lunar"]),
            lunar_text=row["lunar_text"],
            params=params,
            missed=row["is_missed"],
        )

    def _actions(self, scope: str) -> tuple[Action, ...]:
        return tuple(self._action(row) for row in self.actions.get(scope, []) if not row["is_beyond"])

    def _action(self, row: dict[str, Any]) -> Action:
        customer_id = row["customer_id"]
        file, label = self.on_file.get(customer_id, {}), self.label.get(customer_id, {})
        return Action(
            action_id=action_id(self.issue.chain_key, customer_id, row["kind"], row["trigger_on"]),
            associate_id=row["associate_id"],
            associate_name=self.associate_names.get(row["associate_id"] or ""),
            person=self._person(customer_id),
            kind=row["kind"],
            due_on=row["due_on"],
            reason_code=row["reason_code"],
            reason=self._reason(row),
            channel=row["channel"],
            value_at_stake=row["value_at_stake"],
            is_vip=row["is_vip"],
            is_promised=row["is_promised"],
            uses_capacity=row["uses_capacity"],
            contact_name=file.get("name"),
            contact_phone=file.get("phone") or label.get("phone"),
        )

    def _reason(self, row: dict[str, Any]) -> dict[str, Param]:
        other = row["other_customer_id"]
        other_name = self._person(other).masked_name if other else None
        match row["kind"]:
            case "answer_complaint":
                return {"cause": row["cause"], "severity": row["severity"], "received_on": row["trigger_on"],
                        "days_open": row["days_since"]}  # fmt: skip
            case "thank_referrer":
                return {"referred": other_name, "bought_on": row["trigger_on"]}
            case "welcome_referred":
                return {"referrer": other_name, "bought_on": row["trigger_on"]}
            case "birthday":
                return {"on": row["due_on"], "is_lunar": bool(row["is_lunar"]), "lunar_text": row["lunar_text"],
                        "age_known": False}  # fmt: skip
            case "anniversary":
                return {"on": row["due_on"], "years": row["due_on"].year - row["trigger_on"].year}
            case "gift_day":
                return {"recipient": _masked_other(row["recipient"]), "occasion": row["occasion"],
                        "last_year_on": row["trigger_on"], "product": row["product"]}  # fmt: skip
            case "visit_top_spender":
                return {"rank": row["rank"], "net_sales": row["net_sales_before"]}
            case "ask_vip":
                return {"question": row["question"], "rank": row["rank"]}
            case "win_back":
                standing = self.status[row["customer_id"]]
                return {
                    "status": standing["status"],
                    "days_since": row["days_since"],
                    "own_gap_days": round(standing["own_gap_days"]),
                    "last_product": self._last_product(row["customer_id"]),
                    "last_purchase_on": row["trigger_on"],
                    "net_sales_before": row["net_sales_before"],
                    **self.leaving.why_and_need(row["customer_id"]),
                }
            case "long_absent":
                return {"days_since": row["days_since"], "last_purchase_on": row["trigger_on"]}
            case _:
                return {"product": row["product"], "bought_on": row["trigger_on"]}

    def _last_product(self, customer_id: str) -> str | None:
        if not hasattr(self, "_last_products"):
            latest = (
                vip.last_products(self.facts.products_bought.lazy(), self.facts.products.lazy())
                .group_by("customer_id")
                .agg(pl.col("product").sort_by("business_date").last())
                .collect()
            )
            self._last_products: dict[str, str] = dict(latest.iter_rows())
        return self._last_products.get(customer_id)

    def _associates(self, scope: str) -> tuple[Associate, ...]:
        rows = self.actions.get(scope, [])
        ids = sorted({row["associate_id"] for row in rows}, key=lambda a: (a is None, a or ""))
        return tuple(
            Associate(
                associate_id=associate,
                name=self.associate_names.get(associate or ""),
                capacity=self.capacities.get(associate or "") or self.rules.capacity,
                actions=sum(row["associate_id"] == associate and not row["is_beyond"] for row in rows),
                personal_contacts=sum(
                    row["associate_id"] == associate and not row["is_beyond"] and row["uses_capacity"] for row in rows
                ),
                beyond_capacity=sum(row["associate_id"] == associate and row["is_beyond"] for row in rows),
            )
            for associate in ids
        )

    def _files(self, scope: str) -> tuple[FileRow, ...]:
        """The files behind the month: order files with rows of it (of this store), and every other file."""
        landings = self.facts.store_landings
        if scope != CHAIN:
            landings = landings.filter(pl.col("store_id") == scope)
        rested_on = set(landings["landing_id"].to_list())
        return tuple(
            FileRow(
                row["file_name"], row["source"], row["table_name"], row["rows_in"], row["rows_accepted"],
                row["rows_quarantined"], row["rows_duplicate"],
                row["net_sales"] if row["table_name"] == "order_lines" else None,
            )
            for row in self.ledger.iter_rows(named=True)
            if row["landing_id"] in rested_on or row["table_name"] not in ("order_lines", IDENTITY_DECISIONS)
        )  # fmt: skip

    def _money(self, scope: str) -> tuple[MoneyRow, ...]:
        scopes: Iterable[str] = self.money if scope == CHAIN else [scope]
        lines: dict[str, int] = {}
        amounts: dict[str, Decimal] = {}
        for store in scopes:
            for row in self.money.get(store, []):
                lines[row["line_kind"]] = lines.get(row["line_kind"], 0) + row["lines"]
                amounts[row["line_kind"]] = amounts.get(row["line_kind"], Decimal("0.00")) + row["amount"]
        return tuple(
            MoneyRow(kind, lines[kind], amounts[kind], kind in SALES_KINDS) for kind in LINE_KIND if kind in lines
        )

    def _completeness_rows(self, scope: str) -> tuple[CompletenessRow, ...]:
        rows = self.completeness.get(scope, [])
        return tuple(
            CompletenessRow(name, known, rows[0]["customers"])
            for name, known in (rows[0].items() if rows else ())
            if name not in ("scope", "customers")
        )

    # ---- who is one person

    def _proposals(self) -> tuple[Proposal, ...]:
        return tuple(
            Proposal(
                first=self._person(row["customer_id"], with_phone=False),
                second=self._person(row["other_id"], with_phone=False),
                evidence=tuple(row["evidence"]),
                parcels=row["parcels"],
                parcels_all=row["parcels_all"],
                net_sales_first=row["net_sales"],
                net_sales_second=row["other_net_sales"],
            )
            for row in self.facts.proposals.iter_rows(named=True)
        )

    def _shared_keys(self) -> tuple[SharedKey, ...]:
        return tuple(
            SharedKey(row["key"], masked_key(row["key"], row["value"]), row["reason"], row["customers"])
            for row in self.facts.identity.shared.iter_rows(named=True)
        )

    def _decisions(self) -> tuple[Decision, ...]:
        """Decisions taken since the month began (on the chain's calendar), in their order."""
        day = pl.col("decided_at").dt.replace_time_zone("UTC").dt.convert_time_zone(self.issue.time_zone).dt.date()
        taken = (
            self.facts.decisions.with_columns(decided_on=day)
            .filter(pl.col("decided_on") >= self.facts.month.first_day)
            .sort("landing_no", "decision_id")
            .unique("decision_id", keep="first", maintain_order=True)
        )
        id_of = dict(self.facts.keys.iter_rows())

        def sides(left: int, right: int) -> tuple[Person, Person]:
            """Both, the second under the id it had when a merge has made them one."""
            first, second = (self._person(id_of.get(key, f"c{key:016x}"), with_phone=False) for key in (left, right))
            return first, replace(second, customer_id=f"c{right:016x}") if first == second else second

        people_of = {row["decision_id"]: sides(row["left_key"], row["right_key"]) for row in taken.to_dicts()}
        return tuple(
            Decision(
                decision_id=row["decision_id"],
                verb=row["verb"],
                decided_on=row["decided_on"],
                first=people_of[row["decision_id"]][0],
                second=people_of[row["decision_id"]][1],
                net_sales_first=row["left_net_sales"],
                net_sales_second=row["right_net_sales"],
                holds=row["decision_id"] in self.facts.identity.in_force,
            )
            for row in taken.iter_rows(named=True)
        )

    def _store_row(self, review: Review) -> StoreRow:
        figures, counted = review.figures, review.stocktake[0]
        return StoreRow(
            store_id=review.scope.store_id or "",
            name=review.scope.name,
            region=review.scope.region,
            net_sales=_decimal(figures["net_sales"].value),
            net_sales_last_year=_decimal_or_none(figures["net_sales"].last_year),
            net_sales_history=figures["net_sales"].history,
            opening_base=counted.opening_base,
            first_seen=counted.first_seen,
            new_customers=counted.new_customers,
            won_back=counted.won_back,
            newly_lapsed=counted.newly_lapsed,
            moved_in=counted.moved_in,
            moved_out=counted.moved_out,
            closing_base=counted.closing_base,
            at_risk=next(row.customers for row in review.statuses if row.status == "at_risk"),
            customers_a=review.value_classes[0].customers,
            repeat_rate_180d=_share(figures["repeat_rate_180d"].value),
            repeat_rate_n=figures["repeat_rate_180d"].n or 0,
            referral_rate=_share(figures["referral_rate"].value),
            identified_share=_share(figures["identified_share"].value),
            serialisation_index=_share(figures["serialisation_index"].value),
            top10_share_ytd=_share(figures["top10_share_ytd"].value),
            care_done_share=_share(figures["care_done_share"].value),
            actions=len(review.actions),
            value_at_stake=_decimal(figures["value_at_stake"].value),
        )


def _normal_range(before: Sequence[float], kind_of: Sequence[Value]) -> tuple[Value, Value]:
    """10th and 90th percentile (linear) of the months before, None with fewer than six; money stays Decimal."""
    if len(before) < MONTHS_FOR_NORMAL_RANGE:
        return None, None
    ordered = sorted(before)

    def percentile(share: float) -> float:
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (ordered[above] - ordered[below]) * (place - below)

    low, high = percentile(0.1), percentile(0.9)
    if any(isinstance(past, Decimal) for past in kind_of):
        return _money(Decimal(str(low))), _money(Decimal(str(high)))
    return low, high


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def _decimal(amount: Value) -> Decimal:
    return amount if isinstance(amount, Decimal) else Decimal("0.00")


def _decimal_or_none(amount: Value) -> Decimal | None:
    return amount if isinstance(amount, Decimal) else None


def _share(amount: Value) -> float | None:
    return None if amount is None else float(amount)


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _most_common(values: Iterable[str]) -> str:
    counted: dict[str, int] = {}
    for text in values:
        counted[text] = counted.get(text, 0) + 1
    return min(counted, key=lambda text: (-counted[text], text))


def _masked_other(name: str | None) -> str | None:
    """A recipient's masked name; they are prospects, not customers, and have no id of their own."""
    return masked_name(name, None, "c") if name else None
