"""The month, the stocktake, VIPs and the 12-month windows."""

from __future__ import annotations

from tests.schemas.worked_examples import Example, receipts

NOTHING = {
    "net_sales": "0.00", "refunds": "0.00", "identified_share": None, "buyers": 0, "purchases": 0, "average_ticket": None,
    "first_seen": 0, "new_customers": None, "won_back": 0, "newly_lapsed": 0, "moved_in": 0, "moved_out": 0,
    "restated": None, "opening_base": 0, "closing_base": 0, "active": 0, "at_risk": 0, "lapsed": 0,
    "referral_rate": None, "thanks_due": None, "care_done_share": None, "vip_opening_base": 0, "vip_closing_base": 0,
    "net_sales_12m": "0.00", "net_sales_ytd": "0.00", "customers_12m": 0, "customers_a": 0, "customers_b": 0,
    "customers_c": 0, "top10_share_ytd": None, "top50_share_ytd": None, "top20pct_share_12m": None,
    "repeat_rate_180d": None, "serialisation_index": None, "live_base_rate": None, "knowledge_score": None,
    "sales_per_first_time_customer_12m": None, "sales_per_returning_customer_12m": None, "value_at_stake": "0.00",
    "actions": 0,
}  # fmt: skip

FIRST_MONTH = Example(
    "a chain's first month, and a store that has not sold yet",
    month="2023-05",
    inbox={
        "order_lines": receipts(
            "2023-05-05 s1 m 100", "2023-05-06 s1 n 30", "2023-05-07 s1 - 20", "2023-05-20 s1 m 50", "2023-05-21 s1 m -10",
        ),
        "stores": [{"store_id": "s1", "name": "One"}, {"store_id": "s2", "name": "Two"}],
    },
    says={
        "chain": {
            "net_sales": "190.00", "refunds": "10.00", "identified_share": "170/190", "buyers": 2, "purchases": 3,
            "average_ticket": "60.00", "first_seen": 2, "new_customers": None, "won_back": 0, "restated": None,
            "opening_base": 0, "closing_base": 2, "active": 0, "referral_rate": None, "care_done_share": None,
            "vip_opening_base": 0, "vip_closing_base": 1, "net_sales_12m": "190.00", "net_sales_ytd": "190.00",
            # m has 140 of 170 and crosses 80 %: class A, and the one person that 20 % of two rounds up to
            "customers_12m": 2, "customers_a": 1, "customers_b": 1, "customers_c": 0, "top10_share_ytd": "170/190",
            "top50_share_ytd": "170/190", "top20pct_share_12m": "140/170", "repeat_rate_180d": None,
            "serialisation_index": "1/2", "live_base_rate": None,
            # of six answers each, receipts know the favourite product
            "knowledge_score": "2/12",
            "sales_per_first_time_customer_12m": "85.00", "sales_per_returning_customer_12m": None, "value_at_stake": "0.00",
            "actions": 0,
        },
        "s1": {"first_seen": 2, "closing_base": 2, "refunds": "10.00"},
        "s2": NOTHING,
    },
)  # fmt: skip

AN_ORDINARY_MONTH = Example(
    "an ordinary month of two stores: one comes back, one leaves, one moves, one is brought by a friend",
    month="2023-05",
    inbox={
        "order_lines": receipts(
            "2022-01-03 s1 - 10",
            "2022-01-10 s1 o 40", "2022-03-10 s1 o 40",   # long gone, but came twice within 180 days
            "2022-02-01 s1 w 100", "2023-05-10 s1 w 100",  # lapsed after 365 days, won back
            "2022-05-15 s1 l 200",                         # 350 days on 30 April, 381 on 31 May: newly lapsed
            "2022-06-11 s1 v 300", "2023-05-12 s2 v 1000", "2023-05-25 s2 v -100",  # home moves with the purchase
            "2022-11-01 s1 r 80",                          # 211 days, twice the chain's rhythm is 118: at risk
            "2023-03-01 s1 a 150", "2023-04-15 s1 a 150",
            "2023-05-20 s2 n 60",                          # new, brought by a
            "2023-05-21 s1 - 40",
        ),
        "stores": [{"store_id": "s1", "name": "One"}, {"store_id": "s2", "name": "Two"}],
        "customers": [
            {"member_id": "w", "name": "W", "phone": "19900000001", "consent_phone": True},
            {"member_id": "v", "name": "V", "phone": "19900000002", "consent_phone": True, "district": "Old Town",
             "occupation": "teacher", "interests": "tea"},
            {"member_id": "a", "name": "A", "phone": "19900000003", "consent_phone": True},
            {"member_id": "n", "name": "N", "phone": "19900000004", "consent_phone": False},
            {"member_id": "p", "name": "P", "phone": "19900000005", "consent_phone": True, "home_store_id": "s1"},
        ],
        "referrals": [{"referrer": "a", "referred": "n", "referred_on": "2023-05-19"}],
        "contacts": [
            {"contacted_at": "2023-05-10 15:00:00", "member_id": "w"},  # thanks on the day; the call on the 13th is missed
            {"contacted_at": "2023-05-16 15:00:00", "member_id": "v"},  # the call due on the 15th; no thanks on the 12th
            {"contacted_at": "2023-05-07 15:00:00", "member_id": "a"},  # three weeks: due on the 6th and the 27th
        ],
    },
    printed_closings={"*": 5, "s1": 5, "s2": 0},
    says={
        "chain": {
            "net_sales": "1100.00", "refunds": "100.00", "identified_share": "1060/1100", "buyers": 3, "purchases": 3,
            "average_ticket": "386.67", "first_seen": 0, "new_customers": 1, "won_back": 1, "newly_lapsed": 1,
            "moved_in": 0, "moved_out": 0, "restated": 1, "opening_base": 4, "closing_base": 5, "active": 2,
            "at_risk": 1, "lapsed": 2, "referral_rate": "1/1", "thanks_due": 1, "care_done_share": "3/7",
            "vip_opening_base": 2, "vip_closing_base": 1, "net_sales_12m": "1780.00", "net_sales_ytd": "1400.00",
            "customers_12m": 5, "customers_a": 1, "customers_b": 3, "customers_c": 1, "top10_share_ytd": "1360/1400",
            "top50_share_ytd": "1360/1400", "top20pct_share_12m": "1200/1740", "repeat_rate_180d": "1/5",
            "serialisation_index": "1/5", "live_base_rate": "3/5", "knowledge_score": "5/24",
            "sales_per_first_time_customer_12m": "410.00", "sales_per_returning_customer_12m": "100.00",
            "value_at_stake": "80.00", "actions": 7,
        },
        "s1": {
            "net_sales": "140.00", "refunds": "0.00", "identified_share": "100/140", "buyers": 1, "purchases": 1,
            "average_ticket": "100.00", "new_customers": 0, "won_back": 1, "newly_lapsed": 1, "moved_in": 0,
            "moved_out": 1, "restated": 1, "opening_base": 4, "closing_base": 3, "active": 1, "at_risk": 1, "lapsed": 2,
            "referral_rate": None, "thanks_due": 0, "care_done_share": "2/5", "vip_opening_base": 2,
            "vip_closing_base": 0, "net_sales_12m": "820.00", "net_sales_ytd": "440.00", "customers_12m": 4,
            # v and a spent the same in this store: ties are in
            "customers_a": 2, "customers_b": 2, "customers_c": 0, "top10_share_ytd": "400/440",
            "top50_share_ytd": "400/440", "top20pct_share_12m": "300/780", "repeat_rate_180d": "1/5",
            "serialisation_index": "1/2", "live_base_rate": "2/3", "knowledge_score": "2/12",
            "sales_per_first_time_customer_12m": "226.67", "sales_per_returning_customer_12m": "100.00",
            "value_at_stake": "80.00", "actions": 6,
        },
        "s2": {
            "net_sales": "960.00", "identified_share": "1/1", "buyers": 2, "purchases": 2, "average_ticket": "530.00",
            "new_customers": 1, "won_back": 0, "newly_lapsed": 0, "moved_in": 1, "moved_out": 0, "restated": 0,
            "opening_base": 0, "closing_base": 2, "active": 1, "at_risk": 0, "lapsed": 0, "referral_rate": "1/1",
            "thanks_due": 1, "care_done_share": "1/2", "vip_opening_base": 0, "vip_closing_base": 1,
            "net_sales_12m": "960.00", "net_sales_ytd": "960.00", "customers_12m": 2, "customers_a": 1,
            "customers_b": 1, "customers_c": 0, "top10_share_ytd": "1/1", "top50_share_ytd": "1/1",
            "top20pct_share_12m": "900/960", "repeat_rate_180d": None, "serialisation_index": "1/2",
            "live_base_rate": "1/2", "knowledge_score": "3/12", "sales_per_first_time_customer_12m": "480.00",
            "sales_per_returning_customer_12m": None, "value_at_stake": "0.00", "actions": 1,
        },
    },
)  # fmt: skip

EXAMPLES = (FIRST_MONTH, AN_ORDINARY_MONTH)
