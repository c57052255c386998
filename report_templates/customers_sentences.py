"""Page 2 in words: status, value classes and their moves, attitude, concentration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from report_templates.comparison import of_all
from report_templates.figure_sentences import SMALL_COUNT
from report_templates.language import Language
from schemas.segments import ATTITUDE

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.review import AttitudeRow, Review

CONCENTRATED = 0.5
"""Sales are in few hands when the best fifth makes at least this share of them."""


def customers_title(say: Language, review: Review) -> str:
    """How concentrated the sales are; else how many customers there are."""
    fifth = review.figures.get("top20pct_share_12m")
    base = of_all(review)
    if fifth is not None and fifth.value is not None and (fifth.n or 0) >= 20:
        return say.text("A fifth of the customers bring {share} of sales", share=say.share(float(fifth.value)))
    if base is None:
        return say.text("Who our customers are")
    return say.plural(
        "{n} customer in the base at the month's end", "{n} customers in the base at the month's end", base.closing_base
    )


def customers_lede(say: Language, review: Review) -> str:
    index, returning = review.figures.get("serialisation_index"), review.figures.get("repeat_rate_180d")
    parts = []
    if returning is not None and returning.value is not None:
        parts.append(say.text("{share} of first-time customers came back within 180 days (n = {n}).",
                              share=say.share(float(returning.value)), n=say.count(returning.n or 0)))  # fmt: skip
    if index is not None and index.value is not None:
        parts.append(say.text("The serialisation index is {share}: loyal, early-adopting and A customers among 12-month buyers.",
                              share=say.share(float(index.value))))  # fmt: skip
    return say.sentences(parts)


def pareto_title(say: Language, review: Review) -> str:
    """Whether the best fifth carry half of the sales."""
    fifth = review.figures.get("top20pct_share_12m")
    if fifth is None or fifth.value is None:
        return say.text("How sales spread over the customers")
    if float(fifth.value) >= CONCENTRATED:
        return say.text("Few customers carry the sales")
    return say.text("Sales are spread over many customers")


def status_title(say: Language, at_risk: int, lapsed: int) -> str:
    if not at_risk and not lapsed:
        return say.text("Nobody is at risk, nobody has lapsed")
    if not at_risk:
        return say.plural("Nobody is at risk, {n} has lapsed", "Nobody is at risk, {n} have lapsed", lapsed)
    if not lapsed:
        return say.plural(
            "{n} customer is at risk, nobody has lapsed", "{n} customers are at risk, nobody has lapsed", at_risk
        )
    if lapsed == 1:
        return say.plural(
            "{n} customer is at risk, one has lapsed", "{n} customers are at risk, one has lapsed", at_risk
        )
    return say.plural("{n} customer is at risk, {lapsed} have lapsed", "{n} customers are at risk, {lapsed} have lapsed",
                      at_risk, lapsed=say.count(lapsed))  # fmt: skip


def moves_title(say: Language, up: int, down: int) -> str:
    """How many moved up and down between the value classes."""
    if not up and not down:
        return say.text("Nobody changed class in three months")
    return say.text("{up} moved up a class, {down} down", up=say.count(up), down=say.count(down))


def value_class_title(say: Language, customers: int, share: float | None) -> str:
    if share is None:
        return say.text("No A customers yet")
    return say.plural("{n} A customer makes {share} of sales", "{n} A customers make {share} of sales", customers,
                      share=say.share(share))  # fmt: skip


def attitude_title(say: Language, rows: Sequence[AttitudeRow]) -> str:
    """The largest group; two as large as each other, and those who cannot be judged yet, are said to be so."""
    people, most = sum(row.customers for row in rows), max((row.customers for row in rows), default=0)
    if not most:
        return say.text("No buyers to judge yet")
    largest = [row for row in rows if row.customers == most]
    if len(largest) > 1:
        return say.text(
            "As many of each: {labels}", labels=say.joined(ATTITUDE[row.attitude].label(say.locale) for row in largest)
        )
    if largest[0].attitude == "too_early":
        return say.plural("{most} of {n} buyer cannot be judged yet", "{most} of {n} buyers cannot be judged yet", people,
                          most=say.count(most))  # fmt: skip
    label = ATTITUDE[largest[0].attitude].label(say.locale)
    if people < SMALL_COUNT:
        return say.text("Largest group: {label}, {most} of {n}", label=label, most=say.count(most), n=say.count(people))
    return say.text("Largest group: {label}, {share}", label=label, share=say.share(most / people))
