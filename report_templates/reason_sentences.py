# ruff: noqa: E501    (one text is one line)
"""Why an action or a care date stands on a list, and what may be said: codes and their parameters in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from report_templates import parameters, silence_sentences
from report_templates.complaint_words import COMPLAINT_CAUSES, SEVERITIES, labelled
from report_templates.language import Language
from schemas.segments import ACTION_KIND, CHANNEL

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.page_values import Param
    from schemas.review import Action, CareDate

    Params = Mapping[str, Param]

OCCASIONS: dict[str, Callable[[Language], str]] = {
    "birthday": lambda say: say.text("birthday"),
    "mothers_day": lambda say: say.text("Mother's Day"),
    "valentine": lambda say: say.text("Valentine's Day"),
    "qixi": lambda say: say.text("Qixi"),
    "520": lambda say: say.text("20 May"),
    "anniversary": lambda say: say.text("wedding anniversary"),
    "wedding": lambda say: say.text("wedding"),
}
OCCASIONS |= {
    word: OCCASIONS[code]
    for word, code in (
        ("生日", "birthday"), ("母亲节", "mothers_day"), ("情人节", "valentine"), ("七夕", "qixi"),
        ("结婚纪念日", "anniversary"), ("婚礼", "wedding"),
    )
}  # fmt: skip
"""What the shops write → its words; anything else prints as it stands."""


def reason(say: Language, action: Action, as_of: date) -> str:
    """Why this action: the evidence in one line."""
    return explained(say, action.reason_code, action.reason, as_of)


def brief_reason(say: Language, action: Action, as_of: date) -> str:
    """The same for a printed list, where the value and the days stand already."""
    if action.reason_code == "win_back":
        why = silence_sentences.evidence(say, *_evidence_of(action.reason), as_of)
        last_product = None if why else parameters.text(action.reason.get("last_product"))
        return say.clauses([*_absence(say, action.reason, last_product), *filter(None, [why])])
    return reason(say, action, as_of)


def care_reason(say: Language, care: CareDate, as_of: date) -> str:
    """What the care date is about; nothing more than the kind where nothing more is known."""
    known: dict[str, Param] = {"on": care.due_on, "is_lunar": care.is_lunar, "lunar_text": care.lunar_text}
    return explained(say, care.kind, {**known, **care.params}, as_of)


def explained(say: Language, code: str, params: Params, as_of: date) -> str:
    """The sentence of a reason code. KeyError for a code that has none."""
    return REASONS[code](say, params, as_of)


def _answer_complaint(say: Language, params: Params, as_of: date) -> str:
    cause = labelled(say, COMPLAINT_CAUSES, params.get("cause")) or say.text("cause not known")
    severity = labelled(say, SEVERITIES, params.get("severity"))
    what = say.text("{cause}, {severity}", cause=cause, severity=severity) if severity else cause
    return say.plural(
        "Complaint of {day} ({what}), open for {n} day", "Complaint of {day} ({what}), open for {n} days",
        parameters.number(params.get("days_open")), day=parameters.near(say, params.get("received_on"), as_of), what=what,
    )  # fmt: skip


def _thank_referrer(say: Language, params: Params, as_of: date) -> str:
    return say.text("Brought us {name}, who first bought on {day}",
                    name=parameters.name(say, params.get("referred")), day=parameters.near(say, params.get("bought_on"), as_of))  # fmt: skip


def _welcome_referred(say: Language, params: Params, as_of: date) -> str:
    return say.text("Came through {name}, first bought on {day}",
                    name=parameters.name(say, params.get("referrer")), day=parameters.near(say, params.get("bought_on"), as_of))  # fmt: skip


def _bought(say: Language, params: Params, as_of: date) -> str:
    day, product = parameters.near(say, params.get("bought_on"), as_of), params.get("product")
    if product is None:
        return say.text("Bought on {day}", day=day)
    return say.text("Bought {product} on {day}", product=str(product), day=day)


def _birthday(say: Language, params: Params, as_of: date) -> str:
    day = parameters.near(say, params.get("on"), as_of)
    if params.get("is_lunar"):
        return say.text(
            "Lunar birthday {lunar} ({day} this year)",
            lunar=say.lunar(parameters.text(params.get("lunar_text"))),
            day=day,
        )
    return say.text("Birthday on {day}", day=day)


def _anniversary(say: Language, params: Params, as_of: date) -> str:
    day, years = parameters.near(say, params.get("on"), as_of), parameters.number(params.get("years"))
    if not years:
        return say.text("Anniversary on {day}", day=day)
    return say.plural("First anniversary on {day}", "{n} years on {day}", years, day=day)


def _gift_day(say: Language, params: Params, as_of: date) -> str:
    product, recipient = parameters.text(params.get("product")), parameters.text(params.get("recipient"))
    occasion = labelled(say, OCCASIONS, params.get("occasion"))
    what = product or say.text("a gift")
    gift = say.text("{what} for {recipient}", what=what, recipient=say.kept(recipient)) if recipient else what
    if occasion:
        gift = say.text("{gift} ({occasion})", gift=gift, occasion=occasion)
    day = parameters.day(params.get("last_year_on"))
    return (
        say.text("Last year on {day}: {gift}", day=say.day(day), gift=gift)
        if day
        else say.text("Last year: {gift}", gift=gift)
    )


def _ask_vip_reason(say: Language, params: Params, as_of: date) -> str:
    question = VIP_GAPS[str(params["question"])](say)
    return say.text(
        "No. {rank} this year; not known: {question}", rank=parameters.number(params.get("rank")), question=question
    )


def _visit_reason(say: Language, params: Params, as_of: date) -> str:
    return say.text("The year's highest spender: {amount}", amount=parameters.money(say, params.get("net_sales")))


def _win_back_reason(say: Language, params: Params, as_of: date) -> str:
    parts = _absence(say, params)
    if params.get("last_product") is not None:
        parts.append(say.text("last bought {product} on {day}", product=str(params["last_product"]),
                              day=parameters.near(say, params.get("last_purchase_on"), as_of)))  # fmt: skip
    elif params.get("last_purchase_on") is not None:
        parts.append(say.text("last bought on {day}", day=parameters.near(say, params.get("last_purchase_on"), as_of)))
    if params.get("net_sales_before"):
        parts.append(
            say.text("{amount} in the year before", amount=say.money(Decimal(str(params["net_sales_before"]))))
        )
    if why := silence_sentences.evidence(say, *_evidence_of(params), as_of):
        parts.append(why)
    need = _named(params, "next_need_")
    if isinstance(need.get("on"), date):
        parts.append(
            say.text("next need {need}", need=silence_sentences.next_need(say, params.get("next_need"), need, as_of))
        )
    return say.clauses(parts)


def _evidence_of(params: Params) -> tuple[Param, Params]:
    """What a win-back's reason tells of why somebody left: the evidence's code and what its sentence needs."""
    return params.get("evidence"), _named(params, "evidence_")


def _named(params: Params, prefix: str) -> Params:
    return {name.removeprefix(prefix): value for name, value in params.items() if name.startswith(prefix)}


def _absence(say: Language, params: Params, last_product: str | None = None) -> list[str]:
    days, gap = say.count(parameters.number(params.get("days_since"))), parameters.number(params.get("own_gap_days"))
    absent = (
        say.text("{days} days away, usually {gap}", days=days, gap=say.count(gap))
        if gap
        else say.text("{days} days away", days=days)
    )
    return [absent, say.text("last: {product}", product=last_product)] if last_product else [absent]


def _long_absent(say: Language, params: Params, as_of: date) -> str:
    return say.text("{days} days away, last in on {day}", days=say.count(parameters.number(params.get("days_since"))),
                    day=parameters.near(say, params.get("last_purchase_on"), as_of))  # fmt: skip


REASONS: dict[str, Callable[[Language, Params, date], str]] = {
    "answer_complaint": _answer_complaint,
    "thank_referrer": _thank_referrer,
    "welcome_referred": _welcome_referred,
    "thank_you": _bought,
    "call_after_3_days": _bought,
    "three_weeks": _bought,
    "three_months": _bought,
    "birthday": _birthday,
    "anniversary": _anniversary,
    "gift_day": _gift_day,
    "ask_vip": _ask_vip_reason,
    "visit_top_spender": _visit_reason,
    "win_back": _win_back_reason,
    "long_absent": _long_absent,
}


def what_to_say(say: Language, action: Action) -> str:
    """A draft in the associate's voice: warm, short, no advertisement, no prying."""
    if action.kind == "ask_vip":
        return VIP_ASKING[str(action.reason.get("question"))](say)
    product = parameters.text(action.reason.get("product") or action.reason.get("last_product"))
    return DRAFTS[action.kind](say, product)


DRAFTS: dict[str, Callable[[Language, str | None], str]] = {
    "answer_complaint": lambda say, product: say.text(
        "I am sorry for the trouble. I will see to it myself: how would you like it put right?"),
    "thank_referrer": lambda say, product: say.text(
        "Thank you for bringing your friend to us. Your trust means a lot, and we will take good care of them."),
    "welcome_referred": lambda say, product: say.text(
        "It was good to meet you. Whatever you would like to know, just ask for me."),
    "call_after_3_days": lambda say, product: say.text(
        "Are you happy with {product}? If you have any question, I am here.", product=product)
    if product else say.text("Are you happy with your purchase? If you have any question, I am here."),
    "birthday": lambda say, product: say.text("Happy birthday! May the year ahead be kind to you."),
    "anniversary": lambda say, product: say.text("Congratulations on your day. Many more happy years to come!"),
    "gift_day": lambda say, product: say.text(
        "You sent a gift about this time last year. If you like, I will have this year's ready in good time."),
    "three_months": lambda say, product: say.text(
        "I hope {product} gives you joy. When you pass by, do drop in.", product=product)
    if product else say.text("I hope all is well with you. When you pass by, do drop in."),
    "visit_top_spender": lambda say, product: say.text(
        "Thank you for this year. I would like to bring you a small gift: when would it suit you?"),
    "win_back": lambda say, product: say.text(
        "We have been thinking of you. Whenever you are nearby, there is a cup of tea for you."),
    "long_absent": lambda say, product: say.text("You came to mind today. I wish you and your family well."),
    "ask_vip": lambda say, product: say.text("Let it come up in conversation and write down what you hear; do not interview."),
}  # fmt: skip
"""Kind of action → draft, given the product where one is known; ask_vip has a question each in VIP_ASKING."""
VIP_QUESTION_TEXTS: dict[str, Callable[[Language], str]] = {
    "v1": lambda say: say.text("Who are our top ten?"),
    "v2": lambda say: say.text("Where do they live, what do they do and like?"),
    "v3": lambda say: say.text("Which products and style do they love?"),
    "v4": lambda say: say.text("What share of sales do the top 10 and 50 make?"),
    "v5": lambda say: say.text("Who comes most often, who spends most a visit?"),
    "v6": lambda say: say.text("Who has stayed away longest, and why?"),
    "v7": lambda say: say.text("Why do they like us?"),
    "v8": lambda say: say.text("What share of their spending is ours?"),
    "v9": lambda say: say.text("What do they like least?"),
    "v10": lambda say: say.text("Which one thing would move them?"),
}
VIP_GAPS: dict[str, Callable[[Language], str]] = {
    "v2": lambda say: say.text("home, work, interests, anniversary"),
    "v3": lambda say: say.text("favourite product and style"),
    "v7": lambda say: say.text("why they like us"),
    "v8": lambda say: say.text("our share of their spending"),
    "v9": lambda say: say.text("what they like least"),
    "v10": lambda say: say.text("what would move them"),
}
VIP_ASKING: dict[str, Callable[[Language], str]] = {
    "v2": lambda say: say.text("Listen for home, work, interests and anniversary in conversation; do not interview."),
    "v3": lambda say: say.text("Of all you chose here, what do you like best, and why?"),
    "v7": lambda say: say.text("What makes you come back to us?"),
    "v8": lambda say: say.text("Where else do you like to shop for such things?"),
    "v9": lambda say: say.text("What could we do better for you?"),
    "v10": lambda say: say.text("Is there one thing we could do that would truly please you?"),
}


def channel(say: Language, code: str) -> str:
    """The way to reach the customer; codes outside the list (none) mean: only in the store."""
    return CHANNEL.get(code, CHANNEL["in_store"]).label(say.locale)


def kind(say: Language, code: str) -> str:
    return ACTION_KIND[code].label(say.locale)
