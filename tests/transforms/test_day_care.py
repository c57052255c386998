"""The day's list on a world of a few rows: rain, quiet hours, what waits, who writes, and what is in no list."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest

from schemas.contact_rules import ContactRules
from schemas.rules import Rules
from transforms.day_care import care_on
from transforms.dossier import care_rows, date_rows, dossier, found
from transforms.lookup_frames import LookupFrames

FILE = {
    "customer_id": pl.String, "member_id": pl.String, "name": pl.String, "phone": pl.String, "email": pl.String, "birthday": pl.String,
    "birthday_calendar": pl.String, "anniversary": pl.Date, "home_store_id": pl.String, "associate_id": pl.String,
    "consent_phone": pl.Boolean, "consent_wechat": pl.Boolean, "consent_sms": pl.Boolean, "consent_email": pl.Boolean,
    "wecom_added": pl.Boolean, "do_not_contact": pl.Boolean, "moved_away_on": pl.Date, "member_since": pl.Date,
    "is_on_file": pl.Boolean, "any_phone": pl.String, "is_vip": pl.Boolean, "net_sales": pl.Decimal(18, 2), "pinyin": pl.String,
    "remembered": pl.String, "member_ids": pl.String, "phones": pl.String, "emails": pl.String, "accounts": pl.String,
    "value_class": pl.String, "net_sales_12m": pl.Decimal(18, 2), "customer_kind": pl.String, "member_tier": pl.String,
    "district": pl.String, "address": pl.String, "occupation": pl.String, "interests": pl.String, "favourite_style": pl.String,
    "note": pl.String, "points": pl.Int64, "stored_value": pl.Decimal(18, 2), "referrer_id": pl.String,
}  # fmt: skip
PURCHASE = {
    "customer_id": pl.String, "customer_no": pl.UInt32, "business_date": pl.Date, "purchase_no": pl.Int64, "own_gap_days": pl.Float64,
    "lapsed_after_days": pl.Float64, "overdue_after_days": pl.Float64, "home_store_id": pl.String, "store_id": pl.String,
    "last_ordered_at": pl.Datetime("us"), "sales": pl.Decimal(18, 2), "product": pl.String, "category": pl.String,
}  # fmt: skip
CONTACT = {
    "customer_id": pl.String, "contacted_at": pl.Datetime("us"), "contact_kind": pl.String, "channel": pl.String,
    "associate_id": pl.String, "result": pl.String,
}  # fmt: skip
GIFT = {
    "customer_id": pl.String, "order_id": pl.String, "business_date": pl.Date, "occasion_date": pl.Date,
    "recipient_name": pl.String, "recipient_phone": pl.String, "occasion": pl.String, "product_name": pl.String,
}  # fmt: skip
COMPLAINT = {
    "customer_id": pl.String, "complaint_id": pl.String, "received_at": pl.Datetime("us"), "cause": pl.String,
    "severity": pl.String, "resolved_at": pl.Datetime("us"), "satisfied": pl.Boolean,
}  # fmt: skip
SURVEY = {
    "customer_id": pl.String, "answered_at": pl.Datetime("us"), "aspect": pl.String, "expectation": pl.Int64,
    "experience": pl.Int64, "likes": pl.String, "dislikes": pl.String, "share_of_wallet": pl.Float64, "nps": pl.Int64,
    "competitor": pl.String,
}  # fmt: skip
ANN = {
    "customer_id": "c001", "member_id": "M1", "name": "王小明", "phone": "19900000001", "any_phone": "19900000001", "consent_phone": True,
    "consent_sms": True, "is_on_file": True, "is_vip": False, "net_sales": Decimal("500.00"), "pinyin": "wang xiao ming",
    "member_ids": "M1", "phones": "19900000001", "value_class": "B", "net_sales_12m": Decimal("500.00"), "associate_id": "A1",
    "home_store_id": "S1", "remembered": "likes orchids", "note": "likes orchids",
}  # fmt: skip


def bought(day: date, who: str = "c001", at: str = "12:00") -> dict[str, object]:
    return {
        "customer_id": who, "business_date": day, "purchase_no": 1, "own_gap_days": 90.0, "lapsed_after_days": 365.0,
        "overdue_after_days": 180.0, "home_store_id": "S1", "store_id": "S1", "sales": Decimal("500.00"), "product": "ring",
        "last_ordered_at": datetime.combine(day, datetime.strptime(at, "%H:%M").time()),
    }  # fmt: skip


def world(*, customers=(ANN,), purchases=(), contacts=(), gifts=(), rain=(), complaints=(), surveys=()) -> LookupFrames:
    """Rows as dicts; what a row does not say is null."""
    bought_schema = {
        "customer_id": pl.String, "business_date": pl.Date, "product_id": pl.String, "name": pl.String,
        "product_name": pl.String, "sales": pl.Decimal(18, 2),
    }  # fmt: skip
    return LookupFrames(
        customers=pl.LazyFrame(list(customers), schema=FILE),
        purchases=pl.LazyFrame(list(purchases), schema=PURCHASE)
        .sort("customer_id", "business_date")
        .with_columns(
            purchase_no=pl.int_range(1, pl.len() + 1).over("customer_id"),
            customer_no=pl.col("customer_id").rank("dense").cast(pl.UInt32),
        ),
        bought=pl.LazyFrame(schema=bought_schema),
        served=pl.LazyFrame([("c001", "A1", date(2026, 1, 1))], schema={"customer_id": pl.String, "associate_id": pl.String, "business_date": pl.Date}, orient="row"),
        gifts=pl.LazyFrame(list(gifts), schema=GIFT),
        contacts=pl.LazyFrame(list(contacts), schema=CONTACT),
        complaints=pl.LazyFrame(list(complaints), schema=COMPLAINT),
        surveys=pl.LazyFrame(list(surveys), schema=SURVEY),
        referred=pl.LazyFrame(schema={"customer_id": pl.String, "referrer_id": pl.String, "referred_on": pl.Date}),
        associates=pl.LazyFrame(
            [("A1", "Mei", "S1", None, None, None, 1, 1)],
            schema={
                "associate_id": pl.String, "name": pl.String, "store_id": pl.String, "from_date": pl.Date, "to_date": pl.Date,
                "capacity": pl.Int64, "landing_no": pl.Int64, "source_row": pl.Int64,
            },
            orient="row",
        ),
        stores=pl.LazyFrame([("S1", "One", None, None)], schema={"store_id": pl.String, "name": pl.String, "closed_on": pl.Date, "successor_store": pl.String}, orient="row"),
        rain=pl.LazyFrame(list(rain), schema={"store_id": pl.String, "day": pl.Date}, orient="row"),
    )  # fmt: skip


def listed(frames: LookupFrames, day: date, contact: ContactRules | None = None) -> list[dict[str, object]]:
    return care_on(frames, day, rules=Rules(), contact=contact or ContactRules()).collect().to_dicts()


TODAY = date(2026, 11, 8)


def test_thanks_know_the_rain_only_where_it_rained():
    for rain, wet in ((("S1", TODAY), True), (("S2", TODAY), False), (("S1", date(2026, 11, 7)), False)):
        (row,) = listed(world(purchases=[bought(TODAY)], rain=[rain]), TODAY)
        assert (row["kind"], row["came_in_rain"], row["channel"], row["associate_id"]) == (
            "thank_you",
            wet,
            "sms",
            "A1",
        )


@pytest.mark.parametrize(
    ("at", "earliest"),
    [("12:00", datetime(2026, 11, 8, 12)), ("08:10", datetime(2026, 11, 8, 9)), ("20:59", datetime(2026, 11, 8, 20, 59)),
     ("21:00", datetime(2026, 11, 9, 9)), ("23:30", datetime(2026, 11, 9, 9))],
)  # fmt: skip
def test_nobody_is_written_to_in_quiet_hours(at, earliest):
    (row,) = listed(world(purchases=[bought(TODAY, at=at)]), TODAY)
    assert row["not_before"] == earliest


@pytest.mark.parametrize(
    ("spoken", "waits"),
    [
        (datetime(2026, 11, 1, 10), False),
        (datetime(2026, 11, 2, 10), True),
        (datetime(2026, 11, 7, 10), True),
        (datetime(2026, 11, 8, 10), False),
    ],
)
def test_the_three_weekly_message_waits_after_a_word_within_the_week(spoken, waits):
    frames = world(purchases=[bought(date(2026, 9, 27))], contacts=[{"customer_id": "c001", "contacted_at": spoken}])
    (row,) = listed(frames, TODAY)
    assert (row["kind"], row["message_no"], row["is_held_back"]) == ("three_weeks", 2, waits)
    assert row["is_done"] is (spoken.date() == TODAY)
    (free,) = listed(frames, TODAY, ContactRules(days_between=0))
    assert not free["is_held_back"]


def test_a_birthday_in_the_week_comes_before_the_three_weekly_message():
    for birthday, waits in (("-11-08", True), ("-11-02", True), ("-11-01", False), ("-11-09", False)):
        frames = world(
            customers=[{**ANN, "birthday": birthday, "birthday_calendar": "solar"}],
            purchases=[bought(date(2026, 9, 27))],
        )
        rows = {row["kind"]: row["is_held_back"] for row in listed(frames, TODAY)}
        assert rows["three_weeks"] is waits, birthday
        assert rows.get("birthday") is (False if birthday == "-11-08" else None)


@pytest.mark.parametrize(
    "change",
    [{"do_not_contact": True}, {"consent_phone": False, "consent_sms": False}, {"moved_away_on": date(2026, 11, 8)},
     {"member_since": date(2026, 11, 9)}, {"is_on_file": False}],
)  # fmt: skip
def test_who_may_not_be_contacted_is_on_no_list(change):
    assert listed(world(customers=[{**ANN, **change}], purchases=[bought(TODAY)]), TODAY) == []
    assert len(listed(world(purchases=[bought(TODAY)]), TODAY)) == 1


def test_a_lapsed_customer_is_on_no_list_and_a_later_purchase_is_not_known_yet():
    frames = world(
        customers=[{**ANN, "birthday": "-11-08"}], purchases=[bought(date(2025, 11, 7)), bought(date(2026, 11, 9))]
    )
    assert listed(frames, TODAY) == []
    frames = world(customers=[{**ANN, "birthday": "-11-08"}], purchases=[bought(date(2025, 11, 8))])
    assert [row["kind"] for row in listed(frames, TODAY)] == ["birthday"]


def test_a_gift_day_is_told_just_a_week_before():
    gift = {
        "customer_id": "c001",
        "order_id": "1",
        "business_date": date(2025, 11, 15),
        "recipient_name": "李丽",
        "occasion": "生日",
    }
    frames = world(purchases=[bought(date(2026, 10, 1))], gifts=[gift])
    days = [
        day for day in range(1, 16) if any(row["kind"] == "gift_day" for row in listed(frames, date(2026, 11, day)))
    ]
    assert days == [8]
    (row,) = date_rows(frames, date(2026, 11, 9), date(2026, 11, 15), is_full=False)
    assert (row.date.on, row.date.recipient, row.name, row.phone) == (date(2026, 11, 15), "李*", "王**", "…0001")


def test_masked_answers_hold_no_name_phone_or_note_and_full_ones_do():
    gift = {
        "customer_id": "c001",
        "order_id": "1",
        "business_date": date(2025, 11, 15),
        "recipient_name": "李丽",
        "occasion": "生日",
    }
    frames = world(purchases=[bought(TODAY)], gifts=[gift])
    for full in (False, True):
        told = [
            repr(found(frames, "王小明", TODAY, is_full=full)),
            repr(care_rows(frames, TODAY, rules=Rules(), contact=ContactRules(), is_full=full)),
            repr(dossier(frames, "c001", TODAY, rules=Rules(), is_full=full)),
        ]
        for text in told:
            assert ("王小明" in text, "19900000001" in text) == (full, full)
        assert ("orchids" in told[2], "李丽" in told[2]) == (full, full)


def test_a_dossier_adds_up():
    complaint = {
        "customer_id": "c001",
        "complaint_id": "k",
        "received_at": datetime(2026, 10, 1),
        "resolved_at": datetime(2026, 11, 20),
    }
    surveys = [
        {"customer_id": "c001", "answered_at": datetime(2026, 5, 1), "aspect": aspect, "expectation": 8, "experience": was, "nps": 9}
        for aspect, was in (("service", 6), ("price", 8))
    ]  # fmt: skip
    frames = world(
        purchases=[bought(date(2026, 3, 1)), bought(date(2026, 10, 9))], complaints=[complaint], surveys=surveys
    )
    told = dossier(frames, "c001", TODAY, rules=Rules(), is_full=False)
    assert (told.purchases, told.first_purchase_on, told.last_purchase_on, told.days_since_last_purchase) == (
        2,
        date(2026, 3, 1),
        date(2026, 10, 9),
        30,
    )
    assert told.average_ticket == Decimal("500.00")
    assert (told.status, told.home_store, told.closest_associate, told.call_by) == ("active", "One", "Mei", "phone")
    assert told.complaints[0].resolved_on is None, "resolved later: not known yet on that day"
    assert told.surveys[0].below_expectation == ("service",)
    assert [row.kind for row in told.next_care] == ["three_weeks"]
    with pytest.raises(KeyError):
        dossier(frames, "c999", TODAY, rules=Rules(), is_full=False)


PEOPLE = [
    ANN,
    {**ANN, "customer_id": "c002", "name": "王万钢", "pinyin": "wang wan gang", "member_ids": "M2", "member_id": "M2", "phones": "19900004471\x1f19900000007", "remembered": None},
    {**ANN, "customer_id": "c0ab3", "name": "Jane Smith-Lee", "pinyin": "jane smith lee", "member_ids": "M10", "member_id": "M10", "phones": "+12025550144", "emails": "jane@example.com", "accounts": "jd:jane1", "remembered": "teacher"},
    {**ANN, "customer_id": "c004", "name": "欧阳娜", "pinyin": "ou yang na", "member_ids": "M4", "member_id": "M4", "phones": "19900009999", "remembered": None},
]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "ids", "by"),
    [
        ("王", ["c001", "c002"], "name"), ("小明", ["c001"], "name"), ("wang", ["c001", "c002"], "pinyin"),
        ("wangxiaoming", ["c001"], "pinyin"), ("Wang Xiao", ["c001"], "pinyin"), ("wxm", ["c001"], "pinyin"),
        ("wan", ["c002"], "pinyin"), ("wang wan gang", ["c002"], "pinyin"), ("ouyang", ["c004"], "pinyin"), ("ou yang", ["c004"], "pinyin"),
        ("4471", ["c002"], "phone"), ("199 0000 4471", ["c002"], "phone"), ("199-0000-0007", ["c002"], "phone"),
        ("…4471", ["c002"], "phone"), ("+1 202-555-0144", ["c0ab3"], "phone"), ("447", [], None),
        ("smith", ["c0ab3"], "name"), ("lee", ["c0ab3"], "name"), ("mith", [], None), ("JANE@example.com", ["c0ab3"], "id"),
        ("jane1", ["c0ab3"], "id"), ("jd:jane1", ["c0ab3"], "id"), ("m1", ["c001"], "id"), ("c0ab3", ["c0ab3"], "id"), ("c00", [], None),
        ("王 4471", ["c002"], "name"), ("orchids", ["c001"], "notes"), ("王 orchids", ["c001"], "notes"), ("", [], None), ("(*", [], None),
        ("王 9999", [], None), (".*", [], None),
    ],
)  # fmt: skip
def test_a_customer_is_found_by_whatever_is_remembered(query, ids, by):
    hits = found(world(customers=PEOPLE), query, TODAY, is_full=False)
    assert sorted(hit.customer_id for hit in hits) == ids
    assert {hit.found_by for hit in hits} == ({by} if by else set())
