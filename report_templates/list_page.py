"""Page 9, the action lists: one tear-off list per associate, rows grouped by week, with room for the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from report_templates import sentences
from report_templates.action_sheet import beyond_capacity, capacities
from report_templates.language import Language
from schemas.period import Month
from schemas.review import Action, Associate, Review

CODE_LENGTH = 8
LISTED = 60
"""At most this many rows are printed for one associate; the rest is in actions.xlsx."""


def list_pages(review: Review, say: Language) -> list[Mapping[str, object]]:
    """One entry per associate who has something to do, in the review's order; what nobody owns comes last."""
    beyond = beyond_capacity(review.actions, capacities(review))
    by_owner: dict[str | None, list[Action]] = {}
    for action in review.actions:
        by_owner.setdefault(action.associate_id, []).append(action)
    owners = {row.associate_id: row for row in review.associates}
    return [
        _list(_owner(owners, associate_id, actions), actions, beyond, review, say)
        for associate_id, actions in sorted(by_owner.items(), key=lambda item: _order(owners, item[0]))
    ]


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
    shown = planned[:LISTED]
    return {
        "title": sentences.list_title(say, owner, planned or actions, month),
        "lede": sentences.list_lede(
            say, owner, len(actions) - len(shown), max(owner.beyond_capacity - len(actions) + len(planned), 0)
        ),
        "owner": owner.name or say.text("Unassigned"),
        "weeks": _weeks(shown, review, say),
    }


def _weeks(actions: Sequence[Action], review: Review, say: Language) -> list[Mapping[str, object]]:
    groups: dict[date, list[Action]] = {}
    for action in actions:
        groups.setdefault(_monday(action.due_on), []).append(action)
    return [
        {
            "head": say.text("Week of {day}", day=say.day(monday)),
            "count": say.plural("{n} thing", "{n} things", len(rows)),
            "rows": [_row(action, review, say) for action in sorted(rows, key=_in_week)],
        }
        for monday, rows in sorted(groups.items())
    ]


def _in_week(action: Action) -> tuple[bool, date]:
    """What is owed first, then by day; the review's order decides the rest."""
    return not action.is_promised, action.due_on


def _monday(day: date) -> date:
    return date.fromordinal(day.toordinal() - day.weekday())


def _row(action: Action, review: Review, say: Language) -> Mapping[str, object]:
    return {
        "due": say.cell_day(action.due_on),
        "weekday": say.weekday(action.due_on),
        "name": action.person.masked_name,
        "tail": action.person.phone_tail,
        "is_vip": action.is_vip,
        "kind": sentences.kind(say, action.kind),
        "is_promised": action.is_promised,
        "why": sentences.reason(say, action, review.as_of),
        "say": sentences.what_to_say(say, action),
        "channel": sentences.channel(say, action.channel),
        "value": say.amount(action.value_at_stake) if action.value_at_stake else "",
        "code": action.action_id[:CODE_LENGTH],
    }
