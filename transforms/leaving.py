"""Page 4: who is leaving, why, what they will need, and whether care makes a difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from schemas.columns import MONEY
from schemas.disclosure import FEWEST_SHOWN
from schemas.leaving import LapseReasonRow, LapseShareRow, Leaving, LeavingRow, LeavingStoreRow
from schemas.page_values import Param, Person
from schemas.review import Review
from schemas.rules import Rules
from schemas.segments import CHAIN, LAPSE_REASON
from transforms import lapse, next_need, people, stocktake
from transforms.facts import Facts
from transforms.figures import MonthCount
from transforms.intervals import wilson_95
from transforms.privacy import masked_name

LISTED = 10
"""So many customers stand on the page and in review.json, the most value at stake first; the counts are of all."""


CONTACT_METRICS = ("care_coverage_90d", "lapse_share_contacted", "lapse_share_uncontacted")
"""Null where no contacts are logged at all."""


@dataclass(frozen=True)
class LeavingNumbers:
    """What page 4 is dealt out from."""

    silent: pl.DataFrame
    """One row per customer at risk or lapsed, whenever: EVIDENCE_COLUMNS, home_store_id, is_recent, let_go."""
    recent: pl.DataFrame
    """One row per customer at risk or lapsed within the last 12 months, with class, stake, chance and next need, as listed."""
    reasons: pl.DataFrame
    """One row per scope and reason of those: at_risk, lapsed_12m, value_at_stake."""
    ingredients: pl.DataFrame
    """One row per scope with any of them: the ingredients of the metrics of page 4 that have no history."""


def leaving_numbers(facts: Facts, count: MonthCount, rules: Rules, predicted: pl.DataFrame) -> LeavingNumbers:
    """What page 4 says at the month's end. `predicted`: one row per customer, `buy_again_3m` (schemas.churn.CHURN_COLUMNS)."""
    status, file, contacts = count.status.lazy(), facts.file.lazy(), facts.contacts.lazy()
    purchases = facts.chain_purchases()
    reach = people.reach(file, on=facts.as_of)
    silent = lapse.silent_customers(status, purchases).collect().lazy()
    reasons = lapse.lapse_reasons(
        silent, file=file, reach=reach, homes=status, complaints=facts.complaints.lazy(), surveys=facts.surveys.lazy(),
        contacts=contacts, purchases=purchases, products_bought=facts.products_bought.lazy(),
        products=facts.products.lazy(), rules=rules,
    )  # fmt: skip
    gone = lapse.let_go(silent, file, contacts, as_of=facts.as_of, rules=rules).with_columns(let_go=pl.lit(True))
    told = (
        silent.select("customer_id", "status", "home_store_id")
        .join(reasons, on="customer_id", how="left", validate="1:1")
        .join(gone, on="customer_id", how="left", validate="1:1")
        .join(lapse.recently_silent(status, as_of=facts.as_of), on="customer_id", how="left", validate="1:1")
        .with_columns(pl.col("let_go", "is_recent").fill_null(False))
        .sort("customer_id")
        .collect()
    )
    recent = _recent(facts, count, told.filter("is_recent").lazy(), predicted.lazy()).collect()
    everywhere = pl.concat([recent.with_columns(scope="home_store_id"), recent.with_columns(scope=pl.lit(CHAIN))])
    by_reason = (
        everywhere.group_by("scope", "lapse_reason")
        .agg(
            at_risk=(pl.col("status") == "at_risk").sum().cast(pl.Int64),
            lapsed_12m=(pl.col("status") == "lapsed").sum().cast(pl.Int64),
            value_at_stake=pl.col("value_at_stake").sum().cast(MONEY),
        )
        .sort("scope", "lapse_reason")
    )
    counted = everywhere.group_by("scope").agg(
        leaving_customers=pl.len().cast(pl.Int64),
        leaving_with_reason=(pl.col("lapse_reason") != "unknown").sum().cast(pl.Int64),
        let_go=pl.col("let_go").sum().cast(pl.Int64),
    )
    ingredients = counted
    for part in (_coverage(facts, count, rules), _lapsed_after_contact(facts, count, reach, rules)):
        ingredients = ingredients.join(part, on="scope", how="full", coalesce=True)
    return LeavingNumbers(told, recent, by_reason, ingredients.sort("scope"))


def with_leaving(ingredients: pl.LazyFrame, leaving: LeavingNumbers) -> pl.LazyFrame:
    """`ingredients` (one row per scope) with those of page 4; who is in no count is counted 0, what is not known stays null."""
    counts = ("leaving_customers", "leaving_with_reason", "let_go")
    return ingredients.join(leaving.ingredients.lazy(), on="scope", how="left", validate="1:1").with_columns(
        pl.col(counts).fill_null(0)
    )


def _recent(facts: Facts, count: MonthCount, told: pl.LazyFrame, predicted: pl.LazyFrame) -> pl.LazyFrame:
    status = count.status.lazy().select(
        "customer_id", "last_purchase_on", "days_since_last_purchase", "own_gap_days", "purchases"
    )
    of = status.join(told.select("customer_id"), on="customer_id", how="semi")
    needs = next_need.next_needs(
        of, facts.gifts.lazy(), facts.products_bought.lazy(), facts.products.lazy(), as_of=facts.as_of
    )
    classes = count.classes.lazy().filter(pl.col("scope") == CHAIN).select("customer_id", "value_class")
    joined = told
    for part in (of, count.stake.lazy(), needs, classes, predicted.select("customer_id", "buy_again_3m")):
        joined = joined.join(part, on="customer_id", how="left", validate="1:1")
    return joined.with_columns(pl.col("value_at_stake").fill_null(0).cast(MONEY)).sort(
        "let_go", "value_at_stake", "days_since_last_purchase", "customer_id", descending=[False, True, False, False]
    )


def _with_chain(rows: pl.LazyFrame, **sums: pl.Expr) -> pl.DataFrame:
    """`sums` by home store, and over everybody for the chain."""
    both = pl.concat([rows.with_columns(scope="home_store_id"), rows.with_columns(scope=pl.lit(CHAIN))])
    return both.group_by("scope").agg(**{name: total.cast(pl.Int64) for name, total in sums.items()}).collect()


def _contacted(contacts: pl.LazyFrame, *, on: date, days: int) -> pl.LazyFrame:
    """The customers with a logged contact in the `days` days up to and including `on`."""
    contact_on = pl.col("contacted_at").dt.date()
    since = pl.lit(on) - pl.duration(days=days)
    return contacts.filter((contact_on <= on) & (contact_on > since)).select("customer_id").unique()


def _coverage(facts: Facts, count: MonthCount, rules: Rules) -> pl.DataFrame:
    """One row per scope: customers of the base who are A or B in the chain, or at risk, and those of them with a contact."""
    best = count.classes.lazy().filter((pl.col("scope") == CHAIN) & pl.col("value_class").is_in(["A", "B"]))
    contacted = _contacted(facts.contacts.lazy(), on=facts.as_of, days=rules.care_days)
    rows = (
        count.status.lazy()
        .filter("in_base")
        .join(best.select("customer_id", is_best=pl.lit(True)), on="customer_id", how="left", validate="1:1")
        .filter(pl.col("is_best").fill_null(False) | (pl.col("status") == "at_risk"))
        .join(contacted.with_columns(is_contacted=pl.lit(True)), on="customer_id", how="left", validate="1:1")
    )
    if facts.contacts.is_empty():  # nothing is logged at all: not known, which is not "nobody"
        return _with_chain(rows.clear(), to_care_for=pl.len(), cared_for_90d=pl.len())
    return _with_chain(rows, to_care_for=pl.len(), cared_for_90d=pl.col("is_contacted").fill_null(False).sum())


def _lapsed_after_contact(facts: Facts, count: MonthCount, reach: pl.LazyFrame, rules: Rules) -> pl.DataFrame:
    """One row per scope (the home of 12 months ago): of the base then who can be contacted, with and without a contact in
    the 90 days up to then, how many are lapsed now. No rows unless contacts were logged 90 days before that day."""
    then = facts.month.plus(-12).last_day
    began = facts.contacts["contacted_at"].min()
    standing = stocktake.standing(
        facts.purchase_facts.lazy(), then, stocktake.successors_by(facts.stores, then)
    ).filter(~pl.col("is_lapsed"))  # fmt: skip
    contacted = _contacted(facts.contacts.lazy(), on=then, days=rules.care_days).with_columns(contacted=pl.lit(True))
    lapsed = count.status.lazy().select("customer_id", is_lapsed_now=pl.col("status") == "lapsed")
    rows = (
        standing.select("customer_id", "home_store_id")
        .join(reach.filter("may_contact"), on="customer_id", how="semi")
        .join(contacted, on="customer_id", how="left", validate="1:1")
        .join(lapsed, on="customer_id", how="left", validate="1:1")
        .with_columns(pl.col("contacted").fill_null(False))
    )
    logged_by_then = began is not None and began.date() <= _days_before(then, rules.care_days)  # type: ignore[union-attr]
    with_contact, lapsed_now = pl.col("contacted"), pl.col("is_lapsed_now")
    return _with_chain(
        rows if logged_by_then else rows.clear(),
        base_contacted_12m_ago=with_contact.sum(),
        lapsed_of_contacted=(with_contact & lapsed_now).sum(),
        base_uncontacted_12m_ago=with_contact.not_().sum(),
        lapsed_of_uncontacted=(with_contact.not_() & lapsed_now).sum(),
    )


def _days_before(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() - days)


# ---- dealt out


class LeavingDealer:
    """Deals the numbers out: page 4 of one scope."""

    def __init__(
        self,
        numbers: LeavingNumbers,
        person: Callable[..., Person],
        associate_name: Callable[[str], str | None],
    ) -> None:
        self.numbers, self.person, self.associate_name = numbers, person, associate_name
        self._place = {customer_id: at for at, customer_id in enumerate(numbers.recent["customer_id"])}
        self.rows: dict[str, list[dict[str, Any]]] = {}
        for row in numbers.recent.group_by("home_store_id", maintain_order=True).head(LISTED).iter_rows(named=True):
            self.rows.setdefault(row["home_store_id"], []).append(row)
        self.reasons: dict[str, dict[str, dict[str, Any]]] = {}
        for row in numbers.reasons.iter_rows(named=True):
            self.reasons.setdefault(row["scope"], {})[row["lapse_reason"]] = row
        self.counts = {row["scope"]: row for row in numbers.ingredients.iter_rows(named=True)}

    def of(self, scope: str, stores: Sequence[Review] = ()) -> Leaving:
        """Page 4 of the scope; of the chain with its `stores`."""
        counts = self.counts.get(scope, {})
        return Leaving(
            customers=counts.get("leaving_customers") or 0,
            let_go=counts.get("let_go") or 0,
            rows=tuple(self._row(row) for row in self.rows.get(scope, [])),
            reasons=self._reasons(scope),
            lapse_shares=self._lapse_shares(counts),
            stores=self._stores(stores),
        )

    def why_and_need(self, customer_id: str) -> dict[str, Param]:
        """Why a customer at risk or lapsed of late stays away and what they will need next, by the names of a reason's
        parameters; nothing of others."""
        at = self._place.get(customer_id)
        if at is None:
            return {}
        row = self.numbers.recent.row(at, named=True)
        need = {"on": row["next_need_on"], "category": row["next_need_category"], **_need_params(row)}
        return {
            "lapse_reason": row["lapse_reason"],
            "evidence": row["evidence"],
            **{f"evidence_{name}": value for name, value in evidence_params(row).items()},
            "next_need": row["next_need"],
            **{f"next_need_{name}": value for name, value in need.items()},
        }

    def _row(self, row: dict[str, Any]) -> LeavingRow:
        customer_id = row["customer_id"]
        return LeavingRow(
            person=self.person(customer_id),
            associate_name=self.associate_name(customer_id),
            status=row["status"],
            value_class=row["value_class"],
            days_since_last_purchase=row["days_since_last_purchase"],
            own_gap_days=round(row["own_gap_days"]),
            value_at_stake=row["value_at_stake"],
            buy_again_3m=row["buy_again_3m"],
            lapse_reason=row["lapse_reason"],
            evidence=row["evidence"],
            evidence_params=evidence_params(row),
            next_need=row["next_need"],
            next_need_on=row["next_need_on"],
            next_need_category=row["next_need_category"],
            next_need_params=_need_params(row),
            let_go=row["let_go"],
        )

    def _reasons(self, scope: str) -> tuple[LapseReasonRow, ...]:
        """One row per reason that anybody has, in the order of the rules; few people in the chain's are not told."""
        found = self.reasons.get(scope, {})
        people = {code: found[code]["at_risk"] + found[code]["lapsed_12m"] for code in LAPSE_REASON if code in found}
        hidden = {code for code, n in people.items() if scope == CHAIN and n < FEWEST_SHOWN}
        if len(hidden) == 1 and len(people) > 1:  # the total would tell the only one
            hidden.add(min(people.keys() - hidden, key=lambda code: (people[code], code)))
        return tuple(
            LapseReasonRow(code, None, None, None)
            if code in hidden
            else LapseReasonRow(code, row["at_risk"], row["lapsed_12m"], row["value_at_stake"])
            for code, row in ((code, found[code]) for code in people)
        )

    def _lapse_shares(self, counts: Mapping[str, Any]) -> tuple[LapseShareRow, ...]:
        if counts.get("base_contacted_12m_ago") is None:
            return ()
        halves = (
            (True, counts["base_contacted_12m_ago"], counts["lapsed_of_contacted"]),
            (False, counts["base_uncontacted_12m_ago"], counts["lapsed_of_uncontacted"]),
        )
        return tuple(
            LapseShareRow(contacted, of, lapsed, lapsed / of, *wilson_95(lapsed, of))
            if of
            else LapseShareRow(contacted, 0, 0, None, None, None)
            for contacted, of, lapsed in halves
        )

    def _stores(self, stores: Sequence[Review]) -> tuple[LeavingStoreRow, ...]:
        rows = []
        for store in stores:
            figures, scope = store.figures, store.scope.store_id or ""
            known = [row for code, row in self.reasons.get(scope, {}).items() if code != "unknown"]
            main = max(known, key=lambda row: (row["at_risk"] + row["lapsed_12m"], row["lapse_reason"]), default=None)
            told = main if main and main["at_risk"] + main["lapsed_12m"] >= FEWEST_SHOWN else None
            rate, coverage = figures["lapse_rate"].value, figures["care_coverage_90d"]
            rows.append(
                LeavingStoreRow(
                    store_id=scope,
                    name=store.scope.name,
                    at_risk=int(figures["at_risk"].value or 0),
                    newly_lapsed=int(figures["newly_lapsed"].value or 0),
                    lapse_rate=None if rate is None else float(rate),
                    value_at_stake=figures["value_at_stake"].value,  # type: ignore[arg-type]
                    care_coverage_90d=None if coverage.value is None else float(coverage.value),
                    care_coverage_n=coverage.n or 0,
                    main_reason=told["lapse_reason"] if told else None,
                    main_reason_customers=told["at_risk"] + told["lapsed_12m"] if told else None,
                )
            )
        return tuple(sorted(rows, key=lambda row: (-row.value_at_stake, row.store_id)))


def evidence_params(row: Mapping[str, Any]) -> dict[str, Param]:
    """What the evidence of a row of EVIDENCE_COLUMNS is about, by the names that its sentence uses."""
    on, what = row["evidence_on"], row["what"]
    match row["evidence"]:
        case None | "moved_away_note":
            return {}
        case "moved_away_on_file":
            return {"on": on}
        case "complaint_unresolved" | "complaint_unsatisfied":
            return {"on": on, "cause": what}
        case "complaint_late":
            return {"on": on, "cause": what, "days": row["number"]}
        case "below_expectation":
            return {"on": on, "aspect": what, "expectation": row["expectation"], "experience": row["experience"]}
        case "dearer_after_promotion":
            return {"on": on, "category": what, "share": row["share"]}
        case "competitor_named":
            return {"on": on, "competitor": what, "source": row["before"]}
        case "category_drift":
            return {"on": on, "before": row["before"], "now": what, "purchases": row["number"]}
        case "no_contact":
            return {"on": on, "days": row["number"]}
        case code:
            raise ValueError(f"unknown evidence {code!r}")


def _need_params(row: Mapping[str, Any]) -> dict[str, Param]:
    if row["next_need"] != "gift_day":
        return {"share": row["next_need_share"]}
    recipient = masked_name(row["recipient"], None, "c") if row["recipient"] else None
    return {"recipient": recipient} | {name: row[name] for name in ("occasion", "product", "last_year_on")}
