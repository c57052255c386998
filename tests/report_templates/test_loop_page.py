"""Page 10 says what the data says: done and come back, an effect only once it is known, in both languages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

import pytest

from report_templates.album import Album
from report_templates.language import Language
from report_templates.loop_page import loop_page
from report_templates.loop_sentences import lists_so_far, loop_title
from report_templates.render import review_html
from report_templates.review_json import review_json
from schemas.effect import VERDICT
from tests.report_templates.example_loops import with_lists
from tests.report_templates.example_reviews import Locale, chain, ordinary_store

LOCALES: tuple[Locale, ...] = ("zh_CN", "en")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_review_without_lists_has_no_page(locale: Locale):
    review = ordinary_store(locale)
    assert loop_page(review, Language(locale, review.currency, for_pages=True), Album()) is None


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("is_mature", [True, False])
def test_the_page_is_in_the_readers_language_and_its_numbers_are_in_review_json(locale: Locale, is_mature: bool):
    for review in (
        with_lists(ordinary_store(locale), is_mature=is_mature),
        with_lists(chain(6, locale), is_mature=is_mature),
    ):
        html = review_html(review)
        told = json.loads(review_json(review))["tables"]
        assert [row["listed"] for row in told["outcomes"]] == [4, 31, 76, 14]
        assert len(told["effects"]) == len(review.effects)
        text = re.sub(r"<[^>]+>", " ", html)
        assert "125" in text and "72" in text  # listed and done, over all kinds
        assert "28,710" in text  # what was bought after the contacts, over all kinds
        if locale == "zh_CN":
            for english in ("Came back", "followed by", "too early", "left out", "Left out", "better left alone"):
                assert english not in text
        assert ("actions.xlsx" in text) and ("came_back" in told) == (review.scope.kind == "store")


@pytest.mark.parametrize("locale", LOCALES)
def test_titles_state_their_message_in_twelve_words(locale: Locale):
    say = Language(locale, "CNY")
    titles = [
        loop_title(say, with_lists(review, is_mature=is_mature))
        for review in (ordinary_store(locale), chain(6, locale))
        for is_mature in (True, False)
    ]
    assert all(len(title.split()) <= 12 and re.search(r"\d", title) for title in titles)
    assert titles[2] != titles[3]  # the chain's: a harm that is known comes before what was done


def test_too_early_shows_no_difference_and_says_how_far_it_is():
    say = Language("en", "CNY")
    page = loop_page(with_lists(ordinary_store("en"), is_mature=False), say, Album())
    assert page is not None
    effects = page["effects"]
    assert isinstance(effects, dict) and not effects["is_said"]
    (win_back, long_absent) = effects["rows"]
    assert win_back["effect"] == "–" and win_back["verdict"] == "too early: 39 of 317 per arm"
    assert long_absent["bought_control"] == "–", "of two people left out nothing is shown"
    assert page["left_alone"] is None


def test_whom_calling_drives_away_is_named():
    page = loop_page(with_lists(chain(6, "en"), is_mature=True), Language("en", "CNY"), Album())
    assert page is not None and "Greeting" in str(page["left_alone"])
    assert page["title"] == "Greeting drives customers away: 7.9 points fewer buy"


@pytest.mark.parametrize("locale", LOCALES)
def test_page_one_says_what_came_of_the_lists_or_what_is_missing_for_it(locale: Locale):
    say = Language(locale, "CNY")
    first, back = ordinary_store(locale), with_lists(ordinary_store(locale), is_mature=False)
    silent = replace(
        back,
        outcomes=tuple(
            replace(row, done=0, not_reached=0, open=row.listed, came_back=0, done_share=0.0) for row in back.outcomes
        ),
    )
    told = [lists_so_far(say, review) for review in (first, silent, back)]
    assert "actions.xlsx" in str(told[0]) and "actions.xlsx" in str(told[1])
    assert "125" in str(told[1]) and "0" not in str(told[1]).replace("10月", ""), "nothing told is not nothing done"
    assert all(number in str(told[2]) for number in ("125", "72", "15", "31"))
    assert lists_so_far(say, replace(first, actions=())) is None
    assert str(told[2]).split("。")[0].split(". ")[0].rstrip(".") in unescape(re.sub(r"<[^>]+>", "", review_html(back)))


def test_every_verdict_is_said_in_both_languages():
    for verdict in VERDICT.values():
        assert verdict.zh and verdict.en
