# ruff: noqa: E501    (one text is one line)
"""The words of why somebody stays away, and of what they will need next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from report_templates import parameters
from report_templates.complaint_words import COMPLAINT_CAUSES, labelled
from report_templates.language import Language
from schemas.period import Month

if TYPE_CHECKING:  # a look-up does without pages
    from schemas.page_values import Param

    Params = Mapping[str, Param]

# ---- evidence


def evidence(say: Language, code: Param, params: Params, as_of: date) -> str:
    """What speaks for a reason, with its day; empty where nothing does. `code`, `params`: as in schemas.leaving.LeavingRow."""
    return EVIDENCE_TEXTS[str(code)](say, params, as_of) if code is not None else ""


def _cause(say: Language, params: Params) -> str:
    return labelled(say, COMPLAINT_CAUSES, params.get("cause")) or say.text("cause not known")


def _count(say: Language, value: Param) -> str:
    return say.count(int(value)) if isinstance(value, int) else "0"


def _moved(say: Language, params: Params, as_of: date) -> str:
    return say.text("moved away on {day}", day=parameters.near(say, params.get("on"), as_of))


def _moved_note(say: Language, params: Params, as_of: date) -> str:
    return say.text("a staff note says so, undated")


def _unresolved(say: Language, params: Params, as_of: date) -> str:
    return say.text("complaint of {day} ({cause}) was not settled", day=parameters.near(say, params.get("on"), as_of),
                    cause=_cause(say, params))  # fmt: skip


def _late(say: Language, params: Params, as_of: date) -> str:
    return say.text("complaint of {day} ({cause}) took {days} days", day=parameters.near(say, params.get("on"), as_of),
                    cause=_cause(say, params), days=_count(say, params.get("days")))  # fmt: skip


def _unsatisfied(say: Language, params: Params, as_of: date) -> str:
    return say.text("complaint of {day} ({cause}) settled, not satisfied", day=parameters.near(say, params.get("on"), as_of),
                    cause=_cause(say, params))  # fmt: skip


def _below(say: Language, params: Params, as_of: date) -> str:
    aspect = str(params["aspect"]) if params.get("aspect") else say.text("on the whole")
    return say.text(
        "survey of {day}, {aspect}: expected {expectation}, experienced {experience}", day=parameters.near(say, params.get("on"), as_of),
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
    day, name = parameters.near(say, params.get("on"), as_of), str(params.get("competitor"))
    if params.get("source") == "complaint":
        return say.text("named {competitor} in a complaint on {day}", competitor=name, day=day)
    return say.text("named {competitor} in a survey on {day}", competitor=name, day=day)


def _drift(say: Language, params: Params, as_of: date) -> str:
    return say.text("last {n} purchases mostly {now}, before that {before}", n=_count(say, params.get("purchases")),
                    now=str(params.get("now")), before=str(params.get("before")))  # fmt: skip


def _no_contact(say: Language, params: Params, as_of: date) -> str:
    if params.get("on") is None:
        return say.text("never contacted until overdue")
    return say.text("not contacted since {day}", day=parameters.near(say, params["on"], as_of))


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


def next_need(say: Language, code: Param, params: Params, as_of: date) -> str:
    """The day, and what: the gift of a year before, or the category with its chance.

    `code`: as `next_need` of schemas.leaving.LeavingRow; `params`: its next_need_params, with on and category.
    """
    on, category, share = params["on"], params.get("category"), params.get("share")
    if not isinstance(on, date):
        raise TypeError("the day of a next need is no date")
    day = say.near_day(on, as_of)
    if code == "gift_day":
        recipient = params.get("recipient")
        for_whom = say.kept(str(recipient)) if recipient else say.text("somebody")
        what = params.get("product") or category
        if what is None:
            return say.text("{day}: a gift for {recipient}", day=day, recipient=for_whom)
        return say.text("{day}: gift for {recipient}, last year {what}", day=day, recipient=for_whom, what=str(what))
    if category is None or not isinstance(share, float):
        return say.text("about {day}", day=day)
    return say.text("about {day}: {category} ({share})", day=day, category=str(category), share=say.share(share, 0))
