"""What stands on a review's pages: a person as they may be shown, a figure, a sentence's parameter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = int | float | Decimal | None
Param = str | int | float | bool | Decimal | date | None


@dataclass(frozen=True)
class Person:
    """A customer as a PDF may show one: surname and last four digits, never more."""

    customer_id: str
    masked_name: str
    """王** in Chinese, initials (J. S.) for Latin names, № 17850 where only a member id is known."""
    phone_tail: str | None = None
