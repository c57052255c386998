"""Page 3, "ten questions about our VIPs": the top ten as a dossier, what is known of them, the answers, what to ask."""

from __future__ import annotations

from collections.abc import Mapping

from report_templates import reason_sentences, vip_sentences
from report_templates.customers_page import bar
from report_templates.language import UNKNOWN, Language
from schemas.review import Review, VipRow
from schemas.segments import CARE_KIND, KNOWLEDGE_QUESTIONS, STATUS

ASKED = 8
"""How many questions to ask are listed on the page; all are in the associates' lists."""


def vip_page(review: Review, say: Language) -> Mapping[str, object] | None:
    """What the template of page 3 shows; None without VIPs."""
    if not review.vips:
        return None
    top = max(float(row.net_sales_ytd) for row in review.vips)
    return {
        "title": vip_sentences.vip_title(say, review),
        "lede": vip_sentences.vip_lede(say, review),
        "rows": [_dossier(row, top, review, say) for row in review.vips],
        "questions": [(code.upper(), reason_sentences.VIP_GAPS[code](say)) for code in KNOWLEDGE_QUESTIONS],
        "knowledge_title": vip_sentences.knowledge_title(say, review),
        "answers": _answers(review, say),
        "answers_title": vip_sentences.answers_title(say, review),
        "asks": _asks(review, say),
    }


def _dossier(row: VipRow, top: float, review: Review, say: Language) -> Mapping[str, object]:
    status = STATUS[row.status].label(say.locale) if row.status in STATUS else row.status
    return {
        "rank": row.rank,
        "name": row.person.masked_name,
        "tail": row.person.phone_tail,
        "sales": say.amount(row.net_sales_ytd),
        "bar": bar(float(row.net_sales_ytd), top),
        "share": UNKNOWN if row.share_of_store_ytd is None else say.share(row.share_of_store_ytd),
        "visits": say.count(row.purchases_ytd),
        "ticket": UNKNOWN if row.average_ticket_ytd is None else say.amount(row.average_ticket_ytd),
        "last": say.cell_day(row.last_purchase_on),
        "days": say.count(row.days_since_last_purchase),
        "status": status,
        "is_warning": row.status in ("at_risk", "lapsed"),
        "favourite": " · ".join(part for part in (row.favourite_product, row.favourite_style) if part) or UNKNOWN,
        "date": _next_date(row, say),
        "associate": row.associate_name or UNKNOWN,
        "known": [(code.upper(), code in row.known) for code in KNOWLEDGE_QUESTIONS],
        "known_count": f"{len(row.known)}/{len(KNOWLEDGE_QUESTIONS)}",
        "facts": [
            row.district, row.occupation, row.interests,
            None if row.anniversary is None else say.full_day(row.anniversary),
        ],
    }  # fmt: skip


def _next_date(row: VipRow, say: Language) -> str:
    if row.next_date_on is None:
        return UNKNOWN
    day = say.cell_day(row.next_date_on)
    if row.next_date_kind is None:
        return day
    kind = CARE_KIND[row.next_date_kind].label(say.locale)
    if row.next_date_is_lunar:
        return say.text("{day} {kind} (lunar)", day=day, kind=kind)
    return say.text("{day} {kind}", day=day, kind=kind)


def _answers(review: Review, say: Language) -> list[Mapping[str, object]]:
    return [
        {
            "question": answer.question.upper(),
            "text": reason_sentences.VIP_QUESTION_TEXTS[answer.question](say),
            "answer": vip_sentences.vip_answer(say, answer),
            "source": vip_sentences.source(say, answer, review.as_of),
        }
        for answer in review.vip_answers
        if answer.question in reason_sentences.VIP_QUESTION_TEXTS
    ]


def _asks(review: Review, say: Language) -> Mapping[str, object] | None:
    """The first unknown of each VIP, as questions to ask."""
    gaps = [(row, code) for row in review.vips for code in KNOWLEDGE_QUESTIONS if code not in row.known]
    if not gaps:
        return None
    firsts = list({row.rank: (row, code) for row, code in reversed(gaps)}.values())[::-1][:ASKED]
    return {
        "items": [(say.person(row.person), reason_sentences.VIP_GAPS[code](say)) for row, code in firsts],
        "all": say.plural(
            "{n} answer is missing in all.", "{n} answers are missing in all; the lists carry them on.", len(gaps)
        ),
    }
