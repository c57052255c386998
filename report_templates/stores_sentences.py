"""The titles and captions of the chain's store pages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from report_templates.comparison import relative
from report_templates.language import Language

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.review import StoreRow


def stores_title(say: Language, stores: int, outliers: int) -> str:
    if not outliers:
        return say.plural("{n} store, and it does not stand out", "{n} stores, and none stands out", stores)
    return say.plural(
        "{n} of {stores} stores stands out", "{n} of {stores} stores stand out", outliers, stores=say.count(stores)
    )


def regions_title(say: Language, region: str, amount: Decimal) -> str:
    return say.text("{region} sells most: {amount}", region=region, amount=say.short_money(amount))


def panels_title(say: Language, stores: Sequence[StoreRow]) -> str:
    """The best and the last of the stores, which come by sales."""
    first, last = stores[0], stores[-1]
    return say.text("From {last} ({low}) to {first} ({high})", last=last.name, first=first.name,
                    low=say.short_money(last.net_sales), high=say.short_money(first.net_sales))  # fmt: skip


def panels_caption(say: Language, ceiling: Decimal, n: int, scales: int) -> str:
    """What the panels of the n-th of so many scales share."""
    if scales == 1:
        return say.text("Net sales by store; all panels start at zero and share one scale; largest store first")
    if n == 1:
        return say.text("Net sales by store, from zero to {top} in each panel; smaller stores follow on a finer scale",
                        top=say.short_money(ceiling))  # fmt: skip
    return say.text("Smaller stores, on a finer scale: from zero to {top} in each panel", top=say.short_money(ceiling))


def side_by_side_title(say: Language, stores: Sequence[StoreRow]) -> str:
    """How many stores sold more than a year ago."""
    changes = [step for store in stores if (step := relative(store.net_sales, store.net_sales_last_year)) is not None]
    if not changes:
        return say.text("No store has a month to compare with last year yet")
    grown = sum(change > 0 for change in changes)
    return say.plural("{grown} of {n} store sold more than last year", "{grown} of {n} stores sold more than last year",
                      len(changes), grown=say.count(grown))  # fmt: skip
