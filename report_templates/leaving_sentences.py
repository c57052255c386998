"""The words of page 4: why somebody stays away, what they will need next, and what the model is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from report_templates import sentences
from report_templates.language import Language
from report_templates.leaving_derived import share_listed
from schemas.churn import CANDIDATE, LEFT_REASONS, REASONS, Churn
from schemas.leaving import LapseReasonRow, LapseShareRow, Leaving, LeavingRow
from schemas.period import Month
from schemas.review import Param, Review
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
        parts.append(say.plural(
            "Of {n} person at risk or lapsed within 12 months, {share} left evidence of why.",
            "Of {n} people at risk or lapsed within 12 months, {share} left evidence of why.",
            leaving.customers, share=say.share(float(known.value), 0),
        ))  # fmt: skip
    if leaving.let_go:
        parts.append(say.plural("{n} is let go: no more effort, no hard feelings.",
                                "{n} are let go: no more effort, no hard feelings.", leaving.let_go))  # fmt: skip
    rate = review.figures.get("lapse_rate")
    if rate is not None and rate.value is not None:
        parts.append(say.text("{rate} of the base lapsed this month.", rate=say.share(float(rate.value))))
    return say.sentences(parts)


def rows_title(say: Language, leaving: Leaving) -> str:
    """How much of what is at stake, of those at risk and those lapsed, the listed ones hold."""
    rows, share = leaving.rows, share_listed(leaving)
    if share is None:
        return say.plural("The one away longest", "The {n} away longest", len(rows))
    return say.plural("One person holds {share} of what is at stake", "The first {n} hold {share} of what is at stake",
                      len(rows), share=say.share(share, 0))  # fmt: skip


def reasons_title(say: Language, leaving: Leaving) -> str:
    main = main_reason(leaving)
    if main is None:
        return say.text("Why they stay away is not known")
    return say.text("Most frequent known reason: {reason}", reason=reason_label(say, main.lapse_reason).lower())


def trend_title(say: Language, review: Review) -> str:
    """How many lapsed, and whether that is usual."""
    figure = review.figures["newly_lapsed"]
    n = int(figure.value or 0)
    where = sentences.place(say, figure)
    if where is None:
        return say.plural("{n} lapsed this month", "{n} lapsed this month", n)
    return say.plural("{n} lapsed this month, {where}", "{n} lapsed this month, {where}", n, where=where)


def care_title(say: Language, review: Review) -> str:
    """M7: how many of those who need it are looked after."""
    figure = review.figures["care_coverage_90d"]
    if figure.value is None:
        return say.text("Care coverage: {reason}", reason=sentences.empty_reason(say, figure))
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


# ---- evidence


def evidence(say: Language, row: LeavingRow, as_of: date) -> str:
    """What speaks for the reason, with its day; empty where nothing does."""
    if row.evidence is None:
        return ""
    return EVIDENCE_TEXTS[row.evidence](say, row.evidence_params, as_of)


def _near(say: Language, value: Param, as_of: date) -> str:
    return say.near_day(value, as_of) if isinstance(value, date) else say.text("a day not known")


def _cause(say: Language, params: Params) -> str:
    code = params.get("cause")
    known = sentences.COMPLAINT_CAUSES.get(str(code))
    return known(say) if known else str(code) if code else say.text("cause not known")


def _count(say: Language, value: Param) -> str:
    return say.count(int(value)) if isinstance(value, int) else "0"


def _moved(say: Language, params: Params, as_of: date) -> str:
    return say.text("moved away on {day}", day=_near(say, params.get("on"), as_of))


def _moved_note(say: Language, params: Params, as_of: date) -> str:
    return say.text("a staff note says so, undated")


def _unresolved(say: Language, params: Params, as_of: date) -> str:
    return say.text("complaint of {day} ({cause}) was not settled", day=_near(say, params.get("on"), as_of),
                    cause=_cause(say, params))  # fmt: skip


def _late(say: Language, params: Params, as_of: date) -> str:
    return say.text("complaint of {day} ({cause}) took {days} days", day=_near(say, params.get("on"), as_of),
                    cause=_cause(say, params), days=_count(say, params.get("days")))  # fmt: skip


def _unsatisfied(say: Language, params: Params, as_of: date) -> str:
    return say.text("complaint of {day} ({cause}) settled, not satisfied", day=_near(say, params.get("on"), as_of),
                    cause=_cause(say, params))  # fmt: skip


def _below(say: Language, params: Params, as_of: date) -> str:
    aspect = str(params["aspect"]) if params.get("aspect") else say.text("on the whole")
    return say.text(
        "survey of {day}, {aspect}: expected {expectation}, experienced {experience}", day=_near(say, params.get("on"), as_of),
        aspect=aspect, expectation=_count(say, params.get("expectation")), experience=_count(say, params.get("experience")),
    )  # fmt: skip


def _dearer(say: Language, params: Params, as_of: date) -> str:
    on, share = params.get("on"), params.get("share")
    what = str(params["category"]) if params.get("category") else say.text("prices")
    return say.text(
        "last 3 times on promotion only; then {what} up {share} in {month}", what=what,
        share=say.share(float(share), 0) if isinstance(share, float) else "",
        month=say.month(Month.of(on)) if isinstance(on, date) else "",
    )  # fmt: skip


def _competitor(say: Language, params: Params, as_of: date) -> str:
    day, name = _near(say, params.get("on"), as_of), str(params.get("competitor"))
    if params.get("source") == "complaint":
        return say.text("named {competitor} in a complaint on {day}", competitor=name, day=day)
    return say.text("named {competitor} in a survey on {day}", competitor=name, day=day)


def _drift(say: Language, params: Params, as_of: date) -> str:
    return say.text("last {n} purchases mostly {now}, before that {before}", n=_count(say, params.get("purchases")),
                    now=str(params.get("now")), before=str(params.get("before")))  # fmt: skip


def _no_contact(say: Language, params: Params, as_of: date) -> str:
    if params.get("on") is None:
        return say.text("never contacted until overdue")
    return say.text("not contacted since {day}", day=_near(say, params["on"], as_of))


EVIDENCE_TEXTS: dict[str, Callable[[Language, Params, date], str]] = {
    "moved_away_on_file": _moved,
    "moved_away_note": _moved_note,
    "complaint_unresolved": _unresolved,
    "complaint_late": _late,
    "complaint_unsatisfied": _unsatisfied,
    "below_expectation": _below,
    "dearer_after_promotion": _dearer,
    "competitor_named": _competitor,
    "category_drift": _drift,
    "no_contact": _no_contact,
}


# ---- next need


def next_need(say: Language, row: LeavingRow, as_of: date) -> str:
    """The day, and what: the gift of a year before, or the category with its chance."""
    day, params = say.near_day(row.next_need_on, as_of), row.next_need_params
    if row.next_need == "gift_day":
        recipient = params.get("recipient")
        for_whom = say.kept(str(recipient)) if recipient else say.text("somebody")
        what = params.get("product") or row.next_need_category
        if what is None:
            return say.text("{day}: a gift for {recipient}", day=day, recipient=for_whom)
        return say.text("{day}: gift for {recipient}, last year {what}", day=day, recipient=for_whom, what=str(what))
    share = params.get("share")
    if row.next_need_category is None or not isinstance(share, float):
        return say.text("about {day}", day=day)
    return say.text(
        "about {day}: {category} ({share})", day=day, category=row.next_need_category, share=say.share(share, 0)
    )


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
    return say.text("Chances to buy again: {model} won the back-test", model=model_name(say, churn.model))


def model_caption(say: Language, churn: Churn | None) -> str:
    """How to read the race; why there is none."""
    if churn is None or (churn.reason is None and not churn.race):
        return say.text("No purchase model was fitted: chances to buy again are not given.")
    if churn.reason is not None:
        zh, en = REASONS[churn.reason]
        return say.text("{reason}; chances to buy again are not given.", reason=zh if say.is_chinese else en)
    return say.text(
        "Whole chain, mean of the cut-offs {cut_offs}. Log loss and error in purchases: lower is better; AUC: higher.",
        cut_offs=say.joined(sorted({row.cut_off for row in churn.race})),
    )


def calibration_alt(say: Language, churn: Churn) -> str:
    plain = say.plain
    points = "; ".join(f"{plain.share(b.predicted, 0)} → {plain.share(b.observed, 0)}" for b in churn.calibration)
    return plain.text("Foretold chance and what came: {points}", points=points)
