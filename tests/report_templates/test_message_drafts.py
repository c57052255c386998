"""The rules of what associates write: warm, never an advertisement, no prying, an offer at most every second time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

import pytest

from report_templates import message_drafts as drafts
from report_templates.language import Language
from schemas.dossier import CareRow
from schemas.feasts import FEASTS
from schemas.segments import CARE_KIND
from transforms.occasions import SEASONS

LANGUAGES = [Language("zh_CN", "CNY"), Language("en", "GBP")]
OFFER = "Two for one until Sunday"
ADVERTISES = re.compile(
    r"sale\b|discount|offer\b|promotion|new collection|new arrival|buy\b|price|促销|优惠|折扣|打折|新款|新品|活动|特价|购买|上新|满减",
    re.I,
)
PRIES = re.compile(
    r"happened|wrong|why|haven't seen|long time|where have you|出什么事|怎么没来|怎么不来|为什么|是不是|好久没来|很久没来",
    re.I,
)
ROW = CareRow(
    customer_id="c1", name="X", phone=None, kind="thank_you", due_on=date(2026, 11, 8), trigger_on=date(2026, 11, 8), is_lunar=False,
    lunar_text=None, recipient=None, occasion=None, product="ring", channel="sms", not_before=datetime(2026, 11, 8, 9), is_vip=False,
    is_held_back=False, is_done=False, came_in_rain=False, message_no=None, store_id="S1", store="One", associate_id=None, associate=None,
)  # fmt: skip


def all_drafts(say: Language, offer: str = "") -> dict[str, list[str]]:
    """Kind → every draft it can have."""
    told = {
        kind: [
            drafts.care_message(
                say, replace(ROW, kind=kind, product=product, came_in_rain=rain, message_no=number), offer
            )
            for product in ("ring", None)
            for rain in (False, True)
            for number in range(1, 13)
        ]
        for kind in CARE_KIND
    }
    told["greeting"] = [drafts.greeting(say, code) for code in [*(feast.code for feast in FEASTS), *SEASONS.values()]]
    return told


@pytest.mark.parametrize("say", LANGUAGES, ids=["zh", "en"])
def test_no_draft_advertises_or_pries(say):
    for kind, texts in all_drafts(say).items():
        for text in texts:
            assert text.strip()
            assert not ADVERTISES.search(text), (kind, text)
            assert not PRIES.search(text), (kind, text)
            assert len(text) <= (60 if say.is_chinese else 130), text


@pytest.mark.parametrize("say", LANGUAGES, ids=["zh", "en"])
def test_a_greeting_asks_nothing(say):
    for kind in ("thank_you", "birthday", "anniversary", "long_absent", "greeting", "three_weeks"):
        for text in all_drafts(say)[kind]:
            assert "?" not in text and "？" not in text, (kind, text)


@pytest.mark.parametrize("say", LANGUAGES, ids=["zh", "en"])
def test_an_offer_stands_in_the_three_weekly_message_only_and_never_twice_running(say):
    for kind, texts in all_drafts(say, OFFER).items():
        if kind != "three_weeks":
            assert not any(OFFER in text for text in texts), kind
    carries = [OFFER in drafts.three_weekly(say, number, OFFER) for number in range(1, 40)]
    assert not carries[0], "the first word after a purchase is a word"
    assert any(carries)
    assert not any(one and other for one, other in pairwise(carries))
    assert not any(OFFER in drafts.three_weekly(say, number, "") for number in range(1, 40))


@pytest.mark.parametrize("say", LANGUAGES, ids=["zh", "en"])
def test_rain_changes_the_thanks_and_no_two_messages_running_are_the_same(say):
    assert drafts.thanks(say, "ring", came_in_rain=True) != drafts.thanks(say, "ring", came_in_rain=False)
    assert ("雨" if say.is_chinese else "rain") in drafts.thanks(say, "ring", came_in_rain=True)
    for number in range(1, 20):
        assert drafts.three_weekly(say, number, "") != drafts.three_weekly(say, number + 1, "")
