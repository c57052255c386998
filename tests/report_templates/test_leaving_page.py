"""Page 4: the evidence in words, the state without a model, what headquarters must not see, all on one page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from report_templates import leaving_sentences as words
from report_templates import silence_sentences
from report_templates.language import Language
from report_templates.render import review_html, review_pdf
from report_templates.review_json import review_json
from schemas.churn import CalibrationBin, Churn, RaceRow
from schemas.leaving import EVIDENCE, LapseReasonRow, LapseShareRow, Leaving, LeavingRow, LeavingStoreRow
from schemas.page_values import Person
from schemas.review import Figure, Review
from schemas.segments import LAPSE_REASON
from tests.report_templates import example_reviews as examples
from tests.report_templates.test_render import texts_of

AS_OF = examples.AS_OF
SPRING = date(2026, 4, 12)
EXAMPLES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "moved_away_on_file": ("outside_our_hands", {"on": SPRING}, "moved away on 12 Apr", "4月12日已搬离"),
    "moved_away_note": ("outside_our_hands", {}, "a staff note says so, undated", "备注写明，未注日期"),
    "complaint_unresolved": (
        "product_or_service", {"on": SPRING, "cause": "service"},
        "complaint of 12 Apr (service) was not settled", "4月12日投诉（服务）逾期时仍未解决",
    ),
    "complaint_late": (
        "price", {"on": SPRING, "cause": "price", "days": 31},
        "complaint of 12 Apr (price) took 31 days", "4月12日投诉（价格）拖了 31 天",
    ),
    "complaint_unsatisfied": (
        "product_or_service", {"on": SPRING, "cause": None},
        "complaint of 12 Apr (cause not known) settled, not satisfied", "4月12日投诉（原因未明）了结而未满意",
    ),
    "below_expectation": (
        "product_or_service", {"on": SPRING, "aspect": None, "expectation": 9, "experience": 4},
        "survey of 12 Apr, on the whole: expected 9, experienced 4", "4月12日问卷，整体：期望 9，体验 4",
    ),
    "dearer_after_promotion": (
        "price", {"on": date(2026, 3, 1), "category": None, "share": 0.075},
        "last 3 times on promotion only; then prices up 8% in March 2026", "近 3 次只在促销时买，2026年3月商品涨价 8%",
    ),
    "competitor_named": (
        "competitor", {"on": SPRING, "competitor": "Brightwell", "source": "complaint"},
        "named Brightwell in a complaint on 12 Apr", "4月12日投诉中提到Brightwell",
    ),
    "category_drift": (
        "taste", {"on": SPRING, "before": "gold", "now": "pearl", "purchases": 3},
        "last 3 purchases mostly pearl, before that gold", "近 3 次多买pearl，以往多买gold",
    ),
    "no_contact": ("lack_of_care", {"on": None, "days": 90}, "never contacted until overdue", "逾期前从未联系"),
}  # fmt: skip


def row(place: int, evidence: str | None, **changes: Any) -> LeavingRow:
    reason, params = EXAMPLES[evidence][:2] if evidence else ("unknown", {})
    one = LeavingRow(
        person=Person(f"C{place:06d}", "王**", f"{1000 + place}"), associate_name="周敏",
        status=("at_risk", "lapsed")[place % 2], value_class=("A", None)[place % 2], days_since_last_purchase=200 + place,
        own_gap_days=33, value_at_stake=Decimal(9000 - 100 * place), buy_again_3m=None, lapse_reason=reason,
        evidence=evidence, evidence_params=params, next_need="own_rhythm", next_need_on=date(2026, 11, 20),
        next_need_category="黄金", next_need_params={"share": 0.41}, let_go=False,
    )  # fmt: skip
    return replace(one, **changes)


CHURN = Churn(
    "mbg_nbd", None,
    tuple(
        RaceRow(model, cut_off, 4000, None if model == "pareto_nbd" else 0.41, 0.6, 0.87, model == "mbg_nbd",
                "no_interior_optimum" if model == "pareto_nbd" else None)
        for model in ("hiatus_rule", "own_rhythm", "bg_nbd", "mbg_nbd", "pareto_nbd", "last_visit")
        for cut_off in ("2026-01", "2026-04", "2026-07")
    ),
    tuple(CalibrationBin(tenth / 10 + 0.04, tenth / 10 + 0.05, 400) for tenth in range(9)),
)  # fmt: skip


def leaving_review(locale: Any, *, churn: Churn | None = CHURN, **changes: Any) -> Review:
    """An ordinary store's review with a full page 4."""
    rows = tuple(row(place, evidence) for place, evidence in enumerate(EVIDENCE))
    if churn and churn.race:
        rows = tuple(replace(one, buy_again_3m=0.07) for one in rows)
    leaving = Leaving(
        customers=600, let_go=12, rows=rows,
        reasons=tuple(LapseReasonRow(code, 10 + n, 20 - n, Decimal(1000 * n)) for n, code in enumerate(LAPSE_REASON)),
        lapse_shares=(LapseShareRow(True, 262, 126, 0.481, 0.421, 0.541), LapseShareRow(False, 24, 14, 0.583, 0.388, 0.755)),
        stores=(),
    )  # fmt: skip
    store = examples.ordinary_store(locale)
    figures = dict(store.figures) | {
        "newly_lapsed": examples.figure("newly_lapsed", [10, 12, 9, 14, 8, 11, 12, 10, 9, 13, 12, 11, 12]),
        "lapse_rate": Figure("lapse_rate", 0.037, n=320),
        "lapse_reason_known_share": Figure("lapse_reason_known_share", 0.36, n=600),
        "care_coverage_90d": Figure("care_coverage_90d", 0.67, n=267),
    }
    return replace(store, figures=figures, leaving=replace(leaving, **changes), churn=churn)


def page_4(document: bytes) -> str:
    (text,) = [
        text for text in texts_of(document) if "MBG/NBD" in text or "未拟合" in text or "hiatus rule only" in text
    ]
    return text


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_evidence_is_told_in_both_languages(evidence: str):
    one = row(0, evidence)
    assert (
        silence_sentences.evidence(Language("en", "GBP"), one.evidence, one.evidence_params, AS_OF)
        == EXAMPLES[evidence][2]
    )
    assert (
        silence_sentences.evidence(Language("zh_CN", "CNY"), one.evidence, one.evidence_params, AS_OF)
        == EXAMPLES[evidence][3]
    )


def test_an_unknown_reason_tells_no_evidence():
    assert silence_sentences.evidence(Language("en", "GBP"), None, {}, AS_OF) == ""


@pytest.mark.parametrize(("changes", "en", "zh"), [
    ({}, "about 20 Nov: 黄金 (41%)", "11月20日前后：黄金（41%）"),
    ({"next_need_category": None}, "about 20 Nov", "11月20日前后"),
    ({"next_need": "gift_day", "next_need_params": {"recipient": "李**", "product": "玫瑰"}},
     "20 Nov: gift for 李**, last year 玫瑰", "11月20日：送李**的礼物，去年是玫瑰"),
    ({"next_need": "gift_day", "next_need_category": None, "next_need_params": {"recipient": None}},
     "20 Nov: a gift for somebody", "11月20日：送他人的礼物"),
])  # fmt: skip
def test_the_next_need_has_words_for_every_case(changes: dict[str, Any], en: str, zh: str):
    one = row(0, None, **changes)
    params = {"on": one.next_need_on, "category": one.next_need_category, **one.next_need_params}
    assert silence_sentences.next_need(Language("en", "GBP"), one.next_need, params, AS_OF) == en
    assert silence_sentences.next_need(Language("zh_CN", "CNY"), one.next_need, params, AS_OF) == zh


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_ten_customers_reasons_care_and_the_race_fit_on_one_page(locale: str):
    text = page_4(review_pdf(leaving_review(locale)))
    assert all(f"{1000 + place}" in text for place in range(len(EVIDENCE)))
    assert "0.410" in text and "0.870" in text
    assert "n = 24" in text
    assert ("来源" if locale == "zh_CN" else "Source") in text


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize("reason", LAPSE_REASON)
def test_the_title_is_a_short_message(locale: str, reason: str):
    review = leaving_review(locale, reasons=(LapseReasonRow(reason, 30, 5, Decimal(100)),))
    assert review.leaving is not None
    title = re.sub(
        r"<[^>]+>", "", words.leaving_title(Language(locale, review.currency, for_pages=True), review, review.leaving)
    )
    assert len(title.split()) <= 12, title
    assert len(re.findall(r"[\u4e00-\u9fff]", title)) <= 24, title


@pytest.mark.parametrize(("churn", "said"), [
    (None, "No purchase model was fitted"),
    (Churn("hiatus_rule", "too_few_repeat_customers", (), ()), "under 200 repeat customers"),
    (Churn("hiatus_rule", "short_history", (), ()), "under 12 months of data"),
])  # fmt: skip
def test_without_a_model_the_page_says_so_and_gives_no_chance(churn: Churn | None, said: str):
    html = review_html(leaving_review("en", churn=churn))
    assert said in html
    assert "Chance, 3 m" not in html


def test_a_page_about_nobody_takes_no_page():
    assert 'section class="leaving"' not in review_html(leaving_review("en", customers=0, rows=()))


def test_headquarters_sees_stores_and_no_person():
    store = LeavingStoreRow("s1", "High Street", 30, 4, 0.02, Decimal(9000), None, 0, None, None)
    few = (LapseReasonRow("price", None, None, None), LapseReasonRow("unknown", 40, 30, Decimal(100)))
    review = leaving_review("en", rows=(), stores=(store,), reasons=few)
    chain = replace(examples.chain(3, "en"), leaving=review.leaving, figures=review.figures, churn=CHURN)
    html = review_html(chain)
    assert "under 10" in html
    assert "Covered" not in html and "Main known reason" not in html, "no store knows either"
    told = replace(store, care_coverage_90d=0.4, care_coverage_n=20, main_reason="price", main_reason_customers=12)
    assert review.leaving is not None
    html_told = review_html(replace(chain, leaving=replace(review.leaving, stores=(told,))))
    assert "Covered" in html_told and "Main known reason" in html_told
    assert "reasons of fewer than 10 people are not told" in html_told
    assert "High Street" in html
    assert "王**" not in html


def test_review_json_holds_the_pages_rows():
    shown = leaving_review("en")
    told = review_json(shown).decode()
    for table in ('"leaving"', '"lapse_reasons"', '"lapse_shares"', '"leaving_stores"'):
        assert table in told
    assert told.count('"lapse_reason": ') == len(EVIDENCE) + len(LAPSE_REASON) + sum(
        "lapse_reason" in action.reason for action in shown.actions
    )


def test_months_in_which_nobody_lapsed_are_no_line():
    nobody, somebody = leaving_review("en"), leaving_review("en")
    nobody = replace(
        nobody, figures={**nobody.figures, "newly_lapsed": examples.figure("newly_lapsed", (None, 0, 0, 0))}
    )
    assert "Newly lapsed per month; band" in review_html(somebody)
    assert "Newly lapsed per month; band" not in review_html(nobody)
