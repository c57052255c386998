"""Laws of review.json: exact money, agreement with the PDF's page one, no contact data, stable bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from report_templates.comparison import comparisons, of_all, region_sums, store_total, unassigned
from report_templates.language import Language
from report_templates.month_page import headline_names
from report_templates.review_json import review_json
from schemas.review import Figure
from tests.report_templates import example_reviews as examples
from tests.report_templates.test_render import pages, review, squeezed


def read(name_or_review) -> dict:
    source = review(name_or_review) if isinstance(name_or_review, str) else name_or_review
    return json.loads(review_json(source), parse_float=Decimal)


def test_it_has_the_promised_head():
    data = read("ordinary_zh")
    assert data["scope"] == {"kind": "store", "store_id": "S01", "name": "南京路店", "region": "华东"}
    assert (data["month"], data["as_of"], data["known_at"]) == ("2026-10", "2026-10-31", "2026-11-01T22:00:00Z")
    assert data["metrics"]["net_sales"] == Decimal("1283957.40")
    assert data["tables"]["stocktake"][0]["opening_base"] == 1846


def test_money_is_written_with_the_currencys_decimals():
    text = review_json(review("ordinary_zh")).decode()
    assert '"net_sales": 1283957.40' in text
    yen = replace(
        examples.closed_store("en"), currency="JPY", figures={"net_sales": Figure("net_sales", Decimal("1200.4"))}
    )
    assert '"net_sales": 1200\n' in review_json(yen).decode()


def test_an_amount_that_no_float_holds_is_exact():
    figure = Figure("net_sales", Decimal("12345678901234567.89"))
    text = review_json(replace(examples.closed_store("en"), figures={"net_sales": figure})).decode()
    assert '"net_sales": 12345678901234567.89' in text


def test_shares_have_six_places_and_unknown_is_null():
    figures = {"identified_share": Figure("identified_share", 1 / 3), "referral_rate": Figure("referral_rate", None)}
    text = review_json(replace(examples.closed_store("en"), figures=figures)).decode()
    assert '"identified_share": 0.333333' in text
    assert '"referral_rate": null' in text


def test_no_contact_data_and_no_phone_tails_for_headquarters():
    store = examples.ordinary_store("en")
    text = review_json(store).decode()
    assert "contact_" not in text
    assert store.actions[0].contact_phone not in text
    chain_text = review_json(replace(store, scope=examples.chain(2, "en").scope)).decode()
    assert "phone_tail" not in chain_text
    assert '"actions": [' not in chain_text


@pytest.mark.parametrize("name", ["ordinary_zh", "ordinary_en", "tiny_en", "chain6_en"])
def test_the_six_figures_on_page_one_are_those_of_the_file(name):
    source, first_page = review(name), squeezed(pages(name)[0])
    say = Language(source.locale, source.currency)
    metrics = read(name)["metrics"]
    for figure in headline_names(source):
        value = metrics[figure]
        if value is not None:
            printed = say.value(figure, value, short=True)
            assert squeezed(printed) in first_page


@pytest.mark.parametrize("name", ["ordinary_zh", "chain38_zh"])
def test_the_printed_stocktake_adds_up(name):
    base = of_all(review(name))
    came = base.first_seen + base.new_customers + base.won_back + base.moved_in
    assert base.opening_base + came - base.newly_lapsed - base.moved_out == base.closing_base
    first_page = squeezed(pages(name)[0])
    assert f"{base.opening_base:,}" in first_page and f"{base.closing_base:,}" in first_page


def test_stores_and_unassigned_add_up_to_the_chain():
    chain = review("chain38_zh")
    for name in ("opening_base", "new_customers", "closing_base"):
        assert store_total(chain.stores, name) + unassigned(chain, name) == getattr(of_all(chain), name)
    assert sum(row.sums["net_sales"] for row in region_sums(chain)) == sum(store.net_sales for store in chain.stores)


def test_every_difference_shown_is_exported():
    rows = {(row.name, row.against): row for row in comparisons(review("ordinary_en")) if row.store_id is None}
    net = review("ordinary_en").figures["net_sales"]
    assert rows["net_sales", "last_month"].difference == net.value - net.last_month
    assert rows["stocktake_all", "opening"].difference == 52
    assert rows["actions_win_back", "sum"].difference > 0
    exported = read("ordinary_en")["tables"]["comparison"]
    assert len(exported) == len(comparisons(review("ordinary_en")))


def test_dates_in_parameters_are_iso():
    actions = read("ordinary_en")["tables"]["actions"]
    birthdays = [action for action in actions if action["kind"] == "birthday"]
    assert date.fromisoformat(birthdays[0]["reason"]["on"])
