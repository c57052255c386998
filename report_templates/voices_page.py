"""Page 6, "complaints and satisfaction": what went wrong and is still open, what settling it does, what customers met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report_templates import figure_sentences, voices_sentences
from report_templates.album import Album
from report_templates.customers_page import bar
from report_templates.language import UNKNOWN, Language
from report_templates.voice_charts import interval, states
from report_templates.voices_derived import LISTED, left_over
from schemas.complaints import SPEED
from schemas.disclosure import FEWEST_SHOWN
from schemas.metrics import METRICS
from schemas.review import Review
from schemas.voices import (
    GAP_STATE,
    QUADRANT,
    AspectRow,
    GapRow,
    OpenComplaint,
    RepurchaseRow,
    ServiceRow,
    Voices,
)

CAUSES_SHOWN = 7
ASPECTS_SHOWN = 8
PRICES_SHOWN = 6
SERVICES_SHOWN = 5
SPEED_FIGURES = (
    "first_answer_hours", "first_answer_hours_p90", "resolution_days", "resolution_days_p90", "promise_kept_share",
    "recurrence_90d", "escalated_share", "compensation_12m", "repurchase_90d_after_resolution",
)  # fmt: skip


def complaints_page(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    """What the template of the page's first half shows; None without a complaint in 12 months or an open one."""
    voices = review.voices
    if voices is None or not (voices.complaint_causes or voices.open_complaints):
        return None
    rows = voices.open_complaints
    is_chain = review.scope.kind == "chain"
    more = left_over("open_complaints", rows)
    return {
        "title": voices_sentences.complaints_title(say, voices),
        "lede": voices_sentences.complaints_lede(say, review),
        "causes_title": voices_sentences.causes_title(say, voices),
        "causes": _causes(voices, say),
        "figures": _figures(review, say),
        "open_title": voices_sentences.open_title(say, rows) if rows else "",
        "open": [_open(row, is_chain, say) for row in rows[: LISTED["open_complaints"]]],
        "is_chain": is_chain,
        "open_staffed": any(row.associate_name for row in rows[: LISTED["open_complaints"]]),
        "more_open": say.plural("And {n} more.", "And {n} more.", more) if more else None,
        "repurchase_title": voices_sentences.repurchase_title(say, voices.repurchase),
        "repurchase": [_repurchase(row, is_chain, say, album) for row in voices.repurchase if row.chain_n],
        "cited": _cited(say),
        "trouble_title": voices_sentences.trouble_title(say, voices),
        "trouble": _trouble(voices, say),
    }


def _causes(voices: Voices, say: Language) -> list[Mapping[str, object]]:
    top = max((row.complaints for row in voices.complaint_causes), default=0)
    return [
        {
            "label": voices_sentences.word(say, row.cause), "n": say.count(row.complaints), "bar": bar(row.complaints, top),
            "major": say.count(row.major), "recurring": say.count(row.recurring),
            "days": UNKNOWN if row.resolution_days is None else say.decimal(row.resolution_days),
        }
        for row in voices.complaint_causes[:CAUSES_SHOWN]
    ]  # fmt: skip


def _figures(review: Review, say: Language) -> list[tuple[str, str, str]]:
    """Label, value, and why there is none or how few it rests on."""
    shown = [review.figures[name] for name in SPEED_FIGURES if name in review.figures]
    return [
        (
            METRICS[figure.name].label(say.locale),
            say.value(figure.name, figure.value),
            figure_sentences.empty_reason(say, figure)
            if figure.value is None
            else figure_sentences.sample(say, figure) or "",
        )
        for figure in shown
    ]


def _open(row: OpenComplaint, is_chain: bool, say: Language) -> Mapping[str, object]:
    promise = ""
    if row.promised_by is not None:
        day = say.cell_day(row.promised_by)
        promise = say.text("{day}, overdue", day=day) if row.is_promise_late else day
    notes = [
        say.text("no answer yet") if not row.is_answered else "",
        say.text("with the manager") if row.is_escalated else "",
    ]
    return {
        "received": say.cell_day(row.received_on), "days": say.count(row.days_open),
        "name": None if is_chain or row.person is None else row.person.masked_name,
        "tail": None if row.person is None else row.person.phone_tail,
        "where": row.store_id if is_chain else say.text("not named"), "id": row.complaint_id,
        "cause": voices_sentences.word(say, row.cause), "severity": voices_sentences.severity(say, row.severity),
        "is_major": row.severity == "major",
        "step": voices_sentences.step(say, row.missing_step) or UNKNOWN, "missing": say.count(row.steps_missing),
        "promise": promise, "is_late": row.is_promise_late, "notes": say.joined(note for note in notes if note),
        "associate": row.associate_name or UNKNOWN,
    }  # fmt: skip


def _repurchase(row: RepurchaseRow, is_chain: bool, say: Language, album: Album) -> Mapping[str, object]:
    speed = SPEED[row.speed].label(say.locale)
    severity = voices_sentences.severity(say, row.severity)
    cell = {"severity": severity, "speed": speed, "n": say.count(row.chain_n), "share": "", "picture": None, "matched": "",
            "own": "" if is_chain or not row.n or row.again is None else f"{row.again} / {row.n}"}  # fmt: skip
    if row.share is None or row.low is None or row.high is None:
        few = say.text("under {n}: not shown", n=FEWEST_SHOWN)
        return {**cell, "n": f"< {FEWEST_SHOWN}" if row.is_suppressed else cell["n"], "share": few}
    alt = say.plain.text(
        "{severity}, {speed}: {share} bought again, 95 % interval {low} to {high}",
        severity=severity, speed=speed, share=say.share(row.share, 0), low=say.share(row.low, 0), high=say.share(row.high, 0),
    )  # fmt: skip
    return {
        **cell,
        "share": say.share(row.share, 0),
        "picture": album.add(interval(row.share, row.low, row.high, alt, beside=row.matched_share)),
        "matched": UNKNOWN if row.matched_share is None else say.share(row.matched_share, 0),
    }


def _cited(say: Language) -> str:
    return say.text(
        "Cited by the sources, other trades and times: 4 % after major, 53 % after minor trouble, 52–95 % when settled fast."
    )


def _trouble(voices: Voices, say: Language) -> list[Mapping[str, object]]:
    return [
        {
            "name": row.name,
            "kind": say.text("Brand") if row.kind == "brand" else say.text("Product"),
            "sold": say.count(round(row.units_sold)),
            "returned": say.count(round(row.units_returned)), "complaints": say.decimal(row.complaints_per_1000_units),
            "range": f"{say.decimal(row.lines_low, 0)} – {say.decimal(row.lines_high, 0)}",
            "is_above": row.lines_low > row.chain_returned_lines_per_1000,
            "chain": say.decimal(row.chain_returned_lines_per_1000),
        }
        for row in voices.product_trouble
    ]  # fmt: skip


def satisfaction_page(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    """What the template of the page's second half shows; None without an answer, a channel's trouble or a service."""
    voices = review.voices
    if voices is None or not (
        voices.satisfaction_gaps or voices.aspects or voices.services or voices.silent_dissatisfied or _hampered(voices)
    ):
        return None
    return {
        "title": voices_sentences.satisfaction_title(say, voices),
        "lede": voices_sentences.satisfaction_lede(say, review),
        "aspects_title": voices_sentences.aspects_title(say, voices.aspects),
        "aspects": _aspects(voices.aspects[:ASPECTS_SHOWN], say, album),
        "has_competitor": any(row.competitor_answers for row in voices.aspects),
        "gaps_title": voices_sentences.gaps_title(say, voices.satisfaction_gaps),
        "gaps": [_gap(row, say, album) for row in voices.satisfaction_gaps],
        "prices": [
            {
                "category": row.category, "n": say.count(row.answers), "expected": say.amount(row.expected),
                "paid": say.amount(row.paid), "dearer": say.share(row.dearer / row.answers, 0),
                "cheaper": say.share(row.cheaper / row.answers, 0),
                "promotion": UNKNOWN if row.promotion_share is None else say.share(row.promotion_share, 0),
            }
            for row in voices.price_acceptance[:PRICES_SHOWN]
        ],
        "friction": [
            {
                "channel": voices_sentences.channel(say, row.channel), "orders": say.count(row.orders),
                "cancelled": UNKNOWN if row.cancelled_share is None else say.share(row.cancelled_share),
                "unpaid": UNKNOWN if row.unpaid_share is None else say.share(row.unpaid_share),
                "days": UNKNOWN if row.delivery_days is None else say.decimal(row.delivery_days),
                "p90": UNKNOWN if row.delivery_days_p90 is None else say.decimal(row.delivery_days_p90),
                "returns": UNKNOWN if row.return_share is None else say.share(row.return_share),
            }
            for row in (voices.friction if _hampered(voices) or len(voices.friction) > 1 else ())
        ],
        "services": [_service(row, say, album) for row in voices.services[:SERVICES_SHOWN]],
        "silent": [voices_sentences.silent(say, row) for row in voices.silent_dissatisfied],
        "feedback": [voices_sentences.feedback(say, row) for row in voices.feedback],
    }  # fmt: skip


def _hampered(voices: Voices) -> bool:
    return any(row.cancelled_orders or row.unpaid_orders or row.delivered_orders for row in voices.friction)


def _aspects(rows: Sequence[AspectRow], say: Language, album: Album) -> list[Mapping[str, object]]:
    def reach_of(row: AspectRow) -> float:
        whole = row.below + row.met + row.exceeded
        return (max(row.below, row.exceeded) + row.met / 2) / whole if whole else 0.0

    reach = max((reach_of(row) for row in rows), default=1.0)

    def mark(value: float | None) -> str:
        return UNKNOWN if value is None else say.decimal(value)

    shown: list[Mapping[str, object]] = []
    for row in rows:
        whole = row.below + row.met + row.exceeded
        alt = say.plain.text(
            "{aspect}: {below} below, {met} met, {exceeded} above expectation, of {n}",
            aspect=row.aspect, below=row.below, met=row.met, exceeded=row.exceeded, n=whole,
        )  # fmt: skip
        shown.append({
            "label": row.aspect, "n": say.count(row.answers), "importance": mark(row.importance),
            "expectation": mark(row.expectation), "experience": mark(row.experience),
            "competitor": f"{mark(row.competitor_experience)} ({row.competitor_answers})" if row.competitor_answers else UNKNOWN,
            "below": say.share(row.below / whole, 0) if whole else UNKNOWN,
            "exceeded": say.share(row.exceeded / whole, 0) if whole else UNKNOWN,
            "picture": album.add(states(row.below, row.met, row.exceeded, reach, alt, width=110)) if whole else None,
            "advice": QUADRANT[row.quadrant].label(say.locale) if row.quadrant else "", "is_first": row.quadrant == "improve",
        })  # fmt: skip
    return shown


def _after(
    row: GapRow | ServiceRow, label: str, beside: float | None, say: Language, album: Album
) -> Mapping[str, object]:
    """The share that bought again as text and picture, or why it is not shown."""
    if row.again_share is None or row.low is None or row.high is None:
        why = say.text("under {n}: not shown", n=FEWEST_SHOWN) if row.is_suppressed else UNKNOWN
        return {"after_n": say.count(row.n), "again": why, "picture": None}
    alt = say.plain.text(
        "{label}: {share} bought again, 95 % interval {low} to {high}",
        label=label, share=say.share(row.again_share, 0), low=say.share(row.low, 0), high=say.share(row.high, 0),
    )  # fmt: skip
    picture = album.add(interval(row.again_share, row.low, row.high, alt, beside=beside, width=104))
    return {"after_n": say.count(row.n), "again": say.share(row.again_share, 0), "picture": picture}


def _gap(row: GapRow, say: Language, album: Album) -> Mapping[str, object]:
    label = GAP_STATE[row.state].label(say.locale)
    share = UNKNOWN if row.share is None else say.share(row.share, 0)
    return {"label": label, "n": say.count(row.answers), "share": share, **_after(row, label, None, say, album)}


def _service(row: ServiceRow, say: Language, album: Album) -> Mapping[str, object]:
    label = voices_sentences.service(say, row.kind)
    return {
        "label": label, "n": say.count(row.services), "customers": say.count(row.customers),
        "satisfied": say.share(row.satisfied / row.rated, 0) if row.rated else UNKNOWN,
        "matched": UNKNOWN if row.matched_share is None else say.share(row.matched_share, 0),
        **_after(row, label, row.matched_share, say, album),
    }  # fmt: skip
