"""The closed loop: what was on the lists, what came of it, and whether it was the contact that did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.page_values import Person
from schemas.segments import ACTION_KIND, Class

HELD_OUT_SHARE = 0.05
"""Of the eligible contacts, how many are left out at random, to compare with."""
HELD_OUT_KINDS = ("win_back", "long_absent", "bundle")
"""Discretionary kinds that may be held out. Thanks, complaints and promised care never are."""
EFFECT_DAYS = 60
"""Purchases and sales count from the due day, this many days."""
EFFECT_MONTHS = 24
"""Lists of this many months back count: older habits say little of today's."""
CONFIDENCE = 0.95
POWER = 0.80
LIFT_TO_SEE = 0.5
"""An effect is said once there are enough people to see the control's share rise by half of itself (20 → 30 %)."""
PRIOR_EFFECT, PRIOR_DEVIATION = 0.04, 0.04
"""What a contact is taken to do while nothing is known: four more of a hundred buy within 60 days (20 → 24 %), give or
take four. The same for every kind, so that a young chain's lists go by value alone."""


def _ordered(*classes: Class) -> dict[str, Class]:
    return {found.code: found for found in classes}


RESULT = _ordered(
    Class("came_in", "已到店", "Came in", "联系后已到店", "Came in after the contact"),
    Class("reached", "已联系上", "Reached", "联系上本人或消息已送达", "Spoken to, or the message arrived"),
    Class("declined", "顾客婉拒", "Declined", "联系上，暂无需要", "Reached, and does not want to"),
    Class("do_not_contact", "请勿再联系", "Do not contact again", "顾客要求不再联系", "Asked to be left alone"),
    Class("not_reached", "未联系上", "Not reached", "试过，未联系上", "Tried in vain"),
    Class("postponed", "改期", "Postponed", "改日再联系", "Put off to another day"),
)  # fmt: skip
"""What a contact came to: the result column of a returned list, and what registers write for it."""
RESULT_WORDS: Mapping[str, tuple[str, ...]] = {
    "came_in": ("came_in", "came in", "came back", "came_back", "已到店", "到店", "已回店"),
    "reached": ("reached", "sent", "done", "yes", "已联系上", "已联系", "联系上", "已发送", "完成", "已完成"),
    "declined": ("declined", "not interested", "顾客婉拒", "婉拒", "拒绝"),
    "do_not_contact": (
        "do_not_contact", "do not contact again", "do not contact", "asked_not_to_call", "请勿再联系", "不要再联系", "拒绝联系",
    ),
    "not_reached": ("not_reached", "not reached", "no_answer", "no answer", "未联系上", "未接通", "无人接听"),
    "postponed": ("postponed", "later", "改期", "延期"),
}  # fmt: skip
"""Code → how it is written, compared in lower case. Any other word stands for a contact that was made: `reached`."""
KIND_WORDS: Mapping[str, str] = {
    word.lower(): code for code, kind in ACTION_KIND.items() for word in (code, kind.zh, kind.en)
}
"""How a register names the kind of a contact, in lower case → code of ACTION_KIND."""
DONE_RESULTS = ("came_in", "reached", "declined", "do_not_contact")

VERDICT = _ordered(
    Class("too_early", "尚早", "Too early to say", "人数还不足以下结论", "Not enough people yet"),
    Class("brings_back", "有效", "Brings them back", "联系过的人买得明显更多", "Those contacted buy clearly more"),
    Class("no_difference", "未见差别", "No difference seen", "人数已够，差别仍在误差之内",
          "Enough people, and no difference beyond chance"),
    Class("drives_away", "适得其反", "Better left alone", "联系过的人反而买得更少", "Those contacted buy clearly less"),
)  # fmt: skip
SEGMENT = _ordered(
    Class("all", "全部", "All", "该类全部联系", "All contacts of the kind"),
    Class("vip", "VIP", "VIPs", "VIP 顾客", "VIP customers"),
    Class("other", "非 VIP", "Others", "其他顾客", "Other customers"),
)  # fmt: skip


@dataclass(frozen=True)
class HeldOut:
    """One row per contact of the coming month that is left out at random, to compare with. Never on a list."""

    action_id: str
    customer_id: str
    kind: str
    due_on: date
    value_at_stake: Decimal
    is_vip: bool


@dataclass(frozen=True)
class OutcomeRow:
    """One row per kind (or per associate) of the month's lists: what became of them by the month's end.

    listed = done + not_reached + open. Held-out contacts are not in it.
    """

    kind: str | None
    """A code of `schemas.segments.ACTION_KIND`; None in a row per associate."""
    associate_name: str | None
    """Whose list it was; None in a row per kind, or nobody's."""
    listed: int
    done: int
    """With a logged contact that reached the customer."""
    not_reached: int
    """Tried, or put off."""
    open: int
    """Nothing was returned or logged."""
    came_back: int
    """Of those done: bought from the day of the contact to the month's end."""
    net_sales: Decimal
    """What those who came back spent in that time, less what they returned."""
    done_share: float | None
    """done ÷ listed; None when nothing was listed."""


@dataclass(frozen=True)
class CameBack:
    """One row per customer who bought after a contact from the list, the most first."""

    person: Person
    kind: str
    associate_name: str | None
    contacted_on: date
    bought_on: date
    net_sales: Decimal


@dataclass(frozen=True)
class EffectRow:
    """One row per kind and segment, the whole chain: who was to be contacted beside who was held out, 60 days from the due day.

    By intention: everybody on a list counts as contacted, whether or not it was done. Shares are fractions, money is
    per customer. None where an arm is too small to show.
    """

    kind: str
    segment: str
    """A code of SEGMENT."""
    treated: int
    control: int
    bought_treated: float | None
    bought_control: float | None
    effect: float | None
    """Difference of the shares that bought, treated minus control, with its 95 % interval."""
    low: float | None
    high: float | None
    sales_effect: Decimal | None
    """Difference of net sales per customer, with its 95 % interval."""
    sales_low: Decimal | None
    sales_high: Decimal | None
    people: int
    """How many per arm these two arms are worth: 2 / (1/treated + 1/control)."""
    people_needed: int
    """How many per arm it takes to see the share rise by half."""
    verdict: str
    """A code of VERDICT."""
    gain: float
    """The effect that lists are ranked by: drawn towards the prior while young."""
