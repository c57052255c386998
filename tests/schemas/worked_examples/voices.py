"""Who brought whom; complaints, satisfaction, friction and services."""

from __future__ import annotations

from tests.schemas.worked_examples import Example, receipts

METRICS_OF_THESE_PAGES = (
    "referrers", "referrers_slipping", "referred_sales_share_12m", "retention_12m_referred", "retention_12m_not_referred",
    "complaints_12m", "complaints_open", "complaints_per_1000_orders", "first_answer_hours", "first_answer_hours_p90",
    "resolution_days", "resolution_days_p90", "promise_kept_share", "recurrence_90d", "escalated_share", "compensation_12m",
    "repurchase_90d_after_resolution", "silent_dissatisfied", "returns_per_1000_units", "complaints_per_1000_units",
    "satisfaction_gap", "below_expectation_share", "cancelled_share", "unpaid_share", "delivery_days", "feedback_asked_12m",
    "repurchase_90d_after_service",
)  # fmt: skip

NO_FILES = Example(
    "tills alone, and a store that has not sold yet: nothing is said of what no file tells",
    month="2023-05",
    inbox={
        "order_lines": receipts("2023-05-05 s1 m 100"),
        "stores": [{"store_id": "s1", "name": "One"}, {"store_id": "s2", "name": "Two"}],
    },
    says={"s2": dict.fromkeys(METRICS_OF_THESE_PAGES), "chain": {"cancelled_share": 0, "complaints_12m": None}},
)  # fmt: skip

_TILLS = receipts(
    "2022-01-03 s1 - 10",
    "2022-07-01 s1 a 100",
    "2023-03-10 s1 b 50",                        # new, brought by a
    "2023-04-10 s2 c 50",                        # new, by herself, and never again
    "2023-06-15 s1 b 70",                        # stayed
    "2023-12-01 s1 a 100", "2024-01-10 s2 d 30", "2024-02-01 s1 a -20", "2024-03-01 s1 a 100",
)  # fmt: skip
_TILLS[6] = {**_TILLS[6], "delivered_at": "2024-01-11 12:00:00"}
_TILLS[8] = {**_TILLS[8], "delivered_at": "2024-03-03 12:00:00"}
_NOT_SOLD = [
    {"order_id": f"x-{status}", "line_no": 1, "store_id": "s2", "ordered_at": "2024-05-01 12:00:00", "product_id": "p", "quantity": 1,
     "net_sales": "10", "status": status}
    for status in ("cancelled", "unpaid")
]  # fmt: skip

A_YEAR = Example(
    "a year of two stores: one brought, three complaints, three answers, two services",
    month="2024-05",
    inbox={
        "order_lines": [*_TILLS, *_NOT_SOLD],
        "referrals": [{"referrer": "a", "referred": "b", "referred_on": "2023-03-10"}],
        "complaints": [
            # settled in a day, and a promise kept; a bought again 27 days later
            {"complaint_id": "k1", "received_at": "2024-02-02 10:00:00", "store_id": "s1", "member_id": "a", "order_id": "r6",
             "cause": "service", "severity": "minor", "first_answer_at": "2024-02-02 12:00:00",
             "resolved_at": "2024-02-03 10:00:00", "compensation": "10", "promised_by": "2024-02-04",
             "promise_kept_on": "2024-02-03"},
            # the same again 60 days later: 59 days and 14 hours old at the month's end, 1430 hours; the promise is broken
            {"complaint_id": "k2", "received_at": "2024-04-02 10:00:00", "store_id": "s1", "member_id": "a", "cause": "service",
             "severity": "minor", "promised_by": "2024-04-10", "escalated_at": "2024-04-05 10:00:00"},
            # nobody named; two days old
            {"complaint_id": "k3", "received_at": "2024-05-30 00:00:00", "store_id": "s2", "cause": "price", "severity": "major"},
        ],
        "surveys": [
            {"answered_at": "2024-05-10 10:00:00", "store_id": "s1", "member_id": "a", "expectation": 8, "experience": 6},
            {"answered_at": "2024-05-11 10:00:00", "store_id": "s2", "member_id": "d", "expectation": 8, "experience": 9},
            {"answered_at": "2024-05-12 10:00:00", "store_id": "s1", "member_id": "b", "aspect": "quality", "expectation": 8,
             "experience": 8},
        ],
        "contacts": [{"contacted_at": "2024-05-03 10:00:00", "member_id": "a", "contact_kind": "survey"}],
        "services": [
            {"service_id": "w1", "done_on": "2024-02-10", "store_id": "s1", "member_id": "a", "kind": "cleaning"},
            {"service_id": "w2", "done_on": "2024-02-01", "store_id": "s2", "member_id": "d", "kind": "cleaning"},
        ],
    },
    says={
        "chain": {
            "referrers": 1, "referrers_slipping": 0, "referred_sales_share_12m": "70/280", "retention_12m_referred": "1/1",
            "retention_12m_not_referred": "0/1", "complaints_12m": 3, "complaints_open": 2,
            "complaints_per_1000_orders": "3000/4", "first_answer_hours": 48, "first_answer_hours_p90": "1153.6",
            "resolution_days": 2, "resolution_days_p90": "11536/240", "promise_kept_share": "1/2", "recurrence_90d": "1/3",
            "escalated_share": "1/3", "compensation_12m": "10.00", "repurchase_90d_after_resolution": "1/1",
            "silent_dissatisfied": 48, "returns_per_1000_units": "1000/4", "complaints_per_1000_units": "1000/4",
            "satisfaction_gap": "-1/3", "below_expectation_share": "1/3", "cancelled_share": "1/6", "unpaid_share": "1/6",
            "delivery_days": "1.5", "feedback_asked_12m": 1, "repurchase_90d_after_service": "1/2",
        },
        "s1": {
            "referrers": 1, "referrers_slipping": 0, "referred_sales_share_12m": "70/250", "retention_12m_referred": "1/1",
            "retention_12m_not_referred": None, "complaints_12m": 2, "complaints_open": 1,
            "complaints_per_1000_orders": "2000/3", "first_answer_hours": 716, "first_answer_hours_p90": "1287.2",
            "resolution_days": "1454/48", "resolution_days_p90": "53.725", "promise_kept_share": "1/2", "recurrence_90d": "1/2",
            "escalated_share": "1/2", "compensation_12m": "10.00", "repurchase_90d_after_resolution": "1/1",
            "silent_dissatisfied": 24, "returns_per_1000_units": "1000/3", "complaints_per_1000_units": "1000/3",
            "satisfaction_gap": -1, "below_expectation_share": "1/2", "cancelled_share": 0, "unpaid_share": 0, "delivery_days": 2,
            "feedback_asked_12m": 1, "repurchase_90d_after_service": "1/1",
        },
        "s2": {"retention_12m_referred": None, "retention_12m_not_referred": "0/1", "promise_kept_share": None,
               "repurchase_90d_after_resolution": None, "cancelled_share": "1/3", "delivery_days": 1, "feedback_asked_12m": 0,
               "repurchase_90d_after_service": "0/1", "referrers": 0},
    },
)  # fmt: skip

EXAMPLES = (NO_FILES, A_YEAR)
