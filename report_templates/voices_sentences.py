"""What pages 5 and 6 say in sentences. Titles state their message in at most twelve words."""

from __future__ import annotations

from collections.abc import Sequence

from report_templates.figure_sentences import place, sample
from report_templates.language import Language
from report_templates.voices_derived import (
    FAST,
    LATE,
    cause_share,
    late_promises,
    pooled,
    slipping_best,
    unanswered,
    unthanked,
)
from schemas.complaints import CAUSE, PROCEDURE, SEVERITY
from schemas.review import Review
from schemas.voices import (
    AspectRow,
    FeedbackRow,
    GapRow,
    OpenComplaint,
    Referral,
    ReferralGroup,
    RepurchaseRow,
    SilentDissatisfied,
    Voices,
)

NOT_STATED = "unknown"


def word(say: Language, code: str | None, classes: object = CAUSE) -> str:
    """A class's label, or the register's own word."""
    known = classes if isinstance(classes, dict) else CAUSE
    if code is None:
        return ""
    return known[code].label(say.locale) if code in known else code


def severity(say: Language, code: str) -> str:
    return word(say, code, SEVERITY)


def step(say: Language, code: str | None) -> str:
    return word(say, code, PROCEDURE)


def channel(say: Language, code: str) -> str:
    """A channel as the files name it; online and in store in the reader's language."""
    known = {
        NOT_STATED: say.text("Channel not stated"),
        "online": say.text("Online"),
        "store": say.text("In store"),
    }
    return known.get(code, code)


def service(say: Language, kind: str) -> str:
    return say.text("Not stated") if kind == NOT_STATED else kind


# ---- page 5


def referral_title(say: Language, referral: Referral) -> str:
    """Who was brought and what is owed; else who of the referrers slips away; else how many bring others."""
    due, alarms = unthanked(referral), slipping_best(referral)
    if due:
        return say.plural(
            "{n} thank-you is due to a customer who brought another",
            "{n} thank-yous are due to customers who brought others",
            due,
        )
    if alarms:
        return say.plural(
            "{n} of the best referrers is slipping away",
            "{n} of the best referrers are slipping away",
            alarms,
        )
    if referral.thanks:
        return say.plural(
            "{n} new customer was brought, and everybody thanked",
            "{n} new customers were brought, and everybody thanked",
            len(referral.thanks),
        )
    return (
        say.text("Referrers stay, but brought nobody new this month")
        if referral.referrers
        else say.text("Nobody is known to bring others")
    )


def referral_lede(say: Language, review: Review) -> str:
    """The rate with its place, who brings, and what share of sales it makes."""
    parts = []
    rate = review.figures.get("referral_rate")
    if rate is not None and rate.value is not None:
        told = [text for text in (place(say, rate), sample(say, rate)) if text]
        share = say.share(float(rate.value))
        parts.append(
            say.text(
                "{share} of this month's new customers were brought by others ({where}).",
                share=share,
                where=say.joined(told),
            )
            if told
            else say.text("{share} of this month's new customers were brought by others.", share=share)
        )
    many, sales = review.figures.get("referrers"), review.figures.get("referred_sales_share_12m")
    if many is not None and many.value is not None and sales is not None and sales.value is not None:
        parts.append(
            say.plural(
                "{n} customer has brought others; those brought make {share} of 12-month sales.",
                "{n} customers have brought others; those brought make {share} of 12-month sales.",
                int(many.value),
                share=say.share(float(sales.value)),
            )
        )
    return say.sentences(parts)


def referrers_title(say: Language, referral: Referral) -> str:
    best = referral.referrers[0] if referral.referrers else None
    if best is None:
        return say.text("No referrers yet")
    return say.plural(
        "The best brought {n} customer, worth {amount}",
        "The best brought {n} customers, worth {amount}",
        best.in_tree,
        amount=say.short_money(best.brought_value_12m),
    )


def groups_title(say: Language, groups: Sequence[ReferralGroup]) -> str:
    """Whether those who were brought stay longer, or the difference may be chance."""
    brought = next((row for row in groups if row.group == "referred"), None)
    if brought is None or brought.more_low is None or brought.more_high is None:
        return say.text("Too few were brought to compare")
    if brought.more_low > 0:
        return say.text("Those who were brought stay more often")
    if brought.more_high < 0:
        return say.text("Those who were brought stay less often")
    return say.text("Brought or not: they stay alike, as far as n tells")


def thanks_title(say: Language, referral: Referral) -> str:
    if not referral.thanks:
        return say.text("Nobody new was brought this month")
    return say.plural(
        "{n} new customer brought this month", "{n} new customers brought this month", len(referral.thanks)
    )


def alarm_title(say: Language, n: int) -> str:
    return say.plural(
        "{n} referrer is at risk or lapsed: call first", "{n} referrers are at risk or lapsed: call first", n
    )


def generations_line(say: Language, referral: Referral) -> str:
    """How far recommendation reaches."""
    counts = [
        say.text("{n} in step {step}", n=say.count(row.customers), step=row.generation) for row in referral.generations
    ]
    return (
        say.text("Customers by steps from one who came by themselves: {counts}", counts=say.joined(counts))
        if counts
        else ""
    )


# ---- page 6: complaints


def complaints_title(say: Language, voices: Voices) -> str:
    """Open ones and the oldest first; else what most complaints are about."""
    if voices.open_complaints:
        return say.plural(
            "{n} complaint is open, for {days} days",
            "{n} complaints are open, the oldest for {days} days",
            len(voices.open_complaints),
            days=say.count(max(row.days_open for row in voices.open_complaints)),
        )
    if voices.complaint_causes:
        first = voices.complaint_causes[0]
        return say.text(
            "No complaint is open; most were about {cause}",
            cause=word(say, first.cause) if say.is_chinese else word(say, first.cause).lower(),
        )
    return say.text("No complaint on record in twelve months")


def complaints_lede(say: Language, review: Review) -> str:
    figures = review.figures
    parts = []
    many, rate = figures.get("complaints_12m"), figures.get("complaints_per_1000_orders")
    if many is not None and many.value and rate is not None and rate.value is not None:
        parts.append(
            say.plural(
                "{n} complaint in 12 months, {rate} per 1,000 orders.",
                "{n} complaints in 12 months, {rate} per 1,000 orders.",
                int(many.value),
                rate=say.decimal(float(rate.value)),
            )
        )
    answer, days = figures.get("first_answer_hours"), figures.get("resolution_days")
    if answer is not None and answer.value is not None and days is not None and days.value is not None:
        parts.append(
            say.text(
                "Half are answered within {hours} hours and settled within {days} days.",
                hours=say.decimal(float(answer.value)),
                days=say.decimal(float(days.value)),
            )
        )
    return say.sentences(parts)


def causes_title(say: Language, voices: Voices) -> str:
    rows = voices.complaint_causes
    if not rows:
        return say.text("No causes on record")
    share = cause_share(voices) or 0.0
    return say.text("{cause}: {share} of complaints", cause=word(say, rows[0].cause), share=say.share(share, 0))


def open_title(say: Language, rows: Sequence[OpenComplaint]) -> str:
    late = late_promises(rows)
    if late:
        return say.plural("{n} promise is overdue", "{n} promises are overdue", late)
    waiting = unanswered(rows)
    if waiting:
        return say.plural("{n} customer has had no answer yet", "{n} customers have had no answer yet", waiting)
    return say.text("All open complaints are answered; finish them")


def repurchase_title(say: Language, rows: Sequence[RepurchaseRow]) -> str:
    """Fast against late, over all severities, when n allows."""
    fast, late = pooled(rows, FAST), pooled(rows, LATE)
    if fast is None or late is None:
        return say.text("Too few complaints to tell what speed does")
    return say.text(
        "Settled within 7 days, {fast} buy again; later or never, {late}",
        fast=say.share(fast, 0), late=say.share(late, 0),
    )  # fmt: skip


def trouble_title(say: Language, voices: Voices) -> str:
    """Products or brands whose returns stand above the chain's rate by more than chance."""
    above = [row for row in voices.product_trouble if row.lines_low > row.chain_returned_lines_per_1000]
    if above:
        return say.text("{name}: more returns than the chain", name=above[0].name)
    return say.text("No product is returned more than the chain's average")


def silent(say: Language, row: SilentDissatisfied) -> str:
    """The rule of thumb beside the survey's own range."""
    rule = say.text(
        "Rule of thumb: for each of {complaining} who complained, 24 unhappy ones say nothing: {n}.",
        complaining=say.count(row.complaining_customers), n=say.count(row.rule_of_thumb),
    )  # fmt: skip
    if row.rule_of_thumb > row.customers_12m:
        rule = say.sentences(
            [
                rule,
                say.text(
                    "That is more than bought at all ({n}): the rule is too coarse here.",
                    n=say.count(row.customers_12m),
                ),
            ]
        )
    if row.survey_low is None or row.survey_high is None:
        return say.sentences([rule, say.text("No survey to set beside it.")])
    told = say.text(
        "The surveys say {low}–{high} of {customers} customers ({below} of {asked} asked were below expectation; 95 % interval).",
        low=say.count(row.survey_low), high=say.count(row.survey_high), customers=say.count(row.customers_12m),
        below=say.count(row.below), asked=say.count(row.surveyed),
    )  # fmt: skip
    return say.sentences([rule, told])


# ---- page 6, second half: satisfaction


def satisfaction_title(say: Language, voices: Voices) -> str:
    """What to improve first, else the share below expectation."""
    first = next((row for row in voices.aspects if row.quadrant == "improve"), None)
    below = next((row for row in voices.satisfaction_gaps if row.state == "below" and row.share is not None), None)
    if first is not None and below is not None and below.share is not None:
        return say.text(
            "{share} were disappointed; improve {aspect} first", share=say.share(below.share, 0), aspect=first.aspect
        )
    if below is not None and below.share is not None:
        return say.text("{share} of those asked were disappointed", share=say.share(below.share, 0))
    if voices.satisfaction_gaps:
        return say.text("Nobody who was asked was disappointed")
    return say.text("Nobody was asked: how easy is it to buy?")


def satisfaction_lede(say: Language, review: Review) -> str:
    gap, parts = review.figures.get("satisfaction_gap"), []
    if gap is not None and gap.value is not None:
        parts.append(
            say.plural(
                "{n} answer in 12 months; experience minus expectation is {gap} on average.",
                "{n} answers in 12 months; experience minus expectation is {gap} on average.",
                gap.n or 0,
                gap=say.signed(say.decimal(float(gap.value), 2), float(gap.value) > 0),
            )
        )
    return say.sentences(parts)


def gaps_title(say: Language, rows: Sequence[GapRow]) -> str:
    by = {row.state: row for row in rows}
    below, exceeded = by.get("below"), by.get("exceeded")
    if below is None or exceeded is None or below.again_share is None or exceeded.again_share is None:
        return say.text("What each did next")
    return say.text(
        "Disappointed, {below} came back; delighted, {exceeded}",
        below=say.share(below.again_share, 0), exceeded=say.share(exceeded.again_share, 0),
    )  # fmt: skip


def aspects_title(say: Language, rows: Sequence[AspectRow]) -> str:
    improve = [row.aspect for row in rows if row.quadrant == "improve"]
    if improve:
        return say.text("Matters, and is done worse: {aspects}", aspects=say.joined(improve[:3]))
    return say.text("What matters most is done at least as well as the rest")


def feedback(say: Language, row: FeedbackRow) -> str:
    asked = say.text("not on record") if row.asked is None else say.count(row.asked)
    acted = say.text("not on record") if row.acted_on is None else say.count(row.acted_on)
    return say.text(
        "Opinions in 12 months: asked {asked}, surveys received {surveys}, complaints {complaints}, acted on {acted}.",
        asked=asked, surveys=say.count(row.surveys_received), complaints=say.count(row.complaints_received), acted=acted,
    )  # fmt: skip
