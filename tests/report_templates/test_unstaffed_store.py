"""A shop without associates, such as one online: no column of dashes, and a title is said once."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import cycle, islice

import pypdfium2
import pytest

from report_templates.render import review_html, review_pdf
from schemas.review import Review
from tests.report_templates import example_reviews as examples
from tests.report_templates.example_reviews import Locale
from tests.report_templates.test_layout import HEADING, TITLE, lines_of

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


def headings_before(review: Review, title: str) -> list[str]:
    """The headings above this one on its page."""
    for page in pypdfium2.PdfDocument(review_pdf(review)):
        headings = [re.sub(r"\s", "", line.text) for line in lines_of(page) if HEADING <= line.size < TITLE]
        if re.sub(r"\s", "", title) in headings:
            return headings[: headings.index(re.sub(r"\s", "", title))]
    raise AssertionError(title)


def test_the_last_table_of_the_opportunities_begins_no_page():
    """Their page runs on under that of the people, so that for some number of rows the last table meets the page's end."""
    review = without_associates(examples.ordinary_store("en"))
    assert review.people is not None
    title = re.findall(r"<h2>([^<]*)</h2>", page(review_html(review), "opportunity"))[-1]
    above = set()
    for rows in (2, 3):
        expiring = tuple(islice(cycle(review.people.expiring), rows))
        before = headings_before(replace(review, people=replace(review.people, expiring=expiring)), title)
        assert before, rows
        above.add(len(before))
    assert len(above) > 1, "the table is on this page and on that"


def test_what_early_adopters_picked_has_no_column_of_dashes():
    review = examples.ordinary_store("en")
    assert review.people is not None and review.people.picks
    unjudged = tuple(replace(row, harbinger_share=None, judged=0, category=None) for row in review.people.picks)
    told, untold = (
        page(review_html(replace(review, people=replace(review.people, picks=picks))), "opportunity")
        for picks in (review.people.picks, unjudged)
    )
    assert ">Faded</th>" in told and ">Faded</th>" not in untold
    assert "–" not in re.sub(
        r"<h\d>.*?</h\d>", "", untold.split(review.people.picks[0].product)[-1].split("</table>")[0]
    )


def test_reasons_need_no_line_of_their_own_where_no_months_are_drawn():
    review = examples.ordinary_store("en")
    figures = {
        name: replace(row, history=()) if name == "newly_lapsed" else row for name, row in review.figures.items()
    }
    drawn, undrawn = (page(review_html(each), "leaving") for each in (review, replace(review, figures=figures)))
    assert drawn.count(">Reason</th>") == undrawn.count(">Reason</th>") == 1
    model = '<div class="right box columns"'
    assert "Newly lapsed per month" in drawn and "Newly lapsed per month" not in undrawn
    assert undrawn.index('<div class="left" style="width:63mm">') < undrawn.index(">Reason</th>") < undrawn.index(model)
