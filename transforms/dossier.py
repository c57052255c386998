"""From the customer index to what a look-up answers: matches, a dossier, the day's care, the days that come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from schemas.contact_rules import ContactRules
from schemas.dossier import (
    Brought,
    CareRow,
    Complained,
    DateRow,
    Dossier,
    KnownAs,
    Match,
    NextCare,
    OwnDate,
    Purchase,
    Served,
    Surveyed,
    Word,
)
from schemas.period import window_start
from schemas.rules import Rules
from schemas.segments import UNASSIGNED
from transforms import care, customer_search, day_care, occasions, people
from transforms.lookup_frames import LookupFrames
from transforms.privacy import masked_key, masked_name, phone_tail

LAST_PURCHASES, LAST_WORDS, FAVOURITES, BROUGHT = 6, 5, 3, 6
"""How much of each a dossier of one page holds; the newest, the largest."""
CARE_AHEAD_DAYS = 31
KEYS = ("member_id", "phone", "email", "account")

Rows = list[dict[str, Any]]


class Mask:
    """How people are shown: masked, or in full."""

    def __init__(self, is_full: bool) -> None:
        self.is_full = is_full

    def name(self, row: dict[str, Any]) -> str:
        if self.is_full and row["name"]:
            return str(row["name"])
        return masked_name(row["name"], row["member_id"], row["customer_id"])

    def phone(self, row: dict[str, Any]) -> str | None:
        if self.is_full:
            return row["any_phone"]
        tail = phone_tail(row["any_phone"])
        return f"…{tail}" if tail else None

    def key(self, kind: str, value: str) -> str:
        return value if self.is_full else masked_key(kind, value)

    def other(self, name: str | None) -> str | None:
        """A name that stands alone: a gift's recipient."""
        return name if self.is_full or name is None else masked_name(name, None, "-")

    def text(self, text: str | None) -> str | None:
        """What only the store's own people may read."""
        return text if self.is_full else None


def found(frames: LookupFrames, query: str, day: date, *, is_full: bool) -> list[Match]:
    """The customers that the query may mean, the likeliest first."""
    hits = customer_search.matches(frames.customers, query).collect()
    if hits.is_empty():
        return []
    mine = _of(frames, hits["customer_id"])
    standing = day_care.standing_on(mine, day)
    homes = day_care.homes_on(mine, standing, day)
    known = ["customer_id", "status", "last_purchase_on", "purchases"]
    rows = (
        hits.lazy()
        .with_row_index("place")
        .join(standing.select(known), on="customer_id", how="left", validate="1:1")
        .join(homes.select("customer_id", home="home_store_id"), on="customer_id", how="left", validate="1:1")
        .sort("place")
        .collect()
    )
    stores, mask = _store_names(frames), Mask(is_full)
    return [
        Match(
            customer_id=row["customer_id"],
            name=mask.name(row),
            phone=mask.phone(row),
            found_by=row["found_by"],
            home_store=_store(stores, row["home"]),
            status=row["status"] or "prospect",
            last_purchase_on=row["last_purchase_on"],
            purchases=row["purchases"] or 0,
            net_sales=row["net_sales"],
            is_vip=row["is_vip"],
        )
        for row in rows.iter_rows(named=True)
    ]


def _of(frames: LookupFrames, ids: pl.Series) -> LookupFrames:
    """The frames of these customers alone (staff, stores and weather whole)."""
    wanted = ids.unique().implode()
    mine = {
        name: getattr(frames, name).filter(pl.col("customer_id").is_in(wanted)).collect().lazy()
        for name in ("customers", "purchases", "bought", "served", "gifts", "contacts", "complaints", "surveys")
    }
    return LookupFrames(
        **mine, referred=frames.referred, associates=frames.associates, stores=frames.stores, rain=frames.rain
    )


def _store_names(frames: LookupFrames) -> dict[str, str]:
    return {row["store_id"]: row["name"] or row["store_id"] for row in frames.stores.collect().iter_rows(named=True)}


def _staff_names(frames: LookupFrames) -> dict[str, str]:
    rows = frames.associates.select("associate_id", "name").collect().iter_rows()
    return {associate_id: name or associate_id for associate_id, name in rows}


def _store(names: dict[str, str], store_id: str | None) -> str | None:
    return None if store_id in (None, UNASSIGNED) else names.get(str(store_id), store_id)


def dossier(frames: LookupFrames, customer_id: str, day: date, *, rules: Rules, is_full: bool) -> Dossier:
    """All that is known of one customer by that day. KeyError when there is none."""
    mine = _of(frames, pl.Series([customer_id]))
    mask, stores = Mask(is_full), _store_names(frames)
    row = _only(mine.customers)
    if row is None:
        raise KeyError(customer_id)
    standing = day_care.standing_on(mine, day).collect().lazy()
    homes = day_care.homes_on(mine, standing, day).collect().lazy()
    now = _only(standing) or {}
    reach = _only(people.reach(mine.customers, on=day)) or {}
    moved = row["moved_away_on"]
    home = (_only(homes) or {}).get("home_store_id")
    closest = (_only(day_care.closest_on(mine, homes, day)) or {}).get("associate_id")
    staff = _staff_names(frames)
    bought = _rows(mine.purchases.filter(pl.col("business_date") <= day).sort("business_date", descending=True))
    return Dossier(
        customer_id=customer_id,
        is_full=is_full,
        name=mask.name(row),
        keys=tuple(
            KnownAs(kind, mask.key(kind, value))
            for kind in KEYS
            for value in (row[f"{kind}s"] or "").split("\x1f")
            if value
        ),
        kind=row["customer_kind"],
        member_tier=row["member_tier"],
        member_since=row["member_since"],
        is_on_file=row["is_on_file"],
        status=now.get("status") or "prospect",
        value_class=row["value_class"],
        is_vip=row["is_vip"],
        home_store=_store(stores, home),
        closest_associate=staff.get(closest) if closest else None,
        may_contact=bool(reach.get("may_contact")),
        call_by=reach.get("call_by") or "in_store",
        write_by=reach.get("write_by") or "in_store",
        do_not_contact=bool(row["do_not_contact"]),
        moved_away_on=moved if moved is not None and moved <= day else None,
        district=row["district"],
        address=mask.text(row["address"]),
        occupation=row["occupation"],
        interests=row["interests"],
        favourite_style=row["favourite_style"],
        note=mask.text(row["note"]),
        points=row["points"],
        stored_value=row["stored_value"],
        dates=tuple(_date(one, mask) for one in _dates(mine, day, day + timedelta(days=365))),
        purchases=now.get("purchases") or 0,
        net_sales=row["net_sales"],
        net_sales_12m=row["net_sales_12m"] or Decimal("0.00"),
        first_purchase_on=now.get("first_purchase_on"),
        last_purchase_on=now.get("last_purchase_on"),
        days_since_last_purchase=now.get("days_since_last_purchase"),
        own_gap_days=now.get("own_gap_days") if (now.get("purchases") or 0) > 1 else None,
        average_ticket=sum((one["sales"] for one in bought), Decimal(0)) / len(bought) if bought else None,
        last_purchases=tuple(
            Purchase(one["business_date"], _store(stores, one["store_id"]), one["sales"], one["product"])
            for one in bought[:LAST_PURCHASES]
        ),
        favourites=_favourites(mine, day),
        served_by=_served(mine, day, staff, closest),
        words=_words(mine, day, staff),
        complaints=_complaints(mine, day),
        surveys=_surveys(mine, day),
        brought_by=_brought_by(frames, row, mask),
        brought=_brought(frames, customer_id, mask),
        next_care=_next_care(mine, standing, day, rules),
    )


def _rows(frame: pl.LazyFrame) -> Rows:
    return frame.collect().to_dicts()


def _only(frame: pl.LazyFrame) -> dict[str, Any] | None:
    rows = _rows(frame)
    return rows[0] if rows else None


def _dates(frames: LookupFrames, first: date, last: date) -> Rows:
    """One row per customer and day from `first` to `last` that matters to them, in the order of the days."""
    own = care.own_dates(frames.customers.filter("is_on_file"), first=first, last=last).select(
        "customer_id", "kind", "is_lunar", "lunar_text", pl.lit(None, pl.String).alias("recipient"),
        pl.lit(None, pl.String).alias("occasion"), pl.lit(None, pl.String).alias("product"), on="due_on",
        last_on=pl.when(pl.col("kind") == "anniversary").then("trigger_on"),
    )  # fmt: skip
    gifts = occasions.coming_gift_days(
        frames.gifts.filter(pl.col("business_date") <= first), first=first, last=last
    ).select(
        "customer_id", pl.lit("gift_day").alias("kind"), "is_lunar", "lunar_text", recipient="recipient_name",
        occasion="occasion", product="product_name", on="day", last_on="given_on",
    )  # fmt: skip
    columns = own.collect_schema().names()
    return _rows(
        pl.concat([own, gifts.select(columns)]).sort("on", "kind", "customer_id", "recipient", nulls_last=True)
    )


def _date(row: dict[str, Any], mask: Mask) -> OwnDate:
    return OwnDate(
        row["kind"], row["on"], bool(row["is_lunar"]), row["lunar_text"], mask.other(row["recipient"]), row["occasion"],
        row["last_on"], row["product"],
    )  # fmt: skip


def _favourites(frames: LookupFrames, day: date) -> tuple[str, ...]:
    """What they spent most on in 24 months, by product; ties by name."""
    since = window_start(day, 24)
    top = (
        frames.bought.filter(pl.col("business_date").is_between(since, day))
        .with_columns(label=pl.coalesce("name", "product_name", "product_id"))
        .group_by("label")
        .agg(pl.col("sales").sum())
        .filter(pl.col("sales") > 0)
        .sort("sales", "label", descending=[True, False])
        .head(FAVOURITES)
    )
    return tuple(row["label"] for row in _rows(top))


def _served(frames: LookupFrames, day: date, staff: dict[str, str], closest: str | None) -> tuple[Served, ...]:
    counted = (
        frames.served.filter(pl.col("business_date") <= day)
        .group_by("associate_id")
        .agg(days=pl.len(), latest=pl.col("business_date").max())
        .sort("days", "latest", "associate_id", descending=[True, True, False])
        .head(FAVOURITES)
    )
    return tuple(
        Served(staff.get(row["associate_id"]) or str(row["associate_id"]), row["days"], row["associate_id"] == closest)
        for row in _rows(counted)
    )


def _words(frames: LookupFrames, day: date, staff: dict[str, str]) -> tuple[Word, ...]:
    rows = _rows(
        frames.contacts.filter(pl.col("contacted_at").dt.date() <= day)
        .sort("contacted_at", "contact_kind", descending=[True, False])
        .head(LAST_WORDS)
    )
    return tuple(
        Word(
            row["contacted_at"], row["contact_kind"], row["channel"],
            staff.get(row["associate_id"], row["associate_id"]), row["result"],
        )
        for row in rows
    )  # fmt: skip


def _complaints(frames: LookupFrames, day: date) -> tuple[Complained, ...]:
    rows = _rows(
        frames.complaints.filter(pl.col("received_at").dt.date() <= day).sort(
            "received_at", "complaint_id", descending=True
        )
    )
    return tuple(
        Complained(
            row["received_at"].date(), row["cause"], row["severity"],
            row["resolved_at"].date() if row["resolved_at"] and row["resolved_at"].date() <= day else None,
            row["satisfied"],
        )
        for row in rows
    )  # fmt: skip


def _surveys(frames: LookupFrames, day: date) -> tuple[Surveyed, ...]:
    answered = pl.col("answered_at").dt.date()
    one = {
        name: pl.col(name).drop_nulls().last() for name in ("likes", "dislikes", "share_of_wallet", "nps", "competitor")
    }
    rows = _rows(
        frames.surveys.filter(answered <= day)
        .sort("answered_at", "aspect")
        .group_by(on=answered)
        .agg(
            **one,
            below=pl.col("aspect").filter(
                pl.col("aspect").is_not_null() & (pl.col("experience") < pl.col("expectation"))
            ).unique().sort(),
        )
        .sort("on", descending=True)
        .head(FAVOURITES)
    )  # fmt: skip
    return tuple(
        Surveyed(
            row["on"], row["likes"], row["dislikes"], row["share_of_wallet"], row["nps"], row["competitor"],
            tuple(row["below"]),
        )
        for row in rows
    )  # fmt: skip


def _people(frames: LookupFrames, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = pl.Series(list(ids), dtype=pl.String).implode()
    rows = frames.customers.filter(pl.col("customer_id").is_in(wanted)).select(
        "customer_id", "name", "member_id", "any_phone"
    )
    return {row["customer_id"]: row for row in _rows(rows)}


def _brought_by(frames: LookupFrames, row: dict[str, Any], mask: Mask) -> Brought | None:
    if row["referrer_id"] is None:
        return None
    on = _only(frames.referred.filter(pl.col("customer_id") == row["customer_id"])) or {}
    person = _people(frames, [row["referrer_id"]]).get(row["referrer_id"])
    return Brought(mask.name(person), person["customer_id"], on.get("referred_on")) if person else None


def _brought(frames: LookupFrames, customer_id: str, mask: Mask) -> tuple[Brought, ...]:
    rows = _rows(
        frames.referred.filter(pl.col("referrer_id") == customer_id).sort(
            "referred_on", "customer_id", descending=[True, False], nulls_last=True
        )
    )[:BROUGHT]
    known = _people(frames, [row["customer_id"] for row in rows])
    return tuple(
        Brought(mask.name(known[row["customer_id"]]), row["customer_id"], row["referred_on"])
        for row in rows
        if row["customer_id"] in known
    )


def _next_care(frames: LookupFrames, standing: pl.LazyFrame, day: date, rules: Rules) -> tuple[NextCare, ...]:
    """What is due from that day on, as if they didn't come in between; the next of each kind in 31 days."""
    due = day_care._due(
        frames, standing, people.reach(frames.customers, on=day),
        first=day, last=day + timedelta(days=CARE_AHEAD_DAYS), rules=rules,
    )  # fmt: skip
    rows = _rows(due.sort("due_on", "kind").unique(subset="kind", keep="first", maintain_order=True))
    return tuple(NextCare(row["kind"], row["due_on"], row["trigger_on"]) for row in rows)


# ---- lists


def care_rows(
    frames: LookupFrames, day: date, *, rules: Rules, contact: ContactRules, is_full: bool,
    store_id: str | None = None, associate_id: str | None = None,
) -> list[CareRow]:  # fmt: skip
    """The day's care, by store and associate; only of this store or associate where one is named."""
    due = day_care.care_on(frames, day, rules=rules, contact=contact)
    if store_id is not None:
        due = due.filter(pl.col("home_store_id") == store_id)
    if associate_id is not None:
        due = due.filter(pl.col("associate_id") == associate_id)
    rows = due.collect()
    known = _people(frames, rows["customer_id"].unique().to_list())
    mask, stores = Mask(is_full), _store_names(frames)
    staff = _staff_names(frames)
    return [
        CareRow(
            customer_id=row["customer_id"],
            name=mask.name(known[row["customer_id"]]),
            phone=mask.phone(known[row["customer_id"]]),
            kind=row["kind"],
            due_on=row["due_on"],
            trigger_on=row["trigger_on"],
            is_lunar=bool(row["is_lunar"]),
            lunar_text=row["lunar_text"],
            recipient=mask.other(row["recipient"]),
            occasion=row["occasion"],
            product=row["product"],
            channel=row["channel"],
            not_before=row["not_before"],
            is_vip=row["is_vip"],
            is_held_back=row["is_held_back"],
            is_done=row["is_done"],
            came_in_rain=row["came_in_rain"],
            message_no=row["message_no"],
            store_id=row["home_store_id"],
            store=_store(stores, row["home_store_id"]) or row["home_store_id"],
            associate_id=row["associate_id"],
            associate=staff.get(row["associate_id"]) if row["associate_id"] else None,
        )
        for row in rows.iter_rows(named=True)
    ]


def date_rows(
    frames: LookupFrames, first: date, last: date, *, is_full: bool, store_id: str | None = None
) -> list[DateRow]:
    """Whose days fall from `first` to `last`, in the order of the days: everybody on file, also who is lapsed."""
    dates = _dates(frames, first, last)
    ids = pl.Series([row["customer_id"] for row in dates], dtype=pl.String).unique()
    mine = _of(frames, ids)
    standing = day_care.standing_on(mine, first).collect().lazy()
    homes = day_care.homes_on(mine, standing, first).collect().lazy()
    closest = day_care.closest_on(mine, homes, first)
    told = (
        mine.customers.join(standing.select("customer_id", "status"), on="customer_id", how="left", validate="1:1")
        .join(homes.select("customer_id", home="home_store_id"), on="customer_id", how="left", validate="1:1")
        .join(closest.rename({"associate_id": "closest"}), on="customer_id", how="left", validate="1:1")
        .join(people.reach(mine.customers, on=first), on="customer_id", how="left", validate="1:1")
    )
    known = {row["customer_id"]: row for row in _rows(told)}
    mask, stores = Mask(is_full), _store_names(frames)
    staff = _staff_names(frames)
    answer = []
    for row in dates:
        who = known[row["customer_id"]]
        home = who["home"] or UNASSIGNED
        if store_id not in (None, home):
            continue
        answer.append(
            DateRow(
                row["customer_id"], mask.name(who), mask.phone(who), _date(row, mask), who["status"] or "prospect",
                bool(who["may_contact"]), who["is_vip"], home, _store(stores, home) or home,
                staff.get(who["closest"]) if who["closest"] else None,
            )
        )  # fmt: skip
    return answer
