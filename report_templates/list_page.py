"""Page 9, the action lists: one tear-off list per associate, a line per thing, what to say once at the head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from report_templates import list_sentences, reason_sentences
from report_templates.action_sheet import beyond_capacity, capacities
from report_templates.copyfit import lines
from report_templates.language import Language
from schemas.period import Month
from schemas.review import Action, Associate, Review
from schemas.segments import ACTION_KIND

CODE_LENGTH = 8
LISTED = 36
"""At most this many rows are printed for one associate: one page to tear off; the rest is in actions.xlsx."""
PAGE, HEAD = 745.0, 62.0
"""Points: a page between its margins; of it the title, the table's head, and the white around the two boxes."""
TITLE_LINE, LEDE_LINE, DRAFT_LINE, ROW, ROW_LINE = 21.3, 13.8, 10.8, 15.4, 9.3
"""Points: a line of each; a row of the table with its padding, and each further line of why in it."""
TITLE_WIDTH, LEDE_WIDTH, DRAFT_WIDTH, WHY_WIDTH = 500.0, 500.0, 195.0, {True: 187.0, False: 175.0}
"""Points that a line of each holds; the reasons' column is wider in Chinese."""
SHORT = 8
"""So few things stand together with their title; those that nobody owns need no page of their own: they stand under the
pages for the manager, who assigns them."""


def list_pages(review: Review, say: Language) -> list[Mapping[str, object]]:
    """One entry per associate who has something to do, in the review's order; what nobody owns comes last,
    or first where it is so little that it needs no page of its own."""
    beyond = beyond_capacity(review.actions, capacities(review))
    by_owner: dict[str | None, list[Action]] = {}
    for action in review.actions:
        by_owner.setdefault(action.associate_id, []).append(action)
    owners = {row.associate_id: row for row in review.associates}
    pages = [
        _list(_owner(owners, associate_id, actions), actions, beyond, review, say)
        for associate_id, actions in sorted(by_owner.items(), key=lambda item: _order(owners, item[0]))
    ]
    return sorted(pages, key=lambda page: not page["runs_on"])


def _order(owners: Mapping[str | None, Associate], associate_id: str | None) -> tuple[bool, int, str]:
    places = {known: place for place, known in enumerate(owners)}
    return associate_id is None, places.get(associate_id, len(places)), associate_id or ""


def _owner(owners: Mapping[str | None, Associate], associate_id: str | None, actions: Sequence[Action]) -> Associate:
    """The associate's row; made from the actions where the review has none."""
    personal = sum(action.uses_capacity for action in actions)
    return owners.get(associate_id) or Associate(
        associate_id, actions[0].associate_name, personal, len(actions), personal, beyond_capacity=0
    )


def _list(
    owner: Associate, actions: Sequence[Action], beyond: frozenset[str], review: Review, say: Language
) -> Mapping[str, object]:
    month = Month.parse(review.month).next
    planned = [action for action in actions if action.action_id not in beyond]
    title = list_sentences.list_title(say, owner, planned or actions, month)
    plain_title = list_sentences.list_title(say.plain, owner, planned or actions, month)
    left_out = max(owner.beyond_capacity - len(actions) + len(planned), 0)
    ledes = list_sentences.list_lede(say.plain, owner, len(actions), left_out)
    heads = lines(plain_title, 17, TITLE_WIDTH) * TITLE_LINE + lines(ledes, 9.2, LEDE_WIDTH) * LEDE_LINE
    room = PAGE - HEAD - heads
    shown = _fitting(sorted(planned, key=_by_weight)[:LISTED], room, review, say)
    return {
        "anchor": f"list-{owner.associate_id or 'nobody'}",
        "title": title,
        "lede": list_sentences.list_lede(say, owner, len(actions) - len(shown), left_out),
        "drafts": _drafts(shown, say),
        "is_short": len(shown) <= SHORT,
        "runs_on": owner.associate_id is None and len(shown) <= SHORT,
        "rows": _rows(shown, review, say),
    }


def _fitting(actions: Sequence[Action], room: float, review: Review, say: Language) -> Sequence[Action]:
    """The first of them that stand on one page with what to say: longer reasons leave room for fewer."""
    shown: list[Action] = []
    rows = 0.0
    for action in actions:
        why = reason_sentences.brief_reason(say.plain, action, review.as_of)
        rows += ROW + (lines(why, 7.4, WHY_WIDTH[say.is_chinese]) - 1) * ROW_LINE
        if rows + _height_of_drafts(_drafts([*shown, action], say.plain)) > room:
            break
        shown.append(action)
    return shown


def _height_of_drafts(drafts: Sequence[tuple[str, str]]) -> float:
    """Two stand side by side."""
    heights = [lines(text, 7.4, DRAFT_WIDTH) * DRAFT_LINE + 1.5 for _, text in drafts]
    return sum(max(heights[at : at + 2]) for at in range(0, len(heights), 2))


def _by_weight(action: Action) -> tuple[bool, bool, bool, Decimal]:
    """What a page holds: the owed first, personal words before greetings (those are sent from the sheet), VIPs, value."""
    return not action.is_promised, not action.uses_capacity, not action.is_vip, -(action.value_at_stake or Decimal(0))


def _drafts(actions: Sequence[Action], say: Language) -> list[tuple[str, str]]:
    """What to say, once for each kind of the list; the draft for each customer is in actions.xlsx."""
    kinds = {action.kind for action in actions}
    return [
        (reason_sentences.kind(say, code), reason_sentences.DRAFTS[code](say, None))
        for code in ACTION_KIND
        if code in kinds
    ]


def _rows(actions: Sequence[Action], review: Review, say: Language) -> list[Mapping[str, object]]:
    """By day, what is owed first; a week's first row says so."""
    rows: list[Mapping[str, object]] = []
    week: tuple[int, int] | None = None
    for action in sorted(actions, key=lambda action: (action.due_on, not action.is_promised)):
        begun, week = week, (action.due_on.isocalendar().year, action.due_on.isocalendar().week)
        rows.append({**_row(action, review, say), "begins_week": begun is not None and begun != week})
    return rows


def _row(action: Action, review: Review, say: Language) -> Mapping[str, object]:
    return {
        "due": say.cell_day(action.due_on),
        "weekday": say.weekday(action.due_on),
        "name": action.person.masked_name,
        "tail": action.person.phone_tail,
        "is_vip": action.is_vip,
        "kind": reason_sentences.kind(say, action.kind),
        "why": reason_sentences.brief_reason(say, action, review.as_of),
        "channel": reason_sentences.channel(say, action.channel),
        "value": say.amount(action.value_at_stake) if action.value_at_stake else "",
        "code": action.action_id[:CODE_LENGTH],
    }
