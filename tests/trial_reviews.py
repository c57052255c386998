"""A month's reviews as a trial: nothing is rendered or published, and no list of an earlier month is looked at."""

from __future__ import annotations

from datetime import datetime

from flows.config import Settings
from flows.lake import Lake
from flows.month import issue_of, known_ledger, month_facts
from schemas.period import Month
from schemas.review import Review
from transforms import review
from transforms.effect import Loop, no_lists


def month_reviews(lake: Lake, settings: Settings, month: Month, known_at: datetime | None = None) -> list[Review]:
    """The month's reviews, the chain's first, then the stores by id, with the manifest id "-"."""
    known = known_ledger(lake, known_at)
    facts = month_facts(lake, known, settings, month)
    numbers = review.month_numbers(facts, settings.rules, Loop(settings.key, no_lists()))
    return review.reviews(
        numbers, known.ledger, issue_of(known, settings, manifest_id="-", printed_closings={}), settings.rules
    )
