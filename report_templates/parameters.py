"""Parameters of a code as the words and numbers that its sentence needs; a missing one is its type's nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from report_templates.language import UNKNOWN, Language

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.page_values import Param


def name(say: Language, name: Param) -> str:
    """The name, never broken across lines; someone where it is unknown."""
    return say.kept(str(name)) if name is not None else say.text("someone")


def text(value: Param) -> str | None:
    """None where it is unknown."""
    return None if value is None else str(value)


def number(value: Param) -> int:
    """Whole; 0 where it is unknown."""
    return int(value) if isinstance(value, int | float | Decimal) else 0


def day(value: Param) -> date | None:
    """None where it is unknown."""
    return value if isinstance(value, date) else None


def share(say: Language, value: Param) -> str:
    """In per cent; – where it is unknown."""
    return UNKNOWN if value is None else say.share(float(value))  # type: ignore[arg-type]


def money(say: Language, value: Param) -> str:
    """In the review's currency; – where it is unknown."""
    return UNKNOWN if value is None else say.money(Decimal(str(value)))


def near(say: Language, value: Param, as_of: date) -> str:
    """A day as told beside `as_of`, with its year only where that differs."""
    return say.near_day(value, as_of) if isinstance(value, date) else say.text("a day not known")
