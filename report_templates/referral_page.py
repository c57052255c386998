"""Page 5, "referral": who brings others and the tree they brought, whom to thank, and how those who were brought do."""

from __future__ import annotations

from collections.abc import Mapping

from report_templates import figure_sentences, voices_sentences
from report_templates.album import Album
from report_templates.charts import trend
from report_templates.customers_page import bar
from report_templates.language import UNKNOWN, Language
from report_templates.voice_charts import Branch, interval, tree
from report_templates.voices_derived import BEST_REFERRERS, LISTED, left_over
from schemas.disclosure import FEWEST_SHOWN
from schemas.period import Month
from schemas.review import Review
from schemas.segments import STATUS
from schemas.voices import ReferralGroup, ReferrerRow, ThanksRow

ALARMS = 6
LOST = ("at_risk", "lapsed")


def referral_page(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    """What the template of page 5 shows; None while nobody is known to have been brought."""
    referral = review.referral
    if referral is None or not (referral.referrers or referral.thanks or referral.referral_errors):
        return None
    best = referral.referrers[:BEST_REFERRERS]
    alarms = [row for row in referral.referrers if row.is_alarm]
    slipping = review.figures.get("referrers_slipping")
    more = left_over("thanks", referral.thanks)
    top = max((float(row.brought_value_12m) for row in best), default=0.0)
    return {
        "title": voices_sentences.referral_title(say, referral),
        "lede": voices_sentences.referral_lede(say, review),
        "best_title": voices_sentences.referrers_title(say, referral),
        "best": [_referrer(row, top, say, album) for row in best],
        "best_staffed": any(row.associate_name for row in best),
        "basis": say.text("expected value of the next 12 months")
        if best and best[0].value_basis == "own_value_12m"
        else say.text("net sales of the last 12 months, while there is no purchase model"),
        "alarm_title": voices_sentences.alarm_title(say, int(slipping.value or 0) if slipping else len(alarms)),
        "alarms": [_alarm(row, say) for row in alarms[:ALARMS]],
        "alarms_staffed": any(row.associate_name for row in alarms[:ALARMS]),
        "groups_title": voices_sentences.groups_title(say, referral.referral_groups),
        "groups": [_group(row, say, album) for row in referral.referral_groups],
        "thanks_title": voices_sentences.thanks_title(say, referral),
        "thanks": [_thanks(row, say) for row in referral.thanks[: LISTED["thanks"]]],
        "thanks_staffed": any(row.associate_name for row in referral.thanks[: LISTED["thanks"]]),
        "more_thanks": say.plural("And {n} more.", "And {n} more.", more) if more else None,
        "generations": voices_sentences.generations_line(say, referral),
        "errors": [
            say.text("{referrer} → {referred}", referrer=say.person(row.referrer), referred=say.person(row.referred))
            for row in referral.referral_errors
        ],
        "trend": _trend(review, say, album),
    }


def _referrer(row: ReferrerRow, top: float, say: Language, album: Album) -> Mapping[str, object]:
    direct = [node for node in row.tree if node.brought_by == row.person.customer_id]
    lost = sum(node.status in LOST for node in row.tree)
    alt = say.plain.text(
        "{name} brought {direct} directly and {all} in all; {lost} of them at risk or lapsed",
        name=row.person.masked_name, direct=row.brought_directly, all=row.in_tree, lost=lost,
    )  # fmt: skip
    branches = [Branch(node.person.customer_id, node.brought_by, node.status in LOST) for node in row.tree]
    return {
        "name": row.person.masked_name, "tail": row.person.phone_tail,
        "status": STATUS[row.status].label(say.locale), "is_warning": row.is_alarm,
        "associate": row.associate_name or UNKNOWN,
        "direct": say.count(row.brought_directly), "all": say.count(row.in_tree),
        "value": say.amount(row.brought_value_12m), "bar": bar(float(row.brought_value_12m), top),
        "own": say.decimal(row.own_value_12m, 0),
        "picture": album.add(tree(row.person.customer_id, branches, alt)),
        "names": say.names(node.person for node in direct[:4]) + (" …" if len(direct) > 4 else ""),
    }  # fmt: skip


def _alarm(row: ReferrerRow, say: Language) -> Mapping[str, object]:
    days = row.days_since_last_purchase
    return {
        "name": row.person.masked_name, "tail": row.person.phone_tail,
        "status": STATUS[row.status].label(say.locale), "days": UNKNOWN if days is None else say.count(days),
        "value": say.amount(row.brought_value_12m), "all": say.count(row.in_tree),
        "associate": row.associate_name or UNKNOWN,
    }  # fmt: skip


def _group(row: ReferralGroup, say: Language, album: Album) -> Mapping[str, object]:
    label = say.text("Brought by others") if row.group == "referred" else say.text("Came by themselves")
    if row.retention_12m is None or row.low is None or row.high is None or row.sales_per_customer_12m is None:
        few = say.text("under {n}: not shown", n=FEWEST_SHOWN) if row.is_suppressed else UNKNOWN
        return {"label": label, "n": say.count(row.customers), "share": few, "range": "", "picture": None, "mean": "",
                "mean_range": ""}  # fmt: skip
    told = f"{say.share(row.low, 0)} – {say.share(row.high, 0)}"
    alt = say.plain.text(
        "{label}: {share}, 95 % interval {range}", label=label, share=say.share(row.retention_12m, 0), range=told
    )
    mean_range = ""
    if row.sales_low is not None and row.sales_high is not None:
        mean_range = f"{say.amount(row.sales_low)} – {say.amount(row.sales_high)}"
    return {
        "label": label, "n": say.count(row.customers), "share": say.share(row.retention_12m, 0), "range": told,
        "picture": album.add(interval(row.retention_12m, row.low, row.high, alt, width=110)),
        "mean": say.amount(row.sales_per_customer_12m), "mean_range": mean_range or say.text("n too small"),
    }  # fmt: skip


def _thanks(row: ThanksRow, say: Language) -> Mapping[str, object]:
    return {
        "day": say.cell_day(row.bought_on), "referred": row.referred.masked_name, "referred_tail": row.referred.phone_tail,
        "referrer": row.referrer.masked_name, "referrer_tail": row.referrer.phone_tail,
        "is_thanked": row.is_thanked, "is_welcomed": row.is_welcomed, "welcome_by": say.cell_day(row.welcome_by),
        "associate": row.associate_name or UNKNOWN,
    }  # fmt: skip


def _trend(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    figure = review.figures.get("referral_rate")
    if figure is None or sum(value is not None for value in figure.history) < 2:
        return None
    known = [float(value) for value in figure.history if value is not None]
    month = Month.parse(review.month)
    chart = trend(
        [None if value is None else float(value) for value in figure.history], figure_sentences.figure_alt(say, figure),
        low=None if figure.usual_low is None else float(figure.usual_low),
        high=None if figure.usual_high is None else float(figure.usual_high),
        first_label=say.month_letter(month.plus(1 - len(figure.history))), last_label=say.month_letter(month),
        top_text=say.share(max(known), 0), bottom_text=say.share(min(known), 0), width=186, height=54,
    )  # fmt: skip
    return {"picture": album.add(chart)}
