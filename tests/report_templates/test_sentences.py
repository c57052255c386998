"""Laws of the language: nothing untranslated, nothing unused, titles short, drafts that never advertise or pry."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from markupsafe import Markup

from report_templates import (
    customers_sentences,
    data_sentences,
    figure_sentences,
    month_sentences,
    reason_sentences,
    vip_sentences,
)
from report_templates.album import Album, Picture
from report_templates.language import Language
from report_templates.month_page import stocktake_block
from report_templates.render import review_html
from report_templates.stores_page import by_scale, stores_page
from schemas import segments
from schemas.metrics import EMPTY_REASONS, METRICS
from schemas.quarantine import REASONS
from schemas.review import AttitudeRow, Figure, StocktakeRow, VipAnswer
from schemas.segments import ACTION_KIND, CARE_KIND, KNOWLEDGE_QUESTIONS, VIP_QUESTIONS
from tests.report_templates import example_reviews as examples
from tests.report_templates.messages import (
    CHINESE,
    PLACEHOLDER,
    brought_up_to_date,
    catalogue,
    translated,
    used_messages,
)
from tests.report_templates.test_render import REVIEWS, review

AS_OF = date(2026, 10, 31)
ZH, EN = Language("zh_CN", "CNY"), Language("en", "GBP")


def test_every_text_is_translated_and_no_translation_is_left_over():
    used, texts = used_messages(), translated()
    assert sorted(set(used) - {msgid for msgid, text in texts.items() if text}) == []
    assert sorted(set(texts) - set(used)) == []


def test_no_text_is_translated_twice():
    """Gettext keeps the last of two: the first would be words that nobody ever reads."""
    told = re.findall(r"^msgid (.+)$", CHINESE.read_text("utf-8"), re.MULTILINE)
    assert len(told) == len(set(told))


def test_make_messages_brings_in_what_is_new_and_takes_out_what_nothing_says():
    old, msgid = catalogue(), "Closing"
    old.delete(msgid)
    old.add("Nobody says this", "没人这么说")
    made, came, went = brought_up_to_date(old)
    assert (came, went) == (1, 1)
    assert not made.get(msgid).string
    assert made.get("Nobody says this") is None


def test_translations_keep_the_placeholders():
    used = used_messages()
    for msgid, text in translated().items():
        assert set(PLACEHOLDER.findall(text)) <= used[msgid] | {"n"}, msgid
        assert set(PLACEHOLDER.findall(text)) >= used[msgid] - {"n"}, msgid


def test_chinese_texts_use_chinese_punctuation():
    for text in translated().values():
        assert not re.search(r"[\u4e00-\u9fff][,;:?!()]", text), text


def titles(html: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", title) for title in re.findall(r"<h1>(.*?)</h1>", html, re.S)]


@pytest.mark.parametrize("name", REVIEWS)
def test_titles_are_short_messages(name):
    for title in titles(review_html(review(name))):
        if "img" in title or "HYPERLINK" in title:
            continue
        assert len(title.split()) <= 12, title
        assert len(re.findall(r"[\u4e00-\u9fff]", title)) <= 24, title
        assert title


def test_no_page_is_half_translated():
    english = review_html(review("ordinary_en"))
    assert not re.search(r"[\u4e00-\u9fff]", english)


def sales(value: str | None, last_month: str | None = None, last_year: str | None = None) -> Figure:
    amounts = [None if amount is None else Decimal(amount) for amount in (value, last_month, last_year)]
    return Figure("net_sales", *amounts)


def month_title(say: Language, figure: Figure, opening: int, closing: int) -> str:
    base = StocktakeRow("all", opening, 0, max(closing - opening, 0), 0, max(opening - closing, 0), 0, 0, closing)
    blank = replace(examples.closed_store(say.locale), figures={"net_sales": figure}, stocktake=(base,))
    return month_sentences.month_title(say, blank)


@pytest.mark.parametrize(("figure", "base", "en", "zh"), [
    (sales("112", "100", "100"), (10, 11), "Sales up 12.0% on last year, and 1 more customer", "净销售额同比增长 12.0%，在册顾客净增 1 位"),
    (sales("112", "100", "100"), (12, 10), "Sales up 12.0% on last year, but 2 fewer customers", "净销售额同比增长 12.0%，但在册顾客净减 2 位"),
    (sales("88", "100"), (10, 10), "Sales down 12.0% on last month, and still 10 customers", "净销售额环比下降 12.0%，在册顾客仍为 10 位"),
    (sales("100", "90", "100"), (1, 1), "Sales level with last year, and still 1 customer", "净销售额与去年同月持平，在册顾客仍为 1 位"),
    (sales("4280"), (0, 3), "The first month on record: sales of £4,280", "首月有数据：净销售额 ¥4,280"),
    (sales("-950", "10"), (3, 3), "Refunds exceeded sales by £950", "本月退款比销售多 ¥950"),
    (sales("0", "10"), (1, 1), "No sales this month; 1 customer in the base", "本月没有销售，在册顾客 1 位"),
    (sales(None), (0, 0), "No sales this month, and nobody in the base", "本月没有销售，也没有在册顾客"),
])  # fmt: skip
def test_the_headline_has_words_for_every_case(figure, base, en, zh):
    assert month_title(EN, figure, *base) == en
    assert month_title(ZH, figure, *base) == zh


def test_a_sum_after_none_is_not_called_the_first_month():
    def title(last_month: str | None, *history: str | None) -> str:
        amounts = tuple(None if amount is None else Decimal(amount) for amount in (*history, "258"))
        return month_title(EN, replace(sales("258", last_month), history=amounts), 2, 3)

    assert title("0", "540", "0") == "Sales of £258 after a month without, and 1 more customer"
    assert title("-9", "540", "-9") == "Sales of £258 after a month of refunds, and 1 more customer"
    assert title(None, "540", None) == "Sales of £258"
    assert title(None) == "The first month on record: sales of £258"


def test_a_signed_amount_on_a_page_is_no_markup_to_read():
    page = Language("en", "GBP", for_pages=True)
    told = figure_sentences.change(page, "net_sales", Decimal("258"), Decimal("0"))
    assert isinstance(told, Markup)
    assert told.striptags() == "+£258"


def stocktake(
    opening: int = 0, first_seen: int = 0, new: int = 0, back: int = 0, lapsed: int = 0, came_in: int = 0, went: int = 0
) -> StocktakeRow:
    closing = opening + first_seen + new + back - lapsed + came_in - went
    return StocktakeRow("all", opening, first_seen, new, back, lapsed, came_in, went, closing)


@pytest.mark.parametrize(("row", "title", "sentence"), [
    (stocktake(9), "Nobody joined, nobody lapsed: still 9 in the base",
     "Nobody joined the base, nobody lapsed; the month ended with 9 in the base."),
    (stocktake(9, new=2), "2 came, nobody lapsed", "2 came (2 new), nobody lapsed; the month ended with 11 in the base."),
    (stocktake(9, lapsed=2), "Nobody joined, 2 lapsed", "Nobody joined the base, 2 lapsed; the month ended with 7 in the base."),
    (stocktake(9, new=1, back=1, lapsed=1), "More came (2) than lapsed (1)",
     "2 came (1 new, 1 won back), 1 lapsed; the month ended with 10 in the base."),
    (stocktake(0, first_seen=3), "A base of 3 customers to begin with",
     "3 came (3 first seen), nobody lapsed; the month ended with 3 in the base."),
    (stocktake(120, lapsed=2, went=118), "118 customers moved to other stores",
     "Nobody joined the base, 2 lapsed, 118 moved to other stores; the month ended with nobody in the base."),
    (stocktake(9, came_in=6, went=6), "6 moved here from other stores, 6 moved away",
     "Nobody joined the base, nobody lapsed, 6 moved in from other stores, 6 moved to other stores; the month ended with 9 in the base."),
    (stocktake(0, came_in=1), "1 customer moved here from other stores",
     "Nobody joined the base, nobody lapsed, 1 moved in from other stores; the month ended with 1 in the base."),
])  # fmt: skip
def test_the_stocktake_has_words_for_none_and_for_moves(row, title, sentence):
    assert month_sentences.stocktake_title(EN, row) == title
    blank = replace(examples.closed_store("en"), figures={}, stocktake=(row,))
    assert month_sentences.month_lede(EN, blank) == sentence


def test_who_cannot_be_told_to_be_new_is_not_drawn_as_none():
    review = examples.tiny_store("en")
    assert review.figures["new_customers"].value is None
    drawn = stocktake_block(review.stocktake[0], review, EN, Album())["picture"]
    assert isinstance(drawn, Picture)
    assert "First seen" in drawn.alt
    assert "New" not in drawn.alt


@pytest.mark.parametrize(("customers", "en"), [
    ({"loyal": 0}, "No buyers to judge yet"), ({"loyal": 5, "brand_switcher": 2}, "Largest group: Loyal, 5 of 7"),
    ({"loyal": 300, "too_early": 100}, "Largest group: Loyal, 75.0%"), ({"too_early": 1}, "1 of 1 buyer cannot be judged yet"),
    ({"loyal": 1, "too_early": 1}, "As many of each: Loyal, Too early to say"),
])  # fmt: skip
def test_the_largest_group_is_one(customers, en):
    rows = [AttitudeRow(code, n, None, Decimal(0)) for code, n in customers.items()]
    assert customers_sentences.attitude_title(EN, rows) == en


@pytest.mark.parametrize(("customers", "en"), [
    (1, "The year has 1 customer, who makes 100.0% of all sales."), (7, "The year has 7 customers, who make 100.0% of all sales."),
    (30, "The top 10 make 100.0% of all sales this year (30 customers)."),
    (1413, "The top 10 make 100.0%, the top 50 100.0% of all sales this year (1,413 customers)."),
])  # fmt: skip
def test_the_share_of_the_best_says_of_how_many(customers, en):
    params = {"top10_share": 1.0, "top50_share": 1.0, "customers": customers}
    assert vip_sentences.vip_answer(EN, VipAnswer("v4", "v4", params, "receipts", AS_OF)) == en


@pytest.mark.parametrize(("name", "now", "before", "en", "zh"), [
    ("net_sales", Decimal("110"), Decimal("100"), "+10.0%", "+10.0%"),
    ("net_sales", Decimal("110"), Decimal("0"), "+£110", "+¥110"),
    ("net_sales", Decimal("110"), Decimal("-5"), "+£115", "+¥115"),
    ("net_sales", Decimal("-58"), Decimal("242"), "−£300", "−¥300"),
    ("buyers", 12, 9, "+3", "+3"),
    ("buyers", 1200, 1000, "+20.0%", "+20.0%"),
    ("referral_rate", 0.18, 0.21, "−3.0 pts", "−3.0 个百分点"),
    ("referral_rate", None, 0.21, None, None),
])  # fmt: skip
def test_a_change_is_told_in_the_metrics_own_manner(name, now, before, en, zh):
    assert figure_sentences.change(EN, name, now, before) == en
    assert figure_sentences.change(ZH, name, now, before) == zh


def test_every_reason_and_draft_has_words_in_both_languages():
    for locale in ("zh_CN", "en"):
        say = Language(locale, "CNY")
        for action in examples.actions_of(130, 4, locale):
            assert reason_sentences.reason(say, action, AS_OF)
            assert reason_sentences.what_to_say(say, action)
    assert set(ACTION_KIND) <= set(reason_sentences.REASONS)
    assert set(ACTION_KIND) == set(reason_sentences.DRAFTS)
    assert set(CARE_KIND) <= set(reason_sentences.REASONS)
    assert set(KNOWLEDGE_QUESTIONS) == set(reason_sentences.VIP_GAPS) == set(reason_sentences.VIP_ASKING)
    assert set(VIP_QUESTIONS) == set(reason_sentences.VIP_QUESTION_TEXTS)


def test_drafts_never_advertise_pry_or_push():
    banned = re.compile(
        r"sale\b|discount|offer\b|promotion|new collection|buy\b|happened|why have you|hurry|last chance|"
        r"促销|优惠|折扣|打折|新款|新品|活动|特价|购买|出什么事|怎么没来|为什么没|赶快|机会难得",
        re.IGNORECASE,
    )
    for say in (ZH, EN):
        texts = [draft(say, product) for draft in reason_sentences.DRAFTS.values() for product in ("X", None)]
        texts += [asking(say) for asking in reason_sentences.VIP_ASKING.values()]
        for text in texts:
            assert not banned.search(text), text
            assert len(text) <= (60 if say is ZH else 120), text


@pytest.mark.parametrize(("code", "params", "en", "zh"), [
    ("birthday", {"on": date(2026, 11, 11), "is_lunar": True, "lunar_text": "10-03"},
     "Lunar birthday 10-03 (11 Nov this year)", "农历十月初三生日（今年11月11日）"),
    ("birthday", {"on": date(2026, 11, 8), "is_lunar": False, "lunar_text": None}, "Birthday on 8 Nov", "11月8日生日"),
    ("anniversary", {"on": date(2026, 11, 8), "years": 1}, "First anniversary on 8 Nov", "11月8日，1 周年纪念"),
    ("anniversary", {"on": date(2026, 11, 8), "years": None}, "Anniversary on 8 Nov", "11月8日纪念日"),
    ("gift_day", {"recipient": None, "occasion": None, "last_year_on": date(2025, 11, 8), "product": None},
     "Last year on 8 Nov: a gift", "去年11月8日：礼物"),
    ("gift_day", {"recipient": "Ana", "occasion": "birthday", "last_year_on": date(2025, 11, 8), "product": "ring"},
     "Last year on 8 Nov: ring for Ana (birthday)", "去年11月8日：给Ana的ring（生日）"),
    ("gift_day", {"recipient": None, "occasion": "母亲节", "last_year_on": date(2025, 5, 10), "product": "ring"},
     "Last year on 10 May: ring (Mother's Day)", "去年5月10日：ring（母亲节）"),
    ("gift_day", {"recipient": None, "occasion": "乔迁", "last_year_on": None, "product": None},
     "Last year: a gift (乔迁)", "去年：礼物（乔迁）"),
    ("long_absent", {"days_since": 240, "last_purchase_on": date(2026, 3, 5)},
     "240 days away, last in on 5 Mar", "240 天没来，上次3月5日"),
    ("answer_complaint", {"cause": None, "severity": None, "received_on": date(2026, 10, 30), "days_open": 1},
     "Complaint of 30 Oct (cause not known), open for 1 day", "10月30日投诉（原因未明），1 天未了结"),
    ("call_after_3_days", {"product": None, "bought_on": date(2026, 10, 30)}, "Bought on 30 Oct", "10月30日购买"),
    ("win_back", {"status": "lapsed", "days_since": 1203, "own_gap_days": 64, "last_product": None,
                  "last_purchase_on": date(2023, 7, 16), "net_sales_before": Decimal("8600.00")},
     "1,203 days away, usually 64; last bought on 16 Jul 2023; £8,600 in the year before",
     "1,203 天未购买，平时约 64 天；上次购买2023年7月16日；此前一年消费 ¥8,600"),
])  # fmt: skip
def test_reasons_tell_the_evidence(code, params, en, zh):
    assert reason_sentences.explained(EN, code, params, AS_OF) == en
    assert reason_sentences.explained(ZH, code, params, AS_OF) == zh


@pytest.mark.parametrize(("amount", "en", "zh"), [
    ("0", "£0", "¥0"), ("9.5", "£9.50", "¥9.50"), ("1234.5", "£1,234", "¥1,234"), ("-12.00", "−£12", "−¥12"),
    ("128400", "£128k", "¥12.8\u00a0万"), ("1284000", "£1.28m", "¥128.4\u00a0万"), ("1284000000", "£1.28bn", "¥12.84\u00a0亿"),
])  # fmt: skip
def test_money_in_prose(amount, en, zh):
    assert EN.short_money(Decimal(amount)) == en
    assert ZH.short_money(Decimal(amount)) == zh


@pytest.mark.parametrize(("text", "zh"), [
    ("01-01", "正月初一"), ("10-03", "十月初三"), ("12-30", "腊月三十"), ("08-15", "八月十五"), ("05-20", "五月二十"), ("07-21", "七月廿一"),
    ("闰4-05", "闰4-05"), ("13-01", "13-01"), (None, ""),
])  # fmt: skip
def test_lunar_dates_read_as_people_say_them(text, zh):
    assert ZH.lunar(text) == zh


def action(kind: str, **fields: object):
    found = next(row for row in examples.actions_of(60, 1, "en") if row.kind == kind)
    return replace(found, **fields)


def test_a_printed_row_leaves_out_what_stands_in_its_other_columns():
    absent = action("win_back")
    absent = replace(absent, reason={**absent.reason, "evidence": None})
    product = absent.reason["last_product"]
    brief = reason_sentences.brief_reason(EN, absent, AS_OF)
    assert brief == f"{absent.reason['days_since']} days away, usually 64; last: {product}"
    assert len(brief) < len(reason_sentences.reason(EN, absent, AS_OF))
    bare = replace(absent, reason={"days_since": 700, "own_gap_days": None, "last_product": None})
    assert reason_sentences.brief_reason(EN, bare, AS_OF) == "700 days away"
    birthday = action("birthday")
    assert reason_sentences.brief_reason(EN, birthday, AS_OF) == reason_sentences.reason(EN, birthday, AS_OF)


def test_drafts_do_not_assume_that_a_product_is_worn_or_needs_care():
    for say in (ZH, EN):
        for draft in reason_sentences.DRAFTS.values():
            for product in (None, "玫瑰花束"):
                assert not re.search(r"戴|保养|清洗|佩|wear|worn|clean|polish|care for", draft(say, product))


def test_chinese_labels_and_meanings_use_chinese_punctuation():
    classes = [
        one
        for name, table in vars(segments).items()
        if name.isupper() and isinstance(table, dict)
        for one in table.values()
    ]
    texts = [text for one in (*classes, *METRICS.values()) for text in (one.zh, one.meaning_zh)]
    texts += [text for one in REASONS.values() for text in (one.zh, one.remedy_zh)] + [
        zh for zh, _ in EMPTY_REASONS.values()
    ]
    for text in texts:
        assert not re.search(r"[\u4e00-\u9fff] ?[,;:?!()]|[,;:?!()] ?[\u4e00-\u9fff]", text), text


@pytest.mark.parametrize(("history", "en"), [
    ((1, 2, 3), "Highest of 3 months: Net sales"), ((3, 2, 1), "Lowest of 3 months: Net sales"), ((3, 1, 2), "No figure is at its highest or lowest of 3 months"),
    ((2, 2, 2), "No figure is at its highest or lowest of 3 months"), ((None, None, 2), "No figure is at its highest or lowest of 3 months"),
    ((2,), "The trend begins here"), ((), "The trend begins here"),
])  # fmt: skip
def test_the_trend_says_what_is_extreme(history, en):
    assert month_sentences.trend_title(EN, [examples.figure("net_sales", history)]) == en


@pytest.mark.parametrize(("best_months", "scales"), [
    ((900, 400, 113), [[900, 400, 113]]),
    ((900, 400, 112), [[900, 400], [112]]),
    ((90_000, 800, 700, 40, 1), [[90_000], [800, 700], [40, 1]]),
    ((5,), [[5]]),
    ((0, -3), [[0, -3]]),
])  # fmt: skip
def test_a_giant_does_not_flatten_the_other_stores(best_months, scales):
    stores = [
        replace(store, net_sales_history=(None, Decimal(-9), Decimal(best)))
        for store, best in zip(examples.chain(len(best_months), "en").stores, best_months, strict=True)
    ]
    groups = by_scale(stores)
    assert [[int(store.net_sales_history[-1]) for store in alike] for _, alike in groups] == scales
    assert [ceiling for ceiling, _ in groups] == [max(0, *alike, 0) for alike in scales]
    assert [len(group["panels"]) for group in stores_page(
        replace(examples.chain(2, "en"), stores=tuple(stores)), EN, Album()
    )["scales"]] == list(map(len, scales))  # fmt: skip


@pytest.mark.parametrize(("scope", "rows", "aside", "en", "zh"), [
    ("chain", 12, 0, "All 12 rows that arrived are accounted for", "收到的 12 行全部有着落"),
    ("store", 12, 0, "All 12 rows of the chain are accounted for", "全公司收到的 12 行全部有着落"),
    ("store", 1, 0, "The chain's 1 row is accounted for", "全公司收到的 1 行全部有着落"),
    ("store", 12, 3, "3 of the chain's 12 rows set aside, the rest counted",
     "全公司收到 12 行，3 行待更正，其余入账"),
    ("store", 0, 0, "No rows arrived for this month", "本月没有收到数据"),
])  # fmt: skip
def test_a_stores_review_says_that_the_rows_are_the_whole_chains(scope, rows, aside, en, zh):
    assert data_sentences.data_title(EN, scope, rows, aside) == en
    assert data_sentences.data_title(ZH, scope, rows, aside) == zh


@pytest.mark.parametrize(("value", "told"), [
    ("13064", "¥12,100 – ¥13,016"), ("12500", "¥1.2\u00a0万 – ¥1.3\u00a0万"), ("14000", "¥1.2\u00a0万 – ¥1.3\u00a0万"),
])  # fmt: skip
def test_a_range_does_not_round_to_the_value_that_left_it(value, told):
    figure = replace(
        examples.figure("net_sales", [Decimal(value)]), usual_low=Decimal(12100), usual_high=Decimal(13016)
    )
    assert figure_sentences.usual_range(ZH, figure) == told


def test_a_rate_that_no_store_knows_takes_no_column():
    chain = examples.chain(3, "en")
    unknown = replace(chain, stores=tuple(replace(store, referral_rate=None) for store in chain.stores))
    page = stores_page(unknown, EN, Album())
    assert page["rate_head"] == ["Identified", "Care done"]
    assert {len(row["rates"]) for row in page["rows"]} == {2}
    assert len(page["total"]["rates"]) == 2


def test_a_chart_that_has_lost_its_neighbour_stands_at_the_left():
    review = examples.ordinary_store("en")
    assert review.referral is not None
    alone = review_html(replace(review, referral=replace(review.referral, referral_groups=())))
    assert '<div class="right" style="width:66mm">' in review_html(review)
    assert '<div class="left" style="width:66mm">' in alone


def test_headquarters_sees_no_rate_of_fewer_than_ten_people():
    store = replace(examples.chain(2, "en").stores[0], new_customers=9, repeat_rate_n=9, referral_rate=0.4242)
    chain = replace(examples.chain(2, "en"), stores=(store, examples.chain(2, "en").stores[1]))
    (row, *_) = [row for row in stores_page(chain, EN, Album())["rows"] if row["name"] == store.name]
    assert row["repeat"] == "n < 10"
    assert row["rates"][1] == "n < 10"
    assert "42.4%" not in review_html(chain)


@pytest.mark.parametrize(
    ("locale", "full", "brief"),
    [
        (
            "en",
            "203 days away, usually 64; last bought Ring on 11 Apr; ¥38,600 in the year before; "
            "complaint of 2 Mar (service) was not settled; next need about 20 Nov: Gold (36%)",
            "203 days away, usually 64; complaint of 2 Mar (service) was not settled",
        ),
        (
            "zh_CN",
            "203 天未购买，平时约 64 天；上次4月11日买Ring；此前一年消费 ¥38,600；"
            "3月2日投诉（服务）逾期时仍未解决；下次需求 11月20日前后：Gold（36%）",
            "203 天未购买，平时约 64 天；3月2日投诉（服务）逾期时仍未解决",
        ),
    ],
)
def test_a_win_back_says_why_they_left_and_what_comes_next(locale, full, brief):
    reason = {
        "status": "at_risk", "days_since": 203, "own_gap_days": 64, "last_product": "Ring",
        "last_purchase_on": date(2026, 4, 11), "net_sales_before": Decimal("38600.00"),
        "lapse_reason": "product_or_service", "evidence": "complaint_unresolved", "evidence_on": date(2026, 3, 2),
        "evidence_cause": "service", "next_need": "own_rhythm", "next_need_on": date(2026, 11, 20),
        "next_need_category": "Gold", "next_need_share": 0.36,
    }  # fmt: skip
    say = Language(locale, "CNY")
    assert reason_sentences.explained(say, "win_back", reason, date(2026, 10, 31)) == full
    unknown = {**reason, "evidence": None}
    action = replace(examples.actions_of(1, 1, "en")[0], reason_code="win_back", reason=reason)
    assert reason_sentences.brief_reason(say, action, date(2026, 10, 31)) == brief
    assert "Ring" in reason_sentences.brief_reason(say, replace(action, reason=unknown), date(2026, 10, 31))
