"""What became of last month's lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.schemas.worked_examples import Example, Row, receipts


def listed(
    action_id: str, member: str, store: str, kind: str = "win_back", day: int = 8, *, held_out: bool = False
) -> Row:
    """One row that April's review listed for May. Ids of customers who are not resolved stand as they are."""
    return {
        "month": "2023-05", "store_id": store, "action_id": action_id, "customer_id": member, "associate_name": "Anna",
        "kind": kind, "due_on": date(2023, 5, day), "value_at_stake": Decimal("100.00"), "is_vip": False,
        "is_held_out": held_out, "has_hold_out": True,
    }  # fmt: skip


SALES = receipts("2023-04-01 s1 m 100", "2023-05-12 s1 - 50", "2023-05-13 s2 n 50")
STORES = [{"store_id": "s1", "name": "One"}, {"store_id": "s2", "name": "Two"}, {"store_id": "s3", "name": "Three"}]

RETURNED = Example(
    "lists come back: one reached, one in vain, one not filled in, one held out; a store without a list",
    month="2023-05",
    inbox={
        "order_lines": SALES,
        "stores": STORES,
        "contacts": [
            {"contacted_at": "2023-05-08 10:00:00", "action_id": "a1", "result": "Reached"},
            {"contacted_at": "2023-05-09 10:00:00", "action_id": "a2", "result": "未联系上"},
            {"contacted_at": "2023-05-10 10:00:00", "action_id": "a3", "result": ""},
            {"contacted_at": "2023-05-10 10:00:00", "action_id": "a4", "result": "顾客婉拒"},
        ],
    },
    lists=[
        listed("a1", "x1", "s1"), listed("a2", "x2", "s1"), listed("a3", "x3", "s1"), listed("a4", "x4", "s2"),
        listed("a5", "x5", "s1", held_out=True),
    ],
    says={
        "chain": {"actions_listed": 4, "actions_done_share": "2/4", "actions_came_back_share": "0/2"},
        "s1": {"actions_listed": 3, "actions_done_share": "1/3", "actions_came_back_share": "0/1"},
        "s2": {"actions_listed": 1, "actions_done_share": "1/1", "actions_came_back_share": "0/1"},
        "s3": {"actions_listed": None, "actions_done_share": None, "actions_came_back_share": None},
    },
)  # fmt: skip

NOTHING_LOGGED = Example(
    "a list was printed, but no contact is logged anywhere: done is unknown, not nothing",
    month="2023-05",
    inbox={"order_lines": SALES, "stores": STORES},
    lists=[listed("a1", "x1", "s1")],
    says={"chain": {"actions_listed": 1, "actions_done_share": None, "actions_came_back_share": None}},
)

EXAMPLES = (RETURNED, NOTHING_LOGGED)
