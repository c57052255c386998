"""People and opportunity: who comes back to whom, who is signed up, workload, hand-over, profit, launches and their harbingers."""

from __future__ import annotations

from collections.abc import Iterable

from tests.schemas.worked_examples import Example, Row, receipts

PAGE_8 = (
    "first_served_repeat_rate", "sign_up_rate", "reachable_rate", "stated_satisfaction", "workload", "orphaned_customers",
    "orphaned_vips", "returning_profit_ratio_12m", "unprofitable_customers", "harbinger_share", "launch_fade_share",
)  # fmt: skip

NO_FILES = Example(
    "receipts only, a first month: no staff file, no costs, no launches, nobody returning",
    month="2023-05",
    inbox={"order_lines": receipts("2023-05-05 s1 m 100")},
    says={"chain": dict.fromkeys(PAGE_8), "s1": dict.fromkeys(PAGE_8)},
)


def _on_file(member_id: str, phone: str, home: str, **more: object) -> dict[str, object]:
    return {"member_id": member_id, "name": member_id, "phone": phone, "home_store_id": home, **more}


def _asked(day: str, store: str, order_id: str, experience: int | None) -> dict[str, object]:
    return {"answered_at": f"{day} 10:00:00", "store_id": store, "order_id": order_id, "experience": experience}


STAFF = Example(
    "three associates, one of whom has left; a store without any",
    month="2024-05",
    inbox={
        "order_lines": receipts(
            "2022-06-15 s1 - 10",
            "2022-12-04 s1 a 100 p ann", "2023-06-02 s1 a 100 p ann",  # 544 days before 31 May; back after 180
            "2023-09-01 s1 c 100 p bob",                              # not back
            "2024-02-01 s1 d 1000 p bob", "2024-05-30 s1 d 50",       # r5; back after 119 days, served by nobody known
            "2024-03-02 s1 e 80 p bob",                               # 90 days before 31 May
            "2024-03-20 s1 e 25 p bob", "2024-04-05 s1 e 25 p ann",   # back; taken over by ann
            "2024-03-03 s1 f 60 p ann",                               # 89 days: too early to say
            "2024-05-20 s1 - 20 p ann",                               # r11: a stranger
            "2023-08-01 s2 g 300 p cat",                              # r12; not back
            "2024-05-21 s2 - 30 p cat",                               # a stranger
            "2024-05-29 s2 h 40 p cat",
        ),
        "stores": [{"store_id": "s1", "name": "One"}, {"store_id": "s2", "name": "Two"}, {"store_id": "s3", "name": "Three"}],
        "associates": [
            {"associate_id": "ann", "name": "Ann", "store_id": "s1", "from_date": "2020-01-01", "capacity": 4},
            {"associate_id": "bob", "name": "Bob", "store_id": "s1", "from_date": "2020-01-01", "to_date": "2024-04-01"},
            {"associate_id": "cat", "name": "Cat", "store_id": "s2", "from_date": "2020-01-01"},  # the chain's 40
        ],
        "customers": [
            _on_file("a", "19900000001", "s1", consent_phone="yes"),
            _on_file("c", "19900000003", "s1", consent_phone="yes", associate_id="bob"),
            _on_file("d", "19900000004", "s1", consent_sms="yes"),
            _on_file("f", "19900000006", "s1", consent_phone="no"),
            _on_file("g", "19900000007", "s2", consent_phone="yes", do_not_contact="yes"),
            _on_file("h", "19900000008", "s2", consent_phone="yes"),
        ],
        "surveys": [
            _asked("2023-05-31", "s1", "r2", 1),     # a day before the 12 months
            _asked("2024-02-05", "s1", "r5", 8), _asked("2024-05-25", "s1", "r11", 5), _asked("2024-05-26", "s2", "r12", 9),
            _asked("2024-05-27", "s2", "", 2),       # about no receipt: nobody is guessed
            _asked("2024-05-27", "s2", "r12", None),
        ],
    },
    says={
        # cohort a, c, d, e | g; strangers c, d, e, f and one | g, h and one. Ann has a to win back; Cat has to call h three
        # days after the 29th and to ask what is not known of the store's best. d's contacts are nobody's yet.
        "chain": {
            "first_served_repeat_rate": "3/5", "sign_up_rate": "5/8", "reachable_rate": "3/8", "stated_satisfaction": "22/3",
            "workload": "3/44", "orphaned_customers": 2, "orphaned_vips": 1,
        },
        "s1": {
            "first_served_repeat_rate": "3/4", "sign_up_rate": "3/5", "reachable_rate": "2/5", "stated_satisfaction": "13/2",
            "workload": "1/4", "orphaned_customers": 2, "orphaned_vips": 1,
        },
        "s2": {
            "first_served_repeat_rate": "0/1", "sign_up_rate": "2/3", "reachable_rate": "1/3", "stated_satisfaction": "9/1",
            "workload": "2/40", "orphaned_customers": 0, "orphaned_vips": 0,
        },
        "s3": {
            "first_served_repeat_rate": None, "sign_up_rate": None, "reachable_rate": None, "stated_satisfaction": None,
            "workload": None, "orphaned_customers": 0, "orphaned_vips": 0,
        },
    },
)  # fmt: skip


def _costing(rows: Iterable[Row], *costs: str) -> list[Row]:
    """The receipts with what the goods had cost; "" where it is not known, below zero for goods that came back."""
    return [{**row, "cost": cost} for row, cost in zip(rows, costs, strict=True)]


PROFIT = Example(
    "costs known in one store and not in the other",
    month="2024-05",
    inbox={
        "order_lines": _costing(
            receipts(
                "2023-01-10 s1 m 100", "2023-10-10 s1 m 200",  # lifetime 40 + 80
                "2023-02-01 s1 n 50", "2024-01-05 s1 n 100",   # lifetime -80 + 60
                "2023-12-01 s1 o 100",                         # 35
                "2023-03-01 s2 r 50", "2024-03-05 s2 r 90",
                "2024-05-01 s2 q 30",
            ),
            "60", "120", "130", "40", "65", "", "", "",
        ),
    },
    says={
        # margin: (80 + 60) / 2 beside 35
        "s1": {"returning_profit_ratio_12m": 2, "unprofitable_customers": 1},
        # no costs, so net sales: 90 beside 30
        "s2": {"returning_profit_ratio_12m": 3, "unprofitable_customers": None},
        # costs of 400 of 520: net sales, (200 + 100 + 90) / 3 beside (100 + 30) / 2
        "chain": {"returning_profit_ratio_12m": 2, "unprofitable_customers": None},
    },
)  # fmt: skip

BROUGHT_BACK = Example(
    "goods brought back take their cost back with them",
    month="2024-05",
    inbox={
        "order_lines": _costing(
            receipts(
                "2023-01-10 s1 m 100", "2023-10-10 s1 m 300", "2023-10-20 s1 m -300",  # lifetime 50; the year 0
                "2024-05-01 s1 o 100",
            ),
            "50", "200", "-200", "60",
        ),
    },
    says={
        "chain": {"returning_profit_ratio_12m": 0, "unprofitable_customers": 0},
        "s1": {"returning_profit_ratio_12m": 0, "unprofitable_customers": 0},
    },
)  # fmt: skip

NO_COST_OF_RETURNS = Example(
    "a till that writes no cost on what comes back",
    month="2024-05",
    inbox={
        "order_lines": _costing(
            receipts(
                "2024-05-01 s1 m 100", "2024-05-03 s1 m -100", "2024-05-02 s1 o 5000",  # costed 5100 of 5000: 2 % off
                "2024-05-01 s2 q 100", "2024-05-03 s2 q -40", "2024-05-02 s2 v 100",    # costed 200 of 160: 25 % off
            ),
            "50", "", "2000", "50", "", "50",
        ),
    },
    says={
        # m gave back all and cost nothing: no loss
        "s1": {"unprofitable_customers": 0, "returning_profit_ratio_12m": None},
        "s2": {"unprofitable_customers": None, "returning_profit_ratio_12m": None},
    },
)  # fmt: skip

LAUNCHES = Example(
    "two early adopters in two stores; three launches a year on, two of which faded",
    month="2024-05",
    inbox={
        "order_lines": receipts(
            "2022-01-03 s1 - 10 plain",
            "2022-07-01 s1 x 50 rose", "2022-07-20 s1 x 50 wave",
            "2022-09-08 s2 y 50 wave",                              # the 60th day
            "2022-09-09 s2 z 50 wave",                              # the 61st
            "2022-12-01 s2 y 50 knot", "2022-12-02 s2 z 50 knot",  # one early pick does not make an early adopter
            "2022-08-01 s1 x 50 odd",                               # no category: cannot be judged
            # rings that sold in the 12 months: 100, 80, 30, the median 80; knot sold nothing
            "2024-01-10 s1 - 100 plain", "2024-01-11 s1 x 80 rose", "2024-01-12 s2 y 30 wave",
            "2024-05-15 s1 x 500 chain",                            # launched too lately to judge
        ),
        "stores": [{"store_id": "s1", "name": "One"}, {"store_id": "s2", "name": "Two"}, {"store_id": "s3", "name": "Three"}],
        "products": [
            {"product_id": "plain", "name": "Plain", "category": "rings"},
            {"product_id": "rose", "name": "Rose", "category": "rings"},
            {"product_id": "wave", "name": "Wave", "category": "rings", "launch_date": "2022-07-10"},
            {"product_id": "knot", "name": "Knot", "category": "rings"},
            {"product_id": "odd", "name": "Odd"},
            {"product_id": "chain", "name": "Chain", "category": "chains"},
        ],
    },
    says={
        # x took rose and wave, y wave and knot; wave (30 < 40) and knot (0) faded
        "chain": {"harbinger_share": "3/4", "launch_fade_share": "2/3"},
        "s1": {"harbinger_share": "1/2", "launch_fade_share": "2/3"},
        "s2": {"harbinger_share": "2/2", "launch_fade_share": "2/3"},
        "s3": {"harbinger_share": None, "launch_fade_share": "2/3"},
    },
)  # fmt: skip

EXAMPLES = (NO_FILES, STAFF, PROFIT, BROUGHT_BACK, NO_COST_OF_RETURNS, LAUNCHES)
