"""The chain's store pages: who stands out and why, every store on one scale, and a stocktake that adds up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

from report_templates import month_sentences, stores_sentences
from report_templates.album import Album
from report_templates.charts import on_one_scale
from report_templates.comparison import (
    STOCKTAKE_FLOWS,
    STORE_COUNTS,
    of_all,
    pooled_repeat_rate,
    region_sums,
    relative,
    unassigned,
)  # fmt: skip
from report_templates.customers_page import bar
from report_templates.language import UNKNOWN, Language
from report_templates.loop_sentences import total_of
from report_templates.month_page import month_label, short_term, tone
from schemas.disclosure import FEWEST_SHOWN
from schemas.metrics import METRICS
from schemas.page_values import Value
from schemas.period import Month
from schemas.review import Review, StoreRow

PANELS = 44
"""Up to this many stores are drawn as small multiples: one page."""
FLAT, SCALES = 8, 3
"""A store whose best month is under an eighth of the scale is a line on the floor: it goes to the next, finer scale, of
which there are three at most."""
DONE_ENOUGH = 0.5
"""Less than this share of the listed contacts done is a thing for headquarters."""
REGION_COUNTS = ("opening_base", "closing_base", "at_risk", "actions")
OUTLIERS = 12
SALES_GAP, CARE_GAP, IDENTIFIED_GAP, BASE_LOSS = 0.15, 0.20, 0.15, 0.03
"""How far from the chain a store must be to stand out: sales change, care done, identified share, loss of base."""
Z_99 = 2.576
"""A 99 % interval: of a hundred ordinary stores one stands out by chance."""
RATES: Mapping[str, Callable[[Language], str]] = {
    "identified_share": lambda say: say.text("Identified"),
    "referral_rate": lambda say: say.text("Referral"),
    "care_done_share": lambda say: say.text("Care done"),
}
"""Columns of the table of stores, where any store knows the rate."""


@dataclass(frozen=True)
class Outlier:
    """A store that stands out, with the reasons, worst first."""

    store: StoreRow
    reasons: tuple[str, ...]
    is_good: bool


def stores_page(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    """What the template of the store pages shows; None without stores."""
    if not review.stores:
        return None
    found = outliers(review, say)
    by_sales = sorted(review.stores, key=lambda store: (-store.net_sales, store.store_id))
    rates = [name for name in RATES if any(getattr(store, name) is not None for store in by_sales)]
    return {
        "title": stores_sentences.stores_title(say, len(review.stores), len(found)),
        "lede": say.text(
            "A store stands out when it is far from the chain and from its own past year; the reason is beside it."
        ),
        "outliers": [
            {"name": found_one.store.name, "region": found_one.store.region, "is_good": found_one.is_good,
             "reasons": found_one.reasons} for found_one in found[:OUTLIERS]
        ],
        "more_outliers": max(len(found) - OUTLIERS, 0),
        "regions": _regions(review, say),
        "regions_title": _regions_title(review, say),
        "panels_title": stores_sentences.panels_title(say, by_sales),
        "rows_title": stores_sentences.side_by_side_title(say, by_sales),
        "scales": _panels(by_sales, review, say, album),
        "rate_head": [RATES[name](say) for name in rates],
        "rows": [_row(store, by_sales, rates, say) for store in by_sales],
        "total": _total(review, rates, say),
        "stocktake_head": [short_term(say, name) for name in STORE_COUNTS],
        "stocktake": [{"name": store.name, "region": store.region, "cells": _counts(store, say)} for store in by_sales],
        "unassigned": _unassigned(review, say),
        "stocktake_total": _stocktake_total(review, say),
    }  # fmt: skip


# ---- who stands out


def outliers(review: Review, say: Language) -> list[Outlier]:
    """The stores that stand out: those in need first, by how many reasons and by sales."""
    found = []
    for store in review.stores:
        bad, good = _reasons(store, review, say)
        if bad:
            found.append(Outlier(store, tuple(bad), is_good=False))
        elif good:
            found.append(Outlier(store, tuple(good), is_good=True))
    return sorted(found, key=lambda one: (one.is_good, -len(one.reasons), -one.store.net_sales, one.store.store_id))


def _reasons(store: StoreRow, review: Review, say: Language) -> tuple[list[str], list[str]]:
    bad: list[str] = []
    good: list[str] = []
    _judge_sales(store, review, say, bad, good)
    if store.opening_base:
        loss = (store.closing_base - store.opening_base) / store.opening_base
        if loss <= -BASE_LOSS:
            bad.append(say.text("customer base {change} in the month", change=say.share(loss)))
    _judge_repeat_rate(store, review, say, bad, good)
    for name, gap in (("care_done_share", CARE_GAP), ("identified_share", IDENTIFIED_GAP)):
        own, chain = getattr(store, name), _chain(review, name)
        if own is not None and chain is not None and own <= float(chain) - gap:
            bad.append(say.text("{label} {own}, the chain {chain}", label=METRICS[name].label(say.locale),
                                own=say.share(own), chain=say.share(float(chain))))  # fmt: skip
    return bad, good


def _judge_sales(store: StoreRow, review: Review, say: Language, bad: list[str], good: list[str]) -> None:
    """Sales far from the chain's change on last year, and the lowest or highest of the store's own months."""
    own = relative(store.net_sales, store.net_sales_last_year)
    sales = review.figures.get("net_sales")
    chain = relative(sales.value, sales.last_year) if sales else None
    past = [float(value) for value in store.net_sales_history[:-1] if value is not None]
    if own is None or len(past) < 6:
        return
    reference = chain or 0.0
    change, months = say.signed(say.share(own), own > 0), len(past) + 1
    if own <= reference - SALES_GAP and float(store.net_sales) < min(past):
        bad.append(say.text("sales {change} on last year, the lowest in {n} months", change=change, n=months))
    elif own >= reference + SALES_GAP and float(store.net_sales) > max(past):
        good.append(say.text("sales {change} on last year, the highest in {n} months", change=change, n=months))


def _judge_repeat_rate(store: StoreRow, review: Review, say: Language, bad: list[str], good: list[str]) -> None:
    """The repeat rate, where that of all stores together lies outside its 99 % interval (Wilson)."""
    pooled, rate, n = pooled_repeat_rate(review), store.repeat_rate_180d, store.repeat_rate_n
    if pooled is None or rate is None or n < FEWEST_SHOWN:
        return
    low, high = _wilson(rate, n)
    if low <= pooled <= high:
        return
    text = say.text("repeat rate {own} (n = {n}), all stores {all}", own=say.share(rate), n=say.count(n),
                    all=say.share(pooled))  # fmt: skip
    (bad if high < pooled else good).append(text)


def _wilson(rate: float, n: int) -> tuple[float, float]:
    z2 = Z_99**2
    middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_99 * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return middle - half, middle + half


def _chain(review: Review, name: str) -> Value:
    figure = review.figures.get(name)
    return None if figure is None else figure.value


def chain_things(review: Review, say: Language) -> list[month_sentences.Thing]:
    """The three things headquarters should do: the stores that stand out, worst first, then what waits chain-wide."""
    stores = [
        month_sentences.Thing(
            say.text("Learn from {store}", store=one.store.name)
            if one.is_good
            else say.text("Help {store}", store=one.store.name),
            say.text("{sentence}.", sentence=_capital(say, one.reasons)),
            "stores",
        )
        for one in outliers(review, say)[:3]
    ]
    waiting = (_late_promises(review, say), _lists_not_done(review, say), _pairs_to_decide(review, say))
    return [*stores, *(thing for thing in waiting if thing)][:3]


def _late_promises(review: Review, say: Language) -> month_sentences.Thing | None:
    late = [row for row in review.voices.open_complaints if row.is_promise_late] if review.voices else []
    if not late:
        return None
    return month_sentences.Thing(
        say.plural("Keep {n} overdue promise to a complainer", "Keep {n} overdue promises to complainers", len(late)),
        say.plural("The oldest complaint among them is {n} day old.", "The oldest complaint among them is {n} days old.",
                   max(row.days_open for row in late)),
        "complaints",
    )  # fmt: skip


def _lists_not_done(review: Review, say: Language) -> month_sentences.Thing | None:
    if not review.outcomes:
        return None
    total = total_of(review.outcomes)
    if total.done_share is None or total.done_share >= DONE_ENOUGH:
        return None
    return month_sentences.Thing(
        say.text("Have the stores' lists worked off"),
        say.text("{share} of last month's listed contacts were done; {open} came back without a word.",
                 share=say.share(total.done_share, 0), open=say.count(total.open)),
        "worked",
    )  # fmt: skip


def _pairs_to_decide(review: Review, say: Language) -> month_sentences.Thing | None:
    if not review.proposals:
        return None
    return month_sentences.Thing(
        say.plural("Decide {n} pair who may be one person", "Decide {n} pairs who may be one person", len(review.proposals)),
        say.text("Until then both count as customers of their own."),
        "identity",
    )  # fmt: skip


def _capital(say: Language, reasons: Sequence[str]) -> str:
    text = say.clauses(reasons)
    return text[:1].upper() + text[1:]


# ---- tables


def _regions(review: Review, say: Language) -> list[Mapping[str, object]]:
    """One row per region, where there is more than one."""
    found = region_sums(review)
    if len(found) < 2:
        return []
    top = max(float(row.sums["net_sales"]) for row in found)
    rows: list[Mapping[str, object]] = []
    for row in found:
        change = relative(row.sums["net_sales"], row.net_sales_last_year)
        rows.append({
            "name": row.region or say.text("No region"), "stores": say.count(row.stores),
            "sales": say.amount(row.sums["net_sales"]), "bar": bar(float(row.sums["net_sales"]), top),
            "change": UNKNOWN if change is None else say.signed(say.share(change), change > 0),
            "tone": tone("net_sales", change),
            "cells": [say.count(int(row.sums[name])) for name in REGION_COUNTS],
            "stake": say.amount(row.sums["value_at_stake"]),
        })  # fmt: skip
    return rows


def _regions_title(review: Review, say: Language) -> str:
    best = max(region_sums(review), key=lambda row: row.sums["net_sales"])
    return stores_sentences.regions_title(say, best.region or say.text("No region"), best.sums["net_sales"])


def _panels(stores: Sequence[StoreRow], review: Review, say: Language, album: Album) -> list[Mapping[str, object]]:
    """The stores as small multiples, in groups that share a scale: one, where no store is flattened by a giant."""
    stores = [store for store in stores if any(store.net_sales_history)]
    if len(stores) > PANELS:
        return []
    groups = by_scale(stores)
    return [
        {
            "caption": stores_sentences.panels_caption(say, ceiling, n, len(groups)),
            "panels": [_panel(store, ceiling, review, say, album) for store in alike],
        }
        for n, (ceiling, alike) in enumerate(groups, start=1)
    ]


def by_scale(stores: Sequence[StoreRow]) -> list[tuple[Decimal, list[StoreRow]]]:
    """(the best month of all in it, its stores in their order) of each scale, the coarsest first."""
    groups: list[tuple[Decimal, list[StoreRow]]] = []
    left = list(stores)
    while left:
        ceiling = max(map(_best_month, left))
        is_last = len(groups) + 1 == SCALES
        alike = [store for store in left if is_last or _best_month(store) * FLAT >= ceiling]
        groups.append((ceiling, alike))
        left = [store for store in left if store not in alike]
    return groups


def _best_month(store: StoreRow) -> Decimal:
    return max([Decimal(0), *(Decimal(value) for value in store.net_sales_history if value is not None)])


def _panel(store: StoreRow, ceiling: Decimal, review: Review, say: Language, album: Album) -> Mapping[str, object]:
    month = Month.parse(review.month)
    first = month.plus(1 - len(store.net_sales_history)) if store.net_sales_history else month
    history = [None if value is None else float(value) for value in store.net_sales_history]
    chart = on_one_scale(
        history, say.text("{store}: net sales, {months} months", store=store.name, months=len(history)),
        first_label=month_label(first, say), last_label=month_label(month, say), ceiling=float(ceiling),
    )  # fmt: skip
    return {"name": store.name, "value": say.short_money(store.net_sales), "picture": album.add(chart)}


def _row(store: StoreRow, stores: Sequence[StoreRow], rates: Sequence[str], say: Language) -> Mapping[str, object]:
    top = float(max(one.net_sales for one in stores))
    change = relative(store.net_sales, store.net_sales_last_year)
    return {
        "name": store.name, "region": store.region,
        "sales": say.amount(store.net_sales), "bar": bar(float(store.net_sales), top),
        "change": UNKNOWN if change is None else say.signed(say.share(change), change > 0),
        "tone": tone("net_sales", change),
        "repeat": _rate(store.repeat_rate_180d, store.repeat_rate_n, say),
        "rates": [
            _rate(getattr(store, name), store.new_customers if name == "referral_rate" else FEWEST_SHOWN, say)
            for name in rates
        ],
        "at_risk": say.count(store.at_risk), "stake": say.amount(store.value_at_stake),
        "actions": say.count(store.actions),
    }  # fmt: skip


def _rate(rate: float | None, n: int, say: Language) -> str:
    if rate is None:
        return UNKNOWN
    return say.text("n < {n}", n=FEWEST_SHOWN) if n < FEWEST_SHOWN else say.share(rate)


def _total(review: Review, rates: Sequence[str], say: Language) -> Mapping[str, object]:
    """The chain's own figures, under the stores' columns."""
    sales = review.figures.get("net_sales")
    change = relative(sales.value, sales.last_year) if sales else None

    def figure(name: str, as_amount: bool = False) -> str:
        value = _chain(review, name)
        if value is None:
            return UNKNOWN
        return say.amount(value) if as_amount else say.value(name, value)  # type: ignore[arg-type]

    return {
        "sales": figure("net_sales", True),
        "change": UNKNOWN if change is None else say.signed(say.share(change), change > 0),
        "tone": tone("net_sales", change),
        "repeat": figure("repeat_rate_180d"),
        "rates": [figure(name) for name in rates],
        "at_risk": figure("at_risk"), "stake": figure("value_at_stake", True), "actions": figure("actions"),
    }  # fmt: skip


SIGNS = {"opening_base": 0, "closing_base": 0, **dict(STOCKTAKE_FLOWS)}


def _signed_count(say: Language, name: str, n: int) -> str:
    """A term of the stocktake with the sign it has in the sum; zero as a dot, so that the rest stands out."""
    if not SIGNS[name]:
        return say.count(n)
    return say.signed(say.count(SIGNS[name] * n), SIGNS[name] * n > 0) if n else "·"


def _counts(store: StoreRow, say: Language) -> list[str]:
    return [_signed_count(say, name, getattr(store, name)) for name in STORE_COUNTS]


def _unassigned(review: Review, say: Language) -> list[str] | None:
    """The row of customers whose store closed; None where the stores add up to the chain by themselves."""
    remainders = [(name, unassigned(review, name)) for name in STORE_COUNTS]
    if not any(remainder for _, remainder in remainders):
        return None
    return [_signed_count(say, name, remainder or 0) for name, remainder in remainders]


def _stocktake_total(review: Review, say: Language) -> list[str] | None:
    row = of_all(review)
    return None if row is None else [_signed_count(say, name, getattr(row, name)) for name in STORE_COUNTS]
