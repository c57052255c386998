# ruff: noqa: E501    (one text is one line)
"""The head of an associate's list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from report_templates.language import Language
from schemas.period import Month

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.review import Action, Associate


def list_title(say: Language, associate: Associate, actions: Sequence[Action], month: Month) -> str:
    """Whose list, how many things, and with whom to begin."""
    who = associate.name or say.text("Unassigned")
    return say.plural(
        "{who}: {n} thing in {month}, {name} first", "{who}: {n} things in {month}, {name} first", len(actions),
        who=say.kept(who), month=say.month_name(month), name=say.person(actions[0].person),
    )  # fmt: skip


def list_lede(say: Language, associate: Associate, in_file: int, left_out: int) -> str:
    """How to use the list, how full the month is, how many more the file holds, how many did not fit at all."""
    parts = [
        say.text(
            "Tick, write the result on its line and what you learn in the free space; enter both in actions.xlsx at the month's end."
        )
    ]
    if associate.associate_id is None:
        parts.append(say.text("Nobody looks after these customers yet: hand them out first."))
    else:
        parts.append(say.text("{contacts} of {capacity} personal contacts are planned.",
                              contacts=say.count(min(associate.personal_contacts, associate.capacity)),
                              capacity=say.count(associate.capacity)))  # fmt: skip
    if in_file:
        parts.append(say.plural("And {n} more in actions.xlsx.", "And {n} more in actions.xlsx.", in_file))
    if left_out:
        parts.append(
            say.plural(
                "{n} contact did not fit and was left out.", "{n} contacts did not fit and were left out.", left_out
            )
        )
    return say.sentences(parts)
