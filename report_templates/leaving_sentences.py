"""The words of page 4: why somebody stays away, what they will need next, and what the model is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from report_templates import figure_sentences
from report_templates.language import Language
from report_templates.leaving_derived import mean_over_cut_offs, race_by_model, share_listed
from schemas.churn import CANDIDATE, LEFT_REASONS, REASONS, Churn
from schemas.disclosure import FEWEST_SHOWN
from schemas.leaving import LapseReasonRow, LapseShareRow, Leaving
from schemas.page_values import Param
from schemas.review import Review
from schemas.segments import LAPSE_REASON

Params = Mapping[str, Param]


def people_of(row: LapseReasonRow) -> int:
    """How many have this reason; 0 where that is not told."""
    return (row.at_risk or 0) + (row.lapsed_12m or 0)


def main_reason(leaving: Leaving) -> LapseReasonRow | None:
    """The most frequent known reason; of equals the first of the rules."""
    known = [row for row in leaving.reasons if row.lapse_reason != "unknown" and people_of(row)]
    return max(known, key=people_of, default=None)


def reason_label(say: Language, code: str) -> str:
    return LAPSE_REASON[code].label(say.locale)


def leaving_title(say: Language, review: Review, leaving: Leaving) -> str:
    """How many are at risk, what is at stake, and why."""
    at_risk, stake = review.figures.get("at_risk"), review.figures.get("value_at_stake")
    n = 0 if at_risk is None or at_risk.value is None else int(at_risk.value)
    if not n:
        return say.plural("Nobody at risk; {n} lapsed within 12 months", "Nobody at risk; {n} lapsed within 12 months",
                          leaving.customers)  # fmt: skip
    money = (
        say.short_money(Decimal(stake.value))
        if stake is not None and stake.value is not None
        else say.money(Decimal(0))
    )
    main = main_reason(leaving)
    if main is None:
        return say.text("{n} at risk, {money} at stake; reasons not known yet", n=say.count(n), money=money)
    return say.text("{n} at risk, {money} at stake; main known reason: {reason}", n=say.count(n), money=money,
                    reason=reason_label(say, main.lapse_reason).lower())  # fmt: skip


def leaving_lede(say: Language, review: Review, leaving: Leaving) -> str:
    parts = []
    known = review.figures.get("lapse_reason_known_share")
    if known is not None and known.value is not None:
        parts.append(
            say.plural(
                "Of {n} person at risk or lapsed within 12 months, {share} left evidence of why.",
                "Of {n} people at risk or lapsed within 12 months, {share} left evidence of why.",
                leaving.customers, share=_whole_share(say, float(known.value)),
            )
            if known.value
            else say.plural(
                "{n} person is at risk or lapsed within 12 months and left no evidence of why.",
                "{n} people are at risk or lapsed within 12 months; none left evidence of why.",
                leaving.customers,
            )
        )  # fmt: skip
    if leaving.let_go:
        parts.append(say.plural("{n} is let go: no more effort, no hard feelings.",
                                "{n} are let go: no more effort, no hard feelings.", leaving.let_go))  # fmt: skip
    rate = review.figures.get("lapse_rate")
    if rate is not None and rate.value is not None:
        parts.append(
            say.text("{rate} of the base lapsed this month.", rate=say.share(float(rate.value)))
            if rate.value
            else say.text("Nobody lapsed this month.")
        )
    return say.sentences(parts)


def rows_title(say: Language, leaving: Leaving) -> str:
    """How much of what is at stake, of those at risk and those lapsed, the listed ones hold."""
    rows, share = leaving.rows, share_listed(leaving)
    if share is None:
        return say.plural("The one away longest", "The {n} away longest", len(rows))
    return say.plural("One person holds {share} of what is at stake", "The first {n} hold {share} of what is at stake",
                      len(rows), share=_whole_share(say, share))  # fmt: skip


def _whole_share(say: Language, share: float) -> str:
    """Without decimals, unless that would make nothing of something."""
    return say.share(share, 0 if share >= 0.01 else 1)


def stores_caption(say: Language, has_coverage: bool, has_reasons: bool) -> str:
    """What the columns of headquarters' table of stores count."""
    clauses = [say.text("At risk at the month's end; lapsed in the month and as share of the base; value at stake in {unit}",
                        unit=say.money_unit)]  # fmt: skip
    if has_coverage:
        clauses.append(say.text("care coverage of A, B and at-risk customers in 90 days"))
    if has_reasons:
        clauses.append(say.text("reasons of fewer than {n} people are not told", n=FEWEST_SHOWN))
    return say.clauses(clauses)


def reasons_title(say: Language, leaving: Leaving) -> str:
    main = main_reason(leaving)
    if main is None:
        return say.text("Why they stay away is not known")
    return say.text("Most frequent known reason: {reason}", reason=reason_label(say, main.lapse_reason).lower())


def trend_title(say: Language, review: Review) -> str:
    """How many lapsed, and whether that is usual."""
    figure = review.figures["newly_lapsed"]
    n = int(figure.value or 0)
    where = figure_sentences.place(say, figure)
    if not n and where != "below":
        return say.text("Nobody lapsed this month")
    if where is None:
        return say.plural("{n} lapsed this month", "{n} lapsed this month", n)
    return say.plural("{n} lapsed this month, {where}", "{n} lapsed this month, {where}", n, where=where)


def care_title(say: Language, review: Review) -> str:
    """M7: how many of those who need it are looked after."""
    figure = review.figures["care_coverage_90d"]
    if figure.value is None:
        return say.text("Care coverage: {reason}", reason=figure_sentences.empty_reason(say, figure))
    return say.plural(
        "{share} of the {n} to look after had a contact in 90 days", "{share} of the {n} to look after had a contact in 90 days",
        figure.n or 0, share=say.share(float(figure.value), 0),
    )  # fmt: skip


def shares_alt(say: Language, rows: Sequence[LapseShareRow]) -> str:
    plain = say.plain
    return "; ".join(f"{half(plain, row.contacted)} {share_text(plain, row)}" for row in rows)


def half(say: Language, contacted: bool) -> str:
    return say.text("With contact") if contacted else say.text("Without")


def share_text(say: Language, row: LapseShareRow) -> str:
    """The share and its n."""
    if row.share is None:
        return say.text("nobody")
    return say.text("{share} (n = {n})", share=say.share(row.share, 0), n=say.count(row.customers))


# ---- the model


def model_name(say: Language, code: str) -> str:
    zh, en = CANDIDATE[code]
    return zh if say.is_chinese else en


def left_because(say: Language, code: str) -> str:
    zh, en = LEFT_REASONS[code]
    return zh if say.is_chinese else en


def model_title(say: Language, churn: Churn | None) -> str:
    """Which model speaks, or why none does."""
    if churn is None or not churn.race or churn.reason is not None:
        return say.text("No model: the rule of twice the own rhythm decides")
    losses = {model: mean_over_cut_offs(rows, "log_loss") for model, rows in race_by_model(churn).items()}
    mine = losses.get(churn.model)
    if mine is not None and any(
        loss is not None and loss < mine for model, loss in losses.items() if model != "last_visit"
    ):
        return say.text("Chances to buy again: {model}, the simplest of equals", model=model_name(say, churn.model))
    return say.text("Chances to buy again: {model} won the back-test", model=model_name(say, churn.model))


def model_caption(say: Language, churn: Churn | None) -> str:
    """How to read the race; why there is none."""
    if churn is None or (churn.reason is None and not churn.race):
        return say.text("No purchase model was fitted: chances to buy again are not given.")
    if churn.reason is not None:
        zh, en = REASONS[churn.reason]
        return say.text("{reason}; chances to buy again are not given.", reason=zh if say.is_chinese else en)
    return say.text(
        "Whole chain, mean of the cut-offs {cut_offs}. Log loss and error in purchases: lower is better; AUC: higher. "
        "Within one standard error of the lowest log loss the simplest is taken.",
        cut_offs=say.joined(sorted({row.cut_off for row in churn.race})),
    )


def calibration_alt(say: Language, churn: Churn) -> str:
    plain = say.plain
    points = "; ".join(f"{plain.share(b.predicted, 0)} → {plain.share(b.observed, 0)}" for b in churn.calibration)
    return plain.text("Foretold chance and what came: {points}", points=points)
