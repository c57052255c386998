"""A shop without associates, such as one online: no column of dashes, and a title is said once."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from report_templates.render import review_html
from schemas.review import Review
from tests.report_templates import example_reviews as examples
from tests.report_templates.example_reviews import Locale

PAGES = ("leaving", "referral", "complaints", "people", "care")


def without_associates(review: Review) -> Review:
    assert review.leaving and review.referral and review.voices and review.people
    nobody = {"associate_name": None}
    return replace(
        review,
        leaving=replace(review.leaving, rows=tuple(replace(row, **nobody) for row in review.leaving.rows)),
        referral=replace(
            review.referral,
            referrers=tuple(replace(row, **nobody) for row in review.referral.referrers),
            thanks=tuple(replace(row, **nobody) for row in review.referral.thanks),
        ),
        voices=replace(
            review.voices, open_complaints=tuple(replace(row, **nobody) for row in review.voices.open_complaints)
        ),
        people=replace(
            review.people,
            staff=(),
            handover=(),
            expiring=tuple(replace(row, **nobody) for row in review.people.expiring),
        ),
        care=tuple(replace(row, **nobody) for row in review.care),
    )


def page(html: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    assert found, name
    return found[0]


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_column_that_nobody_stands_in_is_left_out(locale: Locale):
    review = examples.ordinary_store(locale)
    word = {"zh_CN": "导购", "en": "Associate"}[locale]
    for is_staffed, html in ((True, review_html(review)), (False, review_html(without_associates(review)))):
        for name in PAGES:
            heads = re.findall(r"<th\b[^>]*>([^<]*)</th>", page(html, name))
            assert (word in heads) == is_staffed, (name, is_staffed)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_pages_title_is_no_tables_title_too(locale: Locale):
    people = page(review_html(without_associates(examples.ordinary_store(locale))), "people")
    titles = re.findall(r"<h[12]>(.*?)</h[12]>", people, re.DOTALL)
    assert titles and len(titles) == len(set(titles))
