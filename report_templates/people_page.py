"""Page 8: people (associates with rank ranges, hand-over, what expires) and opportunity (where the next sales may come from)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from report_templates import people_sentences as told
from report_templates.album import Album
from report_templates.charts import interval
from report_templates.customers_page import bar
from report_templates.language import UNKNOWN, Language
from schemas.people import PeopleAndOpportunity, StaffRow
from schemas.review import Figure, Review
from schemas.segments import CUSTOMER_KIND, PROSPECT_KIND, RFM

STAFF = 30
HANDED_OVER = 10
EXPIRING = 6
CATEGORIES = 6
PAIRS = 6
PICKS = 6
"""At most so many rows are printed; all are in review.json."""


def people_page(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    """What the template of the associates' page shows; None without associates or anything to hand over."""
    page = review.people
    if page is None or not (page.staff or page.handover or page.expiring):
        return None
    return {
        "title": told.people_title(say, page) if page.staff or page.handover else told.expiring_title(say, page),
        "lede": told.people_lede(say, review) if page.staff else "",
        "staff": _staff(page.staff, review.figures.get("first_served_repeat_rate"), say, album) if page.staff else None,
        "handover": _handover(page, review.as_of, say) if page.handover else None,
        "expiring": _expiring(page, say, is_titled=bool(page.staff or page.handover)) if page.expiring else None,
        "accounts": _accounts(page, say) if page.key_accounts else None,
    }


def _staff(rows: tuple[StaffRow, ...], of_store: Figure | None, say: Language, album: Album) -> Mapping[str, object]:
    lows = [row.repeat_low for row in rows if row.repeat_low is not None]
    highs = [row.repeat_high for row in rows if row.repeat_high is not None]
    scale = (min(lows), max(highs)) if lows and highs else (0.0, 1.0)
    mean = scale[0] if of_store is None or of_store.value is None else float(of_store.value)
    return {
        "title": told.staff_title(say, rows),
        "scale": say.text("scale {low} to {high}", low=say.share(scale[0], 0), high=say.share(scale[1], 0)),
        "rows": [
            _staff_row(row, mean, scale, say, album) for row in rows[:STAFF]
        ],
        "more": _more(len(rows) - STAFF, say),
    }  # fmt: skip


def _staff_row(
    row: StaffRow, mean: float, scale: tuple[float, float], say: Language, album: Album
) -> Mapping[str, object]:
    picture = None
    if row.repeat_rate is not None and row.repeat_low is not None and row.repeat_high is not None:
        alt = say.plain.text(
            "{name}: {rate}, between {low} and {high}", name=row.name, rate=say.share(row.repeat_rate),
            low=say.share(row.repeat_low), high=say.share(row.repeat_high),
        )  # fmt: skip
        picture = album.add(interval(row.repeat_low, row.repeat_rate, row.repeat_high, mean, scale, str(alt)))
    return {
        "name": row.name,
        "picture": picture,
        "rate": _share(row.repeat_rate, say),
        "n": say.count(row.first_served),
        "rank": _rank(row),
        "satisfaction": UNKNOWN if row.stated_satisfaction is None else say.decimal(row.stated_satisfaction),
        "experiences": say.count(row.experiences) if row.experiences else "",
        "complaints": say.count(row.complaints),
        "care": _share(row.care_done_share, say, 0),
        "care_due": say.count(row.care_due) if row.care_due else "",
        "sign_up": _share(row.sign_up_rate, say, 0),
        "added": _share(row.reachable_rate, say, 0),
        "strangers": say.count(row.strangers_served) if row.strangers_served else "",
        "workload": _share(row.workload, say, 0),
        "contacts": f"{say.count(row.contacts_due)}/{say.count(row.capacity)}",
        "is_over": row.contacts_due > row.capacity,
    }


def _rank(row: StaffRow) -> str:
    if row.rank_best is None or row.rank_worst is None or row.ranked_of < 2:
        return UNKNOWN
    return str(row.rank_best) if row.rank_best == row.rank_worst else f"{row.rank_best}–{row.rank_worst}"


def _share(value: float | None, say: Language, places: int = 1) -> str:
    return UNKNOWN if value is None else say.share(value, places)


def _more(left: int, say: Language) -> str | None:
    return say.plural("And {n} more in review.json.", "And {n} more in review.json.", left) if left > 0 else None


def _handover(page: PeopleAndOpportunity, as_of: date, say: Language) -> Mapping[str, object]:
    return {
        "title": told.handover_title(say, page),
        "rows": [
            {
                "name": row.person.masked_name, "tail": row.person.phone_tail, "is_vip": row.is_vip,
                "last": say.near_day(row.last_purchase_on, as_of), "sales": say.amount(row.net_sales_12m),
                "left": row.left_name, "left_on": say.cell_day(row.left_on), "new": row.new_name or UNKNOWN,
                "note": told.handover_note(say, is_closest=row.is_closest, has_room=row.new_name is not None),
            }
            for row in page.handover[:HANDED_OVER]
        ],
        "more": _more(len(page.handover) - HANDED_OVER, say),
    }  # fmt: skip


def _expiring(page: PeopleAndOpportunity, say: Language, is_titled: bool) -> Mapping[str, object]:
    """Not `is_titled` where the page's own title says it already."""
    return {
        "title": told.expiring_title(say, page) if is_titled else None,
        "is_staffed": any(row.associate_name for row in page.expiring[:EXPIRING]),
        "has_value": any(row.stored_value for row in page.expiring),
        "rows": [
            {
                "name": row.person.masked_name, "tail": row.person.phone_tail, "day": say.cell_day(row.expires_on),
                "points": say.count(row.points), "value": say.amount(row.stored_value),
                "associate": row.associate_name or UNKNOWN,
            }
            for row in page.expiring[:EXPIRING]
        ],
        "more": _more(len(page.expiring) - EXPIRING, say),
    }  # fmt: skip


# ---- opportunity


def opportunity_page(review: Review, say: Language) -> Mapping[str, object] | None:
    """What the template of the opportunity page shows; None when there is nothing to tell."""
    page = review.people
    accounts = page.key_accounts if page is not None and review.scope.kind == "chain" else ()
    if page is None or not (page.adoption or page.together or page.picks or page.prospects or accounts):
        return None
    return {
        "title": told.opportunity_title(say, page),
        "lede": told.opportunity_lede(say, review),
        "adoption": _adoption(page, say) if page.adoption else None,
        "together": _together(page, say) if page.adoption or page.together else None,
        "picks": _picks(review, page, say) if page.picks else None,
        "prospects": _prospects(page, say) if page.prospects else None,
        "holdings": _holdings(page, say),
        "accounts": _accounts(page, say) if accounts else None,
        "rfm": _rfm(page, say) if page.rfm else None,
        "no_categories": not (page.adoption or page.together),
    }


def _adoption(page: PeopleAndOpportunity, say: Language) -> Mapping[str, object]:
    return {
        "title": told.adoption_title(say, page.adoption),
        "rows": [
            {
                "category": row.category,
                "a": _share(row.a_share, say),
                "a_n": f"{say.count(row.a_started)}/{say.count(row.a_could)}",
                "others": _share(row.others_share, say),
                "range": UNKNOWN
                if row.difference_low is None or row.difference_high is None
                else _points_range(row.difference_low, row.difference_high, say),
                "is_sure": told.is_starting(row),
            }
            for row in page.adoption[:CATEGORIES]
        ],
    }


def _points_range(low: float, high: float, say: Language) -> str:
    return " – ".join(say.signed(say.decimal(100 * edge, 0), edge > 0) for edge in (low, high))


def _together(page: PeopleAndOpportunity, say: Language) -> Mapping[str, object]:
    return {
        "title": told.together_title(say, page.together),
        "rows": [
            {
                "pair": f"{row.category} + {row.other}",
                "both": say.count(row.with_both),
                "one": say.count(row.with_one),
                "lift": say.decimal(row.lift),
                "range": f"{say.decimal(row.lift_low)}–{say.decimal(row.lift_high)}",
            }
            for row in page.together[:PAIRS]
        ],
    }


def _picks(review: Review, page: PeopleAndOpportunity, say: Language) -> Mapping[str, object]:
    return {
        "title": told.picks_title(say, review),
        "is_judged": any(row.harbinger_share is not None for row in page.picks[:PICKS]),
        "rows": [
            {
                "product": row.product, "category": row.category or "", "launched": say.cell_day(row.launched_on),
                "pickers": say.count(row.pickers), "harbinger": _share(row.harbinger_share, say, 0),
                "judged": say.count(row.judged) if row.judged else "",
            }
            for row in page.picks[:PICKS]
        ],
    }  # fmt: skip


def _prospects(page: PeopleAndOpportunity, say: Language) -> Mapping[str, object]:
    people, reachable = sum(row.people for row in page.prospects), sum(row.reachable for row in page.prospects)
    return {
        "title": told.prospects_title(say, people, reachable),
        "rows": [
            {
                "kind": PROSPECT_KIND[row.prospect_kind].label(say.locale), "people": say.count(row.people),
                "reachable": say.count(row.reachable), "bar": bar(row.people, people),
            }
            for row in page.prospects
        ],
    }  # fmt: skip


def _holdings(page: PeopleAndOpportunity, say: Language) -> list[str]:
    return [told.holding(say.plain, row) for row in page.holdings]


def _accounts(page: PeopleAndOpportunity, say: Language) -> Mapping[str, object]:
    return {
        "title": told.accounts_title(say, page.key_accounts),
        "names": any(row.best for row in page.key_accounts),
        "rows": [
            {
                "kind": CUSTOMER_KIND[row.customer_kind].label(say.locale)
                if row.customer_kind in CUSTOMER_KIND
                else row.customer_kind,
                "customers": UNKNOWN if row.customers is None else say.count(row.customers),
                "sales": UNKNOWN if row.net_sales_12m is None else say.amount(row.net_sales_12m),
                "share": _share(row.share_of_sales, say),
                "silent": UNKNOWN if row.silent is None else say.count(row.silent),
                "best": say.names(row.best) if row.best else "",
                "strategy": told.strategy(say, row.customer_kind),
            }
            for row in page.key_accounts
        ],
    }


def _rfm(page: PeopleAndOpportunity, say: Language) -> Mapping[str, object]:
    found = {row.rfm_group: row.customers for row in page.rfm}
    top = max((row.customers or 0 for row in page.rfm), default=0)
    return {
        "title": told.rfm_title(say, found.get("hhh"), found.get("lhh")),
        "rows": [
            {
                "label": RFM[row.rfm_group].label(say.locale), "meaning": RFM[row.rfm_group].meaning(say.locale),
                "customers": UNKNOWN if row.customers is None else say.count(row.customers),
                "sales": UNKNOWN if row.net_sales_24m is None else say.amount(row.net_sales_24m),
                "bar": bar(row.customers or 0, top),
                "is_warning": row.rfm_group in ("lhh", "llh"),
            }
            for row in page.rfm
        ],
    }  # fmt: skip
