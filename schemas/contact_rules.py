"""When and how often customers may be written to or called: chain.toml may set any of it under [contact]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

DAYS_BETWEEN_AT_MOST = 21
"""The thanks for a purchase are followed by the first message 21 days later."""


@dataclass(frozen=True)
class ContactRules:
    """Quiet hours, a cap, and what an offer says; times are the chain's own clock."""

    quiet_from: str = "21:00"
    """From then on nobody is called or written to …"""
    quiet_until: str = "09:00"
    """… until then."""
    days_between: int = 7
    """The three-weekly message and the word to the long absent wait when the customer had, or was due, another word in
    that many days (the day itself included). Thanks, calls, dates and invitations never wait."""
    offer: str = ""
    """What every second three-weekly message may add; "": they never carry an offer."""

    @property
    def quiet_begins(self) -> time:
        return time.fromisoformat(self.quiet_from)

    @property
    def quiet_ends(self) -> time:
        return time.fromisoformat(self.quiet_until)
