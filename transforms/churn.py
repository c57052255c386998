"""Who will buy again, and what that is worth: rules and purchase models race on the chain's own past; the winner speaks.

At the ends of M−9, M−6 and M−3 each candidate says, from what was known then, how likely each customer is to buy within
three months; what happened is known now. Lowest mean log loss wins, within one standard error of it the simpler.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.churn import CalibrationBin, Churn, RaceRow
from schemas.columns import MONEY
from schemas.period import Month, window_start
from schemas.rules import Rules
from transforms import value
from transforms.facts import Facts
from transforms.purchase_models import MODELS, Fit, Floats, GammaGamma, Histories, Ints, PurchaseModel

FORETOLD_MONTHS = 3
CUT_OFFS = (-9, -6, -3)
EARLIER = (-3, -6, -9, -12)
"""A rule's shares come from the four quarters before its cut-off: a whole year, so that no season stands for all."""
LEAST_REPEAT_CUSTOMERS = 200
LEAST_MONTHS = 12
DISCOUNT = 0.10
"""A year's interest."""
NOISE = 2.0
"""Standard errors by which the winner may trail the baseline before that is no longer noise."""
BINS = 10
DAYS_OF_A_WEEK = 7

RHYTHM_BANDS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
"""Silence in multiples of the customer's own gap; up to and including."""
PURCHASE_BANDS = (1, 2, 4, 9)
"""Purchases so far; up to and including."""
VISIT_BANDS = (15, 30, 61, 91, 122, 183, 274, 365, 548, 730)
"""Days since the last visit, for the baseline; up to and including."""

BY_CODE: dict[str, type[PurchaseModel]] = {model.code: model for model in MODELS}
CANDIDATES = ("hiatus_rule", "own_rhythm", *BY_CODE)
BASELINE = "last_visit"

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class MonthChurn:
    """What the month says of the chain's model and of each customer."""

    summary: Churn
    customers: pl.DataFrame
    """One row per customer with a purchase by the month's end: schemas.churn.CHURN_COLUMNS."""


@dataclass(frozen=True)
class Standing:
    """One entry per customer with a purchase by a cut-off, in arrays of one length; days are whole days."""

    month: Month
    customer_no: Ints
    x: Ints
    """Purchases after the first."""
    last: Ints
    """Days from the first purchase to the last."""
    age: Ints
    """Days from the first purchase to the cut-off."""
    own_gap: Floats
    is_overdue: Bools
    is_lapsed: Bools
    bought_3m: Ints
    """Purchases in the three months after."""
    bought_12m: Ints

    @property
    def silence(self) -> Ints:
        return self.age - self.last

    @property
    def bought(self) -> Floats:
        return (self.bought_3m > 0).astype(float)

    def histories(self) -> Histories:
        return Histories.of(self.x, self.last / DAYS_OF_A_WEEK, self.age / DAYS_OF_A_WEEK)

    def fresh(self) -> Standing:
        """The same customers had the last purchase been at the cut-off."""
        none = np.zeros(len(self.x), np.bool_)
        age = np.where(self.x > 0, self.age, 0)
        return Standing(
            self.month, self.customer_no, self.x, age, age, self.own_gap, none, none, self.bought_3m, self.bought_12m
        )


def weeks_ahead(month: Month, months: int) -> float:
    """Weeks from the end of `month` to the end of the month that many later."""
    return (month.plus(months).last_day - month.last_day).days / DAYS_OF_A_WEEK


def standing_at(purchases: pl.DataFrame, month: Month) -> Standing:
    """How every customer stood at the end of `month`, and what they did in the 3 and 12 months after it.

    `purchases`: one row per customer and purchase, sorted: customer_no (0, 1, 2 … without holes), business_date,
    own_gap_days, lapsed_after_days, overdue_after_days (as fixed on that day).
    """
    at = month.last_day
    by_then = pl.col("business_date") <= at

    def bought_until(until: date) -> pl.Expr:
        return (~by_then & (pl.col("business_date") <= until)).sum().cast(pl.Int64)

    frame = (
        purchases.lazy()
        .filter(pl.col("business_date") <= month.plus(12).last_day)
        .group_by("customer_no", maintain_order=True)
        .agg(
            purchases=by_then.sum().cast(pl.Int64),
            first=pl.col("business_date").first(),
            last=pl.col("business_date").filter(by_then).last(),
            **{
                name: pl.col(name).filter(by_then).last()
                for name in ("own_gap_days", "lapsed_after_days", "overdue_after_days")
            },
            bought_3m=bought_until(month.plus(FORETOLD_MONTHS).last_day),
            bought_12m=bought_until(month.plus(12).last_day),
        )
        .filter(pl.col("purchases") > 0)
        .with_columns(
            age=(pl.lit(at) - pl.col("first")).dt.total_days(),
            until_last=(pl.col("last") - pl.col("first")).dt.total_days(),
        )
        .with_columns(silence=pl.col("age") - pl.col("until_last"))
        .collect()
    )
    return Standing(
        month,
        frame["customer_no"].cast(pl.Int64).to_numpy(),
        (frame["purchases"] - 1).to_numpy(),
        frame["until_last"].to_numpy(),
        frame["age"].to_numpy(),
        frame["own_gap_days"].to_numpy(),
        (frame["silence"] > frame["overdue_after_days"]).to_numpy(),
        (frame["silence"] > frame["lapsed_after_days"]).to_numpy(),
        frame["bought_3m"].to_numpy(),
        frame["bought_12m"].to_numpy(),
    )


# ---- rules: the earlier buying share of the cell


def _band(values: Ints | Floats, bands: Sequence[float]) -> Ints:
    return np.searchsorted(np.asarray(bands, float), values, side="left")


def cells(code: str, standing: Standing) -> Ints:
    """The cell of each customer: by standing (in rhythm, overdue, lapsed), by own rhythm, or by the last visit."""
    if code == BASELINE:
        return _band(standing.silence, VISIT_BANDS)
    if code == "hiatus_rule":
        stage = standing.is_overdue.astype(np.int64) + standing.is_lapsed
        return stage * 2 + (standing.x > 0)
    assert code == "own_rhythm"
    rhythm = _band(standing.silence / np.maximum(standing.own_gap, 1.0), RHYTHM_BANDS)
    return rhythm * (len(PURCHASE_BANDS) + 1) + _band(standing.x + 1, PURCHASE_BANDS)


def _mean_by_cell(code: str, now: Standing, earlier: Sequence[tuple[Standing, NDArray[np.generic]]]) -> Floats:
    """For each customer of `now` the earlier mean of their cell; a thin cell leans on the mean of all, as one customer."""
    cell = np.concatenate([cells(code, then) for then, _ in earlier])
    seen = np.concatenate([np.asarray(what, float) for _, what in earlier])
    here = cells(code, now)
    size = int(max(cell.max(initial=0), here.max(initial=0))) + 1
    people = np.bincount(cell, minlength=size)
    total = np.bincount(cell, weights=seen, minlength=size)
    overall = (seen.sum() + 0.5) / (len(seen) + 1)
    means: Floats = ((total + overall) / (people + 1))[here]
    return means


# ---- how well it was foretold


def log_losses(probability: Floats, happened: Floats) -> Floats:
    """−ln of the probability given to what happened, one per customer."""
    p = np.clip(probability, 1e-12, 1 - 1e-12)
    losses: Floats = -np.where(happened > 0, np.log(p), np.log1p(-p))
    return losses


def _mid_ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: Floats = (last - (count - 1) / 2)[place.reshape(-1)]
    return ranks


def placements(score: Floats, happened: Floats) -> tuple[Floats, Floats] | None:
    """For each who bought, the share of the others ranked below; for each who did not, of the buyers above (ties half).

    The mean of either is the AUC, their spread its error (DeLong, DeLong & Clarke-Pearson 1988). None when all or
    nobody bought.
    """
    yes = happened > 0
    if yes.all() or not yes.any():
        return None
    score = np.round(score, 12)  # equal customers may differ in the last bits
    ranks = _mid_ranks(score)
    above = (ranks[yes] - _mid_ranks(score[yes])) / (~yes).sum()
    below = 1 - (ranks[~yes] - _mid_ranks(score[~yes])) / yes.sum()
    return above, below


def calibration_bins(probability: Floats, happened: Floats, bins: int = BINS) -> tuple[CalibrationBin, ...]:
    """Tenths of the customers by foretold chance, lowest first; equal chances are never divided between two."""
    if not len(probability):
        return ()
    p = np.round(probability, 12)
    # where a customer's equals begin says which tenth all of them are in
    tenth = ((np.searchsorted(np.sort(p), p) * bins) // len(p)).astype(np.int64)
    people = np.bincount(tenth, minlength=bins)
    said, came = (np.bincount(tenth, weights=what, minlength=bins) for what in (probability, happened))
    return tuple(
        CalibrationBin(float(said[k] / people[k]), float(came[k] / people[k]), int(people[k]))
        for k in range(bins)
        if people[k]
    )


# ---- the race


@dataclass(frozen=True)
class _Entry:
    """What one runner foretold at one cut-off."""

    probability: Floats | None
    expected: Floats | None
    left_because: str | None
    fit: Fit | None = None


def _is_within_one_error(each: Floats, best: Floats) -> bool:
    excess = each - best
    variance = float((excess**2).sum()) - float(excess.sum()) ** 2 / len(excess)
    return float(excess.sum()) <= float(np.sqrt(max(0.0, variance)))


@dataclass(frozen=True)
class _Race:
    entries: Mapping[str, Sequence[_Entry]]
    """Runner → one entry per cut-off."""
    at: Sequence[Standing]
    customers: int

    def left_because(self, code: str) -> str | None:
        return next((entry.left_because for entry in self.entries[code] if entry.left_because), None)

    def losses(self, code: str) -> Floats:
        """Each customer's share of the mean log loss over the cut-offs; their sum is the mean."""
        total = np.zeros(self.customers)
        for entry, standing in zip(self.entries[code], self.at, strict=True):
            assert entry.probability is not None
            each = log_losses(entry.probability, standing.bought) / (len(standing.x) * len(self.at))
            total += np.bincount(standing.customer_no, weights=each, minlength=self.customers)
        return total

    def trails(self, code: str, other: str) -> bool:
        """Whether `code` ranks customers worse than `other` by more than noise: the mean AUC over the cut-offs."""
        gap, variance, counted = 0.0, 0.0, 0
        for mine, others, standing in zip(self.entries[code], self.entries[other], self.at, strict=True):
            assert mine.probability is not None and others.probability is not None
            first, second = (placements(p, standing.bought) for p in (mine.probability, others.probability))
            if first is None or second is None:
                continue
            counted += 1
            gap += float(second[0].mean() - first[0].mean())
            variance += sum(float((a - b).var()) / len(a) for a, b in zip(first, second, strict=True))
        return counted > 0 and gap > NOISE * float(np.sqrt(variance))

    def order(self) -> list[str]:
        """The candidates that ran, as they would win: the simplest within one standard error of the best, then the rest.

        The standard error is that of the difference to the best, the same customers being judged by both; a customer's
        three quarters count as one observation.
        """
        running = {code: self.losses(code) for code in CANDIDATES if self.left_because(code) is None}
        ordered: list[str] = []
        while running:
            best = min(running.values(), key=lambda each: float(each.sum()))
            ordered.append(next(code for code, each in running.items() if _is_within_one_error(each, best)))
            del running[ordered[-1]]
        return ordered


def _run(
    code: str, now: Standing, earlier: Sequence[Standing], start: Fit | None, histories: tuple[Histories, Ints]
) -> _Entry:
    weeks = weeks_ahead(now.month, FORETOLD_MONTHS)
    if code in BY_CODE:
        kind = BY_CODE[code]
        distinct, places = histories
        fit = kind.fit(distinct, start=None if start is None or start.failure else start.parameters)
        if fit.failure:
            return _Entry(None, None, fit.failure, fit)
        model = kind(fit.parameters)
        return _Entry(
            model.buys_within(distinct, weeks)[places], model.expected_purchases(distinct, weeks)[places], None, fit
        )
    if not earlier:
        return _Entry(None, None, "no_earlier_cells")
    return _Entry(
        _mean_by_cell(code, now, [(then, then.bought) for then in earlier]),
        _mean_by_cell(code, now, [(then, then.bought_3m) for then in earlier]),
        None,
    )


def _race_rows(race: _Race, winner: str | None, left: Mapping[str, str]) -> tuple[RaceRow, ...]:
    rows = []
    for code in (*CANDIDATES, BASELINE):
        for entry, standing in zip(race.entries[code], race.at, strict=True):
            p, expected = entry.probability, entry.expected
            ranked = None if p is None else placements(p, standing.bought)
            rows.append(
                RaceRow(
                    model=code,
                    cut_off=str(standing.month),
                    customers=len(standing.x),
                    log_loss=None if p is None else float(log_losses(p, standing.bought).mean()),
                    mae=None if expected is None else float(np.abs(expected - standing.bought_3m).mean()),
                    auc=None if ranked is None else float(ranked[0].mean()),
                    is_winner=code == winner,
                    left_because=entry.left_because or left.get(code),
                )
            )
    return tuple(rows)


def month_churn(facts: Facts, status: pl.LazyFrame, rules: Rules) -> MonthChurn:
    """The chain's model of the month: who won, and what it says of every customer.

    `status`: one row per customer at the month's end, for the stopgap. Under 200 repeat customers or 12 months of
    history nothing is foretold: the hiatus rule alone, and value_at_stake is the stopgap.
    """
    # without holes: not everybody known has bought
    numbered = facts.purchase_facts.with_columns(pl.col("customer_no").rle_id())
    ids = numbered.filter(pl.col("purchase_no") == 1).select("customer_no", "customer_id")
    repeat = int((numbered["purchase_no"] == 2).sum())
    months = len(Month.of(facts.history_from).through(facts.month))

    stopgap = value.sales_before_silence(facts.days, status)

    def without(reason: str, race: tuple[RaceRow, ...] = ()) -> MonthChurn:
        return MonthChurn(Churn("hiatus_rule", reason, race, ()), _silent_frame(ids, stopgap.collect()))

    if repeat < LEAST_REPEAT_CUSTOMERS:
        return without("too_few_repeat_customers")
    if months < LEAST_MONTHS:
        return without("short_history")

    first = Month.of(facts.history_from)
    stood: dict[Month, Standing] = {}

    def standing(month: Month) -> Standing:
        if month not in stood:
            stood[month] = standing_at(numbered, month)
        return stood[month]

    def before(month: Month) -> list[Standing]:
        return [standing(month.plus(step)) for step in EARLIER if month.plus(step) >= first]

    cut_offs = [facts.month.plus(step) for step in CUT_OFFS if facts.month.plus(step + EARLIER[0]) >= first]
    if not cut_offs:
        return without("short_back_test")
    entries: dict[str, list[_Entry]] = {code: [] for code in (*CANDIDATES, BASELINE)}
    for cut_off in cut_offs:
        now = standing(cut_off)
        histories = now.histories().distinct()
        for code, so_far in entries.items():
            if code in BY_CODE and any(entry.left_because for entry in so_far):
                # it has left already, and a boundary is dear to reach
                so_far.append(_Entry(None, None, so_far[-1].left_because))
                continue
            start = so_far[-1].fit if so_far else None
            so_far.append(_run(code, now, before(cut_off), start, histories))
    race = _Race(entries, [standing(cut_off) for cut_off in cut_offs], ids.height)

    now = standing(facts.month)
    histories = now.histories().distinct()
    left: dict[str, str] = {}
    for code in race.order():
        if race.trails(code, BASELINE):
            left[code] = "worse_than_last_visit"
            continue
        final = _run(code, now, before(facts.month), entries[code][-1].fit, histories)
        if final.left_because:
            left[code] = final.left_because
            continue
        break
    else:
        return without("no_better_than_last_visit", _race_rows(race, None, left))
    assert final.probability is not None
    spend = _spend(facts, ids, now.x + 1)
    if code in BY_CODE and final.fit is not None:
        outlook: _Outlook | None = _model_outlook(BY_CODE[code](final.fit.parameters), facts.month, histories)
    else:
        outlook = _rule_outlook(code, now, before(facts.month.plus(-9)))
    fit, latest, judged = final.fit, race.entries[code][-1], race.at[-1]
    assert latest.probability is not None
    summary = Churn(
        model=code,
        reason=None,
        race=_race_rows(race, code, left),
        calibration=calibration_bins(latest.probability, judged.bought),
        value_basis=spend.basis,
        spend_model=None if outlook is None else spend.model,
        stake_is_foretold=outlook is not None,
        left_spend_fit=spend.left_out,
        parameters=()
        if fit is None
        else tuple(zip(fit.names, map(float, fit.parameters), map(float, fit.standard_errors), strict=True)),
    )
    return MonthChurn(summary, _told(spend, ids, code, final.probability, outlook, stopgap.collect()))


def _silent_frame(ids: pl.DataFrame, stopgap: pl.DataFrame) -> pl.DataFrame:
    unknown = pl.lit(None, pl.Float64)
    return (
        ids.join(stopgap, on="customer_id", how="left", validate="1:1", maintain_order="left")
        .select(
            "customer_id",
            model=pl.lit("hiatus_rule"),
            buy_again_3m=unknown,
            expected_purchases_12m=unknown,
            **{name: pl.lit(None, MONEY) for name in ("own_value_12m", "own_value_low", "own_value_high")},
            value_at_stake=pl.col("net_sales_before_silence").fill_null(0).cast(MONEY),
        )
        .sort("customer_id")
    )


# ---- what the winner says of each customer


@dataclass(frozen=True)
class _Spend:
    expected: Floats
    """Worth of a purchase, one per customer."""
    basis: Literal["margin", "net_sales"]
    model: Literal["gamma_gamma", "own_average"]
    left_out: int


def _spend(facts: Facts, ids: pl.DataFrame, purchases: Ints) -> _Spend:
    """What a purchase of each customer is worth: margin where cost is known, else net sales; returns taken off.

    Whoever is worth nothing or less so far leaves the fit and is foretold nothing.
    """
    days, as_of = facts.days, facts.as_of

    def sums(since: date | None) -> pl.LazyFrame:
        return days.named(value.customer_sales(days, since=since, until=as_of, chain_only=True))

    has_margin = bool(sums(window_start(as_of, 12)).select(value.is_cost_known()).collect().item())
    worth = value.margin() if has_margin else pl.col("net_sales")
    totals = sums(None).select("customer_id", worth=worth).collect()
    total = ids.join(totals, on="customer_id", how="left", maintain_order="left")["worth"].fill_null(0)
    average = total.cast(pl.Float64).to_numpy() / purchases
    pays = average > 0
    fit = GammaGamma.fit(purchases[pays], average[pays])
    model = None if fit.failure else GammaGamma(fit.parameters)
    used: Literal["gamma_gamma", "own_average"]
    if model is not None and model.has_mean:
        expected = np.where(pays, model.expected_spend(purchases, np.maximum(average, 0)), 0.0)
        used = "gamma_gamma"
    else:
        expected, used = np.where(pays, average, 0.0), "own_average"
    return _Spend(expected, "margin" if has_margin else "net_sales", used, int((~pays).sum()))


def _discounted(expected_by_quarter: Sequence[Floats]) -> Floats:
    """Purchases of each quarter as if made in its middle."""
    before = np.zeros_like(expected_by_quarter[0])
    worth = np.zeros_like(before)
    for quarter, until in enumerate(expected_by_quarter):
        worth += (until - before) / (1 + DISCOUNT) ** ((quarter + 0.5) / len(expected_by_quarter))
        before = until
    return worth


@dataclass(frozen=True)
class _Outlook:
    """What is foretold of each customer, one entry per customer; None where the winner cannot say."""

    expected_12m: Floats
    discounted_12m: Floats
    discounted_if_fresh: Floats
    """Had the last purchase been at the month's end."""
    few_12m: Floats | None
    many_12m: Floats | None
    """The 5th and 95th percentile of the number of purchases."""


def _model_outlook(model: PurchaseModel, month: Month, histories: tuple[Histories, Ints]) -> _Outlook:
    distinct, places = histories
    quarters = [weeks_ahead(month, FORETOLD_MONTHS * (quarter + 1)) for quarter in range(4)]
    expected = [model.expected_purchases(distinct, weeks) for weeks in quarters]
    fresh, fresh_places = distinct.fresh().distinct()
    if_fresh = _discounted([model.expected_purchases(fresh, weeks) for weeks in quarters])[fresh_places]
    few, many = (model.most_purchases(distinct, quarters[-1], share) for share in (0.05, 0.95))
    return _Outlook(
        expected[-1][places], _discounted(expected)[places], if_fresh[places], few[places], many[places]
    )  # fmt: skip


def _rule_outlook(code: str, now: Standing, earlier: Sequence[Standing]) -> _Outlook | None:
    """From those who stood so a year ago or longer; None when nobody did."""
    if not earlier:
        return None
    seen = [(then, then.bought_12m) for then in earlier]
    expected = _mean_by_cell(code, now, seen)
    half_a_year = (1 + DISCOUNT) ** -0.5
    return _Outlook(
        expected, expected * half_a_year, _mean_by_cell(code, now.fresh(), seen) * half_a_year, None, None
    )  # fmt: skip


def _money(amounts: Floats) -> pl.Series:
    return pl.Series(amounts).round(2).cast(MONEY)


def _told(
    spend: _Spend, ids: pl.DataFrame, code: str, probability: Floats, outlook: _Outlook | None, stopgap: pl.DataFrame
) -> pl.DataFrame:
    """One row per customer: CHURN_COLUMNS."""
    frame = ids.select("customer_id", model=pl.lit(code)).with_columns(buy_again_3m=pl.Series(probability))
    if outlook is None:
        unsaid = _silent_frame(ids, stopgap).drop("model", "buy_again_3m")
        return frame.join(unsaid, on="customer_id", how="left", validate="1:1").sort("customer_id")
    mid_year = spend.expected * (1 + DISCOUNT) ** -0.5
    unknown = pl.Series([None], dtype=MONEY).extend_constant(None, frame.height - 1)
    return frame.with_columns(
        expected_purchases_12m=pl.Series(outlook.expected_12m),
        own_value_12m=_money(outlook.discounted_12m * spend.expected),
        own_value_low=unknown if outlook.few_12m is None else _money(outlook.few_12m * mid_year),
        own_value_high=unknown if outlook.many_12m is None else _money(outlook.many_12m * mid_year),
        value_at_stake=_money(
            np.maximum(outlook.discounted_if_fresh - outlook.discounted_12m, 0.0) * spend.expected
        ),
    ).sort("customer_id")  # fmt: skip
