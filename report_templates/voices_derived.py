"""Numbers of pages 5 and 6 that are made of the review's rows: defined once, printed, and told in review.json."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.review import Review
    from schemas.voices import OpenComplaint, Referral, RepurchaseRow, Voices

BEST_REFERRERS = 8
"""The best referrers that the page prints."""
LISTED = {"thanks": 10, "open_complaints": 8}
"""How many rows of these tables are printed."""
FAST, LATE = ("day", "week"), ("later", "unresolved")
LEAST_FOLLOWED = 10


def unthanked(referral: Referral) -> int:
    return sum(not row.is_thanked for row in referral.thanks)


def slipping_best(referral: Referral) -> int:
    """Of the best referrers, those at risk or lapsed."""
    return sum(row.is_alarm for row in referral.referrers[:BEST_REFERRERS])


def late_promises(rows: Sequence[OpenComplaint]) -> int:
    return sum(row.is_promise_late for row in rows)


def unanswered(rows: Sequence[OpenComplaint]) -> int:
    return sum(not row.is_answered for row in rows)


def cause_share(voices: Voices) -> float | None:
    """The most frequent cause's share of the complaints."""
    whole = sum(row.complaints for row in voices.complaint_causes)
    return voices.complaint_causes[0].complaints / whole if whole else None


def pooled(rows: Sequence[RepurchaseRow], speeds: Sequence[str]) -> float | None:
    """Who bought again over these speeds and all severities; None where too few were followed."""
    cells = [(row.chain_n, row.chain_again) for row in rows if row.speed in speeds and row.chain_again is not None]
    n = sum(cell[0] for cell in cells)
    return sum(cell[1] or 0 for cell in cells) / n if n >= LEAST_FOLLOWED else None


def left_over(name: str, rows: Sequence[object]) -> int:
    """Rows of a table that do not stand on the page."""
    return max(0, len(rows) - LISTED[name])


def derived(review: Review) -> list[tuple[str, int | None, float | None]]:
    """(name, count, share) of each."""
    rows: list[tuple[str, int | None, float | None]] = []
    referral, voices = review.referral, review.voices
    if referral is not None:
        rows += [("unthanked", unthanked(referral), None), ("slipping_best_referrers", slipping_best(referral), None),
                 ("brought_this_month", len(referral.thanks), None),
                 ("thanks_not_listed", left_over("thanks", referral.thanks), None)]  # fmt: skip
    if voices is not None:
        opened = voices.open_complaints
        rows += [("open_complaints", len(opened), None), ("late_promises", late_promises(opened), None),
                 ("unanswered", unanswered(opened), None),
                 ("open_complaints_not_listed", left_over("open_complaints", opened), None),
                 ("first_cause", None, cause_share(voices)),
                 ("again_when_fast", None, pooled(voices.repurchase, FAST)),
                 ("again_when_late", None, pooled(voices.repurchase, LATE))]  # fmt: skip
        for aspect in voices.aspects:
            whole = aspect.below + aspect.met + aspect.exceeded
            if whole:
                rows += [(f"below:{aspect.aspect}", whole, aspect.below / whole),
                         (f"exceeded:{aspect.aspect}", whole, aspect.exceeded / whole)]  # fmt: skip
        for price in voices.price_acceptance:
            rows += [(f"dearer:{price.category}", None, price.dearer / price.answers),
                     (f"cheaper:{price.category}", None, price.cheaper / price.answers)]  # fmt: skip
        rows += [(f"satisfied:{one.kind}", None, one.satisfied / one.rated) for one in voices.services if one.rated]
    return rows
