"""What page 10 says, "did it work?": titles from the data, and how sure the review is of an effect."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from report_templates.language import Language
from schemas.effect import EFFECT_DAYS, HELD_OUT_SHARE, EffectRow, OutcomeRow
from schemas.period import Month
from schemas.review import Review
from schemas.segments import ACTION_KIND


def total_of(rows: Sequence[OutcomeRow]) -> OutcomeRow:
    """The rows as one: what the page's total line says, and review.json under outcomes_total."""
    listed, done = sum(row.listed for row in rows), sum(row.done for row in rows)
    return OutcomeRow(
        kind=None,
        associate_name=None,
        listed=listed,
        done=done,
        not_reached=sum(row.not_reached for row in rows),
        open=sum(row.open for row in rows),
        came_back=sum(row.came_back for row in rows),
        net_sales=sum((row.net_sales for row in rows), Decimal(0)),
        done_share=done / listed if listed else None,
    )


def whole_kinds(review: Review) -> list[EffectRow]:
    """The rows of whole kinds, without their segments."""
    return [row for row in review.effects if row.segment == "all"]


def kind_label(say: Language, kind: str) -> str:
    """The kind as a column says it."""
    return ACTION_KIND[kind].label(say.locale)


def lists_so_far(say: Language, review: Review) -> str | None:
    """Page 1: what came of the month's lists, or what is missing before it can be told; None without any list."""
    total, month = total_of(review.outcomes), say.month_name(Month.parse(review.month))
    if not total.listed:
        if not review.actions or review.effects:
            return None
        return say.text("With the lists' results entered in actions.xlsx, the next review says what worked.")
    if total.open == total.listed:
        return say.plural(
            "Nothing has come back of {n} thing on {month}'s lists: fill in actions.xlsx, and the next review says what worked.",
            "Nothing has come back of {n} things on {month}'s lists: fill in actions.xlsx, and the next review says what worked.",
            total.listed, month=month,
        )  # fmt: skip
    told = (
        say.text("{month}'s lists: {done} of {listed} done, {came} followed by a purchase.", month=month,
                 done=say.count(total.done), listed=say.count(total.listed), came=say.count(total.came_back))
        if total.came_back
        else say.text("{month}'s lists: {done} of {listed} done, no purchase since.", month=month,
                      done=say.count(total.done), listed=say.count(total.listed))
    )  # fmt: skip
    if not total.open:
        return told
    return say.sentences(
        (told, say.plural("Of {n} nothing has come back yet.", "Of {n} nothing has come back yet.", total.open))
    )


def loop_title(say: Language, review: Review) -> str:
    """Harm first, then a proven effect (both only on the chain's page), else how much was done and who came back."""
    if review.scope.kind == "chain":
        for verdict in ("drives_away", "brings_back"):
            found = [row for row in whole_kinds(review) if row.verdict == verdict]
            if found:
                row = max(found, key=lambda row: abs(row.effect or 0))
                points = points_of(say, abs(row.effect or 0))
                kind = kind_label(say, row.kind)
                if verdict == "drives_away":
                    return say.text("{kind} drives customers away: {points} points fewer buy", kind=kind, points=points)
                return say.text("{kind} works: {points} points more buy", kind=kind, points=points)
    total = total_of(review.outcomes)
    if not total.listed:
        return say.text("Too early to say what the lists change")
    month = say.month_name(Month.parse(review.month))
    if not total.done:
        return say.plural("{month}: nothing was done of {n} thing listed", "{month}: nothing was done of {n} things listed",
                          total.listed, month=month)  # fmt: skip
    return say.text(
        "{month}: {done} of {listed} done, {came} followed by a purchase",
        month=month, done=say.count(total.done), listed=say.count(total.listed), came=say.count(total.came_back),
    )  # fmt: skip


def loop_lede(say: Language, review: Review) -> str:
    """Why coming back is not yet an effect."""
    return say.text(
        "Coming back after a call proves nothing by itself: some would have come anyway. So one in {one_in} win-back and "
        "long-absent contacts is left out at random, in all stores, and compared.",
        one_in=say.count(round(1 / HELD_OUT_SHARE)),
    )


def outcomes_title(say: Language, rows: Sequence[OutcomeRow]) -> str:
    """How much of it was done."""
    return say.text("{share} of what was listed is done", share=say.share(total_of(rows).done_share or 0.0, 0))


def associates_title(say: Language, rows: Sequence[OutcomeRow]) -> str:
    """Who did the most of theirs."""
    named = [row for row in rows if row.associate_name and row.listed]
    if not named or not any(row.done for row in named):
        return say.text("By associate")
    best = max(named, key=lambda row: (row.done_share or 0.0, row.listed))
    return say.text(
        "{who} did the most: {share}",
        who=say.kept(best.associate_name or ""),
        share=say.share(best.done_share or 0.0, 0),
    )


def came_back_title(say: Language, review: Review) -> str:
    """How many bought after a contact, and for how much."""
    total = total_of(review.outcomes)
    return say.plural("{n} contact was followed by purchases of {money}", "{n} contacts were followed by purchases of {money}",
                      total.came_back, money=say.money(total.net_sales))  # fmt: skip


def effect_title(say: Language, review: Review) -> str:
    """What is known of the effect so far."""
    rows = whole_kinds(review)
    said = [row for row in rows if row.verdict != "too_early"]
    if not said:
        return say.text("Did the contacts do it? Too early to say")
    works = [kind_label(say, row.kind) for row in said if row.verdict == "brings_back"]
    harms = [kind_label(say, row.kind) for row in said if row.verdict == "drives_away"]
    if harms:
        return say.text("Better left alone: {kinds}", kinds=say.joined(harms))
    if works:
        return say.text("It works: {kinds}", kinds=say.joined(works))
    return say.text("No difference seen so far")


def effect_caption(say: Language) -> str:
    """How the comparison is made."""
    return say.text(
        "All stores together, lists of the last 24 months: bought within {days} days of the due day, everybody listed "
        "(done or not) beside those left out; 95 % interval",
        days=say.count(EFFECT_DAYS),
    )


def effect_verdict(say: Language, row: EffectRow) -> str:
    """The verdict in a few words; how far it is from being one."""
    if row.verdict == "too_early":
        return say.text(
            "too early: {people} of {needed} per arm", people=say.count(row.people), needed=say.count(row.people_needed)
        )
    return {
        "brings_back": say.text("brings them back"),
        "no_difference": say.text("no difference seen"),
        "drives_away": say.text("better left alone"),
    }[row.verdict]  # fmt: skip


def points_of(say: Language, share: float) -> str:
    """Percentage points with one decimal."""
    return say.decimal(100 * share, 1)


def effect_alt(say: Language, row: EffectRow) -> str:
    """The interval in words, for those who cannot see it."""
    return say.text(
        "{kind}: {effect} points, from {low} to {high}", kind=kind_label(say, row.kind), effect=points_of(say, row.effect or 0),
        low=points_of(say, row.low or 0), high=points_of(say, row.high or 0),
    )  # fmt: skip


def left_alone(say: Language, review: Review) -> str | None:
    """Whom the lists leave alone from now on, because calling was seen to drive them away; None when nobody."""
    harmed = [row for row in review.effects if row.verdict == "drives_away"]
    if not harmed:
        return None
    whole = {row.kind for row in harmed if row.segment == "all"}
    names = [kind_label(say, kind) for kind in sorted(whole)]
    for row in harmed:
        if row.kind not in whole:
            form = say.text("{kind} (VIPs)") if row.segment == "vip" else say.text("{kind} (others than VIPs)")
            names.append(form.format(kind=kind_label(say, row.kind)))
    return say.text(
        "Those contacted bought clearly less than those left alone. These contacts are on no list any more: {kinds}.",
        kinds=say.joined(names),
    )
