# ruff: noqa: E501    (one text is one line)
"""The titles of the care page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from report_templates.language import Language
from schemas.period import Month
from schemas.segments import CARE_KIND

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.review import Review


def busiest_title(say: Language, days: Mapping[date, int]) -> str:
    """The day with the most contacts due; the first of them."""
    if not days:
        return say.text("Nothing falls due")
    day, n = max(days.items(), key=lambda item: (item[1], -item[0].toordinal()))
    return say.plural("Busiest day: {day}, {n} contact", "Busiest day: {day}, {n} contacts", n, day=say.day(day))


def kinds_title(say: Language, code: str, n: int) -> str:
    """The kind of care that falls due most often."""
    if not n:
        return say.text("Only missed ones")
    return say.text("Most of all: {kind}, {n}", kind=CARE_KIND[code].label(say.locale).lower(), n=say.count(n))


def care_title(say: Language, review: Review, month: Month) -> str:
    """How many care contacts fall due, and how many of them are VIPs'."""
    due = [care for care in review.care if not care.missed]
    vips = sum(care.is_vip for care in due)
    name = say.month_name(month)
    if not due:
        return say.text("No care falls due in {month}", month=name)
    if not vips:
        return say.plural("{n} care contact in {month}", "{n} care contacts in {month}", len(due), month=name)
    return say.plural("{n} care contact in {month}, {vips} for VIPs", "{n} care contacts in {month}, {vips} for VIPs", len(due),
                      month=name, vips=say.count(vips))  # fmt: skip


def care_lede(say: Language, review: Review) -> str:
    missed = sum(care.missed for care in review.care)
    first = say.text(
        "Wishes on the day; after a purchase a call at three days, a message every three weeks, an invitation at three months."
    )
    if not missed:
        return first
    return say.sentences((first, say.plural("{n} contact was missed last month and can still be made up.",
                                            "{n} contacts were missed last month and can still be made up.", missed)))  # fmt: skip
