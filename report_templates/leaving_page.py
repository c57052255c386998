"""Page 4, "leaving": who, what is at stake, why, what they will need; the lapse trend, care, and the model's honesty box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report_templates import figure_sentences, silence_sentences
from report_templates import leaving_sentences as words
from report_templates.album import Album
from report_templates.charts import Whisker, calibration, trend, whiskers
from report_templates.customers_page import bar
from report_templates.language import UNKNOWN, Language
from report_templates.leaving_derived import mean_over_cut_offs, race_by_model
from report_templates.month_page import month_label
from schemas.churn import Churn, RaceRow
from schemas.disclosure import FEWEST_SHOWN
from schemas.leaving import Leaving, LeavingRow
from schemas.page_values import Value
from schemas.period import Month
from schemas.review import Review
from schemas.segments import STATUS

FEW = 6
"""So few people need no picture of a trend."""


def leaving_page(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    """What the template of page 4 shows; None when nobody is at risk or has lapsed within 12 months."""
    leaving = review.leaving
    if leaving is None or not leaving.customers:
        return None
    has_chances = any(row.buy_again_3m is not None for row in leaving.rows)
    has_coverage = any(row.care_coverage_90d is not None for row in leaving.stores)
    has_reasons = any(row.main_reason is not None for row in leaving.stores)
    return {
        "title": words.leaving_title(say, review, leaving),
        "lede": words.leaving_lede(say, review, leaving),
        "rows_title": words.rows_title(say, leaving) if leaving.rows else "",
        "has_chances": has_chances,
        "is_staffed": any(row.associate_name for row in leaving.rows),
        "rows": [_row(row, review, say, has_chances) for row in leaving.rows],
        "stores": _stores(leaving, say),
        "has_coverage": has_coverage,
        "has_reasons": has_reasons,
        "stores_caption": words.stores_caption(say, has_coverage, has_reasons),
        "reasons_title": words.reasons_title(say, leaving),
        "reasons": _reasons(leaving, say),
        "trend": _trend(review, say, album) if leaving.customers >= FEW else None,
        "care_title": words.care_title(say, review),
        "shares": _shares(leaving, say, album),
        "model": _model(review.churn, say, album),
    }


def _row(row: LeavingRow, review: Review, say: Language, has_chances: bool) -> Mapping[str, object]:
    usual = say.text(
        "{days} d, usually {gap}", days=say.count(row.days_since_last_purchase), gap=say.count(row.own_gap_days)
    )
    return {
        "name": row.person.masked_name,
        "tail": row.person.phone_tail,
        "value_class": row.value_class,
        "status": STATUS[row.status].label(say.locale),
        "is_lapsed": row.status == "lapsed",
        "silence": usual,
        "stake": say.amount(row.value_at_stake),
        "chance": (UNKNOWN if row.buy_again_3m is None else say.share(row.buy_again_3m, 0)) if has_chances else "",
        "reason": words.reason_label(say, row.lapse_reason),
        "is_unknown": row.lapse_reason == "unknown",
        "evidence": silence_sentences.evidence(say, row.evidence, row.evidence_params, review.as_of),
        "need": silence_sentences.next_need(
            say,
            row.next_need,
            {"on": row.next_need_on, "category": row.next_need_category, **row.next_need_params},
            review.as_of,
        ),
        "associate": row.associate_name or say.text("Unassigned"),
        "let_go": row.let_go,
    }


def _stores(leaving: Leaving, say: Language) -> list[Mapping[str, object]]:
    top = max((float(row.value_at_stake) for row in leaving.stores), default=0.0)
    return [
        {
            "name": row.name,
            "at_risk": say.count(row.at_risk),
            "lapsed": say.count(row.newly_lapsed),
            "rate": UNKNOWN if row.lapse_rate is None else say.share(row.lapse_rate),
            "stake": say.amount(row.value_at_stake),
            "bar": bar(float(row.value_at_stake), top),
            "coverage": UNKNOWN if row.care_coverage_90d is None else say.share(row.care_coverage_90d, 0),
            "coverage_n": say.count(row.care_coverage_n) if row.care_coverage_90d is not None else "",
            "reason": UNKNOWN
            if row.main_reason is None
            else say.text(
                "{reason}: {n}", reason=words.reason_label(say, row.main_reason), n=say.count(row.main_reason_customers or 0)
            ),
        }
        for row in leaving.stores
    ]  # fmt: skip


def _reasons(leaving: Leaving, say: Language) -> list[Mapping[str, object]]:
    top = max((words.people_of(row) for row in leaving.reasons), default=0)
    few = say.text("under {n}", n=FEWEST_SHOWN)
    return [
        {
            "label": words.reason_label(say, row.lapse_reason),
            "at_risk": few if row.at_risk is None else say.count(row.at_risk),
            "lapsed": few if row.lapsed_12m is None else say.count(row.lapsed_12m),
            "bar": bar(words.people_of(row), top),
            "stake": UNKNOWN if row.value_at_stake is None else say.amount(row.value_at_stake),
            "is_unknown": row.lapse_reason == "unknown",
        }
        for row in leaving.reasons
    ]


def _trend(review: Review, say: Language, album: Album) -> Mapping[str, object]:
    figure = review.figures["newly_lapsed"]
    month = Month.parse(review.month)
    first = month.plus(1 - len(figure.history)) if figure.history else month
    known = [value for value in figure.history if value is not None]
    chart = trend(
        [_number(value) for value in figure.history], figure_sentences.figure_alt(say, figure),
        low=_number(figure.usual_low), high=_number(figure.usual_high),
        first_label=month_label(first, say) if first != month else "", last_label=month_label(month, say),
        top_text=say.plain.count(int(max(known, key=float))) if known else "",
        bottom_text=say.plain.count(int(min(known, key=float))) if known else "", width=206, height=70,
    )  # fmt: skip
    return {"title": words.trend_title(say, review), "picture": album.add(chart) if any(known) else None}


def _number(value: Value) -> float | None:
    return None if value is None else float(value)


def _shares(leaving: Leaving, say: Language, album: Album) -> object | None:
    rows = [
        Whisker(words.half(say.plain, row.contacted), row.share, row.low, row.high, words.share_text(say.plain, row))
        for row in leaving.lapse_shares
        if row.share is not None and row.low is not None and row.high is not None
    ]
    if len(rows) < len(leaving.lapse_shares) or not rows:
        return None
    return album.add(whiskers(rows, words.shares_alt(say, leaving.lapse_shares), width=178))


def _model(churn: Churn | None, say: Language, album: Album) -> Mapping[str, object]:
    bins = churn.calibration if churn else ()
    picture = None
    if churn and len(bins) > 1:
        picture = album.add(calibration(
            [(b.predicted, b.observed, b.customers) for b in bins], words.calibration_alt(say, churn),
            x_label=say.plain.text("foretold chance"), y_label=say.plain.text("share that came"),
        ))  # fmt: skip
    return {
        "title": words.model_title(say, churn),
        "caption": words.model_caption(say, churn),
        "rows": [_race_row(model, rows, say) for model, rows in race_by_model(churn).items()],
        "picture": picture,
    }


def _race_row(model: str, rows: Sequence[RaceRow], say: Language) -> Mapping[str, object]:
    left = next((row.left_because for row in rows if row.left_because is not None), None)
    return {
        "label": words.model_name(say, model),
        "is_winner": any(row.is_winner for row in rows),
        "note": "" if left is None else words.left_because(say, left),
        "log_loss": _mean(rows, "log_loss", 3, say),
        "mae": _mean(rows, "mae", 2, say),
        "auc": _mean(rows, "auc", 3, say),
    }


def _mean(rows: Sequence[RaceRow], measure: str, places: int, say: Language) -> str:
    mean = mean_over_cut_offs(rows, measure)
    return UNKNOWN if mean is None else say.decimal(mean, places)
