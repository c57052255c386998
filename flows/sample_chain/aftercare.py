"""What is told beside complaints, surveys and sales: promises and escalations, rivals' marks, services. Draws from a
stream of its own, so that the lives it looks back on stay as they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from flows.sample_chain.chain import Chain
from flows.sample_chain.seasons import NEVER

SERVICES = {
    "zh": ("清洗保养", "改圈", "维修", "送货上门"),
    "en": ("cleaning", "resizing", "repair", "delivery"),
}
SERVICE_SHARES = (0.62, 0.16, 0.12, 0.10)

Row = tuple[str, ...]


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()


def with_promises(chain: Chain, complaints: list[Row]) -> list[Row]:
    """Complaint rows with three cells more: promised by, kept on, escalated at."""
    rng = Random("promises")
    end = chain.calendar.date_text(chain.end)
    rows = []
    for row in complaints:
        received, severity, answered, resolved = row[0], row[7], row[9], row[10]
        promised = kept = escalated = ""
        if answered and rng.random() < 0.6:
            promised = (_day(answered) + timedelta(days=rng.randrange(2, 9))).isoformat()
            kept = _day(resolved).isoformat() if resolved else ""
        is_slow = not resolved or _day(resolved) - _day(received) > timedelta(days=7)
        if is_slow and rng.random() < (0.7 if severity == "major" else 0.3):
            day = (_day(received) + timedelta(days=rng.randrange(1, 6))).isoformat()
            escalated = f"{day} 10:00:00" if day <= end else ""
        rows.append((*row, promised, kept, escalated))
    return rows


def with_rivals(surveys: list[Row]) -> list[Row]:
    """Survey rows with one cell more: the mark that a competitor gets on the aspect, where it was asked."""
    rng = Random("rivals")
    return [
        (*row, str(min(10, max(0, round(rng.gauss(7.6, 1.2))))) if row[6] and rng.random() < 0.2 else "")
        for row in surveys
    ]


def service_rows(chain: Chain) -> list[Row]:
    """One row per service: about a third of the registered come by some months after their first purchase."""
    rng, kinds = Random("services"), SERVICES[chain.language]
    done: list[tuple[int, Row]] = []
    for customer in chain.customers:
        if customer.first_paid >= NEVER or customer.store.is_online:
            continue
        day = customer.first_paid + round(rng.gammavariate(4.0, 28.0))
        is_there = day <= min(chain.end, customer.leaving[0]) and customer.store.is_open(day)
        if rng.random() < 0.34 and is_there and customer.is_registered(day):
            kind = rng.choices(kinds, SERVICE_SHARES)[0]
            liked = chain.words.yes if rng.random() < 0.93 else chain.words.no
            done.append((day, (chain.calendar.date_text(day), customer.store.store_id, customer.member_id, kind,
                               liked if rng.random() < 0.7 else "")))  # fmt: skip
    done.sort()
    return [(f"V{number:06d}", *row) for number, (_, row) in enumerate(done, 1)]
