"""Page 10, "did it work?": last month's actions done and come back, and the difference the contacts made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from report_templates import loop_sentences as told
from report_templates.album import Album
from report_templates.charts import effect_interval
from report_templates.language import UNKNOWN, Language
from schemas.effect import SEGMENT, CameBack, EffectRow, OutcomeRow
from schemas.review import Review


def loop_page(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    """What the template of page 10 shows; None while no list of an earlier month is known."""
    if not (review.outcomes or review.effects):
        return None
    return {
        "title": told.loop_title(say, review),
        "lede": told.loop_lede(say, review),
        "outcomes": _outcomes(review.outcomes, say),
        "associates": _associates(review.outcomes_by_associate, say),
        "came_back": _came_back(review, say),
        "effects": _effects(review, say, album),
        "left_alone": told.left_alone(say, review),
    }


def _cells(row: OutcomeRow, say: Language) -> Mapping[str, object]:
    return {
        "listed": say.count(row.listed), "done": say.count(row.done), "not_reached": say.count(row.not_reached),
        "open": say.count(row.open), "came_back": say.count(row.came_back),
        "net_sales": say.amount(row.net_sales) if row.came_back else UNKNOWN,
        "share": say.share(row.done_share, 0) if row.done_share is not None else UNKNOWN,
        "bar": round(100 * (row.done_share or 0)),
    }  # fmt: skip


def _outcomes(rows: Sequence[OutcomeRow], say: Language) -> Mapping[str, object] | None:
    if not rows:
        return None
    return {
        "title": told.outcomes_title(say, rows),
        "rows": [{"label": told.kind_label(say, row.kind or ""), **_cells(row, say)} for row in rows],
        "total": _cells(told.total_of(rows), say),
    }


def _associates(rows: Sequence[OutcomeRow], say: Language) -> Mapping[str, object] | None:
    if not rows:
        return None
    return {
        "title": told.associates_title(say, rows),
        "rows": [{"label": row.associate_name or say.text("Unassigned"), **_cells(row, say)} for row in rows],
    }


def _came_back(review: Review, say: Language) -> Mapping[str, object] | None:
    if not review.came_back:
        return None
    return {
        "title": told.came_back_title(say, review),
        "rows": [_who(row, say) for row in review.came_back],
    }


def _who(row: CameBack, say: Language) -> Mapping[str, object]:
    return {
        "name": row.person.masked_name, "tail": row.person.phone_tail, "kind": told.kind_label(say, row.kind),
        "associate": row.associate_name or say.text("Unassigned"), "contacted": say.cell_day(row.contacted_on),
        "bought": say.cell_day(row.bought_on), "net_sales": say.amount(row.net_sales),
    }  # fmt: skip


def _effects(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    if not review.effects:
        return None
    said = [row for row in review.effects if row.effect is not None]
    edge = max((abs(end) for row in said for end in (row.low or 0, row.high or 0)), default=0.0)
    # a segment says more than its kind only once it is said at all
    shown = [row for row in review.effects if row.segment == "all" or row.verdict != "too_early"]
    return {
        "title": told.effect_title(say, review),
        "caption": told.effect_caption(say),
        "rows": [_effect(row, say, album, edge) for row in shown],
        "is_said": bool(said),
        "scale": f"±{told.points_of(say, edge)}" if said else "",
    }


def _effect(row: EffectRow, say: Language, album: Album, edge: float) -> Mapping[str, object]:
    is_known = row.effect is not None
    return {
        "label": told.kind_label(say, row.kind) if row.segment == "all" else SEGMENT[row.segment].label(say.locale),
        "is_segment": row.segment != "all",
        "treated": say.count(row.treated), "control": say.count(row.control),
        "bought_treated": UNKNOWN if row.bought_treated is None else say.share(row.bought_treated),
        "bought_control": UNKNOWN if row.bought_control is None else say.share(row.bought_control),
        "effect": _signed(say, told.points_of(say, row.effect), row.effect) if row.effect is not None else UNKNOWN,
        "range": _range(say, told.points_of(say, row.low or 0), told.points_of(say, row.high or 0)) if is_known else "",
        "sales": _signed(say, say.decimal(row.sales_effect, 0), row.sales_effect) if row.sales_effect is not None else UNKNOWN,
        "sales_range": _range(say, say.decimal(row.sales_low, 0), say.decimal(row.sales_high, 0))
        if row.sales_low is not None and row.sales_high is not None
        else "",
        "picture": album.add(effect_interval(row.effect, row.low or 0, row.high or 0, edge, told.effect_alt(say.plain, row)))
        if row.effect is not None
        else None,
        "verdict": told.effect_verdict(say, row),
        "tone": {"brings_back": "good", "drives_away": "bad"}.get(row.verdict, "muted"),
    }  # fmt: skip


def _signed(say: Language, text: str, value: float | Decimal) -> str:
    return say.signed(text, value > 0)


def _range(say: Language, low: str, high: str) -> str:
    return say.text("{low} to {high}", low=low, high=high)
