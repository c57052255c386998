"""What an associate may write on the day: one draft per kind of word, in the associate's own voice.

Their rules are tests: a greeting never advertises, nobody is asked whether "something happened", only the three-weekly
message may carry an offer, and at most every second time.
"""

from __future__ import annotations

from collections.abc import Callable

from report_templates.language import Language
from report_templates.reason_sentences import DRAFTS
from schemas.dossier import CareRow

THREE_WEEKLY: tuple[Callable[[Language], str], ...] = (
    lambda say: say.text("I hope all is well with you. If there is anything I can do, just send me a line."),
    lambda say: say.text("A warm hello from the shop. I hope these weeks have been kind to you."),
    lambda say: say.text("Just a hello: look after yourself, and let me know whenever I can be of use."),
)
"""Turn and turn about, so that nobody reads the same words twice running."""

FEAST_NAMES: dict[str, Callable[[Language], str]] = {
    "spring_festival": lambda say: say.text("Spring Festival"),
    "lantern": lambda say: say.text("the Lantern Festival"),
    "dragon_boat": lambda say: say.text("the Dragon Boat Festival"),
    "qixi": lambda say: say.text("Qixi"),
    "mid_autumn": lambda say: say.text("Mid-Autumn"),
    "double_ninth": lambda say: say.text("the Double Ninth"),
    "valentine": lambda say: say.text("Valentine's Day"),
    "womens_day": lambda say: say.text("Women's Day"),
    "520": lambda say: say.text("20 May"),
    "teachers_day": lambda say: say.text("Teachers' Day"),
    "christmas": lambda say: say.text("Christmas"),
    "mothers_day": lambda say: say.text("Mother's Day"),
    "fathers_day": lambda say: say.text("Father's Day"),
}
SEASON_WORDS: dict[str, Callable[[Language], str]] = {
    "spring": lambda say: say.text(
        "Spring is here. Mornings are still fresh: keep warm, and enjoy the first fine days."
    ),
    "summer": lambda say: say.text("Summer is here. Take care in the heat, and have a good rest at noon."),
    "autumn": lambda say: say.text("Autumn is here. The evenings turn cool: do take a coat along."),
    "winter": lambda say: say.text("Winter is here. Keep warm, and look after yourself and your family."),
}


def care_message(say: Language, row: CareRow, offer: str) -> str:
    """The draft for one row of the day's care; `offer`: what the chain lets every second three-weekly message add."""
    if row.kind == "thank_you":
        return thanks(say, row.product, came_in_rain=row.came_in_rain)
    if row.kind == "three_weeks":
        return three_weekly(say, row.message_no or 1, offer)
    return DRAFTS[row.kind](say, row.product)


def thanks(say: Language, product: str | None, *, came_in_rain: bool) -> str:
    """Thanks on the day; other words for those who came in the rain."""
    if came_in_rain:
        return say.text("Thank you for coming in through the rain today. Have a safe way home, and keep warm.")
    if product:
        return say.text("Thank you for coming in today. I hope {product} brings you joy.", product=product)
    return say.text("Thank you for coming in today. It was good to see you.")


def three_weekly(say: Language, number: int, offer: str) -> str:
    """The `number`-th message since the last purchase (from 1): every second one, the even ones, may add the offer."""
    hello = THREE_WEEKLY[(number - 1) % len(THREE_WEEKLY)](say)
    return say.sentences([hello, offer]) if may_carry_offer(number) and offer else hello


def may_carry_offer(number: int) -> bool:
    """Never the first after a purchase, never two running: the count begins anew with each purchase."""
    return number % 2 == 0


def greeting(say: Language, occasion: str) -> str:
    """The greeting of a holiday, or of a season's first day."""
    if occasion in SEASON_WORDS:
        return SEASON_WORDS[occasion](say)
    return say.text("Today is {feast}: I wish you and your family a happy day.", feast=FEAST_NAMES[occasion](say))
