"""Every page of a sample chain's reviews, in both languages: neat, whole names, numbers that agree, causes before effects."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pypdfium2
import pytest

from flows.config import Workspace, read_settings
from flows.ingest import ingest
from flows.lake import Lake
from flows.sample_chain import write_sample_chain
from report_templates.comparison import STOCKTAKE_FLOWS
from report_templates.render import review_pdf
from schemas.period import Month
from schemas.review import Review
from tests.conftest import LANDED_AT
from tests.report_templates.test_accessibility import faults
from tests.report_templates.test_layout import Line, drawn_twice, lines_of, lists_that_go_on, untidy
from tests.report_templates.test_numbers_on_pages import unexplained
from tests.report_templates.test_render import texts_of
from tests.trial_reviews import month_reviews

MONTH = Month(2026, 10)
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Printed:
    review: Review
    pdf: bytes
    pages: list[list[Line]]

    @property
    def texts(self) -> list[str]:
        return texts_of(self.pdf)


@pytest.fixture(scope="module", params=LANGUAGES)
def printed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Printed]:
    """The chain's review and the stores' of a sample with full lists, in one language."""
    folder = tmp_path_factory.mktemp(f"pages-{request.param}") / "chain"
    write_sample_chain(folder, stores=2, months=24, customers=1300, language=request.param)
    space = Workspace(folder)
    settings = read_settings(space)
    ingest(space, settings, now=LANDED_AT)
    reviews = month_reviews(Lake(space.lake), settings, MONTH)
    pdfs = [review_pdf(review) for review in reviews]
    return [
        Printed(review, pdf, [lines_of(page) for page in pypdfium2.PdfDocument(pdf)])
        for review, pdf in zip(reviews, pdfs, strict=True)
    ]


def found(printed: list[Printed], look: Callable[[Printed], list[object]]) -> dict[str, list[object]]:
    """What is wrong, by review."""
    return {one.review.scope.name: faults for one in printed if (faults := look(one))}


def test_pages_are_neat(printed):
    assert found(printed, lambda one: untidy(one.pdf, one.pages)) == {}


def test_nothing_is_drawn_twice(printed):
    assert found(printed, lambda one: drawn_twice(one.review, one.pdf)) == {}


def test_the_sample_has_full_lists_and_each_is_one_page(printed):
    assert max(text.count("□") for one in printed for text in one.texts) >= 20
    assert found(printed, lambda one: lists_that_go_on(one.pages)) == {}


def test_the_tags_are_whole(printed):
    assert found(printed, lambda one: faults(one.pdf)) == {}


def test_every_number_is_in_the_json(printed):
    assert found(printed, lambda one: unexplained(one.review, one.texts)) == {}


def test_no_name_is_broken_across_lines(printed):
    def broken(one: Printed) -> list[object]:
        names = {action.person.masked_name for action in one.review.actions}
        names |= {action.associate_name for action in one.review.actions if action.associate_name}
        names = {name for name in names if len(name) <= 16}
        breaks = [
            (name, re.compile(re.escape(name[:at]) + r"\s*[\r\n]+\s*" + re.escape(name[at:].lstrip())))
            for name in names
            for at in range(1, len(name))
        ]
        return [name for text in one.texts for name, pattern in breaks if pattern.search(text)]

    assert found(printed, broken) == {}


def test_the_stocktake_adds_up_and_the_stores_make_the_chain(printed):
    chain, *stores = [one.review for one in printed]
    for review in (chain, *stores):
        for row in review.stocktake:
            flows = sum(sign * getattr(row, name) for name, sign in STOCKTAKE_FLOWS)
            vips = row.became_vip - row.ceased_vip if row.population == "vip" else 0
            assert row.opening_base + flows + vips == row.closing_base
    assert chain.figures["net_sales"].value == sum(store.figures["net_sales"].value for store in stores)
    assert chain.figures["net_sales"].value == sum(row.net_sales for row in chain.stores)


def test_what_is_told_twice_is_the_same(printed):
    """The same number on two pages: at risk, value at stake, open complaints, the class A's customers."""
    for review in (one.review for one in printed):
        statuses = {row.status: row for row in review.statuses}
        assert statuses["at_risk"].customers == review.figures["at_risk"].value
        assert statuses["lapsed"].customers == review.figures["lapsed"].value
        (base,) = [row for row in review.stocktake if row.population == "all"]
        assert base.closing_base == review.figures["closing_base"].value
        assert base.new_customers == review.figures["new_customers"].value
        if review.voices is not None:
            assert len(review.voices.open_complaints) == review.figures["complaints_open"].value


def test_causes_precede_their_effects(printed):
    checked = 0
    for review in (one.review for one in printed):
        for row in review.leaving.rows if review.leaving else ():
            last = review.as_of - timedelta(days=row.days_since_last_purchase)
            day = row.evidence_params.get("on")
            if isinstance(day, date):
                assert day <= review.as_of
                assert day < last + timedelta(days=max(2 * row.own_gap_days, 1)) or row.evidence == "no_contact", row
                checked += 1
        for back in review.came_back:
            assert back.contacted_on <= back.bought_on <= review.as_of
        for action in review.actions:
            assert action.due_on > review.as_of
            for name in ("received_on", "bought_on", "last_purchase_on", "last_year_on"):
                day = action.reason.get(name)
                assert not isinstance(day, date) or day <= review.as_of, action
                checked += isinstance(day, date)
    assert checked > 20
