"""The dictionaries are whole: every metric can be computed, named and explained in both languages."""

from __future__ import annotations

import polars as pl
import pytest

from schemas import segments
from schemas.known_exports import SOURCE_FORMATS
from schemas.metrics import EMPTY_REASONS, HEADLINE_FIGURES, METRICS, TREND_FIGURES
from schemas.source_formats import INPUT_TABLES, LineRule, recognise, roles_of

NAMES_PROGRAMS_RELY_ON = [
    "net_sales",
    "identified_share",
    "buyers",
    "first_seen",
    "new_customers",
    "won_back",
    "newly_lapsed",
    "moved_in",
    "moved_out",
    "restated",
    "opening_base",
    "closing_base",
    "referral_rate",
    "care_done_share",
    "net_sales_12m",
    "customers_a",
    "customers_b",
    "customers_c",
    "top10_share_ytd",
    "top50_share_ytd",
    "top20pct_share_12m",
    "repeat_rate_180d",
    "serialisation_index",
    "live_base_rate",
    "knowledge_score",
]


def test_the_names_that_programs_rely_on_are_there():
    assert set(NAMES_PROGRAMS_RELY_ON) <= set(METRICS)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_is_its_formula_over_its_ingredients(metric):
    frame = pl.DataFrame({name: [6.0 if step == 0 else 8.0] for step, name in enumerate(metric.ingredients)})
    value = frame.select(metric.expression()).item()
    assert float(value) == (0.75 if "/" in metric.formula else 6.0)
    assert set(metric.formula.replace("/", " ").split()) == set(metric.ingredients)
    for text in (metric.zh, metric.en, metric.meaning_zh, metric.meaning_en):
        assert text.strip()
    assert metric.empty is None or metric.empty in EMPTY_REASONS
    sizes = {"customers_12m", "purchases", "complaints_12m", "answers_12m", "delivered_orders_12m"}
    assert metric.n is None or metric.n in {*metric.ingredients, *sizes}


@pytest.mark.parametrize("metric", [m for m in METRICS.values() if "/" in m.formula], ids=lambda m: m.name)
def test_an_empty_denominator_is_unknown_and_never_zero(metric):
    top, bottom = metric.ingredients
    frame = pl.DataFrame({top: [0.0, 0.0], bottom: [0.0, None]})
    assert frame.select(metric.expression()).to_series().to_list() == [None, None]
    assert metric.empty is not None


def test_the_pages_figures_are_metrics():
    assert set(HEADLINE_FIGURES) | set(TREND_FIGURES) <= set(METRICS)


@pytest.mark.parametrize(
    "classes",
    [segments.STATUS, segments.VALUE_CLASS, segments.ATTITUDE, segments.LINE_KIND, segments.CARE_KIND, segments.ACTION_KIND,
     segments.CHANNEL, segments.LAPSE_REASON, segments.SOURCE],
)  # fmt: skip
def test_every_class_is_named_and_explained_in_both_languages(classes):
    for code, found in classes.items():
        assert found.code == code
        for text in (found.zh, found.en, found.meaning_zh, found.meaning_en):
            assert text.strip()
        assert found.label("zh_CN") == found.zh
        assert found.label("en") == found.en


@pytest.mark.parametrize("source", SOURCE_FORMATS.values(), ids=SOURCE_FORMATS)
def test_a_source_is_recognised_by_its_own_header_in_any_order_and_case(source):
    header = [column.headers[0] for column in source.columns.values()]
    shuffled = ["\ufeff" + header[-1].upper(), *(f"  {text} " for text in header[-2::-1]), "something else"]
    assert recognise(shuffled, SOURCE_FORMATS)[0].name == source.name
    assert set(source.columns) <= set(roles_of(source.table))


@pytest.mark.parametrize("table", INPUT_TABLES)
def test_every_template_is_recognised_in_chinese_and_in_english(table):
    source = SOURCE_FORMATS[f"regulars_{table}"]
    for language in (0, 1):
        header = [column.headers[language] for column in source.columns.values()]
        assert recognise(header, SOURCE_FORMATS)[0].name == source.name


def test_a_rule_needs_one_test_and_a_known_kind():
    with pytest.raises(ValueError, match="exactly one"):
        LineRule("refund", "order_id", starts_with="C", at_most=0)
    with pytest.raises(ValueError, match="exactly one"):
        LineRule("refund", "order_id")
    with pytest.raises(ValueError, match="unknown kind"):
        LineRule("gift", "order_id", starts_with="C")
