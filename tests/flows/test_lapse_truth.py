"""Why customers left, as the sample's truth has it, against the reasons that the evidence in the files gives."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from flows.config import Workspace, read_settings
from flows.ingest import ingest
from flows.lake import Lake
from flows.month import known_ledger, month_facts
from flows.sample_chain import write_sample_chain
from schemas.period import Month
from schemas.segments import LAPSE_REASON
from transforms import lapse, people
from transforms.facts import Facts
from transforms.figures import MonthCount, month_count

MONTH = Month(2026, 10)
TRUE_REASON = {
    "moved_away": "outside_our_hands", "bad_service": "product_or_service", "product": "product_or_service",
    "price": "price", "competitor": "competitor", "taste": "taste", "lack_of_care": "lack_of_care", "natural": "unknown",
    "": "unknown",
}  # fmt: skip
ABOUT = {"service": "product_or_service", "quality": "product_or_service", "after-sales": "product_or_service",
         "price": "price", "style": "taste"}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    facts: Facts
    count: MonthCount
    reasons: pl.DataFrame
    truth: dict[str, dict[str, str]]
    """Customer id → row of customers_truth.csv."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("lapse") / "chain"
    write_sample_chain(folder, stores=4, months=30, customers=3000, language="en")
    space = Workspace(folder)
    settings = read_settings(space)
    ingest(space, settings, now=datetime(2026, 11, 2, 6, 0))
    lake = Lake(space.lake)
    known = known_ledger(lake, None)
    facts = month_facts(lake, known, settings, MONTH)
    count = month_count(facts, MONTH, settings.rules)
    purchases = facts.chain_purchases()
    status = count.status.lazy()
    reasons = lapse.lapse_reasons(
        lapse.silent_customers(status, purchases), file=facts.file.lazy(), homes=status,
        reach=people.reach(facts.file.lazy(), on=facts.as_of), complaints=facts.complaints.lazy(),
        surveys=facts.surveys.lazy(), contacts=facts.contacts.lazy(), purchases=purchases,
        products_bought=facts.products_bought.lazy(), products=facts.products.lazy(), rules=settings.rules,
    ).collect()  # fmt: skip
    buyers = lake.scan("buyers", known.ledger).join(facts.keys.lazy(), on="buyer_key").collect()
    with (folder / "truth" / "customers_truth.csv").open(encoding="utf-8", newline="") as file:
        people_of = {
            key: row
            for row in csv.DictReader(file)
            for key in (*row["member_ids"].split("|"), row["phone"], row["account"])
            if key
        }
    truth = {
        row["customer_id"]: people_of[key]
        for row in buyers.iter_rows(named=True)
        for key in (row["member_id"], row["phone"], row["account"])
        if key in people_of
    }
    return Sample(facts, count, reasons, truth)


def reasons_left_behind(sample: Sample) -> dict[str, str]:
    """Lapsed customer → the true reason where it left something in the files before they became overdue, else "unknown".

    In plain Python and wider than the rules: any complaint, any survey below expectation on the subject, any rival named.
    """
    facts = sample.facts
    said: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for row in facts.complaints.iter_rows(named=True):
        about = "price" if row["cause"] == "price" else "product_or_service"
        said[row["customer_id"]].append((row["received_at"].date(), about))
        if row["competitor"]:
            said[row["customer_id"]].append((row["received_at"].date(), "competitor"))
    for row in facts.surveys.iter_rows(named=True):
        day = row["answered_at"].date()
        if row["competitor"]:
            said[row["customer_id"]].append((day, "competitor"))
        if row["aspect"] in ABOUT and row["experience"] < row["expectation"]:
            said[row["customer_id"]].append((day, ABOUT[row["aspect"]]))
    contacts: dict[str, list[date]] = defaultdict(list)
    for customer_id, at in facts.contacts.select("customer_id", "contacted_at").iter_rows():
        contacts[customer_id].append(at.date())
    bought: dict[str, list[tuple[date, bool]]] = defaultdict(list)
    chain_days = facts.chain_purchases().sort("business_date").collect()
    for customer_id, day, promotion, sales in chain_days.select(
        "customer_id", "business_date", "promotion_sales", "sales"
    ).iter_rows():
        bought[customer_id].append((day, promotion >= sales))
    file = {row["customer_id"]: row for row in facts.file.iter_rows(named=True)}
    may = set(people.reach(facts.file.lazy(), on=facts.as_of).filter("may_contact").collect()["customer_id"])
    told = {}
    for row in sample.count.status.filter(pl.col("status") == "lapsed").iter_rows(named=True):
        customer_id = row["customer_id"]
        if customer_id not in sample.truth:
            continue
        person = sample.truth[customer_id]
        reason, cause_on = TRUE_REASON[person["leaving_cause"]], person["cause_on"]
        overdue = row["last_purchase_on"] + timedelta(days=int(row["overdue_after_days"]) + 1)
        days = bought[customer_id]
        heard = {about for day, about in said[customer_id] if overdue - timedelta(days=365) <= day < overdue}
        match reason:
            case "outside_our_hands":
                known = file.get(customer_id, {})
                moved = known.get("moved_away_on")
                left = (moved is not None and moved < overdue) or "moved" in (known.get("note") or "")
            case "price":
                dearer = cause_on > str(row["last_purchase_on"]) and cause_on < str(overdue)
                left = "price" in heard or (dearer and len(days) >= 3 and all(promotion for _, promotion in days[-3:]))
            case "taste":
                after = sum(str(day) >= cause_on for day, _ in days)
                left = "taste" in heard or (after >= 3 and len(days) - after >= 3)
            case "lack_of_care":
                spoken = any(overdue - timedelta(days=90) <= day < overdue for day in contacts[customer_id])
                left = customer_id in may and not spoken
            case _:
                left = reason in heard
        told[customer_id] = reason if left else "unknown"
    return told


def f1(confusion: Counter[tuple[str, str]], reason: str) -> float:
    hit = confusion[reason, reason]
    said = sum(n for (_, got), n in confusion.items() if got == reason)
    true = sum(n for (want, _), n in confusion.items() if want == reason)
    return 2 * hit / (said + true) if said + true else 0.0


def test_reasons_with_evidence_are_found_and_none_is_made_up(sample: Sample):
    told = reasons_left_behind(sample)
    got = dict(sample.reasons.select("customer_id", "lapse_reason").iter_rows())
    confusion = Counter((want, got[customer_id]) for customer_id, want in told.items())
    table = "\n".join(
        f"{want:>20}"
        + "".join(f"{confusion[want, found]:>6}" for found in LAPSE_REASON)
        + f"   F1 {f1(confusion, want):.2f}"
        for want in LAPSE_REASON
    )
    macro = sum(f1(confusion, reason) for reason in LAPSE_REASON) / len(LAPSE_REASON)
    print(f"\nrows: true reason with evidence; columns: found, in the same order\n{table}\nmacro-F1 {macro:.3f}")
    assert len(told) > 500
    assert all(sum(confusion[reason, found] for found in LAPSE_REASON) for reason in LAPSE_REASON), (
        "a reason without a case"
    )
    assert macro >= 0.6, table
    unknown = sum(n for (want, _), n in confusion.items() if want == "unknown")
    assert confusion["unknown", "unknown"] >= 0.85 * unknown, "reasons are made up"


def test_evidence_is_from_before_the_customer_became_overdue(sample: Sample):
    overdue = lapse.silent_customers(sample.count.status.lazy(), sample.facts.chain_purchases())
    dated = sample.reasons.join(overdue.collect(), on="customer_id").filter(pl.col("evidence_on").is_not_null())
    assert dated.height > 50
    assert dated.filter(pl.col("evidence_on") >= pl.col("overdue_on")).is_empty()
