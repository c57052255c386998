"""The sums and differences that page 8 prints, exported in review.json beside those of the other pages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.page_values import Value
    from schemas.review import Review


def more_profit(review: Review) -> float | None:
    """By how much a returning customer's profit exceeds a first-time one's: the ratio less one."""
    ratio = review.figures.get("returning_profit_ratio_12m")
    return None if ratio is None or ratio.value is None else float(ratio.value) - 1


def people_sums(review: Review) -> dict[str, Value]:
    """The sums over page 8's tables by name; nothing without the page."""
    page = review.people
    if page is None:
        return {}
    return {
        "handover_customers": len(page.handover),
        "handover_vips": sum(row.is_vip for row in page.handover),
        "expiring_customers": len(page.expiring),
        "expiring_points": sum(row.points for row in page.expiring),
        "expiring_stored_value": sum((row.stored_value for row in page.expiring), Decimal("0.00")),
        "prospects": sum(row.people for row in page.prospects),
        "prospects_reachable": sum(row.reachable for row in page.prospects),
        "key_accounts_silent": sum(row.silent or 0 for row in page.key_accounts),
        "pairs_together": len(page.together),
    }
