# ruff: noqa: E501    (one text is one line)
"""The VIP pages in words: titles, and the answers to the ten questions with their sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from report_templates import parameters
from report_templates.complaint_words import COMPLAINT_CAUSES, labelled
from report_templates.figure_sentences import change
from report_templates.language import Language
from report_templates.reason_sentences import VIP_GAPS
from schemas.segments import LAPSE_REASON, SOURCE

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.page_values import Param
    from schemas.review import Review, VipAnswer

    Params = Mapping[str, Param]

TOP_TEN, TOP_FIFTY = 10, 50
"""How many the shares of the best count."""


def vip_title(say: Language, review: Review) -> str:
    """What the top ten are worth, and how well we know them."""
    share, score = review.figures.get("top10_share_ytd"), review.figures.get("knowledge_score")
    count = len(review.vips)
    if count < TOP_TEN:  # these are all the customers the year has had: their share of its sales says nothing
        if score is None or score.value is None:
            return say.plural("The year's only customer", "All {n} customers of this year", count)
        return say.plural("The year's only customer; knowledge {score}", "All {n} customers of this year; knowledge {score}",
                          count, score=say.share(float(score.value), 0))  # fmt: skip
    if share is None or share.value is None or float(share.value) > 1:
        return say.plural("Our best customer this year", "Our best {n} customers this year", count)
    part = say.share(float(share.value))
    if score is None or score.value is None:
        return say.plural("The year's best customer makes {part} of sales", "The year's top {n} make {part} of sales",
                          count, part=part)  # fmt: skip
    return say.plural(
        "The year's best customer makes {part} of sales; knowledge {score}",
        "The year's top {n} make {part} of sales; knowledge {score}",
        count, part=part, score=say.share(float(score.value), 0),
    )  # fmt: skip


def knowledge_title(say: Language, review: Review) -> str:
    """How many of the answers we have of the top ten."""
    known = sum(code in row.known for row in review.vips for code in VIP_GAPS)
    return say.text("{known} of {asked} answers about them are known",
                    known=say.count(known), asked=say.count(len(review.vips) * len(VIP_GAPS)))  # fmt: skip


def answers_title(say: Language, review: Review) -> str:
    """How many of the questions the data can answer."""
    answered = sum(vip_answer(say, answer) is not None for answer in review.vip_answers)
    return say.text("The data answer {answered} of these {n} questions",
                    answered=answered, n=len(review.vip_answers))  # fmt: skip


def vip_lede(say: Language, review: Review) -> str:
    score = review.figures.get("knowledge_score")
    first = say.text("By net sales since 1 January; blanks become questions to ask.")
    if score is None or score.value is None or score.last_month is None:
        return first
    second = say.text("Knowledge score {now}, {change} on last month.", now=say.share(float(score.value)),
                      change=change(say, "knowledge_score", score.value, score.last_month))  # fmt: skip
    return say.sentences((first, second))


def vip_answer(say: Language, answer: VipAnswer) -> str | None:
    """The answer to one of V4–V10; None when it is not known."""
    teller = VIP_ANSWERS.get(answer.code)
    return teller(say, answer.params) if teller else None


def _v4(say: Language, params: Params) -> str:
    customers, ten = parameters.number(params.get("customers")), parameters.share(say, params.get("top10_share"))
    if customers <= TOP_TEN:
        return say.plural("The year has {n} customer, who makes {ten} of all sales.",
                          "The year has {n} customers, who make {ten} of all sales.", customers, ten=ten)  # fmt: skip
    if customers <= TOP_FIFTY:
        return say.text("The top 10 make {ten} of all sales this year ({customers} customers).", ten=ten,
                        customers=say.count(customers))  # fmt: skip
    return say.text("The top 10 make {ten}, the top 50 {fifty} of all sales this year ({customers} customers).",
                    ten=ten, fifty=parameters.share(say, params.get("top50_share")), customers=say.count(customers))  # fmt: skip


def _v5(say: Language, params: Params) -> str:
    return say.plural(
        "Most often: {visitor}, {n} visit. Highest ticket: {spender}, {ticket}.",
        "Most often: {visitor}, {n} visits. Highest ticket: {spender}, {ticket}.",
        parameters.number(params.get("visits")), visitor=parameters.name(say, params.get("visitor")), spender=parameters.name(say, params.get("spender")),
        ticket=parameters.money(say, params.get("average_ticket")),
    )  # fmt: skip


def _v6(say: Language, params: Params) -> str:
    cause = LAPSE_REASON.get(str(params.get("cause")), LAPSE_REASON["unknown"])
    return say.plural("{person}, {n} day. Cause: {cause}.", "{person}, {n} days. Cause: {cause}.", parameters.number(params.get("days")),
                      person=parameters.name(say, params.get("person")), cause=cause.label(say.locale).lower())  # fmt: skip


def _answered(say: Language, params: Params) -> str:
    return say.text("{answered} of {asked} known", answered=say.count(parameters.number(params.get("answered"))),
                    asked=say.count(parameters.number(params.get("asked"))))  # fmt: skip


def _with_top_answer(say: Language, params: Params) -> str:
    known, top = _answered(say, params), params.get("top_answer")
    if top is None:
        return say.text("{sentence}.", sentence=known)
    return say.text("{known}; most often: {answer}.", known=known, answer=labelled(say, COMPLAINT_CAUSES, top))


def _v8(say: Language, params: Params) -> str:
    known = _answered(say, params)
    if params.get("median_share") is None:
        return say.text("{sentence}.", sentence=known)
    return say.text("{known}; median {share}.", known=known, share=parameters.share(say, params.get("median_share")))


def _v10(say: Language, params: Params) -> str:
    return say.text("{sentence}.", sentence=_answered(say, params))


VIP_ANSWERS: dict[str, Callable[[Language, Params], str]] = {
    "v4": _v4, "v5": _v5, "v6": _v6, "v7": _with_top_answer, "v8": _v8, "v9": _with_top_answer, "v10": _v10,
}  # fmt: skip


def source(say: Language, answer: VipAnswer, as_of: date) -> str:
    label = SOURCE[answer.source].label(say.locale)
    if answer.source_on is None:
        return label
    return say.text("{source}, {day}", source=label, day=say.near_day(answer.source_on, as_of))
