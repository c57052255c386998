"""Who is leaving and why, care coverage, let go."""

from __future__ import annotations

from tests.schemas.worked_examples import Example, receipts

NOTHING = {
    "lapse_rate": None, "care_coverage_90d": None, "lapse_share_contacted": None, "lapse_share_uncontacted": None,
    "lapse_reason_known_share": None, "let_go": 0,
}  # fmt: skip


def _contact(day: str, member_id: str, kind: str = "three_weeks", result: str = "sent") -> dict[str, object]:
    return {"contacted_at": f"{day} 10:00:00", "member_id": member_id, "contact_kind": kind, "result": result}


def _on_file(member_id: str, phone: str, home: str) -> dict[str, object]:
    return {"member_id": member_id, "name": member_id, "phone": phone, "home_store_id": home, "consent_phone": "yes"}


TWO_STORES = Example(
    # everybody bought once, so the chain's rhythm is 90 days: overdue after 180, lapsed after 365
    "two stores, one looks after its customers",
    month="2023-05",
    inbox={
        "order_lines": receipts(
            "2022-01-03 s1 - 10",
            "2022-05-15 s1 l 100",                       # lapsed since 16 May
            "2022-11-01 s1 r 100",                       # at risk since 1 May
            "2023-03-01 s1 b 200", "2023-05-10 s1 a 1000",  # class B and A
            "2022-05-10 s2 m 50",                        # lapsed since 11 May
            "2022-05-12 s2 n 50", "2023-05-20 s2 n 50",  # class C
        ),
        "customers": [
            _on_file("l", "19900000001", "s1"), _on_file("r", "19900000002", "s1"), _on_file("b", "19900000003", "s1"),
            _on_file("a", "19900000004", "s1"), _on_file("m", "19900000005", "s2"), _on_file("n", "19900000006", "s2"),
        ],
        "contacts": [
            _contact("2022-03-01", "n"),                 # 91 days before 31 May 2022: s2 logs, n is not contacted
            _contact("2022-05-20", "l"),
            _contact("2022-12-01", "l", "win_back", "no_answer"), _contact("2023-01-05", "l", "win_back", "no_answer"),
            _contact("2023-02-10", "l", "win_back", "no_answer"),
            _contact("2023-03-02", "b"),                 # 90 days before 31 May 2023: not within the last 90
            _contact("2023-03-03", "r"), _contact("2023-05-12", "a"),
        ],
        "surveys": [{"answered_at": "2022-09-01 10:00:00", "member_id": "l", "competitor": "Brightwell Jewels"}],
    },
    says={
        # l named a competitor before 12 November 2022; m had no contact in the 90 days before 7 November; r is not known
        "chain": {
            "lapse_rate": "2/5", "care_coverage_90d": "2/3", "lapse_share_contacted": "1/1",
            "lapse_share_uncontacted": "1/2", "lapse_reason_known_share": "2/3", "let_go": 1,
        },
        "s1": {
            "lapse_rate": "1/3", "care_coverage_90d": "2/3", "lapse_share_contacted": "1/1",
            "lapse_share_uncontacted": None, "lapse_reason_known_share": "1/2", "let_go": 1,
        },
        "s2": {
            "lapse_rate": "1/2", "care_coverage_90d": None, "lapse_share_contacted": None,
            "lapse_share_uncontacted": "1/2", "lapse_reason_known_share": "1/1", "let_go": 0,
        },
    },
)  # fmt: skip

A_FIRST_MONTH = Example(
    "a first month: nobody in the base before it, nobody leaving, no contacts",
    month="2023-05",
    inbox={"order_lines": receipts("2023-05-05 s1 m 100")},
    says={"chain": NOTHING, "s1": NOTHING},
)

EXAMPLES = (TWO_STORES, A_FIRST_MONTH)
