"""The chain's page "who is one person": pairs that wait for a decision, keys that name nobody, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping

from report_templates.comparison import proposed_sales
from report_templates.language import UNKNOWN, Language
from schemas.identity import DECISION, EVIDENCE, SHARED_BECAUSE
from schemas.page_values import Person
from schemas.review import Proposal, Review

PAIRS = 20
"""At most this many pairs are printed; the rest is in review.json and in `regulars identity`."""
SHARED = 12
DECISIONS = 12
CODE_LENGTH = 9
"""Enough of a customer id for `regulars merge`."""


def identity_page(review: Review, say: Language) -> Mapping[str, object] | None:
    """What the template of the page shows; None when there is nothing to decide and nothing to tell."""
    if not (review.proposals or review.shared_keys or review.decisions):
        return None
    return {
        "title": _title(review, say),
        "lede": say.text(
            "Only a common card, phone, e-mail or account makes two customers one by itself. What merely looks alike waits "
            "here for somebody who knows them."
        ),
        "pairs_title": say.text("Pairs to decide, by the smaller one's sales"),
        "pairs": [_pair(row, say) for row in review.proposals[:PAIRS]],
        "more_pairs": _more(say, len(review.proposals) - PAIRS),
        "shared": [
            {
                "key": row.masked, "kind": say.text("Phone number") if row.kind == "phone" else say.text("E-mail"),
                "reason": SHARED_BECAUSE[row.reason].label(say.locale),
                "why": SHARED_BECAUSE[row.reason].meaning(say.locale), "customers": say.count(row.customers),
            }
            for row in review.shared_keys[:SHARED]
        ],
        "more_shared": _more(say, len(review.shared_keys) - SHARED),
        "decisions": [
            {
                "day": say.cell_day(row.decided_on), "verb": DECISION[row.verb].label(say.locale),
                "first": _who(row.first, say), "second": _who(row.second, say),
                "sales": say.amount(row.net_sales_first), "other_sales": say.amount(row.net_sales_second),
                "holds": row.holds, "id": row.decision_id,
            }
            for row in review.decisions[-DECISIONS:]
        ],
        "more_decisions": _more(say, len(review.decisions) - DECISIONS),
    }  # fmt: skip


def _title(review: Review, say: Language) -> str:
    if not review.proposals:
        return say.text("Who is one person: nothing waits for a decision")
    sales = proposed_sales(review)
    return say.plural(
        "{n} pair may be one person, with {money} of sales",
        "{n} pairs may be one person each, with {money} of sales",
        len(review.proposals),
        money=say.short_money(sales),
    )


def _who(person: Person, say: Language) -> Mapping[str, str]:
    return {"name": say.plain.person(person), "code": person.customer_id[:CODE_LENGTH]}


def _pair(row: Proposal, say: Language) -> Mapping[str, object]:
    evidence = [EVIDENCE[code].label(say.locale) for code in row.evidence]
    parcels = UNKNOWN
    if row.parcels is not None and row.parcels_all:
        parcels = f"{say.count(row.parcels)} / {say.count(row.parcels_all)}"
    return {
        "first": _who(row.first, say), "second": _who(row.second, say), "evidence": " · ".join(evidence),
        "parcels": parcels, "sales": say.amount(row.net_sales_first), "other_sales": say.amount(row.net_sales_second),
    }  # fmt: skip


def _more(say: Language, more: int) -> str | None:
    if more <= 0:
        return None
    return say.plural("And {n} more in review.json.", "And {n} more in review.json.", more)
