"""The display arithmetic of the pages: differences, changes and places in the usual range. Exported in review.json.

Nothing here is a new metric: every row subtracts, divides or adds up numbers that stand in the review.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from report_templates.leaving_derived import derived as leaving_derived
from report_templates.people_comparison import more_profit, people_sums
from report_templates.voices_derived import derived as voices_derived
from schemas.metrics import METRICS
from schemas.segments import VALUE_CLASS

if TYPE_CHECKING:
    from schemas.page_values import Value
    from schemas.review import Action, CompletenessRow, Figure, Review, StocktakeRow, StoreRow, ValueClassMove

CLASS_ORDER = tuple(VALUE_CLASS)
"""The value classes from the best to none."""
STOCKTAKE_FLOWS = (
    ("first_seen", 1), ("new_customers", 1), ("won_back", 1), ("newly_lapsed", -1), ("moved_in", 1), ("moved_out", -1),
)  # fmt: skip
"""The terms between opening and closing base, in order, with their sign."""

FILE_COUNTS = ("rows_in", "rows_accepted", "rows_quarantined", "rows_duplicate")
REGION_SUMS = ("net_sales", "opening_base", "closing_base", "at_risk", "actions", "value_at_stake")
STORE_COUNTS = ("opening_base", *(name for name, _ in STOCKTAKE_FLOWS), "closing_base")

THREE_THINGS = {
    "complaints": ("answer_complaint",),
    "referrals": ("thank_referrer", "welcome_referred"),
    "visit": ("visit_top_spender",),
    "win_back": ("win_back",),
    "dates": ("birthday", "anniversary", "gift_day"),
    "after_purchase": ("call_after_3_days", "three_months"),
    "ask_vip": ("ask_vip",),
    "greetings": ("long_absent",),
}
"""Themes of "three things to do", in order of urgency: the kinds of action that belong to each."""


@dataclass(frozen=True)
class Comparison:
    """One row per number compared and what it is held against."""

    name: str
    against: str
    """last_month, last_year, usual_range, opening, stores, sum, cut_offs, files, base, due, missed, region:<name>: sums stand in
    `difference`, and means over the cut-offs; shares in `relative`."""
    store_id: str | None
    difference: Value
    relative: float | None
    position: str | None
    """Of usual_range: below, inside, above."""


def position(figure: Figure) -> str | None:
    """Where the value stands to its own usual range; None when either is unknown."""
    value, low, high = figure.value, figure.usual_low, figure.usual_high
    if value is None or low is None or high is None:
        return None
    if float(value) < float(low):
        return "below"
    return "above" if float(value) > float(high) else "inside"


def difference(now: Value, before: Value) -> Value:
    """now − before, exact for money and counts; None when either is unknown."""
    if now is None or before is None:
        return None
    if isinstance(now, float) or isinstance(before, float):
        return float(now) - float(before)
    return now - before


def relative(now: Value, before: Value) -> float | None:
    """(now − before) / before; None when unknown or when there is nothing positive to divide by."""
    if now is None or before is None or float(before) <= 0:
        return None
    return (float(now) - float(before)) / float(before)


def is_good(name: str, change: Value) -> bool | None:
    """Whether that change of the metric is good news; None when it is neither."""
    direction = METRICS[name].good
    if change is None or not change or direction == "neutral":
        return None
    return (float(change) > 0) == (direction == "up")


def net_change(row: StocktakeRow) -> int:
    return row.closing_base - row.opening_base


def came(row: StocktakeRow) -> int:
    """Who came into the base by buying: first seen, new and won back."""
    return row.first_seen + row.new_customers + row.won_back


def class_moves(moves: Iterable[ValueClassMove]) -> tuple[int, int]:
    """How many moved up and down between the value classes since three months ago."""
    rank = {code: place for place, code in enumerate(CLASS_ORDER)}
    steps = [(rank[move.to_class] - rank[move.from_class], move.customers) for move in moves]
    return sum(n for step, n in steps if step < 0), sum(n for step, n in steps if step > 0)


def known_share(row: CompletenessRow) -> float | None:
    """Of the customers in the base, the share whose field is known; None without customers."""
    return row.known / row.customers if row.customers else None


def of_all(review: Review) -> StocktakeRow | None:
    """The stocktake of all customers."""
    return next((row for row in review.stocktake if row.population == "all"), None)


def of_theme(actions: Iterable[Action], theme: str) -> list[Action]:
    """The actions of a theme, in the order of the list."""
    kinds = THREE_THINGS[theme]
    return [action for action in actions if action.kind in kinds]


def total_value(actions: Iterable[Action]) -> Decimal:
    return sum((action.value_at_stake for action in actions), Decimal(0))


def store_total(stores: Iterable[StoreRow], name: str) -> int:
    return sum(getattr(store, name) for store in stores)


def unassigned(review: Review, name: str) -> int | None:
    """What the chain counts and no store of the table does (customers of closed stores); None without a stocktake.

    Moves between stores cancel out in the chain, so their remainder is what moved from and to the unassigned.
    """
    chain = of_all(review)
    if chain is None:
        return None
    return getattr(chain, name) - store_total(review.stores, name)


def file_total(review: Review, name: str) -> int:
    """The sum of one of FILE_COUNTS over all files."""
    return sum(getattr(row, name) for row in review.files)


@dataclass(frozen=True)
class RegionSum:
    """One row per region ("" where a store has none): its stores and the sums of REGION_SUMS."""

    region: str
    stores: int
    net_sales_last_year: Decimal | None
    """None where a store has none."""
    sums: Mapping[str, Decimal]


def pooled_repeat_rate(review: Review) -> float | None:
    """The stores' repeat rates, weighted by their cohorts. The chain's own rate also counts purchases elsewhere."""
    rated = [store for store in review.stores if store.repeat_rate_180d is not None and store.repeat_rate_n]
    customers = sum(store.repeat_rate_n for store in rated)
    returned = sum((store.repeat_rate_180d or 0.0) * store.repeat_rate_n for store in rated)
    return returned / customers if customers else None


def region_sums(review: Review) -> tuple[RegionSum, ...]:
    """The stores added up by region, sorted by name."""
    rows = []
    for region in sorted({store.region or "" for store in review.stores}):
        stores = [store for store in review.stores if (store.region or "") == region]
        before = [store.net_sales_last_year for store in stores if store.net_sales_last_year is not None]
        sums = {name: sum((Decimal(getattr(store, name)) for store in stores), Decimal(0)) for name in REGION_SUMS}
        last_year = sum(before, Decimal(0)) if len(before) == len(stores) else None
        rows.append(RegionSum(region, len(stores), last_year, sums))
    return tuple(rows)


def comparisons(review: Review) -> tuple[Comparison, ...]:
    """Every derived number that a page of this review shows."""
    rows = [
        *_of_figures(review), *_of_stocktake(review), *_of_classes(review), *_of_themes(review), *_of_files(review),
        *_of_completeness(review),
        *(Comparison(name, "voices", None, count, share, None) for name, count, share in voices_derived(review)),
        *(Comparison(name, over, None, amount, share, None) for name, over, amount, share in leaving_derived(review)),
    ]  # fmt: skip
    rows += [*_of_people(review), *_of_care(review)]
    if review.proposals:
        rows.append(Comparison("proposals_net_sales", "sum", None, proposed_sales(review), None, None))
    if review.scope.kind == "chain":
        rows += [*_of_stores(review), *_of_unassigned(review), *_of_regions(review)]
    return tuple(rows)


def _of_figures(review: Review) -> list[Comparison]:
    rows = []
    for name in sorted(review.figures):
        figure = review.figures[name]
        for against, before in (("last_month", figure.last_month), ("last_year", figure.last_year)):
            rows.append(
                Comparison(name, against, None, difference(figure.value, before), relative(figure.value, before), None)
            )
        rows.append(Comparison(name, "usual_range", None, None, None, position(figure)))
    return rows


def _of_stocktake(review: Review) -> list[Comparison]:
    return [
        Comparison(
            f"stocktake_{row.population}", "opening", None, net_change(row),
            relative(row.closing_base, row.opening_base), None,
        )
        for row in review.stocktake
    ] + [Comparison(f"came_{row.population}", "sum", None, came(row), None, None) for row in review.stocktake]  # fmt: skip


def _of_classes(review: Review) -> list[Comparison]:
    up, down = class_moves(review.value_class_moves)
    return [
        Comparison("class_moves_up", "sum", None, up, None, None),
        Comparison("class_moves_down", "sum", None, down, None, None),
    ]


def _of_completeness(review: Review) -> list[Comparison]:
    return [Comparison(f"known_{row.field}", "base", None, None, known_share(row), None) for row in review.completeness]


def _of_themes(review: Review) -> list[Comparison]:
    return [
        Comparison(f"actions_{theme}", "sum", None, total_value(of_theme(review.actions, theme)), None, None)
        for theme in THREE_THINGS
        if of_theme(review.actions, theme)
    ]


def care_by_kind(review: Review, *, missed: bool) -> Counter[str]:
    """How many care contacts of each kind fall due next month, or were missed in this."""
    return Counter(row.kind for row in review.care if row.missed == missed)


def proposed_sales(review: Review) -> Decimal:
    """What the smaller ones of the pairs that may be one person have bought."""
    return sum((row.net_sales_second for row in review.proposals), Decimal(0))


def _of_care(review: Review) -> list[Comparison]:
    return [
        Comparison(f"care_{kind}", "missed" if missed else "due", None, n, None, None)
        for missed in (False, True)
        for kind, n in sorted(care_by_kind(review, missed=missed).items())
    ] + [
        Comparison("care", "missed" if missed else "due", None, care_by_kind(review, missed=missed).total(), None, None)
        for missed in (False, True)
        if review.care
    ]


def _of_files(review: Review) -> list[Comparison]:
    return [
        Comparison(name, "files", None, file_total(review, name), None, None) for name in FILE_COUNTS if review.files
    ]


def _of_people(review: Review) -> list[Comparison]:
    """The sums of page 8, and the returning customers' surplus."""
    rows = [Comparison(name, "sum", None, total, None, None) for name, total in people_sums(review).items()]
    if review.people is not None:
        more = more_profit(review)
        rows.append(Comparison("returning_profit_ratio_12m", "first_time", None, None, more, None))
    return rows


def _of_regions(review: Review) -> list[Comparison]:
    rows = []
    for row in region_sums(review):
        for name, amount in row.sums.items():
            total = amount if name in ("net_sales", "value_at_stake") else int(amount)
            change = relative(amount, row.net_sales_last_year) if name == "net_sales" else None
            rows.append(Comparison(name, f"region:{row.region}", None, total, change, None))
    return rows


def _of_stores(review: Review) -> list[Comparison]:
    return [
        Comparison(
            "net_sales", "last_year", store.store_id, difference(store.net_sales, store.net_sales_last_year),
            relative(store.net_sales, store.net_sales_last_year), None,
        )
        for store in review.stores
    ]  # fmt: skip


def _of_unassigned(review: Review) -> list[Comparison]:
    return [
        Comparison(f"unassigned_{name}", "stores", None, remainder, None, None)
        for name in STORE_COUNTS
        if (remainder := unassigned(review, name)) is not None
    ] + [Comparison("repeat_rate_180d", "stores", None, pooled_repeat_rate(review), None, None)]
